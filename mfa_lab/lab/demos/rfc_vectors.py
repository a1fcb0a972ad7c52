"""The examples of two RFCs beside this kit's results.

The examples come from data/rfc4226_hotp.json and data/rfc6238_totp.json.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from mfa_lab.lab.table import Table
from mfa_lab.otp import code_at
from mfa_lab.resources import data_dir
from mfa_lab.style import GRANTED_SIGN, REFUSED_SIGN


def vectors(name: str) -> dict[str, Any]:
    """Return the content of a JSON file in data/."""
    found: dict[str, Any] = json.loads((data_dir() / name).read_text("utf-8"))
    return found


HOTP = vectors("rfc4226_hotp.json")
TOTP = vectors("rfc6238_totp.json")
_PERIOD = 30


def base32(key: str) -> str:
    """Return a key from the RFCs in Base32, the form that authenticators use."""
    return base64.b32encode(key.encode()).decode()


def hotp_table() -> Table:
    """Return a table of the examples in RFC 4226, Appendix D: ten counters with every intermediate value."""
    rows = []
    for row in HOTP["vectors"]:
        code = code_at(base32(HOTP["key_ascii"]), row["counter"] * _PERIOD, period=_PERIOD)
        rows.append((row["counter"], row["hmac_hex"], row["truncated"], row["code"], _said(code, row["code"])))
    return Table("RFC 4226, Appendix D", ("counter", "HMAC", "31-bit number", "code", "this kit"), *rows)


def totp_table() -> Table:
    """Return a table of the examples in RFC 6238, Appendix B: six moments and three hash functions."""
    rows = []
    for row in TOTP["vectors"]:
        secret, now, algorithm = base32(TOTP["keys_ascii"][row["algorithm"]]), row["unix_time"], row["algorithm"]
        code = code_at(secret, now, digits=TOTP["digits"], algorithm=algorithm)
        rows.append((now, algorithm, row["code"], _said(code, row["code"])))
    return Table("RFC 6238, Appendix B", ("Unix time", "hash", "code", "this kit"), *rows)


def _said(code: str, expected: str) -> str:
    return f"{code} {GRANTED_SIGN if code == expected else REFUSED_SIGN}"
