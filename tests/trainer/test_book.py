"""The book: every notebook has a page, every link leads somewhere, and no answer is visible before its question."""

from __future__ import annotations

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

import pytest
from click.testing import CliRunner

from mfa_lab.attacks import attack_series
from mfa_lab.cli.group import main
from mfa_lab.lab.exercises import Prediction, exercises, notebook_of, predictions
from mfa_lab.lab.grading.course import lessons
from mfa_lab.lab.terms import terms
from mfa_lab.resources import notebooks_dir
from mfa_lab.trainer.book import site as book
from mfa_lab.trainer.book.lesson import lesson
from mfa_lab.trainer.page import MADE_BY
from tests.notebooks.test_predictions import place

_BOLD = "**"
"""Bold prose keeps its marks, as in tests/notebooks/test_predictions.py: some secrets are the words of an output."""
NOTEBOOKS = sorted(path.stem for path in notebooks_dir().glob("*.ipynb"))
MOST_BYTES = 500_000
SAW = "What we saw:"
_OF_A_MARK = re.compile(r"m[0-9a-f]{10}")
"""The id of a mark in a figure: two figures with the same mark use the same id for it, which does no harm."""


class _Reader(HTMLParser):
    """Read a page: its links, its anchors, its files, and the text outside of what is folded and of code."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: list[str] = []
        self.files: list[str] = []
        self.visible: list[str] = []
        self._left_out: list[str] = []
        """The open tags within an element that is folded, or that holds code."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if "id" in named and not _OF_A_MARK.fullmatch(named["id"]):
            self.anchors.append(named["id"])
        self.links += [named["href"]] if tag == "a" else []
        self.files += [named[name] for name in ("src", "href", "action") if name in named and tag != "a"]
        if self._left_out:
            self._left_out += [tag] if tag == self._left_out[0] else []
        elif tag in {"details", "nav", "script", "style"} or named.get("class") == "highlight":
            self._left_out = [tag]
        else:
            self.visible.append(_BOLD if tag == "strong" else named.get("aria-label", ""))

    def handle_endtag(self, tag: str) -> None:
        if self._left_out and tag == self._left_out[0]:
            self._left_out.pop()
        elif tag == "strong":
            self.visible.append(_BOLD)

    def handle_data(self, data: str) -> None:
        self.visible += [] if self._left_out else [data]


@cache
def site() -> dict[str, str]:
    return book.site()


@cache
def page(name: str) -> _Reader:
    reader = _Reader()
    reader.feed(site()[name])
    return reader


@cache
def visible(name: str) -> str:
    return " ".join("".join(page(name).visible).split())


@cache
def searched() -> list[list[str]]:
    """The entries of the search index."""
    entries: list[list[str]] = json.loads(re.search(r"window\.BOOK = (.*);\n", site()["search-index.js"])[1])
    return entries


PAGES = [f"{name}.html" for name in ("index", *NOTEBOOKS, "glossary", "attacks", "standards", "search")]


def test_every_notebook_and_every_table_has_a_page():
    """The pages are those of the notebooks that exist, and three files are shared by all of them."""
    assert sorted(site()) == sorted([*PAGES, "book.css", "search.js", "search-index.js"])
    assert [term.name for term in terms() if term.title not in visible("glossary.html")] == []
    assert [one.id for one in attack_series() if one.standard_name not in visible("attacks.html")] == []
    assert "ASVS-6.5.1" in visible("standards.html")
    assert max(len(content.encode()) for content in site().values()) < MOST_BYTES


def test_every_link_leads_somewhere():
    """Each link within the book names a page and an anchor that exist; each other link is an https address."""
    broken = []
    for name in PAGES:
        for link in page(name).links:
            file, anchor = urldefrag(link)
            if urlsplit(link).scheme:
                broken += [] if link.startswith("https://") else [(name, link)]
            elif (file or name) not in site() or (anchor and anchor not in page(file or name).anchors):
                broken.append((name, link))
    assert broken == []


def test_a_page_loads_only_the_books_own_files():
    """One style sheet for all, and scripts only on the search page; no anchor is used twice."""
    loaded = {name: page(name).files for name in PAGES}
    assert loaded.pop("search.html") == ["book.css", "search-index.js", "search.js", "search.html"]
    assert {tuple(files) for files in loaded.values()} == {("book.css", "search.html")}
    assert [name for name in PAGES if "<style" in site()[name] or "<script>" in site()[name]] == []
    twice = {name: {each for each in page(name).anchors if page(name).anchors.count(each) > 1} for name in PAGES}
    assert {name: found for name, found in twice.items() if found} == {}


def test_the_pages_are_in_the_order_of_the_course():
    """Going on from the first page leads to every other page, and going back returns."""
    following = {name: re.search(r'rel="next" href="([^"]+)"', site()[name]) for name in PAGES}
    at, seen = "index.html", ["index.html"]
    while found := following[at]:
        assert f'rel="prev" href="{at}"' in site()[found[1]]
        at = found[1]
        seen.append(at)
    assert seen == PAGES[:-1]
    assert [each.notebook for each in lessons()] == NOTEBOOKS


@pytest.mark.parametrize("prediction", predictions(), ids=lambda prediction: prediction.id)
def test_no_outcome_is_visible_before_the_guess(prediction: Prediction):
    """What gives an outcome away is folded on its page, and is neither on a page before it nor in the search."""
    earlier = NOTEBOOKS[: place(prediction) + 1]
    texts = [visible(f"{name}.html") for name in earlier]
    texts += [entry[4].replace(SAW, f"**{SAW}**") for entry in searched() if entry[0] in earlier]
    assert [secret for secret in prediction.secrets if any(re.search(secret, text) for text in texts)] == []
    assert prediction.saw[0].split("`")[0][:40].strip("* ") not in visible(f"{earlier[-1]}.html")


@pytest.mark.parametrize(
    "notebook", [name for name in NOTEBOOKS if any(notebook_of(e.id) == name for e in exercises())]
)
def test_solutions_and_hints_are_folded(notebook: str):
    """Each exercise has its hints and one correct answer on its page, and only folded."""
    asked = [each for each in exercises() if notebook_of(each.id) == notebook]
    text = site()[f"{notebook}.html"]
    assert text.count("<details><summary>One correct answer</summary>") == len(asked)
    assert text.count("<details><summary>Hint ") == sum(len(each.hints) for each in asked)
    told = [hint for each in asked for hint in each.hints if hint in visible(f"{notebook}.html")]
    assert told == []
    assert "mfa-not-attempted" not in text


def outputs(notebook: str) -> list[str]:
    """The HTML outputs of a notebook."""
    cells = json.loads((notebooks_dir() / f"{notebook}.ipynb").read_text("utf-8"))["cells"]
    return ["".join(one.get("data", {}).get("text/html", "")) for each in cells for one in each.get("outputs", ())]


def cell(source: str, *outputs: dict[str, object], kind: str = "code") -> dict[str, object]:
    shown = [
        {"output_type": "execute_result", "metadata": {}, "execution_count": 1, "data": data} for data in outputs
    ]
    code = {"outputs": shown, "execution_count": 1} if kind == "code" else {}
    return {"cell_type": kind, "id": f"c{len(source)}", "metadata": {}, "source": source, **code}


def made(folder: Path, *cells: dict[str, object]):
    """The page of a notebook with these cells."""
    path = folder / "99_test.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return lesson(path)


def test_what_is_shown_between_guess_and_comparison_is_folded(tmp_path: Path):
    """The code stays visible, and so does what was shown before the guess."""
    html = made(
        tmp_path,
        cell("before()", {"text/plain": "seen before"}),
        cell('guess = ...\npredict("late-code", guess)', {"text/plain": "asked"}),
        cell("demo()", {"text/plain": "the outcome"}),
        cell('x = 1\ncompare("late-code", x)', {"text/html": '<div class="mfa-compared">why</div>'}),
        cell("after()", {"text/plain": "seen after"}),
    ).html
    assert '<div class="out"><pre>seen before</pre>' in html
    assert "<details><summary>Show what happens</summary><pre>the outcome</pre>" in html
    assert '<details><summary>What happened, and why</summary><div class="mfa-compared">why</div></details>' in html
    assert '<div class="out"><pre>seen after</pre>' in html
    assert "predict" not in html
    assert "compare(" not in html


def test_a_form_shows_its_static_view_and_leads_to_the_lab(tmp_path: Path):
    """Its styles go to the shared style sheet, once."""
    style = "<style>.mfa-map { color: red }</style>"
    page = made(
        tmp_path, cell("Form()", {"text/html": f"{style}<p>Run this cell to use the form.</p>"}), cell("print(1)")
    )
    assert "<p>Run this cell to use the form.</p>" in page.html
    assert page.html.count('href="index.html#lab"') == 1
    assert list(page.styles) == [".mfa-map { color: red }"]
    live = [name for name in NOTEBOOKS if any("un this cell" in html for html in outputs(name))]
    assert len(live) > 5
    forms = [html for name in NOTEBOOKS for html in outputs(name) if "mfa-panel" in html or "mfa-steps" in html]
    assert [html for html in forms if "un this cell" not in html] == [], "a form's static view says: Run this cell"
    assert [name for name in live if "In the lab, this is live." not in site()[f"{name}.html"]] == []
    assert ".mfa-steps li" in site()["book.css"]


def test_foreign_text_in_an_output_is_escaped(tmp_path: Path):
    """Printed text is text, whatever it looks like."""
    html = made(tmp_path, cell("show()", {"text/plain": "<script>alert(1)</script>"})).html
    assert "&lt;script&gt;alert(1)" in html
    assert "<script" not in html


def test_the_command_writes_the_book_and_replaces_only_its_own_files(tmp_path: Path):
    """A second run replaces the pages; another person's file of the same name stays, and the command says so."""
    run = CliRunner()
    folder = tmp_path / "book"
    done = run.invoke(main, ["book", str(folder)])
    assert done.exit_code == 0
    assert done.output == f"{len(PAGES)} pages are in {folder}: open {folder / 'index.html'} in a browser\n"
    assert {path.name: path.read_text("utf-8") for path in folder.iterdir()} == site()
    assert [path.name for path in folder.iterdir() if MADE_BY not in path.read_text("utf-8")] == []
    (folder / "index.html").write_text("mine")
    refused = run.invoke(main, ["book", str(folder)])
    assert refused.exit_code == 1
    assert "was not made by this command" in refused.output
    assert (folder / "index.html").read_text() == "mine"
    assert "is not a folder" in run.invoke(main, ["book", str(folder / "index.html")]).output
