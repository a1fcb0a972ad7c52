"""Send requests to a server, tell the story, and end the game when the server and the model differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from mfa_lab.attacks.helpers.world import World
from mfa_lab.errors import AccessDenied
from mfa_lab.server.records import Session

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Difference(Exception):
    """Report that the server and the model differ.

    `kind` says how they differ. `told` contains the sentences of the story.
    """

    kind: str
    told: tuple[str, ...]


class Narrator:
    """Hold the world of a game and the story so far.

    `told` contains a sentence for each event. If the server raises one of the exceptions in `denials`, it denies
    access.
    """

    denials: tuple[type[Exception], ...] = (AccessDenied,)

    def __init__(self, world: World) -> None:
        self.world = world
        self.told: list[str] = []

    def attempt(self, call: Callable[[], Any], kind: type[T]) -> T | None:
        """Call the server, and return its result, or None if it denies access."""
        returned: object = None
        try:
            returned = call()
        except self.denials:
            return None
        except Exception as error:  # noqa: BLE001 (whatever the learner's class raises is an answer)
            self._raises(error)
        if not isinstance(returned, kind):
            self.differs("raises", f"The server returns {'None' if returned is None else type(returned).__name__}.")
        return returned

    def whose(self, session: Session) -> str | None:
        """Return the name of the account whose page this session opens, or None."""
        try:
            return self.world.whose(session)
        except self.denials:
            return None
        except Exception as error:  # noqa: BLE001 (whatever the learner's class raises is an answer)
            self._raises(error)

    def now(self) -> int:
        """Return the time on the server's clock (Unix seconds)."""
        return self.world.clock.now()

    def differs(self, kind: str, sentence: str) -> NoReturn:
        """Add the sentence to the story and end the game, because the server and the model differ."""
        raise Difference(kind, (*self.told, sentence))

    def _raises(self, error: Exception) -> NoReturn:
        self.differs("raises", f"The server raises {type(error).__name__}: {error}.")
