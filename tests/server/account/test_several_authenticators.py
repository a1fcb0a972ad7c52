"""Several authenticators of one account: enrolled, used, revoked; and a guess that is still one attempt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mfa_lab import AccessDenied, Phone
from mfa_lab.clock import SkewedClock
from mfa_lab.errors import InvalidInput, Reason
from mfa_lab.otp import code_at
from tests.server.kit import EXPLAINING, NAME, NEVER_WAITS, PASSWORD, Deployment, reason, refused


def spare(deployment: Deployment, label: str = "spare", **how: Any) -> Phone:
    """One more phone, enrolled from a session that is fresh; the clock then stands in the next step."""
    phone = Phone(deployment.clock)
    enrolment = deployment.server.start_enrolment(deployment.log_in(), label=label, further=True, **how)
    phone.add(enrolment.uri)
    deployment.clock.advance(30)
    assert list(deployment.server.confirm_enrolment(enrolment, phone.code())) == []
    deployment.clock.advance(30)
    return phone


def labels(deployment: Deployment) -> list[str]:
    return [each.label for each in deployment.server.authenticators(deployment.log_in())]


def test_either_phone_logs_in(enrolled: Deployment) -> None:
    """Each has its own secret and its own last step; a code of one is used up for this one alone."""
    other = spare(enrolled)
    for phone in (other, enrolled.phone, other):
        enrolled.clock.advance(30)
        enrolled.server.finish_login(enrolled.begin(), phone.code())
        assert reason(enrolled.server.finish_login, enrolled.begin(), phone.code()) is Reason.REUSED
    assert enrolled.server.finish_login(enrolled.begin(), enrolled.phone.code()).name == NAME
    assert labels(enrolled) == ["", "spare"]


def test_a_further_one_ends_neither_the_first_nor_this_session(enrolled: Deployment) -> None:
    """The first factor and the recovery codes stay, the session that enrolled it goes on, all others end."""
    other, session = enrolled.log_in(), enrolled.log_in()
    phone = Phone(enrolled.clock)
    enrolment = enrolled.server.start_enrolment(session, further=True)
    phone.add(enrolment.uri)
    enrolled.server.confirm_enrolment(enrolment, phone.code())
    assert enrolled.server.check_session(session).name == NAME
    assert reason(enrolled.server.check_session, other) is Reason.UNKNOWN_SESSION
    assert enrolled.rows("SELECT count(*) FROM recovery_codes WHERE used_at IS NULL") == [(10,)]
    assert enrolled.rows("SELECT state FROM factors") == [("active",), ("active",)]


def test_without_further_it_takes_the_place_of_all(enrolled: Deployment) -> None:
    """A replacing factor ends every earlier one and erases their secrets."""
    spare(enrolled)
    enrolment = enrolled.server.start_enrolment(enrolled.log_in(), label="new")
    enrolled.phone.add(enrolment.uri)
    enrolled.clock.advance(30)
    enrolled.server.confirm_enrolment(enrolment, enrolled.phone.code())
    assert enrolled.rows("SELECT state, length(sealed_secret) = 0 FROM factors ORDER BY state") == [
        ("active", 0), ("replaced", 1), ("replaced", 1),
    ]  # fmt: skip
    assert labels(enrolled) == ["new"]


def test_there_is_room_for_so_many(enrolled: Deployment) -> None:
    """`Policy.authenticators`: asked when the enrolment starts, and again when it is confirmed."""
    session, phones = enrolled.log_in(), [Phone(enrolled.clock) for _ in range(2)]
    enrolments = [enrolled.server.start_enrolment(session, further=True) for _ in phones]
    for phone, enrolment in zip(phones, enrolments, strict=True):
        phone.add(enrolment.uri)
    enrolled.server.confirm_enrolment(enrolments[0], phones[0].code())
    assert reason(enrolled.server.confirm_enrolment, enrolments[1], phones[1].code()) is Reason.CONSUMED_PENDING
    enrolled.tamper("UPDATE enrolments SET ended = NULL")
    assert reason(enrolled.server.confirm_enrolment, enrolments[1], phones[1].code()) is Reason.NOT_PERMITTED
    assert refusal_to_start(enrolled) is Reason.NOT_PERMITTED
    enrolled.open(replace(EXPLAINING, authenticators=1))
    assert refusal_to_start(enrolled) is Reason.NOT_PERMITTED


def refusal_to_start(deployment: Deployment) -> Reason:
    session = deployment.log_in()
    with pytest.raises(AccessDenied) as caught:
        deployment.server.start_enrolment(session, further=True)
    assert caught.value.trace
    return caught.value.trace.reason


@pytest.mark.parametrize("label", ["x" * 65, "two\nlines", "a\0b", None, 7])
def test_a_label_that_cannot_be(label: Any, enrolled: Deployment) -> None:
    """Refused before anything is made."""
    session = enrolled.log_in()
    with pytest.raises(InvalidInput, match="64 characters"):
        enrolled.server.start_enrolment(session, label=label)
    assert enrolled.rows("SELECT count(*) FROM enrolments WHERE ended IS NULL") == [(0,)]


def test_a_label_is_kept_as_it_is_read(enrolled: Deployment) -> None:
    """64 characters at most, composed, without the space around them."""
    enrolled.server.start_enrolment(enrolled.log_in(), label=" " + "e\u0301" * 64 + " ", further=True)
    assert enrolled.rows("SELECT label FROM enrolments WHERE ended IS NULL") == [("\u00e9" * 64,)]


def test_a_guess_is_one_attempt_however_many_there_are(enrolled: Deployment) -> None:
    """A wrong code is charged once, and the hundredth in a row disables all of them (NIST-3.2.2)."""
    enrolled.open(replace(NEVER_WAITS, disable_after_failures=3))
    other = spare(enrolled)
    for count in (1, 2, 3):
        assert refused(enrolled.server.finish_login, enrolled.begin(), enrolled.wrong_code()).failures == count
    for phone in (enrolled.phone, other):
        assert reason(enrolled.server.finish_login, enrolled.begin(), phone.code()) is Reason.DISABLED
    assert enrolled.rows("SELECT state FROM factors") == [("disabled",), ("disabled",)]


def test_a_recovery_takes_the_place_of_all(enrolled: Deployment) -> None:
    """After a recovery code the new factor is the only one: the lost phone may be any of them."""
    spare(enrolled)
    pending = enrolled.server.recover(enrolled.begin(), enrolled.codes[0]).pending
    enrolment = enrolled.server.start_enrolment(pending)
    enrolled.phone.add(enrolment.uri)
    enrolled.server.confirm_enrolment(enrolment, enrolled.phone.code())
    assert [state for (state,) in enrolled.rows("SELECT state FROM factors")].count("active") == 1


def test_the_trace_speaks_of_the_nearest(enrolled: Deployment) -> None:
    """Of two authenticators, of the one that the code comes nearest to: a near miss, not "no match"."""
    spare(enrolled)
    enrolled.clock.advance(300)
    late = code_at(enrolled.secret, enrolled.clock.now() - 90)
    assert reason(enrolled.server.finish_login, enrolled.begin(), late) is Reason.NEAR_MISS
    assert reason(enrolled.server.finish_login, enrolled.begin(), "12") is Reason.MALFORMED


def test_each_clock_is_learnt_for_itself(enrolled: Deployment) -> None:
    """What is known of one phone's clock moves the window of no other."""
    enrolled.open(replace(EXPLAINING, drift_cap_steps=2))
    other = spare(enrolled)
    other.clock = SkewedClock(enrolled.clock, 30)
    enrolled.clock.advance(30)
    enrolled.server.finish_login(enrolled.begin(), other.code())
    assert enrolled.rows("SELECT label, drift_steps FROM factors ORDER BY label") == [("", 0), ("spare", 1)]


def test_either_can_be_resynchronised(enrolled: Deployment) -> None:
    """The two codes find the phone they came from."""
    other = spare(enrolled)
    other.clock = SkewedClock(enrolled.clock, 600)
    pending = enrolled.server.recover(enrolled.begin(), enrolled.codes[0]).pending
    found = enrolled.server.resynchronise(pending, other.code(), other.next_code())
    assert found.offset == 21
    assert enrolled.rows("SELECT label, resync_steps FROM factors ORDER BY label") == [("", 0), ("spare", 21)]


def test_a_lost_phone_is_revoked(enrolled: Deployment) -> None:
    """ASVS-6.5.6: its codes are worth nothing, its secret is erased, other sessions end, the owner is told."""
    lost = spare(enrolled)
    other, session = enrolled.log_in(), enrolled.log_in()
    (_, theirs) = enrolled.server.authenticators(session)
    enrolled.server.revoke(session, theirs.id)
    assert labels(enrolled) == [""]
    enrolled.clock.advance(30)
    assert reason(enrolled.server.finish_login, enrolled.begin(), lost.code()) is Reason.NO_MATCH
    assert enrolled.rows("SELECT length(sealed_secret) FROM factors WHERE state = 'replaced'") == [(0,)]
    assert reason(enrolled.server.check_session, other) is Reason.UNKNOWN_SESSION
    assert "factor revoked" in [
        notification.event for notification in enrolled.server.notifications(enrolled.log_in())
    ]


def test_the_last_one_stays(enrolled: Deployment) -> None:
    """Without any the password alone would enrol the next: it can be replaced, and not be revoked."""
    session = enrolled.log_in()
    (only,) = enrolled.server.authenticators(session)
    assert reason(enrolled.server.revoke, session, only.id) is Reason.NOT_PERMITTED
    assert labels(enrolled) == [""]


@pytest.mark.parametrize("whose", ["another account's", "made up", "nonsense", "already revoked"])
def test_only_ones_own(whose: str, enrolled: Deployment) -> None:
    """An id of somebody else's authenticator revokes nothing (no access by guessing an id)."""
    spare(enrolled)
    enrolled.enrol("bob@example.org")
    enrolled.clock.advance(30)
    bob = enrolled.server.finish_login(
        enrolled.begin("bob@example.org"), enrolled.phone.code("mfa-lab: bob@example.org")
    )
    session = enrolled.server.finish_login(enrolled.begin(), enrolled.phone.code(f"mfa-lab: {NAME}"))
    ids = {"another account's": enrolled.server.authenticators(bob)[0].id, "made up": "0" * 32, "nonsense": "\0"}
    if whose == "already revoked":
        ids[whose] = enrolled.server.authenticators(session)[1].id
        third = enrolled.open(replace(EXPLAINING, authenticators=3)).start_enrolment(session, further=True)
        phone = Phone(enrolled.clock)
        phone.add(third.uri)
        enrolled.server.confirm_enrolment(third, phone.code())
        enrolled.server.revoke(session, ids[whose])
    assert reason(enrolled.server.revoke, session, ids[whose]) is Reason.NOT_PERMITTED


def test_only_from_a_fresh_session(enrolled: Deployment) -> None:
    """ASVS-7.5.1: looking needs a session, changing a fresh one."""
    spare(enrolled)
    session = enrolled.log_in()
    (first, _) = enrolled.server.authenticators(session)
    enrolled.clock.advance(enrolled.policy.fresh_session_seconds)
    assert len(enrolled.server.authenticators(session)) == 2
    assert reason(enrolled.server.revoke, session, first.id) is Reason.STALE_SESSION
    assert reason(enrolled.server.change_password, session, PASSWORD, "demo: another horse") is Reason.STALE_SESSION


def test_a_reset_code_from_the_administrator_bypasses_nothing(enrolled: Deployment) -> None:
    """ASVS-6.4.1, ASVS-6.4.4: taken behind the password alone, it permits a new authenticator and no more; the others
    hold. It leaves a line in the log, without the code, and a notice.
    """
    (code,) = enrolled.server.issue_reset_code(NAME.upper())
    assert enrolled.server.authenticators(enrolled.log_in())
    assert reason(enrolled.server.begin_login, NAME, code) is Reason.WRONG_PASSWORD
    assert reason(enrolled.server.finish_login, enrolled.begin(), code) is Reason.MALFORMED
    pending = enrolled.server.recover(enrolled.begin(), code).pending
    assert reason(enrolled.server.finish_login, pending, enrolled.phone.code()) is Reason.NOT_ENROLLED
    assert enrolled.server.start_enrolment(pending).uri
    assert enrolled.server.recover(enrolled.begin(), enrolled.codes[0])
    lines = [line for line in enrolled.server.audit_log() if line.event == "reset code issued"]
    assert len(lines) == 1
    assert code not in enrolled.dump()


def test_a_reset_code_needs_an_account_with_a_factor(deployment: Deployment) -> None:
    """Nobody of this name, or none to reset yet: a sentence each, and nothing is changed."""
    for name, sentence in (("nobody", "no account"), (NAME, "no authenticator yet")):
        with pytest.raises(InvalidInput, match=sentence):
            deployment.server.issue_reset_code(name)
    assert deployment.rows("SELECT count(*) FROM recovery_codes") == [(0,)]
