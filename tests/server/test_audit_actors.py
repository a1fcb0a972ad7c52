"""A life in which everything happens that the server can write down, and each line names its one right actor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mfa_lab import MfaServer, SeededRandomness
from mfa_lab.errors import ClockSetBack, NameTaken
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.server.audit import Event
from mfa_lab.server.notifications.notifier import FileNotifier
from mfa_lab.server.records import Session, Subject
from tests.server.account.test_adopt import OLD
from tests.server.factors.test_drift import pair, recovered
from tests.server.kit import NAME, NEVER_WAITS, PASSWORD, WRONG, Deployment, refused

ADMIN = "0123456789abcdef" * 2
OWNER, ADMINISTRATOR, PROGRAM, NOBODY = ("owner", None), ("administrator", ADMIN), ("program", None), ("", None)
BY_OPERATORS = {
    *(Event.REGISTRATION_REFUSED, Event.FACTOR_ADOPTED, Event.RESET_CODE_ISSUED, Event.REBOUND, Event.CLOCK_TRUSTED),
    *(Event.ACCOUNT_DISABLED, Event.ACCOUNT_ENABLED, Event.ACCOUNT_RENAMED, Event.ACCOUNT_DELETED),
    *(Event.PASSWORD_SET, Event.EVERY_SESSION_ENDED),
}
ACTORS = {event: {NOBODY if event.endswith("refused") else OWNER} for event in Event}
ACTORS |= {event: {ADMINISTRATOR} for event in BY_OPERATORS}
ACTORS |= {
    Event.SESSION_ENDED: {OWNER, ADMINISTRATOR},
    Event.SESSIONS_ENDED: {OWNER, ADMINISTRATOR},
    Event.FACTOR_DISABLED: {PROGRAM},
    Event.CLOCK_SET_BACK: {PROGRAM},
    Event.PASSWORD_RESET_REQUESTED: {NOBODY},
    Event.PASSWORD_RESET_ISSUED: {PROGRAM, ADMINISTRATOR},  # for a mail, or for an administrator
    # The application that checks a first factor makes the account at the first login.
    Event.REGISTERED: {PROGRAM, ADMINISTRATOR},
    Event.FIRST_FACTOR_ACCEPTED: {PROGRAM},
    Event.FIRST_FACTOR_REFUSED: {PROGRAM},
}
"""Who may do what, and in the life below does it. An administrator makes all of the operator's calls."""


def an_owner_lives(life: Deployment) -> None:
    """Enrol, log in, look after sessions, password, codes and authenticators; lose the phone, and find it."""
    server = life.server
    refused(life.begin, NAME, WRONG)
    enrolment = server.start_enrolment(life.begin())
    refused(server.confirm_enrolment, enrolment, "000000")
    life.phone.add(enrolment.uri)
    life.secret = enrolment.account.secret.reveal()
    life.codes = server.confirm_enrolment(enrolment, life.phone.code())
    server.acknowledge_recovery_codes(life.codes.issue_id)
    life.clock.advance(600)
    server.resynchronise(recovered(life), *pair(life, 0))
    refused(server.resynchronise, recovered(life), *pair(life, 0))
    refused(server.recover, life.begin(), "AAAA-AAAA-AAAA-AAAA")
    life.clock.advance(300)
    ended, session = life.log_in(), life.log_in()
    refused(server.end_session, session, "0" * 32)
    server.end_session(session, next(one.id for one in server.sessions(session) if not one.current))
    refused(server.issue_recovery_codes, ended)
    life.log_in()
    server.end_other_sessions(session)
    refused(server.change_password, session, WRONG, PASSWORD)
    server.change_password(session, PASSWORD, PASSWORD + " again")
    server.change_password(session, PASSWORD + " again", PASSWORD)
    server.issue_recovery_codes(session)
    refused(server.revoke, session, "0" * 32)
    life.add_passkey(session, holder := PasskeyHolder(SeededRandomness(1)))
    refused(server.finish_passkey_login, life.begin(), "{}")
    server.start_password_reset(NAME)
    while server.send_notifications(FileNotifier(life.path.with_name("mail"))):
        pass
    reset = server.issue_password_reset(NAME, by=ADMIN)
    server.finish_password_reset(reset, PASSWORD)
    refused(server.finish_password_reset, reset, PASSWORD)
    session = life.passkey_login(holder)
    server.revoke(session, server.authenticators(session)[-1].id)
    server.log_out(session)


def an_account_comes_and_goes(server: MfaServer) -> None:
    """Of a subject whose first factor an application checks, and of somebody with a password."""
    carol, accounts = Subject("https://sso.example.org", "carol"), server.accounts
    server.begin_for(carol, name="carol")
    accounts.disable(carol, by=ADMIN)
    refused(lambda: server.begin_for(carol, name="carol"))
    accounts.enable(carol, by=ADMIN)
    server.register("dave@example.org", PASSWORD, by=ADMIN)
    accounts.rename("dave@example.org", "david@example.org", by=ADMIN)
    accounts.set_password("david@example.org", WRONG, by=ADMIN)
    accounts.delete("david@example.org", by=ADMIN)


def test_every_event_has_its_actor(tmp_path: Path) -> None:
    """An event that this life lacks makes the test fail: let it happen here, and say above who does it."""
    life = Deployment(tmp_path, replace(NEVER_WAITS, disable_after_failures=3))
    server, accounts = life.server, life.server.accounts
    server.register(NAME, PASSWORD, by=ADMIN)
    with pytest.raises(NameTaken):
        server.register(NAME, PASSWORD, by=ADMIN)
    server.adopt(NAME, OLD, by=ADMIN)
    server.reset_factors(NAME, by=ADMIN)
    an_owner_lives(life)
    session: Session = life.log_in()
    life.log_in()
    accounts.end_session(session.subject, accounts.sessions(session.subject)[0].id, by=ADMIN)
    accounts.end_all_sessions(session.subject, by=ADMIN)
    accounts.end_every_session(by=ADMIN)
    an_account_comes_and_goes(server)
    for _ in range(3):
        refused(server.finish_login, life.begin(), life.wrong_code())
    server.issue_reset_code(NAME, by=ADMIN)
    life.clock.advance(-600)
    with pytest.raises(ClockSetBack):
        life.begin()
    server.trust_clock(by=ADMIN)
    found: dict[str, set[tuple[str, str | None]]] = {}
    for line in server.audit_log():
        found.setdefault(line.event, set()).add((line.actor, line.actor_id))
    assert found == ACTORS
