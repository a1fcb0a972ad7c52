"""Forward-auth: the proxies of docs/forward-auth.md before a small application that knows nothing of the kit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from mfa_lab import Phone, Subject
from mfa_lab.web import tokens
from tests.postgres import running_cluster
from tests.web.kit import NAME, PASSWORD, Browser, Served, serving
from tests.web.proxies import Foreign, Proxy, caddy, foreign_application, nginx

pytestmark = pytest.mark.full

COOKIE = "__Host-mfa-lab"


class House:
    """The kit, a proxy and the application behind."""

    def __init__(self, served: Served, proxy: Proxy, foreign: Foreign) -> None:
        self.served = served
        self.proxy = proxy
        self.foreign = foreign

    def browser(self, host: str = "127.0.0.1") -> Browser:
        browser = Browser(f"https://{host}:{self.proxy.port}", "/mfa", self.proxy.trust)
        self.served._clients.append(browser.http)
        return browser

    def logged_in(self) -> Browser:
        browser = self.browser()
        browser.log_in(self.served)
        return browser


@pytest.fixture(scope="module", params=["nginx on SQLite", "Caddy on PostgreSQL"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder, policy = tmp_path_factory.mktemp("house"), {"free_failures": 1_000_000}
    start = nginx if "nginx" in request.param else caddy
    with ExitStack() as stack:
        database = stack.enter_context(running_cluster()).new_database() if "PostgreSQL" in request.param else ""
        how: Any = {"policy": policy, "https": "yes", "prefix": "/mfa", "home": "/", "database": database}
        served = stack.enter_context(serving(folder, **how))
        served.enrol(NAME)
        foreign = stack.enter_context(foreign_application())
        kit = int(served.url.rpartition(":")[2])
        proxy = stack.enter_context(start(folder, kit, foreign.server_port))
        yield House(served, proxy, foreign)


def named(answer: httpx.Response, name: str) -> list[str]:
    """The values that the application got under this name, however it was spelt."""
    return [value for given, value in answer.json()["headers"] if given.lower().replace("_", "-") == name]


def cookies(answer: httpx.Response) -> str:
    return "; ".join(named(answer, "cookie"))


def test_login_page_step_up_and_logout(house: House) -> None:
    """A browser is sent to the login and back to the very page; an old session logs in again for the page that needs
    it; a page for passkeys asks for one; after the logout nothing is left.
    """
    browser = house.browser()
    browser.get("/report?year=2027&month=1")
    assert browser.path == "/mfa/login?next=/report%3Fyear%3D2027%26month%3D1"
    browser.send("/login", account=NAME, password=PASSWORD)
    answer = browser.send("/code", code=house.served.code())
    assert answer.json()["path"] == browser.path == "/report?year=2027&month=1"
    assert named(answer, "remote-user") == [NAME]
    (subject,) = named(answer, "remote-subject")
    assert re.fullmatch("[0-9a-f]{32}", subject)
    assert browser.get("/transfers/new").json()["path"] == "/transfers/new"
    house.served.advance(300)
    assert browser.get("/report").json()["path"] == "/report"
    browser.get("/transfers/new")
    assert browser.path == "/mfa/login?next=/transfers/new"
    assert "Log in again" in browser.answer.text
    browser.send("/login", account=NAME, password=PASSWORD)
    answer = browser.send("/code", code=house.served.code())
    assert (answer.json()["path"], named(answer, "remote-subject")) == ("/transfers/new", [subject])
    browser.get("/vault/")
    assert browser.path == "/mfa/login?next=/vault/&with=passkey"
    assert browser.get("/").json()["path"] == "/"
    old = browser.http.cookies[COOKIE]
    browser.get("/mfa/account")
    browser.send("/logout")
    browser.get("/report")
    assert browser.title == "Log in"
    browser.http.cookies.set(COOKIE, old)
    assert browser.http.get("/report").status_code == 303


def test_a_disabled_account(house: House) -> None:
    """Its next request leads to the login."""
    name = "leaver@example.org"
    house.served.enrol(name)
    browser = house.browser()
    browser.log_in(house.served, name)
    assert browser.http.get("/report").status_code == 200
    house.served.server.accounts.disable(name)
    assert browser.http.get("/report").headers["location"].endswith("/mfa/login?next=/report")


def test_each_subdomain_has_its_own_login(house: House) -> None:
    """The login of one host leads back to this host, and is none at another. The account is the same at both."""
    here, there = house.logged_in(), house.browser("localhost")
    (cookie,) = (each for each in here.http.cookies.jar if each.name == COOKIE)
    assert (cookie.domain_specified, cookie.path, cookie.secure) == (False, "/", True)
    there.get("/wiki")
    assert there.path == "/mfa/login?next=/wiki"
    there.send("/login", account=NAME, password=PASSWORD)
    answer = there.send("/code", code=house.served.code())
    assert str(there.answer.url) == f"https://localhost:{house.proxy.port}/wiki"
    assert named(answer, "remote-subject") == named(here.get("/"), "remote-subject")


def test_what_a_client_says_of_itself_is_dropped(house: House) -> None:
    """In any spelling, twice, and for the page to return to; the kit's own words come once, with a session only."""
    browser = house.logged_in()
    forged = "".join(
        f"{name}: root\n"
        for name in (
            *("Remote-User", "remote-user", "REMOTE-USER", "Remote_User", "remote_user", "REMOTE_USER"),
            *("Remote-Subject", "Remote_Subject", "REMOTE-SUBJECT"),
        )
    )
    start = "GET / HTTP/1.1\nHost: {}\nConnection: close\nAccept: text/html\n{}{}\n"
    host = house.proxy.url.removeprefix("https://")
    answer = house.proxy.raw(start.format(host, forged, f"Cookie: {COOKIE}={browser.http.cookies[COOKIE]}\n"))
    assert "root" not in answer
    assert answer.count(NAME) == 1
    before = len(house.foreign.came)
    assert house.proxy.raw(start.format(host, forged, "")).startswith("HTTP/1.1 303 ")
    for name in ("X-Original-URL", "X-Forwarded-Uri", "X-Original-Method", "X-Forwarded-Method", "X-Forwarded-Proto"):
        answer = house.proxy.raw(start.format(host, f"{name}: https://evil.example/\n", ""))
        assert answer.startswith("HTTP/1.1 303 ")
        assert "/mfa/login?next=/\r\n" in answer
    assert len(house.foreign.came) == before


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("{mine}", []),
        ("{mine}; {earlier}", []),
        ("a=1; {mine}; {earlier}; b=2", ["a=1", "b=2"]),
        ("{earlier}; a=1; {mine}", ["a=1"]),
        ("a=1; {mine};{earlier}", ["a=1"]),
        ("a__Host-mfa-lab=1; {mine}; __Host-mfa-labs=2", ["__Host-mfa-labs=2", "a__Host-mfa-lab=1"]),
    ],
)
def test_the_application_gets_the_other_cookies(given: str, left: list[str], house: House) -> None:
    """Wherever the kit's two cookies are among them."""
    mine = house.logged_in().http.cookies[COOKIE]
    cookie = given.format(mine=f"{COOKIE}={mine}", earlier=f"{COOKIE}-earlier=x.y")
    answer = httpx.get(f"{house.proxy.url}/", headers={"Cookie": cookie}, verify=house.proxy.trust)
    assert answer.status_code == 200
    assert sorted(part.strip() for part in cookies(answer).split(";") if part.strip()) == left


def test_forms_and_programs(house: House) -> None:
    """A form reaches the application with its body, and one of another site does not; nor does a WebSocket that
    another site opens. A form that comes too late leads back to its page. A program gets 401, and why.
    """
    browser, url = house.logged_in(), house.proxy.url
    sent = browser.post("/transfers/new", {"amount": "1"})
    assert (sent.json()["method"], sent.json()["body"]) == ("POST", "amount=1")
    before = len(house.foreign.came)
    evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-site"}
    assert browser.http.post("/report", data={"amount": "1"}, headers=evil).status_code == 403
    socket = {"Sec-WebSocket-Key": "x", "Upgrade": "websocket", "Connection": "Upgrade"}
    assert browser.http.get("/", headers=evil | socket).status_code == 403
    assert len(house.foreign.came) == before
    opened = browser.http.get("/", headers=socket | {"Origin": url})
    assert (named(opened, "upgrade"), named(opened, "remote-user")) == (["websocket"], [NAME])
    before += 1
    house.served.advance(300)
    own = {"Origin": url, "Referer": f"{url}/transfers/new?to=bob"}
    late = browser.http.post("/transfers/send", data={"amount": "1"}, headers=own)
    assert (late.status_code, late.headers["location"].removeprefix(url)) == (
        303,
        "/mfa/login?next=/transfers/new%3Fto%3Dbob",
    )
    answer = browser.http.get("/transfers/new", headers={"Accept": "application/json"})
    challenge = 'Bearer error="insufficient_user_authentication", max_age="300"'
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, challenge)
    assert len(house.foreign.came) == before
    answer = httpx.head(f"{url}/", verify=house.proxy.trust)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_other_names_that_applications_trust(house: House) -> None:
    """Other proxies of this kind set groups and addresses too, and an application may believe them. A host that the
    client made up would lead into links.
    """
    browser = house.logged_in()
    told = ("Remote-Groups", "Remote-Email", "Remote-Name", "X-Forwarded-Host")
    answer = browser.http.get("/", headers=dict.fromkeys((*told, "remote-groups", "REMOTE-EMAIL"), "evil"))
    assert answer.status_code == 200
    assert "evil" not in answer.text


def test_no_other_protocol_reaches_the_application(house: House) -> None:
    """After an upgrade to another protocol, such as HTTP/2 (h2c), the proxy passes on all bytes unread. A user could
    then send requests with any name, and to the pages that need a recent login.
    """
    browser = house.logged_in()
    for upgrade in ("h2c", "H2C", "websocket, h2c", "h2c, websocket", "TLS/1.0"):
        asked = {"Upgrade": upgrade, "Connection": "Upgrade, HTTP2-Settings", "HTTP2-Settings": "AAMAAABkAAQAAP__"}
        answer = browser.http.get("/", headers=asked)
        assert (answer.status_code, named(answer, "upgrade")) == (200, []), upgrade
        assert "pgrade" not in "".join(named(answer, "connection")), upgrade
    host, cookie = house.proxy.url.removeprefix("https://"), f"{COOKIE}={browser.http.cookies[COOKIE]}"
    for first, second in (("h2c", "websocket"), ("websocket", "h2c")):
        lines = f"GET / HTTP/1.1\nHost: {host}\nUpgrade: {first}\nUpgrade: {second}\nConnection: Upgrade,close\n"
        answer = house.proxy.raw(f"{lines}Cookie: {cookie}\n\n")
        assert answer.startswith("HTTP/1.1 200 ")
        assert "h2c" not in answer


def test_nobody_hides_the_name(house: House) -> None:
    """A proxy drops the headers that `Connection` names. A client cannot name those with which the proxy says who it
    is: some applications treat a request without a name as one of a guest.
    """
    host, cookie = house.proxy.url.removeprefix("https://"), house.logged_in().http.cookies[COOKIE]
    for upgrade in ("", "Upgrade: websocket\n"):
        lines = f"GET / HTTP/1.1\nHost: {host}\nConnection: close, Remote-User, Remote-Subject\n{upgrade}"
        answer = house.proxy.raw(f"{lines}Cookie: {COOKIE}={cookie}\n\n")
        assert answer.startswith("HTTP/1.1 200 ")
        assert '["Remote-Subject"' in answer
        assert f'["Remote-User", "{NAME}"]' in answer


def test_a_protected_path_without_its_slash(house: House) -> None:
    """An application may answer it like the path with a slash."""
    browser = house.logged_in()
    house.served.advance(300)
    before = len(house.foreign.came)
    for path in ("/transfers", "/vault"):
        browser.get(path)
        assert browser.path.startswith(f"/mfa/login?next={path}")
    assert len(house.foreign.came) == before


def test_a_name_that_is_not_unique(house: House) -> None:
    """A user of another application on the same database may have the name of one of our accounts. The protected
    application gets no name then, not even one that the client sends.
    """
    served, subject = house.served, Subject("shop", "4711")
    offer = served.server.start_enrolment(served.server.begin_for(subject, name=NAME))
    phone = Phone(served.clock)
    phone.add(offer.uri)
    served.server.confirm_enrolment(offer, phone.code())
    served.advance()
    session = served.server.finish_login(served.server.begin_for(subject, name=NAME), phone.code())
    headers = {"Cookie": f"{COOKIE}={tokens.written(session)}", "Remote-User": NAME}
    answer = httpx.get(f"{house.proxy.url}/", headers=headers, verify=house.proxy.trust)
    assert (answer.status_code, named(answer, "remote-subject")) == (200, [session.subject])
    assert NAME not in answer.text


def test_nobody_asks_verify_directly(house: House) -> None:
    """Its location is the proxy's own."""
    browser = house.logged_in()
    assert browser.http.get("/mfa/verify").status_code == 404
    assert browser.http.get("/mfa/verify?max_age=1").status_code == 404


def test_the_question_has_no_body_and_a_wrong_configuration_lets_nobody_in(tmp_path: Path) -> None:
    """The echo stands for the kit, too: nginx asks it by GET, with the address and the method, and sends no body.
    What the kit does not understand, nginx answers with 500.
    """
    with foreign_application() as foreign, foreign_application() as kit:
        kit.status = 204
        with nginx(tmp_path, kit.server_port, foreign.server_port) as proxy:
            sent = httpx.post(f"{proxy.url}/transfers/a%2Fb?c=d", content="x" * 9000, verify=proxy.trust)
            assert (sent.status_code, sent.json()["body"]) == (200, "x" * 9000)
            (asked,) = kit.came
            assert (asked["method"], asked["path"], asked["body"]) == ("GET", "/mfa/verify?max_age=300", "")
            told = {name.lower(): value for name, value in asked["headers"]}
            assert not {"content-length", "transfer-encoding"} & set(told)
            assert (told["x-original-method"], told["x-original-url"]) == ("POST", f"{proxy.url}/transfers/a%2Fb?c=d")
            for status in (400, 422, 503, 302):
                kit.status = status
                assert httpx.get(f"{proxy.url}/transfers/", verify=proxy.trust).status_code == 500
        assert len(foreign.came) == 1


def test_only_a_proxy_on_this_machine_is_trusted(house: House) -> None:
    """Somebody who reaches the kit's own port from another address can say nothing in a proxy's name."""
    headers = {"X-Forwarded-Proto": "https", "X-Original-URL": f"{house.served.url}/page", "Accept": "text/html"}
    for source, status in (("127.0.0.1", 401), ("127.0.0.2", 400)):
        with httpx.Client(transport=httpx.HTTPTransport(local_address=source)) as client:
            answer = client.get(f"{house.served.url}/mfa/verify", headers=headers)
        assert answer.status_code == status
    assert "login-location" not in answer.headers
