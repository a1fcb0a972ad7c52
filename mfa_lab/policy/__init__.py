"""Define the rules of one server: the record, and a reader of policies in TOML."""

from __future__ import annotations

from mfa_lab.policy.record import CHEAPEST, OWASP, HashCost, Policy

__all__ = ["CHEAPEST", "OWASP", "HashCost", "Policy"]
