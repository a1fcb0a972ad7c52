"""A forgotten password over HTTP: pages, API and a real mail server, on both databases."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

import httpx
import pytest

from mfa_lab.errors import RESET_OVER
from mfa_lab.server.notifications.notifier import SmtpNotifier
from tests.postgres import Cluster, running_cluster
from tests.server.notifications.test_outbox import SENDER, Post, mail_server
from tests.web.kit import PASSWORD, Api, Served, serving
from tests.web.test_workers import at_once

pytestmark = pytest.mark.full

NEW = "demo: a mule in the meadow"
OVER = {"detail": RESET_OVER, "reason": "reset_over"}


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two workers on each database, with the usual throttle."""

    def on(cluster: Cluster | None) -> Iterator[Served]:
        database = cluster.new_database() if cluster else ""
        with serving(tmp_path_factory.mktemp("reset"), workers=2, database=database) as served:
            yield served

    if request.param == "SQLite":
        yield from on(None)
        return
    with running_cluster() as cluster:
        yield from on(cluster)


@pytest.fixture
def api(served: Served) -> Api:
    return served.api()


def mails(served: Served) -> list[tuple[str, str]]:
    """Deliver what waits to a real mail server; gives the recipient and the text of each mail."""
    post = Post()
    with mail_server(post) as port:
        served.server.send_notifications(SmtpNotifier("127.0.0.1", port, sender=SENDER, security="none"))
    return [(mail["To"], mail.get_payload(decode=True).decode()) for mail in post.mails]  # type: ignore[union-attr]


def links(served: Served, name: str) -> list[str]:
    """The links in the mails to this account."""
    return [link for to, text in mails(served) if to == name for link in re.findall(r"https?://\S+", text)]


def asked(served: Served, name: str) -> str:
    """The token of the link that comes after a request by the API."""
    assert served.api().call("POST", "/password-resets", name=name).status_code == 202
    (link,) = links(served, name)
    return link.partition("#")[2]


def confirm(api: Api, token: str, password: str = NEW) -> httpx.Response:
    return api.call("POST", "/password-resets/confirm", token, password=password)


def test_by_pages(served: Served, name: str) -> None:
    """ASVS-6.4.3: ask, read the mail, set a new password, log in with it and the second factor. Another browser's
    session is over. A scanner that opens the link first uses nothing up, and no log has the token.
    """
    served.enrol(name)
    browser, other = served.browser(), served.browser()
    other.log_in(served, name)
    browser.get("/login")
    assert browser.page.find("a", string="Forgotten your password?")["href"] == "/password-reset"
    browser.get("/password-reset")
    browser.send("/password-reset", account=name)
    assert browser.title == "Check your mail"
    assert name not in browser.answer.text
    (link,) = links(served, name)
    page, _, token = link.partition("#")
    assert page == f"{served.origin}/password-reset/new"
    for _ in range(3):
        assert httpx.get(link.replace(served.origin, served.url)).status_code == 200
    browser.get("/password-reset/new")
    assert browser.send("/password-reset/new", token=token, new="password").status_code == 422
    assert "commonest" in browser.alert
    browser.send("/password-reset/new", new=NEW)  # the token is still in the form
    assert browser.title == "Your password is changed"
    other.get("/account")
    assert other.title == "Log in"
    browser.get("/login")
    assert browser.send("/login", account=name, password=PASSWORD).status_code == 403
    browser.send("/login", account=name, password=NEW)
    assert browser.path == "/code"
    browser.get("/account")
    assert browser.title == "Log in"
    browser.get("/login")
    browser.send("/login", account=name, password=NEW)
    browser.send("/code", code=served.code(name))
    assert browser.path == "/account"
    assert "Your password was changed" in browser.answer.text
    assert token not in served.log.read_text() + browser.answer.text


def test_a_link_that_was_used(served: Served, name: str) -> None:
    """The page says so, and offers a new one. Who has no JavaScript may copy the whole link into the form."""
    served.enrol(name)
    token = asked(served, name)
    browser = served.browser()
    for typed, title in ((f" {served.origin}/#{token} ", "Your password is changed"), (token, "Set a new password")):
        browser.get("/password-reset/new")
        answer = browser.send("/password-reset/new", token=typed, new=NEW)
        assert browser.title == title
    assert answer.status_code == 403
    assert RESET_OVER in browser.alert
    assert browser.page.find("a", string="Ask for a new link")
    assert browser.page.find("a", string="To the login")  # after a double click, the password is set


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Origin", "Referer"])
def test_no_header_writes_the_link(header: str, served: Served, name: str) -> None:
    """It comes from the configuration. A Host that is not ours is refused, and one that is ours changes nothing."""
    served.enrol(name)
    body, theirs = {"name": name}, {"Host": "evil.example"}.get(header, "https://evil.example")
    answer = httpx.post(f"{served.url}/api/password-resets", json=body, headers={header: theirs})
    assert answer.status_code in (202, 400)
    httpx.post(f"{served.url}/api/password-resets", json=body, headers={"Host": "localhost:1"})
    (link,) = links(served, name)
    assert link.startswith(f"{served.origin}/password-reset/new#")


def twice(served: Served, _name: str, token: str) -> None:
    assert confirm(served.api(), token).status_code == 204


def expired(served: Served, _name: str, _token: str) -> None:
    served.advance(600)


def after_a_newer_one(served: Served, name: str, _token: str) -> None:
    asked(served, name)


def after_a_change(served: Served, name: str, _token: str) -> None:
    api = served.api()
    session = api.log_in(served, name)
    assert api.call("PUT", "/password", session, old=PASSWORD, new=f"{NEW} too").status_code == 204


@pytest.mark.parametrize("how", [twice, expired, after_a_newer_one, after_a_change])
def test_a_token_ends(how: Callable[[Served, str, str], None], served: Served, api: Api, name: str) -> None:
    """Used, too old, replaced, or overtaken by a changed password: the same answer, and nothing is set."""
    served.enrol(name)
    token = asked(served, name)
    how(served, name, token)
    answer = confirm(api, token, "demo: an owl in the oak")
    assert (answer.status_code, answer.json()) == (403, OVER)
    assert api.call("POST", "/login", name=name, password="demo: an owl in the oak").status_code == 403


@pytest.mark.parametrize("token", ["guessed", "A" * 43, "../../etc", "s." + "A" * 43])
def test_a_guess(token: str, api: Api) -> None:
    """The same answer again, whatever the password is."""
    for password in (NEW, "short"):
        answer = confirm(api, token, password)
        assert (answer.status_code, answer.json()) == (403, OVER)


def test_sixteen_at_once(served: Served, api: Api, name: str) -> None:
    """To both workers, each with a password of its own: one is set."""
    served.enrol(name)
    token = asked(served, name)
    wanted = [f"{NEW} {number}" for number in range(16)]
    calls = [("/password-resets/confirm", {"password": new}, token) for new in wanted]
    statuses = [answer.status_code for answer in at_once(calls, served.url)]
    assert Counter(statuses) == {204: 1, 403: 15}
    winner = wanted[statuses.index(204)]
    assert api.call("POST", "/login", name=name, password=winner).json()["next"] == "code"


def test_the_second_factor_and_the_sessions(served: Served, api: Api, name: str) -> None:
    """ASVS-6.4.3: a reset opens nothing. Sessions and open steps of this account end, and of no other."""
    other = f"other-{name}"
    served.enrol(name)
    served.enrol(other)
    session, theirs, begun = api.log_in(served, name), api.log_in(served, other), api.begin(name)
    answer = confirm(api, asked(served, name))
    assert (answer.status_code, answer.text) == (204, "")
    assert api.call("GET", "/session", session).status_code == 401
    assert api.call("GET", "/session", theirs).status_code == 200
    assert api.call("POST", "/code", begun, code=served.code(name)).status_code == 403
    step = api.call("POST", "/login", name=name, password=NEW).json()
    assert step["next"] == "code"
    assert api.call("POST", "/enrolments", step["token"], label="thief").status_code == 403
    assert api.begin(other)


def answers(served: Served, name: str) -> list[tuple[object, ...]]:
    """All that a stranger sees of a request, by API and by page, but the tokens of the forms and the time."""
    browser = served.browser()
    browser.get("/password-reset")
    fields = {"form_token": str(browser.page.select_one("[name=form_token]")["value"]), "account": name}
    sent = browser.http.post("/password-reset", data=fields, headers={"Origin": served.url})
    page = browser.get("/password-reset/sent")
    called = served.api().call("POST", "/password-resets", name=name)
    seen = []
    for answer in (sent, page, called):
        headers = [(key, value) for key, value in answer.headers.multi_items() if key not in ("date", "set-cookie")]
        seen.append((answer.status_code, headers, re.sub(r'value="[0-9a-f]{64}"', "", answer.text)))
    return seen


def test_every_name_gets_the_same_answer(served: Served, name: str) -> None:
    """ASVS-6.3.8: byte for byte, for a known, a disabled and an unknown name, and while each must wait. Only the
    owner whose account is active gets mail: three times two requests, of which three were answered.
    """
    served.enrol(name)
    disabled = f"disabled-{name}"
    served.enrol(disabled)
    served.server.accounts.disable(disabled)
    mails(served)
    for _ in range(3):
        known, barred, unknown = (answers(served, each) for each in (name, disabled, f"nobody-{name}"))
        assert known == barred == unknown
    reasons = Counter(line.reason for line in served.server.audit_log() if line.event == "password reset requested")
    assert {"throttled", "unknown name", "not permitted"} < set(reasons)
    assert {to for to, _ in mails(served)} == {name}


def test_requests_are_limited_and_lock_nobody_out(served: Served, api: Api, name: str) -> None:
    """Three mails, then waits; the owner logs in all the while."""
    served.enrol(name)
    got = []
    for _ in range(8):
        api.call("POST", "/password-resets", name=name)
        got += links(served, name)
    assert len(got) == 3
    assert api.log_in(served, name)
