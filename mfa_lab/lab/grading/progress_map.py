"""Progress, drawn: a row for each notebook, a mark for each exercise. Text and HTML say the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from html import escape

from mfa_lab.lab import exercises
from mfa_lab.lab.grading.progress import Entry, Progress
from mfa_lab.lab.grading.progress_file import here
from mfa_lab.style import HERE, QUIET, SERVER

NOTHING = (
    "Nothing yet. Every exercise that you check leaves a mark here: in one file in your working folder, and nowhere "
    "else."
)


class Mark(StrEnum):
    """How far an exercise has come."""

    DONE = "done"
    SHOWN = "solution shown"
    TRIED = "tried"
    OPEN = "open"


_SIGN = {Mark.DONE: "✓", Mark.SHOWN: "◇", Mark.TRIED: "◐", Mark.OPEN: "○"}
_TONE = {Mark.DONE: SERVER, Mark.SHOWN: SERVER, Mark.TRIED: HERE, Mark.OPEN: QUIET}


@dataclass(frozen=True, slots=True)
class Row:
    """One notebook: its name without `.ipynb`, and its exercises' titles and marks."""

    notebook: str
    marks: tuple[tuple[str, Mark], ...]

    @property
    def words(self) -> str:
        """`2 of 3 done`"""
        return f"{sum(mark is Mark.DONE for _, mark in self.marks)} of {len(self.marks)} done"

    @property
    def mark(self) -> Mark:
        """Done when all of it is, open while nothing was tried."""
        kinds = {mark for _, mark in self.marks}
        return kinds.pop() if len(kinds) == 1 else Mark.TRIED

    @property
    def name(self) -> str:
        """As it is read: `03 otp generation`."""
        return self.notebook.replace("_", " ")


class ProgressMap:
    """What `progress` holds of the exercises there are. Without any progress it is one sentence, always the same."""

    def __init__(self, progress: Progress, kept: str) -> None:
        self.rows = tuple(
            Row(notebook, tuple((each.title, mark_of(progress.of(each.id))) for each in found))
            for notebook, found in exercises.by_notebook().items()
        )
        self.kept = kept

    @property
    def empty(self) -> bool:
        """Nothing was tried yet."""
        return all(mark is Mark.OPEN for row in self.rows for _, mark in row.marks)

    @property
    def headline(self) -> str:
        """How much is done of everything."""
        marks = [mark for row in self.rows for _, mark in row.marks]
        return f"{marks.count(Mark.DONE)} of {len(marks)} exercises done"

    def __repr__(self) -> str:
        if self.empty:
            return NOTHING
        lines = [self.headline]
        for row in self.rows:
            lines.append(f"{row.name}: {row.words}")
            lines += [f"  {_SIGN[mark]} {title}{_word(mark)}" for title, mark in row.marks]
        return "\n".join([*lines, self.kept])

    def _repr_html_(self) -> str:
        if self.empty:
            return f"<p>{escape(NOTHING)}</p>"
        rows = "".join(map(_row, self.rows))
        return (
            f'<style>{_STYLE}</style><div class="mfa-map"><p><b>{self.headline}</b></p>'
            f"<ol>{rows}</ol><p>{escape(self.kept)}</p></div>"
        )


def progress_map() -> ProgressMap:
    """The map of the folder that the notebook lies in."""
    store = here()
    return ProgressMap(store.read(), store.in_words)


def mark_of(entry: Entry) -> Mark:
    """The one mark that says most."""
    if entry.done:
        return Mark.DONE
    if entry.shown:
        return Mark.SHOWN
    return Mark.TRIED if entry.attempts else Mark.OPEN


def _row(row: Row) -> str:
    marks = "".join(
        f'<li class="mfa-{mark.name.lower()}"><span aria-hidden="true">{_SIGN[mark]}</span> '
        f"{escape(title)}<small>{_word(mark)}</small></li>"
        for title, mark in row.marks
    )
    link = f'<a href="{escape(row.notebook)}.ipynb">{escape(row.name)}</a>'
    return f'<li class="mfa-{row.mark.name.lower()}"><p>{link}: {row.words}</p><ul>{marks}</ul></li>'


def _word(mark: Mark) -> str:
    """Beside each title but those of which there is nothing to say."""
    return "" if mark is Mark.OPEN else f" ({mark})"


def _tones() -> str:
    rules = []
    for mark, tone in _TONE.items():
        kind = f".mfa-map .mfa-{mark.name.lower()}"
        rules.append(f"{kind} {{ border-color: {tone.fill} }} {kind} > span {{ color: {tone.text} }}")
        line = "#3D444D" if mark is Mark.OPEN else tone.dark
        rules.append(f'[data-jp-theme-light="false"] {kind} {{ border-color: {line} }}')
        rules.append(f'[data-jp-theme-light="false"] {kind} > span {{ color: {tone.dark} }}')
    return " ".join(rules)


_STYLE = (
    ".mfa-map { max-width: 62rem } .mfa-map p { margin: 0.2rem 0 } "
    ".mfa-map ol, .mfa-map ul { list-style: none; margin: 0.4rem 0; padding: 0 } .mfa-map li { margin: 0 } "
    ".mfa-map ol > li { border-left: 5px solid; padding: 0 0 0.4rem 1.2rem } "
    ".mfa-map ul { display: flex; flex-wrap: wrap; gap: 0.3rem 0.6rem } "
    ".mfa-map ul > li { border: 1.5px solid; border-radius: 7px; padding: 0 0.6rem } "
    f"{_tones()}"
).replace(".mfa-map ", ".mfa-map.mfa-map ")  # JupyterLab has rules of its own for lists in outputs
