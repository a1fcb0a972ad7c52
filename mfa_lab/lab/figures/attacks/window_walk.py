"""Draw how an attacker moves a window away from the owner's codes.

Each row shows which steps the server accepts after a login with a later code.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from matplotlib.axes import Axes

from mfa_lab.attacks.helpers.minimal_server import PERIOD
from mfa_lab.attacks.helpers.world import World, outcome
from mfa_lab.attacks.record import IN
from mfa_lab.clock import SkewedClock
from mfa_lab.lab.figures.picture import INK, Picture, box, canvas, picture, tint, write
from mfa_lab.lab.figures.time.window import signed
from mfa_lab.style import ATTACKER, GRANTED_SIGN, HERE, QUIET, REFUSED, REFUSED_SIGN, SERVER

LOGINS = 5
_FIRST, _LAST = -2, LOGINS + 2


@dataclass(frozen=True, slots=True)
class Row:
    """Hold the state after one login.

    `typed` is the offset of the code that was typed, or None before the first login. `taken` says whether the server
    accepted the code, and `centre` is the window's centre. `typed` and `centre` are in steps from the server's
    current step.
    """

    typed: int | None
    taken: bool
    centre: int


def walked(server: Any) -> tuple[Row, ...]:
    """Move the window of a `FollowingServer` of any kind ahead by logins with later and later codes.

    All logins happen at the same moment.
    """
    world = World(server)
    account = world.server.accounts[world.alice.name]
    own = world.clock.now() // PERIOD
    rows = [Row(None, False, world.server.centre(account) - own)]
    for offset in range(1, LOGINS + 1):
        world.alice.phone.clock = SkewedClock(world.clock, offset * PERIOD)
        taken = outcome(partial(world.log_in, world.alice)) == IN
        rows.append(Row(offset, taken, world.server.centre(account) - own))
    return tuple(rows)


def walk_strip(server: Any) -> Picture:
    """Run the attack on `server`, such as `FollowingServer`, and return the figure."""
    data = walked(server)
    return picture(draw(data), words(data), data)


def words(data: tuple[Row, ...]) -> str:
    """Return a text that describes the figure."""
    told = [
        f"the code {signed(row.typed)} is {'accepted' if row.taken else 'rejected'}, and the window reaches from "
        f"{signed(row.centre - 1)} to {signed(row.centre + 1)}"
        for row in data
        if row.typed is not None
    ]
    return (
        f"A window of one step on either side, before and after {LOGINS} logins at the same moment. Numbers are "
        f"steps from the server's current step. At first, the window reaches from −1 to +1. Then {'; '.join(told)}. "
        f"The owner's own code is step 0: {'inside' if abs(data[-1].centre) <= 1 else 'outside'} at the end."
    )


_LEFT, _WIDE, _HIGH, _ROW, _BOTTOM = 8.2, 2.7, 1.3, 1.8, 1.5


def draw(data: tuple[Row, ...], ax: Axes | None = None) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given."""
    height = _ROW * len(data) + _BOTTOM + 1.4
    ax = canvas(ax, 42, height)
    for row, y in zip(data, (height - 1.4 - _ROW * (number + 1) for number in range(len(data))), strict=True):
        _row(ax, row, y)
    left, top = _x(0), height - 1.3
    box(ax, (left, _BOTTOM), (_WIDE, top - _BOTTOM), HERE.fill, linewidth=3)
    write(ax, left + _WIDE / 2, height - 0.7, "the owner's code", HERE.text, size=13, weight="bold")
    for offset in range(_FIRST, _LAST + 1):
        write(ax, _x(offset) + _WIDE / 2, 1.0, signed(offset), INK, size=14)
    write(ax, (_x(_FIRST) + _x(_LAST + 1)) / 2, 0.3, "steps from the server's current step", QUIET.text, size=12.5)
    return ax


def _x(offset: int) -> float:
    return _LEFT + _WIDE * (offset - _FIRST)


def _row(ax: Axes, row: Row, y: float) -> None:
    """Draw the window after one login, and mark the code that was typed."""
    middle = y + _HIGH / 2
    told = "at first" if row.typed is None else f"then {signed(row.typed)} is typed"
    write(ax, 0.3, middle, told, ATTACKER.text, size=14, ha="left", weight="bold")
    corner, size = (_x(row.centre - 1), y), (3 * _WIDE, _HIGH)
    tint(ax, corner, size, SERVER.fill)
    box(ax, corner, size, SERVER.text, linewidth=2.2)
    if row.typed is not None:
        sign, tone = (GRANTED_SIGN, ATTACKER) if row.taken else (REFUSED_SIGN, REFUSED)
        write(ax, _x(row.typed) + _WIDE / 2, middle, sign, tone.text, size=15, weight="bold")
    inside = abs(row.centre) <= 1
    told, tone = (f"{GRANTED_SIGN} owner inside", SERVER) if inside else (f"{REFUSED_SIGN} owner outside", REFUSED)
    write(ax, 41.7, middle, told, tone.text, size=13, ha="right", weight="bold")
