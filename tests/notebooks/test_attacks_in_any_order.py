"""An attack needs no other attack: each notebook of the series comes out the same in reverse order, in time."""

import re
from datetime import datetime

import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from mfa_lab.trainer.refresh import own_kernel, read_notebook, text_outputs

from .kit import NOTEBOOKS

SECTION_SECONDS = 60
_ATTACKS_OR_FIXES = re.compile(r"[23]\d_(attack|fix)_")
SERIES = [path for path in NOTEBOOKS if _ATTACKS_OR_FIXES.match(path.stem)]


def parts(notebook: NotebookNode) -> list[list[NotebookNode]]:
    """The cells, section by section; the first part stands before the first heading of a section."""
    found: list[list[NotebookNode]] = [[]]
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            found.append([])
        found[-1].append(cell)
    return found


def is_attack(part: list[NotebookNode]) -> bool:
    return bool(part) and part[0].source.startswith(("## Attack", "## Rung"))


def seconds(part: list[NotebookNode]) -> float:
    """How long its cells ran, by the kernel's own clock."""
    times = [cell.metadata.execution for cell in part if cell.cell_type == "code"]
    return sum(
        (
            datetime.fromisoformat(each["shell.execute_reply"]) - datetime.fromisoformat(each["iopub.execute_input"])
        ).total_seconds()
        for each in times
    )


@pytest.mark.full
@pytest.mark.parametrize("path", SERIES, ids=lambda path: path.stem)
def test_attacks_in_reverse(path, tmp_path):
    """The last attack first: every cell says what is committed, and no attack takes more than a minute."""
    notebook = read_notebook(path)
    committed = {cell.id: text_outputs(NotebookNode(cells=[cell])) for cell in notebook.cells}
    sections = parts(notebook)
    attack_series = [part for part in sections if is_attack(part)]
    assert len(attack_series) > 1
    turned = iter(attack_series[::-1])
    notebook.cells = [cell for part in sections for cell in (next(turned) if is_attack(part) else part)]
    client = NotebookClient(notebook, km=own_kernel(), timeout=SECTION_SECONDS, coalesce_streams=True)
    with client.setup_kernel(cwd=str(tmp_path), cleanup_kc=True):
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
    changed = [c.source for c in notebook.cells if text_outputs(NotebookNode(cells=[c])) != committed[c.id]]
    assert changed == []
    assert [part[0].source for part in attack_series if seconds(part) > SECTION_SECONDS] == []


def test_every_notebook_of_the_series_is_among_them():
    """Six that break, and six that fix what broke."""
    assert len(SERIES) == 12
