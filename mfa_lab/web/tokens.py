"""The server's tokens on their way through a browser or an API: one letter for the step, a dot, the token.

The letter only says which call to try. What a token permits is the server's to know, whatever the letter claims.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import cast

from mfa_lab.provisioning import OtpAccount
from mfa_lab.randomness import SYSTEM
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import TOKEN_BYTES, Enrolment, PendingLogin, Permit, Session, token_from

Record = PendingLogin | Session | Enrolment

_LETTERS: dict[type, str] = {PendingLogin: "p", Session: "s", Enrolment: "e"}
_FORM = re.compile(r"[apse]\.[A-Za-z0-9_-]{43}")


def written(record: Record) -> str:
    """The text that stands for a record outside."""
    return f"{_LETTERS[type(record)]}.{record.token.reveal()}"


def anonymous() -> str:
    """For a browser that has done nothing yet: its forms are bound to this one."""
    return f"a.{token_from(SYSTEM.token_bytes(TOKEN_BYTES)).reveal()}"


def well_formed(text: str | None) -> str:
    """`text` if it may be one of these, else nothing."""
    return text if text and _FORM.fullmatch(text) else ""


def record(text: str) -> Record | None:
    """What the letter claims: its token goes to the server, which alone knows the rest. None for anything else."""
    letter, token = text[:1], Redacted(text[2:])
    if letter == "p":
        return PendingLogin(token, Permit.CODE, 0)
    if letter == "s":
        return Session(token, "", 0, 0)
    if letter == "e":
        return Enrolment(token, 0, cast(OtpAccount, None))
    return None


def pending(text: str) -> PendingLogin:
    """As a pending login; anything else becomes one that was never handed out, for the server to refuse."""
    found = record(text)
    return found if isinstance(found, PendingLogin) else PendingLogin(Redacted(""), Permit.CODE, 0)


def session(text: str) -> Session:
    """As a session, likewise."""
    found = record(text)
    return found if isinstance(found, Session) else Session(Redacted(""), "", 0, 0)


def enrolment(text: str) -> Enrolment:
    """As an enrolment, likewise."""
    found = record(text)
    return found if isinstance(found, Enrolment) else Enrolment(Redacted(""), 0, cast(OtpAccount, None))


def form_token(cookie: str) -> str:
    """What a form of this browser carries. Who does not know the cookie cannot compute it, and it does not tell it.

    A new step brings a new cookie and so new form tokens; those of another browser or step do not fit.
    """
    return hmac.new(cookie.encode(), b"mfa-lab form", hashlib.sha256).hexdigest()


def in_cookie(header: str, name: str) -> str:
    """The value of the one cookie of exactly this name, else nothing. Starlette strips Unicode's white space too, so
    that a sibling host could pass off a name that begins with it, which browsers let it set, as ours.
    """
    parts = [part.strip(" \t") for part in header.split(";")]
    found = [part.removeprefix(f"{name}=") for part in parts if part.startswith(f"{name}=")]
    return found[0] if len(found) == 1 else ""


def fits(given: str, cookie: str) -> bool:
    """Whether a form was made for this cookie (ASVS-11.2.4: in constant time)."""
    return bool(cookie) and same(given, form_token(cookie))


def same(given: str, expected: str) -> bool:
    """Whether two form tokens are the same, in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8", "replace"))
