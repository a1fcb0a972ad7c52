"""Security notifications on their way to the account's owner (ASVS-6.3.5)."""
