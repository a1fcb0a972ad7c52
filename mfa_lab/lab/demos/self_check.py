"""The self-check of notebook 00: one complete login, and the checks of `mfa-lab doctor` that a notebook can run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mfa_lab.lab import doctor
from mfa_lab.lab.room import demo_room
from mfa_lab.lab.table import Table


def self_check() -> Table:
    """Return a table of the things that the kit needs. Each row says `ok`, or what is wrong and what to do.

    The table contains no version numbers, because these differ between machines.
    """
    rows = [(what, why, _finding(examine)) for what, why, examine in _EXAMINATIONS]
    return Table("What the kit needs", ("checked", "needed for", "found"), *rows)


def _finding(examine: Callable[[], object]) -> str:
    try:
        examine()
    except doctor.Fault as fault:
        return f"{fault.detail}. To do: {fault.remedy}"
    except Exception as fault:  # noqa: BLE001 (report any fault and continue, as the doctor does)
        return f"{type(fault).__name__}: {fault}. To do: run `mfa-lab doctor` in a terminal"
    return "ok"


def _whole_login() -> None:
    """Go through all four steps on a separate server. The phone really decodes the QR code."""
    room = demo_room()
    name, password = room.demo_account["name"], room.demo_account["password"]
    room.server.register(name, password)
    enrolment = room.server.start_enrolment(room.server.begin_login(name, password))
    room.phone.scan(enrolment.qr_png())
    room.server.confirm_enrolment(enrolment, room.phone.code())
    room.clock.advance(room.server.policy.period_seconds)  # type: ignore[attr-defined]
    room.server.finish_login(room.server.begin_login(name, password), room.phone.code())
    room.server.close()


_EXAMINATIONS: tuple[tuple[str, str, Callable[[], object]], ...] = (
    ("Python", "everything", doctor.python),
    ("packages", "server, phone and figures", doctor.packages),
    ("widgets", "the forms and the phone in the page", doctor.widgets),
    ("this folder", "saving what you change", lambda: doctor.write_access(Path())),
    ("one whole login", "everything that follows: password, QR code, code, decision", _whole_login),
)
