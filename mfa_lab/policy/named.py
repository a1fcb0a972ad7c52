"""Find a policy by the name that an operator gives."""

from __future__ import annotations

from mfa_lab.errors import InvalidInput
from mfa_lab.policy.record import Policy
from mfa_lab.resources import data_dir


def named_policy(name: str) -> Policy:
    """Return the policy `standard`, or a policy from data/policies.toml.

    Raises `InvalidInput`, which names all policies.
    """
    known = {"standard": Policy.STANDARD} | Policy.parse((data_dir() / "policies.toml").read_text("utf-8"))
    if name not in known:
        raise InvalidInput(f"there is no policy {name!r}: choose one of {', '.join(known)}")
    return known[name]
