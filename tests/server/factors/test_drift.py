"""A server that copes with time: the window's centre follows the phone, within bounds; a fallen clock is noticed."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_lab import AccessDenied, ManualClock, Policy, SkewedClock
from mfa_lab.errors import PUBLIC_MESSAGE, ClockSetBack, InvalidInput, NoMatch, Reason, ServerFault
from mfa_lab.otp import Match, Verdict, code_at, diagnose, match, step_at
from mfa_lab.server.factors import drift, totp
from mfa_lab.server.records import PendingLogin
from mfa_lab.server.storage.encryption import RowBinding, SecretCipher
from mfa_lab.server.storage.keys import Keys
from tests.server.kit import KEY, NAME, NEVER_WAITS, PASSWORD, START, WRONG, Deployment, reason, refused

LEARNING = replace(NEVER_WAITS, drift_cap_steps=2)
DAY = 24 * 3600


def shown(deployment: Deployment, offset_steps: int) -> str:
    """The code of a phone so many steps ahead of the server."""
    return code_at(deployment.secret, deployment.clock.now() + 30 * offset_steps)


def accepts(deployment: Deployment, offset_steps: int, later: int = 300) -> bool:
    """Whether such a phone gets in, some minutes later."""
    deployment.clock.advance(later)
    try:
        deployment.server.finish_login(deployment.begin(), shown(deployment, offset_steps))
    except AccessDenied:
        return False
    return True


def learnt(deployment: Deployment) -> int:
    """What stands in the file."""
    ((steps,),) = deployment.rows("SELECT drift_steps FROM factors WHERE state = 'active'")
    return int(steps)


# --- Learning ------------------------------------------------------------------------------------------------------


@given(steps=st.lists(st.integers(-30, 30), max_size=40), cap=st.integers(0, 10))
def test_it_learns_a_step_a_login_and_stays_under_its_cap(steps: list[int], cap: int) -> None:
    """Whatever codes are accepted in whatever order."""
    at = 0
    for error in steps:
        moved = drift.learnt(at, error, cap)
        assert abs(moved) <= cap
        assert abs(moved - at) <= 1
        assert abs(moved) <= cap
        assert (moved - at) * error >= 0
        at = moved


@given(at=st.integers(-10, 10), idle=st.integers(-(10**6), 10**9), cap=st.integers(0, 10))
def test_what_was_learnt_fades_and_never_grows(at: int, idle: int, cap: int) -> None:
    """A step for every so many idle seconds, towards zero and not beyond; a clock set back brings nothing back."""
    policy = replace(LEARNING, drift_cap_steps=cap)
    left = drift.remembered(at, idle, policy)
    assert abs(left) == max(0, min(cap, abs(at) - max(0, idle) // policy.drift_forget_seconds))
    assert left * at >= 0


@given(centre=st.integers(-20, 20), window=st.integers(0, 3), offset=st.integers(-20, 20), second=st.integers(0, 29))
def test_a_moved_window_is_as_wide_as_before(centre: int, window: int, offset: int, second: int) -> None:
    """Exactly the steps around the centre match; for another, `seconds_outside` is how far to move the clock."""
    secret, now = "DEMOALICEDEMOALICEDEMOALICEDEMO2", 1_800_000_000 + second
    code = code_at(secret, now + 30 * offset)
    found = diagnose(secret, code, now, window_steps=window, drift_steps=centre)
    inside = abs(offset - centre) <= window
    assert (found.verdict is Verdict.ACCEPTED) == inside == (found.seconds_outside == 0)
    assert found.offset == offset
    moved = now + found.seconds_outside
    assert match(secret, code, moved, window_steps=window, drift_steps=centre).step == found.step
    if not inside:
        short = moved - found.seconds_outside // abs(found.seconds_outside)
        with pytest.raises(NoMatch):
            match(secret, code, short, window_steps=window, drift_steps=centre)


@pytest.mark.parametrize("drift_steps", [0.5, None, "1", True], ids=repr)
def test_a_drift_is_a_whole_number(drift_steps: object) -> None:
    """A fraction or a flag is a mistake, never a window."""
    for look in (match, diagnose):
        with pytest.raises(InvalidInput, match="drift_steps"):
            look("DEMOALICEDEMOALICEDEMOALICEDEMO2", "000000", START, drift_steps=drift_steps)


def test_off_by_default(enrolled: Deployment) -> None:
    """A server that was not asked to learns nothing, and a phone at the window's edge moves no window."""
    assert Policy.STANDARD.drift_cap_steps == 0
    enrolled.open(NEVER_WAITS)
    assert [accepts(enrolled, offset) for offset in (1, 1, 1, 2)] == [True, True, True, False]
    assert learnt(enrolled) == 0


@pytest.mark.parametrize("direction", [1, -1])
def test_the_window_follows_a_drifting_phone_up_to_its_cap(direction: int, enrolled: Deployment) -> None:
    """At the edge login after login: two steps learnt, and no more; the opposite edge is closed by as much."""
    enrolled.open(LEARNING)
    assert [accepts(enrolled, direction * offset) for offset in (1, 2, 3, 4)] == [True, True, True, False]
    assert learnt(enrolled) == direction * 2
    assert not accepts(enrolled, 0)
    assert accepts(enrolled, direction)


def test_only_accepted_codes_teach(enrolled: Deployment) -> None:
    """A near miss, a used code and a wrong one leave what was learnt as it is."""
    enrolled.open(LEARNING)
    assert accepts(enrolled, 1)
    used = shown(enrolled, 1)
    for code in (used, shown(enrolled, 3), enrolled.wrong_code(), ""):
        refused(enrolled.server.finish_login, enrolled.begin(), code)
    assert learnt(enrolled) == 1


def test_it_fades_without_logins(enrolled: Deployment) -> None:
    """A month a step: then the window stands where the server's clock does, and a phone gone right is welcome."""
    enrolled.open(LEARNING)
    assert accepts(enrolled, 1)
    assert accepts(enrolled, 2)
    assert not accepts(enrolled, 0)
    month = LEARNING.drift_forget_seconds
    assert not accepts(enrolled, 3, later=month)
    assert not accepts(enrolled, -1, later=300)
    assert accepts(enrolled, -1, later=month)


def test_a_lower_cap_holds_at_once(enrolled: Deployment) -> None:
    """What was learnt under a milder policy counts up to today's cap alone."""
    enrolled.open(LEARNING)
    assert accepts(enrolled, 1)
    assert accepts(enrolled, 2)
    enrolled.open(replace(LEARNING, drift_cap_steps=1))
    assert not accepts(enrolled, 3)
    enrolled.open(NEVER_WAITS)
    assert not accepts(enrolled, 2)
    assert accepts(enrolled, 0)


def test_a_new_authenticator_starts_unlearnt(enrolled: Deployment) -> None:
    """What was known of one phone's clock says nothing of the next one's."""
    enrolled.open(LEARNING)
    assert accepts(enrolled, 1)
    enrolled.clock.advance(60)
    session = enrolled.log_in()
    enrolment = enrolled.server.start_enrolment(session)
    enrolled.phone.add(enrolment.uri)
    enrolled.server.confirm_enrolment(enrolment, enrolled.phone.code())
    assert learnt(enrolled) == 0


def test_the_near_miss_is_told_from_where_the_window_stands(enrolled: Deployment) -> None:
    """Seconds outside count from the moved window, steps from the server's own clock."""
    enrolled.open(LEARNING)
    assert accepts(enrolled, 1)
    assert accepts(enrolled, 2)
    enrolled.clock.set(1_800_003_000)
    early = refused(enrolled.server.finish_login, enrolled.begin(), shown(enrolled, 4))
    assert (early.reason, early.offset, early.seconds_outside) == (Reason.NEAR_MISS, 4, 30)
    late = refused(enrolled.server.finish_login, enrolled.begin(), shown(enrolled, 0))
    assert (late.reason, late.offset, late.seconds_outside) == (Reason.NEAR_MISS, 0, -1)


# --- Resynchronisation ---------------------------------------------------------------------------------------------


def recovered(deployment: Deployment) -> PendingLogin:
    """What a correct password and a recovery code give."""
    recovery = deployment.server.recover(deployment.begin(), deployment.codes[0])
    deployment.codes = type(deployment.codes)((*deployment.codes[1:], *recovery.replacement))
    return recovery.pending


def pair(deployment: Deployment, offset_steps: int) -> tuple[str, str]:
    """Two codes in a row, the later one shown now by a phone so many steps ahead."""
    return shown(deployment, offset_steps - 1), shown(deployment, offset_steps)


@pytest.mark.parametrize("offset_steps", [-119, -40, -2, 0, 3, 120])
def test_two_codes_in_a_row_find_a_lost_phone(offset_steps: int, enrolled: Deployment) -> None:
    """RFC4226-7.4: up to an hour either side; then logins go on, and the window is as narrow as before."""
    enrolled.open(NEVER_WAITS)
    enrolled.clock.advance(2 * 3600)
    found = enrolled.server.resynchronise(recovered(enrolled), *pair(enrolled, offset_steps))
    assert (found.step, found.offset) == (step_at(enrolled.clock.now()) + offset_steps, offset_steps)
    inside = [offset for offset in range(offset_steps - 4, offset_steps + 5) if accepts(enrolled, offset)]
    assert inside == [offset_steps - 1, offset_steps, offset_steps + 1]


def test_both_codes_are_consumed(enrolled: Deployment) -> None:
    """NIST-3.1.4.2: neither logs anybody in afterwards; the next one does."""
    first, second = pair(enrolled, 1)
    enrolled.server.resynchronise(recovered(enrolled), first, second)
    for code in (first, second):
        assert reason(enrolled.server.finish_login, enrolled.begin(), code) is Reason.REUSED
    enrolled.server.finish_login(enrolled.begin(), shown(enrolled, 2))


def test_a_used_code_proves_nothing(enrolled: Deployment) -> None:
    """Neither of the two may have been accepted before, in whichever place it stands."""
    enrolled.open(NEVER_WAITS)
    enrolled.clock.advance(300)
    enrolled.server.finish_login(enrolled.begin(), shown(enrolled, 0))
    pending = recovered(enrolled)
    for offset in (0, 1):
        assert reason(enrolled.server.resynchronise, pending, *pair(enrolled, offset)) is Reason.REUSED
    enrolled.server.resynchronise(pending, *pair(enrolled, 2))


WRONG_PAIRS = {
    "twice the same": (0, 0, Reason.NO_MATCH),
    "the wrong way round": (1, 0, Reason.NO_MATCH),
    "one left out": (0, 2, Reason.NO_MATCH),
    "too far ahead": (120, 121, Reason.NO_MATCH),
    "too far behind": (-122, -121, Reason.NO_MATCH),
}


@pytest.mark.parametrize(("first", "second", "why"), WRONG_PAIRS.values(), ids=WRONG_PAIRS)
def test_no_other_pair_will_do(first: int, second: int, why: Reason, enrolled: Deployment) -> None:
    """RFC6238-6: bounded, in a row, in order. A wrong pair is charged like a wrong code and moves nothing."""
    enrolled.clock.advance(2 * 3600)
    before = enrolled.rows("SELECT last_step, resync_steps FROM factors")
    pending = recovered(enrolled)
    trace = refused(enrolled.server.resynchronise, pending, shown(enrolled, first), shown(enrolled, second))
    assert trace.reason is why
    assert "two consecutive time steps" in trace.sentence
    assert enrolled.rows("SELECT last_step, resync_steps FROM factors") == before
    assert enrolled.count() == 1


def test_it_stands_behind_a_recovery_code(enrolled: Deployment) -> None:
    """RFC6238-6 asks for more proof: a correct password alone, a forged token or one already used will not do."""
    codes = pair(enrolled, 1)
    assert reason(enrolled.server.resynchronise, enrolled.begin(), *codes) is Reason.NOT_PERMITTED
    pending = recovered(enrolled)
    with pytest.raises(InvalidInput, match="PendingLogin"):
        enrolled.server.resynchronise("forged", *codes)  # type: ignore[arg-type]
    enrolled.server.resynchronise(pending, *codes)
    assert reason(enrolled.server.resynchronise, pending, *pair(enrolled, 3)) is Reason.CONSUMED_PENDING
    assert reason(enrolled.server.start_enrolment, pending) is Reason.CONSUMED_PENDING


def test_guessing_pairs_is_throttled_and_ends_in_disabling(enrolled: Deployment) -> None:
    """Pairs count with the codes: waits from the third on, five a pending login, disabled at the policy's number."""
    pending = recovered(enrolled)
    for _ in range(3):
        assert reason(enrolled.server.resynchronise, pending, "000000", "000001") is Reason.NO_MATCH
    assert reason(enrolled.server.resynchronise, pending, *pair(enrolled, 1)) is Reason.THROTTLED
    enrolled.open(replace(NEVER_WAITS, disable_after_failures=4))
    assert reason(enrolled.server.resynchronise, pending, "abc", "") is Reason.THROTTLED
    enrolled.clock.advance(30)
    for typed in (("abc", ""), ("000000", "")):  # no guess, so not counted
        assert reason(enrolled.server.resynchronise, pending, *typed) is Reason.MALFORMED
    assert reason(enrolled.server.resynchronise, pending, "0000000", "000001") is Reason.MALFORMED
    assert reason(enrolled.server.resynchronise, pending, *pair(enrolled, 1)) is Reason.DISABLED
    assert reason(enrolled.server.finish_login, enrolled.begin(), shown(enrolled, 1)) is Reason.DISABLED


def test_its_owner_and_the_operator_learn_of_it(enrolled: Deployment) -> None:
    """A notice for the one (ASVS-6.3.5), lines for the other; the public words are the usual ones."""
    pending = recovered(enrolled)
    with pytest.raises(AccessDenied) as caught:
        enrolled.server.resynchronise(pending, "000000", "000001")
    assert str(caught.value) == PUBLIC_MESSAGE
    enrolled.server.resynchronise(pending, *pair(enrolled, 1))
    enrolled.clock.advance(60)
    notifications = enrolled.server.notifications(enrolled.server.finish_login(enrolled.begin(), shown(enrolled, 1)))
    assert "resynchronised" in [notification.event for notification in notifications]
    lines = [(line.event, line.reason) for line in enrolled.server.audit_log()]
    assert ("resynchronisation refused", "no match") in lines
    assert ("resynchronised", None) in lines


def test_learning_goes_on_from_where_it_was_found(enrolled: Deployment) -> None:
    """The cap counts from the proven offset; what was learnt before is gone."""
    enrolled.open(LEARNING)
    assert accepts(enrolled, 1)
    enrolled.server.resynchronise(recovered(enrolled), *pair(enrolled, 50))
    assert learnt(enrolled) == 0
    assert [accepts(enrolled, offset) for offset in (51, 52, 53, 54)] == [True, True, True, False]


def test_a_pair_is_taken_by_compare_and_set(enrolled: Deployment) -> None:
    """Whatever was read before: the first of the two must lie above the last step taken when the row is written."""
    ((factor, last),) = enrolled.rows("SELECT id, last_step FROM factors")
    with enrolled.server._services.store.transaction() as connection:
        taken = [
            totp.resynchronise(connection, factor, Match(last + ahead, ahead), START) for ahead in (0, 1, 2, 2, 3, 4)
        ]
    assert taken == [False, False, True, False, False, True]
    assert enrolled.rows("SELECT last_step, resync_steps FROM factors") == [(last + 4, 4)]


# --- A clock that falls back ---------------------------------------------------------------------------------------


def undecided(deployment: Deployment) -> list[str]:
    """The whole database but for the line that tells the operator, and the count of lines."""
    lines = deployment.dump().splitlines()
    return [line for line in lines if "clock set back" not in line and "sqlite_sequence" not in line]


def test_a_clock_set_back_decides_nothing(enrolled: Deployment) -> None:
    """Neither the owner, nor a stranger, nor anyone who wrote down a code an hour ago gets any answer but the fault
    (ASVS-6.5.8).
    """
    seen = shown(enrolled, 0)
    session = enrolled.log_in()
    pending = enrolled.begin()
    enrolled.clock.advance(1800)
    enrolled.server.check_session(session)
    enrolled.clock.advance(-1800)
    before = undecided(enrolled)
    for call, arguments in (
        (enrolled.server.begin_login, (NAME, PASSWORD)),
        (enrolled.server.begin_login, ("nobody@example.org", WRONG)),
        (enrolled.server.finish_login, (pending, seen)),
        (enrolled.server.recover, (pending, enrolled.codes[0])),
        (enrolled.server.check_session, (session,)),
        (enrolled.server.start_enrolment, (session,)),
        (enrolled.server.register, ("bob@example.org", PASSWORD)),
        (enrolled.server.reset_factors, (NAME,)),
    ):
        with pytest.raises(ClockSetBack, match=r"1800 s behind .* trust_clock") as caught:
            call(*arguments)
        assert caught.value.back_seconds == 1800
        assert caught.value.__cause__ is caught.value.__context__ is None
    assert undecided(enrolled) == before


def test_it_is_logged_once_a_fall(enrolled: Deployment) -> None:
    """The operator reads how far it fell and when; callers meanwhile fill no disk."""
    at = enrolled.clock.now()
    enrolled.begin()
    for _ in range(2):
        enrolled.clock.advance(-3600)
        for _ in range(3):
            with pytest.raises(ServerFault):
                enrolled.begin()
        enrolled.clock.advance(3600)
        enrolled.begin()
    falls = [line for line in enrolled.server.audit_log() if line.event == "clock set back"]
    assert [(line.at, line.reason, line.account_id) for line in falls] == [(at, "3600 s back", None)] * 2


def test_it_is_noticed_across_a_restart(enrolled: Deployment) -> None:
    """The log remembers the time for the next process; a fall does not make it forget."""
    enrolled.begin()
    enrolled.clock.advance(-3600)
    for _ in range(2):
        enrolled.open()
        with pytest.raises(ClockSetBack):
            enrolled.begin()
    enrolled.clock.advance(3600)
    enrolled.open()
    enrolled.begin()


def test_a_small_step_back_is_no_fall(enrolled: Deployment) -> None:
    """Requests overtake each other, clocks are corrected by seconds: up to the policy's minute, but no creeping."""
    enrolled.begin()
    enrolled.clock.advance(-60)
    enrolled.begin()
    enrolled.clock.advance(-1)
    with pytest.raises(ClockSetBack):
        enrolled.begin()


def test_time_that_catches_up_heals(enrolled: Deployment) -> None:
    """Nothing has to be done where the clock is only corrected by minutes."""
    enrolled.begin()
    enrolled.clock.advance(-300)
    with pytest.raises(ClockSetBack):
        enrolled.begin()
    enrolled.clock.advance(240)
    enrolled.begin()


def test_an_empty_database_has_no_clock_to_trust(tmp_path: Path) -> None:
    """Its name was mistyped, and nothing is written into it."""
    deployment = Deployment(tmp_path)
    with pytest.raises(InvalidInput, match="check the URL"):
        deployment.server.trust_clock()
    assert deployment.server.audit_log() == ()


def test_the_operator_may_say_that_it_is_right_now(enrolled: Deployment) -> None:
    """A clock that was a year ahead and was corrected: the operator says so, the log keeps it, a restart too. Steps
    taken meanwhile stay taken.
    """
    enrolled.clock.advance(365 * DAY)
    ahead = enrolled.log_in()
    enrolled.clock.advance(-365 * DAY)
    enrolled.server.trust_clock()
    assert enrolled.server.audit_log()[-1].event == "clock trusted by operator"
    enrolled.open()
    assert reason(enrolled.server.finish_login, enrolled.begin(), shown(enrolled, 0)) is Reason.REUSED
    ((last_step,),) = enrolled.rows("SELECT last_step FROM factors")
    assert last_step == step_at(ahead.created_at)
    enrolled.server.reset_factors(NAME)
    enrolled.begin()


def test_the_fault_crosses_processes() -> None:
    """A worker hands it to its parent with its evidence."""
    error = pickle.loads(pickle.dumps(ClockSetBack("set it right", back_seconds=90)))  # noqa: S301  (our own bytes)
    assert (str(error), error.back_seconds) == ("set it right", 90)


class Broken:
    """A clock that reads whatever it was given."""

    def __init__(self, reading: object) -> None:
        self.reading = reading

    def now(self) -> int:
        return self.reading  # type: ignore[return-value]


@pytest.mark.parametrize("reading", [-1, -(2**40), 1.5, None, 10**13])
def test_before_1970_is_an_error(reading: object, enrolled: Deployment) -> None:
    """No negative step is ever computed, no milliseconds are taken for seconds: the request ends, undecided."""
    enrolled.server.clock = Broken(reading)
    with pytest.raises(InvalidInput):
        enrolled.begin()


@pytest.mark.parametrize("now", [30, 300, 2**32, 2**32 * 30, 2**32 * 30 + 2**31 * 30])
def test_steps_of_any_size(now: int, tmp_path: Path) -> None:
    """From the first steps of all to beyond 32 bits of them (the year 6053): login, learning, resynchronisation."""
    deployment = Deployment(tmp_path, LEARNING, ManualClock(now))
    deployment.enrol()
    assert accepts(deployment, 1)
    assert learnt(deployment) == 1
    deployment.server.resynchronise(recovered(deployment), *pair(deployment, 40))
    assert accepts(deployment, 41)
    ((last_step, at),) = deployment.rows("SELECT last_step, drift_at FROM factors")
    assert last_step == step_at(deployment.clock.now()) + 41
    assert at == deployment.clock.now()


# --- Old secrets ---------------------------------------------------------------------------------------------------


def test_secrets_are_encrypted_as_schema_1_encrypted_them(enrolled: Deployment) -> None:
    """The associated data of old rows says 1; were today's to say anything else, no old secret would open."""
    ((encrypted, key_id, account, factor),) = enrolled.rows(
        "SELECT sealed_secret, key_id, account_id, id FROM factors"
    )
    opened = SecretCipher(Keys.derive(KEY), 1).decrypt(encrypted, key_id, RowBinding(account, factor))
    assert opened.reveal() == enrolled.secret


def test_a_real_phone_drifts_and_is_followed(enrolled: Deployment) -> None:
    """A year of weekly logins with a clock that gains 30 s in a fortnight at first, then stops 90 s ahead."""
    enrolled.open(LEARNING)
    clock = SkewedClock(enrolled.clock, 0)
    enrolled.phone.clock = clock
    for week in range(52):
        enrolled.clock.advance(7 * DAY)
        clock.drift_seconds = min(90, 15 * week)
        enrolled.server.finish_login(enrolled.begin(), enrolled.phone.code())
    assert learnt(enrolled) == 2
