"""Waiting after failures: how long, what it survives, what ends it, and that it never disables."""

import hashlib
from dataclasses import replace

import pytest

from mfa_lab import ManualClock, MfaServer, Policy
from mfa_lab.errors import Reason
from mfa_lab.server.login.throttle import FORGET_AFTER_SECONDS, wait_seconds
from tests.server.kit import (
    EXPLAINING,
    NAME,
    NEVER_WAITS,
    PASSWORD,
    START,
    WRONG,
    Deployment,
    counted_costs,
    reason,
    refused,
)

WAITS = [0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def fail(deployment: Deployment, times: int, name: str = NAME) -> None:
    """Wrong passwords, each after its wait."""
    for _ in range(times):
        trace = refused(deployment.begin, name, WRONG)
        deployment.clock.advance(wait_seconds(trace.failures or 0, deployment.policy))


@pytest.mark.parametrize(("failures", "wait"), list(enumerate(WAITS, 1)))
def test_waits_double_from_30_seconds_to_an_hour(failures: int, wait: int) -> None:
    """NIST-3.2.2: from the third failure on 30 s, doubling to 1 h (RFC4226-7.2)."""
    assert wait_seconds(failures, Policy.STANDARD) == wait


def test_waits_have_a_ceiling_at_any_count() -> None:
    """No count, however large, makes a number that a computer cannot hold, and none failure waits."""
    assert [wait_seconds(n, Policy.STANDARD) for n in (-1, 0, 10**6, 10**18)] == [0, 0, 3600, 3600]


@pytest.mark.parametrize("name", [NAME, "nobody@example.org"])
def test_the_waits_of_a_real_attack(name: str, deployment: Deployment) -> None:
    """ASVS-6.3.1: the table holds in the flow, alike for known and unknown names: one second early waits, on time is
    verified.
    """
    for failures, wait in enumerate(WAITS, 1):
        trace = refused(deployment.begin, name, WRONG)
        assert (trace.reason, trace.failures) == (
            Reason.WRONG_PASSWORD if name == NAME else Reason.UNKNOWN_NAME,
            failures,
        )
        if wait:
            deployment.clock.advance(wait - 1)
            trace = refused(deployment.begin, name, WRONG)
            assert (trace.reason, trace.wait_seconds, trace.failures) == (Reason.THROTTLED, 1, failures)
            deployment.clock.advance(1)


def test_a_code_during_its_wait_hears_how_long_it_is(enrolled: Deployment) -> None:
    """As with a password: the wait that is left, and nothing is counted."""
    for _ in range(3):
        refused(enrolled.server.finish_login, enrolled.begin(), enrolled.wrong_code())
    enrolled.clock.advance(10)
    trace = refused(enrolled.server.finish_login, enrolled.begin(), enrolled.phone.code())
    assert (trace.reason, trace.wait_seconds, trace.failures) == (Reason.THROTTLED, 20, 3)


def test_waits_survive_a_restart(deployment: Deployment) -> None:
    """Counts stand in the file: a server started again goes on waiting, for passwords and codes."""
    for _ in range(3):
        refused(deployment.begin, NAME, WRONG)
    deployment.server.close()
    deployment.open()
    assert reason(deployment.begin) is Reason.THROTTLED


@pytest.mark.parametrize("kind", ["code", "recovery code"])
def test_waits_for_codes_survive_a_restart(kind: str, enrolled: Deployment) -> None:
    """The counts behind a correct password stand in the file as well."""

    def attempt() -> Reason:
        if kind == "code":
            return reason(enrolled.server.finish_login, enrolled.begin(), enrolled.wrong_code())
        return reason(enrolled.server.recover, enrolled.begin(), "AAAA-AAAA-AAAA-AAAA")

    wrong = Reason.NO_MATCH if kind == "code" else Reason.WRONG_RECOVERY_CODE
    assert [attempt() for _ in range(3)] == [wrong] * 3
    enrolled.open()
    assert attempt() is Reason.THROTTLED
    enrolled.clock.advance(30)
    assert attempt() is wrong


def test_an_attempt_made_while_waiting_is_neither_verified_nor_counted(deployment: Deployment) -> None:
    """The correct password is refused like a wrong one while waiting, and no attempt then lengthens the wait."""
    for _ in range(3):
        refused(deployment.begin, NAME, WRONG)
    before = deployment.rows("SELECT * FROM throttles")
    deployment.clock.advance(10)
    for password in (PASSWORD, WRONG, PASSWORD):
        trace = refused(deployment.begin, NAME, password)
        assert (trace.reason, trace.failures, trace.wait_seconds) == (Reason.THROTTLED, 3, 20)
    assert deployment.rows("SELECT * FROM throttles") == before
    assert deployment.rows("SELECT count(*) FROM pendings") == [(0,)]
    deployment.clock.advance(20)
    deployment.begin()


@pytest.mark.parametrize("kind", ["code", "recovery code"])
def test_a_code_typed_while_waiting_is_neither_verified_nor_counted(kind: str, enrolled: Deployment) -> None:
    """The same for the second factor and for recovery codes: the right one is refused, and stays unused."""
    server = enrolled.server
    call, right, wrong = (
        (server.finish_login, enrolled.phone.code, enrolled.wrong_code())
        if kind == "code"
        else (server.recover, lambda: enrolled.codes[0], "AAAA-AAAA-AAAA-AAAA")
    )
    for _ in range(3):
        refused(call, enrolled.begin(), wrong)
    pending = enrolled.begin()
    counters = "SELECT otp_failures, recovery_failures, otp_wait_until, recovery_wait_until FROM accounts"
    before = enrolled.rows(counters)
    for typed in (right(), wrong):
        assert reason(call, pending, typed) is Reason.THROTTLED
    assert enrolled.rows(counters) == before
    assert enrolled.rows("SELECT sum(wrong_codes) FROM pendings WHERE ended IS NULL") == [(3,)]
    enrolled.clock.advance(30)
    call(pending, right())


def test_a_right_password_ends_the_password_count(deployment: Deployment) -> None:
    """After it, two failures are free again."""
    fail(deployment, 2)
    deployment.begin()
    assert deployment.rows("SELECT * FROM throttles") == []
    assert [refused(deployment.begin, NAME, WRONG).failures for _ in range(3)] == [1, 2, 3]


def test_a_right_password_does_not_end_the_otp_count(enrolled: Deployment) -> None:
    """Only a completed login does: otherwise who knows the password could guess codes for ever."""
    for _ in range(2):
        refused(enrolled.server.finish_login, enrolled.begin(), enrolled.wrong_code())
    enrolled.begin()
    enrolled.server.recover(enrolled.begin(), enrolled.codes[0])
    assert enrolled.count() == 2
    enrolled.log_in()
    assert enrolled.count() == 0


def test_a_login_does_not_end_the_recovery_count(enrolled: Deployment) -> None:
    """Wrong recovery codes are counted on their own; a right one ends that count."""
    refused(enrolled.server.recover, enrolled.begin(), "AAAA-AAAA-AAAA-AAAA")
    enrolled.log_in()
    assert enrolled.count("recovery_failures") == 1
    enrolled.server.recover(enrolled.begin(), enrolled.codes[0])
    assert enrolled.count("recovery_failures") == 0


def test_it_delays_and_never_disables(enrolled: Deployment) -> None:
    """A stranger's hundred and fifty wrong passwords cost the owner an hour at most, never the account."""
    fail(enrolled, 150)
    assert enrolled.log_in().name == NAME


def test_a_wait_never_passes_the_longest(deployment: Deployment) -> None:
    """What a hundred failures make the owner wait is one hour."""
    fail(deployment, 100)
    refused(deployment.begin, NAME, WRONG)
    assert refused(deployment.begin).wait_seconds == 3600


@pytest.mark.parametrize("name", [NAME, "nobody@example.org"])
def test_counts_leave_by_expiry(name: str, deployment: Deployment) -> None:
    """One expiry for known and unknown names: a second earlier the count stands, then it begins again."""
    refused(deployment.begin, name, WRONG)
    deployment.clock.advance(FORGET_AFTER_SECONDS - 1)
    assert refused(deployment.begin, name, WRONG).failures == 2
    deployment.clock.advance(FORGET_AFTER_SECONDS)
    assert refused(deployment.begin, name, WRONG).failures == 1


def test_a_long_wait_is_never_cut_short_by_expiry(deployment: Deployment) -> None:
    """A policy may wait longer than a count is kept without attempts: the wait still stands to its end."""
    days = 3 * 24 * 3600
    deployment.open(replace(EXPLAINING, free_failures=0, first_wait_seconds=days, longest_wait_seconds=days))
    refused(deployment.begin, NAME, WRONG)
    deployment.clock.advance(days - 1)
    refused(deployment.begin, "another name that sweeps", WRONG)
    assert reason(deployment.begin) is Reason.THROTTLED
    deployment.clock.advance(1)
    assert refused(deployment.begin, NAME, WRONG).failures == 2


def test_thousands_of_other_names_push_no_count_out() -> None:
    """Rows leave by expiry, never by eviction: flooding the table frees nobody of a wait."""
    server = MfaServer(clock=ManualClock(START), policy=EXPLAINING)
    server.register(NAME, PASSWORD)
    for name in (NAME, "nobody@example.org"):
        for _ in range(3):
            refused(server.begin_login, name, WRONG)
    for number in range(3000):
        refused(server.begin_login, f"{number}", WRONG)
    assert {reason(server.begin_login, name, PASSWORD) for name in (NAME, "nobody@example.org")} == {Reason.THROTTLED}


def test_expired_rows_are_swept(deployment: Deployment) -> None:
    """The table does not grow for ever: each request takes up to a hundred expired rows along."""
    for number in range(130):
        refused(deployment.begin, f"{number}", WRONG)
    deployment.clock.advance(FORGET_AFTER_SECONDS)
    left = []
    for _ in range(3):
        refused(deployment.begin, NAME, WRONG)
        left += deployment.rows("SELECT count(*) FROM throttles")
    assert left == [(31,), (1,), (1,)]


def test_the_key_is_a_hashed_name(deployment: Deployment) -> None:
    """Spelled in capitals it is the same name; the table shows no name, and no plain hash of one."""
    for name in (NAME, NAME.upper(), f"  {NAME} "):
        refused(deployment.begin, name, WRONG)
    ((key, failures),) = deployment.rows("SELECT key, failures FROM throttles")
    assert failures == 3
    assert key not in (NAME, hashlib.sha256(NAME.encode()).hexdigest())
    assert "alice" not in str(key)


def test_a_throttled_call_spends_the_same_work(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 runs once with the same parameters, throttled or not, so that time tells nothing."""
    with counted_costs(monkeypatch) as costs:
        refused(deployment.begin, NAME, WRONG)
        (first, _) = costs.take()
        refused(deployment.begin, NAME, WRONG)
        refused(deployment.begin, NAME, WRONG)
        costs.take()
        assert reason(deployment.begin, NAME, WRONG) is Reason.THROTTLED
        assert costs.take()[0] == first == ["$argon2id$v=19$m=8,t=1,p=1"]
        assert reason(deployment.begin, NAME, PASSWORD) is Reason.THROTTLED
        assert costs.take()[0] == first


def test_a_clock_set_back_shortens_no_wait(deployment: Deployment) -> None:
    """A faulty clock makes a wait longer, never shorter."""
    for _ in range(3):
        refused(deployment.begin, NAME, WRONG)
    deployment.clock.advance(-60)
    assert refused(deployment.begin).wait_seconds == 90


def test_a_clock_set_back_makes_no_wait_where_there_is_none(enrolled: Deployment) -> None:
    """A clock corrected by some seconds does not turn a free failure into a wait, for any of the three counts."""
    refused(enrolled.begin, NAME, WRONG)
    enrolled.clock.advance(-5)
    pending = enrolled.begin()
    refused(enrolled.server.finish_login, pending, enrolled.wrong_code())
    refused(enrolled.server.recover, pending, "AAAA-AAAA-AAAA-AAAA")
    enrolled.clock.advance(-5)
    assert reason(enrolled.server.recover, pending, "AAAA-AAAA-AAAA-AAAA") is Reason.WRONG_RECOVERY_CODE
    enrolled.clock.advance(20)
    enrolled.server.finish_login(pending, enrolled.phone.code())


def test_a_patient_policy_makes_nobody_wait(deployment: Deployment) -> None:
    """Free failures may be as many as one likes, for races and lessons."""
    deployment.open(NEVER_WAITS)
    assert {reason(deployment.begin, NAME, WRONG) for _ in range(20)} == {Reason.WRONG_PASSWORD}


@pytest.mark.parametrize("name", [NAME, "nobody@example.org"])
def test_a_throttled_call_writes_as_much_as_a_counted_one(name: str, enrolled: Deployment) -> None:
    """The disk is not idle while somebody waits: else the time would tell who has logged in, and so who exists."""

    def written() -> int:
        with enrolled.server._services.store.transaction() as connection:
            before: int = connection.connection.driver_connection.total_changes  # type: ignore[union-attr]
        refused(enrolled.begin, name, WRONG)
        with enrolled.server._services.store.transaction() as connection:
            return connection.connection.driver_connection.total_changes - before  # type: ignore[union-attr]

    changes = [written() for _ in range(5)]
    assert refused(enrolled.begin, name, WRONG).reason is Reason.THROTTLED
    assert len(set(changes)) == 1
