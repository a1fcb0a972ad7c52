"""What a programmer may write that cannot work: an error says so, at the start of the application if possible."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from starlette.routing import Mount

from mfa_lab import MfaServer
from mfa_lab.errors import InvalidInput
from mfa_lab.server.records import Session
from mfa_lab.web import add_mfa, require_mfa

Needs = Annotated[Session, Depends(require_mfa())]


@pytest.fixture
def server() -> Iterator[MfaServer]:
    server = MfaServer()
    yield server
    server.close()


@pytest.fixture
def app(server: MfaServer) -> FastAPI:
    """With MFA, and without routes of its own."""
    app = FastAPI()
    add_mfa(app, server)
    return app


def call(app: FastAPI, scope: dict[str, Any], *messages: dict[str, Any]) -> list[dict[str, Any]]:
    """What the application sends after these messages, as a web server would call it."""
    came, sent = iter(messages), []

    async def receive() -> dict[str, Any]:
        return next(came)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app({"asgi": {"version": "3.0"}, "headers": [], **scope}, receive, send))
    return sent


def start(app: FastAPI) -> list[str]:
    """Start and stop the application; gives the kinds of its answers."""
    messages = {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}
    return [message["type"] for message in call(app, {"type": "lifespan"}, *messages)]


def page(_session: Needs) -> str:
    return "page"


async def talk(websocket: WebSocket, _session: Needs) -> None:
    await websocket.accept()


def below(session: Needs) -> str:
    return session.name


def test_mfa_comes_once(app: FastAPI, server: MfaServer) -> None:
    """A second call changes nothing, and says so."""
    site, routes = app.state.mfa, len(app.routes)
    with pytest.raises(InvalidInput, match="call add_mfa once"):
        add_mfa(app, server, prefix="/other")
    assert (app.state.mfa, len(app.routes)) == (site, routes)


def test_an_application_that_is_right_starts(app: FastAPI, server: MfaServer) -> None:
    """With routes that need MFA, directly and below a router; with a WebSocket that does not; and with a mounted
    application that has its own MFA, or needs none.
    """
    router, own, plain = APIRouter(prefix="/r"), FastAPI(), FastAPI()
    for where in (app, router, own):
        where.add_api_route("/page", page)
    app.include_router(router)

    async def open_to_all(websocket: WebSocket) -> None:
        await websocket.accept()

    app.add_api_websocket_route("/open", open_to_all)
    add_mfa(own, server)
    app.mount("/own", own)
    app.mount("/plain", plain)
    app.router.routes.append(Mount("/routes", routes=[]))
    assert start(app) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def websocket_directly(app: FastAPI) -> None:
    app.add_api_websocket_route("/talk", talk)


def websocket_of_a_router(app: FastAPI) -> None:
    outer, inner = APIRouter(prefix="/r", dependencies=[Depends(require_mfa())]), APIRouter()

    @inner.websocket("/talk")
    async def open_to_all(websocket: WebSocket) -> None:
        await websocket.accept()

    outer.include_router(inner)
    app.include_router(outer)


def websocket_by_another_dependency(app: FastAPI) -> None:
    @app.websocket("/talk")
    async def named(websocket: WebSocket, name: Annotated[str, Depends(below)]) -> None:
        await websocket.accept()


def mounted(app: FastAPI) -> None:
    sub = FastAPI()
    sub.add_api_route("/page", page)
    app.mount("/sub", sub)


def mounted_twice(app: FastAPI) -> None:
    sub = FastAPI()
    mounted(sub)
    app.mount("/outer", sub)


def without_its_call(app: FastAPI) -> None:
    app.add_api_route("/page", lambda: "page", dependencies=[Depends(require_mfa)])


def without_depends(app: FastAPI) -> None:
    guard = require_mfa()

    @app.get("/page")
    def page(session: Any = guard) -> str:
        return "page"


def without_its_call_in_a_router(app: FastAPI) -> None:
    outer, inner = APIRouter(prefix="/r", dependencies=[Depends(require_mfa)]), APIRouter()
    inner.add_api_route("/page", lambda: "page")
    outer.include_router(inner)
    app.include_router(outer)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (without_its_call, r"/page: write Depends\(require_mfa\(\)\)"),
        (without_depends, r"/page: write Depends\(require_mfa\(\)\)"),
        (without_its_call_in_a_router, r"/r/page: write Depends\(require_mfa\(\)\)"),
        (websocket_directly, "/talk: require_mfa cannot protect a WebSocket"),
        (websocket_of_a_router, "/r/talk: require_mfa cannot protect a WebSocket"),
        (websocket_by_another_dependency, "/talk: require_mfa cannot protect a WebSocket"),
        (mounted, "/sub/page: this application has no MFA yet"),
        (mounted_twice, "/outer/sub/page: this application has no MFA yet"),
    ],
)
def test_an_application_that_is_wrong_does_not_start(wrong: Any, said: str, app: FastAPI) -> None:
    """The web server gets the sentence, with the path and the remedy."""
    wrong(app)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        sent.append(message)

    with pytest.raises(InvalidInput, match=said):
        asyncio.run(app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send))
    assert [message["type"] for message in sent] == ["lifespan.startup.failed"]
    assert re.match(said, sent[0]["message"])


@pytest.mark.parametrize(
    ("wrong", "path", "said"),
    [
        (websocket_directly, "/talk", "WebSocket"),
        (mounted, "/sub/page", "add_mfa for the mounted one"),
        (without_its_call, "/page", "both pairs of parentheses"),
    ],
)
def test_without_a_start_the_request_says_so(wrong: Any, path: str, said: str, app: FastAPI) -> None:
    """A server that starts no lifespan: the first request ends with the same sentence, and not with a TypeError."""
    wrong(app)
    kind = "websocket" if said == "WebSocket" else "http"
    scope = {"type": kind, "path": path, "root_path": "", "query_string": b"", "method": "GET", "scheme": "http"}
    with pytest.raises(InvalidInput, match=said):
        call(app, scope, {"type": "websocket.connect" if kind == "websocket" else "http.request"})
