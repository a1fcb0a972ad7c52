"""The map of the course: the same words in both faces, every notebook, and marks for what was tried."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from mfa_lab.lab.exercises import by_notebook, exercises
from mfa_lab.lab.grading.course import CORE_PATH, PARTS, is_core, lessons
from mfa_lab.lab.grading.course_map import FINISHED, NOTHING, CourseMap, Mark, mark_of, stations
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


def answered(*ids: str) -> Progress:
    """Progress with these exercises done and these predictions guessed."""
    done = {each.id for each in exercises()} & {*ids}
    return Progress("p", dict.fromkeys(done, Entry(1, 1, 1, 1)), dict.fromkeys({*ids} - done, "a"))


def test_a_stop_of_the_core_path_is_done_by_the_questions_of_its_own_sections():
    """Notebook 03 has another exercise, which is off the path; notebook 20 asks predictions only."""
    third, guessing = (
        next(each for each in CORE_PATH if each.notebook.startswith(number)) for number in ("03", "20")
    )
    marks = {each.stop.notebook: each.mark for each in stations(answered(*third.asks, *guessing.asks[:1]))}
    assert marks.pop(third.notebook) is marks.pop(guessing.notebook) is Mark.DONE
    assert {*marks.values()} == {Mark.OPEN}
    drawn = CourseMap(answered(*third.asks), "")
    assert "  03 OTP generation: 25 min · done\n" in repr(drawn)
    assert page(drawn).select(".mfa-path ol > li")[1]["class"] == ["mfa-done"]
    assert drawn.rows[3].mark is Mark.TRIED


def test_the_map_says_which_stop_is_next_and_when_the_path_is_finished():
    """The first stop that is not done is the next one, half done or not; off the path nothing counts."""
    first, second, *_ = CORE_PATH
    for done, said in (
        ((), "Next on the core path: 00 first login."),
        (first.asks, "Next on the core path: 03 OTP generation."),
        (
            (*first.asks, second.asks[0]),
            "Next on the core path: the rest of 03 OTP generation. Questions left there: 1.",
        ),
        (tuple(name for stop in CORE_PATH for name in stop.asks), FINISHED),
    ):
        assert f"\n{said}\n" in repr(CourseMap(answered(*done), ""))
    shown = {stop.asks[0]: Entry(shown=1) for stop in CORE_PATH}
    assert not any(each.answered for each in stations(Progress("p", shown)))
