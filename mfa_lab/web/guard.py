"""Protect your own routes with the dependency `require_mfa`, which returns the session or asks the user to log in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import JSONResponse, Response

from mfa_lab.errors import PUBLIC_MESSAGE, AccessDenied, InvalidInput, MfaError
from mfa_lab.redaction import clears_variables
from mfa_lab.server.records import Session
from mfa_lab.web import tokens
from mfa_lab.web.answers import Reason, told
from mfa_lab.web.origin import SAFE_METHODS, cross_site, way_back, with_next
from mfa_lab.web.site import Site, site_of, under

BEARER_DESCRIPTION = "The token that the previous step returned."
Bearer = Annotated[
    HTTPAuthorizationCredentials | None, Security(HTTPBearer(auto_error=False, description=BEARER_DESCRIPTION))
]


class Stopped(HTTPException):
    """An error that ends a request early. A browser is redirected to the login; a program gets a `Problem`."""

    def __init__(self, status: int, sentence: str, reason: Reason, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, sentence, headers)
        self.reason = reason


async def stopped(_request: Request, error: Exception) -> Response:
    """Return the answer to a request that ended with `Stopped`. `add_mfa` registers this handler."""
    if not isinstance(error, Stopped):
        raise error
    return JSONResponse({"detail": error.detail, "reason": error.reason}, error.status_code, error.headers)


def require_mfa(
    max_age_seconds: int | None = None, *, action: str | None = None
) -> Callable[[Request, Bearer], Session]:
    """Return a FastAPI dependency that returns the `Session` of a user who has logged in with both factors.

    `max_age_seconds` is the maximum age of this login (step-up). Instead of this age, you may give an `action`: the
    maximum age is then the age for this action in the policy's `step_up`. If the session is missing or too old, a
    browser is redirected to the login. After the login, it returns to the page. In the same case, an API client gets
    401 with `no_session`, or with `insufficient_user_authentication` if the login is too old (RFC 9470). If another
    site made the browser send the request (CSRF), the answer is 403 and `cross_site`. For a fault of the server, the
    answer is 503. Raises `InvalidInput` if the age is invalid, or if you give both arguments.
    """
    if max_age_seconds is not None and action is not None:
        raise InvalidInput("give max_age_seconds or action, not both: the policy sets the age for an action")
    if max_age_seconds is not None and (type(max_age_seconds) is not int or max_age_seconds < 1):
        raise InvalidInput("max_age_seconds must be a whole number of seconds, 1 or more")

    @clears_variables  # of the cookie and the bearer token
    def session_of(request: Request, credentials: Bearer) -> Session:
        site = site_of(request)
        cookies = request.headers.get("cookie", "")
        text = credentials.credentials if credentials else tokens.in_cookie(cookies, site.cookie)
        by_cookie = credentials is None and text != ""
        if by_cookie and request.method not in SAFE_METHODS and cross_site(request, proof=True):
            raise Stopped(403, PUBLIC_MESSAGE, "cross_site")
        browser = credentials is None and "text/html" in request.headers.get("accept", "")
        try:
            limit = site.server.policy.max_age_seconds(action) if action else max_age_seconds
            return session_in(request, site, text, limit, browser=browser)
        except InvalidInput as error:  # the programmer's mistake, not the caller's
            fault = MfaError(str(error))
        except MfaError as error:
            fault = error
        raise Stopped(*told(fault))

    return session_of


@clears_variables
def session_in(
    request: Request, site: Site, text: str, max_age_seconds: int | None = None, *, browser: bool
) -> Session:
    """Return the session of the token `text`. Raises `Stopped` if there is no session, or if the login is too old."""
    try:
        session = site.server.check_session(tokens.session(text))
    except AccessDenied:
        raise _log_in(request, site, "no_session", "Log in first.", browser=browser) from None
    if max_age_seconds is not None and site.server.clock.now() >= session.created_at + max_age_seconds:
        reason: Reason = "insufficient_user_authentication"
        challenge = f'error="{reason}", max_age="{max_age_seconds}"'
        raise _log_in(request, site, reason, "Log in again to do this.", challenge, browser=browser)
    return session


def _log_in(
    request: Request, site: Site, reason: Reason, sentence: str, challenge: str = "", *, browser: bool
) -> Stopped:
    if browser:
        return Stopped(
            303, sentence, reason, {"Location": with_next(under(request, f"{site.prefix}/login"), way_back(request))}
        )
    return Stopped(401, sentence, reason, {"WWW-Authenticate": f"Bearer {challenge}".strip()})
