"""A shop in Flask with users of its own. The lines between the marks add the second factor.

`mfa_lab.web.tokens` and `mfa_lab.web.origin` need no FastAPI. `make_app(MfaServer("sqlite:///mfa.db"))` returns the
application for a WSGI server.
"""

from __future__ import annotations

import hmac

from flask import Flask, Response, abort, make_response, redirect, render_template_string, request
from markupsafe import Markup

# MFA: begin
from mfa_lab import AccessDenied, MfaServer, Permit, Session, Subject
from mfa_lab.web import tokens
from mfa_lab.web.origin import own_path, with_next

# MFA: end

USERS = {"alice@example.org": ("4711", "demo: correct horse battery staple")}  # yours are in a database, with hashes
PAGE = """<!doctype html><html lang="en"><title>{{ title }}</title><h1>{{ title }}</h1>
{% if action %}<form method="post" action="{{ action }}">{% endif %}{{ body }}
{% for name, value in (hidden or {}).items() %}<input type="hidden" name="{{ name }}" value="{{ value }}">{% endfor %}
{% for name, label in fields.items() %}<p><label>{{ label }} <input name="{{ name }}" required
type="{{ "password" if name == "password" else "text" }}"></label></p>{% endfor %}
{% if action %}<button>{{ title }}</button></form>{% endif %}"""


def page(title: str, body: str = "", action: str = "", **fields: str) -> str:
    """Return a page, with a form if there is an `action`. `fields` are the names and the labels of its fields."""
    return render_template_string(PAGE, title=title, body=body, action=action, fields=fields)


def user_id(name: str, password: str) -> str:
    """Return the user's id, which never changes, or '' unless the password is correct."""
    found, expected = USERS.get(name, ("", ""))
    return found if hmac.compare_digest(password.encode(), expected.encode()) else ""


def make_app(mfa: MfaServer, *, https: bool = True) -> Flask:
    app = Flask(__name__)

    # MFA: begin
    cookie = tokens.Cookie(https=https)

    def token() -> str:
        return cookie.token_in(request.headers.get("Cookie"))

    def go(path: str, new_token: str) -> Response:
        mfa.log_out(tokens.session(token()))  # the new token replaces the old one
        response = make_response(redirect(path, 303))
        response.set_cookie(cookie.name, new_token, max_age=None if new_token else 0, **cookie.attributes)
        return response

    def second_step(user: str, name: str) -> Response:
        pending = mfa.begin_for(Subject("shop", user), name=name)
        step = "/code" if pending.permits is Permit.CODE else "/enrol"
        return go(with_next(step, own_path(request.form.get("next"))), tokens.written(pending))

    def session(max_age_seconds: int = 86400) -> Session:
        try:
            found = mfa.check_session(tokens.session(token()))
        except AccessDenied:
            found = None
        if found is None or mfa.clock.now() >= found.created_at + max_age_seconds:
            abort(redirect(with_next("/login", own_path(request.full_path)), 303))
        return found

    @app.context_processor
    def hidden_fields() -> dict[str, dict[str, str]]:
        return {"hidden": {"form_token": tokens.form_token(token()), "next": own_path(request.values.get("next"))}}

    @app.before_request
    def check_form() -> None:
        fits = tokens.fits(request.form.get("form_token", ""), token())
        if request.method == "POST" and request.path != "/login" and not fits:
            abort(403)

    @app.route("/enrol", methods=["GET", "POST"])
    def enrol() -> str:
        if request.method == "GET":
            return page("Show the QR code", action="/enrol")
        offer = mfa.start_enrolment(tokens.pending(token()))
        body = '{}<p id="setup-key">{}</p><input type="hidden" name="enrolment" value="{}">'
        body = Markup(body).format(Markup(offer.qr_svg()), offer.setup_key, tokens.written(offer))
        return page("Confirm", body, action="/confirm", code="Code from the app")

    @app.post("/confirm")
    def confirm() -> str:
        codes = mfa.confirm_enrolment(tokens.enrolment(request.form["enrolment"]), request.form["code"])
        return page("Your recovery codes", f"Save them, and then log in again: {', '.join(codes)}")

    @app.route("/code", methods=["GET", "POST"])
    def code() -> str | Response:
        if request.method == "GET":
            return page("Send the code", action="/code", code="Code from the app")
        done = mfa.finish_login(tokens.pending(token()), request.form["code"])
        return go(own_path(request.form.get("next")) or "/", tokens.written(done))

    @app.post("/logout")
    def log_out() -> Response:
        return go("/login", "")

    @app.errorhandler(AccessDenied)
    def denied(error: AccessDenied) -> tuple[str, int]:
        return page("Not done", str(error)), 403

    # MFA: end
    @app.after_request
    def keep_no_copy(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.route("/login", methods=["GET", "POST"])
    def login() -> str | Response | tuple[str, int]:
        if request.method == "GET":
            return page("Log in", action="/login", name="Name", password="Password")
        if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            abort(403)  # another site would log this browser in to an account of its own (CSRF)
        user = user_id(request.form["name"], request.form["password"])
        if not user:
            return page("Wrong name or password"), 403
        return second_step(user, request.form["name"])  # MFA: it was the application's own session before

    @app.get("/")
    def orders() -> str:
        me = session()  # MFA
        return page("Log out", f"Orders of the user {me.external.id if me.external else ''}.", action="/logout")

    @app.route("/transfers", methods=["GET", "POST"])
    def transfers() -> str:
        session(max_age_seconds=300)  # MFA: a recent login
        return page("Sent") if request.method == "POST" else page("Send the money", action="/transfers")

    return app
