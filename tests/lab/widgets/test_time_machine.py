"""The time machine's kernel side: what it does to the clocks of a room, and what it tells the page."""

from __future__ import annotations

import json

import pytest

from mfa_lab.clock import DriftingClock, ManualClock, RunningClock, SkewedClock
from mfa_lab.errors import AccessDenied, ClockSetBack, InvalidInput, Reason
from mfa_lab.lab.room import DEMO_NOW, Room, demo_room, live_room
from mfa_lab.lab.widgets.forms import LoginForm, OtpForm
from mfa_lab.lab.widgets.time_machine import TimeMachine
from tests.lab.widgets.test_forms import synced

ALICE = {"name": "alice@example.org", "password": "demo only: alice keeps bees"}
START = DEMO_NOW + 30  # one step after the enrolment


def listening(machine):
    """The machine, with `sent` for what the page is told."""
    machine.sent = []
    machine.screen.send = machine.sent.append
    return machine


@pytest.fixture
def machine():
    """On a demo room of its own, with a phone in use."""
    return listening(TimeMachine())


@pytest.fixture
def clocks():
    """The same time, without server accounts and without a phone in use: quick to make."""
    return listening(TimeMachine(Room(RunningClock(START), demo=True)))


def page_sends(machine, **message):
    """What the page does: one message; gives the answers to it."""
    before = len(machine.sent)
    machine.screen._handle_custom_msg(message, [])
    return machine.sent[before:]


def refusal(room):
    """Why a login with the phone's code is refused now; None if it is granted."""
    pending = room.server.begin_login(**ALICE)
    try:
        room.server.finish_login(pending, room.phone.code())
    except AccessDenied as denied:
        return denied.trace.reason
    return None


def test_what_is_settled_moves_the_clocks_that_server_and_phone_go_by(clocks):
    """Set ahead, drifting, jumped to: the very room's server and phone have these times."""
    room = clocks.room
    clocks.settle(ahead=-48)
    assert (room.clock.now(), room.phone.clock.now()) == (START, START - 48)
    clocks.settle(ppm=20)
    clocks.settle(server=START + 30 * 86_400)
    assert (room.clock.now(), clocks.ahead_seconds) == (START + 30 * 86_400, -48 + 51)
    clocks.settle(speed=30)
    assert room.clock.speed == 30
    clocks.settle(server=START + 31 * 86_400, speed=0)
    assert (room.clock.now(), room.clock.speed) == (START + 31 * 86_400, 0)


def test_a_step_of_the_server_does_not_restart_the_drift(clocks):
    """A thousand small steps gain what one large one does."""
    clocks.settle(ppm=200)
    for _ in range(1000):
        clocks.settle(server=clocks.room.clock.now() + 60)
    assert clocks.ahead_seconds == 12


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [(0, None), (-40, None), (-48, Reason.NEAR_MISS), (49, None), (50, Reason.NEAR_MISS), (3600, Reason.NO_MATCH)],
)
def test_a_login_goes_by_what_was_set(machine, ahead, expected):
    """Ten seconds into a step: 40 s behind and 49 s ahead get in, a second more does not."""
    machine.settle(server=START + 300, ahead=ahead)
    assert refusal(machine.room) == expected


def test_a_login_pressed_while_the_clock_runs_finds_its_time():
    """Play is pressed, time passes, and nobody tells the kernel: the login is of the time that passed."""
    seconds = [0.0]
    room = Room(RunningClock(DEMO_NOW, machine=lambda: seconds[0]), demo=True)
    room.enrol()
    machine = TimeMachine(room)
    machine.settle(speed=1)
    read = room.phone.code()
    seconds[0] += 79.5
    assert LoginForm(room).submit(**ALICE).granted
    answer = OtpForm(room).submit(code=read)
    assert dict(answer.seen)["reason"] == "near miss"
    assert OtpForm(room).submit(code=room.phone.code()).granted


def test_one_message_is_answered_by_one(clocks):
    """What the page settles comes at once, and the one answer tells it the kernel's own reading."""
    (answer,) = page_sends(clocks, settle={"ahead": -48, "ppm": 20}, **{"from": "page 1"})
    assert answer["from"] == "page 1"
    assert {name: answer[name] for name in ("server", "speed", "ahead", "ppm", "since")} == {
        "server": START,
        "speed": 0,
        "ahead": -48,
        "ppm": 20,
        "since": START,
    }
    assert isinstance(clocks.room.phone.clock, DriftingClock)
    (answer,) = page_sends(clocks, settle={"speed": 5}, **{"from": "page 1"})
    assert answer["speed"] == clocks.room.clock.speed == 5
    assert len(page_sends(clocks, ready=True)) == 1


@pytest.mark.parametrize(
    ("settled", "said"),
    [
        ({"server": -1}, "before 1970"),
        ({"server": 1.5}, "whole number"),
        ({"ahead": 10**9}, "ahead must be a whole number"),
        ({"ahead": "12"}, "ahead must be a whole number"),
        ({"ppm": 10**6}, "ppm must be a whole number"),
        ({"speed": -2}, "speed must be a number above 0"),
        ({"server": 10, "ahead": -11}, "before 1970"),
    ],
    ids=str,
)
def test_what_cannot_be_is_answered_with_a_sentence(clocks, settled, said):
    """Nothing the page sends ends in a traceback; the sentence reaches anyone who asked."""
    (answer,) = page_sends(clocks, settle=settled)
    assert said in answer["said"]
    assert clocks.room.clock.speed == 0
    with pytest.raises(InvalidInput):
        clocks.settle(**settled)


def test_an_unknown_message_changes_nothing(clocks):
    """A page of another version, or a hand-made message: names that this machine does not know are left alone."""
    page_sends(clocks, settle={"room": 1, "__init__": 2}, other=3)
    assert clocks.room.clock.now() == START
    assert clocks.ahead_seconds == 0


@pytest.mark.parametrize("back", [0, 30, 59, 60, 61, 3600])
def test_it_foretells_what_the_server_says_of_a_clock_set_back(machine, back):
    """The notice stands exactly where the server refuses to decide: more than the policy's 60 s back."""
    assert refusal(machine.room) is None
    (answer,) = page_sends(machine, settle={"server": START - back})
    if back <= machine.room.server.policy.clock_back_seconds:
        assert (answer["back"], machine.back_seconds) == ("", 0)
        machine.room.server.begin_login(**ALICE)
        return
    assert f"{back} s behind" in answer["back"]
    assert "ClockSetBack" in answer["back"]
    with pytest.raises(ClockSetBack):
        machine.room.server.begin_login(**ALICE)


def test_both_ways_out_of_a_clock_set_back_work(machine):
    """Set right, or trusted: the server decides again, and the notice is gone."""
    assert refusal(machine.room) is None
    (told,) = page_sends(machine, settle={"server": START - 3600})
    assert LoginForm(machine.room).submit(**ALICE).told.startswith("the server's clock is 3600 s behind")
    (answer,) = page_sends(machine, settle={"server": told["latest"]})
    assert answer["back"] == ""
    machine.room.server.begin_login(**ALICE)
    page_sends(machine, settle={"server": START - 3600})
    (answer,) = page_sends(machine, settle={"trust": True})
    assert answer["back"] == ""
    assert machine.room.server.begin_login(**ALICE).permits == "code"


def test_the_real_clock_is_left_alone_and_the_phones_can_be_set():
    """A live room: the server's clock goes on by itself, what is asked of it is refused; the phone's follows."""
    machine = listening(TimeMachine(live_room()))
    for settled in ({"server": START}, {"speed": 5}):
        (answer,) = page_sends(machine, settle=settled)
        assert "the real clock" in answer["said"]
    (answer,) = page_sends(machine, settle={"ahead": 90, "ppm": -20})
    assert (answer["real"], answer["speed"], answer["ahead"], answer["said"]) == (True, 1, 90, "")
    assert machine.room.phone.clock.now() - machine.room.clock.now() in (89, 90)


def test_a_clock_that_cannot_run_says_so():
    """A room with a plain manual clock can be stepped and not played."""
    room = Room(ManualClock(DEMO_NOW), demo=True)
    machine = TimeMachine(room)
    machine.settle(server=DEMO_NOW + 5)
    with pytest.raises(InvalidInput, match="RunningClock"):
        machine.settle(speed=1)


def test_whatever_clock_the_phone_had_is_taken_over(clocks):
    """A phone that was skewed before, or by a later cell, keeps its offset; the machine steers on from there."""
    room = demo_room()
    room.phone.clock = SkewedClock(room.clock, -45)
    assert TimeMachine(room).ahead_seconds == -45
    clocks.room.phone.clock = SkewedClock(clocks.room.clock, 12)
    clocks.refresh()
    assert clocks.sent[-1]["ahead"] == 12
    clocks.settle(server=START + 5)
    assert clocks.ahead_seconds == 12


def test_the_page_hears_of_what_happens_in_the_room(machine):
    """Each step of a login, and a fresh start, tell it again: the phone's account, a server with an empty log."""
    LoginForm(machine.room).submit(**ALICE)
    assert machine.sent[-1]["account"]["secret"] == machine.room.demo_account["secret"]
    machine.room.start_again()
    assert machine.sent[-1]["account"] is None
    assert "no account yet" in machine.sent[-1]["note"]


def test_a_secret_reaches_the_page_in_a_demo_room_alone_and_in_no_trait():
    """A demo secret is sent as a message, a real one not at all. Neither stands in a synced trait or in a face."""
    for room, shown in ((demo_room(), True), (live_room(), False)):
        room.enrol()
        secret = room.account.secret.reveal()
        machine, sent = TimeMachine(room), []
        machine.screen.send = sent.append
        machine.refresh()
        assert (secret in json.dumps(sent)) is shown
        assert secret not in synced(machine) + machine.face_text() + machine.face_html()
        code = room.phone.code()
        assert (f"{code[:3]} {code[3:]}" in machine.face_text()) is shown


def test_the_face_is_the_figure_while_the_clock_stands_and_no_time_while_it_runs(machine):
    """A reader without a kernel sees the strip as it stands. Of a clock that runs, nothing that differs next time."""
    machine.settle(ahead=-48)
    assert "<svg" in machine.face_html()
    assert "07:59:52" in machine.face_text()
    assert "48 s behind" in machine.face_text()
    machine.settle(speed=1)
    assert "<svg" not in machine.face_html()
    assert "07:59" not in machine.face_text() + machine.face_html()
    assert machine._repr_mimebundle_()["text/plain"] == machine.face_text()


def test_a_room_can_be_enrolled_in_one_line():
    """`enrol` leaves a phone that gets in at once; `account` is what was offered, there and in a form alike."""
    room = demo_room()
    room.enrol()
    assert room.account.secret.reveal() == room.demo_account["secret"]
    assert room.pending is room.enrolment is room.session is None
    assert refusal(room) is None
    room.start_again()
    assert room.account is None
    pending = room.server.begin_login(**ALICE)
    room.move_on(enrolment=room.server.start_enrolment(pending))
    room.move_on()
    assert room.account is not None
