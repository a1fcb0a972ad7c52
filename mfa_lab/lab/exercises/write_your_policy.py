"""A policy for a house that is described: an exercise of 11b_defend_your_policy."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mfa_lab import toml
from mfa_lab.attacks.budget import guess_budget
from mfa_lab.lab.exercises.records import Case, Exercise, Wrong
from mfa_lab.lab.figures.guess_cost import duration
from mfa_lab.policy import Policy

NOTEBOOK = "11b_defend_your_policy"
_RIGHT = "as asked"

_CLAUSE = re.compile(r"\b(RFC\d{4}|NIST|ASVS)-\w+")


def _one(policy: Policy, _keys: set[str]) -> str:
    return _RIGHT if policy.title else "no title"


def _shift(policy: Policy, _keys: set[str]) -> str:
    lasts = policy.session_seconds
    return _RIGHT if 10 * 3600 <= lasts <= 12 * 3600 else f"a login for {duration(lasts)}"


def _counter(policy: Policy, _keys: set[str]) -> str:
    unused = policy.session_idle_seconds
    return _RIGHT if 300 <= unused <= 600 else f"out after {duration(unused)}"


def _stranger(policy: Policy, _keys: set[str]) -> str:
    longest = policy.longest_wait_seconds
    return _RIGHT if longest <= 600 else f"held off for {duration(longest)}"


def _tokens(policy: Policy, _keys: set[str]) -> str:
    if (policy.digits, policy.period_seconds, policy.algorithm) != (6, 30, "SHA1"):
        return "tokens that show other codes"
    return _RIGHT if policy.window_steps == 1 else f"window {policy.window_steps}"


def _night(policy: Policy, _keys: set[str]) -> str:
    last = policy.disable_after_failures
    return _RIGHT if last > 10 else f"off after {last}"


def _guesser(policy: Policy, _keys: set[str]) -> str:
    chance = guess_budget(policy, owner_login_days=1).chance_per_year
    return _RIGHT if chance <= 0.02 else f"{100 * chance:.1f} % in a year"


def _step_up(policy: Policy, _keys: set[str]) -> str:
    ages = dict(policy.step_up)
    for action, most in (("dispense", 120), ("open_safe", 60)):
        if action not in ages:
            return f"no {action}"
        if ages[action] > most:
            return f"{action}: {duration(ages[action])}"
    return _RIGHT


def _reasons(policy: Policy, keys: set[str]) -> str:
    reasons = dict(policy.reasons)
    wanting = [key for key in sorted(keys) if not _CLAUSE.search(reasons.get(key, ""))]
    return f"{len(wanting)} without a clause" if wanting else _RIGHT


def _written(answer: Any, look: Callable[[Policy, set[str]], str]) -> str:
    policies = Policy.parse(answer)
    if len(policies) != 1:
        return f"{len(policies)} policies"
    ((name, policy),) = policies.items()
    return look(policy, set(toml.parse(answer)[name]) - {"title", "reasons"})


WRITE = Exercise(
    id="11b-write",
    title="A policy for the night pharmacy",
    question=(
        "A night pharmacy asks you for its rules. Write `policy_text`, a text with one policy that has a title and "
        "meets all of this:\n\n"
        "- **shift**: one login is enough for ten hours, and after twelve it is over.\n"
        "- **counter**: a session that nobody uses ends after ten minutes at the latest, and not before five.\n"
        "- **stranger**: wrong codes, whoever types them, hold a pharmacist off for ten minutes at the most.\n"
        "- **tokens**: they show six digits, a new code every 30 seconds, and some are slow: one step either side.\n"
        "- **bad night**: ten wrong codes in a row do not disable an authenticator.\n"
        "- **guesser**: somebody who has the password, and whose victim logs in every day, gets in within a year "
        "with a chance of 2 % at most.\n"
        "- **step-up**: the action `dispense` asks for a login of the last two minutes, `open_safe` for one of the "
        "last minute.\n"
        "- **reasons**: each key that you set (the title does not count) has a reason, and each reason names a "
        "clause."
    ),
    solution='''
policy_text = """
[pharmacy]
title = "The night pharmacy"
session_seconds = 36_000
session_idle_seconds = 600
longest_wait_seconds = 600
disable_after_failures = 15

[pharmacy.step_up]
dispense = 120
open_safe = 60

[pharmacy.reasons]
session_seconds = "Ten hours, a shift. NIST-2.2.3"
session_idle_seconds = "Ten minutes: the counter is shared. NIST-2.2.3"
longest_wait_seconds = "Ten minutes: no stranger closes a pharmacy. ASVS-6.1.1"
disable_after_failures = "Fifteen: waits are short, so the end comes early. NIST-3.2.2"
step_up = "Who hands out a drug signs for it. ASVS-7.5.1"
"""
'''.strip(),
    ask=_written,
    hints=(
        (
            "Begin with a title and one key, check, and go on from need to need. What you leave out is as in "
            "the standard."
        ),
        (
            "Short waits make the guesser fast. Then the only brake is the number after which the authenticator is "
            "disabled: it may be no larger than the guesser's 2 % allow."
        ),
        (
            "The guesser makes one attempt less than that number each day, for 365 days, and each has a chance of 3 "
            "in a million. `guess_budget(policy, owner_login_days=1)` says what comes of it: try numbers above ten."
        ),
    ),
    cases=(
        Case("The title", (_one,), _RIGHT, "Write a line `title = ...` under the policy's name.", "one with a title"),
        Case(
            "The shift",
            (_shift,),
            _RIGHT,
            "The key is session_seconds. How many seconds have ten hours?",
            "a login for ten to twelve hours",
        ),
        Case(
            "The counter",
            (_counter,),
            _RIGHT,
            "The key is session_idle_seconds.",
            "out after five to ten minutes",
        ),
        Case(
            "The stranger",
            (_stranger,),
            _RIGHT,
            "Waits double up to the longest one. Which key says how long that is?",
            "held off for ten minutes at most",
        ),
        Case(
            "The tokens",
            (_tokens,),
            _RIGHT,
            "A token in a drawer shows what it always shows, and its clock nobody sets.",
            "six digits, 30 s, one step either side",
        ),
        Case(
            "The bad night",
            (_night,),
            _RIGHT,
            "Eleven wrong codes may be too many. Ten are not.",
            "more than ten failures",
        ),
        Case(
            "The guesser",
            (_guesser,),
            _RIGHT,
            "Shorter waits mean more attempts a day. What ends them before the owner's next login?",
            "2 % in a year at most",
        ),
        Case(
            "The step-up",
            (_step_up,),
            _RIGHT,
            "Step-up actions have a table of their own inside the policy: look at one of the seven.",
            "dispense: 2 minutes, open_safe: 60 seconds",
        ),
        Case(
            "The reasons",
            (_reasons,),
            _RIGHT,
            "Reasons have a table of their own too, with the same keys; step_up is one of them.",
            "a reason with a clause for each key",
        ),
    ),
    wrong=(
        Wrong(
            'policy_text = """[pharmacy]\ntitle = "The night pharmacy"\nsession_seconds = 43_200\n'
            "session_idle_seconds = 600\nlongest_wait_seconds = 300\ndisable_after_failures = 50\n\n"
            "[pharmacy.step_up]\ndispense = 120\nopen_safe = 60\n"
            '"""',
            "These are the hospital's rules, and they fit nearly everywhere. But short waits and fifty tries leave "
            "the guesser more than twice of what is allowed here.",
        ),
        Wrong(
            'policy_text = """[pharmacy]\ntitle = "The night pharmacy"\nsession_seconds = 36_000\n'
            "session_idle_seconds = 600\nlongest_wait_seconds = 600\nwindow_steps = 0\ndisable_after_failures = 15\n"
            '"""',
            "Window 0 slows the guesser, and it shuts out everybody whose token is slow.",
        ),
        Wrong(
            'policy_text = """[pharmacy]\ntitle = "The night pharmacy"\nsession_seconds = 36_000\n'
            "session_idle_seconds = 600\nlongest_wait_seconds = 600\ndisable_after_failures = 5\n"
            '"""',
            "That stops the guesser, and on a bad night it stops the pharmacist as well.",
        ),
        Wrong(
            'policy_text = """[pharmacy]\ntitle = "The night pharmacy"\n"""',
            "So far this is the standard policy under another name: a login there lasts for a day. Go on, key by "
            "key.",
        ),
        Wrong(
            'policy_text = """[pharmacy]\ntitle = "The night pharmacy"\nsession_seconds = 36_000\n'
            "session_idle_seconds = 600\nlongest_wait_seconds = 600\ndisable_after_failures = 15\n\n"
            "[pharmacy.step_up]\ndispense = 120\nopen_safe = 60\n"
            '"""',
            "The rules are right. Now say why: in a year somebody will ask, and you will not be there.",
        ),
        Wrong(
            'policy_text = """[pharmacy]\ntitle = "The night pharmacy"\nsession_seconds = 36_000\n'
            'session_idle_seconds = 600\ndisable_after_failures = 15\n"""',
            "The longest wait is still the standard's: a stranger with nothing but a name and some patience closes "
            "the pharmacy for an hour.",
        ),
    ),
)

EXERCISES = (WRITE,)
