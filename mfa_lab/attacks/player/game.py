"""Play a game: people do something on a server, event by event, and the game tells the story in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mfa_lab.attacks.player.events import Event, others_in
from mfa_lab.attacks.player.guessers import Guessers
from mfa_lab.attacks.player.narrator import Difference
from mfa_lab.attacks.player.thieves import Thieves


class Game(Thieves, Guessers):
    """Play the events of a game on a server."""

    def play(self, events: Iterable[Event]) -> Difference | None:
        """Play the events until the server and the model differ. Return the difference, or None without one."""
        events = list(events)
        try:
            self.join(max(map(others_in, events), default=0))
            for kind, *values in events:
                _PLAYS[str(kind)](self, *values)
        except Difference as difference:
            return difference
        return None


_PLAYS: dict[str, Callable[..., None]] = {
    "log in": Game.log_in,
    "three": Game.log_in_thrice,
    "at once": Game.at_once,
    "restart": Game.restart,
    "walk": Game.walk,
    "enrol": Game.enrol,
    "use": Game.use,
    "work": Game.work,
    "wait": Game.wait,
    "midnight": Game.midnight,
    "others": Game.others_log_in,
    "others mistype": Game.others_mistype,
    "type": Game.type_code,
    "look": Game.look,
    "skip": Game.skip,
    "newcomer": Game.newcomer,
    "tamper": Game.tamper,
    "guess": Game.guess,
    "watch": Game.watch,
    "guess password": Game.guess_password,
    "watch password": Game.watch_password,
}
