"""The figures about time: what they show is the verifier's own doing, and they keep the rules of all figures."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from mfa_lab.attacks.simulation.odds import acceptance
from mfa_lab.lab.figures.guessing import trade_off as trades
from mfa_lab.lab.figures.time import acceptance as maps
from mfa_lab.lab.figures.time import code_life as lives
from mfa_lab.lab.figures.time import long_run as runs
from mfa_lab.lab.figures.time import window as windows
from mfa_lab.lab.figures.time.strip import strip
from mfa_lab.otp import code_at, step_at
from tests.lab.figures import figure_rules as rules
from tests.lab.figures.figure_rules import Once

SECRET = "DEMOALICEDEMOALICEDEMOALICEDEMO2"
NOW = 1_800_000_010
USERS = trades.assumed_users()


def typed(offset: int, **how):
    """A strip on which the phone's clock is so far off, and its code was typed."""
    return strip(SECRET, NOW, phone_now=NOW + offset, code=code_at(SECRET, NOW + offset), **how)


STRIPS = {
    "an hour behind": typed(-3600),
    "an hour ahead": typed(3600, window_steps=3),
    "ten hours behind": strip(SECRET, NOW, window_steps=10, phone_now=NOW - 36_000, code=code_at(SECRET, NOW + 500)),
    "window 4": typed(75, window_steps=4),
    "window 10": typed(-200, window_steps=10, last_step=step_at(NOW) - 6),
    "just outside 10": typed(-330, window_steps=10),
    "centre moved": typed(90, drift_steps=3, reach_steps=6),
    "in place": typed(29, reach_steps=5),
    "in place, no window": strip(SECRET, NOW, window_steps=0, reach_steps=12, phone_now=NOW),
    "edge": typed(-100),
    "1970": strip(SECRET, 10, window_steps=10, phone_now=40),
}
MAP = maps.acceptances()
DRAWN = Once(
    {
        **{f"strip, {name}": lambda it=each: windows.draw(it) for name, each in STRIPS.items()},
        "map": lambda: maps.draw(MAP),
        "map, three": lambda: maps.draw(
            maps.acceptances(windows=(1, 2, 10), offsets_seconds=range(-400, 401, 20), logins=1)
        ),
        "trade-off": lambda: trades.draw(trades.costs(USERS)),
        "trade-off, three": lambda: trades.draw(trades.costs(USERS, owner_login_days=None, windows=(1, 2, 10))),
        "run": lambda: runs.draw(runs.courses()),
        "run, slow": lambda: runs.draw(runs.courses(-12, login_every_days=30, drawer_days=700)),
        "run, right": lambda: runs.draw(runs.courses(0)),
        "life": lambda: lives.draw(lives.life(SECRET)),
        "life, wide": lambda: lives.draw(lives.life(SECRET, windows=(0, 1, 2, 10))),
    }
)
PICTURES = Once(
    {
        "strip, elided": lambda: windows.window_strip(SECRET, NOW, phone_now=NOW + 3600, code=code_at(SECRET, NOW)),
        "strip, wide": lambda: windows.window_strip(SECRET, NOW, window_steps=10, phone_now=NOW - 3600),
        "map": lambda: maps.acceptance_map(),
        "trade-off": lambda: trades.trade_off(USERS),
        "run": lambda: runs.long_run(),
        "life": lambda: lives.code_life(SECRET),
    }
)


@pytest.fixture
def axes(request):
    return DRAWN[request.param]


@pytest.fixture
def picture(request):
    return PICTURES[request.param]


@pytest.mark.parametrize("picture", PICTURES, indirect=True)
@pytest.mark.parametrize("rule", rules.OF_A_PICTURE)
def test_the_rules_of_figures_hold(picture, rule):
    """Named, self-contained, readable in both themes and from afar."""
    rule(picture)


@pytest.mark.parametrize("axes", DRAWN, indirect=True)
def test_no_words_lie_on_others(axes):
    """Every text lies inside the drawing, and no two overlap."""
    rules.no_words_lie_on_others_or_beyond_the_edge(axes)


@pytest.mark.parametrize(
    ("draw", "data"),
    [
        (maps.draw, MAP),
        (trades.draw, trades.costs(USERS)),
        (runs.draw, runs.courses()),
        (lives.draw, lives.life(SECRET)),
    ],
)
def test_given_axes_are_drawn_on(draw, data):
    """`ax` goes in and comes out."""
    ax = Figure().add_subplot()
    assert draw(data, ax) is ax
    assert ax.texts


@pytest.mark.full
def test_the_same_bytes_each_time():
    """Drawn in another process with another hash seed, no byte differs: they are committed in notebooks."""
    program = (
        "from mfa_lab.lab.figures.time import acceptance, code_life, long_run\n"
        "from mfa_lab.lab.figures.guessing import trade_off\n"
        f"print(acceptance.acceptance_map().svg, code_life.code_life({SECRET!r}).svg, long_run.long_run().svg, "
        "trade_off.trade_off().svg)"
    )
    shown = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                       env={"PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    here = " ".join(PICTURES[name].svg for name in ("map", "life", "run", "trade-off"))
    assert shown[0] == shown[1] == here + "\n"


# One code's life


@pytest.mark.parametrize("period", [30, 60])
@pytest.mark.parametrize("window_steps", [0, 1, 2, 10])
def test_a_code_lives_as_long_as_the_window_says(period, window_steps):
    """RFC6238-5.2: shown for one period; taken from so many periods before to so many after."""
    data = lives.life(SECRET, windows=(window_steps,), period=period)
    assert (data.shown.first, data.shown.last, data.shown.seconds) == (0, period - 1, period)
    span = data.accepted[0]
    assert (span.first, span.last) == (-window_steps * period, (window_steps + 1) * period - 1)
    assert span.seconds == (2 * window_steps + 1) * period


def test_the_standards_89_seconds():
    """RFC6238-6: two steps back tolerate 29 + 2 * 30 = 89 s; window 1 takes nothing older than 59 s."""
    data = lives.life(SECRET)
    assert {span.name: span.last for span in data.accepted} == {
        "window 0": 29, "window 1": 59, lives.TWO_STEPS_BACK: 89,
    }  # fmt: skip
    assert "29 + 30 + 30 = 89 s" in PICTURES["life"].words
    assert {"RFC 6238: 29 + 30 + 30 = 89", "to second 59, then ✕"} <= set(rules.texts(DRAWN["life"]))


# Acceptance over offset, delay and window


def test_the_map_holds_the_closed_form_and_a_simulation():
    """Each cell is `odds.acceptance`; the shares of a million simulated logins agree as chance has it."""
    assert MAP.chances.shape == MAP.shares.shape == (4, 7, 25)
    for place, window in enumerate(MAP.windows):
        expected = acceptance(np.array(MAP.offsets_seconds), np.array(MAP.delays_seconds)[:, None], window)
        assert np.array_equal(MAP.chances[place], expected)
    assert 990_000 < MAP.logins <= 1_000_000
    assert MAP.open_cells == 100
    assert 0.5 < MAP.largest_sigmas < 3  # always the same dice; of a hundred cells the largest is usually 2.5
    assert MAP.certain_wrong == 0


@pytest.mark.parametrize(
    ("window", "offset", "delay", "chance"),
    [
        (0, 0, 0, 1),
        (0, 60, 60, 1),
        (0, 10, 0, 2 / 3),
        (1, 40, 0, 2 / 3),
        (1, -30, 0, 1),
        (1, -30, 30, 0),
        (3, 120, 0, 0),
    ],
)
def test_cells_by_hand(window, offset, delay, chance):
    """A clock that is ahead forgives a delay; one that is behind adds to it."""
    cell = MAP.chances[window, MAP.delays_seconds.index(delay), MAP.offsets_seconds.index(offset)]
    assert cell == pytest.approx(chance)


def test_the_likelier_the_fuller():
    """For each chance as much is filled as there are cells of it, as strongly as it is high; else nothing."""
    filled: dict[float, float] = {}
    for patch in DRAWN["map"].patches:
        if isinstance(patch, PathPatch) and patch.get_alpha() is not None:
            areas = [np.ptp(each[:, 0]) * np.ptp(each[:, 1]) for each in patch.get_path().to_polygons()]
            filled[round(patch.get_alpha(), 3)] = filled.get(round(patch.get_alpha(), 3), 0) + sum(areas)
    cell = filled[0.5] / (MAP.chances == 1).sum()
    assert filled == pytest.approx(
        {0.5: cell * (MAP.chances == 1).sum()}
        | {round(0.5 * round(c, 3), 3): cell * np.isclose(MAP.chances, c).sum() for c in (1 / 3, 2 / 3)}
    )
    assert sum(filled.values()) < cell * MAP.chances.size


def test_the_maps_words_hold_its_numbers():
    """Anyone who cannot see it learns from where to where codes are accepted, and how well the simulation agrees."""
    words = PICTURES["map"].words
    assert "Window 1: always up to 30 s, never from 60 s." in words
    assert f"{MAP.logins:,} logins strays by {MAP.largest_sigmas:.1f}" in words
    drawn = rules.texts(DRAWN["map"])
    assert drawn.count("✓ always") == 3  # at window 0 there is no room for the word
    assert drawn.count("✕ never") >= 5
