"""Offer the reset of a forgotten password in the JSON API."""

from __future__ import annotations

from fastapi import APIRouter, Request

from mfa_lab.errors import InvalidInput
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import PasswordReset
from mfa_lab.web.api import NO_TOKEN, PROBLEMS, ApiRoute, Token, server_of
from mfa_lab.web.models import Done, OnePassword, TypedName

router = APIRouter(prefix="/api", route_class=ApiRoute, responses=PROBLEMS, tags=["MFA"])


@router.post("/password-resets", status_code=202)
def request_password_reset(request: Request, body: TypedName) -> Done:
    """Ask for a link to set a new password. The answer is the same whether or not the account exists."""
    server = server_of(request)
    if not server.reset_page:
        raise InvalidInput("this site mails no links: ask its operator for a new password")
    server.start_password_reset(body.name)
    return Done(message="If this account exists, its owner gets a link by mail.")


@router.post("/password-resets/confirm", status_code=204, responses=NO_TOKEN)
def confirm_password_reset(request: Request, token: Token, body: OnePassword) -> None:
    """Set a new password. Bearer token: the token in the link, which is the part after the #.

    Every session ends, and the next login needs both factors.
    """
    server_of(request).finish_password_reset(PasswordReset(Redacted(token.credentials)), body.password)
