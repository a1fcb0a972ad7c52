"""A web server in processes of its own, the client that asks it, and what its processes take."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import psutil

from benchmarks.harness import HERE

OURS = "mfa_lab.web.serve:application"
_PORT = re.compile(r"running on http://127\.0\.0\.1:(\d+)")
_PATIENCE_SECONDS = 60


class Served:
    """A running uvicorn. `workers` are the processes that answer."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], workers: int) -> None:
        self.port = port
        main = psutil.Process(process.pid)
        self.workers = [main] if workers == 1 else _uvicorns(main)

    def cpu_seconds(self) -> float:
        """What the workers took of the processors since they began."""
        return sum(cpu_seconds(worker) for worker in self.workers)

    def resident_bytes(self) -> int:
        """The memory that they hold."""
        return sum(int(worker.memory_info().rss) for worker in self.workers)


def cpu_seconds(process: psutil.Process) -> float:
    """User's and system's, of this process alone."""
    times = process.cpu_times()
    return float(times.user + times.system)


def _uvicorns(main: psutil.Process) -> list[psutil.Process]:
    """The workers of several; the other child watches over what they share."""
    return [child for child in main.children() if "spawn_main" in " ".join(child.cmdline())]


class Client:
    """One connection that stays open."""

    def __init__(self, port: int) -> None:
        self._http = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)

    def post(self, path: str, token: str = "", **body: str) -> tuple[int, dict[str, Any]]:
        """The status and what was said."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._http.request("POST", path, json.dumps(body), headers)
        answer = self._http.getresponse()
        return answer.status, json.loads(answer.read())

    def close(self) -> None:
        self._http.close()


@contextmanager
def serving(factory: str, folder: Path, environment: dict[str, str], workers: int = 1) -> Iterator[Served]:
    """`uvicorn --factory`, with the options of `mfa-lab serve`, until the end of the block."""
    command = [sys.executable, "-m", "uvicorn", "--factory", factory, "--port=0", f"--workers={workers}"]
    command += ["--no-server-header", "--no-proxy-headers"]
    with NamedTemporaryFile(dir=folder, suffix=".log", delete=False) as out:
        log = Path(out.name)
        process = subprocess.Popen(command, cwd=HERE, env={**os.environ, **environment}, stdout=out, stderr=out)
    try:
        give_up = time.monotonic() + _PATIENCE_SECONDS
        while (said := log.read_text()).count("startup complete") < workers or not (port := _PORT.search(said)):
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"{factory} did not start:\n{said}")
            time.sleep(0.05)
        yield Served(int(port[1]), process, workers)
    finally:
        process.terminate()
        process.wait(timeout=_PATIENCE_SECONDS)
