"""What only a kernel can show: words in the place of a traceback, a stopped answer, and a line while one waits."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

import mfa_lab
from mfa_lab.lab.cell_order import REMEDY, books

pytestmark = pytest.mark.full
BOOK = next(book for book in books() if "check(" in book.cells[-2] and book.cells[0].startswith("import hmac"))
ENDLESS = """
from mfa_lab.lab import check
from mfa_lab.lab.grading import time_limit
time_limit.limit_seconds = 0.5
def truncate(digest):
    while True:
        pass
check("dynamic-truncation", truncate)
"""
BUSY = """
from time import sleep
from mfa_lab.lab import busy
busy.shown_after_seconds = {after}
with busy.Busy("Asking worker", 2) as line:
    for number in (1, 2):
        line.at(number)
        sleep(0.5)
"""


def ran(*sources: str, **environment: str) -> list[NotebookNode]:
    """Run these cells in a new kernel, with what a front end and the command `mfa-lab` set for it."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=60, allow_errors=True).execute(env={**os.environ, **environment})
    return notebook.cells


def shown(cell: NotebookNode) -> str:
    """What stands below a cell: text, or what was raised."""
    return "".join(
        "".join(out.traceback) if out.output_type == "error" else out.get("text", "") or out.data["text/plain"]
        for out in cell.outputs
    )


def test_a_restarted_kernel_an_endless_answer_and_a_line_that_goes():
    """The line is updated and emptied, as is seen in the messages; Python's own errors are as ever."""
    start = Path(mfa_lab.__file__).parent / "cli" / "jupyter_config" / "kernel_startup.py"
    first, own, stopped, wrong, slow, quick, mistake = ran(
        BOOK.cells[-2],
        "hidden_names = [name for name in dir() if 'lab' in name]\nprint(hidden_names)",
        ENDLESS,
        'check("dynamic-trunkation", 1)',
        BUSY.format(after=0.2),
        BUSY.format(after=60),
        "1 / 0",
        PYTHONSTARTUP=str(start),
        JPY_SESSION_NAME=f"/home/learner/{BOOK.name}.ipynb",
    )
    assert shown(first).endswith(f"is defined by the setup cell, which has not run.\n{REMEDY}")
    assert shown(own) == "[]\n"
    assert shown(stopped).startswith("■ Stopped · Dynamic truncation\n  The HMAC of counter 1: line ")
    assert shown(wrong) == "there is no exercise 'dynamic-trunkation'; did you mean 'dynamic-truncation'?"
    (line,) = slow.outputs
    assert line.data == {"text/plain": "", "text/html": ""}
    assert quick.outputs == []
    assert "Traceback" in shown(mistake)


def test_nothing_is_shown_where_nobody_looks_on():
    """nbval and the refresh compare outputs: there no line comes and goes."""
    (slow,) = ran(BUSY.format(after=0.1))
    assert slow.outputs == []
