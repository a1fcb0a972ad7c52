"""Count the results of a class: where everybody is, and which exercises are hard.

This module does not draw. `board_picture` draws the board.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from mfa_lab.lab import exercises
from mfa_lab.lab.seat import seat_name
from mfa_lab.trainer.exports import Learner, LeftOut, read_folder

FEW, FEW_OF = 3, 10
"""An exercise is not rated if fewer than three learners, or fewer than a tenth of the class, have tried it.

In a smaller class, one or two learners are enough.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One exercise of the kit, with the results of the class."""

    id: str
    title: str
    notebook: str
    tried: int
    done: int
    checks: float
    """The median number of checks among the learners who tried the exercise. The check that passed counts, too."""

    @property
    def still(self) -> int:
        """Return how many learners have tried the exercise but not finished it."""
        return self.tried - self.done


@dataclass(frozen=True, slots=True)
class Place:
    """One learner, with the exercise that was checked last, or "" if no exercise was checked."""

    name: str
    exercise: str
    notebook: str
    done: int
    checks: int


@dataclass(frozen=True, slots=True)
class Board:
    """The class: `places` sorted by progress, and `asked` in the order of the notebooks."""

    places: tuple[Place, ...]
    asked: tuple[Asked, ...]
    left_out: tuple[LeftOut, ...]
    unknown: tuple[str, ...]
    """Ids that belong neither to this kit nor to the plugins installed here."""
    no_file: tuple[str, ...] = ()
    """Seats that were handed out but whose file was not collected."""

    @property
    def not_begun(self) -> tuple[str, ...]:
        """Return the learners who have not checked anything yet: those with an empty file or without a file."""
        return (*(place.name for place in self.places if not place.exercise), *self.no_file)

    @property
    def notebooks(self) -> dict[str, tuple[Place, ...]]:
        """Return the learners at each notebook, in order, up to the last notebook that somebody has reached."""
        names = list(dict.fromkeys(each.notebook for each in self.asked))
        reached = [names.index(place.notebook) for place in self.places if place.notebook]
        return {
            name: tuple(place for place in self.places if place.notebook == name)
            for name in names[: max(reached, default=-1) + 1]
        }

    @property
    def hardest(self) -> tuple[Asked, ...]:
        """Return the exercises that enough learners have tried, the hardest first.

        The hardest exercise has the highest median of checks. If medians are equal, the share of learners who are not
        done decides.
        """
        learners = len(self.places)
        enough = [each for each in self.asked if each.tried >= max(1, min(FEW, learners), learners / FEW_OF)]
        return tuple(sorted(enough, key=lambda each: (-each.checks, -each.still / each.tried, each.id)))

    @property
    def headline(self) -> str:
        """Return `12 learners, 57 exercises done`."""
        done = sum(each.done for each in self.asked)
        return f"{_count(len(self.places), 'learner')}, {_count(done, 'exercise')} done"


def board(folder: Path, seats: int = 0) -> Board:
    """Return the board for a folder of exported progress files. `seats` is how many seats were handed out, if any.

    Raises `InvalidInput` if `folder` is not a folder.
    """
    learners, left_out = read_folder(folder)
    found = exercises.by_notebook()
    order = {each.id: number for number, each in enumerate(exercises.exercises())}
    notebook = {each.id: name for name, some in found.items() for each in some}
    asked = tuple(_asked(each.id, each.title, name, learners) for name, some in found.items() for each in some)
    places = [_place(learner, order, notebook) for learner in learners]
    places.sort(key=lambda place: (-order.get(place.exercise, -1), -place.done, place.name))
    unknown = sorted({name for learner in learners for name in learner.entries if name not in order})
    there = {learner.name for learner in learners}
    no_file = tuple(name for name in map(seat_name, range(1, seats + 1)) if name not in there)
    return Board(tuple(places), asked, tuple(left_out), tuple(unknown), no_file)


def _asked(exercise_id: str, title: str, notebook: str, learners: Iterable[Learner]) -> Asked:
    entries = [learner.entries[exercise_id] for learner in learners if exercise_id in learner.entries]
    checks = float(median(entry.attempts for entry in entries)) if entries else 0.0
    return Asked(exercise_id, title, notebook, len(entries), sum(bool(entry.done) for entry in entries), checks)


def _place(learner: Learner, order: dict[str, int], notebook: dict[str, str]) -> Place:
    known = {name: entry for name, entry in learner.entries.items() if name in order}
    last = max(known, key=lambda name: (known[name].last, order[name]), default="")
    done = sum(bool(entry.done) for entry in known.values())
    return Place(learner.name, last, notebook.get(last, ""), done, sum(entry.attempts for entry in known.values()))


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
