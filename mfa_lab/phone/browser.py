"""Model what a browser does between a page and an authenticator (WebAuthn), and what it refuses.

The browser is the reason why a passkey resists phishing. The browser knows the page's true origin. It uses an
authenticator only for an RP ID that belongs to this origin, and writes the origin into the data that the
authenticator signs.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from mfa_lab.errors import CeremonyRefused, InvalidInput
from mfa_lab.phone.passkeys import ES256, PasskeyHolder

_REMINDER = "do not compare clientDataJSON against a template. See https://goo.gl/yabPex"


class Browser:
    """A browser with one page, at `origin`, such as https://shop.example.org or http://shop.localhost:8000.

    `top_origin` is the origin of the page around a frame. The frame may use passkeys only if that page `allows` it.
    This kit does not contain the list of public suffixes. Only domains with one label, such as "org", count as public
    suffixes. Raises `InvalidInput` if `origin` is not an origin.
    """

    def __init__(self, origin: str, *, top_origin: str = "", allows: bool = False) -> None:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
            raise InvalidInput("an origin is a scheme, a host and perhaps a port: https://shop.example.org")
        self.origin, self.top_origin, self.allows = origin, top_origin, allows
        self._host = parts.hostname
        self._secure = parts.scheme == "https" or _is_loopback(self._host)

    def __repr__(self) -> str:
        return f"Browser({self.origin!r})"

    def create(self, options: Mapping[str, Any], holder: PasskeyHolder) -> dict[str, Any]:
        """Register a passkey, as `navigator.credentials.create` does, and return the response's `toJSON()`.

        `options` are `PublicKeyCredentialCreationOptionsJSON`. Raises `CeremonyRefused`. Its `name` is the name of
        the error that the page sees.
        """
        rp_id = self._checked(options["rp"].get("id"))
        client_data = self._client_data("webauthn.create", options["challenge"])
        selection = options.get("authenticatorSelection", {})
        made = holder.make(
            rp_id,
            {**options["user"], "id": _decoded(options["user"]["id"])},
            algorithms=[one["alg"] for one in options["pubKeyCredParams"]],
            excluded=[_decoded(one["id"]) for one in options.get("excludeCredentials", ())],
            verification=selection.get("userVerification", "preferred"),
        )
        return registration_response(
            made.credential_id,
            client_data,
            made.attestation_object,
            authenticatorData=_encoded(made.authenticator_data),
            transports=holder.transports,
            publicKey=_encoded(made.public_key),
            publicKeyAlgorithm=ES256,
        ) | {"authenticatorAttachment": holder.attachment}

    def get(self, options: Mapping[str, Any], holder: PasskeyHolder) -> dict[str, Any]:
        """Log in with a passkey, as `navigator.credentials.get` does, and return the response's `toJSON()`.

        `options` are `PublicKeyCredentialRequestOptionsJSON`. Raises `CeremonyRefused`: a `SecurityError` for an RP
        ID that does not belong to the page, and a `NotAllowedError` if no passkey is found.
        """
        rp_id = self._checked(options.get("rpId"))
        client_data = self._client_data("webauthn.get", options["challenge"])
        signed = holder.sign(
            rp_id,
            hashlib.sha256(client_data).digest(),
            allowed=[_decoded(one["id"]) for one in options.get("allowCredentials", ())],
            verification=options.get("userVerification", "preferred"),
        )
        return assertion_response(
            signed.credential_id, client_data, signed.authenticator_data, signed.signature, signed.user_handle
        ) | {"authenticatorAttachment": holder.attachment}

    @property
    def _crosses_origins(self) -> bool:
        return self.top_origin not in ("", self.origin)

    def _checked(self, rp_id: str | None) -> str:
        """Return the RP ID of the ceremony if the page may use it. Raises `CeremonyRefused`."""
        if not self._secure:
            raise CeremonyRefused("this page is no secure context: passkeys need https", name="SecurityError")
        if _is_address(self._host):
            raise CeremonyRefused("this page has an address and no domain name: invalid domain", name="SecurityError")
        if self._crosses_origins and not self.allows:
            raise CeremonyRefused("the page around this frame does not allow it to use passkeys")
        wanted = rp_id or self._host
        if wanted != self._host and not (self._host.endswith(f".{wanted}") and "." in wanted):
            raise CeremonyRefused("the RP ID is not this page's domain, and not above it", name="SecurityError")
        return wanted

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return client_data_json(kind, challenge, self.origin, self.top_origin if self._crosses_origins else "")


def client_data_json(kind: str, challenge: str, origin: str, top_origin: str = "") -> bytes:
    """Return the data about the page that is signed (WebAuthn section 5.8.1.1).

    The keys have the same order as in a real browser. For about half of the challenges, an additional key follows,
    because a real browser adds such a key at random.
    """
    said = {"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": bool(top_origin)}
    if top_origin:
        said["topOrigin"] = top_origin
    if challenge and ord(challenge[0]) % 2:
        said["other_keys_can_be_added_here"] = _REMINDER
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()


def registration_response(
    credential_id: bytes, client_data: bytes, attestation_object: bytes, **further: Any
) -> dict[str, Any]:
    """Return the parts of a registration as `toJSON()` shows them.

    An attacker may also put these parts together by hand.
    """
    inner = {"clientDataJSON": _encoded(client_data), "attestationObject": _encoded(attestation_object), **further}
    return _credential(credential_id, inner)


def assertion_response(
    credential_id: bytes,
    client_data: bytes,
    authenticator_data: bytes,
    signature: bytes,
    user_handle: bytes | None = None,
) -> dict[str, Any]:
    """Return the parts of a login as `toJSON()` shows them. An attacker may also put these parts together by hand."""
    inner = {
        "clientDataJSON": _encoded(client_data),
        "authenticatorData": _encoded(authenticator_data),
        "signature": _encoded(signature),
    }
    if user_handle is not None:
        inner["userHandle"] = _encoded(user_handle)
    return _credential(credential_id, inner)


def _credential(credential_id: bytes, inner: dict[str, Any]) -> dict[str, Any]:
    name = _encoded(credential_id)
    return {"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {}, "response": inner}


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")


def _is_address(host: str) -> bool:
    return ":" in host or host.rpartition(".")[2].isdigit()
