"""Programs from their start: the package's import, the lab's page, and a trainer's commands."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.harness import HERE, Row, interleaved, ratio_row, seconds_row, timed
from mfa_lab.lab.exercises import exercises
from mfa_lab.lab.grading.progress import FORMAT, VERSION
from mfa_lab.resources import notebooks_dir

OURS = "from mfa_lab import MfaServer"
LIBRARIES = {"argon2", "cryptography", "pyotp", "sqlalchemy"}
HEAVY = {"IPython", "matplotlib", "numpy"}
_PATIENCE_SECONDS = 60
SEATS, FILES = 30, 500
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


def import_server(pairs: int = 20) -> Row:
    """Each import in a fresh interpreter, timed inside it. Bytecode is compiled first, as an installer does."""
    with TemporaryDirectory(prefix="mfa-lab-bench-") as bytecode:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode, "PYTHONPATH": str(HERE)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)

        def python(code: str) -> str:
            return subprocess.run(
                [sys.executable, "-c", code], env=environment, check=True, stdout=-1, text=True
            ).stdout

        def import_time(statements: str) -> float:
            return float(python(f"from time import perf_counter as t; s = t(); {statements}; print(t() - s)"))

        loaded = python(f"{OURS}; import sys; print(*sys.modules)").split()
        theirs = "; ".join(f"import {name}" for name in loaded if name.partition(".")[0] in LIBRARIES)
        heavy = sorted(HEAVY.intersection(loaded))
        import_time(theirs)
        times = interleaved(lambda: import_time(OURS), lambda: import_time(theirs), pairs)
    return ratio_row(
        "import",
        what=OURS,
        against="the same submodules of its libraries",
        reach=1.2,
        times=times,
        also=not heavy,
        figures={"heavy_modules_loaded": ", ".join(heavy) or "none"},
    )


def lab(pairs: int = 2) -> Row:
    """`mfa-lab` in an empty folder, and `jupyter lab`, until the page answers. Same environment, same flags."""
    scripts = Path(sys.executable).parent
    with TemporaryDirectory(prefix="mfa-lab-bench-") as root:
        times = interleaved(
            lambda: _until_the_page_answers([scripts / "mfa-lab", "work", "--"], Path(root)),
            lambda: _until_the_page_answers(
                [scripts / "jupyter-lab", f"--ServerApp.root_dir={notebooks_dir()}"], Path(root)
            ),
            pairs,
        )
    return ratio_row(
        "lab", what="mfa-lab until the page answers", against="jupyter lab, same flags", reach=1.15, times=times
    )


def _until_the_page_answers(command: list[str | Path], root: Path) -> float:
    """A fresh folder and fresh settings each time, so that nothing is remembered."""
    port = _free_port()
    flags = ["--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    flags.append("--IdentityProvider.token=")  # nothing to log in to: the server dies in a second
    with TemporaryDirectory(dir=root) as folder:
        settings = {
            f"JUPYTER{name}_DIR": f"{folder}/{name}"
            for name in ("_CONFIG", "_DATA", "LAB_SETTINGS", "LAB_WORKSPACES")
        }
        start = time.perf_counter()
        process = subprocess.Popen(
            [*command, *flags], cwd=folder, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=-2
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/lab", process)
            return time.perf_counter() - start
        finally:
            process.terminate()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        with suppress(URLError, ConnectionError, TimeoutError), urlopen(url, timeout=10) as page:  # noqa: S310
            assert page.status == 200
            return
        time.sleep(0.01)
    raise RuntimeError(f"{url} did not answer; the command ended with {process.poll()}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def workshop(pairs: int = 3) -> Row:
    """`mfa-lab workshop --seats 30` into a fresh folder, from the command to its end: notebooks, cards, answers."""
    with TemporaryDirectory(prefix="mfa-lab-bench-") as root:
        folders = (f"{root}/{number}" for number in range(2 * pairs))
        times, baseline = interleaved(
            lambda: _run(MFA_LAB, "workshop", "--seats", SEATS, "--dir", next(folders)),
            lambda: _run(sys.executable, "-c", _COPIES, HERE / "notebooks", next(folders), SEATS),
            pairs,
        )
    return seconds_row(
        "workshop",
        what=f"mfa-lab workshop --seats {SEATS}",
        against="bare Python: the copies, two QR codes each",
        reach=20,
        times=times,
        baseline=baseline,
    )


def board(pairs: int = 2) -> Row:
    """`mfa-lab board` of 500 exports, every exercise in each, from the command to its end: HTML and PNG."""
    with TemporaryDirectory(prefix="mfa-lab-bench-") as root:
        exports = Path(root) / "exports"
        exports.mkdir()
        for number in range(FILES):
            (exports / f"{number}.json").write_text(_export(number), encoding="utf-8")
        times, baseline = interleaved(
            lambda: _run(MFA_LAB, "board", exports, "--out", f"{root}/board"),
            lambda: _run(sys.executable, "-c", _READ, exports),
            pairs,
        )
    return seconds_row(
        "board",
        what=f"mfa-lab board, {FILES} files",
        against="bare Python: json.loads, matplotlib's import",
        reach=3,
        times=times,
        baseline=baseline,
    )


def _run(*command: object) -> float:
    """How long a command takes, from its start to its end."""
    words = list(map(str, command))
    return timed(lambda: subprocess.run(words, check=True, stdout=subprocess.DEVNULL))


def _export(number: int) -> str:
    entry = {"attempts": number % 7 + 1, "first": 1_800_000_000, "last": 1_800_000_000 + number}
    done = {each.id: {**entry, "done": entry["last"] if number % 3 else None} for each in exercises()}
    return json.dumps({FORMAT: VERSION, "pseudonym": f"learner-{number:04}", "exercises": done}, indent=1)
