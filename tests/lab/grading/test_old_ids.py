"""Ids of exercises had the number of their notebook once. What was written then is understood, and written again."""

import json
from pathlib import Path

import pytest

from mfa_lab.errors import InvalidInput
from mfa_lab.lab import check, predict
from mfa_lab.lab.exercises import exercises, predictions
from mfa_lab.lab.exercises.old_ids import NEW_IDS, new_id
from mfa_lab.lab.grading.progress import FORMAT, attempted
from mfa_lab.lab.grading.progress_file import FILE, Store
from mfa_lab.trainer.exports import read_folder

DONE = {"attempts": 2, "first": 1_800_000_000, "last": 1_800_000_060, "done": 1_800_000_060}


def test_every_old_id_has_one_new_id() -> None:
    """No two became one, and each is asked in some notebook."""
    known = {item.id for item in (*exercises(), *predictions())}
    assert len(set(NEW_IDS.values())) == len(NEW_IDS)
    assert set(NEW_IDS.values()) <= known
    assert new_id("another") == "another"


def test_a_progress_file_of_version_1_is_converted(tmp_path: Path) -> None:
    """Read with the new ids; the next change writes version 2, with everything that was there."""
    entry = {**DONE, "hints": 1, "shown": 0}
    content = {"version": 1, "pseudonym": "p", "exercises": {"07c-replay": entry}, "predictions": {"02-one-bit": "c"}}
    (tmp_path / FILE).write_text(json.dumps(content))
    store = Store(tmp_path)
    assert store.trouble() == ()
    assert store.read().of("replay-window").hints == 1
    assert store.update(attempted("dynamic-truncation", done=True)) == ()
    written = json.loads((tmp_path / FILE).read_text())
    assert written["version"] == 2
    assert set(written["exercises"]) == {"replay-window", "dynamic-truncation"}
    assert written["predictions"] == {"one-bit-flipped": "c"}


def test_an_export_of_version_1_is_converted(tmp_path: Path) -> None:
    """A learner with last week's kit stands on the same board."""
    content = {FORMAT: 1, "pseudonym": "p", "exercises": {"07c-replay": DONE}}
    (tmp_path / "p.json").write_text(json.dumps(content))
    (learner,), left_out = read_folder(tmp_path)
    assert list(learner.entries) == ["replay-window"]
    assert not left_out


def test_an_old_notebook_is_told_the_new_id() -> None:
    """A copy that the learner has changed keeps its old calls: the answer says what to write instead."""
    with pytest.raises(InvalidInput, match="now called 'replay-window'"):
        check("07c-replay", None)
    with pytest.raises(InvalidInput, match="now called 'one-bit-flipped'"):
        predict("02-one-bit", "c")
