"""Draw how a code is taken from an HMAC: the offset, four bytes, 31 bits, and the last digits (RFC4226-5.3)."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes

from mfa_lab.lab.figures.picture import MONO, Picture, arrow, box, canvas, picture, tint, write
from mfa_lab.otp import Explanation
from mfa_lab.style import HERE, QUIET, REFUSED, REFUSED_SIGN, grouped

SHOWN_FIRST = 19
"""The first 19 bytes are shown. They contain every chosen byte, because the offset is at most 15.

If the digest is longer than 20 bytes, the figure leaves out the middle.
"""
_SIDE = 1.6
_COUNT = {6: "six", 7: "seven", 8: "eight"}


@dataclass(frozen=True, slots=True)
class Truncation:
    """Hold what the figure shows. `bits` are the 32 bits of the chosen bytes; `number` leaves out the first bit."""

    digest: bytes
    offset: int
    chosen: bytes
    bits: str
    number: int
    code: str

    @property
    def shown(self) -> list[int]:
        """Return the indexes of the bytes that get a box: the first 19 bytes and the last byte."""
        return [*range(SHOWN_FIRST), len(self.digest) - 1]


def truncation(explained: Explanation) -> Truncation:
    """Return the data of the figure from a result of `otp.explain`."""
    bits = f"{int.from_bytes(explained.chosen, 'big'):032b}"
    return Truncation(explained.digest, explained.offset, explained.chosen, bits, explained.truncated, explained.code)


def truncation_figure(explained: Explanation) -> Picture:
    """Return the truncation of one code as a picture. The picture shows the code, so use demo secrets only."""
    data = truncation(explained)
    return picture(draw(data), words(data), data)


def words(data: Truncation) -> str:
    """Return a text that describes the figure."""
    return (
        f"Dynamic truncation. The HMAC has {len(data.digest)} bytes: {data.digest.hex(' ')}. The lower half of the "
        f"last byte, {data.digest[-1]:02x}, is {data.offset:x}: the offset is {data.offset}. Bytes {data.offset} to "
        f"{data.offset + 3} are {data.chosen.hex(' ')}. Without their first bit they are the number {data.number}. "
        f"Its last {_COUNT[len(data.code)]} digits are the code {grouped(data.code)}."
    )


def draw(data: Truncation, ax: Axes | None = None) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given."""
    ax = canvas(ax, 0.4 + _SIDE * len(data.shown), 14.4)
    for column, index in enumerate(data.shown):
        _byte(ax, data, column, index)
    _offset(ax, data)
    _chosen(ax, data)
    _number(ax, data)
    return ax


def _left(column: int) -> float:
    return 0.2 + _SIDE * column


def _byte(ax: Axes, data: Truncation, column: int, index: int) -> None:
    """Draw the box of one byte, with the byte's index underneath."""
    corner, chosen = (_left(column), 10.6), data.offset <= index < data.offset + 4
    if chosen:
        tint(ax, corner, (_SIDE, _SIDE), HERE.fill)
        box(ax, corner, (_SIDE, _SIDE), HERE.text, linewidth=2.4)
    else:
        box(ax, corner, (_SIDE, _SIDE), QUIET.text, linewidth=0.8)
    for half, at in zip(f"{data.digest[index]:02x}", (0.5, 1.1), strict=True):
        write(ax, corner[0] + at, 11.37, half, size=15, family=MONO, weight="bold" if chosen else "normal")
    write(ax, corner[0] + _SIDE / 2, 10.05, str(index), QUIET.text, size=11)


def _offset(ax: Axes, data: Truncation) -> None:
    """Frame the lower half of the last byte, and draw a line from there to the first chosen byte."""
    last, first = _left(len(data.shown) - 1), _left(data.offset)
    box(ax, (last + 0.8, 10.6), (0.8, _SIDE), HERE.text, linewidth=2.4)
    ax.plot([last + 1.2, last + 1.2, first + 0.8], [12.2, 12.95, 12.95], color=HERE.text, linewidth=1.8)
    arrow(ax, (first + 0.8, 12.98), (first + 0.8, 12.25), HERE.text, 1.8)
    meaning = f"{data.offset:x}, which is {data.offset}" if data.offset > 9 else str(data.offset)
    told = f"the last half byte is {meaning}: begin at byte {data.offset}"
    write(ax, last + 1.6, 13.65, told, HERE.text, size=13, ha="right", weight="bold")


def _chosen(ax: Axes, data: Truncation) -> None:
    """Draw the four chosen bytes enlarged, with all their bits. Cross out the first bit."""
    wide = 7.6
    start = (ax.get_xlim()[1] - 4 * wide) / 2
    for above, below in ((_left(data.offset), start), (_left(data.offset + 4), start + 4 * wide)):
        ax.plot([above, below], [9.6, 8.4], color=QUIET.text, linewidth=0.8)
    for index, byte in enumerate(data.chosen):
        x = start + index * wide
        tint(ax, (x, 5.6), (wide, 2.8), HERE.fill)
        box(ax, (x, 5.6), (wide, 2.8), HERE.text, linewidth=1.6)
        write(ax, x + wide / 2, 7.6, f"{byte:02x}", size=20, family=MONO, weight="bold")
        for place, bit in enumerate(data.bits[8 * index : 8 * index + 8]):
            write(ax, _bit(x, place), 6.25, bit, size=14, family=MONO)
    first = _bit(start, 0)
    ax.plot([first - 0.4, first + 0.4], [5.85, 6.65], color=REFUSED.text, linewidth=2.2)
    told = f"{REFUSED_SIGN} the first bit is left out: 31 bits remain"
    write(ax, start, 4.85, told, REFUSED.text, size=13, ha="left", weight="bold")


def _bit(left: float, place: int) -> float:
    """Return the x coordinate of a bit. The bits are in two groups of four."""
    return left + 0.75 + 0.8 * place + (0.5 if place > 3 else 0)


def _number(ax: Axes, data: Truncation) -> None:
    """Write the number, and mark the code at its end."""
    count = len(data.code)
    write(ax, 1.2, 3.15, "as a number", QUIET.text, size=13, ha="left")
    write(ax, 3.7, 1.6, str(data.number)[:-count], size=24, family=MONO, ha="right")
    write(ax, 3.7, 1.6, str(data.number)[-count:], HERE.text, size=24, family=MONO, ha="left", weight="bold")
    write(ax, 20.6, 3.15, f"its last {_COUNT[count]} digits: the code", QUIET.text, size=13, ha="left")
    write(ax, 20.6, 1.6, grouped(data.code), size=30, family=MONO, ha="left", weight="bold")
    arrow(ax, (14.0, 1.6), (20.0, 1.6), QUIET.text, 1.4)
