"""Rung 12: seeds over arrays are Python's own, what is found is the secret, and the grader leaves no trace."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_lab.attacks.ladder import weak_source
from mfa_lab.attacks.ladder.mersenne import first_words
from mfa_lab.attacks.ladder.seeds import CHUNK_SEEDS, observe, recover, secret_from_time
from mfa_lab.otp import code_at
from mfa_lab.provisioning import new_secret

NOW = 1_800_000_000


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=5), st.integers(1, 227))
def test_the_words_are_pythons(seeds: list[int], count: int) -> None:
    """For any seeds below 2^32 and any number of words, what `random.Random(seed)` gives."""
    words = first_words(np.array(seeds, np.uint32), count)
    for place, seed in enumerate(seeds):
        dice = random.Random(seed)
        assert [int(word[place]) for word in words] == [dice.getrandbits(32) for _ in range(count)]


@pytest.mark.parametrize("place", [0, 1, CHUNK_SEEDS - 1, CHUNK_SEEDS, CHUNK_SEEDS + 4])
@pytest.mark.parametrize("after", [1, CHUNK_SEEDS])
def test_a_secret_is_found_wherever_it_was_made(place: int, after: int) -> None:
    """At either end of the stretch, and of a chunk of seeds."""
    secret = secret_from_time(NOW + place)
    assert recover(observe(secret, NOW + 700_000), NOW, NOW + place + after) == secret


def test_outside_the_stretch_nothing_is_found() -> None:
    """The second before and the second after are not tried."""
    for place in (-1, 5_000):
        assert recover(observe(secret_from_time(NOW + place), NOW), NOW, NOW + 5_000) is None


def test_a_secret_from_elsewhere_is_not_found() -> None:
    """Nor is a code that happens to be right taken for the secret."""
    assert recover(observe(new_secret(), NOW), NOW, NOW + 5_000) is None


def test_one_code_is_not_enough() -> None:
    """Of three million seconds some show a given code by accident; a second code tells them apart.

    Found beforehand: the secrets of these two seconds show the same code at this moment.
    """
    first, second, at = 1_799_001_125, 1_799_001_507, NOW
    one, other = (secret_from_time(moment) for moment in (first, second))
    assert code_at(one, at) == code_at(other, at)
    assert recover(observe(other, at)[:1], first, second + 1) == one
    assert recover(observe(other, at), first, second + 1) == other


def test_codes_far_away_in_time_do_as_well() -> None:
    """RFC6238-4.2: a time step beyond 32 bits is hashed in full."""
    at = 30 * 2**32 + 90
    secret = secret_from_time(NOW)
    assert recover(observe(secret, at), NOW - 3, NOW + 3) == secret


def test_the_grader_leaves_clocks_and_dice_as_they_were() -> None:
    """What it stops and sets for a moment goes on afterwards, whatever the answer does."""
    dice, clock = random.getstate(), time.time
    for trial in weak_source.RUNG.trials:
        trial.answer(weak_source.RUNG.fixed)
    assert random.getstate() == dice
    assert time.time is clock

    def refuses(_now: int) -> str:
        raise RuntimeError

    for trial in weak_source.RUNG.trials:
        with pytest.raises(RuntimeError):
            trial.answer(refuses)
    assert random.getstate() == dice
    assert time.time is clock
