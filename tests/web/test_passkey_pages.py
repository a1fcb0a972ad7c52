"""The pages of passkeys, in this process: the software browser does what the pages' script asks a real one to do.

tests/browser/test_passkey_pages.py has the script itself, in a real browser.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI
from starlette.responses import HTMLResponse

from mfa_lab import Phone, Policy, SeededRandomness, Session
from mfa_lab.errors import LOGIN_OVER, PUBLIC_MESSAGE, AccessDenied
from mfa_lab.phone.browser import Browser as SoftwareBrowser
from mfa_lab.phone.passkeys import Misbehaviour, PasskeyHolder
from mfa_lab.web import add_mfa, require_mfa
from tests.server.kit import EXPLAINING, NAME, NEVER_WAITS, ORIGIN, PASSWORD, Deployment
from tests.web.kit import Browser
from tests.web.test_pages import setup_key, shown_codes

URL = "http://localhost"


class InThisProcess(httpx.BaseTransport):
    """Hands each request to the application itself."""

    def __init__(self, app: FastAPI) -> None:
        self.app = httpx.ASGITransport(app=app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def ask() -> httpx.Response:
            answer = await self.app.handle_async_request(request)
            return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

        return asyncio.run(ask())


class Visitor(Browser):
    """A browser without scripts, which has a passkey holder and follows the passkey pages' script by hand."""

    def __init__(self, app: FastAPI, deployment: Deployment) -> None:
        super().__init__(URL)
        self.http = httpx.Client(base_url=URL, headers={"Accept": "text/html"}, transport=InThisProcess(app))
        self.deployment = deployment
        self.holder = PasskeyHolder(SeededRandomness(19))
        self.sent: dict[str, str] = {}

    def password(self, way: str = "/login") -> httpx.Response:
        """Step 1."""
        self.get(way)
        return self.send("/login", account=NAME, password=PASSWORD)

    def options(self, **fields: str) -> httpx.Response:
        """What the script fetches when the button is pressed; this page stays open."""
        form = self.page.select_one("form[data-passkey]")
        assert form is not None, f"no passkey on {self.title!r}"
        hidden = {str(field["name"]): str(field.get("value", "")) for field in form.select("input")}
        own = {"Origin": URL, "Sec-Fetch-Site": "same-origin"}
        return self.http.post(f"{form['action']}/options", data=hidden | fields, headers=own)

    def press(self, **fields: str) -> httpx.Response:
        """The button of a passkey page."""
        given = self.options(**fields).json()
        creates = "token" in given
        ceremony = SoftwareBrowser(ORIGIN).create if creates else SoftwareBrowser(ORIGIN).get
        self.sent = {"response": json.dumps(ceremony(given["options"], self.holder))}
        self.sent |= {"creation": given["token"]} if creates else {}
        return self.send("/passkey/new" if creates else "/passkey", **self.sent)

    def log_in_by_passkey(self, way: str = "/login") -> httpx.Response:
        self.password(way)
        return self.press()

    def log_in_by_code(self, way: str = "/login") -> httpx.Response:
        self.password(way)
        if self.path.startswith("/passkey"):
            self.get("/code")
        self.deployment.clock.advance(30)
        return self.send("/code", code=self.deployment.phone.code())

    def links(self) -> list[str]:
        return [str(link["href"]) for link in self.page.select("main a")]


Open = Callable[..., Visitor]


@pytest.fixture
def visiting(tmp_path: Path) -> Iterator[Open]:
    """`visiting(policy)`: a visitor of an application with a page that needs a passkey. Alice has no factor yet."""
    opened: list[Deployment] = []

    def opener(policy: Policy = EXPLAINING, *, registered: bool = True) -> Visitor:
        deployment = Deployment(tmp_path, policy)
        opened.append(deployment)
        if registered:
            deployment.server.register(NAME, PASSWORD)
        app = FastAPI()
        add_mfa(app, deployment.server, https=False, hosts=["localhost"], prefix="", home="/account")

        @app.get("/vault", response_class=HTMLResponse)
        def vault(session: Annotated[Session, Depends(require_mfa(phishing_resistant=True))]) -> str:
            return f"<title>Vault</title><p>For {session.name}"

        return Visitor(app, deployment)

    yield opener
    for deployment in opened:
        deployment.server.close()


def with_passkey(visiting: Open, policy: Policy = EXPLAINING, *, app: bool = False) -> Visitor:
    """A visitor whose account has a passkey, and an authenticator app if `app`; the recovery codes are kept."""
    visitor = visiting(policy, registered=not app)
    deployment = visitor.deployment
    if app:
        codes = deployment.enrol()
        deployment.add_passkey(deployment.log_in(), visitor.holder)
    else:
        codes = deployment.add_passkey(deployment.begin(), visitor.holder, label="laptop")
    deployment.server.acknowledge_recovery_codes(codes.issue_id)
    return visitor


def test_the_first_factor_and_a_login(visiting: Open) -> None:
    """A passkey is offered beside the app, brings recovery codes, and logs in; the list says what it is."""
    visitor = visiting()
    visitor.password()
    assert visitor.path == "/enrol"
    assert "/passkey/new" in visitor.links()
    visitor.get("/passkey/new")
    assert f"{ORIGIN}/login" in visitor.links()  # this page is at http://localhost
    visitor.press(label="laptop")
    assert visitor.title == "Your passkey is registered"
    assert len(shown_codes(visitor)) == 10
    visitor.log_in_by_passkey("/login?next=/vault")
    assert visitor.path == "/recovery-codes?next=/vault"  # not acknowledged yet
    visitor.get("/vault")
    assert visitor.title == "Vault"
    visitor.get("/account")
    assert visitor.page.select_one(".list li b").text == "laptop"  # type: ignore[union-attr]
    assert "Passkey, added 2027-01-15 08:00 UTC, last used 2027-01-15 08:00 UTC" in visitor.answer.text
    assert not visitor.page.select('form[action="/revoke"]')  # the last one can only be replaced


def test_every_page_without_javascript(visiting: Open) -> None:
    """It says that it needs JavaScript, hides the form that would do nothing, and names the way that needs none."""
    visitor = visiting(NEVER_WAITS)
    for way, other in (("/passkey/new", "/enrol"), ("/passkey", "/code")):
        visitor.password()
        visitor.get(way)
        status = visitor.page.select_one("[role=status]")
        assert status is not None
        assert "needs JavaScript" in status.text
        assert visitor.page.select_one("form[data-passkey]")["hidden"] == ""  # type: ignore[index]
        assert other in visitor.links()
        visitor.get(other)
        assert visitor.path == other
        if way == "/passkey/new":
            visitor.send("/enrol")
            phone = visitor.deployment.phone
            phone.add(f"otpauth://totp/mfa-lab:{NAME}?secret={setup_key(visitor)}&issuer=mfa-lab")
            visitor.send("/confirm", code=phone.code())
            session = visitor.deployment.log_in()
            visitor.deployment.add_passkey(session, visitor.holder)
    visitor.log_in_by_code()
    assert visitor.path.startswith("/account")


def test_the_script_is_the_sites_own(visiting: Open) -> None:
    """Only the two pages that need it allow this site's script and its requests. Nothing is from elsewhere."""
    visitor = visiting()
    answers = [visitor.password(), visitor.get("/passkey/new")]
    plain, scripted = [answer.headers["content-security-policy"] for answer in answers]
    assert "'self'" not in plain.partition("script-src")[2].partition(";")[0]
    assert "connect-src" not in plain
    assert scripted == plain.replace("script-src", "script-src 'self'") + "; connect-src 'self'"
    assert [script["src"] for script in visitor.page.select("script[src]")] == ["/passkey.js"]
    script = visitor.http.get("/passkey.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "max-age=3600"
    assert not re.search(r"https?://|innerHTML|eval|document\.write", script.text)


def test_further_replacing_and_revoked(visiting: Open) -> None:
    """From a session that a passkey began: a second one, one in place of both, an app, and the passkey revoked."""
    visitor = with_passkey(visiting)
    laptop = visitor.holder
    visitor.log_in_by_passkey()
    visitor.holder = PasskeyHolder(SeededRandomness(20))
    visitor.deployment.clock.advance(1)
    visitor.get("/passkey/new")
    visitor.press(label="key")
    assert shown_codes(visitor) == []
    visitor.get("/account")
    assert [name.text for name in visitor.page.select(".list li b")] == ["laptop", "key"]
    assert len(visitor.page.select('form[action="/revoke"]')) == 2
    visitor.get("/passkey/new?replace=yes")
    assert "replaces all your other passkeys" in visitor.answer.text
    visitor.holder = PasskeyHolder(SeededRandomness(21))
    visitor.press(label="new key")
    visitor.deployment.clock.advance(1)
    visitor.get("/enrol?further=yes")
    visitor.send("/enrol")
    phone = Phone(visitor.deployment.clock)
    phone.add(f"otpauth://totp/mfa-lab:{NAME}?secret={setup_key(visitor)}&issuer=mfa-lab")
    visitor.send("/confirm", code=phone.code())
    visitor.get("/account")
    assert [name.text for name in visitor.page.select(".list li b")] == ["new key", "Authenticator app"]
    visitor.send("/revoke")  # the first one
    assert [name.text for name in visitor.page.select(".list li b")] == ["Authenticator app"]
    visitor.holder = laptop
    visitor.password()
    assert visitor.path == "/code"


def test_the_app_replaces_only_apps(visiting: Open) -> None:
    """The page says so, and the passkey stays."""
    visitor = with_passkey(visiting, app=True)
    visitor.log_in_by_passkey()
    visitor.get("/enrol")
    assert "Your passkeys stay" in visitor.answer.text
    visitor.send("/enrol", label="new phone")
    phone = Phone(visitor.deployment.clock)
    phone.add(f"otpauth://totp/mfa-lab:{NAME}?secret={setup_key(visitor)}&issuer=mfa-lab")
    visitor.send("/confirm", code=phone.code())
    visitor.get("/account")
    assert "Passkey, added" in visitor.answer.text
    assert {name.text for name in visitor.page.select(".list li b")} == {"Passkey", "new phone"}


def test_an_app_that_was_disabled_is_replaced(visiting: Open) -> None:
    """Somebody who knows the password has disabled the app. The owner logs in with the passkey, and enrols an app."""
    visitor = with_passkey(visiting, replace(NEVER_WAITS, disable_after_failures=3), app=True)
    pending = visitor.deployment.begin()
    for _ in range(3):
        with pytest.raises(AccessDenied):
            visitor.deployment.server.finish_login(pending, "000000")
    visitor.log_in_by_passkey()
    visitor.get(next(link for link in visitor.links() if link.startswith("/enrol")))
    visitor.send("/enrol", label="new phone")
    phone = Phone(visitor.deployment.clock)
    phone.add(f"otpauth://totp/mfa-lab:{NAME}?secret={setup_key(visitor)}&issuer=mfa-lab")
    visitor.send("/confirm", code=phone.code())
    visitor.get("/account")
    assert {name.text for name in visitor.page.select(".list li b")} == {"Passkey", "new phone"}


def test_a_code_instead(visiting: Open) -> None:
    """Where the policy allows it, each page leads to the other, and the page to open afterwards is kept."""
    visitor = with_passkey(visiting, app=True)
    visitor.password("/login?next=/password")
    assert visitor.path == "/passkey?next=/password"
    assert "/code?next=/password" in visitor.links()
    visitor.get("/code?next=/password")
    assert "/passkey?next=/password" in visitor.links()
    visitor.send("/code", code="000000")
    assert "/passkey?next=/password" in visitor.links()  # a wrong code does not hide it
    visitor.get("/recover")
    visitor.get(next(link for link in visitor.links() if link == "/passkey"))
    assert visitor.title == "Use your passkey"
    visitor.log_in_by_code()
    assert visitor.path == "/account"


def test_a_code_login_arrives_although_the_codes_are_not_kept(visiting: Open) -> None:
    """Only a passkey's session may make recovery codes, so a session that a code began is not asked about them."""
    visitor = visiting(registered=False)
    deployment = visitor.deployment
    deployment.enrol()
    deployment.add_passkey(deployment.log_in(), visitor.holder)
    visitor.password("/login?next=/registered")
    visitor.get("/code?next=/registered")
    deployment.clock.advance(30)
    visitor.send("/code", code=deployment.phone.code())
    assert visitor.path == "/registered"
    visitor.log_in_by_passkey("/login?next=/registered")
    assert visitor.path == "/recovery-codes?next=/registered"


def test_no_code_where_the_policy_forbids_it(visiting: Open) -> None:
    """Then no page offers it, and its address leads back to the passkey."""
    visitor = with_passkey(visiting, replace(EXPLAINING, code_allowed_with_passkey=False), app=True)
    visitor.password()
    assert visitor.path == "/passkey"
    assert not [link for link in visitor.links() if link.startswith("/code")]
    visitor.get("/code")
    assert visitor.path == "/passkey"
    visitor.press()
    assert visitor.path == "/account"


def test_a_policy_with_passkeys_only(visiting: Open) -> None:
    """Nobody is asked for an app, at the first login or after a recovery."""
    visitor = visiting(replace(EXPLAINING, authenticators=0))
    visitor.password()
    assert visitor.path == "/passkey/new"
    assert "/enrol" not in visitor.links()
    visitor.press()
    code = shown_codes(visitor)[0]
    visitor.password()
    visitor.get("/recover")
    visitor.send("/recover", recovery_code=code)
    assert not visitor.page.select('form[action="/enrol"]')
    visitor.get("/passkey/new")
    visitor.holder = PasskeyHolder(SeededRandomness(20))
    visitor.press()
    visitor.log_in_by_passkey()
    visitor.get("/account")
    assert len(visitor.page.select(".list li b")) == 1  # a recovery replaces everything
    assert "Add an authenticator app" not in visitor.answer.text


def test_a_page_that_needs_a_passkey(visiting: Open) -> None:
    """A code session is led to log in with the passkey, finds no way to a code, and comes back to its page."""
    visitor = with_passkey(visiting, app=True)
    visitor.log_in_by_code()
    for way in ("/vault", "/passkey/new?replace=yes", "/password"):
        visitor.get(way)
        assert visitor.title == "Log in"
        assert "needs a login with a passkey" in visitor.answer.text
        assert "no passkey yet" not in visitor.answer.text
    visitor.get("/vault")
    visitor.send("/login", account=NAME, password="demo: not it")
    assert "needs a login with a passkey" in visitor.answer.text  # not forgotten by a wrong password
    visitor.send("/login", account=NAME, password=PASSWORD)
    assert visitor.path == "/passkey?next=/vault&with=passkey"
    assert not [link for link in visitor.links() if link.startswith("/code")]
    visitor.press()
    assert visitor.title == "Vault"


def test_a_page_that_needs_a_passkey_where_there_is_none(visiting: Open) -> None:
    """The owner is told to register one first, and is led back to the page with it."""
    visitor = visiting(registered=False)
    codes = visitor.deployment.enrol()
    visitor.deployment.server.acknowledge_recovery_codes(codes.issue_id)
    visitor.log_in_by_code("/login?next=/vault")
    assert "Your account has no passkey yet" in visitor.answer.text
    assert "/passkey/new?next=/vault" in visitor.links()
    visitor.get("/passkey/new?next=/vault")
    visitor.press()
    assert "/vault" in visitor.links()
    visitor.get("/vault")
    assert "no passkey yet" not in visitor.answer.text
    visitor.send("/login", account=NAME, password=PASSWORD)
    visitor.press()
    assert visitor.title == "Vault"


def test_a_change_in_a_code_session_is_refused_to_forms_too(visiting: Open) -> None:
    """The pages' own requests lead to the login; nothing is started, changed or revoked."""
    visitor = with_passkey(visiting, app=True)
    visitor.log_in_by_code()
    account = visitor.answer
    (token,) = {str(field["value"]) for field in visitor.page.select("[name=form_token]")}
    factor = visitor.page.select_one("[name=authenticator]")["value"]  # type: ignore[index]
    for path, fields in (
        ("/passkey/new/options", {}),
        ("/revoke", {"authenticator": factor}),
        ("/recovery-codes", {}),
        ("/enrol", {}),
    ):
        own = {"Origin": URL, "Sec-Fetch-Site": "same-origin", "Referer": f"{URL}/account"}
        answer = visitor.http.post(path, data={"form_token": token, **fields}, headers=own)
        assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/account&with=passkey")
    assert visitor.get("/account").text.count("<li class") == account.text.count("<li class") == 2


@pytest.mark.parametrize("response", ["", "\u0000 no JSON"])
def test_a_rejected_response_ends_the_login(response: str, visiting: Open) -> None:
    """The page says so and links to a new login; the passkey cannot complete the old one."""
    visitor = with_passkey(visiting)
    visitor.password()
    page = visitor.answer
    visitor.options()
    answer = visitor.send("/passkey", response=response)
    assert answer.status_code == 403
    assert visitor.title == "This login is over"
    assert LOGIN_OVER in visitor.alert
    assert "/login" in visitor.links()
    visitor.answer = page
    assert visitor.options().json() == {"detail": LOGIN_OVER, "reason": "login_over"}
    visitor.get("/passkey")
    assert visitor.title == "This login is over"
    visitor.log_in_by_passkey()
    assert visitor.path == "/account"


def test_a_response_sent_twice(visiting: Open) -> None:
    """The second click of a double click is told that the step is done, and the first one keeps what it got."""
    visitor = visiting()
    visitor.password()
    visitor.get("/passkey/new")
    page = visitor.answer
    visitor.press()
    assert len(shown_codes(visitor)) == 10
    kept = str(visitor.page.select_one("[name=issue_id]")["value"])  # type: ignore[index]
    visitor.answer = page
    visitor.send("/passkey/new", **visitor.sent)
    assert (visitor.answer.status_code, visitor.title) == (403, "Already done")
    visitor.deployment.server.acknowledge_recovery_codes(kept)
    visitor.password()
    page = visitor.answer
    visitor.press()
    assert visitor.path == "/account"
    visitor.answer = page
    visitor.send("/passkey", **visitor.sent)
    assert (visitor.answer.status_code, visitor.title) == (403, "Already done")
    visitor.get("/account")
    assert visitor.title == "Your account"


def test_a_rejected_registration_can_be_tried_again(visiting: Open) -> None:
    """The page comes again with the sentence of every rejection; the next try has an offer of its own."""
    visitor = visiting()
    visitor.password()
    visitor.get("/passkey/new")
    visitor.holder = PasskeyHolder(SeededRandomness(19), misbehaves=[Misbehaviour.NO_USER_PRESENT])
    answer = visitor.press()
    assert answer.status_code == 403
    assert PUBLIC_MESSAGE in visitor.alert
    assert visitor.title == "Register a passkey"
    visitor.holder = PasskeyHolder(SeededRandomness(20))
    visitor.press()
    assert visitor.title == "Your passkey is registered"


def test_the_script_reads_a_rejection(visiting: Open) -> None:
    """As JSON with a sentence: a label that is none, a form of another browser, an account that has no passkey."""
    visitor = visiting()
    visitor.password()
    visitor.get("/passkey/new")
    answer = visitor.options(label="two\nlines")
    assert (answer.status_code, answer.json()["reason"]) == (422, "invalid_input")
    assert answer.json()["detail"][0].isupper()
    assert visitor.options(form_token="").json() == {"detail": PUBLIC_MESSAGE, "reason": "refused"}
    fields = {"form_token": visitor.page.select_one("[name=form_token]")["value"]}  # type: ignore[index]
    own = {"Origin": URL, "Sec-Fetch-Site": "same-origin"}
    answer = visitor.http.post("/passkey/options", data=fields, headers=own)
    assert (answer.status_code, answer.json()["reason"]) == (403, "refused")


def test_pages_of_a_login_without_one(visiting: Open) -> None:
    """They lead to the login, and a passkey page to the code of an account that has only an app."""
    visitor = visiting(registered=False)
    for way in ("/passkey", "/code", "/recover"):
        visitor.get(way)
        assert visitor.path == "/login"
    visitor.deployment.enrol()
    visitor.password()
    visitor.get("/passkey")
    assert visitor.path == "/code"


def test_a_server_without_a_site_for_passkeys(visiting: Open) -> None:
    """No page offers passkeys, and the login asks for the code. The addresses of their pages say so."""
    visitor = with_passkey(visiting, app=True)
    site: Any = visitor.deployment.server
    site.relying_party = None
    visitor.password()
    assert visitor.path == "/code"
    assert "passkey" not in " ".join(visitor.links())
    visitor.log_in_by_code()
    assert "Add a passkey" not in visitor.answer.text
    assert visitor.get("/passkey/new").status_code == 422
    assert "This site offers no passkeys" in visitor.alert  # and not how the programmer could offer them
    for way in ("/passkey", "/passkey/options", "/passkey/new", "/passkey/new/options"):
        answer = visitor.post(way, {})
        assert (answer.status_code, "site offers no passkeys" in answer.text) == (422, True)
