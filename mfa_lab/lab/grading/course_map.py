"""The map of the course: its parts, notebooks and durations, the core path, and the marks for the learner's progress.

The text and the HTML of the map have the same content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from pathlib import Path

from mfa_lab.lab import exercises
from mfa_lab.lab.grading import course
from mfa_lab.lab.grading.course import Stop, duration
from mfa_lab.lab.grading.progress import Entry, Progress
from mfa_lab.lab.grading.progress_file import here
from mfa_lab.style import themed

NOTHING = (
    "No marks yet. Each exercise that you check gets a mark here. The marks are stored in one file in your "
    "working folder, and nowhere else."
)
HOW = (
    "If the path lists sections of a notebook, first run that notebook's setup cell (the first code cell). Then work "
    "through the listed sections in order, and skip the other sections."
)
FINISHED = "You have finished the core path. All other notebooks are optional: choose what interests you."
_ELSEWHERE = "From other courses"
_STYLE = themed(".mfa-map") + Path(__file__).with_name("course_map.css").read_text("utf-8")


class Mark(StrEnum):
    """Name how far a learner has come with an exercise."""

    DONE = "done"
    SHOWN = "solution shown"
    TRIED = "tried"
    OPEN = "open"


_SIGN = {Mark.DONE: "✓", Mark.SHOWN: "◇", Mark.TRIED: "◐", Mark.OPEN: "○"}


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one notebook: its name without `.ipynb`, its question, its minutes, and each exercise's title and mark."""

    notebook: str
    marks: tuple[tuple[str, Mark], ...]
    question: str = ""
    minutes: int = 0

    @property
    def words(self) -> str:
        """Return `35 min · core · 2 of 3 done`. The last part is missing if no exercise was tried."""
        path = "core" if course.is_core(self.notebook) else "optional"
        said = [duration(self.minutes), path] if self.minutes else []
        if self.mark is not Mark.OPEN:
            said.append(f"{sum(mark is Mark.DONE for _, mark in self.marks)} of {len(self.marks)} done")
        return " · ".join(said)

    @property
    def mark(self) -> Mark:
        """Return the mark that all exercises have, or TRIED if their marks differ. Without exercises, return OPEN."""
        kinds = {mark for _, mark in self.marks} or {Mark.OPEN}
        return kinds.pop() if len(kinds) == 1 else Mark.TRIED


@dataclass(frozen=True, slots=True)
class Station:
    """Hold a stop of the core path, and how many of its exercises and predictions are answered."""

    stop: Stop
    answered: int

    @property
    def mark(self) -> Mark:
        """Return DONE if all questions of the stop are answered, OPEN if no question is, and TRIED otherwise."""
        if self.answered == len(self.stop.asks):
            return Mark.DONE
        return Mark.TRIED if self.answered else Mark.OPEN

    @property
    def words(self) -> str:
        """Return `12 min · 1 of 2 done`. The last part is missing if no question is answered."""
        said = [duration(self.stop.minutes)] + ([] if self.stop.sections else ["all of it"])
        if self.answered:
            said.append("done" if self.mark is Mark.DONE else f"{self.answered} of {len(self.stop.asks)} done")
        return " · ".join(said)


def stations(progress: Progress) -> tuple[Station, ...]:
    """Return the stops of the core path.

    An exercise counts as answered if it is done, and a prediction if it has a guess.
    """
    answered = {name for name, entry in progress.exercises.items() if entry.done} | {*progress.predictions}
    return tuple(Station(stop, len(answered & {*stop.asks})) for stop in course.CORE_PATH)


@dataclass(frozen=True, slots=True)
class Block:
    """Hold a part of the course: its name, a text with its notebooks' numbers and hours, and the notebooks' rows."""

    name: str
    words: str
    rows: tuple[Row, ...]


class CourseMap:
    """Hold the course, with the learner's progress in the exercises of the course and of plugins.

    If `short` is true and there is no progress, the map is one fixed sentence.
    """

    def __init__(self, progress: Progress, kept: str, *, short: bool = False) -> None:
        found = {
            notebook: tuple((each.title, mark_of(progress.of(each.id))) for each in some)
            for notebook, some in exercises.by_notebook().items()
        }
        self.path = stations(progress)
        self.blocks = tuple(_blocks(found))
        self.rows = tuple(row for block in self.blocks for row in block.rows)
        self.short = short
        self.foot = NOTHING if self.empty else kept

    @property
    def empty(self) -> bool:
        """Return true if no exercise has been tried yet."""
        return all(row.mark is Mark.OPEN for row in self.rows)

    @property
    def headline(self) -> str:
        """Return a line that says how long the course takes and how much of it is done."""
        marks = [mark for row in self.rows for _, mark in row.marks]
        all_minutes = sum(part.minutes for part in course.PARTS)
        long = f"{len(course.lessons())} notebooks in {len(course.PARTS)} parts, {duration(all_minutes)}"
        return long if self.empty else f"{long} · {marks.count(Mark.DONE)} of {len(marks)} exercises done"

    @property
    def next_stop(self) -> str:
        """Return a sentence that names the next stop of the core path, or says that the path is finished."""
        left = next((each for each in self.path if each.mark is not Mark.DONE), None)
        if left is None:
            return FINISHED
        if not left.answered:
            return f"Next on the core path: {left.stop.name}."
        rest = len(left.stop.asks) - left.answered
        return f"Next on the core path: the rest of {left.stop.name}. Questions left there: {rest}."

    def __repr__(self) -> str:
        if self.empty and self.short:
            return NOTHING
        return "\n".join([self.headline, *self._path_text(), *self._text(), self.foot])

    def _path_text(self) -> Iterator[str]:
        yield f"The core path {duration(course.core_minutes())}"
        for each in self.path:
            yield f"  {each.stop.name}: {each.words}"
            yield from (f"    {section.title}" for section in each.stop.sections)
        yield self.next_stop
        yield HOW

    def _text(self) -> Iterator[str]:
        for block in self.blocks:
            yield f"{block.name} {block.words}".rstrip()
            for row in block.rows:
                yield f"  {course.readable(row.notebook)}: {row.words}"
                if row.question:
                    yield f"    {row.question}"
                if row.mark is not Mark.OPEN:
                    yield from (f"    {_SIGN[mark]} {title}{_word(mark)}" for title, mark in row.marks)

    def _repr_html_(self) -> str:
        if self.empty and self.short:
            return f"<p>{escape(NOTHING)}</p>"
        blocks = "".join(map(_block_html, self.blocks))
        return (
            f'<style>{_STYLE}</style><div class="mfa-map"><p><b>{_unbroken(self.headline)}</b></p>'
            f'{self._path_html()}<div class="mfa-parts">{blocks}</div><p>{escape(self.foot)}</p></div>'
        )

    def _path_html(self) -> str:
        stops = "".join(map(_stop_html, self.path))
        return (
            f'<div class="mfa-path"><p><b>The core path</b> {_unbroken(duration(course.core_minutes()))}</p>'
            f'<ol aria-label="The core path">{stops}</ol><p><b>{escape(self.next_stop)}</b></p>'
            f"<p>{escape(HOW)}</p></div>"
        )


def course_map() -> CourseMap:
    """Return the map of the course, with the learner's progress in this folder."""
    store = here()
    return CourseMap(store.read(), store.in_words)


def progress_map() -> CourseMap:
    """Return the map of the course, or a single sentence if no exercise has been checked yet."""
    store = here()
    return CourseMap(store.read(), store.in_words, short=True)


def mark_of(entry: Entry) -> Mark:
    """Return the mark of an exercise. `entry` is what is recorded about the exercise."""
    if entry.done:
        return Mark.DONE
    if entry.shown:
        return Mark.SHOWN
    return Mark.TRIED if entry.attempts else Mark.OPEN


def _blocks(found: dict[str, tuple[tuple[str, Mark], ...]]) -> Iterator[Block]:
    for part in course.PARTS:
        rows = tuple(
            Row(each.notebook, found.pop(each.notebook, ()), each.question, each.minutes) for each in part.lessons
        )
        yield Block(part.name, f"{part.numbers} · {duration(part.minutes)}", rows)
    if found:  # notebooks of plugins
        yield Block(_ELSEWHERE, "", tuple(Row(notebook, marks) for notebook, marks in found.items()))


def _stop_html(each: Station) -> str:
    sections = "".join(f"<li>{escape(section.title)}</li>" for section in each.stop.sections)
    inside = f"<ul>{sections}</ul>" if sections else ""
    words = _unbroken(each.words)
    return f'<li class="mfa-{each.mark.name.lower()}">{_link(each.stop.notebook)}: {words}{inside}</li>'


def _unbroken(words: str) -> str:
    """Return the text with a non-breaking space between each number and its unit."""
    return re.sub(r"(?<=\d) (?=h\b|min\b)", "&nbsp;", words)


def _block_html(block: Block) -> str:
    rows = "".join(map(_row_html, block.rows))
    head = f"<p><b>{escape(block.name)}</b> {_unbroken(escape(block.words))}</p>"
    return f'<div>{head}<ol aria-label="{escape(block.name)}">{rows}</ol></div>'


def _row_html(row: Row) -> str:
    core = " mfa-core" if course.is_core(row.notebook) else ""
    question = f"<span>{escape(row.question)}</span>" if row.question else ""
    head = f"{_link(row.notebook)}: <small>{_unbroken(row.words)}</small>{question}"
    return f'<li class="mfa-{row.mark.name.lower()}{core}">{head}{_marks_html(row)}</li>'


def _marks_html(row: Row) -> str:
    if row.mark is Mark.OPEN:
        return ""
    marks = "".join(
        f'<li class="mfa-{mark.name.lower()}"><i aria-hidden="true">{_SIGN[mark]}</i> '
        f"{escape(title)}{_word(mark)}</li>"
        for title, mark in row.marks
    )
    return f"<ul>{marks}</ul>"


def _link(notebook: str) -> str:
    return f'<a href="{escape(notebook)}.ipynb">{escape(course.readable(notebook))}</a>'


def _word(mark: Mark) -> str:
    """Return the mark in brackets, for the end of an exercise's title, or "" if the exercise is open."""
    return "" if mark is Mark.OPEN else f" ({mark})"
