"""Attack 3, online guessing in one session: wrong codes cost nothing, so one pending login is enough."""

from __future__ import annotations

from collections.abc import Sequence

from mfa_lab.attacks.helpers.guesses import guess, many_attackers, wrong_code
from mfa_lab.attacks.helpers.minimal_server import MinimalServer
from mfa_lab.attacks.helpers.world import HONEST, Make, World, our_server, outcome, refuses_everybody
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial

ATTACKERS, GUESSES = 8_000, 600
"""Twenty guesses a second for half a minute, which is how long the same codes are valid."""


class PatientServer(MinimalServer):
    """Count wrong codes, but never make anybody wait."""

    def wait_seconds(self, failures: int) -> int:  # noqa: ARG002
        return 0


class Fixed(PatientServer):
    """Allow four mistakes without a wait. Each further mistake doubles the wait, from half a minute to an hour."""

    def wait_seconds(self, failures: int) -> int:
        waits = [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600]
        return waits[min(failures, len(waits)) - 1]


def in_one_session(world: World, codes: Sequence[str]) -> bool:
    """Type all guesses into one pending login, as fast as possible."""
    pending = world.begin(world.alice)
    return any(guess(world, pending, code) for code in codes)


def attack(make: Make, window_steps: int = 1, attackers: int = ATTACKERS) -> Measure:
    """Let many attackers guess codes with Alice's password, each in one session.

    `window_steps` is the server's window.
    """
    return many_attackers(make, in_one_session, attackers=attackers, guesses=GUESSES, window_steps=window_steps)


def with_window(window_steps: int) -> type[PatientServer]:
    """Return the weak server with this window, in which 2 * window_steps + 1 codes are valid at a time."""
    return type("Wide", (PatientServer,), {"window_steps": window_steps})


def _guess_in_vain(world: World, guesses: int, every_seconds: int = 0) -> str:
    """Make wrong guesses in one session, then type a correct code.

    If `every_seconds` is not 0, type a correct code up to ten times, with this pause between two codes.
    """
    pending, wrong = world.begin(world.alice), wrong_code(world, world.alice)
    for _ in range(guesses):
        guess(world, pending, wrong)
        world.clock.advance(every_seconds)
    for _ in range(10 if every_seconds else 1):
        if guess(world, pending, world.alice.phone.code()):
            return IN
        world.clock.advance(every_seconds)
    return OUT


def _fast(make: Make) -> str:
    return _guess_in_vain(World(make), 100)


def _after_a_rest(make: Make) -> str:
    world = World(make)
    _guess_in_vain(world, 5)
    world.clock.advance(3600)
    return _guess_in_vain(world, 100)


def _steady(make: Make) -> str:
    return _guess_in_vain(World(make), 312, every_seconds=1)


def _mallory_meanwhile(make: Make) -> str:
    world = World(make)
    _guess_in_vain(world, 100)
    return outcome(lambda: world.log_in(world.mallory))


def _alice_later(make: Make) -> str:
    world = World(make)
    _guess_in_vain(world, 100)
    world.clock.advance(3600)
    return outcome(lambda: world.log_in(world.alice))


def _alice_after_a_day(make: Make) -> str:
    world = World(make)
    wrong = wrong_code(world, world.alice)
    for _ in range(144):
        guess(world, world.begin(world.alice), wrong)
        world.clock.advance(600)
    world.clock.advance(7200)
    return outcome(lambda: world.log_in(world.alice))


def _alice_mistypes(make: Make) -> str:
    world = World(make)
    for _ in range(10):
        pending = world.begin(world.alice)
        guess(world, pending, wrong_code(world, world.alice))
        if not guess(world, pending, world.alice.phone.code()):
            return OUT
        world.clock.advance(60)
    return IN


ATTACK = Attack(
    number=3,
    id="guessing-one-session",
    title="Guessing in one session",
    flaw="Counts wrong codes, but still verifies the next guess at once.",
    story="A popular library for Ruby left rate limiting to the applications, and some of them had none "
    "(CVE-2024-0227). An attacker with the password could get in after a few days of guessing or less.",
    source="https://blog.inhq.net/posts/totp-CVE-2024-0227/",
    clauses=("RFC4226-6", "RFC4226-7.3", "NIST-3.2.2", "NIST-3.1.4.2"),
    standard_name="Online guessing in one session",
    defence="Ends a pending login after five wrong codes, and makes the user wait longer after each further failure.",
    weak=PatientServer,
    fixed=Fixed,
    ours=our_server,
    refuser=refuses_everybody(PatientServer),
    run=attack,
    trials=(
        Trial(
            "A hundred wrong guesses in a second, then a correct one",
            _fast,
            OUT,
            "After a hundred wrong guesses in one second, your server verified the next guess. So a program can "
            "try every code. What should a wrong code cost?",
        ),
        Trial(
            "Five wrong guesses, an hour's rest, a hundred more, then a correct one",
            _after_a_rest,
            OUT,
            "After a pause of an hour, a hundred wrong guesses in one second cost nothing. So a program pauses "
            "once and goes on. What should the next wrong code cost?",
        ),
        *HONEST,
        Trial(
            "A guess a second for five minutes, then a correct one",
            _steady,
            OUT,
            "Somebody guessed once a second for five minutes, but your waits stayed at a few seconds. Such "
            "waits hardly slow a program down. What should the three-hundredth wrong code cost?",
        ),
        Trial(
            "Alice, an hour after a hundred wrong guesses",
            _alice_later,
            IN,
            "An hour after a hundred wrong guesses, Alice still cannot get in. So a stranger with her password "
            "can keep her out. How long should the longest wait be?",
        ),
        Trial(
            "Alice, two hours after somebody guessed all day",
            _alice_after_a_day,
            IN,
            "Two hours after somebody guessed for a whole day, Alice still cannot get in. So one bad day keeps "
            "her out for a long time. How long is your wait by then?",
        ),
        Trial(
            "Mallory himself, while somebody guesses codes for Alice's account",
            _mallory_meanwhile,
            IN,
            "Somebody guessed codes for Alice's account, and now Mallory has to wait before he can log in to his "
            "own account. So one attacker can stop everybody. Whose failures does your wait depend on?",
        ),
        Trial(
            "Alice, who mistypes once in each of ten logins",
            _alice_mistypes,
            IN,
            "Alice mistyped once in each of ten logins, never twice in a row, and now she cannot get in. So her "
            "mistakes add up. What should reset the count?",
        ),
    ),
)
