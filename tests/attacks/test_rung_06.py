"""Rung 6: what is drawn and reckoned with is what the weak server permits, no guess more and none less."""

from __future__ import annotations

import pytest

from mfa_lab.attacks.budget import DAY_SECONDS, attempts_before, guess_budget
from mfa_lab.attacks.ladder.guesses import guess, looked_at, wrong_code
from mfa_lab.attacks.ladder.small import SmallServer
from mfa_lab.attacks.ladder.throttle_without_end import PACE, RUNG, attack, in_bursts, stops_after
from mfa_lab.attacks.ladder.world import Make, World, our_server


def test_a_day_of_the_budget_is_a_day_at_the_server() -> None:
    """As many attempts as `attempts_before` says are looked at in a day: 1,440."""
    attempts = attempts_before(PACE, DAY_SECONDS)
    assert attempts == 1_440
    assert looked_at(RUNG.weak, in_bursts, attempts) == [True] * attempts


def test_no_faster() -> None:
    """The sixth guess of a burst is not looked at, nor is one a second before the wait is over."""
    world = World(RUNG.weak)
    pending, wrong = world.begin(world.alice), wrong_code(world, world.alice)
    for _ in range(5):
        guess(world, pending, wrong)
    assert not guess(world, pending, world.alice.phone.code())
    world.clock.advance(299)
    assert not guess(world, pending, world.alice.phone.code())
    world.clock.advance(1)
    assert guess(world, pending, world.alice.phone.code())


@pytest.mark.parametrize(
    ("make", "stop"), [(RUNG.weak, None), (SmallServer, None), (RUNG.fixed, 100), (our_server, 100)]
)
def test_whether_a_server_ever_stops(make: Make, stop: int | None) -> None:
    """NIST-3.2.2: after a hundred wrong codes in a row. Waits of an hour, as `SmallServer` has them, stop nobody."""
    assert stops_after(make) == stop


def test_the_year_is_told() -> None:
    """The words hold the closed form for a year: 79 %, against 1 in 3,334 where it ends after a hundred."""
    assert guess_budget(PACE).chance_per_year == pytest.approx(1 - (1 - 3e-6) ** (365 * 1_440))
    assert "wrong codes never end" in attack(RUNG.weak).words
    assert attack(RUNG.weak).words.endswith("the chance in a year is 79 %")
    assert attack(RUNG.fixed).words.endswith("the chance in a year is 1 in 3,334")
