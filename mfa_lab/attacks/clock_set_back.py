"""Attack 16, second half: the server's own clock is set back, so old codes are valid again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from mfa_lab.attacks.helpers.minimal_server import PERIOD, Account
from mfa_lab.attacks.helpers.used_code import used_again
from mfa_lab.attacks.helpers.world import HONEST, Make, World, our_server, refuses_everybody
from mfa_lab.attacks.law import EACH_LOGIN, LOGINS
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.attacks.replay_after_forgetting import Fixed as LongMemory
from mfa_lab.errors import AccessDenied, ClockSetBack

HOUR = 3600
_ENROLLED_BEFORE = 120  # seconds, as in `World`
_NEITHER = "neither gets in"


class ClockTrustingServer(LongMemory):
    """Remember a used code as long as the window accepts it by the server's own clock. This fixes attack 9 only."""


class Fixed(ClockTrustingServer):
    """Keep the step of the last accepted code. This number does not go back with the clock."""

    def consume(self, account: Account, step: int) -> bool:
        if step <= account.last_step:
            return False
        account.last_step = step
        return super().consume(account, step)


def _enters(world: World, code: str) -> bool:
    """Return whether Mallory gets in as Alice. A server that refuses to work lets nobody in."""
    try:
        world.server.finish_login(world.begin(world.alice), code)
    except (AccessDenied, ClockSetBack):
        return False
    return True


def _seen_in_an_hour(make: Make) -> tuple[World, str, str]:
    """Return a world just after Alice's second login, and two of her codes.

    The first code is from her first login, an hour earlier. The second code was seen half an hour ago and never used.
    """
    world = World(make)
    used = world.alice.phone.code()
    world.log_in(world.alice)
    world.clock.advance(HOUR // 2)
    unused = world.alice.phone.code()
    world.clock.advance(HOUR // 2)
    world.log_in(world.alice)
    return world, used, unused


def attack(make: Make) -> Measure:
    """Type codes that Alice's phone showed in the last hour, after the server's clock has been set back.

    A clock can go back because of daylight saving (if a server reads local time), because of a wrong time server, or
    because a machine was restored from a snapshot.
    """
    world, used, unused = _seen_in_an_hour(make)
    world.clock.advance(-HOUR)
    got = [_enters(world, used)]
    world.clock.advance(HOUR // 2)
    got.append(_enters(world, unused))
    words = (
        f"with the clock an hour back, a code that was used {'is accepted again' if got[0] else 'is rejected'}, "
        f"and a code that was only seen {'is accepted' if got[1] else 'is rejected'}"
    )
    return Measure(sum(got), len(got), words)


def _used(make: Make) -> str:
    world, used, _ = _seen_in_an_hour(make)
    world.clock.advance(-HOUR)
    return IN if _enters(world, used) else OUT


def _unused(make: Make) -> str:
    world, _, unused = _seen_in_an_hour(make)
    world.clock.advance(-HOUR // 2)
    return IN if _enters(world, unused) else OUT


def _one_after_the_other(make: Make) -> str:
    world, used, unused = _seen_in_an_hour(make)
    world.clock.advance(-HOUR)
    _enters(world, used)
    world.clock.advance(HOUR // 2)
    return IN if _enters(world, unused) else OUT


def _kept(make: Make) -> str:
    world = World(make)
    world.log_in(world.alice)
    world.clock.advance(PERIOD)
    seen = world.alice.phone.code()
    world.clock.advance(-HOUR)
    _enters(world, "000000")
    world.clock.advance(HOUR // 2)
    return IN if _enters(world, seen) else OUT


def _last_ones(make: Make) -> str:
    """Set the clock back to the time of each recently accepted code, and return which codes are accepted again.

    One code is from Alice's only login, and the server has since forgotten it. The other code enrolled her phone.
    """
    world = World(make)
    code = world.alice.phone.code()
    world.log_in(world.alice)
    world.clock.advance(HOUR)
    world.log_in(world.mallory)
    world.clock.advance(-HOUR)
    login = _enters(world, code)
    world.clock.advance(-_ENROLLED_BEFORE)
    enrolment = _enters(world, world.alice.phone.code())
    if login:
        return "both get in" if enrolment else "the login's gets in"
    return "the enrolment's gets in" if enrolment else _NEITHER


def _corrected(make: Make) -> str:
    world = World(make)
    world.log_in(world.mallory)
    world.clock.advance(-2)
    world.log_in(world.alice)
    return IN


def _right_again(make: Make) -> str:
    world, used, _ = _seen_in_an_hour(make)
    world.clock.advance(-HOUR)
    _enters(world, used)
    world.clock.advance(HOUR + 10 * PERIOD)
    world.log_in(world.alice)
    return IN


ATTACK = Attack(
    number=16,
    id="clock-set-back",
    title="The clock set back",
    flaw="Uses its clock to decide when to forget a used code, although the clock may be wrong.",
    story="In 2015, researchers showed that an attacker on the path of unauthenticated NTP traffic can shift "
    "its clients' clocks by hours or even years.",
    source="https://doi.org/10.14722/ndss.2016.23090",
    clauses=("ASVS-6.5.8", "RFC6238-5.2", "NIST-3.1.4.2"),
    standard_name="Clock set back",
    defence="Refuses to work if its clock goes back by more than a minute, until the clock catches up "
    "or an operator trusts it.",
    weak=ClockTrustingServer,
    fixed=Fixed,
    ours=our_server,
    refuser=refuses_everybody(ClockTrustingServer),
    run=attack,
    law=replace(LOGINS, kinds={**EACH_LOGIN, "midnight": 6}, clock_goes_back=True),
    trials=(
        Trial(
            "A used code, an hour later, with the clock an hour back",
            _used,
            OUT,
            "Your server accepted a used code again. Which stored number still shows that this code was used?",
        ),
        Trial(
            "A code that was seen and never used, with the clock set back to its time",
            _unused,
            OUT,
            "Your server accepted a code that nobody had used, although it had already accepted a later code. What "
            "does the later code tell you about the unused code?",
        ),
        Trial(
            "The attack: first the used code, then a code that Mallory saw and nobody used",
            _one_after_the_other,
            OUT,
            "Your server rejected the used code, but then accepted the other code. What did the rejected code "
            "change?",
        ),
        Trial(
            "The newest code, half an hour after the clock went back",
            _kept,
            OUT,
            "A code stays valid on your server for as long as the server's clock is wrong. For how long should a "
            "code be valid?",
        ),
        Trial(
            "The same code again, at once",
            partial(used_again, delay_seconds=0),
            OUT,
            "Your server accepted the same code twice in a row. From which moment on should an accepted code be "
            "invalid?",
        ),
        Trial(
            "Alice, just after the clock was corrected by two seconds",
            _corrected,
            IN,
            "The clock was corrected by two seconds, and now your server rejects Alice. How far back may a clock "
            "go without harm?",
        ),
        Trial(
            "Alice, once the clock is correct again",
            _right_again,
            IN,
            (
                "The clock is correct again, but your server still rejects Alice. Which of its stored numbers is "
                "wrong now?"
            ),
        ),
        *HONEST,
        Trial(
            "The codes of Alice's last login and of her enrolment, each with the clock set back to its time",
            _last_ones,
            _NEITHER,
            "The memory that depends on the clock has forgotten both codes. Which number does your server still "
            "have?",
        ),
    ),
)
