"""Which notebooks the learner's Jupyter trusts before they have run."""

from __future__ import annotations

import gc
from contextlib import closing, suppress
from pathlib import Path

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_notebook, new_output

from mfa_lab.cli.trust import trust
from mfa_lab.lab.working_copy import deliver


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A kit with two notebooks, its working copy, and a Jupyter that has signed nothing yet."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    source, work = tmp_path / "kit", tmp_path / "work"
    source.mkdir()
    for name in ("a.ipynb", "b.ipynb"):
        drawing = new_output("display_data", {"image/svg+xml": f"<svg>{name}</svg>"})
        nbformat.write(new_notebook(cells=[new_code_cell("draw()", outputs=[drawing])]), source / name)
    (source / "c.svg").write_text("<svg/>")
    deliver(source, work)
    return source, work


def trusted(work: Path) -> list[str]:
    notary = NotebookNotary()
    with closing(notary.store):
        return [path.name for path in sorted(work.glob("*.ipynb")) if notary.check_signature(nbformat.read(path, 4))]


def test_what_the_kit_delivered_is_trusted_and_nothing_else(folders):
    """A notebook that somebody has changed is not signed: Jupyter does that when its cells have run."""
    source, work = folders
    assert trusted(work) == []
    changed = nbformat.read(work / "b.ipynb", 4)
    changed.cells[0].outputs[0].data["image/svg+xml"] = "<svg onload='alert(1)'/>"
    nbformat.write(changed, work / "b.ipynb")
    trust(source, work)
    assert trusted(work) == ["a.ipynb"]


def test_a_jupyter_that_can_keep_no_signature_is_no_obstacle(folders, tmp_path):
    """Its folder is a file: nothing is trusted, and nothing raises."""
    (tmp_path / "jupyter").write_text("")
    trust(*folders)


def test_jupyters_database_of_signatures_is_closed(folders):
    """The notary is in a cycle of references, so its database would otherwise stay open until some collection."""
    gc.disable()
    try:
        trust(*folders)
        assert not [path for path in open_files() if "nbsignatures" in path]
    finally:
        gc.enable()


def open_files() -> list[str]:
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the descriptor of the listing itself
            found.append(str(descriptor.readlink()))
    return found
