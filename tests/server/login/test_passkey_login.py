"""A login with a passkey: what it grants, what a rejection costs, and that one response grants one session."""

from __future__ import annotations

import json
import multiprocessing
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mfa_lab import AccessDenied, ManualClock, MfaServer, SeededRandomness
from mfa_lab.errors import LOGIN_OVER, CeremonyRefused, InvalidInput, LoginOver, Reason, StepDone
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import Misbehaviour, PasskeyHolder
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import Kind, PendingLogin, Permit
from tests.needs import requires_semaphores
from tests.server.kit import (
    EXPLAINING,
    KEY,
    NAME,
    NEVER_WAITS,
    ORIGIN,
    PARTY,
    PASSWORD,
    Deployment,
    reason,
    refused,
    together,
)
from tests.server.passkeys import AT_LOGIN, decoded, owner

SPAWN = multiprocessing.get_context("spawn")


def test_a_session_says_how_it_was_made(enrolled: Deployment) -> None:
    """RFC 8176: a password and a code, or a key that is synced or not; only a key resists phishing (NIST-3.2.5)."""
    code = enrolled.log_in()
    assert (code.methods, code.phishing_resistant) == (("pwd", "otp", "mfa"), False)
    for synced, key in ((True, "swk"), (False, "hwk")):
        holder = PasskeyHolder(SeededRandomness(19), synced=synced)
        enrolled.server.reset_factors(NAME)
        enrolled.add_passkey(enrolled.begin(), holder)
        session = enrolled.passkey_login(holder)
        assert (session.methods, session.phishing_resistant) == (("pwd", key, "user", "mfa"), True)
        known = enrolled.server.check_session(
            replace(code, token=session.token)
        )  # a client's claim counts for nothing
        assert (known.methods, known.created_at) == (session.methods, enrolled.clock.now())


@pytest.mark.parametrize("why", AT_LOGIN)
def test_a_rejected_response_ends_this_login_and_nothing_else(why: Reason, enrolled: Deployment) -> None:
    """One sentence for every rejection. No count goes up, no wait begins: nobody locks the owner out."""
    call = AT_LOGIN[why](enrolled)
    now_there = "SELECT state FROM factors UNION ALL SELECT token_hash FROM sessions"
    before = enrolled.count(), enrolled.rows(now_there)
    with pytest.raises(AccessDenied) as caught:
        call()
    assert (type(caught.value), str(caught.value)) == (LoginOver, LOGIN_OVER)
    assert caught.value.trace is not None
    assert caught.value.trace.reason is why
    assert enrolled.server.audit_log()[-1].reason == why
    assert reason(call) is Reason.CONSUMED_PENDING
    assert before == (enrolled.count(), enrolled.rows(now_there))
    enrolled.open()
    enrolled.log_in()


def test_wrong_codes_hold_no_passkey_up(tmp_path: Path) -> None:
    """Somebody who knows the password can disable the app and make codes wait, but the passkey stays."""
    enrolled = Deployment(tmp_path, replace(EXPLAINING, disable_after_failures=3))
    enrolled.enrol()
    holder = owner(enrolled)
    for _ in range(3):
        refused(enrolled.server.finish_login, enrolled.begin(), enrolled.wrong_code())
    assert reason(enrolled.server.finish_login, enrolled.begin(), enrolled.phone.code()) is Reason.DISABLED
    session = enrolled.passkey_login(holder)
    assert enrolled.count() == 3  # a login with the passkey gives a guesser of codes no fresh count
    assert [one.kind for one in enrolled.server.authenticators(session)] == [Kind.PASSKEY]


def test_the_owner_is_notified_of_a_rejected_response(enrolled: Deployment) -> None:
    """ASVS-6.3.5, at most once an hour: a flood of mail would hide the one that counts."""
    owner(enrolled)
    for _ in range(3):
        pending = enrolled.begin()
        enrolled.server.start_passkey_login(pending)
        refused(enrolled.server.finish_passkey_login, pending, "{}")
    told = "SELECT count(*) FROM notices WHERE event = 'passkey refused'"
    assert enrolled.rows(told) == [(1,)]
    enrolled.clock.advance(3600)
    refused(enrolled.server.finish_passkey_login, enrolled.begin(), "{}")
    assert enrolled.rows(told) == [(2,)]


def test_a_challenge_is_new_each_time_and_stored_hashed(enrolled: Deployment) -> None:
    """ASVS-6.7.2: 256 bits, of which the file holds only the SHA-256; it ends with its pending login."""
    holder = owner(enrolled)
    pending = enrolled.begin()
    given = [enrolled.server.start_passkey_login(pending)["challenge"] for _ in range(3)]
    assert len({*given}) == 3
    assert {len(decoded(one)) for one in given} == {32}
    stored = enrolled.dump()
    assert not any(one in stored or decoded(one).hex() in stored.lower() for one in given)
    other = enrolled.begin()
    response = enrolled.answer(other, holder)
    assert reason(enrolled.server.finish_passkey_login, pending, response) is Reason.PASSKEY_CHALLENGE
    enrolled.clock.advance(enrolled.policy.pending_seconds)
    assert reason(enrolled.server.finish_passkey_login, other, response) is Reason.EXPIRED_PENDING
    never_asked = enrolled.begin()
    assert reason(enrolled.server.finish_passkey_login, never_asked, response) is Reason.PASSKEY_CHALLENGE


def test_a_used_response_opens_nothing(enrolled: Deployment) -> None:
    """The second click hears that the step is done; another login hears nothing of it."""
    holder = owner(enrolled)
    pending = enrolled.begin()
    response = enrolled.answer(pending, holder)
    enrolled.server.finish_passkey_login(pending, response)
    with pytest.raises(StepDone):
        enrolled.server.finish_passkey_login(pending, response)
    assert reason(enrolled.server.finish_passkey_login, enrolled.begin(), response) is Reason.PASSKEY_CHALLENGE


def test_the_login_says_what_can_complete_it(enrolled: Deployment) -> None:
    """The application offers these, the passkey first. After a wrong password, nothing is said."""
    assert enrolled.begin().accepts == (Kind.TOTP,)
    holder = owner(enrolled)
    pending = enrolled.begin()
    assert pending.accepts == (Kind.PASSKEY, Kind.TOTP)
    only_its_token = PendingLogin(pending.token, Permit.CODE, 0)
    assert enrolled.server.accepted_kinds(only_its_token) == pending.accepts
    enrolled.server.finish_passkey_login(pending, enrolled.answer(pending, holder))
    assert reason(enrolled.server.accepted_kinds, pending) is Reason.CONSUMED_PENDING
    enrolled.open(replace(EXPLAINING, code_allowed_with_passkey=False))
    assert enrolled.begin().accepts == (Kind.PASSKEY,)
    enrolled.open(replace(EXPLAINING, passkeys=0))
    assert enrolled.begin().accepts == (Kind.TOTP,)
    assert reason(enrolled.server.start_passkey_login, enrolled.begin()) is Reason.NOT_PERMITTED
    enrolled.open(replace(EXPLAINING, authenticators=0))
    assert enrolled.begin().accepts == (Kind.PASSKEY,)
    enrolled.clock.advance(30)
    code = enrolled.phone.code()
    assert reason(enrolled.server.finish_login, enrolled.begin(), code) is Reason.CODE_NOT_ALLOWED
    assert enrolled.count() == 0
    enrolled.passkey_login(holder)


def test_options_name_the_passkeys_of_this_account_alone(enrolled: Deployment) -> None:
    """What a browser needs, and no more. Without a passkey there are no options."""
    assert reason(enrolled.server.start_passkey_login, enrolled.begin()) is Reason.NOT_ENROLLED
    holder = owner(enrolled)
    options = enrolled.server.start_passkey_login(enrolled.begin())
    assert [decoded(one["id"]) for one in options["allowCredentials"]] == [holder.passkeys[0].credential_id]
    assert (options["rpId"], options["userVerification"]) == (PARTY.id, "preferred")
    enrolled.open(replace(EXPLAINING, user_verification="required"))
    assert enrolled.server.start_passkey_login(enrolled.begin())["userVerification"] == "required"


def test_a_response_without_a_user_handle_is_accepted(enrolled: Deployment) -> None:
    """An old security key names nobody; a wrong name is refused."""
    holder = owner(enrolled, discoverable=False)
    assert enrolled.passkey_login(holder)
    holder.misbehaves.add(Misbehaviour.OTHER_USER_HANDLE)
    pending = enrolled.begin()
    answer = enrolled.answer(pending, holder)
    assert reason(enrolled.server.finish_passkey_login, pending, answer) is Reason.PASSKEY_OWNER


def test_the_response_may_be_text(enrolled: Deployment) -> None:
    """A page sends `JSON.stringify(credential)`."""
    holder = owner(enrolled)
    pending = enrolled.begin()
    assert enrolled.server.finish_passkey_login(pending, json.dumps(enrolled.answer(pending, holder)))


def test_a_phishing_page_gets_no_usable_response(enrolled: Deployment) -> None:
    """It relays password and options, and the browser refuses (NIST-2.2.2). A holder that signs all the same
    convinces nobody (NIST-3.2.5).
    """
    holder = owner(enrolled)
    pending = enrolled.begin()
    options = enrolled.server.start_passkey_login(pending)
    phishing = Browser("http://sh0p.localhost:8000")
    with pytest.raises(CeremonyRefused) as caught:
        phishing.get(options, holder)
    assert caught.value.name == "SecurityError"
    with pytest.raises(CeremonyRefused) as caught:
        phishing.get(options | {"rpId": "sh0p.localhost", "allowCredentials": []}, holder)
    assert caught.value.name == "NotAllowedError"
    holder.misbehaves.add(Misbehaviour.SIGNS_FOR_ANY_SITE)
    relayed = phishing.get(options | {"rpId": "sh0p.localhost"}, holder)
    assert reason(enrolled.server.finish_passkey_login, pending, relayed) is Reason.PASSKEY_ORIGIN


def test_a_server_without_a_relying_party_says_so(tmp_path: Path) -> None:
    """That is the programmer's mistake, and no user's."""
    server = MfaServer(policy=EXPLAINING, clock=ManualClock())
    server.register(NAME, PASSWORD)
    pending = server.begin_login(NAME, PASSWORD)
    for call in (
        lambda: server.start_passkey(pending),
        lambda: server.start_passkey_login(pending),
        lambda: server.finish_passkey_login(pending, {}),
    ):
        with pytest.raises(InvalidInput, match="relying_party"):
            call()
    server.close()


def test_threads_with_one_response_get_one_session(enrolled: Deployment) -> None:
    """Eight at the same moment."""
    holder = owner(enrolled)
    pending = enrolled.begin()
    response = enrolled.answer(pending, holder)
    heard = together(*[lambda: enrolled.server.finish_passkey_login(pending, response)] * 8)
    assert Counter(type(one).__name__ for one in heard) == {"Session": 1, "StepDone": 7}


def attempt(url: str, start: Any, orders: Any, heard: Any) -> None:
    """A process with its own server on the shared file. An order is a time, a token and a response."""
    clock = ManualClock()
    server = MfaServer(url, clock=clock, policy=NEVER_WAITS, key=KEY, relying_party=PARTY)
    while (order := orders.get()) is not None:
        now, token, response = order
        clock.set(now)
        start.wait(timeout=60)
        try:
            server.finish_passkey_login(PendingLogin(Redacted(token), Permit.CODE, 0), response)
            heard.put("session")
        except AccessDenied as denied:
            heard.put(str(denied.trace and denied.trace.reason))


@pytest.mark.full
def test_processes_with_one_response_get_one_session(tmp_path: Path) -> None:
    """Eight processes, fifty rounds, a holder that does not count: only the pending login decides."""
    requires_semaphores()
    deployment = Deployment(tmp_path, NEVER_WAITS)
    deployment.enrol()
    holder = owner(deployment)
    start, heard = SPAWN.Barrier(8), SPAWN.Queue()
    orders = [SPAWN.Queue() for _ in range(8)]
    processes = [SPAWN.Process(target=attempt, args=(deployment.url, start, mine, heard)) for mine in orders]
    for one in processes:
        one.start()
    try:
        for _ in range(50):
            pending = deployment.begin()
            response = deployment.answer(pending, holder)
            for mine in orders:
                mine.put((deployment.clock.now(), pending.token.reveal(), response))
            assert Counter(heard.get(timeout=60) for _ in orders) == {"session": 1, "spent pending": 7}
    finally:
        for mine in orders:
            mine.put(None)
        for one in processes:
            one.join(timeout=30)
            one.kill()


def test_no_secret_is_shown(enrolled: Deployment, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in `repr` nor in a log: no token, no challenge, no private key. The file holds only a public key."""
    caplog.set_level("DEBUG")
    holder = owner(enrolled)
    creation = enrolled.server.start_passkey(enrolled.passkey_login(holder))
    pending = enrolled.begin()
    response = enrolled.answer(pending, holder)
    session = enrolled.server.finish_passkey_login(pending, response)
    private = holder.passkeys[0].key.private_numbers().private_value
    hidden = {creation.options["challenge"], *(one.token.reveal() for one in (creation, pending, session))}
    shown = f"{creation!r} {pending!r} {session!r} {holder!r} {holder.passkeys!r} {caplog.text}"
    assert not [text for text in {*hidden, str(private), f"{private:x}"} if text in shown]
    assert f"{private:064x}" not in enrolled.dump().lower()
    assert ORIGIN not in enrolled.dump()
