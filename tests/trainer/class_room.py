"""A class server on this machine for tests and benchmarks: real Unix users, which are removed afterwards.

Only root can make users. Their programs need a Python that every user can read, which root's own Python often is not.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import psutil

from mfa_lab.lab.seat import seat_name
from mfa_lab.trainer.workshop import prepare
from tests.needs import missing, requires_program
from tests.trainer.class_client import BASE, HOST, Learner

ROOT = Path(__file__).parents[2]
RECIPE = (ROOT / "docs" / "trainer" / "class-server.md").read_text("utf-8")
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class ClassRoom:
    """A running class server: the hub's process, the workshop's folder, and the passwords by seat."""

    hub: int
    room: Path
    port: int
    certificate: Path
    passwords: dict[str, str]

    def learner(self, seat: str, password: str | None = None) -> Learner:
        return Learner(self.port, self.certificate, seat, password or self.passwords[seat])


@contextmanager
def class_room(seats: int) -> Iterator[ClassRoom]:
    """Run `mfa-lab class-server` for a workshop with this number of seats."""
    names = [seat_name(number) for number in range(1, seats + 1)]
    _needs(names)
    folder = Path(mkdtemp(prefix="class-"))
    folder.chmod(0o755)  # the learners' programs are below it
    try:
        python, environment = readable_python(folder)
        room = folder / "room"
        prepare(room, seats, "tests")
        certificate, key = _certificate(folder)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
        serve = [python.with_name("mfa-lab"), "class-server", "--dir", room, "--host", HOST, "--port", str(port)]
        given = ["--path", BASE, "--certificate", certificate, "--certificate-key", key]
        with (folder / "hub.log").open("wb") as log:
            hub = subprocess.Popen([*serve, *given], cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            _wait_for(hub, port, folder / "hub.log")
            passwords = json.loads((room / "trainer" / "class-passwords.json").read_text())
            yield ClassRoom(hub.pid, room, port, certificate, passwords)
        finally:
            hub.terminate()  # the hub ends the seats' servers and its proxy
            with suppress(subprocess.TimeoutExpired):
                hub.wait(_SECONDS)
            hub.kill()
    finally:
        for name in names:
            _remove(name)
        shutil.rmtree(folder, ignore_errors=True)


def _needs(names: list[str]) -> None:
    if os.geteuid() != 0:
        missing("a class server needs root, because it makes Unix users")
    for program in ("configurable-http-proxy", "openssl", "useradd"):
        requires_program(program)
    there = [name for name in names if _uid(name) is not None]
    if there:
        missing(f"this machine already has a Unix user {there[0]}")


def readable_python(folder: Path) -> tuple[Path, dict[str, str]]:
    """Return this environment's Python, made in `folder` so that every user can run it, and the variables it needs.

    Parts that only root can read are copied, as hard links where possible.
    """
    base, venv = folder / "base", folder / "venv"
    library = f"python{sys.version_info.major}.{sys.version_info.minor}"
    origin = Path(sys.base_prefix)
    if _open_to_all(origin):
        base = origin
    else:
        shutil.copytree(origin / "lib", base / "lib", symlinks=True, copy_function=_link, ignore=_NOT_NEEDED)
        (base / "bin").mkdir()
        _link(str((origin / "bin" / library).resolve()), str(base / "bin" / library))
    (venv / "bin").mkdir(parents=True)
    for part in ("lib", "share", "etc"):
        if _open_to_all(Path(sys.prefix)):
            (venv / part).symlink_to(Path(sys.prefix, part))
        else:
            shutil.copytree(Path(sys.prefix, part), venv / part, symlinks=True, copy_function=_link)
    kit = folder / "kit"
    for part in ("mfa_lab", "notebooks", "data"):
        shutil.copytree(ROOT / part, kit / part)
    python = venv / "bin" / "python"
    python.symlink_to(base / "bin" / library)
    (venv / "pyvenv.cfg").write_text(f"home = {base / 'bin'}\n")
    command = venv / "bin" / "mfa-lab"
    command.write_text(f"#!{python}\nfrom mfa_lab.cli import main\nmain()\n")
    command.chmod(0o755)
    return python, {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(kit),
        "LD_LIBRARY_PATH": str(base / "lib"),
        "LANG": "C.UTF-8",
        "HOME": str(folder),
    }


_NOT_NEEDED = shutil.ignore_patterns("site-packages", "test", "idlelib", "ensurepip", "tkinter", "config-3*", "*.a")


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _open_to_all(path: Path) -> bool:
    return all(place.stat().st_mode & 0o005 == 0o005 for place in (path, *path.parents))


def _certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate with the command of the recipe, but for the tests' host."""
    (command,) = re.findall(r"^openssl req .+?[^\\]$", RECIPE, re.MULTILINE | re.DOTALL)
    here = command.replace("DNS:class.example.org", f"DNS:{HOST},IP:127.0.0.1").replace("/srv/", f"{folder}/")
    subprocess.run(["sh", "-c", here], check=True, capture_output=True)
    return folder / "class-cert.pem", folder / "class-key.pem"


def _wait_for(hub: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until the proxy passes requests on to the hub."""
    end = time.monotonic() + _SECONDS
    while b"JupyterHub is now running" not in log.read_bytes():
        assert hub.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)


def _uid(name: str) -> int | None:
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def _remove(name: str) -> None:
    """Remove a user whom the class server made here, with the home and all processes."""
    uid = _uid(name)
    if uid is None:
        return
    for process in psutil.process_iter(["uids"]):
        if process.info["uids"] and process.info["uids"].real == uid:
            with suppress(psutil.NoSuchProcess):
                process.kill()
                process.wait(5)
    subprocess.run(["userdel", "--remove", name], capture_output=True)
