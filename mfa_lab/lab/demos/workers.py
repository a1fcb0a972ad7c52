"""Several web servers on one database, each a process of its own, as behind a load balancer, with one clock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Self
from weakref import finalize

from mfa_lab.clock import checked_now
from mfa_lab.errors import MfaError
from mfa_lab.lab.busy import Busy
from mfa_lab.lab.room import DEMO_NOW
from mfa_lab.phone.authenticator import Phone
from mfa_lab.server.flow import MfaServer

_END_SECONDS = 10


class FileClock:
    """A clock in a file: whoever knows the path reads it, and moves it for all others."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def now(self) -> int:
        return int(self.path.read_text("ascii"))

    def set(self, now: int) -> None:
        """Jump to `now`, Unix seconds."""
        draft = self.path.with_suffix(".new")  # whoever reads finds the old time or the new one
        draft.write_text(str(checked_now(now)), "ascii")
        draft.replace(self.path)

    def advance(self, seconds: int) -> None:
        """Move on by `seconds`."""
        self.set(self.now() + seconds)


class Workers:
    """`count` processes that serve the complete small application on one SQLite file; `urls` are their addresses.

    `server` is the operator's own way to the same database, `phone` an authenticator; all live by `clock`. The
    processes end when their standard input does: with `stop()`, with this record, or with the kernel.
    """

    def __init__(self, count: int = 2) -> None:
        self._folder = TemporaryDirectory(prefix="mfa-lab-", ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        database = f"sqlite:///{folder / 'accounts.db'}"
        self.clock = FileClock(folder / "clock")
        self.clock.set(DEMO_NOW)
        self.server = MfaServer(database, clock=self.clock)  # makes the database before the workers come
        self.phone = Phone(self.clock)
        command = [sys.executable, "-m", "mfa_lab.web.worker", database, str(self.clock.path)]
        self._processes = [_started(command) for _ in range(count)]
        self._listening: list[str] = []
        self.stop = finalize(self, _end, self._processes, self._listening, self.server, self._folder)

    @property
    def urls(self) -> list[str]:
        """Return each worker's address, once all of them listen. They start while the notebook goes on."""
        if not self._listening:
            found = []
            with Busy("Starting worker", len(self._processes)) as busy:
                for number, process in enumerate(self._processes, 1):
                    busy.at(number)
                    found.append(_address(process))
            self._listening += found
        return [*self._listening]

    def kill(self, number: int) -> None:
        """End one of them on the spot, as `kill -9` or a power cut does, once all of them listen."""
        _ = self.urls
        self._processes[number].kill()
        self._processes[number].wait(_END_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        running = sum(process.poll() is None for process in self._processes)
        return f"<{running} worker{'s' * (running != 1)} on one database>"


def _started(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 (our own module, by the Python that runs)
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # else a kernel that is to end waits for its dead children until it is killed itself
    )


def _address(process: subprocess.Popen[str]) -> str:
    """What the process says when it listens."""
    said: IO[str] | None = process.stdout
    address = said.readline().strip() if said else ""
    if not address:
        raise MfaError("a worker did not start: run `python -m mfa_lab serve` in a terminal to see why")
    return address


def _end(
    processes: list[subprocess.Popen[str]], listening: list[str], server: MfaServer, folder: TemporaryDirectory[str]
) -> None:
    for process in processes:
        if not listening:  # one that has not begun to serve has nothing to end, and a kernel must not wait for it
            process.kill()
        if process.stdin:
            process.stdin.close()
    for process in processes:
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
    server.close()
    folder.cleanup()
