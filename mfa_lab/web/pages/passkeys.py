"""Serve the pages on which people register a passkey, or log in with it. Passkeys need the pages' script.

A page's script fetches the options when the user presses the button, and sends the browser's response as a form.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from starlette.responses import JSONResponse, Response

from mfa_lab.server.records import Kind
from mfa_lab.web import tokens
from mfa_lab.web.pages.page_request import OptionsRoute, PageRoute, Posted, Shown, Visit
from mfa_lab.web.site import passkeys_offered

_OFFERED = [Depends(passkeys_offered)]
router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=_OFFERED)
options_router = APIRouter(route_class=OptionsRoute, include_in_schema=False, dependencies=_OFFERED)


@router.get("/passkey")
def show_login(visit: Shown) -> Response:
    """Show the passkey page. If the account has no passkey, redirect to the page for a code."""
    if not visit.token.startswith("p."):
        return visit.go("/login")
    kinds = visit.accepted_kinds()
    if Kind.PASSKEY not in kinds:
        return visit.go("/code")
    return visit.page("passkey.html", code_allowed=Kind.TOTP in kinds and not visit.needs_passkey)


@options_router.post("/passkey/options")
def login_options(visit: Posted) -> Response:
    """Return the request options of a new challenge. An earlier challenge is no longer valid."""
    return JSONResponse({"options": visit.server.start_passkey_login(tokens.pending(visit.token))})


@router.post("/passkey")
def finish(visit: Posted) -> Response:
    """Check the browser's response. A rejected response ends the login, and the page says so."""
    pending = tokens.pending(visit.token)
    return visit.arrive(visit.server.finish_passkey_login(pending, visit.field("response")))


@router.get("/passkey/new")
def show_new(visit: Shown) -> Response:
    visit.permit()
    return visit.page("passkey_new.html", **_new(visit, visit.request.query_params.get("replace") == "yes"))


@options_router.post("/passkey/new/options")
def new_options(visit: Posted) -> Response:
    """Return creation options, and the token of the offer, which the form sends back."""
    creation = visit.server.start_passkey(visit.permit(), label=visit.field("label"), replace=_replaces(visit))
    return JSONResponse({"options": creation.options, "token": tokens.written(creation)})


@router.post("/passkey/new")
def confirm(visit: Posted) -> Response:
    visit.form("passkey_new.html", **_new(visit, _replaces(visit)))
    codes = visit.server.confirm_passkey(tokens.creation(visit.field("creation")), visit.field("response"))
    return visit.page("enrolled.html", codes=codes, again=visit.token.startswith("p."), passkey=True)


def _replaces(visit: Visit) -> bool:
    return visit.field("replace") == "yes"


def _new(visit: Visit, replace: bool) -> dict[str, Any]:
    """Return the values of the page on which the user registers a passkey."""
    app = visit.token.startswith("p.") and visit.server.policy.authenticators > 0
    return {"replace": replace, "app": app}
