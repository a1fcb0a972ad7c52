"""Define what a correct server must do under each attack, as numbers that the model of a game compares with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

MINUTE, HOUR, DAY = 60, 3600, 86_400
WEEK = 7 * DAY

WINDOW_STEPS = 1
"""The number of steps that are accepted on either side of the server's own step."""
FREE_MISTAKES, LONGEST_WAIT = 2, HOUR
"""After `FREE_MISTAKES` wrong codes or passwords in a row, the owner may have to wait, up to `LONGEST_WAIT` seconds.
"""
MUST_DISABLE = 100
"""The greatest number of wrong codes in a row that a server may verify (NIST-3.2.2)."""
SESSION_SECONDS, IDLE_SECONDS = DAY, HOUR
"""The greatest age of a session, and the longest time without use after which a session is still open."""

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
"""The relative frequency of each kind of event in games about logins."""
PAUSES = (
    *(1, 2, 10, 29, 30, 31, 40, 59, 60, 61, 70, 79, 89, 90),
    *(2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, DAY, WEEK, 366 * DAY),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """Hold how the games of one attack are drawn, and what the model demands of the server.

    Where a correct server has a choice, the model demands nothing.

    `kinds` contains the relative frequency of each kind of event. For an event with guesses, the number of
    guesses is drawn from `counts`, the seconds between two guesses from `paces`, and what happens in between from
    `between`. For an event that waits, the seconds are drawn from `pauses`. The number of steps by which a
    phone's clock is wrong is drawn from `lags`. If `spellings` is true, people also write codes in unusual ways,
    for example with a hyphen. There are `games` games of at most `events` events. The first game has the seed
    `first_seed`.

    If `clock_goes_back` is true, somebody may set the server's clock back. The server may then refuse to work
    until its clock is correct again, and must reject an unused code that is older than a used code. If it is
    false, the server may accept or reject such a code. A server that follows a phone's clock moves its window by
    at most `drift_cap` steps. In that case, only the code of the server's own step must be accepted.

    A server may disable an authenticator after `may_disable` wrong codes in a row. If `must_disable` is true, the
    server must disable an authenticator after it has verified `MUST_DISABLE` wrong codes in a row. Each pair in
    `budgets` contains a number of seconds and a number of guesses. In any period of that length, the server may
    verify at most that number of wrong codes or passwords for one account. A session must stay open for at least
    an hour. If `sessions_end` is true, the session must also end after `SESSION_SECONDS`, and after
    `IDLE_SECONDS` without use.

    If `on_file` is true, the server's database is a file, and two codes that arrive `at once` arrive in two
    threads. Otherwise, the server handles one request after the other, as `MinimalServer` does. The game then
    begins two logins, and finishes the second login first.

    The event `restart` is drawn only for a server with a database: attack 10 has a file, and attack 13 has rows.
    `MfaServer` is restarted in the games of every attack. All other servers store everything in their own
    attributes. It is not defined which of these attributes would be in a database, so a restart would lose either
    nothing or everything.
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
        """Return the law for `games` games of this kit's own server, with a database file, restarts and threads.

        The law contains no budgets, because checking a budget would require a copy of the database before
        each guess.
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
"""The relative frequency of each kind of event in games about passkeys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyLaw:
    """Hold how the games about passkeys are drawn.

    A correct server gives the same answers under every such law.
    """

    kinds: dict[str, int] = field(default_factory=lambda: dict(EACH_PASSKEY))
    games: int = 150
    events: int = 10
    first_seed: int = 1

    def at_turn(self, turn: int) -> PasskeyLaw:
        """Return the same law with games of other seeds: those that follow after `turn` times `games`."""
        return replace(self, first_seed=self.first_seed + turn * self.games)

    def briefly(self, games: int) -> PasskeyLaw:
        """Return the same law with `games` games."""
        return replace(self, games=games)


def passkeys_and(**kinds: int) -> PasskeyLaw:
    """Return a law with all kinds of events, but with other relative frequencies for the named kinds.

    In the name of an argument, `_` stands for a space.
    """
    often = {kind.replace("_", " "): weight for kind, weight in kinds.items()}
    return PasskeyLaw(kinds={**EACH_PASSKEY, **often})


LOGINS = Law()
RESTARTED = replace(LOGINS, kinds={**EACH_LOGIN, "restart": 8}, games=200)
"""The law for attack 13, on a stolen database. The server's rows survive a restart."""
ON_FILE = replace(LOGINS, kinds={**EACH_LOGIN, "restart": 4, "at once": 8}, on_file=True, games=40)
"""The law for attack 10, on a check before a write. The server stores its steps in a file."""
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
"""The law for a learner's own rule for waits.

The question of the exercise says how many wrong codes a server may verify.
"""
COUNTING = replace(
    GUESSING,
    counts=GUESSING.counts[:-1],
    may_disable=100,
    budgets=((5 * MINUTE, 12), (HOUR, 20), (DAY, 60), (WEEK, 200)),
)
"""The law for servers that wait as `MinimalServer` does.

Such a server verifies 8 wrong codes in 5 minutes, 34 in a day and 178 in a week. A year has 53 such weeks, so nobody
makes more than 10,600 guesses in a year. The tests contain three attackers: a fast attacker, a patient attacker, and
an attacker who learns the waits. The most successful of them makes 8,764 guesses.
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
