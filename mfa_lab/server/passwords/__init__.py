"""Passwords: what registration accepts, and Argon2id at rest."""
