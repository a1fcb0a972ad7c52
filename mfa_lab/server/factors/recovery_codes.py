"""Make and verify recovery codes: single-use look-up secrets of 80 bits, stored as salted Argon2id hashes.

The codes follow NIST-3.1.2. All codes that are issued together share a salt, so that the server computes only one
hash to verify a typed code, instead of ten.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from contextlib import suppress

from argon2 import Parameters, extract_parameters
from argon2.exceptions import InvalidHashError
from argon2.low_level import Type, hash_secret

from mfa_lab.errors import ServerFault
from mfa_lab.otp import without_separators
from mfa_lab.policy import HashCost, Policy
from mfa_lab.randomness import SYSTEM, Randomness
from mfa_lab.redaction import Redacted, clears_variables
from mfa_lab.server.passwords.hashing import hashed
from mfa_lab.server.records import RecoveryCodes

_CODE_BYTES = 10
_CODE_LETTERS = 16
_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_MISREAD = str.maketrans("08", "OB")


def new_codes(count: int, randomness: Randomness) -> RecoveryCodes:
    """Return `count` codes of 80 random bits, each as four groups of four Base32 characters."""
    letters = (base64.b32encode(randomness.token_bytes(_CODE_BYTES)).decode() for _ in range(count))
    grouped = ["-".join(code[start : start + 4] for start in range(0, _CODE_LETTERS, 4)) for code in letters]
    return RecoveryCodes(grouped, SYSTEM.token_bytes(16).hex() if grouped else "")


@clears_variables
def tidy(typed: object) -> Redacted | None:
    """Return the characters of a typed code without separators, or None if it cannot be a recovery code.

    White space, line breaks, hyphens, dashes and lower case are allowed. Base32 has no 0 and no 8 (RFC 4648 section
    6), so a 0 is read as O and an 8 as B. A 1 is rejected, because it may be an I or an L.
    """
    if not isinstance(typed, str) or len(typed) > 4 * _CODE_LETTERS:
        return None
    bare = without_separators(typed)
    if not bare.isascii():  # before the capitals: some foreign letters become ASCII ones there
        return None
    bare = bare.upper().translate(_MISREAD)
    return Redacted(bare) if len(bare) == _CODE_LETTERS and _ALPHABET.issuperset(bare) else None


def hash_codes(codes: Iterable[str], cost: HashCost) -> list[str]:
    """Return the encoded Argon2id hashes to store, all with one salt.

    This function is slow: call it outside transactions.
    """
    salt = SYSTEM.token_bytes(16)
    return [_encoded(code, salt, cost) for code in map(Redacted, codes)]


def find(typed: Redacted, stored: Iterable[tuple[int, str]]) -> int | None:
    """Return the id of the stored code that equals `typed`, or None if no stored code does.

    Compute one slow hash for each set of codes.
    """
    found = None
    computed: dict[str, str] = {}
    for identity, encoded in stored:
        issue = encoded.rpartition("$")[0]
        if issue not in computed:
            parameters = _parameters(encoded)
            cost = HashCost(parameters.memory_cost, parameters.time_cost, parameters.parallelism)
            computed[issue] = _encoded(typed, _salt(encoded), cost)
        if hmac.compare_digest(computed[issue], encoded):
            found = identity
    return found


def issue(policy: Policy, randomness: Randomness) -> tuple[RecoveryCodes, list[str]]:
    """Return a full set of recovery codes, which must be shown once, and the hashes to store."""
    codes = new_codes(policy.recovery_codes, randomness)
    return codes, hash_codes(codes, policy.hash_cost)


def _encoded(code: Redacted, salt: bytes, cost: HashCost) -> str:
    def compute() -> str:
        bare = code.reveal().replace("-", "").encode("ascii")
        return hash_secret(bare, salt, cost.time, cost.memory_kib, cost.lanes, hash_len=32, type=Type.ID).decode()

    return hashed(compute)


def _parameters(encoded: str) -> Parameters:
    with suppress(InvalidHashError):
        return extract_parameters(encoded)
    raise ServerFault("a stored recovery code is damaged: restore a backup")


def _salt(encoded: str) -> bytes:
    text = encoded.split("$")[-2]
    return base64.b64decode(text + "=" * (-len(text) % 4))
