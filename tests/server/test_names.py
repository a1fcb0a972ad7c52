"""Names: which may be registered, which are one name in two spellings, and what accounts from before keep."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from precis_i18n import get_profile

from mfa_lab.errors import InvalidInput, NameTaken, Reason
from mfa_lab.redaction import Redacted
from mfa_lab.server.names import checked_name, exact_name, normal_name, spellings
from mfa_lab.server.records import Permit, Session, Subject
from mfa_lab.web.site import Site
from tests.server.kit import PASSWORD, WRONG, Deployment, reason, refused

UNICODE, PUNYCODE = "ann+tag@bücher.example", "ann+tag@xn--bcher-kva.example"
PROFILE = get_profile("UsernameCaseMapped")

ONE_NAME = {
    "capitals": ("Ann@Example.org", "ann@example.org"),
    "an international domain": (UNICODE, PUNYCODE),
    "the same in capitals": ("ann+tag@BÜCHER.example", "ann+tag@XN--BCHER-KVA.Example"),
    "u and a combining diaeresis": (unicodedata.normalize("NFD", UNICODE), PUNYCODE),
    "one label of two": ("ann@bücher.例え", "ann@xn--bcher-kva.例え"),
    "both labels": ("ann@bücher.例え", "ann@xn--bcher-kva.xn--r8jz45g"),
    "an ideographic full stop": ("ann@bücher。例え", "ann@bücher.例え"),
    "a full stop at the end": ("ann@example.org.", "ann@example.org"),
    "full width": ("\uff41nn@example.org", "ann@example.org"),
    "spaces between words": ("Ann  Lee", "ann lee"),
    "a no-break space": ("Ann\u00a0Lee", "ann lee"),
    "sharp s": ("STRASSE", "straße"),
}


@pytest.mark.parametrize(("one", "other"), ONE_NAME.values(), ids=ONE_NAME)
def test_two_spellings_are_one_account(one: str, other: str, deployment: Deployment) -> None:
    """Whichever is registered, both log in, and the other is taken."""
    assert normal_name(one) == normal_name(other)
    deployment.server.register(one, PASSWORD)
    assert deployment.begin(other).permits is Permit.FIRST_FACTOR
    with pytest.raises(NameTaken):
        deployment.server.register(other, PASSWORD)


NESTED = "xn--xn--men-kva-z6a.de"
"""The A-label of `xn--mßen-kva`, which is `xn--mssen-kva` (`müssen`) without case: Punycode inside Punycode."""


def test_no_name_is_a_spelling_of_a_spelling(deployment: Deployment) -> None:
    """Two layers of Punycode would open a second account under the address that the owner of the first may type."""
    deployment.server.register("bob@müssen.de", PASSWORD)
    for name in (f"bob@{NESTED}", f"root@{NESTED}", "bob@" + a_label("xn--mßen-kva")):
        with pytest.raises(InvalidInput, match="xn--"):
            deployment.server.register(name, "demo: quite another password")
    assert deployment.begin("bob@xn--mssen-kva.de").permits is Permit.FIRST_FACTOR
    site = Site(server=deployment.server, admins=("root@müssen.de",))
    assert site.is_reserved("root@xn--mssen-kva.de")


def a_label(text: str) -> str:
    """Any text in Punycode with the prefix, even a text that no registry would take."""
    return "xn--" + text.encode("punycode").decode("ascii")


LABELS = st.lists(st.sampled_from(["ss", "ü", "-", " ", "\u3002"]), min_size=2, max_size=4).map("".join)


@given(LABELS)
def test_the_normal_form_of_a_domain_is_its_own_normal_form(label: str) -> None:
    """For any label in up to three layers of Punycode, registered or not, so that no lookup has a second answer."""
    for _ in range(3):
        label = a_label(label)
        forms = spellings(f"ann@{label}.example")
        assert normal_name(forms.normal) == forms.normal == normal_name(forms.punycode)
        label = label.replace("ss", "ß")  # the next layer decodes to this, and without case it is ss again


TWO_NAMES = [
    ("ann@xn--bcher-kva.example", "ann@xn--bcher.example"),
    ("xn--bcher-kva", "bücher"),  # no domain
    ("ann@a.b", "ann@ab"),
    ("ann@example.org", "ann+tag@example.org"),
]


@pytest.mark.parametrize(("one", "other"), TWO_NAMES)
def test_other_names_stay_apart(one: str, other: str) -> None:
    """Only a label that a registry would have made stands for another, and only in a domain."""
    assert normal_name(one) != normal_name(other)


INVISIBLE = [
    "️",
    "͏",
    "ㅤ",
    "ᅟ",
    "ᅠ",
    "ﾠ",
    "឴",
    "឵",
    "⠀",
    "᠋",
    "\u180e",
    "᠏",
    "\u200b",
    "\u200c",
    "\u200d",
    "\u200e",
    "\u2060",
    "\u2063",
    "\ufeff",
    "\xad",
    "\u061c",
    "\u206a",
    "󠄀",
    "\U000e0041",
    "𝅙",
    "\U0001d173",
    "𖿤",
    "\ufff9",
    "\u2065",
]


def test_a_domain_in_cherokee_is_one_name_in_each_spelling():
    """Cherokee folds to capitals, unlike every other script: its Punycode form must still be read."""
    small, capital = "ala@x\u13f8\u13f9\uabbbl", "ala@x\u13f0\u13f1\u13ebl"
    assert normal_name(small) == normal_name(capital) == normal_name(spellings(small).punycode)
    assert spellings(small).punycode.isascii()


@pytest.mark.parametrize("where", ["{}", "alice{}", "{}alice", "al{}ice", "alice@exam{}ple.org"])
@pytest.mark.parametrize("character", INVISIBLE, ids=ascii)
def test_no_name_with_invisible_characters_is_registered(character: str, where: str) -> None:
    """RFC 8264 section 9.13 and beyond: fillers, joiners, selectors, blanks. It would look like another's name."""
    with pytest.raises(InvalidInput, match="a name"):
        checked_name(where.format(character))


@pytest.mark.parametrize("name", ["ﬁ", "™", "😀", "a²", "O’Brien", "ann@xn--.example", "ann@xn--99999999.example"])
def test_what_precis_refuses_is_refused(name: str) -> None:
    """RFC 8265 section 3.3: ligatures, symbols, compatibility forms; and labels that stand for nothing."""
    with pytest.raises(InvalidInput, match="PRECIS"):
        checked_name(name)


@pytest.mark.parametrize("name", ["O'Brien", "Élodie Müller", "зоя", "太郎", "אליס@example.org", UNICODE, PUNYCODE])
def test_names_of_people_are_taken(name: str) -> None:
    """Each word before an `@` and each label after it is asked about alone, so their scripts may differ."""
    assert checked_name(name) == unicodedata.normalize("NFC", name)


@given(st.text(max_size=40), st.text(max_size=10))
def test_what_precis_takes_for_one_name_is_one(text: str, domain: str) -> None:
    """The normal form maps all that PRECIS maps, is its own normal form, and is found by all of its spellings."""
    name = f"{text}@{domain}" if domain else text
    forms = spellings(name)
    assert normal_name(forms.normal) == normal_name(forms.punycode) == forms.normal
    assert forms.exact == exact_name(name)
    try:
        enforced = PROFILE.enforce(text)
    except UnicodeEncodeError:
        return
    assert normal_name(enforced) == normal_name(text)


def test_long_names_are_counted_apart_and_take_no_time(deployment: Deployment) -> None:
    """A name that spells out too long has a count of its own; long labels are not handed to Punycode."""
    for _ in range(2):
        assert refused(deployment.begin, "\ufdfa" * 300).failures == refused(deployment.begin, "\0").failures
    start = time.perf_counter()
    assert normal_name("a@" + "".join(map(chr, range(0x4E00, 0x4E00 + 1000)))) != ""
    normal_name("a@xn--" + "9" * 1000)
    assert time.perf_counter() - start < 2


# --- Accounts from before ------------------------------------------------------------------------------------------


def stored_as(deployment: Deployment, name: str, password: str = PASSWORD) -> None:
    """An account as an earlier version stored it: under its name without case."""
    deployment.server.register("somebody@example.org", password)
    deployment.tamper(
        f"UPDATE accounts SET name = '{name}', normal_name = '{name}' WHERE name = 'somebody@example.org'"  # noqa: S608
    )


@pytest.mark.parametrize("old", [UNICODE, PUNYCODE, "ann\ufe0f", "😀", "ann  lee"])
def test_an_account_from_before_keeps_working(old: str, deployment: Deployment) -> None:
    """Also one whose name could not be registered now: nothing is renamed and nobody is shut out."""
    stored_as(deployment, old)
    assert deployment.begin(old)
    with pytest.raises((NameTaken, InvalidInput)):
        deployment.server.register(old, PASSWORD)


@pytest.mark.parametrize(("old", "other"), [(UNICODE, PUNYCODE), (PUNYCODE, UNICODE)])
def test_one_from_before_is_found_by_both_spellings(old: str, other: str, deployment: Deployment) -> None:
    """And nobody can take the other spelling beside it."""
    stored_as(deployment, old)
    assert deployment.begin(other)
    with pytest.raises(NameTaken):
        deployment.server.register(other, PASSWORD)


def test_a_pair_from_before_stays_two_accounts(deployment: Deployment) -> None:
    """Each by its own spelling, with its own password and count: a login of one resets nothing of the other."""
    passwords = {UNICODE: PASSWORD, PUNYCODE: "demo: quite another password"}
    for name, password in passwords.items():
        stored_as(deployment, name, password)
    for name, password in passwords.items():
        assert deployment.begin(name, password)
    for failures in (1, 2):
        assert refused(deployment.begin, UNICODE, WRONG).failures == failures
        assert deployment.begin(PUNYCODE, passwords[PUNYCODE])
    assert refused(deployment.begin, UNICODE, passwords[PUNYCODE]).failures == 3
    assert reason(deployment.begin, UNICODE, PASSWORD) is Reason.THROTTLED
    assert deployment.begin(PUNYCODE, passwords[PUNYCODE])


def test_of_a_pair_only_the_one_that_is_named_is_the_administrator(deployment: Deployment) -> None:
    """Rights follow the stored form; what may be registered is closed to both."""
    site = Site(server=deployment.server, admins=(UNICODE,))
    upper, other = (Session(Redacted(""), name, 0, 0) for name in (UNICODE.upper(), PUNYCODE))
    assert (site.is_admin(upper), site.is_admin(other)) == (True, False)
    assert not site.is_admin(replace(upper, external=Subject("sso", UNICODE)))
    assert site.is_reserved(UNICODE)
    assert site.is_reserved(PUNYCODE)
