"""How long the quick tests take, measured in kernel starts: each notebook needs one at least."""

from __future__ import annotations

import subprocess
import sys
from statistics import median
from time import perf_counter

from benchmarks.harness import HERE, Row, timed
from mfa_lab.resources import notebooks_dir

REACH_SECONDS = 60
FAST = ("-n", "2", "--dist", "loadfile", "-m", "not slow and not browser")
COMMAND = ("-m", "pytest", "-q", "-p", "no:cacheprovider", *FAST)


def suite(starts: int = 3) -> Row:
    """`pytest -n 2 --dist loadfile -m "not slow and not browser"`, notebooks included, once."""
    notebooks = len(list(notebooks_dir().glob("*.ipynb")))
    kernel = median(_kernel_start() for _ in range(starts))
    passed, last_line = False, ""

    def tests() -> None:
        nonlocal passed, last_line
        done = subprocess.run([sys.executable, *COMMAND], cwd=HERE, check=False, stdout=-1, stderr=-2, text=True)
        passed, last_line = done.returncode == 0, (done.stdout.strip().splitlines() or [""])[-1]

    seconds = timed(tests)
    return Row(
        name="suite",
        what="the quick tests, notebooks included",
        against=f"{notebooks} notebooks x kernel start",
        value=seconds,
        unit="s",
        reach=REACH_SECONDS,
        pairs=1,
        also=passed,
        figures={
            "kernel_start_s": kernel,
            "times_the_baseline": seconds / (kernel * notebooks) if notebooks else "no notebooks",
            "pytest_said": last_line,
        },
    )


def _kernel_start() -> float:
    """Until the kernel's first reply."""
    from jupyter_client.manager import start_new_kernel

    start = perf_counter()
    manager, client = start_new_kernel(kernel_name="python3", stderr=subprocess.DEVNULL)
    took = perf_counter() - start
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return took
