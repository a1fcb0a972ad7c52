"""The way to another tab: its address is in the live page alone; the phone takes a key by hand."""

from __future__ import annotations

import pytest

from mfa_lab import ManualClock
from mfa_lab.lab.room import Room
from mfa_lab.lab.widgets.browser_tab import BrowserTab
from mfa_lab.lab.widgets.stable import WIDGET_VIEW

URL = "http://127.0.0.1:54321"
KEY = "DEMO ALIC EDEM OALI CEDE MOAL ICED EMO2"


@pytest.fixture
def tab() -> BrowserTab:
    return BrowserTab(URL, Room(ManualClock()))


def test_the_address_is_in_the_live_view_alone(tab):
    """The port differs from run to run: neither face of what is committed holds it."""
    bundle = tab._repr_mimebundle_()
    assert URL in tab.children[0].value
    assert 'target="_blank" rel="noopener"' in tab.children[0].value
    assert not [kind for kind in bundle if kind != WIDGET_VIEW and "54321" in bundle[kind]]


def test_the_phone_takes_the_key_as_it_stands_on_the_page(tab):
    """In groups of four, and the field is empty afterwards; the phone then shows the account's code."""
    answer = tab.form.submit(setup_key=KEY)
    assert answer.granted
    assert tab.form.inputs["setup_key"].value == ""
    assert tab.panel.room.phone.accounts == ("mfa-lab: the other tab",)
    assert len(tab.panel.room.phone.code()) == 6


def test_what_is_no_key_is_told(tab):
    """A sentence, and it does not quote what was typed."""
    answer = tab.form.submit(setup_key="not a key!")
    assert not answer.granted
    assert "Base32" in answer.told
    assert "not a key" not in repr(answer)


def test_the_phone_types_into_no_other_tab(tab):
    """A page cannot fill in another one: the phone says what to do instead."""
    assert "Copy" in tab.panel.widget._paste("123456")


def test_an_empty_field_is_told_the_way(tab):
    """Anyone who presses Keep it too early hears what comes first, and not how many bits nothing has."""
    answer = tab.form.submit(setup_key=" ")
    assert not answer.granted
    assert answer.told == "copy the setup key from the other tab first"


def test_the_phone_offers_nothing_that_cannot_work_here(tab):
    """No scanning, no typing into a form, no word of a QR code on this page; another phone's buttons stay."""
    style = tab.children[0].value.partition("</style>")[0].removeprefix("<style>")
    selectors, _, rule = style.partition(" {")
    named = [selector.removeprefix(".mfa-is-BrowserTab .mfa-phone-face ") for selector in selectors.split(", ")]
    assert named == ['[data-do="scan"]', '[data-do="paste"]', ".mfa-empty"]
    assert rule == " display: none; }"
    assert "mfa-is-BrowserTab" in tab._dom_classes
