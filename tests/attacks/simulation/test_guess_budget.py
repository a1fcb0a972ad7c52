"""The guess budget in closed form, replayed on the real server, and drawn attempt by attempt: all three agree."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mfa_lab import Policy
from mfa_lab.attacks.simulation.guess_budget import (
    DAY_SECONDS,
    NETWORK,
    Rules,
    attempts_before,
    attempts_between_logins,
    attempts_in,
    guess_budget,
    in_words,
    moment,
)
from mfa_lab.attacks.simulation.odds import sigma
from mfa_lab.attacks.simulation.simulated_budget import simulated_budget
from mfa_lab.errors import InvalidInput, Reason
from mfa_lab.randomness import SeededRandomness
from tests.server.kit import EXPLAINING, NAME, Deployment, reason, refused

STANDARD = Rules.of(Policy.STANDARD)
POLICIES = {
    "standard": EXPLAINING,
    "strict": replace(EXPLAINING, free_failures=0, first_wait_seconds=60, disable_after_failures=10, window_steps=0),
    "no waits to speak of": replace(EXPLAINING, free_failures=1_000_000),
    "one code a password": replace(EXPLAINING, pending_wrong_codes=1, disable_after_failures=20),
    "long waits": replace(EXPLAINING, first_wait_seconds=7_200, longest_wait_seconds=10**6, disable_after_failures=9),
    "short pending logins": replace(EXPLAINING, pending_seconds=45, first_wait_seconds=7, disable_after_failures=40),
}
RULES = {
    "nothing": Rules(accepted_codes=3),
    "5 in 300 s": Rules(accepted_codes=1, limits=((5, 300),)),
    "three limits": Rules(accepted_codes=3, limits=((5, 300), (20, 3600), (50, 86_400))),
    "doubling for ever": Rules(accepted_codes=3, waits_seconds=tuple(2**n for n in range(34))),
    "10, then locked": Rules(accepted_codes=13, disable_after_failures=10),
    "5 in 300 s, then locked": Rules(accepted_codes=3, limits=((5, 300),), disable_after_failures=12),
    "standard": STANDARD,
}
each_rule = pytest.mark.parametrize("rules", RULES.values(), ids=RULES)


@pytest.fixture
def enrolled(tmp_path: Path) -> Deployment:
    """An account with a phone, one step after its enrolment."""
    deployment = Deployment(tmp_path)
    deployment.enrol()
    return deployment


class Guesser:
    """Somebody with the password who guesses on the real server as fast as it lets them."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment, self.begins_at = deployment, deployment.clock.now()
        self.moments: list[int] = []
        self.password_logins = 0
        self.pending = None

    def at(self) -> int:
        return self.deployment.clock.now() - self.begins_at

    def guess(self) -> bool:
        """One attempt that counts, and the wait that it costs; False where the factor is disabled."""
        while True:
            if self.pending is None:
                self.pending = self.deployment.begin()
                self.password_logins += 1
            trace = refused(self.deployment.server.finish_login, self.pending, self.deployment.wrong_code())
            if trace.reason in {Reason.CONSUMED_PENDING, Reason.EXPIRED_PENDING}:
                self.pending = None
                continue
            if trace.reason is Reason.DISABLED:
                return False
            assert trace.reason is Reason.NO_MATCH, "the second is too early"
            self.moments.append(self.at())
            self.deployment.clock.advance(trace.wait_seconds or 0)
            return True


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_the_real_server_permits_exactly_the_schedule(policy, enrolled: Deployment):
    """Replayed against MfaServer on a clock of its own: each attempt counts at the very second that the closed form
    says, as many as it says, and then the factor is disabled.
    """
    enrolled.open(policy)
    guesser = Guesser(enrolled)
    while guesser.guess():
        pass
    rules = Rules.of(policy)
    assert guesser.moments == [moment(rules, attempt) for attempt in range(1, policy.disable_after_failures + 1)]
    budget = guess_budget(policy)
    assert budget.attempts_per_day == sum(at < DAY_SECONDS for at in guesser.moments)
    assert budget.attempts_per_year == len(guesser.moments) == policy.disable_after_failures
    assert budget.days_to_disabled == guesser.moments[-1] / DAY_SECONDS


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_the_password_has_to_be_given_as_often_as_on_the_real_server(policy, enrolled: Deployment):
    """Five wrong codes and five minutes of a pending login limit nothing: a correct password makes the next one."""
    enrolled.open(policy)
    guesser = Guesser(enrolled)
    budget = guess_budget(policy)
    for _ in range(budget.attempts_per_day):
        assert guesser.guess()
    assert guesser.password_logins == budget.password_logins_per_day
    assert budget.password_logins_per_day >= budget.attempts_per_day / policy.pending_wrong_codes


@pytest.mark.parametrize("name", ["standard", "strict", "one code a password"])
def test_an_owner_who_logs_in_every_day_starts_the_count_anew(name: str, enrolled: Deployment):
    """On the real server: after as many attempts as the closed form allows, the owner gets in at the end of the day,
    the next day permits as many, and one more would have shut the owner out or disabled the factor.
    """
    policy = POLICIES[name]
    enrolled.open(policy)
    a_day = attempts_between_logins(Rules.of(policy), 1)
    for day in range(2):
        guesser = Guesser(enrolled)
        for _ in range(a_day):
            assert guesser.guess()
        assert guesser.at() <= DAY_SECONDS
        if day == 1:
            assert guesser.guess()
            assert guesser.moments[-1] < DAY_SECONDS
            enrolled.clock.set(guesser.begins_at + DAY_SECONDS)
            late = enrolled.begin(), enrolled.phone.code(f"mfa-lab: {NAME}")
            assert reason(enrolled.server.finish_login, *late) in {Reason.THROTTLED, Reason.DISABLED}
            break
        enrolled.clock.advance(DAY_SECONDS - guesser.at())
        enrolled.server.finish_login(enrolled.begin(), enrolled.phone.code(f"mfa-lab: {NAME}"))
    assert guess_budget(policy, owner_login_days=1).attempts_per_day == a_day


def test_the_standard_in_figures():
    """RFC4226-6, NIST-3.2.2: s = 3 of a million; with the owner away a hundred attempts in under four days and then
    none; with an owner who logs in daily thirty-one a day for ever, and even odds after twenty years.
    """
    away, daily = guess_budget(Policy.STANDARD), guess_budget(Policy.STANDARD, owner_login_days=1)
    assert away.chance_per_attempt == daily.chance_per_attempt == 3e-6
    assert (away.attempts_per_day, away.attempts_per_year, away.days_to_one_half) == (32, 100, math.inf)
    assert away.days_to_disabled == pytest.approx(3.79, abs=0.01)
    assert away.chance_per_year == pytest.approx(3e-4, rel=1e-3)
    assert (daily.attempts_per_day, daily.attempts_per_year, daily.days_to_disabled) == (31, 31 * 365, math.inf)
    assert daily.chance_per_year == pytest.approx(1 - (1 - 3e-6) ** (31 * 365))
    assert daily.days_to_one_half / 365 == pytest.approx(20.4, abs=0.1)


def test_a_second_authenticator_doubles_the_chance():
    """Its codes are right as well, and each attempt still counts once; more than the policy allows are no account."""
    one, two = (guess_budget(Rules.of(Policy.STANDARD, authenticators=count)) for count in (1, 2))
    assert two.chance_per_attempt == 2 * one.chance_per_attempt
    assert two.attempts_per_year == one.attempts_per_year
    for count in (0, Policy.STANDARD.authenticators + 1, True):
        with pytest.raises(InvalidInput, match="authenticators"):
            Rules.of(Policy.STANDARD, authenticators=count)


def test_a_throttle_that_never_stops():
    """Issue 6's attack: 5 tries in 5 minutes are 525,600 in a year, and with three accepted codes more than even."""
    budget = guess_budget(Rules(accepted_codes=3, limits=((5, 300),)))
    assert (budget.attempts_per_day, budget.attempts_per_year) == (1440, 525_600)
    assert budget.chance_per_year == pytest.approx(1 - math.exp(-1.5768), rel=1e-5)
    assert budget.days_to_one_half == pytest.approx(math.log(2) / 3e-6 / 1440, abs=0.01)


@each_rule
@pytest.mark.parametrize("owner_login_days", [None, 1, 3])
def test_one_half_is_where_it_says(rules: Rules, owner_login_days):
    """Within the day before, the chance is below one half, and within the day after above; never is never."""
    budget = guess_budget(rules, owner_login_days=owner_login_days)
    chances = [
        1 - (1 - budget.chance_per_attempt) ** attempts_in(rules, days, owner_login_days)
        for days in (math.floor(min(budget.days_to_one_half, 1e6)), math.ceil(min(budget.days_to_one_half, 1e6)) + 1)
    ]
    if math.isinf(budget.days_to_one_half) or budget.days_to_one_half > 1e6:
        assert chances[1] < 0.5
    else:
        assert chances[0] < 0.5 <= chances[1]


# Drawn attempt by attempt


def schedule(rules: Rules, attempts: int) -> list[int]:
    """The same by the plain rule, one attempt after the other: waits, and at most so many in any so many seconds."""
    made: list[int] = []
    for failures in range(attempts):
        at = made[-1] if made else 0
        if rules.waits_seconds and failures:
            at += rules.waits_seconds[min(failures, len(rules.waits_seconds)) - 1]
        for most, seconds in () if rules.waits_seconds else rules.limits or (NETWORK,):
            if failures >= most:
                at = max(at, made[-most] + seconds)
        made.append(at)
    return made


@each_rule
def test_the_closed_form_is_the_rule_applied_again_and_again(rules: Rules):
    """The n-th attempt comes when the rule lets it, for each of the first three thousand."""
    assert [moment(rules, attempt) for attempt in range(1, 3001)] == schedule(rules, 3000)


numbers = st.integers(1, 40)
some_limits = st.lists(st.tuples(numbers, st.integers(1, 50_000)), max_size=3, unique_by=lambda limit: limit[0])
some_waits = st.lists(st.integers(0, 40_000), max_size=8)


@st.composite
def any_rules(draw) -> Rules:
    """Whatever the record takes; what it refuses is left to its own test."""
    waits = draw(some_waits)
    limits = [] if waits else sorted(draw(some_limits))
    try:
        return Rules(
            accepted_codes=1,
            waits_seconds=tuple(waits),
            limits=tuple(limits),
            disable_after_failures=draw(st.none() | st.integers(1, 30)),
        )
    except InvalidInput:
        return Rules(accepted_codes=1, waits_seconds=(draw(st.integers(600, 90_000)),))


@settings(deadline=None, max_examples=60)
@given(rules=any_rules(), days=st.integers(1, 9), owner=st.none() | st.integers(1, 4))
def test_each_attempt_is_counted_alike(rules: Rules, days: int, owner):
    """Any rules, any owner: as many attempts are drawn as the closed form counts, and each at its moment."""
    expected = attempts_in(rules, days, owner)
    if expected < 20_000:
        tally = simulated_budget(
            replace(rules, digits=8), days=days, attackers=1, randomness=SeededRandomness(1), owner_login_days=owner
        )
        assert tally.attempts == expected
    assert [moment(rules, attempt) for attempt in range(1, 200)] == schedule(rules, 199)


@pytest.mark.parametrize(
    ("rules", "days", "attackers", "owner"),
    [
        (Policy.STANDARD, 365, 200_000, None),
        (Policy.STANDARD, 30, 20_000, 1),
        (replace(Policy.STANDARD, window_steps=10, free_failures=99), 1, 100_000, None),
        (Rules(accepted_codes=3, disable_after_failures=20_000), 1, 500, None),
        (RULES["5 in 300 s"], 10, 500, None),
        (RULES["three limits"], 40, 5000, None),
        (RULES["doubling for ever"], 30, 30_000, 1),
        (RULES["10, then locked"], 1, 400_000, None),
        (RULES["10, then locked"], 20, 20_000, 1),
    ],
    ids=str,
)
def test_closed_form_and_simulation_agree(rules, days: int, attackers: int, owner):
    """Within three sigma, by real codes; and nobody makes an attempt more than the closed form counts."""
    tally = simulated_budget(
        rules, days=days, attackers=attackers, randomness=SeededRandomness(4226), owner_login_days=owner
    )
    plain = Rules.of(rules) if isinstance(rules, Policy) else rules
    attempts = attempts_in(plain, days, owner)
    chance = -math.expm1(attempts * math.log1p(-plain.accepted_codes / 10**plain.digits))
    assert tally.inside > 2
    assert abs(tally.inside / attackers - chance) <= 3 * sigma(chance, attackers)
    assert (attackers - tally.inside) * attempts <= tally.attempts <= attackers * attempts


def test_the_same_seed_draws_the_same():
    """A figure does not change from run to run."""
    tallies = [
        simulated_budget(Policy.STANDARD, days=9, attackers=30_000, randomness=SeededRandomness(7)) for _ in "12"
    ]
    assert tallies[0] == tallies[1]


def test_a_bar_shows_only_where_many_attempts_are_drawn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """It is a matter of how much there is to do: a notebook looks the same on a slow machine."""
    few = {"days": 1, "attackers": 50, "randomness": SeededRandomness(1)}
    assert simulated_budget(STANDARD, **few).attempts == 50 * 32
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr("mfa_lab.attacks.simulation.simulated_budget._WORTH_A_BAR", 50 * 32)
    simulated_budget(STANDARD, **few)
    told = capsys.readouterr()
    assert "/1.60k" in told.err
    assert told.out == ""


def test_memory_stays_bounded():
    """Four times as many attackers take no more of it."""
    import tracemalloc

    peaks = []
    for attackers in (20_000, 80_000):
        tracemalloc.start()
        simulated_budget(STANDARD, days=1, attackers=attackers, randomness=SeededRandomness(1))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert max(peaks) < 20e6
    assert peaks[1] < 1.1 * peaks[0]


# What is told, and what is refused


def test_a_budget_tells_itself():
    """Attempts, chances and the end, in one line."""
    assert repr(guess_budget(Policy.STANDARD)) == (
        "GuessBudget: 32 attempts on the first day, 100 in a year; disabled after 3.8 days; gets in with a chance of "
        "1 in 10,417 on the first day, 1 in 3,334 in a year, one half never; a passkey's signature cannot be "
        "guessed, and its other risks are not estimated (a code that is accepted beside it, recovery, the help desk, "
        "a stolen device or session)"
    )
    assert "11,315 in a year; gets in" in repr(guess_budget(Policy.STANDARD, owner_login_days=1))


@pytest.mark.parametrize(
    ("chance", "told"),
    [
        (0, "none"),
        (1e-6, "1 in 1,000,000"),
        (0.0099, "1 in 101"),
        (0.01, "1.0 %"),
        (0.0347, "3.5 %"),
        (0.41, "41 %"),
        (0.998, "99.8 %"),
        (0.9995, "over 99.9 %"),
        (1, "over 99.9 %"),
    ],
)
def test_a_chance_in_words(chance: float, told: str):
    """One in so many while it is small, in per cent when it is not, and never a rounded certainty."""
    assert in_words(chance) == told


@pytest.mark.parametrize(
    "wrong",
    [
        {"accepted_codes": 0},
        {"accepted_codes": True},
        {"accepted_codes": 1.5},
        {"accepted_codes": 10**6 + 1},
        {"digits": 0},
        {"waits_seconds": (30, 0)},
        {"waits_seconds": (-1, 5)},
        {"waits_seconds": (30,), "limits": ((5, 300),)},
        {"limits": ((5, 300, 1),)},
        {"limits": ((0, 300),)},
        {"limits": ((5, 0),)},
        {"limits": ((20, 3600), (5, 300))},
        {"limits": ((5, 300), (20, 600))},
        {"limits": ((5, 300), (20, 1000))},
        {"limits": ((5, 300), (5, 3600))},
        {"disable_after_failures": 0},
        {"codes_per_password": 0},
        {"password_holds_seconds": 0},
    ],
    ids=str,
)
def test_impossible_rules_are_refused(wrong: dict):
    """Also those that would let somebody guess without end and without a pace, or that contradict each other."""
    with pytest.raises(InvalidInput):
        Rules(**{"accepted_codes": 3, **wrong})


@pytest.mark.parametrize("days", [0, -1, 1.5, True, "1"])
def test_an_owner_comes_after_whole_days(days: object):
    """Neither never (that is None) nor in between."""
    with pytest.raises(InvalidInput, match="owner_login_days"):
        guess_budget(Policy.STANDARD, owner_login_days=days)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"days": 0}, {"days": 4000}, {"attackers": 0}, {"attackers": 1.0}], ids=str)
def test_what_cannot_be_simulated_is_refused(wrong: dict):
    """Whole numbers, and ten years at most."""
    with pytest.raises(InvalidInput):
        simulated_budget(STANDARD, **{"days": 1, "attackers": 1, **wrong}, randomness=SeededRandomness(1))


@each_rule
def test_more_days_are_never_fewer_attempts(rules: Rules):
    """Attempts rise with time, no matter who logs in meanwhile."""
    for owner in (None, 1, 2):
        counts = [attempts_in(rules, days, owner) for days in range(1, 15)]
        assert all(before <= after for before, after in pairwise(counts))
    assert attempts_before(rules, 0) == 0
