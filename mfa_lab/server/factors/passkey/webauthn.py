"""Read a passkey's response and make every check of WebAuthn section 7.1 (registration) or 7.2 (login).

`fido2` reads the bytes and verifies the signature; this module decides. The module uses no database and no clock. A
response may contain anything, because anyone can send one. `fido2` is imported when it is first used.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from mfa_lab.errors import PasskeyRefused, Reason
from mfa_lab.server.decision import sentence_of
from mfa_lab.server.factors.passkey.relying_party import RelyingParty

if TYPE_CHECKING:
    from fido2.webauthn import AuthenticatorData

Found = TypeVar("Found")

ALGORITHMS = {-7: 2, -8: 1, -257: 3}
"""The COSE numbers of ES256, EdDSA and RS256 (RFC 9053, RFC 8812), each with the type of its key."""
MOST_CHARACTERS = 32_768
"""The maximum length of a response. The longest response that we know, with an attestation by a TPM, has a quarter of
this length."""
_RSA_BYTES = range(256, 513)
_RSA_EXPONENT_BYTES = 4
_CREDENTIAL_BYTES = range(16, 1024)
"""WebAuthn section 4: a credential id has at least 16 bytes, and at most 1,023."""
_FORGED_FOR_IDENTITY = b"\1" + bytes(63)
"""An Ed25519 signature that the identity point as a public key would verify for every message."""
_KEY_PARTS = (1, 3, -1, -2, -3)
_BASE64URL = re.compile("[A-Za-z0-9_-]*")
_TRANSPORT = re.compile("[a-z-]{1,16}")
_MOST_TRANSPORTS = 8


@dataclass(frozen=True, slots=True)
class Expected:
    """The values that the server expects in a response. Only the challenge's SHA-256 is stored."""

    party: RelyingParty
    challenge_hash: str
    verified: bool
    """Whether the user must have been verified (by a PIN or a fingerprint)."""
    synced: bool
    """Whether a passkey that can be backed up is allowed."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A passkey that passed every check, to be stored. `public_key` is a COSE key."""

    credential_id: str
    public_key: bytes
    sign_count: int
    backup_eligible: bool
    backed_up: bool
    transports: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """The parts of a response to a login. They are not checked yet."""

    credential_id: str
    user_handle: str
    client_data: bytes
    authenticator_data: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored data of a passkey that are needed to check its response."""

    public_key: bytes
    sign_count: int
    backup_eligible: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """The data to store after a login with a passkey."""

    sign_count: int
    backed_up: bool
    backup_eligible: bool


def challenge_hash(challenge: bytes) -> str:
    """Return the hash that the database stores for a challenge."""
    return hashlib.sha256(challenge).hexdigest()


def base64url(data: bytes) -> str:
    """Return `data` as base64url without padding, as in WebAuthn's JSON."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def read_registration(response: object, expected: Expected) -> Registration:
    """Check the response to creation options, and return the new passkey. Raises `PasskeyRefused`.

    The attestation is not checked: the options request no attestation, and public sites should not require one
    (NIST-B).
    """
    answer, parts = _opened(response)
    client_data = _bytes(parts, "clientDataJSON")
    data = _readable(lambda: _attested(_bytes(parts, "attestationObject")))
    credential = data.credential_data
    if credential is None or answer != credential.credential_id or len(answer) not in _CREDENTIAL_BYTES:
        _refuse(Reason.PASSKEY_MALFORMED)
    _check_client_data(client_data, "webauthn.create", expected)
    _check_authenticator(data, expected)
    return Registration(
        base64url(answer),
        _readable(lambda: _usable_key(credential.public_key), Reason.PASSKEY_ALGORITHM),
        data.counter,
        data.is_backup_eligible(),
        data.is_backed_up(),
        _transports(parts),
    )


def read_assertion(response: object) -> Assertion:
    """Return the parts of the response to a login, unchecked. Raises `PasskeyRefused`."""
    answer, parts = _opened(response)
    handle = b"" if parts.get("userHandle") is None else _bytes(parts, "userHandle")
    client_data, data = _bytes(parts, "clientDataJSON"), _bytes(parts, "authenticatorData")
    return Assertion(base64url(answer), base64url(handle), client_data, data, _bytes(parts, "signature"))


def check_assertion(assertion: Assertion, stored: Stored, expected: Expected) -> Accepted:
    """Check a response to a login, and return what to store next. Raises `PasskeyRefused`.

    The caller has already found the passkey by the response's credential id, and has checked its owner.
    """
    _check_client_data(assertion.client_data, "webauthn.get", expected)
    data = _readable(lambda: _authenticator_data(assertion.authenticator_data))
    _check_authenticator(data, expected)
    if data.is_backup_eligible() != stored.backup_eligible:
        _refuse(Reason.PASSKEY_BACKUP)
    _readable(lambda: _verify(assertion, stored.public_key), Reason.PASSKEY_SIGNATURE)
    if (data.counter or stored.sign_count) and data.counter <= stored.sign_count:
        _refuse(Reason.PASSKEY_COUNTER)
    return Accepted(data.counter, data.is_backed_up(), data.is_backup_eligible())


def _opened(response: object) -> tuple[bytes, Mapping[str, Any]]:
    """Return the credential id and the inner parts of a `PublicKeyCredential` in its JSON form."""
    if isinstance(response, str):
        text = response
        outer = _readable(lambda: json.loads(text) if len(text) <= MOST_CHARACTERS else None)
    else:
        outer = response
    if not isinstance(outer, Mapping) or outer.get("type") != "public-key":
        _refuse(Reason.PASSKEY_MALFORMED)
    parts = outer.get("response")
    if not isinstance(parts, Mapping) or outer.get("id") != outer.get("rawId"):
        _refuse(Reason.PASSKEY_MALFORMED)
    return _bytes(outer, "rawId"), parts


def _bytes(parts: Mapping[str, Any], name: str) -> bytes:
    text = parts.get(name)
    if not isinstance(text, str) or len(text) > MOST_CHARACTERS or not _BASE64URL.fullmatch(text):
        _refuse(Reason.PASSKEY_MALFORMED)
    return _readable(lambda: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def _transports(parts: Mapping[str, Any]) -> str:
    """Return the transports that the browser names, as a hint for later logins."""
    named = parts.get("transports")
    if not isinstance(named, list):
        return ""
    return " ".join([one for one in named if isinstance(one, str) and _TRANSPORT.fullmatch(one)][:_MOST_TRANSPORTS])


def _check_client_data(client_data: bytes, kind: str, expected: Expected) -> None:
    """Check the browser's data about the page.

    A browser may add keys, so the text is not compared with a template.
    """
    data = _readable(lambda: json.loads(client_data.decode("utf-8")))
    if not isinstance(data, dict):
        _refuse(Reason.PASSKEY_MALFORMED)
    if data.get("type") != kind:
        _refuse(Reason.PASSKEY_TYPE)
    challenge = _bytes(data, "challenge")
    if not hmac.compare_digest(challenge_hash(challenge), expected.challenge_hash):
        _refuse(Reason.PASSKEY_CHALLENGE)
    if data.get("origin") not in expected.party.origins:
        _refuse(Reason.PASSKEY_ORIGIN)
    if data.get("crossOrigin", False) is not False or "topOrigin" in data:
        _refuse(Reason.PASSKEY_CROSS_ORIGIN)


def _check_authenticator(data: AuthenticatorData, expected: Expected) -> None:
    if not hmac.compare_digest(data.rp_id_hash, hashlib.sha256(expected.party.id.encode()).digest()):
        _refuse(Reason.PASSKEY_RP_ID)
    if not data.is_user_present():
        _refuse(Reason.PASSKEY_USER_PRESENT)
    if expected.verified and not data.is_user_verified():
        _refuse(Reason.PASSKEY_USER_VERIFIED)
    if data.is_backed_up() and not data.is_backup_eligible():
        _refuse(Reason.PASSKEY_BACKUP)
    if data.is_backup_eligible() and not expected.synced:
        _refuse(Reason.PASSKEY_SYNCED)


def _attested(data: bytes) -> AuthenticatorData:
    from fido2.webauthn import AttestationObject

    return AttestationObject(data).auth_data


def _authenticator_data(data: bytes) -> AuthenticatorData:
    from fido2.webauthn import AuthenticatorData

    return AuthenticatorData(data)


def _usable_key(key: Mapping[Any, Any]) -> bytes:
    """Return the COSE key to store if its algorithm was offered and the key can verify signatures.

    Otherwise raise `PasskeyRefused`.
    """
    from cryptography.exceptions import InvalidSignature
    from fido2 import cbor
    from fido2.cose import CoseKey

    algorithm = key.get(3)
    if algorithm not in tuple(ALGORITHMS) or key.get(1) != ALGORITHMS[algorithm]:
        _refuse(Reason.PASSKEY_ALGORITHM)
    if algorithm == -257 and (
        len(key[-1].lstrip(b"\0")) not in _RSA_BYTES or len(key[-2].lstrip(b"\0")) > _RSA_EXPONENT_BYTES
    ):
        _refuse(Reason.PASSKEY_ALGORITHM)
    kept = {part: key[part] for part in _KEY_PARTS if part in key}
    for signature in (b"", _FORGED_FOR_IDENTITY):
        try:
            CoseKey.parse(kept).verify(b"", signature)
        except InvalidSignature:  # so it is a point on its curve, or a modulus: it could verify
            continue
        _refuse(Reason.PASSKEY_ALGORITHM)
    return cbor.encode(kept)


def _verify(assertion: Assertion, public_key: bytes) -> None:
    from fido2 import cbor
    from fido2.cose import CoseKey

    signed = assertion.authenticator_data + hashlib.sha256(assertion.client_data).digest()
    CoseKey.parse(cbor.decode(public_key)).verify(signed, assertion.signature)  # type: ignore[arg-type]


def _readable(read: Callable[[], Found], otherwise: Reason = Reason.PASSKEY_MALFORMED) -> Found:
    """Return the result of `read`. Any error that a library raises for hostile bytes becomes a `PasskeyRefused`."""
    try:
        return read()
    except (PasskeyRefused, ImportError, MemoryError):
        raise  # a library that is missing is the operator's fault, not the user's
    except Exception:  # noqa: BLE001 (whatever a library raises)
        refusal = _refusal(otherwise)
    raise refusal  # outside the `except`, so that no traceback shows the library's frames


def _refuse(reason: Reason) -> NoReturn:
    raise _refusal(reason)


def _refusal(reason: Reason) -> PasskeyRefused:
    return PasskeyRefused(sentence_of(reason), reason=reason)
