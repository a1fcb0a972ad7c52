"""The figure of guesses: its data are divisions, its words hold them, its drawing places them in order."""

from html import escape

import pytest

from mfa_lab.lab.facts import fact
from mfa_lab.lab.figures.guessing.guess_cost import draw, guess_cost, guessing
from mfa_lab.lab.formatting import duration, size


def test_the_data_are_counts_by_speeds():
    """Each time is the number of passwords, by the guesses a second of data/facts.toml."""
    assert [each.count for each in guessing()] == [8354, 26**8, 95**8, 7776**5]
    for each in guessing():
        assert each.fast_seconds == each.count / fact("sha256_rate")["per_second"]
        assert each.slow_seconds == each.count / fact("argon2id_rate")["per_second"]


def test_the_words_hold_every_figure():
    """Anyone who cannot see the picture learns the same."""
    picture = guess_cost()
    for each in picture.data:
        assert all(part in picture.words for part in (each.kind, size(each.count), duration(each.slow_seconds)))
    assert f'aria-label="{escape(picture.words)}"' in picture.svg


def test_further_right_is_longer():
    """The marks stand in the order of their times, all within the drawing."""
    axes = draw(guessing())
    spots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() in {"o", "s"} and line.get_zorder() == 3]
    times = [seconds for each in guessing() for seconds in (each.fast_seconds, each.slow_seconds)]
    assert sorted(range(8), key=spots.__getitem__) == sorted(range(8), key=times.__getitem__)
    assert all(12 <= spot <= 37 for spot in spots)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.2, "under a second"), (1.5, "about a second"), (30, "30 seconds"), (60, "60 seconds"), (120, "2 minutes"),
        (3600, "60 minutes"), (7200, "2 hours"), (8 * 86_400, "8 days"), (4 * 365 * 86_400, "4 years"),
        (1.26e5 * 365 * 86_400, "130,000 years"),
    ],
)  # fmt: skip
def test_a_duration_in_words(seconds, told):
    """The largest unit of which there are two, to two figures."""
    assert duration(seconds) == told


@pytest.mark.parametrize(("count", "told"), [(8354, "8,354"), (26**8, "209 billion"), (95**8, "7 million billion")])
def test_a_size_in_words(count, told):
    """As a person says it."""
    assert size(count) == told
