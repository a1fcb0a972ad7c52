"""A changed password: the old one once more, and every other session ends."""

from __future__ import annotations

from threading import Barrier
from typing import Any

import pytest

from mfa_lab import Phone
from mfa_lab.errors import PasswordRefused, Reason
from mfa_lab.server.passwords.hashing import PasswordHasher
from tests.server.kit import NAME, PASSWORD, WRONG, Deployment, reason, together

NEW = "demo: a mule in the meadow"


def test_a_changed_password_ends_other_sessions(enrolled: Deployment) -> None:
    """ASVS-7.4.3: the session that changed it goes on; others, and logins begun with the old one, end; the owner is
    told.
    """
    other, session = enrolled.log_in(), enrolled.log_in()
    begun = enrolled.begin()
    enrolled.server.change_password(session, PASSWORD, NEW)
    assert enrolled.server.check_session(session).name == NAME
    assert reason(enrolled.server.check_session, other) is Reason.UNKNOWN_SESSION
    enrolled.clock.advance(30)
    assert reason(enrolled.server.finish_login, begun, enrolled.phone.code()) is Reason.CONSUMED_PENDING
    assert reason(enrolled.server.begin_login, NAME, PASSWORD) is Reason.WRONG_PASSWORD
    enrolled.server.finish_login(enrolled.begin(password=NEW), enrolled.phone.code())
    assert "password changed" in [notification.event for notification in enrolled.server.notifications(session)]


def test_an_enrolment_that_the_old_password_began_ends(enrolled: Deployment) -> None:
    """A thief with the password and a recovery code has begun to enrol; the owner reads the notice and changes the
    password: the thief's phone is not bound any more.
    """
    theirs = enrolled.server.start_enrolment(enrolled.server.recover(enrolled.begin(), enrolled.codes[0]).pending)
    thiefs_phone = Phone(enrolled.clock)
    thiefs_phone.add(theirs.uri)
    session = enrolled.log_in()
    enrolled.server.change_password(session, PASSWORD, NEW)
    assert reason(enrolled.server.confirm_enrolment, theirs, thiefs_phone.code()) is Reason.CONSUMED_PENDING
    assert enrolled.server.check_session(session).name == NAME


def test_a_wrong_old_password_is_counted_like_a_login(enrolled: Deployment) -> None:
    """ASVS-6.2.3: who finds an open session learns nothing by guessing: the same count, the same waits, no change."""
    session = enrolled.log_in()
    for _ in range(3):
        assert reason(enrolled.server.change_password, session, WRONG, NEW) is Reason.WRONG_PASSWORD
    assert reason(enrolled.server.change_password, session, PASSWORD, NEW) is Reason.THROTTLED
    assert reason(enrolled.server.begin_login, NAME, PASSWORD) is Reason.THROTTLED
    enrolled.clock.advance(30)
    enrolled.server.change_password(session, PASSWORD, NEW)
    assert enrolled.begin(password=NEW)


@pytest.mark.parametrize("new", ["short", "password", NAME, "\ud800 and more"])
def test_a_new_password_is_held_to_the_rules(new: str, enrolled: Deployment) -> None:
    """NIST-3.1.1.2, with the reason told; the old one stays, and nothing is counted."""
    session = enrolled.log_in()
    for _ in range(4):
        with pytest.raises(PasswordRefused):
            enrolled.server.change_password(session, PASSWORD, new)
    assert enrolled.begin()


def test_of_two_changes_at_once_one_counts(enrolled: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both gave the old password; one is set, and the other hears that its old one is wrong by now."""
    session, both_verified, verify = enrolled.log_in(), Barrier(2), PasswordHasher.verify

    def slow_verify(hasher: PasswordHasher, *what: Any) -> bool:
        right = verify(hasher, *what)
        both_verified.wait(timeout=10)
        return right

    monkeypatch.setattr(PasswordHasher, "verify", slow_verify)
    answers = together(
        lambda: enrolled.server.change_password(session, PASSWORD, NEW),
        lambda: enrolled.server.change_password(session, PASSWORD, NEW + " too"),
    )
    assert [type(answer).__name__ for answer in answers].count("NoneType") == 1


def test_a_login_with_the_old_one_meanwhile_begins_nothing(
    enrolled: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its hash was read before the change and verified after: the second look finds another one."""
    session, verify = enrolled.log_in(), PasswordHasher.verify

    def changed_meanwhile(hasher: PasswordHasher, *what: Any) -> bool:
        right = verify(hasher, *what)
        monkeypatch.setattr(PasswordHasher, "verify", verify)
        enrolled.server.change_password(session, PASSWORD, NEW)
        return right

    monkeypatch.setattr(PasswordHasher, "verify", changed_meanwhile)
    assert reason(enrolled.server.begin_login, NAME, PASSWORD) is Reason.WRONG_PASSWORD


def test_no_password_is_in_the_database(enrolled: Deployment) -> None:
    """Neither the old nor the new one."""
    enrolled.server.change_password(enrolled.log_in(), PASSWORD, NEW)
    assert not [password for password in (PASSWORD, NEW) if password in enrolled.dump()]


def test_a_session_that_ends_meanwhile_changes_nothing(enrolled: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logged out, or revoked from elsewhere, while the old password is being verified: the password stays."""
    session = enrolled.log_in()
    verify = PasswordHasher.verify

    def slow(hasher: PasswordHasher, stored: str | None, typed: Any) -> bool:
        enrolled.server.log_out(session)
        return verify(hasher, stored, typed)

    with monkeypatch.context() as patch:
        patch.setattr(PasswordHasher, "verify", slow)
        assert reason(enrolled.server.change_password, session, PASSWORD, NEW) is Reason.UNKNOWN_SESSION
    assert enrolled.begin()
