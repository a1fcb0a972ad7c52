"""Draw one code's life, second by second: how long the phone shows it, and how long each server accepts it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from mfa_lab.errors import NoMatch
from mfa_lab.lab.figures.picture import INK, Picture, canvas, picture, write
from mfa_lab.lab.figures.shapes import Scale, boxes, strokes, tints
from mfa_lab.lab.formatting import signed
from mfa_lab.otp import code_at, match
from mfa_lab.style import PHONE, QUIET, REFUSED_SIGN, SERVER, Tone


@dataclass(frozen=True, slots=True)
class Span:
    """Hold the first and the last second in which `name` shows or accepts the code.

    Second 0 is the moment at which the phone's step begins.
    """

    name: str
    first: int
    last: int

    @property
    def seconds(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class CodeLife:
    """Hold the phone's span, and a span for each server. Both clocks are correct, but a code takes time to arrive."""

    period: int
    shown: Span
    accepted: tuple[Span, ...]


PHONE_SHOWS = "the phone shows it"
TWO_STEPS_BACK = "two steps back"
_RULES: dict[str, Any] = {"window_steps": 1, "drift_steps": -1}
"""The example of RFC6238-6: the server accepts two steps back and none ahead.

This is a window of one step with its centre one step back.
"""


def life(secret: str, step: int = 60_000_000, *, windows: Sequence[int] = (0, 1), period: int = 30) -> CodeLife:
    """Ask the verifier at every second whether it accepts the code of `step`.

    The function does this for each window, and for the example of RFC6238-6. `secret` is Base32.

    Raises the errors of `otp.match`.
    """
    code = code_at(secret, step * period, period=period)
    furthest = (max(windows, default=0) + 3) * period

    def span(name: str, **rules: Any) -> Span:
        taken = [second for second in range(-furthest, furthest) if _taken(secret, code, step * period + second,
                 period=period, **rules)]  # fmt: skip
        return Span(name, taken[0], taken[-1])

    shown = [s for s in range(-furthest, furthest) if code_at(secret, step * period + s, period=period) == code]
    return CodeLife(
        period,
        Span(PHONE_SHOWS, shown[0], shown[-1]),
        (*(span(f"window {steps}", window_steps=steps) for steps in windows), span(TWO_STEPS_BACK, **_RULES)),
    )


def _taken(secret: str, code: str, now: int, **rules: Any) -> bool:
    try:
        match(secret, code, now, **rules)
    except NoMatch:
        return False
    return True


def code_life(secret: str, step: int = 60_000_000, *, windows: Sequence[int] = (0, 1), period: int = 30) -> Picture:
    """Return the figure. The arguments are the same as those of `life`."""
    data = life(secret, step, windows=windows, period=period)
    return picture(draw(data), words(data), data)


def words(data: CodeLife) -> str:
    """Return a text that describes the figure."""
    told = [
        f"{span.name} accepts it for {span.seconds} s, from second {signed(span.first)} to second {span.last}"
        for span in data.accepted
    ]
    last = data.accepted[-1].last
    return (
        f"One code's life, in seconds from the moment at which the phone begins to show it. The phone shows it for "
        f"{data.shown.seconds} s, from second {data.shown.first} to second {data.shown.last}. A server with "
        f"{'; one with '.join(told)}. The last is the example of RFC 6238, section 6: {_sum(data)} = {last} s."
    )


def _sum(data: CodeLife) -> str:
    """Return the 89 seconds of RFC6238-6 as a sum."""
    return f"{data.period - 1} + {data.period} + {data.period}"


_LEFT, _RIGHT, _ROW, _HIGH = 11.8, 34.0, 3.0, 1.7


def draw(data: CodeLife, ax: Axes | None = None) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given."""
    spans = (data.shown, *data.accepted)
    height = _ROW * len(spans) + 2.9
    ax = canvas(ax, 42, height)
    first, end = min(span.first for span in spans), max(span.last for span in spans) + 1
    x = Scale(first, end, _LEFT, _RIGHT)
    steps = range(first, end + 1, data.period)
    seldom = math.ceil(2.7 / (x(data.period) - x(0)))
    for moment in (moment for moment in steps if moment // data.period % seldom == 0):
        ax.plot([x(moment)] * 2, [2.3, height - 0.4], color=QUIET.fill, linewidth=1.4, zorder=0)
        write(ax, x(moment), 1.7, f"{signed(moment)} s", INK, size=14)
    write(ax, x((first + end) / 2), 0.6, "since the phone began to show the code", QUIET.text, size=13)
    for row, span in enumerate(spans):
        y = height - _ROW * (row + 1) + 0.5
        _span(ax, span, x, y, PHONE if row == 0 else SERVER)
        inside = ([(x(moment), y), (x(moment), y + _HIGH)] for moment in steps if span.first < moment <= span.last)
        strokes(ax, inside, SERVER.text, linewidth=2.2)
        _name(ax, span, y, _remark(data, span))
    return ax


def _remark(data: CodeLife, span: Span) -> str:
    if span is data.shown:
        return "then the next one"
    if span is data.accepted[-1]:
        return f"RFC 6238: {_sum(data)} = {span.last}"
    return f"from {-span.first} s early to {span.last} s old" if span.first else "only while it is shown"


def _name(ax: Axes, span: Span, y: float, remark: str) -> None:
    tone = PHONE if span.name == PHONE_SHOWS else SERVER
    write(ax, 0.3, y + 1.25, f"{span.name}: {span.seconds} s", tone.text, size=14, ha="left", weight="bold")
    write(ax, 0.3, y + 0.3, remark, QUIET.text, size=13, ha="left")


def _span(ax: Axes, span: Span, x: Scale, y: float, tone: Tone) -> None:
    """Draw a bar with a notch for each second and a mark at the last second. Write the last second beside the bar."""
    wide = x(1) - x(0)
    tints(ax, [(x(span.first), y, span.seconds * wide, _HIGH)], tone.fill)
    notches = ([(x(second), y), (x(second), y + _HIGH)] for second in range(span.first + 1, span.last + 1))
    if wide > 0.12:  # narrower notches would only darken the bar
        strokes(ax, notches, tone.text, linewidth=0.5)
    boxes(ax, [(x(span.first), y, span.seconds * wide, _HIGH)], tone.text, linewidth=2.2)
    tints(ax, [(x(span.last), y, wide, _HIGH)], tone.fill, 1)
    told = f"to second {span.last}, then {REFUSED_SIGN}"
    write(ax, x(span.last + 1) + 0.4, y + _HIGH / 2, told, tone.text, size=14, ha="left", weight="bold")
