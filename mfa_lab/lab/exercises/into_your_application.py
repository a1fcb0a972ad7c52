"""Exercise and predictions of 50_into_your_application. An answer is asked by requests, as a browser would.

The requests reach the application without a socket. A server for each answer, and for each known mistake that the
answer is compared with, took half a second to end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from threading import Thread
from typing import Any

from mfa_lab.clock import ManualClock
from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong
from mfa_lab.phone.authenticator import Phone
from mfa_lab.policy import Policy
from mfa_lab.server.flow import MfaServer

NOTEBOOK = "50_into_your_application"

_ALICE = {"name": "alice@example.org", "password": "demo only: alice keeps bees"}
_BOB = {"name": "bob@example.org", "password": "demo only: bob counts pears"}
_QUESTIONS = ("prices", "nobody", "invented", "password", "fresh", "other", "late", "stale", "over")
_NO_API = "no /mfa/api: is add_mfa called?"


def _asked(answer: Callable[..., Any], question: str) -> object:
    return _story(answer)[question]


@lru_cache(maxsize=8)
def _story(answer: Callable[..., Any]) -> dict[str, object]:
    """What the application of `answer(server)` says, request by request, to two people on one day."""
    import httpx  # the web side is slow to import, and no other notebook needs it
    from fastapi.exceptions import FastAPIError

    clock = ManualClock()
    server = MfaServer(clock=clock, policy=Policy.CHEAPEST)
    phone, bobs_phone = [_enrolled(server, **person) for person in (_ALICE, _BOB)]
    clock.advance(30)
    try:
        app = answer(server)
    except FastAPIError as error:
        if "Session" not in str(error):
            raise
        return dict.fromkeys(_QUESTIONS, "no application: FastAPI cannot fill in the argument of type Session")
    if app is None:
        return dict.fromkeys(_QUESTIONS)
    with closing(server), _loop_in_a_thread() as run:
        asked = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=asked, base_url="http://127.0.0.1")

        def call(method: str, path: str, token: str = "", **body: str) -> httpx.Response:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            response: httpx.Response = run(client.request(method, path, headers=headers, json=body or None))
            return response

        said: dict[str, object] = {
            "prices": _content(call("GET", "/prices")),
            "nobody": _by_its_routes(app, _verdict(call("POST", "/payouts"))),
            "invented": _verdict(call("POST", "/payouts", "s." + "A" * 43)),
        }
        step = call("POST", "/mfa/api/login", **_ALICE)
        if step.status_code != 200:
            answered = f"the login answers {step.status_code}: {step.text}"
            return dict.fromkeys(_QUESTIONS, _NO_API if step.status_code == 404 else answered) | said
        pending = step.json()["token"]
        said["password"] = _verdict(call("POST", "/payouts", pending))
        session = call("POST", "/mfa/api/code", pending, code=phone.code()).json()["token"]
        said["fresh"] = _content(call("POST", "/payouts", session))
        bobs_pending = call("POST", "/mfa/api/login", **_BOB).json()["token"]
        bobs = call("POST", "/mfa/api/code", bobs_pending, code=bobs_phone.code()).json()["token"]
        said["other"] = _content(call("POST", "/payouts", bobs))
        clock.advance(299)
        said["late"] = _verdict(call("POST", "/payouts", session))
        clock.advance(1)
        said["stale"] = _verdict(call("POST", "/payouts", session))
        call("DELETE", "/mfa/api/session", session)
        said["over"] = _verdict(call("POST", "/payouts", session))
    return said


@contextmanager
def _loop_in_a_thread() -> Iterator[Callable[[Coroutine[Any, Any, Any]], Any]]:
    """Give a call that waits for a coroutine. A notebook's own thread has an event loop that runs already."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield lambda asked: asyncio.run_coroutine_threadsafe(asked, loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _enrolled(server: MfaServer, name: str, password: str) -> Phone:
    """The phone of somebody who has registered and enrolled."""
    phone = Phone(server.clock)
    server.register(name, password)
    enrolment = server.start_enrolment(server.begin_login(name, password))
    phone.add(enrolment.uri)
    server.confirm_enrolment(enrolment, phone.code())
    return phone


def _verdict(response: Any) -> object:
    return _VERDICTS.get(response.status_code, f"status {response.status_code}")


def _by_its_routes(app: Any, verdict: object) -> object:
    """The same verdict, unless the routes say more: the open one still stands before a guarded one, and FastAPI takes
    the first of two; or one fails that asks no guard.
    """
    routes = [route for route in app.routes if getattr(route, "path", "") == "/payouts"]
    if verdict == "granted" and len(routes) > 1:
        return "granted by the first of two"
    if verdict == "status 500" and not any(route.dependant.dependencies for route in routes):  # codespell:ignore
        return "status 500, and no guard was asked"
    return verdict


def _content(response: Any) -> object:
    return response.json() if response.status_code == 200 else _verdict(response)


_VERDICTS = {200: "granted", 401: "refused", 403: "refused"}

_GIVEN = """
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from mfa_lab.server.records import Session
from mfa_lab.web import add_mfa, require_mfa
""".strip()

_SHOP = """
def protected(server):
    app = FastAPI({app})
    {first}

    @app.get("/prices")
    def prices():
        return {{"pear": 3, "plum": 5}}

    @app.post("/payouts")
    def payout({argument}):
        {check}return {{{returned}}}

    return app
""".strip()
_PRICES = """
    @app.get("/prices")
    def prices():
        return {"pear": 3, "plum": 5}
"""
_WHO = "session: Annotated[Session, Depends(require_mfa({age}))]"


def _variant(
    argument: str, *, returned: str = '"paid by": session.name', app: str = "", check: str = "", add: bool = True
) -> str:
    first = "add_mfa(app, server, https=False)" if add else ""
    return _SHOP.format(app=app, first=first, argument=argument, check=check, returned=returned)


_AGE = _WHO.format(age="max_age_seconds=300")
_BESIDE = f"""
{_variant("", returned='"paid": True', add=False).replace("protected(server)", "shop()")}


def protected(server):
    app = shop()
    add_mfa(app, server, https=False)

    @app.post("/payouts")
    def payout({_AGE}):
        return {{"paid by": session.name}}

    return app
""".strip()

PROTECT = Exercise(
    id="protected-route",
    title="One route behind both factors",
    question=(
        "Write `protected(server)`, which makes the shop's application with MFA in front of one route. `/prices` "
        'stays open to everybody. `POST /payouts` answers `{"paid by": ...}` with the name of whoever logged in with '
        "both factors less than 300 seconds ago, and refuses everybody else."
    ),
    solution=_variant(_AGE),
    ask=_asked,
    given=_GIVEN,
    hints=(
        "Three things are new: a line that gives the application its MFA, an argument of one route, and its answer.",
        (
            "The argument of the office's route brings a session. Take it over as it is, and tell the guard how "
            "old a session may be."
        ),
        "A session knows the `name` of its owner. Copy the shop, rename the function, and change three lines.",
    ),
    cases=(
        Case(
            "The price list, without a login",
            ("prices",),
            {"pear": 3, "plum": 5},
            "Prices are for everybody, and stay as they were: guard one route alone.",
            wanted="the shop's price list",
        ),
        Case(
            "A payout, without a login",
            ("nobody",),
            "refused",
            "Nobody has logged in: the guard of `POST /payouts` has to refuse.",
        ),
        Case(
            "A payout, with a token that was made up",
            ("invented",),
            "refused",
            "Anybody can write a token. Who looks whether the server ever gave it to anybody?",
        ),
        Case(
            "A payout, after the password alone",
            ("password",),
            "refused",
            "A pending login is no session: its token must open nothing here.",
        ),
        Case(
            "A payout, right after a login",
            ("fresh",),
            {"paid by": "alice@example.org"},
            "Whoever has logged in with both factors is to be paid, and to be named.",
        ),
        Case(
            "A payout, right after the login of somebody else",
            ("other",),
            {"paid by": "bob@example.org"},
            "Whoever logs in, whatever the name, is to be paid, and to be named.",
        ),
        Case("A payout, 299 seconds later", ("late",), "granted", "Under five minutes a login is fresh enough."),
        Case("A payout, 300 seconds later", ("stale",), "refused", "Five minutes later somebody else may sit there."),
        Case("A payout, after the log-out", ("over",), "refused", "Who has logged out is not logged in."),
    ),
    wrong=(
        Wrong(
            _variant("", returned='"paid": True'),
            "That is the shop as it was: MFA has moved in, and no route asks for it.",
        ),
        Wrong(
            _BESIDE,
            "There are two routes for `POST /payouts` now, and FastAPI takes the first, the open one. Write the "
            "application anew instead of starting from `shop()`.",
        ),
        Wrong(
            _variant(_WHO.format(age="")),
            "A login of this morning still pays out. How old may a session be? The guard takes a number of seconds.",
        ),
        Wrong(
            _variant(_AGE, app="dependencies=[Depends(require_mfa(max_age_seconds=300))]"),
            "Now everything is locked, the login itself as well: nobody can ever get in.",
        ),
        Wrong(
            _variant(
                "request: Request",
                returned='"paid by": "alice@example.org"',
                check='if "authorization" not in request.headers:\n            raise HTTPException(401)\n        ',
            ),
            "You look whether there is a token, and not whether it is a true one.",
        ),
        Wrong(
            _variant(_AGE, returned='"paid": True'),
            "The guard is right. The answer has to say who was paid: the log of the shop will want to know.",
        ),
        Wrong(
            _variant(_AGE, add=False),
            "The guard asks a server whether the session is true, and nobody has told it which one.",
        ),
        Wrong(
            _variant(_AGE).replace(", https=False", ""),
            "The server wants https: what did `office` say to `add_mfa`?",
        ),
        Wrong(
            _variant("session: Annotated[Session, Depends(require_mfa)]"),
            "`require_mfa` is no guard yet, it makes one: so call it.",
        ),
        Wrong(
            _variant("session = require_mfa(max_age_seconds=300)"),
            "FastAPI is not told to run the guard: wrap it in `Depends(...)`.",
        ),
        Wrong(
            _variant("session: Session"),
            "FastAPI does not know where a `Session` comes from. `Annotated[Session, Depends(...)]` tells it.",
        ),
        Wrong(
            _variant(_AGE, returned='"paid by": session'),
            "The guard is right. A session is an object: its `name` is asked for.",
        ),
        Wrong(
            _variant(_AGE).replace("@app.post", "@app.get"),
            "Money is asked for by a POST, and nothing here takes one. Is it still a POST?",
        ),
        Wrong(
            _variant(_AGE).replace(_PRICES, ""),
            "Is the price list there? The new application has no routes but those that you write.",
        ),
        Wrong(
            _variant(_AGE, returned='"paid by": "alice@example.org"'),
            "The guard is right, but whoever is paid, the answer names Alice. The session knows whose it is.",
        ),
    ),
)

EXERCISES = (PROTECT,)

PREDICTIONS = (
    Prediction(
        id="name-taken",
        question="Somebody registers a name that is taken already. What does the server answer?",
        options=(
            Option("a", "that the name is taken", lambda same: same is False),
            Option("b", "the same as for a new name", lambda same: same is True),
        ),
    ),
    Prediction(
        id="race-between-workers",
        question="One right code, sixteen times at once, to two workers: how many sessions are opened?",
        options=(
            Option("a", "one", lambda count: count == 1),
            Option("b", "two, one by each worker", lambda count: count == 2),
            Option("c", "more than two", lambda count: count > 2),
        ),
    ),
)
