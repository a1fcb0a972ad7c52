"""Draw what is known about the offset of a phone's clock: a bar for each observation, and a bar for all together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape

from mfa_lab.otp.drift import DriftInterval
from mfa_lab.style import REFUSED_SIGN

_LEAST_SECONDS = 45
_MOST_MARKS = 7
_LABEL = 25
"""The room that a label needs, in percent of the width."""


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one observation: its words, and the interval that follows from this observation alone."""

    words: str
    alone: DriftInterval


def between(interval: DriftInterval) -> str:
    """Return `between 46 s and 48 s behind` or `between 3 s behind and 28 s ahead`."""
    low, high = interval.low_seconds, interval.high_seconds
    if high <= 0:
        return f"between {-high} s and {-low} s behind"
    return f"between {low} s and {high} s ahead" if low >= 0 else f"between {-low} s behind and {high} s ahead"


def off(seconds: int) -> str:
    """Return `12 s ahead`, `3 s behind` or `right`."""
    return f"{abs(seconds)} s {'behind' if seconds < 0 else 'ahead'}" if seconds else "right"


def words(rows: Sequence[Row], together: DriftInterval | None, truth: int | None = None) -> str:
    """Return a text that describes the drawing."""
    if not rows:
        return "Nothing is known about the phone's clock yet."
    told = [f"Observation {number}, {row.words}: {between(row.alone)}." for number, row in enumerate(rows, 1)]
    all_of_it = f"Together: {between(together)}." if together else "Together: a contradiction."
    return " ".join([*told, all_of_it, *([f"The phone really is {off(truth)}."] if truth is not None else [])])


def bar(
    rows: Sequence[Row],
    together: DriftInterval | None,
    *,
    truth: int | None = None,
    contradicting: Collection[int] = (),
) -> str:
    """Return the drawing as HTML.

    `truth` is the offset of the phone's clock, or None until it is revealed. `contradicting` holds the numbers of two
    observations that contradict each other. The numbers start at 1.
    """
    scale = _Scale([*(row.alone for row in rows), *([together] if together else [])], truth)
    lines = [
        _line(
            f"{number} · {row.words}",
            scale.stretch(row.alone),
            f"{REFUSED_SIGN} clashes" if number in contradicting else "",
            "mfa-refused" if number in contradicting else "",
        )
        for number, row in enumerate(rows, 1)
    ]
    everywhere = "left: 0; width: 100%"
    if together:
        lines.append(_line("Together", scale.stretch(together), "", "mfa-together"))
    else:
        lines.append(
            _line("Together", everywhere, "no clock fits" if rows else "anywhere", "mfa-together mfa-unknown")
        )
    marks = "".join(f'<i style="left: {scale.place(at):.2f}%">{_mark(at)}</i>' for at in scale.marks())
    places = f"--zero: {scale.place(0):.2f}%"
    if truth is not None:
        # The label is beside its line, on the side away from the server's line if there is room.
        side = "mfa-revealed mfa-leftwards" if truth < 0 and scale.place(truth) > _LABEL else "mfa-revealed"
        lines.append(_line("Revealed", f"left: {scale.place(truth):.2f}%", "", side, off(truth)))
        places += f"; --truth: {scale.place(truth):.2f}%"
    return (
        f'<div class="mfa-drift"><p class="mfa-result">{_headline(rows, together)}</p>'
        f'<div class="mfa-lines{"" if truth is None else " mfa-open"}" style="{places}" role="img" '
        f'aria-label="{escape(words(rows, together, truth))}">'
        f"{''.join(lines)}"
        f'<div class="mfa-line mfa-marks"><span></span><span class="mfa-track">{marks}</span></div></div></div>'
    )


def _headline(rows: Sequence[Row], together: DriftInterval | None) -> str:
    if together:
        return f"The phone's clock is <b>{between(together)}</b>"
    return f"{REFUSED_SIGN} Two observations contradict each other" if rows else "Its offset is not known yet"


def _line(label: str, stretch: str, words: str, style_class: str, inside: str = "") -> str:
    said = f"<small>{escape(words)}</small>" if words else ""
    return (
        f'<div class="mfa-line {style_class}"><span>{escape(label)} {said}</span>'
        f'<span class="mfa-track"><i style="{stretch}">{inside}</i></span></div>'
    )


def _mark(seconds: int) -> str:
    return f"{seconds:+d} s".replace("-", "−") if seconds else "right"


class _Scale:
    """Map seconds to a share of the width.

    The scale contains every observation and the server's own clock, so it does not change while the bar shrinks.
    """

    def __init__(self, intervals: Sequence[DriftInterval], truth: int | None) -> None:
        known = [truth] if truth is not None else []
        low = min([-_LEAST_SECONDS, *known, *(each.low_seconds for each in intervals)])
        high = max([_LEAST_SECONDS, *known, *(each.high_seconds for each in intervals)])
        margin = (high - low) // 20
        self._low, self._width = low - margin, high - low + 2 * margin

    def place(self, seconds: int) -> float:
        """Return the place of an offset, in percent of the width."""
        return 100 * (seconds - self._low) / self._width

    def stretch(self, interval: DriftInterval) -> str:
        """Return an interval's place and width as a CSS style."""
        return (
            f"left: {self.place(interval.low_seconds):.2f}%; width: {100 * interval.width_seconds / self._width:.2f}%"
        )

    def marks(self) -> list[int]:
        """Return the few round numbers that get a mark, including zero."""
        apart = 15
        while self._width / apart > _MOST_MARKS:
            apart *= 2
        first = -(-self._low // apart) * apart
        return list(range(first, self._low + self._width + 1, apart))
