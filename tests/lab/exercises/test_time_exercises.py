"""The exercises of 05 and 05b: graded alike in every time zone, and true to what their notebooks show."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_lab.errors import ContradictingObservations
from mfa_lab.lab.exercises import made_by
from mfa_lab.lab.exercises import resynchronisation as astray
from mfa_lab.lab.exercises import window_and_clock_drift as windows
from mfa_lab.lab.figures.guessing.trade_off import assumed_users, costs
from mfa_lab.lab.grading.checks import Outcome, check
from mfa_lab.otp.drift import estimate_drift

FOLDER = Path(__file__).parents[3] / "notebooks"


def sources(name: str) -> list[str]:
    cells = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


# A window, and its defence


def test_the_groups_are_those_of_the_notebook():
    """Anyone who reads the figures of the notebook is judged by the same users."""
    (source,) = [source for source in sources(windows.NOTEBOOK) if source.startswith("groups = ")]
    groups = made_by(source.rpartition("\n")[0], "from mfa_lab.lab.figures.guessing.trade_off import assumed_users")
    assert list(groups) == list(windows.GROUPS)
    for name, group in groups.items():
        assert group.about == assumed_users(**windows.GROUPS[name]).about
        assert costs(group).costs == windows.costs(name)


@pytest.mark.parametrize(("group", "window"), [("office", 1), ("ward", 4), ("archive", None)])
def test_the_window_that_is_asked_for(group, window):
    """It keeps both rules and the next smaller one does not; the archive has none, whichever one takes."""
    kept = [cost.refused <= 0.02 and cost.per_year <= 0.1 for cost in windows.costs(group)]
    assert windows.fitting(group) == window == (kept.index(True) if any(kept) else None)


GOOD = {"office": (1, 0.56, 3.3), "ward": (4, 1.1, 9.7), "archive": None}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"office": ...}, "neither three values nor None"),
        ({"office": (1, 0.56)}, "neither three values nor None"),
        ({"office": 1}, "neither three values nor None"),
        ({"office": (11, 0.01, 22)}, "no window from 0 to 10"),
        ({"office": (True, 0.56, 3.3)}, "no window from 0 to 10"),
        ({"office": ("1", 0.56, 3.3)}, windows._NO_NUMBER),
        ({"office": (0, 32, 1.1)}, "it rejects 32 %"),
        ({"office": (5, 0.01, 12)}, "a guesser gets 12 %"),
        ({"office": (3, 0.088, 7.6)}, "a smaller window is enough"),
        ({"ward": None}, "there is a window"),
        ({"ward": (4, 9.7, 1.1)}, "refused: not 9.7"),
        ({"ward": (4, 1.1, 12)}, "guessed: not 12"),
        ({"ward": (4, "1.1", 9.7)}, "refused: no number: write it without quotes and without %"),
        ({"ward": (4, 1.1, "9.7 %")}, "guessed: no number: write it without quotes and without %"),
        ({"ward": (4, 1.1, None)}, "guessed: no number: write it without quotes and without %"),
        ({"archive": (10, 0, 21)}, "a guesser gets 21 %"),
        ({"archive": "None"}, "None in quotes"),
    ],
)
def test_what_is_said_of_an_answer(change, said):
    """Of each part what is wrong with it, never an error of Python's, and never cut short."""
    result = check("choose-window", GOOD | change)
    assert result.outcome == Outcome.NOT_YET
    assert f"your answer gave '{said}';" in result.lines[0]


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        (1, "office"),
        ([1, 4, None], "office"),
        ({}, "office"),
        ({"Office": (1, 0.56, 3.3)}, "office"),
        ({name: GOOD[name] for name in ("office", "archive")}, "ward"),
    ],
)
def test_a_group_is_left_out(answer, missing):
    """It is named, before anything is said of the others."""
    result = check("choose-window", answer)
    assert result.outcome == Outcome.NOT_YET
    assert result.lines[0].startswith(f"The groups: your answer gave 'no {missing}';")


@pytest.mark.parametrize(
    ("office", "outcome"),
    [
        ((1, 0.6, 3.3), Outcome.DONE),
        ((1, 0.56, 3.34), Outcome.DONE),
        ([1, 0.56, 3.3], Outcome.DONE),
        ((1, 0.56, 3), Outcome.NOT_YET),
        ((1, 1, 3.3), Outcome.NOT_YET),
    ],
)
def test_rounding_is_forgiven(office, outcome):
    """Numbers read off a figure and rounded to a digit less, or a list; other numbers are not."""
    assert check("choose-window", GOOD | {"office": office}).outcome == outcome


# Bound a drift


@given(
    offset=st.integers(-3600, 3600),
    moments=st.lists(st.integers(100_000, 100_600), min_size=1, max_size=8),
    slips=st.lists(st.integers(-1, 1), max_size=2),
)
def test_the_solution_is_the_kits_own_interval(offset, moments, slips):
    """The whole seconds strictly between the bounds of `estimate_drift`; None just where there are none."""
    seen = [(now, (now + offset) // 30) for now in moments]
    seen += [(now, step + slip) for (now, step), slip in zip(seen, slips, strict=False)]
    try:
        interval = estimate_drift(seen)
        whole = range(interval.low_seconds + 1, interval.high_seconds)
    except ContradictingObservations:
        whole = range(0)
    assert made_by(astray.BOUNDS.solution)(seen) == ((whole[0], whole[-1]) if whole else None)


def test_the_example_in_the_question_is_the_first_case():
    """The notebook gives one result away, and it is right."""
    cells = nbformat.read(FOLDER / f"{astray.NOTEBOOK}.ipynb", as_version=4).cells
    first = astray.BOUNDS.cases[0]
    assert any(f"`bounds({first.arguments[0]})` is `{first.expected}`" in cell.source for cell in cells)


def test_square_brackets_are_forgiven():
    """A list of the two numbers is as good as a tuple, and one of wrong numbers is told what a tuple would be."""
    bounds = made_by(astray.BOUNDS.solution)
    assert check("drift-bounds", lambda seen: list(bounds(seen) or ()) or None).outcome == Outcome.DONE
    swapped = made_by(astray.BOUNDS.wrong[0].source)
    told = check("drift-bounds", lambda seen: list(swapped(seen) or ()) or None)
    assert told.outcome == Outcome.NOT_YET
    assert told.lines[-1] == astray.BOUNDS.wrong[0].feedback


@pytest.mark.parametrize("furthest", [60, 1_000, 3_600, 10**9])
def test_a_clock_may_be_off_by_anything(furthest):
    """Anyone who looks no further than so many seconds either side is refused, and told why."""

    def near(seen):
        least, most = -furthest, furthest
        for now, step in seen:
            least, most = max(least, 30 * step - now), min(most, 30 * step + 29 - now)
        return (least, most) if least <= most else None

    told = check("drift-bounds", near)
    assert told.outcome == Outcome.NOT_YET
    assert told.lines[-1] == astray.BOUNDS.wrong[-1].feedback


# The hour that comes twice


def test_the_verifier_to_mend_is_the_one_in_the_notebook():
    """What the check knows as the unfixed one is what the learner reads."""
    assert astray.GIVEN_VERIFIER in sources(astray.NOTEBOOK)


def test_zones_and_nights():
    """As the notebook says: five zones, and three nights in which a wall shows one time twice. Each is met."""
    cases = [case.arguments for case in astray.LOCAL_TIME.cases]
    assert len({zone for zone, *_ in cases}) == 5
    twice = {
        zone for zone, now, *_ in cases if _wall(zone, now) in {_wall(zone, now - 1800), _wall(zone, now - 3600)}
    }
    assert twice == {"America/New_York", "Europe/Berlin", "Australia/Lord_Howe"}


def _wall(zone: str, now: int) -> str:
    return f"{datetime.fromtimestamp(now, ZoneInfo(zone)):%F %T}"


def test_cases_are_named_by_what_the_wall_shows():
    """A case that names a time of day is asked at that time of day."""
    for case in astray.LOCAL_TIME.cases:
        zone, now, *_ = case.arguments
        told = [word.strip(",") for word in case.name.split() if word.count(":") == 2]
        assert all(_wall(zone, now).endswith(time) for time in told), case.name


ASK_ALL = """
import json, time
from mfa_lab.lab.grading.checks import check
from mfa_lab.lab.exercises import exercise, made_by
one = exercise("local-time")
naive = one.wrong[0].source.replace(".replace(tzinfo=zone)", "")
local = naive.replace("now, zone):%Y", "now):%Y")
answers = [one.solution, *(wrong.source for wrong in one.wrong)]
told = [check(one.id, made_by(source, one.given)) for source in answers]
refused = {str(check(one.id, made_by(source, one.given)).outcome) for source in (naive, local)}
print(json.dumps([time.tzname[0], sorted(refused), [[str(result.outcome), *result.lines] for result in told]]))
"""


def graded_in(zone: str) -> tuple[str, list[str], list[list[str]]]:
    """The machine's own zone by its name, how times without a zone are judged, and every other answer's lines."""
    done = subprocess.run(
        [sys.executable, "-c", ASK_ALL], env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=True
    )
    return tuple(json.loads(done.stdout))


@pytest.mark.full
def test_grades_do_not_depend_on_the_machines_zone():
    """In kernels of four zones, two of which the cases ask about: the same words for every answer, and answers
    that lean on the machine's own zone are refused in each. The check leaves that zone as it found it.
    """
    zones = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kathmandu")
    names, naive, told = zip(*map(graded_in, zones), strict=True)
    assert len(set(names)) == len(zones)
    assert list(naive) == [[str(Outcome.NOT_YET)]] * len(zones)
    assert all(lines == told[0] for lines in told)
    assert told[0][0][0] == str(Outcome.DONE)
