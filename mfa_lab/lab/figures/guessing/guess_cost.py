"""Draw how a slow hash protects stolen passwords, on a log scale.

The figure shows how long a database thief needs to try all passwords of each kind, with a fast and a slow hash.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from matplotlib.axes import Axes

from mfa_lab.lab.facts import fact
from mfa_lab.lab.figures.picture import INK, Picture, canvas, picture, write
from mfa_lab.lab.formatting import duration, size
from mfa_lab.server.passwords.hashing import common_passwords
from mfa_lab.style import ATTACKER, QUIET, SERVER


@dataclass(frozen=True, slots=True)
class Guessing:
    """Hold the seconds needed to try all `count` passwords of one kind, with SHA-256 and with Argon2id."""

    kind: str
    count: int
    fast_seconds: float
    slow_seconds: float


_KINDS = (
    ("the kit's common passwords", len(common_passwords() - {""})),
    ("8 random small letters", 26**8),
    ("8 random keyboard characters", 95**8),
    ("5 random words out of 7,776", 7776**5),
)


def guessing() -> tuple[Guessing, ...]:
    """Compute the data from the speeds of one graphics card in data/facts.toml, in guesses per second."""
    fast, slow = fact("sha256_rate")["per_second"], fact("argon2id_rate")["per_second"]
    return tuple(Guessing(kind, count, count / fast, count / slow) for kind, count in _KINDS)


def guess_cost() -> Picture:
    """Return the figure."""
    data = guessing()
    return picture(draw(data), words(data), data)


def words(data: tuple[Guessing, ...]) -> str:
    """Return a text that describes the figure."""
    told = "; ".join(
        f"{row.kind} ({size(row.count)}), stored as SHA-256: {duration(row.fast_seconds)}, "
        f"as Argon2id: {duration(row.slow_seconds)}"
        for row in data
    )
    return f"Time to try all passwords of a kind on one graphics card: {told}."


_LEFT, _RIGHT = 12.0, 37.0


_MARKS = (("1 second", 1), ("1 hour", 3_600), ("1 year", 365 * 86_400), ("a million years", 365 * 86_400 * 10**6))


def draw(data: tuple[Guessing, ...], ax: Axes | None = None) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given."""
    height = 2.6 * len(data) + 3.2
    ax = canvas(ax, 42, height)
    for name, seconds in _MARKS:
        ax.plot([_x(seconds)] * 2, [1.6, height - 1.6], color=QUIET.text, linewidth=0.8, linestyle=(0, (4, 3)))
        write(ax, _x(seconds), 0.9, name, QUIET.text, size=12)
    for x, marker, tone, name in (
        (0.6, "o", ATTACKER, "stored as SHA-256"),
        (10.6, "s", SERVER, "stored as Argon2id"),
    ):
        ax.plot([x], [height - 0.7], marker=marker, markersize=11, color=tone.text)
        write(ax, x + 0.7, height - 0.7, name, tone.text, size=13, ha="left", weight="bold")
    for row, each in enumerate(data):
        _row(ax, each, height - 3.2 - 2.6 * row)
    return ax


def _x(seconds: float) -> float:
    """Return the x coordinate of a number of seconds, on a log scale.

    The scale reaches from a third of a microsecond to a thousand million years.
    """
    first, last = -6.5, math.log10(365 * 86_400) + 9
    return _LEFT + (_RIGHT - _LEFT) * (math.log10(seconds) - first) / (last - first)


def _row(ax: Axes, each: Guessing, y: float) -> None:
    write(ax, 0.2, y + 0.35, each.kind, INK, size=13, ha="left")
    write(ax, 0.2, y - 0.55, size(each.count), QUIET.text, size=12, ha="left")
    fast, slow = _x(each.fast_seconds), _x(each.slow_seconds)
    ax.plot([fast, slow], [y, y], color=QUIET.text, linewidth=1.4, zorder=1)
    for x, seconds, marker, tone in (
        (fast, each.fast_seconds, "o", ATTACKER),
        (slow, each.slow_seconds, "s", SERVER),
    ):
        ax.plot([x], [y], marker=marker, markersize=11, color=tone.text, zorder=3)
        write(ax, x, y + 0.95, duration(seconds), tone.text, size=13, weight="bold")
