"""What a correct server of one attack has to do, as numbers that the model compares with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

MINUTE, HOUR, DAY = 60, 3600, 86_400
WEEK = 7 * DAY

WINDOW_STEPS = 1
"""So many steps on either side of the server's step are accepted."""
FREE_MISTAKES, LONGEST_WAIT = 2, HOUR
"""After so many wrong codes or passwords in a row the owner may have to wait, but no longer than so many seconds."""
MUST_DISABLE = 100
"""NIST-3.2.2: no more wrong codes in a row may be verified."""
SESSION_SECONDS, IDLE_SECONDS = DAY, HOUR
"""How long a session may last, and how long without use."""

EACH_LOGIN = {
    "log in": 16,
    "type": 18,
    "look": 4,
    "guess": 4,
    "wait": 18,
    "others": 6,
    "use": 4,
    "skip": 2,
    "tamper": 2,
    "three": 2,
    "enrol": 2,
    "at once": 2,
    "midnight": 1,
    "newcomer": 1,
}
"""How often each kind of event comes, in relation to the others, in games about logins."""
PAUSES = (
    *(1, 2, 10, 29, 30, 31, 40, 59, 60, 61, 70, 79, 89, 90),
    *(2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, DAY, WEEK, 366 * DAY),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """Hold which events are drawn, and what the model demands. Where a correct server is free, it demands nothing.

    `kinds` says how often each kind of event is drawn, in relation to the others. `counts`, `paces` (seconds) and
    what happens `between` guesses are drawn for guesses, `pauses` for waiting, and `lags` for the number of steps by
    which a phone's clock is off. With `spellings`, codes are written in other ways, too. There are `games`, of at
    most `events` events, from `first_seed` on.

    With `clock_goes_back`, the server may refuse to work until it is correct, and must reject an unused code that
    is older than a used one; otherwise both answers are correct. A server that follows a phone's clock moves its
    window by at most `drift_cap` steps; then only the code of the server's own step is certain to be accepted.

    A server may disable an authenticator after `may_disable` wrong codes in a row. With `must_disable`, it must after
    `MUST_DISABLE` that it verified. `budgets` are pairs of seconds and number: within so many seconds, the server
    verifies at most so many wrong codes or passwords for one account. A session is valid for an hour at least. If
    `sessions_end`, it is valid for `SESSION_SECONDS`, and no longer, nor after `IDLE_SECONDS` without use.

    If the server is `on_file`, its database is a file, and two codes that come `at once` come in two threads.
    `MinimalServer` handles one request after the other. So there, two logins begin, and the second one ends first.

    A `restart` is drawn only for a server with a database: attack 10 has a file, and attack 13 has rows. `MfaServer`
    is restarted in the games of every attack. All other servers keep everything in attributes of their own. Nobody
    can say which of these would be in a database, so a restart would lose either nothing or all.
    """

    kinds: dict[str, int] = field(default_factory=lambda: dict(EACH_LOGIN))
    counts: tuple[int, ...] = (1, 1, 2, 3, 4, 5, 6, 10, 20, 33)
    paces: tuple[int, ...] = (0, 0, 0, 1, 10, 30, MINUTE, 5 * MINUTE, HOUR)
    between: tuple[str, ...] = ("",)
    pauses: tuple[int, ...] = PAUSES
    lags: tuple[int, ...] = (0, 0, 0, -1, 1)
    spellings: bool = False
    games: int = 400
    events: int = 12
    first_seed: int = 1
    clock_goes_back: bool = False
    drift_cap: int = 0
    may_disable: int = MUST_DISABLE
    must_disable: bool = False
    budgets: tuple[tuple[int, int], ...] = ()
    sessions_end: bool = False
    on_file: bool = False

    def at_turn(self, turn: int) -> Law:
        """Return the same law with games of other seeds: those that follow after `turn` times `games`."""
        return replace(self, first_seed=self.first_seed + turn * self.games)

    def of_our_server(self, games: int) -> Law:
        """Return the law for so many games of this kit's own server, on a file, with restarts and threads.

        It has no budgets, because a database cannot be copied for each guess.
        """
        kinds = {**self.kinds, "restart": 4, "at once": 4}
        return replace(self, games=games, budgets=(), on_file=True, kinds=kinds)


EACH_PASSKEY = {
    "log in": 12,
    "tabs": 4,
    "code": 3,
    "add": 3,
    "replay": 6,
    "second response": 1,
    "old signature": 1,
    "empty challenge": 1,
    "swap": 4,
    "page": 4,
    "change": 4,
    "other key": 4,
    "no user": 4,
    "overwrite": 3,
    "fall back": 4,
    "begun before": 1,
    "wait": 8,
}
"""How often each kind of event comes, in relation to the others, in games about passkeys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyLaw:
    """Hold which games are played about passkeys. What a correct server answers is the same in all of them."""

    kinds: dict[str, int] = field(default_factory=lambda: dict(EACH_PASSKEY))
    games: int = 150
    events: int = 10
    first_seed: int = 1

    def at_turn(self, turn: int) -> PasskeyLaw:
        """Return the same law with games of other seeds: those that follow after `turn` times `games`."""
        return replace(self, first_seed=self.first_seed + turn * self.games)

    def briefly(self, games: int) -> PasskeyLaw:
        """Return the same law with so many games."""
        return replace(self, games=games)


def passkeys_and(**kinds: int) -> PasskeyLaw:
    """Return a law with every kind of event, and these kinds more often; `_` stands for a space."""
    often = {kind.replace("_", " "): weight for kind, weight in kinds.items()}
    return PasskeyLaw(kinds={**EACH_PASSKEY, **often})


LOGINS = Law()
RESTARTED = replace(LOGINS, kinds={**EACH_LOGIN, "restart": 8}, games=200)
"""For the server of the attack on a stolen database, whose rows outlive a restart."""
ON_FILE = replace(LOGINS, kinds={**EACH_LOGIN, "restart": 4, "at once": 8}, on_file=True, games=40)
"""For the server of the attack on a check before a write, whose steps are in a file."""
GUESSING = Law(
    kinds={"log in": 4, "guess": 12, "watch": 2, "wait": 5, "others mistype": 2, "type": 2, "midnight": 1},
    counts=(2, 4, 6, 10, 20, 33, 33, 101, 301, 1_001),
    paces=(0, 0, 0, 1, 10, 30, MINUTE, HOUR, HOUR),
    between=("", "own login", *3 * ("own mistakes",), "others mistype", *2 * ("others log in",)),
    budgets=((5 * MINUTE, 25), (DAY, 200)),
    may_disable=1_000_000,
    games=28,
    events=5,
)
"""For a wait of the learner's own. The question says how many wrong codes a server may verify."""
COUNTING = replace(
    GUESSING,
    counts=GUESSING.counts[:-1],
    may_disable=100,
    budgets=((5 * MINUTE, 12), (HOUR, 20), (DAY, 60), (WEEK, 200)),
)
"""For servers that wait as `MinimalServer` does, and verify 8 wrong codes in 5 minutes, 34 in a day, 178 in a week.

A year has 53 such weeks, so nobody makes more than 10,600 guesses. Of three attackers in the tests, a quick one, a
patient one and one who learns the waits, the best one makes 8,764.
"""
DISABLING = Law(
    kinds={"log in": 6, "guess": 8, "wait": 6, "type": 2},
    counts=(1, 4, 6, 25, 50, 90, 99, 100, 101, 120),
    paces=(HOUR, HOUR, 2 * HOUR, DAY, 8 * DAY),
    pauses=(1, HOUR, DAY, 8 * DAY, 366 * DAY),
    between=("", "own login", "a week"),
    may_disable=11,
    must_disable=True,
    games=40,
    events=6,
)
PASSWORDS = Law(
    kinds={"log in": 6, "guess password": 12, "watch password": 1, "wait": 6, "others": 1, "use": 1},
    counts=(1, 1, 2, 3, 10, 20, 33, 70),
    budgets=((5 * MINUTE, 8), (HOUR, 12), (DAY, 40)),
    games=120,
    events=6,
)
SESSIONS = Law(
    kinds={"log in": 6, "use": 16, "work": 2, "wait": 14, "others": 1, "type": 2},
    sessions_end=True,
    events=16,
)
DRIFTING = replace(
    LOGINS,
    kinds={"log in": 20, "walk": 3, "type": 2, "wait": 8, "others": 1},
    games=600,
    drift_cap=1,
    lags=(0, 0, 0, -1, 1, -2, 2, -3, 3, 4),
)
