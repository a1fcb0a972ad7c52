"""The administrators' account life over HTTP, by the API and on the pages, each change with its abuse."""

from __future__ import annotations

import httpx
import pytest

from mfa_lab import Phone, SeededRandomness, Subject
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.provisioning import build_uri
from tests.web.kit import ABSENT_ADMIN, ADMIN, PASSWORD, WRONG, Api, Browser, Served, refused
from tests.web.test_pages import setup_key
from tests.web.test_twice import clicked_twice

NEW = "demo: a mule in the meadow"
URL_NAME = "https://idp.example/users/42"


@pytest.fixture(scope="module")
def admin(served: Served) -> str:
    """The name of an administrator with a phone."""
    served.enrol(ADMIN)
    return ADMIN


@pytest.fixture
def browser(served: Served, admin: str) -> Browser:
    browser = served.browser()
    browser.log_in(served, admin)
    return browser


def begun(api: Api, name: str, password: str = PASSWORD) -> httpx.Response:
    return api.call("POST", "/login", name=name, password=password)


def live(api: Api, token: str) -> bool:
    return api.call("GET", "/session", token).status_code == 200


def life_of_accounts(served: Served, name: str, admin_name: str) -> None:
    """Disabled in the middle of a login, of an enrolment, with a session and a passkey; renamed; deleted; the name is
    a newcomer's, and nothing of the old account is the newcomer's.

    Both databases let all of this happen (test_workers).
    """
    api = served.api()
    admin = api.log_in(served, admin_name)
    codes = served.enrol(name)
    session = api.log_in(served, name)
    subject = api.call("GET", "/session", session).json()["subject"]
    holder = PasskeyHolder(SeededRandomness(1))
    assert api.add_passkey(served, session, holder).status_code == 200
    session = api.log_in_by_passkey(served, holder, name)
    offer = api.call("POST", "/enrolments", session, label="tablet", further=True).json()
    by_code, by_passkey, by_recovery = (api.begin(name) for _ in range(3))
    response = api.passkey_response(by_passkey, holder, served.origin)
    account = f"/accounts/{subject}"

    disabled = api.call("PATCH", account, admin, state="disabled")
    assert disabled.json()["state"] == "disabled"
    assert disabled.json()["kinds"] == ["passkey", "totp"]
    assert not live(api, session)
    assert api.call("POST", "/enrolments/confirm", offer["token"], code="000000").json()["reason"] == "login_over"
    assert api.call("POST", "/code", by_code, code=served.code(name)).json()["reason"] == "login_over"
    assert api.call("POST", "/login/passkey", by_passkey, response=response).json()["reason"] == "login_over"
    assert api.call("POST", "/recover", by_recovery, recovery_code=codes[0]).json()["reason"] == "login_over"
    unknown, wrong, right = begun(api, "nobody@example.org"), begun(api, name, WRONG), begun(api, name)
    assert refused(right)
    assert unknown.text == wrong.text == right.text

    assert api.call("PATCH", account, admin, state="active").json()["state"] == "active"
    session = api.log_in_by_passkey(served, holder, name)
    renamed = api.call("PATCH", account, admin, name=f"{URL_NAME}/{name}").json()
    assert renamed["name"] == api.call("GET", "/session", session).json()["name"] == f"{URL_NAME}/{name}"
    assert renamed["subject"] == subject
    assert refused(begun(api, name))
    served.enrol(name)
    newcomer = api.log_in(served, name)
    assert api.call("PATCH", account, admin, name=name.upper()).status_code == 422  # taken

    assert api.call("PUT", f"{account}/password", admin, password="short").status_code == 422
    assert live(api, session)
    assert api.call("PUT", f"{account}/password", admin, password=NEW).status_code == 204
    assert not live(api, session)
    assert refused(begun(api, renamed["name"]))
    pending = begun(api, renamed["name"], NEW).json()
    assert pending["accepts"] == ["passkey", "totp"]  # a set password is no way past the second factor

    assert api.call("DELETE", account, admin).status_code == 204
    assert api.call("POST", "/code", pending["token"], code=served.code(name)).json()["reason"] == "login_over"
    gone = api.call("GET", account, admin).json()
    assert (gone["state"], gone["name"], gone["kinds"]) == ("deleted", "", [])
    assert api.call("DELETE", account, admin).status_code == 422
    assert refused(begun(api, renamed["name"], NEW))
    assert live(api, newcomer)
    assert api.call("GET", "/session", newcomer).json()["subject"] != subject
    by = api.call("GET", "/session", admin).json()["subject"]
    mine = [line for line in served.server.audit_log() if line.account_id == subject and line.actor_id == by]
    assert [line.event for line in mine] == [
        "account disabled",
        "account enabled",
        "account renamed",
        "password set by an administrator",
        "account deleted",
    ]


def test_the_life_of_accounts(served: Served, name: str, admin: str) -> None:
    life_of_accounts(served, name, admin)


def test_only_an_administrator_may(served: Served, name: str, admin: str) -> None:
    """Not the owner, not a stranger, and not an administrator whose session is old; nothing changes."""
    api = served.api()
    served.enrol(name)
    token, subject = api.log_in(served, name), served.server.accounts.find(name).subject
    stale = api.log_in(served, admin)
    calls = (
        ("GET", "/accounts", {}),
        ("GET", f"/accounts/{subject}", {}),
        ("PATCH", f"/accounts/{subject}", {"state": "disabled"}),
        ("PATCH", f"/accounts/{subject}", {"name": "x@example.org"}),
        ("PUT", f"/accounts/{subject}/password", {"password": NEW}),
        ("DELETE", f"/accounts/{subject}", {}),
    )
    for method, path, body in calls:
        assert api.call(method, path, **body).status_code == 401
        assert refused(api.call(method, path, token, **body))
    served.advance(served.server.policy.fresh_session_seconds)
    for method, path, body in calls:
        assert api.call(method, path, stale, **body).status_code == 401
    assert served.server.accounts.find(name).state == "active"
    assert begun(api, name).status_code == 200


def test_no_administrator_locks_himself_out(served: Served, admin: str, name: str) -> None:
    """His own account is another administrator's to change, so the last one cannot go; and only the operator gives an
    account the name of an administrator.
    """
    api = served.api()
    token = api.log_in(served, admin)
    own = api.call("GET", "/session", token).json()["subject"]
    for method, path, body in (
        ("PATCH", f"/accounts/{own}", {"state": "disabled"}),
        ("PATCH", f"/accounts/{own}", {"name": name}),
        ("PUT", f"/accounts/{own}/password", {"password": NEW}),
        ("DELETE", f"/accounts/{own}", {}),
    ):
        answer = api.call(method, path, token, **body)
        assert answer.status_code == 422
        assert "your own account" in answer.json()["detail"]
    assert live(api, token)
    served.server.register(name, PASSWORD)
    subject = served.server.accounts.find(name).subject
    for reserved in (ABSENT_ADMIN, f" {ABSENT_ADMIN.upper()}"):
        assert api.call("PATCH", f"/accounts/{subject}", token, name=reserved).status_code == 422
    assert served.server.accounts.find(subject).name == name
    assert api.call("PATCH", f"/accounts/{subject}", token).status_code == 422
    assert api.call("PATCH", f"/accounts/{subject}", token, state="deleted").status_code == 422


def test_a_list_in_parts(served: Served, admin: str, name: str) -> None:
    """Every account is in one part, also if it is renamed between the parts."""
    api = served.api()
    token = api.log_in(served, admin)
    for number in range(5):
        served.server.register(f"{number}-{name}", PASSWORD)
    seen: list[str] = []
    after = ""
    while after is not None:
        part = api.call("GET", f"/accounts?limit=2&after={after}", token).json()
        seen += [one["subject"] for one in part["accounts"]]
        after = part["next_after"]
        if part["accounts"]:
            changed = part["accounts"][0]["subject"]
            if served.server.accounts.find(changed).name != admin:
                served.server.accounts.rename(changed, f"renamed-{len(seen)}-{name}")
    assert len(seen) == len(set(seen))
    assert set(seen) == {one.subject for one in served.server.accounts.list(limit=1000)}
    for wrong in ("limit=0", "limit=1001", "after=x", "limit=a"):
        assert api.call("GET", f"/accounts?{wrong}", token).status_code == 422


def test_the_pages(served: Served, browser: Browser, name: str) -> None:
    """Found by name, disabled, enabled, renamed, given a password and deleted; each click may come twice."""
    served.enrol(name)
    subject = served.server.accounts.find(name).subject
    browser.get("/admin")
    browser.get("/accounts")
    assert name in browser.answer.text
    assert browser.send("/accounts/find", account="nobody@example.org").status_code == 422
    browser.send("/accounts/find", account=name.upper())
    assert browser.path == f"/accounts/{subject}"
    for state in ("disabled", "active"):
        again = clicked_twice(browser, "/accounts/state")
        assert again.status_code == 303
        assert served.server.accounts.find(subject).state == state
        assert f"State: <b>{state}</b>" in browser.answer.text
    assert browser.send("/accounts/name", account=f"a:b/{name}").status_code == 200
    assert browser.title == f"a:b/{name}"
    assert browser.send("/accounts/password", password="short").status_code == 422
    assert "characters; use" in browser.alert
    browser.send("/accounts/password", password=NEW)
    assert begun(served.api(), f"a:b/{name}", NEW).status_code == 200
    fields = {"form_token": form_token(browser), "subject": subject}
    assert browser.post("/accounts/delete", fields).status_code == 422
    assert "tick the box" in browser.alert.lower()
    assert clicked_twice(browser, "/accounts/delete", sure="yes").status_code == 303
    assert browser.path == "/accounts"
    assert name not in browser.answer.text
    browser.get(f"/accounts/{subject}")
    assert browser.title == "A deleted account"
    assert not browser.page.select("main form")
    lines = [line.event for line in served.server.audit_log() if line.account_id == subject]
    for event in ("account disabled", "account enabled", "account renamed", "account deleted"):
        assert lines.count(event) == 1


def test_from_a_line_of_the_log_to_a_reset_code(served: Served, browser: Browser, name: str) -> None:
    """The log links to the account. Its page makes a reset code by the id, for a user of another issuer, too."""
    served.enrol(name)
    external, phone = Subject("https://sso.example.org", name), Phone(served.clock)
    enrolment = served.server.start_enrolment(served.server.begin_for(external, name="Ann"))
    phone.add(enrolment.uri)
    served.server.confirm_enrolment(enrolment, phone.code())
    for account in (name, external):
        found = served.server.accounts.find(account)
        browser.get("/admin")
        assert browser.page.select_one(f"table a[href$='/accounts/{found.subject}']").text == found.subject[:8]
        browser.get(f"/accounts/{found.subject}")
        browser.send("/reset-code")
        assert f"only to the owner of {found.name}." in browser.answer.text
        assert len(browser.page.select(".codes li")) == 1
    served.server.accounts.disable(external)
    browser.get(f"/accounts/{found.subject}")
    assert not browser.page.select("form[action$='/reset-code']")  # a disabled account enrols nothing


def form_token(browser: Browser) -> str:
    return str(browser.page.select_one("[name=form_token]")["value"])


def test_what_the_pages_refuse(served: Served, browser: Browser, admin: str, name: str) -> None:
    """The own account, an administrator's name, an id that nobody has, and everybody who is no administrator."""
    served.enrol(name)
    subject, own = served.server.accounts.find(name).subject, served.server.accounts.find(admin).subject
    browser.get(f"/accounts/{own}")
    assert "your own account" in browser.answer.text
    assert not browser.page.select("main form")
    token = form_token(browser)
    for path, fields in (
        ("/accounts/state", {"state": "disabled"}),
        ("/accounts/name", {"account": "new@example.org"}),
        ("/accounts/password", {"password": NEW}),
        ("/accounts/delete", {"sure": "yes"}),
        ("/accounts/session", {"session": ""}),
        ("/accounts/sessions", {}),
    ):
        assert browser.post(path, {"form_token": token, "subject": own} | fields).status_code == 422
        assert browser.post(path, {"form_token": token, "subject": "0" * 32} | fields).status_code == 422
        assert browser.post(path, {"form_token": token, "subject": "x\0"} | fields).status_code == 422
    browser.get("/account")
    assert browser.title == "Your account"
    browser.post("/accounts/name", {"form_token": token, "subject": subject, "account": ABSENT_ADMIN})
    assert served.server.accounts.find(subject).name == name
    for path in ("/accounts/x", "/accounts?after=x", f"/accounts/{'0' * 32}"):
        assert browser.get(path).status_code == 422
    stranger = served.browser()
    stranger.log_in(served, name)
    for path in ("/accounts", f"/accounts/{subject}"):
        assert refused(stranger.get(path))
    token = form_token(stranger)
    assert refused(stranger.post("/accounts/delete", {"form_token": token, "subject": own, "sure": "yes"}))
    assert served.server.accounts.find(own).state == "active"


def test_a_login_after_a_rejected_form_leads_somewhere(
    served: Served, browser: Browser, admin: str, name: str
) -> None:
    """The page of a rejected form has the form's address, which is no account's page."""
    served.server.register(name, PASSWORD)
    browser.get(f"/accounts/{served.server.accounts.find(name).subject}")
    browser.send("/accounts/password", password="short")
    assert browser.path == "/accounts/password"
    served.advance(served.server.policy.fresh_session_seconds)
    browser.send("/accounts/password", password=NEW)
    assert browser.path == "/login?next=/accounts/password"
    browser.send("/login", account=admin, password=PASSWORD)
    browser.send("/code", code=served.code(admin))
    assert (browser.path, browser.alert) == ("/accounts", "")


def test_a_url_is_a_name_on_every_page(served: Served, name: str) -> None:
    """From the registration to the QR code, the session and the account page."""
    url = f"{URL_NAME}?q=a&b=<{name}>"
    browser = served.browser()
    browser.get("/register")
    browser.send("/register", account=url, password=PASSWORD)
    assert browser.title == "Log in to continue"
    browser.get("/login")
    browser.send("/login", account=url, password=PASSWORD)
    browser.send("/enrol", label="phone")
    served.phone.add(build_uri(setup_key(browser), account=url, issuer="mfa-lab"))
    browser.send("/confirm", code=served.phone.code(f"mfa-lab: {url}"))
    browser.log_in(served, url)
    assert browser.path == "/account"
    who = browser.page.select_one(".who")
    assert who is not None
    assert who.text == url
