"""The passkey holder and the browser: what a page gets and what it is refused, always the same under a seed."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from mfa_lab import SeededRandomness
from mfa_lab.errors import CeremonyRefused, InvalidInput
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import Misbehaviour, PasskeyHolder, cbor

SHOP = "https://shop.example.org"
HANDLE = "ZGVtbw"
CREATION: dict[str, Any] = {
    "rp": {"id": "shop.example.org", "name": "Shop"},
    "user": {"id": HANDLE, "name": "alice", "displayName": "Alice"},
    "challenge": "AAECAwQFBgcICQoLDA0ODw",
    "pubKeyCredParams": [{"type": "public-key", "alg": -8}, {"type": "public-key", "alg": -7}],
}
REQUEST = {"challenge": "_" * 22, "rpId": "shop.example.org"}


def holder(seed: int = 1, **how: Any) -> PasskeyHolder:
    return PasskeyHolder(SeededRandomness(seed), **how)


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def refusal(call: Any, *arguments: Any) -> str:
    with pytest.raises(CeremonyRefused) as caught:
        call(*arguments)
    return caught.value.name


def test_a_signature_verifies_with_what_the_page_was_given() -> None:
    """Over the authenticator's data and the hash of what the browser says about the page."""
    mine, browser = holder(), Browser(SHOP)
    made = browser.create(CREATION, mine)
    signed = browser.get(REQUEST, mine)
    key = load_der_public_key(decoded(made["response"]["publicKey"]))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    said = decoded(signed["response"]["clientDataJSON"])
    data = decoded(signed["response"]["authenticatorData"])
    key.verify(
        decoded(signed["response"]["signature"]), data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256())
    )
    assert data[:32] == hashlib.sha256(b"shop.example.org").digest()
    assert {
        "type": "webauthn.get",
        "challenge": "_" * 22,
        "origin": SHOP,
        "crossOrigin": False,
    }.items() <= json.loads(said).items()
    assert (signed["id"], signed["response"]["userHandle"]) == (made["id"], HANDLE)


def test_everything_is_the_same_under_a_seed() -> None:
    """Key, credential id and signature: a class sees the same bytes."""
    runs = [(Browser(SHOP).create(CREATION, mine), Browser(SHOP).get(REQUEST, mine)) for mine in (holder(), holder())]
    assert runs[0] == runs[1]
    assert Browser(SHOP).create(CREATION, holder(2))["id"] != runs[0][0]["id"]


def test_responses_have_the_form_of_a_real_browsers() -> None:
    """The keys of `toJSON()` in Chromium 156."""
    mine = holder(synced=False)
    made, signed = Browser(SHOP).create(CREATION, mine), Browser(SHOP).get(REQUEST, mine)
    outer = {"id", "rawId", "type", "authenticatorAttachment", "clientExtensionResults", "response"}
    assert set(made) == set(signed) == outer
    assert set(made["response"]) == {
        *("clientDataJSON", "attestationObject", "authenticatorData"),
        *("transports", "publicKey", "publicKeyAlgorithm"),
    }
    assert set(signed["response"]) == {"clientDataJSON", "authenticatorData", "signature", "userHandle"}
    assert (made["response"]["publicKeyAlgorithm"], made["response"]["transports"]) == (-7, ["usb"])
    assert made["authenticatorAttachment"] == "cross-platform"
    assert json.loads(json.dumps(made)) == made


def test_the_browser_adds_a_key_to_the_client_data_now_and_then() -> None:
    """A server that compares it with a template would refuse such a login."""
    mine = holder()
    Browser(SHOP).create(CREATION, mine)
    said = [
        set(
            json.loads(
                decoded(Browser(SHOP).get(REQUEST | {"challenge": c * 22}, mine)["response"]["clientDataJSON"])
            )
        )
        for c in "AB"
    ]
    assert sorted(map(len, said)) == [4, 5]


FOREIGN = [
    (SHOP, "sh0p.example.org", "SecurityError"),
    (SHOP, "org", "SecurityError"),
    (SHOP, "p.example.org", "SecurityError"),
    (SHOP, "other.shop.example.org", "SecurityError"),
    ("http://shop.localhost:8000", "localhost", "SecurityError"),
    ("http://127.0.0.1:8000", "127.0.0.1", "SecurityError"),
    ("http://127.0.0.1:8000", None, "SecurityError"),
    ("https://[::1]", None, "SecurityError"),
    ("http://shop.example.org", "shop.example.org", "SecurityError"),
    ("https://sh0p.example.org", None, "NotAllowedError"),
    ("https://sh0p.example.org", "example.org", "NotAllowedError"),
]


@pytest.mark.parametrize(("origin", "rp_id", "name"), FOREIGN)
def test_a_page_gets_nothing_for_another_site(origin: str, rp_id: str | None, name: str) -> None:
    """A foreign RP ID is refused at once. For its own, the phishing page finds no passkey."""
    mine = holder()
    Browser(SHOP).create(CREATION, mine)
    assert refusal(Browser(origin).get, REQUEST | {"rpId": rp_id}, mine) == name


@pytest.mark.parametrize(
    ("origin", "rp_id"),
    [
        (SHOP, None),
        (SHOP, "example.org"),
        ("https://shop.example.org:8443", "shop.example.org"),
        ("http://localhost:8000", "localhost"),
        ("http://shop.localhost:8000", "shop.localhost"),
    ],
)
def test_a_page_uses_its_own_domain_and_those_above(origin: str, rp_id: str | None) -> None:
    """An RP ID has no port, so every port of a host shares its passkeys."""
    mine, browser = holder(), Browser(origin)
    browser.create(CREATION | {"rp": {"id": rp_id, "name": "Shop"}}, mine)
    assert browser.get(REQUEST | {"rpId": rp_id}, mine)


def test_a_frame_needs_leave_and_says_that_it_is_one() -> None:
    """Without leave the browser refuses; with it, the client data says crossOrigin."""
    mine = holder()
    Browser(SHOP).create(CREATION, mine)
    assert refusal(Browser(SHOP, top_origin="https://other.example").get, REQUEST, mine) == "NotAllowedError"
    framed = Browser(SHOP, top_origin="https://other.example", allows=True).get(REQUEST, mine)
    said = json.loads(decoded(framed["response"]["clientDataJSON"]))
    assert (said["crossOrigin"], said["topOrigin"]) == (True, "https://other.example")
    same = Browser(SHOP, top_origin=SHOP).get(REQUEST, mine)
    assert json.loads(decoded(same["response"]["clientDataJSON"]))["crossOrigin"] is False


def test_what_an_authenticator_refuses() -> None:
    """A second passkey of one account, an algorithm that it does not know, a user whom it cannot verify."""
    mine, browser = holder(), Browser(SHOP)
    made = browser.create(CREATION, mine)
    again = CREATION | {"excludeCredentials": [{"type": "public-key", "id": made["id"]}]}
    assert refusal(browser.create, again, mine) == "InvalidStateError"
    assert browser.create(again, holder(2))
    only_rsa = CREATION | {"pubKeyCredParams": [{"type": "public-key", "alg": -257}]}
    assert refusal(browser.create, only_rsa, mine) == "NotSupportedError"
    key = holder(3, verifies_user=False)
    verified = CREATION | {"authenticatorSelection": {"userVerification": "required"}}
    assert refusal(browser.create, verified, key) == "NotAllowedError"
    browser.create(CREATION, key)
    assert refusal(browser.get, REQUEST | {"userVerification": "required"}, key) == "NotAllowedError"
    mine.forget(decoded(made["id"]))
    assert refusal(browser.get, REQUEST, mine) == "NotAllowedError"


def flags(response: dict[str, Any]) -> int:
    return decoded(response["response"]["authenticatorData"])[32]


def test_flags_and_counter_say_what_the_holder_is() -> None:
    """User present, user verified, backup bits; a synced passkey does not count."""
    browser = Browser(SHOP)
    for how, expected, counts in (
        ({"synced": True}, 0x1D, [0, 0]),
        ({"synced": False}, 0x05, [1, 2]),
        ({"synced": False, "verifies_user": False}, 0x01, [1, 2]),
        ({"synced": False, "counts": False}, 0x05, [0, 0]),
    ):
        mine = holder(**how)
        assert flags(browser.create(CREATION, mine)) == expected | 0x40
        signed = [browser.get(REQUEST, mine) for _ in range(2)]
        assert {flags(one) for one in signed} == {expected}
        assert [
            int.from_bytes(decoded(one["response"]["authenticatorData"])[33:37], "big") for one in signed
        ] == counts


def test_a_passkey_that_is_not_discoverable_needs_its_id() -> None:
    """And it names no user."""
    mine, browser = holder(discoverable=False), Browser(SHOP)
    made = browser.create(CREATION, mine)
    assert refusal(browser.get, REQUEST, mine) == "NotAllowedError"
    signed = browser.get(REQUEST | {"allowCredentials": [{"type": "public-key", "id": made["id"]}]}, mine)
    assert "userHandle" not in signed["response"]


def test_misbehaving_is_told_by_name() -> None:
    """`misbehaves` takes names too, and refuses others."""
    assert holder(misbehaves=["signs something else"]).misbehaves == {Misbehaviour.WRONG_SIGNATURE}
    with pytest.raises(ValueError, match="sings"):
        holder(misbehaves=["sings"])


@pytest.mark.parametrize("origin", ["shop.example.org", "https://", "ftp://a.example", "https://a.example/page", ""])
def test_an_origin_is_a_scheme_and_a_host(origin: str) -> None:
    """Whoever passes a URL hears so."""
    with pytest.raises(InvalidInput):
        Browser(origin)


def test_a_private_key_is_shown_nowhere() -> None:
    """Neither by the holder nor by its passkeys."""
    mine = holder()
    Browser(SHOP).create(CREATION, mine)
    number = mine.passkeys[0].key.private_numbers().private_value
    assert str(number) not in f"{mine!r} {mine.passkeys!r} {mine.passkeys[0]}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "00"),
        (23, "17"),
        (24, "1818"),
        (1000, "1903e8"),
        (1_000_000, "1a000f4240"),
        (1_000_000_000_000, "1b000000e8d4a51000"),
        (-1, "20"),
        (-1000, "3903e7"),
        (b"\1\2\3\4", "4401020304"),
        ("IETF", "6449455446"),
        ("ü", "62c3bc"),
        ({1: 2, 3: 4}, "a201020304"),
    ],
)
def test_cbor_is_that_of_the_rfc(value: Any, text: str) -> None:
    """Examples of RFC 8949, appendix A."""
    assert cbor(value).hex() == text
