"""Each check of a passkey's response, at registration and at login; vectors from outside; hostile bodies."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mfa_lab import MfaError, RelyingParty, SeededRandomness
from mfa_lab.errors import PasskeyRefused, Reason
from mfa_lab.phone.browser import assertion_response, client_data_json, registration_response
from mfa_lab.phone.passkeys import Misbehaviour, PasskeyHolder, cbor
from mfa_lab.resources import data_dir
from mfa_lab.server.factors.passkey import webauthn
from mfa_lab.server.factors.passkey.webauthn import Accepted, Expected, Registration, Stored, challenge_hash
from tests.server.kit import ORIGIN, PARTY
from tests.server.passkeys import decoded

CHALLENGE = bytes(range(32))
EXPECTED = Expected(PARTY, challenge_hash(CHALLENGE), verified=False, synced=True)
USER = {"id": b"demo: a user handle", "name": "alice@example.org"}
Change = Callable[[dict[str, Any]], object]


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def page(kind: str, *, challenge: bytes = CHALLENGE, origin: str = ORIGIN, top: str = "") -> bytes:
    return client_data_json(kind, encoded(challenge), origin, top)


def register(holder: PasskeyHolder, expected: Expected = EXPECTED, kind: str = "webauthn.create", **how: Any) -> Any:
    """What comes of a registration, as the server sees it."""
    made = holder.make(PARTY.id, USER, algorithms=[-7])
    response = registration_response(made.credential_id, page(kind, **how), made.attestation_object)
    return webauthn.read_registration(response, expected)


def signed(holder: PasskeyHolder, kind: str = "webauthn.get", **how: Any) -> dict[str, Any]:
    client_data = page(kind, **how)
    done = holder.sign(PARTY.id, hashlib.sha256(client_data).digest())
    return assertion_response(
        done.credential_id, client_data, done.authenticator_data, done.signature, done.user_handle
    )


def log_in(holder: PasskeyHolder, expected: Expected = EXPECTED, kind: str = "webauthn.get", **how: Any) -> Any:
    """What comes of a login. The passkey was registered before the holder began to misbehave."""
    faults, holder.misbehaves = holder.misbehaves, set()
    stored = stored_as(register(holder))
    holder.misbehaves = faults
    return webauthn.check_assertion(webauthn.read_assertion(signed(holder, kind, **how)), stored, expected)


def stored_as(made: Registration) -> Stored:
    return Stored(made.public_key, made.sign_count, made.backup_eligible)


def reason(call: Callable[..., object], *arguments: Any, **how: Any) -> Reason:
    with pytest.raises(PasskeyRefused) as caught:
        call(*arguments, **how)
    assert caught.value.__context__ is None
    return caught.value.reason


def holder(*misbehaves: Misbehaviour, **how: Any) -> PasskeyHolder:
    return PasskeyHolder(SeededRandomness(19), misbehaves=misbehaves, **how)


BOTH = pytest.mark.parametrize("ceremony", [register, log_in])


@BOTH
def test_a_sound_response_is_accepted(ceremony: Callable[..., Any]) -> None:
    """Whatever the browser adds to its client data, and with every check switched on."""
    strict = replace(EXPECTED, verified=True, synced=False)
    for challenge in (CHALLENGE, bytes([255] * 32), bytes([4] * 32)):  # the browser adds a key for some
        expected = replace(strict, challenge_hash=challenge_hash(challenge))
        assert ceremony(holder(synced=False), expected, challenge=challenge)


def test_a_browser_may_leave_out_what_is_optional() -> None:
    """Older ones write no `crossOrigin`, and the order of keys is theirs."""
    one = holder()
    stored = stored_as(register(one))
    said = json.dumps({"origin": ORIGIN, "challenge": encoded(CHALLENGE), "type": "webauthn.get"}).encode()
    done = one.sign(PARTY.id, hashlib.sha256(said).digest())
    response = assertion_response(done.credential_id, said, done.authenticator_data, done.signature)
    assert webauthn.check_assertion(webauthn.read_assertion(response), stored, EXPECTED)


ORIGINS = [
    "http://sh0p.localhost:8000",
    "http://shop.localhost:9999",
    "http://shop.localhost",
    "https://shop.localhost:8000",
    "http://shop.localhost:8000/",
    "http://SHOP.localhost:8000",
    "http://a.shop.localhost:8000",
    "http://localhost:8000",
    "null",
    "",
]


@BOTH
@pytest.mark.parametrize("origin", ORIGINS)
def test_only_the_exact_origins_are_accepted(origin: str, ceremony: Callable[..., Any]) -> None:
    """NIST-3.2.5: another host, port, scheme, spelling or subdomain is another page."""
    assert reason(ceremony, holder(), origin=origin) is Reason.PASSKEY_ORIGIN
    assert ceremony(holder(), origin=PARTY.origins[1])


@BOTH
def test_the_challenge_must_be_the_one_that_was_given(ceremony: Callable[..., Any]) -> None:
    """ASVS-6.7.2: any other is refused, also one that begins alike, and so is any where none was given."""
    for other in (b"", bytes(32), CHALLENGE + b"\0", CHALLENGE[:31]):
        assert reason(ceremony, holder(), challenge=other) is Reason.PASSKEY_CHALLENGE
    never_given = replace(EXPECTED, challenge_hash="")
    assert reason(ceremony, holder(), never_given) is Reason.PASSKEY_CHALLENGE


@BOTH
def test_a_response_of_another_ceremony_is_refused(ceremony: Callable[..., Any]) -> None:
    """A registration's signature does not log in, and the other way round."""
    other = "webauthn.get" if ceremony is register else "webauthn.create"
    assert reason(ceremony, holder(), kind=other) is Reason.PASSKEY_TYPE
    assert reason(ceremony, holder(), kind="payment.get") is Reason.PASSKEY_TYPE


@BOTH
def test_a_frame_of_another_origin_is_refused(ceremony: Callable[..., Any]) -> None:
    """The page around it could show the user something else to click on."""
    assert reason(ceremony, holder(), top="http://sh0p.localhost:8000") is Reason.PASSKEY_CROSS_ORIGIN


FAULTS = {
    Misbehaviour.OTHER_RP_ID: (Reason.PASSKEY_RP_ID, EXPECTED),
    Misbehaviour.NO_USER_PRESENT: (Reason.PASSKEY_USER_PRESENT, EXPECTED),
    Misbehaviour.NO_USER_VERIFIED: (Reason.PASSKEY_USER_VERIFIED, replace(EXPECTED, verified=True)),
}


@BOTH
@pytest.mark.parametrize("fault", FAULTS)
def test_what_the_authenticator_must_say(fault: Misbehaviour, ceremony: Callable[..., Any]) -> None:
    """The RP ID's hash, a person (ASVS-6.3.3), and a verified one where the policy requires it (NIST-B)."""
    why, expected = FAULTS[fault]
    assert reason(ceremony, holder(fault), expected) is why
    assert ceremony(holder(Misbehaviour.NO_USER_VERIFIED))


@BOTH
def test_synced_passkeys_are_for_the_policy_to_allow(ceremony: Callable[..., Any]) -> None:
    """NIST-B: the backup-eligible bit says that a passkey may be on other devices."""
    assert reason(ceremony, holder(synced=True), replace(EXPECTED, synced=False)) is Reason.PASSKEY_SYNCED
    assert ceremony(holder(synced=False), replace(EXPECTED, synced=False))


def test_the_backup_bits_must_make_sense() -> None:
    """Backed up without being eligible is impossible, and the eligible bit never changes (WebAuthn 7.2)."""
    for first in (True, False):
        assert reason(log_in, holder(Misbehaviour.BACKUP_CHANGES, synced=first)) is Reason.PASSKEY_BACKUP
    one = holder(synced=False)
    made = one.make(PARTY.id, USER, algorithms=[-7])
    data = bytearray(made.authenticator_data)
    data[32] |= 0x10
    attested = cbor({"fmt": "none", "attStmt": {}, "authData": bytes(data)})
    response = registration_response(made.credential_id, page("webauthn.create"), attested)
    assert reason(webauthn.read_registration, response, EXPECTED) is Reason.PASSKEY_BACKUP


@pytest.mark.parametrize(
    ("before", "now", "right"),
    [(0, 0, True), (0, 1, True), (5, 6, True), (5, 600, True), (5, 5, False), (5, 4, False), (5, 0, False)],
)
def test_the_counter_never_goes_back(before: int, now: int, right: bool) -> None:
    """A copy of the authenticator would count from where it was copied. Always 0 means that it does not count."""
    one = holder(synced=False, counts=False)
    stored = replace(stored_as(register(one)), sign_count=before)
    one.passkeys[0].counter = now
    assertion = webauthn.read_assertion(signed(one))
    if right:
        assert webauthn.check_assertion(assertion, stored, EXPECTED) == Accepted(now, False, False)
    else:
        assert reason(webauthn.check_assertion, assertion, stored, EXPECTED) is Reason.PASSKEY_COUNTER


def test_a_signature_covers_all_that_is_checked() -> None:
    """One bit of the client data, of the authenticator's data or of the signature, or another key: refused."""
    assert reason(log_in, holder(Misbehaviour.WRONG_SIGNATURE)) is Reason.PASSKEY_SIGNATURE
    one = holder()
    stored = stored_as(register(one))
    response = signed(one)
    for part, where in (("signature", -1), ("authenticatorData", 36), ("authenticatorData", 33)):
        data = bytearray(decoded(response["response"][part]))
        data[where] ^= 1
        changed = response | {"response": response["response"] | {part: encoded(bytes(data))}}
        assertion = webauthn.read_assertion(changed)
        assert reason(webauthn.check_assertion, assertion, stored, EXPECTED) is Reason.PASSKEY_SIGNATURE
    said = decoded(response["response"]["clientDataJSON"]) + b" "
    changed = response | {"response": response["response"] | {"clientDataJSON": encoded(said)}}
    assertion = webauthn.read_assertion(changed)
    assert reason(webauthn.check_assertion, assertion, stored, EXPECTED) is Reason.PASSKEY_SIGNATURE
    others = replace(stored, public_key=register(PasskeyHolder(SeededRandomness(20))).public_key)
    assertion = webauthn.read_assertion(response)
    assert reason(webauthn.check_assertion, assertion, others, EXPECTED) is Reason.PASSKEY_SIGNATURE
    assert webauthn.check_assertion(assertion, stored, EXPECTED)


# --- Algorithms ----------------------------------------------------------------------------------------------------

RSA = rsa.generate_private_key(65537, 2048)
SMALL_RSA = rsa.generate_private_key(65537, 1024)  # noqa: S505
ED25519 = ed25519.Ed25519PrivateKey.generate()
P256, P384 = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP384R1())


def _raw(key: Any) -> bytes:
    raw: bytes = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return raw


def _rsa(key: rsa.RSAPrivateKey) -> dict[int, bytes]:
    numbers = key.public_key().public_numbers()
    return {-1: numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big"), -2: b"\1\0\1"}


def _ec(key: ec.EllipticCurvePrivateKey, curve: int, size: int = 32) -> dict[int, Any]:
    numbers = key.public_key().public_numbers()
    return {-1: curve, -2: numbers.x.to_bytes(size, "big"), -3: numbers.y.to_bytes(size, "big")}


CREDENTIAL = b"demo, 16 bytes.."


def attested(cose: dict[int, Any], credential_id: bytes = CREDENTIAL) -> dict[str, Any]:
    """A registration of this key."""
    credential = bytes(16) + len(credential_id).to_bytes(2) + credential_id + cbor(cose)
    data = hashlib.sha256(PARTY.id.encode()).digest() + b"\x41" + bytes(4) + credential
    return registration_response(
        credential_id, page("webauthn.create"), cbor({"fmt": "none", "attStmt": {}, "authData": data})
    )


OFFERED: dict[str, tuple[dict[int, Any], Callable[[bytes], bytes]]] = {
    "ES256": ({1: 2, 3: -7, **_ec(P256, 1)}, lambda data: P256.sign(data, ec.ECDSA(hashes.SHA256()))),
    "EdDSA": ({1: 1, 3: -8, -1: 6, -2: _raw(ED25519)}, ED25519.sign),
    "RS256": ({1: 3, 3: -257, **_rsa(RSA)}, lambda data: RSA.sign(data, padding.PKCS1v15(), hashes.SHA256())),
}
REFUSED: dict[str, dict[int, Any]] = {
    "ES384": {1: 2, 3: -35, **_ec(P384, 2, 48)},
    "PS256": {1: 3, 3: -37, **_rsa(RSA)},
    "RS1": {1: 3, 3: -65535, **_rsa(RSA)},
    "ES256K": {1: 2, 3: -47, **_ec(P256, 8)},
    "Ed448": {1: 1, 3: -53, -1: 7, -2: _raw(ed448.Ed448PrivateKey.generate())},
    "a number of no algorithm": {1: 2, 3: 4711, **_ec(P256, 1)},
    "ES256 with another curve": {1: 2, 3: -7, **_ec(P256, 2)},
    "ES256 with no point of the curve": {1: 2, 3: -7, **_ec(P256, 1), -3: bytes(32)},
    "ES256 without a coordinate": {1: 2, 3: -7, -1: 1, -2: bytes(32)},
    "ES256 as a key of another type": {1: 3, 3: -7, **_ec(P256, 1)},
    "RSA of 1024 bits": {1: 3, 3: -257, **_rsa(SMALL_RSA)},
    "RSA of 1024 bits, filled up": {1: 3, 3: -257, -1: bytes(128) + _rsa(SMALL_RSA)[-1], -2: b"\1\0\1"},
    "RSA of 8192 bits": {1: 3, 3: -257, -1: b"\xff" * 1024, -2: b"\1\0\1"},
    "RSA with an exponent of 2048 bits": {1: 3, 3: -257, **_rsa(RSA), -2: b"\1" * 256},
    "the identity of Ed25519, which verifies a forged signature": {1: 1, 3: -8, -1: 6, -2: b"\1" + bytes(31)},
    "Ed25519 that is too short": {1: 1, 3: -8, -1: 6, -2: bytes(31)},
}


@pytest.mark.parametrize("name", OFFERED)
def test_what_is_offered_is_accepted(name: str) -> None:
    """ES256, EdDSA and RS256: registered, then used."""
    cose, sign = OFFERED[name]
    made = webauthn.read_registration(attested(cose), EXPECTED)
    data = hashlib.sha256(PARTY.id.encode()).digest() + b"\1" + bytes(4)
    client_data = page("webauthn.get")
    signature = sign(data + hashlib.sha256(client_data).digest())
    assertion = webauthn.read_assertion(assertion_response(CREDENTIAL, client_data, data, signature))
    assert webauthn.check_assertion(assertion, stored_as(made), EXPECTED) == Accepted(0, False, False)


@pytest.mark.parametrize("name", REFUSED)
def test_no_other_key_is_registered(name: str) -> None:
    """Another algorithm, or a key that could never verify, is refused before it is stored."""
    assert reason(webauthn.read_registration, attested(REFUSED[name]), EXPECTED) is Reason.PASSKEY_ALGORITHM


@pytest.mark.parametrize("length", [0, 1, 15])
def test_a_credential_id_is_long_enough_to_be_unique(length: int) -> None:
    """Ids are unique over all accounts, so a short one could be taken away from somebody else."""
    made = attested(OFFERED["ES256"][0], bytes(length))
    assert reason(webauthn.read_registration, made, EXPECTED) is Reason.PASSKEY_MALFORMED


def test_a_missing_library_is_not_blamed_on_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fido2.webauthn", None)
    with pytest.raises(ImportError):
        webauthn.read_registration(attested(OFFERED["ES256"][0]), EXPECTED)


# --- Vectors from outside ------------------------------------------------------------------------------------------

VECTORS = json.loads((data_dir() / "webauthn_vectors.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["section"])
def test_the_specifications_vectors(vector: dict[str, Any]) -> None:
    """WebAuthn Level 3, section 16: registration and login, or the refusal of a frame of another origin."""
    made, used = vector["registration"], vector["authentication"]
    party = RelyingParty(VECTORS["rp_id"], (VECTORS["origin"],))
    credential = bytes.fromhex(made["credential_id"])

    def expected(client_data: str) -> Expected:
        challenge = decoded(json.loads(bytes.fromhex(client_data))["challenge"])
        return Expected(party, challenge_hash(challenge), verified=False, synced=True)

    registration = registration_response(
        credential, bytes.fromhex(made["client_data"]), bytes.fromhex(made["attestation_object"])
    )
    parts = ("client_data", "authenticator_data", "signature")
    login = webauthn.read_assertion(assertion_response(credential, *(bytes.fromhex(used[part]) for part in parts)))
    if vector["refused_as"]:
        stored = Stored(b"", 0, False)
        why = reason(webauthn.read_registration, registration, expected(made["client_data"]))
        assert why == reason(webauthn.check_assertion, login, stored, expected(used["client_data"]))
        assert why == vector["refused_as"]
    else:
        found = webauthn.read_registration(registration, expected(made["client_data"]))
        assert found.credential_id == encoded(credential)
        assert webauthn.check_assertion(login, stored_as(found), expected(used["client_data"]))


# --- Hostile bodies ------------------------------------------------------------------------------------------------

BROKEN: dict[str, Change] = {
    "no type": lambda body: body.pop("type"),
    "another type": lambda body: body.update(type="password"),
    "no id": lambda body: body.pop("id"),
    "another id": lambda body: body.update(id="AAAA"),
    "ids that are numbers": lambda body: body.update(id=1, rawId=1),
    "padded base64": lambda body: body.update(id=body["id"] + "=", rawId=body["rawId"] + "="),
    "no response": lambda body: body.pop("response"),
    "a list as the response": lambda body: body.update(response=[]),
    "no client data": lambda body: body["response"].pop("clientDataJSON"),
    "client data that is no JSON": lambda body: body["response"].update(clientDataJSON=encoded(b"{")),
    "client data that is a list": lambda body: body["response"].update(clientDataJSON=encoded(b"[]")),
    "client data in UTF-16": lambda body: body["response"].update(clientDataJSON=encoded("{}".encode("utf-16"))),
    "client data a mile deep": lambda body: body["response"].update(clientDataJSON=encoded(b"[" * 20_000)),
    "data that is too long": lambda body: body["response"].update(clientDataJSON="A" * 40_000),
    "no authenticator data": lambda body: body["response"].update(authenticatorData="", attestationObject=""),
    "CBOR a mile deep": lambda body: body["response"].update(
        authenticatorData=encoded(bytes(32) + b"\xc1" + bytes(4) + b"\x81" * 20_000),
        attestationObject=encoded(b"\x81" * 20_000),
    ),
    "CBOR of a huge list": lambda body: body["response"].update(
        authenticatorData=encoded(bytes(32) + b"\x81" + bytes(4) + b"\x9b" + b"\xff" * 8),
        attestationObject=encoded(b"\x9b" + b"\xff" * 8),
    ),
    "bytes after the data": lambda body: body["response"].update(
        authenticatorData=body["response"].get("authenticatorData", "") + "AAAA",
        attestationObject=body["response"].get("attestationObject", "") + "AAAA",
    ),
}


def bodies() -> tuple[dict[str, Any], dict[str, Any], Stored]:
    """A registration, and a login with what it made."""
    one = holder()
    made = one.make(PARTY.id, USER, algorithms=[-7])
    response = registration_response(made.credential_id, page("webauthn.create"), made.attestation_object)
    stored = stored_as(webauthn.read_registration(response, EXPECTED))
    return response, signed(one), stored


def read_both(registration: object, login: object, stored: Stored) -> list[Reason | None]:
    """Why each is refused, or None."""
    reasons: list[Reason | None] = []
    for read in (
        lambda: webauthn.read_registration(registration, EXPECTED),
        lambda: webauthn.check_assertion(webauthn.read_assertion(login), stored, EXPECTED),
    ):
        try:
            read()
            reasons.append(None)
        except PasskeyRefused as refusal:
            reasons.append(refusal.reason)
    return reasons


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_body_is_refused(name: str) -> None:
    """As an object and as JSON text, at registration and at login: always the same error, never another."""
    registration, login, stored = bodies()
    for body in (registration, login):
        BROKEN[name](body)
    for found in (
        read_both(registration, login, stored),
        read_both(json.dumps(registration), json.dumps(login), stored),
    ):
        assert set(found) == {Reason.PASSKEY_MALFORMED}


@pytest.mark.parametrize(
    "body", [None, 1, [], (), b"{}", "", "{", "[]", '"text"', "[" * 30_000, "\ud800", "9" * 5000]
)
def test_what_is_no_body_at_all_is_refused(body: object) -> None:
    """Whatever a program may pass."""
    assert set(read_both(body, body, bodies()[2])) == {Reason.PASSKEY_MALFORMED}


PIECES = (b"\0", b"\xff", b"\x1b" + b"\xff" * 8, b"\xbf", b"\x5f", b"{", b"}", b'"', b"[]", b"null", b"-1", b"A" * 40)


def mutated(data: bytes, dice: random.Random) -> bytes:
    """The data with some bytes changed, cut out, doubled or put in."""
    found = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5))):
        at, size = dice.randrange(len(found) + 1), dice.choice((0, 1, 1, 2, 8, 40))
        found[at : at + size] = dice.choice((*PIECES, dice.randbytes(size), bytes(found[at : at + size]) * 2, b""))
    return bytes(found)


def hostile(body: dict[str, Any], dice: random.Random) -> object:
    """A response with one of its parts changed, in the bytes that it encodes or in the JSON text."""
    if dice.random() < 0.3:
        return mutated(json.dumps(body).encode(), dice).decode("utf-8", "surrogateescape")
    inner = dict(body["response"])
    part = dice.choice(list(inner))
    inner[part] = dice.choice(
        (
            encoded(mutated(decoded(inner[part]), dice)),
            encoded(mutated(decoded(inner[part]), dice)),
            encoded(mutated(decoded(inner[part]), dice)),
            mutated(inner[part].encode(), dice).decode("utf-8", "surrogateescape"),
            None,
            [inner[part]],
        )
    )
    return body | {"response": inner}


@pytest.mark.parametrize(
    "count",
    [
        100,
        pytest.param(2_000, marks=pytest.mark.full),
        pytest.param(200_000, marks=pytest.mark.long),
    ],
)
def test_hostile_bodies_are_only_ever_refused(count: int) -> None:
    """Nothing but `MfaError` comes out. A login that is accepted all the same was signed as it was."""
    registration, login, stored = bodies()
    untouched = webauthn.read_assertion(login)
    dice = random.Random(count)
    refused = 0
    for _ in range(count):
        with suppress(MfaError):
            webauthn.read_registration(hostile(registration, dice), EXPECTED)
        try:
            found = webauthn.read_assertion(hostile(login, dice))
            webauthn.check_assertion(found, stored, EXPECTED)
        except MfaError:
            refused += 1
            continue
        assert (found.client_data, found.authenticator_data) == (untouched.client_data, untouched.authenticator_data)
    assert refused > count // 2
