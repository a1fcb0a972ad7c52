"""The committed notebooks, small ones made for a test, and nbval run on a folder of them."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import nbformat
import pytest

from mfa_lab.trainer.refresh import as_text, normal_form

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)

# A form as the lab's are: what it says is what a reader without a kernel sees.
FORM = """
import ipywidgets
from mfa_lab.lab.widgets.stable import StableBox

class Form(StableBox):
    attempts = 3

    def __init__(self):
        self.status = ipywidgets.HTML('<div role="status">3 attempts left</div>')
        self.button = ipywidgets.Button(description="Log in")
        self.button.on_click(self.press)
        super().__init__([self.button, self.status])

    def press(self, _):
        self.attempts -= 1
        self.status.value = f'<div role="status">{self.attempts} attempts left</div>'

    def face_text(self):
        return f"Form: {self.attempts} attempts left"

    def face_html(self):
        return f"<p>Form with {self.attempts} attempts left</p>"

form = Form()
form
""".strip()

CURRENT = ["--nbval-current-env"]
_OUTCOME = re.compile(r"^(PASSED|FAILED|ERROR) (?:\S*/)?(\S+?)\.ipynb::Cell (\d+)", re.MULTILINE)


@cache
def parsed(path: Path) -> nbformat.NotebookNode:
    """Return a committed notebook, read once for all tests. Do not change it."""
    return nbformat.read(path, as_version=4)


def write(path: Path, *sources: str) -> Path:
    """A notebook of these code cells, not executed, in normal form."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    path.write_text(as_text(normal_form(nbformat.v4.new_notebook(cells=cells))), encoding="utf-8")
    return path


def run_nbval(
    folder: Path, *options: str, env: Mapping[str, str] | None = None
) -> tuple[dict[tuple[str, int], bool], str]:
    """What nbval says of each code cell of each notebook in `folder`: passed or not; and all that it printed."""
    # No configuration and no options but these: the outcome is nbval's own.
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(folder), "-p", "no:cacheprovider"]
    command += [
        "-p",
        "tests.running.unix_sockets",
        "-q",
        "-rA",
        "--color=no",
        "--nbval",
        "--nbval-cell-timeout=60",
        *(options or CURRENT),
        str(folder),
    ]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=900, env={**clean, **(env or {})}, check=False
    )
    outcomes = {(stem, int(number)): word == "PASSED" for word, stem, number in _OUTCOME.findall(done.stdout)}
    return outcomes, done.stdout + done.stderr
