"""Exercises and predictions of 11_resynchronisation."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mfa_lab.errors import NoMatch
from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong
from mfa_lab.otp import code_at

NOTEBOOK = "11_resynchronisation"


def _bounds(answer: Callable[..., object], observations: list[tuple[int, int]]) -> object:
    """What comes, where square brackets are as good as round ones."""
    came = answer(observations)
    return tuple(came) if isinstance(came, list) else came


BOUNDS = Exercise(
    id="drift-bounds",
    title="Bound a drift",
    question=(
        "Write `bounds(observations)`. Each observation is a pair `(now, step)`: when the server's clock said `now`, "
        "the phone showed the code of `step` (30 seconds long, as always). Return `(least, most)`: by how many whole "
        "seconds the phone can be ahead, at least and at most; below 0 it is behind. Return None if no whole "
        "number fits all of them."
    ),
    ask=_bounds,
    solution="""
def bounds(observations):
    least = max(30 * step - now for now, step in observations)
    most = min(30 * step + 29 - now for now, step in observations)
    return (least, most) if least <= most else None
""".strip(),
    hints=(
        "Take one observation. What did the phone's own clock say then, at least, and at most?",
        (
            "A step of 30 seconds begins at second 30 times its number, and its last second is 29 later. Take off "
            "what the server's clock said."
        ),
        (
            "Every observation must hold: of all the least values the largest counts (`max`), of all the most values "
            "the smallest (`min`). What if they pass each other?"
        ),
    ),
    cases=(
        Case(
            "At 100 the phone shows step 3",
            ([(100, 3)],),
            (-10, 19),
            "Step 3 stands on a phone from its second 90 to its second 119.",
        ),
        Case(
            "At 100 it shows step 3, at 110 still step 3",
            ([(100, 3), (110, 3)],),
            (-10, 9),
            "Both must hold: how much is left of the first when the second is known?",
        ),
        Case(
            "At 100 it shows step 3, at 101 step 4",
            ([(100, 3), (101, 4)],),
            (19, 19),
            "A change between two seconds leaves one value.",
        ),
        Case(
            "At 1,800,000,040 step 60,000,000, 27 seconds later the next",
            ([(1_800_000_040, 60_000_000), (1_800_000_066, 60_000_000), (1_800_000_067, 60_000_001)],),
            (-37, -37),
            "This phone is behind: below 0.",
        ),
        Case(
            "The same, in another order",
            ([(1_800_000_067, 60_000_001), (1_800_000_040, 60_000_000), (1_800_000_066, 60_000_000)],),
            (-37, -37),
            "It must not count in which order they were written down.",
        ),
        Case(
            "At 100 it shows step 3, at 101 step 5",
            ([(100, 3), (101, 5)],),
            None,
            "Within a second no clock goes on by two steps: one of the two was noted wrongly.",
        ),
        Case(
            "At 1,800,000,040 step 3: its clock has begun in 1970 again",
            ([(1_800_000_040, 3)],),
            (-1_799_999_950, -1_799_999_921),
            "However wrong a clock is, its codes tell.",
        ),
    ),
    wrong=(
        Wrong(
            "def bounds(observations):\n"
            "    least = max(30 * step - now for now, step in observations)\n"
            "    most = min(30 * step + 30 - now for now, step in observations)\n"
            "    return (least, most) if least <= most else None",
            "Nearly: 30 seconds after its first a step is over. Which is its last?",
        ),
        Wrong(
            "def bounds(observations):\n"
            "    least = max(now - 30 * step - 29 for now, step in observations)\n"
            "    most = min(now - 30 * step for now, step in observations)\n"
            "    return (least, most) if least <= most else None",
            "That is how far the server is ahead of the phone. Turn the difference round.",
        ),
        Wrong(
            "def bounds(observations):\n"
            "    least = min(30 * step - now for now, step in observations)\n"
            "    most = max(30 * step + 29 - now for now, step in observations)\n"
            "    return (least, most) if least <= most else None",
            "With each observation your interval grows: it holds what one of them allows, not what all of them do.",
        ),
        Wrong(
            "def bounds(observations):\n"
            "    least = max(30 * step - now for now, step in observations)\n"
            "    most = min(30 * step + 29 - now for now, step in observations)\n"
            "    return (least, most)",
            "At least more than at most: there is no such number, and whoever uses the pair will not notice.",
        ),
        Wrong(
            "def bounds(observations):\n"
            "    least = max(30 * step - now for now, step in observations)\n"
            "    most = min(30 * step + 29 - now for now, step in observations)\n"
            "    return (least, most) if least < most else None",
            "You say that no number fits. Least and most may be the same number: then exactly one fits.",
        ),
        Wrong(
            "def bounds(observations):\n"
            "    now, step = observations[-1]\n"
            "    return 30 * step - now, 30 * step + 29 - now",
            "Only the last observation counts here. What the others say is lost.",
        ),
        Wrong(
            "def bounds(observations):\n"
            "    least, most = -60, 60\n"
            "    for now, step in observations:\n"
            "        least, most = max(least, 30 * step - now), min(most, 30 * step + 29 - now)\n"
            "    return (least, most) if least <= most else None",
            "Nobody said that the clock is nearly right: what you begin with excludes more than any observation.",
        ),
    ),
)

_SECRET = "DEMOALICEDEMOALICEDEMOALICEDEMO2"  # noqa: S105 (a demo secret, public)


@contextmanager
def _machine_in(rules: str) -> Iterator[None]:
    """This process's own zone, for a while; in POSIX's words, which need no zone files. Windows cannot."""
    if not hasattr(time, "tzset"):
        yield
        return
    before = os.environ.get("TZ")
    try:
        os.environ["TZ"] = rules
        time.tzset()
        yield
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


def _opens(answer: Callable[..., object], zone: str, now: int, shown_at: int, machine: str = "") -> object:
    """What the answer says in `zone` at `now` of the code that a right phone showed at `shown_at`. The zone is an
    argument; this process's own is left alone, unless a `machine` is named that goes by these rules. Whoever uses
    `match` has its error for an answer.
    """
    if machine:
        with _machine_in(machine):
            return _opens(answer, zone, now, shown_at)
    try:
        return answer(_SECRET, code_at(_SECRET, shown_at), now, ZoneInfo(zone))
    except NoMatch:
        return "NoMatch was raised"


def _utc(month: int, day: int, hour: int, minute: int) -> int:
    """Ten seconds into a minute of 2026, whose rules of time are history."""
    return int(datetime(2026, month, day, hour, minute, 10, tzinfo=UTC).timestamp())


_NOON = _utc(7, 1, 12, 0)
_NEW_YORK, _BERLIN, _LORD_HOWE = _utc(11, 1, 5, 30), _utc(10, 25, 0, 30), _utc(4, 4, 14, 45)
"""1:30 in New York, 2:30 in Berlin, 1:45 on Lord Howe Island, for the first time that night. The second time comes an
hour later; on Lord Howe Island, whose summer is half an hour, 30 minutes later.
"""

GIVEN_VERIFIER = """
def opens_by_the_wall(secret, code, now, zone):
    wall = f"{datetime.fromtimestamp(now, zone):%Y-%m-%d %H:%M:%S}"
    moment = datetime.fromisoformat(wall).replace(tzinfo=zone)
    return code == code_at(secret, int(moment.timestamp()))
""".strip()
"""The verifier of the notebook that is to be mended."""

_GIVEN = "from datetime import UTC, datetime\n\nfrom mfa_lab.otp import code_at"
_MATCH = "from mfa_lab.errors import NoMatch\nfrom mfa_lab.otp import match\n\n"
_AGAIN = "The hands of the clock have been there before. Which of the two times do they mean?"

LOCAL_TIME = Exercise(
    id="local-time",
    title="The hour that comes twice",
    question=(
        "Mend the verifier: write `opens(secret, code, now, zone)`. `now` is the server's clock in Unix seconds, "
        "`zone` the time zone in which the server stands. Return True if `code` is the one that a right phone shows "
        "at `now`, else False, in every zone and at every hour of the year. No window is asked for here."
    ),
    ask=_opens,
    given=_GIVEN,
    solution="""
def opens(secret, code, now, zone):
    return code == code_at(secret, now)
""".strip(),
    hints=(
        "Go through the three lines with the second 1:30:10 in mind. Which of them forgets something?",
        "From the text alone nobody can tell the two hours apart. What do phones reckon with, and has the server it?",
        "Unix seconds are the same all over the world, and never go back. Time zones are for people.",
    ),
    cases=(
        Case(
            "UTC at noon",
            ("UTC", _NOON, _NOON),
            True,
            "True or False is asked for. And in which zone is a time that names none?",
        ),
        Case(
            "UTC at noon, the code of the step before",
            ("UTC", _NOON, _NOON - 30),
            False,
            "No window is asked for: this code is of another step. Where you refuse it, return False.",
        ),
        Case(
            "New York at the same moment",
            ("America/New_York", _NOON, _NOON),
            True,
            "The phone asks for Unix seconds, wherever it is.",
        ),
        Case("Kathmandu at the same moment", ("Asia/Kathmandu", _NOON, _NOON), True, "5 hours 45 minutes from UTC."),
        Case("New York, 1:30:10 for the first time", ("America/New_York", _NEW_YORK, _NEW_YORK), True, _AGAIN),
        Case(
            "New York, 1:30:10 for the second time",
            ("America/New_York", _NEW_YORK + 3600, _NEW_YORK + 3600),
            True,
            _AGAIN,
        ),
        Case(
            "New York, 1:30:10 for the second time, a code from the first",
            ("America/New_York", _NEW_YORK + 3600, _NEW_YORK),
            False,
            "This code is an hour old: return False.",
        ),
        Case(
            "Berlin, 2:30:10 for the second time",
            ("Europe/Berlin", _BERLIN + 3600, _BERLIN + 3600),
            True,
            _AGAIN,
        ),
        Case(
            "Berlin, 2:30:10 for the first time, a code from the second",
            ("Europe/Berlin", _BERLIN, _BERLIN + 3600),
            False,
            "This code will be shown in an hour: return False.",
        ),
        Case(
            "Lord Howe Island, 1:45:10 for the second time, half an hour later",
            ("Australia/Lord_Howe", _LORD_HOWE + 1800, _LORD_HOWE + 1800),
            True,
            "Not every zone goes back by an hour.",
        ),
        Case(
            "New York, 1:30:10 for the second time, and the machine goes by New York's time itself",
            ("America/New_York", _NEW_YORK + 3600, _NEW_YORK + 3600, "EST5EDT,M3.2.0,M11.1.0"),
            True,
            "A time that names no zone is in the machine's own, and that has such a night, too.",
        ),
    ),
    wrong=(
        Wrong(
            GIVEN_VERIFIER,
            "The first time all is well, the second time it is not: the text on the wall is the same, so what was "
            "made of it must be wrong once.",
        ),
        Wrong(
            GIVEN_VERIFIER.replace("tzinfo=zone", "tzinfo=zone, fold=1"),
            "Now the second hour is right and the first is wrong. The text does not say which of them it is.",
        ),
        Wrong(
            GIVEN_VERIFIER.replace("tzinfo=zone", "tzinfo=UTC"),
            "What is on that wall is not UTC. Where clocks show anything else, right codes are refused all the year.",
        ),
        Wrong(
            "def opens(secret, code, now, zone):\n"
            '    wall = f"{datetime.fromtimestamp(now, zone):%Y-%m-%d %H:%M:%S}"\n'
            "    times = [datetime.fromisoformat(wall).replace(tzinfo=zone, fold=fold) for fold in (0, 1)]\n"
            "    return code in [code_at(secret, int(time.timestamp())) for time in times]",
            "Whoever tries both hours lets everybody in, also who has read a code an hour ago.",
        ),
        Wrong(
            f"{_MATCH}def opens(secret, code, now, zone):\n    return match(secret, code, now)",
            "`match` has a window; none is asked for. And it answers with a record, or raises: no True and no False.",
        ),
        Wrong(
            f"{_MATCH}def opens(secret, code, now, zone):\n    return match(secret, code, now).offset == 0",
            "`match` has a window; none is asked for. And where nothing fits it raises `NoMatch`: that is no False.",
        ),
        Wrong(
            f"{_MATCH}def opens(secret, code, now, zone):\n    try:\n        return bool(match(secret, code, now))\n"
            "    except NoMatch:\n        return False",
            "`match` has a window, and takes the code of the step before as well. None is asked for here.",
        ),
    ),
)

EXERCISES = (BOUNDS, LOCAL_TIME)

PREDICTIONS = (
    Prediction(
        id="token-in-a-drawer",
        question="A token that gains 20 millionths lies in a drawer. After how long is it always refused?",
        options=(
            Option("a", "a week or less", lambda day: day is not None and day <= 7),
            Option("b", "a month or so", lambda day: day is not None and 7 < day <= 60),
            Option("c", "half a year or so", lambda day: day is not None and 60 < day <= 300),
            Option("d", "not within the year", lambda day: day is None or day > 300),
        ),
    ),
)
