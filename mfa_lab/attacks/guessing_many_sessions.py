"""Attack 4, online guessing across sessions: each pending login has a limit, but the number of logins has none."""

from __future__ import annotations

from collections.abc import Sequence

from mfa_lab.attacks.helpers.guesses import guess, many_attackers, wrong_code
from mfa_lab.attacks.helpers.minimal_server import Count, MinimalServer
from mfa_lab.attacks.helpers.world import HONEST, Make, World, our_server, outcome, refuses_everybody
from mfa_lab.attacks.law import COUNTING
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.clock import Clock
from mfa_lab.randomness import Randomness
from mfa_lab.server.records import PendingLogin

ATTACKERS, SESSIONS, EACH = 8_000, 100, 5
"""A hundred pending logins with five guesses each, all made while the same codes are valid."""


class PerSessionServer(MinimalServer):
    """Make a guesser wait, but count wrong codes for each pending login, not for each account."""

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        super().__init__(clock, randomness)
        self.counts: dict[str, Count] = {}

    def counted(self, pending: PendingLogin) -> Count:
        return self.counts.setdefault(pending.token.reveal(), Count())


class Fixed(PerSessionServer):
    """Keep one count for each account, however many pending logins it has."""

    def counted(self, pending: PendingLogin) -> Count:
        account = self.account_of(pending)
        return self.counts.setdefault(account.name, Count())


def in_many_sessions(world: World, codes: Sequence[str]) -> bool:
    """Open as many pending logins as necessary, side by side, and type a few codes into each."""
    pendings = [world.begin(world.alice) for _ in range(0, len(codes), EACH)]
    return any(guess(world, pendings[number // EACH], code) for number, code in enumerate(codes))


def attack(make: Make) -> Measure:
    """Let many attackers guess codes with Alice's password, each in a hundred sessions at a time."""
    return many_attackers(make, in_many_sessions, attackers=ATTACKERS, guesses=SESSIONS * EACH)


def _in_vain(world: World, pending: PendingLogin) -> None:
    for _ in range(EACH):
        guess(world, pending, wrong_code(world, world.alice))


def _side_by_side(make: Make) -> str:
    world = World(make)
    first, *others = [world.begin(world.alice) for _ in range(21)]
    for pending in others:
        _in_vain(world, pending)
    return IN if guess(world, first, world.alice.phone.code()) else OUT


def _one_by_one(make: Make) -> str:
    world = World(make)
    for _ in range(20):
        _in_vain(world, world.begin(world.alice))
    return outcome(lambda: world.log_in(world.alice))


def _alice_later(make: Make) -> str:
    world = World(make)
    for _ in range(20):
        _in_vain(world, world.begin(world.alice))
    world.clock.advance(3600)
    return outcome(lambda: world.log_in(world.alice))


def _mallory_meanwhile(make: Make) -> str:
    world = World(make)
    for _ in range(20):
        _in_vain(world, world.begin(world.alice))
    return outcome(lambda: world.log_in(world.mallory))


def _alice_in_between(make: Make) -> str:
    world = World(make)
    pending = world.begin(world.alice)
    world.begin(world.alice)
    return IN if guess(world, pending, world.alice.phone.code()) else OUT


def _a_month(make: Make) -> str:
    world = World(make)
    for _ in range(30):
        world.log_in(world.alice)
        world.clock.advance(86_400)
    return IN


ATTACK = Attack(
    number=4,
    id="guessing-many-sessions",
    title="Guessing across sessions",
    flaw="Counts wrong codes for each session, but someone who stole the password can open any number of sessions.",
    story="AuthQuake, 2024: at a very large service, ten wrong codes ended a session, but nothing counted the "
    "sessions. Codes were valid for about three minutes. Researchers at Oasis Security opened one session after "
    "another, guessed in many sessions at once, and got in after about an hour. The accounts' owners were not "
    "told. The fault has been fixed.",
    source="https://informationsecuritybuzz.com/no-alerts-azure-mfa-cracked-in-an-hour",
    clauses=("RFC4226-7.3", "NIST-3.2.2", "ASVS-6.3.5"),
    standard_name="Online guessing across sessions",
    defence="Counts wrong codes for the account, across all of its logins.",
    weak=PerSessionServer,
    fixed=Fixed,
    ours=our_server,
    refuser=refuses_everybody(PerSessionServer),
    run=attack,
    law=COUNTING,
    trials=(
        Trial(
            "Twenty sessions side by side, five wrong guesses in each",
            _side_by_side,
            OUT,
            "After a hundred wrong guesses in twenty sessions, your server verified a correct code in another "
            "session. So every new session gives an attacker more guesses. What do all these sessions have in "
            "common?",
        ),
        Trial(
            "Twenty sessions one after the other, five wrong guesses in each",
            _one_by_one,
            OUT,
            "After a hundred wrong codes for one account, the next session begins as if nothing had happened. So "
            "Mallory opens one session after another. What should the server remember in the next session?",
        ),
        *HONEST,
        Trial(
            "Alice, an hour after a hundred wrong guesses",
            _alice_later,
            IN,
            "An hour after the last guess, Alice still cannot get in. So anyone with her password can keep her "
            "out. When does your server let her try again?",
        ),
        Trial(
            "Mallory himself, while somebody guesses codes for Alice's account",
            _mallory_meanwhile,
            IN,
            "Somebody guessed codes for Alice's account, and now Mallory cannot log in to his own account. So one "
            "attacker can stop everybody. Whose failures does your server count?",
        ),
        Trial(
            "Alice, while somebody else opens a session with her password",
            _alice_in_between,
            IN,
            "Somebody used Alice's password in another browser, and then your server rejected Alice's own code. So "
            "anyone with the password can interrupt her. Why should the other login affect hers?",
        ),
        Trial(
            "Alice, once a day for a month",
            _a_month,
            IN,
            "Alice logged in once a day without a single wrong code, but now your server keeps her out. So even "
            "correct logins can lock her out. What does your server count?",
        ),
    ),
)
