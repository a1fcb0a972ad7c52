"""A phone takes over what another app exports, QR code by QR code, and exports its own."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from mfa_lab.clock import ManualClock
from mfa_lab.errors import InvalidInput, InvalidUri
from mfa_lab.phone.authenticator import Phone, Quirk
from mfa_lab.provisioning import parse_uri, qr_png
from mfa_lab.provisioning.google_export import write
from tests.phone.test_phone import ALICE, URI
from tests.provisioning.test_google_export import bare, one, uri

MANY = [replace(parse_uri(URI), account=f"user{number}") for number in range(12)]


@pytest.fixture
def phone() -> Phone:
    return Phone(ManualClock())


def test_an_export_is_scanned_code_by_code(phone: Phone) -> None:
    """Each picture is really decoded; after the first the phone has ten accounts, and says what is missing."""
    first, second = (qr_png(text.reveal()) for text in write(MANY))
    assert phone.scan(first) == "Acme: user9"
    assert (len(phone.accounts), phone.imported.missing) == (10, (2,))
    assert phone.scan(second) == "Acme: user11"
    assert (len(phone.accounts), phone.imported.missing) == (12, ())
    single = Phone(phone.clock)
    single.add(URI)
    assert phone.code("Acme: user3") == single.code()


def test_what_was_skipped_is_told(phone: Phone) -> None:
    """A code with nothing usable adds nothing and raises; `imported` names what was skipped, and why."""
    with pytest.raises(InvalidUri, match="`imported` says why"):
        phone.add(uri(one(bare(type=1))))
    assert phone.accounts == ()
    assert [each.label for each in phone.imported.skipped] == ["Acme: alice"]


def test_a_broken_export_changes_nothing(phone: Phone) -> None:
    """Neither the accounts nor what is known of an export that was begun."""
    texts = [text.reveal() for text in write(MANY)]
    phone.add(texts[0])
    before = (phone.accounts, phone.imported)
    for text in (texts[1][:100], "otpauth-migration://offline?data=", "OTPAUTH-MIGRATION:"):
        with pytest.raises(InvalidUri):
            phone.add(text)
    assert (phone.accounts, phone.imported) == before


def test_quirks_reach_imported_accounts() -> None:
    """An app that ignores the number of digits ignores it here too."""
    phone = Phone(ManualClock(), quirks=[Quirk.IGNORES_DIGITS])
    phone.add(uri(one(bare(digits=2))))
    assert len(phone.code()) == 6


def test_a_phone_exports_to_another(phone: Phone) -> None:
    """All accounts, or those that are named; the other phone shows the same codes."""
    phone.add(URI)
    phone.add(write(MANY)[1].reveal())
    other, third = Phone(phone.clock), Phone(phone.clock)
    for text in phone.export_codes():
        other.scan(qr_png(text.reveal()))
    assert other.accounts == phone.accounts
    assert [other.code(label) for label in other.accounts] == [phone.code(label) for label in phone.accounts]
    (text,) = phone.export_codes("Acme: user10")
    third.add(text.reveal())
    assert third.accounts == ("Acme: user10",)
    assert ALICE not in repr(phone.export_codes())


def test_what_cannot_be_exported(phone: Phone) -> None:
    """No account at all, none of that name, or of a kind that the format does not carry."""
    with pytest.raises(InvalidInput, match="has no account yet"):
        phone.export_codes()
    phone.add(URI + "&period=60")
    with pytest.raises(InvalidInput, match="no account with that label"):
        phone.export_codes("bob")
    with pytest.raises(InvalidInput, match="cannot be in an export"):
        phone.export_codes()


def test_a_full_code_can_be_read_small(phone: Phone) -> None:
    """The largest QR code that is written, with long names, at two pixels a module: still read."""
    long = [replace(each, account=f"a.very.long.name.{each.account}@department.example.org") for each in MANY]
    picture = Image.open(io.BytesIO(qr_png(write(long)[0].reveal())))
    small = io.BytesIO()
    picture.convert("L").resize((picture.width // 3, picture.height // 3)).save(small, "PNG")
    assert phone.scan(small.getvalue())
