"""Steps 1 and 4: the password, then the code; each attempt charged, each code good once."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mfa_lab import ManualClock, MfaServer, Phone, SkewedClock
from mfa_lab.errors import AccessDenied, Reason
from mfa_lab.server.records import Permit, Session
from tests.server.kit import (
    EXPLAINING,
    NAME,
    NEVER_WAITS,
    PASSWORD,
    START,
    WRONG,
    Deployment,
    reason,
    refused,
    together,
)


def test_the_code_of_the_enrolment_logs_nobody_in(deployment: Deployment) -> None:
    """NIST-3.1.4.2: confirming consumed the step; the same code is refused, the next one is taken."""
    enrolment = deployment.server.start_enrolment(deployment.begin())
    deployment.phone.add(enrolment.uri)
    code = deployment.phone.code()
    deployment.server.confirm_enrolment(enrolment, code)
    assert reason(deployment.server.finish_login, deployment.begin(), code) is Reason.REUSED
    deployment.log_in()


@pytest.mark.parametrize(
    ("drift_seconds", "expected"),
    [(-70, Reason.NEAR_MISS), (-30, None), (0, None), (30, None), (60, Reason.NEAR_MISS), (3600, Reason.NO_MATCH)],
)
def test_the_window_is_one_step_either_side(
    drift_seconds: int, expected: Reason | None, enrolled: Deployment
) -> None:
    """RFC6238-5.2: a phone half a minute off gets in, one a minute off does not."""
    enrolled.clock.advance(300)
    enrolled.phone.clock = SkewedClock(enrolled.clock, drift_seconds)
    if expected is None:
        enrolled.server.finish_login(enrolled.begin(), enrolled.phone.code())
    else:
        assert reason(enrolled.server.finish_login, enrolled.begin(), enrolled.phone.code()) is expected


def test_a_fast_phones_code_closes_the_steps_before_it(enrolled: Deployment) -> None:
    """The step of the code is consumed, not the server's own: after a code from the future older ones are dead."""
    now = enrolled.phone.code()
    enrolled.server.finish_login(enrolled.begin(), enrolled.phone.next_code())
    assert reason(enrolled.server.finish_login, enrolled.begin(), now) is Reason.REUSED


@pytest.mark.parametrize("spelling", ["{0} {1}", "{0}-{1}", " {0}{1} ", "{0} - {1}"])
def test_another_spelling_is_the_same_code(spelling: str, enrolled: Deployment) -> None:
    """What was used in one spelling is reused in every other: the step is remembered, not the text."""
    code = enrolled.phone.code()
    enrolled.server.finish_login(enrolled.begin(), code)
    assert (
        reason(enrolled.server.finish_login, enrolled.begin(), spelling.format(code[:3], code[3:])) is Reason.REUSED
    )


def test_full_width_digits_are_no_code(enrolled: Deployment) -> None:
    """Unicode has other digits: they are malformed here, so no second spelling of a code exists."""
    wide = "".join(chr(ord(digit) - ord("0") + 0xFF10) for digit in enrolled.phone.code())
    assert reason(enrolled.server.finish_login, enrolled.begin(), wide) is Reason.MALFORMED


def test_a_clock_set_back_opens_no_used_code(enrolled: Deployment) -> None:
    """A faulty clock refuses the owner until time catches up; it never accepts a step again."""
    code = enrolled.phone.code()
    enrolled.server.finish_login(enrolled.begin(), code)
    enrolled.clock.advance(-30)
    assert reason(enrolled.server.finish_login, enrolled.begin(), code) is Reason.REUSED
    refused(enrolled.server.finish_login, enrolled.begin(), enrolled.phone.code())
    enrolled.clock.advance(-30)
    refused(enrolled.server.finish_login, enrolled.begin(), enrolled.phone.code())
    enrolled.clock.advance(120)
    enrolled.server.finish_login(enrolled.begin(), enrolled.phone.code())


def test_every_wrong_code_is_counted(enrolled: Deployment) -> None:
    """RFC4226-7.3: wrong, reused, or of another number of digits, each counts on the account across all its pending
    logins.
    """
    enrolled.open(NEVER_WAITS)
    code = enrolled.phone.code()
    enrolled.server.finish_login(enrolled.begin(), code)
    for failures, typed in enumerate((enrolled.wrong_code(), "1234567", "12345678", code), 1):
        assert refused(enrolled.server.finish_login, enrolled.begin(), typed).failures == failures
    assert enrolled.count() == 4


def test_the_pending_login_says_what_comes_next(deployment: Deployment) -> None:
    """Without an authenticator it permits the first enrolment and nothing else, with one a code and nothing else
    (ASVS-6.3.3).
    """
    pending = deployment.begin()
    assert pending.permits is Permit.FIRST_FACTOR
    assert reason(deployment.server.finish_login, pending, "123456") is Reason.NOT_ENROLLED
    assert reason(deployment.server.recover, pending, "AAAA-AAAA-AAAA-AAAA") is Reason.NOT_ENROLLED
    enrolment = deployment.server.start_enrolment(pending)
    deployment.phone.add(enrolment.uri)
    deployment.server.confirm_enrolment(enrolment, deployment.phone.code())
    pending = deployment.begin()
    assert pending.permits is Permit.CODE
    assert reason(deployment.server.start_enrolment, pending) is Reason.NOT_PERMITTED


@pytest.mark.parametrize("name", [NAME, NAME.upper(), f" {NAME}\t", "\uff41lice@example.org"])
def test_names_are_compared_in_their_normal_form(name: str, deployment: Deployment) -> None:
    """Capitals, spaces around and compatibility forms are the same name."""
    deployment.begin(name)


def test_a_crash_between_count_and_answer_leaves_the_count(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No guess is free. The attempt is committed before the password is verified."""

    class Crash(BaseException):
        pass

    def crash(*_: object) -> bool:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(type(deployment.server._services.hasher), "verify", crash)
        for _ in range(2):
            with pytest.raises(Crash):
                deployment.begin()
    assert deployment.rows("SELECT failures FROM throttles") == [(2,)]
    assert refused(deployment.begin, NAME, WRONG).failures == 3


def test_no_lock_is_held_while_a_password_is_hashed(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow hash runs outside any transaction, so one login does not hold up all others."""
    hasher = type(deployment.server._services.hasher)
    verify = hasher.verify

    def writing(*arguments: object) -> bool:
        deployment.tamper("INSERT INTO audit (at, event) VALUES (0, 'meanwhile')")
        return verify(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(hasher, "verify", writing)
    deployment.begin()
    assert deployment.rows("SELECT count(*) FROM audit WHERE event = 'meanwhile'") == [(1,)]


def test_guesses_made_at_once_are_counted_one_by_one(deployment: Deployment) -> None:
    """Eight wrong passwords at the same moment: three are verified, five wait. Parallel guessing buys nothing."""
    answers = together(*[lambda: deployment.begin(NAME, WRONG)] * 8)
    reasons = [answer.trace.reason for answer in answers if isinstance(answer, AccessDenied) and answer.trace]
    assert sorted(reasons) == [Reason.THROTTLED] * 5 + [Reason.WRONG_PASSWORD] * 3


def test_codes_guessed_at_once_are_counted_one_by_one(enrolled: Deployment) -> None:
    """The same for codes, each on its own pending login."""
    pendings, wrong = [enrolled.begin() for _ in range(8)], enrolled.wrong_code()
    answers = together(
        *[lambda pending=pending: enrolled.server.finish_login(pending, wrong) for pending in pendings]
    )
    reasons = [answer.trace.reason for answer in answers if isinstance(answer, AccessDenied) and answer.trace]
    assert sorted(reasons) == [Reason.NO_MATCH] * 3 + [Reason.THROTTLED] * 5
    assert enrolled.count() == 3


def test_two_browsers_with_one_code(enrolled: Deployment) -> None:
    """Exactly one gets in; the other hears that the code was used."""
    pendings, code = [enrolled.begin() for _ in range(2)], enrolled.phone.code()
    answers = together(*[lambda pending=pending: enrolled.server.finish_login(pending, code) for pending in pendings])
    assert {type(answer) for answer in answers} == {Session, AccessDenied}


@pytest.mark.parametrize("now", [0, 59, 2**31 - 31, 2**31, 2**32, 16_725_225_600])
def test_any_year_will_do(now: int) -> None:
    """RFC6238-4.2: from 1970 over 2038 and 2106 to 2500 the whole way works."""
    clock = ManualClock(now)
    server, phone = MfaServer(clock=clock, policy=EXPLAINING), Phone(clock=clock)
    server.register(NAME, PASSWORD)
    enrolment = server.start_enrolment(server.begin_login(NAME, PASSWORD))
    phone.add(enrolment.uri)
    server.confirm_enrolment(enrolment, phone.code())
    clock.advance(30)
    assert server.finish_login(server.begin_login(NAME, PASSWORD), phone.code()).created_at == now + 30


@pytest.mark.parametrize(
    "kind",
    [
        {"digits": 8},
        {"algorithm": "SHA512", "period_seconds": 60},
        {"digits": 7, "algorithm": "SHA256"},
        {"window_steps": 0},
    ],
)
def test_every_kind_of_code_the_policy_knows(kind: dict[str, object], deployment: Deployment) -> None:
    """The parameters travel in the URI, and stay the factor's own when the policy changes later."""
    deployment.open(replace(EXPLAINING, **kind))  # type: ignore[arg-type]
    enrolment = deployment.server.start_enrolment(deployment.begin())
    deployment.phone.add(enrolment.uri)
    deployment.server.confirm_enrolment(enrolment, deployment.phone.code())
    deployment.clock.advance(60)
    deployment.server.finish_login(deployment.begin(), deployment.phone.code())
    deployment.open(EXPLAINING)
    deployment.clock.advance(60)
    deployment.server.finish_login(deployment.begin(), deployment.phone.code())


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(max_size=30), st.none(), st.integers(), st.binary(max_size=30)))
def test_nothing_typed_is_ever_a_code_by_accident(typed: object) -> None:
    """Any text, number or bytes: refused as malformed or no match, in the same words, and nothing else is raised."""
    clock = ManualClock(START)
    server, phone = MfaServer(clock=clock, policy=NEVER_WAITS), Phone(clock=clock)
    server.register(NAME, PASSWORD)
    enrolment = server.start_enrolment(server.begin_login(NAME, PASSWORD))
    phone.add(enrolment.uri)
    server.confirm_enrolment(enrolment, phone.code())
    assert reason(server.finish_login, server.begin_login(NAME, PASSWORD), typed) in (
        Reason.MALFORMED,
        Reason.NO_MATCH,
    )
    with pytest.raises(AccessDenied):
        server.begin_login(typed, PASSWORD)  # type: ignore[arg-type]
    with pytest.raises(AccessDenied):
        server.begin_login(NAME, typed)  # type: ignore[arg-type]
