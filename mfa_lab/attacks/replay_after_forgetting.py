"""Attack 9, replay after forgetting: the server forgets a code after one period, but accepts it for three periods."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from mfa_lab.attacks.helpers.minimal_server import PERIOD, Account, MinimalServer
from mfa_lab.attacks.helpers.used_code import TWO_PEOPLE, used_again
from mfa_lab.attacks.helpers.world import HONEST, Make, World, outcome, refuses_everybody
from mfa_lab.attacks.law import EACH_LOGIN, LOGINS
from mfa_lab.attacks.record import IN, Attack, Measure, Trial
from mfa_lab.attacks.replay_in_window import replays
from mfa_lab.clock import Clock
from mfa_lab.policy import Policy
from mfa_lab.randomness import Randomness
from mfa_lab.server.flow import MfaServer

DELAY_SECONDS = 45
"""Mallory waits this long after Alice's login: the server has forgotten the code, but the code is not yet too old."""
NEVER = "never accepted again"


class ShortMemory(MinimalServer):
    """Keep each used code in a cache for as long as the phone shows it."""

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        super().__init__(clock, randomness)
        self.until: dict[tuple[str, int], int] = {}

    def keep_seconds(self) -> int:
        """Return for how many seconds a used code is remembered."""
        return PERIOD

    def consume(self, account: Account, step: int) -> bool:
        now = self.clock.now()
        self.until = {key: until for key, until in self.until.items() if now < until}
        if (account.name, step) in self.until:
            return False
        self.until[account.name, step] = now + self.keep_seconds()
        return True


class Fixed(ShortMemory):
    """Remember a used code for as long as the window can accept it."""

    def keep_seconds(self) -> int:
        return (2 * self.window_steps + 1) * PERIOD


def attack(make: Make) -> Measure:
    """Type a code seen on Alice's phone, with her password, after the server has forgotten the code.

    A forgotten code is as good as a new code, so the chance is the same as in attack 7, with a delay that is longer
    than the memory.
    """
    got = replays(make, DELAY_SECONDS)
    words = f"a code that Alice used {DELAY_SECONDS} s earlier let Mallory in {sum(got)} times of {len(got)}"
    return Measure(sum(got), len(got), words, expected=2 - DELAY_SECONDS / PERIOD)


def forgets(make: Make, window_steps: int = 1, phone_ahead: int = 0) -> str:
    """Return after how many seconds Alice's used code is accepted again, or `NEVER`.

    Alice logs in when her step begins. The function tries the delays at which a server is likely to forget a code.
    """
    for delay in (second for edge in range(2 * window_steps + 2) for second in (edge * PERIOD, edge * PERIOD + 29)):
        if used_again(_with_window(make, window_steps), delay, phone_ahead=phone_ahead, at_second=0) == IN:
            return f"accepted again after {delay} s"
    return NEVER


def _with_window(make: Any, window_steps: int) -> Make:
    if isinstance(make, type):
        return type("Wider", (make,), {"window_steps": window_steps})
    return partial(make, window_steps=window_steps)


def our_server(clock: Clock, randomness: Randomness, window_steps: int = 1) -> MfaServer:
    """Return this kit's own server, in memory, with this window."""
    policy = replace(Policy.CHEAPEST, window_steps=window_steps)
    return MfaServer(clock=clock, randomness=randomness, policy=policy)


def _after_a_refusal(make: Make) -> str:
    world = World(make)
    world.log_in(world.alice)
    if outcome(lambda: world.log_in(world.alice)) == IN:
        return "gets in twice with one code"
    world.clock.advance(PERIOD)
    world.log_in(world.alice)
    return IN


ATTACK = Attack(
    number=9,
    id="replay-after-forgetting",
    title="Replay after the memory forgot",
    flaw="Remembers a used code for one period, although the window accepts the code for longer.",
    story="In 2017, users of a library found that its replay protection lasted only 30 seconds. After that, a "
    "used code was valid again as long as the permitted drift allowed.",
    source="https://github.com/devise-two-factor/devise-two-factor/issues/106",
    clauses=("RFC6238-5.2", "NIST-3.1.4.2", "ASVS-6.5.1"),
    standard_name="Replay after the server forgot",
    defence="Remembers the last consumed step as long as the factor exists.",
    weak=ShortMemory,
    fixed=Fixed,
    ours=our_server,
    refuser=refuses_everybody(ShortMemory),
    run=attack,
    law=replace(LOGINS, kinds={**EACH_LOGIN, "enrol": 0, "others": 12}),
    trials=(
        Trial(
            "Alice's code, again and again",
            forgets,
            NEVER,
            "Your server forgot a used code before the window ended, and accepted the code again. For how long "
            "does the window accept a code?",
        ),
        Trial(
            "Her code, if her phone is a step ahead",
            partial(forgets, phone_ahead=PERIOD),
            NEVER,
            "Alice's phone is one step ahead, and your server accepted her used code again. When can the server "
            "first accept such a code?",
        ),
        Trial(
            "The same attack, on a server with a window of two steps",
            partial(forgets, window_steps=2, phone_ahead=2 * PERIOD),
            NEVER,
            "A server with a wider window would forget the code too early. What does your number of seconds depend "
            "on?",
        ),
        *HONEST,
        TWO_PEOPLE,
        Trial(
            "Alice, who was too quick and waits for the next code",
            _after_a_refusal,
            IN,
            (
                "Your server rejects Alice's next code, although nobody has used it. Which codes does your server "
                "remember?"
            ),
        ),
    ),
)
