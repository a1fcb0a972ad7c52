"""What the tests serve: the small application, and an existing one with a route of its own, on a clock in a file.

Settings come by the environment, as to every worker; TEST_POLICY holds fields of the policy as JSON.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI
from starlette.responses import HTMLResponse

from mfa_lab import MfaServer, Policy, RelyingParty
from mfa_lab.server.notifications.notifier import FileNotifier
from mfa_lab.server.records import Session
from mfa_lab.web import add_mfa, create_app, require_mfa
from mfa_lab.web.site import DEVELOPMENT_HOST
from tests.web.file_clock import KEY, FileClock

ADMIN = "root@example.org"
ABSENT_ADMIN = "absent-root@example.org"
"""Named as an administrator, and never registered."""


def party() -> RelyingParty | None:
    """The site of the passkeys, at TEST_ORIGIN; without it there are none."""
    origin = os.environ.get("TEST_ORIGIN", "")
    return RelyingParty(DEVELOPMENT_HOST, (origin,)) if origin else None


def make_server(reset_page: str = "") -> MfaServer:
    changes = json.loads(os.environ.get("TEST_POLICY", "{}"))
    changes |= {"step_up": tuple(map(tuple, changes.get("step_up", ())))}
    policy = replace(Policy.CHEAPEST, **changes)
    clock = FileClock(Path(os.environ["TEST_CLOCK"]))
    return MfaServer(
        os.environ["TEST_URL"], clock=clock, policy=policy, key=KEY, relying_party=party(), reset_page=reset_page
    )


def small() -> FastAPI:
    """The complete small application."""
    notifications, prefix = os.environ.get("TEST_NOTIFICATIONS"), os.environ.get("TEST_PREFIX", "")
    return create_app(
        make_server(f"{os.environ['TEST_ORIGIN']}{prefix}/password-reset/new" if "TEST_ORIGIN" in os.environ else ""),
        prefix=prefix,
        home=os.environ.get("TEST_HOME", ""),
        https=os.environ.get("TEST_HTTPS") == "yes",
        behind_proxy=os.environ.get("TEST_HTTPS") == "yes",
        admins=[ADMIN, ABSENT_ADMIN],
        registration=os.environ.get("TEST_REGISTRATION") != "no",
        notifier=FileNotifier(notifications) if notifications else None,
    )


def existing() -> FastAPI:
    """An application that was there before, with pages and errors of its own."""
    app = FastAPI()
    add_mfa(app, make_server(), https=False)

    @app.get("/", response_class=HTMLResponse)
    def home() -> str:
        return "<title>Own page</title><p>Welcome"

    @app.get("/report", response_class=HTMLResponse)
    def report(session: Annotated[Session, Depends(require_mfa())]) -> str:
        return f"<title>Report</title><p>For {session.name}"

    @app.get("/transfers", response_class=HTMLResponse)
    def transfers(session: Annotated[Session, Depends(require_mfa(max_age_seconds=60))]) -> str:
        return '<title>Transfers</title><form method="post" action="/transfers"><button>Send</button></form>'

    @app.post("/transfers")
    def transfer(session: Annotated[Session, Depends(require_mfa(max_age_seconds=60))]) -> dict[str, str]:
        return {"sent by": session.name}

    @app.get("/vault", response_class=HTMLResponse)
    def vault(session: Annotated[Session, Depends(require_mfa(phishing_resistant=True))]) -> str:
        return f"<title>Vault</title><p>For {session.name}"

    @app.post("/payments")
    def payment(session: Annotated[Session, Depends(require_mfa(action="payment"))]) -> dict[str, str]:
        return {"paid by": session.name}

    @app.post("/typing-error")
    def typing_error(session: Annotated[Session, Depends(require_mfa(action="no such action"))]) -> None:
        raise AssertionError("not reached")

    return app
