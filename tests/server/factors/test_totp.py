"""An authenticator's life: active, disabled after too many wrong codes, replaced; never active again."""

from dataclasses import replace

import pytest

from mfa_lab.errors import PUBLIC_MESSAGE, AccessDenied, Reason
from mfa_lab.server.factors import totp
from tests.server.kit import EXPLAINING, NAME, NEVER_WAITS, Deployment, reason, refused

THREE = replace(NEVER_WAITS, disable_after_failures=3)


def fail(deployment: Deployment, times: int) -> None:
    for _ in range(times):
        assert reason(deployment.server.finish_login, deployment.begin(), deployment.wrong_code()) is Reason.NO_MATCH


def disabled(deployment: Deployment) -> Deployment:
    deployment.open(THREE)
    fail(deployment, 3)
    return deployment


def test_a_step_is_taken_once_and_only_upwards(enrolled: Deployment) -> None:
    """RFC6238-5.2, NIST-3.1.4.2: compare-and-set; a step at or below the last one taken is refused."""
    ((factor, last),) = enrolled.rows("SELECT id, last_step FROM factors")
    with enrolled.server._services.store.transaction() as connection:
        taken = [totp.consume_step(connection, str(factor), int(str(last)) + ahead) for ahead in (0, 1, 1, 0, 3, 2)]
    assert taken == [False, True, False, False, True, False]


def test_a_code_of_the_step_before_is_refused_once_a_later_one_was_taken(enrolled: Deployment) -> None:
    """A code seen over a shoulder is dead when the owner has typed the next one, though the window still holds it."""
    old = enrolled.phone.code()
    enrolled.clock.advance(30)
    enrolled.server.finish_login(enrolled.begin(), enrolled.phone.code())
    assert reason(enrolled.server.finish_login, enrolled.begin(), old) is Reason.REUSED


def test_it_is_disabled_after_the_policys_number_of_failures(enrolled: Deployment) -> None:
    """Not one earlier. Then the correct code is refused too, in the same public words, and nothing is counted."""
    enrolled.open(THREE)
    fail(enrolled, 2)
    enrolled.log_in()
    fail(enrolled, 3)
    enrolled.clock.advance(30)
    with pytest.raises(AccessDenied) as caught:
        enrolled.server.finish_login(enrolled.begin(), enrolled.phone.code())
    assert str(caught.value) == PUBLIC_MESSAGE
    assert caught.value.trace is not None
    assert caught.value.trace.reason is Reason.DISABLED
    assert enrolled.count() == 3


def test_only_failures_behind_a_right_password_count(enrolled: Deployment) -> None:
    """A stranger without the password disables nothing: neither wrong passwords nor forged pending logins count."""
    enrolled.open(THREE)
    for _ in range(10):
        refused(enrolled.begin, NAME, "demo: a stranger's guess")
    assert enrolled.count() == 0
    enrolled.log_in()


def test_the_standard_policy_disables_at_one_hundred(enrolled: Deployment) -> None:
    """NIST-3.2.2: at most 100 consecutive failures; the hundredth ends it."""
    enrolled.open(replace(NEVER_WAITS, explain_refusals=True))
    fail(enrolled, 99)
    enrolled.clock.advance(30)
    assert enrolled.rows("SELECT state FROM factors") == [("active",)]
    fail(enrolled, 1)
    assert enrolled.rows("SELECT state FROM factors") == [("disabled",)]


def test_its_owner_gets_a_notification(enrolled: Deployment) -> None:
    """ASVS-6.3.5: who had a session open sees that the authenticator was disabled, and the log says so."""
    session = enrolled.log_in()
    disabled(enrolled)
    assert "factor disabled" in [notification.event for notification in enrolled.server.notifications(session)]
    assert "factor disabled" in [line.event for line in enrolled.server.audit_log()]


@pytest.mark.parametrize("way", ["time", "restart", "password", "milder policy"])
def test_a_disabled_one_never_returns(way: str, enrolled: Deployment) -> None:
    """Neither a year, nor a restart, nor a correct password, nor a milder policy brings it back."""
    disabled(enrolled)
    if way == "time":
        enrolled.clock.advance(366 * 24 * 3600)
    enrolled.open(EXPLAINING if way == "milder policy" else THREE)
    enrolled.begin()
    enrolled.clock.advance(30)
    assert reason(enrolled.server.finish_login, enrolled.begin(), enrolled.phone.code()) is Reason.DISABLED
    assert reason(enrolled.server.start_enrolment, enrolled.begin()) is Reason.NOT_PERMITTED


@pytest.mark.parametrize("way", ["recovery", "rebind", "session"])
def test_a_new_one_takes_its_place(way: str, enrolled: Deployment) -> None:
    """A recovery code, an administrator or a session still fresh binds a new one; the old one's codes stay dead."""
    session = enrolled.log_in()
    disabled(enrolled)
    if way == "recovery":
        permit = enrolled.server.recover(enrolled.begin(), enrolled.codes[0]).pending
    elif way == "rebind":
        enrolled.server.reset_factors(NAME)
        permit = enrolled.begin()
    else:
        permit = session
    old_code = enrolled.phone.code()
    enrolment = enrolled.server.start_enrolment(permit)
    enrolled.phone.add(enrolment.uri)
    enrolled.server.confirm_enrolment(enrolment, enrolled.phone.code())
    assert enrolled.count() == 0
    assert enrolled.rows("SELECT state FROM factors ORDER BY state") == [("active",), ("replaced",)]
    assert reason(enrolled.server.finish_login, enrolled.begin(), old_code) is Reason.NO_MATCH
    enrolled.log_in()
