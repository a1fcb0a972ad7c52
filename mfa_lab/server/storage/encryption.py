"""Shared secrets at rest: AES-256-GCM, each sealed to the row it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mfa_lab.errors import ServerFault, WrongKey
from mfa_lab.randomness import SYSTEM
from mfa_lab.redaction import Redacted
from mfa_lab.server.storage.keys import Keys

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class RowBinding:
    """The row a secret belongs to. It is the associated data: a sealed secret opens in its own row alone."""

    account_id: str
    factor_id: str


class SecretCipher:
    """Seals and opens OTP secrets. Nonces are random 96-bit numbers, from the system's generator always."""

    def __init__(self, keys: Keys, schema_version: int) -> None:
        self.key_id = keys.key_id
        self._cipher = AESGCM(keys.encryption.reveal())
        self._schema_version = schema_version

    def encrypt(self, secret: Redacted, row: RowBinding) -> bytes:
        """The nonce and the sealed secret, to be stored in `row`."""
        nonce = SYSTEM.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.reveal().encode("ascii"), self._bound_to(row))

    def decrypt(self, encrypted: bytes, key_id: str, row: RowBinding) -> Redacted:
        """The secret; `ServerFault` if it was changed, moved from another row, or sealed under another key."""
        if key_id != self.key_id:
            raise WrongKey("this factor was sealed under another key: start the server with the key it was made with")
        try:
            return Redacted(
                self._cipher.decrypt(encrypted[:_NONCE_BYTES], encrypted[_NONCE_BYTES:], self._bound_to(row)).decode()
            )
        except (InvalidTag, ValueError, TypeError):  # SQLite gives back text where text was written
            pass
        raise ServerFault("a sealed secret does not open in its row: the database was changed; restore a backup")

    def _bound_to(self, row: RowBinding) -> bytes:
        return "|".join((str(self._schema_version), self.key_id, row.account_id, row.factor_id)).encode()
