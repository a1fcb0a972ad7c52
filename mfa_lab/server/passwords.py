"""Passwords: NIST's rules at registration, Argon2id at rest, the same work for known and unknown names."""

from __future__ import annotations

import unicodedata
from functools import cache

import argon2
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from mfa_lab.errors import PasswordRefused, ServerFault
from mfa_lab.hidden import Hidden
from mfa_lab.policy import HashCost, Policy
from mfa_lab.resources import data_dir

_NEVER = "a password that nobody has"  # hashed for unknown names; the answer is discarded


def checked_password(password: object, name: str, policy: Policy) -> Hidden:
    """`password` in Unicode NFC, or `PasswordRefused` that tells the reason (NIST-3.1.1.2).

    8 code points or more, any characters, no composition rules, never cut; not a common password, not the
    account's own name.
    """
    if not isinstance(password, str) or not _encodable(password):
        raise PasswordRefused("a password is text: type it again")
    normal = unicodedata.normalize("NFC", password)
    if len(normal) < policy.password_min_length:
        raise PasswordRefused(
            f"this password has {len(normal)} characters; use {policy.password_min_length} or more", rule="length"
        )
    if len(normal) > policy.password_max_length:
        raise PasswordRefused(
            f"this password has {len(normal)} characters; use at most {policy.password_max_length}", rule="length"
        )
    if normal.casefold() in common_passwords():
        raise PasswordRefused(
            "this password is among the commonest, tried first by attackers; choose another", rule="blocklist"
        )
    if normal.casefold() in {name.casefold(), name.split("@")[0].casefold()}:
        raise PasswordRefused("this password is the account's own name; choose another", rule="blocklist")
    return Hidden(normal)


@cache
def common_passwords() -> frozenset[str]:
    """The blocklist, casefolded (ASVS-6.2.4). data/README.md names its source."""
    return frozenset((data_dir() / "common_passwords.txt").read_text("utf-8").split("\n"))


class PasswordHasher:
    """Argon2id (OWASP-PW). Every `verify` costs one hash, whether or not there is an account."""

    def __init__(self, cost: HashCost, max_length: int) -> None:
        self._argon2 = _argon2(cost)
        self._dummy = _dummy_hash(cost)
        self._max_length = max_length

    def hash(self, password: Hidden) -> str:
        """The encoded hash to store, with its own random salt of 128 bits."""
        return self._argon2.hash(password.reveal())

    def verify(self, stored: str | None, typed: Hidden | None) -> bool:
        """Whether `typed` is the password behind `stored`. None on either side costs the same and is False."""
        text = unicodedata.normalize("NFC", typed.reveal()) if typed else _NEVER
        try:
            self._argon2.verify(stored or self._dummy, text)
            broken = False
        except VerifyMismatchError:
            return False
        except (InvalidHashError, VerificationError):
            broken = True
        if broken:
            raise ServerFault("a stored password hash is broken: restore a backup")
        return stored is not None and typed is not None

    def renewed(self, stored: str | None, typed: Hidden | None) -> str | None:
        """A new hash of a right password if `stored` was made with other parameters than today's, else None."""
        if stored is None or typed is None or not self._argon2.check_needs_rehash(stored):
            return None
        return self.hash(Hidden(unicodedata.normalize("NFC", typed.reveal())))

    def typed(self, password: object) -> Hidden | None:
        """What a person typed at login; None for what cannot be a password (no text, far too long)."""
        if not isinstance(password, str) or len(password) > 4 * self._max_length or not _encodable(password):
            return None
        return Hidden(password)


def _encodable(text: str) -> bool:
    """Whether UTF-8 can hold it: a lone surrogate cannot be typed."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _argon2(cost: HashCost) -> argon2.PasswordHasher:
    return argon2.PasswordHasher(
        time_cost=cost.time, memory_cost=cost.memory_kib, parallelism=cost.lanes, hash_len=32, salt_len=16
    )


@cache
def _dummy_hash(cost: HashCost) -> str:
    return _argon2(cost).hash(_NEVER)
