"""Play an attacker's client, which follows no browser's rules and puts responses together by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from mfa_lab.attacks.passkeys.passkey_server import ORIGINS, RP_ID
from mfa_lab.attacks.passkeys.responses import decoded, encoded
from mfa_lab.phone.browser import Browser, assertion_response, client_data_json
from mfa_lab.phone.passkeys import ES256, Misbehaviour, Passkey, PasskeyHolder
from mfa_lab.randomness import SeededRandomness

PARTS = ("signature", "authenticatorData", "clientDataJSON")


def signed_for_page(
    holder: PasskeyHolder,
    challenge: str,
    origin: str,
    *,
    credential_id: bytes | None = None,
    in_frame: bool = False,
) -> dict[str, Any]:
    """Return a holder's response to a page, under any credential id, although no browser has checked the page.

    If `in_frame` is true, the client data say that the page is in a frame of another site. Like older browsers,
    they do not name that site.
    """
    client_data = client_data_json("webauthn.get", challenge, origin)
    if in_frame:
        client_data = client_data.replace(b'"crossOrigin":false', b'"crossOrigin":true')
    signed = holder.sign(RP_ID, hashlib.sha256(client_data).digest())
    return assertion_response(
        credential_id or signed.credential_id, client_data, signed.authenticator_data, signed.signature
    )


def without(holder: PasskeyHolder, options: Mapping[str, Any], *missing: Misbehaviour) -> dict[str, Any]:
    """Return the response of a holder that breaks rules, for example by not verifying its user."""
    holder.misbehaves = set(missing)
    try:
        return Browser(ORIGINS[0]).get(options, holder)
    finally:
        holder.misbehaves = set()


def with_changed_bit(response: Mapping[str, Any], part: str, position: int) -> dict[str, Any]:
    """Return the response with one bit of a part changed.

    `position` is the number of the bit. After the last bit, counting continues at the first bit.
    """
    data = bytearray(decoded(response["response"][part]))
    data[position // 8 % len(data)] ^= 1 << position % 8
    return {**response, "response": {**response["response"], part: encoded(bytes(data))}}


def registered_under(options: Mapping[str, Any], credential_id: bytes) -> tuple[dict[str, Any], PasskeyHolder]:
    """Return the response to creation options, for a new key under any credential id, and the holder of this key."""
    holder = PasskeyHolder(SeededRandomness(7), misbehaves=[Misbehaviour.REPEATS_IDS])
    copied = Passkey(RP_ID, credential_id, b"", "", False, key=ec.derive_private_key(7, ec.SECP256R1()))
    holder.passkeys.append(copied)
    response = Browser(ORIGINS[0]).create({**options, "excludeCredentials": []}, holder)
    holder.passkeys.remove(copied)
    return response, holder


def made_up_holder() -> PasskeyHolder:
    """Return a holder with one passkey for the site. No server knows this passkey."""
    holder = PasskeyHolder(SeededRandomness(5))
    holder.make(RP_ID, {"id": b"", "name": ""}, algorithms=[ES256])
    return holder
