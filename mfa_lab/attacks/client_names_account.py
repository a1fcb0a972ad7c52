"""Attack 2, parameter tampering: in the second step, the server lets the client say whose login it is."""

from __future__ import annotations

from dataclasses import replace

from mfa_lab.attacks.helpers.guesses import guess, wrong_code
from mfa_lab.attacks.helpers.minimal_server import Account, MinimalServer
from mfa_lab.attacks.helpers.world import HONEST, Make, World, our_server, refuses_everybody
from mfa_lab.attacks.law import EACH_LOGIN, LOGINS
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.errors import AccessDenied
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import PendingLogin


class TrustingServer(MinimalServer):
    """Send the account's name to the client beside the token, as in a hidden field of a form.

    In step 2, believe the name that the client sends back.
    """

    def begin_login(self, name: str, password: str) -> PendingLogin:
        pending = super().begin_login(name, password)
        return replace(pending, token=Redacted(f"{pending.token.reveal()} {name}"))

    def account_of(self, pending: PendingLogin) -> Account:
        token, _, name = pending.token.reveal().partition(" ")
        if token not in self.pendings or name not in self.accounts:
            raise AccessDenied
        return self.accounts[name]


class Fixed(TrustingServer):
    """Look up in the server's own list whose login it is."""

    def account_of(self, pending: PendingLogin) -> Account:
        token = pending.token.reveal().partition(" ")[0]
        if token not in self.pendings:
            raise AccessDenied
        return self.accounts[self.pendings[token]]


def renamed(pending: PendingLogin, name: str, other: str) -> PendingLogin:
    """Return what a client sends back after it has replaced `name` with `other` everywhere."""
    return replace(pending, token=Redacted(pending.token.reveal().replace(name, other)))


def attack(make: Make) -> Measure:
    """Log in with Mallory's password, change the name on the page to Alice's, and type a code seen on her phone."""
    got = _with_alices_code(make) == IN
    words = f"without Alice's password, but with one look at her phone, her pages {'open' if got else 'stay shut'}"
    return Measure(got=int(got), tries=1, words=words)


def _opens_alices(world: World, pending: PendingLogin, code: str) -> str:
    """Return whether this login opens Alice's pages. A login that opens another person's pages does her no harm."""
    try:
        session = world.server.finish_login(pending, code)
    except AccessDenied:
        return OUT
    return IN if world.whose(session) == world.alice.name else OUT


def _under_her_name(world: World, code: str) -> str:
    pending = renamed(world.begin(world.mallory), world.mallory.name, world.alice.name)
    return _opens_alices(world, pending, code)


def _with_alices_code(make: Make) -> str:
    world = World(make)
    return _under_her_name(world, world.alice.phone.code())


def _while_alice_logs_in(make: Make) -> str:
    world = World(make)
    world.begin(world.alice)
    return _under_her_name(world, world.alice.phone.code())


def _after_alice_logged_in(make: Make) -> str:
    world = World(make)
    world.log_in(world.alice)
    world.clock.advance(60)
    return _under_her_name(world, world.alice.phone.code())


def _with_own_code(make: Make) -> str:
    world = World(make)
    return _under_her_name(world, world.mallory.phone.code())


def _both_at_once(make: Make) -> str:
    world = World(make)
    pending = world.begin(world.alice)
    world.begin(world.mallory)
    return _opens_alices(world, pending, world.alice.phone.code())


def _twice_wrong(make: Make) -> str:
    world = World(make)
    pending = world.begin(world.alice)
    for _ in range(2):
        guess(world, pending, wrong_code(world, world.alice))
    return _opens_alices(world, pending, world.alice.phone.code())


def _made_up(make: Make) -> str:
    world = World(make)
    pending = replace(world.begin(world.mallory), token=Redacted(f"made-up {world.alice.name}"))
    try:
        return _opens_alices(world, pending, world.alice.phone.code())
    except KeyError:
        return "a KeyError"


def _mallory_is_mallory(make: Make) -> str:
    world = World(make)
    session = world.log_in(world.mallory)
    return IN if world.whose(session) == world.mallory.name else OUT


ATTACK = Attack(
    number=2,
    id="client-names-account",
    title="The client names the account in step two",
    flaw="Trusts the account name that the client sends back with the code.",
    story="In 2019, users of an adapter that adds one-time passwords to company logins found the wrong person's "
    "name in the second step. The name was sent in a hidden field of the page for the code. The author "
    "explained the danger in public: one person's password and another person's code together made a login. The "
    "report was closed as fixed.",
    source="https://github.com/sbidy/privacyIDEA-ADFSProvider/issues/19",
    clauses=("ASVS-6.3.3", "ASVS-7.2.4"),
    standard_name="Parameter tampering: the client names the account",
    defence="Reads the account from the pending login, which is kept on the server.",
    weak=TrustingServer,
    fixed=Fixed,
    ours=our_server,
    refuser=refuses_everybody(TrustingServer),
    run=attack,
    law=replace(LOGINS, kinds={**EACH_LOGIN, "tamper": 12}),
    trials=(
        Trial(
            "Mallory's password, Alice's name, Alice's code",
            _with_alices_code,
            OUT,
            (
                "Nobody typed Alice's password, but your server opened her pages. Which part of the client's data "
                "did your server trust?"
            ),
        ),
        Trial(
            "The same attempt, while Alice is logging in",
            _while_alice_logs_in,
            OUT,
            "Your server opened Alice's pages. She did pass the first step, but with another token. Who passed the "
            "first step with this token?",
        ),
        Trial(
            "The same attempt, after Alice has logged in and out",
            _after_alice_logged_in,
            OUT,
            "Alice logged in a minute ago, and your server then opened her pages to Mallory. What does her "
            "earlier login prove about the person who is logging in now?",
        ),
        Trial(
            "Mallory's password, Alice's name, Mallory's code",
            _with_own_code,
            OUT,
            "Your server opened Alice's pages to somebody who had neither her password nor her phone. Whose "
            "password and whose code did it verify?",
        ),
        Trial(
            "A made-up token, Alice's name, Alice's code",
            _made_up,
            OUT,
            "Your server accepted a token that it never issued. Where could it look up the token?",
        ),
        *HONEST,
        Trial(
            "Alice and Mallory, at the same time",
            _both_at_once,
            IN,
            (
                "When two people log in at the same time, your server confuses or rejects one of them. How "
                "does it tell their logins apart?"
            ),
        ),
        Trial(
            "Alice, who mistypes twice",
            _twice_wrong,
            IN,
            "After two wrong codes, your server no longer accepts Alice's pending login. How many mistakes should "
            "one login allow?",
        ),
        Trial(
            "Mallory, as himself",
            _mallory_is_mallory,
            IN,
            "Mallory logs in to his own account, but your server does not show him his own pages. Whose account "
            "does your method return?",
        ),
    ),
)
