"""Slides: what is on them, what is in the notes, and that nothing in a notebook can do harm there."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

from mfa_lab.cli import main
from mfa_lab.errors import InvalidInput
from mfa_lab.lab.exercises import prediction
from mfa_lab.lab.trainer.slides import read, slides, slides_html
from mfa_lab.resources import notebooks_dir

NOTEBOOKS = sorted(notebooks_dir().glob("*.ipynb"))
new_markdown, new_code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell


def code(source: str, text: str = "shown", *, html: str = "", tags: tuple[str, ...] = ()):
    """A cell that showed something."""
    data = {"text/plain": text, **({"text/html": html} if html else {})}
    output = nbformat.v4.new_output("execute_result", data=data, execution_count=1)
    return new_code(source, outputs=[output], execution_count=1, metadata={"tags": list(tags)} if tags else {})


def prose(source: str, *tags: str):
    return new_markdown(source, metadata={"tags": list(tags)} if tags else {})


def of(*cells):
    """What the slides of these cells show: title, words, and the sources of what is shown."""
    made = slides(nbformat.v4.new_notebook(cells=list(cells)))
    return [(slide.title, slide.words, [cell.source for cell in slide.shown]) for slide in made]


def page(*cells) -> BeautifulSoup:
    return BeautifulSoup(slides_html(nbformat.v4.new_notebook(cells=list(cells))), "html.parser")


def test_headings_lists_tables_and_outputs_make_slides():
    """Each its own; of prose the first sentence stands there, and the rest is said."""
    made = of(
        prose("# What is it?\n\nOne sentence, long enough. Another one.\n\n**What you need:** about 3 minutes"),
        prose("## A part (3 min)\n\nFirst said, and this is long enough. Then more.\n\n- one\n- two"),
        prose("A sentence that leads to the figure. And more of it."),
        code("figure()"),
        prose("**What we saw:** it was as we thought, and not otherwise. More could be said.\n\n| a |\n|---|\n| b |"),
    )
    assert made == [
        ("What is it?", "One sentence, long enough. Another one.", []),
        ("A part", "First said, and this is long enough.", ["- one\n- two"]),
        (
            "A part",
            "A sentence that leads to the figure.",
            ["figure()", "**What we saw:** it was as we thought, and not otherwise."],
        ),
        ("A part", "", ["| a |\n|---|\n| b |"]),
    ]


def test_all_prose_is_in_the_notes():
    """Of every committed notebook: what is not on a slide stands in its notes, so that nothing is lost."""
    for path in NOTEBOOKS:
        notebook = read(str(path))
        shown = " ".join(
            " ".join([slide.words, *slide.notes, *(c.source for c in slide.shown)]) for slide in slides(notebook)
        )
        words = set(re.findall(r"\w{4,}", shown))
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                body = re.sub(r"^#.*$|\]\([^)]*\)", "", cell.source, flags=re.MULTILINE)
                assert set(re.findall(r"\w{4,}", body)) <= words, (path.name, cell.source[:80])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_makes_slides(path):
    """Without a tag: a title, each section, every figure, and no empty slide; nothing from elsewhere."""
    notebook = read(str(path))
    made = slides(notebook)
    titles = {slide.title for slide in made}
    assert len(made) >= 5
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for heading in re.findall(r"^## (.+?)(?: \(\d+ min\))?$", cell.source, re.MULTILINE):
                assert heading in titles or heading.startswith("Exercises"), heading
    assert all(slide.words or slide.shown for slide in made)
    html = slides_html(notebook)
    drawn = sum("mfa-figure" in str(cell.get("outputs")) for cell in notebook.cells)
    shown = BeautifulSoup(html, "html.parser")
    assert len(shown.find_all("section")) == len(made)
    assert len(shown.select("svg.mfa-figure")) == drawn
    assert not shown.find_all(["script", "img", "link", "iframe"], src=True)
    assert not re.findall(r"https?://(?!www\.w3\.org)[^\"'<\s]*\.(?:js|css|woff2?)", html)
    assert "mfa-not-attempted" not in html


def test_a_question_comes_from_the_prediction():
    """Where a cell waits for a guess, the slide before it asks what the kit asks; the guess itself is not shown."""
    guess = prose("Long words about it, which lead somewhere. Put your guess there.\n\n- a: yes\n- b: no")
    known, unknown = 'guess = ...\npredict("04-again", guess)', 'predict("no-such-one", guess)'
    assert of(prose("## A"), guess, code(known))[-1][1] == prediction("04-again").question
    assert of(prose("## A"), guess, code(unknown))[-1][1] == "Long words about it, which lead somewhere."


def test_tags_have_the_last_word():
    """`slide` shows a whole cell, `slide-skip` none of it, `slide-notes` says it."""
    made = slides(
        nbformat.v4.new_notebook(
            cells=[
                prose("## A\n\nThis is said first, and shown."),
                prose("Every word of this. Also this one, though it is long.", "slide"),
                code('check("x", ...)', "an answer", tags=("slide",)),
                code("left out", tags=("slide-skip",)),
                prose("- a list\n- for the notes", "slide-notes"),
            ]
        )
    )
    assert [slide.words for slide in made] == [
        "This is said first, and shown.",
        "Every word of this. Also this one, though it is long.",
        "",
    ]
    assert made[-1].shown[0].source == 'check("x", ...)'
    assert made[-1].notes == ["- a list\n- for the notes"]


def test_code_is_shown_where_it_is_short():
    """Six lines at most, and no assertions; cells that showed nothing, or wait for a learner, are left out."""
    long = "\n".join(f"a = {number}" for number in range(7))
    made = of(prose("## A"), code("assert 1\nb = 1"), code(long), new_code("silent = 1"), code('check("04-x", ...)'))
    assert [shown for _, _, shown in made] == [["b = 1"], [""]]


def test_nothing_in_a_notebook_runs_on_a_slide():
    """Our script is the only one that the page lets run, whatever a cell or its output holds."""
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    made = page(prose(f"# {hostile}\n\n{hostile}\n\n- x"), code(hostile, html=hostile), code("text", hostile))
    policy = made.find("meta", attrs={"http-equiv": True})["content"]
    assert "default-src 'none'" in policy
    assert re.search(r"script-src 'sha256-[\w+/]{43}='$", policy)
    assert made.title.string == hostile
    assert made.select_one("pre.code code").get_text() == hostile
    assert hostile in made.select("section .out pre")[-1].get_text()


def test_dark_rules_follow_the_reader():
    """What is written for JupyterLab's dark theme holds for a dark screen, and not for paper."""
    rule = '<style>[data-jp-theme-light="false"] .mfa-figure { --on-1: #fff; }</style>'
    html = slides_html(
        nbformat.v4.new_notebook(cells=[prose("# A\n\nA sentence, long enough to stand."), code("x", html=rule)])
    )
    assert "@media screen and (prefers-color-scheme: dark) { .mfa-figure { --on-1: #fff; } }" in html
    assert "data-jp-theme-light" not in html


def test_the_command(tmp_path, monkeypatch):
    """A notebook by the kit's name or by a path; nothing of somebody else's is written over."""
    monkeypatch.chdir(tmp_path)
    for name in ("00_start_here", "00_start_here.ipynb", str(NOTEBOOKS[0])):
        done = CliRunner().invoke(main, ["slides", name])
        assert (done.exit_code, Path("00_start_here-slides.html").is_file()) == (0, True), done.output
    Path("mine.html").write_text("mine")
    refused = CliRunner().invoke(main, ["slides", "00_start_here", "--out", "mine.html"])
    assert (refused.exit_code, Path("mine.html").read_text()) == (1, "mine")
    refused = CliRunner().invoke(main, ["slides", "99_nowhere"])
    assert (refused.exit_code, "00_start_here" in refused.output) == (1, True)
    Path("broken.ipynb").write_text("{")
    assert CliRunner().invoke(main, ["slides", "broken.ipynb"]).exit_code == 1


def test_a_notebook_without_anything_to_show_is_refused():
    """In a sentence."""
    with pytest.raises(InvalidInput, match="no heading"):
        slides_html(nbformat.v4.new_notebook())
