"""Send security notifications to the account's owner (ASVS-6.3.5)."""
