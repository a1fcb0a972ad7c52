"""A policy that the parser accepts but a reviewer should reject: an exercise of 53_defending_a_policy."""

from __future__ import annotations

from dataclasses import fields

from mfa_lab.errors import InvalidInput
from mfa_lab.lab.demos.policy_tables import MUSEUM
from mfa_lab.lab.exercises.records import Case, Exercise, Wrong
from mfa_lab.lab.formatting import duration
from mfa_lab.policy import Policy

NOTEBOOK = "53_defending_a_policy"
_RIGHT = "as asked"

_BAD = {"longest_wait_seconds", "fresh_session_seconds", "explain_refusals"}
_KEPT = [field.name for field in fields(Policy) if field.name not in _BAD]


def fixed(lines: object) -> Policy:
    """Return the museum's policy, with each of these lines in place of the line with the same number."""
    text = MUSEUM.splitlines()
    for number, line in lines.items() if isinstance(lines, dict) else ():
        if number not in range(1, len(text) + 1):
            raise InvalidInput(f"there is no line {number}: the text has {len(text)}")
        text[number - 1] = str(line)
    (policy,) = Policy.parse("\n".join(text)).values()
    return policy


def _reviewed(answer: object, question: str) -> str:
    policy = fixed(answer)
    if question == "waits":
        longest = policy.longest_wait_seconds
        return _RIGHT if longest <= 3600 else f"waits up to {duration(longest)}"
    if question == "factors":
        age = policy.fresh_session_seconds
        return _RIGHT if age <= 300 else f"after {duration(age)}, too"
    if question == "words":
        return "a stranger is told" if policy.explain_refusals else _RIGHT
    before = fixed({})
    changed = [name for name in _KEPT if getattr(policy, name) != getattr(before, name)]
    return f"changed: {changed[0]}" if changed else _RIGHT


REVIEW = Exercise(
    id="review-policy",
    title="Mistakes that no parser finds",
    question=(
        "The parser accepts this text, but three of its lines each break a clause. NIST-3.2.2: a wait lasts at most "
        "an hour. ASVS-7.5.1: to change factors, you need a *fresh* session, in which you proved both factors within "
        "the last five minutes. ASVS-6.3.8: a refusal says only that the login was refused. Write `fixes = {number: "
        "line, ...}`. For each of the three lines, give its number and, in quotes, the corrected line."
    ),
    solution=(
        'fixes = {7: "longest_wait_seconds = 3_600", 9: "fresh_session_seconds = 300", 11: '
        '"explain_refusals = false"}'
    ),
    ask=_reviewed,
    hints=(
        (
            "For each line, ask what it changes for the people at the counter. One key lets strangers learn more "
            "than they should."
        ),
        "An hour has 3,600 seconds. Which of the waits is longer than that?",
        "How long does a session in this shop stay fresh? And how long is a working day?",
    ),
    cases=(
        Case(
            "Waits",
            ("waits",),
            _RIGHT,
            "A wait may last at most an hour. How long can a wait become with your line?",
            "waits of at most an hour",
        ),
        Case(
            "A change of factor",
            ("factors",),
            _RIGHT,
            "Somebody finds the shop's browser open after lunch. May they change the account's factors?",
            "a session that is at most five minutes old",
        ),
        Case(
            "Refusals",
            ("words",),
            _RIGHT,
            "A stranger learns the reason for each refusal. Which line is meant only for teaching?",
            "a refusal that gives no reason",
        ),
        Case(
            "The rest",
            ("rest",),
            _RIGHT,
            "You changed a line that breaks no clause. Which three lines do?",
            "all other lines unchanged",
        ),
    ),
    wrong=(
        Wrong(
            'fixes = {7: "longest_wait_seconds = 3_600"}',
            "You fixed one line, and two are left. Somebody who finds a session from the morning open may still "
            "change the factors of the account. Which line allows that?",
        ),
        Wrong(
            'fixes = {7: "longest_wait_seconds = 3_600", 9: "fresh_session_seconds = 300"}',
            "You fixed two lines, and one is left. That line is near the end, and it sounds helpful. What does it "
            "tell a stranger?",
        ),
        Wrong(
            'fixes = {5: "window_steps = 0", 7: "longest_wait_seconds = 3_600", 9: "fresh_session_seconds = 300", '
            '11: "explain_refusals = false"}',
            "You changed the window. A window of 1 complies with RFC6238-5.2. ASVS-6.5.5 asks for less, so the "
            "window is a choice, not a mistake. Which three lines break a clause?",
        ),
        Wrong(
            'fixes = {6: "first_wait_seconds = 60", 7: "longest_wait_seconds = 3_600", '
            '9: "fresh_session_seconds = 300", 11: "explain_refusals = false"}',
            "You changed the first wait, but half a minute is allowed. Which wait is too long?",
        ),
    ),
)

EXERCISES = (REVIEW,)
