"""The benchmark command works. What it measures never fails a test: a busy machine is no defect."""

import json
import os
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from tqdm import tqdm

from benchmarks.__main__ import BENCHMARKS, FELT, function, without_progress_bars

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "benchmarks" / "README.md").read_text("utf-8")
ROW = {"name", "what", "against", "value", "unit", "spread", "reach", "met", "pairs", "also", "figures"}


def measured(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300
    )


def test_json_form_gives_the_documented_keys():
    """`python -m benchmarks NAME --json` runs, and gives the keys that benchmarks/README.md documents."""
    done = measured("match", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert set(report) == {"machine", "rows"}
    assert set(report["machine"]) == {"date", "python", "sqlite", "system", "cores"}
    (row,) = report["rows"]
    assert set(row) == ROW
    assert (row["name"], row["unit"], row["reach"]) == ("match", "x", 1.2)
    assert row["value"] > 0
    assert row["met"] is (row["value"] <= row["reach"] and row["also"])
    assert set(row["figures"]) == {"ours_ms", "baseline_ms"}
    assert not [key for key in sorted({*ROW, *report["machine"]}) if f"`{key}`" not in README]


def test_every_row_is_in_the_readme_and_the_default_rows_are_marked():
    """One line of the README's table for each row; those of the default run, and no others, have a tick."""
    table = README.partition("## The rows")[2].partition("\n## ")[0]
    lines = [line.split("|") for line in table.splitlines() if line.startswith("| `")]
    named = {name.strip(" `"): "✓" in cells[2] for cells in lines for name in cells[1].split(",")}
    assert named == {name: name in FELT for name in BENCHMARKS}


@pytest.mark.full
@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_row_has_its_function(name):
    """The module that the table names for a row has the row's function."""
    assert callable(function(name))


def test_progress_bars_are_off_even_if_the_caller_wants_one(monkeypatch, capsys):
    """`mfa_lab.attacks` decides by the amount of work whether to show a bar, and tells tqdm so."""
    monkeypatch.setattr(tqdm, "__init__", tqdm.__init__)  # is put back after the test
    without_progress_bars()
    assert list(tqdm(range(3), disable=False, mininterval=0)) == [0, 1, 2]
    assert capsys.readouterr().err == ""


@pytest.mark.full
def test_a_redirected_run_writes_no_progress_bar():
    """A row that shows a bar on a terminal, here with fewer attackers, writes only its report to a file."""
    few = "from benchmarks import batch, __main__ as command; batch.ATTACKERS = 200_001; command.main(['attempts'])"
    done = subprocess.run([sys.executable, "-c", few], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 5


@pytest.mark.skipif(find_spec("allauth") is None, reason="django-allauth is not installed: `uv run --group bench`")
@pytest.mark.full
def test_the_peers_accept_and_refuse_before_they_are_measured():
    """Each library accepts every code of the run, and refuses a replay; otherwise there is no row."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from benchmarks.peers import peers\nfor row in peers(5, 5): print(row.against)",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "django-otp match_token\ndjango-allauth MFA form\n"


def test_without_django_the_row_says_what_to_do(monkeypatch):
    """Only the group `bench` installs Django."""
    monkeypatch.setitem(sys.modules, "allauth", None)
    with pytest.raises(click.ClickException, match="is not installed: start this row with `uv run --group bench`"):
        next(import_module("benchmarks.peers").peers())


def with_hashcat(folder: Path, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hashcat that says this and no more stands first on the path; the row is made of few codes."""
    program = folder / "hashcat"
    program.write_text(f"#!/bin/sh\necho '{says}'\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


@pytest.fixture
def batch(monkeypatch):
    """The module, whose row `cores` then makes few codes in this process."""
    module = import_module("benchmarks.batch")
    monkeypatch.setattr(module, "MANY", 20_000)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    return module


@pytest.mark.parametrize(("rate", "met"), [(1, True), (10**15, False)])
def test_the_row_against_hashcat_gives_its_verdict_itself(tmp_path, monkeypatch, batch, rate, met):
    """`met` is no where hashcat is faster than the reach lets it be, and yes where it is slow."""
    with_hashcat(tmp_path, f"1:18100:4294967295:4294967295:80.78:{rate}", monkeypatch)
    row = batch.cores(pairs=2)
    assert (row.met, row.reach, row.unit) == (met, 1.25, "x")
    assert row.figures["hashcat_per_s"] == pytest.approx(rate)


def test_a_hashcat_that_gives_no_rate_is_an_error_in_words(tmp_path, monkeypatch, batch):
    """It is installed and finds no device: that is neither a verdict nor `not installed`."""
    with_hashcat(tmp_path, "No devices found/left.", monkeypatch)
    with pytest.raises(click.ClickException, match="gave no rate"):
        batch.cores(pairs=2)


def test_without_hashcat_the_row_says_so_and_gives_no_verdict(tmp_path, monkeypatch, batch):
    """Only reported, in codes a second, where there is nothing to compare with."""
    monkeypatch.setenv("PATH", str(tmp_path))
    row = batch.cores(pairs=2)
    assert (row.met, row.unit, row.against) == (None, "M/s", "hashcat (not installed)")
