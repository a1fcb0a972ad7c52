"""One run of each notebook serves every comparison.

nbval runs the cells and compares their outputs with the committed ones. Two more tests of each notebook then work on
what that run left: its normal form equals the committed file, and a changed output would have been noticed.
"""

from __future__ import annotations

import copy
import importlib.metadata
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "uv.lock"


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Iterator[None]:
    """Put a `NotebookRun` in the place of nbval's own collector."""
    collectors = yield
    if file_path.suffix != ".ipynb" or not collectors:
        return collectors
    return [notebook_run().from_parent(parent, path=file_path)]


def notebook_run() -> Any:
    """Return the collector class. nbval is imported with the first notebook and not before, because it is slow."""
    from nbval.plugin import IPyNbFile

    import tests.running.unix_sockets  # noqa: F401

    class NotebookRun(IPyNbFile):
        """nbval's cells of one notebook, then the tests of what they left."""

        def collect(self) -> Iterator[pytest.Item]:
            cells = list(super().collect())
            yield from cells
            for name, test in (("normal form", same_normal_form), ("changed outputs", changed_outputs_are_noticed)):
                yield AfterTheRun.from_parent(self, name=name, cells=cells, test=test)

    return NotebookRun


class AfterTheRun(pytest.Item):
    """A test of what the cells of a notebook left. It starts nothing itself."""

    def __init__(self, cells: list[Any], test: Callable[[Path, Any, list[Any]], None], **more: Any) -> None:
        super().__init__(**more)
        self.cells = cells
        self.test = test

    def runtest(self) -> None:
        left_out = [cell.cell_num for cell in self.cells if cell.options["skip"] or not cell.options["check"]]
        assert not left_out, f"a comment or tag takes these cells out of nbval's comparison: {left_out}"
        if any(cell.test_outputs is None for cell in self.cells):
            pytest.skip("needs a run of the whole notebook: name the notebook and no single cell")
        self.test(self.path, self.parent.nb, self.cells)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: object) -> str:
        if excinfo.errisinstance(AssertionError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.name}::{self.name}"


def same_normal_form(path: Path, notebook: Any, cells: list[Any]) -> None:
    """Check that the run, in normal form, is the committed file byte for byte.

    With other versions than the pinned ones, only the text outputs have to be the same.
    """
    import nbformat

    from mfa_lab.trainer.refresh import as_text, difference, faults, normal_form, text_outputs

    made = copy.deepcopy(notebook)
    code_cells = [cell for cell in made.cells if cell.cell_type == "code"]
    for number, (cell, ran) in enumerate(zip(code_cells, cells, strict=True), start=1):
        cell.execution_count = number
        cell.outputs = nbformat.from_dict(copy.deepcopy(ran.test_outputs))
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number  # nbval leaves the kernel's own count out
        found = next(faults(cell), None)
        assert found is None, f"cell {ran.cell_num}: {found}"
    made = normal_form(made)
    if os.environ.get("CI") == "true" or not unpinned():
        same = as_text(made) == path.read_text(encoding="utf-8")
    else:
        same = text_outputs(made) == text_outputs(notebook)
    assert same, (
        f"run `python -m mfa_lab.trainer.refresh {path}`, for this is new:\n{difference(path, as_text(made))}"
    )


def unpinned() -> list[str]:
    """Return the installed packages whose version is not the one that pyproject.toml's date pins."""
    if not LOCK.exists():
        return ["uv.lock (uv did not make this environment)"]
    packages = tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"]
    versions = {(package["name"], package.get("version")) for package in packages}
    names = {name for name, _ in versions}
    installed = {(dist.name.lower().replace("_", "-"), dist.version) for dist in importlib.metadata.distributions()}
    return sorted(name for name, version in installed - versions if name in names)


def changed_outputs_are_noticed(path: Path, notebook: Any, cells: list[Any]) -> None:
    """Check that nbval would have noticed one changed digit in each cell's text, and one in its HTML."""
    count = 0
    for cell in cells:
        for change in (change_text, change_html):
            outputs = copy.deepcopy(cell.test_outputs)
            if any(map(change, reversed(outputs))):
                noticed = not cell.compare_outputs(cell.test_outputs, outputs)
                assert noticed, f"cell {cell.cell_num}: {change.__name__} of its output passes unnoticed"
                count += 1
    assert count, f"{path.name} has no output that could be compared"


def change_text(output: Any) -> bool:
    """Change the text of one output; return False where it has none."""
    if output.output_type == "stream":
        output.text = changed(output.text)
    elif output.output_type == "error":
        output.evalue = changed(output.evalue)
    elif "text/plain" in output.data:
        output.data["text/plain"] = changed(output.data["text/plain"])
    else:
        return False
    return True


def change_html(output: Any) -> bool:
    """Change the HTML of one output; return False where it has none."""
    if "text/html" not in output.get("data", {}):
        return False
    output.data["text/html"] = changed(output.data["text/html"])
    return True


def changed(text: str) -> str:
    """Return the text with its first digit changed, or with one letter more where it has no digit."""
    other = re.sub(r"[0-9]", lambda digit: str((int(digit[0]) + 1) % 10), text, count=1)
    return other if other != text else f"{text}x"
