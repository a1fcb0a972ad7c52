"""Draw user enumeration by a timing attack: how long each rejection took, and how Welch's t grows."""

from __future__ import annotations

from itertools import pairwise

from matplotlib.axes import Axes

from mfa_lab.attacks.helpers.timing import TOLD_APART, Timing
from mfa_lab.lab.figures.picture import INK, Picture, canvas, picture, write
from mfa_lab.lab.figures.shapes import Scale, strokes
from mfa_lab.style import ATTACKER, HERE, QUIET, REFUSED, SERVER

_LEFT, _RIGHT = 13.0, 40.5
_MOST_T = 12.0
"""The greatest t that the figure draws. A greater t would show nothing new."""
_FEWEST = 3
"""The smallest number of attempts per name for which the figure draws a t."""


def names_by_time(timing: Timing, what: str) -> Picture:
    """Return the figure. `what` says which server's answers were timed, and with which clock."""
    return picture(draw(timing, what), words(timing, what), timing)


def growth(timing: Timing) -> tuple[float, ...]:
    """Return |t| after three attempts per name, after four attempts, and so on, up to all attempts."""
    counts = range(_FEWEST, len(timing.known_ms) + 1)
    return tuple(abs(Timing(timing.known_ms[:count], timing.unknown_ms[:count]).t) for count in counts)


def words(timing: Timing, what: str) -> str:
    """Return a text that describes the figure."""
    known, unknown = _mean(timing.known_ms), _mean(timing.unknown_ms)
    return (
        f"{what}: a rejection takes {known:.1f} ms on average for a name that exists and {unknown:.1f} ms for one "
        f"that does not exist. Welch's t after {len(timing.known_ms)} attempts at each: {signed(timing.t)}. "
        f"{verdict(timing)}."
    )


def verdict(timing: Timing) -> str:
    """Say whether t is beyond the limit, and what that means."""
    if timing.told_apart:
        return f"Above {TOLD_APART}: the times differ"
    return f"Not above {TOLD_APART}: no difference can be measured"


def draw(timing: Timing, what: str, ax: Axes | None = None) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given."""
    ax = canvas(ax, 42, 16.4)
    write(ax, 0.3, 15.6, what, INK, size=14, ha="left", weight="bold")
    _dots(ax, timing)
    _t(ax, timing)
    return ax


def _dots(ax: Axes, timing: Timing) -> None:
    """Draw a dot for each rejection, in two rows, and a line through each row's mean."""
    every = (*timing.known_ms, *timing.unknown_ms)
    low, high = min(every), max(every)
    x = Scale(low, high if high > low else low + 1, _LEFT, _RIGHT)
    for y, name, times, tone, marker in (
        (13.6, "names that exist", timing.known_ms, SERVER, "o"),
        (11.6, "names that do not", timing.unknown_ms, ATTACKER, "s"),
    ):
        write(ax, 0.3, y, name, tone.text, size=14, ha="left", weight="bold")
        spots = [x(time) for time in times]
        heights = [y + 0.55 * ((number * 7) % 11 / 5 - 1) for number in range(len(times))]
        ax.plot(spots, heights, linestyle="none", marker=marker, markersize=4.5, color=tone.text, alpha=0.55)
        middle = x(_mean(times))
        strokes(ax, [[(middle, y - 0.85), (middle, y + 0.85)]], INK, linewidth=3)
    for time in (low, high):
        write(ax, x(time), 9.9, f"{time:.1f} ms", QUIET.text, size=13)
    strokes(ax, [[(_LEFT, 10.4), (_RIGHT, 10.4)]], QUIET.text, linewidth=0.9)


def _t(ax: Axes, timing: Timing) -> None:
    """Draw |t| against the number of attempts, and draw the limit."""
    grown = growth(timing)
    x = Scale(0, len(timing.known_ms), _LEFT, _RIGHT)
    y = Scale(0, _MOST_T, 1.7, 8.3)
    limit = y(TOLD_APART)
    strokes(ax, [[(_LEFT, 1.7), (_RIGHT, 1.7)]], QUIET.text, linewidth=0.9)
    strokes(ax, [[(_LEFT, limit), (_RIGHT, limit)]], HERE.text, linewidth=2, linestyle=(0, (4, 3)))
    write(ax, 0.3, limit, f"the limit: {TOLD_APART}", HERE.text, size=14, ha="left", weight="bold")
    write(ax, 0.3, 7.5, "Welch's |t|", INK, size=14, ha="left", weight="bold")
    spots = [(x(count), y(min(t, _MOST_T))) for count, t in enumerate(grown, _FEWEST)]
    tone = REFUSED if timing.told_apart else SERVER
    strokes(ax, [list(pair) for pair in pairwise(spots)], tone.text, linewidth=2.6)
    write(ax, 0.3, 0.7, f"t = {signed(timing.t)}", tone.text, size=14, ha="left", weight="bold")
    write(ax, _LEFT, 0.7, verdict(timing), tone.text, size=14, ha="left", weight="bold")
    write(ax, _RIGHT, 0.7, f"{len(timing.known_ms)} attempts at each", QUIET.text, size=13, ha="right")


def signed(t: float) -> str:
    """Return a number with one decimal place and a real minus sign."""
    return f"{t:.1f}".replace("-", "−")


def _mean(times: tuple[float, ...]) -> float:
    return sum(times) / len(times)
