"""The log for the operator, the notices for the owner; neither holds what a person typed."""

import sqlite3

import pytest

from mfa_lab.errors import InvalidInput, NameTaken, Reason
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import PendingLogin, Permit
from tests.server.account.test_adopt import OLD
from tests.server.kit import NAME, PASSWORD, WRONG, Deployment, reason, refused


def test_the_log_tells_a_whole_story_in_order(enrolled: Deployment) -> None:
    """ASVS-16.3.1: every step is logged, with its time, its account and the reason of a refusal."""
    enrolled.clock.advance(30)
    refused(enrolled.begin, NAME, WRONG)
    refused(enrolled.server.finish_login, enrolled.begin(), enrolled.wrong_code())
    session = enrolled.server.finish_login(enrolled.begin(), enrolled.phone.code())
    enrolled.server.issue_recovery_codes(session)
    enrolled.server.log_out(session)
    enrolled.server.reset_factors(NAME)
    lines = enrolled.server.audit_log()
    assert [(line.event, line.reason) for line in lines] == [
        ("registered", None),
        ("password accepted", None),
        ("enrolment started", None),
        ("factor bound", None),
        ("password refused", "wrong password"),
        ("password accepted", None),
        ("code refused", "no match"),
        ("password accepted", None),
        ("logged in", None),
        ("recovery codes issued", None),
        ("logged out", None),
        ("rebound by an administrator", None),
    ]
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert enrolled.server.newest_audit_lines(3) == (lines[:-4:-1], len(lines))
    assert {line.account_id for line in lines} == {str(enrolled.count("id"))}


def test_the_log_tells_of_recovery_and_of_new_passwords(enrolled: Deployment) -> None:
    """Whatever changes how somebody can log in has a line of its own, and so has an attempt that failed."""
    before = len(enrolled.server.audit_log())
    enrolled.server.issue_reset_code(NAME)
    refused(enrolled.server.recover, enrolled.begin(), "AAAA-AAAA-AAAA-AAAA")
    recovery = enrolled.server.recover(enrolled.begin(), enrolled.codes[0])
    enrolment = enrolled.server.start_enrolment(recovery.pending)
    enrolled.phone.add(enrolment.uri)
    refused(enrolled.server.confirm_enrolment, enrolment, "000000")
    enrolled.server.confirm_enrolment(enrolment, enrolled.phone.code())
    session = enrolled.log_in()
    refused(enrolled.server.change_password, session, WRONG, "demo: a new password")
    enrolled.server.change_password(session, PASSWORD, "demo: a new password")
    told = [(line.event, line.reason) for line in enrolled.server.audit_log()[before:]]
    assert [line for line in told if line != ("password accepted", None)] == [
        ("reset code issued", None),
        ("recovery refused", "wrong recovery code"),
        ("recovered", None),
        ("enrolment started", None),
        ("enrolment refused", "no match"),
        ("factor bound", None),
        ("logged in", None),
        ("password change refused", "wrong password"),
        ("password changed", None),
    ]


def test_the_log_never_holds_what_was_typed(enrolled: Deployment) -> None:
    """ASVS-16.2.5: people type passwords as names; no failed name, password or code stands in the log or the file."""
    typed = (PASSWORD, "demo typed as a name", enrolled.wrong_code(), "AAAA-AAAA-AAAA-AAAA")
    refused(enrolled.begin, typed[0], WRONG)
    refused(enrolled.begin, typed[1], WRONG)
    refused(enrolled.server.finish_login, enrolled.begin(), typed[2])
    refused(enrolled.server.recover, enrolled.begin(), typed[3])
    log = repr(enrolled.server.audit_log()) + repr(enrolled.rows("SELECT * FROM audit"))
    assert not [text for text in (*typed, WRONG) if text in log]
    assert not [text for text in (typed[0], typed[1], typed[3], WRONG) if text in enrolled.dump()]


def test_the_owner_learns_of_guesses_behind_the_right_password(enrolled: Deployment) -> None:
    """ASVS-6.3.5: who fails at the code knows the password, and the owner is told at the next login."""
    for _ in range(3):
        refused(enrolled.server.finish_login, enrolled.begin(), enrolled.wrong_code())
    at = enrolled.clock.now()
    notifications = enrolled.server.notifications(enrolled.log_in())
    assert [
        (notification.event, notification.at)
        for notification in notifications
        if notification.event == "code refused"
    ] == [("code refused", at)]


def test_notifications_belong_to_their_owner(enrolled: Deployment) -> None:
    """Nobody sees another account's notices."""
    enrolled.enrol("bob@example.org")
    for _ in range(3):
        refused(enrolled.server.finish_login, enrolled.begin(), enrolled.wrong_code())
    assert [
        notification.event for notification in enrolled.server.notifications(enrolled.log_in("bob@example.org"))
    ] == ["factor bound"]


def test_a_token_that_nobody_was_given_leaves_no_line(enrolled: Deployment) -> None:
    """It costs its sender no hash and no wait: logged, it would let anybody fill the disk."""
    lines = len(enrolled.server.audit_log())
    made_up = PendingLogin(Redacted("made up"), Permit.CODE, 2**40)
    for _ in range(3):
        assert reason(enrolled.server.finish_login, made_up, "123456") is Reason.UNKNOWN_PENDING
        assert reason(enrolled.server.recover, made_up, "AAAA-AAAA-AAAA-AAAA") is Reason.UNKNOWN_PENDING
        assert reason(enrolled.server.start_enrolment, made_up) is Reason.UNKNOWN_PENDING
    assert len(enrolled.server.audit_log()) == lines


def test_no_line_can_be_put_before_the_first(enrolled: Deployment) -> None:
    """An id below 1 would forge the oldest line, and stand in the way of all that follow."""
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        enrolled.tamper("INSERT INTO audit (id, at, event) VALUES (-5, 0, 'forged')")
    assert enrolled.begin()


def test_each_line_names_its_actor(enrolled: Deployment) -> None:
    """The operator's calls say which administrator made them, and a rejected attempt says of nobody that they did."""
    server, admin = enrolled.server, "0123456789abcdef" * 2
    lines = [(line.event, line.actor, line.actor_id) for line in server.audit_log()]
    assert lines[:2] == [("registered", "program", None), ("password accepted", "owner", None)]
    refused(enrolled.begin, NAME, WRONG)
    refused(enrolled.begin, "nobody", WRONG)
    server.register("bob@example.org", PASSWORD, public=True)
    server.register("carol@example.org", PASSWORD, by=admin)
    with pytest.raises(NameTaken):
        server.register("carol@example.org", PASSWORD, by=admin)
    server.adopt("bob@example.org", OLD, by=admin)
    server.issue_reset_code(NAME, by=admin)
    server.reset_factors(NAME)
    server.trust_clock(by=admin)
    told = server.audit_log()[len(lines) :]
    assert [(line.event, line.actor, line.actor_id) for line in told] == [
        ("password refused", "", None),
        ("password refused", "", None),
        ("registered", "owner", None),
        ("registered", "administrator", admin),
        ("registration refused", "administrator", admin),
        ("factor taken over", "administrator", admin),
        ("reset code issued", "administrator", admin),
        ("rebound by an administrator", "program", None),
        ("clock trusted by operator", "administrator", admin),
    ]
    assert [line.id for line in told] == list(range(len(lines) + 1, len(lines) + 10))


def test_the_log_is_read_in_parts(enrolled: Deployment) -> None:
    """Each part begins after the last line of the one before, and a line that comes later is in the next part."""
    everything, found = enrolled.server.audit_log(), list(enrolled.server.audit_lines(limit=3))
    assert len(found) == 3
    found += enrolled.server.audit_lines(after=found[-1].id)
    assert tuple(found) == everything
    assert enrolled.server.audit_lines(after=found[-1].id) == ()
    enrolled.begin()
    assert [line.event for line in enrolled.server.audit_lines(after=found[-1].id)] == ["password accepted"]


@pytest.mark.parametrize(("after", "limit"), [(0, 0), (0, 1001), (-1, 1), (2**63, 1)])
def test_a_part_that_nobody_may_ask_for(after: int, limit: int, enrolled: Deployment) -> None:
    """Told as such, before the database is asked."""
    with pytest.raises(InvalidInput, match="limit must be from 1 to 1000"):
        enrolled.server.audit_lines(after=after, limit=limit)
