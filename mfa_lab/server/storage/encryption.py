"""Encrypt shared secrets at rest with AES-256-GCM. Each secret is bound to its row in the database."""

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
    """The row to which a secret belongs.

    The row is the associated data of the encryption, so that the server can decrypt the secret only in this row.
    """

    account_id: str
    factor_id: str


class SecretCipher:
    """Encrypt and decrypt OTP secrets, each with a random 96-bit nonce from the operating system's generator."""

    def __init__(self, keys: Keys, schema_version: int) -> None:
        self.key_id = keys.key_id
        self._cipher = AESGCM(keys.encryption.reveal())
        self._schema_version = schema_version

    def encrypt(self, secret: Redacted, row: RowBinding) -> bytes:
        """Return the nonce and the encrypted secret, to be stored in `row`."""
        nonce = SYSTEM.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.reveal().encode("ascii"), self._bound_to(row))

    def decrypt(self, encrypted: bytes, key_id: str, row: RowBinding) -> Redacted:
        """Return the secret.

        Raises `ServerFault` if the stored bytes were changed or belong to another row or key.
        """
        if key_id != self.key_id:
            raise WrongKey("this factor was encrypted with another key: start the server with that key")
        try:
            return Redacted(
                self._cipher.decrypt(encrypted[:_NONCE_BYTES], encrypted[_NONCE_BYTES:], self._bound_to(row)).decode()
            )
        except (InvalidTag, ValueError, TypeError):  # SQLite returns text if text was written
            pass
        raise ServerFault("a secret cannot be decrypted in its row: the database was changed; restore a backup")

    def _bound_to(self, row: RowBinding) -> bytes:
        return "|".join((str(self._schema_version), self.key_id, row.account_id, row.factor_id)).encode()
