"""Draw what each window costs: how many honest logins it rejects, and how likely it makes a correct guess."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from mfa_lab.attacks.simulation.guess_budget import guess_budget, in_words
from mfa_lab.attacks.simulation.odds import acceptance
from mfa_lab.errors import InvalidInput
from mfa_lab.lab.figures.picture import INK, Picture, canvas, picture, write
from mfa_lab.lab.figures.shapes import Scale, boxes, tints
from mfa_lab.lab.formatting import in_a_million, share
from mfa_lab.otp import MAX_WINDOW_STEPS
from mfa_lab.policy import Policy
from mfa_lab.style import ATTACKER, HERE, QUIET, REFUSED, REFUSED_SIGN

Seconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Users:
    """Honest users, as two samples in which all values have the same weight.

    The first sample says how many seconds a user's clock is ahead. The second sample says how many seconds pass
    between the reading of a code and its arrival. The two samples are independent, because we assume that slow
    typists have clocks like everybody else's.
    """

    offsets_seconds: Seconds
    delays_seconds: Seconds
    about: str


def assumed_users(
    *,
    by_hand_share: float = 0.05,
    by_network_seconds: float = 1.0,
    by_hand_seconds: float = 60.0,
    delay_seconds: float = 8.0,
    delay_factor: float = 1.8,
) -> Users:
    """Return the honest users that this kit assumes.

    We found no published measurement of authenticators' clocks, nor of the delay of codes (November 2026). So measure
    your own users, and pass the values that you find.

    A share `by_hand_share` of the clocks was set by hand, or is in a token. The error of these clocks is normally
    distributed, with the standard deviation `by_hand_seconds`. The other clocks are set by the network, and their
    error has the standard deviation `by_network_seconds`. The delay is lognormal: half of the codes take less than
    `delay_seconds`, and two thirds take between `delay_seconds / delay_factor` and `delay_seconds * delay_factor`.

    The closest published measurement is of Android clocks: 3.5 percent were wrong by an hour or more (OpenSignal,
    June 2013, opensignal.com/reports/timestamps). No window accepts codes from such clocks, so this function does not
    include them.
    """
    if not 0 <= by_hand_share <= 1:
        raise InvalidInput("by_hand_share must be from 0 to 1")
    if by_network_seconds <= 0 or by_hand_seconds <= 0 or delay_seconds <= 0 or delay_factor <= 1:
        raise InvalidInput("deviations and the delay must be above 0, delay_factor above 1")
    by_hand = round(_CLOCKS * by_hand_share)
    offsets = [by_network_seconds * _normal(_CLOCKS - by_hand), by_hand_seconds * _normal(by_hand)]
    about = (
        f"assumed: {share(by_hand_share)} of the clocks are set by hand (± {by_hand_seconds:g} s), "
        f"half of the codes arrive within {delay_seconds:g} s"
    )
    return Users(np.concatenate(offsets), delay_seconds * delay_factor ** _normal(_DELAYS), about)


_CLOCKS, _DELAYS = 10_000, 50


def _normal(count: int) -> Seconds:
    """Return `count` values that represent the normal distribution: the middles of equally likely slices."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((place + 0.5) / count) for place in range(count)])


@dataclass(frozen=True, slots=True)
class Cost:
    """Hold what one window costs: the share of honest logins that it rejects, and a guesser's chances."""

    window_steps: int
    refused: float
    per_attempt: float
    per_year: float


@dataclass(frozen=True, slots=True)
class TradeOff:
    """Hold what the figure shows. `owner_login_days` means the same as in `guess_budget`."""

    costs: tuple[Cost, ...]
    attempts_a_year: int
    owner_login_days: int | None
    users: Users


def costs(
    users: Users | None = None,
    policy: Policy = Policy.STANDARD,
    *,
    owner_login_days: int | None = 1,
    windows: Iterable[int] = range(MAX_WINDOW_STEPS + 1),
) -> TradeOff:
    """Compute the data in closed form, for each window in `windows` instead of the policy's window.

    The function averages `odds.acceptance` over all `users`, or over `assumed_users()` without `users`. It computes
    the guesser's chances with `guess_budget`, under the policy's rate limit.

    Each login of the owner resets the count of failed attempts. `owner_login_days` is the number of days from one
    login to the next. The value 1 helps a guesser most, and None means that the owner never logs in.
    """
    users = users or assumed_users()
    offsets, delays = np.asarray(users.offsets_seconds)[:, None], np.asarray(users.delays_seconds)
    found = []
    for window in windows:
        budget = guess_budget(replace(policy, window_steps=window), owner_login_days=owner_login_days)
        refused = 1 - float(acceptance(offsets, delays, window, period=policy.period_seconds).mean())
        found.append(Cost(window, refused, budget.chance_per_attempt, budget.chance_per_year))
    attempts = guess_budget(policy, owner_login_days=owner_login_days).attempts_per_year
    return TradeOff(tuple(found), attempts, owner_login_days, users)


def trade_off(
    users: Users | None = None,
    policy: Policy = Policy.STANDARD,
    *,
    owner_login_days: int | None = 1,
    windows: Iterable[int] = range(MAX_WINDOW_STEPS + 1),
) -> Picture:
    """Return the figure. The arguments are the same as those of `costs`."""
    data = costs(users, policy, owner_login_days=owner_login_days, windows=windows)
    return picture(draw(data), words(data), data)


def words(data: TradeOff) -> str:
    """Return a text that describes the figure."""
    told = "; ".join(
        f"window {cost.window_steps}: {share(cost.refused)} of correct codes are rejected, a guess is correct with a "
        f"chance of {in_a_million(cost.per_attempt)}, and the chance of a correct guess within a year is "
        f"{in_words(cost.per_year)}"
        for cost in data.costs
    )
    return (
        f"What a window costs: honest logins ({data.users.about}), against a guesser with {data.attempts_a_year:,} "
        f"attempts a year ({_owner(data)}). {told[0].upper()}{told[1:]}."
    )


def _owner(data: TradeOff) -> str:
    how_often = {None: "never logs in", 1: "logs in every day"}
    return f"the owner {how_often.get(data.owner_login_days, f'logs in every {data.owner_login_days} days')}"


_MIDDLE, _ROW, _REACH, _WIDTH = 18.0, 1.75, 11.0, 42.0
_LETTER = 0.33  # the width of a letter in the text beside a bar


def draw(data: TradeOff, ax: Axes | None = None) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given."""
    height = _ROW * len(data.costs) + 5.2
    ax = canvas(ax, _WIDTH, height)
    left, right = _MIDDLE - 2.2, _MIDDLE + 2.2
    for x, side, tone, head, more in (
        (left, "right", REFUSED, f"{REFUSED_SIGN} honest logins rejected", "share of all honest logins"),
        (right, "left", ATTACKER, "a guesser gets in", f"with one attempt; with {data.attempts_a_year:,} in a year"),
    ):
        write(ax, x, height - 0.8, head, tone.text, size=16, ha=side, weight="bold")
        write(ax, x, height - 1.9, more, QUIET.text, size=13, ha=side)
    refused = Scale(0, max(cost.refused for cost in data.costs) or 1, 0, _REACH)
    chances = [f"{in_a_million(cost.per_attempt)}, {in_words(cost.per_year)} a year" for cost in data.costs]
    room = _WIDTH - right - 0.8 - _LETTER * max(map(len, chances))
    guessed = Scale(0, max(cost.per_attempt for cost in data.costs), 0, min(_REACH, room))
    for row, cost in enumerate(data.costs):
        y = height - 3.1 - _ROW * (row + 0.5)
        write(ax, _MIDDLE, y, f"window {cost.window_steps}", INK, size=14)
        wide = refused(cost.refused)
        tints(ax, [(left - wide, y - 0.55, wide, 1.1)], REFUSED.fill, 0.45)
        write(ax, left - wide - 0.3, y, share(cost.refused), REFUSED.text, size=14, ha="right", weight="bold")
        wide = guessed(cost.per_attempt)
        tints(ax, [(right, y - 0.55, wide, 1.1)], ATTACKER.fill, 0.6)
        write(ax, right + wide + 0.3, y, chances[row], ATTACKER.text, size=14, ha="left", weight="bold")
        if cost.window_steps == 1:
            boxes(ax, [(0.2, y - _ROW / 2, 41.6, _ROW)], HERE.fill, linewidth=2.4)
            if refused(cost.refused) < 4:
                write(ax, 0.6, y, "RFC 6238: at most this", HERE.text, size=13, ha="left", weight="bold")
    write(ax, 0.3, 1.4, data.users.about, QUIET.text, size=13, ha="left")
    write(ax, 0.3, 0.5, f"the guesser has the password; {_owner(data)}", QUIET.text, size=13, ha="left")
    return ax
