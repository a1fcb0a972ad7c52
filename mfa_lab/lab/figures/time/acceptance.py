"""Draw how likely an honest code is to be accepted, for each clock offset of the phone, delay and window."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from matplotlib.axes import Axes

from mfa_lab.attacks.simulation.odds import Chances, acceptance, sigma, simulated_acceptance
from mfa_lab.lab.figures.picture import INK, Picture, canvas, picture, write
from mfa_lab.lab.figures.shapes import Box, Scale, boxes, tints
from mfa_lab.lab.formatting import signed
from mfa_lab.randomness import Randomness, SeededRandomness
from mfa_lab.style import GRANTED_SIGN, QUIET, REFUSED, REFUSED_SIGN, SERVER

LOGINS = 1_000_000
"""The number of simulated logins, distributed over all cells. The simulation takes less than a second."""
_DIGITS = 8
"""The closed form does not count codes that are valid by accident. With so many digits, such codes are very rare."""


@dataclass(frozen=True, slots=True, eq=False)
class AcceptanceMap:
    """Hold `chances` in closed form and `shares` of simulated logins, both by window, delay and offset.

    `open_cells` counts the cells in which the chance is neither 0 nor 1. `largest_sigmas` is the largest difference
    between share and chance in these cells, in standard deviations. `certain_wrong` counts unexpected results in all
    other cells.
    """

    offsets_seconds: tuple[int, ...]
    delays_seconds: tuple[int, ...]
    windows: tuple[int, ...]
    period: int
    chances: Chances
    shares: Chances
    logins: int
    open_cells: int
    largest_sigmas: float
    certain_wrong: int


def acceptances(
    *,
    windows: Sequence[int] = (0, 1, 2, 3),
    offsets_seconds: Sequence[int] = range(-120, 121, 10),
    delays_seconds: Sequence[int] = range(0, 61, 10),
    period: int = 30,
    logins: int = LOGINS,
    randomness: Randomness | None = None,
) -> AcceptanceMap:
    """Return the data, together with a simulation of `logins` logins with real codes over all cells.

    Without `randomness`, every call simulates the same logins. Raises `InvalidInput` for invalid windows.
    """
    offsets, delays = np.asarray(offsets_seconds), np.asarray(delays_seconds)[:, None]
    each = max(1, logins // (len(windows) * offsets.size * delays.size))
    dice = randomness or SeededRandomness(6238)
    chances = np.stack([acceptance(offsets, delays, window, period=period) for window in windows])
    shares = np.stack(
        [
            simulated_acceptance(offsets, delays, window, logins=each, randomness=dice, period=period, digits=_DIGITS)
            for window in windows
        ]
    )
    is_open = (chances > 0) & (chances < 1)
    strayed = np.abs(shares - chances)
    sigmas = strayed[is_open] / sigma(chances[is_open], each)
    return AcceptanceMap(
        tuple(offsets_seconds),
        tuple(delays_seconds),
        tuple(windows),
        period,
        chances,
        shares,
        each * chances.size,
        int(is_open.sum()),
        float(sigmas.max(initial=0)),
        round(float(strayed[~is_open].sum()) * each),
    )


def acceptance_map(
    *,
    windows: Sequence[int] = (0, 1, 2, 3),
    offsets_seconds: Sequence[int] = range(-120, 121, 10),
    delays_seconds: Sequence[int] = range(0, 61, 10),
    period: int = 30,
    logins: int = LOGINS,
    randomness: Randomness | None = None,
) -> Picture:
    """Return the figure. The arguments are the same as those of `acceptances`."""
    data = acceptances(
        windows=windows,
        offsets_seconds=offsets_seconds,
        delays_seconds=delays_seconds,
        period=period,
        logins=logins,
        randomness=randomness,
    )
    return picture(draw(data), words(data), data)


def words(data: AcceptanceMap) -> str:
    """Return a text that describes the figure."""
    told = " ".join(f"Window {window}: {_bounds(data, window)}." for window in data.windows)
    return (
        "How likely an honest code is to be accepted, depending on how far the phone's clock is off and how long the "
        f"code takes to arrive. Only the difference matters: the clock's offset minus the delay, in seconds. {told} "
        f"In between, the chance falls evenly. A simulation of {data.logins:,} logins strays by "
        f"{data.largest_sigmas:.1f} standard deviations at most, over {data.open_cells} cells that are open to "
        f"chance. Where the result is certain, {data.certain_wrong or 'no'} logins differ."
    )


def _bounds(data: AcceptanceMap, window: int) -> str:
    always = f"up to {window * data.period}" if window else "at 0"
    return f"always {always} s, never from {(window + 1) * data.period} s"


_WIDE, _HIGH, _LEFT, _BETWEEN, _ABOVE, _BELOW = 17.6, 6.4, 3.8, 1.6, 1.6, 2.9
_FULL = 0.5
"""The opacity of a cell in which acceptance is certain. Text on such a cell keeps its contrast."""


def draw(data: AcceptanceMap, ax: Axes | None = None) -> Axes:
    """Draw the figure, two maps per row, on new Axes, or on `ax` if given."""
    rows = -(-len(data.windows) // 2)
    one = _ABOVE + _HIGH + _BELOW
    ax = canvas(ax, _LEFT + 2 * _WIDE + _BETWEEN + 1.2, rows * one + 0.2, bottom=-0.7)
    write(
        ax, _LEFT, 0, "what counts is how far the clock is ahead, minus the time on the way", INK, size=13, ha="left"
    )
    for place, window in enumerate(data.windows):
        left, bottom = _LEFT + (place % 2) * (_WIDE + _BETWEEN), (rows - place // 2 - 1) * one + _BELOW
        _one(ax, data, place, left, bottom)
        write(ax, left, bottom + _HIGH + 0.7, f"window {window}", SERVER.text, size=15, ha="left", weight="bold")
        write(ax, left + _WIDE, bottom + _HIGH + 0.7, _bounds(data, window), QUIET.text, size=13, ha="right")
        write(ax, left + _WIDE / 2, bottom - 1.7, "phone's clock behind (−) or ahead (+), s", QUIET.text, size=13)
        if place % 2 == 0:
            how = {"size": 13, "rotation": 90}
            write(ax, 0.7, bottom + _HIGH / 2, "code on its way, s", QUIET.text, **how)
    return ax


def _one(ax: Axes, data: AcceptanceMap, place: int, left: float, bottom: float) -> None:
    """Draw one map with a cell for each offset and delay. A fuller colour means a higher chance."""
    across, up = _edges(data.offsets_seconds), _edges(data.delays_seconds)
    x, y = Scale(across[0], across[-1], left, left + _WIDE), Scale(up[0], up[-1], bottom, bottom + _HIGH)
    cells: dict[float, list[Box]] = {}
    for row, chances in enumerate(np.round(data.chances[place], 3).tolist()):
        for chance, first, end in _runs(chances):
            box = (x(across[first]), y(up[row]), x(across[end]) - x(across[first]), y(up[row + 1]) - y(up[row]))
            cells.setdefault(chance, []).append(box)
    for chance, rectangles in sorted(cells.items()):
        if chance:
            tints(ax, rectangles, SERVER.fill, _FULL * chance)
    boxes(ax, [(left, bottom, _WIDE, _HIGH)], QUIET.text, linewidth=0.9)
    _labels(ax, cells, left)
    for offset in _ticks(data.offsets_seconds, 60):
        write(ax, x(offset), bottom - 0.65, signed(offset), INK, size=13)
    for delay in _ticks(data.delays_seconds, 30) if place % 2 == 0 else ():
        write(ax, left - 0.4, y(delay), f"{delay}", INK, size=13, ha="right")


def _labels(ax: Axes, cells: dict[float, list[Box]], left: float) -> None:
    """Label areas with a certain result if there is room: in the middle, at the upper left and at the lower right."""
    always, never = ([box for box in cells.get(chance, ()) if box[2] > _ROOM] for chance in (1.0, 0.0))
    labels = [(always[len(always) // 2], f"{GRANTED_SIGN} always", INK)] if always else []
    upper_left = [box for box in never if box[0] == left][-1:]
    lower_right = [box for box in never if box[0] > left][:1]
    labels += [(box, f"{REFUSED_SIGN} never", REFUSED.text) for box in upper_left + lower_right]
    for (x, y, wide, high), told, colour in labels:
        write(ax, x + wide / 2, y + high / 2, told, colour, size=14, weight="bold")


_ROOM = 3.8


def _runs(values: Sequence[float]) -> Iterator[tuple[float, int, int]]:
    """Yield each run of equal values: the value, the run's first index, and the index after the run."""
    first = 0
    for value, alike in groupby(values):
        end = first + len(list(alike))
        yield value, first, end
        first = end


def _edges(values: Sequence[int]) -> list[float]:
    """Return the edges of the cells around the values."""
    if len(values) == 1:
        return [values[0] - 0.5, values[0] + 0.5]
    middles = [(one + other) / 2 for one, other in pairwise(values)]
    return [2 * values[0] - middles[0], *middles, 2 * values[-1] - middles[-1]]


def _ticks(values: Sequence[int], every: int) -> list[int]:
    """Return the few round values that get a label."""
    every *= math.ceil((max(values) - min(values) + 1) / (5 * every))
    return [value for value in range(min(values), max(values) + 1) if value % every == 0]
