"""The database: its URL, its tables and transactions, encryption at rest, and the encryption keys."""
