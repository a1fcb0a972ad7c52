"""Attack 18, replay of a passkey's response: a challenge is not bound to its login, and is accepted again."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from mfa_lab.attacks.helpers.world import Make
from mfa_lab.attacks.law import passkeys_and
from mfa_lab.attacks.passkeys.forging import with_changed_bit
from mfa_lab.attacks.passkeys.passkey_server import PasskeyServer
from mfa_lab.attacks.passkeys.responses import LoginResponse
from mfa_lab.attacks.passkeys.world import HONEST, PasskeyWorld, our_passkey_server, refuses_every_passkey
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.clock import Clock
from mfa_lab.errors import AccessDenied
from mfa_lab.randomness import Randomness
from mfa_lab.server.records import PendingLogin

LOGINS = 10
DAY = 86_400


class SharedChallenges(PasskeyServer):
    """Keep the challenges of all logins in one list, and accept each of them for ever."""

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        super().__init__(clock, randomness)
        self.issued: list[bytes] = []

    def keep_challenge(self, pending: PendingLogin, challenge: bytes) -> None:  # noqa: ARG002
        self.issued.append(challenge)

    def check_challenge(self, pending: PendingLogin, response: LoginResponse) -> None:  # noqa: ARG002
        if response.challenge not in self.issued:
            raise AccessDenied


class Fixed(SharedChallenges):
    """Keep one challenge for each login, and remove it before it is compared."""

    def keep_challenge(self, pending: PendingLogin, challenge: bytes) -> None:
        self.challenges[pending.token.reveal()] = challenge

    def check_challenge(self, pending: PendingLogin, response: LoginResponse) -> None:
        expected = self.challenges.pop(pending.token.reveal(), None)
        if expected is None or response.challenge != expected:
            raise AccessDenied


def attack(make: Make) -> Measure:
    """Record one response of Alice's passkey, and send it in ten later logins, one a day."""
    got = 0
    world = PasskeyWorld(make)
    pending = world.begin(world.alice)
    recorded = world.respond(world.alice, world.options(pending))
    world.finish(pending, recorded)
    for _ in range(LOGINS):
        world.clock.advance(DAY)
        pending = world.begin(world.alice)
        world.options(pending)
        got += world.opens_alices(pending, recorded) == IN
    words = f"one recorded response of Alice's passkey opens her pages in {got} of {LOGINS} later logins"
    return Measure(got, LOGINS, words)


def _replayed(make: Make, *, asks: bool = True, same_login: bool = False) -> str:
    world = PasskeyWorld(make)
    pending = world.begin(world.alice)
    recorded = world.respond(world.alice, world.options(pending))
    world.finish(pending, recorded)
    if not same_login:
        pending = world.begin(world.alice)
        if asks:
            world.options(pending)
    return world.opens_alices(pending, recorded)


def _for_mallorys_login(make: Make) -> str:
    world = PasskeyWorld(make)
    foreign = world.options(world.begin(world.mallory))
    pending = world.begin(world.alice)
    options = {**world.options(pending), "challenge": foreign["challenge"]}
    return world.opens_alices(pending, world.respond(world.alice, options))


def _for_the_other_tab(make: Make) -> str:
    world = PasskeyWorld(make)
    first, second = world.begin(world.alice), world.begin(world.alice)
    options = {**world.options(second), "challenge": world.options(first)["challenge"]}
    return world.opens_alices(second, world.respond(world.alice, options))


def _after_a_refusal(make: Make) -> str:
    world = PasskeyWorld(make)
    pending = world.begin(world.alice)
    response = world.respond(world.alice, world.options(pending))
    with suppress(AccessDenied):
        world.finish(pending, with_changed_bit(response, "signature", 300))
    world.log_in(world.alice)
    return IN


def _again_after_a_refusal(make: Make) -> str:
    world = PasskeyWorld(make)
    pending = world.begin(world.alice)
    response = world.respond(world.alice, world.options(pending))
    with suppress(AccessDenied):
        world.finish(pending, with_changed_bit(response, "signature", 300))
    return world.opens_alices(pending, response)


ATTACK = Attack(
    number=18,
    id="challenge-reused",
    title="A challenge of any login, for ever",
    flaw="Keeps the challenges of all logins in one list, and never removes one.",
    story="In May 2020 somebody reported that a well-known demonstration site for passkeys stored the challenge in a "
    "cookie. The client sends a cookie back, so an old response could be sent again with its old cookie. In 2022 a "
    "second person found the same.",
    source="https://github.com/duo-labs/webauthn.io/issues/28",
    clauses=("ASVS-6.7.2", "NIST-2.2.2"),
    standard_name="Replay of a passkey's response",
    defence="Stores the hash of one challenge with each pending login, and ends the login with the first response.",
    weak=SharedChallenges,
    fixed=Fixed,
    ours=our_passkey_server,
    refuser=refuses_every_passkey(SharedChallenges),
    run=attack,
    law=passkeys_and(replay=20, second_response=8, empty_challenge=4, swap=14, tabs=10, wait=14),
    trials=(
        Trial(
            "Alice's earlier response, in a new login",
            _replayed,
            OUT,
            "Your server accepts a response that Alice's passkey signed for an earlier login. Which challenge did "
            "the server give for this login?",
        ),
        Trial(
            "The same, before the server has given a challenge",
            partial(_replayed, asks=False),
            OUT,
            "Nobody has asked for a challenge in this login, but your server accepts an old response. What does your "
            "code compare with if it finds no challenge?",
        ),
        Trial(
            "The same response a second time, in the same login",
            partial(_replayed, same_login=True),
            OUT,
            "Your server accepts the same response twice. What should be left of a challenge after the first "
            "response?",
        ),
        Trial(
            "Alice's passkey, with the challenge of Mallory's login",
            _for_mallorys_login,
            OUT,
            "Your server accepts a challenge that it gave for Mallory's login. For which login does a challenge "
            "count?",
        ),
        Trial(
            "Alice's passkey, with the challenge of her other tab",
            _for_the_other_tab,
            OUT,
            "Your server accepts a challenge that belongs to another login of the same account. A response that was "
            "caught in one tab then opens another login. What identifies a login?",
        ),
        *HONEST,
        Trial(
            "Alice, after a changed response was rejected",
            _after_a_refusal,
            IN,
            "After one rejected response, your server rejects Alice's next login. What should a failed response end?",
        ),
        Trial(
            "A second response to a challenge, after the first was rejected",
            _again_after_a_refusal,
            OUT,
            "Your server rejects a changed response, and then accepts another response to the same challenge. So an "
            "attacker can send one response after another. What is left of a challenge after a rejected response?",
        ),
    ),
)
