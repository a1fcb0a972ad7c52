"""A web application that a notebook serves over real HTTP, to this machine only, until the kernel ends.

On a class server, other people use this machine, too, and the learner's browser is on another machine. There, the
live shop listens on a Unix socket in a folder that only the learner can open. The learner's Jupyter server passes
requests of the learner's browser on to this socket.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self
from urllib.parse import urlsplit

import uvicorn

from mfa_lab.errors import MfaError
from mfa_lab.server.factors.passkey.relying_party import RelyingParty

SHOP_URL = "MFA_LAB_SHOP_URL"
SHOP_SOCKET = "MFA_LAB_SHOP_SOCKET"
"""Variables of a class server: the live shop's address for the learner's browser, and the shop's Unix socket."""

_START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class LocalShop:
    """Where browsers find the live shop. `settings` are the arguments that `create_app` needs there.

    Without a `relying_party`, the shop has no passkeys.
    """

    url: str
    relying_party: RelyingParty | None
    settings: dict[str, Any]


def local_shop() -> LocalShop:
    """Return a shop on this machine with a free port, or the learner's own shop on a class server.

    On this machine, the shop has a name, because browsers offer no passkeys at 127.0.0.1. On a class server, the shop
    has no passkeys, because all learners' shops have the same origin.
    """
    if url := os.environ.get(SHOP_URL):
        there = urlsplit(url)
        return LocalShop(url, None, {"hosts": [there.hostname], "prefix": there.path, "cookie_path": there.path})
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    url = f"http://shop.localhost:{port}"
    return LocalShop(url, RelyingParty("shop.localhost", (url,), "The shop"), {"https": False})


class RunningServer:
    """Run an application behind uvicorn in a thread of this process.

    `url` is the application's address: `at`, such as `http://shop.localhost:8000`, or 127.0.0.1 with a free port. At
    the class server's address of the live shop, the application listens on the shop's Unix socket instead. The daemon
    thread ends with the kernel, even if the kernel crashes. `stop()`, or the end of a `with` block, ends the thread
    sooner. Raises `MfaError` if the application does not start, and `OSError` if the port is in use.
    """

    def __init__(self, app: Any, at: str = "") -> None:
        proxied = bool(at) and at == os.environ.get(SHOP_URL)
        if proxied:
            listening = _private_socket(Path(os.environ[SHOP_SOCKET]))
        else:
            listening = socket.create_server(("127.0.0.1", urlsplit(at).port or 0))
        self.url = at or f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="critical",
                server_header=False,
                timeout_graceful_shutdown=2,
                # Only the learner's Jupyter server can open the socket, so its word about https counts.
                forwarded_allow_ips="*" if proxied else None,
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


def _private_socket(path: Path) -> socket.socket:
    """Return a socket that listens at `path`, in place of an earlier socket there. Only this user may connect."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.parent.chmod(0o700)
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    path.chmod(0o600)
    listening.listen(128)
    return listening


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
