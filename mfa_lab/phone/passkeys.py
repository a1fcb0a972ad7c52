"""Model an authenticator for passkeys (WebAuthn): it makes a key pair for each site, and signs a site's challenges.

The private key never leaves the authenticator. Phone and server share a public key, and nothing else. The model needs
no hardware, no page and no network. With the same seed, it always behaves in the same way. The model can misbehave,
so that a lesson or a test shows what a server must reject.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mfa_lab.errors import CeremonyRefused
from mfa_lab.randomness import SYSTEM, Randomness
from mfa_lab.redaction import clears_variables

ES256 = -7
_USER_PRESENT, _USER_VERIFIED, _BACKUP_ELIGIBLE, _BACKED_UP, _ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
_ID_BYTES = 32
_KEY_BYTES = 32
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of the curve P-256 (FIPS 186-5)."""


class Misbehaviour(StrEnum):
    """The ways in which an authenticator, or an attacker's copy of an authenticator, may break the rules."""

    OTHER_RP_ID = "answers with the RP ID of another site"
    SIGNS_FOR_ANY_SITE = "signs for a site that it has no passkey for"
    NO_USER_PRESENT = "signs although no user was present"
    NO_USER_VERIFIED = "does not verify the user, although it can"
    COUNTER_STANDS = "does not increase its signature counter"
    BACKUP_CHANGES = "changes whether a passkey can be backed up"
    WRONG_SIGNATURE = "signs something else"
    OTHER_USER_HANDLE = "names another user"
    NO_USER_HANDLE = "names no user"
    OTHER_ALGORITHM = "makes a key for an algorithm that the site did not offer"
    REPEATS_IDS = "gives every passkey the credential id of its first passkey"


@dataclass(slots=True)
class Passkey:
    """A passkey as its holder keeps it. A `discoverable` passkey can be found without its credential id."""

    rp_id: str
    credential_id: bytes
    user_handle: bytes
    user_name: str
    discoverable: bool
    counter: int = 0
    key: ec.EllipticCurvePrivateKey = field(kw_only=True, repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """The public data of a new passkey, as an authenticator returns them."""

    credential_id: bytes
    authenticator_data: bytes
    attestation_object: bytes
    public_key: bytes
    """The public key, as SubjectPublicKeyInfo in DER."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature over a site's challenge, as an authenticator returns it."""

    credential_id: bytes
    authenticator_data: bytes
    signature: bytes
    user_handle: bytes | None


class PasskeyHolder:
    """One phone, computer or security key that holds passkeys.

    With `verifies_user`, the holder verifies its user by a fingerprint or a PIN. `synced` passkeys are backed up by
    the maker and are on all devices of their owner. With `counts`, the holder counts each passkey's signatures;
    holders of synced passkeys usually do not. With `discoverable=False`, the passkeys are like those on an old
    security key. You may change `misbehaves` at any time.
    """

    def __init__(
        self,
        randomness: Randomness = SYSTEM,
        *,
        verifies_user: bool = True,
        synced: bool = True,
        counts: bool | None = None,
        discoverable: bool = True,
        misbehaves: Iterable[Misbehaviour] = (),
    ) -> None:
        self.verifies_user, self.synced, self.discoverable = verifies_user, synced, discoverable
        self.counts = not synced if counts is None else counts
        self.misbehaves = {Misbehaviour(one) for one in misbehaves}
        self.passkeys: list[Passkey] = []
        self._randomness = randomness

    def __repr__(self) -> str:
        return f"<PasskeyHolder with {len(self.passkeys)} passkeys>"

    @property
    def transports(self) -> list[str]:
        """Return the transports by which a browser reaches this holder."""
        return ["hybrid", "internal"] if self.synced else ["usb"]

    @property
    def attachment(self) -> str:
        """Return whether the holder is a part of the device that the browser runs on."""
        return "platform" if self.synced else "cross-platform"

    @clears_variables
    def make(
        self,
        rp_id: str,
        user: Mapping[str, Any],
        *,
        algorithms: Sequence[int],
        excluded: Iterable[bytes] = (),
        verification: str = "preferred",
    ) -> Made:
        """Make a passkey for the site `rp_id`. `user` has `id` (bytes) and `name`.

        Raises `CeremonyRefused` if none of the `algorithms` is known, if the holder has an `excluded` passkey, or if
        the site requires user verification and the holder has none.
        """
        if ES256 not in algorithms:
            raise CeremonyRefused(
                "this authenticator knows no algorithm that the site offers", name="NotSupportedError"
            )
        if any(one.rp_id == rp_id and one.credential_id in set(excluded) for one in self.passkeys):
            raise CeremonyRefused(
                "this authenticator already has a passkey of this account", name="InvalidStateError"
            )
        self._check_verification(verification)
        credential_id = self._randomness.token_bytes(_ID_BYTES)
        if Misbehaviour.REPEATS_IDS in self.misbehaves and self.passkeys:
            credential_id = self.passkeys[0].credential_id
        made = Passkey(
            rp_id, credential_id, user["id"], user.get("name", ""), self.discoverable, key=_new_key(self._randomness)
        )
        self.passkeys.append(made)
        point = made.key.public_key().public_numbers()
        algorithm = -35 if Misbehaviour.OTHER_ALGORITHM in self.misbehaves else ES256
        cose = {1: 2, 3: algorithm, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        attested = bytes(16) + len(credential_id).to_bytes(2, "big") + credential_id + cbor(cose)
        data = self._authenticator_data(made, verification, attested)
        return Made(
            made.credential_id,
            data,
            cbor({"fmt": "none", "attStmt": {}, "authData": data}),
            made.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        )

    @clears_variables
    def sign(
        self,
        rp_id: str,
        client_data_hash: bytes,
        *,
        allowed: Sequence[bytes] = (),
        verification: str = "preferred",
    ) -> Signed:
        """Sign a site's challenge with the newest passkey for `rp_id`.

        With `allowed`, use only one of these passkeys.

        `client_data_hash` is the SHA-256 of what the browser says about the page. Raises `CeremonyRefused` if there
        is no such passkey, or if the user cannot be verified although the site requires it.
        """
        anywhere = Misbehaviour.SIGNS_FOR_ANY_SITE in self.misbehaves
        fitting = [
            one
            for one in self.passkeys
            if (one.rp_id == rp_id or anywhere)
            and (one.credential_id in allowed or (not allowed and one.discoverable))
        ]
        if not fitting:
            raise CeremonyRefused("this authenticator has no passkey for this site, and the request has timed out")
        self._check_verification(verification)
        one = fitting[-1]
        if self.counts and Misbehaviour.COUNTER_STANDS not in self.misbehaves:
            one.counter += 1
        data = self._authenticator_data(one, verification, b"", rp_id if anywhere else None)
        other = b"else" if Misbehaviour.WRONG_SIGNATURE in self.misbehaves else b""
        signature = one.key.sign(data + client_data_hash + other, ec.ECDSA(SHA256(), deterministic_signing=True))
        return Signed(one.credential_id, data, signature, self._named(one))

    def forget(self, credential_id: bytes) -> None:
        """Delete a passkey, as its owner may do at any time. The site is not informed."""
        self.passkeys = [one for one in self.passkeys if one.credential_id != credential_id]

    def _named(self, one: Passkey) -> bytes | None:
        """Return the user handle that the holder sends. Without a discoverable passkey, there is no user handle."""
        if Misbehaviour.OTHER_USER_HANDLE in self.misbehaves:
            return b"somebody else"
        known = one.discoverable and Misbehaviour.NO_USER_HANDLE not in self.misbehaves
        return one.user_handle if known else None

    def _check_verification(self, verification: str) -> None:
        if verification == "required" and not self.verifies_user:
            raise CeremonyRefused("the site requires user verification, and this authenticator has none")

    def _authenticator_data(
        self, one: Passkey, verification: str, attested: bytes, rp_id: str | None = None
    ) -> bytes:
        """Return the authenticator data (WebAuthn section 6.1): hash of the RP ID, flags, counter, new credential."""
        told = self.misbehaves
        synced = self.synced is not (Misbehaviour.BACKUP_CHANGES in told)
        verified = self.verifies_user and verification != "discouraged" and Misbehaviour.NO_USER_VERIFIED not in told
        flags = 0 if Misbehaviour.NO_USER_PRESENT in told else _USER_PRESENT
        flags |= _USER_VERIFIED if verified else 0
        flags |= _BACKUP_ELIGIBLE | _BACKED_UP if synced else 0
        flags |= _ATTESTED if attested else 0
        named = "other.example" if Misbehaviour.OTHER_RP_ID in told else rp_id or one.rp_id
        return hashlib.sha256(named.encode()).digest() + bytes([flags]) + one.counter.to_bytes(4, "big") + attested


def cbor(value: Any) -> bytes:
    """Return `value` in CBOR (RFC 8949), as far as WebAuthn needs it: integers, bytes, strings and maps."""
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    return _head(5, len(value)) + b"".join(cbor(key) + cbor(part) for key, part in value.items())


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    size = next(size for size in (1, 2, 4, 8) if number < 1 << 8 * size)
    return bytes([kind << 5 | 23 + size.bit_length()]) + number.to_bytes(size, "big")


@clears_variables
def _new_key(randomness: Randomness) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(randomness.token_bytes(_KEY_BYTES + 8), "big") % (_ORDER - 1) + 1  # FIPS 186-5, A.2.1
    return ec.derive_private_key(number, ec.SECP256R1())
