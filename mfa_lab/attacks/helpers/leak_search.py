"""Attack 14's searches: the places where a shared secret leaks without an attack, and a model of a web service."""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mfa_lab.attacks.helpers.encodings import spelling
from mfa_lab.attacks.helpers.what_is_shown import as_text, in_a_notebook, reported
from mfa_lab.errors import MfaError
from mfa_lab.provisioning import qr_png

SECRET = "DEMOXKQZWJVPYTHGNRLUSBQKXGZVWJYP"  # noqa: S105 (a demo secret, public and without value)
"""No part of this secret is a word, so if a text contains a part, the part comes from the secret."""
NAME = "alice@example.org"
PNG = "data:image/png;base64,"
_TOO_LONG_A_NAME = "a" * 2400  # a URI can carry it, and no QR code can

Make = Callable[[str, str], Any]
"""A function that makes an offer for an account's name and a shared secret."""


class Page:
    """Show a picture as a browser does.

    If another machine has the picture, that machine writes the requested address into `strangers_log`. This class
    also plays that other machine, so nothing leaves the process.
    """

    def __init__(self) -> None:
        self.strangers_log: list[str] = []

    def load(self, address: str) -> bytes:
        """Return the PNG picture at this address."""
        if address.startswith(PNG):
            return base64.b64decode(address.removeprefix(PNG))
        self.strangers_log.append(address)
        (_, text), *_ = parse_qsl(urlsplit(address).query) or [("", "nothing")]
        return qr_png(text)


def contains_secret(text: str) -> bool:
    """Return whether a text contains the secret, or a large part of it, in any spelling."""
    return bool(spelling(text, SECRET))


def in_a_log_line(make: Make) -> str:
    """Search what is logged when an offer is made: the offer, and its fields."""
    offer = make(NAME, SECRET)
    for words, what in (("the offer shows it", offer), ("its fields show it", getattr(offer, "__dict__", {}))):
        how = spelling(_logged(what), SECRET)
        if how:
            return words if how == "as it stands" else f"{words}, {how}"
    return ""


def _logged(what: object) -> str:
    lines, logger = io.StringIO(), logging.Logger("small server")
    logger.addHandler(logging.StreamHandler(lines))
    logger.warning("enrolment of %s began: %r", NAME, what)
    return lines.getvalue()


def in_a_repr(make: Make) -> str:
    """Search what a prompt or a debugger shows of a list that contains the offer."""
    return "the repr shows it" if contains_secret(as_text(make(NAME, SECRET))) else ""


def in_a_traceback(make: Make) -> str:
    """Search two error reports: one of a function that holds an offer, and one of a function that draws an offer."""
    for words, fail in (("a variable shows it", _fails_later), ("drawing it shows it", cannot_be_drawn)):
        if contains_secret(reported(partial(fail, make))):
            return words
    return ""


def _fails_later(make: Make) -> None:
    offer = make(NAME, SECRET)
    raise ZeroDivisionError(f"an error with {offer.account} at hand")


def cannot_be_drawn(make: Make) -> None:
    """Fail with the error of the function that draws the picture."""
    make(_TOO_LONG_A_NAME, SECRET).picture()


def in_a_saved_notebook(make: Make) -> str:
    """Search all views of the offer that a notebook saves, if the offer is the last line of a cell."""
    saved = in_a_notebook(make(NAME, SECRET))
    if spelling(saved, SECRET) not in ("", "as a picture"):
        return "in plain text"
    return "as a picture" if any(sign in saved for sign in ("<img", "<svg", "'image/", "'png'", "'svg'")) else ""


def at_a_strangers(make: Make) -> str:
    """Search the log of the service that draws the picture."""
    page = Page()
    with suppress(MfaError):
        page.load(make(NAME, SECRET).picture())
    return "a stranger learns it" if any(map(contains_secret, page.strangers_log)) else ""


LEAK_SEARCHES: dict[str, Callable[[Make], str]] = {
    "a log line": in_a_log_line,
    "a repr": in_a_repr,
    "a traceback": in_a_traceback,
    "a saved notebook": in_a_saved_notebook,
    "a stranger's web service": at_a_strangers,
}
"""The searches, by place. Each search returns how the secret leaks there, or ""."""
