"""Simulate guessing attempt by attempt against real codes. `guess_budget` gives the results in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from tqdm import tqdm

from mfa_lab.attacks.simulation.guess_budget import DAY_SECONDS, NETWORK, Rules, attempts_in
from mfa_lab.attacks.simulation.odds import dice, some_codes
from mfa_lab.errors import InvalidInput
from mfa_lab.policy import Policy
from mfa_lab.randomness import Randomness

CHUNK_ATTACKERS = 16_384
"""How many attackers are simulated at a time. Their state fits into a core's cache."""
_KEPT_STEPS = 65_536
"""The number of time steps with real codes. The codes repeat only after weeks, so no guess can profit from that."""
_PERIOD = 30
_NEVER = 2**31 - 1
_MOST_DAYS = 3650
_WORTH_A_BAR = 20_000_000
"""The simulation of this number of attempts takes some seconds.

The number is fixed, because a notebook's output must not depend on speed.
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """Hold the number of `attackers`, and the number of `attempts` that they made.

    `inside` is the number of attackers who got in.
    """

    attackers: int
    attempts: int
    inside: int


def simulated_budget(
    rules: Policy | Rules, *, days: int, attackers: int, randomness: Randomness, owner_login_days: int | None = None
) -> Tally:
    """Let `attackers` guess for this number of days, each from a random moment, and stop each attacker who gets in.

    Each attempt has a time step and the state of its throttle, and each guess is compared with the real codes of the
    accepted steps. `owner_login_days` is explained in `guess_budget`. The attackers are simulated in chunks, which
    takes about 10 MB for any number of attackers. For many attempts, a bar shows the progress.
    """
    rules = Rules.of(rules) if isinstance(rules, Policy) else rules
    for number, most in ((days, _MOST_DAYS), (owner_login_days or 1, _MOST_DAYS), (attackers, _NEVER)):
        if type(number) is not int or not 1 <= number <= most:
            raise InvalidInput(f"use whole numbers, 1 or more, and at most {_MOST_DAYS:,} days")
    codes, thrown = some_codes(randomness, _KEPT_STEPS, rules.digits), dice(randomness)
    codes = np.concatenate([codes, codes[: rules.accepted_codes]])
    attempts = inside = 0
    with _bar(attackers * attempts_in(rules, days, owner_login_days)) as bar:
        for first in range(0, attackers, CHUNK_ATTACKERS):
            many_attackers = _Attackers(rules, min(CHUNK_ATTACKERS, attackers - first), days, owner_login_days)
            made, got = many_attackers.guess(codes, thrown, bar)
            attempts, inside = attempts + made, inside + got
    return Tally(attackers, attempts, inside)


def _bar(most: int) -> tqdm[NoReturn]:
    """Return a progress bar for `most` attempts. The bar may end early, because attackers stop when they get in."""
    return tqdm(total=most, unit="attempt", unit_scale=True, disable=most < _WORTH_A_BAR, leave=False)


class _Attackers:
    """Hold the state of several attackers in arrays.

    `due` is the second of the attack from which the next attempt counts. `failures` is the server's count of failures
    in a row. `login` is the second at which the owner next logs in.
    """

    def __init__(self, rules: Rules, size: int, days: int, owner_login_days: int | None) -> None:
        self.rules, self.size, self.end = rules, size, days * DAY_SECONDS
        self.between = (owner_login_days or 0) * DAY_SECONDS
        self.last = rules.disable_after_failures or _NEVER
        self.waits = np.minimum(rules.waits_seconds or (0,), 2 * self.end).astype(np.int32)
        self.limits = () if rules.waits_seconds else rules.limits or (NETWORK,)
        self.made = np.zeros((max((limit[0] for limit in self.limits), default=0), size), np.int32)
        self.due = np.zeros(size, np.int32)
        self.failures = np.zeros(size, np.int32)
        self.login = np.full(size, self.between or _NEVER, np.int32)

    def guess(self, codes: NDArray[np.uint32], thrown: Generator, bar: tqdm[NoReturn]) -> tuple[int, int]:
        """Guess until nobody can continue, and return how many attempts were made and how many attackers got in."""
        begins = thrown.integers(0, _KEPT_STEPS * _PERIOD, self.size, np.int32)
        outside = np.ones(self.size, np.bool_)
        attempts = rounds = 0
        while (going := outside & (self.due < self.end) & (self.failures < self.last)).any():
            if self.between:
                going &= ~self._makes_way()
                if not going.any():
                    continue
            made = int(np.count_nonzero(going))
            attempts += made
            bar.update(made)
            step = (begins + self.due) // _PERIOD % _KEPT_STEPS
            guess = thrown.integers(0, 10**self.rules.digits, self.size, np.uint32)
            right = codes[step] == guess
            for further in range(1, self.rules.accepted_codes):
                right |= codes[step + further] == guess
            outside &= ~(right & going)
            self._throttle(rounds, going)
            rounds += 1
        return attempts, self.size - int(np.count_nonzero(outside))

    def _makes_way(self) -> NDArray[np.bool_]:
        """Make attackers wait for the owner's login if one more failure would hinder the owner.

        The login resets the count.
        """
        held: NDArray[np.bool_] = (self.due + self._wait() > self.login) | (self.failures + 1 >= self.last)
        self.due[held] = self.login[held]
        self.failures[held] = 0
        self.login[held] += self.between
        return held

    def _wait(self) -> NDArray[np.int32]:
        """Return the wait that one more failure would cause."""
        return self.waits[np.minimum(self.failures, len(self.waits) - 1)]

    def _throttle(self, rounds: int, going: NDArray[np.bool_]) -> None:
        """Count the failure, and set when the next attempt counts. Under limits, all attackers have the same rate."""
        kept = len(self.made)
        if kept:
            self.made[rounds % kept] = self.due
        self.due += self._wait() * going
        self.failures += going
        for attempts, seconds in self.limits:
            if rounds + 1 >= attempts:
                np.maximum(self.due, self.made[(rounds + 1 - attempts) % kept] + seconds, out=self.due)
