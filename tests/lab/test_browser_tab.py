"""The way to another tab: its address is in the live page alone; the phone takes a key by hand."""

from __future__ import annotations

import pytest

from mfa_lab import ManualClock
from mfa_lab.errors import InvalidInput
from mfa_lab.lab.browser_tab import BrowserTab
from mfa_lab.lab.room import Room
from mfa_lab.lab.stable import WIDGET_VIEW

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


def test_the_phone_says_that_it_cannot_see_the_other_tab(tab):
    """There is a QR code, but not on this page: the phone names the way there is."""
    with pytest.raises(InvalidInput, match="copy the key under the QR code"):
        tab.panel.widget.scan()
