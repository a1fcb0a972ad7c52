"""An account's sessions: their owner sees and ends them, an administrator too, and nobody else does either."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from mfa_lab import AccessDenied, MfaServer, SeededRandomness
from mfa_lab.errors import InvalidInput, Reason
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import Session, token_hash
from tests.server.kit import NAME, Deployment, reason, together

BOB = "bob@example.org"
ADMIN = "0123456789abcdef" * 2


def ids(deployment: Deployment, session: Session) -> dict[str, bool]:
    """The id of each listed session, and whether it is the one that asks."""
    return {one.id: one.current for one in deployment.server.sessions(session)}


def own_id(deployment: Deployment, session: Session) -> str:
    return next(id_ for id_, current in ids(deployment, session).items() if current)


def told(deployment: Deployment, count: int) -> list[tuple[str, str | None, str, str | None]]:
    """The newest lines of the log, the oldest first."""
    lines = deployment.server.newest_audit_lines(count)[0][::-1]
    return [(line.event, line.reason, line.actor, line.actor_id) for line in lines]


def test_the_owner_sees_the_sessions(enrolled: Deployment) -> None:
    """ASVS-7.5.2: when each began, when it was last seen, by which factors, and which one this is."""
    first = enrolled.log_in()
    enrolled.add_passkey(first, holder := PasskeyHolder(SeededRandomness(1), synced=False))
    enrolled.clock.advance(30)
    second, began = enrolled.passkey_login(holder), enrolled.clock.now()
    enrolled.clock.advance(600)
    enrolled.server.check_session(second)
    listed = enrolled.server.sessions(second)
    assert [(one.created_at, one.seen_at, one.methods, one.current) for one in listed] == [
        (first.created_at, first.created_at, ("pwd", "otp", "mfa"), False),
        (began, enrolled.clock.now(), ("pwd", "hwk", "user", "mfa"), True),
    ]


def test_an_id_reveals_neither_the_token_nor_its_hash(enrolled: Deployment) -> None:
    """The id is no part of either, stays the same, and opens nothing when it is sent as a token."""
    session = enrolled.log_in()
    (identity,) = ids(enrolled, session)
    assert re.fullmatch("[0-9a-f]{32}", identity)
    assert identity == own_id(enrolled, session)
    assert identity not in token_hash(session.token) + enrolled.dump()
    as_token = replace(session, token=Redacted(identity))
    assert reason(enrolled.server.check_session, as_token) is Reason.UNKNOWN_SESSION


def test_a_session_that_is_over_is_not_listed(enrolled: Deployment) -> None:
    """Logged out, too old, or not used for too long: the list says the same as `check_session`."""
    idle = enrolled.log_in()
    enrolled.clock.advance(enrolled.policy.session_idle_seconds - 30)
    out, here = enrolled.log_in(), enrolled.log_in()
    enrolled.server.log_out(out)
    assert reason(enrolled.server.check_session, idle) is Reason.STALE_SESSION
    assert list(ids(enrolled, here).values()) == [True]
    old = own_id(enrolled, here)
    for _ in range(enrolled.policy.session_seconds // 1800 - 1):
        enrolled.clock.advance(1800)
        enrolled.server.check_session(here)
    enrolled.clock.advance(1800 - 30)
    young = enrolled.log_in()
    assert old not in ids(enrolled, young)
    subject = young.subject
    assert [one.id for one in enrolled.server.accounts.sessions(subject)] == [own_id(enrolled, young)]


def test_the_owner_ends_one_session(enrolled: Deployment) -> None:
    """It ends at once and that one alone; a second click is refused, and the log and the owner are told once."""
    stolen, other, here = enrolled.log_in(), enrolled.log_in(), enrolled.log_in()
    identity = own_id(enrolled, stolen)
    enrolled.server.end_session(here, identity)
    assert reason(enrolled.server.check_session, stolen) is Reason.UNKNOWN_SESSION
    assert reason(enrolled.server.end_session, here, identity) is Reason.UNKNOWN_SESSION
    assert told(enrolled, 2) == [
        ("session ended", None, "owner", None),
        ("session end refused", "unknown session", "", None),
    ]
    for session in (other, here):
        enrolled.server.check_session(session)
    assert [one.event for one in enrolled.server.notifications(here)][-1] == "session ended"


def test_the_owner_ends_all_others(enrolled: Deployment) -> None:
    """The session that asks stays; with no other, nothing happens, and nobody is told."""
    others, here = [enrolled.log_in() for _ in range(3)], enrolled.log_in()
    assert enrolled.server.end_other_sessions(here) == 3
    for session in others:
        assert reason(enrolled.server.check_session, session) is Reason.UNKNOWN_SESSION
    assert told(enrolled, 1) == [("sessions ended", None, "owner", None)]
    assert list(ids(enrolled, here).values()) == [True]
    lines = len(enrolled.server.audit_log())
    assert enrolled.server.end_other_sessions(here) == 0
    assert len(enrolled.server.audit_log()) == lines


def test_a_session_may_end_itself(enrolled: Deployment) -> None:
    """ASVS-7.5.2 says any: this is a log-out by another name."""
    here = enrolled.log_in()
    enrolled.server.end_session(here, own_id(enrolled, here))
    assert reason(enrolled.server.check_session, here) is Reason.UNKNOWN_SESSION


@pytest.mark.parametrize("identity", ["", "x", "0" * 32, "0" * 33, "\ud800", "a\0b", "' OR 1=1 --"])
def test_an_id_that_nobody_has(identity: str, enrolled: Deployment) -> None:
    """Refused, whatever it is, before any other text than an id reaches the database."""
    assert reason(enrolled.server.end_session, enrolled.log_in(), identity) is Reason.UNKNOWN_SESSION


def test_another_accounts_session_is_none_of_mine(enrolled: Deployment) -> None:
    """Its id is refused like an id that nobody has, and all others means all of this account alone."""
    alice = enrolled.log_in()
    enrolled.enrol(BOB)
    bob, here = enrolled.log_in(BOB), enrolled.log_in()
    theirs = own_id(enrolled, bob)
    assert theirs not in ids(enrolled, here)
    assert reason(enrolled.server.end_session, here, theirs) is Reason.UNKNOWN_SESSION
    assert enrolled.server.end_other_sessions(here) == 1
    enrolled.server.check_session(bob)
    with pytest.raises(InvalidInput, match="no such session"):
        enrolled.server.accounts.end_session(alice.subject, theirs)
    enrolled.server.check_session(bob)


@pytest.mark.parametrize("call", ["end_session", "end_other_sessions"])
def test_to_end_others_a_session_must_be_fresh(call: str, enrolled: Deployment) -> None:
    """ASVS-7.5.2: after the login data were given again. A stale session sees the list, and may log out."""
    other, here = enrolled.log_in(), enrolled.log_in()
    arguments = [own_id(enrolled, other)] if call == "end_session" else []
    enrolled.clock.advance(enrolled.policy.fresh_session_seconds)
    assert len(enrolled.server.sessions(here)) == 2
    assert reason(getattr(enrolled.server, call), here, *arguments) is Reason.STALE_SESSION
    assert told(enrolled, 1) == [("session end refused", "stale session", "", None)]
    enrolled.server.check_session(other)


@pytest.mark.parametrize("call", ["end_session", "end_other_sessions"])
def test_once_there_is_a_passkey_a_code_ends_nobody(call: str, enrolled: Deployment) -> None:
    """As for every change of the account: a phished code must not throw the owner out."""
    owner = enrolled.log_in()
    enrolled.add_passkey(owner, PasskeyHolder(SeededRandomness(1)))
    thief = enrolled.log_in()
    arguments = [own_id(enrolled, owner)] if call == "end_session" else []
    assert reason(getattr(enrolled.server, call), thief, *arguments) is Reason.NOT_PHISHING_RESISTANT
    enrolled.server.check_session(owner)


def test_what_a_session_began_ends_with_it(enrolled: Deployment) -> None:
    """An enrolment of the thief's authenticator cannot be confirmed after the owner has ended the thief's session."""
    thief, owner = enrolled.log_in(), enrolled.log_in()
    enrolment = enrolled.server.start_enrolment(thief, further=True)
    enrolled.server.end_session(owner, own_id(enrolled, thief))
    enrolled.phone.add(replace(enrolment.account, account="the thief's").uri())
    with pytest.raises(AccessDenied):
        enrolled.server.confirm_enrolment(enrolment, enrolled.phone.code("mfa-lab: the thief's"))


def test_an_administrator_sees_and_ends_sessions(enrolled: Deployment) -> None:
    """ASVS-7.4.5: one, then all; the log names the administrator, or the program, and the owner is told."""
    first, second, third = (enrolled.log_in() for _ in range(3))
    accounts, subject = enrolled.server.accounts, first.subject
    listed = accounts.sessions(subject)
    assert [(one.id, one.created_at, one.current) for one in listed] == [
        (own_id(enrolled, each), each.created_at, False) for each in (first, second, third)
    ]
    accounts.end_session(subject, listed[0].id, by=ADMIN)
    assert reason(enrolled.server.check_session, first) is Reason.UNKNOWN_SESSION
    with pytest.raises(InvalidInput, match="no such session"):
        accounts.end_session(subject, listed[0].id, by=ADMIN)
    assert accounts.end_all_sessions(subject) == 2
    assert accounts.end_all_sessions(subject) == 0
    assert told(enrolled, 2) == [
        ("session ended", None, "administrator", ADMIN),
        ("sessions ended", None, "program", None),
    ]
    assert {line.account_id for line in enrolled.server.newest_audit_lines(2)[0]} == {subject}
    for session in (second, third):
        assert reason(enrolled.server.check_session, session) is Reason.UNKNOWN_SESSION
    here = enrolled.log_in()
    assert [one.event for one in enrolled.server.notifications(here)][-2:] == ["session ended", "sessions ended"]


def test_every_session_of_every_account_ends(enrolled: Deployment) -> None:
    """ASVS-7.4.5: live sessions are counted, the log gets one line, and everybody can log in again."""
    old = [enrolled.log_in() for _ in range(2)]
    enrolled.clock.advance(enrolled.policy.session_idle_seconds)
    enrolled.enrol(BOB)
    mine, theirs = enrolled.log_in(), enrolled.log_in(BOB)
    assert enrolled.server.accounts.end_every_session(by=ADMIN) == 2
    for session in (mine, theirs):
        assert reason(enrolled.server.check_session, session) is Reason.UNKNOWN_SESSION
    assert enrolled.rows("SELECT count(*) FROM sessions WHERE ended IS NULL") == [(0,)]
    assert len(old) + 2 == enrolled.rows("SELECT count(*) FROM sessions")[0][0]
    line = enrolled.server.newest_audit_lines(1)[0][0]
    assert (line.event, line.account_id, line.actor, line.actor_id) == (
        *("every session ended", None),
        *("administrator", ADMIN),
    )
    assert enrolled.server.accounts.end_every_session() == 0
    assert enrolled.server.check_session(enrolled.log_in())


@pytest.mark.parametrize("subject", ["", "x", "0" * 32, NAME, "\ud800"])
def test_an_account_that_does_not_exist(subject: str, enrolled: Deployment) -> None:
    """The operator gets a sentence, and nothing is logged of nobody."""
    enrolled.log_in()
    lines = len(enrolled.server.audit_log())
    accounts = enrolled.server.accounts
    calls: tuple[Callable[[], object], ...] = (
        lambda: accounts.sessions(subject),
        lambda: accounts.end_session(subject, "0" * 32),
        lambda: accounts.end_all_sessions(subject),
    )
    for call in calls:
        with pytest.raises(InvalidInput, match=r"no account|no such session"):
            call()
    assert len(enrolled.server.audit_log()) == lines


def end_each_other(server: MfaServer, one: Session, other: Session) -> None:
    """Two sessions end all others at the same moment: exactly one of them stays."""
    answers = together(lambda: server.end_other_sessions(one), lambda: server.end_other_sessions(other))
    assert sorted(type(answer).__name__ for answer in answers) == ["AccessDenied", "int"]
    winner, loser = (one, other) if isinstance(answers[0], int) else (other, one)
    assert server.check_session(winner)
    with pytest.raises(AccessDenied):
        server.check_session(loser)


def end_while_in_use(server: MfaServer, used: Session, owner: Session) -> None:
    """A session makes recovery codes and is checked while its owner ends it: afterwards it is over.

    Codes that it got are those of the account, or it got none.
    """
    identity = next(one.id for one in server.sessions(used) if one.current)
    together(
        lambda: server.check_session(used),
        lambda: server.issue_recovery_codes(used),
        lambda: server.end_session(owner, identity),
        lambda: server.check_session(used),
    )
    for call in (server.check_session, server.issue_recovery_codes, server.sessions, server.end_other_sessions):
        with pytest.raises(AccessDenied):
            call(used)
    assert server.check_session(owner)
    events = [line.event for line in server.audit_log()]
    ended = events.index("session ended")
    assert "recovery codes issued" not in events[ended:]


def test_sessions_that_end_each_other(enrolled: Deployment) -> None:
    """In SQLite; test_postgres lets it happen in PostgreSQL."""
    end_each_other(enrolled.server, enrolled.log_in(), enrolled.log_in())


def test_a_session_that_is_ended_while_it_is_used(enrolled: Deployment) -> None:
    """The same."""
    used, owner = enrolled.log_in(), enrolled.log_in()
    end_while_in_use(enrolled.server, used, owner)
