"""The events of a game: plain tuples that anybody can read, drawn with a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mfa_lab.attacks.law import DAY, HOUR, Law
from mfa_lab.randomness import Draws, seeded_draws

Event = tuple[str | int, ...]
"""A kind and its values, such as `("wait", 30)` or `("log in", "alice", 0, "")`."""

PEOPLE = ("alice", "mallory")
PAUSES = (1, 2, 10, 29, 30, 31, 40, 59, 60, 61, 89, 90, 120, 300, 900, HOUR, 2 * HOUR, DAY, 7 * DAY, 366 * DAY)
_CODES = ("used", "used", "used", "seen", "seen", "wrong", "other", "late", "early")


def game(seed: int, law: Law) -> list[Event]:
    """Return the events of one game. The same seed gives the same game."""
    draw = seeded_draws(seed)
    kinds, weights = list(law.kinds), list(law.kinds.values())
    length = draw.randint(2, law.events)
    return [_event(draw, law, kind) for kind in draw.choices(kinds, weights, k=length)]


def _event(draw: Draws, law: Law, kind: str) -> Event:
    who = draw.choice(("alice", "alice", "alice", "mallory"))
    if kind == "log in":
        return kind, who, draw.choice(law.lags), _spelling(draw, law)
    if kind == "type":
        return kind, who, draw.choice(_CODES), draw.choice((0, 0, 0, 1, 2)), _spelling(draw, law)
    if kind == "guess":
        many, between = draw.choice(("one", "many")), draw.choice(law.between)
        return kind, who, draw.choice(law.counts), draw.choice(law.paces), many, between if who == "alice" else ""
    if kind == "guess password":
        return kind, who, draw.choice(law.counts), draw.choice(law.paces)
    if kind == "wait":
        seconds = draw.choice(PAUSES)
        return kind, -seconds if law.clock_goes_back and seconds <= HOUR and draw.random() < 0.3 else seconds
    if kind in {"others", "others mistype"}:
        return kind, draw.choice((1, 2, 8, 25, 40))
    if kind == "tamper":
        return kind, draw.choice(("name", "made up", "hers")), draw.choice(("alice", "mallory"))
    if kind == "use":
        return kind, who, draw.choice(("", "", "name", "date"))
    return kind, who


def others_in(event: Event) -> int:
    """Return how many other people an event needs."""
    if event[0] in {"others", "others mistype"}:
        return int(event[1])
    return 40 if "others mistype" in event else 0


def simpler(event: Event) -> Iterator[Event]:
    """Return the same event with one value that is easier to tell: a smaller number, or the plainest word."""
    kind, *values = event
    for index, value in enumerate(values):
        for easier in _easier(value):
            yield (kind, *values[:index], easier, *values[index + 1 :])


_SMALLER = {1, 2, 4, 6, 10, 20, 25, 33, 50, 90, 99, 100, *PAUSES}


def _easier(value: str | int) -> Iterator[str | int]:
    if isinstance(value, str):
        if value in SPELLINGS or value in {"own login", "others mistype", "a week", "name", "date"}:
            yield ""
        if value == "many":
            yield "one"
        return
    for smaller in sorted({0, *_SMALLER}):
        if smaller < value:
            yield smaller
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
    "superscript digits": lambda code: code.translate(dict(zip(map(ord, "0123456789"), "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))),
}
SPELLINGS = tuple(_SPELLED)


def _spelling(draw: Draws, law: Law) -> str:
    return draw.choice(SPELLINGS) if law.spellings and draw.random() < 0.4 else ""
