"""Draw guess budgets side by side, on a log scale.

The figure shows how long an attacker with the password must guess until the odds of getting in are even.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from matplotlib.axes import Axes

from mfa_lab.attacks.simulation.guess_budget import NETWORK, GuessBudget, Rules, guess_budget, in_words
from mfa_lab.lab.figures.picture import INK, Picture, canvas, picture, tint, write
from mfa_lab.lab.formatting import duration
from mfa_lab.lab.other_systems import other_systems
from mfa_lab.policy import Policy
from mfa_lab.resources import data_dir
from mfa_lab.style import ATTACKER, QUIET, SERVER

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one system or policy, with two guess budgets.

    `permits` says in words what its rules permit. `daily` is the budget if the owner logs in every day, and
    `away` is the budget if the owner stays away. `ours` is true for this kit's own policy.
    """

    name: str
    permits: str
    daily: GuessBudget
    away: GuessBudget
    ours: bool = False


def budget_comparison() -> Picture:
    """Return the figure that compares the documented defaults of other systems with this kit's standard policy.

    The weakest system comes first. The defaults of other systems come from data/other_systems.toml.
    """
    rows = [_row(f"{system.name}, {system.kind}", system.rules) for system in other_systems().values()]
    rows.append(_row("mfa-lab, Policy.STANDARD", Rules.of(Policy.STANDARD), ours=True))
    return _comparison(sorted(rows, key=lambda row: row.daily.days_to_one_half))


ONE_AUTHENTICATOR = ("codes: valid at any moment,", "with one authenticator")
"""The figure's small print, because a policy does not say how many authenticators somebody has enrolled."""


def sector_comparison(policies: dict[str, Policy] | None = None) -> Picture:
    """Return the figure of `policies` side by side, in the given order.

    Without `policies`, the figure shows the policies in data/policies.toml.
    """
    if policies is None:
        policies = Policy.parse((data_dir() / "policies.toml").read_text("utf-8"))
    rows = (_row(policy.title or name, Rules.of(policy)) for name, policy in policies.items())
    return _comparison(rows, ONE_AUTHENTICATOR)


def _comparison(rows: Iterable[Row], note: tuple[str, ...] = ()) -> Picture:
    data = tuple(rows)
    return picture(draw(data, note=note), words(data, note), data)


def _row(name: str, rules: Rules, *, ours: bool = False) -> Row:
    return Row(name, permitted(rules), guess_budget(rules, owner_login_days=1), guess_budget(rules), ours)


def permitted(rules: Rules) -> str:
    """Return the rules in a few words."""
    codes = "1 code" if rules.accepted_codes == 1 else f"{rules.accepted_codes} codes"
    parts = [codes if rules.digits == 6 else f"{codes} of {rules.digits} digits"]
    if rules.limits:
        attempts, seconds = rules.limits[-1]
        parts.append(f"{attempts} tries in {duration(seconds)}")
    elif longest := max(rules.waits_seconds, default=0):
        parts.append("waits without end" if longest > 10**9 else f"waits up to {duration(longest)}")
    elif rules.disable_after_failures is None:
        parts.append(f"no limit ({NETWORK[0]} tries a second)")
    if rules.disable_after_failures:
        parts.append(f"off after {rules.disable_after_failures}")
    return ", ".join(parts)


def half(budget: GuessBudget) -> str:
    """Return how long it takes until an attacker's odds are even, as a text."""
    seconds = budget.days_to_one_half * _DAY
    return duration(seconds) if seconds < _NEVER_SECONDS else "never"


_NEVER_SECONDS = 10**6 * 365 * _DAY
"""A million years or more are drawn as "never"."""


def words(data: tuple[Row, ...], note: tuple[str, ...] = ()) -> str:
    """Return a text that describes the figure, including its small print."""
    told = "; ".join(
        f"{row.name} ({row.permits}): {half(row.daily)}, {in_words(row.daily.chance_per_year)} within a year"
        + (f"; if the owner stays away: {half(row.away)}" if half(row.away) != half(row.daily) else "")
        for row in data
    )
    fine_print = f" ({' '.join(note)})" if note else ""
    return (
        "How long somebody with the password must guess codes until the odds of getting in are even, and the chance "
        f"of getting in within a year. The owner logs in every day. {told}.{fine_print}"
    )


_LEFT, _RIGHT, _NEVER, _YEAR, _WIDTH = 15.2, 31.8, 34.8, 38.9, 41.2
_HIGH = 2.7
_LONG = 52  # a text of this length would touch the first vertical line
_LABEL = 3.4  # two labels that are closer than this would touch
_MOST_NAMES = 6  # if there are more marks, only every second mark has a name
_MARKS = [("1 hour", 1 / 24), ("1 day", 1.0), ("1 month", 30.0), ("1 year", 365.0)]
_MARKS += [(f"{years:,}{' years' * (years < 10_000)}", 365.0 * years) for years in (10, 100, 1000, 10_000, 100_000)]
_MARKS += [("a million", 365e6)]


def draw(data: tuple[Row, ...], ax: Axes | None = None, *, note: tuple[str, ...] = ()) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given. `note` holds two lines of small print."""
    top = _HIGH * len(data) + 1.6
    ax = canvas(ax, _WIDTH, top + 3.4)
    scale = _Scale.of(data)
    for place, row in enumerate(data):
        _row_of(ax, row, scale, top - 1.8 - _HIGH * place)
    marks = [(name, scale.x(days)) for name, days in scale.marks]
    for place, (name, x) in enumerate([*marks, ("never", _NEVER)]):
        crowded = len(marks) > _MOST_NAMES and place < len(marks) and (len(marks) - place) % 2 == 0
        ax.plot([x, x], [1.2, top - 0.3], color=QUIET.fill, linewidth=1.2, zorder=0)
        write(ax, x, 0.6, "" if crowded else name, QUIET.text, size=12)
    _head(ax, top)
    for line, y in zip(note, (top + 1.2, top + 0.4), strict=False):
        write(ax, 0.3, y, line, QUIET.text, size=13, ha="left")
    return ax


@dataclass(frozen=True, slots=True)
class _Scale:
    """Map a number of days to an x coordinate, on a log scale.

    The scale begins at a mark below the data and ends at a mark above them.
    """

    marks: list[tuple[str, float]]

    @classmethod
    def of(cls, data: tuple[Row, ...]) -> _Scale:
        budgets = [budget for row in data for budget in (row.daily, row.away) if half(budget) != "never"]
        least, most = (find(budget.days_to_one_half for budget in budgets) for find in (min, max))
        first = max((mark for mark, (_, days) in enumerate(_MARKS) if days <= least / 2), default=0)
        last = min((mark for mark, (_, days) in enumerate(_MARKS) if days >= most), default=len(_MARKS) - 1)
        return cls(_MARKS[first : last + 1])

    def x(self, days: float) -> float:
        first, last = (math.log10(self.marks[end][1]) for end in (0, -1))
        return _LEFT + (_RIGHT - _LEFT) * (math.log10(days) - first) / (last - first)

    def place(self, budget: GuessBudget) -> float:
        return _NEVER if half(budget) == "never" else self.x(budget.days_to_one_half)


def _head(ax: Axes, top: float) -> None:
    write(ax, 0.3, top + 2.6, "Guessing codes with the password in hand: how long until the odds are even", INK,
          size=16, ha="left", weight="bold")  # fmt: skip
    for x, marker, tone, name in (
        (_LEFT, "o", ATTACKER, "the owner logs in every day"),
        (_LEFT + 11.6, "s", SERVER, "the owner stays away"),
    ):
        ax.plot([x], [top + 0.9], marker=marker, markersize=13, color=tone.text)
        write(ax, x + 0.6, top + 0.9, name, tone.text, size=14, ha="left", weight="bold")
    write(ax, _YEAR, top + 1.2, "gets in", ATTACKER.text, size=14, weight="bold")
    write(ax, _YEAR, top + 0.4, "within a year", ATTACKER.text, size=14, weight="bold")


def _row_of(ax: Axes, row: Row, scale: _Scale, y: float) -> None:
    if row.ours:
        tint(ax, (0, y - 1.2), (_WIDTH, _HIGH - 0.1), SERVER.fill)
    write(ax, 0.3, y + 0.45, row.name, INK, size=15, ha="left", weight="bold")
    size = 13 if len(row.permits) < _LONG else 12
    write(ax, 0.3, y - 0.5, row.permits, INK if row.ours else QUIET.text, size=size, ha="left")
    daily, away = scale.place(row.daily), scale.place(row.away)
    points = [(daily, "o", half(row.daily), ATTACKER)]
    if half(row.away) != half(row.daily):
        ax.plot([daily, away], [y - 0.35] * 2, color=QUIET.text, linewidth=1.6, zorder=1)
        points.append((away, "s", half(row.away), SERVER))
    close = len(points) == 2 and away - daily < _LABEL
    sides = [("right", 0.3), ("left", -0.3)] if close else [("center", 0.0)] * 2
    for (x, marker, name, tone), (side, nudge) in zip(points, sides, strict=False):
        ax.plot([x], [y - 0.35], marker=marker, markersize=13, color=tone.text, zorder=3)
        write(ax, x + nudge, y + 0.6, name, INK if row.ours else tone.text, size=14, ha=side, weight="bold")
    write(ax, _YEAR, y, in_words(row.daily.chance_per_year), INK, size=15)
