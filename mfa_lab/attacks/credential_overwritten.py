"""Attack 21, account takeover: a new passkey is stored over an existing one with the same credential id."""

from __future__ import annotations

from contextlib import suppress

from mfa_lab.attacks.helpers.minimal_server import Account
from mfa_lab.attacks.helpers.world import Make, Person
from mfa_lab.attacks.law import passkeys_and
from mfa_lab.attacks.passkeys.forging import registered_under, signed_for_page
from mfa_lab.attacks.passkeys.passkey_server import ORIGINS, PasskeyServer, StoredPasskey
from mfa_lab.attacks.passkeys.responses import NewPasskey
from mfa_lab.attacks.passkeys.world import HONEST, PasskeyWorld, our_passkey_server, refuses_every_passkey
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.errors import AccessDenied
from mfa_lab.phone.passkeys import PasskeyHolder


class OverwritingServer(PasskeyServer):
    """Store a new passkey, or update the public key if the credential id is known."""

    def store_passkey(self, account: Account, made: NewPasskey) -> None:
        new = StoredPasskey(account.name, made.public_key)
        stored = self.passkeys.setdefault(made.credential_id, new)
        stored.public_key = made.public_key


class Fixed(OverwritingServer):
    """Store a passkey only if no account has its credential id."""

    def store_passkey(self, account: Account, made: NewPasskey) -> None:
        if made.credential_id in self.passkeys:
            raise AccessDenied
        self.passkeys[made.credential_id] = StoredPasskey(account.name, made.public_key)


def takes_over(world: PasskeyWorld, by: Person, victim: Person, number: int = 0) -> PasskeyHolder:
    """Register a new key for `by` under the credential id of a victim's passkey. Raises `AccessDenied`."""
    session = world.log_in(by)
    credential_id = world.holders[victim.name][number].passkeys[0].credential_id
    creation = world.server.start_passkey(session)
    response, holder = registered_under(creation.options, credential_id)
    world.server.confirm_passkey(creation, response)
    return holder


def attack(make: Make) -> Measure:
    """Send Mallory's key under Alice's credential id, use it with her password, and let her try to log in."""
    world = PasskeyWorld(make)
    got = _opened_by_new_key(world)
    kept_out = _alice(world) == OUT
    words = (
        f"Mallory sends a new key under the id of Alice's passkey: with her password, her pages "
        f"{'open' if got else 'stay shut'} to him, and her own passkey is {'rejected' if kept_out else 'accepted'}"
    )
    return Measure(int(got), 1, words)


def _opened_by_new_key(world: PasskeyWorld, number: int = 0) -> bool:
    try:
        holder = takes_over(world, world.mallory, world.alice, number)
    except AccessDenied:
        return False
    pending = world.begin(world.alice)
    response = signed_for_page(holder, world.options(pending)["challenge"], ORIGINS[0])
    return world.opens_alices(pending, response) == IN


def _alice(world: PasskeyWorld) -> str:
    try:
        return IN if world.whose(world.log_in(world.alice)) == world.alice.name else OUT
    except AccessDenied:
        return OUT


def _takeover(make: Make) -> str:
    return IN if _opened_by_new_key(PasskeyWorld(make)) else OUT


def _second_passkey(make: Make) -> str:
    world = PasskeyWorld(make)
    world.register_passkey(world.alice, world.log_in(world.alice), synced=False)
    return IN if _opened_by_new_key(world, 1) else OUT


def _after_it(make: Make) -> str:
    world = PasskeyWorld(make)
    with suppress(AccessDenied):
        takes_over(world, world.mallory, world.alice)
    return _alice(world)


def _is_registered(make: Make) -> str:
    world = PasskeyWorld(make)
    takes_over(world, world.mallory, world.alice)
    return "registers it"


def _own_id(make: Make) -> str:
    world = PasskeyWorld(make)
    takes_over(world, world.alice, world.alice)
    return "registers it"


def _mallory_after_it(make: Make) -> str:
    world = PasskeyWorld(make)
    with suppress(AccessDenied):
        takes_over(world, world.mallory, world.alice)
    world.log_in(world.mallory)
    world.register_passkey(world.mallory, world.log_in(world.mallory))
    return IN if world.whose(world.log_in(world.mallory, 1)) == world.mallory.name else OUT


ATTACK = Attack(
    number=21,
    id="credential-overwritten",
    title="A stored passkey is overwritten",
    flaw="Updates the public key if the credential id is known, no matter who registers it.",
    story="In August 2026 the developers of an event platform found that it kept all passkeys in one table by "
    "credential id. A user who registered a known id silently replaced another user's passkey. The issue was closed "
    "after a fix.",
    source="https://github.com/SandeepVashishtha/Eventra/issues/17866",
    clauses=("ASVS-6.3.3", "ASVS-7.5.1", "NIST-4.2.3"),
    standard_name="Account takeover by an overwritten credential",
    defence="Rejects a credential id that any account has already registered.",
    weak=OverwritingServer,
    fixed=Fixed,
    ours=our_passkey_server,
    refuser=refuses_every_passkey(OverwritingServer),
    run=attack,
    law=passkeys_and(overwrite=20, add=14),
    trials=(
        Trial(
            "Alice's password, and Mallory's key under her credential id",
            _takeover,
            OUT,
            "Mallory's key opens Alice's pages. Which public key does your server use for her passkey after his "
            "registration?",
        ),
        Trial(
            "The same with the id of Alice's second passkey",
            _second_passkey,
            OUT,
            "Your server protects Alice's first passkey only. Which credential ids does it know?",
        ),
        Trial(
            "Alice, after Mallory's attempt",
            _after_it,
            IN,
            "After Mallory's attempt, your server rejects Alice's own passkey. What did your code change before it "
            "decided?",
        ),
        Trial(
            "Mallory's registration under Alice's id",
            _is_registered,
            OUT,
            "Your server does not refuse this registration, so the page tells Mallory that his passkey is stored. "
            "Which answer should a rejected registration get?",
        ),
        Trial(
            "Alice's registration of a new key under her own id",
            _own_id,
            OUT,
            "Your server replaces a key if the owner of the id asks for it. A thief with one of Alice's sessions "
            "could do the same. When is a credential id new?",
        ),
        *HONEST,
        Trial(
            "Mallory, with a new passkey of his own",
            _mallory_after_it,
            IN,
            "After the rejected registration, Mallory can no longer use or add passkeys of his own. What should one "
            "rejected registration change?",
        ),
    ),
)
