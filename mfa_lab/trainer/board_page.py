"""Make the board's page: the drawing, and the same content as tables. Everything that comes from files is escaped."""

from __future__ import annotations

from html import escape
from pathlib import Path

from matplotlib.axes import Axes

from mfa_lab.errors import InvalidInput
from mfa_lab.trainer.board import Board
from mfa_lab.trainer.board_picture import board_picture, board_png, draw
from mfa_lab.trainer.page import page, table, write_ours

LEFT_OUT_SHOWN = 200


def save(board: Board, out: Path) -> tuple[Path, Path]:
    """Write `out`.html and `out`.png. Raises `InvalidInput` if a file of another kind has one of these names."""
    if not out.parent.is_dir():
        raise InvalidInput(f"{out.parent} is not a folder: name a file in an existing folder")
    named = out.with_suffix("") if out.suffix in {".html", ".png"} else out
    drawn = draw(board)
    html = write_ours(named.with_name(f"{named.name}.html"), board_html(board, drawn).encode())
    return html, write_ours(named.with_name(f"{named.name}.png"), board_png(board, drawn))


def board_html(board: Board, drawn: Axes | None = None) -> str:
    """Return the whole page. Pass `drawn` if the picture has already been drawn."""
    title = {each.id: each.title for each in board.asked}
    asked: list[tuple[object, ...]] = [
        (each.title, each.id, each.notebook.replace("_", " "), each.tried, each.done, each.still, f"{each.checks:g}")
        for each in board.asked
        if each.tried
    ]
    places: list[tuple[object, ...]] = [
        (
            place.name,
            place.notebook.replace("_", " ") or "not begun",
            title.get(place.exercise, ""),
            place.done,
            place.checks,
        )
        for place in board.places
    ]
    places += [(name, "no file yet", "", "", "") for name in board.no_file]
    exercise_headers = ("exercise", "id", "notebook", "tried", "done", "not done yet", "median of checks")
    learner_headers = ("learner", "is at", "checked last", "done", "checks in all")
    body = (
        f"<main><h1>Class board</h1>{board_picture(board, drawn).svg}"
        f"<h2>The exercises</h2>{table('In the order of the notebooks', exercise_headers, asked)}"
        f"<h2>The learners</h2>{table('The most advanced learner comes first', learner_headers, places)}"
        f"{_left_out(board)}</main>"
    )
    return page("Class board", body, style=_STYLE)


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
