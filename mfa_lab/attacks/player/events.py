"""Draw the events of a game from a seed. An event is a plain tuple that anybody can read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mfa_lab.attacks.law import DAY, HOUR, PAUSES, WEEK, Law
from mfa_lab.randomness import Draws, seeded_draws

Event = tuple[str | int, ...]
"""The kind of an event and its values, such as `("wait", 30)` or `("log in", "alice", 0, "")`."""

_CODES = ("used", "used", "used", "seen", "seen", "wrong", "other", "late", "early")
_MANY = 110
_LOOKALIKES = 6


def game(seed: int, law: Law) -> list[Event]:
    """Return the events of one game. The same seed gives the same game."""
    draw = seeded_draws(seed)
    kinds, weights = list(law.kinds), list(law.kinds.values())
    length = draw.randint(2, law.events)
    return [_event(draw, law, kind) for kind in draw.choices(kinds, weights, k=length)]


def _event(draw: Draws, law: Law, kind: str) -> Event:
    who = draw.choice(("alice", "alice", "alice", "mallory"))
    anyone = draw.choice(("alice", "mallory", *map(str, range(_LOOKALIKES))))
    drawn: dict[str, Callable[[], Event]] = {
        "log in": lambda: (who, draw.choice(law.lags), _spelling(draw, law)),
        "type": lambda: (who, draw.choice(_CODES), draw.choice((0, 0, 0, 1, 2)), _spelling(draw, law)),
        "guess": lambda: _guesses(draw, law, who),
        "watch": lambda: _watch(draw, law, who),
        "guess password": lambda: (who, draw.choice(law.counts), draw.choice(law.paces)),
        "watch password": lambda: (who, draw.choice((HOUR, DAY))),
        "wait": lambda: (_pause(draw, law),),
        "others": lambda: (_crowd(draw),),
        "others mistype": lambda: (_crowd(draw),),
        "tamper": lambda: (
            draw.choice(("name", "name", "made up", "hers", "empty", "added")),
            draw.choice(("mallory", *map(str, range(_LOOKALIKES)))),
            draw.choice(("alice", "thief")),
        ),
        "skip": lambda: (anyone, *draw.choice(((0, 0), (0, 0), (0, 0), (1, 0), (2, 0), (50, 0), (0, _MANY)))),
        "use": lambda: (who, draw.choice(("", "", "name", "date", "earlier"))),
        "work": lambda: (who, draw.choice((8, 23, 24, 25)), draw.choice(("", "date"))),
        "at once": lambda: (who, anyone),
        "restart": tuple,
        "walk": lambda: (who, draw.choice((2, 4, 12, 12, -4))),
        "newcomer": tuple,
    }
    return (kind, *drawn.get(kind, lambda: (who,))())


def _guesses(draw: Draws, law: Law, who: str) -> Event:
    """Draw a series of wrong codes.

    If the series is very long, nothing happens between the codes, because the game would take too long.
    """
    count, pace, pendings = draw.choice(law.counts), draw.choice(law.paces), draw.choice(("one", "many"))
    between = draw.choice(law.between)
    fits = 4 < count <= 33 if between.startswith("others") else count < 300
    return who, count, pace, "one" if count > 100 else pendings, between if who == "alice" and fits else ""


def _watch(draw: Draws, law: Law, who: str) -> Event:
    """Draw how long somebody continues to guess.

    Between the guesses, no crowd of other people does anything, because the game would take too long.
    """
    longest = max((seconds for seconds, _ in law.budgets), default=DAY)
    seconds = draw.choice([each for each in (HOUR, DAY, WEEK) if each <= longest])
    between = draw.choice(law.between)
    return who, seconds, between if who == "alice" and not between.startswith("others") else ""


def _pause(draw: Draws, law: Law) -> int:
    seconds = draw.choice(law.pauses)
    return -seconds if law.clock_goes_back and seconds <= HOUR and draw.random() < 0.3 else seconds


def _crowd(draw: Draws) -> int:
    return _MANY if draw.random() < 0.08 else draw.choice((1, 2, 8, 8, 25, 40))


def others_in(event: Event) -> int:
    """Return how many other people an event needs."""
    kind, *values = event
    if kind in {"others", "others mistype"}:
        return int(values[0])
    if kind == "skip" and values[-1]:
        return int(values[-1])
    if "others mistype" in values or "others log in" in values:
        return _MANY
    return _LOOKALIKES if any(isinstance(value, str) and value.isdigit() for value in values) else 0


def simpler(event: Event) -> Iterator[Event]:
    """Yield the same event with one simpler value: a smaller number, or a simpler word.

    The story of a game with simpler values is easier to tell.
    """
    kind, *values = event
    for index, value in enumerate(values):
        for easier in _easier(value):
            yield (kind, *values[:index], easier, *values[index + 1 :])


_SMALLER = sorted({0, 1, 2, 4, 6, 8, 10, 20, 25, 33, 50, 90, 99, 100, *PAUSES})
_PLAIN = {
    "many": "one",
    "hers": "name",
    "bob": "alice",
    **dict.fromkeys(("own mistakes", "others log in"), "own login"),
}


def _easier(value: str | int) -> Iterator[str | int]:
    if isinstance(value, str):
        if value in SPELLINGS or value in {"own login", "others mistype", "a week", "date", "earlier"}:
            yield ""
        if value in _PLAIN:
            yield _PLAIN[value]
        if value.isdigit():
            yield "mallory"
        if value == "mallory":
            yield "alice"
        return
    yield from (smaller for smaller in _SMALLER if smaller < value)
    if value < 0:
        yield 0


def spelled(code: str, spelling: str) -> str:
    """Return the code as a person might write it."""
    return _SPELLED[spelling](code) if spelling else code


def _with_digits(first: int) -> dict[int, str]:
    return {ord("0") + digit: chr(first + digit) for digit in range(10)}


_SPELLED: dict[str, Callable[[str], str]] = {
    "a space at the end": lambda code: f"{code} ",
    "a space in the middle": lambda code: f"{code[:3]} {code[3:]}",
    "a hyphen": lambda code: f"{code[:3]}-{code[3:]}",
    "full-width digits": lambda code: code.translate(_with_digits(0xFF10)),
    "mathematical bold digits": lambda code: code.translate(_with_digits(0x1D7CE)),
    "circled numbers": lambda code: re.sub("1[0-9]|20|[1-9]", lambda found: chr(0x2460 + int(found[0]) - 1), code),
    "superscript digits": lambda code: code.translate(dict(zip(map(ord, "0123456789"), "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))),
}
SPELLINGS = tuple(_SPELLED)


def _spelling(draw: Draws, law: Law) -> str:
    return draw.choice(SPELLINGS) if law.spellings and draw.random() < 0.4 else ""
