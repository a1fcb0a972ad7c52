"""Offer the server's methods as a JSON API. The API accepts bearer tokens but no cookies, which prevents CSRF.

Each step returns the token for the next step. For a correct password, the API returns the token of a pending login,
and for a valid code, the token of a session.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import JSONResponse

from mfa_lab.errors import AccessDenied, MfaError
from mfa_lab.server.flow import MOST_AUDIT_LINES, MfaServer
from mfa_lab.server.notifications.notifier import words
from mfa_lab.server.records import Kind, PendingLogin, Permit, RecoveryCodes, Session
from mfa_lab.web import tokens
from mfa_lab.web.answers import Problem, Reason, told
from mfa_lab.web.guard import BEARER_DESCRIPTION, Stopped, fresh_session_in, session_in
from mfa_lab.web.models import (
    AccountName,
    Acknowledged,
    AuditLineOut,
    AuditLinesOut,
    AuthenticatorOut,
    Code,
    Codes,
    Credentials,
    Done,
    EnrolmentIn,
    EnrolmentOut,
    Kept,
    NewSession,
    NextStep,
    NotificationOut,
    Passwords,
    Recovered,
    RecoveryCode,
    SessionOut,
    Step,
    TwoCodes,
)
from mfa_lab.web.pages.login import register_alike
from mfa_lab.web.site import site_of


class ApiRoute(APIRoute):
    """Answer every error with a `Problem`.

    A `Problem` never quotes the request, because a request may contain a password.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except MfaError as error:
                return _problem(*told(error))
            except RequestValidationError as error:
                first = error.errors()[0]
                where = ".".join(map(str, first["loc"]))
                return _problem(422, f"{where}: {first['msg']}", "invalid_input")
            except StarletteHTTPException as error:
                if error.status_code != 400:
                    raise
                return _problem(400, "The body cannot be read: send JSON in UTF-8.", "invalid_input")

        return answer


def _problem(status: int, sentence: str, reason: Reason) -> Response:
    return JSONResponse({"detail": sentence, "reason": reason}, status)


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {
        "model": Problem,
        "description": "The host name does not belong to this server, or the body cannot be read",
    },
    403: {
        "model": Problem,
        "description": "The request is rejected, and the sentence does not say why. `already_done`: the token's step "
        "is completed; `login_over`: its login or enrolment has ended or expired; `reset_over`: the token "
        "of the password reset was used or replaced, or has expired",
    },
    413: {"description": "The body is too large"},
    422: {"model": Problem, "description": "A value is not valid; the sentence says which value"},
    503: {
        "model": Problem,
        "description": "The server failed. Check whether the request was carried out before you retry",
    },
}
NO_TOKEN: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "The request has no bearer token"}
}
NO_SESSION: dict[int | str, dict[str, Any]] = {
    401: {
        "model": Problem,
        "description": "There is no session, or the session is too old or too weak for this call: log in",
    }
}

router = APIRouter(prefix="/api", route_class=ApiRoute, responses=PROBLEMS, tags=["MFA"])

Identifier = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class _Bearer(HTTPBearer):
    """Report a missing token in the kit's own words."""

    def make_not_authenticated_error(self) -> HTTPException:
        challenge = {"WWW-Authenticate": "Bearer"}
        return Stopped(401, "Send the token from the previous step.", "no_session", challenge)


Token = Annotated[
    HTTPAuthorizationCredentials, Security(_Bearer(scheme_name="HTTPBearer", description=BEARER_DESCRIPTION))
]


def server_of(request: Request) -> MfaServer:
    """Return the server.

    If this function were a FastAPI dependency, it would run in a thread. That would take as long as an SQL statement.
    """
    return site_of(request).server


def _session(request: Request, token: Token) -> Session:
    return session_in(request, site_of(request), token.credentials, browser=False)


def _fresh_session(request: Request, token: Token) -> Session:
    return fresh_session_in(request, site_of(request), token.credentials, browser=False)


def _admin(request: Request, session: Annotated[Session, Depends(_fresh_session)]) -> Session:
    if not site_of(request).is_admin(session):
        raise AccessDenied
    return session


def permit_of(request: Request, token: Token) -> PendingLogin | Session:
    """Return the token as a permit to enrol an authenticator: a pending login, or a fresh session."""
    text = token.credentials
    return _fresh_session(request, token) if text.startswith("s.") else tokens.pending(text)


Live = Annotated[Session, Depends(_session)]
Fresh = Annotated[Session, Depends(_fresh_session)]
Admin = Annotated[Session, Depends(_admin)]
ADMIN_ONLY = [Depends(_admin)]


@router.post("/register", status_code=202)
def register(request: Request, body: Credentials) -> Done:
    """Register an account. If the name is already taken, the answer is the same."""
    site = site_of(request)
    if not site.registration:
        raise AccessDenied
    register_alike(site, body.name, body.password)
    return Done(message="If the name was free, the account now exists. Log in to enrol an authenticator.")


@router.post("/login", response_model=Step)
def log_in(request: Request, body: Credentials) -> Response:
    """Verify the name and the password (step 1). Returns the token of a pending login, which grants nothing yet."""
    site = site_of(request)
    pending = site.server.begin_login(body.name, body.password)
    accepts = site.offered(pending.accepts)
    return written(
        Step(
            token=tokens.written(pending),
            next=_next_step(pending.permits, accepts),
            expires_at=pending.expires_at,
            accepts=list(accepts),
        )
    )


def _next_step(permits: Permit, accepts: tuple[Kind, ...]) -> NextStep:
    """Return the step to offer first: a passkey before a code, because a phishing page cannot use a passkey."""
    if permits is not Permit.CODE:
        return "enrolment"
    return "passkey" if Kind.PASSKEY in accepts else "code"


@router.post("/code", responses=NO_TOKEN, response_model=NewSession)
def finish(request: Request, token: Token, body: Code) -> Response:
    """Verify a code (steps 2 to 4). Bearer token: a pending login. Returns the token of a session."""
    session = server_of(request).finish_login(tokens.pending(token.credentials), body.code)
    return written(NewSession(token=tokens.written(session), **session_out(session)))


@router.post("/recover", responses=NO_TOKEN)
def recover(request: Request, token: Token, body: RecoveryCode) -> Recovered:
    """Accept a recovery code if the authenticator is lost. Bearer token: a pending login.

    Returns a token that permits an enrolment or a resynchronisation.
    """
    recovery = server_of(request).recover(tokens.pending(token.credentials), body.recovery_code)
    return Recovered(
        token=tokens.written(recovery.pending),
        next="enrolment",
        expires_at=recovery.pending.expires_at,
        accepts=[],
        recovery_code=next(iter(recovery.replacement), None),
        issue_id=recovery.replacement.issue_id or None,
    )


@router.post("/resynchronise", status_code=204, responses=NO_TOKEN)
def resynchronise(request: Request, token: Token, body: TwoCodes) -> None:
    """Resynchronise an authenticator with two consecutive codes. Bearer token: the token that a recovery returned.

    The user then logs in again.
    """
    server_of(request).resynchronise(tokens.pending(token.credentials), body.first_code, body.second_code)


@router.post("/enrolments", status_code=201, responses=NO_SESSION)
def enrol(request: Request, token: Token, body: EnrolmentIn) -> EnrolmentOut:
    """Start an enrolment: return a shared secret.

    Bearer token: a pending login that permits an enrolment, or a fresh session.
    """
    enrolment = server_of(request).start_enrolment(permit_of(request, token), label=body.label, further=body.further)
    return EnrolmentOut(
        token=tokens.written(enrolment),
        uri=enrolment.uri,
        setup_key=enrolment.setup_key,
        qr_svg=enrolment.qr_svg(),
        expires_at=enrolment.expires_at,
    )


@router.post("/enrolments/confirm", responses=NO_TOKEN)
def confirm(request: Request, token: Token, body: Code) -> Codes:
    """Bind the authenticator that shows this code. Bearer token: the enrolment.

    Returns recovery codes if this is the account's first authenticator.
    """
    return codes_out(server_of(request).confirm_enrolment(tokens.enrolment(token.credentials), body.code))


@router.get("/session", responses=NO_SESSION)
def session(session: Live) -> SessionOut:
    """Return the data of the session and the name of its account."""
    return SessionOut(**session_out(session))


@router.delete("/session", status_code=204, responses=NO_SESSION)
def log_out(request: Request, session: Live) -> None:
    """End the session."""
    server_of(request).log_out(session)


@router.get("/authenticators", responses=NO_SESSION)
def authenticators(request: Request, session: Live) -> list[AuthenticatorOut]:
    """Return the account's authenticators, apps and passkeys, the oldest first."""
    return [
        AuthenticatorOut(
            id=each.id, kind=each.kind, label=each.label, created_at=each.created_at, used_at=each.used_at
        )
        for each in server_of(request).authenticators(session)
    ]


@router.delete("/authenticators/{authenticator}", status_code=204, responses=NO_SESSION)
def revoke(request: Request, session: Fresh, authenticator: Identifier) -> None:
    """Revoke one of several authenticators. The last authenticator cannot be revoked, but only replaced."""
    server_of(request).revoke(session, authenticator)


@router.post("/recovery-codes", status_code=201, responses=NO_SESSION)
def recovery_codes(request: Request, session: Fresh) -> Codes:
    """Return a new set of recovery codes. The old codes are no longer valid."""
    return codes_out(server_of(request).issue_recovery_codes(session))


@router.post("/recovery-codes/kept")
def kept(request: Request, body: Kept) -> Acknowledged:
    """Record that the owner has saved these recovery codes.

    This call needs no bearer token: the codes came with the id, which grants nothing.
    """
    return Acknowledged(newest=server_of(request).acknowledge_recovery_codes(body.issue_id))


@router.put("/password", status_code=204, responses=NO_SESSION)
def password(request: Request, session: Fresh, body: Passwords) -> None:
    """Change the password. Every other session ends."""
    server_of(request).change_password(session, body.old, body.new)


@router.get("/notifications", responses=NO_SESSION)
def notifications(request: Request, session: Live) -> list[NotificationOut]:
    """Return the account's security notifications, oldest first."""
    return [
        NotificationOut(at=notification.at, event=notification.event, words=words(notification))
        for notification in server_of(request).notifications(session)
    ]


@router.get("/audit-log", responses=NO_SESSION, dependencies=ADMIN_ONLY)
def audit_log(
    request: Request,
    after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_AUDIT_LINES)] = 100,
) -> AuditLinesOut:
    """Return a part of the audit log: up to `limit` lines whose ids are above `after`, the oldest first.

    To get the next part, send `next_after` as `after`. This also works after the last line: the next part is then
    empty until a new line is written. For administrators.
    """
    lines = server_of(request).audit_lines(after=after, limit=limit)
    return AuditLinesOut(
        lines=[
            AuditLineOut(
                id=line.id,
                at=line.at,
                event=line.event,
                account_id=line.account_id,
                actor=line.actor,
                actor_id=line.actor_id,
                reason=line.reason,
            )
            for line in lines
        ],
        next_after=lines[-1].id if lines else after,
    )


@router.post("/reset-codes", status_code=201, responses=NO_SESSION)
def reset_code(request: Request, admin: Admin, body: AccountName) -> Codes:
    """Issue one more recovery code. The administrator gives this code to the account's owner. For administrators."""
    codes = server_of(request).issue_reset_code(body.name, by=admin.subject)
    return Codes(recovery_codes=list(codes), issue_id=None)


def codes_out(codes: RecoveryCodes) -> Codes:
    """Return recovery codes as a response. No other response shows them."""
    return Codes(recovery_codes=list(codes), issue_id=codes.issue_id or None)


def written(answer: BaseModel) -> Response:
    """Return the model as JSON, and serialise it in this thread.

    FastAPI would validate the model in another thread.
    """
    return Response(answer.model_dump_json(), media_type="application/json")


def session_out(session: Session) -> dict[str, Any]:
    """Return the fields of `SessionOut`."""
    return {
        "subject": session.subject,
        "name": session.name,
        "created_at": session.created_at,
        "expires_at": session.expires_at,
        "codes_to_acknowledge": session.codes_to_acknowledge or None,
        "methods": list(session.methods),
        "phishing_resistant": session.phishing_resistant,
        "external": asdict(session.external) if session.external else None,
    }
