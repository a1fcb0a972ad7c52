"""Compute the data of the window strip: the steps around the server's current step, the code and the clocks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mfa_lab.otp import Diagnosis, checked_window, code_at, diagnose, step_at

MOST_CELLS = 11
"""The most steps in one row. If there are more, steps far from the window, the clocks and the code are left out."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Hold one time step: its `offset` from the server's current step, its code, and its beginning (Unix seconds).

    `closed` means that the server has already accepted a code of this step or of a later step.
    """

    offset: int
    code: str
    begins_at: int
    in_window: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """Hold what the figure shows. Times are Unix seconds; `typed` is the result of the typed code, or None.

    Cells are in order. If two neighbours' offsets differ by more than 1, the steps between them are left out.
    """

    now: int
    period: int
    cells: tuple[Cell, ...]
    phone_now: int | None
    typed: Diagnosis | None

    @property
    def accepted(self) -> tuple[str, ...]:
        """Return the codes that the server accepts now."""
        return tuple(cell.code for cell in self.cells if cell.in_window and not cell.closed)

    @property
    def window(self) -> tuple[Cell, ...]:
        """Return the cells whose codes the server compares with a typed code, including closed cells."""
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
    """Return the data: the window, and one or two more steps on either side.

    The strip contains at least `reach_steps` steps on either side of the current step. A strip that is drawn
    repeatedly therefore stays in place. The strip also contains the phone's step and the step of `code`, at any
    distance. `drift_steps` moves the window's centre, as in `otp.match`. Raises the errors of `otp`.
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
    """Return all steps from `first` to `last` and up to the marked steps, if there are at most `MOST_CELLS`.

    Otherwise, return a distant marked step only with its two neighbours. A single step is never left out, because the
    gap would take more room.
    """
    everything = range(min(first, *marked, 0), max(last, *marked, 0) + 1)
    if len(everything) <= MOST_CELLS:
        return list(everything)
    near = set(range(first, last + 1)).union(*(range(mark - 1, mark + 2) for mark in marked))
    return sorted(near | {step + 1 for step in near if step + 2 in near})
