"""The database: where it lies, its tables, its transactions, encryption at rest and the keys for it."""
