"""Attack 12: seeds over arrays are Python's own, what is found is the secret, and the grader leaves no trace."""

from __future__ import annotations

import base64
import datetime
import hashlib
import itertools
import os
import random
import secrets
import time
import uuid
from collections.abc import Callable
from datetime import datetime as imported_moment
from time import time_ns as imported_clock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_lab.attacks import weak_randomness
from mfa_lab.attacks.simulation import seed_search
from mfa_lab.attacks.simulation.mersenne import first_words
from mfa_lab.attacks.simulation.seed_search import CHUNK_SEEDS, observe, recover, secret_from_time
from mfa_lab.otp import code_at
from mfa_lab.provisioning import new_secret
from mfa_lab.randomness import SeededRandomness

NOW = 1_800_000_000


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=5), st.integers(1, 227))
def test_the_words_are_pythons(seed_search: list[int], count: int) -> None:
    """For any seeds below 2^32 and any number of words, what `random.Random(seed)` gives."""
    words = first_words(np.array(seed_search, np.uint32), count)
    for place, seed in enumerate(seed_search):
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


def test_a_bar_shows_only_where_many_seeds_are_tried(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is a matter of how many there are, and of no clock."""
    observed = observe(secret_from_time(NOW + 9_000), NOW)
    assert recover(observed, NOW, NOW + 9_001)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(seed_search, "_WORTH_A_BAR", 9_001)
    assert recover(observed, NOW, NOW + 9_001)
    told = capsys.readouterr()
    assert "/9.00k" in told.err
    assert told.out == ""


def test_the_grader_leaves_clocks_and_dice_as_they_were() -> None:
    """What it stops and sets for a moment goes on afterwards, whatever the answer does."""
    dice, clock, bits, urandom = random.getstate(), time.time, random.Random.getrandbits, os.urandom
    moment, below, tick = datetime.datetime, random.SystemRandom._randbelow, uuid._generate_time_safe
    for trial in weak_randomness.ATTACK.trials:
        trial.answer(weak_randomness.ATTACK.fixed)
    assert random.getstate() == dice
    assert (time.time, random.Random.getrandbits, os.urandom) == (clock, bits, urandom)
    assert (datetime.datetime, random.SystemRandom._randbelow, uuid._generate_time_safe) == (moment, below, tick)

    def refuses(_now: int) -> str:
        raise RuntimeError

    for trial in weak_randomness.ATTACK.trials:
        with pytest.raises(RuntimeError):
            trial.answer(refuses)
    assert random.getstate() == dice
    assert (time.time, random.Random.getrandbits, os.urandom) == (clock, bits, urandom)


SEEDED, MANY, ASKED = (
    "Two secrets while the seed of `random` is known",
    "Two thousand secrets while all clocks stand still",
    "How many random bytes it gets from the operating system",
)
BYTES_DIFFER = "Thirty-two secrets, byte by byte"


def seeded(seed: int) -> str:
    return new_secret(SeededRandomness(seed))


def sampled(dice: random.Random) -> str:
    return base32(b"".join(number.to_bytes(4) for number in dice.sample(range(2**32), 5)))


def base32(key: bytes) -> str:
    return base64.b32encode(key).decode()


@pytest.mark.parametrize(
    ("make", "refused_by"),
    [
        (lambda _now: seeded(secrets.randbits(16)), {SEEDED, MANY, ASKED}),
        (lambda _now: seeded(time.time_ns() ^ secrets.randbits(8)), {SEEDED, MANY, ASKED}),
        (lambda _now: seeded(secrets.randbits(32)), {SEEDED, ASKED}),
        (lambda _now: seeded(secrets.randbits(256)), {SEEDED}),
        (lambda _now: sampled(random.Random(secrets.randbits(256))), {SEEDED}),
        (lambda _now: base32(hashlib.sha256(str(secrets.randbits(16)).encode()).digest()[:20]), {MANY, ASKED}),
        (lambda _now: base32(hashlib.sha256(secrets.token_bytes(5)).digest()[:20]), {ASKED}),
        (lambda _now: base32(secrets.token_hex(8).encode()), {BYTES_DIFFER, ASKED}),
    ],
)
def test_few_secrets_are_few_whatever_they_are_made_into(make: Callable[[int], str], refused_by: set[str]) -> None:
    """ASVS-6.5.3: a small number as a seed, or hashed, is refused by each trial that can see it."""
    trials = [trial for trial in weak_randomness.ATTACK.trials if trial.name in {SEEDED, MANY, ASKED, BYTES_DIFFER}]
    assert {trial.name for trial in trials if trial.answer(make) != trial.wanted} == refused_by


@pytest.mark.parametrize(
    "make",
    [
        lambda _now: base32(os.urandom(20)),
        lambda _now, urandom=os.urandom: base32(urandom(20)),  # imported before anything could count
        lambda _now: "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(32)),
        lambda _now: "".join(random.SystemRandom().choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=32)),
        lambda _now: base32(hashlib.sha256(secrets.token_bytes(32)).digest()[:20]),
    ],
)
def test_other_ways_to_the_systems_randomness_are_right_too(make: Callable[[int], str]) -> None:
    """The grader asks where the randomness comes from, and not by which name it is called."""
    assert [trial.name for trial in weak_randomness.ATTACK.trials if trial.answer(make) != trial.wanted] == []


KNOWN, REACHED, COPIES = (
    "Two secrets while everything else about the machine is known",
    "Which of the system's random bits reach the secret",
    "Two secrets in two copies of the process",
)


def hashed(value: object) -> str:
    return base32(hashlib.sha256(str(value).encode()).digest()[:20])


@pytest.mark.parametrize(
    "make",
    [
        lambda _now: hashed(uuid.uuid1()),
        lambda _now: hashed(datetime.datetime.now(datetime.UTC)),
        lambda _now: hashed(imported_moment.now(datetime.UTC)),
        lambda _now: hashed(imported_clock()),
        lambda _now: hashed((time.clock_gettime_ns(time.CLOCK_REALTIME), os.getpid())),
        lambda _now: hashed((time.localtime(), time.time_ns(), random.random())),
        lambda _now: hashed((uuid.getnode(), time.monotonic_ns())),
    ],
)
def test_what_an_attacker_may_know_makes_no_secret(make: Callable[[int], str]) -> None:
    """ASVS-6.5.3: each clock under each name, the process id, the network address, and `random`, also together."""
    (trial,) = (trial for trial in weak_randomness.ATTACK.trials if trial.name == KNOWN)
    assert trial.answer(make) == weak_randomness.ONE


@pytest.mark.parametrize(
    ("make", "bits"),
    [
        (lambda _now: hashed(secrets.token_bytes(20)[:4]), "32 bits"),
        (lambda _now: hashed(uuid.uuid4().hex[:16]), "60 bits"),
        (lambda _now: hashed("".join(secrets.choice("0123456789") for _ in range(20))), "66 bits"),
        (lambda _now: hashed(secrets.randbits(200) % 2**40), "40 bits"),
        (lambda _now: hashed(random.SystemRandom().random()), "53 bits"),
        (lambda _now: hashed(os.urandom(64)[-13:]), "104 bits"),
        (lambda _now: hashed(uuid.uuid4()), weak_randomness.REACHED),
        (lambda _now: base32(secrets.token_bytes(20)), weak_randomness.REACHED),
        (lambda _now, urandom=os.urandom: base32(urandom(20)), weak_randomness.REACHED),
    ],
)
def test_only_bits_that_reach_the_secret_count(make: Callable[[int], str], bits: str) -> None:
    """NIST-3.1.4.1: however many bytes are asked for, by whatever door, the secret has the bits that change it."""
    (trial,) = (trial for trial in weak_randomness.ATTACK.trials if trial.name == REACHED)
    assert trial.answer(make) == bits


def test_what_only_variables_decide_is_the_same_in_each_copy() -> None:
    """A counter behind a hash looks random here, but each worker of a server begins with the same one."""
    counter, key = itertools.count(secrets.randbelow(10**6)), secrets.token_bytes(32)
    (trial,) = (trial for trial in weak_randomness.ATTACK.trials if trial.name == COPIES)
    assert trial.answer(lambda _now: hashed(next(counter))) == weak_randomness.ONE
    assert trial.answer(lambda _now: hashed((key, next(counter), time.time_ns()))) == weak_randomness.ONE
    assert trial.answer(lambda _now: hashed((next(counter), os.urandom(16)))) == weak_randomness.TWO
