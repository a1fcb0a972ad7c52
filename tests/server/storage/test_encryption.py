"""Secrets at rest: encrypted to their row, under fresh nonces, decrypted only by the correct key."""

from dataclasses import replace

import pytest

from mfa_lab.errors import ServerFault, WrongKey
from mfa_lab.redaction import Redacted
from mfa_lab.server.storage.encryption import RowBinding, SecretCipher
from mfa_lab.server.storage.keys import Keys
from tests.server.kit import KEY, NAME, Deployment

SECRET = "DEMOALICEDEMOALICEDEMOALICEDEMO2"
ROW = RowBinding("account", "factor")


def cipher(key: bytes = KEY, schema_version: int = 1) -> SecretCipher:
    return SecretCipher(Keys.derive(key), schema_version)


def test_what_is_encrypted_opens_in_its_place() -> None:
    """Encrypting and decrypting give the same secret back, and the encrypted bytes do not hold it."""
    encrypted = cipher().encrypt(Redacted(SECRET), ROW)
    assert SECRET.encode() not in encrypted
    assert cipher().decrypt(encrypted, cipher().key_id, ROW).reveal() == SECRET


@pytest.mark.parametrize(
    "elsewhere",
    [replace(ROW, account_id="other"), replace(ROW, factor_id="other"), RowBinding("factor", "account")],
)
def test_a_secret_opens_in_its_own_row_alone(elsewhere: RowBinding) -> None:
    """Moved to another account or factor it is a `ServerFault`: the row is part of what was encrypted."""
    with pytest.raises(ServerFault, match="cannot be decrypted in its row"):
        cipher().decrypt(cipher().encrypt(Redacted(SECRET), ROW), cipher().key_id, elsewhere)


def test_the_schema_version_is_part_of_the_encryption() -> None:
    """A secret encrypted under one schema does not open as if it were of another."""
    with pytest.raises(ServerFault):
        cipher(schema_version=2).decrypt(cipher().encrypt(Redacted(SECRET), ROW), cipher().key_id, ROW)


def test_one_flipped_bit_is_noticed_wherever_it_is() -> None:
    """Nonce, secret or tag: every bit is protected. Too short counts as changed as well."""
    encrypted = cipher().encrypt(Redacted(SECRET), ROW)
    broken = [
        bytes(b ^ (1 << bit % 8) if i == bit // 8 else b for i, b in enumerate(encrypted)) for bit in range(480)
    ]
    assert len(encrypted) * 8 == len(broken)
    for attempt in [*broken, b"", encrypted[:12], encrypted[:-1], encrypted + b"\0"]:
        with pytest.raises(ServerFault) as caught:
            cipher().decrypt(attempt, cipher().key_id, ROW)
        assert caught.value.__context__ is None


def test_another_key_is_named() -> None:
    """The key id tells the operator that the key is the trouble, before anything is tried."""
    with pytest.raises(WrongKey, match="another key"):
        cipher(KEY[::-1]).decrypt(cipher().encrypt(Redacted(SECRET), ROW), cipher().key_id, ROW)


def test_nonces_never_repeat() -> None:
    """Ten thousand seals of one secret have ten thousand nonces, and as many different ciphertexts."""
    it = cipher()
    encrypted = {it.encrypt(Redacted(SECRET), ROW) for _ in range(10_000)}
    assert len({one[:12] for one in encrypted}) == 10_000
    assert len({one[12:] for one in encrypted}) == 10_000


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE factors SET sealed_secret = (SELECT sealed_secret FROM copy WHERE copy.id != factors.id)",
        "UPDATE factors SET account_id = (SELECT account_id FROM copy WHERE copy.id != factors.id)",
        "UPDATE factors SET sealed_secret = zeroblob(60)",
        "UPDATE factors SET sealed_secret = ''",
    ],
    ids=["secrets swapped", "factors swapped", "zeroed", "no bytes"],
)
def test_swapped_rows_do_not_open(change: str, enrolled: Deployment) -> None:
    """Rows cannot be swapped. Anyone who can write the file cannot log in as somebody else: the server's own
    fault, the same for every account, and no session.
    """
    enrolled.enrol("mallory@example.org")
    enrolled.tamper("CREATE TEMP TABLE copy AS SELECT * FROM factors", change)
    sentences = set()
    for name in (NAME, "mallory@example.org"):
        with pytest.raises(ServerFault) as caught:
            enrolled.log_in(name)
        sentences.add(str(caught.value))
    assert len(sentences) == 1
    assert enrolled.rows("SELECT count(*) FROM sessions") == [(0,)]


def test_a_factor_cannot_be_moved_within_an_account(enrolled: Deployment) -> None:
    """The secret of a replaced factor does not open in the row of the active one."""
    enrolment = enrolled.server.start_enrolment(enrolled.log_in())
    enrolled.phone.add(enrolment.uri)
    enrolled.server.confirm_enrolment(enrolment, enrolled.phone.code())
    old = "(SELECT sealed_secret FROM factors f WHERE f.state = 'replaced')"
    enrolled.tamper(f"UPDATE factors SET sealed_secret = {old} WHERE state = 'active'")  # noqa: S608
    with pytest.raises(ServerFault):
        enrolled.log_in()
