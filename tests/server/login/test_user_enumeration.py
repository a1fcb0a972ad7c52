"""ASVS-6.3.8: unknown and known names cost and behave the same, at the first attempt and at the twentieth.

Time itself is compared in benchmarks/; here is what makes it: hash calls and database statements, counted.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mfa_lab import AccessDenied
from mfa_lab.errors import Reason
from tests.server.kit import NAME, PASSWORD, WRONG, Costs, Deployment, counted_costs

UNKNOWN = "nobody@example.org"
Seen = tuple[str, tuple[object, ...], int | None, int | None, list[str], list[str]]


def attempt(deployment: Deployment, name: str, password: object, costs: Costs) -> tuple[Seen, Reason]:
    """Everything that can be seen of one refused attempt, from outside and inside; and its reason."""
    costs.take()
    with pytest.raises(AccessDenied) as caught:
        deployment.server.begin_login(name, password)  # type: ignore[arg-type]
    trace = caught.value.trace
    assert trace is not None
    return (str(caught.value), caught.value.args, trace.wait_seconds, trace.failures, *costs.take()), trace.reason


def each_second_twice(deployment: Deployment, number: int) -> None:
    """Every attempt is made at the same time for both names; most come too early."""
    deployment.clock.advance(7 * number)


def after_the_wait(deployment: Deployment, number: int) -> None:
    deployment.clock.advance(3600)


def at_once(deployment: Deployment, number: int) -> None:
    pass


@pytest.mark.parametrize("rhythm", [at_once, each_second_twice, after_the_wait])
@pytest.mark.parametrize("state", ["enrolled", "without a factor", "disabled", "logged in", "disabled account"])
def test_twenty_failures(
    rhythm: Callable[[Deployment, int], None], state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same words, same waits, same counts, one hash of the same cost, the same statements in the same order."""
    deployment = Deployment(tmp_path)
    if state == "without a factor":
        deployment.server.register(NAME, PASSWORD)
    else:
        deployment.enrol()
    if state == "disabled":
        deployment.tamper("UPDATE factors SET state = 'disabled'")
    if state == "logged in":
        deployment.log_in()
    if state == "disabled account":
        deployment.server.accounts.disable(NAME)
    reasons = set()
    with counted_costs(monkeypatch) as costs:
        for number in range(20):
            rhythm(deployment, number)
            known, why = attempt(deployment, NAME, WRONG, costs)
            unknown, why_not = attempt(deployment, UNKNOWN, WRONG, costs)
            assert known == unknown
            assert len(known[4]) == 1
            assert len(known[5]) > 5
            reasons |= {(why, why_not)}
    wrong = Reason.ACCOUNT_DISABLED if state == "disabled account" else Reason.WRONG_PASSWORD
    real = (wrong, Reason.UNKNOWN_NAME)
    assert reasons == {real} if rhythm is after_the_wait else {real, (Reason.THROTTLED,) * 2}


@pytest.mark.parametrize(
    "password", ["", None, b"x", "\ud800", "x" * 1_000_000, "a\0b"], ids=lambda value: repr(value)[:10]
)
def test_bad_passwords(password: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be a password at all costs the same as a wrong one, for both."""
    deployment = Deployment(tmp_path)
    deployment.enrol()
    with counted_costs(monkeypatch) as costs:
        known, _ = attempt(deployment, NAME, password, costs)
        unknown, _ = attempt(deployment, UNKNOWN, password, costs)
        assert known == unknown == attempt(deployment, "another", WRONG, costs)[0]


def test_the_right_password_while_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it waits, a known name with its correct password looks like an unknown one in every way."""
    deployment = Deployment(tmp_path)
    deployment.enrol()
    with counted_costs(monkeypatch) as costs:
        for _ in range(3):
            attempt(deployment, NAME, WRONG, costs)
            attempt(deployment, UNKNOWN, WRONG, costs)
        assert attempt(deployment, NAME, PASSWORD, costs) == attempt(deployment, UNKNOWN, PASSWORD, costs)


@pytest.mark.parametrize(
    "name",
    ["", None, b"x", 7, "\ud800", "x" * 1_000_000, "a\0b", "\u0301" * 500_000, "'; --"],
    ids=lambda value: repr(value)[:10],
)
def test_names_that_cannot_exist(name: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stands in the name's field is refused like an unknown name, and waits like one."""
    deployment = Deployment(tmp_path)
    deployment.enrol()
    with counted_costs(monkeypatch) as costs:
        for _ in range(5):
            odd, _ = attempt(deployment, name, WRONG, costs)  # type: ignore[arg-type]
            assert odd == attempt(deployment, UNKNOWN, WRONG, costs)[0] == attempt(deployment, NAME, WRONG, costs)[0]
