"""Make the seats' cards to cut out: HTML for screen and paper, and PDF for paper, with eight cards on an A4 page."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from html import escape
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from PIL import Image

from mfa_lab.lab.figures.picture import INK, MONO, SANS
from mfa_lab.lab.seat import Seat
from mfa_lab.provisioning import qr_png, qr_svg
from mfa_lab.style import QUIET, SERVER
from mfa_lab.trainer.page import MADE_BY, page

COLUMNS, ROWS = 2, 4
PAGE_MM = (210.0, 297.0)
CARD_MM = (93.0, 68.0)
QR_MM = 43.0
"""The width of the QR code with its quiet zone.

A module is 0.8 mm wide, which is twice what a phone's camera needs at arm's length.
"""
_MM_AN_INCH = 25.4
_PIXELS_A_MODULE_MORE = 2
"""Image viewers blur a small picture when they enlarge it, so `_modules` enlarges it first, to about 370 dpi."""

SCAN = "Scan once with any authenticator app, and keep the entry until the workshop ends."
DEMO = "Demo values: they open only this seat."
"""A sentence on each card."""


def cards_html(seats: Sequence[Seat]) -> str:
    """Return one HTML page with all cards, eight on each printed sheet."""
    sheets = "".join(
        f'<section class="sheet" aria-label="Sheet {number}">{"".join(map(_card, some))}</section>'
        for number, some in enumerate(_sheets(seats), 1)
    )
    intro = (
        f"<header><h1>Seat cards</h1><p>{len(seats)} cards, {COLUMNS * ROWS} per A4 sheet. Print them at 100 %, "
        f"and cut "
        "along the broken lines. <code>cards.pdf</code> contains the same sheets.</p></header>"
    )
    return page("Seat cards", f"<main>{intro}{sheets}</main>", style=_STYLE)


def _card(seat: Seat) -> str:
    picture = qr_svg(seat.otp.uri(), label=f"QR code of {seat.seat}: the demo secret for an authenticator app")
    return (
        f'<article class="card" aria-labelledby="{escape(seat.seat)}"><div class="who">'
        '<p class="lab">mfa-lab workshop</p>'
        f'<h2 id="{escape(seat.seat)}">{escape(_spoken(seat))}</h2><p>{SCAN}</p><p>{DEMO}</p></div>{picture}<dl>'
        f"<dt>Name</dt><dd>{escape(seat.name)}</dd><dt>Password</dt><dd>{escape(seat.password)}</dd>"
        f'<dt>Setup key</dt><dd class="key">{escape(seat.setup_key)}</dd></dl></article>'
    )


def cards_pdf(seats: Sequence[Seat]) -> bytes:
    """Return the same sheets as a PDF in which text remains text."""
    file = io.BytesIO()
    about = {"Title": "Seat cards", "Creator": MADE_BY, "CreationDate": None}
    with mpl.rc_context({"pdf.fonttype": 42}), PdfPages(file, metadata=about) as pages:
        for some in _sheets(seats):
            figure = Figure(figsize=(PAGE_MM[0] / _MM_AN_INCH, PAGE_MM[1] / _MM_AN_INCH))
            axes = figure.add_axes((0, 0, 1, 1))
            corners = [_corner(place) for place in range(len(some))]
            axes.add_collection(
                LineCollection(_cuts(corners), colors=QUIET.text, linewidths=0.5, linestyles=(0, (4, 3)))
            )
            for corner, seat in zip(corners, some, strict=True):
                _draw(axes, *corner, seat)
            axes.set(xlim=(0, PAGE_MM[0]), ylim=(PAGE_MM[1], 0), aspect="auto")
            axes.axis("off")
            pages.savefig(figure)
    return file.getvalue()


def _corner(place: int) -> tuple[float, float]:
    """Return the left and upper edge of a card on its sheet, in mm."""
    row, column = divmod(place, COLUMNS)
    left, top = ((PAGE_MM[side] - count * CARD_MM[side]) / 2 for side, count in enumerate((COLUMNS, ROWS)))
    return left + column * CARD_MM[0], top + row * CARD_MM[1]


def _cuts(corners: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """Return each edge of the cards only once, because two broken lines on top of each other would look solid."""
    (wide, high), edges = CARD_MM, set()
    for x, y in corners:
        edges |= {((x, y), (x + wide, y)), ((x, y + high), (x + wide, y + high))}
        edges |= {((x, y), (x, y + high)), ((x + wide, y), (x + wide, y + high))}
    return [list(edge) for edge in sorted(edges)]


def _draw(axes: Axes, x: float, y: float, seat: Seat) -> None:
    def text(
        dx: float, dy: float, words: str, size: float, family: str = SANS, colour: str = INK, **how: Any
    ) -> None:
        axes.text(x + dx, y + dy, words, fontsize=size, family=family, color=colour, parse_math=False, **how)

    right, quiet = x + CARD_MM[0], QUIET.text
    text(5, 9, "mfa-lab workshop", 9, colour=quiet)
    text(5, 18.5, _spoken(seat), 23, weight="bold", colour=SERVER.text)
    for line, words in enumerate(_wrapped(f"{SCAN}\n{DEMO}", 26)):
        text(5, 25 + line * 3.7, words, 8)
    axes.imshow(
        _modules(seat), cmap="gray", vmin=0, vmax=1, interpolation="none",
        extent=(right - QR_MM - 2, right - 2, y + QR_MM + 2, y + 2),
    )  # fmt: skip
    for dy, name, words, size in (
        (51, "Name", seat.name, 10.5),
        (57, "Password", seat.password, 10.5),
        (63, "Setup key", seat.setup_key, 8),
    ):
        text(5, dy, name, 8, colour=quiet)
        text(20, dy, words, size, MONO, weight="bold" if size > 10 else "normal")


def _modules(seat: Seat) -> np.ndarray:
    """Return the enlarged QR picture as an array."""
    with Image.open(io.BytesIO(qr_png(seat.otp.uri()))) as picture:
        pixels = np.asarray(picture.convert("1"), dtype=np.uint8)
    return np.kron(pixels, np.ones((_PIXELS_A_MODULE_MORE, _PIXELS_A_MODULE_MORE), dtype=np.uint8))


def _sheets(seats: Sequence[Seat]) -> list[tuple[Seat, ...]]:
    return [tuple(seats[start : start + COLUMNS * ROWS]) for start in range(0, len(seats), COLUMNS * ROWS)]


def _spoken(seat: Seat) -> str:
    """Return `Seat 07`."""
    return seat.seat.replace("-", " ").capitalize()


def _wrapped(text: str, width: int) -> list[str]:
    return [line for part in text.split("\n") for line in textwrap.wrap(part, width)]


_STYLE = f"""
main {{ max-width: none; width: max-content; }}
.sheet {{ width: {COLUMNS * CARD_MM[0]}mm; display: grid; grid-template-columns: repeat({COLUMNS}, {CARD_MM[0]}mm);
  grid-auto-rows: {CARD_MM[1]}mm; background: #FFFFFF; color: #1B1F24; margin: 6mm 0; padding: 4mm;
  border: 1px solid {QUIET.fill}; }}
.card {{ outline: 0.2mm dashed {QUIET.text}; padding: 4mm 2mm 3mm 5mm; box-sizing: border-box; overflow: hidden;
  display: grid; grid-template-columns: 1fr {QR_MM}mm; grid-template-rows: {QR_MM}mm auto; font-size: 8.5pt;
  line-height: 1.25; }}
.mfa .card svg[role="img"] {{ width: {QR_MM}mm; height: {QR_MM}mm; margin-top: -2mm; max-width: none;
  border-radius: 0; }}
.mfa .card p {{ margin: 0 0 0.8mm; }}
.card .lab, .card dt {{ color: {QUIET.text}; font-weight: 400; }}
.card h2 {{ font-size: 23pt; line-height: 1.1; margin: 0 0 2mm; color: {SERVER.text}; }}
.mfa .card dl {{ grid-column: 1 / 3; display: grid; grid-template-columns: 15.5mm 1fr; gap: 0.4mm 0;
  align-items: baseline; }}
.card dd {{ font: 700 10.5pt/1.3 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; white-space: nowrap; }}
.card dd.key {{ font-size: 8pt; font-weight: 400; }}
@page {{ size: A4; margin: 0; }}
@media print {{
  header {{ display: none; }}
  main {{ padding: 0; }}
  .sheet {{ border: 0; margin: 0; padding: {(PAGE_MM[1] - ROWS * CARD_MM[1]) / 2}mm
    {(PAGE_MM[0] - COLUMNS * CARD_MM[0]) / 2}mm; height: {PAGE_MM[1] - 1}mm; box-sizing: border-box;
    width: {PAGE_MM[0]}mm; break-after: page; align-content: start; }}
  .sheet:last-child {{ break-after: auto; }}
}}
"""
