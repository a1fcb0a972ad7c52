"""The proxies of docs/forward-auth.md, run as the page has them, and a small application behind that knows no kit."""

from __future__ import annotations

import getpass
import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import SSLContext, create_default_context
from threading import Thread
from typing import Any

import trustme

from tests.browser.lab import free_port
from tests.needs import requires_program
from tests.web.kit import ROOT, stop

PAGE = (ROOT / "docs" / "forward-auth.md").read_text("utf-8")
_START_SECONDS = 20


def block(language: str) -> str:
    """The only block of this language in docs/forward-auth.md."""
    (found,) = re.findall(rf"(?ms)^```{language}\n(.*?)^```$", PAGE)
    return str(found)


class Echo(BaseHTTPRequestHandler):
    """Answers each request with what came: method, path, headers and body."""

    protocol_version = "HTTP/1.1"
    server: Foreign

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        came = {"method": self.command, "path": self.path, "headers": self.headers.items(), "body": body}
        self.server.came.append(came)
        told = json.dumps(came).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        if self.command != "HEAD" and self.server.status != 204:
            self.wfile.write(told)

    do_GET = do_HEAD = do_POST = answer  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Foreign(ThreadingHTTPServer):
    """The application behind the proxy. `came` are the requests that it got."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Echo)
        self.came: list[dict[str, Any]] = []
        self.status = 200


@contextmanager
def foreign_application() -> Iterator[Foreign]:
    with Foreign() as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


class Proxy:
    """A running proxy: its address, and how a client trusts its certificate."""

    def __init__(self, port: int, trust: SSLContext) -> None:
        self.port = port
        self.url = f"https://127.0.0.1:{port}"
        self.trust = trust

    def raw(self, text: str) -> str:
        """What the proxy answers to these very lines of a request, without any client's tidiness."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        with plain, self.trust.wrap_socket(plain, server_hostname="127.0.0.1") as wrapped:
            wrapped.sendall(text.replace("\n", "\r\n").encode("latin-1"))
            return b"".join(iter(lambda: wrapped.recv(65536), b"")).decode("latin-1")


@contextmanager
def nginx(folder: Path, kit: int, application: int, *changes: tuple[str, str]) -> Iterator[Proxy]:
    """Debian's nginx with the configuration of the page, before the ports `kit` and `application`."""
    program, port = requires_program("nginx"), free_port()
    certificate, trust = _certificate(folder)
    known = [
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("server_name app.example.org", "server_name 127.0.0.1 localhost"),
        ("/etc/ssl/app.example.org.pem", str(certificate)),
        ("/etc/ssl/private/app.example.org.key", str(certificate)),
    ]
    text = _changed(block("nginx"), kit, application, *known, *changes)
    parts = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")  # their usual folders belong to root
    temporary = "\n".join(f"{name}_temp_path {folder}/{name};" for name in parts)
    user = "user root;" if getpass.getuser() == "root" else ""
    (folder / "nginx.conf").write_text(
        f"{user}\npid {folder}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}\n{text}}}\n"
    )
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "log")]
    with _running([*command, "-g", "daemon off;"], folder, port):
        yield Proxy(port, trust)


@contextmanager
def caddy(folder: Path, kit: int, application: int) -> Iterator[Proxy]:
    """Debian's Caddy with the configuration of the page."""
    program, port = requires_program("caddy"), free_port()
    certificate, trust = _certificate(folder)
    names = f"https://127.0.0.1:{port}, https://localhost:{port}"
    site = ("app.example.org {", f"{names} {{\n    tls {certificate} {certificate}")
    options = "{\n    admin off\n    auto_https off\n    default_sni 127.0.0.1\n}\n"
    (folder / "Caddyfile").write_text(options + _changed(block("caddy"), kit, application, site))
    command = [program, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    with _running(command, folder, port):
        yield Proxy(port, trust)


def _changed(text: str, kit: int, application: int, *changes: tuple[str, str]) -> str:
    ports = ("127.0.0.1:8000", f"127.0.0.1:{kit}"), ("127.0.0.1:9000", f"127.0.0.1:{application}")
    for before, after in (*ports, *changes):
        assert before in text, f"docs/forward-auth.md has no {before!r}"
        text = text.replace(before, after)
    return text


def _certificate(folder: Path) -> tuple[Path, SSLContext]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    return folder / "server.pem", create_default_context(cafile=str(folder / "ca.pem"))


@contextmanager
def _running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
        )
    try:
        end = time.monotonic() + _START_SECONDS
        while not _answers(port):
            assert process.poll() is None, (folder / "output").read_text()
            assert time.monotonic() < end, (folder / "output").read_text()
            time.sleep(0.02)
        yield
    finally:
        stop(process)


def _answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
