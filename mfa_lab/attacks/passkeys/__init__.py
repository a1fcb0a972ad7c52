"""A small server for passkeys, the world around it, and an attacker's client that follows no browser's rules."""
