"""The scoreboard: a figure that shows the attack series as a ladder.

Each attack is a bar of the ladder. The bar is broken until a fix has passed the check.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from mfa_lab.attacks import attack_series
from mfa_lab.lab.exercises import exercises
from mfa_lab.lab.figures.picture import INK, TINT, Picture, canvas, picture, write
from mfa_lab.lab.figures.shapes import Point, areas, boxes, strokes, tints
from mfa_lab.lab.grading.course_map import Mark, mark_of
from mfa_lab.lab.grading.progress import Progress
from mfa_lab.lab.grading.progress_file import here
from mfa_lab.style import ATTACKER, GRANTED_SIGN, HERE, QUIET, SERVER


@dataclass(frozen=True, slots=True)
class Score:
    """Hold one attack, and the progress of its fix.

    `ours_holds` is False if the attack works against every server, even `MfaServer`.
    """

    number: int
    title: str
    mark: Mark
    ours_holds: bool = True

    @property
    def fixed(self) -> bool:
        """Return true if a fix has passed the check."""
        return self.mark is Mark.DONE

    @property
    def words(self) -> str:
        """Return the state of the bar in words."""
        if self.fixed:
            return "fixed" if self.ours_holds else "worth less to the attacker; no code stops it"
        return _BROKEN[self.mark]


_BROKEN = {Mark.OPEN: "broken", Mark.TRIED: "broken: there is no fix yet", Mark.SHOWN: "broken: solution shown"}


def scoreboard(progress: Progress | None = None) -> Picture:
    """Return the scoreboard for `progress`. By default, this is the progress in the current folder."""
    data = scores(here().read() if progress is None else progress)
    return picture(draw(data), words(data), data)


def scores(progress: Progress) -> tuple[Score, ...]:
    """Return the score of every attack, in the order of the series.

    The exercise that grades the fix gives the score.
    """
    graded = [(each.id, [case.arguments for case in each.cases]) for each in exercises()]
    return tuple(
        Score(one.number, one.title, mark_of(progress.of(exercise_id)), one.ours_holds)
        for one in attack_series()
        for exercise_id, cases in graded
        if cases[: len(one.trials)] == [(trial,) for trial in one.trials]
    )


def headline(data: Sequence[Score]) -> str:
    """Return a headline such as `3 of 24 attacks fixed (two are halves of attack 16)`."""
    halves = [number for number, count in Counter(each.number for each in data).items() if count == 2]
    why = "".join(f" (two are halves of attack {number})" for number in halves)
    return f"{sum(each.fixed for each in data)} of {len(data)} attacks fixed{why}"


def words(data: Sequence[Score]) -> str:
    """Return a description of the figure in words."""
    told = "; ".join(f"{each.number}, {each.title}: {each.words}" for each in data)
    return f"The ladder, {headline(data)}. From the lowest: {told}."


_COLUMN, _ROW, _LEFT, _RIGHT, _HIGH = 21.0, 2.3, 2.0, 5.6, 0.7


def draw(data: Sequence[Score], ax: Axes | None = None) -> Axes:
    """Draw the ladder in two halves, with the lower half on the left. Use `ax` if given, and new Axes otherwise."""
    half = (len(data) + 1) // 2
    height = _ROW * half + 2.6
    ax = canvas(ax, 2 * _COLUMN, height)
    write(ax, 0.3, height - 1.0, headline(data), INK, size=16, ha="left", weight="bold")
    for column in range(2):
        x = _COLUMN * column
        for rail in (_LEFT, _RIGHT):
            strokes(ax, [[(x + rail, 0.3), (x + rail, _ROW * half + 0.4)]], QUIET.text, linewidth=3)
        for place, each in enumerate(data[half * column : half * (column + 1)]):
            _attack(ax, each, x, _ROW * place + 1.3)
    return ax


def _attack(ax: Axes, each: Score, x: float, y: float) -> None:
    tone, sign = (SERVER, f"{GRANTED_SIGN} ") if each.fixed else (ATTACKER, "")
    write(ax, x + _LEFT - 0.5, y, str(each.number), INK, size=15, ha="right", weight="bold")
    write(ax, x + _RIGHT + 0.7, y + 0.45, each.title, INK, size=14, ha="left")
    write(ax, x + _RIGHT + 0.7, y - 0.5, f"{sign}{each.words}", tone.text, size=13, ha="left", weight="bold")
    whole = (x + _LEFT, y - _HIGH / 2, _RIGHT - _LEFT, _HIGH)
    if each.fixed:
        tints(ax, [whole], SERVER.fill, alpha=1 if each.ours_holds else TINT)
        boxes(ax, [whole], SERVER.text, linewidth=2)
        return
    areas(ax, [_stump(x + _LEFT, y, 1), _stump(x + _RIGHT, y, -1)], ATTACKER.text, alpha=1)
    if each.mark is not Mark.OPEN:
        boxes(ax, [whole], HERE.text, linewidth=2, linestyle=(0, (3, 2)))


def _stump(rail: float, y: float, side: int) -> list[Point]:
    """Return the outline of one half of a broken bar.

    This half still hangs from its rail, and has a splintered end.
    """
    profile = ((0, 0.5), (1.25, 0.1), (1.0, -0.15), (1.45, -0.5), (0.9, -0.65), (0, -0.5))
    return [(rail + side * along, y + _HIGH * high) for along, high in profile]
