"""Serve the pages after a login: authenticators, recovery codes, password, notifications, and administration."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from mfa_lab.errors import AccessDenied
from mfa_lab.server.records import Authenticator, Kind, Session
from mfa_lab.web.pages.page_request import PageRoute, Posted, Shown, Visit

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_SHOWN_LINES = 200


@router.get("/account")
def account(visit: Shown) -> Response:
    return _account(visit)


def _account(visit: Visit, **values: Any) -> Response:
    session = visit.session()
    mine = visit.server.authenticators(session)
    passkeys = sum(one.kind is Kind.PASSKEY for one in mine)
    return visit.page(
        "account.html",
        authenticators=mine,
        passkeys=passkeys,
        apps=len(mine) - passkeys,
        revocable=_revocable(visit, mine),
        notifications=visit.server.notifications(session)[::-1],
        admin=visit.site.is_admin(session),
        issue_id=session.codes_to_acknowledge,
        password=session.external is None,
        **values,
    )


def _revocable(visit: Visit, mine: tuple[Authenticator, ...]) -> set[str]:
    """Return the ids of the authenticators that the owner may revoke.

    One authenticator that the policy accepts must stay.
    """
    policy = visit.server.policy
    room = {Kind.PASSKEY: policy.passkeys, Kind.TOTP: policy.authenticators}
    accepted = {one.id for one in mine if room[one.kind]}
    return {one.id for one in mine if accepted - {one.id}}


@router.post("/revoke")
def revoke(visit: Posted) -> Response:
    session, authenticator = visit.session(fresh=True), visit.identifier("authenticator")
    listed = {each.id for each in visit.server.authenticators(session)}
    if authenticator and authenticator not in listed:  # revoked by the click before
        return visit.go("/account")
    visit.server.revoke(session, authenticator)
    return visit.go("/account")


@router.get("/recovery-codes")
def show_recovery_codes(visit: Shown) -> Response:
    """Ask the user after a login, before the next page, whether the recovery codes are saved."""
    session = visit.session(fresh=True)
    return visit.page("recovery_codes.html", issue_id=session.codes_to_acknowledge)


@router.post("/recovery-codes")
def recovery_codes(visit: Posted) -> Response:
    codes = visit.server.issue_recovery_codes(visit.session(fresh=True))
    return visit.page("codes.html", codes=codes)


@router.get("/password")
def show_password(visit: Shown) -> Response:
    if visit.session(fresh=True).external is not None:  # there is no password here
        return visit.go("/account")
    return visit.page("password.html")


@router.post("/password")
def password(visit: Posted) -> Response:
    visit.form("password.html")
    visit.server.change_password(visit.session(fresh=True), visit.field("old"), visit.field("new"))
    return visit.go("/account")


@router.post("/logout")
def log_out(visit: Posted) -> Response:
    visit.server.log_out(visit.session())
    return visit.go("/login", "")


@router.get("/admin")
def show_admin(visit: Shown) -> Response:
    admin_of(visit)
    return visit.page("admin.html", **_log(visit))


@router.post("/reset-code")
def reset_code(visit: Posted) -> Response:
    admin = admin_of(visit)
    visit.form("admin.html", **_log(visit))
    account = visit.server.accounts.find(visit.field("account"))
    codes = visit.server.issue_reset_code(account.subject, by=admin.subject)
    return visit.page("reset_code.html", account=account.name, codes=codes)


def admin_of(visit: Visit) -> Session:
    """Return an administrator's fresh session, or raise `AccessDenied`. Everybody else gets the same message."""
    session = visit.session(fresh=True)
    if not visit.site.is_admin(session):
        raise AccessDenied
    return session


def _log(visit: Visit) -> dict[str, Any]:
    lines, count = visit.server.newest_audit_lines(_SHOWN_LINES)
    return {"lines": lines, "count": count}
