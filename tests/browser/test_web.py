"""The pages of the web side in a real browser: with scripts and without, by keyboard, in light and dark, narrow."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from mfa_lab import Phone
from mfa_lab.errors import PUBLIC_MESSAGE
from mfa_lab.server.records import Notification
from tests.browser.axe import contrasts, violations
from tests.web.kit import ADMIN, PASSWORD, Served, serving

pytestmark = pytest.mark.full
NARROW = {"width": 400, "height": 800}
WIDE = {"width": 1000, "height": 800}
SHOTS = os.environ.get("MFA_LAB_SHOTS")
"""A folder for pictures of all pages, for whoever wants to look at them."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("web"), policy={"free_failures": 1_000_000}) as served:
        served.enrol(ADMIN)
        yield served


@pytest.fixture
def open_page(browser: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """`open_page(java_script=True, dark=False, ...)`: a page in a browser of its own. Faults fail the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opener(*, java_script: bool = True, dark: bool = False, viewport: dict[str, int] = WIDE) -> Page:
        context = browser.new_context(
            java_script_enabled=java_script,
            color_scheme="dark" if dark else "light",
            viewport=viewport,
            base_url=served.url,
        )
        contexts.append(context)
        context.on("request", lambda asked: asked.url.startswith(served.url) or faults.append(asked.url))
        page = context.new_page()
        page.on("console", lambda said: said.type == "error" and not told(said.text) and faults.append(said.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield opener
    for context in contexts:
        context.close()
    assert faults == []


def told(text: str) -> bool:
    """Whether the console only says what a test provokes: the status of a refusal, or the policy at work."""
    return "the server responded with a status of 4" in text or "Content Security Policy" in text


def mailed_link(served: Served, name: str) -> str:
    """The link in the newest mail to this account."""
    links: list[str] = []

    class Mailbox:
        def send(self, to: str, notification: Notification) -> bool:
            links.extend([notification.link] if to == name and notification.link else [])
            return True

    while served.server.send_notifications(Mailbox()):
        pass
    return links[-1]


def walk(page: Page, served: Served, name: str, look: Callable[[str], None]) -> None:
    """Through the whole life of an account, as a person would; `look` is called on every page."""

    def follow(what: Locator) -> None:
        with page.expect_navigation():
            what.click()

    def press(button: str) -> None:
        follow(page.get_by_role("button", name=button, exact=True))

    def link(text: str) -> None:
        follow(page.get_by_role("link", name=text))

    def log_in(account: str, password: str = PASSWORD) -> None:
        page.goto("/login")
        page.get_by_label("Name").fill(account)
        page.get_by_label("Password").fill(password)
        press("Go on")

    def code(value: str) -> None:
        page.get_by_label("Code of your authenticator").fill(value)
        press("Log in")

    page.goto("/register")
    look("register")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill("password")
    press("Register")
    assert "commonest" in page.get_by_role("alert").inner_text()
    look("register-refused")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    press("Register")
    look("registered")
    log_in(name, "demo: not it")
    assert PUBLIC_MESSAGE in page.get_by_role("alert").inner_text()
    look("login-refused")
    log_in(name)
    look("enrol")
    page.get_by_label("A name for the authenticator").fill("phone")
    press("Show the QR code")
    look("scan")
    phone = Phone(served.clock)
    phone.scan(page.get_by_role("img", name="QR code").screenshot())
    page.get_by_label("The code that the app shows").fill("000000")
    press("Confirm")
    look("scan-refused")
    page.get_by_label("The code that the app shows").fill(phone.code())
    press("Confirm")
    look("enrolled")
    assert page.locator(".codes li").count() == 10
    recovery_code = page.locator(".codes li").first.inner_text()
    link("Log in")
    log_in(name)
    look("code")
    code("000000")
    assert PUBLIC_MESSAGE in page.get_by_role("alert").inner_text()
    served.advance()
    code(phone.code())
    assert page.title() == "Your account"
    look("account-one")
    link("Add another authenticator")
    look("enrol-further")
    page.get_by_label("A name for the authenticator").fill("tablet")
    press("Show the QR code")
    tablet = Phone(served.clock)
    tablet.scan(page.get_by_role("img", name="QR code").screenshot())
    page.get_by_label("The code that the app shows").fill(tablet.code())
    press("Confirm")
    link("To your account")
    look("account-two")
    follow(page.get_by_role("button", name="Revoke tablet"))
    assert page.get_by_role("button", name="Revoke").count() == 0
    link("Change your password")
    look("password")
    link("Back")
    press("Log out")
    assert page.title() == "Log in"
    look("login")
    log_in(name)
    link("Lost your authenticator?")
    look("recover")
    page.get_by_label("Recovery code").fill(recovery_code)
    press("Go on")
    look("recovered")
    served.api().log_in(served, ADMIN)
    log_in(ADMIN)
    served.advance()
    code(served.phone.code(f"mfa-lab: {ADMIN}"))
    link("Your sessions")
    look("sessions")
    press("End all other sessions")
    link("To your account")
    link("Administration")
    look("admin")
    link("Accounts")
    look("accounts")
    page.get_by_label("Name or id of an account").fill(name)
    press("Find")
    look("one-account")
    press("Disable this account")
    press("Enable this account")
    page.goto("/admin")
    page.get_by_label("Name or id of the account").fill(name)
    press("Make a reset code")
    look("reset-code")
    page.goto("/account")
    press("Make new recovery codes")
    look("codes")
    served.advance(360)
    page.goto("/password")
    assert "Log in again" in page.content()
    look("login-again")
    page.goto("/no-such-page")
    look("not-found")
    page.goto("/login")
    link("Forgotten your password?")
    look("forgotten")
    page.get_by_label("Name").fill(name)
    press("Send the link")
    look("link-sent")
    address = mailed_link(served, name)
    page.goto(address.replace(served.origin, served.url))
    token = page.get_by_label("Token")
    if not token.input_value():  # without JavaScript
        token.fill(address.partition("#")[2])
    look("new-password")
    page.get_by_label("New password").fill("demo: a mule in the meadow")
    press("Set the new password")
    look("password-set")
    link("Log in")
    log_in(name, "demo: a mule in the meadow")
    assert page.get_by_role("alert").count() == 0


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_whole_life(java_script: bool, open_page: Callable[..., Page], served: Served) -> None:
    """Every page works with scripts on and off; nothing is asked of another host, and the console stays clean."""
    page = open_page(java_script=java_script)
    walk(page, served, f"life-{java_script}@example.org", str)


@pytest.mark.parametrize(("dark", "viewport"), [(False, WIDE), (True, NARROW)], ids=["light, wide", "dark, 400 px"])
def test_every_page_is_for_everyone(
    dark: bool, viewport: dict[str, int], open_page: Callable[..., Page], served: Served
) -> None:
    """axe finds nothing serious, text keeps 4.5:1, headings say where one is, and nothing is wider than the page."""
    page = open_page(dark=dark, viewport=viewport)
    seen: list[str] = []
    wrong: list[str] = []

    def look(name: str) -> None:
        seen.append(name)
        if SHOTS:
            shade = f"{'dark' if dark else 'light'}-{viewport['width']}"
            page.screenshot(path=Path(SHOTS) / f"{name}-{shade}.png", full_page=True)
        wrong.extend(f"{name}: {found}" for found in violations(page, "html"))
        wrong.extend(f"{name}: {text} {ratio:.1f}:1" for ratio, text in contrasts(page, "html") if ratio < 4.5)
        if page.title() != page.get_by_role("heading", level=1).inner_text():
            wrong.append(f"{name}: title {page.title()!r}")
        if page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{name}: wider than the page")

    walk(page, served, f"everyone-{dark}-{viewport['width']}@example.org", look)
    assert wrong == []
    assert len(seen) == 28


def test_a_link_fills_the_form(open_page: Callable[..., Page], served: Served) -> None:
    """The script copies the token, and leaves it neither in the address nor in the history."""
    page = open_page()
    page.goto("/login")
    page.goto("/password-reset/new#demo-token")
    assert page.get_by_label("Token").input_value() == "demo-token"
    assert page.url == f"{served.url}/password-reset/new"
    page.goto("/password-reset/new#newer-token")  # in the same tab: the browser does not load the page again
    page.wait_for_url(f"{served.url}/password-reset/new")
    assert page.get_by_label("Token").input_value() == "newer-token"
    page.go_back()
    page.go_forward()
    assert "token" not in page.url


def test_axe_sees_a_planted_fault(open_page: Callable[..., Page]) -> None:
    """The canary: a field without a label and a pale text turn the checks red."""
    page = open_page()
    page.goto("/login")
    assert violations(page, "html") == []
    page.evaluate("() => document.querySelector('label').remove()")
    assert any(found.startswith("label:") for found in violations(page, "html"))
    page.evaluate("() => document.querySelector('h1').setAttribute('style', 'x')")
    page.evaluate("() => { document.querySelector('h1').style.color = '#cccccc'; }")
    assert contrasts(page, "html")[0][0] < 2


def test_by_keyboard_alone(open_page: Callable[..., Page], served: Served) -> None:
    """Tab, text and Enter are enough to log in and out; what has the focus is seen to have it."""
    name = "keyboard@example.org"
    served.enrol(name)
    page = open_page()

    def focused() -> str:
        return str(page.evaluate("() => document.activeElement.textContent || document.activeElement.id"))

    def tab_to(what: str) -> None:
        for _ in range(30):
            page.keyboard.press("Tab")
            if focused() == what:
                outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
                assert outline == "solid"
                return
        raise AssertionError(f"Tab never reaches {what}")

    page.goto("/login")
    page.keyboard.press("Tab")
    assert focused() == "Skip to the content"
    assert page.get_by_text("Skip to the content").bounding_box()["x"] >= 0
    tab_to("account")
    page.keyboard.type(name)
    tab_to("password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/code")
    assert focused() == "code"  # the one field of the page has the focus from the start
    page.keyboard.type(served.code(name))
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    tab_to("Log out")
    page.keyboard.press("Enter")
    page.wait_for_url("**/login")


def test_the_browser_keeps_to_the_policy(open_page: Callable[..., Page], served: Served) -> None:
    """A script that got into a page would not run, and its form would not leave the site."""
    page = open_page()
    page.goto("/login")
    with page.expect_console_message(lambda said: "Content Security Policy" in said.text):
        page.evaluate(
            "() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
            " document.body.append(s); }"
        )
    assert page.evaluate("() => window.ran") is None
    assert page.evaluate("() => document.cookie") == ""
