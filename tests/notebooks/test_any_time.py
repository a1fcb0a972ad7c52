"""The notebooks come out the same at any second, on any day, in any time zone."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nbformat
import pytest

from tests.needs import requires_program

from .kit import FOLDER, NOTEBOOKS, run_nbval

pytestmark = pytest.mark.full


@dataclass(frozen=True)
class Moment:
    """When and where a kernel starts, and an expression that is true there and only there, within ten seconds."""

    name: str
    start: str
    zone: str
    witness: str
    speed: str = ""
    first_notebook: int = 0
    every: int = 1


# Each begins a few seconds early, so that the notebooks run across it. Every notebook runs across step boundaries;
# the other three moments share the notebooks.
MOMENTS = [
    Moment(
        "step boundaries",
        "2027-01-15T08:00:25Z",
        "UTC",
        "time.time() // 30 > START // 30 + 1",
        speed="x15",
    ),
    Moment(
        "New York set back",
        "2027-11-07T05:59:57Z",
        "America/New_York",
        "time.strftime('%m-%d %H %Z') == '11-07 01 EST'",
        every=3,
    ),
    Moment(
        "Berlin set back",
        "2027-10-31T00:59:57Z",
        "Europe/Berlin",
        "time.strftime('%m-%d %H %Z') == '10-31 02 CET'",
        first_notebook=1,
        every=3,
    ),
    Moment(
        "Kathmandu, end of 2037",
        "2037-12-31T23:59:55Z",
        "Asia/Kathmandu",
        "time.strftime('%F %R') == '2038-01-01 05:45'",
        first_notebook=2,
        every=3,
    ),
]

# The kernel alone lives in the faked time. Monotonic clocks stay real, or locks with a time limit wait for ever;
# but then libfaketime 0.9.10 breaks clock_nanosleep, which is Python's sleep (EINVAL), and ipykernel itself
# sleeps now and then: so sleep becomes select. File times stay real too, or Python compiles every module again.
# Programs that the kernel starts live in the faked time too, but at the usual speed: at another one, SQLite waits for
# a lock only for a fraction of its time limit.
LAUNCH = """
import os, select, time
os.environ["FAKETIME"] = os.environ["FAKETIME"].partition(" ")[0]
time.sleep = lambda seconds: select.select([], [], [], seconds)
from ipykernel import kernelapp
kernelapp.launch_new_instance()
"""
# Green only where the moment is really reached.
WITNESS = """
import time
START = {start}
end = time.monotonic() + 10
while not (there := {witness}) and time.monotonic() < end:
    pass
there
"""
# What no notebook may do: it must go red at every moment.
CARELESS = "__import__('datetime').datetime.now().year"


@pytest.fixture(autouse=True)
def nothing_left_in_shared_memory():
    """libfaketime keeps a process's start there under its number; a killed kernel leaves it, and the next process of
    that number would live in the old one's time.
    """
    remove_leftovers()
    yield
    remove_leftovers()


def remove_leftovers():
    for path in Path("/dev/shm").glob("*faketime_s*_*"):  # noqa: S108
        if not Path("/proc", path.name.rpartition("_")[2]).exists():
            path.unlink(missing_ok=True)


def install_kernel(moment: Moment, folder: Path) -> None:
    """A kernel named faketime, whose clock starts at the moment."""
    faketime = requires_program("faketime")
    library = subprocess.run([faketime, "-f", "+0", "printenv", "LD_PRELOAD"], capture_output=True, text=True).stdout
    environment = {
        "LD_PRELOAD": library.strip(),
        "FAKETIME": f"@{start_seconds(moment)} {moment.speed}".strip(),
        "FAKETIME_FMT": "%s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
        "TZ": moment.zone,
        "TQDM_DISABLE": "1",  # it appears by the clock, and the clock here runs fast
    }
    argv = [sys.executable, "-c", LAUNCH, "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Python then", "language": "python", "env": environment}
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec))


def start_seconds(moment: Moment) -> int:
    return int(datetime.fromisoformat(moment.start).timestamp())


def cell(source: str, shown: str) -> nbformat.NotebookNode:
    """A code cell as committed, with what it shows."""
    result = nbformat.v4.new_output("execute_result", data={"text/plain": shown}, execution_count=1)
    return nbformat.v4.new_code_cell(source, outputs=[result], execution_count=1)


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.name)
def test_all_notebooks_pass(moment, tmp_path):
    """Every cell shows what is committed, whatever the clock on the wall says; a cell that reads it goes red."""
    install_kernel(moment, tmp_path / "kernels" / "faketime")
    folder = shutil.copytree(FOLDER, tmp_path / "notebooks")
    chosen = NOTEBOOKS[moment.first_notebook :: moment.every]
    for path in set(NOTEBOOKS) - set(chosen):
        (folder / path.name).unlink()
    witness = cell(WITNESS.format(start=start_seconds(moment), witness=moment.witness), "True")
    nbformat.write(nbformat.v4.new_notebook(cells=[witness, cell(CARELESS, "2026")]), folder / "planted.ipynb")
    for _ in range(2):  # now and then libfaketime ends a process at its start: that says nothing about a notebook
        remove_leftovers()
        outcomes, printed = run_nbval(folder, "--nbval-kernel-name=faketime", env={"JUPYTER_PATH": str(tmp_path)})
        if "Kernel died before replying" not in printed:
            break
    assert {stem for stem, _ in outcomes} == {"planted", *(path.stem for path in chosen)}, printed
    assert {place for place, passed in outcomes.items() if not passed} == {("planted", 1)}, printed
