"""A shop in FastAPI with users of its own. The lines between the marks add the second factor, with the kit's pages.

`make_app(MfaServer("sqlite:///mfa.db"))` returns the application for an ASGI server.
"""

from __future__ import annotations

import hmac
from html import escape
from typing import Annotated

from fastapi import Depends, FastAPI, Form, HTTPException, Request, Response
from starlette.responses import HTMLResponse

# MFA: begin
from mfa_lab import AccessDenied, MfaServer, Session, Subject
from mfa_lab.web import add_mfa, continue_login, require_mfa

User = Annotated[Session, Depends(require_mfa())]
RecentUser = Annotated[Session, Depends(require_mfa(max_age_seconds=300))]
# MFA: end

USERS = {"alice@example.org": ("4711", "demo: correct horse battery staple")}  # yours are in a database, with hashes


def page(title: str, body: str = "", action: str = "", **fields: str) -> HTMLResponse:
    """Return a page, with a form if there is an `action`. `fields` are the names and the labels of its fields."""
    inputs = "".join(
        f'<p><label>{label} <input name="{name}" required type="{"password" if name == "password" else "text"}">'
        "</label></p>"
        for name, label in fields.items()
    )
    form = f'<form method="post" action="{escape(action)}">{inputs}<button>{title}</button></form>' if action else ""
    html = f'<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1><p>{escape(body)}</p>{form}'
    return HTMLResponse(html, headers={"Cache-Control": "no-store"})


def user_id(name: str, password: str) -> str:
    """Return the user's id, which never changes, or '' unless the password is correct."""
    found, expected = USERS.get(name, ("", ""))
    return found if hmac.compare_digest(password.encode(), expected.encode()) else ""


def make_app(mfa: MfaServer, *, https: bool = True) -> FastAPI:
    app = FastAPI()
    # MFA: begin
    add_mfa(app, mfa, https=https, login="/login")  # and hosts=["shop.example.org"]

    # MFA: end
    @app.get("/login")
    def show_login(request: Request) -> HTMLResponse:
        return page("Log in", action=f"/login?{request.url.query}", name="Name", password="Password")

    @app.post("/login")
    def log_in(request: Request, name: Annotated[str, Form()], password: Annotated[str, Form()]) -> Response:
        if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            raise HTTPException(403, "Another site sent this form.")  # it would log this browser in (CSRF)
        user = user_id(name, password)
        if not user:
            raise HTTPException(403, "Wrong name or password.")
        # MFA: begin
        try:
            return continue_login(request, mfa.begin_for(Subject("shop", user), name=name))
        except AccessDenied as error:  # the account is disabled
            raise HTTPException(403, str(error)) from None
        # MFA: end

    @app.get("/")
    def orders(me: User) -> HTMLResponse:  # MFA
        return page("Orders", f"Orders of the user {me.external.id if me.external else ''}.")

    @app.get("/transfers")
    def show_transfers(_: RecentUser) -> HTMLResponse:  # MFA
        return page("Send the money", action="/transfers")

    @app.post("/transfers")
    def transfer(_: RecentUser) -> HTMLResponse:  # MFA
        return page("Sent")

    return app
