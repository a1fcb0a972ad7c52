"""Search the places of attack 14 for a leaked shared secret. A stand-in replaces the web service."""

from __future__ import annotations

import base64
import io
import json
import logging
import re
from collections.abc import Callable
from contextlib import suppress
from traceback import TracebackException
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from mfa_lab.attacks.helpers.encodings import readings
from mfa_lab.errors import MfaError
from mfa_lab.provisioning import qr_png

SECRET = "DEMOALICEDEMOALICEDEMOALICEDEMO2"  # noqa: S105 (a demo secret, public and without value)
NAME = "alice@example.org"
PNG = "data:image/png;base64,"
_TOO_LONG_A_NAME = "a" * 2400  # a URI can contain this name, but a QR code cannot

Make = Callable[[str, str], Any]
"""A function that makes an offer for an account name and a shared secret."""


class Page:
    """Show a picture as a browser does.

    If the picture comes from a stranger's service, the stranger records the address in `strangers_log`.

    This class also plays the stranger, so nothing leaves the process.
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


def spelling(text: str) -> str:
    """Return in which encoding a text contains the secret, or "" if the text does not contain the secret.

    The text may be an address or a setup key. All common `readings` of the whole text and of its words are tried.
    """
    shown = unquote(text)
    for part in (shown.replace(" ", ""), *re.findall(r"[\w+/-]+=*", shown)):
        for name, reading in readings(part.encode()):
            if SECRET in reading.decode(errors="replace").upper():
                return name
    return ""


def contains_secret(text: str) -> bool:
    """Return whether a text contains the secret in any encoding."""
    return bool(spelling(text))


def in_a_log_line(make: Make) -> str:
    """Search two log lines about a new offer: one contains the offer, and the other contains its fields."""
    offer = make(NAME, SECRET)
    for words, what in (("the offer shows it", offer), ("its fields show it", getattr(offer, "__dict__", {}))):
        how = spelling(_logged(what))
        if how:
            return words if how == "as it stands" else f"{words}, {how}"
    return ""


def _logged(what: object) -> str:
    lines, logger = io.StringIO(), logging.Logger("small server")
    logger.addHandler(logging.StreamHandler(lines))
    logger.warning("enrolment of %s began: %r", NAME, what)
    return lines.getvalue()


def in_a_repr(make: Make) -> str:
    """Search the text that a prompt or a debugger shows for a list with the offer in it."""
    offer = make(NAME, SECRET)
    return "it shows it" if contains_secret(f"{[offer]!r} {offer}") else ""


def in_a_traceback(make: Make) -> str:
    """Search two error reports that show variables.

    One is from a function that holds the offer, and the other from a function that draws the offer.
    """
    for words, fail in (("a variable shows it", _fails_later), ("drawing it shows it", _cannot_be_drawn)):
        if contains_secret(_reported(fail, make)):
            return words
    return ""


def _reported(fail: Callable[[Make], None], make: Make) -> str:
    try:
        fail(make)
    except (MfaError, ZeroDivisionError) as error:
        return "".join(TracebackException.from_exception(error, capture_locals=True).format())
    return ""


def _fails_later(make: Make) -> None:
    offer = make(NAME, SECRET)
    raise ZeroDivisionError(f"an error with {offer.account} at hand")


def _cannot_be_drawn(make: Make) -> None:
    make(_TOO_LONG_A_NAME, SECRET).picture()


def in_a_saved_notebook(make: Make) -> str:
    """Search all views of the offer that are saved with a notebook if a cell ends with the offer."""
    offer = make(NAME, SECRET)
    faces = {"text/plain": repr(offer)}
    for name in ("html", "svg", "png", "markdown", "latex", "json", "mimebundle"):
        face = getattr(offer, f"_repr_{name}_", None)
        if face is not None:
            faces[name] = face()
    saved = json.dumps(faces, default=str)
    if contains_secret(saved):
        return "in plain text"
    return "as a picture" if any(sign in saved for sign in ("<img", "<svg", '"png"', '"svg"')) else ""


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
"""The searches by place. Each search returns how the secret leaks there, or "" if the secret does not leak."""
