"""Exercise and predictions of 50_into_your_application.

The check sends requests to the learner's application, as a browser would. The requests reach the application without
a socket. Earlier, each answer and each known mistake had its own server with a socket, and each server needed half a
second to stop.
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
    """Return how the application that `answer(server)` makes responds to two people's requests on one day."""
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
    """Provide a function that runs a coroutine and waits for its result.

    A notebook's own thread already runs an event loop.
    """
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
    """Return the verdict on an answer. If the routes explain the verdict, add a detail.

    If an open route comes before a guarded route with the same path, FastAPI uses the open route. An answer also
    fails if its route has no guard.
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
        "Write `protected(server)`. It returns the shop's application, with MFA in front of one route. `/prices` "
        "stays open to everybody. If a person logged in with both factors less than 300 seconds ago, `POST /payouts` "
        'answers `{"paid by": ...}` with that person\'s name. The route refuses everybody else.'
    ),
    solution=_variant(_AGE),
    ask=_asked,
    given=_GIVEN,
    hints=(
        (
            "Add a line that gives the application its MFA, add an argument to one route, and change the answer of "
            "that route."
        ),
        (
            "The argument of the office's route provides a session. Copy that argument, and tell the guard how old a "
            "session may be."
        ),
        "A session has the `name` of its owner. Copy the shop, rename the function, and change three lines.",
    ),
    cases=(
        Case(
            "The price list, without a login",
            ("prices",),
            {"pear": 3, "plum": 5},
            "The prices are for everybody, so the answer of this route must not change. Which one route needs the "
            "guard?",
            wanted="the shop's price list",
        ),
        Case(
            "A payout, without a login",
            ("nobody",),
            "refused",
            "Nobody has logged in, so your application must refuse the payout. Which guard does `POST /payouts` "
            "have?",
        ),
        Case(
            "A payout, with a made-up token",
            ("invented",),
            "refused",
            "Anybody can make up a token. Which part of your code checks that the server issued it?",
        ),
        Case(
            "A payout, after only the password",
            ("password",),
            "refused",
            "This is the token of a pending login. What may this token open here?",
        ),
        Case(
            "A payout, right after a login",
            ("fresh",),
            {"paid by": "alice@example.org"},
            "Alice has logged in with both factors. Does your route run, and does its answer name her?",
        ),
        Case(
            "A payout, right after somebody else logged in",
            ("other",),
            {"paid by": "bob@example.org"},
            "Bob has logged in with both factors. Does your route run, and does its answer name him?",
        ),
        Case(
            "A payout, 299 seconds later",
            ("late",),
            "granted",
            "This login is less than five minutes old. How old may a login be?",
        ),
        Case(
            "A payout, 300 seconds later",
            ("stale",),
            "refused",
            "After five minutes, somebody else may be sitting at the screen. How old may a login be?",
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
            "You added MFA to the application, but no route asks for it. What does the office's route have that your "
            "route lacks?",
        ),
        Wrong(
            _BESIDE,
            "Your application has two routes for `POST /payouts`, and FastAPI uses the first, which is open to "
            "everybody. How do you get an application that never had the open route?",
        ),
        Wrong(
            _variant(_WHO.format(age="")),
            "Your guard does not limit the age of a login, so it accepts one from this morning. Which argument of "
            "the guard sets a number of seconds?",
        ),
        Wrong(
            _variant(_AGE, app="dependencies=[Depends(require_mfa(max_age_seconds=300))]"),
            "You put the guard in front of every route. The login is also a route, so nobody can log in. Which route "
            "needs the guard?",
        ),
        Wrong(
            _variant(
                "request: Request",
                returned='"paid by": "alice@example.org"',
                check='if "authorization" not in request.headers:\n            raise HTTPException(401)\n        ',
            ),
            "Your code checks only that there is a token, so it accepts a made-up token. Who knows which tokens are "
            "genuine?",
        ),
        Wrong(
            _variant(_AGE, returned='"paid": True'),
            "Your guard works, but the answer does not name the person who logged in. What does the session contain?",
        ),
        Wrong(
            _variant(_AGE, add=False),
            "Your guard asks a server whether the session is genuine, but nothing tells the guard which server to "
            "ask. Which line of `office` does that?",
        ),
        Wrong(
            _variant(_AGE).replace(", https=False", ""),
            "Your application accepts only https, but here it runs without https. What does `office` pass to "
            "`add_mfa`?",
        ),
        Wrong(
            _variant("session: Annotated[Session, Depends(require_mfa)]"),
            "You pass `require_mfa` itself. It is not a guard: it returns a guard when you call it. Which argument "
            "should you call it with?",
        ),
        Wrong(
            _variant("session = require_mfa(max_age_seconds=300)"),
            "You make a guard, but nothing tells FastAPI to run it. Which word in the argument of the office's route "
            "does that?",
        ),
        Wrong(
            _variant("session: Session"),
            "You ask for a session, but FastAPI does not know where a `Session` comes from. How does the argument of "
            "the office's route tell FastAPI?",
        ),
        Wrong(
            _variant(_AGE, returned='"paid by": session'),
            "Your guard works, but you return the whole session object. Which attribute of the session holds the "
            "name?",
        ),
        Wrong(
            _variant(_AGE).replace("@app.post", "@app.get"),
            "Your route answers GET requests. The client sends a POST request for the payout, and none of your "
            "routes accepts POST. Which method does the shop use for this route?",
        ),
        Wrong(
            _variant(_AGE).replace(_PRICES, ""),
            "Your application has only the routes that you write, and the route for the price list is missing. Which "
            "routes does the shop have?",
        ),
        Wrong(
            _variant(_AGE, returned='"paid by": "alice@example.org"'),
            "Your guard works, but the answer names Alice even when Bob has logged in. Where can your route find the "
            "name of the person who logged in?",
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
            Option("c", "the same as for the first request", lambda said: said == "the same"),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** both requests get the same words and the same status. 202 means *accepted*, and "
                "says nothing about the result. The server also computes a hash both times (ASVS-6.3.8)."
            ),
            (
                "In a notebook, an operator registers people, so the server may say *taken*. If a public page says "
                "so, anyone who asks often enough gets a list of customers: that is user enumeration. One gap "
                "remains. If you register with a password of your own and then try to log in with it, you learn "
                "whether the account was new."
            ),
        ),
        secrets=(r"\b202\b", r"If the name was free", r"same words and the same status"),
    ),
    Prediction(
        id="race-between-workers",
        question="Two workers receive the same correct code sixteen times at once. How many sessions does that open?",
        options=(
            Option("a", "one", lambda count: count == 1),
            Option("b", "two, one at each worker", lambda count: count == 2),
            Option("c", "more than two", lambda count: count > 2),
        ),
        outcome="a",
        saw=(
            (
                "**What we saw:** one session and fifteen refusals, whichever request came first (ASVS-6.5.1). That "
                "is not luck. No worker relies on a value that it read a moment ago. One statement in the database "
                "decides: *write this step if it is later than the last one*."
            ),
            (
                "For the next three requests, the code was *reused*. After these three failures the account had to "
                "wait. So no worker verified the codes of the other twelve requests: they were *throttled*. If you "
                "run the race again, the cell first moves the clock by half a minute. The code is new, and again "
                "only one session opens."
            ),
        ),
        secrets=(r"one session and fifteen", r"refused: 15", r"'reused': 3"),
    ),
)
