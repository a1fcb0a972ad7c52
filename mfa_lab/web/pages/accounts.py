"""Serve the administrators' pages on which accounts are found, disabled, enabled, renamed and deleted."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from mfa_lab.errors import InvalidInput, NameTaken
from mfa_lab.server.account.accounts import Accounts, known
from mfa_lab.server.records import AccountState, Session
from mfa_lab.web.pages.account import admin_of
from mfa_lab.web.pages.page_request import PageRoute, Posted, Shown, Visit
from mfa_lab.web.pages.sessions import factors
from mfa_lab.web.site import Site

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_AT_ONCE = 50
_FORMS = {"find", "state", "name", "password", "session", "sessions", "delete"}
"""The ends of the forms' addresses. A login after a rejected form comes back to such an address."""


def another(admin: Session, subject: str) -> str:
    """Return `subject` if it is another account than the administrator's own, otherwise raise `InvalidInput`.

    Otherwise, the last administrator could lock everybody out by mistake. A thief with a stolen session could set the
    administrator's password without the old password.
    """
    if subject == admin.subject:
        raise InvalidInput(
            "only another administrator can change your own account, or the operator with mfa-lab accounts"
        )
    return subject


def rename(site: Site, admin: Session, subject: str, name: str) -> None:
    """Rename another account. Only the operator may give an account the name of an administrator."""
    if site.is_reserved(name):
        raise InvalidInput("this is an administrator's name: only the operator may give it to an account")
    try:
        site.server.accounts.rename(another(admin, subject), name, by=admin.subject)
    except NameTaken as error:
        taken = str(error)
    else:
        return
    raise InvalidInput(taken)


@router.get("/accounts")
def show_accounts(visit: Shown) -> Response:
    admin_of(visit)
    return visit.page("accounts.html", **_listed(visit))


@router.post("/accounts/find")
def find(visit: Posted) -> Response:
    admin_of(visit)
    visit.form("accounts.html", **_listed(visit))
    return _to(visit, visit.server.accounts.find(visit.field("account")).subject)


@router.get("/accounts/{subject}")
def show_account(visit: Shown, subject: str) -> Response:
    admin = admin_of(visit)
    if subject in _FORMS:
        return visit.go("/accounts")
    return visit.page("one_account.html", **_shown(visit, admin, known(subject)))


@router.post("/accounts/state")
def change_state(visit: Posted) -> Response:
    admin, subject = _chosen(visit)
    change = _accounts(visit).disable if visit.field("state") == AccountState.DISABLED else _accounts(visit).enable
    change(another(admin, subject), by=admin.subject)
    return _to(visit, subject)


@router.post("/accounts/name")
def change_name(visit: Posted) -> Response:
    admin, subject = _chosen(visit)
    rename(visit.site, admin, subject, visit.field("account"))
    return _to(visit, subject)


@router.post("/accounts/password")
def set_password(visit: Posted) -> Response:
    admin, subject = _chosen(visit)
    _accounts(visit).set_password(another(admin, subject), visit.field("password"), by=admin.subject)
    return _to(visit, subject)


@router.post("/accounts/session")
def end_session(visit: Posted) -> Response:
    admin, subject = _chosen(visit)
    chosen, calls = visit.identifier("session"), _accounts(visit)
    if not chosen or chosen in {one.id for one in calls.sessions(subject)}:  # otherwise ended by the click before
        calls.end_session(another(admin, subject), chosen, by=admin.subject)
    return _to(visit, subject)


@router.post("/accounts/sessions")
def end_sessions(visit: Posted) -> Response:
    admin, subject = _chosen(visit)
    _accounts(visit).end_all_sessions(another(admin, subject), by=admin.subject)
    return _to(visit, subject)


@router.post("/accounts/delete")
def delete(visit: Posted) -> Response:
    admin, subject = _chosen(visit)
    if visit.field("sure") != "yes":  # a second click may hit this button, but it ticks no box
        raise InvalidInput("tick the box if you want to delete this account for ever")
    if _accounts(visit).find(subject).state is not AccountState.DELETED:  # deleted by the click before
        _accounts(visit).delete(another(admin, subject), by=admin.subject)
    return visit.go("/accounts")


def _chosen(visit: Visit) -> tuple[Session, str]:
    """Return the administrator and the subject in the form. A rejected form shows the account's page again."""
    admin, subject = admin_of(visit), visit.identifier("subject")
    visit.form("one_account.html", **_shown(visit, admin, subject))
    return admin, subject


def _shown(visit: Visit, admin: Session, subject: str) -> dict[str, Any]:
    account = _accounts(visit).find(subject)
    sessions = _accounts(visit).sessions(subject)[::-1]
    return {"account": account, "own": subject == admin.subject, "sessions": sessions, "factors": factors}


def _accounts(visit: Visit) -> Accounts:
    return visit.server.accounts


def _listed(visit: Visit) -> dict[str, Any]:
    after = visit.request.query_params.get("after", "")
    found = _accounts(visit).list(after, _AT_ONCE + 1)
    return {"accounts": found[:_AT_ONCE], "after": found[_AT_ONCE - 1].subject if len(found) > _AT_ONCE else ""}


def _to(visit: Visit, subject: str) -> Response:
    return visit.go(f"/accounts/{subject}")
