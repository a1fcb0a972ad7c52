"""Provide a small server for passkeys, the world around it, and an attacker's client.

The client follows no browser's rules.
"""
