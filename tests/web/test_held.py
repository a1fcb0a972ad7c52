"""What a penetration test found, and what now holds: mounted applications, cookies of a sibling host, odd bodies."""

from __future__ import annotations

import asyncio
import re
import traceback
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from mfa_lab import MfaServer, Policy
from mfa_lab.server.records import Session
from mfa_lab.web import guard
from mfa_lab.web.app import add_mfa, create_app
from mfa_lab.web.guard import require_mfa
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


def test_without_an_address_there_are_no_links(application: Starlette) -> None:
    """The login offers none, the page says whom to ask, and the API says the same for every name."""
    assert "Forgotten" not in ask(application, "GET", "/login").text
    page = ask(application, "GET", "/password-reset").text
    assert "cannot mail links" in page
    assert "<form" not in page
    for name in ("root@example.org", "nobody@example.org"):
        answer = ask(application, "POST", "/api/password-resets", json={"name": name})
        assert (answer.status_code, answer.json()["reason"]) == (422, "invalid_input")
        assert "ask its operator" in answer.json()["detail"]


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


# --- Behind a proxy -------------------------------------------------------------------------------------------------


def send_login(application: Starlette, host: str, origin: str, *more: tuple[str, str]) -> httpx.Response:
    """A form as a browser sends it that reached the page by `origin`, and whose proxy passed on `host`."""
    page = ask(application, "GET", "/login")
    form = {"form_token": re.search('name="form_token" value="([^"]+)"', page.text)[1], "account": "nobody"}  # type: ignore[index]
    cookie = page.headers["set-cookie"].partition(";")[0]
    headers = [("host", host), ("origin", origin), ("cookie", cookie), *more]
    return ask(application, "POST", "/login", data=form, headers=headers)


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("app.example.org", "https://app.example.org"),
        ("app.example.org:443", "https://app.example.org"),
        ("app.example.org", "https://app.example.org:443"),
        ("App.Example.Org:443", "https://app.example.org"),
        ("app.example.org:8443", "https://app.example.org:8443"),
    ],
)
def test_the_usual_port_may_be_written_or_left_out(host: str, origin: str, application: Starlette) -> None:
    """A proxy that spells the port out, or a browser that does not, is the same site (RFC 6454, section 4)."""
    answer = send_login(application, host, origin)
    assert answer.text.count("<form") == 1  # the page of the form once more: the name and the password were judged


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("app.example.org", "https://app.example.org:8443"),
        ("app.example.org:80", "https://app.example.org"),
        ("app.example.org", "http://app.example.org:443"),
        ("app.example.org", "http://app.example.org"),
        ("app.example.org", "https://app.example.org:4430"),
        ("app.example.org", "https://app.example.org/"),
        ("app.example.org", "https://app.example.org:443\u00b2"),
        ("app.example.org", "https://evil.example"),
        ("app.example.org", "app.example.org"),
        ("app.example.org", ""),
    ],
)
def test_headers_that_disagree_are_in_the_log(
    host: str, origin: str, application: Starlette, caplog: pytest.LogCaptureFixture
) -> None:
    """An operator whose proxy drops the port reads in the log which two headers differ, and what to pass on."""
    answer = send_login(application, host, origin.encode("latin-1"))  # type: ignore[arg-type]
    assert (answer.status_code, "<form" in answer.text) == (403, False)
    (line,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert f"Origin is {origin!r}, but Host is {host!r} and the scheme 'https'" in line
    assert "pass on the browser's Host with its port" in line


def test_two_origins_are_none(application: Starlette) -> None:
    """A proxy that joins them, or a smuggled one: nobody can say which is the browser's."""
    origin = "https://app.example.org"
    assert send_login(application, "app.example.org", origin, ("origin", origin)).status_code == 403


@pytest.mark.parametrize("which", ["cookie", "form"])
def test_a_form_without_its_cookie_is_in_the_log(
    which: str, application: Starlette, caplog: pytest.LogCaptureFixture
) -> None:
    """The browser hears the usual words, the operator which of the two did not come along. No value is logged."""
    headers = {"cookie": f"__Host-mfa-lab=a.{'A' * 43}"} if which == "form" else {}
    answer = ask(application, "POST", "/login", data={"form_token": "demo"}, headers=headers)
    assert answer.status_code == 403
    said = caplog.text
    assert ("without this site's cookie" if which == "cookie" else "not belong to this cookie") in said
    assert "AAAA" not in said


@pytest.mark.parametrize(
    "hosts",
    [["app.example.org:\u00b2"], ["app.example.org:99999"], ["app.example.org:"], ["app.example.org:4:4"],
     ["app.example.org", "app.example.org"], ["app.example.org", "evil.example"], ["app.example.org:\u0661"], []],
)  # fmt: skip
def test_what_is_no_host_is_refused_and_in_the_log(hosts: list[str], caplog: pytest.LogCaptureFixture) -> None:
    """A superscript two is no digit of a port, though `isdigit` says so; and two Host headers are one too many."""
    shield = Shield(_never, Site(server=MfaServer(policy=Policy.CHEAPEST), hosts=("app.example.org",)))
    sent: list[Any] = []

    async def keep(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", host.encode()) for host in hosts]
    asyncio.run(shield({**_scope("GET", ""), "headers": headers}, None, keep))  # type: ignore[arg-type]
    assert sent[0]["status"] == 400
    assert "this server answers to app.example.org" in caplog.text


async def _never(*_: Any) -> None:
    raise AssertionError("this request must not get here")


# --- An unexpected fault --------------------------------------------------------------------------------------------

TYPED = "demo: typed by somebody"
BEARER = f"p.{'demo' * 10}abc"


def all_variables(error: BaseException, below: str = "") -> str:
    """The traceback with every variable, of the files whose path begins with `below`.

    Without the frame of anyio's worker thread: it still runs, and lets go of its call a moment later.
    """
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in told.stack if frame.filename.startswith(below) and "anyio" not in frame.filename]
    assert frames
    return "\n".join(f"{frame.name}: {frame.locals}" for frame in frames)


@pytest.mark.parametrize(
    ("call", "path", "body"),
    [
        ("begin_login", "/api/login", {"name": TYPED, "password": TYPED}),
        ("finish_login", "/api/code", {"code": TYPED}),
        ("register", "/api/register", {"name": TYPED, "password": TYPED}),
        ("recover", "/api/recover", {"recovery_code": TYPED}),
        ("finish_password_reset", "/api/password-resets/confirm", {"password": TYPED}),
        ("check_session", "/api/session", None),
    ],
)
def test_a_fault_shows_neither_body_nor_token_in_any_frame(
    call: str,
    path: str,
    body: dict[str, str] | None,
    application: Starlette,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What is logged of it has its lines and no variable, also in the frames of FastAPI and Starlette."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(MfaServer, call, broken)
    headers = {"authorization": f"Bearer {BEARER.replace('p.', 's.') if body is None else BEARER}"}
    answer = ask(application, "POST" if body else "GET", path, json=body, headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (503, "fault")
    (error,) = [record.exc_info[1] for record in caplog.records if record.exc_info]
    assert error is not None
    shown = all_variables(error)
    assert "fastapi" in "".join(traceback.format_exception(error))
    assert TYPED not in shown
    assert BEARER[2:] not in shown


def test_a_fault_behind_a_guard_of_ones_own_shows_no_token_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside the kit's pages the fault is the application's, with FastAPI's variables; our frames hold none."""
    app = FastAPI()
    add_mfa(app, MfaServer(policy=Policy.CHEAPEST), hosts=["app.example.org"])

    @app.get("/report")
    def report(_session: Annotated[Session, Depends(require_mfa())]) -> None: ...

    def broken(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(MfaServer, "check_session", broken)
    for headers in ({"authorization": f"Bearer {BEARER}"}, {"cookie": f"__Host-mfa-lab={BEARER}"}):
        with pytest.raises(RuntimeError) as caught:
            ask(app, "GET", "/report", headers=headers)
        ours = str(Path(guard.__file__).parents[1])
        assert BEARER not in all_variables(caught.value, ours)
