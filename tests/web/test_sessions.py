"""An account's sessions over HTTP: their owner and an administrator see and end them, by the API and on the page."""

from __future__ import annotations

import pytest

from mfa_lab import SeededRandomness
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.web.pages.sessions import factors
from tests.web.kit import ADMIN, PASSWORD, Api, Browser, Served, refused
from tests.web.test_twice import clicked_twice


@pytest.fixture(scope="module")
def admin(served: Served) -> str:
    """The name of an administrator with a phone."""
    served.enrol(ADMIN)
    return ADMIN


def own_id(api: Api, token: str) -> str:
    """The id of the session with this token, as its owner sees it."""
    (identity,) = [each["id"] for each in api.call("GET", "/sessions", token).json() if each["current"]]
    return str(identity)


def live(api: Api, token: str) -> bool:
    return api.call("GET", "/session", token).status_code == 200


def end_by_the_api(served: Served, name: str, other_name: str) -> None:
    """List, end one, end it twice, end another account's and one that nobody has, end all others, get stale.

    Both databases let all of this happen (test_workers).
    """
    api = served.api()
    theirs = api.log_in(served, other_name)
    tokens = [api.log_in(served, name) for _ in range(4)]
    *others, here = tokens
    listed = api.call("GET", "/sessions", here).json()
    assert [each["created_at"] for each in listed] == [
        api.call("GET", "/session", t).json()["created_at"] for t in tokens
    ]
    assert [each["current"] for each in listed] == [False, False, False, True]
    assert {(*each["methods"], each["phishing_resistant"]) for each in listed} == {("pwd", "otp", "mfa", False)}
    assert not [token for token in tokens if token in str(listed) or token[2:] in str(listed)]
    assert api.call("DELETE", f"/sessions/{listed[0]['id']}", here).status_code == 204
    assert [live(api, token) for token in tokens] == [False, True, True, True]
    answers = [
        api.call("DELETE", f"/sessions/{identity}", here)
        for identity in (listed[0]["id"], own_id(api, theirs), "0" * 32)
    ]
    assert all(map(refused, answers))
    assert len({answer.text for answer in answers}) == 1
    assert api.call("DELETE", "/sessions/x", here).status_code == 422
    assert (
        api.call("DELETE", f"/sessions/{listed[3]['id']}", others[0]).status_code == 401
    )  # a session that has ended
    assert api.call("DELETE", "/sessions", api.begin(name)).status_code == 401  # a pending login
    assert api.call("DELETE", "/sessions").status_code == 401
    assert api.call("DELETE", "/sessions", here).status_code == 204
    assert [live(api, token) for token in (*tokens, theirs)] == [False, False, False, True, True]
    assert api.call("DELETE", "/sessions", here).status_code == 204  # the second click finds nothing left
    other = api.log_in(served, name)
    served.advance(300)
    assert len(api.call("GET", "/sessions", here).json()) == 2
    for path in ("/sessions", f"/sessions/{own_id(api, other)}"):
        answer = api.call("DELETE", path, here)
        assert (answer.status_code, answer.json()["reason"]) == (401, "insufficient_user_authentication")
    assert live(api, other)


def administer_by_the_api(served: Served, name: str, admin_name: str) -> None:
    """See, end one, end all of an account; the log names the administrator; nobody else may."""
    api = served.api()
    owner, second = api.log_in(served, name), api.log_in(served, name)
    admin = api.log_in(served, admin_name)
    subject = api.call("GET", "/session", owner).json()["subject"]
    by = api.call("GET", "/session", admin).json()["subject"]
    place = f"/accounts/{subject}/sessions"
    one = f"{place}/{own_id(api, owner)}"
    for method, path in (("GET", place), ("DELETE", one), ("DELETE", place)):
        assert api.call(method, path).status_code == 401
        assert refused(api.call(method, path, owner))
    assert {own_id(api, owner), own_id(api, second)} <= {each["id"] for each in api.call("GET", place, admin).json()}
    assert api.call("DELETE", one, admin).status_code == 204
    assert [live(api, token) for token in (owner, second, admin)] == [False, True, True]
    assert api.call("DELETE", one, admin).status_code == 422
    assert api.call("DELETE", f"{place}/{own_id(api, admin)}", admin).status_code == 422
    assert api.call("DELETE", place, admin).status_code == 204
    assert [live(api, token) for token in (owner, second, admin)] == [False, False, True]
    for method, path in (("GET", ""), ("DELETE", ""), ("DELETE", "/" + "0" * 32)):
        assert api.call(method, f"/accounts/{'0' * 32}/sessions{path}", admin).status_code == 422
    found = [line for line in read_on(api, admin) if line["account_id"] == subject][-2:]
    assert [(line["event"], line["actor"], line["actor_id"]) for line in found] == [
        ("session ended", "administrator", by),
        ("sessions ended", "administrator", by),
    ]
    served.advance(300)
    assert api.call("DELETE", place, admin).status_code == 401


def read_on(api: Api, admin: str) -> list[dict[str, object]]:
    """The whole log, in parts of three lines."""
    found: list[dict[str, object]] = []
    after = 0
    while True:
        part = api.call("GET", f"/audit-log?after={after}&limit=3", admin).json()
        found += part["lines"]
        if not part["lines"]:
            return found
        after = part["next_after"]


def test_the_owner_by_the_api(served: Served, name: str) -> None:
    """ASVS-7.5.2."""
    served.enrol(name)
    served.enrol(f"other-{name}")
    end_by_the_api(served, name, f"other-{name}")


def test_the_administrator_by_the_api(served: Served, name: str, admin: str) -> None:
    """ASVS-7.4.5."""
    served.enrol(name)
    administer_by_the_api(served, name, admin)


def test_the_administrator_ends_every_session(served: Served, name: str, admin: str) -> None:
    """ASVS-7.4.5: a fresh session of an administrator ends all sessions, also itself; nobody else may."""
    served.enrol(name)
    api = served.api()
    owner, old = api.log_in(served, name), api.log_in(served, admin)
    assert api.call("DELETE", "/all-sessions").status_code == 401
    assert refused(api.call("DELETE", "/all-sessions", owner))
    served.advance(300)
    assert api.call("DELETE", "/all-sessions", old).status_code == 401
    assert live(api, owner)
    fresh = api.log_in(served, admin)
    by = api.call("GET", "/session", fresh).json()["subject"]
    assert api.call("DELETE", "/all-sessions", fresh).status_code == 204
    assert [live(api, token) for token in (owner, old, fresh)] == [False, False, False]
    line = served.server.newest_audit_lines(1)[0][0]
    assert (line.event, line.actor_id) == ("every session ended", by)


def test_the_log_in_parts(served: Served, admin: str) -> None:
    """Every line once, in order, with its actor; the last part is empty and tells where to go on."""
    api = served.api()
    token = api.log_in(served, admin)
    found, everything = read_on(api, token), served.server.audit_log()
    assert [(each["id"], each["event"], each["actor"]) for each in found] == [
        (line.id, line.event, line.actor) for line in everything
    ]
    last = everything[-1].id
    assert api.call("GET", f"/audit-log?after={last}", token).json() == {"lines": [], "next_after": last}
    assert len(api.call("GET", "/audit-log", token).json()["lines"]) == min(100, last)
    for wrong in ("limit=0", "limit=1001", "after=-1", "after=x", f"after={2**63}"):
        assert api.call("GET", f"/audit-log?{wrong}", token).status_code == 422


def test_the_page(served: Served, name: str) -> None:
    """Which session this is, when each began and how; a button ends one, another button all others."""
    served.enrol(name)
    here, *others = [served.browser() for _ in range(4)]
    for browser in (*others, here):
        browser.log_in(served, name)
    here.get("/account")
    here.get(str(here.page.find("a", string="Your sessions")["href"]))
    assert here.title == "Your sessions"
    lines = [line.text for line in here.page.select("main li")]
    assert len(lines) == 4
    assert "This session" in lines[0]  # the newest comes first
    assert all("with password and code, last used" in line for line in lines)
    assert len(here.page.select('form[action="/sessions/end"]')) == 3
    here.send("/sessions/end")  # the first form, so the newest of the others
    assert here.path == "/sessions"
    assert [title(browser) for browser in others] == ["Your account", "Your account", "Log in"]
    here.send("/sessions/end-others")
    assert [title(browser) for browser in (*others, here)] == ["Log in", "Log in", "Log in", "Your account"]
    here.get("/sessions")
    assert "End all other sessions" not in here.answer.text


def title(browser: Browser) -> str:
    """The title of the account page, or of the page that stands in its place."""
    browser.get("/account")
    return browser.title


@pytest.mark.parametrize("action", ["/sessions/end", "/sessions/end-others"])
@pytest.mark.parametrize("late", [False, True])
def test_a_button_pressed_twice(late: bool, action: str, served: Served, name: str) -> None:
    """What was done is not called refused."""
    served.enrol(name)
    other, here = served.browser(), served.browser()
    other.log_in(served, name)
    here.log_in(served, name)
    here.get("/sessions")
    answer = clicked_twice(here, action, late=late)
    assert answer.status_code in (200, 303)
    assert (title(other), title(here)) == ("Log in", "Your account")


def test_another_accounts_session_on_the_page(served: Served, name: str) -> None:
    """An id that is not in the list ends nothing, and a text that is no id is refused."""
    served.enrol(name)
    served.enrol(f"other-{name}")
    here, other = served.browser(), served.browser()
    other.log_in(served, f"other-{name}")
    here.log_in(served, name)
    api = served.api()
    theirs = own_id(api, other.cookie)
    here.get("/sessions")
    form_token = str(here.page.select_one("[name=form_token]")["value"])
    here.post("/sessions/end", {"form_token": form_token, "session": theirs})
    assert here.path == "/sessions"
    assert refused(here.post("/sessions/end", {"form_token": form_token, "session": "x"}))
    assert title(other) == "Your account"


def test_an_old_session_logs_in_again_first(served: Served, name: str) -> None:
    """ASVS-7.5.2: the list is shown; to end a session the owner gives the login data again, and comes back to it."""
    served.enrol(name)
    other, here = served.browser(), served.browser()
    other.log_in(served, name)
    here.log_in(served, name)
    served.advance(300)
    here.get("/sessions")
    here.send("/sessions/end-others")
    assert "Log in again" in here.answer.text
    assert title(other) == "Your account"
    here.get("/login?next=/sessions")
    here.send("/login", account=name, password=PASSWORD)
    here.send("/code", code=served.code(name))
    assert here.path == "/sessions"
    here.send("/sessions/end-others")
    assert title(other) == "Log in"


def test_the_administrators_page(served: Served, name: str, admin: str) -> None:
    """ASVS-7.4.5: each session of the account with a button, and one button for all; every click may come twice."""
    served.enrol(name)
    here, *owners = [served.browser() for _ in range(4)]
    here.log_in(served, admin)
    for browser in owners:
        browser.log_in(served, name)
    subject = served.server.accounts.find(name).subject
    here.get(f"/accounts/{subject}")
    assert here.answer.text.count("with password and code, last used") == 3
    assert "This session" not in here.answer.text
    assert clicked_twice(here, "/accounts/session").status_code == 303  # the newest one
    assert [title(browser) for browser in owners] == ["Your account", "Your account", "Log in"]
    token = str(here.page.select_one("[name=form_token]")["value"])
    fields = {"form_token": token, "subject": subject, "session": "x"}
    assert here.post("/accounts/session", fields).status_code == 422
    here.get(f"/accounts/{subject}")
    assert clicked_twice(here, "/accounts/sessions", late=True).status_code == 200
    assert [title(browser) for browser in (*owners, here)] == ["Log in"] * 3 + ["Your account"]
    here.get(f"/accounts/{subject}")
    assert "The account has no sessions." in here.answer.text
    by = served.server.accounts.find(admin).subject
    fields = {"form_token": token, "subject": by, "session": own_id(served.api(), here.cookie)}
    assert here.post("/accounts/session", fields).status_code == 422  # the own account has a page of its own for this
    assert title(here) == "Your account"
    found = [line for line in served.server.audit_log() if line.account_id == subject][-2:]
    assert [(line.event, line.actor_id) for line in found] == [("session ended", by), ("sessions ended", by)]


def test_a_passkey_in_the_list(served: Served, name: str) -> None:
    """The list says how each session began, and only the one that a passkey began ends others."""
    served.enrol(name)
    api, holder = served.api(), PasskeyHolder(SeededRandomness(1), synced=False)
    by_code = api.log_in(served, name)
    assert api.add_passkey(served, by_code, holder).status_code == 200
    by_passkey = api.log_in_by_passkey(served, holder, name)
    found = {each["id"]: each["methods"] for each in api.call("GET", "/sessions", by_code).json()}
    assert found[own_id(api, by_passkey)] == ["pwd", "hwk", "user", "mfa"]
    assert api.call("DELETE", "/sessions", by_code).status_code == 401
    assert api.call("DELETE", "/sessions", by_passkey).status_code == 204
    assert not live(api, by_code)


def test_factors_in_words() -> None:
    """What `amr` says, as a person says it; a login without a factor that we know says nothing."""
    assert factors(("pwd", "otp", "mfa")) == "password and code"
    assert factors(("pwd", "swk", "user", "mfa")) == "password and passkey"
    assert factors(("hwk",)) == "passkey"
    assert factors(("mfa",)) == ""
