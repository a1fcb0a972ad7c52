"""Write the responses: pages from templates that escape all values, and `Problem`s as JSON.

No response tells the client what went wrong inside the server.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from mfa_lab.errors import AccessDenied, InvalidInput, LoginOver, MfaError, ResetOver, StepDone
from mfa_lab.server.notifications.notifier import words
from mfa_lab.web.site import Site, under

log = logging.getLogger("mfa_lab.web")

FAULT = "The service is out of order. Your request may or may not have been carried out: check before you try again."
Reason = Literal[
    "refused",
    "already_done",
    "login_over",
    "reset_over",
    "invalid_input",
    "fault",
    "no_session",
    "insufficient_user_authentication",
    "cross_site",
]
_TEMPLATES = Path(__file__).with_name("templates")
SCRIPT = (_TEMPLATES / "once.js").read_text("utf-8")
"""The only script of most pages. Each page contains this script, and the content security policy allows no other
script."""
SCRIPT_HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'self'; script-src 'sha256-{SCRIPT_HASH}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
PASSKEY_SCRIPT = (_TEMPLATES / "passkey.js").read_text("utf-8")
"""The script of `PASSKEY_PAGES`, which the browser loads from this site."""
PASSKEY_PAGES = frozenset({"passkey.html", "passkey_new.html"})
_OWN_SCRIPT = POLICY.replace("script-src", "script-src 'self'")
NEW_PASSWORD_SCRIPT = (_TEMPLATES / "new_password.js").read_text("utf-8")
POLICIES = dict.fromkeys(PASSKEY_PAGES, f"{_OWN_SCRIPT}; connect-src 'self'") | {"new_password.html": _OWN_SCRIPT}
"""The content security policies of the pages that load a script from this site."""


class Problem(BaseModel):
    """The reason why a request was not fulfilled.

    `detail` is a sentence for people, and `reason` is a word for programs.
    """

    detail: str
    reason: Reason


@cache
def templates() -> Environment:
    """Return the Jinja environment for the pages' templates."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"moment": _moment, "words": words, "sentence": sentence}
    return environment


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def sentence(text: str) -> str:
    """Return an error's text as a full sentence.

    The texts of the kit's errors begin in lower case and have no full stop.
    """
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def render(template: str, request: Request, site: Site, **values: object) -> str:
    """Return the HTML of one page."""
    places = {"prefix": under(request, site.prefix), "home": under(request, site.home)}
    return templates().get_template(template).render(**places, site=site, script=SCRIPT, **values)


def path_in(scope: Scope) -> str:
    """Return the path inside this application, even if the application is mounted in another application."""
    path, root = scope["path"], scope.get("root_path", "")
    inside: bool = path == root or path.startswith(f"{root}/")  # as in Starlette's router: /auth is not inside /a
    return str(path.removeprefix(root) if inside else path)


def answer(request: Request, site: Site, status: int, sentence: str, reason: Reason = "refused") -> Response:
    """Return an answer that contains one sentence, as JSON for an API call, otherwise as a page."""
    if path_in(request.scope).startswith(f"{site.prefix}/api/"):
        return JSONResponse({"detail": sentence, "reason": reason}, status)
    page = render("message.html", request, site, title="Not done", alert=sentence, name="")
    return HTMLResponse(page, status)


def told(error: MfaError) -> tuple[int, str, Reason]:
    """Return the status, the sentence and the reason that a stranger may see for an error.

    The operator's log says more.
    """
    if isinstance(error, StepDone):
        return 403, str(error), "already_done"
    if isinstance(error, LoginOver):
        return 403, str(error), "login_over"
    if isinstance(error, ResetOver):
        return 403, str(error), "reset_over"
    if isinstance(error, AccessDenied):
        return 403, str(error), "refused"
    if isinstance(error, InvalidInput):
        return 422, str(error), "invalid_input"
    log.error("%s: %s", type(error).__name__, "; ".join([str(error), *getattr(error, "__notes__", [])]))
    return 503, FAULT, "fault"
