"""The rules that every figure of the kit keeps. Each test module asks them of its own figures."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree as ET

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg

from mfa_lab.lab.figures.picture import Picture
from tests.test_style import DARK, LIGHT, contrast


class Once(dict):
    """A table of what is drawn: each value is a function, called when the value is first asked for.

    Drawing takes most of the time here, and pytest imports every test module before it runs the first test.
    """

    def __getitem__(self, name):
        value = super().__getitem__(name)
        if callable(value):
            value = self[name] = value()
        return value


def texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts if text.get_text()]


def no_words_lie_on_others_or_beyond_the_edge(axes: Axes) -> None:
    """Every text lies inside the drawing, and no two overlap."""
    figure = axes.get_figure()
    renderer = FigureCanvasAgg(figure).get_renderer()
    places = {text: text.get_window_extent(renderer) for text in axes.texts if text.get_text()}
    edge = figure.bbox
    assert [
        t.get_text() for t, p in places.items() if p.x0 < edge.x0 or p.x1 > edge.x1 or p.y0 < 0 or p.y1 > edge.y1
    ] == []
    assert [(a.get_text(), b.get_text()) for a, b in combinations(places, 2) if crossing(places[a], places[b])] == []


def crossing(one, other) -> bool:
    """Whether two boxes share more than a hair."""
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    high = min(one.y1, other.y1) - max(one.y0, other.y0)
    return wide > 1 and high > 1


SVG = "{http://www.w3.org/2000/svg}"


def tree(picture: Picture) -> ET.Element:
    return ET.fromstring(picture.svg)  # noqa: S314 (made here)


def who_cannot_see_it_is_told(picture: Picture) -> None:
    """`role="img"`, the words as label and as title, and as the text face."""
    root = tree(picture)
    assert root.get("role") == "img"
    assert root.get("aria-label") == root.findtext(f"{SVG}title") == picture.words == repr(picture)
    assert len(picture.words) > 100


def it_keeps_to_itself(picture: Picture) -> None:
    """No id that another figure may have as well, no rule for anything but figures, nothing from elsewhere."""
    root = tree(picture)
    assert [
        element.tag for element in root.iter() if element.get("id", "").startswith(("figure", "axes", "text"))
    ] == []
    rules = " ".join(style.text or "" for style in root.iter(f"{SVG}style"))
    assert re.fullmatch(r'\[data-jp-theme-light="false"\] \.mfa-figure \{[^{}]*\}', rules)
    addresses = {found for found in re.findall(r"https?://[^\s\"'&<]+", picture.svg) if ".localhost" not in found}
    assert addresses <= {SVG.strip("{}"), "http://www.w3.org/1999/xlink"}


def colours(picture: Picture) -> list[tuple[str, str]]:
    """The colour of each text, in light and in dark."""
    dark = dict(re.findall(r"--on-([0-9a-f]{6}): (#[0-9A-Fa-f]{6});", picture.svg))
    found = []
    for text in tree(picture).iter(f"{SVG}text"):
        (light,) = re.findall(r"fill: var\(--on-[0-9a-f]{6}, #([0-9a-f]{6})\)", text.get("style", ""))
        found.append((f"#{light}", dark[light]))
    return found


def every_word_can_be_read_in_both_themes(picture: Picture) -> None:
    """WCAG 2.2, 1.4.3: each text keeps 4.5:1 on the page's ground, light and dark."""
    for light, dark in colours(picture):
        assert contrast(light, LIGHT) >= 4.5
        assert contrast(dark, DARK) >= 4.5


def it_can_be_read_from_afar(picture: Picture) -> None:
    """At the width of a page, 992 pixels, no text is smaller than 11.5 pixels, and text is text."""
    width = float(tree(picture).get("viewBox", "").split()[2])
    sizes = [float(size) for size in re.findall(r"(?:font: [^;']*?|font-size: )([\d.]+)px", picture.svg)]
    assert sizes
    assert min(sizes) * 992 / width >= 11.5


OF_A_PICTURE = (
    who_cannot_see_it_is_told,
    it_keeps_to_itself,
    every_word_can_be_read_in_both_themes,
    it_can_be_read_from_afar,
)
"""What is asked of a figure as a page shows it."""


def keeps_all(picture: Picture, axes: Axes) -> None:
    """All rules, of a figure and of its drawing."""
    no_words_lie_on_others_or_beyond_the_edge(axes)
    for rule in OF_A_PICTURE:
        rule(picture)
