"""The form for a passkey of one's own, without a page: the software holder, and what a page would send."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_lab.lab.widgets.passkey_form import PasskeyForm
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import PasskeyHolder

ORIGIN = "http://localhost:8888"


@pytest.fixture
def sent(monkeypatch) -> list[dict[str, Any]]:
    """What the kernel sends to the page."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(
        "mfa_lab.lab.widgets.passkey_form.PasskeyPage.send", lambda _page, message: found.append(message)
    )
    return found


def greeted(**how: str) -> PasskeyForm:
    """A form whose page has said where it is, with the switch on."""
    form = PasskeyForm()
    form._heard({"origin": ORIGIN, "host": "localhost", "obstacle": "", **how})
    form.own.value = True
    return form


def test_the_software_holder_registers_and_logs_in():
    """By the buttons, as a learner without hardware does it."""
    form = PasskeyForm()
    form.buttons["create"].click()
    assert "Your passkey is registered" in form.status.value
    form.buttons["get"].click()
    assert "You are logged in as alice@example.org" in form.status.value
    assert "phishing-resistant" in form.status.value


def test_nothing_is_done_out_of_order():
    """A login before the registration, and a second registration, get a clear sentence."""
    form = PasskeyForm()
    assert "Register a passkey first" in repr(form.log_in())
    assert form.register().granted
    assert "already has your passkey" in repr(form.register())


def test_the_page_gets_the_options_and_the_server_checks_its_response(sent):
    """The RP ID is the page's host, the origin the page's own; a response from another port is refused."""
    form, holder = greeted(), PasskeyHolder()
    form.buttons["create"].click()
    assert "Your browser asks for your authenticator" in form.status.value
    assert (sent[-1]["kind"], sent[-1]["options"]["rp"]["id"]) == ("create", "localhost")
    form._heard({"response": Browser(ORIGIN).create(sent[-1]["options"], holder)})
    assert "Your passkey is registered" in form.status.value
    for origin, told in ((ORIGIN, "You are logged in"), ("http://localhost:9999", "passkey: origin")):
        form.buttons["get"].click()
        assert sent[-1]["kind"] == "get"
        form._heard({"response": Browser(origin).get(sent[-1]["options"], holder)})
        assert told in form.status.value


def test_a_response_is_used_once(sent):
    """A second message of the same ceremony does nothing, and no response is awaited before a press."""
    form, holder = greeted(), PasskeyHolder()
    form._heard({"response": {}})
    form.register()
    response = Browser(ORIGIN).create(sent[-1]["options"], holder)
    form._heard({"response": response})
    shown = form.status.value
    form._heard({"response": response})
    assert form.status.value == shown


def test_a_second_press_does_not_replace_the_first_request(sent):
    """The response still belongs to the first challenge; a page that is loaded again may begin again."""
    form, holder = greeted(), PasskeyHolder()
    form.register()
    assert "still waits" in repr(form.register())
    assert "still waits" in repr(form.log_in())
    assert len(sent) == 1
    form._heard({"response": Browser(ORIGIN).create(sent[0]["options"], holder)})
    assert "Your passkey is registered" in form.status.value
    form.log_in()
    form._heard({"origin": ORIGIN, "host": "localhost", "obstacle": ""})
    assert "Your browser asks" in repr(form.log_in())


def test_the_words_say_which_authenticator_is_used(sent):
    """Not only the shade of the switch."""
    form = greeted()
    assert "your own" in form.advice.value
    form.own.value = False
    assert "software holder" in form.advice.value


def test_a_cancelled_request_is_told(sent):
    """The browser's error has a sentence; nothing is registered."""
    form = greeted()
    form.register()
    form._heard({"refused": "NotAllowedError"})
    assert "the request was cancelled" in form.status.value
    assert "NotAllowedError" in form.status.value
    assert "Register a passkey first" in repr(form.log_in())


@pytest.mark.parametrize(
    "how",
    [
        {"origin": "http://127.0.0.1:8888", "host": "127.0.0.1", "obstacle": "open the notebook under localhost"},
        {"origin": "http://127.0.0.1:8888", "host": "127.0.0.1"},
        {"origin": "https://hub.example.org/", "host": "hub.example.org"},
        {"origin": "null", "host": ""},
    ],
)
def test_a_page_that_cannot_says_why_and_the_software_holder_still_works(how, sent):
    """No ceremony is started in such a page."""
    form = greeted(**how)
    answer = form.register()
    assert not answer.granted
    assert answer.told == form.obstacle
    assert len(form.obstacle) > 20
    assert sent == []
    form.own.value = False
    assert form.register().granted
    assert form.log_in().granted


def test_what_is_saved_names_the_buttons_and_holds_no_secret():
    """The face is the same each time; what passes is never a synced trait."""
    form = PasskeyForm()
    face = form.face_html()
    form.register()
    assert form.face_html() == face == PasskeyForm().face_html()
    assert all(each.description in form.face_text() for each in form.buttons.values())
    assert set(form.page.get_state()) & {"options", "response", "origin"} == set()
