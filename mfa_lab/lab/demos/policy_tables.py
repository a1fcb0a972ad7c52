"""Tables of policies: how policies differ, and why each value was chosen.

`Numbered` shows a text with numbered lines.
"""

from __future__ import annotations

from collections.abc import Mapping

from mfa_lab.errors import InvalidInput
from mfa_lab.lab.formatting import duration
from mfa_lab.lab.table import Table
from mfa_lab.policy import Policy

_SECONDS = "_seconds"
_HEADERS = (
    "policy",
    "a session lasts",
    "unused",
    "window",
    "digits",
    "longest wait",
    "off after",
    "authenticators",
    "recovery codes",
    "strictest step-up",
)


def policy_table(policies: Mapping[str, Policy]) -> Table:
    """Return a table of the settings in which policies differ most."""
    rows = [
        (
            name,
            duration(policy.session_seconds),
            duration(policy.session_idle_seconds),
            policy.window_steps,
            policy.digits,
            duration(policy.longest_wait_seconds),
            policy.disable_after_failures,
            policy.authenticators,
            policy.recovery_codes or "none",
            duration(min(age for _, age in policy.step_up)) if policy.step_up else "none",
        )
        for name, policy in policies.items()
    ]
    return Table("Policies side by side", _HEADERS, *rows)


def reasons_table(policy: Policy) -> Table:
    """Return a table of a policy's values, each with the reason for it.

    Raises `InvalidInput` if the argument is a policy's name instead of the policy.
    """
    if not isinstance(policy, Policy):
        raise InvalidInput('pass the policy itself, as in sectors["healthcare"], not its name')
    rows = [(key, _value(policy, key), why) for key, why in policy.reasons]
    return Table(policy.title or "A policy", ("key", "value", "because"), *rows)


def _value(policy: Policy, key: str) -> str:
    value = getattr(policy, key)
    if key == "step_up":  # with spaces, so that a narrow column can break them
        return ", ".join(f"{action.replace('_', ' ')}: {duration(age)}" for action, age in value)
    if key == "factors":
        return ", ".join(value)
    return duration(value) if key.endswith(_SECONDS) else str(value)


class Numbered:
    """Hold a text that is shown with line numbers. They start at 1, as in error messages."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        lines = self.text.rstrip("\n").split("\n")
        return "\n".join(f"{number:>3}  {line}".rstrip() for number, line in enumerate(lines, 1))


MUSEUM = """
[museum]
title = "The museum's shop"
session_seconds = 28_800
session_idle_seconds = 1_800
window_steps = 1
first_wait_seconds = 30
longest_wait_seconds = 86_400
disable_after_failures = 30
fresh_session_seconds = 28_800
recovery_codes = 8
explain_refusals = true

[museum.step_up]
refund = 300
""".strip()
"""A policy to review. Every value in it is permitted, but three lines are wrong."""
