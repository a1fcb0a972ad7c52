"""Messages for a cell that was run too early or twice. They replace the traceback and say which cells to run first.

The kit knows its own notebooks, so it can distinguish the wrong order of cells from a learner's own mistake. In three
cases, Python's own message stays: the learner changed the cell, no cell defines the name, or the cell fails although
all cells above it have run.

If a cell with an answer contains a common typing mistake, such as a letter without quotes, a line after Python's
message says how to correct it.
"""

from __future__ import annotations

import ast
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import shorten
from traceback import walk_tb
from typing import Any

from mfa_lab.resources import notebooks_dir

REMEDY = "Click this cell, choose Run > Run All Above Selected Cell, and then run this cell again."
_LINE_WIDTH = 48
_CURLY = re.compile("[\u2018-\u201f\u00ab\u00bb]")
_PERCENT = re.compile(r"^(\w+ *= *[\d.]+) *%$", re.MULTILINE)
_ASKED = re.compile(r'^(?:check|predict)\("([^"]+)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Book:
    """Hold one of the kit's notebooks: its name without `.ipynb`, and the sources of its code cells."""

    name: str
    cells: tuple[str, ...]

    def place(self, source: str) -> int | None:
        """Return the number of the cell with this source or the same exercise, or None if there is no such cell."""
        if source in self.cells:
            return self.cells.index(source)
        asked = _ASKED.findall(source)
        return next(
            (number for number, cell in enumerate(self.cells) if asked and asked == _ASKED.findall(cell)), None
        )


def install() -> None:
    """Make IPython show the message from `advice`.

    Do nothing outside a kernel, or if other code already handles exceptions.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None and not shell.custom_exceptions:
        shell.set_custom_exc((Exception,), _show)


def _show(
    shell: Any, kind: type[BaseException], error: BaseException, trace: Any, tb_offset: int | None = None
) -> None:
    """Show an error as IPython does, unless `advice` has a better message for it."""
    ran = [source.strip() for source in shell.history_manager.input_hist_raw[1:]]
    slip = ""
    with suppress(Exception):  # a fault of the kit must not hide the learner's error
        slip = slip_of_writing(error, ran[-1])
        if slip:
            error.add_note(slip)  # IPython shows it after Python's own words
    if not any(frame.f_globals is shell.user_ns for frame, _ in walk_tb(trace)):
        shell.showsyntaxerror()  # Python could not compile the cell, so no line of it has run
        return
    with suppress(Exception):
        session = Path(os.environ.get("JPY_SESSION_NAME", "")).stem
        told = "" if slip else advice(error, ran, books(), session)
        if told:
            error._render_traceback_ = lambda: [told]  # type: ignore[attr-defined]  # IPython asks for it
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset, running_compiled_code=True)


@cache
def books() -> tuple[Book, ...]:
    """Return all notebooks as the kit delivers them."""
    return tuple(_read(path) for path in sorted(notebooks_dir().glob("*.ipynb")))


def _read(path: Path) -> Book:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return Book(path.stem, tuple("".join(cell["source"]).strip() for cell in cells if cell["cell_type"] == "code"))


def advice(error: BaseException, ran: Sequence[str], known: Iterable[Book], session: str = "") -> str:
    """Return a message that says which cells to run first, or "" if the error has another cause.

    `ran` contains the sources of all cells that were run, ending with the failed cell. `session` is the notebook's
    name according to Jupyter. A copied notebook has another name, but its cells identify it.
    """
    book = max(known, key=lambda book: (len({*ran} & {*book.cells}), book.name == session), default=None)
    if book is None or not ({*ran} & {*book.cells} or book.name == session):
        return ""
    place = book.place(ran[-1])
    if type(error) is NameError:
        maker = _maker(error.name or "", book.cells[:place])
        return f"{error.name!r} is defined by {maker}\n{REMEDY}" if maker else ""
    if place is None or book.cells[place] != ran[-1]:
        return ""
    return _of_order([book.place(source) for source in ran], place, error)


def slip_of_writing(error: BaseException, source: str) -> str:
    """Return a message that corrects a typing mistake in an answer.

    Return "" if the cell contains no answer or has another error.

    The function recognises letters without quotes, curly quotes, and a number with a percent sign.
    """
    if not _ASKED.search(source):
        return ""
    if isinstance(error, SyntaxError):
        if "invalid character" in error.msg and _CURLY.search(error.text or ""):
            straight = _CURLY.sub('"', (error.text or "").strip())
            return f"These quotes are curly. Python needs straight quotes: {straight}"
        percent = _PERCENT.search(source)
        return f"Write the number without the percent sign: {percent[1]}" if percent else ""
    if type(error) is not NameError:
        return ""
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign):
            parts = statement.value.elts if isinstance(statement.value, ast.Tuple) else [statement.value]
            words = [part.id for part in parts if isinstance(part, ast.Name)]
            if error.name in words and len(words) == len(parts):
                return f'Write letters and words in quotes: {ast.unparse(statement.targets[0])} = "{"".join(words)}"'
    return ""


def _of_order(places: list[int | None], place: int, error: BaseException) -> str:
    """Return a message that says what is wrong with the order of cells, or "" if nothing is wrong."""
    start = max(
        (number for number, each in enumerate(places) if each == 0), default=-1
    )  # the setup cell defines everything again
    since = [] if start < 0 else places[start:]
    if since[:-1].count(place):
        why = "This cell works only once, and it has run before. The first run consumed what the cells above made."
    elif _in_order(since, place):
        return ""
    else:
        why = "This cell builds on the cells above it."
    python = f"{type(error).__name__}: {error}".strip(": ")
    return f"{why}\n{REMEDY}\n(Python says: {python})"


def _in_order(since: list[int | None], place: int) -> bool:
    """Return whether all cells above this cell have run, from top to bottom.

    A cell that the learner changed may count as any missing cell.
    """
    known = [each for each in since if each is not None]
    changed, missing = len(since) - len(known), place + 1 - len(known)
    return bool(known) and known == sorted(set(known)) and missing <= changed


def _maker(name: str, cells: Sequence[str]) -> str:
    """Return a description of the last of these cells that defines the name, or "" if no cell defines it."""
    for number, source in reversed([*enumerate(cells)]):
        for statement in ast.parse(source).body:
            if name in _made(statement):
                line = shorten(source.splitlines()[statement.lineno - 1], _LINE_WIDTH, placeholder=" ...")
                return f"another cell, which has not run: {line}" if number else "the setup cell, which has not run."
    return ""


def _made(statement: ast.stmt) -> set[str]:
    """Return the names that a statement of a cell defines."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
