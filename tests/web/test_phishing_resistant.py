"""`require_mfa(phishing_resistant=True)`: only a session that a passkey began, answered as RFC 9470 says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI

from mfa_lab import SeededRandomness, Session
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.web import add_mfa, require_mfa, tokens
from tests.server.kit import EXPLAINING, Deployment


class Client:
    """Asks the application in this process."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def get(self, path: str, **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(ask())


PAID = {"step_up": (("pay", 60), ("look", 600)), "step_up_phishing_resistant": True}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Deployment, Client]]:
    deployment = Deployment(tmp_path, replace(EXPLAINING, **PAID))
    deployment.enrol()
    app = FastAPI()
    add_mfa(app, deployment.server, https=False, hosts=["localhost"])

    @app.get("/vault")
    def vault(session: Annotated[Session, Depends(require_mfa(phishing_resistant=True))]) -> str:
        return session.name

    @app.get("/payments")
    def pay(session: Annotated[Session, Depends(require_mfa(action="pay"))]) -> str:
        return session.name

    @app.get("/reports")
    def reports(session: Annotated[Session, Depends(require_mfa())]) -> str:
        return session.name

    yield deployment, Client(app)
    deployment.server.close()


def test_a_code_does_not_open_what_needs_a_passkey(served: tuple[Deployment, Client]) -> None:
    """The client reads what is missing: `acr_values` and `max_age`. A browser is sent to log in again."""
    deployment, client = served
    holder = PasskeyHolder(SeededRandomness(19))
    session = deployment.log_in()
    deployment.add_passkey(session, holder)
    bearer = {"Authorization": f"Bearer {tokens.written(session)}"}
    assert client.get("/reports", **bearer).status_code == 200
    for path, challenge in (
        ("/vault", 'Bearer error="insufficient_user_authentication", acr_values="phr"'),
        ("/payments", 'Bearer error="insufficient_user_authentication", max_age="60", acr_values="phr"'),
    ):
        answer = client.get(path, **bearer)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, challenge)
        assert answer.json() == {
            "detail": "Log in again to do this, with your passkey.",
            "reason": "insufficient_user_authentication",
        }
    answer = client.get("/vault", Accept="text/html", Cookie=f"mfa-lab={tokens.written(session)}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/mfa/login?next=/vault&with=passkey")
    bearer = {"Authorization": f"Bearer {tokens.written(deployment.passkey_login(holder))}"}
    for path in ("/vault", "/payments", "/reports"):
        assert client.get(path, **bearer).json() == "alice@example.org"
    deployment.clock.advance(60)
    assert client.get("/vault", **bearer).status_code == 200
    assert client.get("/payments", **bearer).status_code == 401


def test_without_the_policy_an_action_asks_only_for_its_age(served: tuple[Deployment, Client]) -> None:
    """`step_up_phishing_resistant` is what makes the difference."""
    deployment, client = served
    deployment.server.policy = replace(EXPLAINING, step_up=PAID["step_up"])
    bearer = {"Authorization": f"Bearer {tokens.written(deployment.log_in())}"}
    assert client.get("/payments", **bearer).status_code == 200
    assert client.get("/vault", **bearer).status_code == 401
