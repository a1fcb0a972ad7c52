"""What a window costs, and the long run: closed forms beside simulations, and beside the real server."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from mfa_lab import AccessDenied, Policy
from mfa_lab.attacks.simulation.guess_budget import guess_budget
from mfa_lab.attacks.simulation.odds import acceptance, sigma, simulated_acceptance
from mfa_lab.errors import InvalidInput
from mfa_lab.lab.figures.guessing import trade_off as trades
from mfa_lab.lab.figures.time import long_run as runs
from mfa_lab.otp import code_at
from mfa_lab.randomness import SeededRandomness
from tests.lab.figures.test_figures import texts
from tests.server.kit import Deployment

USERS = trades.assumed_users()


# What a window costs


@pytest.mark.parametrize(
    ("offset", "delay", "refused"), [(0, 0, [0, 0, 0]), (45, 0, [1, 0.5, 0]), (-30, 15, [1, 0.5, 0])]
)
def test_refusals_by_hand(offset, delay, refused):
    """Users who are all alike are refused as `odds.acceptance` has it."""
    users = trades.Users(np.array([offset]), np.array([delay]), "all alike")
    found = trades.costs(users, windows=(0, 1, 2))
    assert [cost.refused for cost in found.costs] == pytest.approx(refused)


@pytest.mark.parametrize("window_steps", [0, 1, 2])
def test_refusals_by_simulation(window_steps):
    """With real codes as many of the assumed users are refused, within three sigma."""
    users = trades.Users(np.round(USERS.offsets_seconds[::100]), np.round(USERS.delays_seconds[::5]), "some")
    (cost,) = trades.costs(users, windows=(window_steps,)).costs
    offsets, delays = users.offsets_seconds.astype(int)[:, None], users.delays_seconds.astype(int)
    shares = simulated_acceptance(
        offsets, delays, window_steps, logins=500, randomness=SeededRandomness(window_steps), digits=8
    )
    chances = acceptance(offsets, delays, window_steps)
    spread = math.sqrt((sigma(chances, 500) ** 2).sum()) / chances.size
    assert abs((1 - shares.mean()) - cost.refused) <= 3 * spread


@pytest.mark.parametrize("owner_login_days", [None, 1, 30])
def test_the_guessers_side_is_the_guess_budget(owner_login_days):
    """RFC4226-6, under the policy's throttle: one code more on either side is two more that are right."""
    data = trades.costs(USERS, owner_login_days=owner_login_days)
    assert [cost.window_steps for cost in data.costs] == list(range(11))
    assert [cost.per_attempt for cost in data.costs] == pytest.approx([(2 * w + 1) / 1e6 for w in range(11)])
    budget = guess_budget(Policy.STANDARD, owner_login_days=owner_login_days)
    assert data.attempts_a_year == budget.attempts_per_year
    assert data.costs[1].per_year == budget.chance_per_year
    assert data.costs[10].per_year == pytest.approx(1 - (1 - 21e-6) ** budget.attempts_per_year)


def test_wider_refuses_fewer_and_lets_more_guesses_in():
    """The trade-off itself, and most of what is to be gained comes with the first step."""
    costs = trades.costs(USERS).costs
    assert all(one.refused >= wider.refused and one.per_year < wider.per_year
               for one, wider in pairwise(costs))  # fmt: skip
    assert costs[0].refused - costs[1].refused > 10 * (costs[1].refused - costs[10].refused)


def test_the_assumed_users_are_as_described():
    """Shares, deviations and quantiles of the sample are those of the docstring."""
    users = trades.assumed_users(by_hand_share=0.1, by_hand_seconds=50, delay_seconds=10, delay_factor=2)
    astray = np.abs(users.offsets_seconds) > 5  # the others follow the network, within a second or so
    assert astray.mean() == pytest.approx(0.1 * 0.92, abs=0.002)  # 8 of 100 set by hand are right by good luck
    assert users.offsets_seconds[-1000:].std() == pytest.approx(50, rel=0.01)
    assert np.median(users.delays_seconds) == pytest.approx(10, rel=0.01)
    assert np.mean((users.delays_seconds > 5) & (users.delays_seconds < 20)) == pytest.approx(0.68, abs=0.02)
    assert "10 %" in users.about
    assert "assumed" in trades.trade_off(USERS).words


@pytest.mark.parametrize(
    "wrong", [{"by_hand_share": 1.5}, {"by_hand_share": -0.1}, {"delay_seconds": 0}, {"delay_factor": 1}]
)
def test_impossible_users_are_refused(wrong):
    """By name, with what to do."""
    with pytest.raises(InvalidInput):
        trades.assumed_users(**wrong)


# The long run


def test_a_quartz_in_a_year():
    """20 ppm are 10.5 minutes a year, 1.728 s a day."""
    year = runs.course("", Policy.STANDARD, days=365).days[-1]
    assert year.ahead_seconds == pytest.approx(630.72)
    assert year.ahead_seconds / 60 == pytest.approx(10.5, abs=0.02)


@pytest.mark.parametrize("ppm", [20, -20, 4, 12, 150])
@pytest.mark.parametrize("window_steps", [0, 1, 3])
def test_a_window_that_stays_is_left_when_the_drift_is_as_wide(ppm, window_steps):
    """From 30 s a step on a code may be refused; from 30 s more on it always is."""
    policy = replace(Policy.STANDARD, window_steps=window_steps)
    found = runs.course("", policy, ppm=ppm, days=400)
    a_day = abs(ppm) * 0.0864
    assert found.unsure_from == math.floor(window_steps * 30 / a_day) + 1
    lost = math.ceil((window_steps + 1) * 30 / a_day)
    assert found.lost_from == (lost if lost <= 400 else None)
    assert found.back_from is None


@pytest.mark.parametrize(("ppm", "every"), [(20, 7), (-20, 7), (20, 1), (12, 30), (60, 7)])
def test_the_real_server_fares_as_the_figure_says(tmp_path, ppm, every):
    """A server with drift learning, a phone whose clock drifts, a login in the middle of a step on each of the days:
    it lets in on exactly the days on which the figure's window holds the phone's step.
    """
    policy = replace(Policy.CHEAPEST, drift_cap_steps=10)
    found = runs.course("", policy, ppm=ppm, days=240, logins=range(every, 241, every))
    deployment = Deployment(tmp_path, policy)
    deployment.enrol()
    let_in, said = [], []
    for each in found.days[every::every]:
        deployment.clock.set(1_800_000_015 + each.day * 86_400)
        code = code_at(deployment.secret, math.floor(deployment.clock.now() + each.ahead_seconds))
        steps = math.floor(each.ahead_seconds / 30 + 0.5)
        said.append(abs(steps - each.centre_steps) <= policy.window_steps)
        try:
            deployment.server.finish_login(deployment.begin(), code)
            let_in.append(True)
        except AccessDenied:
            let_in.append(False)
    assert let_in == said
    assert True in let_in


def test_three_courses():
    """Without learning it ends after a month; with it, at the cap; two codes in a row bring a token back after a year
    in a drawer, and from then on the window follows it.
    """
    still, learning, drawer = runs.courses()
    assert (still.unsure_from, still.lost_from, still.back_from) == (18, 35, None)
    assert (learning.lost_from, learning.back_from) == (209, None)
    assert learning.lost_from == math.ceil((10 + 2) * 30 / 1.728)
    assert max(day.centre_steps for day in learning.days) == 10
    assert (drawer.lost_from, drawer.back_from) == (35, 365)
    assert {day.chance for day in drawer.days[365:]} == {1.0}


def test_what_lies_beyond_reach_is_not_found():
    """RFC4226-7.4: the search is bounded; 120 ppm for a year are 126 steps, the policy reaches 120."""
    assert runs.courses(120)[2].back_from is None
    assert runs.courses(110)[2].back_from == 365


def test_the_runs_words_hold_its_days():
    """Anyone who cannot see it learns when each is refused, and when again accepted."""
    words = runs.long_run().words
    assert "The window stays: sometimes rejected from day 18, always rejected from day 35." in words
    assert "always rejected from day 35, accepted again from day 365." in words
    assert {"✕ rejected from day 209", "✓ again from day 365"} <= set(texts(runs.draw(runs.courses())))
