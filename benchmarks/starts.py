"""How long until something is there: the package, and the page."""

from __future__ import annotations

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

from benchmarks.harness import HERE, Row, interleaved, ratio_row
from mfa_lab.resources import notebooks_dir

OURS = "from mfa_lab import MfaServer"
LIBRARIES = {"argon2", "cryptography", "pyotp", "sqlalchemy"}
HEAVY = {"IPython", "matplotlib", "numpy"}
_PATIENCE_SECONDS = 60


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


def lab(pairs: int = 5) -> Row:
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
