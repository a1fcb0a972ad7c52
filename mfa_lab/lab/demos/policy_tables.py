"""Tables of policies: how policies differ, why each value was chosen, and what a policy does not cover.

`Numbered` shows a text with numbered lines.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace

from mfa_lab.errors import InvalidInput
from mfa_lab.lab.demos.phishing import ADDRESS, PHISH_ORIGIN, Shop, can, each_tried, sign
from mfa_lab.lab.figures.guessing.trade_off import costs
from mfa_lab.lab.formatting import duration, in_a_million, share
from mfa_lab.lab.table import Table
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.policy import Policy
from mfa_lab.randomness import SeededRandomness
from mfa_lab.resources import data_dir

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


def first_day_table() -> Table:
    """Return a table of what each of the seven uses needs on its first day (data/first_day.toml)."""
    uses = tomllib.loads((data_dir() / "first_day.toml").read_text("utf-8"))
    rows = [(name, use["needs"], use["offers"], use["lacks"]) for name, use in uses.items()]
    headers = ("use", "needs on its first day", "the kit offers", "the kit does not offer")
    return Table("Beside the policy", headers, *rows)


def _value(policy: Policy, key: str) -> str:
    value = getattr(policy, key)
    if key == "step_up":  # with spaces, so that a narrow column can break them
        return ", ".join(f"{action.replace('_', ' ')}: {duration(age)}" for action, age in value)
    if key == "factors":
        return ", ".join(value)
    return duration(value) if key.endswith(_SECONDS) else str(value)


def code_or_passkey(policies: Mapping[str, Policy]) -> Table:
    """Return a table that compares a code and a passkey under each policy.

    Each yes or no is the answer of a server that runs with the policy. `risks` explains the two numbers.
    """
    found = {name: risks(policy) for name, policy in policies.items()}
    rows = [(risk, *(column[risk] for column in found.values())) for risk in next(iter(found.values()), {})]
    return Table("A code and a passkey under each policy", ("what we tried", *found), *rows)


def risks(policy: Policy) -> dict[str, str]:
    """Return what a code and a passkey risk and cost under a policy.

    The chance that one guess is correct is that of `guess_budget`. The share of rejected codes is that of `trade_off`
    for the users that the kit assumes. Everything else is tried at a `Shop`, whose sensitive action has the strictest
    step-up rule of the policy.
    """
    ages = [age for _, age in policy.step_up]
    policy = replace(policy, step_up=((ADDRESS, min(ages)),) if ages else ())
    shop = Shop(policy, _holder(synced=policy.synced_passkeys))
    tried = each_tried(
        shop,
        {
            _CODE: shop.with_code,
            _ACTION: lambda: shop.change_address(shop.with_code()),
            _PASSKEY: lambda: shop.with_passkey(origin=PHISH_ORIGIN),
            _RECOVERY: lambda: shop.recover(shop.begin()),
            _HELP_DESK: shop.reset_by_help_desk,
        },
    )
    tried[_SYNCED] = can(lambda: Shop(policy, _holder(synced=True)))
    tried[_NO_PIN] = can(lambda: Shop(policy, _holder(synced=False, verifies_user=False)))
    (cost,) = costs(policy=policy, windows=[policy.window_steps]).costs
    return {
        "guessing: chance that one code is correct": in_a_million(cost.per_attempt),
        **{what: sign(granted) for what, granted in tried.items()},
        "cost: correct codes that are rejected": share(cost.refused),
    }


_CODE = "phishing: a relayed code opens the account"
_ACTION = "phishing: a relayed code permits sensitive actions"
_PASSKEY = "phishing: a relayed passkey opens the account"
_RECOVERY = "loss: a recovery code permits a new passkey"
_HELP_DESK = "help desk: a reset code permits a new passkey"
_SYNCED = "sync: a synced passkey is accepted"
_NO_PIN = "cost: a key without a PIN is accepted"


def _holder(*, synced: bool, verifies_user: bool = True) -> PasskeyHolder:
    return PasskeyHolder(SeededRandomness(seed=31), synced=synced, verifies_user=verifies_user)


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
