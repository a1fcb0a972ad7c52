"""The command `mfa-lab progress`: what it prints, and the file that it writes."""

from __future__ import annotations

import json
import os
from pathlib import Path

from mfa_lab.errors import InvalidInput
from mfa_lab.lab import exercises
from mfa_lab.lab.grading.course_map import CourseMap
from mfa_lab.lab.grading.progress import FORMAT, exported, named
from mfa_lab.lab.grading.progress_file import Store
from mfa_lab.lab.working_copy import MANIFEST, write


def in_words(work: Path) -> str:
    """Return the map of the course with the progress in `work`.

    Raises `InvalidInput` if `work` is not a working copy.
    """
    store = _store(work)
    return "\n".join([repr(CourseMap(store.read(), store.in_words, short=True)), *store.trouble()])


def export(work: Path, file: Path | None) -> Path:
    """Write the progress for a trainer to `file`, and return its path. The default name contains the pseudonym.

    Raises `InvalidInput` if `work` is not a working copy, if `file` cannot be written, or if `file` exists and has
    other content.
    """
    store = _store(work)
    trouble = store.update(named())
    progress = store.read()
    file = file or Path(f"mfa-lab-progress-{progress.pseudonym}.json")
    if trouble:
        raise InvalidInput(" ".join(trouble))
    if os.path.lexists(file) and not _is_an_export(file):
        raise InvalidInput(f"{file} already exists and has other content: name another file")
    try:
        write(file, exported(progress, {each.id for each in exercises.exercises()}).encode())
    except OSError as fault:
        raise InvalidInput(
            f"cannot write {file}: {fault.strerror}; name a file in a folder you may write in"
        ) from fault
    return file


def _store(work: Path) -> Store:
    if not (work / MANIFEST).is_file():
        raise InvalidInput(f"there is no working copy in {work}: make one with mfa-lab, or name it with --dir")
    return Store(work)


def _is_an_export(file: Path) -> bool:
    try:
        return file.is_file() and not file.is_symlink() and FORMAT in json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, TypeError):
        return False
