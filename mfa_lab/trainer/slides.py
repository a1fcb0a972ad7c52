"""Make slides from a notebook as it is. No tags are needed.

Headings, lists, tables, tasks and outputs become slides, each below the sentence that introduces it. The text becomes
the trainer's notes below the slides.

Tags can change this. `slide` shows a whole cell on its own slide, and `slide-below` puts an output below the content
of the previous slide. `slide-skip` leaves a cell out, and `slide-notes` puts a cell's text only into the notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from mfa_lab.errors import InvalidInput
from mfa_lab.lab import exercises
from mfa_lab.lab.grading.result import Outcome
from mfa_lab.resources import notebooks_dir
from mfa_lab.trainer.page import page
from mfa_lab.trainer.prose import (
    BOLD,
    NOT_FOR_SLIDES,
    SAW,
    SHOWN_WHOLE,
    fitting,
    lead,
    leading,
    parts,
    sentences,
    shortened,
    task,
)
from mfa_lab.trainer.refresh import read_notebook

_HERE = Path(__file__).parent
_ASKED = re.compile(r"^(?:predict|hint|solution|progress_map)\(", re.MULTILINE)
"""The calls in a cell that waits for a learner's answer. Such a cell has no output to show."""
_ANSWER = re.compile(rf"\S (?:{'|'.join(Outcome)}) · ")
"""The beginning of an output that answers a learner. Only other output of a check or a comparison is shown."""
_COMPARED = re.compile(r"^compare\(\s*[\"']([\w.-]+)", re.MULTILINE)
_TASK = re.compile(r"^check\(", re.MULTILINE)
_PREDICTED = re.compile(r"^predict\(\s*[\"']([\w.-]+)", re.MULTILINE)
_LINK_TO_NOTEBOOK = re.compile(r"\[([^\]]+)\]\([^)\s]+\.ipynb\)")
_CODE_LINES = 6
_DRAWN = ("mfa-figure", "mfa-panel", "<table")
"""If an output is a figure, form or table, the cell's code is left out, because this code is often only a name."""
_OF_CELLS = re.compile(r"\b(?:cell|notebook)s?\b")
"""Text about cells or notebooks is for people who have the notebook on their screen."""


@dataclass(slots=True)
class Slide:
    """Hold one slide: a title, a line above it, words below it, the shown cells, and notes. Texts are Markdown."""

    title: str
    above: str = ""
    words: str = ""
    shown: list[NotebookNode] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def slides(notebook: NotebookNode) -> list[Slide]:
    """Return the slides that are made from a notebook."""
    maker = _Maker()
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "slide-skip" in tags:
            continue
        if "slide-notes" in tags:
            maker.note(cell.source)
        elif cell.cell_type == "markdown":
            maker.markdown(cell.source, whole="slide" in tags)
        elif cell.cell_type == "code":
            maker.code(cell, whole="slide" in tags, below="slide-below" in tags)
    maker.end()
    return maker.made


def slides_html(notebook: NotebookNode) -> str:
    """Return one page of slides with keyboard control.

    Without scripts and on paper, the slides follow one another.
    """
    made = slides(notebook)
    if not made:
        raise InvalidInput("this notebook has no heading, list, table or output to make slides from")
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        extra_template_basedirs=[str(_HERE / "templates")], template_name="mfa_lab_slides", exclude_output_prompt=True
    )
    body, _ = exporter.from_notebook_node(nbformat.v4.new_notebook(cells=list(_cells(made))))  # type: ignore[no-untyped-call]
    style, script = _asset("slides.css"), _asset("slides.js")
    return page(made[0].title, f"<main>{body}</main>{_FOOT}", style=style, script=script)


def read(name: str) -> NotebookNode:
    """Return the notebook at a path, or one of the kit's notebooks by name, with or without `.ipynb`."""
    for path in (Path(name), notebooks_dir() / name, notebooks_dir() / f"{name}.ipynb"):
        if path.is_file():
            return read_notebook(path)
    kit = ", ".join(sorted(path.stem for path in notebooks_dir().glob("*.ipynb")))
    raise InvalidInput(f"there is no notebook {name!r}: give a path, or one of these names: {kit}")


class _Maker:
    """Make slides from the cells, from top to bottom. Remember the section, and the text that waits for a slide."""

    def __init__(self) -> None:
        self.made: list[Slide] = []
        self._title = self._above = ""
        self._waiting: list[str] = []
        self._leads: list[str] = []
        self._asked = ""
        self._after_output = False

    def note(self, text: str) -> None:
        """Put text into the notes of the previous slide, or of the first slide.

        The heading of the text applies to the following slides.
        """
        for title, minutes, _ in parts(text):
            self._head(title, minutes)
        self._waiting.append(_LINK_TO_NOTEBOOK.sub(r"\1", text))
        if not self._leads:
            self._to_notes()

    def markdown(self, source: str, *, whole: bool) -> None:
        """Add Markdown.

        A list or a table begins a slide, "what we saw" goes below its output, and other text waits for a slide.
        """
        for title, minutes, blocks in parts(_LINK_TO_NOTEBOOK.sub(r"\1", source)):
            self._head(title, minutes)
            if not blocks:
                continue
            text = "\n\n".join(blocks)
            if not whole and all(block.startswith(NOT_FOR_SLIDES) for block in blocks):
                self.note(text)
            elif whole or title.startswith("Exercise"):
                self._begin(text, "", text)
            elif blocks[0].startswith(BOLD) and (self._after_output or self._asked):
                self._saw(blocks)
            elif blocks[0].startswith(SAW) or any(map(SHOWN_WHOLE.match, blocks)):
                self._each(blocks, text)
            else:
                self._waiting.append(text)
                self._leads.append(lead([block for block in blocks if not block.startswith(NOT_FOR_SLIDES)]))
        self._after_output = False

    def code(self, cell: NotebookNode, *, whole: bool, below: bool) -> None:
        """Add an output on its own slide or below the previous output, unless the cell waits for an answer."""
        predicted = _PREDICTED.search(cell.source)
        if predicted and any(self._leads):
            self._begin(self._lead_or_question(), "", "")
        if predicted and self.made:
            self._asked = self.made[-1].words = _question(predicted[1]) or self.made[-1].words
        if _TASK.search(cell.source) and self._waiting:
            self._begin(task(self._waiting[-1]), "", "")
        if _ASKED.search(cell.source) and not whole:
            return
        outputs = [output for output in cell.outputs if whole or not _ANSWER.match(_text(output))]
        if outputs:
            self._show(cell.source, outputs, whole=whole, below=below)
        if (compared := _COMPARED.search(cell.source)) and not whole:
            self._saw(_explained(compared[1], cell))

    def _show(self, source: str, outputs: list[NotebookNode], *, whole: bool, below: bool) -> None:
        """Put a cell's output on a slide, with the code if it is short."""
        if below and self._has_slide():
            self.made[-1].shown += map(nbformat.v4.new_markdown_cell, filter(None, self._leads[-1:]))
            self._to_notes()
        else:
            self._begin(self._lead_or_question(), "", "")
        source = "\n".join(
            line
            for line in source.splitlines()
            if not line.startswith("assert ") and (whole or not line.startswith(("check(", "compare(")))
        )
        drawn = any(mark in str(outputs) for mark in _DRAWN)
        short = whole or (len(source.splitlines()) <= _CODE_LINES and not drawn)
        shown = nbformat.v4.new_code_cell(source if short else "", outputs=outputs)  # type: ignore[no-untyped-call]
        self.made[-1].shown.append(shown)
        self._after_output = True

    def end(self) -> None:
        """End a section.

        Remaining text gets a slide if the section has no slide yet, and otherwise goes into the notes.
        """
        if self._leads and not self._has_slide():
            self._begin(self._lead_or_question(), "", "")
        self._to_notes()

    def _head(self, title: str, minutes: str) -> None:
        if title:
            self.end()
            self._title, self._above = title, minutes or self._above

    def _has_slide(self) -> bool:
        """Return whether the section already has a slide."""
        return bool(self.made) and self.made[-1].title == self._title

    def _saw(self, blocks: list[str]) -> None:
        """Put "what we saw" below its output, or else below the question that it answers."""
        if not self._after_output:
            self._begin(self._asked, "", "")
        self.made[-1].shown.append(nbformat.v4.new_markdown_cell(sentences(blocks[0])))  # type: ignore[no-untyped-call]
        self.made[-1].notes.append("\n\n".join(blocks))
        if any(map(SHOWN_WHOLE.match, blocks[1:])):
            self._each(blocks[1:], "")
        elif blocks[1:]:
            self._leads.append(leading(blocks[-1]))

    def _each(self, blocks: list[str], said: str) -> None:
        for words, lists in shortened(blocks):
            self._leads = [words] if words.startswith(SAW) else [*self._leads, words]
            self._begin(self._lead_or_question(), lists, said)
            said = ""  # the text is in the notes of the first slide

    def _lead_or_question(self) -> str:
        """Return the text that leads to the next slide, or the question if there is no such text."""
        leads = list(filter(None, self._leads))
        return fitting([each for each in leads if not _OF_CELLS.search(each)] or leads) or self._asked

    def _begin(self, words: str, lists: str, said: str) -> None:
        shown = [nbformat.v4.new_markdown_cell(lists)] if lists else []  # type: ignore[no-untyped-call]
        self.made.append(Slide(self._title, self._above, words, shown))
        self._to_notes(*filter(None, [said]))

    def _to_notes(self, *said: str) -> None:
        """Put waiting text into the notes of the last slide."""
        if self.made:
            self.made[-1].notes += [*self._waiting, *said]
            self._waiting, self._leads, self._asked = [], [], ""


def _text(output: NotebookNode) -> str:
    """Return the text of an output."""
    return str(output.get("text") or output.get("data", {}).get("text/plain", ""))


def _explained(prediction_id: str, cell: NotebookNode) -> list[str]:
    """Return the paragraphs of a comparison: what happened, then the explanation."""
    happened = re.search(r"What happened is (.+)", "\n".join(map(_text, cell.outputs)))
    try:
        saw = exercises.prediction(prediction_id).saw
    except InvalidInput:  # the prediction belongs to a plugin that is not installed here
        saw = ()
    # Without "What we saw:" before it, the explanation begins a sentence.
    said = [text[:1].upper() + text[1:] for text in (each.removeprefix(SAW).strip() for each in saw[:1])]
    return [" ".join([*([f"**{happened[1]}**"] if happened else []), *said]), *saw[1:]]


def _question(prediction_id: str) -> str:
    """Return the question of a cell that waits for a guess, or "" if this kit does not know the question."""
    try:
        return exercises.prediction(prediction_id).question
    except InvalidInput:
        return ""


def _cells(made: list[Slide]) -> Iterator[NotebookNode]:
    """Yield the slides as cells, with the data that the template needs in their metadata."""
    for number, slide in enumerate(made):
        shown = [nbformat.v4.new_markdown_cell(slide.words), *slide.shown]  # type: ignore[no-untyped-call]
        for cell in shown:
            cell.metadata = nbformat.from_dict({})  # type: ignore[no-untyped-call]
        about: dict[str, Any] = {"title": slide.title, "above": slide.above, "first": number == 0}
        shown[0].metadata["slide"] = about
        shown[-1].metadata["last"] = {"notes": "\n\n".join(slide.notes)}
        yield from shown


@cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


_FOOT = """
<nav class="foot" aria-label="Slides"><button type="button" id="back">Back</button>
<p id="where" role="status"></p><button type="button" id="on">Next</button>
<button type="button" id="notes" aria-pressed="false">Notes</button>
<p class="keys">Arrow keys, Space, Home, End; N for the notes</p></nav>
"""
