"""The figures of guess budgets: the data are the closed form, the words hold them, the points stand in order."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from mfa_lab.attacks.simulation.guess_budget import Rules, guess_budget, in_words
from mfa_lab.lab.figures.guessing.guess_budgets import (
    ONE_AUTHENTICATOR,
    budget_comparison,
    draw,
    half,
    permitted,
    sector_comparison,
)
from mfa_lab.lab.formatting import duration
from mfa_lab.lab.other_systems import other_systems
from mfa_lab.policy import Policy
from mfa_lab.resources import data_dir
from tests.lab.figures.figure_rules import keeps_all

PICTURES = {
    "systems": budget_comparison(),
    "sectors": sector_comparison(),
    "one": sector_comparison({"standard": Policy.STANDARD}),
    "far apart": sector_comparison(
        {
            "weak": replace(Policy.STANDARD, window_steps=10, longest_wait_seconds=30),
            "strong": replace(Policy.STANDARD, digits=8, window_steps=0, disable_after_failures=2),
        }
    ),
}
each_picture = pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)


def test_every_system_is_there_and_the_kit_among_them():
    """The weakest first, by the time to even odds; ours where it belongs, and marked."""
    data = PICTURES["systems"].data
    assert len(data) == len(other_systems()) + 1
    halves = [row.daily.days_to_one_half for row in data]
    assert halves == sorted(halves)
    (ours,) = [row for row in data if row.ours]
    assert ours.daily == guess_budget(Policy.STANDARD, owner_login_days=1)
    assert ours.away == guess_budget(Policy.STANDARD)


def test_the_seven_sectors_keep_their_order():
    """As in data/policies.toml."""
    names = [row.name for row in PICTURES["sectors"].data]
    assert len(names) == 7
    assert (names[0], names[-1]) == ("Enterprise applications", "Business management systems")


@each_picture
def test_the_words_hold_every_figure(picture):
    """Anyone who cannot see it learns the same: rules, both times, and the chance within a year."""
    for row in picture.data:
        assert (
            f"{row.name} ({row.permits}): {half(row.daily)}, {in_words(row.daily.chance_per_year)}" in picture.words
        )
        assert half(row.away) in picture.words
    assert picture.words == repr(picture)


@each_picture
def test_further_right_is_longer(picture):
    """Circles and squares stand in the order of their times, never furthest of all, all within the drawing."""
    axes = draw(picture.data)
    spots = {
        marker: [line.get_xdata()[0] for line in axes.lines if line.get_marker() == marker and line.get_zorder() == 3]
        for marker in "os"
    }
    shown = [row for row in picture.data if half(row.away) != half(row.daily)]
    days = [row.daily.days_to_one_half for row in picture.data] + [row.away.days_to_one_half for row in shown]
    places = spots["o"] + spots["s"]
    assert len(places) == len(days)
    pairs = sorted(zip(days, places, strict=True))
    assert [place for _, place in pairs] == sorted(places)
    assert all(15 < place < 35 for place in places)


@each_picture
def test_it_is_drawn_as_all_figures_are(picture):
    """No words upon words or beyond the edge, a text alternative, contrast in both themes, large enough."""
    note = () if picture is PICTURES["systems"] else ONE_AUTHENTICATOR
    keeps_all(picture, draw(picture.data, note=note))
    for line in ONE_AUTHENTICATOR:
        assert (line in picture.words) == (f">{line}</text>" in picture.svg) == (line in note)


def test_the_small_print_says_what_a_second_authenticator_would_change():
    """Policies are drawn with one authenticator, and the figure says so; two make the chance about twice as large."""
    policies = Policy.parse((data_dir() / "policies.toml").read_text("utf-8"))
    for (name, policy), row in zip(policies.items(), PICTURES["sectors"].data, strict=True):
        assert row.daily == guess_budget(Rules.of(policy, authenticators=1), owner_login_days=1)
        if name == "financial":
            assert policy.authenticators == 1
            continue
        two = guess_budget(Rules.of(policy, authenticators=2), owner_login_days=1)
        assert 1.9 < two.chance_per_year / row.daily.chance_per_year <= 2


def test_the_same_bytes_each_time():
    """Drawn again, no byte differs."""
    assert budget_comparison().svg == PICTURES["systems"].svg


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (Rules(accepted_codes=1), "1 code, no limit (10 tries a second)"),
        (
            Rules(accepted_codes=3, digits=8, limits=((5, 300), (50, 86_400))),
            "3 codes of 8 digits, 50 tries in 24 hours",
        ),
        (Rules.of(Policy.STANDARD), "3 codes, waits up to 60 minutes, off after 100"),
        (Rules(accepted_codes=13, disable_after_failures=10), "13 codes, off after 10"),
        (Rules(accepted_codes=3, waits_seconds=(0, 0), disable_after_failures=2), "3 codes, off after 2"),
        (Rules(accepted_codes=3, waits_seconds=(1, 10**10)), "3 codes, waits without end"),
    ],
)
def test_the_rules_in_few_words(rules: Rules, told: str):
    """The tightest limit in the long run, the longest wait, the end."""
    assert permitted(rules) == told


def test_half_in_words():
    """A time as a person says it, and never from a million years on."""
    budget = guess_budget(Policy.STANDARD, owner_login_days=1)
    assert half(budget) == duration(budget.days_to_one_half * 86_400) == "20 years"
    assert half(replace(budget, days_to_one_half=math.inf)) == half(replace(budget, days_to_one_half=1e9)) == "never"
