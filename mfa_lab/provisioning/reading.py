"""Read the parts of an account tolerantly. Only this module reads these parts.

The readers of URIs, exports and tables share these functions, so that all three read a text in the same way. Writing,
however, is strict: `OtpAccount.uri` and `google_export.write` reject a name that another app could read differently.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from mfa_lab.otp.codes import without_separators
from mfa_lab.redaction import Redacted, clears_variables

_AROUND = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + "\u200b\u200e\u200f\u2060\ufeff"
"""White space and invisible marks. Scanners, spreadsheets and web pages add such characters before or after a
text."""
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^/:]*(:[0-9]{1,5}(?=[:/]))?", re.IGNORECASE)
_BEFORE = re.compile(r"\A[\s:]+")


@clears_variables
def tidy_text(text: str) -> str:
    """Return `text` without white space, byte order marks and other invisible marks around it."""
    return text.strip(_AROUND)


@clears_variables
def secret_in(text: str) -> Redacted:
    """Return the Base32 characters of a secret in upper case, without padding, white space and hyphens."""
    return Redacted(without_separators(text).replace("=", "").upper())


def whole_number(text: str) -> int:
    """Return the integer that `text` spells in up to four ASCII digits, otherwise 0. No parameter may be 0."""
    return int(text) if re.fullmatch("[0-9]{1,4}", text) else 0


def algorithm_in(text: str) -> str:
    """Return the algorithm's name in the spelling of `otp.DIGESTS`.

    Inputs such as sha1 and HmacSHA512 are accepted.
    """
    return re.sub(r"^HMAC|[-_/\s]", "", text.upper())


def names_in(name: str, issuer: str) -> tuple[str, str]:
    """Return (issuer, account) of an entry that has one field for the issuer and one for the name.

    Some apps write the issuer at the beginning of the name field, in addition to the issuer field or instead of it.
    If there is no account name, the issuer is used as the account name.
    """
    name, issuer = name.strip(), issuer.strip()
    if issuer:
        rest = _after(issuer, name)
        return issuer, (_account(name) if rest is None else rest) or issuer
    before, account = _split(name)
    return _named(before, account)


def names_in_label(label: str, issuer: str) -> tuple[str, str]:
    """Return (issuer, account) from a URI's label, which is still percent-encoded, and the URI's issuer parameter.

    In the label, the issuer ends at the first colon that is not part of a URL. An encoded colon separates the parts
    only if there is no unencoded colon. Later colons belong to the account. If the two issuers differ, the label's
    issuer is used.
    """
    whole, issuer = unquote(label).strip(), issuer.strip()
    rest = _after(issuer, whole) if issuer else None
    if rest is not None:
        return whole[: len(issuer)], rest or issuer
    before, account = (_split(whole) if _URL.match(whole) else _split_encoded(label)) or _split(whole)
    return _named(before.strip() or issuer, account)


def _after(issuer: str, name: str) -> str | None:
    """Return the account's name after issuer and colon, or None if `name` does not begin with issuer and colon."""
    start, rest = name[: len(issuer)], name[len(issuer) :].lstrip()
    return _account(rest) if start.casefold() == issuer.casefold() and rest.startswith(":") else None


def _named(issuer: str, account: str) -> tuple[str, str]:
    issuer, account = issuer.strip(), _account(account)
    return issuer, account or issuer


def _account(text: str) -> str:
    """Return `text` without leading colons and surrounding white space.

    The running time grows only in proportion to the length.
    """
    return _BEFORE.sub("", text).rstrip()


def _split_encoded(label: str) -> tuple[str, str] | None:
    """Split a label at its first unencoded colon and return the two parts, or None if there is no such colon."""
    before, colon, account = label.partition(":")
    return (unquote(before), unquote(account)) if colon else None


def _split(text: str) -> tuple[str, str]:
    """Split `text` at the first colon that is not part of a URL. Without such a colon, the first part is empty."""
    url = _URL.match(text)
    colon = text.find(":", url.end() if url else 0)
    return ("", text) if colon < 0 else (text[:colon], text[colon + 1 :])
