"""Draw the board in such a way that people in the back of a room can read it.

The left side shows where everybody is, and the right side shows which exercises are hard.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from mfa_lab.lab.figures.picture import INK, Picture, box, canvas, picture, tint, write
from mfa_lab.style import GRANTED_SIGN, HERE, QUIET, SERVER, Tone
from mfa_lab.trainer.board import Asked, Board, Place
from mfa_lab.trainer.page import MADE_BY

WIDTH, HEIGHT = 48.0, 27.0
"""16 by 9 inches, in units of a third of an inch."""
PIXELS_AN_INCH = 120
HARDEST_SHOWN = 6
_MIDDLE = 24.5
_TOP = 22.3
_ROW = 2.4
_SQUARE = 1.25
_LABELLED = 1.0
"""Squares that are narrower than this contain no name."""
_LETTERS = 4
_TITLE_CHARACTERS = 62
NOT_BEGUN = "not begun"


def board_picture(board: Board, ax: Axes | None = None) -> Picture:
    """Return the drawing, with the board as its data. Pass `ax` if the board has already been drawn."""
    return picture(ax or draw(board), in_words(board), board)


def board_png(board: Board, ax: Axes | None = None) -> bytes:
    """Return the drawing as a PNG for a slide: 1920 by 1080 pixels on white."""
    file, figure = io.BytesIO(), (ax or draw(board)).get_figure()
    assert isinstance(figure, Figure)  # noqa: S101 (only for the type checker)
    figure.savefig(file, format="png", dpi=PIXELS_AN_INCH, facecolor="#FFFFFF", metadata={"Software": MADE_BY})
    return file.getvalue()


def in_words(board: Board) -> str:
    """Return a text that describes the drawing."""
    where = ", ".join(f"{len(places)} at {_spoken(name)}" for name, places in board.notebooks.items() if places)
    waiting = ", ".join(board.not_begun)
    hard = "; ".join(f"{each.title}: {_fares(each)}" for each in board.hardest[:HARDEST_SHOWN])
    parts = [
        board.headline,
        where and f"Who is where: {where}",
        waiting and f"Not begun: {waiting}",
        hard and f"Hardest first: {hard}",
    ]
    return ". ".join(part for part in parts if part) + "."


def draw(board: Board, ax: Axes | None = None) -> Axes:
    """Draw the board on `ax`, or on new Axes."""
    ax = canvas(ax, WIDTH, HEIGHT)
    write(ax, 1, 25.6, board.headline, size=26, ha="left", weight="bold")
    write(ax, 1, 23.6, "Where everybody is", SERVER.text, size=19, ha="left", weight="bold")
    write(ax, _MIDDLE, 23.6, "What is hard, hardest first", HERE.text, size=19, ha="left", weight="bold")
    _draw_places(ax, board)
    _draw_hardest(ax, board.hardest[:HARDEST_SHOWN])
    return ax


def _draw_places(ax: Axes, board: Board) -> None:
    rows = list(board.notebooks.items())
    waiting = [Place(name, "", "", 0, 0) for name in board.not_begun]
    if rows and waiting:
        rows.append((NOT_BEGUN, tuple(waiting)))
    if not rows:
        write(ax, 1, _TOP - 1, "Nobody has checked an exercise yet.", QUIET.text, size=17, ha="left")
        return
    height = min(_ROW, _TOP / len(rows))
    most = max(len(places) for _, places in rows)
    wide = min(_SQUARE, 10.5 / most)
    for number, (name, places) in enumerate(rows):
        middle = _TOP - (number + 0.5) * height
        write(
            ax,
            1,
            middle,
            _wrapped(name),
            INK if places and name != NOT_BEGUN else QUIET.text,
            size=15,
            ha="left",
            linespacing=1.1,
        )
        tone = QUIET if name == NOT_BEGUN else SERVER
        _draw_row(ax, (10.2, middle), (wide, min(_SQUARE, height * 0.7)), places, tone)


def _draw_row(
    ax: Axes, start: tuple[float, float], square: tuple[float, float], places: Sequence[Place], tone: Tone
) -> None:
    """Draw a square for each learner and the number of learners.

    A square contains the end of the name if there is room.
    """
    if not places:
        return
    (x, middle), (wide, high) = start, square
    corner, size = (x, middle - high / 2), (wide * len(places), high)
    tint(ax, corner, size, tone.fill)
    box(ax, corner, size, tone.fill, linewidth=1.6)
    write(ax, x + size[0] + 0.5, middle, str(len(places)), tone.text, size=18, ha="left", weight="bold")
    if wide >= _LABELLED:
        for index, name in enumerate(sorted(place.name for place in places)):
            box(ax, (x + index * wide, corner[1]), (wide, high), tone.fill, linewidth=1.2)
            label = _end(name)
            size_of_type = 13 if len(label) < _LETTERS else 9
            write(ax, x + (index + 0.5) * wide, middle, label, size=size_of_type, parse_math=False)


def _draw_hardest(ax: Axes, hardest: Sequence[Asked]) -> None:
    if not hardest:
        write(ax, _MIDDLE, _TOP - 1, "Too few learners have tried an exercise yet.", QUIET.text, size=17, ha="left")
        return
    height, longest = _TOP / HARDEST_SHOWN, max(each.tried for each in hardest)
    for number, each in enumerate(hardest):
        top, long = _TOP - number * height, 20.0 / longest
        title = textwrap.shorten(f"{each.title} ({each.id})", _TITLE_CHARACTERS, placeholder=" …")
        write(ax, _MIDDLE, top - 0.6, title, size=16, ha="left", parse_math=False)
        corner, done = (_MIDDLE, top - 2.3), each.done * long
        ax.add_patch(Rectangle(corner, done, 1, facecolor=SERVER.fill, edgecolor=SERVER.fill, linewidth=1.6))
        if each.still:
            tint(ax, (_MIDDLE + done, corner[1]), (each.still * long, 1), HERE.fill)
            box(ax, (_MIDDLE + done, corner[1]), (each.still * long, 1), HERE.fill, linewidth=1.6, hatch="///")
        write(ax, _MIDDLE, top - 2.95, _fares(each), size=15, ha="left")


def _fares(each: Asked) -> str:
    """Return `✓ 9 done · 4 not done yet · median 3 checks`."""
    checks = f"{each.checks:g} {'check' if each.checks == 1 else 'checks'}"
    return f"{GRANTED_SIGN} {each.done} done · {each.still} not done yet · median {checks}"


def _spoken(notebook: str) -> str:
    return notebook.replace("_", " ")


def _wrapped(notebook: str) -> str:
    """Return the part of a notebook's name that fits to the left of the squares, in at most two lines."""
    return "\n".join(textwrap.wrap(_spoken(notebook), 22, max_lines=2, placeholder=" …"))


def _end(name: str) -> str:
    """Return the last letters or digits of a pseudonym, such as `07` of `seat-07`."""
    word = re.sub(r" \(\d+\)$", "", name).rstrip("._-")
    return re.split(r"[._-]", word)[-1][:_LETTERS]
