"""The window strip: the time steps around the server's now, whose codes it takes, and where the clocks stand."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes

from mfa_lab.errors import InvalidInput
from mfa_lab.lab.figures.picture import INK, MONO, Picture, arrow, box, canvas, picture, tint, write
from mfa_lab.look import GRANTED_SIGN, HERE, PHONE, QUIET, REFUSED, REFUSED_SIGN, SERVER, grouped
from mfa_lab.otp import Diagnosis, Verdict, checked_window, code_at, diagnose, step_at

MOST_CELLS = 11
_WIDE = 4.4
_MARGIN = 2.0
_LABEL = 6.2  # the widest label of a clock


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
    """What the figure shows. Times are Unix seconds; `typed` is what became of a code, if one was typed."""

    now: int
    period: int
    cells: tuple[Cell, ...]
    phone_now: int | None
    typed: Diagnosis | None

    @property
    def accepted(self) -> tuple[str, ...]:
        """The codes that would be taken now."""
        return tuple(cell.code for cell in self.cells if cell.in_window and not cell.closed)


def strip(
    secret: str,
    now: int,
    *,
    window_steps: int = 1,
    last_step: int | None = None,
    phone_now: int | None = None,
    code: str | None = None,
    period: int = 30,
) -> Strip:
    """The data: two steps more than the window on either side, and as many as it takes to show the phone's clock
    and the step of `code`. Raises `InvalidInput` where these lie too far apart for one strip.
    """
    current = step_at(now, period)
    typed = None
    if code is not None:
        typed = diagnose(secret, code, now, window_steps=window_steps, last_step=last_step, period=period)
    marked = [step_at(phone_now, period) - current] if phone_now is not None else []
    marked += [typed.offset] if typed and typed.offset is not None else []
    edge = checked_window(window_steps) + 2
    first, last = max(-current, min(-edge, *marked, 0)), max(edge, *marked, 0)
    if last - first >= MOST_CELLS:
        raise InvalidInput(f"a strip shows {MOST_CELLS} steps at most: take a smaller window or nearer clocks")
    cells = tuple(
        Cell(
            offset,
            code_at(secret, (current + offset) * period, period=period),
            (current + offset) * period,
            abs(offset) <= window_steps,
            last_step is not None and current + offset <= last_step,
        )
        for offset in range(first, last + 1)
    )
    return Strip(now, period, cells, phone_now, typed)


def window_strip(
    secret: str,
    now: int,
    *,
    window_steps: int = 1,
    last_step: int | None = None,
    phone_now: int | None = None,
    code: str | None = None,
    period: int = 30,
) -> Picture:
    """The window around `now` as a picture. It shows codes: for demo secrets."""
    data = strip(
        secret, now, window_steps=window_steps, last_step=last_step, phone_now=phone_now, code=code, period=period
    )
    return picture(draw(data), words(data), data)


def words(data: Strip) -> str:
    """The figure, told."""
    window = [cell for cell in data.cells if cell.in_window]
    told = [f"The server's clock says {clock(data.now)}. It looks at {len(window)} codes:"]
    for cell in window:
        closed = ", closed" if cell.closed else ""
        told.append(f"step {signed(cell.offset)}, from {clock(cell.begins_at)}, {grouped(cell.code)}{closed};")
    if data.phone_now is not None:
        told.append(f"the phone's clock says {clock(data.phone_now)}, {_drift(data)};")
    if data.typed is not None:
        where = f" (step {signed(data.typed.offset)})" if data.typed.offset is not None else ""
        told.append(f"the code that was typed{where}: {verdict(data.typed)};")
    return " ".join(told).removesuffix(";") + "."


def verdict(typed: Diagnosis) -> str:
    """What became of the code, with its sign."""
    if typed.verdict is Verdict.ACCEPTED:
        return f"{GRANTED_SIGN} accepted"
    seconds = typed.seconds_outside or 0
    why = {
        Verdict.REUSED: "this one, or a later one, was used",
        Verdict.OUTSIDE: f"{abs(seconds)} s too {'late' if seconds < 0 else 'early'}",
        Verdict.MALFORMED: "malformed",
    }.get(typed.verdict, "no step near")
    return f"{REFUSED_SIGN} refused: {why}"


def clock(now: int) -> str:
    """The time of day in UTC."""
    minutes, seconds = divmod(now % 86400, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def signed(number: int) -> str:
    """With a real minus sign, and no sign at nought."""
    return f"{number:+d}".replace("-", "−") if number else "0"


def _drift(data: Strip) -> str:
    drift = (data.phone_now or 0) - data.now
    return f"{abs(drift)} s {'behind' if drift < 0 else 'ahead'}" if drift else "the same"


def draw(data: Strip, ax: Axes | None = None) -> Axes:
    """Draw it, on new Axes unless some are given."""
    ax = canvas(ax, 2 * _MARGIN + _WIDE * len(data.cells), 10.4, bottom=0 if data.typed else 1.3)
    for cell in data.cells:
        _cell(ax, data, cell)
    boundaries = [cell.begins_at for cell in data.cells]
    for moment in (*boundaries, boundaries[-1] + data.period):
        write(ax, _x(data, moment), 3.55, clock(moment), QUIET.text, size=13)
    _bracket(ax, data)
    _clocks(ax, data)
    if data.typed:
        _typed(ax, data, data.typed)
    return ax


def _x(data: Strip, moment: int) -> float:
    """Where a moment stands: the axis is time, to scale."""
    return _MARGIN + _WIDE * (moment - data.cells[0].begins_at) / data.period


def _cell(ax: Axes, data: Strip, cell: Cell) -> None:
    corner, size = (_x(data, cell.begins_at) + 0.06, 4.1), (_WIDE - 0.12, 2.8)
    taken, middle = cell.in_window and not cell.closed, corner[0] + size[0] / 2
    if taken:
        tint(ax, corner, size, SERVER.fill)
        box(ax, corner, size, SERVER.text, linewidth=2.2)
    else:
        box(ax, corner, size, QUIET.text, linewidth=0.9, linestyle=(0, (4, 3)))
    write(ax, middle, 6.35, f"step {signed(cell.offset)}", INK if taken else QUIET.text, size=13)
    weight = "bold" if taken else "normal"
    write(ax, middle, 5.4, grouped(cell.code), INK if taken else QUIET.text, size=18, family=MONO, weight=weight)
    if cell.in_window and cell.closed:
        write(ax, middle, 4.55, f"{REFUSED_SIGN} closed", REFUSED.text, size=13, weight="bold")


def _bracket(ax: Axes, data: Strip) -> None:
    """How far the window reaches."""
    window = [cell for cell in data.cells if cell.in_window]
    start, end = _x(data, window[0].begins_at), _x(data, window[-1].begins_at + data.period)
    ax.plot([start, start, end, end], [2.9, 2.6, 2.6, 2.9], color=SERVER.text, linewidth=2.2)
    steps = f"{len(window)} step{'s' if len(window) > 1 else ''}"
    write(ax, (start + end) / 2, 2.0, f"the window: {steps}, {len(window) * data.period} s", SERVER.text, size=15)


def _clocks(ax: Axes, data: Strip) -> None:
    """Arrows for the server's now and the phone's. Where they stand close, their labels give way to either side."""
    moments = [(data.now, "server's clock", SERVER)]
    if data.phone_now is not None:
        moments.append((data.phone_now, "phone's clock", PHONE))
    moments.sort(key=lambda each: each[0])
    close = len(moments) == 2 and _x(data, moments[1][0]) - _x(data, moments[0][0]) < _LABEL
    sides = [("right", -0.15), ("left", 0.15)] if close else [("center", 0.0)] * 2
    for (moment, name, tone), (side, nudge) in zip(moments, sides, strict=False):
        x = _x(data, moment)
        write(ax, x + nudge, 9.8, name, tone.text, size=15, ha=side, weight="bold")
        write(ax, x + nudge, 8.9, clock(moment), tone.text, size=15, ha=side, family=MONO, weight="bold")
        arrow(ax, (x, 8.5), (x, 6.95), tone.text, 2.6)


def _typed(ax: Axes, data: Strip, typed: Diagnosis) -> None:
    """The step of the code that was typed, and what became of it. Near an edge the words stay inside."""
    x, side = _x(data, data.now), "center"
    if typed.offset is not None:
        place = [cell.offset for cell in data.cells].index(typed.offset)
        left = _x(data, data.cells[place].begins_at)
        box(ax, (left + 0.06, 4.1), (_WIDE - 0.12, 2.8), HERE.fill, linewidth=5)
        from_right = len(data.cells) - 1 - place
        side = "left" if place < 2 else "right" if from_right < 2 else "center"
        x = left + {"left": 0.06, "center": _WIDE / 2, "right": _WIDE - 0.06}[side]
    tone = SERVER if typed.verdict is Verdict.ACCEPTED else REFUSED
    write(ax, x, 0.8, f"typed: {verdict(typed)}", tone.text, size=15, ha=side, weight="bold")
