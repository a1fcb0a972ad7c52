"""Attack 5, counter reset: any successful login resets the count of wrong codes, even the attacker's own."""

from __future__ import annotations

from collections.abc import Sequence

from mfa_lab.attacks.helpers.guesses import guess, many_attackers, wrong_code
from mfa_lab.attacks.helpers.minimal_server import PERIOD, Count, MinimalServer
from mfa_lab.attacks.helpers.world import HONEST, Make, World, our_server, outcome, refuses_everybody
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial

ATTACKERS, LOGINS, EACH = 8_000, 100, 4
"""In each round, Mallory makes four guesses, which cause no wait.

Then Mallory logs in to his own account, which is possible once in each time step. All rounds take fifty minutes.
"""


class ForgivingServer(MinimalServer):
    """Count failures for each account, but reset all counts at once.

    The server assumes that anybody who logs in successfully is honest, and in this small world everybody comes from
    the same address.
    """

    def succeeded(self, count: Count) -> None:  # noqa: ARG002
        for account in self.accounts.values():
            account.failures, account.wait_until = 0, 0


class Fixed(ForgivingServer):
    """Reset only the count of the account that logged in."""

    def succeeded(self, count: Count) -> None:
        count.failures = 0


def with_own_logins(world: World, codes: Sequence[str]) -> bool:
    """Type four codes into one pending login for Alice, log in as Mallory, wait for the next step, and repeat."""
    for first in range(0, len(codes), EACH):
        pending = world.begin(world.alice)
        if any(guess(world, pending, code) for code in codes[first : first + EACH]):
            return True
        world.log_in(world.mallory)
        world.clock.advance(PERIOD)
    return False


def attack(make: Make) -> Measure:
    """Guess codes with Alice's password and another account: 8,000 attackers, each for fifty minutes."""
    seconds = [PERIOD * (number // EACH) for number in range(LOGINS * EACH)]
    return many_attackers(
        make, with_own_logins, attackers=ATTACKERS, guesses=LOGINS * EACH, each_seconds=seconds, seed=4
    )


def _between_guesses(make: Make) -> str:
    world = World(make)
    with_own_logins(world, [wrong_code(world, world.alice)] * 5 * EACH)
    return outcome(lambda: world.log_in(world.alice))


def _after_the_wait_began(make: Make) -> str:
    world = World(make)
    pending, wrong = world.begin(world.alice), wrong_code(world, world.alice)
    for _ in range(10):
        guess(world, pending, wrong)
    world.log_in(world.mallory)
    return outcome(lambda: world.log_in(world.alice))


def _password_alone(make: Make) -> str:
    world = World(make)
    wrong = wrong_code(world, world.alice)
    for _ in range(5):
        pending = world.begin(world.alice)
        for _ in range(EACH):
            guess(world, pending, wrong)
    return outcome(lambda: world.log_in(world.alice))


def _alice_mistypes(make: Make) -> str:
    world = World(make)
    for _ in range(10):
        pending = world.begin(world.alice)
        guess(world, pending, wrong_code(world, world.alice))
        if not guess(world, pending, world.alice.phone.code()):
            return OUT
        world.clock.advance(2 * PERIOD)
    return IN


def _mallory_meanwhile(make: Make) -> str:
    world = World(make)
    pending, wrong = world.begin(world.alice), wrong_code(world, world.alice)
    for _ in range(10):
        guess(world, pending, wrong)
    return outcome(lambda: world.log_in(world.mallory))


def _alice_later(make: Make) -> str:
    world = World(make)
    with_own_logins(world, [wrong_code(world, world.alice)] * 5 * EACH)
    world.clock.advance(3600)
    return outcome(lambda: world.log_in(world.alice))


ATTACK = Attack(
    number=5,
    id="own-login-resets",
    title="The attacker's own login resets the counter",
    flaw="Resets the count of every account after any successful login.",
    story="A widely read tutorial on logins in Java counted failures, but any successful login reset the count "
    "to zero. In 2022, a reader showed how to avoid the limit: have an account, and log in to it before the "
    "limit is reached. The tutorial was fixed.",
    source="https://github.com/Baeldung/spring-security-registration/issues/197",
    clauses=("RFC4226-7.3", "NIST-3.2.2"),
    standard_name="Counter reset by another account's login",
    defence="Resets the count only after a completed login to the same account.",
    weak=ForgivingServer,
    fixed=Fixed,
    ours=our_server,
    refuser=refuses_everybody(ForgivingServer),
    run=attack,
    trials=(
        Trial(
            "Ten wrong guesses, then Mallory's own login",
            _after_the_wait_began,
            OUT,
            "Your server was making logins to Alice's account wait. Then Mallory logged in to his own account, and "
            "your server ended the wait. Whose count did his login reset?",
        ),
        Trial(
            "Four wrong guesses, then Mallory's own login, five times",
            _between_guesses,
            OUT,
            "After twenty wrong codes for Alice's account, your server still verified the next code. What reset "
            "her count in between?",
        ),
        *HONEST,
        Trial(
            "Alice, who mistypes once in each of ten logins",
            _alice_mistypes,
            IN,
            (
                "Alice mistyped once in each of ten logins, and then your server no longer let her in. What should "
                "reset her count?"
            ),
        ),
        Trial(
            "Mallory himself, while somebody guesses codes for Alice's account",
            _mallory_meanwhile,
            IN,
            (
                "Nobody guessed codes for Mallory's account, but your server rejects him. Whose failures does it "
                "count?"
            ),
        ),
        Trial(
            "Alice, an hour after twenty wrong guesses",
            _alice_later,
            IN,
            "The twenty wrong codes came an hour ago, but your server still rejects Alice. When does her wait end?",
        ),
        Trial(
            "Four wrong guesses, then Alice's password again, five times",
            _password_alone,
            OUT,
            "Anyone who is guessing codes already knows the password. What should reset the count?",
        ),
    ),
)
