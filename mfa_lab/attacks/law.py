"""What a correct server of one attack has to do, as numbers that the model compares with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

MINUTE, HOUR, DAY = 60, 3600, 86_400
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
    "midnight": 1,
    "newcomer": 1,
}
"""How often each kind of event comes, in relation to the others, in games about logins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """Hold what the model demands. Where a correct server is free, it demands nothing.

    `window_steps` lie on either side of the server's step. A server that follows a phone's clock moves its window by
    at most `drift_cap` steps; then only the code of the server's own step is certain to be accepted. After a login,
    an unused code of an older step is rejected if `older_rejected`; otherwise both answers are correct.

    After `free_mistakes` wrong codes or passwords in a row the owner may have to wait, but `longest_wait` seconds
    after the last one, a correct one is accepted. A server may disable an authenticator after `may_disable` wrong
    codes in a row, and must after `must_disable` that it verified. `budgets` are pairs of seconds and number: within
    so many seconds, the server verifies at most so many wrong codes for one account. `password_budgets` are the same
    for passwords. A session is valid for `session_seconds` at least; if `session_ends`, then no longer, nor after
    `idle_seconds` without use.

    `kinds` says how often each kind of event is drawn, in relation to the others. `counts`, `paces` (seconds) and
    `between` are drawn for guesses; with `crowds`, many other people may do something in between. `pauses` are drawn
    for waiting (if empty, the usual ones), and `lags` are by how many steps a phone's clock is off. There are
    `games`, of at most `events` events, from `first_seed` on.
    """

    kinds: dict[str, int] = field(default_factory=lambda: dict(EACH_LOGIN))
    counts: tuple[int, ...] = (1, 1, 2, 3, 4, 5, 6, 10, 20, 33)
    paces: tuple[int, ...] = (0, 0, 0, 1, 10, 30, MINUTE, 5 * MINUTE, HOUR)
    between: tuple[str, ...] = ("",)
    crowds: bool = False
    pauses: tuple[int, ...] = ()
    games: int = 400
    events: int = 12
    first_seed: int = 1
    window_steps: int = 1
    drift_cap: int = 0
    lags: tuple[int, ...] = (0, 0, 0, -1, 1)
    older_rejected: bool = False
    free_mistakes: int = 2
    longest_wait: int = HOUR
    may_disable: int = 100
    must_disable: int | None = None
    budgets: tuple[tuple[int, int], ...] = ()
    password_budgets: tuple[tuple[int, int], ...] = ()
    session_seconds: int = HOUR
    session_ends: bool = False
    idle_seconds: int | None = None
    spellings: bool = False
    clock_goes_back: bool = False

    def at_turn(self, turn: int) -> Law:
        """Return the same law with games of other seeds: those that follow after `turn` times `games`."""
        return replace(self, first_seed=self.first_seed + turn * self.games)

    def briefly(self, games: int) -> Law:
        """Return the same law with so many games, and without the budgets, which need a copy for each guess."""
        return replace(self, games=games, budgets=(), password_budgets=())


EACH_PASSKEY = {
    "log in": 12,
    "tabs": 4,
    "code": 3,
    "add": 3,
    "replay": 6,
    "swap": 4,
    "page": 4,
    "change": 4,
    "other key": 4,
    "no user": 4,
    "overwrite": 3,
    "fall back": 4,
    "wait": 8,
}
"""How often each kind of event comes, in relation to the others, in games about passkeys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyLaw:
    """Hold which games are played about passkeys. What a correct server answers is the same in all of them."""

    kinds: dict[str, int] = field(default_factory=lambda: dict(EACH_PASSKEY))
    games: int = 120
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
GUESSING = Law(
    kinds={"log in": 4, "guess": 12, "watch": 2, "wait": 5, "others mistype": 2, "type": 2, "midnight": 1},
    counts=(1, 2, 4, 6, 10, 20, 33, 33, 101, 1_001),
    paces=(0, 0, 0, 1, 10, 30, MINUTE, HOUR, HOUR),
    between=("", "own login", "own mistakes", "own mistakes"),
    crowds=True,
    budgets=((5 * MINUTE, 25), (DAY, 200)),
    may_disable=1_000_000,
    games=20,
    events=5,
)
"""For a wait of the learner's own. The question says how many wrong codes a server may verify."""
COUNTING = replace(GUESSING, may_disable=100, budgets=((5 * MINUTE, 12), (HOUR, 20), (DAY, 60)))
"""For servers that wait as `MinimalServer` does. It verifies 8 wrong codes in 5 minutes, and 34 in a day."""
DISABLING = Law(
    kinds={"log in": 6, "guess": 8, "wait": 6, "type": 2},
    counts=(1, 4, 6, 25, 50, 90, 99, 100, 101, 120),
    paces=(HOUR, HOUR, 2 * HOUR, DAY, 8 * DAY),
    pauses=(1, HOUR, DAY, 8 * DAY, 366 * DAY),
    between=("", "own login", "a week"),
    may_disable=11,
    must_disable=100,
    games=40,
    events=6,
)
PASSWORDS = Law(
    kinds={"log in": 6, "guess password": 12, "watch password": 1, "wait": 6, "others": 1, "use": 1},
    counts=(1, 1, 2, 3, 10, 20, 33, 70),
    password_budgets=((5 * MINUTE, 8), (HOUR, 12), (DAY, 40)),
    games=120,
    events=6,
)
SESSIONS = Law(
    kinds={"log in": 6, "use": 16, "work": 2, "wait": 14, "others": 1, "type": 2},
    session_seconds=DAY,
    session_ends=True,
    idle_seconds=HOUR,
    events=16,
)
DRIFTING = replace(
    LOGINS,
    kinds={"log in": 20, "walk": 3, "type": 2, "wait": 8, "others": 1},
    drift_cap=1,
    lags=(0, 0, 0, -1, 1, -2, 2, -3, 3, 4),
)
