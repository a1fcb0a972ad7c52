"""A drawing as a notebook shows it: inline SVG with a text alternative, readable on light and on dark ground.

Matplotlib draws in the colours of the light theme. On the way out each becomes a CSS variable, and the SVG brings
the values for both themes along. The ground is the page's own. Text stays text: it can be searched and selected,
and a change shows as a change in the committed notebook.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from mfa_lab.style import TONES

INK = "#1B1F24"
INK_ON_DARK = "#E6EDF3"
MONO = "DejaVu Sans Mono"
SANS = "DejaVu Sans"
TINT = 0.2
"""How much of a colour is in a filled box: on it ink keeps its contrast in both themes."""
_OTHERWISE = {SANS: "Verdana, sans-serif", MONO: "Menlo, Consolas, monospace"}
"""Much the same widths, where a reader's machine has no DejaVu."""

_ON_DARK = {tone.fill.lower(): tone.dark for tone in TONES.values()}
_ON_DARK |= {tone.text.lower(): tone.dark for tone in TONES.values()}
_ON_DARK |= {TONES["quiet"].fill.lower(): "#3D444D", INK.lower(): INK_ON_DARK}
"""What each colour of the light theme becomes in the dark one."""

_SAME_BYTES: Any = {"svg.fonttype": "none", "svg.hashsalt": "mfa-lab", "svg.id": None}
_NO_METADATA: Any = {"Date": None, "Creator": None, "Format": None, "Type": None}


_STYLE = "width: 100%; max-width: 62rem; height: auto; stroke-linejoin: round"
_NOT_FOR_A_PAGE = re.compile(
    r"<metadata>.*?</metadata>|<style.*?</style>|<defs>\s*<clipPath.*?</defs>|"
    r'<!--.*?-->| clip-path="[^"]*"|(?<=<g) id="[^"]*"',
    re.DOTALL,
)
"""Styles would reach the whole page, ids would be there twice; nothing is drawn beyond the edge."""


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """A figure: `words` say what it shows, `data` is what was drawn, `svg` how."""

    words: str
    data: Any
    svg: str

    def __repr__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        return self.svg


def picture(axes: Axes, words: str, data: Any) -> Picture:
    """Make the figure that `axes` belongs to a picture. The same drawing gives the same bytes each time."""
    buffer = io.StringIO()
    with mpl.rc_context(_SAME_BYTES):
        figure = axes.get_figure()
        assert isinstance(figure, Figure)  # noqa: S101 (for the type alone)
        figure.savefig(buffer, format="svg", transparent=True, metadata=_NO_METADATA)
    return Picture(words, data, _inline(buffer.getvalue(), words))


def canvas(ax: Axes | None, width: float, height: float, *, bottom: float = 0) -> Axes:
    """Axes from (0, bottom) to (width, height), without a frame: new ones, a third of an inch a unit, unless `ax`
    is given.
    """
    if ax is None:
        ax = Figure(figsize=(width / 3, (height - bottom) / 3)).add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(bottom, height), aspect="equal")
    ax.axis("off")
    return ax


def write(ax: Axes, x: float, y: float, words: str, colour: str = INK, *, size: float = 12, **how: Any) -> None:
    """Text centred at a point, unless `how` says otherwise."""
    ax.text(x, y, words, **{"color": colour, "fontsize": size, "ha": "center", "va": "center", "family": SANS, **how})


def box(ax: Axes, corner: tuple[float, float], size: tuple[float, float], colour: str, **edge: Any) -> None:
    """A rectangle's edge."""
    ax.add_patch(Rectangle(corner, *size, fill=False, edgecolor=colour, **edge))


def tint(ax: Axes, corner: tuple[float, float], size: tuple[float, float], colour: str) -> None:
    """A rectangle filled so lightly that ink on it can be read in both themes."""
    ax.add_patch(Rectangle(corner, *size, facecolor=colour, alpha=TINT, edgecolor="none"))


def arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str, width: float = 2.2) -> None:
    """A straight arrow that begins and ends where it is told to."""
    how = {"arrowstyle": "-|>", "color": colour, "linewidth": width, "mutation_scale": 16, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=how)


def _inline(svg: str, words: str) -> str:
    """The drawing alone, named, in colours of both themes."""
    view = re.search(r'viewBox="[^"]*"', svg)
    assert view  # noqa: S101 (matplotlib always writes one)
    body = svg[svg.index(">", view.end()) + 1 :]
    body = _NOT_FOR_A_PAGE.sub("", body)
    body = re.sub(r"#[0-9a-fA-F]{6}\b", lambda found: _variable(found[0].lower()), body)
    for family, others in _OTHERWISE.items():
        body = body.replace(f"'{family}'", f"'{family}', {others}")
    body = re.sub(r"\n\s*\n+", "\n", body)
    dark = " ".join(f"--on-{light[1:]}: {dark};" for light, dark in _ON_DARK.items() if f"--on-{light[1:]}," in body)
    name = escape(words)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" class="mfa-figure" '
        f'role="img" aria-label="{name}" {view[0]} style="{_STYLE}">'
        f"<title>{name}</title>"
        f'<style>[data-jp-theme-light="false"] .mfa-figure {{ {dark} }}</style>{body}'
    )


def _variable(colour: str) -> str:
    """The colour where nothing else is said; the dark theme says something else."""
    return f"var(--on-{colour[1:]}, {colour})" if colour in _ON_DARK else colour
