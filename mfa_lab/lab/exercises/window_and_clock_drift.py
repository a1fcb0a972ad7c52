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
"""The notebook's groups of users, as arguments of `assumed_users`."""
MOST_REFUSED = 0.02
MOST_GUESSED = 0.10
_RIGHT = "as asked"
_NEAR = 0.08
"""Learners read the numbers off a figure, to two digits."""
_NO_NUMBER = "no number: write it without quotes and without %"


@cache
def costs(group: str) -> tuple[Cost, ...]:
    """Return what each window costs this group of users."""
    from mfa_lab.lab.figures.guessing import trade_off  # draws: no other notebook's setup need load that

    return trade_off.costs(trade_off.assumed_users(**GROUPS[group])).costs


def fitting(group: str) -> int | None:
    """Return the smallest window that satisfies both rules, or None if no window does."""
    kept = (
        cost.window_steps for cost in costs(group) if cost.refused <= MOST_REFUSED and cost.per_year <= MOST_GUESSED
    )
    return next(kept, None)


def _part(answer: object, group: str, what: str) -> str:
    """Return what is wrong with one group's window, with its shares, or with the groups."""
    answered = answer if isinstance(answer, dict) else {}
    if what == "groups":
        return next((f"no {name}" for name in GROUPS if name not in answered), _RIGHT)
    choice = answered.get(group, ...)
    if choice == "None":
        return "None in quotes"
    if choice is not None and not (isinstance(choice, tuple | list) and len(choice) == 3):
        return "neither three values nor None"
    window, *shares = choice or (None, None, None)
    return _of_window(group, window) if what == "window" else _of_shares(group, window, shares)


def _of_window(group: str, window: Any) -> str:
    fits = fitting(group)
    if window is None:
        return _RIGHT if fits is None else "there is a window"
    if isinstance(window, str):
        return _NO_NUMBER
    if type(window) is not int or not 0 <= window < len(costs(group)):
        return "no window from 0 to 10"
    if window == fits:
        return _RIGHT
    cost = costs(group)[window]
    if cost.refused > MOST_REFUSED:
        return f"it rejects {100 * cost.refused:.2g} %"
    if cost.per_year > MOST_GUESSED:
        return f"a guesser gets {100 * cost.per_year:.2g} %"
    return "a smaller window is enough"


def _of_shares(group: str, window: Any, shares: list[Any]) -> str:
    cost = costs(group)[window]
    for name, true, said in zip(("refused", "guessed"), (cost.refused, cost.per_year), shares, strict=True):
        if not isinstance(said, int | float):
            return f"{name}: {_NO_NUMBER}"
        if not math.isclose(said, 100 * true, rel_tol=_NEAR):
            return f"{name}: not {said}"
    return _RIGHT


_THREE = "one entry for each of the three groups"
_BOTH = "the smallest window that satisfies both rules, or None"
_PERCENT = "the two shares of that window, in percent, as in the figure"
_ROWS = (
    "Your entry does not follow from the two rules. In this group's figure, which row is the first to satisfy the "
    "rule on the left?"
)
_SHARES = (
    "Your shares are not those of the row that you chose. Which share does the figure show on the left, and which "
    "share for a year on the right?"
)

CHOOSE = Exercise(
    id="choose-window",
    title="A window, and its defence",
    question=(
        'Write `choice = {"office": ..., "ward": ..., "archive": ...}`. Replace each `...` with `(window, refused, '
        "guessed)`. For each group, choose the smallest window that satisfies two rules. With that window, "
        "the server rejects at most 2 percent of the honest logins, and a guesser's chance in a year is at "
        "most 10 percent. To defend your choice, give these two shares in percent. If no window satisfies "
        "both rules, write `None`. For example, `(9, 50, 50)` has the correct form."
    ),
    solution='choice = {"office": (1, 0.56, 3.3), "ward": (4, 1.1, 9.7), "archive": None}',
    ask=_part,
    hints=(
        "Draw the figure for each group, and go down its rows from window 0.",
        (
            "On the left, find the first row whose share is 2 % or less. Then read the right side of that row: is "
            "the share for a year 10 % or less?"
        ),
        (
            "Suppose that the first row that satisfies the rule on the left breaks the rule on the right. Can any "
            "later row satisfy both?"
        ),
    ),
    cases=(
        Case(
            "The groups",
            ("", "groups"),
            _RIGHT,
            "One of the three groups is missing from your dictionary. Is each name there, in small letters and in "
            "quotes?",
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
            "You chose window 0 for every group, which keeps the guesser's chance small. How many people in the "
            "office must type twice each morning?",
        ),
        Wrong(
            'choice = {"office": (1, 0.56, 3.3), "ward": (1, 17, 3.3), "archive": (1, 47, 3.3)}',
            "You chose one step for every group, which allows enough time for people to type. On the ward, many "
            "clocks are also wrong. What share of its logins does the server reject?",
        ),
        Wrong(
            'choice = {"office": (1, 0.0056, 0.033), "ward": (4, 0.011, 0.097), "archive": None}',
            "You gave your shares as fractions, so they are a hundred times smaller than those in the figure. Which "
            "unit does the figure use?",
        ),
        Wrong(
            'choice = {"office": (2, 0.22, 5.5), "ward": (5, 0.3, 12), "archive": (6, 0.19, 14)}',
            "Your window for the office is wider than necessary, and each extra step helps a guesser. Which row is "
            "the first to satisfy the rule about honest logins?",
        ),
        Wrong(
            'choice = {"office": (1, 0.56, 3.3), "ward": (4, 1.1, 9.7), "archive": (5, 0.87, 12)}',
            "Your window for the archive satisfies the rule about honest logins, but breaks the rule about the "
            "guesser. Must there be a window that satisfies both?",
        ),
        Wrong(
            'choice = {"office": (1, 0.56, 3.3), "ward": (4, 1.1, 9.7), "archive": (4, 3.2, 9.7)}',
            "Your window for the archive satisfies the rule about the guesser, but breaks the rule about honest "
            "logins. Must there be a window that satisfies both?",
        ),
        Wrong(
            'choice = {"office": (1, 0.56, 3.3), "ward": (4, 1.1, 9.7)}',
            "You left out the archive, so nobody knows what you decided. If you found no window for the archive, how "
            "can your dictionary say so?",
        ),
        Wrong(
            'choice = {"office": (1, 0.56, 3.3), "ward": (4, 1.1, 9.7), "archive": "None"}',
            "Your entry is in quotes, so it is a word of four letters. How do you write Python's value for "
            "*nothing*?",
        ),
    ),
)

EXERCISES = (CHOOSE,)

PREDICTIONS = (
    Prediction(
        id="offset-and-delay",
        question=(
            "A phone is 20 s ahead, its code takes 20 s to arrive, and the window is 0. How often does the "
            "server accept the code?"
        ),
        options=(
            Option("a", "never, because two errors are worse than one", lambda chance: chance == 0),
            Option("b", "a third of the time, as often as with one of the errors", lambda chance: 0 < chance < 1),
            Option("c", "always, because the two errors cancel each other out", lambda chance: chance == 1),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** always. Alice's phone shows the code of a time that is still 20 seconds away, and "
                "the code arrives at exactly that time. So only one number counts: how far the clock is ahead, minus "
                "the time on the way. With only one of the two errors, she would get in a third of the time."
            ),
            (
                "The map shows slanting bands. Inside a band the chance is 1, beside the band the chance falls "
                "steadily, and one step further away the chance is 0. The formula is: the window, plus 1, minus the "
                "difference (without its sign) divided by 30. The result is never below 0 or above 1."
            ),
            (
                "When Alice's phone was 45 seconds slow, she got in half of the time: 1 + 1 − 45/30. If the phone is "
                "30 seconds slow and the code takes 15 seconds to arrive, the result is the same. The time on the "
                "way always adds to a slow phone's error."
            ),
        ),
        secrets=("only one number counts", "minus the time on the way", "slanting bands", "offset minus the delay"),
    ),
    Prediction(
        id="no-window",
        question="What share of the honest logins does a server without a window reject?",
        options=(
            Option("a", "one or two percent", lambda share: share < 0.05),
            Option("b", "about ten percent", lambda share: 0.05 <= share < 0.2),
            Option("c", "about a third", lambda share: 0.2 <= share < 0.5),
            Option("d", "more than half", lambda share: share >= 0.5),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** a server without a window rejects 34 percent of the honest logins. The first step "
                "brings nearly the whole improvement: only 2.4 percent are left. All further steps together bring "
                "less than a tenth of this improvement. On the right, each step costs the same. It opens two more "
                "codes, and a guesser's chance in a year grows by about two percentage points. That is why "
                "RFC6238-5.2 allows only one step."
            ),
            (
                "Why 34 percent, and not the 27 percent of the first cell? In the first cell, every code took eight "
                "seconds. Here half of the codes take longer, which raises the share to 31 percent. The clocks set "
                "by hand cause the rest."
            ),
        ),
        secrets=("34 ?(?:%|percent)", r"2\.4 ?(?:%|percent)", "[Ff]irst step brings"),
    ),
)
