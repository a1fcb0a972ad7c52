"""Play many games. If the server loses a game, shorten this game to its shortest story."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from mfa_lab.attacks.helpers.slow_reads import MEMORY, on_file
from mfa_lab.attacks.law import Law, PasskeyLaw
from mfa_lab.attacks.player import events as code_events
from mfa_lab.attacks.player import passkey_events
from mfa_lab.attacks.player.events import Event, simpler
from mfa_lab.attacks.player.game import Game
from mfa_lab.attacks.player.narrator import Difference
from mfa_lab.attacks.player.passkey_game import PasskeyGame


def lost_game(make: Any, law: Law | PasskeyLaw) -> Difference | None:
    """Return the shortest story of a game that the server loses, or None if the server loses no game of the law.

    `make` is a `Make`, or a `MakeOnFile` if `law.on_file` is true.
    """
    for seed in range(law.first_seed, law.first_seed + law.games):
        events = passkey_events.game(seed, law) if isinstance(law, PasskeyLaw) else code_events.game(seed, law)
        lost = played(make, law, events)
        if lost:
            return shortest(events, lost, lambda shorter: played(make, law, shorter))
    return None


def played(make: Any, law: Law | PasskeyLaw, events: list[Event]) -> Difference | None:
    """Play one game. Return where the server loses it, or None if the server loses nowhere.

    If `law.on_file` is true, the game has its own database file.
    """
    if isinstance(law, PasskeyLaw):
        return PasskeyGame(make, law).play(events)
    with on_file(make, MEMORY) if law.on_file else nullcontext(make) as made:
        return Game(made, law).play(events)


def shortest(
    events: list[Event], lost: Difference, play: Callable[[list[Event]], Difference | None], most_games: int = 300
) -> Difference:
    """Remove events and then simplify values, as long as the server still loses the game in the same way."""
    left = most_games

    def still(candidate: list[Event]) -> bool:
        nonlocal lost, events, left
        left -= 1
        found = play(candidate) if left > 0 else None
        if found is None or found.kind != lost.kind:
            return False
        events, lost = candidate, found
        return True

    size = len(events)
    while size:
        start = 0
        while start < len(events):
            if not still(events[:start] + events[start + size :]):
                start += size
        size //= 2
    changed = True
    while changed and left > 0:
        changed = any(
            still([*events[:index], easier, *events[index + 1 :]])
            for index in range(len(events))
            for easier in simpler(events[index])
        )
    return lost
