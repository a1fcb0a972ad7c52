"""A web application that a notebook serves over real HTTP, to this machine only, until the kernel ends."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Event, Thread
from typing import Any, Self
from urllib.parse import urlsplit

import uvicorn

from mfa_lab.errors import MfaError
from mfa_lab.server.factors.passkey.relying_party import RelyingParty

_START_SECONDS = 30


def local_shop() -> RelyingParty:
    """Return a relying party on this machine, with a free port: browsers offer no passkeys at 127.0.0.1."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    return RelyingParty("shop.localhost", (f"http://shop.localhost:{port}",), "The shop")


class RunningServer:
    """Run an application behind uvicorn in a thread of this process.

    `url` is the application's address: `at`, such as `http://shop.localhost:8000`, or 127.0.0.1 with a free port. The
    daemon thread ends with the kernel, even if the kernel crashes. `stop()`, or the end of a `with` block, ends the
    thread sooner. Raises `MfaError` if the application does not start, and `OSError` if the port is in use.
    """

    def __init__(self, app: Any, at: str = "") -> None:
        listening = socket.create_server(("127.0.0.1", urlsplit(at).port or 0))
        self.url = at or f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._server = _Server(
            uvicorn.Config(
                app, log_config=None, log_level="critical", server_header=False, timeout_graceful_shutdown=2
            )
        )
        self._thread = Thread(target=self._run, args=(listening,), name="web server", daemon=True)
        self._thread.start()
        self._server.ready.wait(_START_SECONDS)
        if not self._server.started:
            self.stop()
            listening.close()
            raise MfaError("the application did not start: run it with uvicorn in a terminal to see why")

    def _run(self, listening: socket.socket) -> None:
        with suppress(SystemExit):  # uvicorn raises it if the application did not start
            self._server.run(sockets=[listening])

    def stop(self) -> None:
        """Let the server answer the open requests, and then stop the server."""
        self._server.should_exit = True
        self._thread.join(_START_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<a web server on this machine, {'running' if self._thread.is_alive() else 'stopped'}>"


class _Server(uvicorn.Server):
    """Set the event `ready` as soon as the server listens or has failed to start."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()
