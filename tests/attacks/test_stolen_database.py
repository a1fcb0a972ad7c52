"""Attack 13's attacks find what is there to be found, and nothing where nothing is."""

from __future__ import annotations

import base64

import pytest

from mfa_lab.attacks.helpers.database_copy import compute, read, swap
from mfa_lab.attacks.helpers.encodings import SPELLINGS, readings, spelled
from mfa_lab.attacks.helpers.world import World
from mfa_lab.attacks.stolen_database import ATTACK, EncryptedOnly, Fixed, OurDatabase, PlaintextServer


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (b"JBSWY3DP", "as it stands"),
        (b"PD3YWSBJ", "backwards"),
        (base64.b64encode(b"JBSWY3DP"), "out of Base64"),
        (b"JBSWY3DP".hex().encode(), "out of hexadecimal"),
    ],
)
def test_a_thief_knows_the_common_spellings(row: bytes, name: str) -> None:
    """Each spelling that hides nothing is among the readings; bytes that are none raise nothing."""
    assert dict(readings(row))[name] == b"JBSWY3DP"
    assert list(dict(readings(bytes(range(256))))) == ["as it stands", "backwards"]
    assert row in spelled(b"JBSWY3DP")


def test_the_stolen_rows_of_this_server_are_those_of_its_database() -> None:
    """`OurDatabase` really hands out what stands in the table: nonce, secret and tag, and other bytes for each
    account; and what is written over a row stays there. Encrypted, no row holds a key of an authenticator
    (NIST-3.1.4.2).
    """
    world = World(OurDatabase)
    rows = world.server.stolen()
    assert {len(row) for row in rows.values()} == {12 + 32 + 16}
    assert len(set(rows.values())) == len(rows) == 2
    secrets = [person.phone.export()[0]["secret"].encode() for person in (world.alice, world.mallory)]
    assert not any(each in row for secret in secrets for each in spelled(secret) for row in rows.values())
    world.server.overwrite({world.alice.name: b"changed"})
    assert world.server.stolen() == {**rows, world.alice.name: b"changed"}


def test_a_swap_is_undone_by_swapping_back() -> None:
    """It is the row that let Mallory in: with Alice's own row back, her code is refused and Alice's taken."""
    world = World(EncryptedOnly)
    rows = world.server.stolen()
    assert swap(world) == "gets in"
    world.server.overwrite(rows)
    world.clock.advance(60)
    assert world.whose(world.log_in(world.alice)) == world.alice.name


def test_the_server_in_clear_is_read_without_luck() -> None:
    """Both readers find the one secret that the phone holds, and no other server gives them anything."""
    assert (read(World(PlaintextServer)), compute(World(PlaintextServer))) == ("read as it stands", "gets in")
    for make in (EncryptedOnly, OurDatabase):
        assert (read(World(make)), compute(World(make))) == ("stays out", "stays out")


@pytest.mark.parametrize("write", [write for write, _ in SPELLINGS.values()], ids=SPELLINGS)
def test_a_key_in_the_row_is_found(write) -> None:
    """Whatever stands before and after it, and though the row is opened with the server's own key."""

    class KeyInTheRow(Fixed):
        def encrypt(self, secret: str, name: str) -> bytes:
            return super().encrypt(secret, name) + write(self.key) + b"end"

        def decrypt(self, row: bytes, name: str) -> str:
            return super().decrypt(row[: 12 + 32 + 16], name)

    (trial,) = [trial for trial in ATTACK.trials if trial.name == "The server's key, searched for in Alice's row"]
    assert trial.answer(KeyInTheRow) != trial.wanted
    assert [trial.answer(make) == trial.wanted for make in (EncryptedOnly, Fixed, OurDatabase)] == [True] * 3
