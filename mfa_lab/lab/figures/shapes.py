"""Draw many shapes as one Matplotlib artist, so that drawing is fast and committed notebooks stay short.

The module also has a scale for drawings without axes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from mfa_lab.lab.figures.picture import TINT

Box = tuple[float, float, float, float]
"""The x and y of the lower left corner, then width and height."""
Point = tuple[float, float]


def boxes(ax: Axes, rectangles: Iterable[Box], colour: str, **edge: Any) -> None:
    """Draw the edges of rectangles."""
    _add(ax, map(_corners, rectangles), fill=False, edgecolor=colour, **edge)


def tints(ax: Axes, rectangles: Iterable[Box], colour: str, alpha: float = TINT, **how: Any) -> None:
    """Draw rectangles, filled so lightly that text on them is readable in both themes."""
    areas(ax, map(_corners, rectangles), colour, alpha, **how)


def areas(ax: Axes, outlines: Iterable[list[Point]], colour: str, alpha: float = TINT, **how: Any) -> None:
    """Draw filled shapes of any kind."""
    _add(ax, outlines, facecolor=colour, alpha=alpha, edgecolor="none", **how)


def strokes(ax: Axes, lines: Iterable[list[Point]], colour: str, **how: Any) -> None:
    """Draw open lines."""
    _add(ax, lines, closed=False, fill=False, edgecolor=colour, **how)


def _corners(box: Box) -> list[Point]:
    x, y, wide, high = box
    return [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)]


def _add(ax: Axes, outlines: Iterable[list[Point]], *, closed: bool = True, **how: Any) -> None:
    paths = [Path([*points, points[0]] if closed else points, closed=closed) for points in outlines]
    if paths:
        ax.add_patch(PathPatch(Path.make_compound_path(*paths), **how))


class Scale(NamedTuple):
    """Map the range of a quantity to coordinates in the drawing."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (self.end - self.start) * (value - self.low) / (self.high - self.low)
