"""Exercises and predictions of 52_choosing_a_policy."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong
from mfa_lab.policy import Policy
from mfa_lab.resources import data_dir

NOTEBOOK = "52_choosing_a_policy"

_RIGHT = "every need is met"


@cache
def _sectors() -> dict[str, Policy]:
    return Policy.parse((data_dir() / "policies.toml").read_text("utf-8"))


_NEEDS: dict[str, dict[str, Callable[[Policy], bool]]] = {
    "theatre": {
        "day": lambda policy: policy.session_seconds >= 8.5 * 3600,
        "till": lambda policy: policy.session_idle_seconds <= 30 * 60,
        "cellar": lambda policy: policy.session_idle_seconds >= 20 * 60,
        "hurry": lambda policy: policy.window_steps == 1,
    },
    "weather": {
        "shift": lambda policy: policy.session_seconds >= 8 * 3600,
        "code": lambda policy: policy.window_steps == 0,
        "safe": lambda policy: policy.recovery_codes > 0,
    },
    "van": {
        "stranger": lambda policy: policy.longest_wait_seconds <= 15 * 60,
        "screen": lambda policy: policy.session_idle_seconds <= 15 * 60,
    },
}
"""Of each house, what its policy has to meet, by the word that the question prints in bold."""


def unmet(house: str, policy: Policy) -> list[str]:
    """The needs of a house that a policy does not meet."""
    return [name for name, met in _NEEDS[house].items() if not met(policy)]


def _fits(answer: object, house: str) -> str:
    name = answer.get(house) if isinstance(answer, dict) else None
    if not isinstance(name, str) or name not in _sectors():
        return "none of the seven names"
    missed = unmet(house, _sectors()[name])
    return f"not met: {', '.join(missed)}" if missed else _RIGHT


def _houses(answer: object, _all: str) -> str:
    if not isinstance(answer, dict):
        return "no dictionary"
    strange = [house for house in answer if house not in _NEEDS]
    return f"a house {strange[0]}" if strange else _RIGHT


def _names(answer: dict[str, object], _all: str) -> str:
    for name in answer.values():
        if isinstance(name, Policy):
            return "a policy, and not its name"
        if name is not ... and name not in _sectors():
            return f"a policy {name}"
    return _RIGHT


def _asked(answer: dict[str, object], look: Callable[[dict[str, object], str], str], house: str = "") -> str:
    return look(answer, house)


_WANTED = "a policy that meets every need of this house"
_ROW = "Go down one column of the table for each need, and strike out the policies that do not meet it."

HOUSES = Exercise(
    id="which-policy",
    title="Three houses, seven policies",
    question=(
        "Three houses want one of the seven policies, as it stands.\n\n"
        "- **theatre**, a box office. Whoever logs in at nine in the morning works until half past five without "
        "another login (**day**). A **till** that nobody touches for half an hour must be closed. Who fetches "
        "programmes from the **cellar**, 20 minutes, must find it open. Codes are typed in a **hurry**, and one that "
        "comes half a minute late must be taken.\n"
        "- **weather**, the servers of a weather service. A **shift** is eight hours with one login. A **code** "
        "lives for 30 seconds and no longer (ASVS-6.5.5). Recovery codes lie in a **safe**.\n"
        "- **van**, where people give blood. A **stranger** who types wrong codes must not hold a nurse off for more "
        "than a quarter of an hour. A **screen** that nobody touches for as long must be closed.\n\n"
        'Write `houses = {"theatre": ..., "weather": ..., "van": ...}`, with the name of a policy, in quotes, in '
        "place of each `...`."
    ),
    solution='houses = {"theatre": "business", "weather": "cloud", "van": "healthcare"}',
    ask=_asked,
    given="from mfa_lab import Policy",
    hints=(
        "Each need is one column of the table of policies. That named unused says when an untouched session ends.",
        "Of the seven only three have window 0, and only one has a longest wait under an hour.",
        (
            "For the theatre look at two columns at once: a session of nine hours or so that ends unused after 20 "
            "to 30 minutes."
        ),
    ),
    cases=(
        Case(
            "The houses", (_houses,), _RIGHT, "Each house is a key, spelled as in the question.", "the three houses"
        ),
        Case(
            "The policies",
            (_names,),
            _RIGHT,
            "Write each name as in the first column, in quotes.",
            "names of the seven",
        ),
        Case("The theatre", (_fits, "theatre"), _RIGHT, _ROW, _WANTED),
        Case("The weather service", (_fits, "weather"), _RIGHT, _ROW, _WANTED),
        Case("The van", (_fits, "van"), _RIGHT, _ROW, _WANTED),
    ),
    wrong=(
        Wrong(
            'houses = ["business", "cloud", "healthcare"]',
            "That does not say which house gets which: write each house, a colon and its policy, all in { }.",
        ),
        Wrong(
            'houses = {"theater": "business", "weather": "cloud", "van": "healthcare"}',
            "There is no house theater: it is spelled as in the question.",
        ),
        Wrong(
            'houses = {"theatre": "business", "weather": "cloud", "van": "hospital"}',
            "So it is called in prose. Write the name as in the first column of the table, in quotes.",
        ),
        Wrong(
            'houses = {"theatre": Policy.STANDARD, "weather": "cloud", "van": "healthcare"}',
            "That is a policy itself. Write its name alone, as in the first column, in quotes.",
        ),
        Wrong(
            'houses = {"theatre": "enterprise", "weather": "cloud", "van": "healthcare"}',
            "A working day, yes. But there a till stays open for an hour with nobody at it.",
        ),
        Wrong(
            'houses = {"theatre": "healthcare", "weather": "cloud", "van": "healthcare"}',
            "Ten minutes are right for a ward. Whoever comes up from the cellar after 20 has to log in again.",
        ),
        Wrong(
            'houses = {"theatre": "business", "weather": "admin", "van": "healthcare"}',
            "Its codes live for 30 seconds, but its sessions end after four hours, and there is nothing in the safe.",
        ),
        Wrong(
            'houses = {"theatre": "business", "weather": "financial", "van": "healthcare"}',
            "Its codes live for 30 seconds, as they should, and its sessions for an hour: that is eight logins a "
            "shift.",
        ),
        Wrong(
            'houses = {"theatre": "business", "weather": "cloud", "van": "financial"}',
            "The strictest rules are no shelter here: they let a stranger hold the nurse off for an hour.",
        ),
    ),
)

EXERCISES = (HOUSES,)

_STANDARD_WAITS = {"enterprise", "saas", "business"}

PREDICTIONS = (
    Prediction(
        id="largest-chance",
        question="The owner logs in every day. Which policy leaves a guesser the largest chance within a year?",
        options=(
            Option("a", "those that are open to everybody: saas, enterprise, business", _STANDARD_WAITS.__contains__),
            Option("b", "healthcare, which lets nobody wait for long", lambda name: name == "healthcare"),
            Option("c", "admin or cloud, where most can be won", lambda name: name in {"admin", "cloud"}),
            Option("d", "financial, which is guessed at most", lambda name: name == "financial"),
        ),
    ),
    Prediction(
        id="owner-away",
        question="The owner is away for a year. Does the same policy leave the largest chance?",
        options=(
            Option("a", "yes, it is still healthcare", lambda name: name == "healthcare"),
            Option("b", "no, another one", lambda name: name != "healthcare"),
        ),
    ),
    Prediction(
        id="other-systems",
        question="In how many of the ten lines does a guesser get in within a year, more likely than not?",
        options=(
            Option("a", "in none", lambda count: count == 0),
            Option("b", "in one or two", lambda count: 1 <= count <= 2),
            Option("c", "in about half of them", lambda count: 3 <= count <= 7),
            Option("d", "in nearly all", lambda count: count >= 8),
        ),
    ),
)
