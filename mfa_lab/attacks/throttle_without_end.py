"""Attack 6, rate limiting without an end: five attempts every five minutes, for a year if necessary."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from mfa_lab.attacks.helpers.guess_rate import guess_every, guess_hourly, measured_rules
from mfa_lab.attacks.helpers.guesses import guess, wrong_code
from mfa_lab.attacks.helpers.minimal_server import Count, MinimalServer
from mfa_lab.attacks.helpers.world import HONEST, Make, World, our_server, outcome, refuses_everybody
from mfa_lab.attacks.law import DISABLING
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.attacks.simulation.guess_budget import DAY_SECONDS, Rules, attempts_before, guess_budget, in_words
from mfa_lab.attacks.simulation.odds import dice, guessing
from mfa_lab.attacks.simulation.simulated_budget import simulated_budget
from mfa_lab.randomness import SeededRandomness

BURST, PAUSE_SECONDS = 5, 300
ATTACKERS, DAYS = 400, 14
_TOO_MANY_TO_DRAW = 1_000_000


class EndlessServer(MinimalServer):
    """Make the next code wait five minutes after every fifth wrong code in a row."""

    def wait_seconds(self, failures: int) -> int:
        return PAUSE_SECONDS if failures % BURST == 0 else 0


class Fixed(EndlessServer):
    """Disable the authenticator after a hundred wrong codes in a row, until an administrator resets the factors."""

    def must_wait(self, count: Count) -> bool:
        return count.failures >= 100 or super().must_wait(count)


def attack(make: Make) -> Measure:
    """Measure on another account how fast the server permits guessing, and whether it ever stops.

    Then guess at that rate for two weeks. The two weeks are simulated with real codes, and the year is computed in
    closed form.
    """
    rules = measured_rules(make)
    attempts = attempts_before(rules, DAYS * DAY_SECONDS)
    inside, year = _inside(rules, attempts), in_words(guess_budget(rules).chance_per_year)
    stop = rules.disable_after_failures
    ending = f"no code is verified after {stop} wrong codes" if stop else "codes are always verified"
    words = f"{ending}: {inside} of {ATTACKERS} attackers got in within {DAYS} days; the chance in a year is {year}"
    return Measure(inside, ATTACKERS, words, float(guessing(rules.accepted_codes, attempts)))


def _inside(rules: Rules, attempts: int) -> int:
    """Return how many attackers get in.

    The attackers are simulated attempt by attempt. If the server permits too many attempts for a simulation, draw the
    number of each attacker's first correct guess.
    """
    if attempts <= _TOO_MANY_TO_DRAW:
        return simulated_budget(rules, days=DAYS, attackers=ATTACKERS, randomness=SeededRandomness(1)).inside
    first_right = dice(SeededRandomness(1)).geometric(rules.accepted_codes / 10**rules.digits, ATTACKERS)
    return int((first_right <= attempts).sum())


def in_bursts(world: World, codes: Sequence[str]) -> bool:
    """Type five codes into each pending login for Alice, and wait five minutes before the next login."""
    for first in range(0, len(codes), BURST):
        pending = world.begin(world.alice)
        if any(guess(world, pending, code) for code in codes[first : first + BURST]):
            return True
        world.clock.advance(PAUSE_SECONDS)
    return False


def _log_in_after(make: Make, bursts: int = 0, hourly: int = 0, rest_days: int = 0, hourly_repeated: int = 0) -> str:
    """Return whether a correct code of Alice's is accepted after these guesses and pauses."""
    world = World(make)
    for _ in range(bursts):
        in_bursts(world, [wrong_code(world, world.alice)] * BURST)
    guess_hourly(world, world.alice, hourly)
    world.clock.advance(rest_days * DAY_SECONDS)
    guess_hourly(world, world.alice, hourly_repeated)
    return outcome(lambda: world.log_in(world.alice))


def _six_at_once(make: Make) -> str:
    world = World(make)
    guess_every(world, world.alice, 6, 0)
    return outcome(lambda: world.log_in(world.alice))


def _mallory_meanwhile(make: Make) -> str:
    world = World(make)
    guess_hourly(world, world.alice, 101)
    return outcome(lambda: world.log_in(world.mallory))


def _alice_mistypes(make: Make) -> str:
    world = World(make)
    for _ in range(120):
        pending = world.begin(world.alice)
        guess(world, pending, wrong_code(world, world.alice))
        if not guess(world, pending, world.alice.phone.code()):
            return OUT
        world.clock.advance(DAY_SECONDS)
    return IN


def _bound_anew(make: Make) -> str:
    world = World(make)
    guess_hourly(world, world.alice, 101)
    world.server.reset_factors(world.alice.name)
    enrolment = world.server.start_enrolment(world.begin(world.alice))
    world.alice.phone.add(enrolment.uri)
    world.server.confirm_enrolment(enrolment, world.alice.phone.code())
    world.clock.advance(60)
    return outcome(lambda: world.log_in(world.alice))


ATTACK = Attack(
    number=6,
    id="throttle-without-end",
    title="A throttle that never stops",
    flaw="Allows five attempts every five minutes forever, which is half a million in a year.",
    story="In 2020, a reader of the source code of a large package index reported in public that its limit on wrong "
    "codes never ended the guessing. By the reader's calculation, a patient attacker had an even chance after three "
    "months. The limit was made stricter in 2025, and the same reader calculated seven months.",
    source="https://github.com/pypi/warehouse/issues/8456",
    clauses=("NIST-3.2.2", "RFC4226-7.3", "RFC4226-6"),
    standard_name="Rate limiting without an end",
    defence="Disables the factor after 100 wrong codes in a row; a completed login by the owner resets the count.",
    weak=EndlessServer,
    fixed=Fixed,
    ours=our_server,
    refuser=refuses_everybody(EndlessServer),
    run=attack,
    law=DISABLING,
    trials=(
        Trial(
            "A thousand wrong guesses, five every five minutes",
            partial(_log_in_after, bursts=200),
            OUT,
            "After a thousand wrong codes in a row, your server verified the next one. So guessing is slow but "
            "never ends. How many wrong codes does your server allow?",
        ),
        Trial(
            "Six hundred wrong guesses, one an hour",
            partial(_log_in_after, hourly=600),
            OUT,
            "A wrong code came every hour for twenty-five days, and your server still verified the next one. So a "
            "slow attacker never has to stop. What should end the guessing?",
        ),
        Trial(
            "A hundred and one wrong guesses, one an hour",
            partial(_log_in_after, hourly=101),
            OUT,
            "More than a hundred wrong codes in a row came slowly, and your server still verified the next one. So "
            "your server forgets slow guesses. What should reset the count?",
        ),
        Trial(
            "A hundred and one wrong guesses, then a month's rest",
            partial(_log_in_after, hourly=101, rest_days=30),
            OUT,
            "A month after more than a hundred wrong codes in a row, your server verifies codes again. So Mallory "
            "only has to wait. Does a pause prove that Alice is logging in?",
        ),
        Trial(
            "Ninety wrong guesses, three days' rest, ninety more",
            partial(_log_in_after, hourly=90, rest_days=3, hourly_repeated=90),
            OUT,
            "Your server allowed a hundred and eighty wrong codes, with no correct one among them. So a pause "
            "reset the count. What does a pause prove?",
        ),
        Trial(
            "A hundred wrong guesses, one an hour",
            partial(_log_in_after, hourly=100),
            OUT,
            "Your server verified another code after a hundred wrong codes in a row. NIST-3.2.2 allows no more "
            "than a hundred. At which count does your server stop?",
        ),
        Trial(
            "Six wrong codes in a second, then the correct one",
            _six_at_once,
            OUT,
            "Your server verified a code immediately after five wrong codes. So the wait of five minutes is gone. "
            "What did the weak server's method do?",
        ),
        *HONEST,
        Trial(
            "Alice, the day after ten wrong guesses",
            partial(_log_in_after, bursts=2, rest_days=1),
            IN,
            "The day after a stranger's ten wrong guesses, your server still rejects Alice. So she needs an "
            "administrator. How many wrong codes does NIST-3.2.2 allow?",
        ),
        Trial(
            "Alice, who mistypes once in each of 120 logins",
            _alice_mistypes,
            IN,
            "Alice mistyped once in each of 120 logins, never twice in a row, and now your server rejects her. So "
            "her mistakes add up. What should reset the count?",
        ),
        Trial(
            "Mallory himself, while somebody guesses codes for Alice's account",
            _mallory_meanwhile,
            IN,
            "Somebody guessed codes for Alice's account, and now your server keeps Mallory out of his own account. "
            "So one attacker can stop everybody. Whose failures does your method read?",
        ),
        Trial(
            "Alice, with a new phone after an administrator's reset",
            _bound_anew,
            IN,
            "The administrator called `reset_factors` and Alice enrolled a new phone, but your server still "
            "rejects her. So the reset does not help. Where does your class remember her failures?",
        ),
    ),
)
