"""The normal form of a notebook, and the command that writes it.

That the committed notebooks are in it is a test of each notebook's own run (tests/running/notebook_run.py).
"""

import os

import nbformat
import pytest
from click.testing import CliRunner

from mfa_lab.trainer.refresh import NotebookFault, as_text, faults, main, normal_form, refreshed

from .kit import FORM, NOTEBOOKS, write


def test_there_are_notebooks():
    """Under CI an empty folder is a failure: the tests below would all pass on nothing."""
    if not NOTEBOOKS and os.environ.get("CI") != "true":
        pytest.skip("notebooks/ is still empty")
    assert NOTEBOOKS


@pytest.fixture(scope="module")
def form_notebook(tmp_path_factory):
    """A small notebook with an anywidget, a form and a plain output, in normal form."""
    ring = "class Ring(StableFace, anywidget.AnyWidget):\n    _esm = 'export default {}'\nRing()"
    imports = "import anywidget\nfrom mfa_lab.lab.widgets.stable import StableFace"
    path = write(tmp_path_factory.mktemp("form") / "form.ipynb", FORM, imports, ring, "print(6 * 7)")
    path.write_text(refreshed(path), encoding="utf-8")
    return path


@pytest.mark.full
def test_widgets_come_out_the_same_each_time(form_notebook):
    """A form and an anywidget leave text and HTML, no view, no state, no address; made again, no byte differs."""
    text = form_notebook.read_text(encoding="utf-8")
    assert refreshed(form_notebook) == text
    assert "<p>Form with 3 attempts left</p>" in text
    assert "Ring()" in text
    assert not [word for word in ("widget-view", '"widgets"', "model_id", " at 0x") if word in text]
    assert [cell.execution_count for cell in nbformat.v4.reads(text).cells] == [1, 2, 3, 4]


@pytest.mark.full
def test_check_shows_the_difference_and_changes_nothing(form_notebook, tmp_path):
    """`--check` exits 1 with a diff where a byte would change, and 0 where none would; it never writes."""
    path = tmp_path / "form.ipynb"
    for edited, code in ((False, 0), (True, 1)):
        text = form_notebook.read_text(encoding="utf-8").replace('"42\\n"', '"43\\n"' if edited else '"42\\n"')
        path.write_text(text, encoding="utf-8")
        result = CliRunner().invoke(main, [str(path), "--check"])
        assert result.exit_code == code, result.output
        assert ('-      "43\\n"' in result.output) == edited
        assert path.read_text(encoding="utf-8") == text


@pytest.mark.full
@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (["print(1)", "1/0", "print(2)"], "cell 2 (`1/0`): ZeroDivisionError: division by zero"),
        (
            [FORM, "form.button.on_click(lambda _: [][1])\nform.button.click()"],
            "cell 2 (`form.button.on_click(lambda _: [][1])`): IndexError: list index out of range",
        ),
    ],
    ids=["a cell", "a widget's callback"],
)
def test_what_raises_ends_it_and_nothing_is_written(tmp_path, cells, sentence):
    """A cell that raises, or a callback whose exception the kernel only prints: one line, and no file is touched."""
    good, bad = write(tmp_path / "good.ipynb", "print(1)"), write(tmp_path / "wrong.ipynb", *cells)
    before = good.read_bytes(), bad.read_bytes()
    result = CliRunner().invoke(main, [str(good), str(bad)])
    assert result.exit_code == 1
    assert result.output.strip() == f"Error: {bad}, {sentence}"
    assert (good.read_bytes(), bad.read_bytes()) == before
    assert sorted(tmp_path.iterdir()) == [good, bad]


def stream(name: str, text: str):
    return nbformat.v4.new_output("stream", name=name, text=text)


def shown(**data: str):
    return nbformat.v4.new_output("display_data", data={f"text/{kind}": text for kind, text in data.items()})


ERROR = nbformat.v4.new_output("error", ename="AccessDenied", evalue="That did not work.", traceback=["/home/me/x"])


@pytest.mark.parametrize(
    ("outputs", "tags", "words"),
    [
        ([stream("stdout", "fine")], [], None),
        ([stream("stderr", "Traceback")], [], "writes to stderr, which must stay empty: Traceback"),
        ([shown(plain="<Ring object at 0x7f12ab34cd56>")], [], "shows a memory address in its text/plain"),
        ([shown(plain="Ring", html="<p>Ring at 0x7F12AB34CD56</p>")], [], "shows a memory address in its text/html"),
        ([stream("stdout", "<object at 0x7f12ab34cd56>")], [], "shows a memory address in its stdout"),
        ([ERROR], [], "AccessDenied: That did not work."),
        ([ERROR], ["raises-exception"], None),
        ([], ["raises-exception"], "is tagged raises-exception, but nothing was raised"),
    ],
)
def test_outcomes_that_must_not_be_committed(outputs, tags, words):
    """Errors, stderr and memory addresses are faults; an error is none where a lesson's tag announces it."""
    found = list(faults(nbformat.v4.new_code_cell("x", outputs=outputs, metadata={"tags": tags})))
    assert [fault.startswith(words or "") for fault in found] == ([True] if words else []), found


def test_nothing_volatile_is_left():
    """Times, widget states, versions, traceback paths and editors' notes go; tags, ids and order stay."""
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "f00"}}
    widget = nbformat.v4.new_output("display_data", data={"text/plain": "Form", **view})
    bare = nbformat.v4.new_output("display_data", data=view)
    code = nbformat.v4.new_code_cell("form", outputs=[widget, bare, ERROR], execution_count=1, id="keep-me")
    code.metadata = {
        "execution": {"iopub.execute_input": "2026-11-24T07:00:00Z"},
        "tags": ["setup"],
        "scrolled": True,
    }
    twin = nbformat.v4.new_markdown_cell("twice")
    notebook = nbformat.v4.new_notebook(cells=[code, twin], metadata={"widgets": {"state": 1}, "title": "x"})
    notebook.metadata.language_info = {"name": "python", "version": "3.11.7"}
    twin.id = code.id
    normal = normal_form(notebook)
    text = as_text(normal)
    assert not [w for w in ("2026", "f00", "widgets", "3.11.7", "scrolled", "/home/me", "title") if w in text]
    assert normal.cells[0].metadata == {"tags": ["setup"]}
    assert len(normal.cells[0].outputs) == 2
    assert normal.cells[0].id == "keep-me" != normal.cells[1].id
    assert text == as_text(normal_form(nbformat.v4.reads(text)))
    assert text.endswith("}\n")


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"nbformat": 3, "cells": [], "metadata": {}}'])
def test_what_is_no_notebook_is_refused(tmp_path, text):
    """A file that is no notebook of format 4 is named in one sentence."""
    path = tmp_path / "odd.ipynb"
    path.write_text(text)
    with pytest.raises(NotebookFault, match=r"odd\.ipynb .*notebook"):
        refreshed(path)
