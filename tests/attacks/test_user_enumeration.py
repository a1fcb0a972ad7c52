"""Attack 11's watch: what is counted is what takes the time, and Welch's t is the textbook's."""

from __future__ import annotations

from statistics import median

import pytest

from mfa_lab.attacks.helpers.timing import (
    HASH_MS,
    Timing,
    by_the_clock,
    by_the_count,
    counted_hashes,
    our_slow_server,
    slow,
    welch_t,
)
from mfa_lab.attacks.helpers.world import World, our_server
from mfa_lab.attacks.user_enumeration import ATTACK, NOBODY, EnumerableServer, Fixed, seen, signs
from mfa_lab.errors import InvalidInput
from mfa_lab.redaction import Redacted


def test_welch_t_is_the_textbooks() -> None:
    """Worked by hand: means 11 and 6, variances 2 and 2, two values each: 5 / sqrt(2 / 2 + 2 / 2)."""
    assert welch_t((10.0, 12.0), (5.0, 7.0)) == pytest.approx(5 / 2**0.5)
    assert welch_t((5.0, 7.0), (10.0, 12.0)) == -welch_t((10.0, 12.0), (5.0, 7.0))


def test_the_hash_is_what_takes_the_time() -> None:
    """By this machine's own clock a name that exists takes the weak server at least ten times as long; the fixed one
    and this kit's own take no more than three times as long for either. No t is asserted: others may work as well.
    """
    times = {make: by_the_clock(make, 10) for make in (slow(EnumerableServer), slow(Fixed), our_slow_server)}
    weak, *others = (median(timing.known_ms) / median(timing.unknown_ms) for timing in times.values())
    assert weak > 10
    assert all(1 / 3 < ratio < 3 for ratio in others)


@pytest.mark.parametrize(("make", "told_apart"), [(EnumerableServer, True), (Fixed, False), (our_server, False)])
def test_the_count_gives_the_same_verdict_each_time(make, told_apart) -> None:
    """The deterministic watch tells names apart where the servers' work does, and gives the same again."""
    timing = by_the_count(make)
    assert timing.told_apart == told_apart
    assert timing == by_the_count(make)


def test_noise_only_asks_for_more_attempts() -> None:
    """t grows with the root of the number of attempts: ten at each do not show what two hundred do."""
    few, many = by_the_count(EnumerableServer, 4), by_the_count(EnumerableServer, 200)
    assert (few.told_apart, many.told_apart) == (False, True)
    difference = sum(many.known_ms) / 200 - sum(many.unknown_ms) / 200
    assert abs(difference - HASH_MS) < 6


def test_hashes_are_counted_and_the_door_is_closed_again() -> None:
    """Verifying and hashing both count; afterwards nothing counts any more, even if something was raised."""
    hasher = World(EnumerableServer).server.hasher

    def interrupted() -> None:
        with counted_hashes() as hashes:
            done.append(hashes)
            hasher.verify(None, Redacted("demo only"))
            hasher.hash(Redacted("demo only"))
            raise ZeroDivisionError

    done: list[list[int]] = []
    with pytest.raises(ZeroDivisionError):
        interrupted()
    hasher.hash(Redacted("demo only"))
    (works,) = done
    assert len(works) == 2
    assert works[0] == works[1] > 0


@pytest.mark.parametrize("pairs", [0, 1])
def test_too_few_pairs_are_refused(pairs) -> None:
    """A mean without an uncertainty proves nothing."""
    with pytest.raises(InvalidInput, match="two attempts"):
        by_the_count(EnumerableServer, pairs)


def test_every_sign_is_seen_by_itself() -> None:
    """Message, status, time, throttling: each of the four alone is enough."""
    plain = seen(World(our_server).server, NOBODY)
    for sign, change in (("message", {"words": "x"}), ("status", {"status": 404}), ("time", {"hashes": 0})):
        other = tuple(type(one)(**{**_as_dict(one), **change}) for one in plain)
        assert signs(plain, other) == (sign,)
    later = (*plain[:-1], type(plain[0])("x", None, 1))
    assert signs(plain, later) == ("throttling",)


def _as_dict(one) -> dict[str, object]:
    return {"words": one.words, "status": one.status, "hashes": one.hashes}


def test_what_a_timing_says() -> None:
    """A sentence with the limit and the count, for either outcome."""
    apart = Timing((10.0, 11.0, 10.5), (1.0, 2.0, 1.5))
    alike = Timing((10.0, 11.0, 10.5), (10.4, 10.6, 10.5))
    assert "above 4.5 after 3 attempts at each: existing names" in repr(apart)
    assert "not above 4.5" in repr(alike)


class Mute(Fixed):
    """A server that ends without a word while a name waits."""

    def begin_login(self, name, password):
        return None if self.waits(name) else super().begin_login(name, password)


def test_who_says_nothing_lets_nobody_in() -> None:
    """Neither a return with a pending login nor a raise: it is told as that, not as getting in or as being alike."""
    told = [trial.answer(Mute) for trial in ATTACK.trials[1:3]]
    assert told == ["attempt 4: neither let in nor refused", "neither let in nor refused"]
