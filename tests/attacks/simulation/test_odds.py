"""Closed forms and simulations by real codes agree within three sigma; seeds are fixed, so this is exact."""

import numpy as np
import pytest

from mfa_lab.attacks.simulation.odds import (
    KEPT_STEPS,
    acceptance,
    dice,
    guessing,
    sigma,
    simulated_acceptance,
    some_codes,
)
from mfa_lab.errors import InvalidInput
from mfa_lab.randomness import SeededRandomness

OFFSETS = np.array([-320, -95, -61, -60, -45, -30, -15, 0, 1, 15, 29, 30, 31, 44, 59, 60, 75, 90, 305])
DELAYS = np.array([0, 1, 10, 29, 30, 45])


@pytest.mark.parametrize("window_steps", [0, 1, 2, 10])
def test_acceptance(window_steps: int) -> None:
    """Over all offsets and delays the shares stray from the closed form as chance has it, in sum and in squares,
    within three sigma of each; what is certain happens always, what is impossible never but by accident.
    """
    logins = 4000
    expected = acceptance(OFFSETS[:, None], DELAYS, window_steps)
    share = simulated_acceptance(
        OFFSETS[:, None], DELAYS, window_steps, logins=logins, randomness=SeededRandomness(window_steps)
    )
    assert share.shape == expected.shape == (19, 6)
    open_to_chance = (expected > 0) & (expected < 1)
    strayed = (share - expected)[open_to_chance] / sigma(expected, logins)[open_to_chance]
    assert strayed.size >= 4
    assert abs(strayed.sum()) <= 3 * np.sqrt(strayed.size)
    assert abs((strayed**2).sum() - strayed.size) <= 3 * np.sqrt(2 * strayed.size)
    assert np.all(share[expected == 1] == 1)
    assert np.all(share[expected == 0] <= 3 / logins)


@pytest.mark.parametrize(
    ("offset", "delay", "window_steps", "chance"),
    [
        (0, 0, 0, 1),
        (15, 0, 0, 0.5),
        (0, 15, 0, 0.5),
        (15, 15, 0, 1),
        (30, 0, 0, 0),
        (30, 0, 1, 1),
        (-45, 0, 1, 0.5),
        (-30, 15, 1, 0.5),
        (0, 89, 2, 1 / 30),
        (0, 90, 2, 0),
    ],
)
def test_acceptance_by_hand(offset: int, delay: int, window_steps: int, chance: float) -> None:
    """Cases a class can count on its fingers; RFC6238-6: two steps back tolerate 89 s, and then no more."""
    assert acceptance(offset, delay, window_steps) == pytest.approx(chance)


def simulated_guessing(
    window_steps: int, attempts: int, *, attackers: int, randomness: SeededRandomness, digits: int = 6
) -> float:
    """Return the share of `attackers` with at least one accepted guess, each making one guess a step."""
    codes = some_codes(randomness, KEPT_STEPS + attempts + 2 * window_steps, digits)
    thrown = dice(randomness)
    starts = thrown.integers(0, KEPT_STEPS, attackers, np.int32)
    inside = np.zeros(attackers, np.bool_)
    for attempt in range(attempts):
        guess = thrown.integers(0, 10**digits, attackers, np.uint32)
        for step in range(2 * window_steps + 1):
            inside |= codes[starts + attempt + step] == guess
    return float(inside.mean())


@pytest.mark.parametrize(("window_steps", "attempts"), [(0, 200), (1, 100), (10, 40)])
def test_guessing(window_steps: int, attempts: int) -> None:
    """RFC4226-6: blind guesses against real codes come out at s * v / 10^d."""
    attackers = 50_000
    chance = float(guessing(2 * window_steps + 1, attempts))
    share = simulated_guessing(window_steps, attempts, attackers=attackers, randomness=SeededRandomness(4226))
    assert share > 0
    assert abs(share - chance) <= 3 * sigma(chance, attackers)
    assert chance == pytest.approx((2 * window_steps + 1) * attempts / 10**6, rel=0.001)


def test_guessing_never_passes_one() -> None:
    """Where s * v / 10^d would be more than certain, the exact form is not."""
    assert guessing(3, 10**7) == pytest.approx(1)
    assert np.all(guessing(np.arange(1, 22), np.array([[1], [10**9]])) <= 1)


def test_the_same_seed_gives_the_same_figure() -> None:
    """A notebook's figure does not change from run to run."""
    first, second = (
        simulated_acceptance([10, 20], 3, logins=100, randomness=SeededRandomness(1)).tolist() for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize("wrong", [{"offset_seconds": 0.5}, {"window_steps": 11}, {"window_steps": -1}], ids=str)
def test_what_cannot_be_simulated_is_refused(wrong: dict) -> None:
    """Half seconds (clocks count whole ones) and windows that no verifier has."""
    with pytest.raises(InvalidInput):
        simulated_acceptance(
            **{"offset_seconds": 0, "window_steps": 1, **wrong}, logins=10, randomness=SeededRandomness(1)
        )
