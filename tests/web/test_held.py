"""What a penetration test found, and what now holds: mounted applications, cookies of a sibling host, odd bodies."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from mfa_lab import MfaServer, Policy
from mfa_lab.web.app import add_mfa, create_app
from mfa_lab.web.middleware import Shield
from mfa_lab.web.site import Site
from mfa_lab.web.tokens import in_cookie


@pytest.fixture
def application() -> Starlette:
    server = MfaServer(policy=Policy.CHEAPEST)
    return create_app(server, hosts=("App.Example.Org",), admins=("root@example.org",), registration=True)


def ask(application: Any, method: str, path: str, *, root_path: str = "", **what: Any) -> httpx.Response:
    """One request, without a network."""

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(application, root_path=root_path)
        async with httpx.AsyncClient(transport=transport, base_url="https://app.example.org") as client:
            return await client.request(method, path, **what)

    return asyncio.run(run())


@pytest.mark.parametrize("prefix", ["", "/mfa"])
@pytest.mark.parametrize("mounted", [False, True])
def test_headers_and_host_check_hold_where_it_is_mounted(mounted: bool, prefix: str) -> None:
    """Under another application's path or behind a proxy's: strict headers, another host refused, faults as JSON."""
    inner = FastAPI()
    add_mfa(inner, MfaServer(policy=Policy.CHEAPEST), hosts=["App.Example.Org"], prefix=prefix)
    outer = Starlette(routes=[Mount("/sub", inner)]) if mounted else inner
    root_path = "" if mounted else "/sub"
    page = ask(outer, "GET", f"/sub{prefix}/login", root_path=root_path)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    other = {"headers": {"host": "evil.example"}, "root_path": root_path}
    assert ask(outer, "GET", f"/sub{prefix}/login", **other).status_code == 400
    assert "detail" in ask(outer, "GET", f"/sub{prefix}/api/session", **other).json()


def test_a_root_path_ends_where_a_part_of_the_path_does() -> None:
    """A proxy's `/a` is not the beginning of `/auth`: else anyone who asks for it passes the Host check by."""
    app = FastAPI()
    add_mfa(app, MfaServer(policy=Policy.CHEAPEST), hosts=["app.example.org"], prefix="/auth")
    assert ask(app, "GET", "/auth/login", root_path="/a", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("prefix", ["", "/mfa"])
def test_links_stay_below_the_mount(prefix: str) -> None:
    """Forms, style, redirects and the way home lead to the mounted application, never to the one around it."""
    inner = FastAPI()
    add_mfa(inner, MfaServer(policy=Policy.CHEAPEST), hosts=["app.example.org"], prefix=prefix, home="/desk")
    outer = Starlette(routes=[Mount("/sub", inner)])
    page = ask(outer, "GET", f"/sub{prefix}/login").text
    found = re.findall(r'(?:action|href)="(/[^"]*)"', page)
    assert len(found) >= 3
    assert [link for link in found if not link.startswith(f"/sub{prefix}/") and link != "/sub/desk"] == []
    answer = ask(outer, "GET", f"/sub{prefix}/account", headers={"accept": "text/html"})
    assert answer.headers["location"].startswith(f"/sub{prefix}/login")


def test_who_hangs_up_writes_no_traceback(application: Starlette, caplog: pytest.LogCaptureFixture) -> None:
    """A form that breaks off in the middle is no fault of the server's: real ones would drown."""
    messages = iter(
        [{"type": "http.request", "body": b"form_token=", "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> Any:
        return next(messages)

    async def send(_message: Any) -> None:
        pass

    kind = (b"content-type", b"application/x-www-form-urlencoded")
    asyncio.run(application(_scope("POST", "app.example.org", kind), receive, send))
    assert caplog.records == []


def test_a_fault_in_the_middle_of_an_answer_breaks_off() -> None:
    """No second answer is appended to a first that has begun: the connection ends, and the client knows."""

    async def half(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("broken on purpose")

    sent: list[str] = []

    async def keep(message: Any) -> None:
        sent.append(message["type"])

    shield = Shield(half, Site(server=MfaServer(policy=Policy.CHEAPEST)))
    with pytest.raises(RuntimeError):
        asyncio.run(shield(_scope("GET", "localhost"), None, keep))  # type: ignore[arg-type]
    assert sent == ["http.response.start"]


def _scope(method: str, host: str, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {
        "type": "http", "method": method, "path": "/login", "scheme": "https", "query_string": b"",
        "headers": [(b"host", host.encode()), *headers],
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/style.css", "/openapi.json", "/login"])
def test_405_says_what_is_allowed(path: str, application: Starlette) -> None:
    """Also of pages that are no route of this kit's own (RFC 9110)."""
    answer = ask(application, "PUT", path)
    assert (answer.status_code, "GET" in answer.headers["allow"]) == (405, True)


def test_a_body_that_cannot_be_read_is_a_problem_too() -> None:
    """No UTF-8: a reason for programs, wherever the API stands."""
    app = FastAPI()
    add_mfa(app, MfaServer(policy=Policy.CHEAPEST), hosts=["app.example.org"])
    kind = {"content-type": "application/json"}
    answer = ask(app, "POST", "/mfa/api/login", content=b"\xff\xfe{", headers=kind)
    assert (answer.status_code, answer.json()["reason"]) == (400, "invalid_input")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("__Host-mfa-lab=ours", "ours"),
        ("a=b; __Host-mfa-lab=ours; c=d", "ours"),
        ("__Host-mfa-lab=ours; __Host-mfa-lab=theirs", ""),
        ("\xa0__Host-mfa-lab=theirs", ""),
        ("__Host-mfa-lab=ours; \x85__Host-mfa-lab=theirs", "ours"),
        ("__host-mfa-lab=theirs", ""),
        ("", ""),
    ],
)
def test_a_cookie_is_taken_under_its_own_name_alone(header: str, value: str) -> None:
    """A sibling host can set a name with white space before it, and never ours; two of ours are none."""
    assert in_cookie(header, "__Host-mfa-lab") == value


def test_names_that_cannot_be_tell_no_administrator(application: Starlette) -> None:
    """An administrator's name with a line end is refused like anybody's: registration tells nobody who is one."""
    names = ("root@example.org\n", "alice@example.org\n")
    forms = [{"name": name, "password": "demo: a fine long password"} for name in names]
    answers = {ask(application, "POST", "/api/register", json=form).status_code for form in forms}
    assert answers == {422}


def test_an_administrators_name_is_refused_like_a_taken_one(application: Starlette) -> None:
    """The same answer, the same line in the log, and no account: what is written tells nobody either, by its time."""
    server = application.state.mfa.server
    server.register("alice@example.org", "demo: a fine long password")
    for name in ("root@example.org", "alice@example.org"):
        form = {"name": name, "password": "demo: another long password"}
        assert ask(application, "POST", "/api/register", json=form).status_code == 202
    first, *refused = server.audit_log()
    assert {(line.event, line.account_id, line.reason) for line in refused} == {
        ("registration refused", None, "name taken")
    }
    assert (first.event, len(refused)) == ("registered", 2)


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x; charset=unicode_escape", "text/plain", ""])
def test_only_a_form_is_a_form(kind: str, application: Starlette) -> None:
    """No other kind of body is read: refused in the public words, without a fault."""
    answer = ask(application, "POST", "/login", content=b"--x\r\n\r\n", headers={"content-type": kind})
    assert answer.status_code == 403
