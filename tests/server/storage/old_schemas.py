"""Dumps of databases with demo data: `python -m tests.server.storage.old_schemas schemas/N.sql` writes today's."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from mfa_lab import AccessDenied, ManualClock, MfaServer, Phone, Policy
from mfa_lab.lab.room import _demo_accounts, _DemoRandomness
from mfa_lab.server.records import RecoveryCodes

KEY = bytes(range(32))
ALICE, BOB = "alice@example.org", "bob@example.org"
PASSWORD = "demo: correct horse battery staple"


def populated(url: str) -> tuple[MfaServer, ManualClock, Phone, RecoveryCodes]:
    """A server with some of everything: factors, a session, a wait, a used recovery code, an open enrolment, a wrong
    code. Seeded with a demo secret: codes and recovery codes are the same each time.
    """
    clock = ManualClock(1_800_000_010)
    phone = Phone(clock=clock)
    demo = _DemoRandomness(_demo_accounts()[0]["secret"])
    server = MfaServer(url, clock=clock, policy=Policy.CHEAPEST, key=KEY, randomness=demo)
    for name in (ALICE, BOB):
        server.register(name, PASSWORD)
    enrolment = server.start_enrolment(server.begin_login(ALICE, PASSWORD))
    phone.add(enrolment.uri)
    codes = server.confirm_enrolment(enrolment, phone.code())
    clock.advance(30)
    server.finish_login(server.begin_login(ALICE, PASSWORD), phone.code())
    clock.advance(30)
    with suppress(AccessDenied):
        server.begin_login(BOB, "demo: a wrong one")
    server.recover(server.begin_login(ALICE, PASSWORD), codes[0])
    server.start_enrolment(server.begin_login(BOB, PASSWORD))
    with suppress(AccessDenied):
        server.finish_login(server.begin_login(ALICE, PASSWORD), "000000")
    return server, clock, phone, codes


def dump() -> str:
    """The SQL of a database that this mfa-lab writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lab.db"
        populated(f"sqlite:///{path}")[0].close()
        with closing(sqlite3.connect(path)) as connection:
            return "\n".join(connection.iterdump()) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(dump(), encoding="utf-8")
