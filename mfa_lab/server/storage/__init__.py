"""The database: its URL, tables and transactions, encryption at rest, and the keys for it."""
