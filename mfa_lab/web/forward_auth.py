"""Answer a proxy that asks about each request whether its user has logged in (forward-auth, nginx's `auth_request`).

The proxy protects an application that does not know this kit. docs/forward-auth.md shows how to set up the proxy.
"""

from __future__ import annotations

import logging
import re
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from mfa_lab.errors import InvalidInput, MfaError
from mfa_lab.redaction import clears_variables
from mfa_lab.web import tokens
from mfa_lab.web.answers import told
from mfa_lab.web.guard import Demands, Stopped, check_sender, session_in
from mfa_lab.web.origin import SAFE_METHODS, host_and_port, own_page, with_next
from mfa_lab.web.site import Site, site_of, under

log = logging.getLogger("mfa_lab.web")

_PARAMETERS = {"max_age", "phishing_resistant", "redirect"}
_YES_OR_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_ORIGINAL = ("x-original-url", "x-original-method")
_FORWARDED = ("x-forwarded-uri", "x-forwarded-method")


class Original(NamedTuple):
    """The request that the proxy received, with the `origin` of this site and the `page` to open after a login.

    Both are empty if the proxy does not name an address of this site.
    """

    request: Request
    origin: str
    page: str


class Verify:
    """The ASGI application at `/verify`. It answers every method, and never reads a body.

    If the cookie's session meets the demands, the answer is 204. Its header `Remote-User` contains the account's
    name, and its header `Remote-Subject` contains `Session.subject`. The answer for an account of `begin_for` has no
    `Remote-User`, because the name of such an account is not unique.

    If the session does not meet the demands, the answer is 401. For a browser, `Login-Location` is then the path of
    the login that leads back to the page. The query parameters `max_age` (in seconds) and `phishing_resistant` are
    the demands. With `redirect=yes`, a browser gets 303 instead of 401, for a proxy that passes on the answer. If
    another site made the browser send the request (CSRF), the answer is 403.

    With `behind_proxy`, the server uses the headers in which the proxy describes the original request. Only a
    trusted proxy can send them: the web server sets the scheme to https only for such a proxy, and `Shield` rejects
    plain http.
    """

    def __init__(self, *, behind_proxy: bool) -> None:
        self.behind_proxy = behind_proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await run_in_threadpool(self.answer, Request(scope))
        await response(scope, receive, send)

    @clears_variables  # of the cookie
    def answer(self, request: Request) -> Response:
        """Return the answer to the request of a proxy."""
        try:
            demands, redirect = _read_query(request.query_params)
            original = self._original(request)
        except InvalidInput as error:  # the operator's mistake: the proxy shows this sentence to nobody
            log.error("refused at %s: %s", request.url.path, error)
            return _problem(Stopped(*told(error)))
        try:
            return _checked(original.request, demands)
        except Stopped as stop:
            if stop.status_code != 401 or "text/html" not in request.headers.get("accept", ""):
                return _problem(stop)
            login = under(request, site_of(request).login_path)
            location = with_next(login, original.page, passkey=demands.phishing_resistant)
            if redirect:
                return Response(status_code=303, headers={"Location": f"{original.origin}{location}"})
            return _problem(stop, {"Login-Location": location})
        except MfaError as error:
            return _problem(Stopped(*told(error)))

    def _original(self, request: Request) -> Original:
        """Return what the proxy received.

        Raises `InvalidInput` if the headers do not come from a trusted proxy, or contradict each other.
        """
        headers = request.headers
        given = [name for name in _ORIGINAL + _FORWARDED if name in headers]
        if given and not self.behind_proxy:
            raise InvalidInput(
                f"the request has {given[0]}, but this server trusts no proxy: start it with --behind-https"
            )
        both = len({name in _ORIGINAL for name in given}) > 1
        if both or any(len(headers.getlist(name)) > 1 for name in given):
            raise InvalidInput(
                "the proxy must send X-Original-URL and X-Original-Method, or X-Forwarded-Uri and "
                "X-Forwarded-Method, each once, and remove the others"
            )
        address = headers.get("x-original-url", "")
        if "x-forwarded-uri" in headers:
            proto, host, uri = (headers.get(f"x-forwarded-{part}", "") for part in ("proto", "host", "uri"))
            address = f"{proto}://{host}{uri}"
        method = headers.get("x-original-method") or headers.get("x-forwarded-method") or request.method
        host = _own_host(address, site_of(request))
        origin = f"{request.scope['scheme']}://{host}" if host else ""
        where = address if method in SAFE_METHODS else headers.get("referer", "")
        page = own_page(where, host) if where.startswith(f"{origin}/") else ""
        return Original(_as_received(request, method, host), origin, page)


def _read_query(query: QueryParams) -> tuple[Demands, bool]:
    """Return the demands, and whether the answer may redirect. Raises `InvalidInput`.

    A misspelt or repeated parameter must not make the demands weaker, so it is an error.
    """
    names = [name for name, _ in query.multi_items()]
    if not set(names) <= _PARAMETERS or len(set(names)) < len(names):
        raise InvalidInput("the parameters may be max_age, phishing_resistant and redirect, once each")
    age = query.get("max_age")
    if age is not None and not re.fullmatch("[1-9][0-9]{0,8}", age):
        raise InvalidInput("max_age must be a whole number of seconds, 1 or more")
    flags = [query.get(name, "no") for name in ("phishing_resistant", "redirect")]
    if not set(flags) <= set(_YES_OR_NO):
        raise InvalidInput("phishing_resistant and redirect must be yes or no")
    strong, redirect = (_YES_OR_NO[flag] for flag in flags)
    return Demands(int(age) if age else None, strong), redirect


def _own_host(address: str, site: Site) -> str:
    """Return the host and the port of an address of this site, otherwise an empty text."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    found = host_and_port(parts.netloc)
    return parts.netloc if found and found[0] in site.hosts else ""


def _as_received(request: Request, method: str, host: str) -> Request:
    """Return the request with the method and, if there is a `host`, with the Host header that the proxy received."""
    headers = [header for header in request.scope["headers"] if not host or header[0] != b"host"]
    given = [(b"host", host.encode())] if host else []
    return Request({**request.scope, "method": method, "headers": headers + given})


@clears_variables
def _checked(request: Request, demands: Demands) -> Response:
    """Return the answer for a session that meets the demands, otherwise raise `Stopped`."""
    site = site_of(request)
    cookie = tokens.in_cookie(request.headers.get("cookie", ""), site.cookie)
    if cookie:
        check_sender(request)
    session = session_in(request, site, cookie, demands, browser=False)
    headers = {"Remote-Subject": session.subject}
    if session.external is None:  # any number of accounts of `begin_for` may have the same name
        headers["Remote-User"] = in_header(session.name)
    return Response(status_code=204, headers=headers)


def in_header(name: str) -> str:
    """Return a name for a header: ASCII letters, digits and `-._~@+/:` stay, and other bytes of UTF-8 become %XX.

    `urllib.parse.unquote` returns the name.
    """
    return quote(name, safe="@+/:")


def _problem(stop: Stopped, headers: dict[str, str] | None = None) -> Response:
    content = {"detail": stop.detail, "reason": stop.reason}
    return JSONResponse(content, stop.status_code, {**(stop.headers or {}), **(headers or {})})
