"""The command `mfa-lab class-server`, its recipe and its users: what is checked before a hub starts."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner

from mfa_lab.cli.group import main
from mfa_lab.errors import InvalidInput
from mfa_lab.trainer.class_server import users
from mfa_lab.trainer.class_server.hub import Hub
from mfa_lab.trainer.workshop import TRAINER, prepare, seats_of
from tests.trainer.class_room import RECIPE

COMMANDS = [
    line.strip()
    for block in re.findall(r"(?ms)^```sh\n(.*?)^```$", RECIPE)
    for line in block.replace("\\\n", " ").splitlines()
]


def test_the_recipe_is_short_and_its_commands_exist() -> None:
    """At most ten commands, also with those for progress and after the workshop; each option of ours is known."""
    assert len(COMMANDS) <= 10
    ours = [line.split()[1:] for line in COMMANDS if line.startswith("mfa-lab ")]
    assert {name for name, *_ in ours} == {"workshop", "class-server", "progress", "board"}
    for name, *arguments in ours:
        command = main.commands[name]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {argument for argument in arguments if argument.startswith("--")} <= known
        missing = [
            option.opts[0] for option in command.params if isinstance(option, click.Option) and option.required
        ]
        assert set(missing) <= set(arguments)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A machine whose users are the entries of a dictionary, and whose root is the user of this test."""
    made: dict[str, str] = {}
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda *_: None)
    monkeypatch.setattr(users, "_make_user", made.__setitem__)
    monkeypatch.setattr(users, "_exists", made.__contains__)
    monkeypatch.setattr(users.pwd, "getpwnam", lambda _name: SimpleNamespace(pw_uid=1000))
    return made


def workshop_in(folder: Path, seats: int) -> Path:
    prepare(folder / "room", seats, "tests")
    return folder / "room"


def test_users_are_made_once(tmp_path: Path, machine: dict[str, str]) -> None:
    """A second start keeps the passwords, and makes a seat that came later. Every password is long and its own."""
    room = workshop_in(tmp_path, 2)
    assert users.prepare(room, "https://class.example.org/") == seats_of(room)
    first = dict(machine)
    assert list(first) == ["seat-01", "seat-02"]
    assert len({*first.values()}) == 2
    assert all(re.fullmatch("([a-z2-7]{4}-){3}[a-z2-7]{4}", password) for password in first.values())
    prepare(room, 3)
    users.prepare(room, "https://class.example.org/")
    assert {seat: machine[seat] for seat in first} == first
    assert len(machine) == 3
    page = (room / TRAINER / users.PAGE).read_text()
    assert all(password in page for password in machine.values())


def test_only_root_opens_the_trainers_folder_and_a_hand_in(tmp_path: Path, machine: dict[str, str]) -> None:
    """Learners can go through the workshop's folder to their own hand-in, but not list it."""
    room = workshop_in(tmp_path, 1)
    users.prepare(room, "https://class.example.org/")
    modes = {name: stat.S_IMODE((room / name).stat().st_mode) for name in ("", "exports", TRAINER, "seat-01")}
    assert modes == {"": 0o711, "exports": 0o711, TRAINER: 0o700, "seat-01": 0o700}
    assert stat.S_IMODE((room / "exports" / "seat-01").stat().st_mode) == 0o700


def test_a_user_of_another_origin_is_not_taken_over(tmp_path: Path, machine: dict[str, str]) -> None:
    """Its password would be unknown, and its files would be another person's."""
    machine["seat-01"] = "somebody's"
    with pytest.raises(InvalidInput, match="a Unix user seat-01 already exists"):
        users.prepare(workshop_in(tmp_path, 1), "https://class.example.org/")


def test_what_cannot_be_prepared_is_said(tmp_path: Path, machine: dict[str, str]) -> None:
    """No workshop, a name that is no seat's, and a broken file of passwords."""
    with pytest.raises(InvalidInput, match="there is no workshop"):
        users.prepare(tmp_path, "https://class.example.org/")
    room = workshop_in(tmp_path, 1)
    (room / TRAINER / "class-passwords.json").write_text("[]")
    with pytest.raises(InvalidInput, match="not a file that this kit wrote"):
        users.prepare(room, "https://class.example.org/")
    plan = room / TRAINER / "workshop.json"
    content = json.loads(plan.read_text())
    content["accounts"][0]["seat"] = "root"
    plan.write_text(json.dumps(content))
    with pytest.raises(InvalidInput, match="not a file that this kit wrote"):
        seats_of(room)


def test_only_root_can_run_a_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a sentence, before anything is made."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(InvalidInput, match="run it as root"):
        users.prepare(tmp_path, "https://class.example.org/")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("port", "path", "address"),
    [
        (443, "/", "https://class.example.org/"),
        (8443, "class", "https://class.example.org:8443/class/"),
        (443, "/class/", "https://class.example.org/class/"),
    ],
)
def test_the_address_of_a_class(port: int, path: str, address: str) -> None:
    """The usual port is left out; the path has a slash at both ends."""
    assert Hub(Path("room"), "class.example.org", port, path, "c.pem", "k.pem").address == address


def test_progress_is_handed_in_only_on_a_class_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere, a sentence says what to do."""
    monkeypatch.delenv("MFA_LAB_HAND_IN", raising=False)
    ran = CliRunner().invoke(main, ["progress", "--hand-in", "--dir", str(tmp_path)])
    assert ran.exit_code == 2
    assert "this is no class server: use --export" in ran.output
