"""Dumps of databases with demo data: `python -m tests.server.storage.old_schemas schemas/N.sql` writes today's."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from mfa_lab import AccessDenied, ManualClock, MfaServer, Phone, Policy, RelyingParty, SeededRandomness
from mfa_lab.lab.room import _demo_accounts, _DemoRandomness
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.server.records import RecoveryCodes

KEY = bytes(range(32))
ALICE, BOB, CAROL = "alice@example.org", "bob@example.org", "carol@example.org"
PARTY = RelyingParty("shop.localhost", ("http://shop.localhost:8000",))
PASSWORD = "demo: correct horse battery staple"


def populated(url: str) -> tuple[MfaServer, ManualClock, Phone, RecoveryCodes]:
    """A server with some of everything: factors, a session, a wait, a used recovery code, an open enrolment, a wrong
    code. Seeded with a demo secret: codes and recovery codes are the same each time.
    """
    clock = ManualClock(1_800_000_010)
    phone = Phone(clock=clock)
    demo = _DemoRandomness(_demo_accounts()[0]["secret"])
    server = MfaServer(url, clock=clock, policy=Policy.CHEAPEST, key=KEY, randomness=demo, relying_party=PARTY)
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
    add_passkey(server)
    return server, clock, phone, codes


def carols_key() -> PasskeyHolder:
    """A security key from a seed, with the same passkey each time. It names no user, so it needs no user handle."""
    holder = PasskeyHolder(SeededRandomness(19), synced=False, discoverable=False)
    holder.make(PARTY.id, {"id": b""}, algorithms=[-7])
    holder.passkeys[0].counter = 1  # as it is after the login in the dump
    return holder


def add_passkey(server: MfaServer) -> None:
    """Carol's account has only a passkey, since schema 5. Bob has begun to register one."""
    holder = PasskeyHolder(SeededRandomness(19), synced=False, discoverable=False)
    server.register(CAROL, PASSWORD)
    creation = server.start_passkey(server.begin_login(CAROL, PASSWORD), label="key")
    server.confirm_passkey(creation, Browser(PARTY.origins[0]).create(creation.options, holder))
    server.start_passkey(server.begin_login(BOB, PASSWORD))
    pending = server.begin_login(CAROL, PASSWORD)
    response = Browser(PARTY.origins[0]).get(server.start_passkey_login(pending), holder)
    server.finish_passkey_login(pending, response)


def dump() -> str:
    """The SQL of a database that this mfa-lab writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lab.db"
        populated(f"sqlite:///{path}")[0].close()
        with closing(sqlite3.connect(path)) as connection:
            return "\n".join(connection.iterdump()) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(dump(), encoding="utf-8")
