"""What every part of the flow needs, built once by `MfaServer` and passed along."""

from __future__ import annotations

from dataclasses import dataclass

from mfa_lab.policy import Policy
from mfa_lab.randomness import SYSTEM, Randomness
from mfa_lab.redaction import Redacted
from mfa_lab.server.passwords.hashing import PasswordHasher
from mfa_lab.server.records import TOKEN_BYTES, token_from
from mfa_lab.server.storage.encryption import SecretCipher
from mfa_lab.server.storage.store import Store


@dataclass(frozen=True, slots=True)
class Services:
    """`shown` makes what a person sees (shared secrets, recovery codes) and may be seeded for a class. What nobody
    sees (tokens, ids, nonces, keys, salts) comes from the system always.
    """

    store: Store
    cipher: SecretCipher
    hasher: PasswordHasher
    policy: Policy
    issuer: str
    shown: Randomness

    def new_token(self) -> Redacted:
        """256 bits (ASVS-7.2.4: new at each login)."""
        return token_from(SYSTEM.token_bytes(TOKEN_BYTES))

    def new_id(self) -> str:
        """An identifier that says nothing."""
        return SYSTEM.token_bytes(16).hex()

    def throttle_key(self, name: Redacted) -> str:
        """The throttle's key for a normal name: alike for known and unknown ones."""
        return self.store.keys.keyed_hash(name.reveal())
