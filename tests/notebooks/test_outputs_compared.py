"""Small notebooks with planted faults: what the tests of a run notice (tests/running/notebook_run.py)."""

import os
import re
import subprocess
import sys

import pytest

from mfa_lab.trainer.refresh import refreshed

from .kit import FORM, ROOT, write

pytestmark = pytest.mark.full  # it starts kernels of its own

LEFT_OUT = {"normal form", "changed outputs"}
PLANTED = {
    # Where the fault is: what is replaced in a good notebook, by what, and which of its tests go red.
    "good": ("", "", set()),
    "html": ("Form with 3", "Form with 2", {"Cell 0", "normal form"}),
    "text": ("Form: 3", "Form: 2", {"Cell 0", "normal form"}),
    "stdout": ('"code 287082', '"code 287083', {"Cell 1", "normal form"}),
    "metadata": ('"metadata": {},', '"metadata": {"scrolled": true},', {"normal form"}),
    "count": ('"execution_count": 2', '"execution_count": 3', {"normal form"}),
    "no-count": ('"execution_count": 2', '"execution_count": null', {"Cell 1", "normal form"}),
    "ignored": ("print('code", "# NBVAL_IGNORE_OUTPUT\\nprint('code", LEFT_OUT),
    "ignored-old": ("print('code", "# PYTEST_VALIDATE_IGNORE_OUTPUT\\nprint('code", LEFT_OUT),
    "skipped": ("print('code", "# NBVAL_SKIP\\nprint('code", LEFT_OUT),
}


def test_each_planted_fault_is_noticed(tmp_path):
    """As committed a form is green. Change one word of its HTML, its text or a printed line, a byte that no reader
    sees, or take a cell out of the comparison, and exactly the tests that are there for it go red.
    """
    path = write(tmp_path / "good.ipynb", FORM, "print('code 287082')")
    text = refreshed(path)
    for name, (old, new, _) in PLANTED.items():
        assert text.count(old) > 0
        path.with_stem(name).write_text(text.replace(old, new, 1), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(tmp_path), "-rA"]
    command += [
        "-q",
        "--color=no",
        "-p",
        "no:cacheprovider",
        "-p",
        "tests.running.notebook_run",
        "--nbval",
        "--nbval-current-env",
    ]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} | {"CI": "true"}
    done = subprocess.run(
        [*command, str(tmp_path)], capture_output=True, text=True, cwd=ROOT, env=clean, timeout=300, check=False
    )
    red = {name: set[str]() for name in PLANTED}
    for stem, place in re.findall(r"^FAILED \S*?([^/]+)\.ipynb::(.+?)(?: - .*)?$", done.stdout, re.MULTILINE):
        red[stem].add(place)
    assert red == {name: places for name, (_, _, places) in PLANTED.items()}, done.stdout
