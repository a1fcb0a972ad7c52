"""Binding an authenticator: inert until confirmed; the first one by password, any other by more."""

import re
from dataclasses import replace

import pyotp
import pytest

from mfa_lab import AccessDenied, MfaServer, Phone, SeededRandomness
from mfa_lab.errors import InvalidInput, Reason
from mfa_lab.redaction import Redacted
from mfa_lab.server.factors import recovery_codes
from mfa_lab.server.records import Enrolment, RecoveryCodes
from tests.server.kit import EXPLAINING, NAME, NEVER_WAITS, PASSWORD, Deployment, reason, together


def offer(deployment: Deployment, permit: object = None) -> Enrolment:
    """A started enrolment that the phone has already read."""
    enrolment = deployment.server.start_enrolment(permit or deployment.begin())  # type: ignore[arg-type]
    deployment.phone.add(enrolment.uri)
    deployment.secret = enrolment.account.secret.reveal()
    return enrolment


def test_it_is_inert_until_confirmed(deployment: Deployment) -> None:
    """An offered secret opens nothing: the account still has no factor, and a new offer has a new secret."""
    first = offer(deployment)
    assert deployment.rows("SELECT count(*) FROM factors") == [(0,)]
    assert reason(deployment.server.finish_login, deployment.begin(), deployment.phone.code()) is Reason.NOT_ENROLLED
    assert offer(deployment).setup_key != first.setup_key


def test_picture_uri_and_setup_key_carry_one_secret(deployment: Deployment) -> None:
    """160 bits (RFC4226-R6), the same by any of three ways; `repr` and the SVG's text show none of it."""
    enrolment = deployment.server.start_enrolment(deployment.begin())
    secret = enrolment.setup_key.replace(" ", "")
    assert re.fullmatch("[A-Z2-7]{32}", secret)
    assert pyotp.parse_uri(enrolment.uri).secret == secret
    scanned, added = Phone(clock=deployment.clock), Phone(clock=deployment.clock)
    assert scanned.scan(enrolment.qr_png()) == added.add(enrolment.uri) == f"mfa-lab: {NAME}"
    assert scanned.code() == added.code()
    assert secret not in repr(enrolment) + str(enrolment) + enrolment.qr_svg()


@pytest.mark.parametrize(("seconds", "expected"), [(899, None), (900, Reason.EXPIRED_PENDING)])
def test_fifteen_minutes_end_it(seconds: int, expected: Reason | None, deployment: Deployment) -> None:
    """Its own time, longer than the pending login's: finding the app in a shop takes a while."""
    enrolment = offer(deployment)
    deployment.clock.advance(seconds)
    if expected is None:
        deployment.server.confirm_enrolment(enrolment, deployment.phone.code())
    else:
        assert reason(deployment.server.confirm_enrolment, enrolment, deployment.phone.code()) is expected
        assert deployment.rows("SELECT count(*) FROM factors") == [(0,)]


def test_five_wrong_codes_end_it(deployment: Deployment) -> None:
    """Four are forgiven; after the fifth not even the right one binds. The account itself is not charged."""
    enrolment = offer(deployment)
    for _ in range(5):
        assert reason(deployment.server.confirm_enrolment, enrolment, deployment.wrong_code()) is Reason.NO_MATCH
    assert reason(deployment.server.confirm_enrolment, enrolment, deployment.phone.code()) is Reason.CONSUMED_PENDING
    assert deployment.count() == 0
    enrolment = offer(deployment)
    for _ in range(4):
        reason(deployment.server.confirm_enrolment, enrolment, deployment.wrong_code())
    deployment.server.confirm_enrolment(enrolment, deployment.phone.code())


def test_a_first_factor_brings_a_set_of_recovery_codes(deployment: Deployment) -> None:
    """Ten, shown once; with a later factor none, for the earlier ones hold."""
    codes = deployment.server.confirm_enrolment(offer(deployment), deployment.phone.code())
    assert len(codes) == len(set(codes)) == 10
    again = deployment.server.confirm_enrolment(offer(deployment, deployment.log_in()), deployment.phone.code())
    assert list(again) == []
    deployment.server.recover(deployment.begin(), codes[0])


def test_a_pending_login_enrols_the_first_factor_only(enrolled: Deployment) -> None:
    """Who has only the password cannot add an authenticator to an account that has one, disabled or not."""
    assert reason(enrolled.server.start_enrolment, enrolled.begin()) is Reason.NOT_PERMITTED
    enrolled.tamper("UPDATE factors SET state = 'disabled'")
    assert reason(enrolled.server.start_enrolment, enrolled.begin()) is Reason.NOT_PERMITTED


def test_success_ends_every_other_pending_login_and_enrolment(deployment: Deployment) -> None:
    """Anyone who came with the same password stays outside."""
    theirs, open_door = offer(deployment), deployment.begin()
    their_phone_code = deployment.phone.code()
    mine = offer(deployment)
    deployment.server.confirm_enrolment(mine, deployment.phone.code())
    assert reason(deployment.server.confirm_enrolment, theirs, their_phone_code) is Reason.CONSUMED_PENDING
    assert reason(deployment.server.start_enrolment, open_door) is Reason.CONSUMED_PENDING
    assert reason(deployment.server.confirm_enrolment, mine, deployment.phone.code()) is Reason.CONSUMED_PENDING
    assert deployment.rows("SELECT count(*) FROM enrolments WHERE ended IS NULL") == [(0,)]
    assert deployment.rows("SELECT count(*) FROM pendings WHERE ended IS NULL") == [(0,)]


def test_the_race_for_the_first_factor_has_one_winner(deployment: Deployment) -> None:
    """Two pending logins, two enrolments, both confirmed at the same moment: exactly one binds."""
    phones, calls = [], []
    for _ in range(4):
        phone = Phone(clock=deployment.clock)
        enrolment = deployment.server.start_enrolment(deployment.begin())
        phone.add(enrolment.uri)
        phones.append(phone)
        calls.append(
            lambda enrolment=enrolment, phone=phone: deployment.server.confirm_enrolment(enrolment, phone.code())
        )
    answers = together(*calls)
    bound = [index for index, answer in enumerate(answers) if isinstance(answer, RecoveryCodes)]
    others = [answer for answer in answers if isinstance(answer, AccessDenied)]
    assert (len(bound), len(others)) == (1, 3)
    assert {answer.trace.reason for answer in others if answer.trace} == {Reason.CONSUMED_PENDING}
    assert deployment.rows("SELECT count(*) FROM factors") == [(1,)]
    assert deployment.rows("SELECT count(*) FROM recovery_codes") == [(10,)]
    deployment.clock.advance(30)
    deployment.server.finish_login(deployment.begin(), phones[bound[0]].code())


def test_that_there_is_still_none_is_checked_at_the_end(deployment: Deployment) -> None:
    """Even where nothing ended it, an enrolment for a first factor binds none where one exists by now."""
    pending = deployment.begin()
    enrolment = offer(deployment, pending)
    deployment.tamper(
        "INSERT INTO factors SELECT 'f' || factor_id, account_id, 'active', sealed_secret, key_id, digits,"
        " period_seconds, algorithm, 0, 0, 0, 0, 0, '', 'totp' FROM enrolments"
    )
    assert reason(deployment.server.confirm_enrolment, enrolment, deployment.phone.code()) is Reason.NOT_PERMITTED
    assert reason(deployment.server.start_enrolment, pending) is Reason.NOT_PERMITTED
    assert deployment.rows("SELECT count(*) FROM factors") == [(1,)]


def test_a_further_factor_needs_a_fresh_session(enrolled: Deployment) -> None:
    """ASVS-7.5.1: a fresh session replaces the factor; the old phone's codes are dead, open steps are ended."""
    session, waiting = enrolled.log_in(), enrolled.begin()
    old_code = enrolled.phone.next_code()
    enrolment = offer(enrolled, session)
    enrolled.server.confirm_enrolment(enrolment, enrolled.phone.code())
    enrolled.clock.advance(30)
    assert reason(enrolled.server.finish_login, waiting, old_code) is Reason.CONSUMED_PENDING
    assert reason(enrolled.server.finish_login, enrolled.begin(), old_code) is Reason.NO_MATCH
    enrolled.server.finish_login(enrolled.begin(), enrolled.phone.code())
    enrolled.server.check_session(session)


@pytest.mark.parametrize("meanwhile", ["log out", "idle", "rebind"])
def test_an_enrolment_dies_with_its_session(meanwhile: str, enrolled: Deployment) -> None:
    """A session that ended before the code was typed binds nothing."""
    session = enrolled.log_in()
    enrolled.open(replace(EXPLAINING, session_idle_seconds=60))
    enrolment = offer(enrolled, session)
    if meanwhile == "log out":
        enrolled.server.log_out(session)
    elif meanwhile == "idle":
        enrolled.clock.advance(60)
    else:
        enrolled.server.reset_factors(NAME)
    expected = {"log out": Reason.UNKNOWN_SESSION, "idle": Reason.STALE_SESSION, "rebind": Reason.CONSUMED_PENDING}
    assert reason(enrolled.server.confirm_enrolment, enrolment, enrolled.phone.code()) is expected[meanwhile]


def test_reset_closes_everything_and_opens_enrolment(enrolled: Deployment) -> None:
    """ASVS-6.5.6: factor, sessions, codes and open steps end; the next correct password enrols; the owner is told."""
    session, pending = enrolled.log_in(), enrolled.begin()
    enrolled.server.reset_factors(NAME.upper())
    assert reason(enrolled.server.check_session, session) is Reason.UNKNOWN_SESSION
    assert reason(enrolled.server.finish_login, pending, enrolled.phone.next_code()) is Reason.CONSUMED_PENDING
    assert reason(enrolled.server.recover, enrolled.begin(), enrolled.codes[0]) is Reason.NOT_ENROLLED
    codes = enrolled.server.confirm_enrolment(offer(enrolled), enrolled.phone.code())
    assert len(codes) == 10
    assert reason(enrolled.server.recover, enrolled.begin(), enrolled.codes[0]) is Reason.WRONG_RECOVERY_CODE
    events = [notification.event for notification in enrolled.server.notifications(enrolled.log_in())]
    assert "rebound by an administrator" in events


@pytest.mark.parametrize("name", ["nobody@example.org", "", None, "\ud800", 7])
def test_resetting_nobody_says_so(name: object, enrolled: Deployment) -> None:
    """An operator's mistake is told to the operator, and changes nothing."""
    before = enrolled.dump()
    with pytest.raises(InvalidInput, match="no account has this name"):
        enrolled.server.reset_factors(name)  # type: ignore[arg-type]
    assert enrolled.dump() == before


def test_a_consumed_enrolment_costs_the_server_no_hash(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten Argon2 hashes for each call would let one pending login keep a server busy."""
    enrolment = offer(deployment)
    for _ in range(5):
        reason(deployment.server.confirm_enrolment, enrolment, deployment.wrong_code())
    made = []
    issue = recovery_codes.issue
    monkeypatch.setattr(recovery_codes, "issue", lambda *arguments: made.append(1) or issue(*arguments))
    assert reason(deployment.server.confirm_enrolment, enrolment, deployment.phone.code()) is Reason.CONSUMED_PENDING
    forged = replace(enrolment, token=Redacted("forged"))
    assert reason(deployment.server.confirm_enrolment, forged, deployment.phone.code()) is Reason.UNKNOWN_PENDING
    assert made == []


def test_what_a_client_claims_about_an_enrolment_counts_for_nothing(deployment: Deployment) -> None:
    """The secret that is bound is the server's encrypted copy: a client cannot smuggle its own in."""
    enrolment, mine = offer(deployment), offer(deployment)
    smuggled = replace(enrolment, account=mine.account)
    assert reason(deployment.server.confirm_enrolment, smuggled, deployment.phone.code()) is Reason.NO_MATCH


def test_a_seeded_class_sees_the_same_secrets_but_never_the_same_tokens_in_a_file(deployment: Deployment) -> None:
    """Secrets may be seeded for a lesson; tokens, keys and nonces of a file come from the system
    (ASVS-6.5.3).
    """
    made = []
    for _ in range(2):
        server = MfaServer(
            deployment.url,
            clock=deployment.clock,
            policy=NEVER_WAITS,
            key=bytes(range(32)),
            randomness=SeededRandomness(1),
        )
        pending = server.begin_login(NAME, PASSWORD)
        enrolment = server.start_enrolment(pending)
        made.append((enrolment.setup_key, enrolment.token.reveal(), pending.token.reveal()))
    assert made[0][0] == made[1][0]
    assert len({token for _, *tokens in made for token in tokens}) == 4
    encrypted = deployment.rows("SELECT sealed_secret FROM enrolments")
    assert encrypted[0] != encrypted[1]


def test_a_replaced_factor_ends_the_other_sessions(enrolled: Deployment) -> None:
    """Anyone who changes the factor stays in; all other sessions, a thief's too, end (ASVS-7.4.3, ASVS-7.5.1)."""
    other, own = enrolled.log_in(), enrolled.log_in()
    enrolment = enrolled.server.start_enrolment(own)
    enrolled.phone.add(enrolment.uri)
    enrolled.server.confirm_enrolment(enrolment, enrolled.phone.code())
    assert enrolled.server.check_session(own).name == NAME
    assert reason(enrolled.server.check_session, other) is Reason.UNKNOWN_SESSION


def test_a_replaced_factor_leaves_no_secret(enrolled: Deployment) -> None:
    """The file keeps the row of an unused authenticator, and not the encrypted secret."""
    enrolled.server.reset_factors(NAME)
    assert enrolled.rows("SELECT state, length(sealed_secret) FROM factors") == [("replaced", 0)]


def test_a_wrong_first_code_costs_no_recovery_hashes(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ten slow hashes are made only for a code that is right at that moment."""
    enrolment = deployment.server.start_enrolment(deployment.begin())
    issued: list[object] = []
    monkeypatch.setattr(recovery_codes, "issue", lambda *given: issued.append(given))
    for code in ("", "12345", "000000"):
        assert reason(deployment.server.confirm_enrolment, enrolment, code)
    assert issued == []
