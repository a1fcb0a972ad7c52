"""Attack 16: the window follows the phone's clock, however far an attacker moves that clock.

`clock_set_back` is the other half.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from mfa_lab.attacks.helpers.minimal_server import PERIOD, Account, MinimalServer
from mfa_lab.attacks.helpers.world import HONEST, Make, World, outcome, refuses_everybody
from mfa_lab.attacks.law import DRIFTING
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.clock import Clock, SkewedClock
from mfa_lab.policy import Policy
from mfa_lab.randomness import Randomness
from mfa_lab.server.flow import MfaServer

CODES = 120
"The number of codes in an hour. Alice's phone shows them to anyone who holds the phone and sets its clock ahead."
LATER_SECONDS = 600
STOPS, GOES_ON = "the window stops", "the window never stops"


class FollowingServer(MinimalServer):
    """Store the drift of each phone: after a login, the window is centred on the code's step."""

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        super().__init__(clock, randomness)
        self.drift: dict[str, int] = {}

    def centre(self, account: Account) -> int:
        return super().centre(account) + self.drift.get(account.name, 0)

    def consume(self, account: Account, step: int) -> bool:
        drift = self.drift.get(account.name, 0)
        taken = super().consume(account, step)
        if taken:
            self.drift[account.name] = self.learnt(drift, step - super().centre(account))
        return taken

    def learnt(self, drift: int, offset: int) -> int:  # noqa: ARG002
        """Return the new centre of the window.

        `drift` is the old centre and `offset` is the code's step, both relative to the server's own step (positive
        means ahead).
        """
        return offset


class Fixed(FollowingServer):
    """Follow a phone only so far that the window still contains the server's own step."""

    def learnt(self, drift: int, offset: int) -> int:  # noqa: ARG002
        return max(-self.window_steps, min(self.window_steps, offset))


def our_server(clock: Clock, randomness: Randomness) -> MfaServer:
    """Return this kit's own server, in memory, with drift learning up to one step."""
    return MfaServer(clock=clock, randomness=randomness, policy=replace(Policy.CHEAPEST, drift_cap_steps=1))


def walk(world: World, direction: int, codes: int) -> int:
    """Log in as Alice with one code after the other, each code one step further from the server's own step.

    Stop at the first rejection, and return how many codes were accepted. If `direction` is 1, all logins happen at
    the same moment, and the codes belong to the coming steps. If `direction` is -1, the codes are old: each code is
    as late as a window of one step permits.
    """
    taken = 0
    for number in range(1, codes + 1):
        if direction < 0:
            world.clock.advance(PERIOD if number == 1 else 2 * PERIOD)
        world.alice.phone.clock = SkewedClock(world.clock, direction * number * PERIOD)
        if outcome(partial(world.log_in, world.alice)) == OUT:
            break
        taken = number
    world.alice.phone.clock = world.clock
    return taken


def owner_later(world: World) -> str:
    """Return whether Alice gets in ten minutes later, with her own phone set to the correct time."""
    world.clock.advance(LATER_SECONDS)
    return outcome(lambda: world.log_in(world.alice))


def attack(make: Make) -> Measure:
    """Set the clock of Alice's phone ahead, and use up an hour of codes.

    The attacker has Alice's password, and had her phone for a minute.
    """
    world = World(make)
    taken = walk(world, 1, CODES)
    shut_out = owner_later(world) == OUT
    words = (
        f"the last accepted code was {taken * PERIOD} s early; ten minutes later, Alice's own code "
        f"is {'rejected' if shut_out else 'accepted'}"
    )
    return Measure(int(taken == CODES) + int(shut_out), 2, words)


def _walks(make: Make, direction: int) -> str:
    return STOPS if walk(World(make), direction, CODES) < CODES else GOES_ON


def _walked_then_owner(make: Make, direction: int) -> str:
    world = World(make)
    walk(world, direction, CODES)
    return owner_later(world)


def _slowly(make: Make, direction: int) -> str:
    world = World(make)
    for drift_steps in (1, 2):
        world.clock.advance(30 * 86400 - PERIOD)
        world.alice.phone.clock = SkewedClock(world.clock, direction * drift_steps * PERIOD)
        world.log_in(world.alice)
    return IN


ATTACK = Attack(
    number=16,
    id="drift-without-cap",
    title="Drift without a cap",
    flaw="Moves its window to the last accepted code, without any limit.",
    story="In 2019, a user reported how an open-source server for one-time passwords followed a phone's clock "
    "automatically. The server accepted a used code again twenty minutes later. It assumed that the phone was "
    "1,230 seconds slow, although its window was 300 seconds. The fault was fixed.",
    source="https://github.com/LinOTP/LinOTP/issues/110",
    clauses=("RFC6238-6", "RFC4226-7.4", "ASVS-6.5.8"),
    standard_name="Drift learning without a cap",
    defence="Learns at most one step per login, up to a cap, and only if the policy turns this on.",
    weak=FollowingServer,
    fixed=Fixed,
    ours=our_server,
    refuser=refuses_everybody(FollowingServer),
    run=attack,
    law=DRIFTING,
    trials=(
        Trial(
            "An hour of codes, typed to move the window ahead",
            partial(_walks, direction=1),
            STOPS,
            (
                "With enough codes, an attacker can move your window ahead as far as they like. Where must "
                "the window stop?"
            ),
        ),
        Trial(
            "A series of old codes, typed to move the window back",
            partial(_walks, direction=-1),
            STOPS,
            "A series of old codes moves your window into the past. Where must the window stop on that side?",
        ),
        Trial(
            "Alice, ten minutes after the window was moved ahead",
            partial(_walked_then_owner, direction=1),
            IN,
            (
                "An attacker moved the window ahead, and now your server rejects Alice's current code. How "
                "far ahead is the window's centre?"
            ),
        ),
        Trial(
            "Alice, ten minutes after the window was moved back",
            partial(_walked_then_owner, direction=-1),
            IN,
            (
                "An attacker moved the window back, and now your server rejects Alice's current code. How far "
                "behind is the window's centre?"
            ),
        ),
        *HONEST,
        Trial(
            "Alice, whose clock gains a step a month, for two months",
            partial(_slowly, direction=1),
            IN,
            "Your server does not follow a phone whose clock slowly gains time. What should the stored drift be "
            "after each login?",
        ),
        Trial(
            "Alice, whose clock loses a step a month, for two months",
            partial(_slowly, direction=-1),
            IN,
            "Your server does not follow a phone whose clock slowly loses time. In how many directions can a "
            "clock go wrong?",
        ),
    ),
)
