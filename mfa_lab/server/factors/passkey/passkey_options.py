"""Make the request to the browser: a challenge, and the options of a registration or a login, as WebAuthn's JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mfa_lab.randomness import SYSTEM
from mfa_lab.server.factors.passkey.webauthn import ALGORITHMS, base64url
from mfa_lab.server.services import Services

CHALLENGE_BYTES = 32


def new_challenge() -> bytes:
    """Return a challenge of 256 bits (ASVS-6.7.2 requires 64)."""
    return SYSTEM.token_bytes(CHALLENGE_BYTES)


def for_registration(
    services: Services, challenge: bytes, handle: str, name: str, known: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return `PublicKeyCredentialCreationOptionsJSON`, which `parseCreationOptionsFromJSON` reads in the browser.

    `handle` is the user handle, and `known` are the account's passkeys, which the browser does not register again.
    """
    party = services.party()
    return {
        "rp": {"id": party.id, "name": party.name or services.issuer},
        "user": {"id": handle, "name": name, "displayName": name},
        "challenge": base64url(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": number} for number in ALGORITHMS],
        "timeout": services.policy.pending_seconds * 1000,
        "excludeCredentials": list(known),
        "authenticatorSelection": {
            "residentKey": "preferred",
            "requireResidentKey": False,
            "userVerification": services.policy.user_verification,
        },
        "attestation": "none",
    }


def for_login(services: Services, challenge: bytes, known: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return `PublicKeyCredentialRequestOptionsJSON`, which `parseRequestOptionsFromJSON` reads in the browser."""
    return {
        "challenge": base64url(challenge),
        "timeout": services.policy.pending_seconds * 1000,
        "rpId": services.party().id,
        "allowCredentials": list(known),
        "userVerification": services.policy.user_verification,
    }
