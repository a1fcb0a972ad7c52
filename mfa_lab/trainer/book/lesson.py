"""Make a page of the book from a notebook. No answer is visible before its question.

The outputs that a learner's copy leaves out are folded, and so are hints and solutions. A form shows its static view.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from mfa_lab.errors import InvalidInput
from mfa_lab.lab import exercises
from mfa_lab.lab.exercises import Exercise
from mfa_lab.lab.formatting import marked_up
from mfa_lab.lab.grading.result import Outcome, css_class
from mfa_lab.lab.working_copy import as_delivered
from mfa_lab.trainer.book.markup import anchor, code_block, for_the_book, markup, plain_block, words

_HEADING = re.compile(r'<h([1-6]) id="([^"]+)">(.*?)</h\1>', re.DOTALL)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_CHECK = re.compile(r"^check\(\s*[\"']([\w.-]+)", re.MULTILINE)
_ABOUT_YOU = re.compile(r"(?:progress_map|course_map|self_check)\(")
"""Cells that show the reader's own progress or machine. A book cannot know either."""
_LIVE = "run this cell"
"""The static view of each form says these words."""
_NO_GUESS = "<p>You made no prediction.</p>"
_ASKED = css_class(Outcome.NOT_ATTEMPTED)
_COMPARED = css_class(Outcome.COMPARED)
LAB = "index.html#lab"


@dataclass(frozen=True, slots=True)
class Heading:
    """Hold a heading of a page: its level, its text, its duration such as `5 min` or "", and its anchor."""

    level: int
    text: str
    minutes: str
    anchor: str


@dataclass(slots=True)
class Page:
    """Hold a notebook as a page: its HTML, its headings, its searchable text by anchor, and its outputs' styles."""

    name: str
    html: str = ""
    headings: list[Heading] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    styles: dict[str, None] = field(default_factory=dict)


def lesson(path: Path) -> Page:
    """Return the page of the notebook at `path`, made from its committed outputs."""
    content = path.read_bytes()
    page = Page(path.stem)
    given = json.loads(as_delivered(content))["cells"]
    for cell, as_given in zip(json.loads(content)["cells"], given, strict=True):
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            html = markup(source)
            _note(page, html)
        else:
            folded = bool(cell["outputs"]) and not as_given["outputs"]
            html = "".join(_code_cell(page, source, cell["outputs"], folded=folded))
        page.html += f'<div class="cell {cell["cell_type"]}" id="cell-{escape(cell["id"])}">{html}</div>\n'
    return page


def _note(page: Page, html: str) -> None:
    """Add the headings of a Markdown cell, and the text below each heading, to the page.

    The search finds only this text, and no code or output.
    """
    before, *sections = re.split(r"(?=<h[1-6] id=)", html)
    if page.headings:
        page.texts[page.headings[-1].anchor] += f" {words(before)}"
    for section in sections:
        level, place, title = _HEADING.findall(section)[0]
        text, _, minutes = title.partition(" <small>")
        page.headings.append(Heading(int(level), words(text), words(minutes), place))
        page.texts[place] = words(_HEADING.sub("", section))


def _code_cell(page: Page, source: str, outputs: list[Any], *, folded: bool) -> Iterator[str]:
    """Yield the parts of a code cell: its code, its output, and the help of its exercise."""
    shown = _without_guess(source)
    if not outputs and _only_imports(source):
        yield '<details class="setup"><summary>Setup: what this notebook imports</summary>'
        yield f"{code_block(source)}</details>"
        return
    if shown:
        yield code_block(shown)
    elif "predict(" in source:
        yield '<p class="guess">Make your guess first, then open the results below.</p>'
    if _ABOUT_YOU.match(source):
        yield _in_the_lab(page, "Here the lab shows your own progress or your own machine.")
        return
    yield from _result(page, outputs, folded=folded)
    for exercise_id in _CHECK.findall(source):
        yield _help(page, exercise_id)


def _result(page: Page, outputs: list[Any], *, folded: bool) -> Iterator[str]:
    result = "".join(_output(page, output) for output in outputs)
    if not result:
        return
    if folded:
        label = "What happened, and why" if _COMPARED in result else "Show what happens"
        yield f"<details><summary>{label}</summary>{result}</details>"
    else:
        yield f'<div class="out">{result}</div>'
    if _LIVE in result.lower():
        yield _in_the_lab(page, "In the lab, this is live.")


def _output(page: Page, output: Any) -> str:
    """Return an output as HTML. Its styles go to the book's style sheet."""
    data = output.get("data", {})
    html = "".join(data.get("text/html", ""))
    if _ASKED in html:
        return ""
    if html:
        page.styles |= dict.fromkeys(_STYLE.findall(html))
        return for_the_book(_STYLE.sub("", html).replace(_NO_GUESS, ""))
    if "text/markdown" in data:
        return markup("".join(data["text/markdown"]))
    return plain_block("".join(data.get("text/plain", output.get("text", ""))))


def _help(page: Page, exercise_id: str) -> str:
    """Return the folded hints and the folded solution of an exercise."""
    try:
        exercise: Exercise = exercises.exercise(exercise_id)
    except InvalidInput:  # the exercise belongs to a plugin that is not installed here
        return ""
    hints = "".join(
        f"<details><summary>Hint {number}</summary><p>{marked_up(hint)}</p></details>"
        for number, hint in enumerate(exercise.hints, 1)
    )
    solution = f"<details><summary>One correct answer</summary>{code_block(exercise.solution)}</details>"
    return f'<div class="help">{hints}{solution}{_in_the_lab(page, "The lab checks your answer.")}</div>'


def _in_the_lab(page: Page, why: str) -> str:
    return f'<p class="live">{why} <a href="{LAB}">Open <b>{page.name}</b> in the lab</a></p>'


def _without_guess(source: str) -> str:
    """Return a cell's code without the guess, `predict` and `compare`, which need a learner."""
    dropped: set[int] = set()
    for statement in ast.parse(source).body:
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Name(id="predict" | "compare"))):
                dropped |= set(range(statement.lineno, (statement.end_lineno or 0) + 1))
            case ast.Assign(value=ast.Constant(value=x)) if x is ... and "predict(" in source:
                dropped.add(statement.lineno)
    return "\n".join(line for number, line in enumerate(source.splitlines(), 1) if number not in dropped).strip()


def _only_imports(source: str) -> bool:
    return all(isinstance(each, ast.Import | ast.ImportFrom) for each in ast.parse(source).body)


def section_anchor(title: str, minutes: int) -> str:
    """Return the anchor of a notebook's section."""
    return anchor(f"{title} ({minutes} min)")
