"""Check new passwords against NIST's rules, and hash passwords with Argon2id, at the same cost for every name."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache

import argon2
from argon2.exceptions import HashingError, InvalidHashError, VerificationError, VerifyMismatchError

from mfa_lab.errors import InvalidInput, PasswordRefused, ServerFault
from mfa_lab.policy import HashCost, Policy
from mfa_lab.randomness import SYSTEM
from mfa_lab.redaction import Redacted, clears_variables
from mfa_lab.resources import data_dir

_NEVER = Redacted(SYSTEM.token_bytes(32).hex())  # hashed for unknown names; the result is discarded
_SHORT_OF_MEMORY = "there is too little memory to hash a password or a code: free some memory, and try again"
_WORD_MIN_LENGTH = 3
_TYPED_AT_MOST = 4
"""The maximum number of typed code points per code point in NFC. A longer text is not normalised, because its
normalisation could take minutes."""


def checked_words(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words that no password may contain, casefolded. Raises `InvalidInput` for a very short word.

    Words of your organisation and its products are easy to guess (ASVS-6.1.2).
    """
    if isinstance(words, str):
        raise InvalidInput("give the refused words as a tuple or a list, not as one text")
    folded = tuple(unicodedata.normalize("NFC", word).strip().casefold() for word in words)
    if any(len(word) < _WORD_MIN_LENGTH for word in folded):
        raise InvalidInput(
            f"a refused word needs at least {_WORD_MIN_LENGTH} characters: a shorter one is in too many passwords"
        )
    return folded


def checked_password(password: Redacted, name: str, policy: Policy, refused_words: tuple[str, ...] = ()) -> Redacted:
    """Return `password` in Unicode NFC.

    Raises `PasswordRefused`, which says why a password is refused (NIST-3.1.1.2). A password needs at least
    `policy.password_min_length` code points (8 by default), of any kind. There are no composition rules, and no
    password is truncated. A password must be neither a common password nor the account's name, and must contain no
    word of `refused_words` (ASVS-6.2.11).
    """
    refusal = _refusal(password, name, policy, refused_words)
    if refusal is not None:
        raise refusal  # here, where no variable holds the text
    return _nfc(password)


@clears_variables
def _refusal(password: Redacted, name: str, policy: Policy, refused_words: tuple[str, ...]) -> PasswordRefused | None:
    text: object = password.reveal()
    if not isinstance(text, str) or not encodable(text):
        return PasswordRefused("a password must be text: type it again")
    if len(text) > _TYPED_AT_MOST * policy.password_max_length:
        return _too_long(len(text), policy)
    normal = unicodedata.normalize("NFC", text)
    if len(normal) < policy.password_min_length:
        return PasswordRefused(
            f"this password has {len(normal)} characters; use {policy.password_min_length} or more", rule="length"
        )
    if len(normal) > policy.password_max_length:
        return _too_long(len(normal), policy)
    if normal.casefold() in common_passwords():
        return PasswordRefused(
            "this password is among the commonest, which attackers try first; choose another one", rule="blocklist"
        )
    if normal.casefold() in {name.casefold(), name.split("@")[0].casefold()}:
        return PasswordRefused("this password is the account's name; choose another one", rule="blocklist")
    if any(word in normal.casefold() for word in refused_words):
        return PasswordRefused(
            "this password contains a word that attackers try first here, such as the name of the organisation; "
            "choose another one",
            rule="blocklist",
        )
    return None


def _too_long(length: int, policy: Policy) -> PasswordRefused:
    return PasswordRefused(
        f"this password has {length} characters; use at most {policy.password_max_length}", rule="length"
    )


@cache
def common_passwords() -> frozenset[str]:
    """Return the blocklist of common passwords, casefolded (ASVS-6.2.4). data/README.md names its source."""
    return frozenset((data_dir() / "common_passwords.txt").read_text("utf-8").splitlines())


class PasswordHasher:
    """Hash and verify passwords with Argon2id (OWASP-PW).

    Every call of `verify` computes one hash, even if there is no account.
    """

    def __init__(self, cost: HashCost, max_length: int) -> None:
        self._argon2 = _argon2(cost)
        self._dummy = _dummy_hash(cost)
        self._max_length = max_length

    def hash(self, password: Redacted) -> str:
        """Return the encoded hash to store, with a random 128-bit salt.

        Raises `ServerFault` if there is too little memory.
        """
        return hashed(lambda: self._argon2.hash(password.reveal()))

    def verify(self, stored: str | None, typed: Redacted | None) -> bool:
        """Return whether `typed` is the password that was hashed to `stored`.

        If `stored` or `typed` is missing (None), the cost of the call is the same and the result is False. Raises
        `ServerFault` if the hash is damaged, or if there is too little memory.
        """
        try:
            self._argon2.verify(
                self._dummy if stored is None else stored, (_nfc(typed) if typed else _NEVER).reveal()
            )
            fault = ""
        except VerifyMismatchError:
            return False
        except (InvalidHashError, VerificationError) as error:
            short = str(error) == "Memory allocation error"  # in the words of Argon2's reference code
            fault = _SHORT_OF_MEMORY if short else "a stored password hash is damaged: restore a backup"
        if fault:
            raise ServerFault(fault)
        return stored is not None and typed is not None

    def renewed(self, stored: str | None, typed: Redacted | None) -> str | None:
        """Return a new hash of a correct password if `stored` does not have this hasher's parameters.

        Otherwise return None.
        """
        if stored is None or typed is None or not self._argon2.check_needs_rehash(stored):
            return None
        return self.hash(_nfc(typed))

    @clears_variables
    def typed(self, password: object) -> Redacted | None:
        """Return the text that a user typed, or None if it cannot be a password (it is not text, or far too long)."""
        if not isinstance(password, str) or len(password) > _TYPED_AT_MOST * self._max_length:
            return None
        return Redacted(password) if encodable(password) else None


def _nfc(password: Redacted) -> Redacted:
    return Redacted(unicodedata.normalize("NFC", password.reveal()))


@clears_variables
def encodable(text: str) -> bool:
    """Return whether UTF-8 can encode `text`. The result is False for a lone surrogate, which nobody can type."""
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
    return hashed(lambda: _argon2(cost).hash(_NEVER.reveal()))


def hashed(compute: Callable[[], str]) -> str:
    """Return the hash that `compute` makes with Argon2, or raise `ServerFault` if there is too little memory.

    The error is raised here, where no variable holds the text.
    """
    with suppress(HashingError):
        return compute()
    raise ServerFault(_SHORT_OF_MEMORY)
