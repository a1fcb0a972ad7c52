"""Read the two responses that a browser sends: the response to a login, and the response to a registration."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from mfa_lab.errors import AccessDenied


@dataclass(frozen=True, slots=True)
class LoginResponse:
    """Hold the response of a passkey to a login. Nothing in it has been checked.

    `client_data_json` is what the browser wrote about the page, and `client_data` is the same as a dict.
    `authenticator_data` is what the authenticator wrote. The signature covers both.
    """

    credential_id: bytes
    client_data_json: bytes
    authenticator_data: bytes
    signature: bytes
    client_data: Mapping[str, Any]

    @property
    def challenge(self) -> bytes:
        """Return the challenge that was signed."""
        return decoded(str(self.client_data["challenge"]))

    @property
    def origin(self) -> str:
        """Return the origin of the page, as the browser saw it."""
        return str(self.client_data["origin"])

    @property
    def rp_id_hash(self) -> bytes:
        """Return the SHA-256 of the RP ID for which the authenticator signed."""
        return self.authenticator_data[:32]

    @property
    def flags(self) -> int:
        """Return the byte of flags: bit 0 says that somebody was present, and bit 2 that the user was verified."""
        return self.authenticator_data[32]


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """Hold the response to a registration: the public key, its credential id, and what the browser wrote."""

    credential_id: bytes
    public_key: ec.EllipticCurvePublicKey
    client_data: Mapping[str, Any]


def read_login(response: Mapping[str, Any]) -> LoginResponse:
    """Return the parts of the response to a login. Raises `AccessDenied` if the response cannot be read."""
    try:
        parts = {name: decoded(text) for name, text in response["response"].items()}
        client_data = _client_data(parts["clientDataJSON"], "webauthn.get")
        authenticator_data, signature = parts["authenticatorData"], parts["signature"]
        credential_id = decoded(response["rawId"])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise AccessDenied from None
    if len(authenticator_data) < 37:
        raise AccessDenied
    return LoginResponse(credential_id, parts["clientDataJSON"], authenticator_data, signature, client_data)


def read_registration(response: Mapping[str, Any]) -> NewPasskey:
    """Return the new passkey of a response. Raises `AccessDenied` if the response has no readable ES256 key."""
    from fido2.webauthn import AttestationObject

    try:
        client_data = _client_data(decoded(response["response"]["clientDataJSON"]), "webauthn.create")
        made = AttestationObject(decoded(response["response"]["attestationObject"])).auth_data.credential_data
        if made is None:
            raise AccessDenied
        x, y = (int.from_bytes(made.public_key[part], "big") for part in (-2, -3))
        public_key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except (KeyError, ValueError, TypeError, AttributeError):
        raise AccessDenied from None
    return NewPasskey(made.credential_id, public_key, client_data)


def _client_data(text: bytes, kind: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(text)
    if data["type"] != kind or not isinstance(data["origin"], str):
        raise ValueError("this is another kind of response")
    decoded(data["challenge"])
    return data


def encoded(data: bytes) -> str:
    """Return bytes as base64url without padding, as in WebAuthn's JSON."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return the bytes of a text in base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
