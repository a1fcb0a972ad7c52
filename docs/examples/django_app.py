"""A shop in Django with users of its own. The lines between the marks add the second factor.

Django's own protection against forged forms (CSRF) stays. `mfa_lab.web.tokens` and `mfa_lab.web.origin` need no
FastAPI. `make_app(MfaServer("sqlite:///mfa.db"))` returns the application for a WSGI server. A larger project has
the same views in its own modules, and the same settings in settings.py.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import RequestContext, Template
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

# MFA: begin
from mfa_lab import AccessDenied, MfaServer, Permit, Subject
from mfa_lab.web import tokens
from mfa_lab.web.origin import own_path, with_next

# MFA: end

View = Callable[[HttpRequest], HttpResponse]
USERS = {"alice@example.org": ("4711", "demo: correct horse battery staple")}  # yours are in a database, with hashes
PAGE = """<!doctype html><html lang="en"><title>{{ title }}</title><h1>{{ title }}</h1>
{% if action %}<form method="post" action="{{ action }}">{% csrf_token %}{% endif %}{{ body }}
<input type="hidden" name="next" value="{{ next }}">
{% for name, label in fields.items %}<p><label>{{ label }} <input name="{{ name }}" required
type="{% if name == "password" %}password{% else %}text{% endif %}"></label></p>{% endfor %}
{% if action %}<button>{{ title }}</button></form>{% endif %}"""


def page(
    request: HttpRequest, title: str, body: str = "", action: str = "", *, status: int = 200, **fields: str
) -> HttpResponse:
    """Return a page, with a form if there is an `action`. `fields` are the names and the labels of its fields."""
    values = {"title": title, "body": body, "action": action, "fields": fields, "next": request.GET.get("next", "")}
    html = Template(PAGE).render(RequestContext(request, values))
    return HttpResponse(html, status=status, headers={"Cache-Control": "no-store"})


def user_id(name: str, password: str) -> str:
    """Return the user's id, which never changes, or '' unless the password is correct."""
    found, expected = USERS.get(name, ("", ""))
    return found if hmac.compare_digest(password.encode(), expected.encode()) else ""


def make_app(mfa: MfaServer, *, https: bool = True) -> WSGIHandler:
    # MFA: begin
    cookie = tokens.Cookie(https=https)

    def token(request: HttpRequest) -> str:
        return cookie.token_in(request.headers.get("Cookie"))

    def go(request: HttpRequest, address: str, new_token: str) -> HttpResponse:
        mfa.log_out(tokens.session(token(request)))  # the new token replaces the old one
        response = HttpResponseRedirect(address)
        response.set_cookie(cookie.name, new_token, max_age=None if new_token else 0, **cookie.attributes)
        return response

    def second_step(request: HttpRequest, user: str, name: str) -> HttpResponse:
        pending = mfa.begin_for(Subject("shop", user), name=name)
        step = "/code" if pending.permits is Permit.CODE else "/enrol"
        return go(request, with_next(step, own_path(request.POST.get("next"))), tokens.written(pending))

    def require_mfa(view: View, max_age_seconds: int = 86400) -> View:
        def protected(request: HttpRequest) -> HttpResponse:
            try:
                session = mfa.check_session(tokens.session(token(request)))
            except AccessDenied:
                session = None
            if session is None or mfa.clock.now() >= session.created_at + max_age_seconds:
                return HttpResponseRedirect(with_next("/login", own_path(request.get_full_path())))
            request.mfa = session
            return view(request)

        return protected

    def told(view: View) -> View:
        def answered(request: HttpRequest) -> HttpResponse:
            try:
                return view(request)
            except AccessDenied as error:
                return page(request, "Not done", str(error), status=403)

        return answered

    def enrol(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return page(request, "Show the QR code", action="/enrol")
        offer = mfa.start_enrolment(tokens.pending(token(request)))
        body = '{}<p id="setup-key">{}</p><input type="hidden" name="enrolment" value="{}">'
        body = format_html(body, mark_safe(offer.qr_svg()), offer.setup_key, tokens.written(offer))
        return page(request, "Confirm", body, action="/confirm", code="Code from the app")

    def confirm(request: HttpRequest) -> HttpResponse:
        enrolment = tokens.enrolment(request.POST.get("enrolment", ""))
        codes = mfa.confirm_enrolment(enrolment, request.POST.get("code", ""))
        return page(request, "Your recovery codes", f"Save them, and then log in again: {', '.join(codes)}")

    def code(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return page(request, "Send the code", action="/code", code="Code from the app")
        done = mfa.finish_login(tokens.pending(token(request)), request.POST.get("code", ""))
        return go(request, own_path(request.POST.get("next")) or "/", tokens.written(done))

    def log_out(request: HttpRequest) -> HttpResponse:
        return go(request, "/login", "")

    steps = {"enrol": told(enrol), "confirm": require_POST(told(confirm)), "code": told(code)}
    # MFA: end

    def login(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return page(request, "Log in", action="/login", name="Name", password="Password")
        name = request.POST.get("name", "")
        user = user_id(name, request.POST.get("password", ""))
        if not user:
            return page(request, "Wrong name or password", status=403)
        return second_step(request, user, name)  # MFA: it was the application's own session before

    def orders(request: HttpRequest) -> HttpResponse:
        return page(request, "Log out", f"Orders of the user {request.mfa.external.id}.", action="/logout")

    def transfers(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            return page(request, "Sent")
        return page(request, "Send the money", action="/transfers")

    views = {
        "login": told(login),
        "": require_mfa(orders),  # MFA
        "transfers": require_mfa(transfers, max_age_seconds=300),  # MFA: a recent login
        "logout": require_POST(log_out),
        **steps,  # MFA
    }
    settings.configure(
        ALLOWED_HOSTS=["shop.example.org", "localhost", "127.0.0.1"],
        CSRF_COOKIE_NAME="__Host-csrf" if https else "csrf",
        CSRF_COOKIE_SECURE=https,
        MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
        ROOT_URLCONF=tuple(path(address, view) for address, view in views.items()),
        SECRET_KEY=secrets.token_urlsafe(),
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        USE_TZ=True,
    )
    return get_wsgi_application()
