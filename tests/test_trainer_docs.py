"""The trainer's notes: minutes that add up, sections and exercises that exist, links that lead somewhere."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from mfa_lab.cli import main
from mfa_lab.lab.exercises import exercises
from mfa_lab.resources import notebooks_dir
from mfa_lab.workspace import deliver

FOLDER = Path(__file__).parents[1] / "docs" / "trainer"
PAGES = sorted(FOLDER.glob("*.md"))
ROUTES = (FOLDER / "routes.md").read_text("utf-8")
LENGTHS = (45, 90, 180)


def headings(notebook: str) -> set[str]:
    """The headings of a notebook, without their minutes."""
    cells = nbformat.read(notebooks_dir() / f"{notebook}.ipynb", as_version=4).cells
    found = [re.findall(r"^##+ (.+?)(?: \(\d+ min\))?$", cell.source, re.MULTILINE) for cell in cells]
    return {heading for some in found for heading in some}


@pytest.mark.parametrize("length", LENGTHS)
def test_a_route_leaves_no_minute_out(length):
    """Each row begins where the one before ended, and the last ends at the end."""
    route = ROUTES.split(f"## {length} minutes")[1].split("\n## ")[0]
    rows = [(int(start), int(end)) for start, end in re.findall(r"^\| (\d+)-(\d+) \|", route, re.MULTILINE)]
    assert rows[0][0] == 0
    assert rows[-1][1] == length
    assert all(before[1] == after[0] < after[1] for before, after in pairwise(rows))


def test_every_section_that_is_named_exists():
    """By notebook and heading; there are some in each route."""
    named = re.findall(r"`(\d\d\w+)`, \*(.+?)\*(?= \||,)", ROUTES)
    assert len(named) > 30
    assert [(notebook, heading) for notebook, heading in named if heading not in headings(notebook)] == []


def test_every_exercise_that_is_named_exists_and_none_is_missing():
    """answers.md speaks of each exercise of the guided notebooks, 00 to 05b; the rest stand in answers.html."""
    named = set(re.findall(r"`(\d\db?-[\w-]+)`", (FOLDER / "answers.md").read_text("utf-8")))
    known = {each.id for each in exercises()}
    assert named <= known
    assert {each for each in known if each < "06"} <= named


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
