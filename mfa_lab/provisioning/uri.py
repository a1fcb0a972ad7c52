"""Write otpauth:// URIs (KEYURI) with PyOTP, and read such URIs as tolerantly as real apps do."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from mfa_lab.errors import InvalidInput, InvalidUri
from mfa_lab.provisioning import reading
from mfa_lab.provisioning.account import MAX_URI_CHARACTERS, OtpAccount
from mfa_lab.redaction import Redacted, clears_variables


@clears_variables
def build_uri(
    secret: str, *, account: str, issuer: str, digits: int = 6, period: int = 30, algorithm: str = "SHA1"
) -> str:
    """Return the otpauth:// URI of one account (KEYURI). `period` is in seconds.

    Raises `InvalidInput` or `InvalidSecret`.
    """
    hidden = Redacted(secret)
    del secret  # tracebacks may show variables
    return OtpAccount(account, issuer, hidden, digits, period, algorithm).uri()


@clears_variables
def parse_uri(text: str) -> OtpAccount:
    """Return the account of an otpauth://totp/ URI. Raises `InvalidUri`, which says what is wrong.

    This function reads a URI as real apps do. It accepts upper and lower case, SHA-256 and HmacSHA256 for SHA256, and
    padding, spaces and hyphens in the secret. It also accepts encoded and additional colons, and an issuer that is a
    URL. The issuer may be in the label, in the parameter, or in both. If the account name is missing, the issuer's
    name is used. A short secret is accepted (`OtpAccount.warning`), and so are a byte order mark and unknown or empty
    parameters. If the two issuers differ, the label's issuer is used, as in Aegis and FreeOTP (PyOTP rejects such a
    URI).
    """
    label, query = _split(text)
    parameters = _parameters(query)
    secret = reading.secret_in(parameters.pop("secret", ""))
    if not secret.reveal():
        raise InvalidUri("this URI contains no secret: ask for a new QR code")
    issuer, account = reading.names_in_label(label, parameters.get("issuer", ""))
    try:
        return OtpAccount(
            account,
            issuer,
            secret,
            reading.whole_number(parameters.get("digits", "6")),
            reading.whole_number(parameters.get("period", "30")),
            reading.algorithm_in(parameters.get("algorithm", "SHA1")),
        )
    except InvalidInput as error:
        sentence = str(error)
    raise InvalidUri(f"this URI cannot be used: {sentence}")


def _split(text: str) -> tuple[str, str]:
    """Return the label, still percent-encoded, and the query of an otpauth://totp/ URI. Raises `InvalidUri`."""
    if not isinstance(text, str):
        raise InvalidUri(f"a provisioning URI must be text, not {type(text).__name__}")
    if len(text) > MAX_URI_CHARACTERS:
        raise InvalidUri(f"this text is longer than the {MAX_URI_CHARACTERS} characters that a URI may have")
    found = re.fullmatch(
        r"(?P<scheme>[^:/?#]*)://(?P<kind>[^/?#]*)/?(?P<label>[^?#]*)\??(?P<query>[^#]*).*", reading.tidy_text(text)
    )
    scheme = found["scheme"].lower() if found else ""
    if scheme == "otpauth-migration":
        raise InvalidUri(
            "this is an export of several accounts from another app (otpauth-migration): add it to a phone, or read "
            "it with `mfa_lab.provisioning.google_export`"
        )
    if found is None or scheme != "otpauth":
        raise InvalidUri("this is not an otpauth:// URI: scan the QR code that the enrolment shows")
    kind = found["kind"].lower()
    if kind == "hotp":
        raise InvalidUri("this account counts logins (hotp): choose a time-based one (totp), which this kit reads")
    if kind != "totp":
        raise InvalidUri("this otpauth URI is not for time-based codes (totp): ask for another QR code")
    return found["label"], found["query"]


_READ = {"secret", "issuer", "digits", "period", "algorithm"}


def _parameters(query: str) -> dict[str, str]:
    """Return the parameters that this module reads. Raises `InvalidUri` if one parameter has two different values.

    Two apps could read a URI with two values as two different accounts.
    """
    found: dict[str, str] = {}
    for name, value in parse_qsl(query):
        key = name.lower()
        if key in _READ and found.setdefault(key, value.strip()) != value.strip():
            raise InvalidUri(f"this URI gives two different values for {key}: ask for a new QR code")
    return {key: value for key, value in found.items() if value}
