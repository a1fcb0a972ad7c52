"""The random player: a weak server loses by a short story, and no correct server loses a game."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import Any

import pytest

from mfa_lab.attacks import Attack, attack, attack_series
from mfa_lab.attacks.helpers.minimal_server import Account, Count, MinimalServer
from mfa_lab.attacks.helpers.world import our_server
from mfa_lab.attacks.law import COUNTING, GUESSING, LOGINS, Law
from mfa_lab.attacks.player.events import game
from mfa_lab.attacks.player.game import Game
from mfa_lab.attacks.player.narrator import Difference
from mfa_lab.attacks.player.player import lost_game
from mfa_lab.server.records import PendingLogin

WITH_GAMES = [one for one in attack_series() if one.law]
each_attack = pytest.mark.parametrize("one", WITH_GAMES, ids=lambda one: one.id)
MOST_LINES = 7


def law_of(one: Attack) -> Any:
    assert one.law is not None
    return one.law


def story(server: Any, law: Law) -> str:
    lost = lost_game(server, law)
    return " ".join(lost.told) if lost else ""


@each_attack
def test_a_weak_server_loses_by_a_short_story(one: Attack) -> None:
    lost = lost_game(one.weak, law_of(one))
    assert lost is not None
    assert len(lost.told) <= MOST_LINES, lost.told


@each_attack
def test_a_server_that_rejects_everybody_loses(one: Attack) -> None:
    assert lost_game(one.refuser, law_of(one)) is not None


def test_the_shortest_story_has_nothing_to_leave_out() -> None:
    """What is left of a lost game is exactly the replay."""
    assert story(attack("replay-in-window").weak, LOGINS) == (
        "Alice logs in. Alice's code is typed a second time. The server accepts a code that was used before."
    )


def test_the_same_seed_is_the_same_game() -> None:
    assert [game(seed, LOGINS) for seed in range(20)] == [game(seed, LOGINS) for seed in range(20)]
    assert game(1, LOGINS) != game(2, LOGINS)
    assert LOGINS.at_turn(1).first_seed == LOGINS.first_seed + LOGINS.games


class Lazy(MinimalServer):
    """What the shams below have in common: their own memory of used steps."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.used: list[Any] = []

    def consume(self, account: Account, step: int) -> bool:
        key = self.key(account, step)
        if key in self.used or (account.name, account.last_step) == (account.name, step):
            return False
        self.used = self.kept([*self.used, key])
        account.last_step = max(step, account.last_step)
        return True

    def key(self, account: Account, step: int) -> Any:
        return account.name, step

    def kept(self, used: list[Any]) -> list[Any]:
        return used


class LastTwenty(Lazy):
    def consume(self, account: Account, step: int) -> bool:
        if (account.name, step) in self.used:
            return False
        self.used = [*self.used, (account.name, step)][-20:]
        return True


class OneForAll(Lazy):
    def key(self, account: Account, step: int) -> Any:  # noqa: ARG002
        return step


class NameUpToTheAt(Lazy):
    def key(self, account: Account, step: int) -> Any:
        return account.name.partition("@")[0], step


class EachMinuteAnew(MinimalServer):
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.counts: dict[Any, Count] = {}

    def counted(self, pending: PendingLogin) -> Count:
        return self.counts.setdefault((self.account_of(pending).name, self.clock.now() // 60), Count())


class ThirtyTwoCounts(EachMinuteAnew):
    def counted(self, pending: PendingLogin) -> Count:
        name = self.account_of(pending).name
        if name not in self.counts and len(self.counts) >= 32:
            del self.counts[next(iter(self.counts))]
        return self.counts.setdefault(name, Count())


class EachHundredth(MinimalServer):
    def wait_seconds(self, failures: int) -> int:
        return 3600 if failures % 100 == 0 else 0


class AfterAWeek(MinimalServer):
    def must_wait(self, count: Count) -> bool:
        if self.clock.now() - count.wait_until > 7 * 86_400:
            count.failures = 0
        return count.failures >= 100 or super().must_wait(count)


DISABLING = law_of(attack("throttle-without-end"))


@pytest.mark.parametrize(
    ("sham", "law", "told"),
    [
        (LastTwenty, LOGINS, "used before"),
        (OneForAll, LOGINS, "rejects"),
        (NameUpToTheAt, LOGINS, "rejects"),
        (EachMinuteAnew, GUESSING, "Within"),
        pytest.param(ThirtyTwoCounts, replace(COUNTING, games=100), "Within", marks=pytest.mark.full),
        (EachHundredth, GUESSING, "Within"),
        (AfterAWeek, DISABLING, "after 100 wrong ones"),
    ],
)
def test_a_sham_loses(sham: Any, law: Law, told: str) -> None:
    """A memory that is bounded, shared, split or forgetful, and waits with gaps."""
    assert told in story(sham, law)


class WithALock(attack("guessing-many-sessions").fixed):  # type: ignore[misc]
    """A correct server that cannot be copied."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.lock = Lock()


def test_a_server_that_cannot_be_copied_is_made_again() -> None:
    """Its guesses are counted all the same, and it loses no game."""
    few = replace(GUESSING, games=10)
    assert lost_game(WithALock, few) is None
    without = type("Weak", (WithALock,), {"counted": attack("guessing-many-sessions").weak.counted})
    assert "Within" in story(without, few)


def test_an_exception_is_a_difference() -> None:
    class Breaks(MinimalServer):
        def consume(self, account: Account, step: int) -> bool:
            raise KeyError(f"{account.name[:5]} {step > 0}")

    lost = Game(Breaks, LOGINS).play([("log in", "alice", 0, "")])
    assert isinstance(lost, Difference)
    assert lost.told[-1] == "The server raises KeyError: 'alice True'."


@pytest.mark.parametrize(
    "games", [10, pytest.param(1_000, marks=pytest.mark.full), pytest.param(10_000, marks=pytest.mark.long)]
)
def test_this_server_loses_no_game(games: int) -> None:
    assert lost_game(our_server, replace(LOGINS, spellings=True, games=games)) is None


@pytest.mark.full
@each_attack
def test_this_server_loses_no_game_of_an_attack(one: Attack) -> None:
    assert lost_game(one.ours, law_of(one).briefly(10)) is None
