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
"""Figures are read with two digits or more."""


@cache
def bank_bill(window: int) -> tuple[float, float]:
    """Refusals a day and accounts opened a year, with this window in the policy for financial systems."""
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
    """What this number is, if it is one that is easily taken for the right one."""
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
        "so many of 100": 100 * right / CUSTOMERS,
    }
    near = (name for name, number in known.items() if math.isclose(said, number, rel_tol=_NEAR))
    return next(near, f"{said:g}")


_A_DAY = "Each of the 20,000 logs in once a day: how many of these logins are refused, by the share in the figure?"
_A_YEAR = "Every account has its own guesser, whose chance for the year the figure shows: how many of 20,000 get in?"

BILL = Exercise(
    id="cost-of-window",
    title="Both sides of the bank's window",
    question=(
        "The bank has 20,000 customers, each of whom logs in once a day. Suppose that every one of their passwords "
        "was stolen, and that each account has a guesser of its own. Write `bill = {0: (..., ...), 1: (..., ...)}`. "
        "For each of the two windows: how many honest logins are refused in a day, and how many accounts are opened "
        "in a year? Do not round to whole accounts: half an account a year means one in two years."
    ),
    solution="bill = {0: (6778, 0.66), 1: (484, 1.97)}",
    ask=_billed,
    hints=(
        "Four numbers, and each is 20,000 times a share. The shares stand in the figure.",
        "A share such as 34 % is 0.34. A chance such as 1 in 1,000 is 1 / 1000, and Python multiplies for you.",
        "The first number of each pair is a day's, the second a year's: none has to be multiplied by 365.",
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
            "These are the shares, and they are right. How many people is that, at this bank?",
        ),
        Wrong(
            "bill = {0: (484, 1.97), 1: (6778, 0.66)}",
            "That is the other window's. Which of the two refuses more?",
        ),
        Wrong(
            "bill = {0: (0.66, 6778), 1: (1.97, 484)}",
            "That is the other number of the pair: first the logins refused, then the accounts opened.",
        ),
        Wrong(
            "bill = {0: (2_474_000, 0.66), 1: (176_700, 1.97)}",
            "That is a whole year's refusals. A day's are asked.",
        ),
        Wrong(
            "bill = {0: (677_800, 0.66), 1: (48_400, 1.97)}",
            "A share is a part of one: 34 % is 0.34.",
        ),
        Wrong(
            "bill = {0: (6,778, 0.66), 1: (484, 1.97)}",
            "A comma begins the next number: inside one there is none.",
        ),
        Wrong(
            "bill = ((6778, 0.66), (484, 1.97))",
            "Say which pair is which window's: each window, a colon and its pair, all in { }.",
        ),
        Wrong(
            'bill = {"0": (6778, 0.66), "1": (484, 1.97)}',
            "The windows are numbers, and stand without quotes.",
        ),
        Wrong(
            "bill = {0: (6778, 240), 1: (484, 719)}",
            "The chance in the figure is that of a whole year already.",
        ),
        Wrong("bill = {0: (6778, 1), 1: (484, 2)}", "Right, but rounded. Write two decimals."),
        Wrong("bill = {0: (6778, 0.7), 1: (484, 2.0)}", "Right, but one decimal is too few here. Write two."),
        Wrong(
            "bill = {0: (34, 0.0033), 1: (2.4, 0.0099)}",
            "That is of 100 logins and of 100 accounts. The bank has 20,000.",
        ),
    ),
)

_CARRIED = "bde"
_WHY = {
    "a": "A false page is quick: a code that it passes on after two seconds is fresh under any window (NIST-3.2.5).",
    "c": "5 of 100 clocks were set by hand, and window 0 refuses 34 of 100 logins. The others read a code late in "
    "its life, and typed it when it was over.",
    "b": "You left out the price: subtract the refusals of one row of your bill from those of the other.",
    "d": "You left out what guessers lose: subtract the accounts of one row of your bill from those of the other.",
    "e": "One more. It is not about guessing but about looking on: the picture of one code's life in 10 shows it.",
}
"""What to say when a sentence is given that no figure carries, or left out though one does: the first of these."""


def _argued(answer: object, sentence: str) -> str:
    given = sentence in str(letters(answer))  # type: ignore[arg-type]
    if given == (sentence in _CARRIED):
        return _RIGHT
    return "given" if given else "left out"


ARGUE = Exercise(
    id="argue-window",
    title="What the figures carry",
    question=(
        "The board asks: 0 or 1? Which of these sentences does a figure carry, the one above or that of one code's "
        'life in 10? Give all the letters in one text, such as `"ac"`.\n\n'
        "- **a** Window 0 stops a false page that passes each code on at once.\n"
        "- **b** Window 0 refuses some 6,300 honest logins a day more.\n"
        "- **c** Window 0 refuses people whose clocks are wrong, and hardly anybody else.\n"
        "- **d** If every password were stolen, window 0 would keep one or two accounts a year from guessers.\n"
        "- **e** With window 0 a code that somebody has seen and nobody has used is good for 30 seconds at most, "
        "with window 1 for up to 90."
    ),
    solution=f'carried = "{_CARRIED}"',
    ask=_argued,
    hints=(
        "For b and d, subtract one row of your bill from the other.",
        "How long does a false page need to pass a code on? A second or two. Is any window shorter than that?",
        "Of these people 5 of 100 have a clock that was set by hand. How many of 100 does window 0 refuse?",
    ),
    cases=tuple(
        Case(f"Sentence {sentence}", (sentence,), _RIGHT, why, "every sentence that a figure carries, and no other")
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
            "Window 1, all 20,000 passwords stolen, a year of guessing: how many of the bank's accounts are opened?"
        ),
        options=(
            Option("a", "one to five", lambda count: 0.5 <= count <= 5),
            Option("b", "about a hundred", lambda count: 5 < count <= 300),
            Option("c", "about a thousand, one of twenty", lambda count: count > 300),
        ),
    ),
)
