"""What another site, another browser or an older step could try: forged forms, fixed cookies, ways out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from fastapi.routing import APIRoute
from hypothesis import given, settings
from hypothesis import strategies as st

from mfa_lab.errors import InvalidInput
from mfa_lab.server.flow import MfaServer
from mfa_lab.web import tokens
from mfa_lab.web.app import PARTS, create_app
from mfa_lab.web.origin import own_path
from tests.web.kit import PASSWORD, Browser, Served, refused, serving

FORMS = sorted(
    route.path
    for part in PARTS
    for route in part.routes
    if isinstance(route, APIRoute) and "POST" in (route.methods or ()) and not route.path.startswith("/api/")
)
FOREIGN = [
    {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://127.0.0.1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]
"""What a browser says of a form that another site made it send."""


@pytest.fixture(scope="module")
def somebody(served: Served) -> Browser:
    """A browser with a session that must survive everything here."""
    served.enrol("somebody@example.org")
    browser = served.browser()
    browser.log_in(served, "somebody@example.org")
    return browser


def test_there_are_forms() -> None:
    """The table below is made from the routes themselves, so that no form is forgotten."""
    assert {
        "/login",
        "/code",
        "/confirm",
        "/revoke",
        "/password",
        "/logout",
        "/reset-code",
        "/passkey",
        "/passkey/options",
        "/password-reset",
        "/password-reset/new",
        "/accounts/delete",
        "/accounts/state",
        "/sessions/end",
        "/sessions/end-others",
    } <= set(FORMS)


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("headers", FOREIGN, ids=lambda headers: " ".join(headers.values()))
def test_a_form_from_another_site_leaves_the_cookie_alone(path: str, headers: dict[str, str], served: Served) -> None:
    """Such a form comes without the `Lax` cookie. An answer that set a new one would throw the owner out."""
    answer = httpx.post(f"{served.url}{path}", headers=headers)
    assert refused(answer)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_its_token(path: str, somebody: Browser, served: Served) -> None:
    """Without one, with one of another browser, with one that is nonsense: refused, and the session goes on."""
    stranger = served.browser()
    stranger.get("/login")
    other = str(stranger.page.select_one("[name=form_token]")["value"])
    for fields in ({}, {"form_token": ""}, {"form_token": other}, {"form_token": "\u00e4\ud7ff"}):
        assert refused(somebody.post(path, fields))
    assert somebody.get("/account").status_code == 200
    assert somebody.title == "Your account"


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("headers", FOREIGN, ids=lambda headers: " ".join(headers.values()))
def test_a_form_from_another_site(path: str, headers: dict[str, str], somebody: Browser) -> None:
    """Whatever token it brings: where the browser says it comes from elsewhere, nothing is done."""
    fields = {"form_token": tokens.form_token(somebody.cookie)}
    assert refused(somebody.http.post(path, data=fields, headers=headers))
    assert somebody.get("/account").status_code == 200


def test_a_client_that_is_no_browser(served: Served, somebody: Browser) -> None:
    """curl says neither; the token alone decides then."""
    fields = {"form_token": tokens.form_token(somebody.cookie), "old": "", "new": ""}
    assert somebody.http.post("/password", data=fields).status_code == 422


def test_no_browser_without_a_cookie(served: Served) -> None:
    """A form without any cookie has nothing to be bound to, and is refused."""
    answer = httpx.post(f"{served.url}/login", data={"form_token": tokens.form_token("")})
    assert refused(answer)


def test_every_step_has_a_cookie_of_its_own(served: Served, name: str) -> None:
    """ASVS-7.2.4, session fixation: password, code and a later login each bring a new one; the earlier ones grant
    nothing.
    """
    served.enrol(name)
    browser = served.browser()
    seen = []
    for step in (
        lambda: browser.get("/login"),
        lambda: browser.send("/login", account=name, password=PASSWORD),
        lambda: browser.send("/code", code=served.code(name)),
        lambda: browser.get("/login?next=/account"),
        lambda: browser.send("/login", account=name, password=PASSWORD),
        lambda: browser.send("/code", code=served.code(name)),
    ):
        step()
        seen.append(browser.cookie)
    assert len(set(seen)) == 5  # the fourth step only shows a page
    for old in seen[:-1]:
        thief = served.browser()
        thief.http.cookies.set("mfa-lab", old)
        thief.get("/account")
        assert thief.title == "Log in"
    browser.get("/account")
    assert browser.title == "Your account"


@pytest.mark.parametrize("planted", ["a.", "p.", "s."])
def test_a_planted_cookie_becomes_no_session(planted: str, served: Served, name: str) -> None:
    """Anyone who sets the victim's cookie beforehand knows nothing of the session that the victim gets."""
    served.enrol(name)
    value = planted + "x" * 43
    victim, attacker = served.browser(), served.browser()
    for browser in (victim, attacker):
        browser.http.cookies.set("mfa-lab", value, domain="127.0.0.1")
    victim.log_in(served, name)
    assert victim.title == "Your account"
    assert value not in victim.http.cookies.values()
    attacker.get("/account")
    assert attacker.title == "Log in"


@pytest.mark.parametrize("letter", "apse")
def test_a_token_under_another_letter(letter: str, served: Served, name: str) -> None:
    """A pending login that claims to be a session is none."""
    served.enrol(name)
    browser = served.browser()
    browser.get("/login")
    browser.send("/login", account=name, password=PASSWORD)
    thief = served.browser()
    thief.http.cookies.set("mfa-lab", letter + browser.cookie[1:])
    thief.get("/account")
    assert thief.title == "Log in"


WAYS_OUT = [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%0d/evil\r\nSet-Cookie: x=y",
    "javascript:alert(1)",
    "/\t/evil.example",
    " //evil.example",
    "evil.example",
    "///evil.example",
    "/" + "a" * 2000,
    "",
]


@pytest.mark.parametrize("way", WAYS_OUT)
def test_a_login_leads_nowhere_else(way: str, served: Served, name: str) -> None:
    """No open redirect: whatever `next` says at any step, the login ends on this site's own page."""
    served.enrol(name)
    browser = served.browser()
    browser.answer = browser.http.get("/login", params={"next": way})
    token = tokens.form_token(browser.cookie)
    fields = {"form_token": token, "next": way, "account": name, "password": PASSWORD}
    first = browser.http.post("/login", data=fields)
    assert first.headers["location"] == "/code"
    fields = {"form_token": tokens.form_token(browser.cookie), "next": way, "code": served.code(name)}
    second = browser.http.post("/code", params={"next": way}, data=fields)
    assert second.headers["location"] == "/account"


PIECES = ["/", "\\", "\t", "\n", " ", "\0", ":", "@", "?", "#", ".", "%2f", "%5c", "https:", "evil.example"]


@settings(max_examples=2000)
@given(st.lists(st.sampled_from(PIECES), max_size=5).map(lambda pieces: "/" + "".join(pieces)))
def test_no_text_leads_out(text: str) -> None:
    """As browsers read an address (no line breaks and tabs, backslashes and many slashes as two), the host stays."""
    kept = own_path(text)
    assert kept in ("", text)
    read = re.sub(r"[\t\n\r]", "", kept).replace("\\", "/").strip("\0 ")
    read = re.sub("^//+", "//", read)
    assert urlsplit(urljoin("https://here.example/login", read)).netloc == "here.example"


def test_a_login_leads_back_to_a_page_of_this_site(served: Served, name: str) -> None:
    """A path with its query is kept through all steps, a wrong password among them."""
    served.enrol(name)
    browser = served.browser()
    browser.get("/enrol?further=yes")
    browser.send("/login", account=name, password="demo: not it")
    browser.send("/login", account=name, password=PASSWORD)
    browser.send("/code", code=served.code(name))
    assert browser.path == "/enrol?further=yes"


@pytest.fixture(scope="module")
def by_https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Behind a proxy that speaks https and says so."""
    with serving(tmp_path_factory.mktemp("https"), https="yes") as served:
        yield served


def test_the_cookie_by_https(by_https: Served) -> None:
    """`__Host-`, Secure, HttpOnly, SameSite, the whole site and no Domain; it ends with the browser."""
    answer = httpx.get(f"{by_https.url}/login", headers={"X-Forwarded-Proto": "https"})
    value, *attributes = answer.headers["set-cookie"].split("; ")
    assert value.startswith("__Host-mfa-lab=a.")
    assert {each.lower() for each in attributes} == {"httponly", "path=/", "samesite=lax", "secure"}
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_plain_http_where_https_is_meant(by_https: Served) -> None:
    """No page and no cookie go in clear, and HSTS is not claimed there."""
    for path in ("/login", "/api/session", "/style.css"):
        answer = httpx.get(by_https.url + path)
        assert answer.status_code == 400
        assert "set-cookie" not in answer.headers
        assert "strict-transport-security" not in answer.headers


def test_a_proxy_where_plain_http_is_meant(served: Served) -> None:
    """A server started for its own machine notices that it stands behind a proxy, and says so."""
    for name in ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded"):
        assert httpx.get(f"{served.url}/login", headers={name: "https"}).status_code == 400


def test_the_cookie_by_plain_http(served: Served) -> None:
    """On one's own machine: without the prefix and Secure, which not all browsers take there."""
    value, *attributes = httpx.get(f"{served.url}/login").headers["set-cookie"].split("; ")
    assert value.startswith("mfa-lab=a.")
    assert {each.lower() for each in attributes} == {"httponly", "path=/", "samesite=lax"}


def test_the_cookie_of_one_path() -> None:
    """Where other applications share the host: `__Secure-`, because `__Host-` is only for a whole host."""
    rules = tokens.Cookie(path="/user/seat-01/shop")
    assert (rules.name, rules.attributes["path"]) == ("__Secure-mfa-lab", "/user/seat-01/shop")
    with closing(MfaServer()) as server:
        for path in ("shop", "//evil.example", ""):
            with pytest.raises(InvalidInput, match="cookie_path must be a path of this site"):
                create_app(server, cookie_path=path)
