"""The one seam for time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_lab.clock import ManualClock, SkewedClock, SystemClock, checked_now
from mfa_lab.errors import InvalidInput

YEAR_2500 = 16_725_225_600


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
