"""Check new passwords at registration, and store them as Argon2id hashes."""
