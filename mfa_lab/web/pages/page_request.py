"""One request of a browser, from the cookie it brings to the page it gets."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mfa_lab.errors import AccessDenied, LoginOver, MfaError, StepDone
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.records import Session
from mfa_lab.web import tokens
from mfa_lab.web.answers import render, told
from mfa_lab.web.guard import session_in
from mfa_lab.web.origin import cross_site, own_path, with_next
from mfa_lab.web.site import Site, site_of, under

_REMEMBER_EARLIER_SECONDS = 600


class Visit:
    """`token` is the cookie's text, '' without one; `fields` what a form brought.

    Whatever the server refuses is shown on the page named by `form`: with the same words and status for all.
    """

    def __init__(self, request: Request, fields: Mapping[str, str]) -> None:
        self.request = request
        self.site: Site = site_of(request)
        self.token = tokens.well_formed(tokens.in_cookie(request.headers.get("cookie", ""), self.site.cookie))
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
        """Where to go after the login: a path on this site, or nothing."""
        return own_path(self.fields.get("next") or self.request.query_params.get("next"))

    def field(self, name: str) -> str:
        return self.fields.get(name, "")

    def identifier(self, name: str) -> str:
        """An id from a form as the server makes them, else ''."""
        return self.field(name) if re.fullmatch("[0-9a-f]{32}", self.field(name)) else ""

    def session(self, *, fresh: bool = False) -> Session:
        """The session behind this visit, young enough for changes if it has to be `fresh`; else on to the login."""
        limit = self.server.policy.fresh_session_seconds if fresh else None
        session = session_in(self.request, self.site, self.token, limit, browser=True)
        self.name = session.name
        return session

    def form(self, template: str, **values: Any) -> None:
        """Name the page on which a refusal is told."""
        self._form = (template, values)

    def page(self, template: str, *, status: int = 200, alert: str = "", **values: Any) -> Response:
        """A page, whose forms are bound to this browser's cookie; a browser without one gets one."""
        token = self.token or tokens.anonymous()
        html = render(
            template, self.request, self.site, alert=alert, form_token=tokens.form_token(token), next=self.next,
            **({"name": self.name} | values),
        )  # fmt: skip
        response = HTMLResponse(html, status)
        if token != self.token:
            self.give(response, token)
        return response

    def refusal(self, error: MfaError) -> Response:
        """The page of the form once more, with what may be said of the error; the way on where no form helps."""
        status, sentence, _ = told(error)
        template, values = self._form
        if isinstance(error, StepDone):
            template, values, sentence = "done.html", {"done": sentence}, ""
        elif isinstance(error, LoginOver):
            template, values = "over.html", {}
        response = self.page(template, status=status, alert=sentence, **values)
        if not self.token:  # another site's form comes without our cookie: one given here would replace the owner's
            del response.headers["set-cookie"]
        return response

    def go(self, path: str, token: str | None = None) -> Response:
        """On to another page of this kit, with a new cookie for a new step; '' takes the cookie away."""
        return self.leave(self.own(with_next(path, self.next)), token)

    def own(self, path: str) -> str:
        """A page of this kit, as a browser asks for it."""
        return under(self.request, self.site.prefix) + path

    def leave(self, path: str, token: str | None = None) -> Response:
        """On to any page of this site."""
        response = RedirectResponse(path, 303)
        if token is not None:
            self.give(response, token)
        return response

    def give(self, response: Response, token: str) -> None:
        """A cookie that no script reads, and that no form of another site brings along."""
        self._set_cookie(response, self.site.cookie, token, None if token else 0)
        if self._came_with and token != self._came_with:
            earlier = tokens.form_token(self._came_with)
            self._set_cookie(response, self.site.earlier_cookie, earlier, _REMEMBER_EARLIER_SECONDS)

    def _set_cookie(self, response: Response, name: str, value: str, max_age: int | None) -> None:
        response.set_cookie(
            name, value, max_age=max_age, path="/", secure=self.site.https, httponly=True, samesite="lax"
        )

    def of_the_step_before(self) -> bool:
        """Whether this form stood on this browser's page one step ago: the second click of two. Nothing is done."""
        earlier = tokens.in_cookie(self.request.headers.get("cookie", ""), self.site.earlier_cookie)
        return bool(earlier) and tokens.same(self.field("form_token"), earlier)


async def _visit(request: Request) -> Visit:
    return Visit(request, {})


async def _posted(request: Request) -> Visit:
    """A form of this very browser, else `AccessDenied`: no route can forget to ask."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":  # what our forms send, and nothing with a charset of its own
        raise AccessDenied
    form = await request.form(max_files=0, max_fields=20)
    visit = Visit(request, {name: value for name, value in form.items() if isinstance(value, str)})
    if cross_site(request, proof=False):
        raise AccessDenied
    if not tokens.fits(visit.field("form_token"), visit.token):
        raise StepDone if visit.of_the_step_before() else AccessDenied
    return visit


Shown = Annotated[Visit, Depends(_visit)]
Posted = Annotated[Visit, Depends(_posted)]


class PageRoute(APIRoute):
    """Tells what the server refused on the page of the form, and a fault in plain words."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except MfaError as error:
                visit: Visit = getattr(request.state, "visit", None) or Visit(request, {})
                return visit.refusal(error)

        return answer
