"""Prepare a machine for a class: a Unix user for each seat, a password, and a folder for the seat's progress."""

from __future__ import annotations

import base64
import json
import os
import pwd
import subprocess
from html import escape
from pathlib import Path

from mfa_lab.errors import InvalidInput
from mfa_lab.lab.seat import Seat
from mfa_lab.lab.working_copy import write
from mfa_lab.randomness import SYSTEM
from mfa_lab.trainer.page import page, table, write_ours
from mfa_lab.trainer.workshop import TRAINER, seats_of

EXPORTS = "exports"
PAGE = "class-server.html"
_PASSWORDS = "class-passwords.json"
_PASSWORD_BYTES = 10  # 80 bits: JupyterHub does not limit the guesses


def prepare(room: Path, address: str) -> list[Seat]:
    """Make the missing users of the workshop in `room`, and a page for the trainer with their passwords.

    Only root can read the trainer's folder and the copies of the seats afterwards. A learner hands in progress in
    `exports/seat-07`, which only this learner and root can open. Raises `InvalidInput` if this user is not root, if
    there is no workshop, or if a user has a seat's name but was not made here.
    """
    if os.geteuid() != 0:
        raise InvalidInput("a class server makes Unix users and starts programs as these users: run it as root")
    seats = seats_of(room)
    trainer, exports = room / TRAINER, room / EXPORTS
    exports.mkdir(exist_ok=True)
    for folder, mode in ((room, 0o711), (trainer, 0o700), (exports, 0o711)):
        folder.chmod(mode)
    passwords = _read(trainer / _PASSWORDS)
    for seat in seats:
        if (copy := room / seat.seat).is_dir() and not copy.is_symlink():
            copy.chmod(0o700)
        if not _exists(seat.seat):
            passwords.setdefault(seat.seat, _new_password())
            write(trainer / _PASSWORDS, json.dumps(passwords, indent=1).encode())
            _make_user(seat.seat, passwords[seat.seat])
        elif seat.seat not in passwords:
            raise InvalidInput(
                f"a Unix user {seat.seat} already exists: remove it with userdel, or use another machine"
            )
        handed_in = exports / seat.seat
        handed_in.mkdir(mode=0o700, exist_ok=True)
        os.chown(handed_in, pwd.getpwnam(seat.seat).pw_uid, 0)
    write_ours(trainer / PAGE, _page(seats, passwords, address).encode())
    return seats


def _make_user(name: str, password: str) -> None:
    """Make a user whose home nobody else can open."""
    make = ["useradd", "--create-home", "--shell", "/bin/bash", "--key", "HOME_MODE=0700", name]
    for command, text in ((make, ""), (["chpasswd"], f"{name}:{password}\n")):
        try:
            subprocess.run(command, input=text, text=True, check=True, capture_output=True)  # noqa: S603
        except FileNotFoundError:
            raise InvalidInput(
                f"{command[0]} is not installed: a class server needs Debian or a similar system"
            ) from None
        except subprocess.CalledProcessError as fault:
            raise InvalidInput(f"cannot make the user {name}: {fault.stderr.strip()}") from None


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _new_password() -> str:
    text = base64.b32encode(SYSTEM.token_bytes(_PASSWORD_BYTES)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _read(path: Path) -> dict[str, str]:
    try:
        return {str(seat): str(password) for seat, password in json.loads(path.read_text("utf-8")).items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError):
        raise InvalidInput(
            f"{path} is not a file that this kit wrote: remove it and the users of the seats"
        ) from None


def _page(seats: list[Seat], passwords: dict[str, str], address: str) -> str:
    rows: list[tuple[object, ...]] = [(seat.seat, passwords[seat.seat]) for seat in seats]
    words = f"""<h1>Class server: {len(seats)} seats</h1>
<p>Learners open <code>{escape(address)}</code> and log in with the name and the password of their seat. Cut the
rows apart, and put one row on each seat. These passwords are not demo values: each of them opens a terminal on the
server. Remove the users after the workshop.</p>"""
    return page("Class server", f"<main>{words}{table('Passwords by seat', ('name', 'password'), rows)}</main>")
