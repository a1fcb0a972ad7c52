"""Serve the pages on which people register, log in, enrol and recover. They work without JavaScript.

The passkey pages, which need JavaScript, are in `passkeys`.
"""

from __future__ import annotations

from contextlib import suppress

from fastapi import APIRouter, Request
from starlette.responses import Response

from mfa_lab.errors import AccessDenied, InvalidInput, NameTaken
from mfa_lab.redaction import clears_variables
from mfa_lab.server.records import Enrolment, Kind, PendingLogin, Permit
from mfa_lab.web import tokens
from mfa_lab.web.origin import with_next
from mfa_lab.web.pages.page_request import PageRoute, Posted, Shown, Visit
from mfa_lab.web.site import Site, under

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@clears_variables
def register_alike(site: Site, name: str, password: str) -> None:
    """Make an account without revealing whether the name is taken (ASVS-6.3.8). The password is hashed in both cases.

    Only the operator may register an administrator's name. Otherwise, a stranger could register this name first and
    get the administrator's rights.
    """
    with suppress(NameTaken):
        site.server.register(name, password, reserved=site.is_reserved(name), public=True)


@router.get("/register")
def show_register(visit: Shown) -> Response:
    return visit.page("register.html", account="") if visit.site.registration else visit.page("closed.html")


@router.post("/register")
def register(visit: Posted) -> Response:
    if not visit.site.registration:
        return visit.go("/register")
    visit.form("register.html", account=visit.field("account"))
    register_alike(visit.site, visit.field("account"), visit.field("password"))
    return visit.go("/registered")


@router.get("/registered")
def registered(visit: Shown) -> Response:
    return visit.page("registered.html")


@router.get("/login")
def show_login(visit: Shown) -> Response:
    if visit.site.login:
        return visit.leave(with_next(under(visit.request, visit.site.login), visit.next, passkey=visit.needs_passkey))
    again = bool(visit.next and visit.token.startswith("s."))
    no_passkey = again and visit.needs_passkey and visit.site.passkeys and _has_no_passkey(visit)
    return visit.page("login.html", account="", again=again, no_passkey=no_passkey)


def _has_no_passkey(visit: Visit) -> bool:
    """Return whether this request has a session whose account has no passkey."""
    try:
        mine = visit.server.authenticators(tokens.session(visit.token))
    except AccessDenied:
        return False
    return all(one.kind is not Kind.PASSKEY for one in mine)


@router.post("/login")
def log_in(visit: Posted) -> Response:
    visit.form("login.html", account=visit.field("account"), again=False, no_passkey=False)
    if visit.site.login:
        return visit.go("/login")
    return _second_step(visit, visit.server.begin_login(visit.field("account"), visit.field("password")))


def continue_login(request: Request, pending: PendingLogin) -> Response:
    """Redirect a browser to the page of the second step, with the cookie of this pending login.

    Your own login page calls this function with the result of `begin_for`, once it has checked the first factor. The
    browser then returns to the page in the query's `next`, if this is a path on this site.
    """
    return _second_step(Visit(request, {}), pending)


def _second_step(visit: Visit, pending: PendingLogin) -> Response:
    if visit.token.startswith("s."):  # the new login replaces the old session
        visit.server.log_out(tokens.session(visit.token))
    path = "/passkey" if Kind.PASSKEY in visit.site.offered(pending.accepts) else "/code"
    return visit.go(path if pending.permits is Permit.CODE else "/enrol", tokens.written(pending))


@router.get("/code")
def show_code(visit: Shown) -> Response:
    if not visit.token.startswith("p."):
        return visit.go("/login")
    kinds = visit.accepted_kinds()
    if kinds == (Kind.PASSKEY,):
        return visit.go("/passkey")
    return visit.page("code.html", passkey=Kind.PASSKEY in kinds)


@router.post("/code")
def finish(visit: Posted) -> Response:
    visit.form("code.html", passkey=visit.field("passkey") == "yes")
    return visit.arrive(visit.server.finish_login(tokens.pending(visit.token), visit.field("code")))


@router.get("/recover")
def show_recover(visit: Shown) -> Response:
    return visit.page("recover.html") if visit.token.startswith("p.") else visit.go("/login")


@router.post("/recover")
def recover(visit: Posted) -> Response:
    visit.form("recover.html")
    recovery = visit.server.recover(tokens.pending(visit.token), visit.field("recovery_code"))
    visit.token = tokens.written(recovery.pending)
    response = visit.page("recovered.html", codes=recovery.replacement)
    visit.give(response, visit.token)
    return response


@router.post("/resynchronise")
def resynchronise(visit: Posted) -> Response:
    visit.form("recovered.html", codes=())
    pending = tokens.pending(visit.token)
    visit.server.resynchronise(pending, visit.field("first_code"), visit.field("second_code"))
    visit.token = ""
    return visit.page("resynchronised.html")


@router.get("/enrol")
def show_enrol(visit: Shown) -> Response:
    visit.permit()
    if not visit.server.policy.authenticators:
        return visit.go("/passkey/new")
    return visit.page("enrol.html", further=visit.request.query_params.get("further") == "yes")


@router.post("/enrol")
def enrol(visit: Posted) -> Response:
    """Show the QR code directly in the answer.

    No other page contains the QR code, and nobody can request it again.
    """
    further = visit.field("further") == "yes"
    visit.form("enrol.html", further=further)
    enrolment = visit.server.start_enrolment(visit.permit(), label=visit.field("label"), further=further)
    return visit.page("scan.html", enrolment=enrolment, token=tokens.written(enrolment))


@router.post("/confirm")
def confirm(visit: Posted) -> Response:
    token = visit.field("enrolment")
    visit.form("scan.html", enrolment=None, token=tokens.well_formed(token))
    enrolment: Enrolment = tokens.enrolment(token)
    codes = visit.server.confirm_enrolment(enrolment, visit.field("code"))
    return visit.page("enrolled.html", codes=codes, again=visit.token.startswith("p."), passkey=False)


@router.post("/kept")
def kept(visit: Posted) -> Response:
    """Record that the owner has saved the recovery codes.

    The form is on the page that showed the codes, or comes after a later login.
    """
    if visit.field("kept") != "yes":  # a second click may hit this button, but it ticks no box
        raise InvalidInput("tick the box if you have saved your recovery codes: go back, or log in again")
    if not visit.server.acknowledge_recovery_codes(visit.field("issue_id")):
        raise InvalidInput("these are not your newest recovery codes: after your next login, make a fresh set")
    if visit.field("then") == "recovered" and visit.token.startswith("p."):
        return visit.page("recovered.html", codes=())
    if visit.token.startswith("s."):
        return visit.leave(visit.next or visit.own("/account"))
    return visit.go("/login")
