"""Progress, drawn: the same words in both faces, and a mark for each exercise that says how far it came."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from mfa_lab.lab.exercises import by_notebook, exercises
from mfa_lab.lab.grading.progress import Entry, Progress
from mfa_lab.lab.grading.progress_map import NOTHING, Mark, ProgressMap, mark_of

TITLES = [exercise.title for exercise in exercises()]
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
    """Without progress, and with progress of exercises that are not there any more, it is one sentence."""
    for progress in (Progress(), Progress("p", {"99-gone": Entry(1, 1, 1)}, {"one-bit-flipped": "c"})):
        drawn = ProgressMap(progress, "Kept here.")
        assert repr(drawn) == NOTHING
        assert BeautifulSoup(drawn._repr_html_(), "html.parser").get_text() == NOTHING


def test_every_exercise_is_on_the_map_with_its_mark():
    """Each title once, in the order of the notebooks, with a sign and, where there is something to say, a word."""
    text = repr(ProgressMap(SOME, "Kept here."))
    drawn = re.findall(r"^  (.) (.+?)(?: \((done|tried|solution shown)\))?$", text, re.MULTILINE)
    assert [title for _, title, _ in drawn] == TITLES
    assert [(sign, word) for sign, _, word in drawn[:4]] == [
        ("✓", "done"),
        ("◐", "tried"),
        ("◇", "solution shown"),
        ("○", ""),
    ]
    assert text.startswith(f"1 of {len(TITLES)} exercises done\n")
    assert text.endswith("\nKept here.")


def test_both_faces_say_the_same():
    """The words of the HTML are those of the text; signs are silent, and each notebook is a link to itself."""
    drawn = ProgressMap(SOME, "Kept <here>.")
    page = BeautifulSoup(drawn._repr_html_(), "html.parser")
    page.style.extract()
    assert "".join(page.get_text().split()) == "".join(repr(drawn).split())
    assert [link["href"] for link in page.find_all("a")] == [f"{name}.ipynb" for name in by_notebook()]
    assert {sign["aria-hidden"] for sign in page.find_all("span")} == {"true"}


def test_a_notebooks_line_says_how_far_all_of_it_is():
    """Done when all of it is, open while nothing is, else begun."""
    mine = [exercise.id for exercise in next(iter(by_notebook().values()))]
    for count, mark in ((0, Mark.OPEN), (1, Mark.TRIED), (len(mine), Mark.DONE)):
        progress = Progress("p", dict.fromkeys(mine[:count], Entry(1, 1, 1, 1)))
        assert ProgressMap(progress, "").rows[0].mark is mark
