"""The trainer's notes: minutes that add up, sections and exercises that exist, links that lead somewhere."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from mfa_lab.cli.group import main
from mfa_lab.lab.exercises import exercises, notebook_of
from mfa_lab.lab.working_copy import deliver
from mfa_lab.resources import notebooks_dir
from mfa_lab.trainer.refresh import text_outputs

FOLDER = Path(__file__).parents[1] / "docs" / "trainer"
PAGES = sorted(FOLDER.glob("*.md"))
ROUTES = (FOLDER / "routes.md").read_text("utf-8")
ANSWERS = (FOLDER / "answers.md").read_text("utf-8")
TITLES = re.findall(r"^## (\d+ minutes: .+)$", ROUTES, re.MULTILINE)


def headings(notebook: str) -> set[str]:
    """The headings of a notebook, without their minutes."""
    cells = nbformat.read(notebooks_dir() / f"{notebook}.ipynb", as_version=4).cells
    found = [re.findall(r"^##+ (.+?)(?: \(\d+ min\))?$", cell.source, re.MULTILINE) for cell in cells]
    return {heading for some in found for heading in some}


@pytest.mark.parametrize("title", TITLES)
def test_a_route_leaves_no_minute_out(title):
    """Each row begins where the one before ended, and the last ends at the end."""
    route = ROUTES.split(f"## {title}\n")[1].split("\n## ")[0]
    rows = [(int(start), int(end)) for start, end in re.findall(r"^\| (\d+)-(\d+) \|", route, re.MULTILINE)]
    assert rows[0][0] == 0
    assert rows[-1][1] == int(title.split()[0])
    assert all(before[1] == after[0] < after[1] for before, after in pairwise(rows))


def test_every_section_that_is_named_exists():
    """By notebook and heading; there are some in each route."""
    named = re.findall(r"`(\d\d\w+)`, \*(.+?)\*(?= \||,)", ROUTES)
    assert len(named) > 30
    assert [(notebook, heading) for notebook, heading in named if heading not in headings(notebook)] == []


def test_every_exercise_that_is_named_exists_and_none_is_missing():
    """answers.md has a row for each exercise of the kit, in the table of its notebooks."""
    named = re.compile(r"^\|.*\| `([\w-]+)` \|$", re.MULTILINE)
    assert set(named.findall(ANSWERS)) == {each.id for each in exercises()}
    tables = [[notebook_of(one) for one in named.findall(part)] for part in ANSWERS.split("\n### ")[1:]]
    assert [some for some in tables if some != sorted(some)] == []
    assert [some[-1] for some in tables] == sorted(some[-1] for some in tables)


def committed(notebook: str) -> str:
    """The code of a notebook and what it showed, as text; runs of spaces count as one."""
    (path,) = notebooks_dir().glob(f"{notebook}_*.ipynb")
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    shown = [
        text for cell in cells for some in text_outputs(nbformat.v4.new_notebook(cells=[cell])) for _, text in some
    ]
    return " ".join("\n".join([*shown, *(cell.source for cell in cells)]).split())


def results() -> list[tuple[str, str]]:
    """The rows of *Results to expect*: the notebook, and what comes out."""
    return re.findall(r"^\| (\d\d), [^|]+\| ([^|]+) \|$", ANSWERS.split("## Results to expect")[1], re.MULTILINE)


def test_results_to_expect_are_those_of_every_notebook_on_a_route():
    """Whatever a route leads through has a row, and so have those whose figures a class asks about."""
    routed = {name.split("_")[0] for name, _ in re.findall(r"`(\d\d\w+)`, \*(.+?)\*", ROUTES)}
    assert {"01", "04", "11", "51", "52"} | routed == {notebook for notebook, _ in results()}


@pytest.mark.parametrize(("notebook", "told"), results())
def test_a_result_to_expect_stands_in_the_notebook(notebook, told):
    """Each row quotes at least one figure or word, and all that it quotes is in the committed cells and outputs."""
    quoted = re.findall(r"`([^`]+)`", told)
    assert quoted
    assert [words for words in quoted if words not in committed(notebook)] == []


def test_the_minutes_of_longer_routes_are_the_sums_of_the_notebooks():
    """Each row adds up what the sections say, and the rows leave no notebook out."""
    stems = sorted(path.stem for path in notebooks_dir().glob("*.ipynb"))
    rows = re.findall(r"^\| .+ \| (\d\d) (?:to|and) (\d\d) \| (\d+) \|$", ROUTES, re.MULTILINE)
    named = []
    for first, last, minutes in rows:
        some = [stem for stem in stems if first <= stem.split("_")[0] <= last]
        assert sum(minutes_of(stem) for stem in some) == int(minutes), (first, last)
        named += some
    assert named == stems


def minutes_of(notebook: str) -> int:
    """What the sections of a notebook say together."""
    cells = nbformat.read(notebooks_dir() / f"{notebook}.ipynb", as_version=4).cells
    said = [re.findall(r"^## .+ \((\d+) min\)$", cell.source, re.MULTILINE) for cell in cells]
    return sum(int(minutes) for some in said for minutes in some)


def test_the_tags_that_are_told_are_those_that_are_committed():
    """README.md has a row for each tag that a notebook of the kit carries, and for no other."""
    told = re.findall(r"^\| `(slide[\w-]*)` \|", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE)
    cells = [cell for path in notebooks_dir().glob("*.ipynb") for cell in nbformat.read(path, as_version=4).cells]
    tags = {tag for cell in cells for tag in cell.metadata.get("tags", []) if tag.startswith("slide")}
    assert sorted(told) == sorted(tags)


def test_a_class_server_is_told_to_hold_no_folder_of_the_trainers():
    """Before the command that opens the seats to everybody, not after it."""
    section = (FOLDER / "without.md").read_text("utf-8").split("## On a class server")[1]
    assert 0 < section.index("Take `room/trainer` off the server") < section.index("mfa-lab seat-07")


@pytest.mark.parametrize("path", [*PAGES, FOLDER / "handout.html"], ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    """To a file of this folder."""
    for target in re.findall(r"\]\(([^)]+)\)", path.read_text("utf-8")):
        assert (FOLDER / target).is_file(), target


def test_the_first_page_names_every_other():
    """Nothing in the folder is hidden from a reader of README.md."""
    front = (FOLDER / "README.md").read_text("utf-8")
    assert all(path.name in front for path in FOLDER.iterdir() if path.name != "README.md")


def test_every_command_exists():
    """Each `mfa-lab ...` in the notes is a command of ours with options that it has, or a folder to start in."""
    for path in PAGES:
        for line in re.findall(r"`?mfa-lab ([a-z][^`\n#]*)", path.read_text("utf-8")):
            word, *rest = line.split()
            if word in main.commands:
                told = CliRunner().invoke(main, [word, "--help"]).output
                assert all(option in told for option in rest if option.startswith("--")), line


def test_nothing_of_it_reaches_a_learner(tmp_path):
    """A working copy holds notebooks, and no notes, cards or answers."""
    deliver(notebooks_dir(), tmp_path / "work")
    names = {path.name for path in (tmp_path / "work").rglob("*")}
    assert not names & {path.name for path in FOLDER.iterdir()}
    assert not any("trainer" in name or "answers" in name for name in names)
    assert not notebooks_dir().is_relative_to(FOLDER)
