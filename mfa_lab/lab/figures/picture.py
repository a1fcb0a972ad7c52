"""Turn a drawing into inline SVG with a text alternative, readable in a notebook's light and dark themes.

Matplotlib draws in the colours of the light theme. The SVG then contains a CSS variable for each colour, with its
values for both themes. The page provides the background. Text stays text, so it can be searched and selected, and a
changed word shows as a change in the committed notebook.
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
"""The opacity of the colour in a filled box. Text on such a box keeps its contrast in both themes."""
_OTHERWISE = {SANS: "Verdana, sans-serif", MONO: "Menlo, Consolas, monospace"}
"""Fonts of nearly the same width, for machines without DejaVu."""

_ON_DARK = {tone.fill.lower(): tone.dark for tone in TONES.values()}
_ON_DARK |= {tone.text.lower(): tone.dark for tone in TONES.values()}
_ON_DARK |= {TONES["quiet"].fill.lower(): "#3D444D", INK.lower(): INK_ON_DARK}
"""For each colour of the light theme, the colour that replaces it in the dark theme."""

_SAME_BYTES: Any = {"svg.fonttype": "none", "svg.hashsalt": "mfa-lab", "svg.id": None}
_NO_METADATA: Any = {"Date": None, "Creator": None, "Format": None, "Type": None}


_STYLE = "width: 100%; max-width: 62rem; height: auto; stroke-linejoin: round"
_NOT_FOR_A_PAGE = re.compile(
    r"<metadata>.*?</metadata>|<style.*?</style>|<defs>\s*<clipPath.*?</defs>|"
    r'<!--.*?-->| clip-path="[^"]*"|(?<=<g) id="[^"]*"',
    re.DOTALL,
)
"""These parts are removed: styles would affect the whole page, ids would appear twice, and nothing needs clipping."""


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """Hold a figure: `words` say what it shows, `data` is what was drawn, `svg` is the drawing."""

    words: str
    data: Any
    svg: str

    def __repr__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        return self.svg


def picture(axes: Axes, words: str, data: Any) -> Picture:
    """Return the figure of `axes` as a picture. The same drawing always gives the same bytes."""
    buffer = io.StringIO()
    with mpl.rc_context(_SAME_BYTES):
        figure = axes.get_figure()
        assert isinstance(figure, Figure)  # noqa: S101 (for the type alone)
        figure.savefig(buffer, format="svg", transparent=True, metadata=_NO_METADATA)
    return Picture(words, data, _inline(buffer.getvalue(), words))


def canvas(ax: Axes | None, width: float, height: float, *, bottom: float = 0) -> Axes:
    """Return Axes from (0, bottom) to (width, height), without a frame.

    Without `ax`, the Axes are new, and one unit is a third of an inch long.
    """
    if ax is None:
        ax = Figure(figsize=(width / 3, (height - bottom) / 3)).add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(bottom, height), aspect="equal")
    ax.axis("off")
    return ax


def write(ax: Axes, x: float, y: float, words: str, colour: str = INK, *, size: float = 12, **how: Any) -> None:
    """Write text centred at a point, unless `how` says otherwise."""
    ax.text(x, y, words, **{"color": colour, "fontsize": size, "ha": "center", "va": "center", "family": SANS, **how})


def box(ax: Axes, corner: tuple[float, float], size: tuple[float, float], colour: str, **edge: Any) -> None:
    """Draw a rectangle's edge."""
    ax.add_patch(Rectangle(corner, *size, fill=False, edgecolor=colour, **edge))


def tint(ax: Axes, corner: tuple[float, float], size: tuple[float, float], colour: str) -> None:
    """Draw a rectangle, filled so lightly that text on it is readable in both themes."""
    ax.add_patch(Rectangle(corner, *size, facecolor=colour, alpha=TINT, edgecolor="none"))


def arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str, width: float = 2.2) -> None:
    """Draw a straight arrow that begins and ends exactly at the given points."""
    how = {"arrowstyle": "-|>", "color": colour, "linewidth": width, "mutation_scale": 16, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=how)


def _inline(svg: str, words: str) -> str:
    """Return only the SVG element, with `words` as its name and with the colours of both themes."""
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
    """Return a colour as a CSS variable, with the light theme's value as the default."""
    return f"var(--on-{colour[1:]}, {colour})" if colour in _ON_DARK else colour
