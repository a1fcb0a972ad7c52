"""Google Authenticator's exports: what protoc writes is read, what is written comes back, no loss unsaid."""

from __future__ import annotations

import base64
import traceback
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_lab.errors import InvalidInput, InvalidUri
from mfa_lab.provisioning import MAX_URI_CHARACTERS, OtpAccount, protobuf, qr_png
from mfa_lab.provisioning.google_export import Export, is_export, read, read_all, write
from mfa_lab.randomness import SeededRandomness
from mfa_lab.redaction import Redacted
from tests.provisioning.test_provisioning import SECRET, accounts
from tests.provisioning.test_provisioning import read as all_of

START = "otpauth-migration://offline?data="
ALICE = OtpAccount("alice@example.org", "Acme", Redacted(SECRET))

# Made by Google's own program, protoc 7.36.2: `protoc --encode=MigrationPayload otp.proto`, from
#   otp_parameters { secret: "demo demo demo demo!" name: "alice@example.org" issuer: "Acme"
#     algorithm: SHA1 digits: SIX type: TOTP }
#   otp_parameters { secret: "demo demo demo demo demo demo !!" name: "Bank:bob"
#     algorithm: SHA256 digits: EIGHT type: TOTP }
#   otp_parameters { secret: "demo demo demo demo!" name: "carol" issuer: "Counter"
#     algorithm: SHA1 digits: SIX type: HOTP counter: 41 }
#   otp_parameters { secret: "demo demo demo demo!" name: "dave" issuer: "Old" algorithm: MD5 digits: SIX type: TOTP }
#   otp_parameters { secret: "short demo" name: "erin" issuer: "Short" algorithm: SHA1 digits: SIX type: TOTP }
#   version: 2 batch_size: 1 batch_index: 0 batch_id: -1234567
PROTOC = (
    "CjUKFGRlbW8gZGVtbyBkZW1vIGRlbW8hEhFhbGljZUBleGFtcGxlLm9yZxoEQWNtZSABKAEwAgoyCiBkZW1vIGRlbW8gZGVtbyBkZW1vIGRlbW8g"
    "ZGVtbyAhIRIIQmFuazpib2IgAigCMAIKLgoUZGVtbyBkZW1vIGRlbW8gZGVtbyESBWNhcm9sGgdDb3VudGVyIAEoATABOCkKJwoUZGVtbyBkZW1v"
    "IGRlbW8gZGVtbyESBGRhdmUaA09sZCAEKAEwAgofCgpzaG9ydCBkZW1vEgRlcmluGgVTaG9ydCABKAEwAhACGAEo+dK0////////AQ=="
)


def uri(message: bytes) -> str:
    return START + quote(base64.b64encode(message), safe="")


def bare(**fields: int | bytes) -> bytes:
    """The message of one account: a usual one, but for `fields`."""
    usual: dict[str, int | bytes] = {
        "secret": b"demo demo demo demo!", "name": b"alice", "issuer": b"Acme",
        "algorithm": 1, "digits": 1, "type": 2,
    }  # fmt: skip
    values = {**usual, **fields}
    return b"".join(protobuf.field(number, value) for number, value in enumerate(values.values(), 1))


def one(account: bytes, **batch: int) -> bytes:
    """The message of an export that holds one account."""
    numbers = {"version": 1, "count": 1, "index": 0, "id": 7, **batch}
    fields = [protobuf.field(number, value) for number, value in enumerate(numbers.values(), 2)]
    return protobuf.field(1, account) + b"".join(fields)


# --- Reading -------------------------------------------------------------------------------------------------------


def test_what_protoc_wrote_is_read() -> None:
    """The accounts that this kit can use, whichever way their issuer is written; the others by name and why."""
    export = read_all([START + quote(PROTOC, safe="")])
    secrets = [
        base64.b32encode(text).decode() for text in (b"demo demo demo demo!", b"demo demo demo demo demo demo !!")
    ]
    assert [all_of(account) for account in export.accounts] == [
        ("alice@example.org", "Acme", secrets[0], 6, 30, "SHA1"),
        ("bob", "Bank", secrets[1].rstrip("="), 8, 30, "SHA256"),
        ("erin", "Short", base64.b32encode(b"short demo").decode(), 6, 30, "SHA1"),
    ]
    assert [account.warning[:43] for account in export.accounts] == [
        "",
        "",
        "the secret of this account has only 80 bits",
    ]
    assert [(each.label, each.why.split(":")[0].split(";")[0]) for each in export.skipped] == [
        ("Counter: carol", "it counts logins (HOTP)"),
        ("Old: dave", "algorithm must be one of SHA1, SHA256, SHA512"),
    ]
    assert str(export).startswith("3 accounts read; skipped Counter: carol: it counts logins (HOTP)")


@pytest.mark.parametrize(
    "text",
    [
        START + PROTOC,
        START + PROTOC.rstrip("="),
        START.upper().replace("DATA", "data") + quote(PROTOC),
        START.replace("offline?", "offline/?x=1&") + quote(PROTOC, safe=""),
        f"  {START}{quote(PROTOC)}\n",
    ],
    ids=["not encoded", "no padding", "upper case", "more parameters", "space around"],
)
def test_spellings_of_the_same(text: str) -> None:
    """What scanners and people make of the text is forgiven; plus signs that read as spaces too."""
    assert "+" in PROTOC
    assert len(read_all([text]).accounts) == 3


NO_EXPORTS = {
    "nothing": ("", "not an otpauth-migration"),
    "no text": (None, "pass the text of one QR code"),
    "another scheme": (ALICE.uri(), "not an otpauth-migration"),
    "another host": (START.replace("offline", "online") + PROTOC, "not an otpauth-migration"),
    "no data": ("otpauth-migration://offline?x=1", "not an otpauth-migration"),
    "data twice": (f"{START}{PROTOC}&data={PROTOC}", "not an otpauth-migration"),
    "too long": (START + "A" * MAX_URI_CHARACTERS, "at most 4096 characters"),
    "no base64": (START + "ab!cd", "damaged"),
    "cut off": (START + PROTOC[:40], "damaged"),
    "a number of 13 bytes": (uri(one(bare()) + b"\x10" + b"\xff" * 12 + b"\x01"), "damaged"),
    "a number cut off": (uri(one(bare()) + b"\x10\xff"), "damaged"),
    "a length beyond all": (uri(b"\x0a" + b"\xff" * 9 + b"\x01"), "damaged"),
    "a group": (uri(b"\x0b"), "damaged"),
    "empty": (uri(protobuf.field(2, 1)), "contains no account"),
    "number 3 of 2": (uri(one(bare(), count=2, index=2)), "impossible number"),
    "number -1": (uri(one(bare(), index=2**64 - 1)), "impossible number"),
    "10,000 QR codes": (uri(one(bare(), count=10_000)), "impossible number"),
}


@pytest.mark.parametrize(("text", "sentence"), NO_EXPORTS.values(), ids=NO_EXPORTS)
def test_what_is_no_export(text: str, sentence: str) -> None:
    """`InvalidUri` says what is wrong, and no variable of what raises it shows the text."""
    with pytest.raises(InvalidUri, match=sentence) as caught:
        read(text)
    assert caught.value.__context__ is None
    below = caught.value.__traceback__.tb_next
    shown = "".join(traceback.TracebackException(InvalidUri, caught.value, below, capture_locals=True).format())
    assert PROTOC[:40] not in shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    ("fields", "label", "why"),
    [
        ({"type": 1}, "Acme: alice", "counts logins"),
        ({"type": 0}, "Acme: alice", "does not know its type"),
        ({"type": 3}, "Acme: alice", "does not know its type"),
        ({"algorithm": 4}, "Acme: alice", "algorithm must be"),
        ({"algorithm": 9}, "Acme: alice", "algorithm must be"),
        ({"digits": 3}, "Acme: alice", "digits must be"),
        ({"secret": b""}, "Acme: alice", "0 bits"),
        ({"name": b"", "issuer": b""}, "an account without a name", "has no name"),
        ({"name": b"a\nb"}, "Acme: a�b", "line break"),
        ({"name": b"x" * 200, "type": 1}, "Acme: " + "x" * 74, "counts logins"),
    ],
)
def test_what_cannot_be_used_is_named(fields: dict[str, int | bytes], label: str, why: str) -> None:
    """Never lost in silence: skipped under its label, with the reason, in one line."""
    part = read(uri(one(bare(**fields))))
    assert part.accounts == ()
    (skipped,) = part.skipped
    assert skipped.label == label
    assert why in skipped.why


def test_what_is_not_said_is_the_usual() -> None:
    """Algorithm and digits may be left out: SHA1 and six. So may the batch: one QR code."""
    account = b"".join(protobuf.field(n, v) for n, v in ((1, b"demo demo demo demo!"), (2, b"alice"), (6, 2)))
    (found,) = read_all([uri(protobuf.field(1, account))]).accounts
    assert all_of(found)[3:] == (6, 30, "SHA1")


def test_of_a_number_said_twice_the_last_counts() -> None:
    """Protobuf's own rule, by which two readers of one QR code read one account."""
    (found,) = read_all([uri(one(bare(digits=1) + protobuf.field(5, 2)))]).accounts
    assert found.digits == 8


def test_fields_of_a_later_version_are_passed_over() -> None:
    """Unknown numbers of every wire type, and a known number of another type: protobuf's own rule."""
    later = protobuf.field(8, b"id") + protobuf.field(99, 5) + b"\x49" + bytes(8) + b"\x55" + bytes(4)
    message = one(bare() + later, version=2) + later + protobuf.field(5, b"not a number")
    assert len(read_all([uri(message)]).accounts) == 1


# --- Several QR codes ----------------------------------------------------------------------------------------------

MANY = [replace(ALICE, account=f"user{number}") for number in range(23)]


def exported(accounts: list[OtpAccount], seed: int = 1) -> list[str]:
    return [text.reveal() for text in write(accounts, randomness=SeededRandomness(seed))]


def test_several_qr_codes_in_any_order() -> None:
    """23 accounts need three QR codes; read in any order, and one of them twice, they come back in theirs."""
    texts = exported(MANY)
    assert len(texts) == 3
    export = read_all([texts[2], texts[0], texts[1], texts[0]])
    assert [account.account for account in export.accounts] == [account.account for account in MANY]
    assert export.missing == ()


def test_missing_ones_are_named() -> None:
    """Until all were read it says which are missing, and `read_all` refuses."""
    texts = exported(MANY)
    export = Export().plus(read(texts[1]))
    assert export.missing == (1, 3)
    assert str(export) == "10 accounts read; still missing: QR code 1, 3 of 3"
    with pytest.raises(InvalidUri, match="these are missing: 1, 3; scan"):
        read_all(texts[1:2])


def test_two_exports_are_not_mixed() -> None:
    """By their batch: `read_all` refuses both, and nothing; a phone that scans on begins again."""
    first, second = exported(MANY), exported(MANY, seed=2)
    for texts in ([first[0], second[1], second[2]], []):
        with pytest.raises(InvalidUri, match="do not belong to one export"):
            read_all(texts)
    export = Export().plus(read(first[0])).plus(read(second[2]))
    assert export.missing == (1, 2)


def test_of_two_with_one_label_the_second_is_skipped() -> None:
    """In one QR code and in two: the phone could show only one of them, so it says so."""
    other = replace(MANY[0], secret=Redacted("B" * 32))
    export = read_all(exported([*MANY[:2], other, *MANY[2:], other]))
    assert len(export.accounts) == len(MANY)
    assert export.accounts[0].secret.reveal() == SECRET
    assert [each.label for each in export.skipped] == ["Acme: user0"] * 2


def test_without_an_issuer_two_with_one_label_are_both_read() -> None:
    """They may be of two sites. Only the very same account is skipped the second time."""
    nameless = [replace(account, issuer="") for account in MANY[:12]]
    other = replace(nameless[0], secret=Redacted("B" * 32))
    export = read_all(exported([*nameless, other, other]))
    assert len(export.accounts) == 13
    assert [each.label for each in export.skipped] == ["user0"]


# --- Writing -------------------------------------------------------------------------------------------------------

carriable = accounts.map(lambda account: replace(account, period_seconds=30, digits=8 if account.digits == 8 else 6))


@given(given_accounts=st.lists(carriable, min_size=1, max_size=25, unique_by=lambda account: account.label))
def test_what_is_written_is_read(given_accounts: list[OtpAccount]) -> None:
    """Any accounts that the format carries come back as they were, and every text fits a QR code."""
    texts = exported(given_accounts)
    assert all(is_export(text) and len(text) <= 2000 for text in texts)
    export = read_all(texts)
    assert export.skipped == ()
    assert [all_of(account) for account in export.accounts] == [all_of(account) for account in given_accounts]


def test_written_as_google_writes() -> None:
    """Byte for byte what protoc makes of the same values, from a version 1 export with its zeros written out."""
    (text,) = exported([replace(ALICE, secret=Redacted(base64.b32encode(b"demo demo demo demo!").decode()))])
    message = base64.b64decode(parse_qs(urlsplit(text).query)["data"][0])
    first = base64.b64decode(PROTOC)[:55]  # protoc's own bytes of the same account
    assert message.startswith(first)
    batch_id = int.from_bytes(SeededRandomness(1).token_bytes(4)) >> 1
    assert message[55:].startswith(b"\x10\x01\x18\x01\x20\x00\x28")
    assert message[55:].endswith(protobuf.field(5, batch_id))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"digits": 7}, r"Acme: alice@example.org \(7 digits, 30 s\) cannot be in an export"),
        ({"period_seconds": 60}, r"\(6 digits, 60 s\) cannot be in an export"),
        ({"account": "x" * 1000}, "too long for a QR code"),
        ({"account": "Contoso:alice", "issuer": ""}, "part before the colon"),
        ({"account": ":alice"}, "part before the colon"),
    ],
)
def test_what_the_format_cannot_carry_is_refused(change: dict[str, object], sentence: str) -> None:
    """All or nothing, by name: an account that another app would show wrongly is worse than none."""
    with pytest.raises(InvalidInput, match=sentence):
        write([ALICE, replace(ALICE, **change)])


def test_long_names_take_more_qr_codes() -> None:
    """A QR code holds fewer accounts where their names are long, so that a camera still reads it."""
    texts = exported([replace(ALICE, account=f"{'x' * 200} {number}") for number in range(10)])
    assert len(texts) == 3
    assert max(map(len, texts)) < 1500


def test_no_export_of_nothing() -> None:
    """Nothing is not an export."""
    with pytest.raises(InvalidInput, match="1 to 100 QR codes"):
        write([])


def test_exports_hide_themselves() -> None:
    """`repr` of what is written and of what is read shows no secret; a QR code holds each text."""
    texts = write(MANY)
    export = read_all(text.reveal() for text in texts)
    assert SECRET not in repr((texts, export)) + str(export)
    assert all(qr_png(text.reveal()) for text in texts)
