"""Show registration and login with a passkey at a demo shop. The shop makes the server's own checks.

The demo shop has fixed challenges, so that each run of a notebook signs the same bytes. A real server takes each
challenge from the operating system's random generator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from mfa_lab.errors import PasskeyRefused
from mfa_lab.lab.answers import Answer
from mfa_lab.lab.figures.passkeys.signed_bytes import signed_parts
from mfa_lab.lab.room import DEMO_NOW
from mfa_lab.lab.table import Table
from mfa_lab.otp import code_at, match
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.randomness import SeededRandomness
from mfa_lab.server.factors.passkey.relying_party import RelyingParty
from mfa_lab.server.factors.passkey.webauthn import (
    Accepted,
    Expected,
    Registration,
    Stored,
    base64url,
    challenge_hash,
    check_assertion,
    read_assertion,
    read_registration,
)
from mfa_lab.style import GRANTED_SIGN, REFUSED_SIGN

SHOP_ORIGIN = "http://shop.localhost:8000"
SHOP = RelyingParty("shop.localhost", (SHOP_ORIGIN,), "The shop")
_DEMO_KEY = "DEMOALICEDEMOALICEDEMOALICEDEMO2"
_ES256 = -7
_NO_PASSKEY = "no passkey is registered here: run the cell that registers one"


class PasskeyDesk:
    """Register one passkey of Alice, and log her in with it. Each challenge is valid for one response.

    `stored` is what the shop keeps for her passkey. With `verified`, the shop requires user verification.
    """

    def __init__(self, *, verified: bool = False) -> None:
        self.stored: Registration | None = None
        self._verified = verified
        self._challenge = b""
        self._count = 0

    def creation_options(self) -> dict[str, Any]:
        """Return the options of a registration, with a new challenge."""
        return {
            "rp": {"id": SHOP.id, "name": SHOP.name},
            "user": {"id": base64url(b"demo: user 1"), "name": "alice@example.org", "displayName": "Alice"},
            "challenge": self._new_challenge(),
            "pubKeyCredParams": [{"type": "public-key", "alg": _ES256}],
            "authenticatorSelection": {"userVerification": self._verification()},
        }

    def register(self, response: Mapping[str, Any]) -> Answer:
        """Check the response to a registration, and keep the passkey's public data."""
        try:
            self.stored = read_registration(response, self._expected())
        except PasskeyRefused as refusal:
            return _refused(refusal)
        return Answer(True, "The passkey is registered.", (("keeps", "a credential id, a public key and a counter"),))

    def request_options(self) -> dict[str, Any]:
        """Return the options of a login, with a new challenge. An earlier challenge is no longer valid."""
        known = [{"type": "public-key", "id": self.stored.credential_id}] if self.stored else []
        return {
            "challenge": self._new_challenge(),
            "rpId": SHOP.id,
            "allowCredentials": known,
            "userVerification": self._verification(),
        }

    def log_in(self, response: Mapping[str, Any]) -> Answer:
        """Check the response to a login, and store the new counter. Any response ends its challenge."""
        try:
            accepted = self.checked(response)
        except PasskeyRefused as refusal:
            return _refused(refusal)
        finally:
            self._challenge = b""
        if self.stored:
            self.stored = replace(self.stored, sign_count=accepted.sign_count)
        return Answer(True, "Access granted.", (("counter", str(accepted.sign_count)),))

    def checked(self, response: Mapping[str, Any]) -> Accepted:
        """Make the server's checks, and change nothing. Raises `PasskeyRefused`."""
        if self.stored is None:
            raise PasskeyRefused(_NO_PASSKEY)
        stored = Stored(self.stored.public_key, self.stored.sign_count, self.stored.backup_eligible)
        return check_assertion(read_assertion(response), stored, self._expected())

    def _verification(self) -> str:
        return "required" if self._verified else "preferred"

    def _expected(self) -> Expected:
        return Expected(SHOP, challenge_hash(self._challenge), self._verified, synced=True)

    def _new_challenge(self) -> str:
        self._count += 1
        self._challenge = sha256(f"demo challenge {self._count}".encode()).digest()
        return base64url(self._challenge)


def _refused(refusal: PasskeyRefused) -> Answer:
    return Answer(False, "Access denied.", (("reason", str(refusal.reason)), ("because", str(refusal))))


def stolen_server_table() -> Table:
    """Return a table that shows which logins a thief with all data of the server can complete.

    For the app, the thief computes a code from the stored secret. For the passkey, the thief has only the public
    key, and signs with a key of their own.
    """
    computed = match(_DEMO_KEY, code_at(_DEMO_KEY, DEMO_NOW), DEMO_NOW)
    desk, owner = PasskeyDesk(), PasskeyHolder(SeededRandomness(seed=1))
    page = Browser(SHOP_ORIGIN)
    desk.register(page.create(desk.creation_options(), owner))
    thief = _copied(owner, PasskeyHolder(SeededRandomness(seed=2)))
    answer = desk.log_in(page.get(desk.request_options(), thief))
    return Table(
        "What a thief can do with everything that the server stores",
        ("authenticator", "the server stores", "the thief sends", "result"),
        (
            "Alice's app",
            "the shared secret",
            "a code, computed from the secret",
            _result(granted=computed.offset == 0),
        ),
        ("Bob's passkey", "a public key", "a signature by the thief's own key", _result(granted=answer.granted)),
    )


def copy_of(holder: PasskeyHolder) -> PasskeyHolder:
    """Return a holder with a copy of each private key, as if somebody had opened the authenticator.

    The counters of the copy are its own.
    """
    made = PasskeyHolder(SeededRandomness(seed=3), synced=holder.synced, counts=holder.counts)
    made.passkeys = [replace(one) for one in holder.passkeys]
    return made


def changes_table(desk: PasskeyDesk, response: Mapping[str, Any]) -> Table:
    """Return a table of eight changes to a response, each judged by itself with the server's own checks.

    Use a response to the newest challenge that was not sent yet.
    """
    rows = []
    for what, changed in _changes(response):
        try:
            desk.checked(changed)
        except PasskeyRefused as refusal:
            rows.append((what, _result(granted=False), str(refusal.reason)))
        else:
            rows.append((what, _result(granted=True), ""))
    return Table("One change at a time", ("what was changed", "result", "the check that failed"), *rows)


def _changes(response: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    parts = signed_parts(response)
    text, data = parts.client_data.decode(), parts.authenticator_data
    flags, counter = data[32], int.from_bytes(data[33:37], "big")
    other_challenge = base64url(sha256(b"another challenge").digest())
    return [
        ("the challenge", _with(response, clientDataJSON=text.replace(parts.said["challenge"], other_challenge))),
        ("the port in the origin", _with(response, clientDataJSON=text.replace(":8000", ":8001"))),
        ("the RP ID hash", _with(response, authenticatorData=bytes([data[0] ^ 1]) + data[1:])),
        ("user present, from 1 to 0", _with(response, authenticatorData=_with_flags(data, flags & ~0x01))),
        ("user verified, from 0 to 1", _with(response, authenticatorData=_with_flags(data, flags | 0x04))),
        ("the counter", _with(response, authenticatorData=data[:33] + (counter + 9).to_bytes(4, "big") + data[37:])),
        ("the last bit of the signature", _with(response, signature=_last_bit_flipped(parts.signature))),
        ("the field authenticatorAttachment", {**response, "authenticatorAttachment": "changed"}),
    ]


def _with(response: Mapping[str, Any], **changed: str | bytes) -> dict[str, Any]:
    """Return a copy of the response with other bytes in one of its inner parts."""
    inner = {name: base64url(part.encode() if isinstance(part, str) else part) for name, part in changed.items()}
    return {**response, "response": {**response["response"], **inner}}


def _with_flags(data: bytes, flags: int) -> bytes:
    return data[:32] + bytes([flags]) + data[33:]


def _last_bit_flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def _copied(owner: PasskeyHolder, thief: PasskeyHolder) -> PasskeyHolder:
    """Give the thief all public data of the owner's passkey. The private key is the thief's own."""
    thief.make(SHOP.id, {"id": b"demo: user 1", "name": "alice@example.org"}, algorithms=[_ES256])
    thief.passkeys[0].credential_id = owner.passkeys[0].credential_id
    return thief


def _result(*, granted: bool) -> str:
    return f"{GRANTED_SIGN} accepted" if granted else f"{REFUSED_SIGN} rejected"
