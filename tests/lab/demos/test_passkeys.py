"""The demos of passkeys show what the kit's own server, browser and holder do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mfa_lab import Policy
from mfa_lab.errors import AccessDenied, Reason
from mfa_lab.lab.demos import passkey_desk
from mfa_lab.lab.demos.passkey_desk import SHOP_ORIGIN, PasskeyDesk, changes_table, copy_of, stolen_server_table
from mfa_lab.lab.demos.phishing import ADDRESS, PHISH_ORIGIN, CarelessBrowser, PhishingPage, Shop, can, what_opens
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.randomness import SeededRandomness

PAGE = Browser(SHOP_ORIGIN)


def registered(**how) -> tuple[PasskeyDesk, PasskeyHolder]:
    desk, holder = PasskeyDesk(), PasskeyHolder(SeededRandomness(1), **how)
    assert desk.register(PAGE.create(desk.creation_options(), holder)).granted
    return desk, holder


def reason(answer) -> str:
    return dict(answer.seen).get("reason", "")


def test_a_challenge_is_used_once():
    """The second copy of a response is refused for its challenge, whatever came of the first."""
    desk, holder = registered()
    response = PAGE.get(desk.request_options(), holder)
    assert desk.log_in(response).granted
    assert reason(desk.log_in(response)) == Reason.PASSKEY_CHALLENGE


def test_a_desk_without_a_passkey_says_which_cell_to_run():
    """The cells may run in another order."""
    _, holder = registered()
    desk = PasskeyDesk()
    answer = desk.log_in(PAGE.get(desk.request_options(), holder))
    assert not answer.granted
    assert "run the cell that registers one" in repr(answer)


def test_of_the_eight_changes_only_the_unsigned_field_passes():
    """Each other change fails at the check that the table names."""
    desk, holder = registered(verifies_user=False, synced=False)
    table = changes_table(desk, PAGE.get(desk.request_options(), holder))
    reasons = [row[2] for row in table.rows]
    signature = str(Reason.PASSKEY_SIGNATURE)
    assert reasons == [
        Reason.PASSKEY_CHALLENGE, Reason.PASSKEY_ORIGIN, Reason.PASSKEY_RP_ID, Reason.PASSKEY_USER_PRESENT,
        signature, signature, signature, "",
    ]  # fmt: skip
    assert [row[1] for row in table.rows].count("✓ accepted") == 1


def test_the_changes_change_nothing_at_the_desk():
    """The response itself is still accepted afterwards."""
    desk, holder = registered(synced=False)
    response = PAGE.get(desk.request_options(), holder)
    changes_table(desk, response)
    assert desk.log_in(response).granted


def test_only_the_shared_secret_is_worth_stealing():
    """The thief's signature fails for the signature alone: every other part of it is right."""
    assert [row[-1] for row in stolen_server_table().rows] == ["✓ accepted", "✕ rejected"]
    desk, owner = registered()
    thief = passkey_desk._copied(owner, PasskeyHolder(SeededRandomness(2)))
    assert reason(desk.log_in(PAGE.get(desk.request_options(), thief))) == Reason.PASSKEY_SIGNATURE


def test_a_copied_security_key_is_noticed_at_the_owners_next_login():
    """The copy counts by itself, and the original falls behind."""
    desk, key = registered(synced=False)
    copy = copy_of(key)
    assert desk.log_in(PAGE.get(desk.request_options(), copy)).granted
    assert reason(desk.log_in(PAGE.get(desk.request_options(), key))) == Reason.PASSKEY_COUNTER


def phished(*, browser=None, **how):
    page = PhishingPage(Shop())
    page.password()
    return page, page.passkey(browser, **how)


@pytest.mark.parametrize(
    ("how", "place", "told"),
    [
        ({}, "browser", "SecurityError"),
        ({"rp_id": "sh0p.localhost"}, "browser", "NotAllowedError"),
        ({"browser": CarelessBrowser(PHISH_ORIGIN)}, "server", "origin"),
        ({"browser": CarelessBrowser(PHISH_ORIGIN), "change_origin": True}, "server", "signature"),
    ],
)
def test_who_refuses_the_phishing_page(how, place, told):
    """The last event is the refusal, at its place; nobody has a session."""
    page, answer = phished(**how)
    assert page.events[-1].at == place
    assert told in page.events[-1].words
    assert not answer.granted
    assert page.session is None


def test_the_same_page_gets_in_on_the_shops_own_origin():
    """So nothing but the origin is in Mallory's way: the scene itself works."""
    page, answer = phished(browser=Browser(SHOP_ORIGIN))
    assert answer.granted
    assert page.shop.server.check_session(page.session).name == "alice@example.org"


def test_only_a_true_change_of_the_origin_breaks_the_signature():
    """Writing the origin that is there already leaves every byte as it was, so the server accepts."""
    _, answer = phished(browser=Browser(SHOP_ORIGIN), change_origin=True)
    assert answer.granted


def test_what_each_policy_opens():
    """The table's three columns, row by row."""
    standard = Policy.STANDARD
    strict = replace(standard, code_allowed_with_passkey=False)
    step_up = replace(standard, step_up=((ADDRESS, 120),), step_up_phishing_resistant=True)
    assert [*what_opens(standard).values()] == [True, True, False, True, True, True, True]
    assert [*what_opens(strict).values()] == [False, False, False, True, False, True, True]
    assert [*what_opens(step_up).values()] == [True, False, False, True, True, True, False]


STRICT = replace(Policy.STANDARD, code_allowed_with_passkey=False)


def test_a_relayed_recovery_code_opens_the_account_for_good():
    """Mallory's passkey replaces Alice's, and his session counts as phishing-resistant; her owner is told."""
    shop, mallorys = Shop(STRICT), PasskeyHolder(SeededRandomness(7))
    assert not can(lambda: shop.with_passkey(mallorys))
    page = PhishingPage(shop)
    page.password()
    assert page.recovery_code(mallorys).granted
    assert shop.server.check_session(page.session).phishing_resistant
    assert not can(shop.with_passkey)
    assert can(lambda: shop.with_passkey(mallorys))
    assert "recovered" in [notification.event for notification in shop.server.notifications(page.session)]


def test_without_recovery_codes_there_is_none_to_relay():
    """The server refuses an empty text, and nothing of the account changes."""
    shop = Shop(replace(STRICT, recovery_codes=0))
    page = PhishingPage(shop)
    page.password()
    assert not page.recovery_code(PasskeyHolder(SeededRandomness(7))).granted
    assert page.session is None
    assert can(shop.with_passkey)


def test_only_a_copy_of_the_passkey_logs_in_from_a_new_phone():
    """A synced passkey is on the new phone; an empty phone has none; no phone helps on the phishing page."""
    shop = Shop(STRICT)
    assert can(lambda: shop.with_passkey(copy_of(shop.passkey)))
    assert not can(lambda: shop.with_passkey(PasskeyHolder(SeededRandomness(7))))
    assert not can(lambda: shop.with_passkey(copy_of(shop.passkey), origin=PHISH_ORIGIN))


def test_an_old_session_meets_no_step_up():
    """From the very second on at which its age is reached."""
    shop = Shop(replace(Policy.STANDARD, step_up=((ADDRESS, 120),)))
    session = shop.with_passkey()
    shop.clock.advance(119)
    assert shop.change_address(session).name == "alice@example.org"
    shop.clock.advance(1)
    with pytest.raises(AccessDenied):
        shop.change_address(session)
