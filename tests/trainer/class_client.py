"""A learner's browser at a class server, as a program: log in, start the seat's server, and run cells in a kernel."""

from __future__ import annotations

import json
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx
import websocket

HOST = "class.localhost"
BASE = "/class"
_SECONDS = 120


class Learner:
    """Log in at the class server on this machine as the user of a seat, and get a token for the hub's API."""

    def __init__(self, port: int, certificate: Path, seat: str, password: str) -> None:
        self.seat = seat
        self.there = f"127.0.0.1:{port}"  # the system need not know the name, so the certificate has both
        self.tls = ssl.create_default_context(cafile=str(certificate))
        self.http = httpx.Client(
            base_url=f"https://{self.there}{BASE}",
            headers={"Host": f"{HOST}:{port}"},
            verify=self.tls,
            timeout=_SECONDS,
        )
        self.http.get("/hub/login")
        form = {"username": seat, "password": password, "_xsrf": self.http.cookies["_xsrf"]}
        self.entered = self.http.post("/hub/login", data=form).status_code == 302
        if self.entered:
            proof = {"X-XSRFToken": self.http.cookies.get("_xsrf", path=f"{BASE}/hub/")}
            made = self.http.post(f"/hub/api/users/{seat}/tokens", headers=proof).raise_for_status()
            self.http.headers["Authorization"] = f"token {made.json()['token']}"
            self.http.cookies.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.http.close()

    @property
    def home(self) -> str:
        """The path of the seat's own server."""
        return f"/user/{self.seat}"

    def start(self) -> float:
        """Start the seat's server, and return the seconds until it answers."""
        began = time.monotonic()
        self.http.post(f"/hub/api/users/{self.seat}/server").raise_for_status()
        while not self.http.get(f"/hub/api/users/{self.seat}").json()["servers"].get("", {}).get("ready"):
            assert time.monotonic() < began + _SECONDS, "the seat's server did not start"
            time.sleep(0.2)
        return time.monotonic() - began

    def stop(self) -> None:
        """Stop the seat's server."""
        self.http.delete(f"/hub/api/users/{self.seat}/server").raise_for_status()

    def notebook(self, name: str) -> list[str]:
        """The code cells of a notebook in the seat's working copy."""
        cells = self.http.get(f"{self.home}/api/contents/{name}").raise_for_status().json()["content"]["cells"]
        return [cell["source"] for cell in cells if cell["cell_type"] == "code"]

    @contextmanager
    def kernel(self) -> Iterator[Kernel]:
        """Start a kernel in the working copy, and end it afterwards."""
        kernels = f"{self.home}/api/kernels"
        made = self.http.post(kernels, json={"name": "python3", "path": "notebook.ipynb"}).raise_for_status().json()
        try:
            with closing(self._channels(made["id"])) as channels:
                yield Kernel(channels)
        finally:
            self.http.delete(f"{kernels}/{made['id']}").raise_for_status()

    def _channels(self, kernel: str) -> websocket.WebSocket:
        return websocket.create_connection(
            f"wss://{self.there}{BASE}{self.home}/api/kernels/{kernel}/channels",
            header=[f"Authorization: {self.http.headers['Authorization']}"],
            host=self.http.headers["Host"],
            suppress_origin=True,
            timeout=_SECONDS,
            sslopt={"context": self.tls},
        )


class Kernel:
    """A kernel on the seat's server, through the hub's proxy."""

    def __init__(self, channels: websocket.WebSocket) -> None:
        self._channels = channels

    def run(self, code: str) -> str:
        """Run a cell, and return what it prints and its last value. An exception in the cell fails the test."""
        question = {
            "msg_id": uuid4().hex,
            "username": "",
            "session": "",
            "version": "5.3",
            "msg_type": "execute_request",
        }
        content = {"code": code, "silent": False, "allow_stdin": False}
        sent = {"header": question, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        self._channels.send(json.dumps(sent))
        shown = ""
        while True:
            message = self._heard()
            if message.get("parent_header", {}).get("msg_id") != question["msg_id"]:
                continue
            kind, content = message["msg_type"], message["content"]
            assert kind != "error", re.sub(r"\x1b\[[\d;]*m", "", "\n".join(content["traceback"]))
            if kind == "stream":
                shown += content["text"]
            if kind in ("execute_result", "display_data"):
                shown += content["data"].get("text/plain", "") + "\n"
            if kind == "status" and content["execution_state"] == "idle":
                return shown

    def _heard(self) -> dict[str, Any]:
        """The next message. Messages with binary parts are not ours."""
        text = self._channels.recv()
        return json.loads(text) if isinstance(text, str) else {}
