"""Slides: what is on them, what is in the notes, and that nothing in a notebook can do harm there."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

from mfa_lab.cli.group import main
from mfa_lab.errors import InvalidInput
from mfa_lab.lab import exercises
from mfa_lab.lab.exercises import prediction
from mfa_lab.resources import notebooks_dir
from mfa_lab.trainer.refresh import normal_form
from mfa_lab.trainer.slides import read, slides, slides_html

NOTEBOOKS = sorted(notebooks_dir().glob("*.ipynb"))
TAGGED = [
    pytest.param(path, number, tag, id=f"{path.stem}-{cell.id}-{tag}")
    for path in NOTEBOOKS
    for number, cell in enumerate(read(str(path)).cells)
    for tag in cell.metadata.get("tags", [])
    if tag.startswith("slide")
]
new_markdown, new_code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell


ANSWERS = {
    "check(": "○ Not attempted · A task",
    "compare(": "≟ Compared · A question\n  You made no prediction.\n  What happened is b: nothing.",
}


def code(source: str, text: str = "shown", *, html: str = "", tags: tuple[str, ...] = ()):
    """A cell that showed something; if its last line asks for an answer, what a check or a comparison says."""
    last = source.splitlines()[-1]
    text = next((said for call, said in ANSWERS.items() if last.startswith(call)), text)
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
    """A title, each section that no tag leaves to the notes, every figure, no empty slide; nothing from elsewhere."""
    notebook = read(str(path))
    made = slides(notebook)
    titles = {slide.title for slide in made}
    assert len(made) >= 5
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and "slide-notes" not in cell.metadata.get("tags", []):
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
    known, unknown = 'guess = ...\npredict("enrolment-code-reused", guess)', 'predict("no-such-one", guess)'
    assert of(prose("## A"), guess, code(known))[-1][1] == prediction("enrolment-code-reused").question
    assert of(prose("## A"), guess, code(unknown))[-1][1] == "Long words about it, which lead somewhere."
    number = of(prose("## A\n\n- a list"), prose("## B\n\nGive one number, your guess."), code(known))
    assert number == [("A", "", ["- a list"]), ("B", prediction("enrolment-code-reused").question, [])]


def test_lists_with_prose_between_them_make_a_slide_each():
    """So that a class can be asked about the first before it sees the second. The prose is said with the first."""
    first, other = "They say this, and it is all wrong:", "It is really like this, and not otherwise:"
    text = f"{first}\n\n1. one\n\n| a |\n|---|\n\n{other}\n\n1. two"
    made = slides(nbformat.v4.new_notebook(cells=[prose(f"## A\n\n{text}")]))
    assert [(slide.words, slide.shown[0].source) for slide in made] == [
        (first, "1. one\n\n| a |\n|---|"),
        (other, "1. two"),
    ]
    assert [slide.notes for slide in made] == [[text], []]


def test_a_comparison_shows_what_happened_and_why(monkeypatch: pytest.MonkeyPatch):
    """Its slide has what the cell printed and what came of it; the rest of the explanation is said."""
    saw = ("**What we saw:** none of it came to anything at all. This is why.", "More is said.")
    explained = replace(prediction("enrolment-code-reused"), saw=saw)
    monkeypatch.setattr(exercises, "prediction", lambda _: explained)
    cell = code('print(broken)\ncompare("enrolment-code-reused", 1)')
    cell.outputs.insert(0, nbformat.v4.new_output("stream", text="broken: 3 got in"))
    made = slides(nbformat.v4.new_notebook(cells=[prose("## A"), prose("Guess now.\n\n- a: all"), cell]))
    shown, answer = made[-1].shown
    assert [output.get("text") for output in shown.outputs] == ["broken: 3 got in"]
    assert shown.source == "print(broken)"
    assert answer.source == "**b: nothing.** None of it came to anything at all."
    assert made[-1].notes[-1] == "**b: nothing.** None of it came to anything at all. This is why.\n\nMore is said."
    alone = of(prose("## A"), prose("Guess now.\n\n- a: all"), code('compare("enrolment-code-reused", 1)'))
    assert alone[-1] == ("A", "", ["**b: nothing.** None of it came to anything at all."])


def test_what_a_check_prints_besides_its_answer_is_kept():
    """A table or a printed line above the check is part of the demo."""
    cell = code('print("3 of 4")\ncheck("x", ...)')
    cell.outputs.insert(0, nbformat.v4.new_output("stream", text="3 of 4"))
    (slide,) = slides(nbformat.v4.new_notebook(cells=[prose("## A"), cell]))
    assert [output.get("text") for output in slide.shown[0].outputs] == ["3 of 4"]


def test_what_was_seen_needs_no_lead():
    """Where its output is left out, the prose that led there is said, not shown before it."""
    saw = "**What we saw:** none of it came to anything at all."
    made = of(prose("## A"), prose("Here they all are, one by one:"), code("x", tags=("slide-skip",)), prose(saw))
    assert made == [("A", saw, [])]


def test_an_answer_stands_below_its_question():
    """What answers a guess is not shown alone: its question stands above it once more, where no other prose does."""
    asked = (
        prose("## A\n\nLong words lead to this. Guess.\n\n- a: yes"),
        code('predict("enrolment-code-reused", ...)'),
    )
    question = prediction("enrolment-code-reused").question
    saw = prose("**What we saw:** none of it came to anything at all. This is why.")
    shown = "**What we saw:** none of it came to anything at all."
    assert of(*asked, code('compare("enrolment-code-reused", 1)'))[-1][1] == question
    assert of(*asked, code("told"), saw)[-1] == ("A", question, ["told", shown])
    assert of(*asked, code("told"), code("more"))[-1] == ("A", "", ["more"])
    led = of(*asked, prose("It depends on when it is typed. More of it."), code("told"))
    assert led[-1] == ("A", "It depends on when it is typed.", ["told"])
    assert of(*asked, prose("## B"), code("told"))[-1] == ("B", "", ["told"])


def test_prose_does_not_stand_alone_where_it_leads_to_something():
    """What a section begins with joins what comes next in it: both where that is short, else what stands nearer.
    The page's title keeps its own, and so does a section that shows nothing else.
    """
    first, nearer = "One process is not enough for a site.", "Now sixteen of them, and all at once."
    long = f"Long ago, {'and far away, ' * 15}this was so."
    assert of(prose(f"## A\n\n{first} More."), code("x")) == [("A", first, ["x"])]
    assert of(prose(f"## A\n\n{first}"), prose(f"{nearer} More."), code("x")) == [("A", f"{first} {nearer}", ["x"])]
    assert of(prose(f"## A\n\n{long}"), prose(nearer), code("x")) == [("A", nearer, ["x"])]
    assert of(prose(f"## A\n\n{first}"), prose("- a\n- b")) == [("A", first, ["- a\n- b"])]
    alone = of(prose(f"# A\n\n{first}"), prose(f"## B\n\n{first}"), prose(f"## C\n\n{nearer}"), code("x"))
    assert alone == [("A", first, []), ("B", first, []), ("C", nearer, ["x"])]


def test_what_is_said_of_cells_is_not_for_a_slide():
    """Nobody sees them there; but it is better than nothing."""
    cell, said = "The next cell fetches the tools that we need.", "Nothing in the mathematics asks for 30 seconds."
    assert of(prose(f"## A\n\n{cell}"), prose(said), code("x")) == [("A", said, ["x"])]
    assert of(prose(f"## A\n\n{cell}"), code("x")) == [("A", cell, ["x"])]


def test_what_asks_or_leads_on_is_nearest():
    """A question or a colon right before an output or a list leads to it, also after what was seen."""
    text = (
        "This is how it begins, at length. Much more is said. Is it the best there is? Three servers, side by side:"
    )
    led = "Is it the best there is? Three servers, side by side:"
    saw = "**What we saw:** none of it came to anything at all."
    assert of(prose("## A"), prose(text), code("x"))[-1] == ("A", led, ["x"])
    assert of(prose("## A"), prose(f"{text}\n\n- a"))[-1] == ("A", led, ["- a"])
    assert of(prose("## A"), code("x"), prose(f"{saw}\n\n{text}"), code("y")) == [
        ("A", "", ["x", saw]),
        ("A", led, ["y"]),
    ]
    assert of(prose("## A"), code("x"), prose(f"{saw}\n\nAnd no more."), code("y"))[-1] == ("A", "", ["y"])
    long = f"{'Who would have thought it, and ' * 8}how?"
    assert of(prose("## A"), prose(f"It is so. {long}"), code("x"))[-1] == ("A", long, ["x"])


def test_a_task_is_shown_whole():
    """What is to be written stands right before a `check`; of what comes before it there, a text may hint."""
    task = "Write a class `Fixed`. It keeps a code.\n\n(It may be short.)"
    fix = code('class Fixed:\n    ...\n\n\ncheck("07-x", Fixed)')
    assert of(prose("## A"), code("x"), prose(f"Look at the window before you write.\n\n{task}"), fix)[-1] == (
        "A",
        task,
        [],
    )
    assert of(prose("## A"), code("x"), prose("How many are there? Give one number."), fix)[-1][1] == (
        "How many are there? Give one number."
    )
    assert len(of(prose("## Exercise 1\n\nA task, and long enough it is."), fix)) == 1


def test_prose_that_leads_to_nothing_is_said_where_it_stands():
    """With the last slide of its own section, not with the first of the next."""
    after = "Which mistakes does such a line spare you?"
    made = slides(nbformat.v4.new_notebook(cells=[prose("## A"), code("x"), prose(after), prose("## B"), code("y")]))
    assert [(slide.title, slide.words, slide.notes) for slide in made] == [("A", "", [after]), ("B", "", [])]


@pytest.mark.parametrize("mark", ["mfa-figure", "mfa mfa-panel"])
def test_a_figure_has_the_room_that_its_code_would_take(mark):
    """A table and a form have it, too; the tag `slide` shows the code all the same."""
    for html in (f'<div class="{mark}"></div>', "<table></table>"):
        assert of(code("bill = trade_off()\nbill", html=html)) == [("", "", [""])]
        assert of(code("bill", html=html, tags=("slide",))) == [("", "", ["bill"])]
    assert of(code("otp.submit()", html='<div class="mfa mfa-answer"></div>')) == [("", "", ["otp.submit()"])]


def test_tags_have_the_last_word():
    """`slide` shows a whole cell, `slide-below` what it showed on the slide before, and what leads to it;
    `slide-skip` none of it, `slide-notes` says it, and its heading goes on.
    """
    made = slides(
        nbformat.v4.new_notebook(
            cells=[
                prose("## A\n\nThis is said first, not shown."),
                prose("Every word of this. Also this one, though it is long.", "slide"),
                code('check("x", ...)', "an answer", tags=("slide",)),
                prose("This sentence leads to one more output. There it comes."),
                code("more", tags=("slide-below",)),
                prose("**What we saw:** it all stands together here, on one slide."),
                code("left out", tags=("slide-skip",)),
                prose("## B (3 min)\n\n- a list\n- for [the notes](07_otp_validation.ipynb)", "slide-notes"),
                code("under B"),
            ]
        )
    )
    assert [slide.words for slide in made] == ["Every word of this. Also this one, though it is long.", "", ""]
    assert made[0].notes[0] == "This is said first, not shown."
    assert [cell.source for cell in made[1].shown] == [
        'check("x", ...)',
        "This sentence leads to one more output.",
        "more",
        "**What we saw:** it all stands together here, on one slide.",
    ]
    assert made[1].notes[0] == "This sentence leads to one more output. There it comes."
    assert made[1].notes[-1] == "## B (3 min)\n\n- a list\n- for the notes"
    assert [(slide.title, slide.above) for slide in made[1:]] == [("A", ""), ("B", "3 min")]


def test_below_nothing_is_a_slide_of_its_own():
    """What has no slide before it in its section begins one."""
    assert of(code("first", tags=("slide-below",))) == [("", "", ["first"])]
    begins = of(prose("## A"), code("x"), prose("## B"), code("first", tags=("slide-below",)))
    assert begins == [("A", "", ["x"]), ("B", "", ["first"])]


def test_the_committed_tags_are_ours():
    """Each is one that is read, on a cell of the kind it is for; none of the notebooks 00 to 04 goes without."""
    kinds = {(param.values[2], read(str(param.values[0])).cells[param.values[1]].cell_type) for param in TAGGED}
    assert kinds <= {
        ("slide", "markdown"),
        ("slide", "code"),
        ("slide-notes", "markdown"),
        ("slide-below", "code"),
        ("slide-skip", "code"),
    }
    assert {param.values[0] for param in TAGGED} >= {path for path in NOTEBOOKS if path.stem < "05"}


@pytest.mark.parametrize(("path", "number", "tag"), TAGGED)
def test_a_committed_tag_does_what_it_says(path, number, tag):
    """It is written as `refresh` leaves it, the slides would be others without it, and the cell is where it says."""
    notebook = read(str(path))
    assert normal_form(notebook).cells[number].metadata == notebook.cells[number].metadata
    cell, made = notebook.cells[number], slides(notebook)
    at = [
        (index, place)
        for index, slide in enumerate(made)
        for place, shown in enumerate(slide.shown)
        if shown.cell_type == "code" and shown.outputs == cell.get("outputs")
    ]
    if tag == "slide-skip":
        assert at == []
    elif tag == "slide-notes":
        text = re.sub(r"\[([^\]]+)\]\([^)\s]+\.ipynb\)", r"\1", cell.source)
        assert any(text in slide.notes for slide in made)
        assert not any(line in slide.words for slide in made for line in text.split("\n\n")[1:])
    elif tag == "slide-below":
        ((index, place),) = at
        assert made[index].words or place
    elif cell.cell_type == "code":
        ((index, place),) = at
        assert made[index].shown[place].source == cell.source
    else:
        assert any(slide.words and cell.source.endswith(slide.words) for slide in made)
    cell.metadata.tags.remove(tag)
    assert seen(slides(notebook)) != seen(made)


def seen(made):
    """All that is on slides and in their notes; the ids of cells are drawn again each time."""
    return [
        (
            slide.title,
            slide.above,
            slide.words,
            slide.notes,
            [(each.source, each.get("outputs")) for each in slide.shown],
        )
        for slide in made
    ]


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
    for name in ("00_first_login", "00_first_login.ipynb", str(NOTEBOOKS[0])):
        done = CliRunner().invoke(main, ["slides", name])
        assert (done.exit_code, Path("00_first_login-slides.html").is_file()) == (0, True), done.output
    Path("mine.html").write_text("mine")
    refused = CliRunner().invoke(main, ["slides", "00_first_login", "--out", "mine.html"])
    assert (refused.exit_code, Path("mine.html").read_text()) == (1, "mine")
    refused = CliRunner().invoke(main, ["slides", "99_nowhere"])
    assert (refused.exit_code, "00_first_login" in refused.output) == (1, True)
    Path("broken.ipynb").write_text("{")
    assert CliRunner().invoke(main, ["slides", "broken.ipynb"]).exit_code == 1


def test_a_notebook_without_anything_to_show_is_refused():
    """In a sentence."""
    with pytest.raises(InvalidInput, match="no heading"):
        slides_html(nbformat.v4.new_notebook())
