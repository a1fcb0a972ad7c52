"""The passkey pages and their script in real Chromium, with virtual authenticators: what works, and what does not.

The virtual authenticators come by CDP, so that the browser's own checks stay in force.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from mfa_lab import Phone
from mfa_lab.errors import LOGIN_OVER, PUBLIC_MESSAGE
from tests.browser.axe import contrasts, violations
from tests.browser.relay import relaying
from tests.browser.test_web import NARROW, WIDE
from tests.web.kit import PASSWORD, Served, serving

pytestmark = pytest.mark.full
SHOTS = os.environ.get("MFA_LAB_SHOTS")
IN_THE_DEVICE = {"transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
BY_USB = {**IN_THE_DEVICE, "transport": "usb", "hasResidentKey": False}
BY_USB_UNVERIFIED = {"transport": "usb", "hasResidentKey": False, "hasUserVerification": False}
SHADES: list[tuple[Literal["light", "dark"], Any]] = [("dark", NARROW), ("light", WIDE)]
HURRIED = """() => { for (const name of ["parseCreationOptionsFromJSON", "parseRequestOptionsFromJSON"]) {
    const parse = PublicKeyCredential[name].bind(PublicKeyCredential);
    PublicKeyCredential[name] = (options) => parse(Object.assign(options, { timeout: 1000 }));
} }"""
"""Shortens the time that the browser waits, which is five minutes."""


class Visitor:
    """A page in a browser of its own, whose virtual authenticator is `authenticator`, and an account."""

    def __init__(self, page: Page, served: Served, name: str) -> None:
        self.page = page
        self.served = served
        self.name = name
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.cdp.send("WebAuthn.enable")
        self.authenticator = ""
        self.look: Callable[[str], None] = str

    def plug_in(self, kind: dict[str, Any]) -> None:
        """A new authenticator; nobody has the one before it any more."""
        if self.authenticator:
            self.cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.authenticator})
        options = {"protocol": "ctap2", "automaticPresenceSimulation": True, **kind}
        added = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.authenticator = added["authenticatorId"]

    def tell(self, call: str, **arguments: Any) -> None:
        """Change the authenticator."""
        self.cdp.send(f"WebAuthn.{call}", {"authenticatorId": self.authenticator, **arguments})

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def follow(self, link: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=link).click()

    def told(self, sentence: str) -> None:
        """The page's script has said this."""
        expect(self.page.get_by_role("status")).to_contain_text(sentence)

    def arrived(self, title: str) -> None:
        expect(self.page).to_have_title(title)
        self.look(title)

    def password(self, way: str = "/mfa/login") -> None:
        self.page.goto(way)
        self.fill_in()

    def fill_in(self) -> None:
        """Name and password, on the login page."""
        self.page.get_by_label("Name").fill(self.name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Go on")

    def code(self) -> None:
        """The phone's code of a new step."""
        self.page.get_by_label("Code of your authenticator").fill(self.served.code(self.name))
        self.press("Log in")

    def register(self, label: str = "") -> None:
        self.page.get_by_label("A name for the passkey").fill(label)
        self.press("Register a passkey")

    def log_in(self, way: str = "/mfa/login?next=/mfa/account") -> None:
        self.password(way)
        self.press("Use your passkey")

    def listed(self) -> list[str]:
        return self.page.locator(".list li b").all_inner_texts()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An application with a page that needs a passkey."""
    with serving(tmp_path_factory.mktemp("web"), "existing", policy={"free_failures": 1_000_000}) as served:
        yield served


@pytest.fixture
def visiting(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """`visiting(served, kind)`: a visitor with a new account. A fault of the script fails the test."""
    faults: list[str] = []
    contexts = []

    def opener(served: Served, kind: dict[str, Any], name: str, *, origin: str = "", **options: Any) -> Visitor:
        contexts.append(browser.new_context(base_url=origin or served.origin, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: _violates(said.text) and faults.append(said.text))
        visitor = Visitor(page, served, name)
        visitor.plug_in(kind)
        return visitor

    yield opener
    for context in contexts:
        context.close()
    assert faults == []


def _violates(text: str) -> bool:
    """Whether the browser refused something of ours; that it refuses to frame our pages is a test's own doing."""
    return "violates" in text and "frame-ancestors" not in text


def looker(visitor: Visitor, seen: list[str], wrong: list[str]) -> Callable[[str], None]:
    """axe finds nothing serious. Light and wide, dark and narrow: text keeps 4.5:1, and nothing sticks out."""
    page = visitor.page

    def look(name: str) -> None:
        seen.append(name)
        wrong.extend(f"{name}: {found}" for found in violations(page, "html"))
        for shade, size in SHADES:
            page.emulate_media(color_scheme=shade)
            page.set_viewport_size(size)
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"passkey-{len(seen):02}-{shade}.png", full_page=True)
            wrong.extend(f"{name}: {text} {ratio:.1f}:1" for ratio, text in contrasts(page, "html") if ratio < 4.5)
            if page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
                wrong.append(f"{name}: wider than the page")

    return look


def test_the_life_of_a_passkey(visiting: Callable[..., Visitor], served: Served) -> None:
    """Registered, used, refused a second time, one more, replaced, a page that needs it, and revoked.

    The first is in the device; the others are on USB keys, without user verification and with it.
    """
    visitor = visiting(served, IN_THE_DEVICE, "life@example.org")
    page, seen, wrong = visitor.page, list[str](), list[str]()
    visitor.look = looker(visitor, seen, wrong)
    served.server.register(visitor.name, PASSWORD)
    visitor.password()
    visitor.arrived("Enrol an authenticator")
    visitor.follow("Register a passkey")
    visitor.arrived("Register a passkey")
    visitor.register("first")
    visitor.arrived("Your passkey is registered")
    assert page.locator(".codes li").count() == 10
    page.get_by_label("I have saved my recovery codes").check()
    visitor.press("Confirm that I have saved them")
    expect(page).to_have_title("Log in")
    visitor.password("/mfa/login?next=/vault")
    visitor.arrived("Use your passkey")
    page.get_by_role("button", name="Use your passkey").dblclick()
    expect(page).to_have_title("Vault")
    page.goto("/mfa/account")
    visitor.arrived("Your account")
    visitor.follow("Add a passkey")
    visitor.register("again")
    visitor.told("This authenticator already has a passkey for your account.")
    visitor.look("already registered")
    expect(page.get_by_role("button", name="Register a passkey")).to_be_focused()
    visitor.plug_in(BY_USB_UNVERIFIED)
    visitor.register("second")
    visitor.arrived("Your passkey is registered")
    visitor.follow("To your account")
    assert sorted(visitor.listed()) == ["first", "second"]
    visitor.look("two passkeys")
    visitor.follow("Replace your passkeys")
    visitor.arrived("Replace your passkeys")
    visitor.log_in()
    expect(page).to_have_title("Your account")
    visitor.follow("Replace your passkeys")
    visitor.plug_in(BY_USB)
    visitor.register("third")
    expect(page).to_have_title("Your passkey is registered")
    visitor.follow("To your account")
    assert visitor.listed() == ["third"]
    visitor.follow("Add an authenticator app")
    visitor.press("Show the QR code")
    phone = Phone(served.clock)
    phone.scan(page.get_by_role("img", name="QR code").screenshot())
    page.get_by_label("The code that the app shows").fill(phone.code())
    visitor.press("Confirm")
    expect(page).to_have_title("Your authenticator is enrolled")

    visitor.password()
    visitor.follow("Use a code instead")
    visitor.arrived("Enter your code")
    served.advance()
    page.get_by_label("Code of your authenticator").fill(phone.code())
    visitor.press("Log in")
    expect(page).to_have_title("Own page")
    for way in ("/vault", "/mfa/passkey/new"):  # a change of factors needs the passkey too
        page.goto(way)
        expect(page.get_by_text("needs a login with a passkey")).to_be_visible()
    visitor.look("a login with the passkey")
    visitor.fill_in()
    expect(page.get_by_role("link", name="Use a code instead")).to_have_count(0)
    visitor.press("Use your passkey")
    expect(page).to_have_title("Register a passkey")
    page.goto("/vault")
    expect(page).to_have_title("Vault")

    page.goto("/mfa/account")
    page.get_by_role("button", name="Revoke third").click()
    expect(page.get_by_role("button", name="Revoke")).to_have_count(0)
    visitor.password()
    visitor.arrived("Enter your code")
    assert wrong == []
    assert len(seen) >= 12


def test_what_the_script_tells_apart(visiting: Callable[..., Visitor], served: Served) -> None:
    """No passkey found, timed out, the wrong address, no server, no support: a sentence each, and nothing sent."""
    visitor = visiting(served, IN_THE_DEVICE, "told@example.org")
    page = visitor.page
    served.server.register(visitor.name, PASSWORD)
    sent: list[str] = []
    page.on("request", lambda asked: asked.method == "POST" and sent.append(asked.url.partition("/mfa")[2]))
    visitor.password()
    visitor.follow("Register a passkey")
    visitor.register()
    expect(page).to_have_title("Your passkey is registered")
    sent.clear()
    visitor.password()
    visitor.tell("clearCredentials")
    expect(page.get_by_role("link", name="http://")).to_have_count(0)
    visitor.press("Use your passkey")
    visitor.told("it found no passkey of this account")
    page.evaluate(HURRIED)
    visitor.tell("setAutomaticPresenceSimulation", enabled=False)
    visitor.press("Use your passkey")
    visitor.told("The browser is asking for your passkey")
    visitor.told("The time is over")
    expect(page.get_by_role("button", name="Use your passkey")).to_be_focused()
    page.route("**/options", lambda route: route.abort())
    visitor.press("Use your passkey")
    visitor.told("The server did not answer")
    page.unroute("**/options")
    page.route("**/options", lambda route: route.fulfill(status=429, json={"error": "a proxy's own words"}))
    page.keyboard.press("Enter")  # the button has the focus; a click so soon would be a double click
    visitor.told("The server did not answer")
    expect(page.get_by_role("button", name="Use your passkey")).to_be_focused()
    page.unroute("**/options")
    assert sent == ["/login", *["/passkey/options"] * 4]

    page.add_init_script("delete window.PublicKeyCredential")
    page.reload()
    visitor.told("This browser does not support passkeys")
    expect(page.get_by_role("button", name="Use your passkey")).to_be_hidden()

    elsewhere = visiting(served, IN_THE_DEVICE, visitor.name, origin=served.url.replace("127.0.0.1", "localhost"))
    elsewhere.log_in()
    elsewhere.told("The browser refuses")
    elsewhere.follow(served.origin)
    expect(elsewhere.page).to_have_title("Log in")


def test_a_login_that_is_over(visiting: Callable[..., Visitor], served: Served) -> None:
    """The session is too old for a registration, which leads to the login and back, also from the page that shows a
    rejection. The server rejects a response.
    """
    visitor = visiting(served, IN_THE_DEVICE, "over@example.org")
    page = visitor.page
    served.enrol(visitor.name)
    visitor.password("/mfa/login?next=/mfa/passkey/new")
    visitor.code()
    expect(page).to_have_title("Register a passkey")
    served.advance(360)
    visitor.register("too late")
    expect(page.get_by_text("needs a fresh login")).to_be_visible()
    visitor.fill_in()
    visitor.code()
    expect(page).to_have_title("Register a passkey")
    visitor.tell("setResponseOverrideBits", isBadUP=True)
    visitor.register("nobody there")
    expect(page.get_by_role("alert")).to_contain_text(PUBLIC_MESSAGE)
    visitor.tell("setResponseOverrideBits", isBadUP=False)
    served.advance(360)
    visitor.register("too late again")
    expect(page.get_by_text("needs a fresh login")).to_be_visible()
    visitor.fill_in()
    visitor.code()
    visitor.register("in time")
    expect(page).to_have_title("Your passkey is registered")

    visitor.password()
    visitor.tell("setResponseOverrideBits", isBogusSignature=True)
    visitor.press("Use your passkey")
    expect(page).to_have_title("This login is over")
    expect(page.get_by_role("alert")).to_contain_text(LOGIN_OVER)
    visitor.tell("setResponseOverrideBits", isBogusSignature=False)
    visitor.follow("Start a new login")
    visitor.log_in()
    expect(page).to_have_title("Your account")


def test_by_keyboard_alone(visiting: Callable[..., Visitor], served: Served) -> None:
    """Tab, text and Enter are enough to register a passkey and to log in with it."""
    visitor = visiting(served, IN_THE_DEVICE, "keys@example.org")
    page, keyboard = visitor.page, visitor.page.keyboard
    served.server.register(visitor.name, PASSWORD)
    visitor.password()
    page.wait_for_url("**/enrol")

    def tab_to(what: str) -> None:
        for _ in range(20):
            keyboard.press("Tab")
            if page.evaluate("() => document.activeElement.textContent || document.activeElement.id") == what:
                return
        raise AssertionError(f"Tab never reaches {what}")

    tab_to("Register a passkey")
    keyboard.press("Enter")
    page.wait_for_url("**/passkey/new")
    tab_to("label")
    keyboard.type("laptop")
    keyboard.press("Enter")
    expect(page).to_have_title("Your passkey is registered")
    visitor.password("/mfa/login?next=/mfa/account")
    expect(page.get_by_role("button", name="Use your passkey")).to_be_focused()
    keyboard.press("Enter")
    expect(page).to_have_title("Your account")


def test_without_javascript(visiting: Callable[..., Visitor], served: Served) -> None:
    """A passkey page says that it needs JavaScript, and the code works."""
    visitor = visiting(served, IN_THE_DEVICE, "plain@example.org", java_script_enabled=False)
    served.server.register(visitor.name, PASSWORD)
    visitor.password()
    visitor.follow("Register a passkey")
    expect(visitor.page.get_by_role("status")).to_have_text(
        "This page needs JavaScript, because browsers offer passkeys only to scripts."
    )
    expect(visitor.page.get_by_role("button")).to_have_count(0)
    visitor.follow("Use an authenticator app instead")
    visitor.press("Show the QR code")
    expect(visitor.page).to_have_title("Scan, then type the code")


@pytest.fixture(scope="module")
def verifying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The small application, with a policy that requires user verification."""
    policy = {"free_failures": 1_000_000, "user_verification": "required"}
    with serving(tmp_path_factory.mktemp("verifying"), policy=policy) as served:
        yield served


def test_user_verification(visiting: Callable[..., Visitor], verifying: Served) -> None:
    """Missing, cancelled by the user, or left out by the authenticator: no passkey is made, and no session."""
    visitor = visiting(verifying, BY_USB_UNVERIFIED, "verified@example.org")
    page = visitor.page
    verifying.server.register(visitor.name, PASSWORD)
    visitor.password("/login")
    visitor.follow("Register a passkey")
    visitor.register("cannot verify")
    visitor.told("the authenticator could not verify you")
    visitor.plug_in(IN_THE_DEVICE)
    visitor.register("laptop")
    expect(page).to_have_title("Your passkey is registered")
    visitor.tell("setUserVerified", isUserVerified=False)
    visitor.log_in("/login")
    visitor.told("you cancelled")
    visitor.tell("setUserVerified", isUserVerified=True)
    visitor.tell("setResponseOverrideBits", isBadUV=True)
    visitor.press("Use your passkey")
    expect(page).to_have_title("This login is over")
    assert verifying.server.audit_log()[-1].reason == "passkey: user not verified"
    visitor.tell("setResponseOverrideBits", isBadUV=False)
    visitor.log_in("/login")
    visitor.page.wait_for_url("**/account")


@pytest.fixture(scope="module")
def victim(served: Served) -> str:
    """The name of an account with an authenticator app."""
    served.enrol("victim@example.org")
    return "victim@example.org"


def test_a_phishing_site_with_a_relay(visiting: Callable[..., Visitor], served: Served, victim: str) -> None:
    """NIST-3.2.5: the relay gets the password, and nothing of the passkey: the browser refuses at sh0p.localhost.

    A page on another port has the same RP ID, so its relay gets a signature, which the server rejects. With a code,
    the relay gets a session, as long as the policy allows codes.
    """
    visitor = visiting(served, IN_THE_DEVICE, victim)
    page = visitor.page
    visitor.password("/mfa/login?next=/mfa/passkey/new")
    visitor.code()
    visitor.register()
    expect(page).to_have_title("Your passkey is registered")
    with relaying(served, "sh0p.localhost") as phishing, relaying(served, "shop.localhost") as other_port:
        visitor.password(f"{phishing.origin}/mfa/login?next=/report")
        for own_rp_id, sentence in ((False, "Are you on the correct page?"), (True, "no passkey of this account")):
            phishing.own_rp_id = own_rp_id
            visitor.press("Use your passkey")
            visitor.told(sentence)
        assert httpx.QueryParams(phishing.passed[0][1])["password"] == PASSWORD
        assert [path for path, _ in phishing.passed[1:]] == ["/mfa/passkey/options"] * 2

        visitor.log_in(f"{other_port.origin}/mfa/login")
        expect(page).to_have_title("This login is over")
        assert other_port.passed[-1][0] == "/mfa/passkey"
        assert served.server.audit_log()[-1].reason == "passkey: origin"

        visitor.password(f"{phishing.origin}/mfa/login?next=/report")
        visitor.follow("Use a code instead")
        visitor.code()
        expect(page).to_have_title("Report")
        page.goto(f"{phishing.origin}/vault")
        expect(page.get_by_text("needs a login with a passkey")).to_be_visible()


def test_a_frame_of_another_origin(visiting: Callable[..., Visitor], served: Served) -> None:
    """The browser shows no page of this site in a frame, whatever the page around it allows."""
    visitor = visiting(served, IN_THE_DEVICE, "framed@example.org")
    page = visitor.page
    with relaying(served, "sh0p.localhost") as relay:
        page.goto(f"{relay.origin}/")
        with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
            page.evaluate(
                "(source) => { const frame = document.createElement('iframe'); frame.src = source;"
                " frame.allow = 'publickey-credentials-create *; publickey-credentials-get *';"
                " document.body.append(frame); }",
                f"{served.origin}/mfa/login",
            )
        assert page.frames[1].locator("form").count() == 0
