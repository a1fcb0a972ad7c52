"""The figures and the table of attacks 3 to 6 and 12: data as measured, told in words, drawn as all figures are."""

from __future__ import annotations

import math

import pytest

from mfa_lab.attacks import guessing_one_session, own_login_resets
from mfa_lab.attacks.helpers.guesses import verified_guesses
from mfa_lab.attacks.helpers.world import our_server
from mfa_lab.attacks.simulation.guess_budget import in_words
from mfa_lab.attacks.simulation.odds import guessing
from mfa_lab.lab.demos.attack_tables import seed_table
from mfa_lab.lab.figures.guessing import guess_odds
from mfa_lab.lab.figures.guessing import verified_guesses as looks_figure
from mfa_lab.lab.figures.guessing.guess_odds import ATTACKERS, MOST_GUESSES
from mfa_lab.lab.figures.guessing.verified_guesses import guess_by_guess
from tests.lab.figures.figure_rules import keeps_all

SERVERS = {
    "weak server": own_login_resets.ATTACK.weak,
    "mended": own_login_resets.ATTACK.fixed,
    "MfaServer": our_server,
}


@pytest.fixture(scope="module")
def looks():
    return guess_by_guess(own_login_resets.with_own_logins, 400, SERVERS)


@pytest.fixture(scope="module")
def odds():
    return guess_odds.guess_odds()


def test_the_rows_are_what_the_servers_looked_at(looks):
    """Guess by guess, and the chance is that of as many guesses (RFC4226-6)."""
    for name, make in SERVERS.items():
        row = verified_guesses(make, own_login_resets.with_own_logins, 400)
        assert list(looks.data.rows[name]) == row
        assert looks.data.chance(name) == float(guessing(3, sum(row)))
        assert f"{name} verified {sum(row):,} of them" in looks.words
        assert in_words(looks.data.chance(name)) in looks.words


def test_what_was_looked_at_is_filled(looks):
    """As many runs as there are, each at its place and wide enough to be seen."""
    axes = looks_figure.draw(looks.data)
    filled = [patch for patch in axes.patches if patch.get_fill()]
    assert len(filled) == len(SERVERS)
    for patch, row in zip(filled, looks.data.rows.values(), strict=True):
        runs = sum(now and not before for before, now in zip((False, *row), row, strict=False))
        boxes = patch.get_path().vertices.reshape(-1, 5, 2)
        assert len(boxes) == runs
        assert all(box[:, 0].max() - box[:, 0].min() > 0.1 for box in boxes)
        assert boxes[..., 0].min() == pytest.approx(8.6)
        assert boxes[..., 0].max() <= 31.4 + 1e-9


def test_the_odds_are_measured_for_1_3_and_17_codes(odds):
    """By attack 3, each within three sigma of its line; and the words hold them."""
    assert [each.accepted_codes for each in odds.data] == [1, 3, 17]
    for each in odds.data:
        assert each.measure.tries == ATTACKERS
        assert each.measure.expected == float(guessing(each.accepted_codes, guessing_one_session.GUESSES))
        assert abs(each.share - each.measure.expected) <= each.three_sigma
        assert f"{each.measure.got} of {each.measure.tries:,}" in odds.words


def test_the_lines_are_the_closed_form(odds):
    """Each line ends near certainty and passes the point's own expectation."""
    axes = guess_odds.draw(odds.data)
    lines = [patch.get_path().vertices for patch in axes.patches if len(patch.get_path().vertices) > 20]
    assert len(lines) == 3
    for each, line in zip(odds.data, lines, strict=True):
        guesses = 10 ** ((line[:, 0] - 6.4) / (33 - 6.4) * math.log10(MOST_GUESSES))
        chances = 10 ** ((line[:, 1] - 3.2) / (17.2 - 3.2) * 6 - 6)
        assert chances == pytest.approx(guessing(each.accepted_codes, guesses))


def test_they_are_drawn_as_all_figures_are(looks, odds):
    """No words upon words or beyond the edge, a text alternative, contrast in both themes, large enough."""
    keeps_all(looks, looks_figure.draw(looks.data))
    keeps_all(odds, guess_odds.draw(odds.data))


def test_the_same_bytes_each_time(looks):
    """Measured and drawn again, no byte differs."""
    assert guess_by_guess(own_login_resets.with_own_logins, 400, SERVERS).svg == looks.svg


def test_the_table_of_seeds_grows():
    """From a day's seconds on each row has more secrets than the one before, and the last has no seed."""
    rows = seed_table().rows
    assert rows[0][1:] == ("86,400", "under a second")
    assert rows[-1][1] == "2 to the power of 160"
    assert [row[2] for row in rows[1:-1]] == ["110 seconds", "4 hours", "29 hours", "3,300 years"]
