"""The file in the working copy that stores the learner's progress. The kit sends nothing to other machines.

A working copy is a folder with the manifest of `mfa_lab.lab.working_copy`. In any other folder (a checkout, a test, a
code host's kernel), the kit writes no file, and progress is lost when the kernel stops.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mfa_lab.lab.exercises.old_ids import new_id
from mfa_lab.lab.exercises.records import ID
from mfa_lab.lab.grading.progress import VERSION, Change, Entry, Progress, named
from mfa_lab.lab.working_copy import MANIFEST, put_aside, write

FILE = ".mfa-lab-progress.json"
_LOCK = ".mfa-lab-progress.lock"
_LOCK_SECONDS = 3.0
_MOST_BYTES = 1_000_000
_ABOUT = (
    "Written by mfa-lab: which exercises you checked, and what you guessed. This file stays here; `mfa-lab progress` "
    "shows its content."
)


class Damaged(ValueError):
    """Report that the progress file contains something that this kit did not write."""


class Store:
    """Store the progress of one working copy. Without a folder, store the progress of this kernel."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._unwritten: list[Change] = []

    @property
    def in_words(self) -> str:
        """Return a sentence for the learner that says where progress is stored."""
        if self.folder is None:
            return "Your progress is kept only until the kernel stops: `mfa-lab` did not make this folder."
        return f"Your progress is stored in {FILE} in your working folder, and nowhere else."

    def read(self) -> Progress:
        """Return the progress.

        If the file cannot be read, the progress is empty, and the next `update` renames the file.
        """
        progress = Progress()
        if self.folder is not None:
            with suppress(OSError, Damaged):
                progress = _read(self.folder / FILE)
        return _after(progress, self._unwritten)

    def trouble(self) -> tuple[str, ...]:
        """Return sentences for the learner about a file that cannot be read, and about files renamed earlier."""
        if self.folder is None:
            return ()
        try:
            _read(self.folder / FILE)
            told = []
        except Damaged:
            told = [f"{FILE} cannot be read. The next check moves it aside and starts a new file."]
        except OSError as fault:
            told = [f"{FILE} cannot be read: {fault.strerror}."]
        stem = Path(FILE).stem
        aside = sorted(path.name for path in self.folder.glob(f"{stem}.kept-*"))
        return (*told, *(f"An earlier progress file that could not be read is kept as {name}." for name in aside))

    def update(self, change: Change) -> tuple[str, ...]:
        """Record a change. Other kernels may write at the same time.

        Return sentences about problems for the learner, or () if there is no problem. If a change cannot be written,
        keep it, and write it together with a later change.
        """
        self._unwritten.append(change)
        if self.folder is None:
            return ()
        try:
            with _locked(self.folder / _LOCK):
                return self._settle(self.folder / FILE)
        except OSError as fault:
            reason = fault.strerror or "another program has locked it"
            return (f"Your progress could not be written ({reason}). The kernel keeps it until the kernel stops.",)

    def _settle(self, path: Path) -> tuple[str, ...]:
        told: tuple[str, ...] = ()
        before = Progress()
        try:
            before = _read(path)
        except Damaged:
            aside = put_aside(path)
            told = (f"Your progress file could not be read. It is kept as {aside}, and a new file was started.",)
        for draft in path.parent.glob(
            f".{path.name}.*.tmp"
        ):  # left by a killed kernel; the lock keeps all others out
            draft.unlink()
        after = _after(before, self._unwritten)
        if after != before:
            write(path, _as_text(after).encode())
        self._unwritten.clear()
        return told


def here() -> Store:
    """Return the store for the folder that the kernel works in."""
    try:
        work = Path.cwd()
        folder = work if (work / MANIFEST).is_file() else None
    except OSError:
        folder = None
    return _stores.setdefault(folder, Store(folder))


_stores: dict[Path | None, Store] = {}


def _after(progress: Progress, changes: list[Change]) -> Progress:
    for change in changes:
        progress = change(progress)
    return progress


def _as_text(progress: Progress) -> str:
    content = {"about": _ABOUT, "version": VERSION, **asdict(progress if progress.pseudonym else named()(progress))}
    return json.dumps(content, indent=1, sort_keys=True) + "\n"


def _read(path: Path) -> Progress:
    """Return the progress in the file, or empty progress if there is no file.

    Raises `Damaged` if this kit did not write the file, and for a link, a pipe, a newer version or a huge file.
    """
    if not os.path.lexists(path):
        return Progress()
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_BYTES:
        raise Damaged("it is not a small regular file")
    try:
        return _parsed(json.loads(path.read_text("utf-8")))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as fault:
        raise Damaged(str(fault)) from fault


def _parsed(content: Any) -> Progress:
    pseudonym, entries, predictions = content["pseudonym"], content["exercises"], content["predictions"]
    later = content.get("later_guesses", {})  # files from before 30 November 2026 have no later guesses
    names = [pseudonym, *entries, *predictions, *predictions.values(), *later, *later.values()]
    numbers = [number for entry in entries.values() for number in entry.values()]
    if content["version"] not in (1, VERSION) or not all(map(ID.fullmatch, names)):
        raise Damaged("it does not have the expected form")
    if any(type(number) is not int or number < 0 for number in numbers):
        raise Damaged("a count or a time is not an integer")
    now = new_id if content["version"] == 1 else str
    return Progress(
        pseudonym,
        {now(name): Entry(**entry) for name, entry in entries.items()},
        {now(name): letter for name, letter in predictions.items()},
        later,
    )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that no other kernel can hold at the same time.

    The operating system releases the lock when the process ends.
    """
    with open(path, "ab", opener=_no_link) as file:
        end = time.monotonic() + _LOCK_SECONDS
        while not _locks(file.fileno()):
            if time.monotonic() > end:
                raise OSError("locked")
            time.sleep(0.01)
        yield


def _no_link(path: str, flags: int) -> int:
    """Open the file itself, but never a link to a file, and never wait for the other end of a pipe."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0), 0o644)


if sys.platform == "win32":
    import msvcrt

    def _locks(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _locks(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except (
            OSError
        ):  # in a network folder without locks, one kernel loses nothing; two at once may lose an attempt
            return True
        return True
