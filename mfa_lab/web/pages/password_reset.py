"""Serve the pages for a forgotten password: ask for a link, and set a new password with its token.

The token is in the part of the address after the `#`. A browser sends this part to no server, so the token is in no
log and in no Referer header. A script copies it into the form; without JavaScript, the user copies it. Opening the
page changes nothing, so a mail scanner that follows the link does not consume the token.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from mfa_lab.redaction import Redacted, clears_variables
from mfa_lab.server.records import PasswordReset
from mfa_lab.web.pages.page_request import PageRoute, Posted, Shown

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/password-reset")
def show_request(visit: Shown) -> Response:
    return visit.page("forgotten.html" if visit.server.reset_page else "no_links.html")


@router.post("/password-reset")
def request(visit: Posted) -> Response:
    if not visit.server.reset_page:
        return visit.go("/password-reset")
    visit.server.start_password_reset(visit.field("account"))
    return visit.go("/password-reset/sent")


@router.get("/password-reset/sent")
def sent(visit: Shown) -> Response:
    return visit.page("link_sent.html")


@router.get("/password-reset/new")
def show_new(visit: Shown) -> Response:
    return visit.page("new_password.html", token="")


@router.post("/password-reset/new")
@clears_variables  # of the token
def new(visit: Posted) -> Response:
    token = visit.field("token").rpartition("#")[2].strip()
    visit.form("new_password.html", token=token)
    visit.server.finish_password_reset(PasswordReset(Redacted(token)), visit.field("new"))
    return visit.go("/password-reset/done")


@router.get("/password-reset/done")
def done(visit: Shown) -> Response:
    return visit.page("password_set.html")
