"""One week of a company's audit log: 100,000 seeded events, nearly all of them ordinary, and one attack.

The week is invented, but its log looks like the log of `MfaServer`: the events and reasons are the same, and there is
no name or address. Nine hundred people log in during office hours. They mistype passwords and codes, type names that
do not exist, and lose phones. One person's phone has a wrong clock, and another person's keyboard has a sticking key.
These two people fill the log with rejected codes, but neither person is attacked.

The attacker knows a third person's password and guesses one code every two and a half hours, day and night. These
guesses are never throttled and are never followed by a login. The server never disables the factor, because each of
the owner's logins resets the count of failed attempts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from numpy.random import Generator

from mfa_lab.attacks.simulation.odds import dice
from mfa_lab.errors import InvalidInput, Reason
from mfa_lab.randomness import Randomness, SeededRandomness
from mfa_lab.server.audit import Event
from mfa_lab.server.records import AuditLine

MONDAY = 1_800_230_400
"""2027-01-18 00:00 UTC, in Unix seconds."""
HOUR_SECONDS = 3600
WEEK_HOURS = 168
GUESS_INTERVAL_SECONDS = 9000
"""The time between two of the attacker's guesses, give or take ten minutes."""
_PEOPLE_IN_A_THOUSAND_LINES = 9
_LEAST_LINES = 2000

_OFFICE = (0, 0, 0, 0, 0, 1, 4, 18, 60, 90, 70, 55, 40, 65, 60, 50, 40, 25, 8, 4, 3, 2, 1, 0)
"""The relative number of logins in each hour of a working day (UTC)."""
_WEEKEND_SHARE = 0.04

Step = tuple[int, Event, Reason | None]
"""The seconds since the previous step, the event, and the reason for a rejection."""

_PASSWORD: Step = (0, Event.PASSWORD_ACCEPTED, None)
_IN: Step = (9, Event.LOGGED_IN, None)
_OUT: Step = (1500, Event.LOGGED_OUT, None)
_TYPO: Step = (0, Event.PASSWORD_REFUSED, Reason.WRONG_PASSWORD)
_AGAIN: Step = (12, Event.PASSWORD_ACCEPTED, None)
_WRONG: Step = (10, Event.CODE_REFUSED, Reason.NO_MATCH)
_LATE: Step = (35, Event.CODE_REFUSED, Reason.NEAR_MISS)
_REUSED: Step = (7, Event.CODE_REFUSED, Reason.REUSED)
_STARTED: Step = (20, Event.ENROLMENT_STARTED, None)
_BOUND: Step = (40, Event.FACTOR_BOUND, None)

VISITS: dict[str, tuple[float, tuple[Step, ...]]] = {
    "a login": (640, (_PASSWORD, _IN)),
    "a login, and out": (260, (_PASSWORD, _IN, _OUT)),
    "a password mistyped": (38, (_TYPO, _AGAIN, _IN)),
    "a password mistyped twice": (6, (_TYPO, (8, *_TYPO[1:]), _AGAIN, _IN)),
    "a code mistyped": (16, (_PASSWORD, _WRONG, _IN)),
    "a code mistyped twice": (3, (_PASSWORD, _WRONG, _WRONG, _IN)),
    "a code too late": (12, (_PASSWORD, _LATE, _IN)),
    "a code typed twice": (3, (_PASSWORD, _REUSED, (25, *_IN[1:]))),
    "the phone is in another room": (9, (_PASSWORD,)),
    "a code mistyped, then interrupted": (1.2, (_PASSWORD, _WRONG)),
    "a forgotten password": (
        2,
        (
            _TYPO,
            (9, *_TYPO[1:]),
            (9, *_TYPO[1:]),
            (5, Event.PASSWORD_REFUSED, Reason.THROTTLED),
            (40, *_PASSWORD[1:]),
            _IN,
        ),
    ),
    "a lost phone": (
        0.6,
        (_PASSWORD, (30, Event.RECOVERED, None), _STARTED, _BOUND, (15, *_PASSWORD[1:]), (30, *_IN[1:])),
    ),
    "a lost phone, and a code misread": (
        0.3,
        (
            _PASSWORD,
            (30, Event.RECOVERY_REFUSED, Reason.WRONG_RECOVERY_CODE),
            (25, Event.RECOVERED, None),
            _STARTED,
            _BOUND,
            (15, *_PASSWORD[1:]),
            (30, *_IN[1:]),
        ),
    ),
    "a further phone": (0.6, (_PASSWORD, _IN, _STARTED, _BOUND)),
    "a new password": (1, (_PASSWORD, _IN, (60, Event.PASSWORD_CHANGED, None))),
    "a new colleague": (0.5, ((0, Event.REGISTERED, None), (600, *_PASSWORD[1:]), _STARTED, _BOUND)),
    "an administrator's help": (0.3, ((0, Event.RESET_CODE_ISSUED, None),)),
}
"""How often each kind of login occurs among about a thousand logins, and which steps the log records."""

_NOBODY_SHARE = 0.025
_OFF_CLOCK: tuple[Step, ...] = (_PASSWORD, _LATE, _LATE, _IN)
_STICKING_KEY: tuple[Step, ...] = (_PASSWORD, _WRONG, _WRONG, _IN)
_GUESS: tuple[Step, ...] = (_PASSWORD, (8, Event.CODE_REFUSED, Reason.NO_MATCH))


@dataclass(frozen=True, slots=True)
class Week:
    """Hold the log, oldest line first, the attacked account, and the two that only appear to be under attack."""

    lines: tuple[AuditLine, ...]
    attacked: str
    decoys: tuple[str, str]


def audit_week(seed: int | Randomness = 2027, lines: int = 100_000) -> Week:
    """Return a week whose log has this number of lines. The same seed gives the same week."""
    if type(lines) is not int or lines < _LEAST_LINES:
        raise InvalidInput(f"a week needs {_LEAST_LINES:,} lines or more: the attack alone has over a hundred")
    randomness = SeededRandomness(seed) if isinstance(seed, int) else seed
    thrown = dice(randomness)
    people = [randomness.token_bytes(16).hex() for _ in range(lines * _PEOPLE_IN_A_THOUSAND_LINES // 1000)]
    attacked, off_clock, sticking = people[:3]
    found = list(_attack(attacked, thrown))
    for person, visit, often in ((off_clock, _OFF_CLOCK, 48), (sticking, _STICKING_KEY, 42)):
        for at in _moments(thrown, often):
            found += _said(person, at, visit, thrown)
    for at in _moments(thrown, 25):  # the owner of the attacked account works as usual
        found += _said(attacked, at, VISITS["a login"][1], thrown)
    found += _others(people[3:], lines - len(found), thrown)
    return Week(tuple(sorted(found, key=lambda line: line.at)), attacked, (off_clock, sticking))


def _attack(attacked: str, thrown: Generator) -> Iterator[AuditLine]:
    at = MONDAY + int(thrown.integers(GUESS_INTERVAL_SECONDS))
    while at < MONDAY + WEEK_HOURS * HOUR_SECONDS - GUESS_INTERVAL_SECONDS:
        yield from _said(attacked, at, _GUESS, thrown)
        at += GUESS_INTERVAL_SECONDS + int(thrown.integers(-600, 601))


def _others(people: list[str], room: int, thrown: Generator) -> list[AuditLine]:
    """Return `room` lines about these people. The attacked account and the two decoys are not among the people."""
    names = list(VISITS)
    chances = [VISITS[name][0] for name in names]
    which = thrown.choice(len(names), size=room, p=[chance / sum(chances) for chance in chances])
    who = thrown.integers(len(people), size=room)
    nobody = thrown.random(room) < _NOBODY_SHARE
    found: list[AuditLine] = []
    for at, visit, person, misspelt in zip(_moments(thrown, room), which, who, nobody, strict=True):
        if misspelt:
            found.append(AuditLine(at - 15, Event.PASSWORD_REFUSED.value, None, Reason.UNKNOWN_NAME.value))
        found += _said(people[person], at, VISITS[names[visit]][1], thrown)
        if len(found) >= room:
            break
    return found[:room]


def _moments(thrown: Generator, count: int) -> list[int]:
    """Return `count` moments of the week, unsorted, in Unix seconds. Most of them are in working hours."""
    weights = [weight * (1 if day < 5 else _WEEKEND_SHARE) for day in range(7) for weight in _OFFICE]
    hours = thrown.choice(WEEK_HOURS, size=count, p=[weight / sum(weights) for weight in weights])
    seconds = thrown.integers(HOUR_SECONDS, size=count)
    return [MONDAY + int(hour) * HOUR_SECONDS + int(second) for hour, second in zip(hours, seconds, strict=True)]


def _said(person: str, at: int, visit: tuple[Step, ...], thrown: Generator) -> Iterator[AuditLine]:
    """Yield the log's lines about one visit. Its steps take 0.6 to 1.6 times as long as usual."""
    speed = 0.6 + thrown.random()
    for seconds, event, reason in visit:
        at += round(seconds * speed)
        yield AuditLine(at, event.value, person, reason and reason.value)
