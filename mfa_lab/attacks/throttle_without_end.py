"""Rung 6: five tries in five minutes, and again five, for a year if need be."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from mfa_lab.attacks.helpers.guess_rate import guess_every, guess_hourly, measured_rules
from mfa_lab.attacks.helpers.guesses import guess, wrong_code
from mfa_lab.attacks.helpers.minimal_server import Count, MinimalServer
from mfa_lab.attacks.helpers.world import HONEST, Make, World, our_server, outcome, refuses_everybody
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.attacks.simulation.guess_budget import DAY_SECONDS, Rules, attempts_before, guess_budget, in_words
from mfa_lab.attacks.simulation.odds import dice, guessing
from mfa_lab.attacks.simulation.simulated_budget import simulated_budget
from mfa_lab.randomness import SeededRandomness

BURST, PAUSE_SECONDS = 5, 300
ATTACKERS, DAYS = 400, 14
_TOO_MANY_TO_DRAW = 1_000_000


class EndlessServer(MinimalServer):
    """After every fifth wrong code in a row the next one waits five minutes."""

    def wait_seconds(self, failures: int) -> int:
        return PAUSE_SECONDS if failures % BURST == 0 else 0


class Fixed(EndlessServer):
    """After a hundred wrong codes in a row the authenticator is disabled, until an administrator binds a new one."""

    def must_wait(self, count: Count) -> bool:
        return count.failures >= 100 or super().must_wait(count)


def attack(make: Make) -> Measure:
    """Find out on an account of one's own how fast the server lets anybody guess, and whether it ever stops, and
    guess for two weeks, as fast as that.

    The two weeks are drawn, with real codes. The year is in closed form.
    """
    rules = measured_rules(make)
    attempts = attempts_before(rules, DAYS * DAY_SECONDS)
    inside, year = _inside(rules, attempts), in_words(guess_budget(rules).chance_per_year)
    stop = rules.disable_after_failures
    ending = f"wrong codes end after {stop}" if stop else "wrong codes never end"
    words = f"{ending}: {inside} of {ATTACKERS} attackers got in within {DAYS} days; the chance in a year is {year}"
    return Measure(inside, ATTACKERS, words, float(guessing(rules.accepted_codes, attempts)))


def _inside(rules: Rules, attempts: int) -> int:
    """How many get in: drawn attempt by attempt; where nothing slows anybody down, by the first one that is right."""
    if attempts <= _TOO_MANY_TO_DRAW:
        return simulated_budget(rules, days=DAYS, attackers=ATTACKERS, randomness=SeededRandomness(1)).inside
    first_right = dice(SeededRandomness(1)).geometric(rules.accepted_codes / 10**rules.digits, ATTACKERS)
    return int((first_right <= attempts).sum())


def in_bursts(world: World, codes: Sequence[str]) -> bool:
    """Five into each pending login of Alice's, and five minutes to the next."""
    for first in range(0, len(codes), BURST):
        pending = world.begin(world.alice)
        if any(guess(world, pending, code) for code in codes[first : first + BURST]):
            return True
        world.clock.advance(PAUSE_SECONDS)
    return False


def _log_in_after(make: Make, bursts: int = 0, hourly: int = 0, rest_days: int = 0, hourly_repeated: int = 0) -> str:
    """Whether a right code of Alice's counts after all this."""
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
    flaw="Allows five attempts in five minutes for ever: half a million in a year.",
    story="In 2020 a reader of its source code told a large package index in public: the limit on wrong codes has no "
    "end, so somebody patient is in with a chance of one half after three months. When it was made stricter in 2025, "
    "the same reader counted again: seven months.",
    source="https://github.com/pypi/warehouse/issues/8456",
    clauses=("NIST-3.2.2", "RFC4226-7.3", "RFC4226-6"),
    standard_name="Rate limiting without an end",
    defence="Disables the factor after 100 wrong codes in a row; a login of the owner starts the count again.",
    weak=EndlessServer,
    fixed=Fixed,
    ours=our_server,
    refuser=refuses_everybody(EndlessServer),
    run=attack,
    trials=(
        Trial(
            "A thousand wrong guesses, five every five minutes",
            partial(_log_in_after, bursts=200),
            OUT,
            "A thousand wrong codes in a row, and the next one was looked at.",
        ),
        Trial(
            "Six hundred wrong guesses, one an hour",
            partial(_log_in_after, hourly=600),
            OUT,
            "For twenty-five days a wrong code came every hour, and the next one was looked at.",
        ),
        Trial(
            "A hundred and one wrong guesses, one an hour",
            partial(_log_in_after, hourly=101),
            OUT,
            "More than a hundred wrong codes in a row came slowly, and the next one was looked at.",
        ),
        Trial(
            "A hundred and one wrong guesses, then a month's rest",
            partial(_log_in_after, hourly=101, rest_days=30),
            OUT,
            "After more than a hundred wrong codes in a row, time alone made it all good again.",
        ),
        Trial(
            "Ninety wrong guesses, three days' rest, ninety more",
            partial(_log_in_after, hourly=90, rest_days=3, hourly_repeated=90),
            OUT,
            "A hundred and eighty wrong codes, and no right one among them. A pause is no right code.",
        ),
        Trial(
            "A hundred wrong guesses, one an hour",
            partial(_log_in_after, hourly=100),
            OUT,
            "A hundred wrong codes in a row are all that NIST-3.2.2 allows. A hundred and first was looked at.",
        ),
        Trial(
            "Six wrong codes in a second, then the right one",
            _six_at_once,
            OUT,
            "You put the end in place of the wait. The wait of five minutes has to stay.",
        ),
        *HONEST,
        Trial(
            "Alice, after ninety-nine wrong guesses, one an hour",
            partial(_log_in_after, hourly=99),
            IN,
            "Ninety-nine wrong codes in a row, and the wait is over. It is not a hundred yet.",
        ),
        Trial(
            "Alice, the day after ten wrong guesses",
            partial(_log_in_after, bursts=2, rest_days=1),
            IN,
            "Ten wrong guesses of a stranger, and Alice needs an administrator?",
        ),
        Trial(
            "Alice, who mistypes once in each of 120 logins",
            _alice_mistypes,
            IN,
            "Many mistakes in four months, but never two in a row.",
        ),
        Trial(
            "Mallory himself, while Alice's account is guessed at",
            _mallory_meanwhile,
            IN,
            "The guesses were at Alice's account, and somebody else is kept out.",
        ),
        Trial(
            "Alice, after an administrator has bound a new phone",
            _bound_anew,
            IN,
            "The administrator did what `reset_factors` does: no secret, no failures. Alice is kept out all the "
            "same.",
        ),
    ),
)
