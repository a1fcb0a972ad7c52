"""Rows leave by expiry alone, and what is over is not kept for ever."""

import pytest

from tests.server.kit import NAME, WRONG, Deployment, refused

DAY = 24 * 3600


@pytest.mark.parametrize("table", ["pendings", "enrolments", "sessions", "throttles", "password_resets"])
def test_what_is_over_is_swept(table: str, enrolled: Deployment) -> None:
    """Two days later a refused password takes the old rows along; for a day the instructor still sees them."""
    session = enrolled.log_in()
    enrolled.server.start_enrolment(session)
    enrolled.server.issue_password_reset(NAME)
    refused(enrolled.begin, "bob@example.org", WRONG)
    (before,) = enrolled.rows(f"SELECT count(*) FROM {table}")[0]  # noqa: S608
    assert before >= 1
    enrolled.clock.advance(2 * DAY)
    refused(enrolled.begin, "carol@example.org", WRONG)
    left = 1 if table == "throttles" else 0  # carol's own
    assert enrolled.rows(f"SELECT count(*) FROM {table}") == [(left,)]  # noqa: S608


def test_nothing_that_still_holds_is_swept(enrolled: Deployment) -> None:
    """A session and a pending login outlive any number of refusals while their time is not over."""
    session, pending = enrolled.log_in(), enrolled.begin()
    for number in range(120):
        refused(enrolled.begin, f"{number}@example.org", WRONG)
    enrolled.server.log_out(enrolled.server.check_session(session))
    enrolled.clock.advance(30)
    assert enrolled.server.finish_login(pending, enrolled.phone.code())
