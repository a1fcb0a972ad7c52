"""`add_mfa(login=...)` and `continue_login`: the application checks the first factor, and the kit the second."""

from __future__ import annotations

import asyncio
import doctest
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Request, Response

from mfa_lab import InvalidInput, Phone, Session, Subject
from mfa_lab.web import add_mfa, continue_login, require_mfa, tokens
from mfa_lab.web.site import Site
from tests.server.kit import NAME, PASSWORD, Deployment

OURS = Subject("sso", "7")
ADMIN = Subject("sso", "root")
ADMIN_NAME = "root@example.org"
DOCS = Path(__file__).parents[2] / "docs" / "web.md"


class Own:
    """An application with its own login page, in this process."""

    def __init__(self, folder: Path) -> None:
        self.deployment = Deployment(folder)
        self.server = self.deployment.server
        self.app = FastAPI()
        add_mfa(self.app, self.server, https=False, hosts=["localhost"], login="/sign-in", admins=[ADMIN_NAME, ADMIN])

        @self.app.post("/sign-in/{user}")
        def sign_in(request: Request, user: str) -> Response:
            return continue_login(request, self.server.begin_for(Subject("sso", user), name=NAME))

        @self.app.get("/vault")
        def vault(session: Annotated[Session, Depends(require_mfa(phishing_resistant=True))]) -> str:
            return session.name

    def ask(self, method: str, path: str, token: str = "", **how: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            cookies = {"mfa-lab": token} if token else {}
            headers = {"Accept": "text/html", "Origin": "http://localhost"}
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost", cookies=cookies, headers=headers
            ) as client:
                return await client.request(method, path, **how)

        return asyncio.run(ask())

    def session(self, subject: Subject = OURS, name: str = NAME) -> Session:
        """A session after an enrolment."""
        offer = self.server.start_enrolment(self.server.begin_for(subject, name=name))
        phone = Phone(self.deployment.clock)
        phone.add(offer.uri)
        self.server.acknowledge_recovery_codes(self.server.confirm_enrolment(offer, phone.code()).issue_id)
        self.deployment.clock.advance(30)
        return self.server.finish_login(self.server.begin_for(subject, name=name), phone.code())


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Own]:
    own = Own(tmp_path)
    yield own
    own.server.close()


def test_every_login_begins_on_the_applications_page(own: Own) -> None:
    """The guard and the kit's own login page lead there. They name the page to return to, and ask for a passkey."""
    assert own.ask("GET", "/vault?a=1").headers["location"] == "/sign-in?next=/vault%3Fa%3D1&with=passkey"
    assert own.ask("GET", "/mfa/login?next=/vault").headers["location"] == "/sign-in?next=/vault"
    assert own.ask("GET", "/mfa/login?next=//evil.example").headers["location"] == "/sign-in"
    assert own.ask("GET", "/mfa/account").headers["location"].startswith("/sign-in?next=/mfa/account")


def test_the_kits_page_takes_no_password(own: Own) -> None:
    """Even with the correct password of an account here: the cookie does not change."""
    own.server.register("bob@example.org", PASSWORD)
    token = tokens.anonymous()
    fields = {"form_token": tokens.form_token(token), "account": "bob@example.org", "password": PASSWORD}
    answer = own.ask("POST", "/mfa/login", token, data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/mfa/login")
    assert "set-cookie" not in answer.headers


def test_the_second_step_follows(own: Own) -> None:
    """First the enrolment and later the code, with a new cookie each time; another site is no page to return to."""
    first = own.ask("POST", "/sign-in/7?next=/vault")
    assert first.headers["location"] == "/mfa/enrol?next=/vault"
    assert first.headers["set-cookie"].startswith("mfa-lab=p.")
    session = own.session()
    later = own.ask("POST", "/sign-in/7?next=//evil.example", tokens.written(session))
    assert later.headers["location"] == "/mfa/code"
    assert "HttpOnly" in later.headers["set-cookie"]
    assert own.ask("GET", "/mfa/account", tokens.written(session)).status_code == 303  # the new login replaced it


def test_no_page_offers_a_new_password(own: Own) -> None:
    """Nor does the page for it open."""
    token = tokens.written(own.session())
    for path in ("/mfa/account", "/mfa/sessions"):
        page = own.ask("GET", path, token)
        assert page.status_code == 200
        assert "/mfa/password" not in page.text
    assert own.ask("GET", "/mfa/password", token).headers["location"] == "/mfa/account"
    fields = {"form_token": tokens.form_token(token), "old": "", "new": "demo: a mule in the meadow"}
    assert own.ask("POST", "/mfa/password", token, data=fields).status_code == 403


@pytest.mark.parametrize(
    ("subject", "name", "status"),
    [(OURS, ADMIN_NAME, 403), (ADMIN, NAME, 200), (Subject("other", "root"), ADMIN_NAME, 403)],
)
def test_a_subject_is_an_administrator_and_a_name_is_not(own: Own, subject: Subject, name: str, status: int) -> None:
    """The application passes the name on, perhaps as the user typed it. An administrator is named by the subject."""
    token = tokens.written(own.session(subject, name))
    assert own.ask("GET", "/mfa/admin", token).status_code == status
    assert ("Administration" in own.ask("GET", "/mfa/account", token).text) is (status == 200)


def test_the_api_names_the_subject(own: Own) -> None:
    token = tokens.written(own.session())
    seen = own.ask("GET", "/mfa/api/session", headers={"Authorization": f"Bearer {token}"}).json()
    assert (seen["external"], seen["methods"]) == ({"issuer": "sso", "id": "7"}, ["otp"])


def test_the_lines_of_the_docs(own: Own) -> None:
    """docs/web.md shows what `begin_for` returns."""
    lines = re.findall(r"```pycon\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    names = {"server": own.server, "Subject": Subject}
    (example,) = (doctest.DocTestParser().get_doctest(text, names, "docs", None, None) for text in lines)
    assert len(example.examples) == 2
    assert doctest.DocTestRunner().run(example).failed == 0


@pytest.mark.parametrize("login", ["sign-in", "//evil.example", "https://evil.example/", "/a\nb"])
def test_the_login_page_is_on_this_site(own: Own, login: str) -> None:
    with pytest.raises(InvalidInput, match="login must be a path of this site"):
        Site(server=own.server, login=login)
