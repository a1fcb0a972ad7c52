"""Read tolerantly, write strictly: how the parts of an account are read, wherever they stand.

URIs, exports and tables share these functions, so that all three read the same words in the same way. What is
written is strict: `OtpAccount.uri` and `google_export.write` refuse what another app could read in another way.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from mfa_lab.otp.codes import without_separators
from mfa_lab.redaction import Redacted

_AROUND = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + "\u200b\u200e\u200f\u2060\ufeff"
"""What scanners, spreadsheets and web pages leave around a text: white space, and marks that nobody sees."""
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^/:]*(:[0-9]{1,5}(?=[:/]))?", re.IGNORECASE)


def tidy_text(text: str) -> str:
    """Return `text` without white space, byte order marks and other invisible marks around it."""
    return text.strip(_AROUND)


def secret_in(text: str) -> Redacted:
    """Return the Base32 letters of a secret: padding, spaces, line breaks, hyphens and lower case are forgiven."""
    return Redacted(without_separators(text).replace("=", "").upper())


def whole_number(text: str) -> int:
    """Return the number that `text` writes in ASCII digits, else 0, which no parameter may be."""
    return int(text) if re.fullmatch("[0-9]{1,4}", text) else 0


def algorithm_in(text: str) -> str:
    """Return the algorithm's name as `otp.DIGESTS` has it: sha1, SHA-256 and HmacSHA512 are read."""
    return re.sub(r"^HMAC|[-_/\s]", "", text.upper())


def names_in(name: str, issuer: str) -> tuple[str, str]:
    """Return (issuer, account) of an entry with a field for each. A field for the issuer that is filled counts.

    Some apps write the issuer before the name as well. Where no account has a name, the issuer serves as one.
    """
    name, issuer = name.strip(), issuer.strip()
    if issuer:
        rest = _after(issuer, name)
        return issuer, (_account(name) if rest is None else rest) or issuer
    before, account = _split(name)
    return _named(before, account)


def names_in_label(label: str, issuer: str) -> tuple[str, str]:
    """Return (issuer, account) of a URI's label, still percent-encoded, and its issuer parameter.

    The first colon that is not part of a URL ends the label's issuer; an encoded colon counts only where there is no
    other, and later colons belong to the account. Where the two issuers differ the label's counts, as Aegis and
    FreeOTP have it.
    """
    whole, issuer = unquote(label).strip(), issuer.strip()
    rest = _after(issuer, whole) if issuer else None
    if rest is not None:
        return whole[: len(issuer)], rest or issuer
    before, account = (_split(whole) if _URL.match(whole) else _split_encoded(label)) or _split(whole)
    return _named(before.strip() or issuer, account)


def _after(issuer: str, name: str) -> str | None:
    """The account's name after the issuer and a colon; None where these do not stand before it."""
    start, rest = name[: len(issuer)], name[len(issuer) :].lstrip()
    return _account(rest) if start.casefold() == issuer.casefold() and rest.startswith(":") else None


def _named(issuer: str, account: str) -> tuple[str, str]:
    issuer, account = issuer.strip(), _account(account)
    return issuer, account or issuer


def _account(text: str) -> str:
    while text != (text := text.strip().lstrip(":")):
        pass
    return text


def _split_encoded(label: str) -> tuple[str, str] | None:
    """The two parts of a label around a colon that is not encoded, or None."""
    before, colon, account = label.partition(":")
    return (unquote(before), unquote(account)) if colon else None


def _split(text: str) -> tuple[str, str]:
    """The two parts around the first colon that is not part of a URL."""
    url = _URL.match(text)
    colon = text.find(":", url.end() if url else 0)
    return ("", text) if colon < 0 else (text[:colon], text[colon + 1 :])
