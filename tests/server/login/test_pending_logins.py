"""Pending logins: bound to the account; ended by success, five minutes or five wrong codes."""

from dataclasses import replace

import pytest

from mfa_lab import MfaServer
from mfa_lab.errors import InvalidInput, Reason
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import PendingLogin, Permit
from tests.server.kit import NAME, NEVER_WAITS, PASSWORD, Deployment, reason


def test_a_password_alone_is_never_a_session(enrolled: Deployment) -> None:
    """Step 1 gives a pending login, which opens none of the calls of a session (ASVS-6.3.4, ASVS-7.6.2)."""
    pending = enrolled.begin()
    assert isinstance(pending, PendingLogin)
    assert pending.permits is Permit.CODE
    assert enrolled.rows("SELECT count(*) FROM sessions") == [(0,)]
    for call in (enrolled.server.check_session, enrolled.server.notifications, enrolled.server.issue_recovery_codes):
        with pytest.raises(InvalidInput, match="pass the Session"):
            call(pending)  # type: ignore[operator]


def test_tokens_hold_256_bits_and_hide_themselves(enrolled: Deployment) -> None:
    """43 URL-safe characters, all different, none in `repr` and none in the file."""
    pendings = [enrolled.begin() for _ in range(10)]
    tokens = {pending.token.reveal() for pending in pendings}
    assert len(tokens) == 10
    assert all(len(token) == 43 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)
    shown = repr(pendings) + str(pendings) + enrolled.dump()
    assert not [token for token in tokens if token in shown]


@pytest.mark.parametrize(("seconds", "expected"), [(299, None), (300, Reason.EXPIRED_PENDING)])
def test_five_minutes_end_it(seconds: int, expected: Reason | None, enrolled: Deployment) -> None:
    """At the last second it still holds; then not even the correct code helps, and nothing is counted."""
    pending = enrolled.begin()
    enrolled.clock.advance(seconds)
    if expected is None:
        enrolled.server.finish_login(pending, enrolled.phone.code())
    else:
        assert reason(enrolled.server.finish_login, pending, enrolled.phone.code()) is expected
        assert enrolled.count() == 0


@pytest.mark.parametrize("kind", ["code", "recovery code"])
def test_five_wrong_codes_end_it(kind: str, enrolled: Deployment) -> None:
    """After the fifth the right one is refused; a new password begins a new one, and there it is taken."""
    server = enrolled.open(NEVER_WAITS)
    call, wrong, right = (
        (server.finish_login, enrolled.wrong_code(), enrolled.phone.code())
        if kind == "code"
        else (server.recover, "AAAA-AAAA-AAAA-AAAA", enrolled.codes[0])
    )
    pending = enrolled.begin()
    for _ in range(5):
        assert reason(call, pending, wrong) in (Reason.NO_MATCH, Reason.WRONG_RECOVERY_CODE)
    assert reason(call, pending, right) is Reason.CONSUMED_PENDING
    call(enrolled.begin(), right)


def test_wrong_codes_of_both_kinds_count_together(enrolled: Deployment) -> None:
    """Two ways of guessing share one pending login's five."""
    server = enrolled.open(NEVER_WAITS)
    pending = enrolled.begin()
    for _ in range(3):
        reason(server.finish_login, pending, enrolled.wrong_code())
    for _ in range(2):
        reason(server.recover, pending, "AAAA-AAAA-AAAA-AAAA")
    assert reason(server.finish_login, pending, enrolled.phone.code()) is Reason.CONSUMED_PENDING


@pytest.mark.parametrize("fourth", ["finish", "recover"])
def test_success_ends_it(fourth: str, enrolled: Deployment) -> None:
    """Four wrong codes and then a right one is a success; afterwards it is spent for every use."""
    server = enrolled.open(NEVER_WAITS)
    pending = enrolled.begin()
    for _ in range(4):
        reason(server.finish_login, pending, enrolled.wrong_code())
    if fourth == "finish":
        server.finish_login(pending, enrolled.phone.code())
    else:
        server.recover(pending, enrolled.codes[0])
    enrolled.clock.advance(30)
    assert reason(server.finish_login, pending, enrolled.phone.code()) is Reason.CONSUMED_PENDING
    assert reason(server.recover, pending, enrolled.codes[1]) is Reason.CONSUMED_PENDING
    assert reason(server.start_enrolment, pending) is Reason.CONSUMED_PENDING


def test_it_is_bound_to_its_account(enrolled: Deployment) -> None:
    """Bob's correct code does not complete Alice's login, nor a code of hers his."""
    enrolled.enrol("bob@example.org")
    hers, his = enrolled.begin(), enrolled.begin("bob@example.org")
    her_code, his_code = (enrolled.phone.code(f"mfa-lab: {name}") for name in (NAME, "bob@example.org"))
    assert her_code != his_code
    assert reason(enrolled.server.finish_login, hers, his_code) is Reason.NO_MATCH
    assert reason(enrolled.server.finish_login, his, her_code) is Reason.NO_MATCH
    assert enrolled.server.finish_login(hers, her_code).name == NAME
    assert enrolled.server.finish_login(his, his_code).name == "bob@example.org"


def test_what_a_client_claims_about_it_counts_for_nothing(enrolled: Deployment) -> None:
    """Permit and expiry are the database's: changed in the client's hands they change nothing."""
    pending = replace(enrolled.begin(), permits=Permit.NEW_FACTOR, expires_at=2**40)
    assert reason(enrolled.server.start_enrolment, pending) is Reason.NOT_PERMITTED
    enrolled.clock.advance(300)
    assert reason(enrolled.server.finish_login, pending, enrolled.phone.code()) is Reason.EXPIRED_PENDING


@pytest.mark.parametrize("call", ["finish_login", "recover"])
def test_a_foreign_token_is_no_pending_login(call: str, enrolled: Deployment) -> None:
    """Forged, another server's, a session's or an enrolment's token begins nothing; no account is charged for it."""
    other = MfaServer(clock=enrolled.clock)
    other.register(NAME, PASSWORD)
    session = enrolled.log_in()
    enrolled.clock.advance(30)
    foreign = other.begin_login(NAME, PASSWORD).token
    enrolment = enrolled.server.start_enrolment(session)
    forged = [Redacted(text) for text in ("forged", "", "\ud800", "x" * 1_000_000)]
    tokens = [*forged, foreign, session.token, enrolment.token]
    for token in tokens:
        pending = PendingLogin(token, Permit.CODE, 2**40)
        assert reason(getattr(enrolled.server, call), pending, enrolled.phone.code()) is Reason.UNKNOWN_PENDING
    assert enrolled.count() == enrolled.count("recovery_failures") == 0


@pytest.mark.parametrize("broken", [None, "a token", b"token", PendingLogin("a token", Permit.CODE, 2**40)])  # type: ignore[arg-type]
def test_what_is_no_pending_login_is_a_programmers_mistake(broken: object, enrolled: Deployment) -> None:
    """`InvalidInput` that says what to pass, before anything is looked at."""
    with pytest.raises(InvalidInput, match="pass the PendingLogin"):
        enrolled.server.finish_login(broken, enrolled.phone.code())  # type: ignore[arg-type]
