"""ASVS-6.3.8: unknown and known names cost and behave the same, at the first attempt and at the twentieth.

Time itself is compared in benchmarks/; here is what makes it: hash calls and database statements, counted.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mfa_lab import AccessDenied
from mfa_lab.errors import Reason
from tests.server.kit import NAME, PASSWORD, WRONG, Costs, House, watched

UNKNOWN = "nobody@example.org"
Seen = tuple[str, tuple[object, ...], int | None, int | None, list[str], list[str]]


def attempt(house: House, name: str, password: object, costs: Costs) -> tuple[Seen, Reason]:
    """Everything that can be seen of one refused attempt, from outside and inside; and its reason."""
    costs.take()
    with pytest.raises(AccessDenied) as caught:
        house.server.begin_login(name, password)  # type: ignore[arg-type]
    trace = caught.value.trace
    assert trace is not None
    return (str(caught.value), caught.value.args, trace.wait_seconds, trace.failures, *costs.take()), trace.reason


def each_second_twice(house: House, number: int) -> None:
    """Every attempt is made at the same time for both names; most come too early."""
    house.clock.advance(7 * number)


def after_the_wait(house: House, number: int) -> None:
    house.clock.advance(3600)


def at_once(house: House, number: int) -> None:
    pass


@pytest.mark.parametrize("rhythm", [at_once, each_second_twice, after_the_wait])
@pytest.mark.parametrize("state", ["enrolled", "without a factor", "disabled", "logged in"])
def test_twenty_failures(
    rhythm: Callable[[House, int], None], state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same words, same waits, same counts, one hash of the same cost, the same statements in the same order."""
    house = House(tmp_path)
    if state == "without a factor":
        house.server.register(NAME, PASSWORD)
    else:
        house.enrol()
    if state == "disabled":
        house.tamper("UPDATE factors SET state = 'disabled'")
    if state == "logged in":
        house.log_in()
    reasons = set()
    with watched(monkeypatch) as costs:
        for number in range(20):
            rhythm(house, number)
            known, why = attempt(house, NAME, WRONG, costs)
            unknown, why_not = attempt(house, UNKNOWN, WRONG, costs)
            assert known == unknown
            assert len(known[4]) == 1
            assert len(known[5]) > 5
            reasons |= {(why, why_not)}
    real = (Reason.WRONG_PASSWORD, Reason.UNKNOWN_NAME)
    assert reasons == {real} if rhythm is after_the_wait else {real, (Reason.THROTTLED,) * 2}


@pytest.mark.parametrize(
    "password", ["", None, b"x", "\ud800", "x" * 1_000_000, "a\0b"], ids=lambda value: repr(value)[:10]
)
def test_bad_passwords(password: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be a password at all costs the same as a wrong one, for both."""
    house = House(tmp_path)
    house.enrol()
    with watched(monkeypatch) as costs:
        known, _ = attempt(house, NAME, password, costs)
        unknown, _ = attempt(house, UNKNOWN, password, costs)
        assert known == unknown == attempt(house, "another", WRONG, costs)[0]


def test_the_right_password_while_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it waits, a known name with its right password looks like an unknown one in every way."""
    house = House(tmp_path)
    house.enrol()
    with watched(monkeypatch) as costs:
        for _ in range(3):
            attempt(house, NAME, WRONG, costs)
            attempt(house, UNKNOWN, WRONG, costs)
        assert attempt(house, NAME, PASSWORD, costs) == attempt(house, UNKNOWN, PASSWORD, costs)


@pytest.mark.parametrize(
    "name",
    ["", None, b"x", 7, "\ud800", "x" * 1_000_000, "a\0b", "\u0301" * 500_000, "'; --"],
    ids=lambda value: repr(value)[:10],
)
def test_names_that_cannot_exist(name: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stands in the name's field is refused like an unknown name, and waits like one."""
    house = House(tmp_path)
    house.enrol()
    with watched(monkeypatch) as costs:
        for _ in range(5):
            odd, _ = attempt(house, name, WRONG, costs)  # type: ignore[arg-type]
            assert odd == attempt(house, UNKNOWN, WRONG, costs)[0] == attempt(house, NAME, WRONG, costs)[0]
