"""Slides from a notebook as it is. No tags are needed: headings, lists, tables and what cells showed make the slides,
and the prose becomes the trainer's notes below them.

Tags, where it should come out otherwise: `slide` shows a whole cell on a slide of its own, `slide-below` puts what a
cell showed below what stands on the slide before it, `slide-skip` leaves a cell out, `slide-notes` puts its text into
the notes alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import nbformat
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from mfa_lab.errors import InvalidInput
from mfa_lab.lab import exercises
from mfa_lab.lab.refresh import read_notebook
from mfa_lab.lab.trainer.page import page
from mfa_lab.resources import notebooks_dir

_HERE = Path(__file__).parent
_ANSWERED = re.compile(r"^(?:check|predict|compare|hint|solution|progress_map)\(", re.MULTILINE)
"""A cell that waits for a learner has nothing to show."""
_PREDICTED = re.compile(r"^predict\(\s*[\"']([\w.-]+)", re.MULTILINE)
_HEADING = re.compile(r"(#{1,6})\s+(.+?)(?:\s+\((\d+ min)\))?\s*")
_SHOWN_WHOLE = re.compile(r"[-*]\s|[|>]|\d+\.\s")
_SAW, _BOLD = "**What we saw:**", "**"
_NOT_FOR_SLIDES = ("**What you need:**", "**How to work:**", "**Clauses on the way:**", "**Next:**")
_LINK_TO_NOTEBOOK = re.compile(r"\[([^\]]+)\]\([^)\s]+\.ipynb\)")
_CODE_LINES = 6
_SENTENCE = re.compile(r"(?<=[.!?:])\s+(?=[A-Z`*“\"(])")


@dataclass(slots=True)
class Slide:
    """One slide: a title, a line above it, words below it, cells that are shown, and notes. Texts are markdown."""

    title: str
    above: str = ""
    words: str = ""
    shown: list[NotebookNode] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def slides(notebook: NotebookNode) -> list[Slide]:
    """The slides that a notebook makes."""
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
    return maker.made


def slides_html(notebook: NotebookNode) -> str:
    """One page of slides, for the keyboard; without scripts, and on paper, they stand one below the other."""
    made = slides(notebook)
    if not made:
        raise InvalidInput("this notebook has no heading, list, table or output to make slides of")
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        extra_template_basedirs=[str(_HERE / "templates")], template_name="mfa_lab_slides", exclude_output_prompt=True
    )
    body, _ = exporter.from_notebook_node(nbformat.v4.new_notebook(cells=list(_cells(made))))  # type: ignore[no-untyped-call]
    style, script = _asset("slides.css"), _asset("slides.js")
    return page(made[0].title, f"<main>{body}</main>{_FOOT}", style=style, script=script)


def read(name: str) -> NotebookNode:
    """A notebook by its path, or one of the kit's by its name, with or without `.ipynb`."""
    for path in (Path(name), notebooks_dir() / name, notebooks_dir() / f"{name}.ipynb"):
        if path.is_file():
            return read_notebook(path)
    kit = ", ".join(sorted(path.stem for path in notebooks_dir().glob("*.ipynb")))
    raise InvalidInput(f"there is no notebook {name!r}: give a path, or one of {kit}")


class _Maker:
    """Goes through the cells from top to bottom and remembers where it is."""

    def __init__(self) -> None:
        self.made: list[Slide] = []
        self._title = self._above = ""
        self._waiting: list[str] = []
        self._after_output = False

    def note(self, text: str) -> None:
        """Text that is said, not shown, with the slide before it or the first. Its heading holds from here on."""
        for title, minutes, _ in _parts(text):
            self._head(title, minutes)
        if self.made:
            self.made[-1].notes.append(_LINK_TO_NOTEBOOK.sub(r"\1", text))
        else:
            self._waiting.append(text)

    def markdown(self, source: str, *, whole: bool) -> None:
        """A heading begins a slide, and so do a list and a table; what was seen goes below the output before it."""
        for title, minutes, blocks in _parts(_LINK_TO_NOTEBOOK.sub(r"\1", source)):
            self._head(title, minutes)
            text = "\n\n".join(blocks)
            if not whole and all(block.startswith(_NOT_FOR_SLIDES) for block in blocks):
                self.note(text)
            elif whole or (title.startswith("Exercise") and blocks):
                self._begin(text, "", text)
            elif blocks and blocks[0].startswith(_BOLD) and self._after_output and self.made:
                self.made[-1].shown.append(nbformat.v4.new_markdown_cell(_sentences(blocks[0])))  # type: ignore[no-untyped-call]
                self.made[-1].notes.append(text)
                if any(map(_SHOWN_WHOLE.match, blocks[1:])):
                    self._each(blocks[1:], "")
            elif title or blocks[0].startswith(_SAW) or any(map(_SHOWN_WHOLE.match, blocks)):
                self._each(blocks, text)
            else:
                self._waiting.append(text)
        self._after_output = False

    def code(self, cell: NotebookNode, *, whole: bool, below: bool) -> None:
        """What a cell showed, on a slide of its own or below the last one; not where it waits for an answer."""
        predicted = _PREDICTED.search(cell.source)
        if predicted and self.made:
            self.made[-1].words = _question(predicted[1]) or self.made[-1].words
        if not cell.outputs or (_ANSWERED.search(cell.source) and not whole):
            return
        source = "\n".join(line for line in cell.source.splitlines() if not line.startswith("assert "))
        short = whole or len(source.splitlines()) <= _CODE_LINES
        said = [sentence for text in self._waiting if (sentence := _sentences(text))]
        if below and self.made:
            self.made[-1].shown += map(nbformat.v4.new_markdown_cell, said[-1:])
            self.made[-1].notes += self._waiting
            self._waiting = []
        else:
            self._begin(said[-1] if said else "", "", "")
        shown = nbformat.v4.new_code_cell(source if short else "", outputs=cell.outputs)  # type: ignore[no-untyped-call]
        self.made[-1].shown.append(shown)
        self._after_output = True

    def _head(self, title: str, minutes: str) -> None:
        if title:
            self._title, self._above = title, minutes or self._above

    def _each(self, blocks: list[str], said: str) -> None:
        for words, lists in _shortened(blocks):
            self._begin(words, lists, said)
            said = ""  # it stands in the notes of the first

    def _begin(self, words: str, lists: str, said: str) -> None:
        notes = [*self._waiting, said] if said else self._waiting
        self._waiting = []
        shown = [nbformat.v4.new_markdown_cell(lists)] if lists else []  # type: ignore[no-untyped-call]
        self.made.append(Slide(self._title, self._above, words, shown, notes))


def _parts(source: str) -> Iterator[tuple[str, str, list[str]]]:
    """Heading, minutes and blocks of text, for each heading of a cell; without a heading "" stands for it."""
    title, minutes, blocks = "", "", list[str]()
    for block in re.split(r"\n\s*\n", source.strip()):
        first, _, rest = block.partition("\n")
        heading = _HEADING.fullmatch(first)
        if heading:
            if title or blocks:
                yield title, minutes, blocks
            title, minutes, blocks = heading[2], heading[3] or "", [rest] if rest.strip() else []
        else:
            blocks.append(block)
    if title or blocks:
        yield title, minutes, blocks


def _shortened(blocks: list[str]) -> Iterator[tuple[str, str]]:
    """Lists and tables, whole, each with what asks or begins in the prose before it; without any, how it begins."""
    prose, found = list[str](), False
    blocks = [block for block in blocks if not block.startswith(_NOT_FOR_SLIDES)]
    for whole, run in groupby(blocks, key=lambda block: bool(_SHOWN_WHOLE.match(block))):
        if whole:
            yield _lead(prose), "\n\n".join(run)
            prose, found = [], True
        else:
            prose = list(run)
    if not found:
        yield _sentences(prose[0]), ""


def _lead(prose: list[str]) -> str:
    """What leads to a list: the question right before it, else the first sentence."""
    sentences = _SENTENCE.split(prose[-1]) if prose else [""]
    return " ".join(sentences[-2:]) if sentences[-1].endswith("?") else _sentences("".join(prose[:1]))


def _question(prediction_id: str) -> str:
    """What is asked where a cell waits for a guess; "" where this kit does not know it."""
    try:
        return exercises.prediction(prediction_id).question
    except InvalidInput:
        return ""


def _sentences(text: str) -> str:
    """The first sentence, or more of them where it is very short or leaves brackets or emphasis open."""
    if _SHOWN_WHOLE.match(text):
        return ""
    said = ""
    for sentence in _SENTENCE.split(text):
        said = f"{said} {sentence}".strip()
        closed = not said.count("**") % 2 and not said.count("`") % 2 and said.count("(") == said.count(")")
        if closed and len(said.replace(_SAW, "")) > 30:
            break
    return said


def _cells(made: list[Slide]) -> Iterator[NotebookNode]:
    """The slides as cells, with what the template needs in their metadata."""
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
