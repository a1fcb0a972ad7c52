"""Draw a race condition as two lanes, one for each of two requests with the same code.

The lanes show what the requests did in the database, in the order of a real run.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from matplotlib.axes import Axes

from mfa_lab.attacks.helpers.concurrency import threads
from mfa_lab.attacks.helpers.slow_reads import on_file
from mfa_lab.attacks.helpers.world import World
from mfa_lab.errors import InvalidInput
from mfa_lab.lab.figures.picture import INK, Picture, arrow, box, canvas, picture, tint, write
from mfa_lab.style import ATTACKER, GRANTED_SIGN, HERE, QUIET, REFUSED, REFUSED_SIGN, SERVER

_RUNS = 50


@dataclass(frozen=True, slots=True)
class Statement:
    """Hold one SQL statement of the two requests. `place` is its number in the order of all statements, from 1.

    `changed` is the number of rows that the statement changed, or -1 if it was a query.
    """

    place: int
    changed: int


@dataclass(frozen=True, slots=True)
class Lane:
    """Hold one request: its SQL statements in order, and whether the request was granted access."""

    statements: tuple[Statement, ...]
    granted: bool

    def told(self, statement: Statement) -> str:
        """Return in words what an SQL statement did."""
        if statement.changed < 0:
            return f"reads: used? {'no' if self.granted else 'yes'}"
        return "writes: used" if statement.changed else "no row to write"


class _Noting:
    """Wrap a database connection and record each finished SQL statement.

    The record says which request ran the statement, and how many rows the statement changed.
    """

    def __init__(self, database: sqlite3.Connection, notes: list[tuple[int, int]]) -> None:
        self._database = database
        self._notes = notes

    def execute(self, *statement: Any) -> sqlite3.Cursor:
        cursor = self._database.execute(*statement)
        self._notes.append((threading.get_ident(), cursor.rowcount))
        return cursor


def raced(server: Any) -> tuple[Lane, Lane]:
    """Run the attack on `server`, a `CheckThenSet` of any kind, and return two of its requests.

    The SQL statements of these two requests alternated, so every run gives the same picture. If several requests were
    granted access, these two were among them.
    """
    notes: list[tuple[int, int]] = []

    class Noted(server):  # type: ignore[misc]
        @contextmanager
        def database(self) -> Iterator[_Noting]:
            with super().database() as database:
                yield _Noting(database, notes)

    with on_file(Noted) as make:
        world = World(make)
        for _ in range(_RUNS):
            notes.clear()
            threads(world, 1)
            pair = _in_turn(notes)
            if pair:
                return pair
            world.clock.advance(3600)
    raise InvalidInput(
        f"in {_RUNS} runs no two requests overlapped: check that this server writes to the disk (a "
        "very fast disk can also be the cause)"
    )


def _in_turn(notes: list[tuple[int, int]]) -> tuple[Lane, Lane] | None:
    """Return the first two requests whose SQL statements alternated, or None if no two requests did so.

    If several requests were granted access, return two of those.
    """
    who = list(dict.fromkeys(ident for ident, _ in notes))
    last = dict(notes)
    winners = [ident for ident in who if last[ident] == 1]
    both_in = len(winners) > 1
    for one, other in permutations(who, 2):
        turns = [ident for ident, _ in notes if ident in {one, other}]
        in_turn = turns == [one, other] * (len(turns) // 2)
        if in_turn and one in winners and (other in winners) == both_in:
            pair = [note for note in notes if note[0] in {one, other}]
            return _lane(one, pair), _lane(other, pair)
    return None


def _lane(ident: int, pair: list[tuple[int, int]]) -> Lane:
    done = tuple(Statement(place, changed) for place, (who, changed) in enumerate(pair, 1) if who == ident)
    return Lane(done, done[-1].changed == 1)


def race_lanes(server: Any) -> Picture:
    """Run the attack on `server`, such as `CheckThenSet`, and return the figure."""
    data = raced(server)
    return picture(draw(data), words(data), data)


def words(data: tuple[Lane, Lane]) -> str:
    """Return a text that describes the figure."""
    done = sorted(
        (statement.place, name, lane.told(statement))
        for name, lane in zip(_NAMES, data, strict=True)
        for statement in lane.statements
    )
    steps = "; ".join(f"{place}, {name}: {what}" for place, name, what in done)
    ends = ", ".join(f"{name} {_end(lane)}" for name, lane in zip(_NAMES, data, strict=True))
    return f"Two of eight requests with one code, in the order of a real run. {steps}. At the end {ends}."


_NAMES = ("one request", "another request")
_LEFT, _WIDE, _HIGH, _LANE = 7.6, 7.2, 1.7, 3.0


def _end(lane: Lane) -> str:
    return f"{GRANTED_SIGN} gets in" if lane.granted else f"{REFUSED_SIGN} stays out"


def draw(data: tuple[Lane, Lane], ax: Axes | None = None) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given."""
    ax = canvas(ax, 42, 2 * _LANE + 1.6)
    right = _LEFT + _WIDE * sum(len(lane.statements) for lane in data)
    for row, (name, lane) in enumerate(zip(_NAMES, data, strict=True)):
        y = 1.9 + _LANE * (1 - row)
        write(ax, 0.3, y + _HIGH / 2, name, ATTACKER.text, size=14, ha="left", weight="bold")
        lefts = [_LEFT + _WIDE * (statement.place - 1) for statement in lane.statements]
        for left, statement in zip(lefts, lane.statements, strict=True):
            _statement(ax, (left, y), lane.told(statement), f"{statement.place}")
        if len(lefts) > 1:
            ax.plot([lefts[0] + _WIDE - 0.5, lefts[-1]], [y + _HIGH / 2] * 2, color=HERE.text, linewidth=2.6)
            write(ax, sum(lefts) / 2 + _WIDE / 2 - 0.25, y + _HIGH / 2 + 0.65, "room", HERE.text, size=13)
        tone = (
            ATTACKER if lane.granted else REFUSED
        )  # not the server's blue, because this is no success for its owner
        write(ax, right + 0.3, y + _HIGH / 2, _end(lane), tone.text, size=14, ha="left", weight="bold")
    arrow(ax, (_LEFT, 1.0), (right, 1.0), QUIET.text, 1.4)
    write(ax, (_LEFT + right) / 2, 0.4, "in the order of a real run, not to scale", QUIET.text, size=13)
    return ax


def _statement(ax: Axes, corner: tuple[float, float], told: str, place: str) -> None:
    size = (_WIDE - 0.5, _HIGH)
    tint(ax, corner, size, SERVER.fill)
    box(ax, corner, size, SERVER.text, linewidth=2.2)
    write(ax, corner[0] + size[0] / 2, corner[1] + _HIGH / 2, f"{place}. {told}", INK, size=14)
