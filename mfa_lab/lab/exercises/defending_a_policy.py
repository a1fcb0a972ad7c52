"""The bank's window: exercises and a prediction of 53_defending_a_policy."""

from __future__ import annotations

import math
from functools import cache

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong, letters
from mfa_lab.policy import Policy
from mfa_lab.resources import data_dir

NOTEBOOK = "53_defending_a_policy"
_RIGHT = "as asked"

CUSTOMERS = 20_000
_NEAR = 0.03
"""Learners read shares off the figure to two digits or more."""


@cache
def bank_bill(window: int) -> tuple[float, float]:
    """Return the refused logins per day and opened accounts per year, under the financial policy with this window."""
    from mfa_lab.lab.figures.guessing import trade_off  # draws: no other notebook's setup need load that

    bank = Policy.parse((data_dir() / "policies.toml").read_text("utf-8"))["financial"]
    (cost,) = trade_off.costs(policy=bank, windows=[window]).costs
    return CUSTOMERS * cost.refused, CUSTOMERS * cost.per_year


def _billed(answer: object, window: int, column: int) -> str:
    if not isinstance(answer, dict):
        return "no dictionary"
    if str(window) in answer:
        return "a window in quotes"
    row = answer.get(window)
    if not isinstance(row, tuple | list):
        return f"no two numbers for {window}"
    return _number(row[column], window, column) if len(row) == 2 else f"{len(row)} numbers for {window}"


def _number(said: object, window: int, column: int) -> str:
    """Return a description of the learner's number, if this number results from a typical mistake."""
    if not isinstance(said, int | float):
        return "no number"
    right = bank_bill(window)[column]
    known = {
        _RIGHT: right,
        "the other number of this pair": bank_bill(window)[1 - column],
        "the other window's": bank_bill(1 - window)[column],
        "365 times as much": 365 * right,
        "100 times as much": 100 * right,
        "a share": right / CUSTOMERS,
        "a percentage": 100 * right / CUSTOMERS,
    }
    near = (name for name, number in known.items() if math.isclose(said, number, rel_tol=_NEAR))
    return next(near, f"{said:g}")


_A_DAY = (
    "Each of the 20,000 customers logs in once a day. According to the figure, how many of these logins are refused?"
)
_A_YEAR = (
    "Every account has its own guesser, and the figure shows the chance for a year. How many of the 20,000 guessers "
    "get in?"
)

BILL = Exercise(
    id="cost-of-window",
    title="Both sides of the bank's window",
    question=(
        "The bank has 20,000 customers, and each of them logs in once a day. Suppose that all their passwords are "
        "stolen, and that a different guesser attacks each account. Write `bill = {0: (..., ...), 1: (..., ...)}`. "
        "For each window, how many honest logins does the bank refuse in a day, and how many accounts do guessers "
        "open in a year? Give the accounts with two decimals."
    ),
    solution="bill = {0: (6778, 0.66), 1: (484, 1.97)}",
    ask=_billed,
    hints=(
        "You need four numbers. Each number is 20,000 times a share or a chance from the figure.",
        "A share such as 34 % is 0.34, and a chance such as 1 in 1,000 is 1 / 1000. Let Python multiply.",
        (
            "The first number of each pair is for a day, and the second is for a year. The figure already gives the "
            "chance for a year."
        ),
    ),
    cases=(
        Case("Window 0, refused in a day", (0, 0), _RIGHT, _A_DAY, "honest logins refused in a day"),
        Case("Window 0, opened in a year", (0, 1), _RIGHT, _A_YEAR, "accounts opened in a year"),
        Case("Window 1, refused in a day", (1, 0), _RIGHT, _A_DAY, "honest logins refused in a day"),
        Case("Window 1, opened in a year", (1, 1), _RIGHT, _A_YEAR, "accounts opened in a year"),
    ),
    wrong=(
        Wrong(
            "bill = {0: (0.34, 1 / 30_442), 1: (0.024, 1 / 10_148)}",
            "You wrote the shares, and they are correct. How many of this bank's 20,000 customers are they?",
        ),
        Wrong(
            "bill = {0: (484, 1.97), 1: (6778, 0.66)}",
            "You swapped the numbers of the two windows. Which of the two windows refuses more logins?",
        ),
        Wrong(
            "bill = {0: (0.66, 6778), 1: (1.97, 484)}",
            "You swapped the two numbers of each pair. Which number counts refused logins, and which counts opened "
            "accounts?",
        ),
        Wrong(
            "bill = {0: (2_474_000, 0.66), 1: (176_700, 1.97)}",
            "You counted the refusals of a whole year. The question asks for one day. Which number did you multiply "
            "by?",
        ),
        Wrong(
            "bill = {0: (677_800, 0.66), 1: (48_400, 1.97)}",
            "You multiplied by 34 or 2.4, but 34 % is 0.34. How many logins are 34 % of 20,000?",
        ),
        Wrong(
            "bill = {0: (6,778, 0.66), 1: (484, 1.97)}",
            "You put a comma inside a number, so Python reads two numbers. How do you write the number without a "
            "comma?",
        ),
        Wrong(
            "bill = ((6778, 0.66), (484, 1.97))",
            "You wrote the pairs without their windows. How does the dictionary in the question show which pair is "
            "for which window?",
        ),
        Wrong(
            'bill = {"0": (6778, 0.66), "1": (484, 1.97)}',
            "You put the windows in quotes, so they are strings. How do you write a number in Python?",
        ),
        Wrong(
            "bill = {0: (6778, 240), 1: (484, 719)}",
            "You multiplied the accounts by 365. Is the chance in the figure for a day or for a year?",
        ),
        Wrong(
            "bill = {0: (6778, 1), 1: (484, 2)}",
            "You rounded to whole accounts, so the two windows are hard to compare. What are the numbers with two "
            "decimals?",
        ),
        Wrong(
            "bill = {0: (6778, 0.7), 1: (484, 2.0)}",
            "You gave one decimal, but the question asks for two. What are the numbers with two decimals?",
        ),
        Wrong(
            "bill = {0: (34, 0.0033), 1: (2.4, 0.0099)}",
            "You gave percentages, which say how many there are in each hundred. How many is that in 20,000?",
        ),
    ),
)

_CARRIED = "bde"
_WHY = {
    "a": "You expect the relayed code to arrive too late. A phishing page that relays a code after two seconds still "
    "sends a fresh code (NIST-3.2.5). Which window is shorter than that?",
    "c": "You chose a sentence that blames the clocks. But only 5 percent were set by hand, and window 0 refuses 34 "
    "percent of the logins. What happened to the others?",
    "b": "You left out what window 0 costs. Subtract the refusals in one row of your bill from those in the other: "
    "what is the difference?",
    "d": "You left out the accounts that window 0 saves. Subtract one row of your bill from the other: which "
    "difference is larger, accounts or refusals?",
    "e": "You left out a sentence about seeing a code, not guessing one. What does the figure of one code's life in "
    "notebook 10 show?",
}
"""The feedback on a sentence that is given but not proven, or proven but left out. The first such sentence counts."""


def _argued(answer: object, sentence: str) -> str:
    given = sentence in str(letters(answer))  # type: ignore[arg-type]
    if given == (sentence in _CARRIED):
        return _RIGHT
    return "given" if given else "left out"


ARGUE = Exercise(
    id="argue-window",
    title="What the figures prove",
    question=(
        "The board asks whether the window should be 0 or 1. Which of these statements does a figure prove? Use the "
        "figure above, and the figure of one code's life in notebook 10. Answer with the letters of all proven "
        'statements in one pair of quotes, such as `"ac"`.\n\n'
        "- **a** Window 0 stops a phishing page that relays each code at once.\n"
        "- **b** Window 0 refuses about 6,300 more honest logins a day than window 1.\n"
        "- **c** Window 0 refuses people whose clocks are wrong, and hardly anybody else.\n"
        "- **d** Even if every password were stolen, window 0 would save fewer accounts per year than the number of "
        "honest logins it refuses per day.\n"
        "- **e** An unused code that somebody has seen is valid for at most 30 seconds with window 0, and up to 90 "
        "with window 1."
    ),
    solution=f'carried = "{_CARRIED}"',
    ask=_argued,
    hints=(
        "For b and d, subtract one row of your bill from the other.",
        "A phishing page needs a second or two to relay a code. Is any window shorter than that?",
        (
            "Five percent of these people have a clock that was set by hand. What percentage of logins does window "
            "0 refuse?"
        ),
    ),
    cases=tuple(
        Case(f"Sentence {sentence}", (sentence,), _RIGHT, why, "every sentence that a figure proves, and no others")
        for sentence, why in _WHY.items()
    ),
    wrong=tuple(
        Wrong(f'carried = "{given}"', _WHY[first])
        for given, first in {"abde": "a", "bcde": "c", "de": "b", "be": "d", "bd": "e"}.items()
    ),
)

EXERCISES = (BILL, ARGUE)

PREDICTIONS = (
    Prediction(
        id="all-passwords-stolen",
        question=(
            "With window 1 and all 20,000 passwords stolen, how many of the bank's accounts do guessers open in a "
            "year?"
        ),
        options=(
            Option("a", "fewer than ten", lambda count: count < 10),
            Option("b", "about a hundred", lambda count: 10 <= count <= 300),
            Option("c", "about a thousand", lambda count: 300 < count <= 3000),
            Option("d", "about ten thousand, half of them", lambda count: count > 3000),
        ),
        outcome="a",
        saw=(
            (
                "**What we saw:** guessers open fewer than ten of 20,000 accounts, in the worst case that we could "
                "think of. The eight digits and the limit of ten failures do nearly all the work before the window "
                "matters. For one account, the chance in a year is 1 in 30,442 with window 0, and 1 in 10,148 with "
                "window 1."
            ),
        ),
        secrets=(r"1 in 10,148", r"nearly all the work"),
    ),
)
