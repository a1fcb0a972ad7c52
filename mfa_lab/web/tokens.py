"""Write and read the server's tokens for a browser or an API, and set the rules of the cookie that carries them.

This module and `origin.own_path` need no FastAPI: every web framework can use them (docs/examples).

The text is a letter for the step, a dot, and the token. The letter only says which call to try. Only the server knows
what a token permits.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any, cast

from mfa_lab.provisioning import OtpAccount
from mfa_lab.randomness import SYSTEM
from mfa_lab.redaction import Redacted, clears_variables
from mfa_lab.server.records import (
    TOKEN_BYTES,
    Enrolment,
    PasskeyCreation,
    PendingLogin,
    Permit,
    Session,
    token_from,
)

Record = PendingLogin | Session | Enrolment | PasskeyCreation

_LETTERS: dict[type, str] = {PendingLogin: "p", Session: "s", Enrolment: "e", PasskeyCreation: "k"}
_FORM = re.compile(r"[apsek]\.[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Cookie:
    """The rules of the cookie that carries a browser's token. Use `https=False` only on one machine.

    `path` limits the cookie to a part of the host.
    """

    https: bool = True
    path: str = "/"

    @property
    def name(self) -> str:
        """Return the cookie's name.

        Browsers accept a `__Host-` cookie only over https and for the whole host, and send it only to the host that
        has set it. They accept a `__Secure-` cookie only over https.
        """
        if not self.https:
            return "mfa-lab"
        return "__Host-mfa-lab" if self.path == "/" else "__Secure-mfa-lab"

    @property
    def attributes(self) -> dict[str, Any]:
        """Return the arguments of `set_cookie`, which have the same names in Starlette, Flask and Django.

        No script can read the cookie, and browsers do not send it with another site's form.
        """
        return {"path": self.path, "secure": self.https, "httponly": True, "samesite": "Lax"}

    @clears_variables
    def token_in(self, header: str | None) -> str:
        """Return the token in a request's `Cookie` header, or an empty text if the header has no valid token.

        Use this method instead of the framework's own dictionary of cookies (`in_cookie` says why).
        """
        return well_formed(in_cookie(header or "", self.name))


@clears_variables
def written(record: Record) -> str:
    """Return the text of a record's token, for a browser or an API."""
    return f"{_LETTERS[type(record)]}.{record.token.reveal()}"


def anonymous() -> str:
    """Return a new token for a browser that has no token yet. The browser's forms are bound to this token."""
    return f"a.{token_from(SYSTEM.token_bytes(TOKEN_BYTES)).reveal()}"


@clears_variables
def well_formed(text: str | None) -> str:
    """Return `text` if it has the form of a token, otherwise an empty text."""
    return text if text and _FORM.fullmatch(text) else ""


@clears_variables
def record(text: str) -> Record | None:
    """Return a record of the class that the letter stands for, or None if there is no such letter.

    Only the record's token is real. The other fields have placeholder values, because only the server knows the true
    values.
    """
    letter, token = text[:1], Redacted(text[2:])
    if letter == "p":
        return PendingLogin(token, Permit.CODE, 0)
    if letter == "s":
        return Session(token, "", 0, 0)
    if letter == "e":
        return Enrolment(token, 0, cast(OtpAccount, None))
    if letter == "k":
        return PasskeyCreation(token, 0, {})
    return None


@clears_variables
def pending(text: str) -> PendingLogin:
    """Return `text` as a pending login. Any other text becomes an unknown pending login, which the server rejects."""
    found = record(text)
    return found if isinstance(found, PendingLogin) else PendingLogin(Redacted(""), Permit.CODE, 0)


@clears_variables
def session(text: str) -> Session:
    """Return `text` as a session. Any other text becomes an unknown session, which the server rejects."""
    found = record(text)
    return found if isinstance(found, Session) else Session(Redacted(""), "", 0, 0)


@clears_variables
def enrolment(text: str) -> Enrolment:
    """Return `text` as an enrolment. Any other text becomes an unknown enrolment, which the server rejects."""
    found = record(text)
    return found if isinstance(found, Enrolment) else Enrolment(Redacted(""), 0, cast(OtpAccount, None))


@clears_variables
def creation(text: str) -> PasskeyCreation:
    """Return `text` as an offer to register a passkey. Any other text becomes an unknown offer.

    The server rejects an unknown offer.
    """
    found = record(text)
    return found if isinstance(found, PasskeyCreation) else PasskeyCreation(Redacted(""), 0, {})


@clears_variables
def form_token(cookie: str) -> str:
    """Return the form token, which this browser's forms contain as a protection against CSRF.

    Without the cookie, nobody can compute the form token, and the form token does not reveal the cookie. A new step
    brings a new cookie, and therefore a new form token. The form token of another browser or step is rejected.
    """
    return hmac.new(cookie.encode(), b"mfa-lab form", hashlib.sha256).hexdigest()


def step(form_token: str, path: str, account: str) -> str:
    """Return a name for one step: this form, sent to this path, for this account.

    The name does not reveal any of the three.
    """
    text = f"mfa-lab step\n{path}\n{account}".encode("utf-8", "replace")
    return hmac.new(form_token.encode(), text, hashlib.sha256).hexdigest()


@clears_variables
def in_cookie(header: str, name: str) -> str:
    """Return the value of the only cookie with exactly this name, otherwise an empty text.

    Starlette also strips Unicode's white space. Another host in the same domain can set a cookie whose name begins
    with such white space. Starlette would mistake that cookie for ours.
    """
    parts = [part.strip(" \t") for part in header.split(";")]
    found = [part.removeprefix(f"{name}=") for part in parts if part.startswith(f"{name}=")]
    return found[0] if len(found) == 1 else ""


@clears_variables
def fits(given: str, cookie: str) -> bool:
    """Return whether a form was made for this cookie. The comparison takes constant time (ASVS-11.2.4)."""
    return bool(cookie) and same(given, form_token(cookie))


def same(given: str, expected: str) -> bool:
    """Return whether two form tokens are the same. The comparison takes constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8", "replace"))
