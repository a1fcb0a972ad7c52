"""Attack 7, replay inside the window: a used code stays valid as long as the window contains its step."""

from __future__ import annotations

from functools import partial

from mfa_lab.attacks.helpers.minimal_server import PERIOD, Account, MinimalServer
from mfa_lab.attacks.helpers.used_code import LAST_AFTER_IT, LAST_BUT_ONE, TWO_PEOPLE, typed, used_again
from mfa_lab.attacks.helpers.world import HONEST, Make, World, our_server, outcome, refuses_everybody
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.clock import SkewedClock

DELAY_SECONDS = 40
"""The time between Alice's login and Mallory's login."""
_A_YEAR = 365 * 24 * 3600


class ForgetfulServer(MinimalServer):
    """Verify each code, but never ask whether it was used before."""

    def consume(self, account: Account, step: int) -> bool:  # noqa: ARG002
        return True


class Fixed(ForgetfulServer):
    """Accept each step only once, and accept no earlier step afterwards."""

    def consume(self, account: Account, step: int) -> bool:
        if step <= account.last_step:
            return False
        account.last_step = step
        return True


def replays(make: Make, delay_seconds: int) -> list[bool]:
    """Return whether a code that Alice has used lets Mallory in `delay_seconds` later.

    Mallory saw the code on her phone and knows her password. The list has a result for each second of the step at
    which Alice may log in.
    """
    world = World(make)
    got_in = []
    for second in range(PERIOD):
        world.clock.set((world.clock.now() // PERIOD + 10) * PERIOD + second)
        seen = world.alice.phone.code()
        world.log_in(world.alice)
        world.clock.advance(delay_seconds)
        got_in.append(typed(world, seen) == IN)
    return got_in


def attack(make: Make) -> Measure:
    """Type a code seen over Alice's shoulder, with her password, after she has used it.

    The window contains a code until the code is two steps old. Alice is equally likely to log in at any moment of the
    code's step, so the chance is 2 - delay / period, as in `odds.acceptance`.
    """
    got = replays(make, DELAY_SECONDS)
    words = f"a code that Alice used {DELAY_SECONDS} s earlier let Mallory in {sum(got)} times of {len(got)}"
    return Measure(sum(got), len(got), words, expected=2 - DELAY_SECONDS / PERIOD)


def _enrolment(make: Make) -> str:
    world = World(make)
    bob = world.join("bob@example.org", "a horse of another colour")
    return outcome(lambda: world.log_in(bob))


def _two_servers(make: Make) -> str:
    first, second = World(make), World(make)
    for world in (first, second):
        world.clock.advance(_A_YEAR)  # to a step that no other trial uses
    if outcome(lambda: first.log_in(first.alice)) == IN and outcome(lambda: second.log_in(second.alice)) == OUT:
        return "one memory for both"
    return "a memory each"


def _slow_twice(make: Make) -> str:
    world = World(make)
    world.alice.phone.clock = SkewedClock(world.clock, -PERIOD)
    world.log_in(world.alice)
    world.clock.advance(PERIOD)
    world.log_in(world.alice)
    return IN


ATTACK = Attack(
    number=7,
    id="replay-in-window",
    title="Replay inside the window",
    flaw="Accepts the same code any number of times while it is inside the window.",
    story="In 2015, a fault was found in a widely used library for Ruby on Rails (CVE-2015-7225). After a code "
    "had let its owner in, anybody who had seen the code and knew the password could use it again.",
    source="https://blog.justinbull.ca/cve-2015-7225-otp-reuse-in-devise-two-factor/",
    clauses=("RFC6238-5.2", "NIST-3.1.4.2", "ASVS-6.5.1"),
    standard_name="Replay inside the window",
    defence="Consumes the time step, so the next code must belong to a later step.",
    weak=ForgetfulServer,
    fixed=Fixed,
    ours=our_server,
    refuser=refuses_everybody(ForgetfulServer),
    run=attack,
    trials=(
        Trial(
            "The same code, a second later",
            partial(used_again, delay_seconds=1),
            OUT,
            "A second after Alice's login, her code opened another session. So anyone who saw the code gets in. "
            "What has the server stored about that code?",
        ),
        Trial(
            "The attack, once more",
            partial(used_again, delay_seconds=DELAY_SECONDS),
            OUT,
            f"The same code still opened a session {DELAY_SECONDS} s later. So the window keeps the code valid "
            "for a thief, too. What has the server stored about that code?",
        ),
        LAST_BUT_ONE,
        LAST_AFTER_IT,
        Trial(
            "The attack, if Alice's phone is one step ahead",
            partial(used_again, delay_seconds=DELAY_SECONDS, phone_ahead=PERIOD),
            OUT,
            "A phone that is one step ahead shows each code one step early, and your server accepted such a code "
            "twice. What must your server not accept twice?",
        ),
        Trial(
            "Alice's code at one moment, on two servers",
            _two_servers,
            "a memory each",
            "Your server rejects a code that only another server has accepted. All servers share a variable that "
            "is defined in the class body. Which value belongs only to the account?",
        ),
        Trial(
            "The code that enrolled the phone",
            _enrolment,
            OUT,
            "The code that enrolled the phone also opened a session. So anyone who watched the enrolment gets in. "
            "What has the server stored about that code?",
        ),
        *HONEST,
        TWO_PEOPLE,
        Trial(
            "Alice, whose phone is one step behind, twice in a row",
            _slow_twice,
            IN,
            "Alice's phone is one step behind, and your server rejected her second code, which she had never "
            "used. What did your server compare this code with?",
        ),
    ),
)
