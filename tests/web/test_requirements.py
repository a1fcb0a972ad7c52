"""Requirements of ASVS that concern every page."""

from __future__ import annotations

import pytest

from mfa_lab.web.answers import SCRIPT
from tests.web.kit import Served


@pytest.mark.parametrize("path", ["/login", "/register", "/password", "/password-reset/new"])
def test_password_fields(path: str, served: Served, name: str) -> None:
    """ASVS-6.2.6, ASVS-6.2.7: hidden, named for password managers, and nothing stops pasting."""
    browser = served.browser()
    served.enrol(name)
    browser.log_in(served, name)
    browser.get(path)
    fields = [each for each in browser.page.select("input") if "password" in str(each.get("autocomplete"))]
    assert fields
    assert {each["type"] for each in fields} == {"password"}
    assert {each["autocomplete"] for each in fields} <= {"current-password", "new-password"}
    assert browser.page.select("[onpaste], [readonly], [maxlength]") == []
    assert "paste" not in SCRIPT


@pytest.mark.parametrize("path", ["/account", "/sessions", "/password", "/enrol", "/passkey/new"])
def test_every_page_of_a_session_has_a_logout(path: str, served: Served, name: str) -> None:
    """ASVS-7.4.4: a button in the heading of each page that needs a session."""
    browser = served.browser()
    served.enrol(name)
    browser.log_in(served, name)
    browser.get(path)
    assert browser.path == path
    button = browser.page.select_one('header form[action$="/logout"] button')
    assert button is not None
    assert button.text == "Log out"
