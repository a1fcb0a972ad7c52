"""Decide which account names may be registered, and which spellings belong to the same name.

A new name must pass PRECIS UsernameCaseMapped (RFC 8265 section 3.3), which rejects symbols and invisible characters.
The server looks up every name in its normal form. This form unifies more spellings than PRECIS does, so two names
that are equal under PRECIS belong to one account here. Accounts from earlier versions keep the form in which they
were stored, and the server still finds them (`Spellings`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, case

from mfa_lab.errors import InvalidInput
from mfa_lab.redaction import clears_variables
from mfa_lab.server.passwords.hashing import encodable
from mfa_lab.server.records import IDENTIFIER
from mfa_lab.server.storage.schema import accounts

if TYPE_CHECKING:
    from precis_i18n.profile import Profile

MAX_NAME_LENGTH = 254
MAX_NORMAL_BYTES = 1024
"""The maximum length of a normal name in UTF-8. A few characters expand to eighteen characters each, and the space in
a database index is limited."""
_FORBIDDEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_BLANK = frozenset("\U00016fe4")
"""Invisible characters that PRECIS accepts as letters. The only one is the filler of the Khitan small script."""
_ACE = "xn--"
"""The prefix of a domain label that spells a Unicode label in ASCII (RFC 5890 section 2.3.2.1, "A-label")."""
_LONGEST_LABEL = 63
"""The maximum length of a domain label (RFC 1035 section 2.3.4). Punycode is slow for longer texts."""


class Spellings(NamedTuple):
    """The forms under which the account of a name may be stored, the best match first.

    `exact` is the form that the first versions of this kit stored. `normal` is the form that is stored now, with an
    international domain in Unicode. `punycode` has this domain in ASCII. For almost every name, all three forms are
    the same.
    """

    exact: str
    normal: str
    punycode: str


IS_NAMED = accounts.c.normal_name.in_([bindparam("exact"), bindparam("normal"), bindparam("punycode")])
"""The SQL condition that finds the account of a name. Its parameters are `spellings(name)._asdict()`."""
BEST_FIRST = case(
    (accounts.c.normal_name == bindparam("exact"), 0), (accounts.c.normal_name == bindparam("normal"), 1), else_=2
)
"""The order in which accounts are preferred. An old database may have an account for each spelling of a domain, and
the typed spelling then decides."""


@clears_variables
def spellings(name: object) -> Spellings:
    """Return the forms under which the account of `name` may be stored.

    The forms are empty if `name` cannot be a name.
    """
    return spellings_of(exact_name(name))


def spellings_of(exact: str) -> Spellings:
    """Return the same forms as `spellings`, but for a result of `exact_name`.

    The result of `exact_name` may be longer than a typed name.
    """
    normal = _canonical(exact)
    return Spellings(exact, normal, _in_domain(normal, _to_ascii))


@clears_variables
def normal_name(name: object) -> str:
    """Return the spelling under which a new account is stored and in which names are compared.

    The spelling is in NFKC and case-folded, without surrounding spaces, and with one space between words. After an
    `@`, each label of the domain is in Unicode (RFC 5890). The result is empty if `name` cannot be a registered name.
    """
    return _canonical(exact_name(name))


@clears_variables
def exact_name(name: object) -> str:
    """Return the name in NFKC, case-folded and without surrounding spaces.

    The first versions of this kit stored this form. The result is empty if `name` cannot be a registered name: it is
    not text, contains lone surrogates or NUL characters, or is far too long. The length is checked first, because
    Unicode normalisation takes minutes for a megabyte of accents.
    """
    if not isinstance(name, str) or len(name) > 4 * MAX_NAME_LENGTH or "\0" in name or not encodable(name):
        return ""
    return _folded(name).strip()


@clears_variables
def checked_name(name: object) -> str:
    """Return the name in NFC, with single spaces, if it may be registered. Otherwise raise `InvalidInput`.

    Each word before an `@`, and each label of the domain after it, must pass PRECIS UsernameCaseMapped (RFC 8265
    sections 3.1 and 3.3). A URN or a URL of an identity provider passes. Like every name, it is compared without
    case.
    """
    short = isinstance(name, str) and len(name) <= 4 * MAX_NAME_LENGTH  # see exact_name
    normal = unicodedata.normalize("NFC", str(name)) if short else ""
    if not 0 < len(normal.strip()) <= MAX_NAME_LENGTH:
        raise InvalidInput(f"a name must be a text of 1 to {MAX_NAME_LENGTH} characters")
    if any(unicodedata.category(character) in _FORBIDDEN for character in normal):
        raise InvalidInput("a name must not contain line breaks or control characters")
    spelt = normal_name(normal)
    if len(spelt.encode()) > MAX_NORMAL_BYTES:
        raise InvalidInput("this name is too long when its characters are written out: choose a shorter name")
    if normal_name(spelt) != spelt:  # the account would be stored under the spelling of another name
        raise InvalidInput("this name has two normal spellings: choose another name")
    if IDENTIFIER.fullmatch(spelt):
        raise InvalidInput("a name must not look like the id of an account: write a UUID with its hyphens")
    if not all(map(_may_stand, _words(normal))):
        raise InvalidInput(
            "a name may have letters, digits and signs of a plain keyboard: leave out symbols, invisible characters "
            "and ligatures (PRECIS, RFC 8265). Write a part of the domain that begins with xn-- in Unicode"
        )
    return " ".join(normal.split())


def checked_label(label: object) -> str:
    """Return an owner's label for an authenticator. A label is one line of at most 64 characters, and may be empty.

    Raises `InvalidInput`.
    """
    normal = unicodedata.normalize("NFC", label).strip() if isinstance(label, str) and len(label) <= 256 else None
    if (
        normal is None
        or len(normal) > 64
        or any(unicodedata.category(character) in _FORBIDDEN for character in normal)
    ):
        raise InvalidInput("a label must be a text of up to 64 characters, without line breaks or control characters")
    return normal


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _canonical(exact: str) -> str:
    return _in_domain(" ".join(exact.split()), _to_unicode)


def _in_domain(name: str, spell: Callable[[str], str]) -> str:
    """Apply `spell` to each domain label after the last `@`, remove a full stop at the end, and return the name."""
    local, at, domain = name.rpartition("@")
    if not at:
        return name
    labels = domain.replace("\u3002", ".").rstrip(" .").split(".")
    return f"{local}@{'.'.join(map(spell, labels))}"


def _to_unicode(label: str) -> str:
    """Return the Unicode form of an A-label, and any other label unchanged."""
    decoded = _decoded(label)
    return _folded(decoded) if decoded else label


def _decoded(label: str) -> str:
    """Return the Unicode label that an A-label encodes in Punycode (RFC 3492), or '' if the A-label is not valid."""
    try:
        text = (
            label[len(_ACE) :].encode("ascii").decode("punycode")
            if label.startswith(_ACE) and len(label) <= _LONGEST_LABEL
            else ""
        )
    except (UnicodeError, ValueError):
        return ""
    # Cherokee folds to capitals, and every other script to small letters; ß is small and folds to two letters.
    small = all(letter in (letter.lower(), letter.casefold()) for letter in text)
    normal = small and text == unicodedata.normalize("NFKC", text) and not text.isascii() and encodable(text)
    return text if normal and _to_ascii(text) == label else ""


def _to_ascii(label: str) -> str:
    """Return the A-label of a label in Unicode. A label that cannot have an A-label is returned unchanged.

    RFC 5891 section 4.2.3.1 forbids hyphens in positions 3 and 4. Without this rule, an A-label could encode another
    A-label.
    """
    if label.isascii() or len(label) > _LONGEST_LABEL or label[2:4] == "--" or _splits(label):
        return label
    spelt = _ACE + label.encode("punycode").decode("ascii")
    return spelt if len(spelt) <= _LONGEST_LABEL else label


def _splits(label: str) -> bool:
    """Return whether the label would be split into several labels or words, or would lose spaces around it."""
    return label.split() != [label] or "\u3002" in label


def _words(name: str) -> Iterator[str]:
    """Yield the parts of a name. PRECIS must accept each part."""
    local, at, domain = name.rpartition("@")
    if not at:
        yield from name.split()
        return
    yield from local.split()
    for label in domain.replace("\u3002", ".").rstrip(" .").split("."):
        folded = _folded(label)
        yield from [_decoded(folded) or "\0"] if folded.startswith(_ACE) else label.split()


def _may_stand(word: str) -> bool:
    """Return whether PRECIS accepts a word as a username. For an empty word, the result is True."""
    try:
        return not word or (bool(_profile().enforce(word)) and _BLANK.isdisjoint(word))
    except UnicodeEncodeError:
        return False


@cache
def _profile() -> Profile:
    """Return the PRECIS profile for user names. Only this function imports PRECIS, because no login needs it."""
    from precis_i18n import get_profile

    return get_profile("UsernameCaseMapped")
