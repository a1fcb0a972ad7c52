"""Every reason for refusal, produced once by a real login, with and without a restart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mfa_lab import AccessDenied, ManualClock, MfaServer, Phone, Policy
from mfa_lab.errors import ALREADY_DONE, LOGIN_OVER, PUBLIC_MESSAGE
from mfa_lab.lab.demos.rejections import every_refusal, refusals_after_restart
from mfa_lab.lab.room import DEMO_NOW
from mfa_lab.policy import CHEAPEST
from mfa_lab.server.records import PendingLogin


@pytest.fixture(scope="module")
def refusals():
    return every_refusal()


NINE = [
    "malformed", "no match", "near miss", "reused", "throttled", "disabled", "expired pending", "spent pending",
    "not enrolled",
]  # fmt: skip


def test_nine_reasons_and_one_message(refusals):
    """Each reason comes once, with a sentence of its own; the words are the same wherever a code can be guessed."""
    rows = refusals.rows
    assert [row[2] for row in rows] == NINE
    told = {str(row[2]): row[1] for row in rows}
    assert (told.pop("expired pending"), told.pop("spent pending")) == (LOGIN_OVER, ALREADY_DONE)
    assert set(told.values()) == {PUBLIC_MESSAGE}
    assert len({row[3] for row in rows}) == len({row[0] for row in rows}) == 9


def test_a_hundred_guesses_take_days(refusals):
    """NIST-3.2.2: the waits are really waited. 30 s, doubling to an hour after the third of a hundred failures."""
    waits = [min(3600, 30 << min(number, 16)) for number in range(98)]
    (disabled,) = [row[0] for row in refusals.rows if row[2] == "disabled"]
    assert f"100 wrong codes in {sum(waits) // 3600} hours" in disabled


def test_a_restart_changes_no_answer(refusals):
    """A server started again on its file knows used codes, waiting times and completed logins."""
    before = {row[2]: row for row in refusals.rows}
    after = refusals_after_restart().rows
    assert [row[2] for row in after] == ["reused", "throttled", "spent pending"]
    assert all(row == before[row[2]] for row in after)


def test_it_comes_out_the_same_each_time(refusals):
    """The table is committed in a notebook: no time, token or path in it."""
    assert repr(every_refusal()) == repr(refusals)


ALICE = ("alice@example.org", "demo only: alice keeps bees")


class Desk:
    """Alice with an enrolled phone in the step after the enrolment, and the instructor's view of each code."""

    def __init__(self, **changes: int) -> None:
        self.clock = ManualClock(DEMO_NOW)
        self.server = MfaServer(clock=self.clock, policy=replace(Policy.LESSON, hash_cost=CHEAPEST, **changes))
        self.server.register(*ALICE)
        enrolment = self.server.start_enrolment(self.begin())
        self.phone = Phone(self.clock)
        self.phone.scan(enrolment.qr_png())
        self.enrolled_with = self.phone.code()
        self.server.confirm_enrolment(enrolment, self.enrolled_with)
        self.clock.advance(30)

    def begin(self) -> PendingLogin:
        return self.server.begin_login(*ALICE)

    def typing(self, code: str, pending: PendingLogin | None = None) -> str:
        """The reason of the refusal, or that she is in."""
        try:
            self.session = self.server.finish_login(pending or self.begin(), code)
        except AccessDenied as denied:
            return str(denied.trace and denied.trace.reason)
        return "in"


def spent_and_expired(desk: Desk) -> PendingLogin:
    pending = desk.begin()
    desk.typing(desk.phone.code(), pending)
    desk.clock.advance(300)
    return pending


def expired_and_throttled(desk: Desk) -> PendingLogin:
    pending = desk.begin()
    desk.clock.advance(300)
    for _ in range(3):
        desk.typing("1234567")
    return pending


def disabled_and_throttled(desk: Desk) -> PendingLogin:
    for _ in range(3):
        desk.typing("1234567")
    return desk.begin()


def throttled_and_malformed(desk: Desk) -> PendingLogin:
    return disabled_and_throttled(desk)


def outside_and_used(desk: Desk) -> PendingLogin:
    desk.clock.advance(30)
    return desk.begin()


@pytest.mark.parametrize(
    ("prepare", "changes", "first"),
    [
        (spent_and_expired, {}, "spent pending"),
        (expired_and_throttled, {}, "expired pending"),
        (disabled_and_throttled, {"disable_after_failures": 3}, "disabled"),
        (throttled_and_malformed, {}, "throttled"),
        (outside_and_used, {}, "near miss"),
    ],
)
def test_of_two_reasons_the_one_is_told_that_is_asked_first(prepare, changes, first):
    """Notebook 04: the pending login, then the account, then the code: its form, the window, and whether used."""
    desk = Desk(**changes)
    pending = prepare(desk)
    typed = "12345" if prepare is throttled_and_malformed else desk.enrolled_with
    assert desk.typing(typed, pending) == first


def test_being_refused_on_purpose_comes_out_as_the_lesson_says():
    """Notebook 07, live: a used code, an old one, five digits, which are not counted, a guess; then even a correct
    one waits, and a notification is left.
    """
    desk = Desk()
    just_used = desk.phone.code()
    assert desk.typing(just_used) == "in"
    desk.clock.advance(25)
    assert desk.typing(just_used) == "reused"
    desk.clock.advance(40)
    assert [desk.typing(code) for code in (desk.enrolled_with, "12345")] == ["near miss", "malformed"]
    assert desk.typing("1234567") == "malformed"
    assert desk.typing(desk.phone.code()) == "throttled"
    desk.clock.advance(30)
    assert desk.typing(desk.phone.code()) == "in"
    assert "code refused" in [notification.event for notification in desk.server.notifications(desk.session)]


def test_an_enrolment_is_confirmed_within_a_quarter_of_an_hour():
    """Notebook 03: fifteen minutes after the picture was shown, whatever became of the five for asking for it."""
    for seconds, taken in ((899, True), (900, False)):
        clock = ManualClock(DEMO_NOW)
        server, phone = MfaServer(clock=clock, policy=replace(Policy.LESSON, hash_cost=CHEAPEST)), Phone(clock)
        server.register(*ALICE)
        enrolment = server.start_enrolment(server.begin_login(*ALICE))
        phone.scan(enrolment.qr_png())
        clock.advance(seconds)
        if taken:
            assert len(server.confirm_enrolment(enrolment, phone.code())) == 10
        else:
            with pytest.raises(AccessDenied):
                server.confirm_enrolment(enrolment, phone.code())
