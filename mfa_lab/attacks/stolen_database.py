"""Attack 13, stolen database: the database holds shared secrets in plain text.

Somebody who can read the database can compute codes. Somebody who can write to it can swap rows.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import combinations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, select, update

from mfa_lab.attacks.helpers.database_copy import (
    WAYS,
    compute,
    laid_over,
    lets_in,
    read,
    secret_of,
    swap,
    ways_in,
    xored,
)
from mfa_lab.attacks.helpers.encodings import spelled
from mfa_lab.attacks.helpers.minimal_server import Account, MinimalServer
from mfa_lab.attacks.helpers.world import HONEST, LOOKALIKES, Make, SameKey, World, refuses_everybody
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.clock import Clock
from mfa_lab.errors import InvalidSecret, MfaError, ServerFault
from mfa_lab.phone.authenticator import Phone
from mfa_lab.policy import Policy
from mfa_lab.randomness import SYSTEM, Randomness
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.records import Enrolment, RecoveryCodes
from mfa_lab.server.storage.schema import accounts, factors

_IN_THE_DATABASE = "in the database"
_OPENS = "it opens"
_NOWHERE = "nowhere in it"


class PlaintextServer(MinimalServer):
    """Store each shared secret in plain text in the database (`rows`, by name). The `key` is not in the database."""

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        super().__init__(clock, randomness)
        self.rows: dict[str, bytes] = {}
        self.key = randomness.token_bytes(32)

    def encrypt(self, secret: str, name: str) -> bytes:  # noqa: ARG002 (the fixed server needs it)
        """Return the row of `name` for a shared secret (Base32)."""
        return secret.encode()

    def decrypt(self, row: bytes, name: str) -> str:  # noqa: ARG002
        """Return the shared secret that is stored in the row of `name`."""
        return row.decode()

    def confirm_enrolment(self, enrolment: Enrolment, code: str) -> RecoveryCodes:
        codes = super().confirm_enrolment(enrolment, code)
        name, secret = self._offers[enrolment.token.reveal()]
        self.rows[name] = self.encrypt(secret, name)
        self.accounts[name].secret = _IN_THE_DATABASE
        return codes

    def step_of(self, account: Account, code: str) -> int | None:
        if account.secret == _IN_THE_DATABASE:
            account = replace(account, secret=self._opened(account.name))
        return super().step_of(account, code)

    def _opened(self, name: str) -> str:
        try:
            return self.decrypt(self.rows[name], name)
        except Exception as fault:  # each library and each learner reports a forged row in another way
            raise ServerFault("a row does not decrypt: the database was changed; restore a backup") from fault

    def stolen(self) -> dict[str, bytes]:
        """Return the rows, as a thief with a copy of the database sees them."""
        return dict(self.rows)

    def overwrite(self, rows: dict[str, bytes]) -> None:
        """Write rows to the database, as somebody with write access can."""
        self.rows.update(rows)


class EncryptedOnly(PlaintextServer):
    """Fix only half of the problem: nobody can read a row without the key, but a row is not bound to its name."""

    def encrypt(self, secret: str, name: str) -> bytes:  # noqa: ARG002
        nonce = self.randomness.token_bytes(12)
        return nonce + AESGCM(self.key).encrypt(nonce, secret.encode(), None)

    def decrypt(self, row: bytes, name: str) -> str:  # noqa: ARG002
        return AESGCM(self.key).decrypt(row[:12], row[12:], None).decode()


class Fixed(PlaintextServer):
    """Encrypt under the key, each time with a new nonce, and bind the row to its name."""

    def encrypt(self, secret: str, name: str) -> bytes:
        nonce = self.randomness.token_bytes(12)
        return nonce + AESGCM(self.key).encrypt(nonce, secret.encode(), name.encode())

    def decrypt(self, row: bytes, name: str) -> str:
        return AESGCM(self.key).decrypt(row[:12], row[12:], name.encode()).decode()


_ROWS = select(accounts.c.name, factors.c.sealed_secret).join_from(
    accounts, factors, factors.c.account_id == accounts.c.id
)
_OVERWRITE = (
    update(factors)
    .where(factors.c.account_id == select(accounts.c.id).where(accounts.c.name == bindparam("of")).scalar_subquery())
    .values(sealed_secret=bindparam("row"))
)


class OurDatabase(MfaServer):
    """Run this kit's server for an attacker who has its database but not its `key`."""

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        self.key = SYSTEM.token_bytes(32)
        super().__init__(clock=clock, randomness=randomness, policy=Policy.CHEAPEST, key=self.key)

    def stolen(self) -> dict[str, bytes]:
        with self._services.store.transaction() as connection:
            return {row.name: row.sealed_secret for row in connection.execute(_ROWS)}

    def overwrite(self, rows: dict[str, bytes]) -> None:
        with self._services.store.transaction() as connection:
            for name, row in rows.items():
                connection.execute(_OVERWRITE, {"of": name, "row": row})


def attack(make: Make) -> Measure:
    """Try three ways to Alice's second factor, with her password and the database but without the key."""
    ways = ways_in(make)
    words = (
        f"{len(ways)} of {len(WAYS)} ways to Alice's second factor are open{': ' if ways else ''}{', '.join(ways)}"
    )
    return Measure(len(ways), len(WAYS), words)


def _comes_back(make: Make) -> str:
    world = World(make)
    try:
        world.log_in(world.alice)
    except ServerFault as fault:
        if fault.__cause__ and not isinstance(fault.__cause__, InvalidTag):
            raise fault.__cause__ from None  # a mistake in the learner's own code, which is reported
        return "it does not decrypt"
    except InvalidSecret:
        return "the decrypted text is not a secret"
    return _OPENS


def _opens_elsewhere(make: Make) -> str:
    """Put Alice's row into the database of a thief who runs the same program with another key."""
    world, elsewhere = World(make), World(make, seed=2)
    elsewhere.server.overwrite({world.alice.name: world.server.stolen()[world.alice.name]})
    with suppress(ValueError):  # the decrypted bytes are not text
        return IN if lets_in(elsewhere, elsewhere.alice, world.alice.phone.code) else OUT
    return OUT


def _key_in_the_row(make: Make) -> str:
    world = World(make)
    row = world.server.stolen()[world.alice.name]
    return "there it is" if any(key in row for key in spelled(world.server.key)) else _NOWHERE


def _from_her_old_one(make: Make) -> str:
    """Compare Alice's rows from before and after she enrols another phone because her phone was stolen."""
    world = World(make)
    old, row = secret_of(world.alice), world.server.stolen()[world.alice.name]
    world.server.reset_factors(world.alice.name)
    enrolment = world.server.start_enrolment(world.begin(world.alice))
    phone = Phone(world.clock)
    phone.add(enrolment.uri)
    world.server.confirm_enrolment(enrolment, phone.code())
    world.clock.advance(60)
    return laid_over(world, world.server.stolen()[world.alice.name], row, old)


def _after_a_restart(make: Make) -> str:
    """Steal a row, and another row that the same program writes with the same key after a restart."""
    world = World(make)
    key = world.server.key
    restarted = World(lambda clock, randomness: make(clock, SameKey(key, randomness)), seed=2)
    before, after = (each.server.stolen()[each.alice.name] for each in (world, restarted))
    return laid_over(world, before, after, secret_of(restarted.alice))


_FORGED = b"DEMOMALLORYDEMOMALLORYDEMOMALLO2"


def _forged(make: Make) -> str:
    """Write rows for Alice that were made without the key: a secret in plain text, and parts of two rows."""
    server = World(make).server
    if not hasattr(server, "encrypt"):
        return OUT
    hers, own = (
        server.encrypt(secret, name) for secret, name in ((_SECRETS[0], _NAMES[0]), (_SECRETS[1], _NAMES[1]))
    )
    rows = [*spelled(_FORGED), *(hers[:cut] + own[cut:] for cut in range(1, len(hers)) if hers[:cut] != own[:cut])]
    return IN if any(_decrypts(server, row, _NAMES[0]) not in (None, _SECRETS[0]) for row in rows) else OUT


def _under_other_names(make: Make) -> str:
    """Put rows of many other names into Alice's place: lookalikes, and enough for a short checksum to repeat."""
    server = World(make).server
    if not hasattr(server, "encrypt"):
        return OUT
    others = (*LOOKALIKES, *_NAMES[1:], *(f"user{number}@example.org" for number in range(_MANY_NAMES)))
    for name in others:
        row = server.encrypt(_SECRETS[1], name)
        if _decrypts(server, row, _NAMES[0]) is not None:
            return f"the row of {name} gets in"
    return OUT


def _many_rows(make: Make) -> str:
    """Compare many rows in pairs.

    If two rows were encrypted with the same bytes, their XOR is the XOR of the secrets.
    """
    server, rows = World(make).server, list[tuple[bytes, bytes]]()
    if not hasattr(server, "encrypt"):
        return OUT
    for number in range(_MANY_ROWS):
        secret = f"{number:03d}".translate(_LETTERS) + _SECRETS[0][3:]
        rows.append((server.encrypt(secret, _NAMES[0]), secret.encode()))
    for (row, held), (other, known) in combinations(rows, 2):
        if xored(held, known) in xored(row, other):
            return "two rows reveal each other"
    return OUT


def _decrypts(server: PlaintextServer, row: bytes, name: str) -> str | None:
    try:
        return server.decrypt(row, name)
    except Exception:  # noqa: BLE001 (each library and each learner refuses a forged row in another way)
        return None


_NAMES = ("alice@example.org", "mallory@example.org", "alice@example.orgAAAAAAAA", "alice@ex", "alice")
_SECRETS = ("DEMOALICEDEMOALICEDEMOALICEDEMO2", "DEMOMALLORYDEMOMALLORYDEMOMALLO2")
_LETTERS = str.maketrans("0123456789", "ABCDEFGHIJ")
_MANY_NAMES, _MANY_ROWS = 3_000, 150


def _a_changed_bit(make: Make) -> str:
    for at in (0, 20, -1):
        world = World(make)
        row = bytearray(world.server.stolen()[world.alice.name])
        row[at] ^= 1
        world.server.overwrite({world.alice.name: bytes(row)})
        if not _noticed(world):
            return "not noticed"
    return "noticed"


def _noticed(world: World) -> bool:
    """Return whether the server reports a fault instead of blaming Alice's code."""
    with suppress(MfaError):
        try:
            world.log_in(world.alice)
        except ServerFault:
            return True
    return False


ATTACK = Attack(
    number=13,
    id="stolen-database",
    title="A stolen database",
    flaw="Stores the shared secrets in plain text, so anyone with a copy of the database can compute every code.",
    story="In 2017, the author of an open-source mail server wrote in public that its database stored the "
    "secrets of all second factors in plain text. The author suggested a key from the settings. The fix came "
    "the next day.",
    source="https://github.com/zone-eu/wildduck/issues/17",
    clauses=("NIST-3.1.4.2",),
    standard_name="Stolen database",
    defence="Encrypts each secret with AES-GCM and binds it to its row; the key is kept outside the database.",
    weak=PlaintextServer,
    fixed=Fixed,
    ours=OurDatabase,
    refuser=refuses_everybody(PlaintextServer),
    run=attack,
    trials=(
        Trial(
            "Alice's row, encrypted and decrypted again",
            _comes_back,
            _OPENS,
            "`decrypt` must return exactly the secret that `encrypt` received.",
        ),
        Trial(
            "The copy alone",
            lambda make: read(World(make)),
            OUT,
            "A thief without the key can read Alice's secret in your row. What protects the row?",
        ),
        Trial(
            "A copy, decrypted by the same program with another key",
            _opens_elsewhere,
            OUT,
            "The program is not secret, so a thief can run it, too, but with a different key. That was enough to "
            "decrypt your row. Which key does your code use?",
        ),
        Trial(
            "The server's key, searched for in Alice's row",
            _key_in_the_row,
            _NOWHERE,
            "Your row contains the server's key, so anyone who steals the row has the key as well. Where else could "
            "the key be?",
        ),
        Trial(
            "The copy, and Mallory's own secret",
            lambda make: compute(World(make)),
            OUT,
            (
                "Mallory knows the secret in his own row, and that was enough to compute another secret. What do "
                "two of your rows have in common?"
            ),
        ),
        Trial(
            "Two copies, and the secret that Alice had before",
            _from_her_old_one,
            OUT,
            (
                "Alice's phone was stolen, so she enrolled another one. Her old secret and her two rows reveal the "
                "new secret. What do the two rows have in common?"
            ),
        ),
        Trial(
            "Mallory's row in Alice's place",
            lambda make: swap(World(make)),
            OUT,
            "Mallory copied his row over Alice's, and your server decrypted it as hers. How could you make a row "
            "valid for only one name?",
        ),
        Trial(
            "One changed bit in Alice's row",
            _a_changed_bit,
            "noticed",
            "Somebody changed one bit of the row, and your server did not notice. Which error should a changed "
            "row cause?",
        ),
        *HONEST,
        Trial(
            "Two copies, one from before a restart of the server",
            _after_a_restart,
            OUT,
            "Your server was restarted, and the rows that it wrote before and after the restart reveal each other's "
            "secrets. So something was used a second time. What does your server forget when it is restarted?",
        ),
        Trial(
            "Rows for Alice that were made without the key",
            _forged,
            OUT,
            "Somebody without the key put a row together, and your server decrypted it as Alice's. So the row does "
            "not prove that the server wrote it. What does your server verify before it believes a row?",
        ),
        Trial(
            "The rows of thousands of other names, in Alice's place",
            _under_other_names,
            OUT,
            "A row of another name is valid in Alice's place. So your server does not tell these two names apart. "
            "How much of the name does a row depend on?",
        ),
        Trial(
            f"{_MANY_ROWS} rows, compared in pairs",
            _many_rows,
            OUT,
            "Among many rows, two reveal each other's secrets. So something was used a second time. How many "
            "different values can it have?",
        ),
    ),
)
