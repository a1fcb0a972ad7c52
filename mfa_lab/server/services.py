"""Hold the services that every part of the flow needs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from mfa_lab.errors import InvalidInput
from mfa_lab.policy import Policy
from mfa_lab.randomness import SYSTEM, Randomness
from mfa_lab.redaction import Redacted
from mfa_lab.server.passwords.hashing import PasswordHasher
from mfa_lab.server.records import TOKEN_BYTES, PendingLogin, Session, Subject, token_from, token_hash
from mfa_lab.server.storage import locks
from mfa_lab.server.storage.encryption import SecretCipher
from mfa_lab.server.storage.locks import Lock
from mfa_lab.server.storage.store import Store

if TYPE_CHECKING:
    from mfa_lab.server.factors.passkey.relying_party import RelyingParty
    from mfa_lab.server.names import Spellings


@dataclass(frozen=True, slots=True)
class Services:
    """The services that `MfaServer` makes once and passes to each part of the server.

    `shown` is the source of the values that a person sees (shared secrets, recovery codes). In a course, this source
    may have a seed. Values that nobody sees (tokens, ids, nonces, keys, salts) always come from the operating system.
    """

    store: Store
    cipher: SecretCipher
    hasher: PasswordHasher
    policy: Policy
    issuer: str
    shown: Randomness
    relying_party: RelyingParty | None = None
    reset_page: str = ""
    refused_words: tuple[str, ...] = ()

    def party(self) -> RelyingParty:
        """Return the relying party.

        Raises `InvalidInput` if the server has no relying party, which is the programmer's mistake.
        """
        if self.relying_party is None:
            raise InvalidInput(
                "passkeys need a relying party: pass relying_party=RelyingParty(id, origins) to MfaServer"
            )
        return self.relying_party

    def new_token(self) -> Redacted:
        """Return a new random token of 256 bits (ASVS-7.2.4 requires a new token at each login)."""
        return token_from(SYSTEM.token_bytes(TOKEN_BYTES))

    def new_id(self) -> str:
        """Return a random identifier, which reveals nothing."""
        return SYSTEM.token_bytes(16).hex()

    def name_locks(self, *spellings: Spellings) -> tuple[Lock, ...]:
        """Return the locks of one or several names. Known and unknown names have the same kind of lock."""
        return locks.names(*map(self.store.keys.keyed_hash, {*chain(*spellings)}))

    def subject_locks(self, subject: Subject) -> tuple[Lock, ...]:
        """Return the lock of an external subject. No issuer and no id contains the separator."""
        return locks.names(self.store.keys.keyed_hash(f"{subject.issuer}\0{subject.id}"))

    @staticmethod
    def permit_lock(permit: PendingLogin | Session) -> Lock:
        """Return the lock of the account that a pending login or a session belongs to."""
        return (locks.session if isinstance(permit, Session) else locks.pending)(token_hash(permit.token))

    def throttle_key(self, name: Redacted) -> str:
        """Return the key under which the throttle counts failures for a normal name.

        Known and unknown names have the same kind of key.
        """
        return self.store.keys.keyed_hash(name.reveal())
