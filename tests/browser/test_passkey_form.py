"""The form for a passkey of one's own, in the real lab: Chromium's virtual authenticator by CDP, and no other script.

So the browser's own checks stay in force. The page must be reached by the name localhost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.notebooks.kit import write

from .axe import contrasts, violations
from .lab import ARTIFACTS, LabPage

pytestmark = pytest.mark.full
SOURCE = "from mfa_lab.lab import PasskeyForm\nPasskeyForm()"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def form(browser, lab, work) -> Iterator[Callable[[str], LabPage]]:
    """`form(host)` opens a notebook with the form under this host's name, with one virtual authenticator."""
    write(work / "own_passkey.ipynb", SOURCE)
    opened: list[LabPage] = []

    def opener(host: str) -> LabPage:
        page = LabPage(browser)
        opened.append(page)
        session = page.context.new_cdp_session(page.page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        page.open(lab.replace("127.0.0.1", host), "own_passkey.ipynb")
        page.run_all()
        return page

    yield opener
    for page in opened:
        page.screenshot(ARTIFACTS / "passkey-form.png")
        page.close()
    assert [fault for page in opened for fault in page.faults] == []


def press(page: LabPage, name: str) -> None:
    page.outputs.get_by_role("button", name=name).click()


def test_a_passkey_of_ones_own_registers_and_logs_in(form):
    """With the switch on: the browser signs for this page's name, and the server in the kernel accepts."""
    lab = form("localhost")
    press(lab, "Use my own authenticator")
    expect(
        lab.outputs.get_by_text("Authenticator: your own. The RP ID is the name of this page: localhost.")
    ).to_be_visible()
    for name, told in (
        ("Log in with the passkey", "Register a passkey first"),
        ("Register a passkey", "Your passkey is registered"),
        ("Log in with the passkey", "You are logged in as alice@example.org"),
        ("Register a passkey", "already has your passkey"),
    ):
        press(lab, name)
        expect(lab.outputs.get_by_role("status").get_by_text(told)).to_be_visible()
    for theme in ("light", "dark"):
        lab.theme(theme)
        assert violations(lab.page, ".jp-OutputArea-output") == []
        assert [one for one in contrasts(lab.page, ".jp-OutputArea-output") if one[0] < 4.5] == []


def test_by_its_number_the_page_says_where_to_go_and_the_software_holder_works(form):
    """127.0.0.1 has no passkeys: the switch explains it, and without the switch everything works."""
    lab = form("127.0.0.1")
    press(lab, "Use my own authenticator")
    press(lab, "Register a passkey")
    expect(lab.outputs.get_by_role("status").get_by_text("open the notebook under http://localhost")).to_be_visible()
    press(lab, "Use my own authenticator")
    for name, told in (("Register a passkey", "is registered"), ("Log in with the passkey", "You are logged in")):
        press(lab, name)
        expect(lab.outputs.get_by_role("status").get_by_text(told)).to_be_visible()
