"""The rules of the notebooks (docs of the house: CONTRIBUTING), as a table of checks that look at each of them."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import mistune
import nbformat
import pytest
from bs4 import BeautifulSoup
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from .kit import each_notebook, parsed

MOST_CODE_LINES = 15
MOST_MODULES = 4
TAUGHT_MODULES = {"mfa_lab.randomness"}  # a lesson is about this module itself
FEWEST_WORDS_PER_LINE = 12
# They hang without a person, depend on the clock, or leave outputs that cannot be compared.
FORBIDDEN_NAMES = {
    "sleep", "input", "getpass", "Output", "interact", "interactive", "interact_manual", "interactive_output",
    "clear_output", "update_display",
}  # fmt: skip
EMPTY_LINK_TEXTS = {"", "here", "click here", "click", "link", "this", "this link", "this page", "more", "read more"}
HEADING = re.compile("^h[1-6]$")
SHAPE = ("what you need", "what to remember", "next")

_markdown = mistune.create_markdown(escape=False, plugins=["table"])


class Book:
    """A notebook as its reader meets it: prose as a page, outputs as a page, code as trees."""

    def __init__(self, name: str, notebook: NotebookNode) -> None:
        self.name = name
        self.notebook = notebook
        self.outputs = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
        self.code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        # Lines such as %matplotlib become Python first.
        self.trees = [ast.parse(TransformerManager().transform_cell(source)) for source in self.code]
        prose = "\n".join(_markdown(cell.source) for cell in notebook.cells if cell.cell_type == "markdown")
        shown = [data[kind] for data in self.outputs for kind in ("text/html", "image/svg+xml") if kind in data]
        self.prose = BeautifulSoup(prose, "html.parser")
        self.shown = BeautifulSoup("\n".join(shown), "html.parser")
        self.page = BeautifulSoup("\n".join([prose, *shown]), "html.parser")


def names(tree: ast.AST) -> set[str]:
    """Every name that a piece of code uses, calls on something, or imports."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                found.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                found.update(alias.name.rpartition(".")[2] for alias in aliases)
    return found


def small_cells(book: Book) -> Iterator[str]:
    for source in book.code:
        if (count := len(source.strip().splitlines())) > MOST_CODE_LINES:
            yield f"a code cell has {count} lines, {MOST_CODE_LINES} at most: move its logic into the package"


def more_prose_than_code(book: Book) -> Iterator[str]:
    words = sum(len(text.split()) for text in book.prose.find_all(string=True) if not text.find_parent("pre"))
    lines = [line.strip() for source in book.code for line in source.splitlines()]
    count = sum(line != "" and not line.startswith("#") for line in lines)
    if words < FEWEST_WORDS_PER_LINE * count:
        yield f"{words} words of prose for {count} lines of code: {FEWEST_WORDS_PER_LINE * count} at least"


def nothing_forbidden(book: Book) -> Iterator[str]:
    for name in sorted(set().union(*map(names, book.trees)) & FORBIDDEN_NAMES):
        yield f"uses {name}"


def one_setup_cell(book: Book) -> Iterator[str]:
    for number, tree in enumerate(book.trees):
        imports = any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(tree))
        if imports and number:
            yield f"code cell {number} imports: imports belong in the setup cell, the first one"
        if not imports and not number:
            yield "the first code cell is the setup cell: it holds the imports"


def few_modules(book: Book) -> Iterator[str]:
    modules = {
        node.module
        for tree in book.trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "mfa_lab"
    }
    if len(modules - TAUGHT_MODULES) > MOST_MODULES:
        yield f"imports from {len(modules)} modules of the kit, {MOST_MODULES} at most: use `mfa_lab.lab`"


def no_widget_state(book: Book) -> Iterator[str]:
    if "widgets" in book.notebook.metadata:
        yield "metadata.widgets is committed: it holds what was typed"


def a_name_of_its_own(book: Book) -> Iterator[str]:
    if "untitled" in book.name.lower():
        yield f"{book.name} has no name: call it by its question"


def one_title(book: Book) -> Iterator[str]:
    levels = [int(heading.name[1]) for heading in book.prose.find_all(HEADING)]
    if levels.count(1) != 1 or levels[0] != 1:
        yield f"{levels.count(1)} headings of the first level: the title alone, as the first"
    for above, below in pairwise(levels):
        if below > above + 1:
            yield f"a heading jumps from level {above} to {below}"


def headings_told_apart(book: Book) -> Iterator[str]:
    """Anyone who goes from heading to heading by ear must know which one it is; minutes are no difference."""
    words = [re.sub(r"\(\d+ min\)$", "", heading.get_text().strip()) for heading in book.prose.find_all(HEADING)]
    for heading, count in Counter(" ".join(text.lower().split()) for text in words).items():
        if count > 1:
            yield f"{count} headings say {heading!r}"


def minutes_on_sections(book: Book) -> Iterator[str]:
    for heading in book.prose.find_all("h2"):
        if not re.search(r"\(\d+ min\)$", heading.get_text().strip()):
            yield f"section {heading.get_text()!r} does not end with its minutes: (5 min)"


def shape(book: Book) -> Iterator[str]:
    first, *_ = [cell.source for cell in book.notebook.cells] or [""]
    if "?" not in first:
        yield "the first cell asks no question"
    # The words of headings and of what stands in bold, in order.
    marks = [mark.get_text().lower() for mark in book.prose.find_all([HEADING, "strong"])]
    places = [next((at for at, mark in enumerate(marks) if mark.startswith(word)), None) for word in SHAPE]
    for word, place in zip(SHAPE, places, strict=True):
        if place is None:
            yield f"no heading and nothing in bold begins with {word!r}"
    if None not in places and places != sorted(places, key=lambda place: place or 0):
        yield f"these come in another order: {', '.join(SHAPE)}"


def the_map_at_the_end(book: Book) -> Iterator[str]:
    if not book.name.startswith("00_") and "progress_map" not in names(
        book.trees[-1]
    ):  # 00 has it where it explains it
        yield "the last code cell does not draw progress_map()"


def all_that_helps(book: Book) -> Iterator[str]:
    missing = {"hint", "solution", "reset"} - names(book.trees[0])
    if "check" in names(book.trees[0]) and missing:
        yield f"has exercises and does not import {', '.join(sorted(missing))}"


def text_for_pictures(book: Book) -> Iterator[str]:
    for image in book.page.find_all("img"):
        if not image.get("alt", "").strip():
            yield f"an image has no alternative text: {image.get('src', '')[:60]}"
    for drawing in book.page.find_all("svg"):
        named = drawing.get("role") == "img" and (drawing.get("aria-label") or drawing.get("aria-labelledby"))
        if not named and drawing.get("aria-hidden") != "true":
            yield 'an SVG has neither role="img" with aria-label nor aria-hidden="true"'
    for data in book.outputs:
        if {"image/png", "image/jpeg"} & set(data):
            yield "an output is a bare picture, which has no alternative text: show a labelled SVG"


def headers_in_tables(book: Book) -> Iterator[str]:
    for table in book.page.find_all("table"):
        if not any(header.get_text().strip() for header in table.find_all("th")):
            yield "a table has no header row"
    for table in book.shown.find_all("table"):  # in prose Markdown can give neither
        if not (table.caption and table.caption.get_text().strip()):
            yield "a table in an output has no caption: what is it a table of?"
        if not all(header.get("scope") for header in table.find_all("th")):
            yield "a header in an output does not say by its scope whether a column or a row is under it"


def links_that_say_something(book: Book) -> Iterator[str]:
    for link in book.page.find_all("a"):
        text = link.get_text().strip().rstrip(".").lower() or (link.get("aria-label") or "")
        if text in EMPTY_LINK_TEXTS or text.startswith(("http:", "https:")):
            yield f"a link says only {text!r}: name what is behind it"


def nothing_from_elsewhere(book: Book) -> Iterator[str]:
    for element in book.page.find_all(["img", "script", "iframe", "link", "video", "audio", "source", "object"]):
        address = element.get("src") or element.get("href") or element.get("data") or ""
        if re.match(r"(?i)(https?:)?//", address):
            yield f"<{element.name}> is fetched from {address[:60]}: a reader's browser must ask nobody"


@dataclass(frozen=True)
class Rule:
    """A check, and a change to a good notebook that it must notice."""

    check: Callable[[Book], Iterator[str]]
    plant: Callable[[NotebookNode], object]


def prose(text: str) -> Callable[[NotebookNode], object]:
    return lambda nb: nb.cells.append(nbformat.v4.new_markdown_cell(text))


def code(text: str) -> Callable[[NotebookNode], object]:
    return lambda nb: nb.cells.append(nbformat.v4.new_code_cell(text))


def output(kind: str, text: str) -> Callable[[NotebookNode], object]:
    return lambda nb: nb.cells[2].outputs.append(nbformat.v4.new_output("display_data", data={kind: text}))


def first_cell(old: str, new: str) -> Callable[[NotebookNode], object]:
    return lambda nb: nb.cells[0].update(source=nb.cells[0].source.replace(old, new))


RULES = [
    Rule(small_cells, code("\n".join(f"line_{number} = {number}" for number in range(16)))),
    Rule(more_prose_than_code, code("\n".join(f"line_{number} = {number}" for number in range(15)))),
    Rule(more_prose_than_code, lambda nb: (code("a = 1\n" * 9)(nb), prose(f"```\n{'word ' * 99}\n```")(nb))),
    Rule(nothing_forbidden, code("import time\ntime.sleep(1)")),
    Rule(nothing_forbidden, code("from time import sleep as wait\nwait(1)")),
    Rule(nothing_forbidden, code("name = input('Your name? ')")),
    Rule(nothing_forbidden, code("import getpass")),
    Rule(nothing_forbidden, code("out = widgets.Output()")),
    Rule(nothing_forbidden, code("@widgets.interact(x=3)\ndef show(x): return x")),
    Rule(nothing_forbidden, code("from IPython.display import clear_output")),
    Rule(one_setup_cell, code("import json")),
    Rule(one_setup_cell, lambda nb: nb.cells[2].update(source="print(1)")),
    Rule(
        few_modules,
        code("\n".join(f"from mfa_lab.{name} import x" for name in ("clock", "errors", "otp", "style", "web"))),
    ),
    Rule(no_widget_state, lambda nb: nb.metadata.update(widgets={"state": {}})),
    Rule(a_name_of_its_own, lambda nb: nb.metadata.update(name="Untitled1")),
    Rule(one_title, prose("# Another title")),
    Rule(one_title, first_cell("# Who", "Who")),
    Rule(one_title, prose("#### Deep down")),
    Rule(headings_told_apart, prose("## The time (4 min)")),
    Rule(headings_told_apart, prose("### steps")),
    Rule(minutes_on_sections, prose("## A section")),
    Rule(shape, first_cell("?", ".")),
    Rule(shape, first_cell("What you need", "You may want")),
    Rule(shape, lambda nb: nb.cells.reverse()),
    Rule(the_map_at_the_end, code("print(1)")),
    Rule(all_that_helps, lambda nb: nb.cells[2].update(source=nb.cells[2].source.replace(", reset", ""))),
    Rule(text_for_pictures, prose("![](figure.png)")),
    Rule(text_for_pictures, output("text/html", '<img src="data:image/png;base64,AA">')),
    Rule(text_for_pictures, output("text/html", "<svg><path/></svg>")),
    Rule(text_for_pictures, output("image/svg+xml", "<svg role='img'/>")),
    Rule(text_for_pictures, output("image/png", "AAAA")),
    Rule(headers_in_tables, output("text/html", "<table><caption>Steps</caption><tr><td>1</td></tr></table>")),
    Rule(headers_in_tables, output("text/html", "<table><tr><th scope='col'>step</th></tr></table>")),
    Rule(headers_in_tables, output("text/html", "<table><caption> </caption><th scope='row'>1</th></table>")),
    Rule(headers_in_tables, output("text/html", "<table><caption>Steps</caption><tr><th>step</th></tr></table>")),
    Rule(headers_in_tables, prose("| | |\n|---|---|\n| step | 30 s |")),
    Rule(links_that_say_something, prose("Read it [here](04_otp.ipynb).")),
    Rule(links_that_say_something, prose("[https://example.org](https://example.org)")),
    Rule(nothing_from_elsewhere, prose("![a key](https://example.org/key.png)")),
    Rule(nothing_from_elsewhere, output("text/html", '<script src="//example.org/x.js"></script>')),
]
CHECKS = list(dict.fromkeys(rule.check for rule in RULES))


def good_notebook() -> NotebookNode:
    """A small notebook that keeps every rule."""
    words = "A code is worth thirty seconds, and then it is worth nothing at all."
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Who gets in?\n\n**What you need:** half an hour."),
            nbformat.v4.new_markdown_cell(f"## The time (5 min)\n\n### Steps\n\n{words}\n\n![a step](step.svg)"),
            nbformat.v4.new_code_cell(
                "from mfa_lab.lab.grading.checks import check, hint, progress_map, reset, solution\n\nprogress_map()"
            ),
            nbformat.v4.new_markdown_cell("| step | seconds |\n|---|---|\n| 1 | 30 |\n\n[RFC 6238](rfc.md)"),
            nbformat.v4.new_markdown_cell(
                "## What to remember (1 min)\n\n```\n# no heading\n```\n\n**Next:** attacks."
            ),
        ]
    )


@cache
def committed(path: Path) -> Book:
    return Book(path.stem, parsed(path))


@each_notebook
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_notebook_keeps_the_rule(path: Path, check):
    """Each committed notebook keeps each rule."""
    assert list(check(committed(path))) == []


def test_a_good_notebook_passes():
    """No rule finds fault where there is none."""
    assert [complaint for check in CHECKS for complaint in check(Book("good", good_notebook()))] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.check.__name__)
def test_a_planted_fault_is_seen(rule):
    """Each rule notices each of the faults planted for it in a good notebook."""
    notebook = good_notebook()
    rule.plant(notebook)
    assert list(rule.check(Book(notebook.metadata.pop("name", "good"), notebook)))
