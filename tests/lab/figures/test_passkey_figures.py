"""The figures of passkeys: true to the bytes and to the run, told in words, and held to what every figure keeps."""

from __future__ import annotations

import pytest

from mfa_lab.lab.demos.passkey_desk import SHOP_ORIGIN, PasskeyDesk
from mfa_lab.lab.demos.phishing import PHISH_ORIGIN, CarelessBrowser, PhishingPage, Shop
from mfa_lab.lab.figures.passkeys import phish, signed_bytes
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.randomness import SeededRandomness
from mfa_lab.style import ATTACKER, GRANTED_SIGN, HERE, PHONE, REFUSED
from tests.lab.figures import figure_rules as rules


def parts(**how) -> signed_bytes.SignedParts:
    """The parts of a login with a new holder."""
    desk, holder, page = PasskeyDesk(), PasskeyHolder(SeededRandomness(30), **how), Browser(SHOP_ORIGIN)
    desk.register(page.create(desk.creation_options(), holder))
    return signed_bytes.signed_parts(page.get(desk.request_options(), holder))


def page_after(*steps) -> PhishingPage:
    """A phishing page on which Alice has typed her password, and then did these steps."""
    page = PhishingPage(Shop())
    for step in (PhishingPage.password, *steps):
        step(page)
    return page


def careless(page: PhishingPage) -> None:
    page.passkey(CarelessBrowser(PHISH_ORIGIN), change_origin=True)


def recovery(page: PhishingPage) -> None:
    page.recovery_code(PasskeyHolder(SeededRandomness(7)))


RUNS = {"code": PhishingPage.code, "passkey": PhishingPage.passkey, "careless": careless, "recovery": recovery}
PICTURES = rules.Once(
    {
        "synced": lambda: (signed_bytes, signed_bytes.signed_bytes_figure(parts())),
        "security key": lambda: (
            signed_bytes,
            signed_bytes.signed_bytes_figure(parts(synced=False, verifies_user=False)),
        ),
        **{
            name: lambda step=step: (phish, phish.phish_figure(page_after(step).events))
            for name, step in RUNS.items()
        },
    }
)
each = pytest.mark.parametrize("drawn", PICTURES, indirect=True)


@pytest.fixture
def drawn(request):
    """A figure's module, and the figure."""
    return PICTURES[request.param]


@each
def test_as_every_figure(drawn):
    """Told in words, by itself on the page, readable in both themes and from afar, and no words lie on others."""
    module, picture = drawn
    rules.keeps_all(picture, module.draw(picture.data))


def test_every_byte_of_the_authenticator_data_has_a_box():
    """All 37, in their order, and the counter beside them."""
    shown = parts(synced=False)
    drawn = rules.texts(signed_bytes.draw(shown))
    assert [text for text in drawn if len(text) == 2][:37] == [f"{byte:02x}" for byte in shown.authenticator_data]
    assert "bytes 33 to 36: the counter, 1" in drawn


@pytest.mark.parametrize(
    ("how", "ones"),
    [
        ({}, ["BS", "BE", "UV", "UP"]),
        ({"synced": False}, ["UV", "UP"]),
        ({"verifies_user": False, "synced": False}, ["UP"]),
    ],
)
def test_exactly_the_bits_that_are_one_have_a_tick(how, ones):
    """The names are in the order of the byte, and the words say the same."""
    shown = parts(**how)
    ticked = [text.split()[0] for text in rules.texts(signed_bytes.draw(shown)) if text.endswith(GRANTED_SIGN)]
    assert ticked == ones
    told = signed_bytes.words(shown)
    assert [name for _, name, what in signed_bytes.FLAGS if f"{name} ({what}) is 1" in told] == ones


def test_a_refusal_has_the_colour_of_refusals_and_names_its_place():
    """The browser's refusal is in the browser's lane; nobody has a session."""
    picture = PICTURES["passkey"][1]
    refusals = [text for text in phish.draw(picture.data).texts if "SecurityError" in text.get_text()]
    assert [text.get_color() for text in refusals] == [REFUSED.text]
    assert "Alice's browser: ✕ SecurityError" in picture.words
    assert picture.words.endswith("Mallory has no session.")


def test_only_a_session_that_reaches_mallory_is_called_his():
    """The last line has the attacker's colour if he has a session, and the user's if not."""
    endings = {name: phish.draw(PICTURES[name][1].data).texts[-1] for name in RUNS}
    assert {name: text.get_color() == ATTACKER.text for name, text in endings.items()} == {
        "code": True,
        "passkey": False,
        "careless": False,
        "recovery": True,
    }
    assert endings["passkey"].get_color() == PHONE.text
    assert HERE.fill.lower() in PICTURES["code"][1].svg
