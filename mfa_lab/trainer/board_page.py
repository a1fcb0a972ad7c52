"""Make the board's page: the drawing, and the same content as tables, also as CSV. Text from files is escaped."""

from __future__ import annotations

import csv
import io
from html import escape
from pathlib import Path

from matplotlib.axes import Axes

from mfa_lab.errors import InvalidInput
from mfa_lab.trainer.board import Board
from mfa_lab.trainer.board_picture import board_picture, board_png, draw
from mfa_lab.trainer.page import page, table, write_ours

LEFT_OUT_SHOWN = 200
EXERCISE_HEADERS = ("exercise", "id", "notebook", "tried", "done", "not done yet", "median of checks")
LEARNER_HEADERS = ("learner", "is at", "checked last", "done", "checks in all")


def save(board: Board, out: Path) -> tuple[Path, Path, Path, Path]:
    """Write `out`.html, `out`.png, `out`-learners.csv and `out`-exercises.csv, and return their paths.

    Raises `InvalidInput` if a file of another kind has one of these names.
    """
    if not out.parent.is_dir():
        raise InvalidInput(f"{out.parent} is not a folder: name a file in an existing folder")
    named = out.with_suffix("") if out.suffix in {".html", ".png"} else out
    drawn = draw(board)
    html = write_ours(named.with_name(f"{named.name}.html"), board_html(board, drawn).encode())
    png = write_ours(named.with_name(f"{named.name}.png"), board_png(board, drawn))
    learners = _write_csv(named.with_name(f"{named.name}-learners.csv"), LEARNER_HEADERS, _learners(board))
    asked = _write_csv(named.with_name(f"{named.name}-exercises.csv"), EXERCISE_HEADERS, _asked(board))
    return html, png, learners, asked


def _write_csv(path: Path, headers: tuple[str, ...], rows: list[tuple[object, ...]]) -> Path:
    """Write a table for a spreadsheet.

    The line of headers is the mark by which this package recognises its own file. A pseudonym consists of
    letters, digits, dots, underscores and hyphens, so it cannot be a formula that does harm.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([headers, *rows])
    return write_ours(path, text.getvalue().encode(), ",".join(headers).encode())


def board_html(board: Board, drawn: Axes | None = None) -> str:
    """Return the whole page. Pass `drawn` if the picture has already been drawn."""
    body = (
        f"<main><h1>Class board</h1>{board_picture(board, drawn).svg}"
        f"<h2>The exercises</h2>{table('In the order of the notebooks', EXERCISE_HEADERS, _asked(board))}"
        f"<h2>The learners</h2>{table('The most advanced learner comes first', LEARNER_HEADERS, _learners(board))}"
        f"{_left_out(board)}</main>"
    )
    return page("Class board", body, style=_STYLE)


def _asked(board: Board) -> list[tuple[object, ...]]:
    """Return a row for each exercise that somebody has tried."""
    return [
        (each.title, each.id, each.notebook.replace("_", " "), each.tried, each.done, each.still, f"{each.checks:g}")
        for each in board.asked
        if each.tried
    ]


def _learners(board: Board) -> list[tuple[object, ...]]:
    """Return a row for each learner, and for each seat without a file."""
    title = {each.id: each.title for each in board.asked}
    rows: list[tuple[object, ...]] = [
        (
            place.name,
            place.notebook.replace("_", " ") or "not begun",
            title.get(place.exercise, ""),
            place.done,
            place.checks,
        )
        for place in board.places
    ]
    return [*rows, *((name, "no file yet", "", "", "") for name in board.no_file)]


def _left_out(board: Board) -> str:
    parts = []
    if board.left_out:
        shown = "".join(
            f"<li><code>{escape(each.file)}</code>: {escape(each.why)}</li>"
            for each in board.left_out[:LEFT_OUT_SHOWN]
        )
        more = len(board.left_out) - LEFT_OUT_SHOWN
        shown += f"<li>and {more} more</li>" if more > 0 else ""
        parts.append(f"<h2>Not counted</h2><ul>{shown}</ul>")
    if board.unknown:
        shown = ", ".join(board.unknown[:LEFT_OUT_SHOWN])
        parts.append(f"<p>Not counted, because this kit does not have these exercises: {escape(shown)}.</p>")
    return "".join(parts)


_STYLE = """
main { max-width: 84rem; }
.mfa main svg.mfa-figure { max-width: none !important; width: 100%; height: auto; }
td { font-variant-numeric: tabular-nums; }
main li { overflow-wrap: anywhere; }
@page { size: A4 landscape; margin: 10mm; }
"""
