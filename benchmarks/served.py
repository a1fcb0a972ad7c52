"""A web server in processes of its own, the client that asks it, and a bare application to compare it with."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import Any, Self

import psutil
from fastapi import FastAPI

from benchmarks.accounts import one_row, update
from benchmarks.harness import HERE

OURS, BARE = "mfa_lab.web.serve:application", "benchmarks.served:bare"
_PORT = re.compile(r"running on http://127\.0\.0\.1:(\d+)")
_PATIENCE_SECONDS = 60


class Served:
    """A running uvicorn. `workers` are the processes that answer."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], workers: int) -> None:
        self.port = port
        main = psutil.Process(process.pid)
        self.workers = [main] if workers == 1 else [each for each in main.children() if _answers(each)]
        assert len(self.workers) == workers

    def resident_bytes(self) -> int:
        """The memory that they hold."""
        return sum(int(worker.memory_info().rss) for worker in self.workers)


@contextmanager
def each_on_its_own_core(server: Served) -> Iterator[None]:
    """One worker on one core, the client on another, where the system allows it: left alone, the scheduler has them
    share a core in one run and not in the next. Enter before the first request: threads there already stay free.
    """
    client, (worker,) = psutil.Process(), server.workers
    allowed = client.cpu_affinity() if hasattr(client, "cpu_affinity") else []
    if len(allowed) < 2:
        yield
        return
    worker.cpu_affinity(allowed[1:2])
    client.cpu_affinity(allowed[:1])
    try:
        yield
    finally:
        client.cpu_affinity(allowed)


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """What they took of the processors since they began, each for itself without its children."""
    return float(sum(sum(process.cpu_times()[:2]) for process in processes))


def _answers(child: psutil.Process) -> bool:
    """The other child of a uvicorn with several workers watches over what they share."""
    return "spawn_main" in " ".join(child.cmdline())


class Client:
    """One connection that stays open."""

    def __init__(self, port: int) -> None:
        self._http = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)

    def ask(self, method: str, path: str, token: str = "", **body: Any) -> tuple[int, bytes]:
        """The status, and what was said."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._http.request(method, path, json.dumps(body) if body else None, headers)
        answer = self._http.getresponse()
        return answer.status, answer.read()

    def post(self, path: str, token: str = "", **body: Any) -> dict[str, Any]:
        """What was said, if it was granted."""
        status, said = self.ask("POST", path, token, **body)
        assert status == 200, (status, said)
        answer: dict[str, Any] = json.loads(said)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
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


def bare() -> FastAPI:
    """One route, in a new file named by BARE_DATABASE. It asks for nothing and looks at nothing that is sent."""
    app, turn = FastAPI(), Lock()
    connection = one_row(Path(os.environ["BARE_DATABASE"]))

    @app.post("/update")
    def one() -> dict[str, int]:
        with turn:
            return {"changed": update(connection)}

    return app
