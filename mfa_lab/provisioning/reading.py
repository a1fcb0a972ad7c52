"""Read the parts of an account, tolerantly. No other module reads them.

URIs, exports and tables share these functions, so that all three read the same text in the same way. Writing,
however, is strict: `OtpAccount.uri` and `google_export.write` reject a name that another app could read differently.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from mfa_lab.otp.codes import without_separators
from mfa_lab.redaction import Redacted, clears_variables

_AROUND = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + "\u200b\u200e\u200f\u2060\ufeff"
"""White space and invisible marks, which scanners, spreadsheets and web pages leave around a text."""
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
    """Return the number that `text` contains in ASCII digits, otherwise 0, which every parameter rejects."""
    return int(text) if re.fullmatch("[0-9]{1,4}", text) else 0


def algorithm_in(text: str) -> str:
    """Return the algorithm's name as `otp.DIGESTS` spells it. Inputs such as sha1 and HmacSHA512 are accepted."""
    return re.sub(r"^HMAC|[-_/\s]", "", text.upper())


def names_in(name: str, issuer: str) -> tuple[str, str]:
    """Return (issuer, account) of an entry that has one field for the issuer and one for the name.

    Some apps also write the issuer before the name, or only there. An account without a name gets the issuer's name.
    """
    name, issuer = name.strip(), issuer.strip()
    if issuer:
        rest = _after(issuer, name)
        return issuer, (_account(name) if rest is None else rest) or issuer
    before, account = _split(name)
    return _named(before, account)


def names_in_label(label: str, issuer: str) -> tuple[str, str]:
    """Return (issuer, account) of a URI's label, which is still percent-encoded, and its issuer parameter.

    The first colon that is not part of a URL ends the label's issuer. An encoded colon counts only if there is no
    other colon. Later colons belong to the account. If the two issuers differ, the label's issuer is used.
    """
    whole, issuer = unquote(label).strip(), issuer.strip()
    rest = _after(issuer, whole) if issuer else None
    if rest is not None:
        return whole[: len(issuer)], rest or issuer
    before, account = (_split(whole) if _URL.match(whole) else _split_encoded(label)) or _split(whole)
    return _named(before.strip() or issuer, account)


def _after(issuer: str, name: str) -> str | None:
    """Return the account's name after the issuer and a colon, or None if `name` does not begin with them."""
    start, rest = name[: len(issuer)], name[len(issuer) :].lstrip()
    return _account(rest) if start.casefold() == issuer.casefold() and rest.startswith(":") else None


def _named(issuer: str, account: str) -> tuple[str, str]:
    issuer, account = issuer.strip(), _account(account)
    return issuer, account or issuer


def _account(text: str) -> str:
    """Return `text` without surrounding white space or leading colons, in one pass whatever the length."""
    return _BEFORE.sub("", text).rstrip()


def _split_encoded(label: str) -> tuple[str, str] | None:
    """Return the two parts of a label around a colon that is not encoded, or None."""
    before, colon, account = label.partition(":")
    return (unquote(before), unquote(account)) if colon else None


def _split(text: str) -> tuple[str, str]:
    """Return the two parts around the first colon that is not part of a URL."""
    url = _URL.match(text)
    colon = text.find(":", url.end() if url else 0)
    return ("", text) if colon < 0 else (text[:colon], text[colon + 1 :])
