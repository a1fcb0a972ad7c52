"""Registering, replacing and revoking passkeys, and that a phished session changes no factor once there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mfa_lab import SeededRandomness, Session
from mfa_lab.errors import PUBLIC_MESSAGE, AccessDenied, CeremonyRefused, InvalidInput, Reason
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import Misbehaviour, PasskeyHolder
from mfa_lab.server.records import Enrolment, Kind, PasskeyCreation, Permit
from tests.server.kit import EXPLAINING, NAME, ORIGIN, PARTY, PASSWORD, WRONG, Deployment, reason, refused
from tests.server.passkeys import BOB, decoded, owner


def kinds(deployment: Deployment, session: Session) -> list[tuple[Kind, str]]:
    return [(one.kind, one.label) for one in deployment.server.authenticators(session)]


def test_a_passkey_may_be_the_only_factor(deployment: Deployment) -> None:
    """It is the account's first factor, so it brings recovery codes; the first login needs it."""
    holder = PasskeyHolder(SeededRandomness(19))
    codes = deployment.add_passkey(deployment.begin(), holder, label="my laptop")
    assert len(codes) == deployment.policy.recovery_codes
    pending = deployment.begin()
    assert (pending.permits, pending.accepts) == (Permit.CODE, (Kind.PASSKEY,))
    assert reason(deployment.server.finish_login, pending, "123456") is Reason.NOT_ENROLLED
    assert deployment.count() == 0
    session = deployment.server.finish_passkey_login(pending, deployment.answer(pending, holder))
    assert kinds(deployment, session) == [(Kind.PASSKEY, "my laptop")]
    first = [line.event for line in deployment.server.audit_log()][2:4]
    assert first == ["enrolment started", "factor bound"]
    assert [one.event for one in deployment.server.notifications(session)] == ["factor bound"]


def test_a_passkey_is_added_beside_the_app(enrolled: Deployment) -> None:
    """A session adds it and keeps the app; other sessions and open steps end; no new recovery codes come."""
    other, session, pending = enrolled.log_in(), enrolled.log_in(), enrolled.begin()
    assert list(enrolled.add_passkey(session, PasskeyHolder(SeededRandomness(19)), label="key")) == []
    assert kinds(enrolled, session) == [(Kind.TOTP, ""), (Kind.PASSKEY, "key")]
    assert reason(enrolled.server.check_session, other) is Reason.UNKNOWN_SESSION
    assert reason(enrolled.server.start_passkey_login, pending) is Reason.CONSUMED_PENDING
    assert enrolled.log_in()


def test_the_last_use_is_listed(deployment: Deployment) -> None:
    """In Unix seconds; before the first login it is the registration."""
    holder = PasskeyHolder(SeededRandomness(19))
    deployment.add_passkey(deployment.begin(), holder)
    made = deployment.clock.now()
    for _ in range(2):
        deployment.clock.advance(100)
        (one,) = deployment.server.authenticators(deployment.passkey_login(holder))
        assert (one.created_at, one.used_at) == (made, deployment.clock.now())


def test_options_are_what_a_browser_reads(enrolled: Deployment) -> None:
    """RP ID, a random user handle that stays the same, three algorithms, no attestation, passkeys that are known."""
    session = enrolled.log_in()
    options = enrolled.server.start_passkey(session).options
    assert options["rp"] == {"id": PARTY.id, "name": "mfa-lab"}
    assert [one["alg"] for one in options["pubKeyCredParams"]] == [-7, -8, -257]
    assert (options["attestation"], options["excludeCredentials"]) == ("none", [])
    handle = options["user"]["id"]
    assert (len(decoded(handle)), options["user"]["name"]) == (32, NAME)
    assert enrolled.rows("SELECT id FROM accounts") != [(handle,)]
    holder = PasskeyHolder(SeededRandomness(19))
    enrolled.add_passkey(session, holder)
    again = enrolled.server.start_passkey(enrolled.passkey_login(holder)).options
    assert again["user"]["id"] == handle
    assert [decoded(one["id"]) for one in again["excludeCredentials"]] == [holder.passkeys[0].credential_id]
    with pytest.raises(CeremonyRefused) as caught:
        Browser(ORIGIN).create(again, holder)
    assert caught.value.name == "InvalidStateError"


def test_an_offer_is_used_once(enrolled: Deployment) -> None:
    """A rejected response ends it, and so does an accepted one. A token of another kind of offer is unknown."""
    session = enrolled.log_in()
    creation = enrolled.server.start_passkey(session)
    response = Browser(ORIGIN).create(creation.options, PasskeyHolder(SeededRandomness(19)))
    with pytest.raises(AccessDenied, match=PUBLIC_MESSAGE):
        enrolled.server.confirm_passkey(creation, "{}")
    assert reason(enrolled.server.confirm_passkey, creation, response) is Reason.CONSUMED_PENDING
    creation, other = enrolled.server.start_passkey(session), enrolled.server.start_passkey(session)
    response = Browser(ORIGIN).create(creation.options, PasskeyHolder(SeededRandomness(20)))
    assert reason(enrolled.server.confirm_passkey, other, response) is Reason.PASSKEY_CHALLENGE
    enrolment = enrolled.server.start_enrolment(session)
    as_app = Enrolment(creation.token, 0, enrolment.account)
    assert reason(enrolled.server.confirm_enrolment, as_app, enrolled.phone.code()) is Reason.UNKNOWN_PENDING
    as_passkey = PasskeyCreation(enrolment.token, 0, {})
    assert reason(enrolled.server.confirm_passkey, as_passkey, response) is Reason.UNKNOWN_PENDING
    enrolled.clock.advance(enrolled.policy.enrolment_seconds)
    assert reason(enrolled.server.confirm_passkey, creation, response) is Reason.EXPIRED_PENDING


def test_a_session_that_ended_confirms_nothing(enrolled: Deployment) -> None:
    """The offer ends with the session that began it."""
    session = enrolled.log_in()
    creation = enrolled.server.start_passkey(session)
    enrolled.server.log_out(session)
    response = Browser(ORIGIN).create(creation.options, PasskeyHolder(SeededRandomness(19)))
    assert reason(enrolled.server.confirm_passkey, creation, response) is Reason.UNKNOWN_SESSION


def test_permits_are_those_of_an_app(enrolled: Deployment) -> None:
    """Not a pending login that has a factor, not a session that is old; a recovery replaces every factor."""
    assert reason(enrolled.server.start_passkey, enrolled.begin()) is Reason.NOT_PERMITTED
    session = enrolled.log_in()
    enrolled.clock.advance(enrolled.policy.fresh_session_seconds)
    assert reason(enrolled.server.start_passkey, session) is Reason.STALE_SESSION
    lost = owner(enrolled)
    recovery = enrolled.server.recover(enrolled.begin(), enrolled.codes[0])
    holder = PasskeyHolder(SeededRandomness(20))
    assert list(enrolled.add_passkey(recovery.pending, holder)) == []
    assert kinds(enrolled, enrolled.passkey_login(holder)) == [(Kind.PASSKEY, "")]
    pending = enrolled.begin()
    options = enrolled.server.start_passkey_login(pending) | {"allowCredentials": []}
    old = Browser(ORIGIN).get(options, lost)
    assert reason(enrolled.server.finish_passkey_login, pending, old) is Reason.PASSKEY_UNKNOWN


def test_the_last_authenticator_that_the_policy_accepts_stays(enrolled: Deployment) -> None:
    """One of a kind that the policy no longer accepts cannot complete a login, so it does not count."""
    holder = owner(enrolled)
    enrolled.open(replace(EXPLAINING, authenticators=0))
    session = enrolled.passkey_login(holder)
    app, passkey = enrolled.server.authenticators(session)
    assert reason(enrolled.server.revoke, session, passkey.id) is Reason.NOT_PERMITTED
    enrolled.server.revoke(session, app.id)
    assert enrolled.passkey_login(holder)


def test_the_first_factor_is_checked_again_at_the_end(deployment: Deployment) -> None:
    """Two windows offer the first factor: a passkey and an app. One of them gets it."""
    first, second = deployment.begin(), deployment.begin()
    creation = deployment.server.start_passkey(first)
    enrolment = deployment.server.start_enrolment(second)
    deployment.phone.add(enrolment.uri)
    assert deployment.server.confirm_enrolment(enrolment, deployment.phone.code())
    deployment.tamper("UPDATE enrolments SET ended = NULL")  # as if they did not end each other
    response = Browser(ORIGIN).create(creation.options, PasskeyHolder(SeededRandomness(19)))
    assert reason(deployment.server.confirm_passkey, creation, response) is Reason.NOT_PERMITTED


def test_there_is_a_limit_of_passkeys(enrolled: Deployment) -> None:
    """`Policy.passkeys`, checked at the offer and again at the end. It says nothing about apps."""
    enrolled.open(replace(EXPLAINING, passkeys=2, authenticators=1))
    holders = [PasskeyHolder(SeededRandomness(seed)) for seed in range(3)]
    enrolled.add_passkey(enrolled.log_in(), holders[0])
    session = enrolled.passkey_login(holders[0])
    creation = enrolled.server.start_passkey(session)
    enrolled.add_passkey(session, holders[1])
    assert reason(enrolled.server.start_passkey, session) is Reason.NOT_PERMITTED
    enrolled.tamper("UPDATE enrolments SET ended = NULL WHERE ended = 'superseded'")
    late = Browser(ORIGIN).create(creation.options, holders[2])
    assert reason(enrolled.server.confirm_passkey, creation, late) is Reason.NOT_PERMITTED
    assert enrolled.server.start_passkey(session, replace=True)
    enrolled.open(replace(EXPLAINING, passkeys=0))
    assert reason(enrolled.server.start_passkey, enrolled.log_in()) is Reason.NOT_PERMITTED


def test_replacing_ends_factors_of_the_same_kind(enrolled: Deployment) -> None:
    """A new app keeps the passkeys, a passkey that replaces keeps the app, and what ended never comes back."""
    lost = owner(enrolled)
    session = enrolled.passkey_login(lost)
    enrolment = enrolled.server.start_enrolment(session, label="new app")
    enrolled.phone.add(enrolment.uri)
    enrolled.clock.advance(30)
    enrolled.server.confirm_enrolment(enrolment, enrolled.phone.code())
    assert kinds(enrolled, session) == [(Kind.PASSKEY, ""), (Kind.TOTP, "new app")]
    holder = PasskeyHolder(SeededRandomness(20))
    enrolled.clock.advance(1)
    enrolled.add_passkey(session, holder, label="new", replace=True)
    assert kinds(enrolled, session) == [(Kind.TOTP, "new app"), (Kind.PASSKEY, "new")]
    assert enrolled.rows("SELECT count(*) FROM passkeys") == [(1,)]
    assert enrolled.passkey_login(holder)
    assert enrolled.log_in()


def test_a_passkey_is_revoked(enrolled: Deployment) -> None:
    """Its key is erased and every other session ends; the last authenticator stays (ASVS-6.5.6)."""
    holder = owner(enrolled)
    other, session = enrolled.passkey_login(holder), enrolled.passkey_login(holder)
    app, passkey = enrolled.server.authenticators(session)
    enrolled.server.revoke(session, app.id)
    assert reason(enrolled.server.revoke, session, passkey.id) is Reason.NOT_PERMITTED
    assert reason(enrolled.server.check_session, other) is Reason.UNKNOWN_SESSION
    second = PasskeyHolder(SeededRandomness(20))
    enrolled.add_passkey(session, second)
    enrolled.server.revoke(session, passkey.id)
    assert enrolled.rows("SELECT count(*) FROM passkeys") == [(1,)]
    pending = enrolled.begin()
    options = enrolled.server.start_passkey_login(pending) | {"allowCredentials": []}
    removed = Browser(ORIGIN).get(options, holder)
    assert reason(enrolled.server.finish_passkey_login, pending, removed) is Reason.PASSKEY_UNKNOWN
    assert enrolled.passkey_login(second)


def test_a_reset_ends_passkeys_too(enrolled: Deployment) -> None:
    """The administrator's last resort; the next correct password enrols again."""
    holder = owner(enrolled)
    enrolled.server.reset_factors(NAME)
    assert enrolled.rows("SELECT count(*) FROM passkeys") == [(0,)]
    assert enrolled.begin().permits is Permit.FIRST_FACTOR
    holder.forget(holder.passkeys[0].credential_id)
    assert len(enrolled.add_passkey(enrolled.begin(), holder)) == enrolled.policy.recovery_codes


CHANGES: dict[str, Callable[[Deployment, Session], object]] = {
    "enrol a passkey": lambda here, session: here.server.start_passkey(session),
    "replace the passkeys": lambda here, session: here.server.start_passkey(session, replace=True),
    "enrol an app": lambda here, session: here.server.start_enrolment(session, further=True),
    "replace the app": lambda here, session: here.server.start_enrolment(session),
    "revoke a factor": lambda here, session: here.server.revoke(session, here.server.authenticators(session)[1].id),
    "issue recovery codes": lambda here, session: here.server.issue_recovery_codes(session),
    "change the password": lambda here, session: here.server.change_password(session, PASSWORD, WRONG),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_phished_session_changes_nothing_once_there_is_a_passkey(what: str, enrolled: Deployment) -> None:
    """The attacker relayed a code. Without a passkey that session may do it; with one, only a passkey's may."""
    holder = owner(enrolled)
    phished = enrolled.log_in()
    before = enrolled.rows("SELECT id, state FROM factors"), enrolled.rows("SELECT id, encoded FROM recovery_codes")
    assert reason(CHANGES[what], enrolled, phished) is Reason.NOT_PHISHING_RESISTANT
    now = enrolled.rows("SELECT id, state FROM factors"), enrolled.rows("SELECT id, encoded FROM recovery_codes")
    assert now == before
    CHANGES[what](enrolled, enrolled.passkey_login(holder))


def test_an_application_can_ask_before_it_offers_a_change(enrolled: Deployment) -> None:
    """`needs_passkey` says what the changes would say: not without a passkey, and not in a passkey's own session."""
    assert not enrolled.server.needs_passkey(enrolled.log_in())
    holder = owner(enrolled)
    assert enrolled.server.needs_passkey(enrolled.log_in())
    session = enrolled.passkey_login(holder)
    assert not enrolled.server.needs_passkey(session)
    enrolled.server.log_out(session)
    assert reason(enrolled.server.needs_passkey, session) is Reason.UNKNOWN_SESSION
    enrolled.open(replace(EXPLAINING, passkeys=0))
    assert not enrolled.server.needs_passkey(enrolled.log_in())


def test_an_offer_of_a_phished_session_ends_with_the_first_passkey(enrolled: Deployment) -> None:
    """It began before there was a passkey. The owner's registration ends it, and the phished session too."""
    phished = enrolled.log_in()
    creation = enrolled.server.start_passkey(phished)
    attackers = Browser(ORIGIN).create(creation.options, PasskeyHolder(SeededRandomness(66)))
    owner(enrolled)
    assert reason(enrolled.server.confirm_passkey, creation, attackers) is Reason.CONSUMED_PENDING
    assert reason(enrolled.server.check_session, phished) is Reason.UNKNOWN_SESSION


def test_a_policy_without_passkeys_demands_none(enrolled: Deployment) -> None:
    """Otherwise nobody with a passkey from earlier days could change a factor."""
    owner(enrolled)
    enrolled.open(replace(EXPLAINING, passkeys=0))
    assert enrolled.server.issue_recovery_codes(enrolled.log_in())


def test_a_code_for_an_account_with_a_passkey_is_for_the_policy_to_allow(enrolled: Deployment) -> None:
    """Downgrade: while a code is accepted, a phishing page asks for the code. The policy decides, not the page."""
    holder = owner(enrolled)
    assert enrolled.log_in()
    enrolled.open(replace(EXPLAINING, code_allowed_with_passkey=False))
    enrolled.clock.advance(30)
    assert reason(enrolled.server.finish_login, enrolled.begin(), enrolled.phone.code()) is Reason.CODE_NOT_ALLOWED
    assert enrolled.count() == 0
    session = enrolled.passkey_login(holder)
    enrolled.server.revoke(session, enrolled.server.authenticators(session)[1].id)
    assert enrolled.log_in()


def test_resynchronising_needs_an_app(deployment: Deployment) -> None:
    """An account that has only a passkey has no clock to set, and nothing is counted."""
    codes = deployment.add_passkey(deployment.begin(), PasskeyHolder(SeededRandomness(19)))
    recovery = deployment.server.recover(deployment.begin(), codes[0])
    assert reason(deployment.server.resynchronise, recovery.pending, "123456", "654321") is Reason.NOT_ENROLLED
    assert deployment.count() == 0


def test_one_credential_id_is_one_passkey(enrolled: Deployment) -> None:
    """Over all accounts: else a second registration could take the passkey over."""
    holder = owner(enrolled)
    holder.misbehaves.add(Misbehaviour.REPEATS_IDS)
    enrolled.server.register(BOB, PASSWORD)
    pending = enrolled.begin(BOB)
    refused(enrolled.add_passkey, pending, holder)
    holder.misbehaves.clear()
    holder.passkeys = holder.passkeys[:1]
    assert enrolled.passkey_login(holder).name == NAME


def test_labels_are_checked(deployment: Deployment) -> None:
    """As an app's."""
    with pytest.raises(InvalidInput):
        deployment.server.start_passkey(deployment.begin(), label="x" * 65)
    with pytest.raises(InvalidInput, match="PasskeyCreation"):
        deployment.server.confirm_passkey("a token", {})  # type: ignore[arg-type]
