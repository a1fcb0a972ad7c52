"""The map in 00_first_login and the notebooks agree: names, order, minutes, and what comes next.

The introduction is read, too: it counts among the minutes of the first section.
"""

import re

import nbformat
import pytest

from .kit import FOLDER, NOTEBOOKS

_ROW = re.compile(r"^\| (\S+) \| .+ \| (\d+) \|$", re.MULTILINE)


def prose(name: str) -> str:
    cells = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


MAP = {name: int(minutes) for name, minutes in _ROW.findall(prose("00_first_login"))}
each_on_the_map = pytest.mark.parametrize("name", MAP)


def test_the_map_shows_the_lessons_in_order():
    """Every lesson up to the last that the map gives minutes to is on it, in the order of the names."""
    assert list(MAP) == [path.stem for path in NOTEBOOKS if path.stem <= max(MAP)]
    assert len(MAP) >= 8


@each_on_the_map
def test_minutes_add_up(name):
    """Announced at the top, on the map and by the sections together are the same minutes: 20 to 40, from 06 on 45."""
    text = prose(name)
    sections = [int(minutes) for minutes in re.findall(r"^## .+\((\d+) min\)$", text, re.MULTILINE)]
    (announced,) = re.findall(r"\*\*What you need:\*\* about (\d+) minutes", text)
    assert sum(sections) == int(announced) == MAP[name]
    assert 20 <= MAP[name] <= (45 if name >= "06" else 40)


@pytest.mark.parametrize(("name", "following"), list(zip(MAP, list(MAP)[1:], strict=False)))
def test_each_leads_to_the_next(name, following):
    """The last line links the notebook that the map has next."""
    assert f"({following}.ipynb)" in prose(name).split("**Next:**")[1]
