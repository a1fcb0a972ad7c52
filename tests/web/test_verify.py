"""/verify, in the test's own process: what it answers, and whom it believes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI

from mfa_lab import ManualClock, MfaServer, Phone, Policy, Subject
from mfa_lab.errors import InvalidInput, MfaError
from mfa_lab.server.records import Session
from mfa_lab.web import create_app, tokens
from mfa_lab.web.forward_auth import in_header
from tests.server.kit import NAME, PASSWORD, START

HOST = "app.example.org"
URL = f"https://{HOST}"
PAGE = {"Accept": "text/html", "X-Original-Method": "GET"}


class Client:
    """Calls the application directly, as a proxy whose own connection is trusted."""

    def __init__(self, app: FastAPI, base_url: str) -> None:
        self.app = app
        self.base_url = base_url

    def request(self, method: str, path: str, headers: Any = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=self.base_url) as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(ask())

    def get(self, path: str, headers: Any = None) -> httpx.Response:
        return self.request("GET", path, headers)


@pytest.fixture(scope="module")
def server() -> Iterator[MfaServer]:
    """One for all tests of this module; time only moves on."""
    server = MfaServer(clock=ManualClock(START), policy=Policy.CHEAPEST)
    yield server
    server.close()


def session_of(server: MfaServer, name: str) -> Session:
    """A new account with a phone, logged in a moment ago."""
    phone, clock = Phone(server.clock), server.clock
    assert isinstance(clock, ManualClock)
    server.register(name, PASSWORD)
    enrolment = server.start_enrolment(server.begin_login(name, PASSWORD))
    phone.add(enrolment.uri)
    server.confirm_enrolment(enrolment, phone.code())
    clock.advance(30)
    return server.finish_login(server.begin_login(name, PASSWORD), phone.code())


def in_cookie(session: Session) -> dict[str, str]:
    return {"Cookie": f"__Host-mfa-lab={tokens.written(session)}"}


@pytest.fixture(scope="module")
def session(server: MfaServer) -> Session:
    return session_of(server, NAME)


def client_of(server: MfaServer, *, behind_proxy: bool = True, url: str = URL) -> Client:
    app = create_app(server, hosts=[HOST], prefix="/mfa", home="/", behind_proxy=behind_proxy)
    return Client(app, url)


@pytest.fixture(scope="module")
def client(server: MfaServer) -> Client:
    """A trusted proxy."""
    return client_of(server)


@pytest.fixture(scope="module")
def cookie(session: Session) -> dict[str, str]:
    return in_cookie(session)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "DELETE", "PROPFIND"])
def test_a_session_is_told(method: str, client: Client, cookie: dict[str, str], session: Session) -> None:
    """To a question of any method, nothing is kept by a cache; without a session the answer is 401."""
    own = {"Sec-Fetch-Site": "same-origin"}
    answer = client.request(method, "/mfa/verify", headers=cookie | own)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (answer.headers["remote-user"], answer.headers["remote-subject"]) == (NAME, session.subject)
    assert answer.headers["cache-control"] == "no-store"
    answer = client.request(method, "/mfa/verify")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["cache-control"] == "no-store"
    assert not {"remote-user", "remote-subject", "login-location", "set-cookie"} & set(answer.headers)


def test_only_a_session_of_the_cookie_counts(client: Client, server: MfaServer) -> None:
    """No bearer token, no pending login, no second cookie, and no session that has ended."""
    name = "once@example.org"
    session = session_of(server, name)
    written, pending = tokens.written(session), tokens.written(server.begin_login(name, PASSWORD))
    mine = f"__Host-mfa-lab={written}"
    for headers in (
        {"Authorization": f"Bearer {written}"},
        {"Cookie": f"__Host-mfa-lab={pending}"},
        {"Cookie": f"__Host-mfa-lab=s{pending[1:]}"},
        {"Cookie": f"mfa-lab={written}"},
        {"Cookie": f"{mine}; {mine}"},
    ):
        assert client.get("/mfa/verify", headers=headers).status_code == 401, headers
    assert client.get("/mfa/verify", headers={"Cookie": mine}).status_code == 204
    server.log_out(session)
    assert client.get("/mfa/verify", headers={"Cookie": mine}).status_code == 401


def test_a_name_that_is_not_unique_is_not_told(client: Client, server: MfaServer) -> None:
    """Another application on the same database may have users who are not ours, with names of their own choice. With
    such a session, nobody is the owner of our account of this name.
    """
    assert isinstance(server.clock, ManualClock)
    phone, subject = Phone(server.clock), Subject("shop", "4711")
    offer = server.start_enrolment(server.begin_for(subject, name=NAME))
    phone.add(offer.uri)
    server.confirm_enrolment(offer, phone.code())
    server.clock.advance(30)
    session = server.finish_login(server.begin_for(subject, name=NAME), phone.code())
    answer = client.get("/mfa/verify", headers=in_cookie(session))
    assert (answer.status_code, answer.headers["remote-subject"]) == (204, session.subject)
    assert "remote-user" not in answer.headers


def test_step_up(client: Client, server: MfaServer) -> None:
    """Too old, or begun with a code: 401, with RFC 9470's words and the way to a login that is enough."""
    asked = PAGE | in_cookie(session_of(server, "often@example.org")) | {"X-Original-URL": f"{URL}/pay?to=bob"}
    assert client.get("/mfa/verify?max_age=60&phishing_resistant=no", headers=asked).status_code == 204
    assert isinstance(server.clock, ManualClock)
    server.clock.advance(60)
    answer = client.get("/mfa/verify?max_age=60", headers=asked)
    assert (answer.status_code, answer.json()["reason"]) == (401, "insufficient_user_authentication")
    assert answer.headers["www-authenticate"] == 'Bearer error="insufficient_user_authentication", max_age="60"'
    assert answer.headers["login-location"] == "/mfa/login?next=/pay%3Fto%3Dbob"
    for yes in ("yes", "true", "1"):
        answer = client.get(f"/mfa/verify?phishing_resistant={yes}", headers=asked)
        assert answer.headers["www-authenticate"].endswith('acr_values="phr"')
        assert answer.headers["login-location"] == "/mfa/login?next=/pay%3Fto%3Dbob&with=passkey"
    answer = client.get("/mfa/verify?max_age=60&redirect=yes", headers=asked)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{URL}/mfa/login?next=/pay%3Fto%3Dbob")
    program = {**asked, "Accept": "*/*"}
    assert client.get("/mfa/verify?max_age=60&redirect=yes", headers=program).status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        *(
            "max_age=0",
            "max_age=",
            "max_age=-1",
            "max_age=1.5",
            "max_age=soon",
            "max_age=9999999999",
            "max_age=%D9%A3",
        ),
        *("phishing_resistant=", "phishing_resistant=maybe", "redirect=2", "maxage=60", "MAX_AGE=60"),
        *("max_age=60&max_age=99", "phishing_resistant=yes&phishing_resistant=no"),
    ],
)
def test_a_demand_that_cannot_be(
    query: str, client: Client, cookie: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """A demand that nobody can read lets nobody in, and the log says why."""
    answer = client.get(f"/mfa/verify?{query}", headers=cookie)
    assert (answer.status_code, answer.json()["reason"]) == (422, "invalid_input")
    assert "refused at /mfa/verify: " in caplog.text


HOSTILE = [
    "https://evil.example/",
    "https://app.example.org.evil.example/",
    "https://app.example.org@evil.example/",
    "https://evil.example#@app.example.org/",
    "https://evil.example\\@app.example.org/",
    "https://app.example.org//evil.example",
    "https://app.example.org/\\evil.example",
    "https://app.example.org/\t/evil.example",
    "https://app.example.org\t.evil.example/",
    "https://app.example.org:8443@evil.example/",
    "https://app.example.org:99999/",
    "https://app.example.org:/a",
    "https://[app.example.org]/",
    "https://[",
    "http://app.example.org/",
    "javascript://app.example.org/%0aalert(1)",
    "data:text/html,x",
    "//evil.example/",
    "/\\evil.example",
    "///evil.example",
    "evil",
    "",
    "https://app.example.org" + "/a" * 600,
]


@pytest.mark.parametrize("address", HOSTILE)
def test_the_login_leads_to_no_other_site(address: str, client: Client) -> None:
    """Whatever a proxy was made to pass on: the login then leads home. The same for the page of a form, and for a
    proxy that names the parts.
    """
    form = {"X-Original-Method": "POST", "X-Original-URL": f"{URL}/form", "Referer": address}
    scheme, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    parts = {
        "Accept": "text/html",
        "X-Forwarded-Uri": slash + path,
        "X-Forwarded-Host": host,
        "X-Forwarded-Proto": scheme,
        "X-Forwarded-Method": "GET",
    }
    for headers in (PAGE | {"X-Original-URL": address}, PAGE | form, parts):
        answer = client.get("/mfa/verify", headers=headers)
        assert (answer.status_code, answer.headers["login-location"]) == (401, "/mfa/login")
        location = client.get("/mfa/verify?redirect=yes", headers=headers).headers["location"]
        assert location.removeprefix(URL) == "/mfa/login"


@pytest.mark.parametrize(
    ("address", "back"),
    [
        ("/", "/"),
        ("/a/b?c=d&e=%2Ff#g", "/a/b%3Fc%3Dd%26e%3D%252Ff"),
        ("/search?q=https://evil.example/", "/search%3Fq%3Dhttps%3A//evil.example/"),
    ],
)
def test_the_login_leads_back(address: str, back: str, client: Client) -> None:
    """To the page as the browser asked for it, however the proxy names it, also with a port."""
    for host in (HOST, HOST.upper(), f"{HOST}:8443"):
        whole = PAGE | {"X-Original-URL": f"https://{host}{address}"}
        parts = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": host, "X-Forwarded-Uri": address}
        for headers in (whole, parts | {"Accept": "text/html"}):
            answer = client.get("/mfa/verify", headers=headers)
            assert answer.headers["login-location"] == f"/mfa/login?next={back}"
            answer = client.get("/mfa/verify?redirect=yes", headers=headers)
            assert answer.headers["location"] == f"https://{host}/mfa/login?next={back}"


@pytest.mark.parametrize(
    "headers",
    [
        [("X-Original-URL", f"{URL}/a"), ("X-Original-URL", f"{URL}/b")],
        [("X-Original-Method", "POST"), ("X-Original-Method", "GET")],
        [("X-Original-Method", "GET"), ("X-Forwarded-Method", "POST")],
        [("X-Original-URL", f"{URL}/a"), ("X-Forwarded-Uri", "/b")],
    ],
    ids=str,
)
def test_headers_that_contradict_each_other(
    headers: list[tuple[str, str]], client: Client, cookie: dict[str, str]
) -> None:
    """One of them is the client's own: nobody is let in."""
    assert client.get("/mfa/verify", headers=[*headers, *cookie.items()]).status_code == 422


@pytest.mark.parametrize("name", ["X-Original-URL", "X-Original-Method", "X-Forwarded-Uri", "X-Forwarded-Method"])
def test_only_a_trusted_proxy_is_believed(name: str, server: MfaServer, cookie: dict[str, str]) -> None:
    """A server that is behind no proxy says so; behind one, a request without the proxy's https gets nothing."""
    headers = cookie | {name: f"{URL}/page"}
    alone = client_of(server, behind_proxy=False)
    answer = alone.get("/mfa/verify", headers=headers)
    assert (answer.status_code, "--behind-https" in answer.text) == (422, True)
    assert alone.get("/mfa/verify", headers=cookie).status_code == 204
    assert client_of(server, url=f"http://{HOST}").get("/mfa/verify", headers=headers).status_code == 400


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"Origin": URL}, 204),
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_another_site_sends_nothing(
    sent: dict[str, str], status: int, client: Client, cookie: dict[str, str]
) -> None:
    """A request that may change something needs its browser's word that it comes from this site; so does a WebSocket.
    The proxy may ask at a host of its own.
    """
    post = {"X-Original-Method": "POST", "X-Original-URL": f"{URL}/a"}
    named = {"X-Forwarded-Method": "PUT", "X-Forwarded-Proto": "https", "X-Forwarded-Uri": "/a"}
    socket = {"X-Original-Method": "GET", "Sec-WebSocket-Key": "x"}
    for headers in (post, named | {"X-Forwarded-Host": HOST}, socket):
        assert client.get("/mfa/verify", headers=cookie | sent | headers).status_code == status


def test_a_proxy_that_asks_at_a_host_of_its_own(server: MfaServer, cookie: dict[str, str]) -> None:
    """The browser's Origin is compared with the host that the browser asked."""
    app = create_app(server, hosts=[HOST, "kit.internal"], behind_proxy=True)
    client = Client(app, "https://kit.internal")
    parts = {
        "X-Forwarded-Method": "POST",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": HOST,
        "X-Forwarded-Uri": "/",
    }
    assert client.get("/verify", headers=cookie | parts | {"Origin": URL}).status_code == 204
    assert client.get("/verify", headers=cookie | parts | {"Origin": "https://kit.internal"}).status_code == 403


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (NAME, NAME),
        ("zo\u00eb@b\u00fccher.example", "zo%C3%AB@b%C3%BCcher.example"),
        ("urn:uuid:1/2+3~a_b", "urn:uuid:1/2+3~a_b"),
        ("anna maria", "anna%20maria"),
        ('a,b;c"d%41', "a%2Cb%3Bc%22d%2541"),
        ("a\r\nRemote-User: root", "a%0D%0ARemote-User:%20root"),
    ],
)
def test_a_name_fits_into_a_header(name: str, written: str) -> None:
    """In ASCII without spaces, and it can be read back."""
    assert (in_header(name), unquote(in_header(name))) == (written, name)


def test_a_name_beyond_ascii(client: Client, server: MfaServer) -> None:
    """All the way to the proxy."""
    answer = client.get("/mfa/verify", headers=in_cookie(session_of(server, "zo\u00eb@example.org")))
    assert answer.headers["remote-user"] == "zo%C3%AB@example.org"


def test_a_fault_lets_nobody_in(
    client: Client, cookie: dict[str, str], server: MfaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its database the server answers 503, and nothing of the fault."""

    def broken(_session: Session) -> Session:
        raise MfaError("the disk is gone")

    monkeypatch.setattr(server, "check_session", broken)
    answer = client.get("/mfa/verify", headers=PAGE | cookie)
    assert (answer.status_code, answer.json()["reason"]) == (503, "fault")
    assert "disk" not in answer.text


def test_everything_is_under_the_prefix(server: MfaServer) -> None:
    """Pages, API, its description, and the way from the bare prefix; a page that is not there says so in words."""
    client = client_of(server)
    assert client.get("/mfa/").headers["location"] == "/mfa/account"
    assert client.get("/mfa/openapi.json").status_code == 200
    assert client.get("/mfa/login").status_code == 200
    assert {client.get(path).status_code for path in ("/", "/login", "/openapi.json", "/verify", "/mfa/x")} == {404}
    answer = client.request("DELETE", "/mfa/login")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"prefix": "mfa"}, "slash"), ({"prefix": "/mfa/"}, "slash"), ({"home": "page"}, "home must be")],
)
def test_what_cannot_be_set(wrong: dict[str, str], said: str, server: MfaServer) -> None:
    """Refused when the application is made."""
    with pytest.raises(InvalidInput, match=said):
        create_app(server, **wrong)  # type: ignore[arg-type]
