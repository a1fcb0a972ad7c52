"""A recovery code instead of a lost phone: it permits enrolling a new one, and nothing else."""

from dataclasses import replace
from threading import Barrier

import pytest

from mfa_lab import AccessDenied, Phone
from mfa_lab.errors import Reason, StepDone
from mfa_lab.redaction import Redacted
from mfa_lab.server.factors import recovery_codes
from mfa_lab.server.records import Permit, Recovery
from tests.server.kit import NAME, NEVER_WAITS, Deployment, reason, refused, together

BAD = "AAAA-AAAA-AAAA-AAAA"


def test_it_permits_enrolling_and_nothing_else(enrolled: Deployment) -> None:
    """NIST-4.2.1.1, ASVS-6.4.4: no session comes of it, no code and no second recovery is taken on it."""
    recovery = enrolled.server.recover(enrolled.begin(), enrolled.codes[0])
    assert recovery.pending.permits is Permit.NEW_FACTOR
    assert enrolled.rows("SELECT count(*) FROM sessions") == [(0,)]
    assert reason(enrolled.server.finish_login, recovery.pending, enrolled.phone.code()) is Reason.NOT_ENROLLED
    assert reason(enrolled.server.recover, recovery.pending, enrolled.codes[1]) is Reason.NOT_ENROLLED
    enrolled.server.start_enrolment(recovery.pending)


def test_the_new_factor_ends_the_old_world(enrolled: Deployment) -> None:
    """Once bound: the old phone is dead, every session is ended, every open step is closed, the owner is told."""
    session, other = enrolled.log_in(), enrolled.begin()
    old_code = enrolled.phone.next_code()
    recovery = enrolled.server.recover(enrolled.begin(), enrolled.codes[0])
    enrolment = enrolled.server.start_enrolment(recovery.pending)
    enrolled.phone.add(enrolment.uri)
    enrolled.server.confirm_enrolment(enrolment, enrolled.phone.code())
    enrolled.clock.advance(30)
    assert reason(enrolled.server.check_session, session) is Reason.UNKNOWN_SESSION
    assert reason(enrolled.server.finish_login, other, old_code) is Reason.CONSUMED_PENDING
    assert reason(enrolled.server.finish_login, enrolled.begin(), old_code) is Reason.NO_MATCH
    assert reason(enrolled.server.start_enrolment, recovery.pending) is Reason.CONSUMED_PENDING
    events = [notification.event for notification in enrolled.server.notifications(enrolled.log_in())]
    assert events == ["factor bound", "recovered", "factor bound"]


def test_until_then_the_old_world_stands(enrolled: Deployment) -> None:
    """An unfinished recovery locks nobody out: the phone still works, and the recovery's five minutes pass."""
    recovery = enrolled.server.recover(enrolled.begin(), enrolled.codes[0])
    enrolled.log_in()
    enrolled.clock.advance(300)
    assert reason(enrolled.server.start_enrolment, recovery.pending) is Reason.EXPIRED_PENDING


def test_a_used_code_is_void_and_replaced(enrolled: Deployment) -> None:
    """ASVS-6.5.1, NIST-4.2.1.1: the used one never works again, one new one does, the other nine stay."""
    recovery = enrolled.server.recover(enrolled.begin(), enrolled.codes[0])
    (new,) = recovery.replacement
    assert new not in enrolled.codes
    assert reason(enrolled.server.recover, enrolled.begin(), enrolled.codes[0]) is Reason.WRONG_RECOVERY_CODE
    enrolled.server.recover(enrolled.begin(), new)
    enrolled.server.recover(enrolled.begin(), enrolled.codes[9])
    assert enrolled.rows("SELECT count(*) FROM recovery_codes WHERE used_at IS NULL") == [(10,)]


def test_without_recovery_codes_none_is_issued_for_a_used_one(enrolled: Deployment) -> None:
    """recovery_codes = 0 forbids a code in a drawer: neither a reset code nor one of an earlier, laxer policy leaves
    another behind. The new authenticator is enrolled all the same.
    """
    earlier = enrolled.codes[0]
    enrolled.open(replace(enrolled.policy, recovery_codes=0))
    assert len(enrolled.server.recover(enrolled.begin(), earlier).replacement) == 0
    enrolled.server.issue_recovery_codes(enrolled.log_in())
    (code,) = enrolled.server.issue_reset_code(NAME)
    recovery = enrolled.server.recover(enrolled.begin(), code)
    assert len(recovery.replacement) == 0
    assert enrolled.rows("SELECT count(*) FROM recovery_codes WHERE used_at IS NULL") == [(0,)]
    assert reason(enrolled.server.recover, enrolled.begin(), code) is Reason.WRONG_RECOVERY_CODE
    enrolment = enrolled.server.start_enrolment(recovery.pending)
    enrolled.phone.add(enrolment.uri)
    assert len(enrolled.server.confirm_enrolment(enrolment, enrolled.phone.code())) == 0
    assert enrolled.server.check_session(enrolled.log_in()).name == NAME


def test_it_stands_behind_the_password(enrolled: Deployment) -> None:
    """A code alone, without a pending login, opens nothing (ASVS-6.4.3): and an account's codes are its own."""
    theirs = enrolled.codes
    enrolled.enrol("bob@example.org")
    assert reason(enrolled.server.recover, enrolled.begin("bob@example.org"), theirs[0]) is Reason.WRONG_RECOVERY_CODE
    enrolled.server.recover(enrolled.begin(), theirs[0])


def test_guesses_are_throttled(enrolled: Deployment) -> None:
    """NIST-4.2.1.1: two failures are free, then it waits: 30 s, 60 s; a correct code typed meanwhile is refused."""
    waits = []
    for _ in range(4):
        trace = refused(enrolled.server.recover, enrolled.begin(), BAD)
        waits.append(trace.failures)
        trace = refused(enrolled.server.recover, enrolled.begin(), enrolled.codes[0]) if len(waits) > 2 else trace
        enrolled.clock.advance(trace.wait_seconds or 0)
    assert waits == [1, 2, 3, 4]
    assert enrolled.clock.now() == 1_800_000_040 + 30 + 60


def test_its_throttle_is_not_the_codes(enrolled: Deployment) -> None:
    """Failing at one does not keep the owner from the other."""
    for _ in range(3):
        refused(enrolled.server.recover, enrolled.begin(), BAD)
    enrolled.log_in()
    for _ in range(3):
        refused(enrolled.server.finish_login, enrolled.begin(), enrolled.wrong_code())
    enrolled.clock.advance(30)
    enrolled.server.recover(enrolled.begin(), enrolled.codes[0])


def lined_up(monkeypatch: pytest.MonkeyPatch, parties: int) -> None:
    """Every caller has verified its code before any goes on to take it: the worst moment of the race."""
    line, find = Barrier(parties), recovery_codes.find

    def find_and_wait(*arguments: object) -> int | None:
        found = find(*arguments)  # type: ignore[arg-type]
        line.wait(timeout=20)
        return found

    monkeypatch.setattr(recovery_codes, "find", find_and_wait)


def test_one_code_twice_at_once_is_one_recovery(enrolled: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare-and-set: two threads, two pending logins, one code."""
    pendings = [enrolled.begin() for _ in range(2)]
    lined_up(monkeypatch, 2)
    answers = together(*[lambda p=p: enrolled.server.recover(p, enrolled.codes[0]) for p in pendings])
    assert {type(answer) for answer in answers} == {Recovery, AccessDenied}
    (trace,) = [answer.trace for answer in answers if isinstance(answer, AccessDenied)]
    assert trace is not None
    assert (trace.reason, trace.failures in (1, 2)) == (Reason.WRONG_RECOVERY_CODE, True)
    assert enrolled.rows("SELECT count(*) FROM recovery_codes WHERE used_at IS NULL") == [(10,)]


def test_a_refused_recovery_costs_no_code(enrolled: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two codes on one pending login at once: one recovers, and the other code is still good afterwards."""
    pending = enrolled.begin()
    lined_up(monkeypatch, 2)
    answers = together(*[lambda c=c: enrolled.server.recover(pending, c) for c in enrolled.codes[:2]])
    monkeypatch.undo()
    assert {type(answer) for answer in answers} == {Recovery, StepDone}
    loser = next(index for index, answer in enumerate(answers) if isinstance(answer, AccessDenied))
    enrolled.server.recover(enrolled.begin(), enrolled.codes[loser])


def test_guesses_at_once_are_counted_before_they_are_verified(enrolled: Deployment) -> None:
    """Eight parallel guesses on eight pending logins: three are verified, five wait."""
    pendings = [enrolled.begin() for _ in range(8)]
    answers = together(*[lambda p=p: enrolled.server.recover(p, BAD) for p in pendings])
    reasons = sorted(answer.trace.reason for answer in answers if isinstance(answer, AccessDenied) and answer.trace)
    assert reasons == [Reason.THROTTLED] * 5 + [Reason.WRONG_RECOVERY_CODE] * 3


def test_no_lock_is_held_while_a_code_is_hashed(enrolled: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow hash runs outside any transaction."""
    find = recovery_codes.find

    def writing(*arguments: object) -> int | None:
        enrolled.tamper("INSERT INTO audit (at, event) VALUES (0, 'meanwhile')")
        return find(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(recovery_codes, "find", writing)
    enrolled.server.recover(enrolled.begin(), enrolled.codes[0])


def test_resetting_meanwhile_wins(enrolled: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """An administrator who closes the account while a code is being verified is not overtaken by it."""
    pending, find = enrolled.begin(), recovery_codes.find

    def rebinding(*arguments: object) -> int | None:
        enrolled.server.reset_factors("alice@example.org")
        return find(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(recovery_codes, "find", rebinding)
    assert reason(enrolled.server.recover, pending, enrolled.codes[0]) is Reason.CONSUMED_PENDING
    assert enrolled.rows("SELECT count(*) FROM pendings WHERE ended IS NULL") == [(0,)]


def test_codes_can_be_issued_again(enrolled: Deployment) -> None:
    """From a fresh session: ten new ones, and every old one is void. The owner is told."""
    session = enrolled.log_in()
    codes = enrolled.server.issue_recovery_codes(session)
    assert len(codes) == 10
    assert not set(codes) & set(enrolled.codes)
    enrolled.open(NEVER_WAITS)
    for old in enrolled.codes:
        assert reason(enrolled.server.recover, enrolled.begin(), old) is Reason.WRONG_RECOVERY_CODE
    assert "recovery codes issued" in [notification.event for notification in enrolled.server.notifications(session)]
    enrolled.server.recover(enrolled.begin(), codes[0])


def test_a_recovery_that_an_old_code_began_ends(enrolled: Deployment) -> None:
    """A thief with the password and a code of the old set has come as far as an enrolment; the owner has new codes
    issued: neither the recovery nor the enrolment goes on. The owner's session does.
    """
    recovery = enrolled.server.recover(enrolled.begin(), enrolled.codes[0])
    another = enrolled.server.recover(enrolled.begin(), enrolled.codes[1])
    theirs = enrolled.server.start_enrolment(another.pending)
    thiefs_phone = Phone(enrolled.clock)
    thiefs_phone.add(theirs.uri)
    session = enrolled.log_in()
    enrolled.server.issue_recovery_codes(session)
    assert reason(enrolled.server.start_enrolment, recovery.pending) is Reason.CONSUMED_PENDING
    assert reason(enrolled.server.confirm_enrolment, theirs, thiefs_phone.code()) is Reason.CONSUMED_PENDING
    assert enrolled.server.check_session(session).name == NAME


def test_codes_are_never_shown_by_accident(enrolled: Deployment) -> None:
    """`repr` and `str` of a recovery show neither replacement nor token; the file holds no code."""
    recovery = enrolled.server.recover(enrolled.begin(), enrolled.codes[0])
    shown = repr(recovery) + str(recovery) + enrolled.dump()
    for code in (*recovery.replacement, *enrolled.codes):
        assert code not in shown
        assert code.replace("-", "") not in shown
    assert recovery.pending.token.reveal() not in shown


def test_a_voided_code_takes_none_of_the_new_ones(enrolled: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a stolen code is being hashed the owner issues a new set: it is refused, and the new set is whole."""
    session, pending, stolen, find = enrolled.log_in(), enrolled.begin(), enrolled.codes[0], recovery_codes.find
    new: list[str] = []

    def meanwhile(typed: Redacted, stored: list[tuple[int, str]]) -> int | None:
        found = find(typed, stored)
        new.extend(enrolled.server.issue_recovery_codes(session))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(recovery_codes, "find", meanwhile)
        assert reason(enrolled.server.recover, pending, stolen) is Reason.CONSUMED_PENDING
    assert enrolled.rows("SELECT count(*) FROM recovery_codes WHERE used_at IS NULL") == [(10,)]
    assert enrolled.server.recover(enrolled.begin(), new[0])


def test_guessed_recovery_codes_are_told_to_the_owner(enrolled: Deployment) -> None:
    """Somebody knows the password and tries recovery codes: the third failure leaves a notice (ASVS-6.3.5)."""
    pending = enrolled.begin()
    for _ in range(3):
        reason(enrolled.server.recover, pending, "AAAA-AAAA-AAAA-AAAA")
    notifications = enrolled.server.notifications(enrolled.log_in())
    assert [notification.event for notification in notifications].count("recovery refused") == 1
