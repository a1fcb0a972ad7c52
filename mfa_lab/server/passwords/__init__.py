"""Check new passwords, and hash passwords with Argon2id."""
