"""Draw the events of a game about passkeys from a seed.

An event is a plain tuple that anybody can read.
"""

from __future__ import annotations

from collections.abc import Callable

from mfa_lab.attacks.law import DAY, HOUR, MINUTE, PasskeyLaw
from mfa_lab.attacks.passkeys.forging import PARTS
from mfa_lab.attacks.player.events import Event
from mfa_lab.randomness import Draws, seeded_draws

PAGES = {
    "port": "http://shop.localhost:8001",
    "subdomain": "http://reviews.shop.localhost:8000",
    "scheme": "https://shop.localhost:8000",
    "no port": "http://shop.localhost",
    "own subdomain, own port": "http://pay.shop.localhost:8000",
    "own subdomain, other port": "https://pay.shop.localhost:8000",
    "own subdomain, plain": "http://pay.shop.localhost",
    "no subdomain": "https://shop.localhost",
    "lookalike": "http://evil-shop.localhost:8000",
    "prefix": "https://pay.shop.localhost.evil.example",
    "other site": "https://evil.example",
    "similar host": "https://pay-shop.localhost",
    "no origin": "null",
    "empty": "",
}
"""Origins that are not the site's own. A browser lets some of these pages use the site's passkeys."""

_PAUSES = (1, MINUTE, 10 * MINUTE, 2 * HOUR, 2 * DAY, 40 * DAY, 400 * DAY)
_REPLAYS = ("", "", "", "same login", "same login", "no challenge", "no challenge", "much later")
_OWNERS = ("alice", "alice", "alice", "alice", "bob")
_OTHERS = ("alice", "mallory", "mallory", "bob")


def game(seed: int, law: PasskeyLaw) -> list[Event]:
    """Return the events of one game. The same seed gives the same game."""
    draw = seeded_draws(seed)
    kinds, weights = list(law.kinds), list(law.kinds.values())
    return [_event(draw, kind) for kind in draw.choices(kinds, weights, k=draw.randint(2, law.events))]


def _event(draw: Draws, kind: str) -> Event:
    who, other = draw.choice(_OWNERS), draw.choice(_OTHERS)
    key = draw.choice((0, 0, 1, 2))
    drawn: dict[str, Callable[[], Event]] = {
        "log in": lambda: (who, key, draw.choice((0, 0, 1))),
        "tabs": lambda: (who, other),
        "code": lambda: (draw.choice(("carol", "carol", who)),),
        "add": lambda: (who,),
        "replay": lambda: (who, draw.choice((0, 0, 0, 1, 2)), draw.choice(_REPLAYS)),
        "second response": lambda: (who, draw.choice((0, 0, 1))),
        "old signature": lambda: (who, draw.choice((0, 0, 1))),
        "empty challenge": lambda: (who, key),
        "swap": lambda: (who, other, key),
        "page": lambda: (who, draw.choice((*PAGES, "frame", "older frame")), key),
        "change": lambda: (who, draw.choice(PARTS), draw.randint(0, 599), key),
        "other key": lambda: (who, draw.choice(("stranger", "own", "made up")), key),
        "no user": lambda: (who, draw.choice(("verified", "present", "both")), key),
        "overwrite": lambda: (draw.choice(("mallory", "mallory", other)), who, key),
        "fall back": lambda: (who, draw.choice(("code", "enrol", "passkey"))),
        "begun before": lambda: (draw.choice(("code", "enrol")),),
        "wait": lambda: (draw.choice(_PAUSES),),
    }
    return (kind, *drawn[kind]())
