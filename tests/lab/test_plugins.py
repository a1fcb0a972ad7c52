"""Exercises and policies from another distribution. The one that is used here is CONTRIBUTING's recipe itself."""

from __future__ import annotations

import re
import sys
import tomllib
import warnings
from importlib import invalidate_caches
from pathlib import Path

import nbformat
import pytest

from mfa_lab import Policy
from mfa_lab.errors import InvalidInput
from mfa_lab.lab import exercises, plugins
from mfa_lab.lab.grading.checks import check, hint, progress_map, reset
from mfa_lab.lab.plugins import policies
from mfa_lab.trainer.refresh import refreshed
from tests.notebooks.kit import run_nbval, write

RECIPE = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text("utf-8")
(PYPROJECT,) = (block for block in re.findall(r"```toml\n(.*?)```", RECIPE, re.DOTALL) if "entry-points" in block)
(MODULE,) = (block for block in re.findall(r"```python\n(.*?)```", RECIPE, re.DOTALL) if "EXERCISES" in block)
POINTS = tomllib.loads(PYPROJECT)["project"]["entry-points"]
RIGHT = "def codes(window_steps):\n    return 1 + window_steps * 2"


def install(site: Path, source: str, points: dict[str, dict[str, str]] = POINTS) -> Path:
    """What an installer leaves in `site`: the module, and a dist-info folder with the entry points."""
    about = site / "bee_course-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: bee-course\nVersion: 1.0\n")
    lines = [f"[{group}]\n" + "\n".join(f"{name} = {where}" for name, where in them.items()) for group, them in
             points.items()]  # fmt: skip
    (about / "entry_points.txt").write_text("\n".join(lines) + "\n")
    (site / "bee_course.py").write_text(source)
    return site


def forget() -> None:
    """No plugin is remembered, as in a new kernel."""
    plugins.loaded.cache_clear()
    exercises._plugins.cache_clear()
    sys.modules.pop("bee_course", None)
    invalidate_caches()


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """`installed(source, points)` installs the course for this test."""

    def installer(source: str = MODULE, points: dict[str, dict[str, str]] = POINTS) -> None:
        monkeypatch.syspath_prepend(install(tmp_path / "site", source, points))
        forget()

    yield installer
    monkeypatch.undo()
    forget()


def test_the_recipe_adds_an_exercise_and_a_policy(installed):
    """It is found by its id, beside the kit's own, with hints, feedback, and a place on the map."""
    before = len(exercises.exercises())
    installed()
    assert len(exercises.exercises()) == before + 1
    bees = exercises.exercise("bees-window")
    for wrong in bees.wrong:
        assert check(bees.id, exercises.made_by(wrong.source)).lines[-1] == wrong.feedback
    assert hint(bees.id, 2).lines[0].startswith("2 of 2: ")
    assert check(bees.id, exercises.made_by(bees.solution)).outcome == "Done"
    assert "bees at the gate: 1 of 1 done\n    ✓ How many codes open the gate (done)" in repr(progress_map())
    assert "mfa-lab reset" not in repr(reset(bees.id))  # the command knows the kit's notebooks alone
    assert policies()["hive"].window_steps == 0
    assert policies()["STANDARD"] is Policy.STANDARD


def test_without_plugins_there_are_the_kits_own():
    """None of this needs a plugin, and none is in the tests' environment."""
    assert {"STANDARD", "LESSON", "CHEAPEST", "enterprise"} <= set(policies())
    assert "hive" not in policies()
    with pytest.raises(InvalidInput):
        exercises.exercise("bees-window")


BROKEN = {
    "raises": ("1 / 0", POINTS, "ZeroDivisionError"),
    "exits": ("import nothing_of_this_name", POINTS, "ModuleNotFoundError"),
    "no notebook": (MODULE.replace("NOTEBOOK =", "NOTEBOOKS ="), POINTS, "does not set NOTEBOOK"),
    "nothing": (MODULE.replace("EXERCISES =", "OTHERS ="), POINTS, "are empty"),
    "no record": (MODULE + "\nEXERCISES = ('bees-window',)", POINTS, "something other than exercises"),
    "taken": (MODULE.replace("bees-window", "dynamic-truncation"), POINTS, "dynamic-truncation"),
    "twice": (MODULE + "\nEXERCISES *= 2", POINTS, "bees-window"),
    "no id": (MODULE.replace("bees-window", "bees window"), POINTS, "bees window"),
    "no policy": (MODULE + "\nHIVE = 3", POINTS, "not a Policy"),
    "policy taken": (MODULE, {"mfa_lab.policies": {"STANDARD": "bee_course:HIVE"}}, "already a policy STANDARD"),
    "sector taken": (MODULE, {"mfa_lab.policies": {"enterprise": "bee_course:HIVE"}}, "already a policy enterprise"),
}


@pytest.mark.parametrize(("source", "points", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_is_left_out_with_a_warning(installed, source, points, words):
    """It names itself and its distribution, and the kit's own exercises and policies are all there."""
    installed(source, points)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert exercises.exercise("dynamic-truncation").title == "Dynamic truncation"
        assert policies()["STANDARD"] is Policy.STANDARD
    told = [str(warning.message) for warning in caught]
    assert any(words in sentence and "of bee-course is left out" in sentence for sentence in told), told


@pytest.mark.full
def test_a_course_of_its_own_runs_through_nbval(tmp_path, monkeypatch):
    """Its notebook is refreshed and checked like the kit's: unattempted, done, and on a server under its policy; an
    output that is not what comes turns nbval red.
    """
    monkeypatch.setenv("PYTHONPATH", str(install(tmp_path / "site", MODULE)))
    (tmp_path / "course").mkdir()
    path = write(
        tmp_path / "course" / "bees_at_the_gate.ipynb",
        "from mfa_lab import MfaServer\n"
        "from mfa_lab.lab.grading.checks import check, progress_map\n"
        "from mfa_lab.lab.plugins import policies",
        "progress_map()",
        "def codes(window_steps):\n    ...\n\ncheck('bees-window', codes)",
        f"{RIGHT}\n\ncheck('bees-window', codes)",
        "MfaServer('sqlite://', policy=policies()['hive']).policy.window_steps",
    )
    path.write_text(refreshed(path), encoding="utf-8")
    shown = [cell.outputs[0].data["text/plain"] for cell in nbformat.read(path, as_version=4).cells[1:]]
    assert [words.split(" · ")[0][:20] for words in shown] == [
        "No marks yet. Each e",
        "○ Not attempted",
        "✓ Done",
        "0",
    ]
    outcomes, said = run_nbval(path.parent)
    assert outcomes == {("bees_at_the_gate", number): True for number in range(5)}, said
    assert sorted(path.parent.iterdir()) == [path]
    path.write_text(path.read_text("utf-8").replace("All 2 cases are correct", "All 9 cases are correct"))
    assert run_nbval(path.parent)[0]["bees_at_the_gate", 3] is False
