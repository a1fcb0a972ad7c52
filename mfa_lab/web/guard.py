"""Protect your own routes with the dependency `require_mfa`, which returns the session or asks the user to log in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Annotated
from weakref import WeakSet

from fastapi import HTTPException, Request, Security
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.routing import WebSocketRoute

from mfa_lab.errors import PUBLIC_MESSAGE, AccessDenied, InvalidInput, MfaError
from mfa_lab.redaction import clears_variables
from mfa_lab.server.records import Session
from mfa_lab.web import tokens
from mfa_lab.web.answers import Reason, told
from mfa_lab.web.origin import SAFE_METHODS, cross_site, way_back, with_next
from mfa_lab.web.site import NO_MFA, Site, site_of, under

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


@dataclass(frozen=True, slots=True)
class Demands:
    """What a route demands of a session: its greatest age in seconds, and that a passkey began it."""

    max_age_seconds: int | None = None
    phishing_resistant: bool = False

    def met_by(self, session: Session, now: int) -> bool:
        """Return whether the session is young and strong enough."""
        young = self.max_age_seconds is None or now < session.created_at + self.max_age_seconds
        return young and (session.phishing_resistant or not self.phishing_resistant)

    @property
    def challenge(self) -> str:
        """Return what a client must do, in the form of RFC 9470.

        `phr` means phishing-resistant (OpenID Connect EAP ACR Values 1.0).
        """
        age = f', max_age="{self.max_age_seconds}"' if self.max_age_seconds is not None else ""
        return 'error="insufficient_user_authentication"' + age + ', acr_values="phr"' * self.phishing_resistant


ANY_SESSION = Demands()
_DEPENDENCIES: WeakSet[Callable[..., object]] = WeakSet()
"""The functions that `require_mfa` has returned. `check_routes` looks for them."""
NO_GUARD = (
    "write Depends(require_mfa()), with Depends and both pairs of parentheses: otherwise nothing checks whether the "
    "user has logged in, and the page is open to everybody"
)
NO_WEBSOCKET = (
    "require_mfa cannot protect a WebSocket route: protect a page with it, and let this page open the WebSocket with "
    "a short-lived ticket of your own"
)


def require_mfa(
    max_age_seconds: int | None = None, *, action: str | None = None, phishing_resistant: bool = False
) -> Callable[[HTTPConnection, Bearer], Session]:
    """Return a FastAPI dependency that returns the `Session` of a user who has logged in with both factors.

    `max_age_seconds` is the maximum age of this login (step-up). Instead of this age, you may give an `action`. The
    maximum age is then the age of this action in the policy's `step_up`, and a passkey is required if
    `step_up_phishing_resistant` is set. With `phishing_resistant`, a passkey must have begun the session. If the
    session does not meet these conditions, a browser is redirected to the login. After the login, it returns to the
    page. In the same case, an API client gets 401 with `insufficient_user_authentication` (RFC 9470), or with
    `no_session`. If another site made the browser send the request (CSRF), the answer is 403 and `cross_site`. For a
    fault of the server, the answer is 503. Raises `InvalidInput` if the age is invalid, or if you give both an age
    and an action.
    """
    if max_age_seconds is not None and action is not None:
        raise InvalidInput("give max_age_seconds or action, not both: the policy sets the age for an action")
    if max_age_seconds is not None and (type(max_age_seconds) is not int or max_age_seconds < 1):
        raise InvalidInput("max_age_seconds must be a whole number of seconds, 1 or more")

    @clears_variables  # of the cookie and the bearer token
    def session_of(request: HTTPConnection, credentials: Bearer) -> Session:
        if not isinstance(request, Request):
            raise InvalidInput(NO_WEBSOCKET)
        site = site_of(request)
        cookies = request.headers.get("cookie", "")
        text = credentials.credentials if credentials else tokens.in_cookie(cookies, site.cookie)
        if credentials is None and text:
            check_sender(request)
        browser = credentials is None and "text/html" in request.headers.get("accept", "")
        try:
            demands = Demands(max_age_seconds, phishing_resistant)
            if action:
                policy = site.server.policy
                strong = phishing_resistant or policy.step_up_phishing_resistant
                demands = Demands(policy.max_age_seconds(action), strong)
            return session_in(request, site, text, demands, browser=browser)
        except InvalidInput as error:  # the programmer's mistake, not the caller's
            fault = MfaError(str(error))
        except MfaError as error:
            fault = error
        raise Stopped(*told(fault))

    _DEPENDENCIES.add(session_of)
    return session_of


def check_routes(app: Starlette, path: str = "") -> None:
    """Raise `InvalidInput` if a route uses `require_mfa` where it cannot work.

    Such a route is a WebSocket route, or belongs to a mounted application without MFA. Or its guard never runs,
    because its dependency is `require_mfa` itself, or because `Depends` is missing. `path` is the mount's path.
    """
    for context in iter_route_contexts(app.routes):
        route, here = context.original_route, f"{path}{context.path or ''}"
        mounted = getattr(route, "app", None)
        if isinstance(mounted, Starlette):
            check_routes(mounted, here)
            continue
        dependant: Dependant | None = getattr(context, "dependant", None)
        calls = tuple(_calls(dependant))
        if require_mfa in calls or any(map(_is_guard, _defaults(dependant))):
            raise InvalidInput(f"{here}: {NO_GUARD}")
        if _DEPENDENCIES.isdisjoint(calls):
            continue
        if isinstance(route, WebSocketRoute):
            raise InvalidInput(f"{here}: {NO_WEBSOCKET}")
        if getattr(app.state, "mfa", None) is None:
            raise InvalidInput(f"{here}: {NO_MFA}")


def _calls(dependant: Dependant | None) -> Iterator[Callable[..., object]]:
    """Yield each function that FastAPI calls for a route."""
    if dependant is not None and dependant.call is not None:
        yield dependant.call
        for below in dependant.dependencies:
            yield from _calls(below)


def _defaults(dependant: Dependant | None) -> Iterator[object]:
    """Yield the default value of each query parameter. FastAPI takes an argument without `Depends` for one."""
    if dependant is not None:
        yield from (field.field_info.default for field in dependant.query_params)
        for below in dependant.dependencies:
            yield from _defaults(below)


def _is_guard(default: object) -> bool:
    return isinstance(default, FunctionType) and (default is require_mfa or default in _DEPENDENCIES)


def check_sender(request: Request) -> None:
    """Raise `Stopped` if the request may change something, and another site made the browser send it (CSRF).

    A WebSocket may change something too, and browsers say which site opens it.
    """
    changing = request.method not in SAFE_METHODS or "sec-websocket-key" in request.headers
    if changing and cross_site(request, proof=True):
        raise Stopped(403, PUBLIC_MESSAGE, "cross_site")


@clears_variables
def session_in(request: Request, site: Site, text: str, demands: Demands = ANY_SESSION, *, browser: bool) -> Session:
    """Return the session of the token `text`. Raises `Stopped` if no session meets the `demands`."""
    try:
        session = site.server.check_session(tokens.session(text))
    except AccessDenied:
        raise _log_in(request, site, "no_session", "Log in first.", demands, browser=browser) from None
    return _meeting(demands, session, request, site, browser=browser)


@clears_variables
def fresh_session_in(request: Request, site: Site, text: str, *, browser: bool) -> Session:
    """Return a session that may change the account: a recent login, with a passkey if the account has a passkey.

    Raises `Stopped`.
    """
    session = session_in(request, site, text, browser=browser)
    demands = Demands(site.server.policy.fresh_session_seconds, site.server.needs_passkey(session))
    return _meeting(demands, session, request, site, browser=browser)


def _meeting(demands: Demands, session: Session, request: Request, site: Site, *, browser: bool) -> Session:
    """Return the session if it meets the demands, otherwise raise `Stopped`."""
    if not demands.met_by(session, site.server.clock.now()):
        sentence = f"Log in again to do this{', with your passkey' * demands.phishing_resistant}."
        reason: Reason = "insufficient_user_authentication"
        raise _log_in(request, site, reason, sentence, demands, browser=browser)
    return session


def _log_in(
    request: Request, site: Site, reason: Reason, sentence: str, demands: Demands, *, browser: bool
) -> Stopped:
    if browser:
        login, back = under(request, site.login_path), way_back(request)
        return Stopped(
            303, sentence, reason, {"Location": with_next(login, back, passkey=demands.phishing_resistant)}
        )
    challenge = f" {demands.challenge}" if reason == "insufficient_user_authentication" else ""
    return Stopped(401, sentence, reason, {"WWW-Authenticate": f"Bearer{challenge}"})
