"""What a learner did is remembered: across kernels, between two at once, through kills, through damage."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from mfa_lab.errors import InvalidInput
from mfa_lab.lab import working_copy
from mfa_lab.lab.exercises import exercise, made_by
from mfa_lab.lab.grading import progress_file
from mfa_lab.lab.grading.checks import check, compare, hint, predict, progress_map, reset, solution
from mfa_lab.lab.grading.progress import Entry, attempted, exported, guessed, named
from mfa_lab.lab.grading.progress_file import FILE, Store, here
from mfa_lab.resources import notebooks_dir

RIGHT = made_by(exercise("dynamic-truncation").solution)
SPAWN = multiprocessing.get_context("forkserver")


def wrong(digest):
    """An answer that is not right yet."""
    return len(digest)


def raising(digest):
    """An answer that raises."""
    raise ValueError(digest)


@pytest.fixture
def work(tmp_path, monkeypatch) -> Path:
    """A working copy, in which the kernel works."""
    working_copy.deliver(notebooks_dir(), tmp_path / "work")
    monkeypatch.setattr(progress_file, "_stores", {})
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch) -> Path:
    """A folder that is no working copy."""
    monkeypatch.setattr(progress_file, "_stores", {})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def in_another_kernel(work: Path, code: str) -> str:
    """What a fresh Python, started in the working copy, prints."""
    program = f"from mfa_lab.lab.grading.checks import *\n{code}"
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=work, capture_output=True, text=True, check=True).stdout


def content(work: Path) -> Any:
    return json.loads((work / FILE).read_text("utf-8"))


def test_attempts_are_counted_until_it_is_done(work):
    """Nothing for a blank; one for each answer that was judged, also a raised one; done stays done."""
    check("dynamic-truncation", ...)
    assert here().read().of("dynamic-truncation") == Entry()
    for answer in (wrong, raising, RIGHT, wrong, RIGHT):
        check("dynamic-truncation", answer)
    entry = here().read().of("dynamic-truncation")
    assert entry.attempts == 3
    assert 1_700_000_000 < entry.first <= entry.last == entry.done


def test_hints_and_the_solution_are_noted_and_reset_forgets(work):
    """How far the hints went; that the solution was shown, unless it was done before; of one exercise alone."""
    solution("dynamic-truncation")
    check("dynamic-truncation", RIGHT)
    check("code-digits", RIGHT)
    entry = here().read().of("dynamic-truncation")
    assert (entry.shown > 0, entry.done > 0) == (True, True)
    assert "Your progress records" not in repr(solution("dynamic-truncation"))
    reset("dynamic-truncation")
    assert here().read().of("dynamic-truncation") == Entry()
    check("dynamic-truncation", RIGHT)
    solution("dynamic-truncation")
    assert here().read().of("dynamic-truncation").shown == 0
    assert here().read().of("code-digits").attempts == 1
    if exercise("code-digits").hints:
        for number in (2, 1):
            hint("code-digits", number)
        assert here().read().of("code-digits").hints == 2


@pytest.mark.full
def test_a_prediction_survives_a_restart(work):
    """Guessed in one kernel, compared in the next; so does a later guess; `reset` forgets both."""
    in_another_kernel(work, "predict('one-bit-flipped', 'c')")
    assert compare("one-bit-flipped", 19).lines[0] == "You said c, which is correct."
    predict("one-bit-flipped", "a")
    assert "After you had seen the answer, you said a." in in_another_kernel(
        work, "print(compare('one-bit-flipped', 19))"
    )
    reset("one-bit-flipped")
    assert "You have not guessed yet." in in_another_kernel(work, "print(compare('one-bit-flipped', 19))")


def test_mfa_lab_reset_leaves_progress_alone(work):
    """Notebooks come back as they came, what was done stays done; so it does when the kit is delivered again."""
    check("dynamic-truncation", RIGHT)
    (work / "03_otp_generation.ipynb").write_text("mine")
    working_copy.reset(notebooks_dir(), work)
    working_copy.deliver(notebooks_dir(), work)
    assert Store(work).read().of("dynamic-truncation").done > 0


def test_outside_a_working_copy_no_file_is_made(elsewhere):
    """In a checkout or under nbval it is remembered until the kernel stops, and nothing is written."""
    check("dynamic-truncation", RIGHT)
    predict("one-bit-flipped", "c")
    assert compare("one-bit-flipped", 19).lines[0] == "You said c, which is correct."
    assert here().read().of("dynamic-truncation").done > 0
    assert list(elsewhere.iterdir()) == []
    (elsewhere / working_copy.MANIFEST).mkdir()
    check("dynamic-truncation", RIGHT)
    assert [path.name for path in elsewhere.iterdir()] == [working_copy.MANIFEST]


def test_a_folder_that_was_removed_costs_no_check(elsewhere, monkeypatch):
    """The kernel's folder is gone, the check goes on."""
    (elsewhere / "gone").mkdir()
    monkeypatch.chdir(elsewhere / "gone")
    (elsewhere / "gone").rmdir()
    assert check("dynamic-truncation", RIGHT).outcome == "Done"


def test_the_map_in_a_fresh_notebook_never_changes(elsewhere, monkeypatch):
    """One sentence without any progress, whatever exercises there are: it is committed in every notebook."""
    before = repr(progress_map()), progress_map()._repr_html_()
    monkeypatch.setattr("mfa_lab.lab.exercises.by_notebook", dict)
    assert (repr(progress_map()), progress_map()._repr_html_()) == before
    assert before[0].startswith("No marks yet. ")


DAMAGE = {
    "empty": "",
    "half": '{"about": "Written by mfa-lab", "exerc',
    "a list": "[]",
    "a number": "7",
    "no text": "\x00\xff\xfe",
    "deep": "[" * 100_000,
    "huge": " " * 2_000_000,
    "newer": json.dumps({"version": 99, "pseudonym": "p", "exercises": {}, "predictions": {}}),
    "no pseudonym": json.dumps({"version": 1, "exercises": {}, "predictions": {}}),
    "count": json.dumps({"version": 1, "pseudonym": "p", "exercises": {"a": {"attempts": "3"}}, "predictions": {}}),
    "below zero": json.dumps({"version": 1, "pseudonym": "p", "exercises": {"a": {"done": -1}}, "predictions": {}}),
    "true": json.dumps({"version": 1, "pseudonym": "p", "exercises": {"a": {"done": True}}, "predictions": {}}),
    "markup": json.dumps({"version": 1, "pseudonym": "<b>", "exercises": {}, "predictions": {}}),
    "guess": json.dumps({"version": 1, "pseudonym": "p", "exercises": {}, "predictions": {"a": ["c"]}}),
    "field": json.dumps({"version": 1, "pseudonym": "p", "exercises": {"a": {"name": 3}}, "predictions": {}}),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_kept_aside_and_said_so(work, damage):
    """Reading does not fail; the next check keeps it under another name, to the byte, says so once, and goes on."""
    (work / FILE).write_bytes(damage.encode("latin-1"))
    assert repr(progress_map()).startswith("No marks yet. ")
    told = check("dynamic-truncation", RIGHT).lines
    assert told[-1] == (
        "Your progress file could not be read. It is kept as .mfa-lab-progress.kept-1.json, and a new file was "
        "started."
    )
    assert (work / ".mfa-lab-progress.kept-1.json").read_bytes() == damage.encode("latin-1")
    assert len(check("dynamic-truncation", RIGHT).lines) == 1
    assert "dynamic-truncation" in content(work)["exercises"]
    (work / FILE).write_text("{")
    assert "kept-2" in check("code-digits", RIGHT).lines[-1]


@pytest.mark.skipif(os.name != "posix", reason="links and pipes are made freely on POSIX alone")
@pytest.mark.parametrize("what", ["link", "pipe", "folder"])
def test_what_is_no_file_is_neither_followed_nor_waited_for(work, what):
    """It is put aside, and what a link pointed to stays as it was."""
    theirs = work.parent / "theirs.json"
    said = json.dumps({"version": 1, "pseudonym": "theirs", "exercises": {}, "predictions": {}})
    theirs.write_text(said)
    path = work / FILE
    {"link": lambda: path.symlink_to(theirs), "pipe": lambda: os.mkfifo(path), "folder": path.mkdir}[what]()
    assert "kept-1" in check("dynamic-truncation", RIGHT).lines[-1]
    assert theirs.read_text() == said
    assert path.is_file()
    assert not path.is_symlink()


@pytest.mark.skipif(os.name != "posix", reason="links and pipes are made freely on POSIX alone")
@pytest.mark.parametrize("what", ["link", "pipe"])
def test_the_lock_is_opened_where_it_stands(work, what):
    """Through no link, where it would make a file elsewhere, and without waiting for anyone who reads a pipe."""
    lock, elsewhere = work / ".mfa-lab-progress.lock", work.parent / "elsewhere"
    {"link": lambda: lock.symlink_to(elsewhere), "pipe": lambda: os.mkfifo(lock)}[what]()
    assert "could not be written" in check("dynamic-truncation", RIGHT).lines[-1]
    assert not elsewhere.exists()


def test_what_cannot_be_written_is_kept_and_written_later(work):
    """A folder stands where the lock should be: the check answers and says why; nothing is lost once it is gone."""
    (work / ".mfa-lab-progress.lock").mkdir()
    assert "could not be written" in check("dynamic-truncation", RIGHT).lines[-1]
    assert here().read().of("dynamic-truncation").done > 0
    assert not (work / FILE).exists()
    (work / ".mfa-lab-progress.lock").rmdir()
    check("code-digits", RIGHT)
    assert set(content(work)["exercises"]) == {"dynamic-truncation", "code-digits"}


def test_a_lock_that_never_comes_free_costs_seconds_not_the_check(work, monkeypatch):
    """Somebody holds it: after a while the check answers, and says that it could not write."""
    monkeypatch.setattr(progress_file, "_LOCK_SECONDS", 0.05)
    with progress_file._locked(work / ".mfa-lab-progress.lock"):
        assert "another program has locked it" in check("dynamic-truncation", RIGHT).lines[-1]
    assert len(check("dynamic-truncation", RIGHT).lines) == 1
    assert content(work)["exercises"]["dynamic-truncation"]["attempts"] == 1


ROUNDS = 150


def busy(work: Path, exercise_id: str, said: Any = None) -> None:
    """A kernel that checks and guesses as fast as it can; for ever where somebody listens."""
    store = Store(work)
    if said is not None:
        store.update(attempted(exercise_id, done=False))
        said.send(0)
    for number in range(ROUNDS if said is None else sys.maxsize):
        store.update(attempted(exercise_id, done=False))
        store.update(attempted("shared", done=False))
        store.update(guessed(f"{exercise_id}-{number % 5}", "a"))
        if said is not None:
            said.send(number + 1)


@pytest.mark.full
def test_two_kernels_at_once_lose_nothing(work):
    """Each has its own exercise and both share one: every attempt and every guess is there in the end."""
    kernels = [SPAWN.Process(target=busy, args=(work, name)) for name in ("one", "two", "three")]
    for kernel in kernels:
        kernel.start()
    for kernel in kernels:
        kernel.join()
    progress = Store(work).read()
    assert {name: entry.attempts for name, entry in progress.exercises.items()} == {
        **dict.fromkeys(("one", "two", "three"), ROUNDS),
        "shared": 3 * ROUNDS,
    }
    assert len(progress.predictions) == 15
    assert list(work.glob(".mfa-lab-progress.kept-*")) == []


@pytest.mark.full
def test_a_killed_kernel_loses_nothing_that_was_told(work):
    """Kill -9 at seeded moments: the file is whole, holds all that was told, the lock is free, drafts go away."""
    SPAWN.set_forkserver_preload(["tests.lab.grading.test_progress"])
    moments = random.Random(1)
    told = 0
    for _ in range(20):
        before = Store(work).read().of("killed").attempts
        hears, says = SPAWN.Pipe(duplex=False)
        kernel = SPAWN.Process(target=busy, args=(work, "killed", says), daemon=True)
        kernel.start()
        says.close()
        rounds = [hears.recv()]
        time.sleep(moments.uniform(0, 0.05))
        kernel.kill()
        kernel.join()
        try:
            while True:
                rounds.append(hears.recv())
        except EOFError:
            pass
        (work / f".{FILE}.left-behind.tmp").write_text("half")
        assert Store(work).update(named()) == ()
        assert Store(work).read().of("killed").attempts >= before + 1 + rounds[-1]
        told += rounds[-1]
    assert told > 20
    assert sorted(path.name for path in work.iterdir() if "progress" in path.name) == [
        ".mfa-lab-progress.json",
        ".mfa-lab-progress.lock",
    ]


def test_an_export_holds_a_pseudonym_ids_times_and_attempts_and_nothing_else(work):
    """Neither guesses nor hints nor the solution's showing; no id that the kit does not know, no path, no name."""
    check("dynamic-truncation", wrong)
    check("code-digits", RIGHT)
    predict("one-bit-flipped", "c")
    solution("02-totp" if "02-totp" in known() else "whole-totp")
    here().update(attempted("typed-by-somebody", done=True))
    told = json.loads(exported(here().read(), known()))
    assert set(told) == {"mfa_lab_progress", "pseudonym", "exercises"}
    assert set(told["exercises"]) == {"dynamic-truncation", "code-digits"}
    for entry in told["exercises"].values():
        assert set(entry) == {"attempts", "first", "last", "done"}
    assert told["exercises"]["dynamic-truncation"]["done"] is None
    assert told["pseudonym"].startswith("learner-")


def known() -> set[str]:
    from mfa_lab.lab.exercises import exercises

    return {each.id for each in exercises()}


def test_a_pseudonym_stays_and_can_be_given(work):
    """Drawn once, at random; anyone who hands out seats gives their own."""
    check("dynamic-truncation", wrong)
    drawn = content(work)["pseudonym"]
    check("dynamic-truncation", wrong)
    assert content(work)["pseudonym"] == drawn
    Store(work).update(named("seat-07"))
    assert content(work)["pseudonym"] == "seat-07"
    for no_name in ("Anna Müller", "<b>", "x" * 81):
        with pytest.raises(InvalidInput, match="pseudonym"):
            named(no_name)
    assert Store(work.parent).read().pseudonym == ""
