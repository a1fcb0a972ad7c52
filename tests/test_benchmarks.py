"""The benchmark command works. What it measures never fails a test: a busy machine is no defect."""

import json
import subprocess
import sys
from pathlib import Path

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
