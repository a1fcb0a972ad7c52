"""Add MFA to an existing application, or make a complete small application with MFA."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import Event, Thread

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mfa_lab import __version__
from mfa_lab.errors import InvalidInput
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.notifications.notifier import Notifier
from mfa_lab.server.records import Subject
from mfa_lab.web import api
from mfa_lab.web.answers import NEW_PASSWORD_SCRIPT, PASSKEY_SCRIPT, answer, path_in
from mfa_lab.web.api import accounts as account_api
from mfa_lab.web.api import passkeys as passkey_api
from mfa_lab.web.api import password_resets as password_reset_api
from mfa_lab.web.api import sessions as session_api
from mfa_lab.web.forward_auth import Verify
from mfa_lab.web.guard import Stopped, stopped
from mfa_lab.web.middleware import Shield
from mfa_lab.web.pages import account, accounts, login, passkeys, password_reset, sessions
from mfa_lab.web.pages.style import css
from mfa_lab.web.site import LOOPBACK, Site, checked_prefix, names, under

log = logging.getLogger("mfa_lab.web")

MAX_BODY_BYTES = 64 * 1024
_SECONDS_BETWEEN_NOTIFICATIONS = 3.0
_SECONDS_FOR_THE_LAST_ONE = 5.0


def add_mfa(
    app: FastAPI,
    server: MfaServer,
    *,
    hosts: Iterable[str] = LOOPBACK,
    prefix: str = "/mfa",
    home: str = "/",
    https: bool = True,
    admins: Iterable[str | Subject] = (),
    registration: bool = False,
    login: str = "",
    cookie_path: str = "/",
) -> None:
    """Add the pages and the JSON API to an existing application, both under `prefix`, and enable `require_mfa`.

    `Site` explains the other arguments. Raises `InvalidInput`, also if the application has MFA already.
    """
    if getattr(app.state, "mfa", None) is not None:
        raise InvalidInput("this application has MFA already: call add_mfa once, with all hosts and administrators")
    site = Site(
        server=server,
        prefix=prefix,
        home=home,
        hosts=names(hosts, "hosts"),
        https=https,
        admins=names(admins, "admins"),
        registration=registration,
        login=login,
        cookie_path=cookie_path,
    )
    app.state.mfa = site
    for part in PARTS:  # side by side: in a nested router, Starlette would try each earlier route twice
        app.include_router(part, prefix=prefix, max_body_size=MAX_BODY_BYTES)
    app.add_api_route(f"{prefix}/style.css", _style, include_in_schema=False)
    app.add_api_route(f"{prefix}/passkey.js", _passkey_script, include_in_schema=False)
    app.add_api_route(f"{prefix}/new-password.js", _new_password_script, include_in_schema=False)
    if prefix:  # otherwise this path is the application's own front page
        app.add_api_route(f"{prefix}/", _to_the_account, include_in_schema=False)
    app.add_exception_handler(Stopped, stopped)
    app.add_middleware(Shield, site=site)


def create_app(
    server: MfaServer,
    *,
    hosts: Iterable[str] = LOOPBACK,
    prefix: str = "",
    home: str = "",
    https: bool = True,
    behind_proxy: bool = False,
    admins: Iterable[str] = (),
    registration: bool = True,
    cookie_path: str = "/",
    notifier: Notifier | None = None,
) -> FastAPI:
    """Return the complete small application, with everything under `prefix`.

    `home` is by default the account page. With `behind_proxy`, `/verify` uses the headers of a trusted proxy
    (`Verify`). With a `notifier`, the application sends security notifications while it runs.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with sending_notifications(server, notifier):
            yield
        server.close()

    # FastAPI's pages about an API load a script from another server, so they are off: nothing leaves the machine.
    app = FastAPI(
        title="mfa-lab",
        version=__version__,
        openapi_url=f"{checked_prefix(prefix)}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    home = home or f"{prefix}/account"
    add_mfa(
        app,
        server,
        hosts=hosts,
        prefix=prefix,
        home=home,
        https=https,
        admins=admins,
        registration=registration,
        cookie_path=cookie_path,
    )
    if not prefix:
        app.add_api_route("/", _to_the_account, include_in_schema=False)
    app.router.routes.append(Route(f"{prefix}/verify", Verify(behind_proxy=behind_proxy)))  # of every method
    app.add_exception_handler(HTTPException, _not_here)
    return app


def _to_the_account(request: Request) -> Response:
    return RedirectResponse(under(request, f"{request.app.state.mfa.prefix}/account"), 303)


async def _not_here(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    sentence = {404: "There is no such page.", 405: "This page rejects such requests."}.get(status, "Try again.")
    response = answer(request, request.app.state.mfa, status, sentence)
    if status == 405:
        path = path_in(request.scope).removeprefix(request.app.state.mfa.prefix)
        allowed = ", ".join(sorted(_methods(path)))
        response.headers["Allow"] = allowed or (getattr(error, "headers", None) or {}).get("Allow", "")
    return response


def _methods(path: str) -> set[str]:
    """Return the HTTP methods of all routes with this path (RFC 9110).

    Starlette names only the methods of the first route.
    """
    routes = [route for part in PARTS for route in part.routes if isinstance(route, APIRoute)]
    return {method for route in routes if route.path_regex.match(path) for method in route.methods or ()}


@contextmanager
def sending_notifications(server: MfaServer, notifier: Notifier | None) -> Iterator[None]:
    """While the `with` block runs, send security notifications through `notifier` every few seconds, in a thread.

    Without a notifier, nothing is sent. Several workers may send notifications at the same time, because a worker
    claims each notification before it sends it.
    """
    over = Event()

    def run(notifier: Notifier) -> None:
        while not over.wait(_SECONDS_BETWEEN_NOTIFICATIONS):
            try:
                server.send_notifications(notifier)
            except Exception:  # no database, or a broken notifier: try again soon
                log.exception("security notifications could not be sent")

    thread = Thread(target=run, args=(notifier,), name="notices", daemon=True)
    if notifier is not None:
        thread.start()
    try:
        yield
    finally:
        over.set()
        if notifier is not None:
            thread.join(
                _SECONDS_FOR_THE_LAST_ONE
            )  # an interrupted notification is sent again after its claim expires


def _style() -> Response:
    return _cached(css(), "text/css")


def _passkey_script() -> Response:
    return _cached(PASSKEY_SCRIPT, "text/javascript")


def _new_password_script() -> Response:
    return _cached(NEW_PASSWORD_SCRIPT, "text/javascript")


def _cached(text: str, media_type: str) -> Response:
    return Response(text, media_type=media_type, headers={"Cache-Control": "max-age=3600"})


PARTS = (
    api.router,
    passkey_api.router,
    session_api.router,
    account_api.router,
    password_reset_api.router,
    login.router,
    account.router,
    accounts.router,
    sessions.router,
    passkeys.router,
    password_reset.router,
    passkeys.options_router,
)
