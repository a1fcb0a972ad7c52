"""The working copy: what a learner wrote is never lost, whatever the kit does around it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

import nbformat
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from ipykernel.ipkernel import IPythonKernel

from mfa_lab.errors import InvalidInput
from mfa_lab.lab.working_copy import MANIFEST, as_delivered, deliver, first_notebook, kit_files, reset
from mfa_lab.resources import notebooks_dir

NAMES = ("01_a.ipynb", "02_b.ipynb", "images/window.svg")


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    source = tmp_path / "kit"
    for name in NAMES:
        put(source / name, f"kit, first version of {name}")
    return source


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / "work"


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def contents(work: Path) -> dict[str, str]:
    return {name: (work / name).read_text() for name in kit_files(work)}


def test_first_delivery_brings_every_file_and_leaves_nothing_else_behind(kit: Path, work: Path):
    """A first delivery copies the kit exactly, and no draft is left beside the manifest."""
    delivery = deliver(kit, work)
    assert (delivery.new, delivery.updated, delivery.kept) == (NAMES, (), ())
    assert contents(work) == contents(kit)
    assert {path.name for path in work.iterdir()} == {"01_a.ipynb", "02_b.ipynb", "images", MANIFEST}


@pytest.mark.parametrize(
    ("learner", "kit_moves_on", "outcome", "left"),
    [
        (None, False, "", "old"),
        (None, True, "updated", "newer"),
        ("mine", False, "", "mine"),
        ("mine", True, "kept", "mine"),
        ("newer", True, "", "newer"),
        ("deleted", False, "new", "old"),
        ("deleted", True, "new", "newer"),
    ],
)
def test_second_delivery(kit: Path, work: Path, learner: str | None, kit_moves_on: bool, outcome: str, left: str):
    """What becomes of one file, by what the learner did to it and whether the kit has a newer version."""
    put(kit / "01_a.ipynb", "old")
    deliver(kit, work)
    if learner == "deleted":
        (work / "01_a.ipynb").unlink()
    elif learner is not None:
        put(work / "01_a.ipynb", learner)
    if kit_moves_on:
        put(kit / "01_a.ipynb", "newer")
    delivery = deliver(kit, work)
    for kind in ("new", "updated", "kept"):
        assert getattr(delivery, kind) == (("01_a.ipynb",) if kind == outcome else ())
    assert contents(work)["01_a.ipynb"] == left


def test_a_renamed_notebook_leaves_no_old_copy_unless_it_was_changed(kit: Path, work: Path):
    """The kit renames both notebooks: the untouched one goes, the changed one and a file outside stay."""
    deliver(kit, work)
    put(work / "02_b.ipynb", "mine")
    outside = work.parent / "outside.ipynb"
    put(outside, (work / "01_a.ipynb").read_text())
    manifest = json.loads((work / MANIFEST).read_text())
    manifest["delivered"]["../outside.ipynb"] = manifest["delivered"]["01_a.ipynb"]
    (work / MANIFEST).write_text(json.dumps(manifest))
    for old, new in (("01_a.ipynb", "10_a.ipynb"), ("02_b.ipynb", "20_b.ipynb")):
        (kit / old).rename(kit / new)
    delivery = deliver(kit, work)
    assert (delivery.new, delivery.removed, delivery.kept) == (("10_a.ipynb", "20_b.ipynb"), ("01_a.ipynb",), ())
    assert {path.name for path in work.glob("*.ipynb")} == {"02_b.ipynb", "10_a.ipynb", "20_b.ipynb"}
    assert (work / "02_b.ipynb").read_text() == "mine"
    assert outside.exists()
    assert deliver(kit, work).removed == ()


def test_a_file_taken_back_to_what_was_delivered_is_updated_again(kit: Path, work: Path):
    """Undoing every change makes the file the kit's again."""
    deliver(kit, work)
    delivered = (work / "01_a.ipynb").read_text()
    put(work / "01_a.ipynb", "mine")
    deliver(kit, work)
    put(work / "01_a.ipynb", delivered)
    put(kit / "01_a.ipynb", "newer")
    assert deliver(kit, work).updated == ("01_a.ipynb",)


@pytest.mark.parametrize("damage", [None, "", "{", "[]", '{"delivered": 3}', '{"delivered": []}', "\x00\xff",
                                    "[" * 100_000, '{"delivered": {"01_a.ipynb": ""}}', " " * 2_000_000 + "{}"],
                         ids=lambda damage: repr(damage)[:20])  # fmt: skip
def test_without_a_readable_manifest_everything_that_differs_is_kept(kit: Path, work: Path, damage: str | None):
    """A lost or damaged manifest never costs a learner's change, and is whole again afterwards."""
    deliver(kit, work)
    put(work / "01_a.ipynb", "mine")
    (work / MANIFEST).unlink()
    if damage is not None:
        (work / MANIFEST).write_text(damage, "latin-1")
    put(kit / "02_b.ipynb", "newer")
    assert deliver(kit, work).kept == ("01_a.ipynb", "02_b.ipynb")
    assert contents(work)["01_a.ipynb"] == "mine"
    assert list(json.loads((work / MANIFEST).read_text())["delivered"]) == ["images/window.svg"]


posix = pytest.mark.skipif(os.name != "posix", reason="links and pipes are made freely on POSIX alone")


@posix
@pytest.mark.parametrize("what", ["link", "pipe", "loop"])
def test_a_manifest_that_is_no_file_is_not_read(kit: Path, work: Path, what: str):
    """Neither waited for nor followed: everything that differs is kept, and a file stands in its place afterwards."""
    deliver(kit, work)
    put(work / "01_a.ipynb", "mine")
    manifest = work / MANIFEST
    theirs = manifest.rename(work.parent / "theirs.json")
    said = theirs.read_text()
    {"link": lambda: manifest.symlink_to(theirs), "pipe": lambda: os.mkfifo(manifest),
     "loop": lambda: manifest.symlink_to(manifest)}[what]()  # fmt: skip
    put(kit / "02_b.ipynb", "newer")
    assert deliver(kit, work).kept == ("01_a.ipynb", "02_b.ipynb")
    assert theirs.read_text() == said
    assert manifest.is_file()
    assert not manifest.is_symlink()


def test_a_manifest_keeps_only_the_kits_names(kit: Path, work: Path):
    """What somebody wrote into it is not carried on."""
    planted = {"$(touch planted)": "0" * 64, "01_a.ipynb": "no hash", "02_b.ipynb": 7}
    put(work / MANIFEST, json.dumps({"delivered": planted}))
    deliver(kit, work)
    assert sorted(json.loads((work / MANIFEST).read_text())["delivered"]) == sorted(NAMES)


@posix
def test_a_link_in_a_notebooks_place_is_the_learners(kit: Path, work: Path):
    """Not even where it shows just what was delivered is it written through; reset puts the link aside."""
    deliver(kit, work)
    theirs = (work / "01_a.ipynb").rename(work.parent / "theirs.ipynb")
    (work / "01_a.ipynb").symlink_to(theirs)
    said = theirs.read_text()
    put(kit / "01_a.ipynb", "newer")
    assert deliver(kit, work).kept == ("01_a.ipynb",)
    assert (work / "01_a.ipynb").readlink() == theirs
    assert reset(kit, work, "01_a") == {"01_a.ipynb": "01_a.kept-1.ipynb"}
    assert (work / "01_a.kept-1.ipynb").readlink() == theirs
    assert (theirs.read_text(), (work / "01_a.ipynb").read_text()) == (said, "newer")


@posix
def test_a_folder_that_is_a_link_is_not_written_through(kit: Path, work: Path):
    """Neither a new file nor a newer one gets into a folder elsewhere, and reset moves nothing there."""
    elsewhere = work.parent / "elsewhere"
    elsewhere.mkdir()
    work.mkdir()
    (work / "images").symlink_to(elsewhere)
    assert deliver(kit, work).kept == ("images/window.svg",)
    put(elsewhere / "window.svg", "mine")
    assert deliver(kit, work).kept == ("images/window.svg",)
    assert reset(kit, work) == {"images/window.svg": "images.kept-1"}
    assert (elsewhere / "window.svg").read_text() == "mine"
    assert (work / "images/window.svg").read_text() == (kit / "images/window.svg").read_text()


@posix
def test_a_draft_goes_to_a_new_file(kit: Path, work: Path):
    """A link under the name that the draft once had is not followed."""
    victim = work.parent / "victim"
    put(victim, "mine")
    work.mkdir()
    for name in (MANIFEST, "01_a.ipynb"):
        (work / f".{name}.{os.getpid()}.tmp").symlink_to(victim)
    deliver(kit, work)
    assert victim.read_text() == "mine"


def test_a_learners_folder_of_the_same_name_stays(kit: Path, work: Path):
    """A folder where the kit has a file is kept, with what lies in it."""
    put(work / "01_a.ipynb" / "notes.txt", "mine")
    assert deliver(kit, work).kept == ("01_a.ipynb",)
    assert (work / "01_a.ipynb" / "notes.txt").read_text() == "mine"


def test_hidden_files_of_the_kit_are_not_delivered(kit: Path, work: Path):
    """Checkpoints and caches that lie among the originals stay there."""
    put(kit / ".ipynb_checkpoints" / "01_a-checkpoint.ipynb", "x")
    put(kit / "__pycache__" / "x.pyc", "x")
    assert deliver(kit, work).new == NAMES


def test_reset_keeps_the_old_copies_aside(kit: Path, work: Path):
    """Each reset brings the kit's version back and keeps the learner's under a new name."""
    deliver(kit, work)
    for number in (1, 2, 3):
        put(work / "01_a.ipynb", f"mine, {number}")
        assert reset(kit, work, "01_a") == {"01_a.ipynb": f"01_a.kept-{number}.ipynb"}
        assert (work / "01_a.ipynb").read_text() == (kit / "01_a.ipynb").read_text()
    assert [(work / f"01_a.kept-{number}.ipynb").read_text() for number in (1, 2, 3)] == [
        "mine, 1",
        "mine, 2",
        "mine, 3",
    ]


def test_reset_of_all_touches_only_what_differs(kit: Path, work: Path):
    """Without a name, every changed or missing file comes back, and no other is set aside."""
    deliver(kit, work)
    put(work / "01_a.ipynb", "mine")
    (work / "images/window.svg").unlink()
    assert reset(kit, work) == {"01_a.ipynb": "01_a.kept-1.ipynb", "images/window.svg": ""}
    assert reset(kit, work) == {}


def test_reset_of_an_unknown_notebook_lists_the_names(kit: Path, work: Path):
    """A wrong name is answered with the right ones, and nothing moves."""
    deliver(kit, work)
    with pytest.raises(InvalidInput, match=r"'03_c'.*01_a\.ipynb, 02_b\.ipynb"):
        reset(kit, work, "03_c")
    assert contents(work) == contents(kit)


def test_reset_outside_the_kit_is_refused(kit: Path, work: Path):
    """A name that leads out of the folder is unknown, not followed."""
    deliver(kit, work)
    put(work.parent / "mine.ipynb", "mine")
    with pytest.raises(InvalidInput):
        reset(kit, work, "../mine.ipynb")
    assert (work.parent / "mine.ipynb").read_text() == "mine"


def test_reset_without_a_working_copy_is_refused(kit: Path, work: Path):
    """Reset makes no working copy where there is none, so a mistyped folder is noticed."""
    with pytest.raises(InvalidInput, match="no working copy"):
        reset(kit, work)
    assert not work.exists()


@pytest.mark.parametrize("where", ["a file", "below a file", "the originals", "inside the originals"])
def test_folders_that_cannot_be_a_working_copy(kit: Path, tmp_path: Path, where: str):
    """Each is refused in a sentence that names it, and nothing is written."""
    put(tmp_path / "file", "mine")
    work = {
        "a file": tmp_path / "file",
        "below a file": tmp_path / "file" / "work",
        "the originals": kit,
        "inside the originals": kit / "work",
    }[where]
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InvalidInput) as refusal:
        deliver(kit, work)
    assert str(work) in str(refusal.value)
    assert "name " in str(refusal.value)
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
@pytest.mark.parametrize("mode", [0o555, 0o000])
def test_a_folder_without_write_permission(mode: int):
    """Who may not write there reads a sentence, not a traceback."""
    top = Path(tempfile.mkdtemp())
    root = os.geteuid() == 0
    try:
        put(top / "kit" / "01_a.ipynb", "kit")
        (top / "closed").mkdir()
        (top / "closed").chmod(mode)
        top.chmod(0o755)
        if root:  # permissions do not bind root
            os.seteuid(65534)
        with pytest.raises(InvalidInput, match="Permission denied"):
            deliver(top / "kit", top / "closed")
    finally:
        if root:
            os.seteuid(0)
        (top / "closed").chmod(0o755)
        shutil.rmtree(top)


def test_first_notebook_is_the_first_by_name(kit: Path, tmp_path: Path):
    """Other files and an empty kit do not confuse it."""
    put(kit / "00_about.md", "x")
    assert first_notebook(kit) == "01_a.ipynb"
    assert first_notebook(tmp_path / "empty") is None


class Learning(RuleBasedStateMachine):
    """A learner and a kit that moves on, in any order. `here` and `aside` hold what the learner wrote."""

    names = st.sampled_from(NAMES[:2])

    def __init__(self) -> None:
        super().__init__()
        self.top = Path(tempfile.mkdtemp())
        self.kit, self.work = self.top / "kit", self.top / "work"
        self.here: dict[str, str] = {}
        self.aside: list[str] = []
        self.texts = 0
        for name in NAMES[:2]:
            put(self.kit / name, self.text("kit"))
        deliver(self.kit, self.work)

    def teardown(self) -> None:
        shutil.rmtree(self.top)

    def text(self, whose: str) -> str:
        self.texts += 1
        return f"{whose} {self.texts}"

    @rule(name=names)
    def learner_writes(self, name: str) -> None:
        self.here[name] = self.text("learner")
        put(self.work / name, self.here[name])

    @rule(name=names)
    def kit_moves_on(self, name: str) -> None:
        put(self.kit / name, self.text("kit"))

    @rule()
    def manifest_is_lost(self) -> None:
        (self.work / MANIFEST).unlink(missing_ok=True)

    @rule()
    def delivers(self) -> None:
        deliver(self.kit, self.work)

    @rule(name=st.none() | names)
    def resets(self, name: str | None) -> None:
        reset(self.kit, self.work, name)
        for each in NAMES[:2] if name is None else [name]:
            assert (self.work / each).read_text() == (self.kit / each).read_text()
            if each in self.here:
                self.aside.append(self.here.pop(each))

    @invariant()
    def nothing_of_the_learners_is_lost(self) -> None:
        present = contents(self.work)
        assert self.here.items() <= present.items()
        assert set(self.aside) <= set(present.values())


TestLearning = Learning.TestCase
TestLearning.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


@pytest.mark.parametrize("path", sorted(notebooks_dir().glob("*.ipynb")), ids=lambda path: path.stem)
def test_what_happened_is_not_told_before_it_is_guessed(path: Path):
    """A learner's copy is the kit's notebook, without what came of the cells from a prediction to its comparison; the
    last of them is a comparison, so that nothing else is left out.
    """
    ours = nbformat.read(path, as_version=4)
    theirs = nbformat.reads(as_delivered(path.read_bytes()).decode(), as_version=4)
    emptied = [cell for cell, other in zip(theirs.cells, ours.cells, strict=True) if cell != other]
    for cell in emptied:
        assert (cell.outputs, cell.execution_count) == ([], None)
    assert emptied == [] or "compare(" in emptied[-1].source
    told = [cell for cell in theirs.cells if cell.cell_type == "code" and cell not in emptied]
    assert "What happened is" not in str([cell.outputs for cell in told])
    assert bool(emptied) == ("What happened is" in str([cell.get("outputs") for cell in ours.cells]))
    for cell, other in zip(theirs.cells, ours.cells, strict=True):
        cell.update({key: other[key] for key in ("outputs", "execution_count") if key in other})
    theirs.metadata.language_info = ours.metadata.language_info  # see the next test
    assert nbformat.writes(theirs) + "\n" == path.read_text("utf-8")


def test_a_delivered_notebook_says_of_python_what_the_kernel_will_say():
    """JupyterLab writes the kernel's words into each notebook that it opens. It finds them there: nothing changes."""
    delivered = json.loads(as_delivered((notebooks_dir() / first_notebook(notebooks_dir())).read_bytes()))
    assert delivered["metadata"]["language_info"] == IPythonKernel.language_info


def test_between_prediction_and_comparison():
    """The demo is left out as well, and what follows the comparison is not; several may be open at a time."""
    sources = [
        'predict("a", ...)',
        "demo",
        'predict("b", ...)',
        'compare("a", 1)',
        "more",
        'compare(\n"b", 1)',
        "after",
    ]
    cells = [nbformat.v4.new_code_cell(source, execution_count=1, outputs=[]) for source in sources]
    content = as_delivered(nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode())
    counts = [cell["execution_count"] for cell in json.loads(content)["cells"]]
    assert counts == [1, None, None, None, None, None, 1]


@pytest.mark.parametrize("content", [b"\xff", b"[]", b'{"cells": 1}', b'{"cells": [{}]}', b"<svg/>", b"[" * 100_000])
def test_what_is_no_notebook_is_delivered_as_it_is(content: bytes):
    """A picture, a damaged file."""
    assert as_delivered(content) == content
