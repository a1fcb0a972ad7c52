"""Attack 6: what is drawn and reckoned with is what the weak server permits, no guess more and none less."""

from __future__ import annotations

import pytest

from mfa_lab.attacks.helpers.guess_rate import measured_rules, stops_after, waits
from mfa_lab.attacks.helpers.guesses import guess, verified_guesses, wrong_code
from mfa_lab.attacks.helpers.minimal_server import Count, MinimalServer
from mfa_lab.attacks.helpers.world import Make, World, our_server
from mfa_lab.attacks.simulation.guess_budget import DAY_SECONDS, Rules, attempts_before, guess_budget
from mfa_lab.attacks.throttle_without_end import ATTACK, EndlessServer, attack, in_bursts
from mfa_lab.policy import Policy
from mfa_lab.server.login.throttle import wait_seconds

RULES = Rules(accepted_codes=3, limits=((5, 300),))
"""What the weak server permits."""


def test_a_day_of_the_budget_is_a_day_at_the_server() -> None:
    """As many attempts as `attempts_before` says are looked at in a day: 1,440."""
    attempts = attempts_before(RULES, DAY_SECONDS)
    assert attempts == 1_440
    assert verified_guesses(ATTACK.weak, in_bursts, attempts) == [True] * attempts


def test_no_faster() -> None:
    """The sixth guess of a burst is not looked at, nor is one a second before the wait is over."""
    world = World(ATTACK.weak)
    pending, wrong = world.begin(world.alice), wrong_code(world, world.alice)
    for _ in range(5):
        guess(world, pending, wrong)
    assert not guess(world, pending, world.alice.phone.code())
    world.clock.advance(299)
    assert not guess(world, pending, world.alice.phone.code())
    world.clock.advance(1)
    assert guess(world, pending, world.alice.phone.code())


@pytest.mark.parametrize(
    ("make", "stop"), [(ATTACK.weak, None), (MinimalServer, None), (ATTACK.fixed, 100), (our_server, 100)]
)
def test_whether_a_server_ever_stops(make: Make, stop: int | None) -> None:
    """NIST-3.2.2: after a hundred wrong codes in a row. Waits of an hour, as `MinimalServer` has them, stop
    nobody."""
    assert stops_after(make) == stop


class NoWait(EndlessServer):
    def wait_seconds(self, failures: int) -> int:  # noqa: ARG002
        return 0


class AnHour(EndlessServer):
    def wait_seconds(self, failures: int) -> int:  # noqa: ARG002
        return 3600


class WideWindow(EndlessServer):
    window_steps = 8


class FiveAtMost(EndlessServer):
    def must_wait(self, count: Count) -> bool:
        return count.failures >= 5 or super().must_wait(count)


@pytest.mark.parametrize(
    ("make", "rules"),
    [
        (ATTACK.weak, RULES),
        (ATTACK.fixed, Rules(accepted_codes=3, limits=((5, 300),), disable_after_failures=100)),
        (our_server, Rules(accepted_codes=3, limits=((1, 3600),), disable_after_failures=100)),
        (MinimalServer, Rules(accepted_codes=3, limits=((1, 3600),))),
        (NoWait, Rules(accepted_codes=3)),
        (AnHour, Rules(accepted_codes=3, limits=((1, 3600),))),
        (WideWindow, Rules(accepted_codes=17, limits=((5, 300),))),
        (FiveAtMost, Rules(accepted_codes=3, disable_after_failures=5)),
        (ATTACK.refuser, Rules(accepted_codes=1, disable_after_failures=1)),
    ],
)
def test_the_rate_is_the_servers(make: Make, rules: Rules) -> None:
    """What is drawn and reckoned with is measured: another wait, window or end, and the rules are others."""
    assert measured_rules(make) == rules


def test_the_waits_are_the_servers() -> None:
    """Found out from outside, second for second: `MfaServer`'s throttle is what its policy says (NIST-3.2.2)."""
    assert waits(our_server) == [wait_seconds(failures, Policy.STANDARD) for failures in range(1, 26)]


@pytest.mark.parametrize(("make", "got", "year"), [(AnHour, 0, "2.6 %"), (NoWait, 400, "over 99.9 %")])
def test_the_figures_follow_the_server(make: Make, got: int, year: str) -> None:
    """An hour's wait makes of 79 % a chance of one in forty; without any wait everybody is in."""
    measure = attack(make)
    assert (measure.got, measure.words.endswith(f"the chance in a year is {year}")) == (got, True)


def test_the_year_is_told() -> None:
    """The words hold the closed form for a year: 79 %, against 1 in 3,334 where it ends after a hundred."""
    assert guess_budget(RULES).chance_per_year == pytest.approx(1 - (1 - 3e-6) ** (365 * 1_440))
    weak = attack(ATTACK.weak).words
    assert weak.startswith("codes are always verified: 17 of 400 attackers")  # drawn attempt by attempt
    assert weak.endswith("the chance in a year is 79 %")
    assert attack(ATTACK.fixed).words.endswith("the chance in a year is 1 in 3,334")
