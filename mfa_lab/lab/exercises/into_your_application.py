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
    """Return what the application of `answer(server)` says, request by request, to two people on one day."""
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
    """Register and enrol somebody, and return the phone."""
    phone = Phone(server.clock)
    server.register(name, password)
    enrolment = server.start_enrolment(server.begin_login(name, password))
    phone.add(enrolment.uri)
    server.confirm_enrolment(enrolment, phone.code())
    return phone


def _verdict(response: Any) -> object:
    return _VERDICTS.get(response.status_code, f"status {response.status_code}")


def _by_its_routes(app: Any, verdict: object) -> object:
    """Return the verdict, with more detail where the routes explain it.

    An open route may stand before a guarded one: FastAPI takes the first of two. Or a route without a guard fails.
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
        "Write `protected(server)`. It makes the shop's application, with MFA in front of one route. `/prices` stays "
        'open to everybody. `POST /payouts` answers `{"paid by": ...}` with the name of the person, if that person '
        "logged in with both factors less than 300 seconds ago. It refuses everybody else."
    ),
    solution=_variant(_AGE),
    ask=_asked,
    given=_GIVEN,
    hints=(
        "Three things are new: a line that gives the application its MFA, an argument of one route, and its answer.",
        (
            "The argument of the office's route brings a session. Copy it, and tell the guard how old a "
            "session may be."
        ),
        "A session has the `name` of its owner. Copy the shop, rename the function, and change three lines.",
    ),
    cases=(
        Case(
            "The price list, without a login",
            ("prices",),
            {"pear": 3, "plum": 5},
            "Prices are for everybody, and their answer must not change. Which one route needs the guard?",
            wanted="the shop's price list",
        ),
        Case(
            "A payout, without a login",
            ("nobody",),
            "refused",
            "Nobody has logged in, and the money would go out. Which guard does `POST /payouts` have?",
        ),
        Case(
            "A payout, with a token that was made up",
            ("invented",),
            "refused",
            "Anybody can write a token. Who checks that the server ever issued it?",
        ),
        Case(
            "A payout, after the password alone",
            ("password",),
            "refused",
            "This is the token of a pending login. What may it open here?",
        ),
        Case(
            "A payout, right after a login",
            ("fresh",),
            {"paid by": "alice@example.org"},
            "Alice has logged in with both factors. Is she paid, and does the answer name her?",
        ),
        Case(
            "A payout, right after the login of somebody else",
            ("other",),
            {"paid by": "bob@example.org"},
            "Bob has logged in with both factors. Is he paid, and does the answer name him?",
        ),
        Case(
            "A payout, 299 seconds later",
            ("late",),
            "granted",
            "This login is younger than five minutes. How old may it be?",
        ),
        Case(
            "A payout, 300 seconds later",
            ("stale",),
            "refused",
            "After five minutes somebody else may sit there. How old may the login be?",
        ),
        Case(
            "A payout, after the log-out",
            ("over",),
            "refused",
            "Alice has logged out. What may her old token still open?",
        ),
    ),
    wrong=(
        Wrong(
            _variant("", returned='"paid": True'),
            "You added MFA to the application, and no route asks for it. What does the office's route have "
            "that yours "
            "lacks?",
        ),
        Wrong(
            _BESIDE,
            "Your application has two routes for `POST /payouts`. FastAPI takes the first, the open one. How do you "
            "get an application that never had the open route?",
        ),
        Wrong(
            _variant(_WHO.format(age="")),
            "Your guard sets no age, so a login of this morning still pays out. Which argument of the guard "
            "is a number "
            "of seconds?",
        ),
        Wrong(
            _variant(_AGE, app="dependencies=[Depends(require_mfa(max_age_seconds=300))]"),
            "You put the guard before every route, and the login is a route, too. Then nobody can log in. Which "
            "route needs the guard?",
        ),
        Wrong(
            _variant(
                "request: Request",
                returned='"paid by": "alice@example.org"',
                check='if "authorization" not in request.headers:\n            raise HTTPException(401)\n        ',
            ),
            "You check only that there is a token, so a made-up token gets in. Who knows which tokens are genuine?",
        ),
        Wrong(
            _variant(_AGE, returned='"paid": True'),
            "Your guard works, and the answer does not say who was paid. What does the session contain?",
        ),
        Wrong(
            _variant(_AGE, add=False),
            "Your guard asks a server whether the session is genuine. Nothing tells the guard which server to ask. "
            "Which line of `office` tells it?",
        ),
        Wrong(
            _variant(_AGE).replace(", https=False", ""),
            "Your application accepts only https, and here it runs without https. What did `office` tell `add_mfa`?",
        ),
        Wrong(
            _variant("session: Annotated[Session, Depends(require_mfa)]"),
            "You pass `require_mfa` itself. It is not a guard but makes a guard, so call it. With which argument?",
        ),
        Wrong(
            _variant("session = require_mfa(max_age_seconds=300)"),
            "You make a guard, and FastAPI is not told to run the guard. Which word in the argument of the office's "
            "route tells FastAPI to run the guard?",
        ),
        Wrong(
            _variant("session: Session"),
            "You ask for a session, and FastAPI does not know where a `Session` comes from. How does the argument of "
            "the office's route tell FastAPI?",
        ),
        Wrong(
            _variant(_AGE, returned='"paid by": session'),
            "Your guard works, and you return the session itself, an object. Which part of it is the name?",
        ),
        Wrong(
            _variant(_AGE).replace("@app.post", "@app.get"),
            "Your route answers GET. The client requests the money by a POST, and none of your routes takes a POST. "
            "Which method does the shop's line name?",
        ),
        Wrong(
            _variant(_AGE).replace(_PRICES, ""),
            "Your application has only the routes that you write, and the price list is missing. What else "
            "did the shop "
            "have?",
        ),
        Wrong(
            _variant(_AGE, returned='"paid by": "alice@example.org"'),
            "Your guard works, and the answer names Alice even when Bob is paid. Where do you find the name "
            "of the person "
            "who logged in?",
        ),
    ),
)

EXERCISES = (PROTECT,)

PREDICTIONS = (
    Prediction(
        id="name-taken",
        question="Somebody registers a name that already has an account. What does the server answer?",
        options=(
            Option("a", "that the name is taken", lambda said: "taken" in said),
            Option("b", "an error without a reason", lambda said: said != "the same" and "taken" not in said),
            Option("c", "the same as to the first request", lambda said: said == "the same"),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** the same words and the same status. 202 means: *received, and no more is "
                "said*. The server "
                "computes a hash both times, too (ASVS-6.3.8)."
            ),
            (
                "In a notebook, an operator registers people and may be told *taken*. A public page that says so "
                "gives a list of customers to anyone who asks long enough: that is user enumeration. One gap "
                "remains. If you register with a password of your own and then try to log in with it, you learn "
                "whether the account was new."
            ),
        ),
        secrets=(r"\b202\b", r"If the name was free", r"same words and the same status"),
    ),
    Prediction(
        id="race-between-workers",
        question="One correct code, sixteen times at once, to two workers: how many sessions does that open?",
        options=(
            Option("a", "one", lambda count: count == 1),
            Option("b", "two, one at each worker", lambda count: count == 2),
            Option("c", "more than two", lambda count: count > 2),
        ),
        outcome="a",
        saw=(
            (
                "**What we saw:** one session and fifteen refusals, whichever request came first (ASVS-6.5.1). "
                "It is not luck. "
                "No worker decides by what it read a moment ago. One statement in the database decides: *write "
                "this step if "
                "it is later than the last one*."
            ),
            (
                "For the next three requests the code was *reused*. After these three failures the account had "
                "to wait. So no "
                "worker verified the other twelve codes: they were *throttled*. Run the race again if you like. "
                "Half a minute "
                "passes first, so the code is a new one, and again one session opens."
            ),
        ),
        secrets=(r"one session and fifteen", r"refused: 15", r"'reused': 3"),
    ),
)
