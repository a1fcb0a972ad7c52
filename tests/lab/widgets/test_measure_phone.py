"""Measuring a phone's clock: every interval holds the truth, more narrows it, contradictions are named."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import ipywidgets
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_lab.clock import ManualClock, RunningClock, SkewedClock
from mfa_lab.lab.figures.time.drift_bar import Row, bar, between, off, words
from mfa_lab.lab.room import DEMO_NOW, Room, demo_room, live_room, room_with_unknown_clock
from mfa_lab.lab.widgets.measure_phone import MeasurePhone
from mfa_lab.lab.widgets.measurement import Seen, contradiction, estimate
from mfa_lab.otp.drift import DriftInterval
from mfa_lab.phone.authenticator import Phone
from mfa_lab.randomness import SeededRandomness
from tests.lab.widgets.test_forms import synced, tree

NOW, PERIOD = 1_800_000_010, 30


@pytest.fixture(scope="module")
def room():
    """A phone in use, whose clock each test sets; made once, for nothing here changes the server."""
    room = demo_room()
    room.enrol()
    return room


@pytest.fixture
def form(room):
    room.clock.set(DEMO_NOW + 30)
    room.phone.clock = SkewedClock(room.clock, -37)
    return MeasurePhone(room)


def note(form, *, changed=False):
    """What a person does at a moment: press, then type what the phone shows."""
    (form.changed_button if changed else form.read_button).click()
    return form.submit(code=form.room.phone.code())


def until_it_changes(room):
    before = room.phone.code()
    while room.phone.code() == before:
        room.clock.advance(1)


def test_it_narrows_down_to_the_phone_s_clock(form):
    """Two readings leave less than one, a change leaves two seconds, and the truth is in all of them."""
    widths = []
    for changed in (False, False, True):
        if changed:
            until_it_changes(form.room)
        assert note(form, changed=changed).granted
        widths.append(form.interval.width_seconds)
        assert -37 in form.interval
        form.room.clock.advance(8)
    assert widths == sorted(widths, reverse=True)
    assert (widths[0], widths[-1]) == (31, 2)
    assert "37 s behind. Your interval contains this offset" in form.reveal().told


@given(
    offset=st.integers(-3600, 3600),
    moments=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=6),
)
def test_whoever_reacts_within_the_allowance_never_excludes_the_truth(offset, moments):
    """Readings and changes, each pressed up to `delay` seconds late: the interval holds the truth."""
    seen = []
    for second, late, delay in moments:
        now = NOW + second
        step = (now + offset) // PERIOD
        seen.append(Seen(now + min(late, delay), step, False, delay))
        change = (step + 1) * PERIOD - offset
        seen.append(Seen(change + min(late, max(delay, 1) - 1), step + 1, True, max(delay, 1)))
    assert offset in estimate(seen, PERIOD)
    assert contradiction(seen, PERIOD) == ()


def test_a_contradiction_names_the_two_and_can_be_fixed(form):
    """A change noted a minute late fits nothing seen before: both are named, either can be left out."""
    note(form)
    until_it_changes(form.room)
    note(form, changed=True)
    form.changed_button.click()
    late = form.room.phone.code()
    form._moment = (form._moment[0] + 60, *form._moment[1:])
    answer = form.submit(code=late)
    assert not answer.granted
    assert "Observations 2 and 3 contradict each other" in answer.told
    assert form.interval is None
    assert "contradict each other" in form.picture.value
    names = [button.description for button in form.fixing.children]
    assert names == ["Leave out observation 2", "Leave out observation 3"]
    form.fixing.children[1].click()
    assert -37 in form.interval
    assert form.interval.width_seconds == 2
    assert form.fixing.children == ()


def test_start_again_forgets_everything(form):
    """What was seen, the moment that was marked, what was revealed."""
    note(form)
    form.changed_button.click()
    form.reveal()
    form.again_button.click()
    assert (form.seen, form.interval) == ([], None)
    assert "Nothing is known" in form.picture.value
    assert "Revealed" not in form.picture.value
    assert "first press one of the two buttons" in form.submit(code="123456").told


def test_what_goes_wrong_is_told_and_the_moment_is_kept(form):
    """Typed before pressing, too short, of no step near: a sentence each, and the code can be typed again."""
    assert "first press one of the two buttons" in form.submit(code=form.room.phone.code()).told
    form.read_button.click()
    assert "a code is 6 digits" in form.submit(code="12345").told
    assert "no time step within two hours" in form.submit(code="000000").told  # the time and the secret are fixed
    assert form.seen == []
    read = form.room.phone.code()
    form.room.clock.advance(100)
    assert form.submit(code=read).granted
    assert form.seen[0].server_now == DEMO_NOW + 30


def test_no_account_no_measuring():
    """In a room where nothing was enrolled the button says what to do."""
    form = MeasurePhone(live_room())
    form.changed_button.click()
    assert "enrol an account in this room first" in form.status.value
    assert form.interval is None


def test_a_real_phone_is_measured_by_the_account_that_it_was_offered():
    """The code comes from a phone that the room does not hold: no phone is drawn, nothing can be revealed."""
    room = Room(RunningClock(DEMO_NOW))
    room.welcome()
    pending = room.server.begin_login(room.demo_account["name"], room.demo_account["password"])
    enrolment = room.server.start_enrolment(pending)
    room.move_on(pending=pending, enrolment=enrolment)
    real = Phone(SkewedClock(room.clock, 75))
    real.scan(enrolment.qr_png())
    form = MeasurePhone(room)
    assert form.reveal_button not in list(tree(form))
    assert not hasattr(form, "phone")
    form.read_button.click()
    form.submit(code=real.code())
    assert 75 in form.interval
    secret = room.account.secret.reveal()
    assert secret not in synced(form) + form.face_text() + form.face_html()
    assert real.code() not in synced(form)


@pytest.mark.parametrize(("speed", "delay"), [(0, 0), (1, 2), (5, 10), (30, 60)])
def test_who_measures_on_a_fast_clock_is_allowed_more(speed, delay):
    """Two seconds of a person's time are as many of the server's as its clock runs fast; none while it stands."""
    room = room_with_unknown_clock(RunningClock(DEMO_NOW, machine=lambda: 0.0))
    if speed:
        room.clock.play(speed)
    form = MeasurePhone(room)
    note(form)
    assert form.seen[0].delay_seconds == delay
    assert form.truth_seconds in form.interval


@pytest.mark.parametrize("seed", range(6))
def test_the_unknown_clock_is_off_by_5_to_75_seconds(seed):
    """Either way, never right; nothing on the form, its messages to the page aside, says by how much."""
    room = room_with_unknown_clock(ManualClock(DEMO_NOW), SeededRandomness(seed))
    form = MeasurePhone(room)
    assert 5 <= abs(form.truth_seconds) <= 75
    assert off(form.truth_seconds) not in synced(form) + form.face_html()


def test_the_phone_in_the_page_hides_its_clock(form):
    """The page is told to show neither time nor skew."""
    sent = []
    form.phone.send = sent.append
    form.phone.refresh()
    assert sent[0]["clock"]["hidden"] is True
    assert form.room.demo_account["secret"] not in synced(form)
    assert form.room.demo_account["secret"] in json.dumps(sent)


def test_every_control_has_a_name_and_the_code_is_cleared(form):
    """A screen reader finds a label everywhere; what was typed does not stay."""
    controls = [each for each in tree(form) if isinstance(each, (ipywidgets.Text, ipywidgets.Button))]
    assert len(controls) >= 5
    assert all(each.description for each in controls)
    note(form)
    assert form.inputs["code"].value == ""


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (-48, -46, "between 46 s and 48 s behind"),
        (-31, 0, "between 0 s and 31 s behind"),
        (0, 31, "between 0 s and 31 s ahead"),
        (-3, 28, "between 3 s behind and 28 s ahead"),
    ],
)
def test_an_interval_is_told_as_a_person_says_it(low, high, told):
    """Ahead or behind, the smaller number first."""
    assert between(DriftInterval(low, high)) == told


class Parts(HTMLParser):
    """Styles of the bars, and the text alternative."""

    def __init__(self, page):
        super().__init__()
        self.styles, self.label = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "i":
            self.styles.append(given["style"])
        if given.get("role") == "img":
            self.label = given["aria-label"]


def test_the_bar_is_drawn_to_scale_and_told():
    """The bar of all stretches over just what each observation leaves; the words say the same."""
    rows = [Row("08:00:40, read", DriftInterval(-41, -10)), Row("08:00:49, read", DriftInterval(-50, -19))]
    together = DriftInterval(-41, -19)
    parts = Parts(bar(rows, together, truth=-27))
    assert parts.label == words(rows, together, -27)
    assert "Observation 2, 08:00:49, read: between 19 s and 50 s behind. Together: between 19 s and 41 s behind." in (
        parts.label
    )
    places = [[float(part.split(":")[1].strip(" %")) for part in style.split(";")] for style in parts.styles[:3]]
    (left_1, wide_1), (left_2, wide_2), (left, wide) = places
    assert left == pytest.approx(max(left_1, left_2), abs=0.02)
    assert left + wide == pytest.approx(min(left_1 + wide_1, left_2 + wide_2), abs=0.02)
    assert wide / wide_1 == pytest.approx(22 / 31, abs=0.01)
