"""A policy that meets the needs of a night pharmacy: an exercise of 53_defending_a_policy."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mfa_lab.attacks.simulation.guess_budget import guess_budget
from mfa_lab.lab.exercises.records import Case, Exercise, Wrong
from mfa_lab.lab.formatting import duration
from mfa_lab.policy import Policy, toml

NOTEBOOK = "53_defending_a_policy"
_RIGHT = "as asked"

_CLAUSE = re.compile(r"\b(RFC\d{4}|NIST|ASVS)-\w+")


def _one(policy: Policy, _keys: set[str]) -> str:
    return _RIGHT if policy.title else "no title"


def _shift(policy: Policy, _keys: set[str]) -> str:
    lasts = policy.session_seconds
    return _RIGHT if 10 * 3600 <= lasts <= 12 * 3600 else f"a login for {duration(lasts)}"


def _counter(policy: Policy, _keys: set[str]) -> str:
    unused = policy.session_idle_seconds
    return _RIGHT if 300 <= unused <= 600 else f"logged out after {duration(unused)}"


def _stranger(policy: Policy, _keys: set[str]) -> str:
    longest = policy.longest_wait_seconds
    return _RIGHT if longest <= 600 else f"kept out for {duration(longest)}"


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


_AGES = {"dispense": 120, "open_safe": 60}


def _step_up(policy: Policy, _keys: set[str]) -> str:
    missing = _AGES.keys() - dict(policy.step_up)
    return f"no {min(missing)}" if missing else _RIGHT


def _ages(policy: Policy, _keys: set[str]) -> str:
    ages = dict(policy.step_up)
    old = [action for action, most in _AGES.items() if ages.get(action, most) > most]
    return f"{old[0]}: {duration(ages[old[0]])}" if old else _RIGHT


def _reasons(policy: Policy, keys: set[str]) -> str:
    reasons = dict(policy.reasons)
    if not reasons:
        return "no reasons"
    for key in sorted(keys):
        if key not in reasons:
            return f"no reason for {key}"
        if not _CLAUSE.search(reasons[key]):
            return f"{key}: no clause of NIST, ASVS or an RFC"
    return _RIGHT


def _written(answer: Any, look: Callable[[Policy, set[str]], str]) -> str:
    document = toml.parse(answer)
    for table in ("step_up", "reasons"):
        if table in document:
            return f"a second policy, {table}"
    policies = Policy.parse(answer)
    if len(policies) != 1:
        return f"{len(policies)} policies"
    ((name, policy),) = policies.items()
    return look(policy, set(document[name]) - {"title", "reasons"})


def _source(rules: str, step_up: str = "", reasons: str = "") -> str:
    """Return a known wrong answer: the text of a policy with these lines and tables."""
    return f"policy_text = '''\n[pharmacy]\ntitle = \"The night pharmacy\"\n{rules}\n{step_up}\n{reasons}'''"


_SHIFT = "session_seconds = 36_000\nsession_idle_seconds = 600\n"
_GOOD = f"{_SHIFT}longest_wait_seconds = 600\ndisable_after_failures = 15\n"
_ACTIONS = "[pharmacy.step_up]\ndispense = 120\nopen_safe = 60\n"
_FOUR = """[pharmacy.reasons]
session_seconds = "A shift. NIST-2.2.3"
session_idle_seconds = "All see the counter. NIST-2.2.3"
longest_wait_seconds = "No stranger closes it. ASVS-6.1.1"
disable_after_failures = "Fifteen. NIST-3.2.2"
"""

WRITE = Exercise(
    id="write-policy",
    title="A policy for the night pharmacy",
    question=(
        "A night pharmacy asks you to write its rules. Write `policy_text`, a text with one policy that has a title "
        "and meets all these needs:\n\n"
        "- **shift**: one login lasts at least ten hours, and at most twelve.\n"
        "- **counter**: an unused session ends after five to ten minutes.\n"
        "- **stranger**: wrong codes, no matter who types them, keep a pharmacist out for at most ten minutes.\n"
        "- **tokens**: the pharmacy's tokens show a new code of six digits every 30 seconds. Some tokens are slow, "
        "so the window is one step on either side.\n"
        "- **bad night**: ten wrong codes in a row do not disable an authenticator.\n"
        "- **guesser**: a guesser has the password of somebody who has one authenticator and logs in every day. The "
        "guesser's chance of getting in within a year is at most 2 %.\n"
        "- **step-up**: the action `dispense` needs a login within the last two minutes, and `open_safe` needs one "
        "within the last minute.\n"
        "- **reasons**: each key that you set (except the title) has a reason, and each reason names a clause."
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
            "Begin with a title and one key, check them, and go on from need to need. Any key that you leave out has "
            "its standard value."
        ),
        (
            "Short waits make the guesser fast. Then only one number limits the guesser: the number of failures that "
            "disables the authenticator. How large can this number be before the guesser's chance exceeds 2 %?"
        ),
        (
            "Each day, for 365 days, the guesser makes one attempt fewer than the limit. Each attempt has a chance "
            'of 3 in a million. Try numbers above ten: guess_budget(Policy.parse(policy_text)["pharmacy"], '
            "owner_login_days=1) computes the result for your text."
        ),
    ),
    cases=(
        Case(
            "The title",
            (_one,),
            _RIGHT,
            "The policy has no title. Which line, below the policy's name, gives it a title in quotes?",
            "a policy with a title",
        ),
        Case(
            "The shift",
            (_shift,),
            _RIGHT,
            "The key is session_seconds. How many seconds are ten hours?",
            "a login for ten to twelve hours",
        ),
        Case(
            "The counter",
            (_counter,),
            _RIGHT,
            "The key is session_idle_seconds. How many seconds are five minutes, and how many are ten?",
            "logged out after five to ten minutes",
        ),
        Case(
            "The stranger",
            (_stranger,),
            _RIGHT,
            "Waits double until they reach the longest wait. Which key sets the longest wait?",
            "kept out for at most ten minutes",
        ),
        Case(
            "The tokens",
            (_tokens,),
            _RIGHT,
            "Nobody can change which kind of code a token shows, and nobody sets its clock. Which digits, period and "
            "window do these tokens need?",
            "six digits, 30 s, one step on either side",
        ),
        Case(
            "The bad night",
            (_night,),
            _RIGHT,
            "Ten wrong codes in a row must not disable an authenticator. What does your policy do at the tenth "
            "wrong code?",
            "more than ten failures",
        ),
        Case(
            "The guesser",
            (_guesser,),
            _RIGHT,
            "Shorter waits mean more attempts per day. What stops the guesser before the owner's next login?",
            "at most 2 % in a year",
        ),
        Case(
            "The step-up",
            (_step_up,),
            _RIGHT,
            "Step-up actions have their own table inside the policy. How does one of the seven policies write this "
            "table?",
            "both actions",
        ),
        Case(
            "The step-up's times",
            (_ages,),
            _RIGHT,
            "Your table is there, but one of its times is too long. How many seconds does each action allow?",
            "dispense: at most 2 minutes, open_safe: at most 60 seconds",
        ),
        Case(
            "The reasons",
            (_reasons,),
            _RIGHT,
            "The table of reasons needs one line, with a clause, for step_up and for each key that you set. Which "
            "key has no such line?",
            "a reason with a clause for each key",
        ),
    ),
    wrong=(
        Wrong(
            _source(
                "session_seconds = 43_200\nsession_idle_seconds = 600\nlongest_wait_seconds = 300\n"
                "disable_after_failures = 50\n",
                _ACTIONS,
            ),
            "You used the hospital's rules, and they meet nearly all the needs. But with short waits and fifty "
            "attempts, the guesser's chance is more than twice as large as allowed. Which number can you lower?",
        ),
        Wrong(
            _source(f"{_GOOD}window_steps = 0\n"),
            "Your window of 0 slows the guesser, but it also locks out everybody whose token is slow. Which window "
            "does the pharmacy ask for?",
        ),
        Wrong(
            _source(f"{_SHIFT}longest_wait_seconds = 600\ndisable_after_failures = 5\n"),
            "Your policy stops the guesser, but on a bad night it also stops the pharmacist. How many wrong codes "
            "must it allow?",
        ),
        Wrong(
            _source(""),
            "So far, your text is the standard policy under another name, so a login lasts for a day. Which key "
            "changes that?",
        ),
        Wrong(
            _source(_GOOD, _ACTIONS),
            "Your rules are correct, but your policy does not say why. Somebody may ask in a year, when you are not "
            "there. Where will that person find your reasons?",
        ),
        Wrong(
            _source(_GOOD, "[pharmacy.step_up]\ndispense = 60\nopen_safe = 120\n"),
            "Your table has both actions. Which of the two needs the more recent login?",
        ),
        Wrong(
            _source(_GOOD, _ACTIONS.replace("pharmacy.", "")),
            "Your line [step_up] begins a second policy. The name of a table inside a policy starts with the "
            "policy's name and a dot. What must your table be called?",
        ),
        Wrong(
            _source(_GOOD, _ACTIONS, _FOUR.replace("pharmacy.", "")),
            "Your line [reasons] begins a second policy. Which name, followed by a dot, must come first in that "
            "line?",
        ),
        Wrong(
            _source(_GOOD, _ACTIONS, _FOUR),
            "The step-up table also counts as a key that you set, but you gave no reason for it. Why are its times "
            "so short?",
        ),
        Wrong(
            _source(_GOOD, _ACTIONS, f'{_FOUR.replace("NIST-3.2.2", "ISO-27001")}step_up = "ASVS-7.5.1"\n'),
            "Your reason names a clause that this kit does not know. The kit's clauses begin with NIST, ASVS or RFC: "
            "which one fits here?",
        ),
        Wrong(
            _source(f"{_SHIFT}disable_after_failures = 15\n"),
            "Your longest wait still has the standard value. By typing wrong codes, somebody can keep a pharmacist "
            "out for an hour. How long may the longest wait be?",
        ),
    ),
)

EXERCISES = (WRITE,)
