"""Run a notebook's worker: `python -m mfa_lab.web.worker DATABASE CLOCK`, which `mfa_lab.lab.demos.workers` calls.

The worker serves the complete small application on a free port, only for this machine, and prints its address. The
worker reads the time from a file. It stops when its standard input ends, so that no worker runs longer than the
notebook.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from threading import Thread

import uvicorn

from mfa_lab.lab.demos.workers import FileClock
from mfa_lab.server.flow import MfaServer
from mfa_lab.web.app import create_app


def main(database: str, clock: str) -> None:
    """Serve the application until standard input ends."""
    app = create_app(MfaServer(database, clock=FileClock(Path(clock))), https=False)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=2))
    listening = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"http://127.0.0.1:{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    Thread(target=_end_with_input, args=(server,), daemon=True).start()
    server.run(sockets=[listening])


def _end_with_input(server: uvicorn.Server) -> None:
    sys.stdin.read()
    server.should_exit = True


if __name__ == "__main__":
    main(*sys.argv[1:])
