"""Names of accounts: which may be registered, and which are one name in two spellings.

Two rules. A new name must pass PRECIS UsernameCaseMapped (RFC 8265 section 3.3), which refuses invisible characters,
symbols and blanks that look like nothing. Any name is looked up in its normal form, which maps more than PRECIS does,
so that names which PRECIS takes for one are one here too. Accounts of an earlier version keep the form under which
they are stored, and are found by it: see `Spellings`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, case

from mfa_lab.errors import InvalidInput
from mfa_lab.server.passwords.hashing import encodable
from mfa_lab.server.storage.schema import accounts

if TYPE_CHECKING:
    from precis_i18n.profile import Profile

MAX_NAME_LENGTH = 254
MAX_NORMAL_BYTES = 1024
"""Of the normal form in UTF-8: a few characters stand for eighteen others, and an index has room for so much."""
_FORBIDDEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_BLANK = frozenset("\U00016fe4")
"""Characters without ink that PRECIS takes for letters: the filler of the Khitan small script."""
_ACE = "xn--"
"""How a label of a domain begins that stands for one in Unicode (RFC 5890 section 2.3.2.1, "A-label")."""


class Spellings(NamedTuple):
    """The forms under which the account of a name may be stored, in the order in which they count.

    `exact`: as the first versions of this kit stored it. `normal`: as it is stored now, an international domain in
    Unicode. `punycode`: that domain in ASCII. Almost always all three are the same.
    """

    exact: str
    normal: str
    punycode: str


IS_NAMED = accounts.c.normal_name.in_([bindparam("exact"), bindparam("normal"), bindparam("punycode")])
"""True for the account of a name: `spellings(name)._asdict()` holds the parameters."""
BEST_FIRST = case(
    (accounts.c.normal_name == bindparam("exact"), 0), (accounts.c.normal_name == bindparam("normal"), 1), else_=2
)
"""Of two accounts from before the two spellings of a domain were one name, the one that was typed counts."""


def spellings(name: object) -> Spellings:
    """Return the forms under which the account of `name` may be stored. Empty for what cannot be a name at all."""
    exact = exact_name(name)
    normal = _canonical(exact)
    return Spellings(exact, normal, _in_domain(normal, _to_ascii))


def normal_name(name: object) -> str:
    """Return the spelling under which a new account is stored and names are compared.

    NFKC, no case, no space around and one between words; after an `@` each label of the domain in Unicode (RFC 5890).
    Empty for what cannot be a registered name.
    """
    return _canonical(exact_name(name))


def exact_name(name: object) -> str:
    """Return the name in NFKC, without case and without space around: the rule before domains were compared.

    Empty for what cannot be a registered name: no text, lone surrogates, zeros, far too long. Length is looked at
    first: Unicode's normal forms take minutes for a megabyte of accents.
    """
    if not isinstance(name, str) or len(name) > 4 * MAX_NAME_LENGTH or "\0" in name or not encodable(name):
        return ""
    return _folded(name).strip()


def checked_name(name: object) -> str:
    """Return a name as it may be registered, else raise `InvalidInput`.

    A colon would split the label in the phone (KEYURI). Each word before an `@`, and each label of the domain after
    it, must pass PRECIS UsernameCaseMapped (RFC 8265 sections 3.1 and 3.3).
    """
    short = isinstance(name, str) and len(name) <= 4 * MAX_NAME_LENGTH  # see exact_name
    normal = unicodedata.normalize("NFC", str(name)) if short else ""
    if not 0 < len(normal.strip()) <= MAX_NAME_LENGTH:
        raise InvalidInput(f"a name is a text of 1 to {MAX_NAME_LENGTH} characters")
    if ":" in normal or any(unicodedata.category(character) in _FORBIDDEN for character in normal):
        raise InvalidInput("a name has no colon, no line breaks and no control characters")
    if len(normal_name(normal).encode()) > MAX_NORMAL_BYTES:
        raise InvalidInput("this name is too long once its characters are spelt out: choose a shorter one")
    if not all(map(_may_stand, _words(normal))):
        raise InvalidInput(
            "a name has letters, digits and the signs of a plain keyboard: leave out symbols, invisible characters "
            "and ligatures (PRECIS, RFC 8265)"
        )
    return " ".join(normal.split())


def checked_label(label: object) -> str:
    """Return what an owner calls an authenticator: up to 64 characters of one line, or nothing."""
    normal = unicodedata.normalize("NFC", label).strip() if isinstance(label, str) and len(label) <= 256 else None
    if (
        normal is None
        or len(normal) > 64
        or any(unicodedata.category(character) in _FORBIDDEN for character in normal)
    ):
        raise InvalidInput("a label is a text of up to 64 characters, without line breaks and control characters")
    return normal


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _canonical(exact: str) -> str:
    return _in_domain(" ".join(exact.split()), _to_unicode)


def _in_domain(name: str, spell: Callable[[str], str]) -> str:
    """The name with each label after the last `@` spelt anew; a full stop at the very end says nothing."""
    local, at, domain = name.rpartition("@")
    if not at:
        return name
    labels = domain.replace("\u3002", ".").rstrip(" .").split(".")
    return f"{local}@{'.'.join(map(spell, labels))}"


def _to_unicode(label: str) -> str:
    """The Unicode form of a label that stands for one, any other label as it is."""
    decoded = _decoded(label)
    return _folded(decoded) if decoded else label


def _decoded(label: str) -> str:
    """What a label in Punycode (RFC 3492) stands for; '' unless it is one that a registry would have made."""
    try:
        text = label[len(_ACE) :].encode("ascii").decode("punycode") if label.startswith(_ACE) else ""
    except (UnicodeError, ValueError):
        return ""
    normal = text == unicodedata.normalize("NFKC", text).lower() and not text.isascii() and encodable(text)
    return text if normal and _to_ascii(text) == label else ""


def _to_ascii(label: str) -> str:
    return label if label.isascii() else _ACE + label.encode("punycode").decode("ascii")


def _words(name: str) -> Iterator[str]:
    """The parts of a name that PRECIS is asked about, one by one."""
    local, at, domain = name.rpartition("@")
    if not at:
        yield from name.split()
        return
    yield from local.split()
    for label in domain.replace("\u3002", ".").rstrip(" .").split("."):
        folded = _folded(label)
        yield from [_decoded(folded) or "\0"] if folded.startswith(_ACE) else label.split()


def _may_stand(word: str) -> bool:
    """Whether PRECIS takes a word, which may be empty, for a username."""
    try:
        return not word or (bool(_profile().enforce(word)) and _BLANK.isdisjoint(word))
    except UnicodeEncodeError:
        return False


@cache
def _profile() -> Profile:
    """Imported only here: no login needs it."""
    from precis_i18n import get_profile

    return get_profile("UsernameCaseMapped")
