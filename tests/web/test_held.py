"""What a penetration test found, and what now holds: mounted applications, cookies of a sibling host, odd bodies."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from mfa_lab import MfaServer, Policy
from mfa_lab.web.app import add_mfa, create_app
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
