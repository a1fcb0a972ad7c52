"""The table of the course and the notebooks agree: names, order, minutes, sections, and what comes next.

The introduction is read, too: it counts among the minutes of the first section.
"""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from mfa_lab.lab.grading.course import CORE_PATH, CORE_PATH_LIMIT_MINUTES, Lesson, Stop, core_minutes, lessons

from .kit import FOLDER, NOTEBOOKS, parsed

TABLE = "mfa_lab/lab/grading/course.py"
MOST_WORDS = {"00_first_login": 1400}
MOST_WORDS_BEFORE_THE_LOGIN = 125
each_lesson = pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.notebook)


def prose(name: str) -> str:
    cells = parsed(FOLDER / f"{name}.ipynb").cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def sections(name: str) -> dict[str, int]:
    """Return the minutes of each section, by its heading."""
    found = re.findall(r"^## (.+) \((\d+) min\)$", prose(name), re.MULTILINE)
    return {title: int(minutes) for title, minutes in found}


def test_the_table_has_every_notebook_in_order():
    """No notebook is missing, and none is listed that does not exist."""
    assert [lesson.notebook for lesson in lessons()] == [path.stem for path in NOTEBOOKS]


@each_lesson
def test_minutes_add_up(lesson: Lesson):
    """What the notebook announces, what its sections add up to and the table are the same: 20 to 45 minutes."""
    total = sum(sections(lesson.notebook).values())
    (announced,) = re.findall(r"\*\*What you need:\*\* about (\d+) minutes", prose(lesson.notebook))
    assert int(announced) == total, f"the sections of {lesson.notebook} add up to {total} minutes: announce these"
    assert lesson.minutes == total, f"write {total} for {lesson.notebook} in {TABLE}; then: python -m tests.course"
    assert 20 <= total <= 45


@pytest.mark.parametrize(("lesson", "following"), [*pairwise(lessons())], ids=lambda lesson: lesson.notebook)
def test_each_leads_to_the_next(lesson: Lesson, following: Lesson):
    """The last line links the notebook that the table has next."""
    assert f"({following.notebook}.ipynb)" in prose(lesson.notebook).split("**Next:**")[1]


@pytest.mark.parametrize("stop", CORE_PATH, ids=lambda stop: stop.notebook)
def test_the_core_path_runs_whole_sections(stop: Stop):
    """Each section that it names exists, in this order, with these minutes."""
    there = sections(stop.notebook)
    named = [(section.title, section.minutes) for section in stop.sections]
    kept = [(title, minutes) for title, minutes in there.items() if title in dict(named)]
    choice = ", ".join(f'Section("{title}", {minutes})' for title, minutes in there.items())
    assert named == kept, f"in CORE_PATH of {TABLE}, choose for {stop.notebook} among: {choice}"


@pytest.mark.parametrize("stop", CORE_PATH, ids=lambda stop: stop.notebook)
def test_a_stop_of_the_core_path_counts_what_its_sections_ask(stop: Stop):
    """Each exercise and prediction of these sections, in their order, and no other."""
    inside, asked = not stop.sections, []
    for cell in parsed(FOLDER / f"{stop.notebook}.ipynb").cells:
        heading = re.match(r"## (.+) \(\d+ min\)", cell.source)
        if heading and stop.sections:
            inside = heading[1] in {section.title for section in stop.sections}
        if inside and cell.cell_type == "code":
            asked += re.findall(r'^(?:check|predict)\("([^"]+)"', cell.source, re.MULTILINE)
    assert stop.asks == tuple(asked), f"write these for {stop.notebook} in CORE_PATH of {TABLE}"


@pytest.mark.parametrize(("stop", "following"), [*zip(CORE_PATH, (*CORE_PATH[1:], None), strict=True)])
def test_a_stop_of_the_core_path_leads_to_the_next_stop(stop: Stop, following: Stop | None):
    """Its last line names the core path too, if the table's next notebook is off it, and says where the path ends."""
    last = prose(stop.notebook).split("**Next:**")[1]
    if following is None:
        assert "This is the end of the core path." in last
    else:
        first_link = re.findall(r"\((\w+)\.ipynb\)", last)[0]
        assert first_link == following.notebook or f"On the core path: [{following.notebook}](" in last


def test_the_core_path_takes_two_hours_at_most():
    """If it is longer, leave a section out."""
    assert core_minutes() <= CORE_PATH_LIMIT_MINUTES


@pytest.mark.parametrize(("name", "most"), MOST_WORDS.items())
def test_a_notebook_stays_short(name: str, most: int):
    """Words of its Markdown, headings and tables included."""
    assert len(prose(name).split()) <= most


def test_the_first_login_comes_within_one_screen():
    """Notebook 00 shows the live form after few words, the setup cell's among them."""
    cells = parsed(NOTEBOOKS[0]).cells
    before = cells[: next(number for number, cell in enumerate(cells) if "FourSteps()" in cell.source)]
    assert sum(len(cell.source.split()) for cell in before) <= MOST_WORDS_BEFORE_THE_LOGIN
