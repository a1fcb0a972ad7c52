"""Measure how fast a server permits guessing, from the outside, on an account whose valid codes are known."""

from __future__ import annotations

from mfa_lab.attacks.helpers.guesses import guess, wrong_code
from mfa_lab.attacks.helpers.minimal_server import PERIOD
from mfa_lab.attacks.helpers.world import Make, Person, World, outcome
from mfa_lab.attacks.record import IN, OUT
from mfa_lab.attacks.simulation.guess_budget import DAY_SECONDS, Rules
from mfa_lab.clock import SkewedClock
from mfa_lab.otp import MAX_WINDOW_STEPS

HOUR = 3600
TYPED = 25
"""After this many wrong codes in a row, the rate of the last ten is assumed to continue."""


def guess_hourly(world: World, person: Person, guesses: int) -> None:
    """Make this number of wrong guesses at this person's account, one per hour."""
    guess_every(world, person, guesses, HOUR)


def guess_every(world: World, person: Person, guesses: int, seconds: int) -> None:
    """Make this number of wrong guesses at this person's account, with this many seconds between them."""
    for _ in range(guesses):
        guess(world, world.begin(person), wrong_code(world, person))
        world.clock.advance(seconds)


def stops_after(make: Make) -> int | None:
    """Return after how many wrong codes in a row, one per hour, even a correct code is rejected.

    The result is 25, 50, 100 or 200, or None if even 200 wrong codes are not enough.
    """
    for guesses in (TYPED, 50, 100, 200):
        world = World(make)
        guess_hourly(world, world.mallory, guesses)
        if _own_login(world) == OUT:
            return guesses
    return None


def _own_login(world: World) -> str:
    return outcome(lambda: world.log_in(world.mallory))


def accepted_codes(make: Make) -> int:
    """Return how many codes are valid at a time.

    The function tries the code of each step around the server's own step, and logs in correctly in between.
    """
    world, right = World(make), 0
    for ahead in range(-MAX_WINDOW_STEPS, MAX_WINDOW_STEPS + 1):
        for clock in (world.clock, SkewedClock(world.clock, ahead * PERIOD)):
            world.clock.advance(HOUR)
            world.mallory.phone.clock = clock
            came = _own_login(world)
        right += came == IN
    return right


def waits(make: Make) -> list[int]:
    """Return the wait in seconds after each of the first 25 wrong codes in a row, to the nearest half minute.

    The list is shorter if the server accepts no code for a day after one of the wrong codes. To measure a wait, the
    function types wrong codes as soon as the server counts them. Then it types a correct code until the server
    accepts one, which resets the count. The function assumes that each wait is zero, or no shorter than the earlier
    waits.
    """
    world, found = World(make), list[int]()
    while len(found) < TYPED:
        for wait in (*found, 0):
            guess_every(world, world.mallory, 1, wait)
        waited, step = 0, max(found, default=0) or PERIOD
        while _own_login(world) == OUT:
            if waited > DAY_SECONDS:
                return found
            world.clock.advance(step)
            waited, step = waited + step, PERIOD
        found.append(waited)
        world.clock.advance(2 * PERIOD)
    return found


def measured_rules(make: Make) -> Rules:
    """Return what a server permits in the long run, as rules for the guess budget."""
    found = waits(make)
    ended = len(found) < TYPED
    last = [] if ended else found[-10:]
    burst = next(each for each in (1, 2, 5, 10) if last == last[:each] * (10 // each))
    return Rules(
        accepted_codes=max(accepted_codes(make), 1),
        limits=((burst, sum(last[:burst])),) if any(last) else (),
        disable_after_failures=len(found) + 1 if ended else stops_after(make),
    )
