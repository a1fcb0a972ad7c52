"""Draw the odds of guessing: the chance of a valid guess by the number of guesses, for 1, 3 and 17 valid codes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from mfa_lab.attacks.guessing_one_session import GUESSES, attack, with_window
from mfa_lab.attacks.record import Measure
from mfa_lab.attacks.simulation.guess_budget import in_words
from mfa_lab.attacks.simulation.odds import guessing, sigma
from mfa_lab.lab.figures.picture import INK, Picture, canvas, picture, write
from mfa_lab.lab.figures.shapes import Scale, strokes
from mfa_lab.style import ATTACKER, HERE, QUIET, SERVER, Tone

WINDOWS = (0, 1, 8)
ATTACKERS = 40_000
"""The number of simulated attackers: so many that some succeed even if only one code is valid."""
MOST_GUESSES = 10**7


@dataclass(frozen=True, slots=True)
class Odds:
    """Hold how many codes are valid at a time, and how many attackers got in with `GUESSES` guesses each."""

    accepted_codes: int
    measure: Measure

    @property
    def share(self) -> float:
        """Return the share of the attackers who got in."""
        return self.measure.got / self.measure.tries

    @property
    def three_sigma(self) -> float:
        """Return three standard deviations.

        If a measured share differs from the value of the formula by more than this, something is wrong.
        """
        return 3 * float(sigma(self.measure.expected or 0, self.measure.tries))


def guess_odds() -> Picture:
    """Return the figure. Its lines show the closed form. Its points were measured on the weak server of attack 3."""
    data = tuple(Odds(2 * window + 1, attack(with_window(window), window, ATTACKERS)) for window in WINDOWS)
    return picture(draw(data), words(data), data)


def words(data: Sequence[Odds]) -> str:
    """Return a text that describes the figure."""
    told = "; ".join(
        f"{_codes(each)} valid at a time: by the formula {in_words(each.measure.expected or 0)}, measured "
        f"{each.measure.got} of {each.measure.tries:,}"
        for each in data
    )
    half = "; ".join(f"{_codes(each)}: {_half(each.accepted_codes):,}" for each in data)
    return (
        "The chance that one of several blind guesses is valid, on log scales: straight lines, until nearly every "
        f"attacker is in. With {GUESSES} guesses, {told}. "
        f"Bars reach three standard deviations. Guesses for an even chance: {half}."
    )


def _codes(each: Odds) -> str:
    return "1 code" if each.accepted_codes == 1 else f"{each.accepted_codes} codes"


def _half(accepted_codes: int) -> int:
    """Return the number of guesses that gives an even chance of a valid guess."""
    return math.ceil(math.log(0.5) / math.log1p(-accepted_codes / 10**6))


_X = Scale(0, math.log10(MOST_GUESSES), 6.4, 33)
_Y = Scale(-6, 0, 3.2, 17.2)
_TONES: tuple[tuple[Tone, str], ...] = ((SERVER, "o"), (ATTACKER, "s"), (HERE, "D"))
_RATE = 20
_TIMES = (("a second", 1), ("a minute", 60), ("an hour", 3_600), ("a day", 86_400))


def draw(data: Sequence[Odds], ax: Axes | None = None) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given."""
    ax = canvas(ax, 42, 19)
    for power in range(8):
        strokes(ax, [[(_X(power), _Y.start), (_X(power), _Y.end)]], QUIET.fill, linewidth=1.0)
        write(ax, _X(power), 2.5, f"{10**power:,}", QUIET.text, size=12)
    write(ax, _X(3.5), 1.5, "guesses", QUIET.text, size=13)
    for power in range(-6, 1):
        strokes(ax, [[(_X.start, _Y(power)), (_X.end, _Y(power))]], QUIET.fill, linewidth=1.0)
        write(
            ax,
            _X.start - 0.4,
            _Y(power),
            f"1 in {10**-power:,}" if power else "certain",
            QUIET.text,
            size=12,
            ha="right",
        )
    for name, seconds in _TIMES:
        place = _X(math.log10(_RATE * seconds))
        strokes(ax, [[(place, _Y.end), (place, _Y.end + 0.5)]], INK, linewidth=1.4)
        write(ax, place, _Y.end + 1.1, name, INK, size=13)
    write(ax, 0.2, _Y.end + 1.1, f"at {_RATE} guesses a second:", INK, size=13, ha="left")
    write(
        ax,
        _X.start + 0.4,
        _Y(-0.5),
        "lines: formula; points: measured, bars: three standard deviations",
        INK,
        size=13,
        ha="left",
    )
    for each, (tone, marker) in zip(data, _TONES, strict=True):
        _line(ax, each, tone, marker)
    return ax


def _line(ax: Axes, each: Odds, tone: Tone, marker: str) -> None:
    powers = np.linspace(0, _X.high, 71)
    chances = guessing(each.accepted_codes, 10**powers)
    points = [(_X(power), _Y(math.log10(chance))) for power, chance in zip(powers, chances, strict=True)]
    strokes(ax, [[point for point in points if point[1] >= _Y.start]], tone.text, linewidth=2.2)
    x, expected = _X(math.log10(GUESSES)), each.measure.expected or 0
    low, high = (_Y(math.log10(max(expected + sign * each.three_sigma, 10**_Y.low))) for sign in (-1, 1))
    strokes(ax, [[(x, low), (x, high)]], tone.text, linewidth=2.2)
    ax.plot([x], [_Y(math.log10(each.share))], marker=marker, markersize=11, color=tone.text, zorder=3)
    label = f"{_codes(each)}: {each.measure.got} of {each.measure.tries:,} got in"
    y = 3.9 + 1.3 * [1, 3, 17].index(each.accepted_codes)
    ax.plot([21.6], [y], marker=marker, markersize=11, color=tone.text)
    write(ax, 22.3, y, label, tone.text, size=14, ha="left", weight="bold")
