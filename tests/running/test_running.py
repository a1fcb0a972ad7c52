"""How the tests run: the budget can fail, over several workers too, and a single file runs without workers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.running.budget import DEFAULT_TIER, MOST, kind, over_budget
from tests.running.workers import MOST_WORKERS, pytest_xdist_auto_num_workers

ROOT = Path(__file__).parents[2]
STARTS_A_PROGRAM = "import subprocess, sys\n\ndef test_it():\n    subprocess.run([sys.executable, '-c', ''])\n"
NO_PROGRAMS = "import tests.running.budget\n\ntests.running.budget.MOST['other programs'] = {}\n"


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["/usr/bin/python", "-m", "ipykernel_launcher", "-f", "x"], "kernels"),
        (["/usr/bin/node", "cli.js", "run-driver"], "browsers"),
        (["/usr/bin/chromium", "--headless"], "browsers"),
        (["/usr/bin/python", "-m", "uvicorn", "app"], "servers"),
        (["/usr/bin/python", "-m", "jupyterlab"], "servers"),
        (["runuser", "-u", "postgres", "--", "/usr/lib/postgresql/15/bin/initdb"], "clusters"),
        (["oathtool", "-"], "other programs"),
    ],
)
def test_what_a_command_starts(command: list[str], name: str) -> None:
    assert kind(command) == name


def test_the_message_names_the_files() -> None:
    """At the limit nothing is said; one more, and the message says how many, and who started them."""
    most = {("kernels", "one.py"): MOST["kernels"]}
    assert over_budget(most) == ""
    said = over_budget(Counter(most) + Counter({("kernels", "two.py"): 1}))
    assert f"may start {MOST['kernels']} kernels; it started {MOST['kernels'] + 1}" in said
    assert "one.py" in said
    assert "two.py" in said


@pytest.mark.parametrize(("allowed", "code"), [(20, 0), (1, 1)])
@pytest.mark.parametrize("workers", ["0", "2"])
def test_an_excess_fails_the_session(allowed: int, code: int, workers: str, tmp_path: Path) -> None:
    """Two files that start a program each, in one process or in two workers: their sum counts."""
    for number in (1, 2):
        (tmp_path / f"test_{number}.py").write_text(STARTS_A_PROGRAM)
    (tmp_path / "conftest.py").write_text(NO_PROGRAMS.format(allowed))
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(tmp_path), "-n", workers]
    command += ["-p", "no:cacheprovider", "-p", "tests.running.budget", "-m", DEFAULT_TIER, str(tmp_path)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=clean, timeout=120, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("The default tier may start 1 other programs" in done.stdout) == bool(code)


@pytest.mark.parametrize(
    ("arguments", "alone"),
    [
        (["tests/otp/test_otp.py"], True),
        (["tests/otp/test_otp.py::test_codes_are_pyotps"], True),
        (["tests/otp"], False),
        (["tests", "notebooks"], False),
        (["tests/otp/test_otp.py", "tests/otp/test_drift.py"], False),
    ],
)
def test_one_file_runs_without_workers(arguments: list[str], alone: bool) -> None:
    config = SimpleNamespace(args=arguments, invocation_params=SimpleNamespace(dir=ROOT))
    workers = pytest_xdist_auto_num_workers(config)
    assert workers == 0 if alone else 1 <= workers <= MOST_WORKERS
