"""Sessions: what ends them, and what they are fresh enough for."""

import pytest

from mfa_lab import MfaServer
from mfa_lab.errors import ClockSetBack, Reason
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import Session
from tests.server.kit import NAME, Deployment, reason


def test_a_session_is_what_a_login_grants(enrolled: Deployment) -> None:
    """ASVS-7.2.4: a correct password and a correct code give a session, each with its own token."""
    first, second = enrolled.log_in(), enrolled.log_in()
    assert first.token.reveal() != second.token.reveal()
    for session in (first, second):
        assert enrolled.server.check_session(session).name == NAME
    assert "<hidden>" in repr(first)
    assert first.token.reveal() not in repr(first)


def test_an_idle_session_ends_after_an_hour(enrolled: Deployment) -> None:
    """NIST-2.2.3, ASVS-7.3.1: an hour of inactivity ends it; activity keeps it."""
    session = enrolled.log_in()
    for _ in range(3):
        enrolled.clock.advance(3599)
        enrolled.server.check_session(session)
    enrolled.clock.advance(3600)
    assert reason(enrolled.server.check_session, session) is Reason.STALE_SESSION


def test_a_busy_session_ends_after_a_day(enrolled: Deployment) -> None:
    """NIST-2.2.3, ASVS-7.3.2: after 24 h the user authenticates again, however busy the session was."""
    session = enrolled.log_in()
    for _ in range(47):
        enrolled.clock.advance(1800)
        enrolled.server.check_session(session)
    enrolled.clock.advance(1799)
    assert enrolled.server.check_session(session).expires_at == enrolled.clock.now() + 1
    enrolled.clock.advance(1)
    assert reason(enrolled.server.check_session, session) is Reason.STALE_SESSION


def test_logging_out_ends_one_session_for_good(enrolled: Deployment) -> None:
    """ASVS-7.4.1: it ends that one alone, in the database, and a second time it is no error."""
    session, other = enrolled.log_in(), enrolled.log_in()
    enrolled.server.log_out(session)
    enrolled.server.log_out(session)
    assert reason(enrolled.server.check_session, session) is Reason.UNKNOWN_SESSION
    enrolled.server.check_session(other)
    assert [line.event for line in enrolled.server.audit_log()].count("logged out") == 1


def test_what_a_client_claims_about_a_session_counts_for_nothing(enrolled: Deployment) -> None:
    """ASVS-7.2.1: name and times come from the database; only the token is looked at."""
    session = enrolled.log_in()
    claimed = Session(session.token, "admin@example.org", 2**40, 2**41)
    assert enrolled.server.check_session(claimed).name == NAME
    enrolled.clock.advance(enrolled.policy.fresh_session_seconds)
    assert reason(enrolled.server.start_enrolment, claimed) is Reason.STALE_SESSION


@pytest.mark.parametrize("call", ["start_enrolment", "issue_recovery_codes"])
def test_changes_need_a_fresh_session(call: str, enrolled: Deployment) -> None:
    """ASVS-7.5.1: five minutes after the login factors and recovery codes are closed; activity does not refresh."""
    session = enrolled.log_in()
    enrolled.clock.advance(enrolled.policy.fresh_session_seconds - 1)
    getattr(enrolled.server, call)(enrolled.server.check_session(session))
    enrolled.clock.advance(1)
    assert reason(getattr(enrolled.server, call), enrolled.server.check_session(session)) is Reason.STALE_SESSION


@pytest.mark.parametrize("call", ["check_session", "notifications", "start_enrolment", "issue_recovery_codes"])
def test_a_foreign_token_is_no_session(call: str, enrolled: Deployment) -> None:
    """ASVS-7.2.2: a forged token, another server's, or a pending login's opens nothing."""
    other = MfaServer(clock=enrolled.clock)
    other.register(NAME, "demo: another server's password")
    foreign = other.begin_login(NAME, "demo: another server's password").token
    for token in (Redacted("forged"), Redacted(""), Redacted("\ud800"), foreign, enrolled.begin().token):
        session = Session(token, NAME, enrolled.clock.now(), 2**40)
        assert reason(getattr(enrolled.server, call), session) is Reason.UNKNOWN_SESSION


def test_sessions_survive_a_restart(enrolled: Deployment) -> None:
    """They stand in the file."""
    session = enrolled.log_in()
    enrolled.open()
    assert enrolled.server.check_session(session).name == NAME


@pytest.mark.parametrize("call", ["notifications", "authenticators", "needs_passkey", "check_session"])
def test_a_clock_that_was_set_back_is_noticed_before_anything_is_read(call: str, enrolled: Deployment) -> None:
    """The fall is written to the log in a transaction of its own, which must not wait for the one that reads."""
    session = enrolled.log_in()
    enrolled.clock.advance(-600)
    with pytest.raises(ClockSetBack):
        getattr(enrolled.server, call)(session)
