"""Several web servers, each in its own process.

The processes share one database and one clock, like servers behind a load balancer.
"""

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
    """Store the time of a clock in a file.

    Every process that knows the path can read the clock, and can set it for all other processes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def now(self) -> int:
        return int(self.path.read_text("ascii"))

    def set(self, now: int) -> None:
        """Jump to `now`, in Unix seconds."""
        draft = self.path.with_suffix(".new")  # a reader finds the old time or the new one, never half of it
        draft.write_text(str(checked_now(now)), "ascii")
        draft.replace(self.path)

    def advance(self, seconds: int) -> None:
        """Advance the clock by `seconds`."""
        self.set(self.now() + seconds)


class Workers:
    """Run `count` processes that serve the small application from one SQLite file.

    `urls` contains the addresses of these processes. `server` gives the operator access to the processes' database.
    `phone` is an authenticator. The server, the phone and the processes all use `clock`. Each process ends when its
    standard input closes: after `stop()`, or when this object or the kernel ends.
    """

    def __init__(self, count: int = 2) -> None:
        self._folder = TemporaryDirectory(prefix="mfa-lab-", ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        database = f"sqlite:///{folder / 'accounts.db'}"
        self.clock = FileClock(folder / "clock")
        self.clock.set(DEMO_NOW)
        self.server = MfaServer(database, clock=self.clock)  # it makes the database before the workers start
        self.phone = Phone(self.clock)
        command = [sys.executable, "-m", "mfa_lab.web.worker", database, str(self.clock.path)]
        self._processes = [_started(command) for _ in range(count)]
        self._listening: list[str] = []
        self.stop = finalize(self, _end, self._processes, self._listening, self.server, self._folder)

    @property
    def urls(self) -> list[str]:
        """Wait until all workers listen, and return their addresses.

        The constructor does not wait: the workers start while the notebook continues.
        """
        if not self._listening:
            found = []
            with Busy("Starting worker", len(self._processes)) as busy:
                for number, process in enumerate(self._processes, 1):
                    busy.at(number)
                    found.append(_address(process))
            self._listening += found
        return [*self._listening]

    def kill(self, number: int) -> None:
        """Wait until all workers listen, then kill worker `number`, counting from 0.

        The worker then ends without warning, as after `kill -9` or a power failure.
        """
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
        start_new_session=True,  # otherwise a kernel that must end waits for its dead children
    )


def _address(process: subprocess.Popen[str]) -> str:
    """Return the address that the process prints when it is ready for requests."""
    said: IO[str] | None = process.stdout
    address = said.readline().strip() if said else ""
    if not address:
        raise MfaError("a worker did not start: run `python -m mfa_lab serve` in a terminal to see why")
    return address


def _end(
    processes: list[subprocess.Popen[str]], listening: list[str], server: MfaServer, folder: TemporaryDirectory[str]
) -> None:
    for process in processes:
        if not listening:  # a worker that does not serve yet has nothing to finish, and a kernel must not wait
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
