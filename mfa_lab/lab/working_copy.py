"""The working copy: the learner's notebooks, in the learner's own folder. This module only handles files.

A manifest stores the SHA-256 of each file as delivered. A file that still has this hash belongs to the kit, and a
newer version may replace the file. Any other file belongs to the learner and is never overwritten. The kit also never
reads or writes through a link.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from pathlib import Path, PurePath

from mfa_lab.errors import InvalidInput
from mfa_lab.randomness import SYSTEM

MANIFEST = ".mfa-lab.json"
_MANIFEST_BYTES = 1_000_000
_NOTEBOOK = re.compile(r"\w[\w.-]*\.ipynb", re.ASCII)
"""A notebook's name without a path, because an untrusted manifest must not name a file outside the folder."""
_OF_THE_KERNEL = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "nbconvert_exporter": "python",
    "version": platform.python_version(),
}
_PREDICTIONS = re.compile(r'\b(predict|compare)\(\s*"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Delivery:
    """Hold the names of the files that `deliver` added, updated, kept or removed.

    `kept` contains each file that the learner changed and that has also changed in the kit since it was delivered.
    `removed` contains notebooks that the kit no longer has and the learner never changed. Most of these notebooks
    have a new name.
    """

    new: tuple[str, ...]
    updated: tuple[str, ...]
    kept: tuple[str, ...]
    removed: tuple[str, ...] = ()


def deliver(source: Path, work: Path) -> Delivery:
    """Copy the files of `source` into the folder `work`, which is made if needed. Keep files that a learner changed.

    A file that the learner deleted is copied again. A notebook that the kit no longer has is removed if the learner
    never changed it. Raises `InvalidInput` if `work` cannot be a working copy.
    """
    with _refusals_in_words(work):
        _make_folder(source, work)
        names = kit_files(source)
        delivered = _read_manifest(work)
        outcome: dict[str, list[str]] = {"new": [], "updated": [], "kept": [], "removed": []}
        for name in sorted(delivered.keys() - set(names)):
            if _NOTEBOOK.fullmatch(name) and _hash_of(work, name) == delivered[name]:
                (work / name).unlink()
                outcome["removed"].append(name)
            del delivered[name]
        for name in names:
            content = as_delivered((source / name).read_bytes())
            newest, found = _sha256(content), _hash_of(work, name)
            if found is None:
                outcome["new"].append(name)
            elif found == newest:
                delivered[name] = newest
                continue
            elif found == delivered.get(name):
                outcome["updated"].append(name)
            else:
                if newest != delivered.get(name):
                    outcome["kept"].append(name)
                continue
            write(work / name, content)
            delivered[name] = newest
        _write_manifest(work, delivered)
    return Delivery(**{kind: tuple(names) for kind, names in outcome.items()})


def reset(source: Path, work: Path, name: str | None = None) -> dict[str, str]:
    """Restore the kit's version of `name`, or of every changed file. Keep the learner's copy under another name.

    `name` may omit `.ipynb`. Returns the names of the restored files. Each name comes with the new name of the
    learner's copy, or "" if there was no copy. Raises `InvalidInput` for an unknown name or a missing folder.
    """
    if not work.is_dir():
        raise InvalidInput(f"there is no working copy in {work}: make one with mfa-lab, or name it with --dir")
    names = kit_files(source) if name is None else [_known(source, name)]
    aside: dict[str, str] = {}
    with _refusals_in_words(work):
        for each in names:
            found = _hash_of(work, each)
            if found == _hash_as_delivered(source / each):
                continue
            aside[each] = "" if found is None else put_aside(_link(work, each) or work / each)
        deliver(source, work)
    return aside


def unchanged(source: Path, work: Path) -> list[str]:
    """Return the names of the kit's files that are in `work` exactly as `source` delivers them, and are not links."""
    return [name for name in kit_files(source) if _hash_of(work, name) == _hash_as_delivered(source / name)]


def _hash_as_delivered(path: Path) -> str:
    return _sha256(as_delivered(path.read_bytes()))


@lru_cache(maxsize=64)  # a workshop delivers the same notebooks to every seat
def as_delivered(content: bytes) -> bytes:
    """Return the content of a kit's file as a learner gets it.

    In a notebook, the outputs from each prediction's cell to its comparison are removed, so that no answer is visible
    before the guess. The metadata contains the version of the Python that runs now. Otherwise, JupyterLab would write
    this version into each opened notebook and ask the learner to save the notebook.
    """
    try:
        notebook = json.loads(content)
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        if "language_info" in notebook["metadata"]:
            notebook["metadata"]["language_info"] |= _OF_THE_KERNEL
    except (ValueError, LookupError, TypeError, RecursionError):
        return content
    guessed: set[str] = set()
    for cell in cells:
        calls = _PREDICTIONS.findall("".join(cell["source"]))
        compared = {prediction for call, prediction in calls if call == "compare"}
        if guessed | compared:
            cell |= {"outputs": [], "execution_count": None}
        guessed = guessed.union(prediction for call, prediction in calls if call == "predict") - compared
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def kit_files(source: Path) -> list[str]:
    """Return the sorted names of the kit's files, relative to `source`. Hidden files and caches are left out."""
    names = (path.relative_to(source) for path in source.rglob("*") if path.is_file())
    return sorted(name.as_posix() for name in names if not any(part.startswith((".", "__")) for part in name.parts))


def first_notebook(source: Path) -> str | None:
    """Return the name of the first notebook, or None if the kit has no notebook."""
    return next((name for name in kit_files(source) if name.endswith(".ipynb")), None)


def _known(source: Path, name: str) -> str:
    names = kit_files(source)
    for candidate in (name, f"{name}.ipynb"):
        if candidate in names:
            return candidate
    raise InvalidInput(f"the kit has no notebook {name!r}; its notebooks are {', '.join(names)}")


def _make_folder(source: Path, work: Path) -> None:
    if work.exists() and not work.is_dir():
        raise InvalidInput(f"{work} is not a folder: name a folder, or a name that is still free")
    if work.resolve().is_relative_to(source.resolve()):
        raise InvalidInput(f"{work} contains the kit's original files: name another folder")
    work.mkdir(parents=True, exist_ok=True)


@contextmanager
def _refusals_in_words(work: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        where = fault.filename or work
        raise InvalidInput(f"cannot use {work}: {reason} ({where}); name a folder you may write in") from fault


def _hash_of(work: Path, name: str) -> str | None:
    """Return the hash of the file `name`, or None if there is no such file.

    For a folder, a link or the like, return "". No file of the kit has this hash.
    """
    path = work / name
    if _link(work, name) is None and path.is_file():
        return _sha256(path.read_bytes())
    return "" if _link(work, name) or path.exists() else None


def _link(work: Path, name: str) -> Path | None:
    """Return the first link on the path from `work` to the file `name`, or None if there is no link.

    The file itself may be a link.
    """
    way = [PurePath(name), *PurePath(name).parents][-2::-1]
    return next((work / part for part in way if (work / part).is_symlink()), None)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put_aside(path: Path) -> str:
    """Rename `path` to the first free name of the form `04.kept-1.ipynb`, and return the new name."""
    for number in count(1):
        free = path.with_name(f"{path.stem}.kept-{number}{path.suffix}")
        if not os.path.lexists(free):
            break
    path.rename(free)
    return free.name


def _read_manifest(work: Path) -> dict[str, str]:
    """Return a mapping from the name of each delivered file to its hash.

    The mapping is empty if the manifest is missing, damaged, a link, not a file, too long or too deeply nested.
    In that case, `deliver` keeps every file that differs from the kit's file.
    """
    path = work / MANIFEST
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _MANIFEST_BYTES:
        return {}
    try:
        delivered = json.loads(path.read_text("utf-8"))["delivered"]
        return {name: found for name, found in delivered.items() if re.fullmatch("[0-9a-f]{64}", found)}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def _write_manifest(work: Path, delivered: dict[str, str]) -> None:
    about = (
        "Written by mfa-lab: the SHA-256 of each file as delivered. mfa-lab uses it to detect what you have changed."
    )
    content = json.dumps({"about": about, "delivered": delivered}, indent=2, sort_keys=True) + "\n"
    write(work / MANIFEST, content.encode())


def write(path: Path, content: bytes) -> None:
    """Write a file atomically. Even after a power failure, a reader finds either the old file or the new file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{SYSTEM.token_bytes(8).hex()}.tmp")
    try:
        with draft.open("xb") as file:  # x: it makes a new file, and never writes to an existing one
            file.write(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
