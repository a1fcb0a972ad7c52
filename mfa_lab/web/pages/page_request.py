"""Handle one request from a browser, from its cookie to the page that answers it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from mfa_lab.errors import OUT_OF_DATE, AccessDenied, LoginOver, MfaError, StepDone
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.records import Kind, PendingLogin, Session
from mfa_lab.web import tokens
from mfa_lab.web.answers import POLICIES, path_in, render, sentence, told
from mfa_lab.web.guard import fresh_session_in, session_in
from mfa_lab.web.origin import cross_site, own_path, with_next
from mfa_lab.web.site import Site, site_of, under

log = logging.getLogger("mfa_lab.web")

_NO_COOKIE = "a form came without this site's cookie; over plain http, browsers send no Secure cookie"
_REMEMBER_EARLIER_SECONDS = 600


class Visit:
    """One request from a browser. `token` is the text of the cookie, or empty. `fields` are the fields of a form.

    The page that `form` sets shows every rejection of the server. The words and the status do not depend on the
    reason.
    """

    def __init__(self, request: Request, fields: Mapping[str, str]) -> None:
        self.request = request
        self.site: Site = site_of(request)
        self.token = self.site.cookie_rules.token_in(request.headers.get("cookie"))
        self._came_with = self.token
        self.fields = fields
        self.name = ""
        self._form: tuple[str, dict[str, Any]] = ("message.html", {"title": "Not done"})
        request.state.visit = self

    @property
    def server(self) -> MfaServer:
        return self.site.server

    @property
    def next(self) -> str:
        """Return the path on this site that opens after the login, or an empty string."""
        return own_path(self._given("next"))

    @property
    def needs_passkey(self) -> bool:
        """Return whether the page to open after the login needs a session that a passkey began."""
        return self._given("with") == "passkey"

    def _given(self, name: str) -> str:
        return self.fields.get(name) or self.request.query_params.get(name, "")

    def field(self, name: str) -> str:
        return self.fields.get(name, "")

    def identifier(self, name: str) -> str:
        """Return an id from a form if it looks like the server's ids, otherwise an empty text."""
        return self.field(name) if re.fullmatch("[0-9a-f]{32}", self.field(name)) else ""

    def session(self, *, fresh: bool = False) -> Session:
        """Return the session of this request.

        With `fresh`, the session must be good enough for changes to the account (`fresh_session_in`).

        Raises `Stopped`, which sends the browser to the login.
        """
        find = fresh_session_in if fresh else session_in
        session = find(self.request, self.site, self.token, browser=True)
        self.name = session.name
        return session

    def permit(self) -> PendingLogin | Session:
        """Return the pending login or the fresh session of this request, which may permit an enrolment.

        Raises `Stopped`.
        """
        return tokens.pending(self.token) if self.token.startswith("p.") else self.session(fresh=True)

    def accepted_kinds(self) -> tuple[Kind, ...]:
        """Return the kinds of authenticators that can complete the pending login of this request here.

        Raises `AccessDenied`.
        """
        return self.site.offered(self.server.accepted_kinds(tokens.pending(self.token)))

    def _passkey_origin(self) -> str:
        """Return the origin at which passkeys work if this page has another origin, otherwise an empty text."""
        party, headers = self.server.relying_party, self.request.headers
        here = f"{self.request.scope['scheme']}://{headers.get('host', '').lower()}"
        return "" if party is None or here in party.origins else party.origins[0]

    def form(self, template: str, **values: Any) -> None:
        """Set the template and the values of the page that shows a rejection."""
        self._form = (template, values)

    def page(self, template: str, *, status: int = 200, alert: str = "", **values: Any) -> Response:
        """Return a page whose forms are bound to this browser's cookie.

        A browser without a cookie gets a new cookie.
        """
        token = self.token or tokens.anonymous()
        html = render(
            template, self.request, self.site, alert=alert, form_token=tokens.form_token(token), next=self.next,
            needs_passkey=self.needs_passkey, passkey_origin=self._passkey_origin(), **({"name": self.name} | values),
        )  # fmt: skip
        response = HTMLResponse(html, status)
        if template in POLICIES:
            response.headers["Content-Security-Policy"] = POLICIES[template]
        if token != self.token:
            self.give(response, token)
        return response

    def refusal(self, error: MfaError) -> Response:
        """Return the form's page again, with a sentence that a stranger may read.

        If the user cannot use this form again, return another page.
        """
        status, sentence, _ = told(error)
        template, values = self._form
        if isinstance(error, StepDone):
            template, values, sentence = "done.html", {"done": sentence}, ""
        elif isinstance(error, LoginOver):
            template, values = "over.html", {}
        response = self.page(template, status=status, alert=sentence, **values)
        if not self.token:  # another site's form has no cookie of ours: a new one would replace the owner's
            del response.headers["set-cookie"]
        return response

    def go(self, path: str, token: str | None = None) -> Response:
        """Redirect to another page of this kit. A `token` sets a new cookie for a new step.

        An empty `token` deletes the cookie.
        """
        return self.leave(self.own(with_next(path, self.next, passkey=self.needs_passkey)), token)

    def arrive(self, session: Session) -> Response:
        """Redirect to the page that the user requested before the login, with the new session's cookie."""
        there, account = self.next or under(self.request, self.site.home), self.own("/account")
        unasked = session.codes_to_acknowledge and there != account  # the account page offers a fresh set itself
        if unasked and not self.server.needs_passkey(session):
            there = with_next(self.own("/recovery-codes"), there)
        return self.leave(there, tokens.written(session))

    def own(self, path: str) -> str:
        """Return the full path of one of this kit's pages, as a browser must request it."""
        return under(self.request, self.site.prefix) + path

    def leave(self, path: str, token: str | None = None) -> Response:
        """Redirect to any page of this site, with a new cookie if there is a `token`."""
        response = RedirectResponse(path, 303)
        if token is not None:
            self.give(response, token)
        return response

    def give(self, response: Response, token: str) -> None:
        """Set a cookie that no script can read, and that browsers do not send with another site's form."""
        self._set_cookie(response, self.site.cookie, token, None if token else 0)
        if self._came_with and token != self._came_with:
            earlier = tokens.form_token(self._came_with)
            value = f"{earlier}.{self._step(earlier)}"
            self._set_cookie(response, self.site.earlier_cookie, value, _REMEMBER_EARLIER_SECONDS)

    def _set_cookie(self, response: Response, name: str, value: str, max_age: int | None) -> None:
        response.set_cookie(name, value, max_age=max_age, **self.site.cookie_rules.attributes)

    def _step(self, form_token: str) -> str:
        """Return the name of the step that this form requests. A login to another account is another step."""
        return tokens.step(form_token, path_in(self.request.scope), self.field("account"))

    def check_form(self) -> None:
        """Raise `AccessDenied` unless this form was made for the cookie of this browser.

        If this form's step has already set the current cookie, raise `StepDone`: the request is the second click of a
        double click.
        """
        given = self.field("form_token")
        if tokens.fits(given, self.token):
            return
        cookie = tokens.in_cookie(self.request.headers.get("cookie", ""), self.site.earlier_cookie)
        earlier, _, step = cookie.partition(".")
        if earlier and tokens.same(given, earlier):
            if tokens.same(self._step(earlier), step):
                raise StepDone
            raise AccessDenied(OUT_OF_DATE)  # another tab has done the next step meanwhile
        log.warning("refused: %s", "the form does not belong to this cookie" if self.token else _NO_COOKIE)
        raise AccessDenied


async def _visit(request: Request) -> Visit:
    return Visit(request, {})


async def _posted(request: Request) -> Visit:
    """Return a form that this browser sent, otherwise raise `AccessDenied`.

    The routes for forms get their `Visit` only from this function.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":  # only what our forms send, without another charset
        raise AccessDenied
    form = await request.form(max_files=0, max_fields=20)
    visit = Visit(request, {name: value for name, value in form.items() if isinstance(value, str)})
    if cross_site(request, proof=False):
        raise AccessDenied
    visit.check_form()
    return visit


Shown = Annotated[Visit, Depends(_visit)]
Posted = Annotated[Visit, Depends(_posted)]


class PageRoute(APIRoute):
    """Show a rejection of the server on the form's page, and a fault in plain words."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except MfaError as error:
                visit: Visit = getattr(request.state, "visit", None) or Visit(request, {})
                return visit.refusal(error)

        return answer


class OptionsRoute(APIRoute):
    """Answer a page's script. If the server rejects the request, the answer is JSON with a sentence for the user."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except MfaError as error:
                status, detail, reason = told(error)
                return JSONResponse({"detail": sentence(detail), "reason": reason}, status)

        return answer
