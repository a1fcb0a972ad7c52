"""The benchmark command works. What it measures never fails a test: a busy machine is no defect."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from benchmarks import batch

ROOT = Path(__file__).resolve().parents[1]
ROW = {"name", "what", "against", "value", "unit", "spread", "reach", "met", "pairs", "also", "figures"}


def test_json_form_gives_the_documented_keys():
    """`python -m benchmarks NAME --json` runs, and gives the keys that benchmarks/README.md documents."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "match", "--json"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
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
    documented = (ROOT / "benchmarks" / "README.md").read_text("utf-8")
    assert not [key for key in sorted({*ROW, *report["machine"]}) if f"`{key}`" not in documented]


def with_hashcat(folder: Path, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hashcat that says this and no more stands first on the path; the row is made of few codes."""
    program = folder / "hashcat"
    program.write_text(f"#!/bin/sh\necho '{says}'\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    monkeypatch.setattr(batch, "MANY", 20_000)


@pytest.mark.parametrize(("rate", "met"), [(1, True), (10**15, False)])
def test_the_row_against_hashcat_gives_its_verdict_itself(tmp_path, monkeypatch, rate, met):
    """`met` is no where hashcat is faster than the reach lets it be, and yes where it is slow."""
    with_hashcat(tmp_path, f"1:18100:4294967295:4294967295:80.78:{rate}", monkeypatch)
    row = batch.both_cores(pairs=2)
    assert (row.met, row.reach, row.unit) == (met, 1.25, "x")
    assert row.figures["hashcat_per_s"] == pytest.approx(rate)


def test_a_hashcat_that_gives_no_rate_is_an_error_in_words(tmp_path, monkeypatch):
    """It is installed and finds no device: that is neither a verdict nor `not installed`."""
    with_hashcat(tmp_path, "No devices found/left.", monkeypatch)
    with pytest.raises(click.ClickException, match="gave no rate"):
        batch.both_cores(pairs=2)


def test_without_hashcat_the_row_says_so_and_gives_no_verdict(tmp_path, monkeypatch):
    """Reported alone, in codes a second, where there is nothing to compare with."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(batch, "MANY", 20_000)
    row = batch.both_cores(pairs=2)
    assert (row.met, row.unit, row.against) == (None, "M/s", "hashcat (not installed)")
