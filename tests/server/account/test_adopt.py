"""Authenticators that an older system enrolled are taken over: encrypted, no old code good, the owner told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mfa_lab import Phone
from mfa_lab.errors import InvalidInput, Reason
from mfa_lab.otp import code_at
from mfa_lab.provisioning import OtpAccount
from mfa_lab.provisioning.account_table import parse_table
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import Permit
from tests.server.kit import EXPLAINING, NAME, PASSWORD, Deployment, reason

SECRET = "DEMOALICEDEMOALICEDEMOALICEDEMO2"
OLD = OtpAccount(NAME, "Old system", Redacted(SECRET))


@pytest.fixture
def adopted(deployment: Deployment) -> Deployment:
    """An account whose authenticator comes from a table, and the phone that has it."""
    deployment.phone.add(OLD.uri())
    deployment.server.adopt(NAME.upper(), *parse_table(f"name,secret\n{NAME},{SECRET}"))
    return deployment


def test_the_owner_logs_in_as_before(adopted: Deployment) -> None:
    """With the password and the phone they had; kept encrypted, labelled, in the log, and in a notice."""
    adopted.clock.advance(60)
    session = adopted.server.finish_login(adopted.begin(), adopted.phone.code())
    (authenticator,) = adopted.server.authenticators(session)
    assert authenticator.label == "taken over"
    assert SECRET not in adopted.dump()
    assert SECRET not in str(adopted.rows("SELECT sealed_secret FROM factors"))
    assert [line.event for line in adopted.server.audit_log()].count("factor taken over") == 1
    assert [notification.event for notification in adopted.server.notifications(session)] == ["factor taken over"]


def test_a_policy_without_codes_takes_none_over(deployment: Deployment) -> None:
    """Otherwise the account would have a factor that opens nothing."""
    deployment.open(replace(EXPLAINING, authenticators=0))
    with pytest.raises(InvalidInput, match="accepts no codes"):
        deployment.server.adopt(NAME, OLD)
    assert deployment.begin().permits is Permit.FIRST_FACTOR
    assert reason(deployment.server.start_enrolment, deployment.begin()) is Reason.NOT_PERMITTED


@pytest.mark.parametrize("window", [0, 1, 2])
def test_no_code_that_was_good_is_good(window: int, deployment: Deployment) -> None:
    """Whatever the old system may have seen by now, window and all, is void; the first code after it is taken."""
    server = deployment.open(replace(EXPLAINING, window_steps=window, free_failures=1000, pending_wrong_codes=1000))
    server.adopt(NAME, OLD)
    now = deployment.clock.now()
    pending = deployment.begin()
    for step in range(-window, window + 1):
        assert reason(server.finish_login, pending, code_at(SECRET, now + 30 * step)) is Reason.REUSED
    deployment.clock.advance(30)
    assert server.finish_login(pending, code_at(SECRET, now + 30 * (window + 1)))


def test_it_keeps_its_own_kind(deployment: Deployment) -> None:
    """Digits, period and algorithm are the old system's, not the policy's."""
    deployment.server.adopt(NAME, replace(OLD, digits=8, period_seconds=60, algorithm="SHA256"))
    deployment.clock.advance(120)
    code = code_at(SECRET, deployment.clock.now(), digits=8, period=60, algorithm="SHA256")
    assert deployment.server.finish_login(deployment.begin(), code)


def test_what_was_open_is_closed(deployment: Deployment) -> None:
    """A pending login that might have enrolled a first factor, and an enrolment begun: neither is good any more."""
    pending = deployment.begin()
    enrolment = deployment.server.start_enrolment(pending)
    deployment.phone.add(enrolment.uri)
    deployment.server.adopt(NAME, OLD)
    assert reason(deployment.server.start_enrolment, pending) is Reason.CONSUMED_PENDING
    assert reason(deployment.server.confirm_enrolment, enrolment, deployment.phone.code()) is Reason.CONSUMED_PENDING


@pytest.mark.parametrize("state", ["active", "disabled"])
def test_an_account_that_has_one_keeps_it(state: str, enrolled: Deployment) -> None:
    """Anyone who can call this must not put a factor of their own beside or above one that holds: rebind first."""
    enrolled.tamper(f"UPDATE factors SET state = '{state}'")  # noqa: S608
    before = enrolled.dump()
    with pytest.raises(InvalidInput, match="reset its factors first"):
        enrolled.server.adopt(NAME, OLD)
    assert enrolled.dump() == before
    enrolled.server.reset_factors(NAME)
    enrolled.server.adopt(NAME, OLD)
    enrolled.clock.advance(60)
    assert enrolled.server.finish_login(enrolled.begin(), code_at(SECRET, enrolled.clock.now()))


def test_whom_it_cannot_serve(deployment: Deployment) -> None:
    """Nobody of this name, or no account of an import: a sentence, and nothing changes."""
    before = deployment.dump()
    with pytest.raises(InvalidInput, match="no account has this name"):
        deployment.server.adopt("nobody", OLD)
    with pytest.raises(InvalidInput, match="pass the OtpAccount"):
        deployment.server.adopt(NAME, SECRET)
    assert deployment.dump() == before


def test_a_lost_phone_of_the_old_days(adopted: Deployment) -> None:
    """It brings no recovery codes; the owner gets them from a fresh session, an administrator gives a reset code."""
    assert adopted.rows("SELECT count(*) FROM recovery_codes") == [(0,)]
    (code,) = adopted.server.issue_reset_code(NAME)
    enrolment = adopted.server.start_enrolment(adopted.server.recover(adopted.begin(), code).pending)
    phone = Phone(adopted.clock)
    phone.add(enrolment.uri)
    adopted.server.confirm_enrolment(enrolment, phone.code())
    adopted.clock.advance(60)
    assert reason(adopted.server.finish_login, adopted.begin(), adopted.phone.code()) is Reason.NO_MATCH
    session = adopted.server.finish_login(adopted.server.begin_login(NAME, PASSWORD), phone.code())
    assert len(adopted.server.issue_recovery_codes(session)) == 10
