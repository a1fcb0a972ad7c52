"""The random player: a weak server loses by a short story, and no correct server loses a game."""

from __future__ import annotations

from dataclasses import replace
from secrets import token_bytes
from threading import Lock
from typing import Any
from unittest.mock import patch

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mfa_lab.attacks import Attack, attack, attack_series
from mfa_lab.attacks.check_then_set import CheckThenSet
from mfa_lab.attacks.helpers.minimal_server import Account, Count, MinimalServer
from mfa_lab.attacks.helpers.world import our_server_on_file
from mfa_lab.attacks.law import COUNTING, DAY, GUESSING, HOUR, LOGINS, ON_FILE, RESTARTED, WEEK, Law
from mfa_lab.attacks.player.events import Event, game
from mfa_lab.attacks.player.game import Game
from mfa_lab.attacks.player.narrator import Difference
from mfa_lab.attacks.player.player import lost_game, played
from mfa_lab.attacks.report import lost_by_ours_in
from mfa_lab.errors import AccessDenied
from mfa_lab.server.records import PendingLogin, Session

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


class InMemory(CheckThenSet):
    """Keep the steps in memory, so a restart forgets them."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.steps: dict[str, int] = {}

    def consume(self, account: Account, step: int) -> bool:
        fresh = step > max(account.last_step, self.steps.get(account.name, -1))
        self.steps[account.name] = step
        return fresh


class OwnKey(attack("stolen-database").fixed):  # type: ignore[misc]
    """Encrypt under a key that only this process knows."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.own = token_bytes(32)

    def encrypt(self, secret: str, name: str) -> bytes:
        return bytes(AESGCM(self.own).encrypt(bytes(12), secret.encode(), name.encode()))

    def decrypt(self, row: bytes, name: str) -> str:
        return AESGCM(self.own).decrypt(bytes(12), row, name.encode()).decode()


class LastToBegin(MinimalServer):
    """Take every code for the account that typed its password last."""

    def account_of(self, pending: PendingLogin) -> Account:
        super().account_of(pending)
        return self.accounts[list(self.pendings.values())[-1]]


TWO_AT_ONCE = {"log in": 1, "wait": 1, "at once": 2}


@pytest.mark.parametrize(
    ("broken", "law", "told"),
    [
        (InMemory, replace(ON_FILE, kinds={"log in": 2, "type": 2, "restart": 1}), "restarted. Mallory types"),
        (OwnKey, RESTARTED, "The server is restarted."),
        (LastToBegin, replace(LOGINS, kinds=TWO_AT_ONCE), "send their codes at the same moment."),
    ],
)
def test_a_restart_and_two_codes_at_once_are_seen(broken: Any, law: Law, told: str) -> None:
    """A server that keeps in memory what belongs into the database, and servers that mix up two requests."""
    assert told in story(broken, law)


def test_two_codes_at_once_are_allowed_where_each_is_correct() -> None:
    """Two people get in, and of one person's two requests, exactly one."""
    for fixed, law in ((attack("check-then-set").fixed, ON_FILE), (MinimalServer, LOGINS)):
        assert lost_game(fixed, replace(law, kinds=TWO_AT_ONCE, games=8)) is None


@pytest.mark.full
def test_two_threads_that_both_read_before_they_write_both_get_in() -> None:
    """A second between read and write is enough on a busy machine, too."""
    with patch("mfa_lab.attacks.helpers.slow_reads.PAUSE_SECONDS", 1):
        lost = played(CheckThenSet, ON_FILE, [("at once", "alice", "alice")])
    assert lost is not None
    assert lost.told[-1] == "The server accepts a code that was used before."


class FiveForEachLogin(MinimalServer):
    """End a pending login after five wrong codes, as `MfaServer` does."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.wrong: dict[str, int] = {}

    def finish_login(self, pending: PendingLogin, code: str) -> Session:
        token = pending.token.reveal()
        if self.wrong.get(token, 0) >= 5:
            raise AccessDenied
        try:
            return super().finish_login(pending, code)
        except AccessDenied:
            self.wrong[token] = self.wrong.get(token, 0) + 1
            raise


def test_only_codes_that_a_login_can_still_accept_count() -> None:
    """A pending login that has ended verifies nothing, so its wrong codes use up no budget."""
    assert Game(FiveForEachLogin, COUNTING).play([("guess", "alice", 60, 1, "one", "")]) is None


class OnePendingLogin(attack("guessing-many-sessions").fixed):  # type: ignore[misc]
    """Forget earlier pending logins, so that a copy of the server stays small for a year."""

    def begin_login(self, name: str, password: str) -> PendingLogin:
        self.pendings.clear()
        pending: PendingLogin = super().begin_login(name, password)
        return pending


YEAR = 365 * DAY
ATTACKERS: dict[str, tuple[list[Event], int]] = {
    "quick": ([("guess", "alice", 8, 0, "many", ""), ("wait", HOUR)], YEAR // HOUR),
    "patient": ([("guess", "alice", 1, HOUR, "one", "")], YEAR // HOUR),
    "adaptive": ([("watch", "alice", YEAR, "")], 1),
}


@pytest.mark.long
@pytest.mark.parametrize("attacker", ATTACKERS)
def test_no_attacker_makes_more_guesses_in_a_year_than_the_law_says(attacker: str) -> None:
    """Measured over the whole year, and compared with 53 times the budget of a week."""
    events, times = ATTACKERS[attacker]
    game = Game(OnePendingLogin, COUNTING)
    assert game.play(events * times) is None
    week = dict(COUNTING.budgets)[WEEK]
    assert 8_000 < len(game.accounts["alice"].codes.verified) <= 53 * week


class LessAndLess(MinimalServer):
    """Halve the wait after fifty wrong codes: each day stays below its budget, and the week does not."""

    def wait_seconds(self, failures: int) -> int:
        return super().wait_seconds(failures) // (2 if failures > 50 else 1)


def test_a_week_of_guesses_counts() -> None:
    """No day has too many guesses, but a year would."""
    lost = Game(LessAndLess, COUNTING).play([("watch", "alice", WEEK, "")])
    assert lost is not None
    assert lost.told[-1] == "Within 7 days the server verified 201 of these codes."


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
    assert lost_game(our_server_on_file, replace(LOGINS, spellings=True).of_our_server(games)) is None


@pytest.mark.full
@each_attack
def test_this_server_loses_no_game_of_an_attack(one: Attack) -> None:
    assert lost_by_ours_in(one, 10) is None
