"""The data of the window strip: the time steps around the server's now, and where code and clocks stand in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mfa_lab.otp import Diagnosis, checked_window, code_at, diagnose, step_at

MOST_CELLS = 11
"""So many steps stand in one row; where it would take more, those far from all that matters are left out."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One time step: `offset` from the server's own, its code, and when it begins (Unix seconds).

    `closed`: it, or a later one, was accepted before.
    """

    offset: int
    code: str
    begins_at: int
    in_window: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """What the figure shows. Times are Unix seconds; `typed` is what became of a code, if one was typed.

    Cells are in order; between two whose offsets are more than 1 apart, steps were left out.
    """

    now: int
    period: int
    cells: tuple[Cell, ...]
    phone_now: int | None
    typed: Diagnosis | None

    @property
    def accepted(self) -> tuple[str, ...]:
        """The codes that would be taken now."""
        return tuple(cell.code for cell in self.cells if cell.in_window and not cell.closed)

    @property
    def window(self) -> tuple[Cell, ...]:
        """The cells that the server looks at, closed ones as well."""
        return tuple(cell for cell in self.cells if cell.in_window)


def strip(
    secret: str,
    now: int,
    *,
    window_steps: int = 1,
    drift_steps: int = 0,
    last_step: int | None = None,
    phone_now: int | None = None,
    code: str | None = None,
    period: int = 30,
    reach_steps: int = 0,
) -> Strip:
    """The data: a step or two more than the window on either side, at least `reach_steps` either side of now (so
    that a strip that is drawn again and again stays where it is), the phone's step and that of `code`, however far.

    `drift_steps` moves the window's centre, as in `otp.match`. Raises what `otp` does.
    """
    current = step_at(now, period)
    typed = None
    if code is not None:
        typed = diagnose(
            secret, code, now, window_steps=window_steps, drift_steps=drift_steps, last_step=last_step, period=period
        )
    marked = [step_at(phone_now, period) - current] if phone_now is not None else []
    marked += [typed.offset] if typed and typed.offset is not None else []
    beyond = checked_window(window_steps) + (2 if window_steps < 4 else 1)
    first, last = min(drift_steps - beyond, -reach_steps, 0), max(drift_steps + beyond, reach_steps, 0)
    cells = tuple(
        Cell(
            offset,
            code_at(secret, (current + offset) * period, period=period),
            (current + offset) * period,
            abs(offset - drift_steps) <= window_steps,
            last_step is not None and current + offset <= last_step,
        )
        for offset in _shown(first, last, marked)
        if current + offset >= 0
    )
    return Strip(now, period, cells, phone_now, typed)


def _shown(first: int, last: int, marked: Iterable[int]) -> list[int]:
    """All steps from first to last and to those marked, if that is not too many; else, around a marked one that
    lies further off, its two neighbours. A single step is never left out: the gap would take more room.
    """
    everything = range(min(first, *marked, 0), max(last, *marked, 0) + 1)
    if len(everything) <= MOST_CELLS:
        return list(everything)
    near = set(range(first, last + 1)).union(*(range(mark - 1, mark + 2) for mark in marked))
    return sorted(near | {step + 1 for step in near if step + 2 in near})
