"""How long a trainer waits: for a room of seats, and for the class in one picture."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.harness import HERE, Row, interleaved, timed
from mfa_lab.lab.exercises import exercises
from mfa_lab.lab.progress import FORMAT, VERSION

SEATS, SEATS_REACH_SECONDS = 30, 20
FILES, FILES_REACH_SECONDS = 500, 3
MFA_LAB = Path(sys.executable).with_name("mfa-lab")
_COPIES = """
import io, shutil, sys, qrcode
for seat in range(int(sys.argv[3])):
    shutil.copytree(sys.argv[1], f"{sys.argv[2]}/{seat}")
    for _ in range(2):
        qrcode.make(f"otpauth://totp/mfa-lab:seat-{seat}?secret=DEMODEMODEMODEMODEMODEMODEMODEMO").save(io.BytesIO())
"""
_READ = """
import json, sys
from pathlib import Path
import matplotlib.figure
for path in Path(sys.argv[1]).iterdir():
    json.loads(path.read_text("utf-8"))
"""


def workshop(pairs: int = 3) -> Row:
    """`mfa-lab workshop --seats 30` into a fresh folder, from the command to its end: notebooks, cards, answers."""
    with TemporaryDirectory(prefix="mfa-lab-bench-") as root:
        places = (f"{root}/{number}" for number in range(2 * pairs))
        return _row(
            "workshop",
            f"mfa-lab workshop --seats {SEATS}",
            "bare Python: the copies, two QR codes each",
            SEATS_REACH_SECONDS,
            lambda: _run(MFA_LAB, "workshop", "--seats", SEATS, "--dir", next(places)),
            lambda: _run(sys.executable, "-c", _COPIES, HERE / "notebooks", next(places), SEATS),
            pairs,
        )


def board(pairs: int = 5) -> Row:
    """`mfa-lab board` of 500 exports, every exercise in each, from the command to its end: HTML and PNG."""
    with TemporaryDirectory(prefix="mfa-lab-bench-") as root:
        exports = Path(root) / "exports"
        exports.mkdir()
        for number in range(FILES):
            (exports / f"{number}.json").write_text(_export(number), encoding="utf-8")
        return _row(
            "board",
            f"mfa-lab board, {FILES} files",
            "bare Python: json.loads, matplotlib's import",
            FILES_REACH_SECONDS,
            lambda: _run(MFA_LAB, "board", exports, "--out", f"{root}/board"),
            lambda: _run(sys.executable, "-c", _READ, exports),
            pairs,
        )


def _row(
    name: str,
    what: str,
    against: str,
    reach: float,
    ours: Callable[[], object],
    bare: Callable[[], object],
    pairs: int,
) -> Row:
    times, baseline = interleaved(lambda: timed(ours), lambda: timed(bare), pairs)
    seconds, bare_seconds = median(times), median(baseline)
    return Row(
        name=name,
        what=what,
        against=against,
        value=seconds,
        unit="s",
        spread=(min(times), max(times)),
        reach=reach,
        pairs=pairs,
        figures={"baseline_s": bare_seconds, "times_the_baseline": seconds / bare_seconds},
    )


def _run(*command: object) -> None:
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)


def _export(number: int) -> str:
    entry = {"attempts": number % 7 + 1, "first": 1_800_000_000, "last": 1_800_000_000 + number}
    done = {each.id: {**entry, "done": entry["last"] if number % 3 else None} for each in exercises()}
    return json.dumps({FORMAT: VERSION, "pseudonym": f"learner-{number:04}", "exercises": done}, indent=1)
