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
    """Return what the learner's function returns, with any list converted to a tuple."""
    came = answer(observations)
    return tuple(came) if isinstance(came, list) else came


BOUNDS = Exercise(
    id="drift-bounds",
    title="Bound a drift",
    question=(
        "Write `bounds(observations)`. Each observation is a pair `(now, step)`: when the server's clock said `now`, "
        "the phone showed the code of `step` (30 seconds long, as always). Return `(least, most)`, the smallest and "
        "the largest number of whole seconds by which the phone can be ahead. A negative number means that the phone "
        "is behind. Return None if no whole number fits all observations."
    ),
    ask=_bounds,
    solution="""
def bounds(observations):
    least = max(30 * step - now for now, step in observations)
    most = min(30 * step + 29 - now for now, step in observations)
    return (least, most) if least <= most else None
""".strip(),
    hints=(
        (
            "Take one observation. What are the earliest and the latest time that the phone's clock could show at "
            "that moment?"
        ),
        (
            "A step begins at 30 times its number, and its last second comes 29 seconds later. Subtract the time of "
            "the server's clock from both times."
        ),
        (
            "Your bounds must fit all observations. So use the largest of the lower bounds (`max`) and the smallest "
            "of the upper bounds (`min`). What if the lower bound ends up above the upper bound?"
        ),
    ),
    cases=(
        Case(
            "At 100 the phone shows step 3",
            ([(100, 3)],),
            (-10, 19),
            "Your bounds do not fit one observation. A phone shows step 3 from its second 90 to its second 119: how "
            "far is each end from the server's time?",
        ),
        Case(
            "At 100 the phone shows step 3, at 110 still step 3",
            ([(100, 3), (110, 3)],),
            (-10, 9),
            "Your bounds do not fit both observations. How much of the first interval does the second observation "
            "leave?",
        ),
        Case(
            "At 100 the phone shows step 3, at 101 step 4",
            ([(100, 3), (101, 4)],),
            (19, 19),
            "Your bounds should leave exactly one value. The code changed within this one second: what does that say "
            "about the phone's clock?",
        ),
        Case(
            "At 1,800,000,040 the phone shows step 60,000,000, and 27 seconds later the next step",
            ([(1_800_000_040, 60_000_000), (1_800_000_066, 60_000_000), (1_800_000_067, 60_000_001)],),
            (-37, -37),
            "Your bounds are wrong for a phone that is behind. Is its drift positive or negative?",
        ),
        Case(
            "The same observations in another order",
            ([(1_800_000_067, 60_000_001), (1_800_000_040, 60_000_000), (1_800_000_066, 60_000_000)],),
            (-37, -37),
            "Your bounds depend on the order of the observations. Does the phone's clock depend on the order in "
            "which you list them?",
        ),
        Case(
            "At 100 the phone shows step 3, at 101 step 5",
            ([(100, 3), (101, 5)],),
            None,
            "Your code finds bounds, although no clock advances two steps within one second. What should your code "
            "return if observations contradict each other?",
        ),
        Case(
            "At 1,800,000,040 the phone shows step 3, because its clock was reset to 1970",
            ([(1_800_000_040, 3)],),
            (-1_799_999_950, -1_799_999_921),
            "Your bounds are wrong for a clock that is decades behind. Does your code assume that clocks are nearly "
            "correct?",
        ),
    ),
    wrong=(
        Wrong(
            "def bounds(observations):\n"
            "    least = max(30 * step - now for now, step in observations)\n"
            "    most = min(30 * step + 30 - now for now, step in observations)\n"
            "    return (least, most) if least <= most else None",
            "Your steps last 31 seconds, because the last second comes 30 seconds after the first. Which is the last "
            "second of a step?",
        ),
        Wrong(
            "def bounds(observations):\n"
            "    least = max(now - 30 * step - 29 for now, step in observations)\n"
            "    most = min(now - 30 * step for now, step in observations)\n"
            "    return (least, most) if least <= most else None",
            "Your code returns how far the server is ahead of the phone. Which of the two clocks is the question "
            "about?",
        ),
        Wrong(
            "def bounds(observations):\n"
            "    least = min(30 * step - now for now, step in observations)\n"
            "    most = max(30 * step + 29 - now for now, step in observations)\n"
            "    return (least, most) if least <= most else None",
            "Your interval grows with each observation, because it contains every value that at least one "
            "observation allows. Which values do all observations allow?",
        ),
        Wrong(
            "def bounds(observations):\n"
            "    least = max(30 * step - now for now, step in observations)\n"
            "    most = min(30 * step + 29 - now for now, step in observations)\n"
            "    return (least, most)",
            "Your lower bound is above your upper bound, and nothing warns a program that uses the pair. What should "
            "your code return if no number fits?",
        ),
        Wrong(
            "def bounds(observations):\n"
            "    least = max(30 * step - now for now, step in observations)\n"
            "    most = min(30 * step + 29 - now for now, step in observations)\n"
            "    return (least, most) if least < most else None",
            "Your code returns None when `least` and `most` are the same number, although that number fits. How many "
            "numbers are there from 5 to 5, both included?",
        ),
        Wrong(
            "def bounds(observations):\n"
            "    now, step = observations[-1]\n"
            "    return 30 * step - now, 30 * step + 29 - now",
            "Your code reads only the last observation and ignores the others. Which values do the other "
            "observations exclude?",
        ),
        Wrong(
            "def bounds(observations):\n"
            "    least, most = -60, 60\n"
            "    for now, step in observations:\n"
            "        least, most = max(least, 30 * step - now), min(most, 30 * step + 29 - now)\n"
            "    return (least, most) if least <= most else None",
            "Your code starts with bounds of −60 and 60, so it excludes a clock that is more than a minute off. "
            "Which observation justifies these bounds?",
        ),
    ),
)

_SECRET = "DEMOALICEDEMOALICEDEMOALICEDEMO2"  # noqa: S105 (a demo secret, public)


@contextmanager
def _machine_in(rules: str) -> Iterator[None]:
    """Change this process's time zone inside the `with` block; Windows cannot do this.

    POSIX notation needs no zone files.
    """
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
    """Return what the verifier says in `zone` at `now` about the code that a correct phone showed at `shown_at`.

    The verifier gets the zone as an argument. This process keeps its own zone, unless `machine` gives the rules of
    another zone. If the verifier uses `match`, an error of `match` counts as the verifier's result.
    """
    if machine:
        with _machine_in(machine):
            return _opens(answer, zone, now, shown_at)
    try:
        return answer(_SECRET, code_at(_SECRET, shown_at), now, ZoneInfo(zone))
    except NoMatch:
        return "NoMatch was raised"


def _utc(month: int, day: int, hour: int, minute: int) -> int:
    """Return the tenth second of a minute in 2026. The time zones' rules for that year no longer change."""
    return int(datetime(2026, month, day, hour, minute, 10, tzinfo=UTC).timestamp())


_NOON = _utc(7, 1, 12, 0)
_NEW_YORK, _BERLIN, _LORD_HOWE = _utc(11, 1, 5, 30), _utc(10, 25, 0, 30), _utc(4, 4, 14, 45)
"""The moments at which clocks show 1:30 in New York, 2:30 in Berlin, and 1:45 on Lord Howe Island for the first time
that night. They show these times again an hour later, or on Lord Howe Island half an hour later.
"""

GIVEN_VERIFIER = """
def opens_by_the_wall(secret, code, now, zone):
    wall = f"{datetime.fromtimestamp(now, zone):%Y-%m-%d %H:%M:%S}"
    moment = datetime.fromisoformat(wall).replace(tzinfo=zone)
    return code == code_at(secret, int(moment.timestamp()))
""".strip()
"""The notebook's verifier, which the learner has to fix."""

_GIVEN = "from datetime import UTC, datetime\n\nfrom mfa_lab.otp import code_at"
_MATCH = "from mfa_lab.errors import NoMatch\nfrom mfa_lab.otp import match\n\n"
_AGAIN = (
    "Your verifier is wrong on the night when the wall clock shows this time twice. Which of the two times does it "
    "compute with?"
)

LOCAL_TIME = Exercise(
    id="local-time",
    title="The hour that comes twice",
    question=(
        "Fix the verifier: write `opens(secret, code, now, zone)`. `now` is the server's clock in Unix "
        "seconds, and `zone` is the server's time zone. Return True if `code` is the code that a correct "
        "phone shows at `now`, and False otherwise. Your verifier must be correct in every zone and at every "
        "hour of the year. Your verifier has no window: it accepts only that one code."
    ),
    ask=_opens,
    given=_GIVEN,
    solution="""
def opens(secret, code, now, zone):
    return code == code_at(secret, now)
""".strip(),
    hints=(
        (
            "Follow the three lines of the given verifier when the clock shows 1:30:10 for the second time. Which "
            "line loses information?"
        ),
        (
            "The text alone cannot distinguish the two hours. Which number do phones compute a code from, and does "
            "the server have this number?"
        ),
        (
            "Unix seconds are the same all over the world, and daylight saving never sets them back. Time zones are "
            "only for people."
        ),
    ),
    cases=(
        Case(
            "UTC at noon",
            ("UTC", _NOON, _NOON),
            True,
            "Your verifier fails even in UTC at noon. Does it return True or False, and which zone does it assume "
            "for a time without a zone?",
        ),
        Case(
            "UTC at noon, the code of the previous step",
            ("UTC", _NOON, _NOON - 30),
            False,
            "Your verifier should return False for a code of another step. Is there a window in this exercise?",
        ),
        Case(
            "New York at the same moment",
            ("America/New_York", _NOON, _NOON),
            True,
            "Your verifier rejects a valid code just because the server is in another zone. Does the phone's code "
            "depend on the server's zone?",
        ),
        Case(
            "Kathmandu at the same moment",
            ("Asia/Kathmandu", _NOON, _NOON),
            True,
            "Your verifier is wrong in a zone that is 5 hours and 45 minutes ahead of UTC. Why does it need the zone "
            "at all?",
        ),
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
            "Your verifier should return False for a code that is an hour old. Which of the two times does it "
            "compute with?",
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
            "Your verifier should return False for a code that a phone will show only in an hour. Which of the two "
            "times does it compute with?",
        ),
        Case(
            "Lord Howe Island, 1:45:10 for the second time, half an hour later",
            ("Australia/Lord_Howe", _LORD_HOWE + 1800, _LORD_HOWE + 1800),
            True,
            "Your verifier is wrong in a zone whose clocks go back by half an hour. Does it assume that they go back "
            "by an hour everywhere?",
        ),
        Case(
            "New York, 1:30:10 for the second time, and the machine itself uses New York's time",
            ("America/New_York", _NEW_YORK + 3600, _NEW_YORK + 3600, "EST5EDT,M3.2.0,M11.1.0"),
            True,
            "Your verifier is wrong if the machine itself uses such a zone. Which zone does Python assume for a time "
            "without a zone?",
        ),
    ),
    wrong=(
        Wrong(
            GIVEN_VERIFIER,
            "Your verifier is correct at the first 1:30 and wrong at the second. Both times become the same text: "
            "what does the text lose?",
        ),
        Wrong(
            GIVEN_VERIFIER.replace("tzinfo=zone", "tzinfo=zone, fold=1"),
            "Now your verifier is correct at the second 1:30 and wrong at the first. Can a text without a zone say "
            "which of the two it means?",
        ),
        Wrong(
            GIVEN_VERIFIER.replace("tzinfo=zone", "tzinfo=UTC"),
            "Your verifier reads the wall clock as UTC, so it rejects valid codes in any other zone, all year round. "
            "Which zone's time does the wall clock show?",
        ),
        Wrong(
            "def opens(secret, code, now, zone):\n"
            '    wall = f"{datetime.fromtimestamp(now, zone):%Y-%m-%d %H:%M:%S}"\n'
            "    times = [datetime.fromisoformat(wall).replace(tzinfo=zone, fold=fold) for fold in (0, 1)]\n"
            "    return code in [code_at(secret, int(time.timestamp())) for time in times]",
            "Your verifier tries both hours, so it also accepts a code that somebody read an hour ago. How can it "
            "know which of the two hours it is?",
        ),
        Wrong(
            f"{_MATCH}def opens(secret, code, now, zone):\n    return match(secret, code, now)",
            "Your verifier passes on the result of `match`, which returns a record or raises an error. What should "
            "the verifier return? Besides the current code, which codes does it accept with the window of `match`?",
        ),
        Wrong(
            f"{_MATCH}def opens(secret, code, now, zone):\n    return match(secret, code, now).offset == 0",
            "If no step fits, your verifier raises `NoMatch`, so the caller gets no answer. What should it return "
            "instead?",
        ),
        Wrong(
            f"{_MATCH}def opens(secret, code, now, zone):\n    try:\n        return bool(match(secret, code, now))\n"
            "    except NoMatch:\n        return False",
            "Your verifier also accepts the code of the previous step, because `match` has a window. Which steps "
            "does the question allow?",
        ),
    ),
)

EXERCISES = (BOUNDS, LOCAL_TIME)

PREDICTIONS = (
    Prediction(
        id="token-in-a-drawer",
        question=(
            "A token whose clock runs 20 millionths too fast lies in a drawer. After how long is it always rejected?"
        ),
        options=(
            Option("a", "after a week or less", lambda day: day is not None and day <= 7),
            Option("b", "after a month or so", lambda day: day is not None and 7 < day <= 60),
            Option("c", "after half a year or so", lambda day: day is not None and 60 < day <= 300),
            Option("d", "not within the year", lambda day: day is None or day > 300),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** 20 millionths are 1.7 seconds a day. From day 18 on, the left server sometimes "
                "rejects the token, and from day 35 on always. All three windows are equally narrow, and the left "
                "window stays where it is."
            ),
            (
                "In the middle, the server *learns*. When it accepts a code from the edge of the window, it moves "
                "the window one step in that direction, only for Carol's token (RFC6238-6). This movement helps "
                "until day 209, because this server learns at most 10 steps. It also forgets one step for every 30 "
                "days without a login, so after day 209 the band sinks. If Carol logs in only once a month, this "
                "server also rejects her token from day 35 on."
            ),
            (
                "On the right, nobody logged in for a year, so the server learned nothing. On day 365, the server "
                "accepts the token again after two codes in a row. A section below explains how."
            ),
        ),
        secrets=("day 18", "day 35", "day 209", r"1\.7 seconds a day", "day 365"),
    ),
)
