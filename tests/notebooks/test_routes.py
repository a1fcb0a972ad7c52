"""The trainer's routes: their slack, their minutes, and each section run in the way that its row says."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from mfa_lab.lab.grading.course import CORE_PATH
from mfa_lab.trainer.refresh import own_kernel

from .kit import FOLDER, ROOT, parsed
from .test_minutes import sections

TEXT = (ROOT / "docs" / "trainer" / "routes.md").read_text("utf-8")
ROUTES = re.findall(r"^## (\d+ minutes: .+)$", TEXT, re.MULTILINE)
SLACK_PERCENT = 15
CELL_SECONDS = 60
RUN_ABOVE = "run above"
_ROW = re.compile(r"^\| (\d+)-(\d+) \| \w+ \| (.+?) \| (?:(.+?) )?\|$", re.MULTILINE)
_SECTION = re.compile(rf"^`(\w+)`, \*(.+)\*(, {RUN_ABOVE})?$")


@dataclass(frozen=True, order=True)
class Walk:
    """A section as a row names it. `above`: the row says to run everything above it first."""

    notebook: str
    title: str
    above: bool


def route(title: str) -> str:
    return TEXT.split(f"## {title}\n")[1].split("\n## ")[0]


def minutes_of(title: str) -> int:
    return int(title.split()[0])


def rows(title: str) -> list[tuple[int, str, Walk | None]]:
    """Return each row's minutes, what happens in it, and the section if it names one."""
    found = []
    for start, end, what, where in _ROW.findall(route(title)):
        section = _SECTION.match(where)
        walk = Walk(section[1], section[2], above=bool(section[3])) if section else None
        assert walk or "`" not in where, f"not read: {where}"
        found.append((int(end) - int(start), what, walk))
    return found


def walks() -> list[Walk]:
    return sorted({walk for title in ROUTES for _, _, walk in rows(title) if walk})


def code_for(walk: Walk) -> list[NotebookNode]:
    """Return the code cells that somebody runs who follows the row."""
    cells = parsed(FOLDER / f"{walk.notebook}.ipynb").cells
    heading = re.compile(rf"## {re.escape(walk.title)}( \(|$)", re.MULTILINE)
    first = next(index for index, cell in enumerate(cells) if heading.match(cell.source))
    last = next((i for i in range(first + 1, len(cells)) if cells[i].source.startswith("## ")), len(cells))
    setup = next(index for index, cell in enumerate(cells) if cell.cell_type == "code")
    chosen = range(last) if walk.above else sorted({setup, *range(first, last)})
    return [cells[index] for index in chosen if cells[index].cell_type == "code"]


def test_the_routes():
    """The plans that README.md promises: two of 45 minutes, and the longer ones."""
    assert [minutes_of(title) for title in ROUTES] == [45, 45, 90, 180]


@pytest.mark.parametrize("title", ROUTES)
def test_a_route_has_slack_and_says_how_much(title):
    """Breaks and slack are 15 percent or more, and the sum in the text is theirs."""
    slack = sum(minutes for minutes, what, _ in rows(title) if what.startswith(("Buffer", "Break")))
    assert slack * 100 >= SLACK_PERCENT * minutes_of(title)
    assert f"Buffer and breaks: {slack} of {minutes_of(title)} minutes." in route(title)


@pytest.mark.parametrize("title", ROUTES)
def test_a_section_has_its_minutes(title):
    """No row gives a section less time than its heading names."""
    named = [(minutes, walk) for minutes, _, walk in rows(title) if walk]
    assert len(named) > 5
    short = [(minutes, walk) for minutes, walk in named if minutes < sections(walk.notebook)[walk.title]]
    assert short == []


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """One kernel for the sections of every route, because a start of its own for each notebook takes seconds."""
    client = NotebookClient(new_notebook(cells=[new_code_cell()]), km=own_kernel(), timeout=CELL_SECONDS)
    with client.setup_kernel(cwd=str(tmp_path_factory.mktemp("routes")), cleanup_kc=True):
        yield client


@pytest.mark.full
@pytest.mark.parametrize("notebook", sorted({walk.notebook for walk in walks()}))
def test_each_section_runs_as_its_row_says(notebook, kernel):
    """From the setup cell alone, or from everything above it, no cell raises.

    The namespace is emptied before each section, as in a new kernel.
    """
    raised = []
    for walk in (each for each in walks() if each.notebook == notebook):
        try:
            for cell in [new_code_cell("%reset -f"), *code_for(walk)]:
                kernel.execute_cell(NotebookNode(cell), 0)
        except CellExecutionError as error:
            raised.append((walk, f"{error.ename}: {error.evalue}"))
    assert raised == []


@pytest.mark.full
@pytest.mark.parametrize("stop", [stop for stop in CORE_PATH if stop.sections], ids=lambda stop: stop.notebook)
def test_a_stop_of_the_core_path_runs_as_the_map_says(stop, tmp_path):
    """The setup cell, then the named sections in their order, and nothing else: no cell raises, each guess is met."""
    parts = [code_for(Walk(stop.notebook, section.title, above=False)) for section in stop.sections]
    cells = {cell.id: cell for part in parts for cell in part}
    client = NotebookClient(new_notebook(cells=[new_code_cell()]), km=own_kernel(), timeout=CELL_SECONDS)
    with client.setup_kernel(cwd=str(tmp_path), cleanup_kc=True):
        ran = [client.execute_cell(NotebookNode(cell), 0) for cell in cells.values()]
    asked = [cell.source for cell in ran if cell.source.startswith("compare(")]
    shown = [str(cell.outputs) for cell in ran if cell.source.startswith("compare(")]
    assert [source for source, output in zip(asked, shown, strict=True) if "What happened is" not in output] == []
