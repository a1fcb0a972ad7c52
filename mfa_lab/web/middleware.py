"""Wrap every request: check its Host, add strict headers to the answer, and report a fault in plain words."""

from __future__ import annotations

import logging

from fastapi import FastAPI
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mfa_lab.errors import InvalidInput
from mfa_lab.redaction import clear_variables
from mfa_lab.web.answers import FAULT, POLICY, answer, path_in
from mfa_lab.web.guard import check_routes
from mfa_lab.web.origin import host_and_port
from mfa_lab.web.site import Site

log = logging.getLogger("mfa_lab.web")

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # With no-referrer, browsers send `Origin: null` from our own forms, and a login could not return to its page.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
HSTS = {"Strict-Transport-Security": "max-age=31536000"}
_RAW = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_RAW_BY_HTTPS = _RAW + [(name.lower().encode(), value.encode()) for name, value in HSTS.items()]
_PROXY = {b"forwarded", b"x-forwarded-for", b"x-forwarded-proto"}
_NEEDS_HTTPS = "This server accepts only https. If it is behind a proxy, the proxy must send X-Forwarded-Proto."
_NEEDS_HTTP = "This server was started for plain http on its own machine. To use a proxy, start it for https."
_NO_SUCH_HOST = "This server does not accept requests for this host name."


async def _refuse_misuse(app: FastAPI, send: Send) -> None:
    """Stop the start of the application, with a sentence, if a route uses `require_mfa` where it cannot work."""
    try:
        check_routes(app)
    except InvalidInput as error:
        await send({"type": "lifespan.startup.failed", "message": str(error)})
        raise


class Shield:
    """ASGI middleware for the paths under the site's prefix. It does not change the application's other pages."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self.app = app
        self.site = site
        self._checked = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _refuse_misuse(scope["app"], send)
        elif not self._checked and "app" in scope:  # a mounted application gets no lifespan
            check_routes(scope["app"])
            self._checked = True
        inside = scope["type"] == "http" and self._ours(path_in(scope))
        try:
            if inside:
                await self._answer(scope, receive, send)
            else:
                await self.app(scope, receive, send)
        except BaseException as error:
            del scope, receive, send  # the headers hold cookie and token, and a tool may print variables
            if inside:
                clear_variables(error)
            raise

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                given = message.setdefault("headers", [])
                named = {name.lower() for name, _ in given}
                ours = _RAW_BY_HTTPS if scope["scheme"] == "https" else _RAW
                given.extend(header for header in ours if header[0] not in named)
            await send(message)

        response = self._refusal(scope)
        if response is None:
            try:
                await self.app(scope, receive, with_headers)
            except ClientDisconnect:
                return  # the client has disconnected: send no answer, and log no traceback
            except Exception as fault:
                clear_variables(fault)
                below = fault.__traceback__ and fault.__traceback__.tb_next  # this frame still holds the request
                exc_info = (type(fault), fault.with_traceback(below), below)
                log.error("a fault while answering %s %r", scope["method"], scope["path"], exc_info=exc_info)
                if started:
                    raise
                response = answer(Request(scope), self.site, 503, FAULT, "fault")
        if response is not None:
            await response(scope, receive, with_headers)

    def _ours(self, path: str) -> bool:
        prefix = self.site.prefix
        return not prefix or path == prefix or path.startswith(f"{prefix}/")

    def _refusal(self, scope: Scope) -> Response | None:
        headers = scope["headers"]  # ASGI gives the names in lower case
        hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
        host = host_and_port(hosts[0]) if len(hosts) == 1 else None
        if host is None or host[0] not in self.site.hosts:
            known = ", ".join(self.site.hosts)
            log.warning("refused: Host is %.200r; this server answers to %s", ", ".join(hosts), known)
            return answer(Request(scope), self.site, 400, _NO_SUCH_HOST)
        if self.site.https and scope["scheme"] != "https":
            log.warning("refused: this server is for https, but the request came over %s", scope["scheme"])
            return answer(Request(scope), self.site, 400, _NEEDS_HTTPS)
        if not self.site.https and any(name in _PROXY for name, _ in headers):
            log.warning(
                "refused: this server is for plain http without a proxy, but the request came through a proxy"
            )
            return answer(Request(scope), self.site, 400, _NEEDS_HTTP)
        return None
