"""Play many games, and shrink the first one that a server loses to its shortest story."""

from __future__ import annotations

from collections.abc import Callable

from mfa_lab.attacks.helpers.world import Make
from mfa_lab.attacks.law import Law
from mfa_lab.attacks.player.events import Event, game, simpler
from mfa_lab.attacks.player.game import Game
from mfa_lab.attacks.player.referee import Difference


def lost_game(make: Make, law: Law) -> Difference | None:
    """Return the shortest story of a game that the server loses, or None if it loses none of `law.games`."""
    for seed in range(law.first_seed, law.first_seed + law.games):
        events = game(seed, law)
        lost = Game(make, law).play(events)
        if lost:
            return shortest(events, lost, lambda shorter: Game(make, law).play(shorter))
    return None


def shortest(
    events: list[Event], lost: Difference, play: Callable[[list[Event]], Difference | None], most_games: int = 300
) -> Difference:
    """Remove events, then simplify their values, as long as the game is lost in the same way."""
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
