"""The map of the course: the same words in both faces, every notebook, and marks for what was tried."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from mfa_lab.lab.exercises import by_notebook, exercises
from mfa_lab.lab.grading.course import CORE_PATH, PARTS, is_core, lessons
from mfa_lab.lab.grading.course_map import NOTHING, CourseMap, Mark, mark_of
from mfa_lab.lab.grading.progress import Entry, Progress

FIRST, SECOND, THIRD, *_ = exercises()
SOME = Progress(
    "p",
    {
        FIRST.id: Entry(2, 10, 20, 20),
        SECOND.id: Entry(1, 10, 10),
        THIRD.id: Entry(shown=10),
        "99-gone": Entry(1, 1, 1),
    },
)
EMPTY = (Progress(), Progress("p", {"99-gone": Entry(1, 1, 1)}, {"one-bit-flipped": "c"}))


def page(drawn: CourseMap) -> BeautifulSoup:
    found = BeautifulSoup(drawn._repr_html_(), "html.parser")
    if found.style:
        found.style.extract()
    return found


@pytest.mark.parametrize(
    ("entry", "mark"),
    [
        (Entry(), Mark.OPEN),
        (Entry(hints=2), Mark.OPEN),
        (Entry(attempts=1, first=5, last=5), Mark.TRIED),
        (Entry(attempts=1, first=5, last=5, shown=6), Mark.SHOWN),
        (Entry(shown=6), Mark.SHOWN),
        (Entry(attempts=2, first=5, last=9, done=9, shown=6), Mark.DONE),
    ],
)
def test_the_mark_that_says_most(entry, mark):
    """Done before shown before tried before open; a hint alone is no attempt."""
    assert mark_of(entry) is mark


def test_nothing_yet():
    """Without progress, and with progress of exercises that are not there any more, the short map is one sentence."""
    for progress in EMPTY:
        drawn = CourseMap(progress, "Kept here.", short=True)
        assert repr(drawn) == NOTHING
        assert page(drawn).get_text() == NOTHING


def test_the_whole_map_is_there_before_anything_was_tried():
    """Each part with its notebooks in order, with minutes and path and no mark; it says where marks will be kept."""
    text = repr(CourseMap(Progress(), "Kept here."))
    rows = re.findall(r"^  (.+): (.+) · (core|optional)$", text, re.MULTILINE)
    assert [row[0] for row in rows] == [lesson.name for lesson in lessons()]
    assert [path == "core" for _, _, path in rows] == [is_core(lesson.notebook) for lesson in lessons()]
    assert all(part.name in text for part in PARTS)
    assert not set(text) & set("✓◇◐○")
    assert text.endswith(NOTHING)


def test_what_was_tried_is_on_the_map_with_its_marks():
    """All exercises of a notebook that was begun, with a sign and, where there is something to say, a word."""
    text = repr(CourseMap(SOME, "Kept here."))
    drawn = re.findall(r"^    ([✓◇◐○]) (.+?)(?: \((done|tried|solution shown)\))?$", text, re.MULTILINE)
    assert [title for _, title, _ in drawn] == [each.title for each in by_notebook()["00_first_login"]]
    assert [(sign, word) for sign, _, word in drawn] == [("✓", "done"), ("◐", "tried"), ("◇", "solution shown")]
    assert f"1 of {len(exercises())} exercises done\n" in text
    assert text.endswith("\nKept here.")


@pytest.mark.parametrize("progress", [SOME, *EMPTY])
def test_both_faces_say_the_same(progress):
    """The words of the HTML are those of the text, and signs are silent."""
    drawn = CourseMap(progress, "Kept <here>.")
    found = page(drawn)
    assert "".join(found.get_text().split()) == "".join(repr(drawn).split())
    assert {sign["aria-hidden"] for sign in found.find_all("i")} <= {"true"}


def test_each_notebook_is_a_link_to_itself():
    """Every stop of the core path, then every notebook."""
    links = [link["href"] for link in page(CourseMap(SOME, "")).find_all("a")]
    assert links == [f"{each.notebook}.ipynb" for each in (*CORE_PATH, *lessons())]


def test_a_notebooks_line_says_how_far_all_of_it_is():
    """Done when all of it is, open while nothing is, else begun."""
    mine = [exercise.id for exercise in next(iter(by_notebook().values()))]
    for count, mark in ((0, Mark.OPEN), (1, Mark.TRIED), (len(mine), Mark.DONE)):
        progress = Progress("p", dict.fromkeys(mine[:count], Entry(1, 1, 1, 1)))
        assert CourseMap(progress, "").rows[0].mark is mark
