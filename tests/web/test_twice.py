"""Two clicks on one button, without scripts: what is shown once is not lost, and no page says that it failed."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from mfa_lab import Phone
from mfa_lab.errors import ALREADY_DONE, LOGIN_OVER, OUT_OF_DATE, PUBLIC_MESSAGE
from tests.web.kit import PASSWORD, Browser, Served
from tests.web.test_pages import setup_key, shown_codes


@pytest.fixture
def browser(served: Served) -> Browser:
    return served.browser()


def begin(browser: Browser, name: str, way: str = "/login") -> None:
    """Up to the code or to the enrolment."""
    browser.get(way)
    browser.send("/login", account=name, password=PASSWORD)


def clicked_twice(browser: Browser, action: str, *, late: bool = False, **fields: str) -> httpx.Response:
    """Both requests come from the page that is open now. The second one brings the cookie of this page, or, if it is
    `late`, the one that the first answer has already set.
    """
    form = browser.page.select_one(f'form[action="{action}"]')
    assert form is not None
    fields = {str(field["name"]): str(field.get("value", "")) for field in form.select("input")} | fields
    cookies = dict(browser.http.cookies)
    browser.post(action, fields)
    if not late:
        own = {"Origin": browser.url, "Sec-Fetch-Site": "same-origin"}
        answer = httpx.post(browser.url + action, data=fields, headers=own, cookies=cookies)
        assert "set-cookie" not in answer.headers  # it would take away what the first answer gave
        return answer
    return browser.post(action, fields)


def told(answer: httpx.Response, sentence: str) -> bool:
    return answer.status_code == 403 and sentence in answer.text and PUBLIC_MESSAGE not in answer.text


def enrolling(served: Served, browser: Browser, name: str) -> str:
    """Up to the code that confirms; gives the code."""
    served.server.register(name, PASSWORD)
    begin(browser, name)
    browser.send("/enrol")
    phone = Phone(served.clock)
    phone.add(f"otpauth://totp/mfa-lab:{name}?secret={setup_key(browser)}&issuer=mfa-lab")
    served.phone.add(f"otpauth://totp/mfa-lab:{name}?secret={setup_key(browser)}&issuer=mfa-lab")
    return phone.code()


def test_confirm_clicked_twice(served: Served, browser: Browser, name: str) -> None:
    """The second page says that it is done and where fresh codes come from; there they are, after the next login."""
    code = enrolling(served, browser, name)
    second = clicked_twice(browser, "/confirm", code=code)
    assert told(second, ALREADY_DONE)
    assert "You can make a fresh set after your next login" in second.text
    lost = shown_codes(browser)
    browser.log_in(served, name)
    assert "Do you have your recovery codes?" in browser.answer.text
    browser.send("/recovery-codes")
    codes = shown_codes(browser)
    assert len(codes) == 10
    assert not set(codes) & set(lost)
    browser.send("/kept")
    assert browser.path == "/account"
    assert "Do you have" not in browser.answer.text
    browser.log_in(served, name)
    assert "Do you have" not in browser.answer.text


@pytest.mark.parametrize("late", [False, True])
def test_a_recovery_code_sent_twice(late: bool, served: Served, browser: Browser, name: str) -> None:
    """The replacement may be lost with the first answer: the session after the new enrolment offers a fresh set."""
    codes = served.enrol(name)
    begin(browser, name)
    browser.get("/recover")
    assert told(clicked_twice(browser, "/recover", late=late, recovery_code=codes[0]), ALREADY_DONE)
    browser.get("/enrol")  # one of the ways on that the page names
    browser.send("/enrol")
    phone = Phone(served.clock)
    phone.add(f"otpauth://totp/mfa-lab:{name}?secret={setup_key(browser)}&issuer=mfa-lab")
    browser.send("/confirm", code=phone.code())
    begin(browser, name)
    served.advance()
    browser.send("/code", code=phone.code())
    assert browser.page.select_one('form[action="/kept"]')


@pytest.mark.parametrize("late", [False, True])
def test_a_code_sent_twice(late: bool, served: Served, browser: Browser, name: str) -> None:
    """The login succeeded once, its session holds, and no page says that it failed."""
    served.enrol(name)
    begin(browser, name)
    assert told(clicked_twice(browser, "/code", late=late, code=served.code(name)), ALREADY_DONE)
    browser.get("/account")
    assert browser.title == "Your account"


@pytest.mark.parametrize(("action", "there"), [("/logout", "Log in"), ("/revoke", "Your account")])
def test_other_buttons_pressed_twice(action: str, there: str, served: Served, browser: Browser, name: str) -> None:
    """What was done is not called refused."""
    served.enrol(name)
    browser.log_in(served, name)
    if action == "/revoke":
        browser.get("/enrol?further=yes")
        browser.send("/enrol")
        tablet = Phone(served.clock)
        tablet.add(f"otpauth://totp/mfa-lab:{name}?secret={setup_key(browser)}&issuer=mfa-lab")
        browser.send("/confirm", code=tablet.code())
        browser.get("/account")
    second = clicked_twice(browser, action, late=True)
    assert PUBLIC_MESSAGE not in second.text
    browser.get("/account")
    assert browser.title == there


def test_a_login_form_sent_late(served: Served, browser: Browser, name: str) -> None:
    """The second click on "Go on", after the first answer has set its cookie: nothing failed, the login goes on."""
    served.enrol(name)
    browser.get("/login")
    assert told(clicked_twice(browser, "/login", late=True, account=name, password=PASSWORD), ALREADY_DONE)
    browser.get("/code")
    browser.send("/code", code=served.code(name))
    assert browser.path == "/account"


FORMS_OF_A_SESSION = {
    "/password": {"old": PASSWORD, "new": "another good password 9"},
    "/revoke": {"authenticator": "0" * 32},
    "/logout": {},
    "/recovery-codes": {},
    "/register": {"account": "somebody new", "password": PASSWORD},
    "/kept": {"kept": "yes", "issue_id": "0" * 32},
    "/enrol": {},
    "/confirm": {"enrolment": "e." + "x" * 43, "code": "000000"},
    "/code": {"code": "000000"},
    "/recover": {"recovery_code": "AAAA-AAAA-AAAA-AAAA"},
    "/resynchronise": {"first_code": "000000", "second_code": "000001"},
    "/reset-code": {"account": "somebody new"},
    "/accounts/find": {"account": "nobody"},
    "/accounts/state": {"subject": "0" * 32, "state": "disabled"},
    "/accounts/name": {"subject": "0" * 32, "account": "somebody new"},
    "/accounts/password": {"subject": "0" * 32, "password": "demo: a mule in the meadow"},
    "/accounts/delete": {"subject": "0" * 32, "sure": "yes"},
    "/accounts/session": {"subject": "0" * 32, "session": "0" * 32},
    "/accounts/sessions": {"subject": "0" * 32},
    "/sessions/end": {"session": "0" * 32},
    "/sessions/end-others": {},
}


@pytest.mark.parametrize("path", FORMS_OF_A_SESSION)
def test_an_old_page_does_not_say_that_a_step_is_done(path: str, served: Served, browser: Browser, name: str) -> None:
    """Tab A shows the account while tab B logs in again: what tab A sends then is not done, and its page says so."""
    served.enrol(name)
    browser.log_in(served, name)
    old = str(browser.page.select_one("[name=form_token]")["value"])
    begin(browser, name)
    before = served.server.audit_log()
    answer = browser.post(path, {"form_token": old} | FORMS_OF_A_SESSION[path])
    assert told(answer, OUT_OF_DATE)
    assert ALREADY_DONE not in answer.text
    assert "carried out only once" not in answer.text
    assert served.server.audit_log() == before


def test_a_second_account_on_an_old_login_page(served: Served, browser: Browser, name: str) -> None:
    """Two tabs show the login form. One begins a login: the other one cannot begin one for another account."""
    served.enrol(name)
    browser.get("/login")
    old = str(browser.page.select_one("[name=form_token]")["value"])
    begin(browser, name)
    assert told(browser.post("/login", {"form_token": old, "account": "bob", "password": PASSWORD}), OUT_OF_DATE)


def test_a_form_two_steps_old_and_of_another_browser(served: Served, browser: Browser, name: str) -> None:
    """Only the step before is known as such; what never stood in this browser is refused as ever."""
    served.enrol(name)
    browser.get("/login")
    first = browser.page.select_one("[name=form_token]")["value"]
    begin(browser, name)
    browser.send("/code", code=served.code(name))
    stranger = served.browser()
    stranger.get("/login")
    other = stranger.page.select_one("[name=form_token]")["value"]
    for token in (first, other, "", "x" * 64):
        assert PUBLIC_MESSAGE in browser.post("/password", {"form_token": str(token)}).text


@pytest.mark.parametrize("code", ["correct", "wrong"])
@pytest.mark.parametrize("step", ["code", "recover", "confirm"])
def test_a_step_that_expired_says_start_a_new_login(
    step: str, code: str, served: Served, browser: Browser, name: str
) -> None:
    """The same page for the correct code and for a wrong one, with the way on."""
    if step == "confirm":
        enrolling(served, browser, name)
    else:
        codes = served.enrol(name)
        begin(browser, name)
        browser.get(f"/{step}")
    served.advance(1000)
    right: dict[str, Callable[[], str]] = {"recover": lambda: codes[0]}
    typed = right.get(step, lambda: served.code(name))() if code == "correct" else "000000"
    answer = browser.send(f"/{step}", **{"recovery_code" if step == "recover" else "code": typed})
    assert told(answer, LOGIN_OVER)
    assert browser.page.select_one('main a[href="/login"]').text == "Start a new login"


@pytest.mark.parametrize("step", ["code", "recover"])
def test_a_new_login_leads_to_the_page_that_was_asked_for(
    step: str, served: Served, browser: Browser, name: str
) -> None:
    """Neither a login that expired nor a form sent twice loses the address."""
    served.enrol(name)
    begin(browser, name, "/login?next=/password")
    if step == "recover":
        browser.get(str(browser.page.find("a", string=re.compile("recovery code"))["href"]))
    served.advance(1000)
    browser.send(f"/{step}", **{"recovery_code" if step == "recover" else "code": "000000"})
    begin(browser, name, str(browser.page.find("a", string="Start a new login")["href"]))
    twice = clicked_twice(browser, "/code", late=True, code=served.code(name))
    assert told(twice, ALREADY_DONE)
    assert browser.page.find("a", string="Log in again")["href"] == "/login?next=/password"


def test_a_login_that_leads_elsewhere_offers_the_codes_first(served: Served, browser: Browser, name: str) -> None:
    """An application's own pages cannot offer them: the offer stands in between, and every way leads on."""
    served.enrol(name, kept=False)
    for way in ("later", "kept"):
        begin(browser, name, "/login?next=/password")
        browser.send("/code", code=served.code(name))
        assert browser.path == "/recovery-codes?next=/password"
        if way == "later":
            browser.get(str(browser.page.find("a", string="Later")["href"]))
        else:
            browser.send("/kept")
        assert browser.path == "/password"
    begin(browser, name, "/login?next=/password")
    browser.send("/code", code=served.code(name))
    assert browser.path == "/password"


def test_codes_kept_from_the_page_that_shows_them(served: Served, browser: Browser, name: str) -> None:
    """After an enrolment and after a recovery: one press, and no later session asks."""
    browser.send("/confirm", code=enrolling(served, browser, name))
    codes = shown_codes(browser)
    browser.send("/kept")
    assert browser.path == "/login"
    browser.log_in(served, name)
    assert "Do you have" not in browser.answer.text
    begin(browser, name)
    browser.get("/recover")
    browser.send("/recover", recovery_code=codes[0])
    browser.send("/kept")
    assert browser.title == "Your recovery code was accepted"
    browser.send("/enrol")
    assert setup_key(browser)


def test_a_click_on_the_button_alone_keeps_nothing(served: Served, browser: Browser, name: str) -> None:
    """The second of two clicks may meet it on the next page: the box has to be ticked as well."""
    served.enrol(name)
    browser.log_in(served, name)
    browser.send("/recovery-codes")
    assert browser.page.select_one("input[name=kept][type=checkbox][required]:not([checked])")
    assert browser.send("/kept", kept="").status_code == 422
    browser.get("/account")
    assert "Do you have" in browser.answer.text


def test_codes_that_are_void_cannot_be_kept(served: Served, browser: Browser, name: str) -> None:
    """Another window has made a newer set: the page of the older one says so."""
    served.enrol(name)
    browser.log_in(served, name)
    browser.send("/recovery-codes")
    old = browser.answer
    browser.get("/account")
    browser.send("/recovery-codes")
    browser.answer = old
    assert browser.send("/kept").status_code == 422
    assert "not your newest" in browser.alert
    browser.get("/account")
    assert "Do you have" in browser.answer.text


def test_the_api_says_the_same(served: Served, name: str) -> None:
    """By a word for programs; the session tells whether to offer a fresh set."""
    codes = served.enrol(name, kept=False)
    api = served.api()
    token = api.call("POST", "/login", name=name, password=PASSWORD).json()["token"]
    code = served.code(name)
    first, second = (api.call("POST", "/code", token, code=code) for _ in range(2))
    assert second.json() == {"detail": ALREADY_DONE, "reason": "already_done"}
    session = first.json()
    assert api.call("POST", "/recovery-codes/kept", issue_id=session["codes_to_acknowledge"]).json()["newest"]
    assert api.call("GET", "/session", session["token"]).json()["codes_to_acknowledge"] is None
    fresh = api.call("POST", "/recovery-codes", session["token"]).json()
    assert api.call("GET", "/session", session["token"]).json()["codes_to_acknowledge"] == fresh["issue_id"]
    assert not api.call("POST", "/recovery-codes/kept", issue_id="0" * 32).json()["newest"]
    late = api.call("POST", "/login", name=name, password=PASSWORD).json()["token"]
    served.advance(300)
    for good_and_void in (fresh["recovery_codes"][0], codes[0]):
        answer = api.call("POST", "/recover", late, recovery_code=good_and_void)
        assert answer.json() == {"detail": LOGIN_OVER, "reason": "login_over"}
