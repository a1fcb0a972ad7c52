"""Read a folder of exported progress files. Anybody may have written them, so a file must be small and complete.

All other files are left out, and their names are listed.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

from mfa_lab.errors import InvalidInput
from mfa_lab.lab.exercises.old_ids import new_id
from mfa_lab.lab.exercises.records import ID
from mfa_lab.lab.grading.progress import FORMAT, VERSION, Entry

MOST_BYTES = 256_000
MOST_FILES = 500
_MOST_EXERCISES = 500
_MOST_OF_ONE_NAME = 20
"""Learners with the same pseudonym are compared with each other, so the time grows as the square of their number."""
_MOST_ATTEMPTS = 1_000_000
_LATEST = 2**40
_NAME_CHARACTERS = 120
_EXPORT = re.compile(r"[^.]+|.*\.(json(\.[a-z]+)?|txt)", re.IGNORECASE | re.DOTALL)
"""File names that an export may have: mail programs and browsers append .txt, and a learner may omit .json."""
_ARCHIVE = re.compile(r".*\.(zip|7z|rar|tar|tgz|gz|bz2|xz|zst)", re.IGNORECASE | re.DOTALL)
_NOT_BLOCKING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True)
class Learner:
    """Hold the content of one file: a pseudonym, and the attempts and times by exercise id."""

    name: str
    entries: dict[str, Entry]

    @property
    def latest(self) -> int:
        """Return the time of the last check, in Unix seconds by the learner's own clock, or 0 without a check."""
        return max((entry.last for entry in self.entries.values()), default=0)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Hold a file that is not counted, and the reason. `file` is safe to show."""

    file: str
    why: str


class _NoExport(Exception):
    """Report why a file is not a complete export, so that its results are not counted."""


def read_folder(folder: Path) -> tuple[list[Learner], list[LeftOut]]:
    """Return all learners whose exports are in or below `folder`, sorted by name, and the files that were left out.

    A file is read if its name ends in .json or .txt, or has no suffix. Archives are listed as left out. Pages,
    pictures, notebooks, and hidden files and folders are ignored. Links are not followed. If a learner has several
    files, the latest file counts. Raises `InvalidInput` if `folder` is not a folder.
    """
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is not a folder: name the folder in which you collected the progress files")
    learners: dict[str, list[tuple[Learner, str]]] = {}
    left_out: list[LeftOut] = []
    for number, path in enumerate(_files(folder, left_out)):
        name = fit_to_show(os.path.relpath(path, folder))
        if number == MOST_FILES:
            why = f"a board reads at most {MOST_FILES} files: collect the others in another folder"
            left_out.append(LeftOut(f"{name} and all files after it", why))
            break
        try:
            learner = _read(path)
        except _NoExport as reason:
            left_out.append(LeftOut(name, str(reason)))
        else:
            learners.setdefault(learner.name, []).append((learner, name))
    found = [one for same in learners.values() for one in _told_apart(same, left_out)]
    return sorted(found, key=attrgetter("name")), left_out


def fit_to_show(name: str) -> str:
    """Return a file's name, shortened and without characters that would confuse a terminal or a page."""
    shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name)
    return shown if len(shown) <= _NAME_CHARACTERS else f"{shown[:_NAME_CHARACTERS]}…"


def _files(folder: Path, left_out: list[LeftOut]) -> Iterator[str]:
    def unreadable(fault: OSError) -> None:
        left_out.append(LeftOut(fit_to_show(os.path.relpath(fault.filename, folder)), str(fault.strerror)))

    for place, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and (_EXPORT.fullmatch(name) or _ARCHIVE.fullmatch(name)):
                yield os.path.join(place, name)  # noqa: PTH118 (a Path for each of thousands of files is slow)


def _read(path: str) -> Learner:
    if _ARCHIVE.fullmatch(path):
        raise _NoExport("it is an archive, and archives are not read: unpack it in this folder")
    try:
        content = json.loads(_content(path))  # json itself detects whether the bytes are UTF-8, 16 or 32
    except RecursionError:
        raise _NoExport("it is nested too deeply") from None
    except ValueError:  # also UnicodeDecodeError, and numbers of thousands of digits
        raise _NoExport("it is not JSON") from None
    if not isinstance(content, dict) or FORMAT not in content:
        raise _NoExport("it was not written by `mfa-lab progress --export`")
    if content[FORMAT] not in (1, VERSION):
        raise _NoExport(f"its format is not version {VERSION}, which this mfa-lab reads")
    name, exercises = content.get("pseudonym"), content.get("exercises")
    if not isinstance(name, str) or not ID.fullmatch(name):
        raise _NoExport("its pseudonym is not a plain word")
    if not isinstance(exercises, dict) or not all(map(ID.fullmatch, exercises)):
        raise _NoExport("its exercise ids are not plain words")
    if len(exercises) > _MOST_EXERCISES:
        raise _NoExport(f"it has more than {_MOST_EXERCISES} exercises, which is more than any course")
    now = new_id if content[FORMAT] == 1 else str
    return Learner(name, {now(each): _entry(each, told) for each, told in exercises.items()})


def _content(path: str) -> bytes:
    """Return the content of a small regular file.

    Never read a link, a pipe or a device, and never wait for such a file.
    """
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise _NoExport("it is a link, or not a regular file")
        descriptor = os.open(path, os.O_RDONLY | _NOT_BLOCKING)
        with open(descriptor, "rb") as file:  # noqa: PTH123 (of a descriptor)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _NoExport("it is a link, or not a regular file")
            content = file.read(MOST_BYTES + 1)
    except OSError as fault:
        raise _NoExport(f"it cannot be read: {fault.strerror}") from fault
    if len(content) > MOST_BYTES:
        raise _NoExport(f"it is larger than {MOST_BYTES // 1000} kB, which an export never is")
    return content


def _entry(exercise_id: str, told: Any) -> Entry:
    """Return the attempts and times of one exercise. Raises `_NoExport` if the values are impossible."""
    numbers: list[Any] = []
    if isinstance(told, dict):
        numbers = [told.get("attempts"), told.get("first"), told.get("last"), told.get("done") or 0]
    if numbers and all(type(number) is int for number in numbers):
        attempts, first, last, done = numbers
        if 1 <= attempts <= _MOST_ATTEMPTS and all(1 <= at <= _LATEST for at in (first, last)) and done in (0, last):
            return Entry(attempts, first, last, done)
    raise _NoExport(f"its values for {exercise_id} are impossible")


def _told_apart(same: list[tuple[Learner, str]], left_out: list[LeftOut]) -> Iterator[Learner]:
    """Yield the learners whose files have the same pseudonym.

    A file that continues another file replaces it. A file that cannot come from the same learner counts as another
    learner, with a number after the name.
    """
    kept: list[Learner] = []
    for learner, file in sorted(same, key=lambda item: (item[0].latest, len(item[0].entries)), reverse=True):
        if any(_goes_on(learner, later) for later in kept):
            left_out.append(LeftOut(file, f"{learner.name} sent a later file, or the same file again"))
        elif len(kept) == _MOST_OF_ONE_NAME:
            left_out.append(LeftOut(file, f"{_MOST_OF_ONE_NAME} learners called {learner.name} are already counted"))
        else:
            kept.append(learner)
    for number, learner in enumerate(reversed(kept), 1):
        yield learner if number == 1 else Learner(f"{learner.name} ({number})", learner.entries)


def _goes_on(earlier: Learner, later: Learner) -> bool:
    """Return whether `later` can be a newer file of the same learner.

    An exercise may have been reset and started again in between, but at least one exercise must have the same first
    check.
    """
    shared = [(entry, later.entries[name]) for name, entry in earlier.entries.items() if name in later.entries]
    same = [then.attempts >= entry.attempts for entry, then in shared if then.first == entry.first]
    anew = [then.first >= entry.last for entry, then in shared if then.first != entry.first]
    return not earlier.entries or (bool(same) and all(same) and all(anew))
