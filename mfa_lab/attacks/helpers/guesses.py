"""Measure guessing: many attackers draw guesses, and those with a valid guess type their guesses at the server.

Each attacker knows Alice's password and draws random codes. An attacker who draws no valid code fails at any server.
Only the other attackers are simulated, so a large number of attackers costs little. The guesses are compared with
real codes, computed from Alice's secret for the moment of each guess.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from mfa_lab.attacks.helpers.minimal_server import PERIOD, Account, code_of
from mfa_lab.attacks.helpers.world import Make, Person, World, outcome
from mfa_lab.attacks.record import IN, Measure
from mfa_lab.attacks.simulation.batch import codes_at
from mfa_lab.attacks.simulation.odds import dice, guessing
from mfa_lab.errors import Reason
from mfa_lab.otp import MAX_WINDOW_STEPS, step_at
from mfa_lab.randomness import SeededRandomness
from mfa_lab.server.audit import Event
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.records import PendingLogin

_AT_A_TIME = 8_192
Play = Callable[[World, Sequence[str]], bool]
"""A function that types one attacker's guesses in order, and returns whether a guess opened Alice's account."""


def guess(world: World, pending: PendingLogin, code: str) -> bool:
    """Return whether this code finishes the login."""
    return outcome(lambda: world.server.finish_login(pending, code)) == IN


def many_attackers(
    make: Make,
    play: Play,
    *,
    attackers: int,
    guesses: int,
    each_seconds: Sequence[int] = (0,),
    window_steps: int = 1,
    seed: int = 1,
) -> Measure:
    """Return how many attackers get in, if each attacker makes `guesses` guesses.

    `each_seconds` says at which second of the attack each guess is made; a single number applies to all guesses.
    `expected` is the closed form (RFC4226-6), which assumes that every guess is verified. The result is the same in
    every run. With the `seed` of the attack series, nobody succeeds with the few guesses that a good rate limit
    permits. With other seeds, about one attacker in several thousand succeeds.
    """
    right = _right_codes(_an_hour_later(make), np.broadcast_to(each_seconds, guesses), window_steps)
    throws, got = dice(SeededRandomness(seed)), 0
    for first in range(0, attackers, _AT_A_TIME):
        drawn = throws.integers(0, 10**6, (min(_AT_A_TIME, attackers - first), guesses), np.uint32)
        lucky = np.zeros(drawn.shape, np.bool_)
        for one_of_them in right.T:
            lucky |= drawn == one_of_them
        for codes in drawn[lucky.any(axis=1)]:
            got += play(_an_hour_later(make), [f"{code:06d}" for code in codes])
    chance = float(guessing(right.shape[1], guesses))
    words = (
        f"{got} of {attackers:,} attackers with {guesses:,} guesses each got in; {attackers * chance:.1f} are "
        f"expected if every guess is verified"
    )
    return Measure(got, attackers, words, expected=chance)


def verified_guesses(make: Make, play: Play, guesses: int) -> list[bool]:
    """Return, for each of `guesses` wrong guesses in order, whether the server verified the guess.

    No answer of a server says so. The function observes which codes a `MinimalServer` verifies, and reads the log of
    an `MfaServer`.
    """
    world = _an_hour_later(make)
    codes = [f"{number:06d}" for number in range(guesses)]
    if isinstance(world.server, MfaServer):
        play(world, codes)
        refusals = [line.reason for line in world.server.audit_log() if line.event == Event.CODE_REFUSED]
        return [reason not in _NOT_VERIFIED for reason in refusals]
    seen, step_of = set(), world.server.step_of

    def recording(account: Account, code: str) -> int | None:
        seen.add((account.name, code))
        step: int | None = step_of(account, code)
        return step

    world.server.step_of = recording
    play(world, codes)
    return [(world.alice.name, code) in seen for code in codes]


_NOT_VERIFIED = {Reason.THROTTLED, Reason.CONSUMED_PENDING, Reason.EXPIRED_PENDING, Reason.DISABLED}


def _an_hour_later(make: Make) -> World:
    """Return a world one hour later, when the step of Alice's enrolment has left even the widest window."""
    world = World(make)
    world.clock.advance(3600)
    return world


def _right_codes(world: World, at_seconds: NDArray[np.int64], window_steps: int) -> NDArray[np.uint32]:
    """Return the codes that are valid at each guess: a row of 2 * window_steps + 1 codes."""
    steps = (world.clock.now() + at_seconds) // PERIOD
    return codes_at(_secret(world.alice), steps[:, None] + np.arange(-window_steps, window_steps + 1))


def wrong_code(world: World, person: Person) -> str:
    """Return a code that is not valid in any step that a server may compare now."""
    step = step_at(world.clock.now())
    near = {code_of(_secret(person), other) for other in range(step - MAX_WINDOW_STEPS, step + MAX_WINDOW_STEPS + 1)}
    return next(code for code in map("{:06d}".format, count()) if code not in near)


def _secret(person: Person) -> str:
    (account,) = person.phone.export()
    return str(account["secret"])
