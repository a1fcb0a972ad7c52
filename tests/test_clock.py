"""The one seam for time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_lab.clock import DriftingClock, ManualClock, RunningClock, SkewedClock, SystemClock, checked_now
from mfa_lab.errors import InvalidInput

YEAR_2500 = 16_725_225_600
NOW = 1_800_000_010


class Machine:
    """The seconds by which a running clock runs, counted by the test."""

    def __init__(self) -> None:
        self.seconds = 5_000.0

    def __call__(self) -> float:
        return self.seconds


def test_the_system_clock_is_the_machines() -> None:
    """Whole seconds, between two readings of the machine's own clock."""
    before, now, after = int(time.time()), SystemClock().now(), int(time.time())
    assert type(now) is int
    assert before <= now <= after


@given(start=st.integers(0, YEAR_2500), seconds=st.integers(-(10**6), 10**6))
def test_a_manual_clock_moves_only_when_told(start: int, seconds: int) -> None:
    """It stands still, moves by what it is told, and stays where it was when it cannot."""
    clock = ManualClock(start)
    assert clock.now() == clock.now() == start
    if start + seconds >= 0:
        clock.advance(seconds)
        assert clock.now() == start + seconds
    else:
        with pytest.raises(InvalidInput):
            clock.advance(seconds)
        assert clock.now() == start
    clock.set(start)
    assert clock.now() == start


@given(start=st.integers(10**6, YEAR_2500), drift=st.integers(-(10**6), 10**6))
def test_a_skewed_clock_keeps_its_distance(start: int, drift: int) -> None:
    """It follows its base, always `drift_seconds` away; the drift may change."""
    base = ManualClock(start)
    clock = SkewedClock(base, drift)
    assert clock.now() == start + drift
    base.advance(60)
    assert clock.now() == start + 60 + drift
    clock.drift_seconds = 0
    assert clock.now() == start + 60


def test_a_running_clock_stands_still_until_it_is_played() -> None:
    """At first, and after a pause, it is a manual clock; while it plays it keeps pace with the machine."""
    machine = Machine()
    clock = RunningClock(NOW, machine=machine)
    machine.seconds += 100
    assert (clock.now(), clock.exact(), clock.speed) == (NOW, NOW, 0)
    clock.play()
    machine.seconds += 2.5
    assert (clock.now(), clock.exact(), clock.speed) == (NOW + 2, NOW + 2.5, 1)
    clock.pause()
    machine.seconds += 100
    assert (clock.now(), clock.exact(), clock.speed) == (NOW + 2, NOW + 2, 0)


@given(
    deeds=st.lists(
        st.tuples(
            st.sampled_from(["wait", "play", "pause", "advance", "set"]), st.integers(0, 10**6), st.integers(1, 60)
        ),
        max_size=12,
    )
)
def test_whoever_knows_its_reading_and_speed_can_go_on_counting(deeds: list[tuple[str, int, int]]) -> None:
    """After anything that was done to it: `exact()` and `speed`, read once, foretell every later reading. So page and
    kernel agree without a message.
    """
    machine = Machine()
    clock = RunningClock(NOW, machine=machine)
    for deed, seconds, speed in deeds:
        if deed == "wait":
            machine.seconds += seconds / 1000
        elif deed == "play":
            clock.play(speed)
        elif deed == "pause":
            clock.pause()
        elif deed == "advance":
            before = clock.exact()
            clock.advance(seconds)
            assert clock.exact() == pytest.approx(before + seconds, abs=1e-3)
        else:
            clock.set(NOW + seconds)
            assert clock.now() == NOW + seconds
    read, speed_then, began = clock.exact(), clock.speed, machine.seconds
    for later in (0.0, 0.4, 29.9, 86_400.0):
        machine.seconds = began + later
        assert clock.exact() == pytest.approx(read + speed_then * later, abs=1e-3)
        assert clock.now() == int(clock.exact())


def test_a_change_of_speed_moves_no_hand() -> None:
    """Playing faster or slower goes on from the very reading."""
    machine = Machine()
    clock = RunningClock(NOW, machine=machine)
    clock.play(1)
    machine.seconds += 0.75
    clock.play(30)
    assert clock.exact() == NOW + 0.75
    machine.seconds += 0.5
    assert clock.exact() == NOW + 15.75


@pytest.mark.parametrize("wrong", [0, -1, float("nan"), float("inf"), True, "2", None], ids=repr)
def test_an_impossible_speed_is_refused(wrong: object) -> None:
    """Backwards, no pace at all (that is `pause`), or no number: the clock goes on as it did."""
    clock = RunningClock(NOW)
    with pytest.raises(InvalidInput, match="speed"):
        clock.play(wrong)  # type: ignore[arg-type]
    assert clock.speed == 0


def test_a_running_clock_keeps_to_the_time_line() -> None:
    """A step or a jump out of it is refused, and leaves the clock where it was."""
    clock = RunningClock(10)
    for wrong in (lambda: clock.advance(-11), lambda: clock.set(-1), lambda: RunningClock(-1)):
        with pytest.raises(InvalidInput, match="before 1970"):
            wrong()
    assert clock.now() == 10


@pytest.mark.parametrize(
    ("ppm", "elapsed", "gained"),
    [
        (20, 0, 0),
        (20, 49_999, 0),
        (20, 50_000, 1),
        (20, 30 * 86_400, 51),
        (-20, 1, -1),
        (-20, 50_000, -1),
        (0, 10**9, 0),
    ],
)
def test_a_drifting_clock_gains_by_its_rate(ppm: int, elapsed: int, gained: int) -> None:
    """Whole seconds, rounded down, from the moment on at which it was set: 20 ppm are 51 seconds in 30 days."""
    base = ManualClock(NOW)
    clock = DriftingClock(base, 7, rate_ppm=ppm)
    base.advance(elapsed)
    assert clock.now() == NOW + elapsed + 7 + gained
    assert clock.offset_at(base.now()) == 7 + gained


@pytest.mark.parametrize("wrong", [-1, 253_402_300_800, 10**30, 1.5, True, None, "0", b"0"], ids=repr)
def test_what_is_no_time_is_refused(wrong: object) -> None:
    """Before 1970, after 9999 (milliseconds, usually), fractions and other types, alike at every door."""
    for door in (checked_now, ManualClock, ManualClock().set):
        with pytest.raises(InvalidInput):
            door(wrong)


def test_a_skew_to_before_1970_is_refused() -> None:
    """A drift that leaves the time line is an error, not a negative step."""
    with pytest.raises(InvalidInput, match="before 1970"):
        SkewedClock(ManualClock(10), -11).now()


def test_clocks_say_what_they_are() -> None:
    """A notebook that shows a clock shows its time and its drift."""
    assert repr(SkewedClock(ManualClock(90), -30)) == "SkewedClock(ManualClock(90), drift_seconds=-30)"
    assert repr(SystemClock()) == "SystemClock()"
    assert repr(RunningClock(90)) == "RunningClock(90)"
    assert repr(DriftingClock(ManualClock(90), -30, rate_ppm=20)) == (
        "DriftingClock(ManualClock(90), drift_seconds=-30, rate_ppm=20, since=90)"
    )
