"""Hold the services that every part of the flow needs, and check names and labels."""

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
"""The limit of a normal name in UTF-8. A few characters expand to eighteen others, and an index has limited room."""
_FORBIDDEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Services:
    """The services that `MfaServer` builds once and passes to each part.

    `shown` makes the values that a person sees (shared secrets, recovery codes), and may have a seed in lessons.
    Values that nobody sees (tokens, ids, nonces, keys, salts) always come from the operating system.
    """

    store: Store
    cipher: SecretCipher
    hasher: PasswordHasher
    policy: Policy
    issuer: str
    shown: Randomness

    def new_token(self) -> Redacted:
        """Return a new random token of 256 bits (ASVS-7.2.4: a new token at each login)."""
        return token_from(SYSTEM.token_bytes(TOKEN_BYTES))

    def new_id(self) -> str:
        """Return a random identifier, which reveals nothing."""
        return SYSTEM.token_bytes(16).hex()

    def throttle_key(self, name: Redacted) -> str:
        """Return the throttle's key for a normal name. Known and unknown names have the same kind of key."""
        return self.store.keys.keyed_hash(name.reveal())


def normal_name(name: object) -> str:
    """Return the spelling in which names are compared: NFKC, without case, without spaces around.

    The result is empty if `name` cannot be a registered name: no text, lone surrogates, NUL characters, or far too
    long. The length is checked first, because Unicode normalisation takes minutes for a megabyte of accents.
    """
    if not isinstance(name, str) or len(name) > 4 * MAX_NAME_LENGTH or "\0" in name or not encodable(name):
        return ""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def checked_label(label: object) -> str:
    """Return an owner's label for an authenticator: one line of up to 64 characters, or empty.

    Raises `InvalidInput`.
    """
    normal = unicodedata.normalize("NFC", label).strip() if isinstance(label, str) and len(label) <= 256 else None
    if (
        normal is None
        or len(normal) > 64
        or any(unicodedata.category(character) in _FORBIDDEN for character in normal)
    ):
        raise InvalidInput("a label is a text of up to 64 characters, without line breaks and control characters")
    return normal


def checked_name(name: object) -> str:
    """Return a name as it may be registered, otherwise raise `InvalidInput`.

    A name has no colon, because a colon would split the label on the phone (KEYURI).
    """
    short = isinstance(name, str) and len(name) <= 4 * MAX_NAME_LENGTH  # see normal_name
    normal = unicodedata.normalize("NFC", str(name)) if short else ""
    if not 0 < len(normal.strip()) <= MAX_NAME_LENGTH:
        raise InvalidInput(f"a name is a text of 1 to {MAX_NAME_LENGTH} characters")
    if ":" in normal or any(unicodedata.category(character) in _FORBIDDEN for character in normal):
        raise InvalidInput("a name has no colon, no line breaks and no control characters")
    if len(normal_name(normal).encode()) > MAX_NORMAL_BYTES:
        raise InvalidInput("this name is too long once its characters are spelt out: choose a shorter one")
    return normal.strip()
