"""Draw, guess by guess, which guesses a server verifies, and which it rejects without verifying them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from matplotlib.axes import Axes

from mfa_lab.attacks.helpers.guesses import Play, verified_guesses
from mfa_lab.attacks.helpers.world import Make
from mfa_lab.attacks.simulation.guess_budget import in_words
from mfa_lab.attacks.simulation.odds import guessing
from mfa_lab.lab.figures.picture import INK, Picture, box, canvas, picture, write
from mfa_lab.lab.figures.shapes import Box, Scale, areas
from mfa_lab.style import ATTACKER, QUIET

_ACCEPTED_CODES = 3


@dataclass(frozen=True, slots=True)
class VerifiedGuesses:
    """Hold, for each server and in order, which of an attacker's guesses the server verified."""

    rows: dict[str, tuple[bool, ...]]

    @property
    def guesses(self) -> int:
        """Return how many guesses the attacker made at each server."""
        return len(next(iter(self.rows.values())))

    def chance(self, server: str) -> float:
        """Return the chance that at least one verified guess is valid, if three codes are valid at a time."""
        return float(guessing(_ACCEPTED_CODES, sum(self.rows[server])))


def guess_by_guess(play: Play, guesses: int, servers: Mapping[str, Make]) -> Picture:
    """Return the figure. It has a row for each server, labelled with its name. `play` makes the guesses."""
    data = VerifiedGuesses({name: tuple(verified_guesses(make, play, guesses)) for name, make in servers.items()})
    return picture(draw(data), words(data), data)


def words(data: VerifiedGuesses) -> str:
    """Return a text that describes the figure."""
    told = "; ".join(
        f"{name} verified {sum(row):,} of them, the last one was guess {_last(row):,}, with a chance of "
        f"{in_words(data.chance(name))}"
        for name, row in data.rows.items()
    )
    return f"One attacker's {data.guesses:,} guesses in order, and which of them each server verified: {told}."


def _last(row: tuple[bool, ...]) -> int:
    return max(number for number, verified in enumerate(row, 1) if verified)


_LEFT, _RIGHT, _ROW, _HIGH, _LEAST = 8.6, 31.4, 2.6, 1.5, 0.14


def draw(data: VerifiedGuesses, ax: Axes | None = None) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given."""
    height = _ROW * len(data.rows) + 3.6
    ax = canvas(ax, 42, height)
    x = Scale(0, data.guesses, _LEFT, _RIGHT)
    write(ax, _LEFT, height - 0.8, "filled: the server verified this guess", ATTACKER.text, size=14, ha="left")
    write(ax, _RIGHT + 0.6, height - 0.8, "chance that one is valid", ATTACKER.text, size=14, ha="left")
    for place, (name, row) in enumerate(data.rows.items(), 1):
        y = height - 1.2 - _ROW * place
        write(ax, 0.3, y + _HIGH / 2, name, INK, size=15, ha="left", weight="bold")
        box(ax, (_LEFT, y), (_RIGHT - _LEFT, _HIGH), QUIET.text, linewidth=1.2)
        areas(ax, [_outline(run) for run in _runs(row, x, y)], ATTACKER.text, alpha=1)
        write(ax, _RIGHT + 0.6, y + 1.15, in_words(data.chance(name)), INK, size=16, ha="left", weight="bold")
        write(ax, _RIGHT + 0.6, y + 0.2, f"{sum(row):,} of {data.guesses:,}", QUIET.text, size=13, ha="left")
    for number, side in ((1, "left"), (data.guesses, "right")):
        write(ax, x(number - (number == 1)), 1.7, f"guess {number:,}", QUIET.text, size=13, ha=side)
    return ax


def _runs(row: tuple[bool, ...], x: Scale, y: float) -> list[Box]:
    """Return a box for each run of consecutive verified guesses. Each box is wide enough to be seen."""
    found, at = [], 0
    for verified, group in groupby(row):
        length = len(list(group))
        if verified:
            left = min(x(at), _RIGHT - _LEAST)
            found.append((left, y, max(x(at + length) - left, _LEAST), _HIGH))
        at += length
    return found


def _outline(run: Box) -> list[tuple[float, float]]:
    left, low, wide, high = run
    return [(left, low), (left + wide, low), (left + wide, low + high), (left, low + high)]
