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
"""The needs that each organisation's policy has to meet, by the word that the question prints in bold."""


def unmet(house: str, policy: Policy) -> list[str]:
    """Return the needs of an organisation that a policy does not meet."""
    return [name for name, met in _NEEDS[house].items() if not met(policy)]


def _fits(answer: object, house: str) -> str:
    name = answer.get(house) if isinstance(answer, dict) else None
    if not isinstance(name, str) or name not in _sectors():
        return "not one of the seven names"
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
_ROW = (
    "For each need, go down one column of the table and cross out the policies that do not meet it. Which one is "
    "left?"
)

HOUSES = Exercise(
    id="which-policy",
    title="Three houses, seven policies",
    question=(
        "Three organisations (houses) each want one of the seven policies, unchanged.\n\n"
        "- **theatre**, a box office. One login at nine in the morning must last until half past five (**day**). If "
        "nobody touches a **till** for half an hour, it must lock. The till must still be open for somebody who "
        "spends 20 minutes in the **cellar** to fetch programmes. People type in a **hurry**, so the server must "
        "accept a code that arrives half a minute late.\n"
        "- **weather**, the servers of a weather service. A **shift** lasts eight hours, with one login. A **code** "
        "must be valid only for its own 30 seconds (ASVS-6.5.5). There are recovery codes, which are kept in a "
        "**safe**.\n"
        "- **van**, a blood donation van. A **stranger** who types wrong codes must not keep a nurse out for more "
        "than a quarter of an hour. If nobody touches a **screen** for a quarter of an hour, it must lock.\n\n"
        'Write `houses = {"theatre": ..., "weather": ..., "van": ...}`. Replace each `...` with the name of a '
        "policy, in quotes."
    ),
    solution='houses = {"theatre": "business", "weather": "cloud", "van": "healthcare"}',
    ask=_asked,
    given="from mfa_lab import Policy",
    hints=(
        (
            "Each need corresponds to one column of the table of policies. The column *unused* says when an unused "
            "session ends."
        ),
        "Only three of the seven policies have window 0, and only one has a longest wait of less than an hour.",
        (
            "For the theatre, check two columns: a session must last at least eight and a half hours, and end unused "
            "after 20 to 30 minutes."
        ),
    ),
    cases=(
        Case(
            "The houses",
            (_houses,),
            _RIGHT,
            "Your dictionary has a key that names none of the three houses. Is each key spelled as in the question?",
            "the three houses",
        ),
        Case(
            "The policies",
            (_names,),
            _RIGHT,
            "Each value must be the name of a policy, in quotes. Is each value in the first column of the table?",
            "names of the seven policies",
        ),
        Case("The theatre", (_fits, "theatre"), _RIGHT, _ROW, _WANTED),
        Case("The weather service", (_fits, "weather"), _RIGHT, _ROW, _WANTED),
        Case("The van", (_fits, "van"), _RIGHT, _ROW, _WANTED),
    ),
    wrong=(
        Wrong(
            'houses = ["business", "cloud", "healthcare"]',
            "You wrote a list, which does not say which house gets which policy. How does the dictionary in the "
            "question show this?",
        ),
        Wrong(
            'houses = {"theater": "business", "weather": "cloud", "van": "healthcare"}',
            "You wrote theater, but no house has that name. How does the question spell it?",
        ),
        Wrong(
            'houses = {"theatre": "business", "weather": "cloud", "van": "hospital"}',
            "You wrote hospital, which is a word from the text and not the name of a policy. Which name does the "
            "first column of the table give this policy?",
        ),
        Wrong(
            'houses = {"theatre": Policy.STANDARD, "weather": "cloud", "van": "healthcare"}',
            "You wrote a policy itself instead of its name in quotes. Which name does the first column give this "
            "policy?",
        ),
        Wrong(
            'houses = {"theatre": "enterprise", "weather": "cloud", "van": "healthcare"}',
            "A login at your theatre lasts the whole working day, but an unattended till stays open for an hour. "
            "Which column says when an unused session ends?",
        ),
        Wrong(
            'houses = {"theatre": "healthcare", "weather": "cloud", "van": "healthcare"}',
            "Your theatre ends an unused session after ten minutes, so somebody who spends 20 minutes in the cellar "
            "has to log in again. Which policies wait longer?",
        ),
        Wrong(
            'houses = {"theatre": "business", "weather": "admin", "van": "healthcare"}',
            "At your weather service, codes are valid for 30 seconds. But its sessions end after four hours, and it "
            "has no recovery codes. What does a shift need?",
        ),
        Wrong(
            'houses = {"theatre": "business", "weather": "financial", "van": "healthcare"}',
            "At your weather service, codes are valid for 30 seconds. But its sessions last an hour, so a shift "
            "needs eight logins. How many does the question allow?",
        ),
        Wrong(
            'houses = {"theatre": "business", "weather": "cloud", "van": "financial"}',
            "You gave the van the strictest rules, but with these rules a stranger can keep the nurse out for an "
            "hour. Which column says how long?",
        ),
    ),
)

EXERCISES = (HOUSES,)

_STANDARD_WAITS = {"enterprise", "saas", "business"}

PREDICTIONS = (
    Prediction(
        id="largest-chance",
        question="The owner logs in every day. Which policy gives a guesser the largest chance within a year?",
        options=(
            Option("a", "enterprise, saas and business", _STANDARD_WAITS.__contains__),
            Option("b", "healthcare", lambda name: name == "healthcare"),
            Option("c", "admin or cloud", lambda name: name in {"admin", "cloud"}),
            Option("d", "financial", lambda name: name == "financial"),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** the hospital's policy gives a guesser the largest chance, 5.2 %. This is not "
                "carelessness. With waits of at most five minutes, a guesser makes 49 attempts between two logins "
                "of the owner. With waits of up to an hour, the guesser makes 31 attempts. The hospital pays this "
                "price to avoid locking clinicians out."
            ),
            (
                "The bank's policy gives a guesser the smallest chance, 1 in 30,442. Eight digits divide the chance "
                "by a hundred, window 0 divides it by three, and ten failures end the guessing. The bank also allows "
                "only one authenticator. Compared with a policy that allows two, its advantage is even larger."
            ),
            (
                "Whether a session lasts one hour or 24 makes no difference here. The length of a session matters "
                "only if somebody sits down at an open screen."
            ),
        ),
        secrets=(r"5\.2 %", r"30,442", r"\b49 attempts"),
    ),
    Prediction(
        id="owner-away",
        question="The owner is away for a year. Does the same policy still give a guesser the largest chance?",
        options=(
            Option("a", "yes, the same policy", lambda name: name == "healthcare"),
            Option("b", "no, another one", lambda name: name not in {"healthcare", "all the same"}),
            Option("c", "no, all seven give the same chance", lambda name: name == "all the same"),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** all chances are much smaller, and the order has changed. Without the owner's "
                "logins, only one number limits the guesser: the number of failures after which the authenticator is "
                "disabled. The hospital allows fifty failures, so its chance is now half that of the three policies "
                "that allow a hundred, although its waits are shorter. (NIST-3.2.2 permits at most a hundred.)"
            ),
            (
                "So if you state a guess budget, also state what you assume about the owner. The truth lies between "
                "the two columns. Owners do log in. But they also get security notifications about wrong codes after "
                "a correct password, and some owners read them (ASVS-6.3.5)."
            ),
        ),
        secrets=(r"1 in 6,667", r"order has changed", r"1 in 33,334"),
    ),
    Prediction(
        id="waits-or-end",
        question="The owner logs in every day. Which change lowers the chance of the hospital's guesser more?",
        options=(
            Option("a", "waits of up to an hour", lambda ratio: ratio < 0.9),
            Option("b", "disabled after 20 wrong codes", lambda ratio: ratio > 1.1),
            Option("c", "both about the same", lambda ratio: 0.9 <= ratio <= 1.1),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** disabling the authenticator earlier helps more, with a chance of 2.1 % against 3.3 "
                "%. Longer waits would also keep clinicians out. But the earlier limit harms somebody, too. After "
                "twenty wrong codes, the authenticator of a nurse on night duty is disabled, and she needs a "
                "recovery code from the safe."
            ),
            (
                "Eight digits would solve the problem if all apps and tokens in the hospital could show them. Change "
                "another number in the cell. Every change that lowers the chance makes something harder for "
                "somebody."
            ),
        ),
        secrets=(r"\b2\.1 %", r"1 in 1,864", "authenticator earlier helps more"),
    ),
    Prediction(
        id="other-systems",
        question=(
            "How many of the ten lines give the guesser a smaller chance than the most generous of the seven "
            "policies?"
        ),
        options=(
            Option("a", "none", lambda count: count == 0),
            Option("b", "one or two", lambda count: 1 <= count <= 2),
            Option("c", "about half of them", lambda count: 3 <= count <= 7),
            Option("d", "nearly all", lambda count: count >= 8),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** two of the ten lines do, privacyIDEA and django-otp. In five of the ten, the "
                "guesser is more likely than not to get in within a year. (If a line has no square, the owner's "
                "logins make no difference.)"
            ),
            (
                "Be fair before you repeat this result. PyOTP and passlib are libraries: they compare codes, and "
                "their manuals leave the rest to the application. *No limit* is what you get if the application "
                "does nothing. In that case we assume ten attempts a second. Keycloak is listed twice, because its "
                "protection must be switched on. Authelia limits attempts per address, which stops a thief with one "
                "machine, but not a thief with a thousand machines."
            ),
        ),
        secrets=("two of the ten", "five of the ten"),
    ),
)
