"""The examples of docs/examples over real HTTP: users who are not ours, and what an attacker would try first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from mfa_lab import Permit, Phone, Subject
from mfa_lab.provisioning import build_uri
from mfa_lab.web.tokens import Cookie
from tests.postgres import Cluster, running_cluster
from tests.web.kit import EXAMPLES, NAME, PASSWORD, WRONG, Browser, Served, serving

FILES = Path(__file__).parents[2] / "docs" / "examples"
ALICE = Subject("shop", "4711")
COOKIE = Cookie(https=False).name
MADE_UP = "s." + "A" * 43
FOREIGN = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_adds_under_sixty_lines(name: str) -> None:
    """The lines between the marks, and each line that is marked itself."""
    added, inside = 0, False
    for line in (FILES / f"{name}.py").read_text().splitlines():
        mark = line.strip()
        inside = mark == "# MFA: begin" or (inside and mark != "# MFA: end")
        added += (inside and mark not in ("", "# MFA: begin")) or (not inside and "  # MFA" in line)
    assert 5 < added < 60


class Shopper(Browser):
    """A browser that finds a form by its path, whether it is one of the kit's or of the shop."""

    def fill(self, path: str, **fields: str) -> httpx.Response:
        forms = [form for form in self.page.select("form") if self._path(form["action"]) == path]
        assert len(forms) == 1, f"{len(forms)} forms for {path} on {self.title!r}"
        hidden = {str(field["name"]): str(field.get("value", "")) for field in forms[0].select("input")}
        assert set(fields) <= set(hidden), "a field that the form does not have"
        return self.post(str(forms[0]["action"]), hidden | fields)

    @staticmethod
    def _path(action: object) -> str:
        return urlsplit(str(action)).path.removeprefix("/mfa")

    @property
    def token(self) -> str:
        return self.http.cookies.get(COOKIE, "")

    @token.setter
    def token(self, text: str) -> None:
        self.http.cookies.set(COOKIE, text, "127.0.0.1")

    @property
    def at_login(self) -> bool:
        return self.answer.status_code == 200 and self._path(self.path) == "/login"

    def password(self, path: str = "/") -> None:
        """Ask for a page, and send the password on the login page that comes instead."""
        self.get(path)
        assert self.at_login
        self.fill("/login", name=NAME, password=PASSWORD)


class Shop:
    """A running example, where alice has a phone."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.phone = Phone(served.clock)
        self.shoppers: list[Shopper] = []

    def shopper(self) -> Shopper:
        self.shoppers.append(Shopper(self.served.url))
        return self.shoppers[-1]

    def code(self) -> str:
        self.served.advance()
        return self.phone.code()

    def enrol(self, shopper: Shopper) -> None:
        """The first login, from the page of the shop to the recovery codes."""
        self.phone = Phone(self.served.clock)
        shopper.password()
        shopper.fill("/enrol")
        (key,) = shopper.page.select("#setup-key")
        self.phone.add(build_uri(key.text.replace(" ", ""), account=NAME, issuer="mfa-lab"))
        assert shopper.page.select("svg")
        shopper.fill("/confirm", code=self.code())
        assert re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}", shopper.answer.text)
        if shopper.page.select('form[action="/mfa/kept"]'):
            shopper.fill("/kept", kept="yes")

    def log_in(self, path: str = "/") -> Shopper:
        shopper = self.shopper()
        shopper.password(path)
        shopper.fill("/code", code=self.code())
        return shopper


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module", params=EXAMPLES)
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The example in Flask has its accounts in PostgreSQL, and the others in SQLite."""
    database = request.getfixturevalue("cluster").new_database() if request.param == "flask_app" else ""
    with serving(tmp_path_factory.mktemp("shop"), request.param, database=database) as served:
        shop = Shop(served)
        shop.enrol(shop.shopper())
        yield shop
        for shopper in shop.shoppers:
            shopper.http.close()


@pytest.mark.full
def test_login_step_up_and_logout(shop: Shop) -> None:
    """The shop gets its own id of the user. An old login must be repeated for a transfer, and returns to it."""
    shopper = shop.log_in()
    assert (shopper.path, "Orders of the user 4711." in shopper.answer.text) == ("/", True)
    shopper.get("/transfers")
    assert shopper.fill("/transfers").status_code == 200
    assert shopper.title == "Sent"
    shop.served.advance(300)
    shopper.get("/")
    assert shopper.path == "/"
    shopper.password("/transfers?to=bob")
    shopper.fill("/code", code=shop.code())
    assert shopper.path.rstrip("?") == "/transfers?to=bob"
    assert shopper.title == "Send the money"
    token = shopper.token
    shopper.get("/mfa/account")
    if shopper.answer.status_code == 404:
        shopper.get("/")
    shopper.fill("/logout")
    shopper.token = token
    shopper.get("/")
    assert shopper.at_login


@pytest.mark.full
def test_the_second_step_cannot_be_skipped(shop: Shop) -> None:
    """After the password alone, no page opens, whatever the cookie claims to be."""
    shopper = shop.shopper()
    shopper.password()
    pending = shopper.token
    assert pending.startswith("p.")
    for token in (pending, "s" + pending[1:], MADE_UP, "", f"{pending}; {COOKIE}={MADE_UP}"):
        shopper.token = token
        for path in ("/", "/transfers"):
            shopper.get(path)
            assert shopper.at_login
    shopper.token = pending
    shopper.post("/transfers", {})
    assert shopper.title != "Sent"
    assert shop.served.server.begin_for(ALICE, name=NAME).permits is Permit.CODE


@pytest.mark.full
def test_a_planted_cookie_gets_no_session(shop: Shop) -> None:
    """Fixation: what the browser had before a step grants nothing after it."""
    attacker = shop.shopper()
    attacker.password()
    for planted in (MADE_UP, attacker.token):
        shopper = shop.shopper()
        shopper.token = planted
        shopper.password()
        pending = shopper.token
        shopper.fill("/code", code=shop.code())
        assert len({planted, pending, shopper.token}) == 3
        for old in (planted, pending, "s" + pending[1:]):
            attacker.token = old
            attacker.get("/")
            assert attacker.at_login


@pytest.mark.full
def test_no_login_leads_to_another_site(shop: Shop) -> None:
    """A `next` that is no path on this site is forgotten, and the login ends at home."""
    shopper = shop.shopper()
    for address in (
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/%09/evil.example",
        "javascript:x",
    ):
        shopper.get(f"/login?next={address}")
        shopper.fill("/login", name=NAME, password=PASSWORD)
        shopper.fill("/code", code=shop.code())
        assert str(shopper.answer.url) == f"{shop.served.url}/"
        assert "Orders" in shopper.answer.text


@pytest.mark.full
def test_a_code_is_accepted_once(shop: Shop) -> None:
    """The second login with the same code is rejected, and the first session goes on."""
    first = shop.log_in()
    second = shop.shopper()
    second.password()
    assert second.fill("/code", code=shop.phone.code()).status_code == 403
    second.get("/")
    assert second.at_login
    first.get("/")
    assert first.path == "/"


@pytest.mark.full
def test_a_form_of_another_site_does_nothing(shop: Shop) -> None:
    """It has the cookie, and neither this browser's form token nor this site's origin."""
    shopper = shop.log_in()
    for path in ("/transfers", "/logout", "/mfa/logout"):
        answer = shopper.post(path, {}, **FOREIGN)
        assert answer.status_code in (403, 404)
    shopper.get("/transfers")
    assert shopper.title == "Send the money"
    pending = shop.shopper()
    pending.password()
    path, before = pending.path.partition("?")[0], pending.token
    assert pending.post(path, {"code": shop.code()}, **FOREIGN).status_code == 403
    assert pending.token == before


@pytest.mark.full
def test_a_disabled_account_is_denied(shop: Shop) -> None:
    """The password is correct, and the answer is a rejection, not a fault of the shop."""
    shopper = shop.log_in()
    shop.served.server.accounts.disable(ALICE)
    shopper.password()
    assert (shopper.answer.status_code, shopper.token[:2]) == (403, "s.")
    shopper.get("/")
    assert shopper.at_login
    shop.served.server.accounts.enable(ALICE)


@pytest.mark.full
def test_another_site_logs_nobody_in(shop: Shop) -> None:
    """Its form has a correct name and password, perhaps the attacker's own. The browser gets no cookie of a login."""
    shopper = shop.shopper()
    shopper.get("/login")
    assert shopper.post("/login", {"name": NAME, "password": PASSWORD}, **FOREIGN).status_code == 403
    assert not shopper.token.startswith("p.")


@pytest.mark.full
def test_a_new_login_ends_the_session_before(shop: Shop) -> None:
    """As the kit's own pages do (ASVS-7.2.4): nobody can go on with the old cookie."""
    shopper = shop.log_in()
    old = shopper.token
    shop.served.advance(300)
    shopper.password("/transfers")
    shopper.fill("/code", code=shop.code())
    assert shopper.title == "Send the money"
    shopper.token = old
    shopper.get("/")
    assert shopper.at_login


@pytest.mark.full
def test_a_wrong_password_begins_nothing(shop: Shop) -> None:
    shopper = shop.shopper()
    shopper.get("/login")
    assert shopper.fill("/login", name=NAME, password=WRONG).status_code == 403
    assert not shopper.token.startswith("p.")
