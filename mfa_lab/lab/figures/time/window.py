"""Draw the window strip: the time steps around the server's current step, which codes it accepts, and both clocks."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from matplotlib.axes import Axes

from mfa_lab.lab.figures.picture import INK, MONO, Picture, arrow, canvas, picture, write
from mfa_lab.lab.figures.shapes import Box, boxes, tints
from mfa_lab.lab.figures.time.strip import Cell, Strip, strip
from mfa_lab.lab.formatting import clock
from mfa_lab.lab.formatting import signed as signed
from mfa_lab.otp import Diagnosis, Verdict
from mfa_lab.style import GRANTED_SIGN, HERE, PHONE, QUIET, REFUSED, REFUSED_SIGN, SERVER, grouped

_MARGIN = 2.0
_ROOM = 38.0  # for all cells together: as wide as a page
_WIDEST = 4.4
_NARROWEST_WITH_CODE = 3.2
_GAP = 2.6  # the width of a gap where steps are left out
_LABEL = 6.2  # the width of a clock's widest label


def window_strip(
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
) -> Picture:
    """Return the window around `now` as a picture. The arguments are the same as those of `strip`.

    The picture shows codes, so use demo secrets only.
    """
    data = strip(
        secret,
        now,
        window_steps=window_steps,
        drift_steps=drift_steps,
        last_step=last_step,
        phone_now=phone_now,
        code=code,
        period=period,
        reach_steps=reach_steps,
    )
    return picture(draw(data), words(data), data)


def words(data: Strip) -> str:
    """Return a text that describes the figure. If the figure leaves out the codes, the words do too."""
    told = [f"The server's clock says {clock(data.now)}."]
    if _Places(data).with_codes:
        told.append(f"It compares {_count(data)}:")
        for cell in data.window:
            closed = ", closed" if cell.closed else ""
            told.append(f"step {signed(cell.offset)}, from {clock(cell.begins_at)}, {grouped(cell.code)}{closed};")
    else:
        shut = sum(cell.closed for cell in data.window)
        told.append(f"It compares {_count(data)}, {_reach(data)}{f', {shut} of them closed' if shut else ''};")
    if data.phone_now is not None:
        told.append(f"the phone's clock says {clock(data.phone_now)}, {_drift(data)};")
    if data.typed is not None:
        where = f" (step {signed(data.typed.offset)}, {_times(data)})" if data.typed.offset is not None else ""
        told.append(f"the code that was typed{where}: {verdict(data.typed)};")
    return " ".join(told).removesuffix(";") + "."


def verdict(typed: Diagnosis) -> str:
    """Return the result of the typed code in words, after a tick or a cross."""
    if typed.verdict is Verdict.ACCEPTED:
        return f"{GRANTED_SIGN} accepted"
    seconds = typed.seconds_outside or 0
    why = {
        Verdict.REUSED: "this one, or a later one, was used",
        Verdict.OUTSIDE: f"{abs(seconds)} s too {'late' if seconds < 0 else 'early'}",
        Verdict.MALFORMED: "malformed",
    }.get(typed.verdict, "no step near")
    return f"{REFUSED_SIGN} rejected: {why}"


def _count(data: Strip) -> str:
    return f"{len(data.window)} code{'s' if len(data.window) > 1 else ''}"


def _reach(data: Strip) -> str:
    first, last = data.window[0], data.window[-1]
    return f"steps {signed(first.offset)} to {signed(last.offset)}, {_from_to(data, first, last)}"


def _from_to(data: Strip, first: Cell, last: Cell) -> str:
    return f"{clock(first.begins_at)} to {clock(last.begins_at + data.period)}"


def _drift(data: Strip) -> str:
    drift = (data.phone_now or 0) - data.now
    return f"{abs(drift)} s {'behind' if drift < 0 else 'ahead'}" if drift else "the same"


def _times(data: Strip) -> str:
    """Return when the typed code was shown, if that is known, and when it arrived."""
    arrived = f"arrived {clock(data.now)}"
    if data.typed is None or data.typed.shown_from is None or data.typed.shown_until is None:
        return arrived
    return f"shown {clock(data.typed.shown_from)} to {clock(data.typed.shown_until)}, {arrived}"


class _Places:
    """Compute places in the drawing. The x axis shows time, to scale, except for gaps where steps are left out."""

    def __init__(self, data: Strip) -> None:
        gaps = [right.offset - left.offset - 1 for left, right in pairwise(data.cells)]
        self.gaps = [gap for gap in gaps if gap]
        self.wide = min(_WIDEST, (_ROOM - _GAP * len(self.gaps)) / len(data.cells))
        self.with_codes = self.wide >= _NARROWEST_WITH_CODE
        self.lefts = [_MARGIN]
        for gap in gaps:
            self.lefts.append(self.lefts[-1] + self.wide + (_GAP if gap else 0))
        self.right = self.lefts[-1] + self.wide + _MARGIN
        self._begins = [cell.begins_at for cell in data.cells]
        self._period = data.period

    def x(self, moment: int) -> float:
        """Return the x coordinate of a moment, which must be inside a cell or at a cell's end."""
        place = bisect_right(self._begins, moment) - 1
        return self.lefts[place] + self.wide * (moment - self._begins[place]) / self._period

    def inside(self, x: float, wide: float) -> float:
        """Return the centre for a label of width `wide`. The centre is as near to `x` as the edges permit."""
        return min(max(x, wide / 2), self.right - wide / 2)


def draw(data: Strip, ax: Axes | None = None) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given."""
    places = _Places(data)
    ax = canvas(ax, places.right, 10.4, bottom=-0.9 if data.typed else 1.3)
    _cells(ax, data, places)
    if places.with_codes:
        _in_cells(ax, data, places)
    else:
        _numbers(ax, data, places)
    _gaps(ax, data, places)
    _bracket(ax, data, places)
    _clocks(ax, data, places)
    if data.typed:
        _typed(ax, data, places, data.typed)
    return ax


def _cells(ax: Axes, data: Strip, places: _Places) -> None:
    opened: list[Box] = []
    others: list[Box] = []
    here: list[Box] = []
    for cell, left in zip(data.cells, places.lefts, strict=True):
        box = (left + 0.06, 4.1, places.wide - 0.12, 2.8)
        (opened if cell.in_window and not cell.closed else others).append(box)
        if data.typed and cell.offset == data.typed.offset:
            here.append(box)
    tints(ax, opened, SERVER.fill)
    boxes(ax, others, QUIET.text, linewidth=0.9, linestyle=(0, (4, 3)))
    boxes(ax, opened, SERVER.text, linewidth=2.2)
    boxes(ax, here, HERE.fill, linewidth=5)


def _in_cells(ax: Axes, data: Strip, places: _Places) -> None:
    """Write into each cell its step, its code, and whether the step is closed.

    Below the cells, write when each step begins and when a row's last step ends.
    """
    digits = 18 if places.wide > 3.6 else 16
    for cell, left in zip(data.cells, places.lefts, strict=True):
        taken, middle = cell.in_window and not cell.closed, left + places.wide / 2
        colour = INK if taken else QUIET.text
        write(ax, middle, 6.35, f"step {signed(cell.offset)}", colour, size=13)
        weight = "bold" if taken else "normal"
        write(ax, middle, 5.4, grouped(cell.code), colour, size=digits, family=MONO, weight=weight)
        if cell.in_window and cell.closed:
            write(ax, middle, 4.55, f"{REFUSED_SIGN} closed", REFUSED.text, size=13, weight="bold")
        write(ax, left, 3.55, clock(cell.begins_at), QUIET.text, size=13)
    ends = [left for left, right in pairwise(data.cells) if right.offset - left.offset > 1] + [data.cells[-1]]
    for cell in ends:
        x = places.x(cell.begins_at) + places.wide
        write(ax, x, 3.55, clock(cell.begins_at + data.period), QUIET.text, size=13)


def _numbers(ax: Axes, data: Strip, places: _Places) -> None:
    """Label only the important steps: the window's ends, and the steps of the clocks and of the code."""
    window = data.window
    named = {0, window[0].offset, window[-1].offset, data.typed.offset if data.typed else None}
    if data.phone_now is not None:
        named.add((data.phone_now - (data.now - data.now % data.period)) // data.period)
    for cell, left in zip(data.cells, places.lefts, strict=True):
        middle = left + places.wide / 2
        if cell.offset in named:
            write(ax, middle, 3.5, signed(cell.offset), INK if cell.in_window else QUIET.text, size=12)
    write(ax, _MARGIN / 2, 3.5, "step", QUIET.text, size=12)
    closed = [left + places.wide / 2 for left, cell in zip(places.lefts, data.cells, strict=True)
              if cell.in_window and cell.closed]  # fmt: skip
    ax.plot(closed, [5.5] * len(closed), "x", color=REFUSED.text, markersize=9, markeredgewidth=2.2)


def _gaps(ax: Axes, data: Strip, places: _Places) -> None:
    """Write into each gap how many steps it leaves out."""
    for left, (one, next_one) in zip(places.lefts, pairwise(data.cells), strict=False):
        if missing := next_one.offset - one.offset - 1:
            x = left + places.wide + _GAP / 2
            write(ax, x, 5.5, f"{missing:,}\nsteps\nmore", QUIET.text, size=12, linespacing=1.3)


def _bracket(ax: Axes, data: Strip, places: _Places) -> None:
    """Draw a bracket below the window, and write how far the window reaches."""
    window = data.window
    start, end = places.x(window[0].begins_at), places.x(window[-1].begins_at) + places.wide
    ax.plot([start, start, end, end], [2.9, 2.6, 2.6, 2.9], color=SERVER.text, linewidth=2.2)
    steps = f"{len(window)} step{'s' if len(window) > 1 else ''}"
    told = f"the window: {steps}, {len(window) * data.period} s"
    if not places.with_codes:
        told += f", {_from_to(data, window[0], window[-1])}"
    write(ax, places.inside((start + end) / 2, 0.42 * len(told)), 2.0, told, SERVER.text, size=15)


def _clocks(ax: Axes, data: Strip, places: _Places) -> None:
    """Draw an arrow for each clock, the server's and the phone's. If they are close, their labels move apart."""
    clocks = [(places.x(data.now), "server's clock", clock(data.now), SERVER)]
    if data.phone_now is not None:
        drift = data.phone_now - data.now
        told = f"{clock(data.phone_now)} {signed(drift)} s" if drift else clock(data.phone_now)
        clocks.append((places.x(data.phone_now), "phone's clock", told, PHONE))
    clocks.sort(key=lambda each: each[0])
    labels = [(places.inside(x, _LABEL), "center") for x, *_ in clocks]
    if len(clocks) == 2 and labels[1][0] - labels[0][0] < _LABEL:
        between = places.inside((clocks[0][0] + clocks[1][0]) / 2, 2 * _LABEL)
        labels = [(between - 0.15, "right"), (between + 0.15, "left")]
    for (x, name, told, tone), (label, side) in zip(clocks, labels, strict=True):
        write(ax, label, 9.8, name, tone.text, size=15, ha=side, weight="bold")
        write(ax, label, 8.9, told, tone.text, size=15, ha=side, family=MONO, weight="bold")
        arrow(ax, (x, 8.5), (x, 6.95), tone.text, 2.6)


def _typed(ax: Axes, data: Strip, places: _Places, typed: Diagnosis) -> None:
    """Write the result of the typed code under the code's step.

    The times at which the code was shown and arrived are below the result. Near an edge, the text stays inside the
    drawing.
    """
    x, name = places.x(data.now), "typed"
    for cell, left in zip(data.cells, places.lefts, strict=True):
        if cell.offset == typed.offset:
            x = left + places.wide / 2
            name = name if places.with_codes else f"typed {grouped(cell.code)}"
    tone = SERVER if typed.verdict is Verdict.ACCEPTED else REFUSED
    told = f"{name}: {verdict(typed)}"
    x = places.inside(x, max(0.45 * len(told), 0.36 * len(_times(data))))
    write(ax, x, 0.8, told, tone.text, size=15, weight="bold")
    write(ax, x, -0.25, _times(data), QUIET.text, size=13)
