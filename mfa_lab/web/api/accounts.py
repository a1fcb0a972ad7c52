"""Offer the accounts in the JSON API, to administrators. A change to the administrator's own account is rejected."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from mfa_lab.errors import InvalidInput
from mfa_lab.server.account.accounts import MOST_LISTED
from mfa_lab.server.records import Account
from mfa_lab.web.api import ADMIN_ONLY, NO_SESSION, PROBLEMS, Admin, ApiRoute, Identifier, server_of
from mfa_lab.web.models import AccountChange, AccountOut, AccountsOut, OnePassword, SubjectOut
from mfa_lab.web.pages.accounts import another, rename
from mfa_lab.web.site import site_of

router = APIRouter(prefix="/api", route_class=ApiRoute, responses=PROBLEMS | NO_SESSION, tags=["Accounts"])


@router.get("/accounts", dependencies=ADMIN_ONLY)
def accounts(
    request: Request,
    after: Annotated[str, Query(pattern="^([0-9a-f]{32})?$")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100,
) -> AccountsOut:
    """Return up to `limit` accounts that are not deleted. To get the next part, send `next_after` as `after`.

    At the end of the list, `next_after` is null, or the next part is empty. No part repeats or skips an account, even
    if other accounts are added or renamed meanwhile. For administrators.
    """
    found = server_of(request).accounts.list(after, limit)
    next_after = found[-1].subject if len(found) == limit else None
    return AccountsOut(accounts=[_out(one) for one in found], next_after=next_after)


@router.get("/accounts/{subject}", dependencies=ADMIN_ONLY)
def account(request: Request, subject: Identifier) -> AccountOut:
    """Return one account, even if it is deleted. For administrators."""
    return _out(server_of(request).accounts.find(subject))


@router.patch("/accounts/{subject}")
def change_account(request: Request, admin: Admin, subject: Identifier, body: AccountChange) -> AccountOut:
    """Rename an account, disable it or enable it. If the name is taken, nothing changes. For administrators."""
    if body.name is None and body.state is None:
        raise InvalidInput("send a name or a state")
    calls = server_of(request).accounts
    another(admin, subject)
    if body.name is not None:
        rename(site_of(request), admin, subject, body.name)
    if body.state is not None:
        change = calls.disable if body.state == "disabled" else calls.enable
        change(subject, by=admin.subject)
    return _out(calls.find(subject))


@router.put("/accounts/{subject}/password", status_code=204)
def set_password(request: Request, admin: Admin, subject: Identifier, body: OnePassword) -> None:
    """Set an account's password, and end its sessions. The owner still needs the second factor.

    For administrators.
    """
    server_of(request).accounts.set_password(another(admin, subject), body.password, by=admin.subject)


@router.delete("/accounts/{subject}", status_code=204)
def delete_account(request: Request, admin: Admin, subject: Identifier) -> None:
    """Delete an account for ever. Its name becomes free; its id stays in the audit log. For administrators."""
    server_of(request).accounts.delete(another(admin, subject), by=admin.subject)


def _out(one: Account) -> AccountOut:
    return AccountOut(
        subject=one.subject,
        name=one.name,
        state=one.state,
        created_at=one.created_at,
        kinds=list(one.kinds),
        used_at=one.used_at,
        external=None if one.external is None else SubjectOut(issuer=one.external.issuer, id=one.external.id),
    )
