"""The pages, as a browser without JavaScript walks them."""

from __future__ import annotations

import pytest

from mfa_lab import Phone
from mfa_lab.clock import SkewedClock
from mfa_lab.errors import PUBLIC_MESSAGE
from mfa_lab.web.answers import SCRIPT
from tests.web.kit import ABSENT_ADMIN, ADMIN, PASSWORD, WRONG, Browser, Served, refused


@pytest.fixture
def browser(served: Served) -> Browser:
    return served.browser()


def setup_key(browser: Browser) -> str:
    key = browser.page.select_one("#setup-key")
    assert key is not None
    return key.text.replace(" ", "")


def shown_codes(browser: Browser) -> list[str]:
    return [item.text for item in browser.page.select(".codes li")]


def test_from_registration_to_logout(served: Served, browser: Browser, name: str) -> None:
    """Register, log in, enrol by the setup key, log in with the next code, log out; the session is over then."""
    browser.get("/register")
    browser.send("/register", account=name, password=PASSWORD)
    assert browser.title == "Log in to continue"
    browser.get("/login")
    browser.send("/login", account=name, password=PASSWORD)
    assert browser.path == "/enrol"
    browser.send("/enrol", label="phone")
    assert browser.page.select_one("svg[role=img]")
    phone = Phone(served.clock)
    phone.add(f"otpauth://totp/mfa-lab:{name}?secret={setup_key(browser)}&issuer=mfa-lab")
    browser.send("/confirm", code=phone.code())
    assert len(shown_codes(browser)) == 10
    browser.get("/login")
    browser.send("/login", account=name, password=PASSWORD)
    assert refused(browser.send("/code", code=phone.code()))  # the enrolment's own code is used up
    served.advance()
    browser.send("/code", code=phone.code())
    assert browser.path == "/account"
    assert "phone" in browser.answer.text
    assert "An authenticator was enrolled" in browser.answer.text
    old = browser.cookie
    browser.send("/logout")
    assert browser.path == "/login"
    browser.http.cookies.clear()
    browser.http.cookies.set("mfa-lab", old)
    browser.get("/account")
    assert browser.title == "Log in"


def test_the_qr_code_is_shown_once(served: Served, browser: Browser, name: str) -> None:
    """It is in the answer to the form alone, which nobody may store; after a wrong code it does not come again."""
    served.server.register(name, PASSWORD)
    browser.get("/login")
    browser.send("/login", account=name, password=PASSWORD)
    answer = browser.send("/enrol")
    key = setup_key(browser)
    assert answer.headers["cache-control"] == "no-store"
    assert refused(browser.send("/confirm", code="000000"))
    assert key not in browser.answer.text.replace(" ", "")
    assert not browser.page.select("svg")
    phone = Phone(served.clock)
    phone.add(f"otpauth://totp/mfa-lab:{name}?secret={key}&issuer=mfa-lab")
    browser.send("/confirm", code=phone.code())
    assert browser.title == "Your authenticator is enrolled"


def test_a_lost_phone(served: Served, browser: Browser, name: str) -> None:
    """A recovery code permits a new authenticator; it is void then, and the one shown for it is good."""
    codes = served.enrol(name)
    browser.get("/login")
    browser.send("/login", account=name, password=PASSWORD)
    browser.get("/recover")
    assert refused(browser.send("/recover", recovery_code="AAAA-AAAA-AAAA-AAAA"))
    browser.send("/recover", recovery_code=codes[0])
    (replacement,) = shown_codes(browser)
    browser.send("/enrol", label="new phone")
    phone = Phone(served.clock)
    phone.add(f"otpauth://totp/mfa-lab:{name}?secret={setup_key(browser)}&issuer=mfa-lab")
    served.advance()
    browser.send("/confirm", code=phone.code())
    assert browser.title == "Your authenticator is enrolled"
    for code, good in ((codes[0], False), (replacement, True)):
        browser.get("/login")
        browser.send("/login", account=name, password=PASSWORD)
        browser.get("/recover")
        assert refused(browser.send("/recover", recovery_code=code)) is not good


def test_a_clock_gone_astray(served: Served, browser: Browser, name: str) -> None:
    """Behind a recovery code, two codes in a row find the phone again; then its next one logs in."""
    codes = served.enrol(name)
    served.advance()
    phone = Phone(SkewedClock(served.clock, 600))
    phone.add(served.uris[name])
    browser.get("/login")
    browser.send("/login", account=name, password=PASSWORD)
    browser.get("/recover")
    browser.send("/recover", recovery_code=codes[0])
    first, second = phone.code(), phone.next_code()
    assert refused(browser.send("/resynchronise", first_code=second, second_code=first))
    browser.send("/resynchronise", first_code=first, second_code=second)
    assert browser.title == "Your authenticator is resynchronised"
    browser.get("/login")
    browser.send("/login", account=name, password=PASSWORD)
    served.advance(60)
    browser.send("/code", code=phone.code())
    assert browser.path == "/account"


def test_two_authenticators(served: Served, browser: Browser, name: str) -> None:
    """A further one is added, stands in the list, logs in, and is revoked."""
    served.enrol(name)
    browser.log_in(served, name)
    browser.get("/enrol?further=yes")
    browser.send("/enrol", label="tablet")
    tablet = Phone(served.clock)
    tablet.add(f"otpauth://totp/mfa-lab:{name}?secret={setup_key(browser)}&issuer=mfa-lab")
    browser.send("/confirm", code=tablet.code())
    assert shown_codes(browser) == []
    browser.get("/account")
    assert "tablet" in browser.answer.text
    assert "Add another authenticator" not in browser.answer.text
    forms = browser.page.select('form[action="/revoke"]')
    assert len(forms) == 2
    fields = {str(field["name"]): str(field["value"]) for field in forms[1].select("input")}
    browser.post("/revoke", fields)
    assert "tablet" not in browser.page.select_one("ul.list").text
    assert not browser.page.select('form[action="/revoke"]')  # the last one can only be replaced


def test_new_recovery_codes(served: Served, browser: Browser, name: str) -> None:
    """Ten new ones, and the old ones are void."""
    old = served.enrol(name)
    browser.log_in(served, name)
    browser.send("/recovery-codes")
    new = shown_codes(browser)
    assert len(new) == 10
    assert not set(new) & set(old)


def test_a_changed_password(served: Served, browser: Browser, name: str) -> None:
    """ASVS-6.2.2: the old one is asked for, a bad new one is told, the right change ends other sessions and holds."""
    served.enrol(name)
    other = served.browser()
    other.log_in(served, name)
    browser.log_in(served, name)
    browser.get("/password")
    assert refused(browser.send("/password", old=WRONG, new="demo: another horse"))
    assert browser.send("/password", old=PASSWORD, new="password").status_code == 422
    assert "commonest" in browser.alert
    browser.send("/password", old=PASSWORD, new="demo: another horse")
    assert browser.path == "/account"
    assert "Your password was changed" in browser.answer.text
    other.get("/account")
    assert other.title == "Log in"


def test_changes_need_a_login_that_is_only_just_over(served: Served, browser: Browser, name: str) -> None:
    """ASVS-7.5.1: six minutes later each change leads to the login first, and back to its page afterwards."""
    served.enrol(name)
    browser.log_in(served, name)
    account = browser.answer
    served.advance(360)
    for path, back in (("/enrol?further=yes", "/enrol?further=yes"), ("/password", "/password")):
        browser.get(path)
        assert browser.title == "Log in"
        assert browser.page.select_one("[name=next]")["value"] == back
    browser.answer = account
    browser.send("/recovery-codes")
    assert "Log in again" in browser.answer.text
    browser.send("/login", account=name, password=PASSWORD)
    browser.send("/code", code=served.code(name))
    assert browser.path == "/account"


def test_the_administrator(served: Served, browser: Browser, name: str) -> None:
    """Makes a reset code that stands behind the password, and reads the log; everybody else is refused."""
    served.enrol(name)
    served.enrol(ADMIN)
    browser.log_in(served, name)
    assert refused(browser.get("/admin"))
    admin = served.browser()
    admin.log_in(served, ADMIN)
    admin.get("/admin")
    assert "logged in" in admin.page.select_one("table").text
    assert admin.send("/reset-code", account="nobody@example.org").status_code == 422
    admin.send("/reset-code", account=name)
    (code,) = shown_codes(admin)
    browser.get("/account")
    assert "An administrator issued a reset code" in browser.answer.text
    browser.get("/login")
    browser.send("/login", account=name, password=PASSWORD)
    browser.get("/recover")
    browser.send("/recover", recovery_code=code)
    assert browser.title == "Your recovery code was accepted"


def test_nobody_registers_as_an_administrator(served: Served, browser: Browser) -> None:
    """A name with rights is the operator's to register; the stranger hears what everybody hears."""
    browser.get("/register")
    browser.send("/register", account="somebody@example.org", password=PASSWORD)
    everybody = browser.answer.text
    browser.get("/register")
    browser.send("/register", account=f"  {ABSENT_ADMIN.upper()}", password=PASSWORD)
    assert browser.answer.text == everybody
    browser.get("/login")
    assert refused(browser.send("/login", account=ABSENT_ADMIN, password=PASSWORD))


def test_what_cannot_be_registered_is_told(served: Served, browser: Browser, name: str) -> None:
    """A password's fault is told in words (NIST-3.1.1.2), before the name is looked at."""
    served.server.register(name, PASSWORD)
    told = []
    for account in (name, f"free-{name}"):
        browser.get("/register")
        assert browser.send("/register", account=account, password="password").status_code == 422
        told.append(browser.alert)
    assert told[0] == told[1]
    assert PUBLIC_MESSAGE not in told[0]


def test_what_is_typed_is_text_everywhere(served: Served, browser: Browser) -> None:
    """A name or a label with markup in it is shown as it was typed, never as markup."""
    hostile = '"><script>alert(1)</script>@example.org'
    browser.get("/login")
    browser.send("/login", account=hostile, password=WRONG)
    assert [script.string for script in browser.page.select("script")] == [SCRIPT]
    assert browser.page.select_one("#account")["value"] == hostile
