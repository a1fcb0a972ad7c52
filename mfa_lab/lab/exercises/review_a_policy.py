"""A text that the parser takes and a person does not: an exercise of 53_defending_a_policy."""

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
    """The museum's policy with these lines in place of the old ones: a dictionary from line numbers to texts."""
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
    title="What no parser finds",
    question=(
        "The parser takes this text, and yet three of its lines break a clause each: NIST-3.2.2 (waits grow to an "
        "hour and no further), ASVS-7.5.1 (who changes a factor has proven both factors in the last five minutes: "
        "the session is *fresh*), ASVS-6.3.8 (from a refusal nobody learns more than that it is one). Write "
        "`mend = {number: line, ...}`: for each of the three the number of the line, and in quotes the line as it "
        "should be."
    ),
    solution=(
        'mend = {7: "longest_wait_seconds = 3_600", 9: "fresh_session_seconds = 300", 11: "explain_refusals = false"}'
    ),
    ask=_reviewed,
    hints=(
        "Ask of each line what happens at the counter because of it. One key tells strangers more than it should.",
        "An hour has 3,600 seconds. Which of the waits is longer than that?",
        "How long does a session of this shop stay fresh? Beside it, how long is a working day?",
    ),
    cases=(
        Case("Waits", ("waits",), _RIGHT, "How long may one wait become?", "waits of an hour at most"),
        Case(
            "A change of factor",
            ("factors",),
            _RIGHT,
            "Somebody finds the shop's browser open after lunch: what may they change?",
            "a session of five minutes at most",
        ),
        Case(
            "Refusals",
            ("words",),
            _RIGHT,
            "One line is for a class alone: it lets every refusal tell its reason.",
            "a refusal that tells nothing",
        ),
        Case("The rest", ("rest",), _RIGHT, "Three lines are wrong, and the others are right.", "as it was"),
    ),
    wrong=(
        Wrong(
            'mend = {7: "longest_wait_seconds = 3_600"}',
            "A good beginning, two to go. Next: who sits down at a session that was opened in the morning may change "
            "its factors.",
        ),
        Wrong(
            'mend = {7: "longest_wait_seconds = 3_600", 9: "fresh_session_seconds = 300"}',
            "One to go. It stands near the end, and reads as if it were kind.",
        ),
        Wrong(
            'mend = {5: "window_steps = 0", 7: "longest_wait_seconds = 3_600", 9: "fresh_session_seconds = 300", '
            '11: "explain_refusals = false"}',
            "Window 1 keeps RFC6238-5.2. That ASVS-6.5.5 asks for less is a choice, and no mistake.",
        ),
        Wrong(
            'mend = {6: "first_wait_seconds = 60", 7: "longest_wait_seconds = 3_600", '
            '9: "fresh_session_seconds = 300", 11: "explain_refusals = false"}',
            "The first wait may be half a minute: it is the last one that was too long.",
        ),
    ),
)

EXERCISES = (REVIEW,)
