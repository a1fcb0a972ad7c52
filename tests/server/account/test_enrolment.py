"""Binding an authenticator: inert until confirmed; the first one by password, any other by more."""

import re
from dataclasses import replace

import pyotp
import pytest

from mfa_lab import AccessDenied, MfaServer, Phone, SeededRandomness
from mfa_lab.errors import InvalidInput, Reason
from mfa_lab.redaction import Hidden
from mfa_lab.server.factors import recovery_codes as lookup
from mfa_lab.server.records import Enrolment, RecoveryCodes
from tests.server.kit import CLASS, NAME, PASSWORD, PATIENT, House, reason, together


def offer(house: House, permit: object = None) -> Enrolment:
    """A started enrolment that the phone has already read."""
    enrolment = house.server.start_enrolment(permit or house.begin())  # type: ignore[arg-type]
    house.phone.add(enrolment.uri)
    house.secret = enrolment.account.secret.reveal()
    return enrolment


def test_it_is_inert_until_confirmed(house: House) -> None:
    """An offered secret opens nothing: the account still has no factor, and a new offer has a new secret."""
    first = offer(house)
    assert house.rows("SELECT count(*) FROM factors") == [(0,)]
    assert reason(house.server.finish_login, house.begin(), house.phone.code()) is Reason.NOT_ENROLLED
    assert offer(house).setup_key != first.setup_key


def test_picture_uri_and_setup_key_carry_one_secret(house: House) -> None:
    """160 bits (RFC4226-R6), the same by any of three ways; `repr` and the SVG's text show none of it."""
    enrolment = house.server.start_enrolment(house.begin())
    secret = enrolment.setup_key.replace(" ", "")
    assert re.fullmatch("[A-Z2-7]{32}", secret)
    assert pyotp.parse_uri(enrolment.uri).secret == secret
    scanned, added = Phone(clock=house.clock), Phone(clock=house.clock)
    assert scanned.scan(enrolment.qr_png()) == added.add(enrolment.uri) == f"mfa-lab: {NAME}"
    assert scanned.code() == added.code()
    assert secret not in repr(enrolment) + str(enrolment) + enrolment.qr_svg()


@pytest.mark.parametrize(("seconds", "expected"), [(899, None), (900, Reason.EXPIRED_PENDING)])
def test_fifteen_minutes_end_it(seconds: int, expected: Reason | None, house: House) -> None:
    """Its own time, longer than the pending login's: finding the app in a shop takes a while."""
    enrolment = offer(house)
    house.clock.advance(seconds)
    if expected is None:
        house.server.confirm_enrolment(enrolment, house.phone.code())
    else:
        assert reason(house.server.confirm_enrolment, enrolment, house.phone.code()) is expected
        assert house.rows("SELECT count(*) FROM factors") == [(0,)]


def test_five_wrong_codes_end_it(house: House) -> None:
    """Four are forgiven; after the fifth not even the right one binds. The account itself is not charged."""
    enrolment = offer(house)
    for _ in range(5):
        assert reason(house.server.confirm_enrolment, enrolment, house.wrong_code()) is Reason.NO_MATCH
    assert reason(house.server.confirm_enrolment, enrolment, house.phone.code()) is Reason.SPENT_PENDING
    assert house.count() == 0
    enrolment = offer(house)
    for _ in range(4):
        reason(house.server.confirm_enrolment, enrolment, house.wrong_code())
    house.server.confirm_enrolment(enrolment, house.phone.code())


def test_a_first_factor_brings_a_set_of_recovery_codes(house: House) -> None:
    """Ten, shown once; with a later factor none, for the earlier ones hold."""
    codes = house.server.confirm_enrolment(offer(house), house.phone.code())
    assert len(codes) == len(set(codes)) == 10
    again = house.server.confirm_enrolment(offer(house, house.log_in()), house.phone.code())
    assert list(again) == []
    house.server.recover(house.begin(), codes[0])


def test_a_pending_login_enrols_the_first_factor_only(enrolled: House) -> None:
    """Who has only the password cannot add an authenticator to an account that has one, disabled or not."""
    assert reason(enrolled.server.start_enrolment, enrolled.begin()) is Reason.NOT_PERMITTED
    enrolled.tamper("UPDATE factors SET state = 'disabled'")
    assert reason(enrolled.server.start_enrolment, enrolled.begin()) is Reason.NOT_PERMITTED


def test_success_ends_every_other_pending_login_and_enrolment(house: House) -> None:
    """Whoever stood at the same door with the same password is left outside."""
    theirs, open_door = offer(house), house.begin()
    their_phone_code = house.phone.code()
    mine = offer(house)
    house.server.confirm_enrolment(mine, house.phone.code())
    assert reason(house.server.confirm_enrolment, theirs, their_phone_code) is Reason.SPENT_PENDING
    assert reason(house.server.start_enrolment, open_door) is Reason.SPENT_PENDING
    assert reason(house.server.confirm_enrolment, mine, house.phone.code()) is Reason.SPENT_PENDING
    assert house.rows("SELECT count(*) FROM enrolments WHERE ended IS NULL") == [(0,)]
    assert house.rows("SELECT count(*) FROM pendings WHERE ended IS NULL") == [(0,)]


def test_the_race_for_the_first_factor_has_one_winner(house: House) -> None:
    """Two pending logins, two enrolments, both confirmed at the same moment: exactly one binds."""
    phones, calls = [], []
    for _ in range(4):
        phone = Phone(clock=house.clock)
        enrolment = house.server.start_enrolment(house.begin())
        phone.add(enrolment.uri)
        phones.append(phone)
        calls.append(lambda enrolment=enrolment, phone=phone: house.server.confirm_enrolment(enrolment, phone.code()))
    answers = together(*calls)
    bound = [index for index, answer in enumerate(answers) if isinstance(answer, RecoveryCodes)]
    others = [answer for answer in answers if isinstance(answer, AccessDenied)]
    assert (len(bound), len(others)) == (1, 3)
    assert {answer.trace.reason for answer in others if answer.trace} == {Reason.SPENT_PENDING}
    assert house.rows("SELECT count(*) FROM factors") == [(1,)]
    assert house.rows("SELECT count(*) FROM recovery_codes") == [(10,)]
    house.clock.advance(30)
    house.server.finish_login(house.begin(), phones[bound[0]].code())


def test_that_there_is_still_none_is_checked_at_the_end(house: House) -> None:
    """Even where nothing ended it, an enrolment for a first factor binds none where one exists by now."""
    pending = house.begin()
    enrolment = offer(house, pending)
    house.tamper(
        "INSERT INTO factors SELECT 'f' || factor_id, account_id, 'active', sealed_secret, key_id, digits,"
        " period_seconds, algorithm, 0, 0, 0, 0, 0, '' FROM enrolments"
    )
    assert reason(house.server.confirm_enrolment, enrolment, house.phone.code()) is Reason.NOT_PERMITTED
    assert reason(house.server.start_enrolment, pending) is Reason.NOT_PERMITTED
    assert house.rows("SELECT count(*) FROM factors") == [(1,)]


def test_a_further_factor_needs_a_fresh_session(enrolled: House) -> None:
    """ASVS-7.5.1: a fresh session replaces the factor; the old phone's codes are dead, open steps are ended."""
    session, waiting = enrolled.log_in(), enrolled.begin()
    old_code = enrolled.phone.next_code()
    enrolment = offer(enrolled, session)
    enrolled.server.confirm_enrolment(enrolment, enrolled.phone.code())
    enrolled.clock.advance(30)
    assert reason(enrolled.server.finish_login, waiting, old_code) is Reason.SPENT_PENDING
    assert reason(enrolled.server.finish_login, enrolled.begin(), old_code) is Reason.NO_MATCH
    enrolled.server.finish_login(enrolled.begin(), enrolled.phone.code())
    enrolled.server.check_session(session)


@pytest.mark.parametrize("meanwhile", ["log out", "idle", "rebind"])
def test_an_enrolment_dies_with_its_session(meanwhile: str, enrolled: House) -> None:
    """A session that ended before the code was typed binds nothing."""
    session = enrolled.log_in()
    enrolled.open(replace(CLASS, session_idle_seconds=60))
    enrolment = offer(enrolled, session)
    if meanwhile == "log out":
        enrolled.server.log_out(session)
    elif meanwhile == "idle":
        enrolled.clock.advance(60)
    else:
        enrolled.server.rebind(NAME)
    expected = {"log out": Reason.UNKNOWN_SESSION, "idle": Reason.STALE_SESSION, "rebind": Reason.SPENT_PENDING}
    assert reason(enrolled.server.confirm_enrolment, enrolment, enrolled.phone.code()) is expected[meanwhile]


def test_rebind_closes_everything_and_opens_enrolment(enrolled: House) -> None:
    """ASVS-6.5.6: factor, sessions, codes and open steps end; the next right password enrols; the owner is told."""
    session, pending = enrolled.log_in(), enrolled.begin()
    enrolled.server.rebind(NAME.upper())
    assert reason(enrolled.server.check_session, session) is Reason.UNKNOWN_SESSION
    assert reason(enrolled.server.finish_login, pending, enrolled.phone.next_code()) is Reason.SPENT_PENDING
    assert reason(enrolled.server.recover, enrolled.begin(), enrolled.codes[0]) is Reason.NOT_ENROLLED
    codes = enrolled.server.confirm_enrolment(offer(enrolled), enrolled.phone.code())
    assert len(codes) == 10
    assert reason(enrolled.server.recover, enrolled.begin(), enrolled.codes[0]) is Reason.WRONG_RECOVERY_CODE
    events = [notice.event for notice in enrolled.server.notices(enrolled.log_in())]
    assert "rebound by an administrator" in events


@pytest.mark.parametrize("name", ["nobody@example.org", "", None, "\ud800", 7])
def test_rebinding_nobody_says_so(name: object, enrolled: House) -> None:
    """An operator's mistake is told to the operator, and changes nothing."""
    before = enrolled.dump()
    with pytest.raises(InvalidInput, match="no account has this name"):
        enrolled.server.rebind(name)  # type: ignore[arg-type]
    assert enrolled.dump() == before


def test_a_spent_enrolment_costs_the_server_no_hash(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten Argon2 hashes for each call would let one pending login keep a server busy."""
    enrolment = offer(house)
    for _ in range(5):
        reason(house.server.confirm_enrolment, enrolment, house.wrong_code())
    made = []
    issue = lookup.issue
    monkeypatch.setattr(lookup, "issue", lambda *arguments: made.append(1) or issue(*arguments))
    assert reason(house.server.confirm_enrolment, enrolment, house.phone.code()) is Reason.SPENT_PENDING
    forged = replace(enrolment, token=Hidden("forged"))
    assert reason(house.server.confirm_enrolment, forged, house.phone.code()) is Reason.UNKNOWN_PENDING
    assert made == []


def test_what_a_client_claims_about_an_enrolment_counts_for_nothing(house: House) -> None:
    """The secret that is bound is the server's sealed copy: a client cannot smuggle its own in."""
    enrolment, mine = offer(house), offer(house)
    smuggled = replace(enrolment, account=mine.account)
    assert reason(house.server.confirm_enrolment, smuggled, house.phone.code()) is Reason.NO_MATCH


def test_a_seeded_class_sees_the_same_secrets_but_never_the_same_tokens_in_a_file(house: House) -> None:
    """DESIGN: secrets may be seeded for a lesson; tokens, keys and nonces of a file come from the system
    (ASVS-6.5.3).
    """
    made = []
    for _ in range(2):
        server = MfaServer(
            house.url, clock=house.clock, policy=PATIENT, key=bytes(range(32)), randomness=SeededRandomness(1)
        )
        pending = server.begin_login(NAME, PASSWORD)
        enrolment = server.start_enrolment(pending)
        made.append((enrolment.setup_key, enrolment.token.reveal(), pending.token.reveal()))
    assert made[0][0] == made[1][0]
    assert len({token for _, *tokens in made for token in tokens}) == 4
    sealed = house.rows("SELECT sealed_secret FROM enrolments")
    assert sealed[0] != sealed[1]


def test_a_replaced_factor_ends_the_other_sessions(enrolled: House) -> None:
    """Whoever changes the factor stays in; all other sessions, a thief's too, are over (ASVS-7.5.1)."""
    other, own = enrolled.log_in(), enrolled.log_in()
    enrolment = enrolled.server.start_enrolment(own)
    enrolled.phone.add(enrolment.uri)
    enrolled.server.confirm_enrolment(enrolment, enrolled.phone.code())
    assert enrolled.server.check_session(own).name == NAME
    assert reason(enrolled.server.check_session, other) is Reason.UNKNOWN_SESSION


def test_a_replaced_factor_leaves_no_secret(enrolled: House) -> None:
    """Of an authenticator that is out of use the file keeps the row, and not the sealed secret."""
    enrolled.server.rebind(NAME)
    assert enrolled.rows("SELECT state, length(sealed_secret) FROM factors") == [("replaced", 0)]


def test_a_wrong_first_code_costs_no_recovery_hashes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ten slow hashes are made only for a code that is right at that moment."""
    enrolment = house.server.start_enrolment(house.begin())
    issued: list[object] = []
    monkeypatch.setattr(lookup, "issue", lambda *given: issued.append(given))
    for code in ("", "12345", "000000"):
        assert reason(house.server.confirm_enrolment, enrolment, code)
    assert issued == []
