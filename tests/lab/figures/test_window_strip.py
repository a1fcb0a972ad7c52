"""The window strip where it gets wide: wide windows, clocks far apart, a centre that was moved."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_lab.errors import CodeRefused
from mfa_lab.lab.figures.time import window as windows
from mfa_lab.lab.figures.time.strip import MOST_CELLS, strip
from mfa_lab.otp import code_at, match, step_at
from mfa_lab.style import grouped
from tests.lab.figures.test_figures import texts
from tests.lab.figures.test_time_figures import NOW, SECRET, STRIPS, typed


@given(
    now=st.integers(2_000_000, 4_000_000_000),
    window_steps=st.integers(0, 10),
    drift_steps=st.integers(-10, 10),
    behind=st.integers(-15, 15) | st.none(),
    apart=st.integers(-1_000_000, 1_000_000) | st.none(),
)
def test_a_strip_opens_exactly_what_the_verifier_takes(now, window_steps, drift_steps, behind, apart):
    """Whatever the window, its centre and the clocks: each of the window's codes is shown, once, and a shown code is
    among the accepted ones if and only if `otp.match` takes it; the phone's step is shown; gaps are worth their room.
    """
    last_step = None if behind is None else step_at(now) - behind
    phone_now = None if apart is None else now + apart
    how = {"window_steps": window_steps, "drift_steps": drift_steps, "last_step": last_step}
    data = strip(SECRET, now, phone_now=phone_now, **how)
    offsets = [cell.offset for cell in data.cells]
    assert {*range(drift_steps - window_steps, drift_steps + window_steps + 1), 0} <= set(offsets)
    assert phone_now is None or step_at(phone_now) - step_at(now) in offsets
    steps = [right - left for left, right in pairwise(offsets)]
    assert all(step == 1 or step > 2 for step in steps)
    for cell in data.cells:
        assert cell.code == code_at(SECRET, cell.begins_at)
        try:
            match(SECRET, cell.code, now, **how)
            taken = True
        except CodeRefused:
            taken = False
        assert taken == (cell.code in data.accepted)


@pytest.mark.parametrize(("apart", "missing"), [(-3600, 115), (3600, 115), (-240, 3), (240, 3), (-210, None)])
def test_steps_far_from_all_that_matters_are_left_out(apart, missing):
    """Two clocks an hour apart still make one strip, and it says how many steps it leaves out."""
    drawn = texts(windows.draw(strip(SECRET, NOW, phone_now=NOW + apart)))
    assert (f"{missing}\nsteps\nmore" in drawn) == (missing is not None)
    assert sum(word.startswith("step ") for word in drawn) <= MOST_CELLS


def test_a_wide_strip_shows_steps_instead_of_codes():
    """21 codes are too many to read: the window's ends are told, in steps and times; the words say no more."""
    picture = windows.window_strip(SECRET, NOW, window_steps=10, last_step=step_at(NOW) - 6, phone_now=NOW - 200)
    drawn = texts(windows.draw(picture.data))
    assert {"−10", "0", "+10", "−7", "the window: 21 steps, 630 s, 07:55:00 to 08:05:30"} <= set(drawn)
    assert "21 codes, steps −10 to +10, 07:55:00 to 08:05:30, 5 of them closed" in picture.words
    assert grouped(code_at(SECRET, NOW)) not in picture.svg


def test_a_code_on_its_way_has_its_times():
    """When it was shown, when it arrived, and the verdict."""
    drawn = texts(windows.draw(STRIPS["window 10"]))
    assert "shown 07:56:30 to 07:57:00, arrived 08:00:10" in drawn
    assert f"typed {grouped(code_at(SECRET, NOW - 200))}: ✕ rejected: this one, or a later one, was used" in drawn
    assert "07:56:50 −200 s" in drawn


def test_a_strip_stays_in_place():
    """With a reach, one that is drawn again and again for clocks that move holds the same cells."""
    assert len({tuple(cell.offset for cell in typed(off, reach_steps=5).cells) for off in range(-150, 141, 10)}) == 1


def test_few_artists_for_many_cells():
    """All cells of a kind are one shape: a strip of 23 cells takes no more artists than one of seven."""
    few, many = windows.draw(strip(SECRET, NOW)), windows.draw(strip(SECRET, NOW, window_steps=10))
    assert len(many.patches) == len(few.patches) == 3  # tint and edge of those inside, edge of those outside
    assert len(many.texts) < len(few.texts)
