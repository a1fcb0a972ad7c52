"""Exercises and predictions of 10_window_and_clock_drift."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong

if TYPE_CHECKING:
    from mfa_lab.lab.figures.guessing.trade_off import Cost

NOTEBOOK = "10_window_and_clock_drift"

GROUPS: dict[str, dict[str, float]] = {
    "office": {"by_hand_share": 0.01, "delay_seconds": 8},
    "ward": {"by_hand_share": 0.3, "delay_seconds": 15},
    "archive": {"by_hand_share": 1.0, "delay_seconds": 12},
}
"""The groups of the notebook, as `assumed_users` takes them."""
MOST_REFUSED = 0.02
MOST_GUESSED = 0.10
_RIGHT = "as asked"
_NEAR = 0.08
"""Numbers are read off a figure, to two digits."""
_NO_NUMBER = "no number: that goes without quotes and without %"


@cache
def costs(group: str) -> tuple[Cost, ...]:
    """What each window costs with this group of users."""
    from mfa_lab.lab.figures.guessing import trade_off  # draws: no other notebook's setup need load that

    return trade_off.costs(trade_off.assumed_users(**GROUPS[group])).costs


def fitting(group: str) -> int | None:
    """The smallest window that keeps both rules, if there is one."""
    kept = (
        cost.window_steps for cost in costs(group) if cost.refused <= MOST_REFUSED and cost.per_year <= MOST_GUESSED
    )
    return next(kept, None)


def _part(answer: object, group: str, what: str) -> str:
    """What is to be said of one group's window, or of the numbers beside it; or of the groups themselves."""
    answered = answer if isinstance(answer, dict) else {}
    if what == "groups":
        return next((f"no {name}" for name in GROUPS if name not in answered), _RIGHT)
    choice = answered.get(group, ...)
    if choice == "None":
        return "None in quotes"
    if choice is not None and not (isinstance(choice, tuple | list) and len(choice) == 3):
        return "no three values, nor None"
    window, *shares = choice or (None, None, None)
    return _of_window(group, window) if what == "window" else _of_shares(group, window, shares)


def _of_window(group: str, window: Any) -> str:
    fits = fitting(group)
    if window is None:
        return _RIGHT if fits is None else "there is one"
    if isinstance(window, str):
        return _NO_NUMBER
    if type(window) is not int or not 0 <= window < len(costs(group)):
        return "no window from 0 to 10"
    if window == fits:
        return _RIGHT
    cost = costs(group)[window]
    if cost.refused > MOST_REFUSED:
        return f"it refuses {100 * cost.refused:.2g} %"
    if cost.per_year > MOST_GUESSED:
        return f"a guesser gets {100 * cost.per_year:.2g} %"
    return "a smaller one will do"


def _of_shares(group: str, window: Any, shares: list[Any]) -> str:
    cost = costs(group)[window]
    for name, true, said in zip(("refused", "guessed"), (cost.refused, cost.per_year), shares, strict=True):
        if not isinstance(said, int | float):
            return f"{name}: {_NO_NUMBER}"
        if not math.isclose(said, 100 * true, rel_tol=_NEAR):
            return f"{name}: not {said}"
    return _RIGHT


_THREE = "one entry for each of the three"
_BOTH = "the smallest window that keeps both rules, or None"
_PERCENT = "that window's two shares, in percent, as the figure has them"
_ROWS = "Draw this group's figure, and go down its rows until both rules hold, or until the second is broken."
_SHARES = "Of the row that you chose: first the share on the left, then the share of a year on the right."

CHOOSE = Exercise(
    id="choose-window",
    title="A window, and its defence",
    question=(
        'Write `choice = {"office": ..., "ward": ..., "archive": ...}`. In place of each `...` goes '
        "`(window, refused, guessed)`: the smallest window that refuses at most 2 of 100 honest logins and leaves a "
        "guesser at most 10 of 100 in a year; and, as its defence, these two shares in percent. Where no window "
        "keeps both rules, put `None`. For the office `(0, 32, 1.1)` would be complete, and wrong."
    ),
    solution='choice = {"office": (1, 0.56, 3.3), "ward": (4, 1.1, 9.7), "archive": None}',
    ask=_part,
    hints=(
        "Draw the figure once for each group, and go down its rows from window 0.",
        (
            "On the left look for the first row whose share is 2 % or less. Only then look to the right: is its "
            "share of a year 10 % or less?"
        ),
        "If the first row that is good on the left is too dear on the right, every later row is dearer still.",
    ),
    cases=(
        Case(
            "The groups",
            ("", "groups"),
            _RIGHT,
            "Each of the three needs an entry of its own, under its name in small letters and in quotes.",
            _THREE,
        ),
        Case("The office's window", ("office", "window"), _RIGHT, _ROWS, _BOTH),
        Case("The office's numbers", ("office", "numbers"), _RIGHT, _SHARES, _PERCENT),
        Case("The ward's window", ("ward", "window"), _RIGHT, _ROWS, _BOTH),
        Case("The ward's numbers", ("ward", "numbers"), _RIGHT, _SHARES, _PERCENT),
        Case("The archive's window", ("archive", "window"), _RIGHT, _ROWS, _BOTH),
    ),
    wrong=(
        Wrong(
            'choice = {"office": (0, 32, 1.1), "ward": (0, 63, 1.1), "archive": (0, 81, 1.1)}',
            "Without a window nobody guesses less, and a third of the office stands at the door each morning.",
        ),
        Wrong(
            'choice = {"office": (1, 0.56, 3.3), "ward": (1, 17, 3.3), "archive": (1, 47, 3.3)}',
            "One step is meant for the way of a code. On the ward clocks are wrong too: one in six stays outside.",
        ),
        Wrong(
            'choice = {"office": (1, 0.0056, 0.033), "ward": (4, 0.011, 0.097), "archive": None}',
            "The windows may be right; the shares are wanted in percent, as they stand in the figure.",
        ),
        Wrong(
            'choice = {"office": (2, 0.22, 5.5), "ward": (5, 0.3, 12), "archive": (6, 0.19, 14)}',
            "Each further step costs as much as the last: take none that the rule does not ask for.",
        ),
        Wrong(
            'choice = {"office": (1, 0.56, 3.3), "ward": (4, 1.1, 9.7), "archive": (5, 0.87, 12)}',
            "You kept the people's rule and broke the guesser's. Must there be a window that keeps both?",
        ),
        Wrong(
            'choice = {"office": (1, 0.56, 3.3), "ward": (4, 1.1, 9.7), "archive": (4, 3.2, 9.7)}',
            "You kept the guesser's rule and broke the people's. Must there be a window that keeps both?",
        ),
        Wrong(
            'choice = {"office": (1, 0.56, 3.3), "ward": (4, 1.1, 9.7)}',
            "The archive is left out. If you found no window for it, say so: that is an answer, too.",
        ),
        Wrong(
            'choice = {"office": (1, 0.56, 3.3), "ward": (4, 1.1, 9.7), "archive": "None"}',
            "In quotes it is a word of four letters. The value that stands for *nothing* goes without quotes.",
        ),
    ),
)

EXERCISES = (CHOOSE,)

PREDICTIONS = (
    Prediction(
        id="offset-and-delay",
        question="A phone 20 s ahead, a code 20 s on its way, and a window of 0: how often does it get in?",
        options=(
            Option("a", "never, two errors are worse than one", lambda chance: chance == 0),
            Option("b", "now and then", lambda chance: 0 < chance < 1),
            Option("c", "always, the two cancel", lambda chance: chance == 1),
        ),
    ),
    Prediction(
        id="no-window",
        question="Of 100 honest logins, how many does a server without a window refuse?",
        options=(
            Option("a", "one or two", lambda share: share < 0.05),
            Option("b", "about ten", lambda share: 0.05 <= share < 0.2),
            Option("c", "about a third", lambda share: 0.2 <= share < 0.5),
            Option("d", "more than half", lambda share: share >= 0.5),
        ),
    ),
)
