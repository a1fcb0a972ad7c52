"""Offer passkeys in the JSON API: two calls register a passkey, and two calls log in with one.

Between the two calls, a browser asks the user's authenticator (WebAuthn). Every rejected response ends its login or
its offer, because its challenge has been used.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from mfa_lab.web import tokens
from mfa_lab.web.api import (
    NO_SESSION,
    NO_TOKEN,
    PROBLEMS,
    ApiRoute,
    Token,
    codes_out,
    permit_of,
    server_of,
    session_out,
    written,
)
from mfa_lab.web.models import Codes, NewSession, PasskeyCreationOut, PasskeyIn, PasskeyOptions, PasskeyResponse
from mfa_lab.web.site import passkeys_offered

MAX_BODY_BYTES = 32 * 1024


router = APIRouter(
    prefix="/api",
    route_class=ApiRoute,
    responses=PROBLEMS,
    tags=["Passkeys"],
    dependencies=[Depends(passkeys_offered)],
    max_body_size=MAX_BODY_BYTES,
)


@router.post("/passkeys", status_code=201, responses=NO_SESSION)
def start_passkey(request: Request, token: Token, body: PasskeyIn) -> PasskeyCreationOut:
    """Offer to register a passkey. Bearer token: a pending login that permits an enrolment, or a fresh session."""
    permit = permit_of(request, token)
    creation = server_of(request).start_passkey(permit, label=body.label, replace=body.replace)
    return PasskeyCreationOut(
        token=tokens.written(creation), options=creation.options, expires_at=creation.expires_at
    )


@router.post("/passkeys/confirm", responses=NO_TOKEN)
def confirm_passkey(request: Request, token: Token, body: PasskeyResponse) -> Codes:
    """Bind the passkey. Bearer token: the offer.

    Returns recovery codes if this is the account's first authenticator.
    """
    return codes_out(server_of(request).confirm_passkey(tokens.creation(token.credentials), body.response))


@router.post("/login/passkey/options", responses=NO_TOKEN)
def start_passkey_login(request: Request, token: Token) -> PasskeyOptions:
    """Return the options for the browser, with a new challenge. Bearer token: a pending login.

    An earlier challenge is no longer valid.
    """
    return PasskeyOptions(options=server_of(request).start_passkey_login(tokens.pending(token.credentials)))


@router.post("/login/passkey", responses=NO_TOKEN, response_model=NewSession)
def finish_passkey_login(request: Request, token: Token, body: PasskeyResponse) -> Response:
    """Check the browser's response (steps 2 to 4). Bearer token: a pending login. Returns the token of a session."""
    session = server_of(request).finish_passkey_login(tokens.pending(token.credentials), body.response)
    return written(NewSession(token=tokens.written(session), **session_out(session)))
