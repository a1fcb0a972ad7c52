"""The phone's offset, narrowed down by the codes it shows: the truth is always inside, and nothing is guessed."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_lab import ManualClock, Phone, SkewedClock
from mfa_lab.errors import ContradictingObservations, InvalidInput
from mfa_lab.otp import diagnose
from mfa_lab.otp.drift import DriftInterval, Observation, estimate_drift
from mfa_lab.provisioning import OtpAccount
from mfa_lab.redaction import Redacted

NOW = 1_800_000_000
SECRET = "DEMOALICEDEMOALICEDEMOALICEDEMO2"
fractions_of_seconds = st.fractions(0, 600, max_denominator=1000)


def observed(
    offset: Fraction, moments: list[Fraction], period: int, delay: Fraction = Fraction(0)
) -> list[Observation]:
    """What is seen of a phone `offset` seconds ahead whose code is read at each moment and arrives `delay` later."""
    return [Observation(floor(NOW + moment + delay), floor((NOW + moment + offset) / period)) for moment in moments]


@given(
    offset=st.fractions(-4000, 4000, max_denominator=1000),
    moments=st.lists(fractions_of_seconds, min_size=1, max_size=30),
    period=st.integers(1, 120),
    allowed=st.integers(0, 20),
    share=st.fractions(0, 1, max_denominator=100),
)
def test_the_truth_is_inside_and_the_interval_only_shrinks(
    offset: Fraction, moments: list[Fraction], period: int, allowed: int, share: Fraction
) -> None:
    """Any offset, to the fraction of a second; any moments; any delay up to the one allowed for."""
    seen = observed(offset, moments, period, share * allowed)
    before = estimate_drift(seen[:1], period=period, delay_seconds=allowed)
    assert before.width_seconds == period + 1 + allowed
    for count in range(1, len(seen) + 1):
        interval = estimate_drift(seen[:count], period=period, delay_seconds=allowed)
        assert offset in interval
        assert before.low_seconds <= interval.low_seconds < interval.high_seconds <= before.high_seconds
        before = interval


@given(
    moments=st.lists(fractions_of_seconds, min_size=1, max_size=8),
    offset=st.fractions(-400, 400, max_denominator=1000),
    inside=st.fractions(0, 1, max_denominator=1000),
)
def test_no_part_of_the_interval_could_be_left_out(
    moments: list[Fraction], offset: Fraction, inside: Fraction
) -> None:
    """Exact, not cautious: every offset in the interval explains each observation at some time within its second."""
    seen = observed(offset, moments, 30)
    interval = estimate_drift(seen)
    other = interval.low_seconds + inside * interval.width_seconds
    for now, step in seen if other in interval else []:
        assert now < (step + 1) * 30 - other
        assert step * 30 - other < now + 1


@pytest.mark.parametrize("drift_seconds", [-4000, -31, -1, 0, 1, 29, 30, 3600])
def test_a_real_phone_watched_for_a_minute(drift_seconds: int) -> None:
    """Codes from a phone, matched to their steps: once a change was seen, two seconds are left, the truth inside."""
    clock = ManualClock(NOW)
    phone = Phone(SkewedClock(clock, drift_seconds))
    phone.add(OtpAccount("alice", "mfa-lab", Redacted(SECRET)).uri())
    seen = []
    for _ in range(60):
        found = diagnose(SECRET, phone.code(), clock.now(), reach_steps=240)
        assert found.step is not None
        seen.append(Observation(clock.now(), found.step))
        clock.advance(1)
    interval = estimate_drift(seen)
    assert interval.width_seconds == 2
    assert drift_seconds in interval


def test_both_codes_in_one_second_leave_one_second() -> None:
    """The sharpest there is: the code changed within a second of the server's."""
    assert estimate_drift([(NOW, 60_000_000), (NOW, 60_000_001)]) == DriftInterval(29, 30)


def test_contradicting_observations_are_named() -> None:
    """A code typed late, or of another account: the two that cannot both be true are numbered, from 1."""
    seen = [(NOW, 60_000_000), (NOW + 1, 60_000_000), (NOW + 29, 60_000_002), (NOW + 40, 60_000_001)]
    with pytest.raises(
        ContradictingObservations, match=r"observation 3 .* 30 s ahead, but observation 4 .* 20 s"
    ) as caught:
        estimate_drift(seen)
    assert (caught.value.ahead, caught.value.behind) == (3, 4)
    pair = [seen[caught.value.ahead - 1], seen[caught.value.behind - 1]]
    with pytest.raises(ContradictingObservations):
        estimate_drift(pair)
    assert estimate_drift(seen, delay_seconds=20)
    with pytest.raises(ContradictingObservations):
        estimate_drift([(NOW, 60_000_001), (NOW + 1, 60_000_000)])  # an interval of no width


def test_the_first_step_is_a_step() -> None:
    """Step 0 is the first half minute of 1970."""
    assert estimate_drift([(10, 0)]) == DriftInterval(-11, 20)


def test_it_reads_as_a_sentence_says_it() -> None:
    """Signs tell ahead from behind."""
    assert str(DriftInterval(-3, 4)) == "between -3 s and +4 s"
    assert 4 not in DriftInterval(-3, 4)
    assert -3 not in DriftInterval(-3, 4)


@pytest.mark.parametrize(
    ("seen", "options"),
    [
        ([], {}),
        ([(-1, 0)], {}),
        ([(NOW, -1)], {}),
        ([(NOW, 1.0)], {}),
        ([(NOW, True)], {}),
        ([(NOW + 0.5, 60_000_000)], {}),
        ([(NOW, 60_000_000)], {"delay_seconds": -1}),
        ([(NOW, 60_000_000)], {"delay_seconds": 0.5}),
        ([(NOW, 60_000_000)], {"period": 0}),
    ],
    ids=str,
)
def test_what_cannot_be_an_observation_is_refused(seen: list, options: dict) -> None:
    """No observation, a time before 1970, no whole number: a sentence, never an interval."""
    with pytest.raises(InvalidInput):
        estimate_drift(seen, **options)
