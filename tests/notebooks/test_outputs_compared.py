"""Every committed output is really compared: change it, and nbval goes red at that cell."""

import re
import shutil
from collections.abc import Callable

import nbformat
import pytest

from mfa_lab.lab.refresh import refreshed

from .kit import FOLDER, FORM, each_notebook, run_nbval, write

pytestmark = pytest.mark.slow  # two kernels for each notebook


def spoiled(text: str) -> str:
    """The same text with its first digit changed, or one letter more where it has none."""
    changed = re.sub(r"[0-9]", lambda digit: str((int(digit[0]) + 1) % 10), text, count=1)
    return changed if changed != text else f"{text}x"


def spoil_text(output: nbformat.NotebookNode) -> bool:
    """Change the text of one output; False where it has none."""
    if output.output_type == "stream":
        output.text = spoiled(output.text)
    elif output.output_type == "error":
        output.evalue = spoiled(output.evalue)
    elif "text/plain" in output.data:
        output.data["text/plain"] = spoiled(output.data["text/plain"])
    else:
        return False
    return True


def spoil_html(output: nbformat.NotebookNode) -> bool:
    """Change the HTML of one output; False where it has none."""
    if "text/html" not in output.get("data", {}):
        return False
    output.data["text/html"] = spoiled(output.data["text/html"])
    return True


def spoil(notebook: nbformat.NotebookNode, change: Callable[[nbformat.NotebookNode], bool]) -> set[int]:
    """Change the last output that can be changed of each code cell; the numbers of these cells."""
    code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return {number for number, cell in enumerate(code_cells) if any(map(change, reversed(cell.outputs)))}


SPOILERS = {"text": spoil_text, "html": spoil_html}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """For text and HTML: a copy of all notebooks with every such output changed, and nbval's word on each cell."""
    results = {}
    for kind, change in SPOILERS.items():
        folder = shutil.copytree(FOLDER, tmp_path_factory.mktemp("spoiled") / kind)
        changed = {}
        for path in folder.glob("*.ipynb"):
            notebook = nbformat.read(path, as_version=4)
            changed[path.stem] = spoil(notebook, change)
            if changed[path.stem]:
                nbformat.write(notebook, path)
            else:
                path.unlink()  # nothing of this kind in it, so nothing to run
        results[kind] = changed, *(run_nbval(folder) if any(changed.values()) else ({}, ""))
    return results


@each_notebook
def test_every_output_is_compared(path, runs):
    """With one digit of each text output changed, exactly the cells with outputs go red; the same for HTML."""
    for kind, (changed, outcomes, printed) in runs.items():
        red = {number for (stem, number), passed in outcomes.items() if stem == path.stem and not passed}
        assert red == changed[path.stem], f"{kind}: changed cells {changed[path.stem]}, red cells {red}\n{printed}"
    assert runs["text"][0][path.stem], "the notebook has no committed output at all"


@each_notebook
def test_no_cell_escapes(path):
    """Code cells are executed, in order, counted from 1; none carries a marker that nbval would skip it for."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    marked = [cell.source for cell in cells if escapes(cell)]
    assert not marked


def escapes(cell: nbformat.NotebookNode) -> bool:
    """Whether a comment or tag takes this cell's output out of the comparison."""
    words = " ".join([cell.source, *cell.metadata.get("tags", [])]).lower().replace("-", "_")
    return any(word in words for word in ("nbval_", "pytest_validate"))


@pytest.mark.parametrize(
    ("source", "tags", "escaped"),
    [
        ("print(1)", [], False),
        ("print(1)", ["raises-exception"], False),
        ("# NBVAL_IGNORE_OUTPUT\nprint(1)", [], True),
        ("# PYTEST_VALIDATE_IGNORE_OUTPUT\nprint(1)", [], True),
        ("print(1)", ["nbval-skip"], True),
    ],
)
def test_markers_are_seen(source, tags, escaped):
    """Each way of telling nbval to look away is noticed."""
    assert escapes(nbformat.v4.new_code_cell(source, metadata={"tags": tags})) == escaped


def test_one_changed_word_is_seen(tmp_path):
    """As committed a form is green; change one digit of its HTML, its text or a printed line: the cell is red."""
    path = write(tmp_path / "good.ipynb", FORM, "print('code 287082')")
    text = refreshed(path)
    path.write_text(text, encoding="utf-8")
    for name, old, new in (
        ("html", "Form with 3", "Form with 2"),
        ("text", "Form: 3", "Form: 2"),
        ("stdout", '"code 287082', '"code 287083'),
    ):
        assert text.count(old) == 1
        path.with_stem(name).write_text(text.replace(old, new), encoding="utf-8")
    outcomes, printed = run_nbval(tmp_path)
    red = {cell for cell, passed in outcomes.items() if not passed}
    assert len(outcomes) == 8, printed
    assert red == {("html", 0), ("text", 0), ("stdout", 1)}
