"""What every part of the flow needs, built once by `MfaServer` and passed along."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from mfa_lab.errors import InvalidInput
from mfa_lab.policy import Policy
from mfa_lab.randomness import SYSTEM, Randomness
from mfa_lab.redaction import Redacted
from mfa_lab.server.passwords.hashing import PasswordHasher, encodable
from mfa_lab.server.records import TOKEN_BYTES, token_from
from mfa_lab.server.storage.encryption import SecretCipher
from mfa_lab.server.storage.store import Store

MAX_NAME_LENGTH = 254
MAX_NORMAL_BYTES = 1024
"""Of the normal form in UTF-8: a few characters stand for eighteen others, and an index has room for so much."""
_FORBIDDEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


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


def normal_name(name: object) -> str:
    """The spelling under which names are compared: NFKC, no case, no space around.

    Empty for what cannot be a registered name: no text, lone surrogates, zeros, far too long. Length is looked at
    first: Unicode's normal forms take minutes for a megabyte of accents.
    """
    if not isinstance(name, str) or len(name) > 4 * MAX_NAME_LENGTH or "\0" in name or not encodable(name):
        return ""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def checked_label(label: object) -> str:
    """What an owner calls an authenticator: up to 64 characters of one line, or nothing."""
    normal = unicodedata.normalize("NFC", label).strip() if isinstance(label, str) and len(label) <= 256 else None
    if (
        normal is None
        or len(normal) > 64
        or any(unicodedata.category(character) in _FORBIDDEN for character in normal)
    ):
        raise InvalidInput("a label is a text of up to 64 characters, without line breaks and control characters")
    return normal


def checked_name(name: object) -> str:
    """A name as it may be registered, else `InvalidInput`. A colon would split the label in the phone (KEYURI)."""
    short = isinstance(name, str) and len(name) <= 4 * MAX_NAME_LENGTH  # see normal_name
    normal = unicodedata.normalize("NFC", str(name)) if short else ""
    if not 0 < len(normal.strip()) <= MAX_NAME_LENGTH:
        raise InvalidInput(f"a name is a text of 1 to {MAX_NAME_LENGTH} characters")
    if ":" in normal or any(unicodedata.category(character) in _FORBIDDEN for character in normal):
        raise InvalidInput("a name has no colon, no line breaks and no control characters")
    if len(normal_name(normal).encode()) > MAX_NORMAL_BYTES:
        raise InvalidInput("this name is too long once its characters are spelt out: choose a shorter one")
    return normal.strip()
