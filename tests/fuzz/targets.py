"""What reads text from outside, each as a target for a fuzzer: bytes in, and no exception but `MfaError`.

A target also asks for what must be true of whatever was accepted. Every value is a demo value.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from urllib.parse import quote

from mfa_lab import MfaError, Policy, RelyingParty, SeededRandomness
from mfa_lab.otp import diagnose, match, match_consecutive, tidy_code
from mfa_lab.phone.browser import Browser, client_data_json, registration_response
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.provisioning import OtpAccount, parse_uri
from mfa_lab.provisioning.account_table import parse_table
from mfa_lab.provisioning.google_export import Export, read, read_all, write
from mfa_lab.resources import data_dir
from mfa_lab.server.factors.passkey import webauthn
from mfa_lab.server.factors.recovery_codes import tidy
from mfa_lab.server.names import checked_label, checked_name, exact_name, normal_name, spellings
from tests.provisioning.test_account_table import TABLES
from tests.provisioning.test_google_export import PROTOC, START

SECRET = "DEMOALICEDEMOALICEDEMOALICEDEMO2"
NOW = 1_800_000_010
_UNQUOTED_FROM = 40
"""A text at least so long must not stand in the error that refuses it."""


@dataclass(frozen=True, slots=True)
class Target:
    """`seeds` are where the fuzzer begins, `share` is how many of a thousand runs it gets."""

    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    share: int


def text_of(data: bytes) -> str:
    """Any text, lone surrogates among it."""
    return data.decode("utf-8", "surrogateescape")


def refused_or(call: Callable[[str], object], text: str) -> object:
    """What the call returns, None where it refuses; the refusal quotes nothing."""
    try:
        return call(text)
    except MfaError as error:
        sentence = str(error)
    assert len(text) < _UNQUOTED_FROM or text not in sentence
    return None


def fields(account: OtpAccount) -> tuple[object, ...]:
    return (account.account, account.issuer, account.secret.reveal(), *_kind(account))


def _kind(account: OtpAccount) -> tuple[int, int, str]:
    return account.digits, account.period_seconds, account.algorithm


def uri(data: bytes) -> None:
    """A URI that is read can be written, and then reads the same."""
    account = refused_or(parse_uri, text_of(data))
    if isinstance(account, OtpAccount):
        with suppress(MfaError):
            assert fields(parse_uri(account.uri())) == fields(account)


def export(data: bytes) -> None:
    """An export's text."""
    refused_or(read, text_of(data))


def export_message(data: bytes) -> None:
    """An export's message: what is read of it can be told, written, and read again."""
    with suppress(MfaError):
        found = Export().plus(read(START + quote(base64.b64encode(data), safe="")))
        assert str(found).isprintable()
        if found.accounts:
            again = read_all(each.reveal() for each in write(found.accounts))
            assert [fields(account) for account in again.accounts] == [fields(account) for account in found.accounts]


def policy(data: bytes) -> None:
    """A policy that is accepted can be made again from its fields. Errors name keys, so they may quote."""
    with suppress(MfaError):
        for found in Policy.parse(text_of(data)).values():
            assert astuple(replace(found)) == astuple(found)


def code(data: bytes) -> None:
    """A code as typed; `diagnose` never refuses."""
    text = text_of(data)
    digits = 6 + len(text) % 3
    refused_or(lambda typed: tidy_code(typed, digits), text)
    refused_or(lambda typed: match(SECRET, typed, NOW, window_steps=1, digits=digits), text)
    first, _, second = text.partition(",")
    refused_or(lambda typed: match_consecutive(SECRET, typed, second, NOW, reach_steps=2), first)
    assert diagnose(SECRET, text, NOW, reach_steps=1).verdict


def recovery_code(data: bytes) -> None:
    """What is taken for a code are its sixteen letters."""
    found = tidy(text_of(data))
    assert found is None or (len(found.reveal()) == 16 and found.reveal().isalnum() and found.reveal().isupper())


def table(data: bytes) -> None:
    """A table of accounts: all or nothing."""
    accounts = refused_or(parse_table, text_of(data))
    assert accounts is None or accounts


def name(data: bytes) -> None:
    """A name that may be registered has one spelling, from which the same spelling follows; labels are one line."""
    text = text_of(data)
    found = refused_or(checked_name, text)
    spelt = normal_name(text)
    if isinstance(found, str):
        assert spelt
        assert normal_name(found) == spelt == normal_name(spelt)
    forms = spellings(text)
    assert forms.normal == spelt
    assert forms.exact == exact_name(text)
    assert normal_name(forms.punycode) == spelt
    label = refused_or(checked_label, text)
    assert label is None or (isinstance(label, str) and len(label.splitlines()) <= 1)


def passkey(data: bytes) -> None:
    """A passkey's response: as a whole, and its parts in bytes. Nothing that the fuzzer makes up is accepted."""
    assert refused_or(lambda text: webauthn.read_registration(text, _EXPECTED), text_of(data)) is None
    refused_or(webauthn.read_assertion, text_of(data))
    for made in (
        registration_response(_CREDENTIAL, _PAGE, data),
        registration_response(_CREDENTIAL, data, _ATTESTED),
    ):
        with suppress(MfaError):
            webauthn.read_registration(made, _EXPECTED)


def planted(data: bytes) -> None:
    """A parser with a fault, to see that the fuzzer finds one: it knows the usual period alone."""
    account = refused_or(parse_uri, text_of(data))
    if isinstance(account, OtpAccount):
        {30: "usual"}[account.period_seconds]


_URI = f"otpauth://totp/Acme:alice%40example.org?secret={SECRET}&issuer=Acme&digits=6&period=30&algorithm=SHA1"
_POLICIES = (data_dir() / "policies.toml").read_text("utf-8").split("\n\n[")
_NAMES = (
    "alice@example.org",
    "Zoë Müller",
    "зоя",
    "ﬀ ①",
    "İstanbul",
    "a\u0301\u0323",
    "a@bücher.example",
    "a@xn--bcher-kva.example",
)

_HOLDER = PasskeyHolder(SeededRandomness(1))
_BROWSER = Browser("https://shop.example")
_CHALLENGE = "AAECAwQFBgcICQoLDA0ODw"
_PAGE = client_data_json("webauthn.create", _CHALLENGE, "https://shop.example")
_EXPECTED = webauthn.Expected(
    RelyingParty("shop.example", ("https://shop.example",)),
    webauthn.challenge_hash(b"another challenge than that of the seeds"),
    verified=False,
    synced=True,
)
_CREATED = _BROWSER.create(
    {"rp": {}, "user": {"id": "AAAA"}, "challenge": _CHALLENGE, "pubKeyCredParams": [{"alg": -7}]}, _HOLDER
)
_USED = _BROWSER.get({"challenge": _CHALLENGE}, _HOLDER)
_CREDENTIAL = _HOLDER.passkeys[0].credential_id
_ATTESTED = base64.urlsafe_b64decode(_CREATED["response"]["attestationObject"] + "==")

TARGETS = {
    "uri": Target(uri, (_URI.encode(), b"otpauth://hotp/a?secret=A&counter=1", b"otpauth://totp/?secret="), 160),
    "export": Target(export, ((START + PROTOC).encode(), (START + quote(PROTOC)).encode()), 120),
    "export_message": Target(export_message, (base64.b64decode(PROTOC),), 160),
    "policy": Target(policy, (b"[bank]\nwindow_steps = 0\n", *(text[:1500].encode() for text in _POLICIES)), 60),
    "code": Target(code, (b"123456", b"123 456", b"1234-5678", "１２３４５６".encode(), b"123456,234567"), 120),
    "recovery_code": Target(recovery_code, (b"DEMO-DEMO-DEMO-DEMO", b"demo demo demo 2367"), 100),
    "table": Target(table, tuple(text.encode() for text, _ in TABLES.values()), 140),
    "passkey": Target(passkey, (json.dumps(_CREATED).encode(), json.dumps(_USED).encode(), _ATTESTED, _PAGE), 60),
    "name": Target(name, tuple(each.encode() for each in _NAMES), 120),
}
PLANTED = {"planted": replace(TARGETS["uri"], run=planted)}
