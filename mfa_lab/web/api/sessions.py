"""Offer an account's sessions in the JSON API, to their owner and to administrators.

To end a session, the owner needs a fresh session (ASVS-7.5.2), and so does an administrator (ASVS-7.4.5). The id of
another account's session is rejected like an unknown id.
"""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, Request

from mfa_lab.server.records import OpenSession, is_phishing_resistant
from mfa_lab.web.api import ADMIN_ONLY, NO_SESSION, PROBLEMS, Admin, ApiRoute, Fresh, Identifier, Live, server_of
from mfa_lab.web.models import OpenSessionOut

router = APIRouter(prefix="/api", route_class=ApiRoute, responses=PROBLEMS | NO_SESSION, tags=["Sessions"])


@router.get("/sessions")
def sessions(request: Request, session: Live) -> list[OpenSessionOut]:
    """Return the account's live sessions, the oldest first."""
    return _out(server_of(request).sessions(session))


@router.delete("/sessions/{session_id}", status_code=204)
def end_session(request: Request, session: Fresh, session_id: Identifier) -> None:
    """End one of the account's sessions."""
    server_of(request).end_session(session, session_id)


@router.delete("/sessions", status_code=204)
def end_other_sessions(request: Request, session: Fresh) -> None:
    """End all of the account's sessions except the one that this request uses."""
    server_of(request).end_other_sessions(session)


@router.get("/accounts/{subject}/sessions", dependencies=ADMIN_ONLY)
def sessions_of_account(request: Request, subject: Identifier) -> list[OpenSessionOut]:
    """Return the live sessions of an account, the oldest first. For administrators."""
    return _out(server_of(request).accounts.sessions(subject))


@router.delete("/accounts/{subject}/sessions/{session_id}", status_code=204)
def end_session_of_account(request: Request, admin: Admin, subject: Identifier, session_id: Identifier) -> None:
    """End one session of an account. For administrators."""
    server_of(request).accounts.end_session(subject, session_id, by=admin.subject)


@router.delete("/accounts/{subject}/sessions", status_code=204)
def end_sessions_of_account(request: Request, admin: Admin, subject: Identifier) -> None:
    """End all sessions of an account. For administrators."""
    server_of(request).accounts.end_all_sessions(subject, by=admin.subject)


@router.delete("/all-sessions", status_code=204)
def end_every_session(request: Request, admin: Admin) -> None:
    """End the sessions of all accounts, also the session that this request uses. For administrators."""
    server_of(request).accounts.end_every_session(by=admin.subject)


def _out(listed: Iterable[OpenSession]) -> list[OpenSessionOut]:
    return [
        OpenSessionOut(
            id=one.id,
            created_at=one.created_at,
            seen_at=one.seen_at,
            methods=list(one.methods),
            phishing_resistant=is_phishing_resistant(one.methods),
            current=one.current,
        )
        for one in listed
    ]
