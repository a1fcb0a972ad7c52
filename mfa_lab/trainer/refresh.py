"""Execute notebooks and write their normal form: `python -m mfa_lab.trainer.refresh [NOTEBOOK ...] [--check]`.

The normal form contains nothing that differs between two runs, such as times, widget views and states, or versions.
So a difference in git is always a difference that a reader sees.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from difflib import unified_diff
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from mfa_lab.errors import MfaError
from mfa_lab.lab.widgets.stable import WIDGET_VIEW

CELL_TIMEOUT_SECONDS = 60
MAY_RAISE = "raises-exception"  # the tag of a cell that deliberately shows an error; nbval knows this tag, too
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}
_ADDRESS = re.compile(r"\bat 0x[0-9A-Fa-f]{6,}")
_DIFF_WIDTH = 160


class NotebookFault(MfaError):
    """Report a notebook that cannot be read, or a cell whose output must not be committed."""


def refreshed(path: Path) -> str:
    """Execute the notebook at `path` in its own folder, and return its text in normal form.

    Raises `NotebookFault` for the first cell that raises, takes over a minute, writes to stderr (where exceptions in
    a widget's callback appear), or shows a memory address. The file on disk is not changed.
    """
    notebook = read_notebook(path)
    try:
        _execute(notebook, path.parent)
    except NotebookFault as fault:
        raise NotebookFault(f"{path}, {fault}") from None
    return as_text(normal_form(notebook))


def normal_form(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without anything that changes from run to run.

    A notebook that is already in normal form does not change.
    """
    ids = _stable_ids(notebook.cells)
    cells = [_normal_cell(cell, cell_id) for cell, cell_id in zip(notebook.cells, ids, strict=True)]
    parts = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    normal: NotebookNode = nbformat.from_dict(parts)  # type: ignore[no-untyped-call]
    return normal


def as_text(notebook: NotebookNode) -> str:
    """Return the file's text, with sorted keys and one trailing newline.

    Raises an error if the notebook is not valid.
    """
    nbformat.validate(notebook)
    text: str = nbformat.v4.writes(notebook)  # type: ignore[no-untyped-call]
    return text.rstrip("\n") + "\n"


def text_outputs(notebook: NotebookNode) -> list[list[tuple[str, str]]]:
    """Return the kind and text of each output, without pictures, for each code cell."""
    return [list(_texts(cell)) for cell in notebook.cells if cell.cell_type == "code"]


def read_notebook(path: Path) -> NotebookNode:
    try:
        notebook: NotebookNode = nbformat.v4.reads(path.read_text(encoding="utf-8"))  # type: ignore[no-untyped-call]
    except (OSError, ValueError, AttributeError, KeyError) as error:  # the last two: JSON of another form
        raise NotebookFault(f"{path} cannot be read as a notebook ({error}): restore it with git") from error
    if notebook.get("nbformat") != 4:
        raise NotebookFault(f"{path} is not a notebook of format 4: open and save it in JupyterLab first")
    return notebook


def kernel_settings() -> dict[str, str]:
    """Return a kernel manager's settings for Unix sockets, or no settings on Windows.

    Jupyter chooses free TCP ports before the kernel opens them. On a busy machine, another program can take such a
    port in between. Then the kernel dies, and the manager waits for the kernel for ever. No other program takes a
    socket in our own folder.
    """
    return {} if os.name == "nt" else {"transport": "ipc", "ip": f"{_socket_folder().name}/{next(_kernels)}"}


@cache
def _socket_folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="mfa-lab-")


_kernels = count()


def own_kernel() -> AsyncKernelManager:
    """Return a manager for this environment's kernel, whatever other kernels a user has installed."""
    # Without kernel folders, the manager knows only one kernel, that of this environment.
    specifications = KernelSpecManager(kernel_dirs=[])
    return AsyncKernelManager(kernel_spec_manager=specifications, kernel_name="python3", **kernel_settings())


def _execute(notebook: NotebookNode, folder: Path) -> None:
    client = NotebookClient(
        notebook,
        km=own_kernel(),
        timeout=CELL_TIMEOUT_SECONDS,
        coalesce_streams=True,
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # on Windows, a kernel would warn of unencrypted TCP
    )
    with client.setup_kernel(cwd=str(folder.resolve()), cleanup_kc=True):
        for index, cell in enumerate(notebook.cells):
            try:
                client.execute_cell(cell, index)
                fault = next(faults(cell), None)
            except CellExecutionError as error:
                fault = next(faults(cell), f"{error.ename}: {error.evalue}")
            except (CellTimeoutError, DeadKernelError) as error:
                fault = str(error).splitlines()[0]
            if fault:
                raise NotebookFault(f"cell {index + 1} (`{cell.source.strip().splitlines()[0]}`): {fault}")


def faults(cell: NotebookNode) -> Iterator[str]:
    """Yield every reason why the outputs of this executed cell must not be committed."""
    may_raise = MAY_RAISE in cell.metadata.get("tags", [])
    outputs = cell.get("outputs", [])
    raised = [output for output in outputs if output.output_type == "error"]
    if raised and not may_raise:
        yield f"{raised[0].ename}: {raised[0].evalue}"
    if may_raise and not raised:
        yield f"is tagged {MAY_RAISE}, but nothing was raised: remove the tag or fix the cell"
    for output in outputs:
        if output.output_type == "stream" and output.name == "stderr":
            yield f"writes to stderr, which must stay empty: {output.text.strip()}"
    for kind, text in _texts(cell):
        if _ADDRESS.search(text):
            yield f"shows a memory address in its {kind}: give the object a stable repr (mfa_lab.lab.widgets.stable)"


def _texts(cell: NotebookNode) -> Iterator[tuple[str, str]]:
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            yield output.name, output.text
        elif output.output_type == "error":
            yield "error", f"{output.ename}: {output.evalue}"
        else:
            for kind, text in sorted(output.data.items()):
                if kind.startswith("text/") or kind == "image/svg+xml":
                    yield kind, text


def _stable_ids(cells: Iterable[NotebookNode]) -> Iterator[str]:
    """Yield the ids of the cells. Existing ids are kept, so that git can follow a cell.

    A missing or duplicate id is computed from the cell's position and text.
    """
    seen: set[str] = set()
    for index, cell in enumerate(cells):
        cell_id = cell.get("id")
        if not cell_id or cell_id in seen:
            cell_id = sha256(f"{index}:{cell.source}".encode()).hexdigest()[:8]
        seen.add(cell_id)
        yield cell_id


def _normal_cell(cell: NotebookNode, cell_id: str) -> dict[str, Any]:
    tags = cell.metadata.get("tags")
    normal = {
        "cell_type": cell.cell_type,
        "id": cell_id,
        "metadata": {"tags": tags} if tags else {},
        "source": cell.source,
    }
    if cell.get("attachments"):
        normal["attachments"] = cell.attachments
    if cell.cell_type == "code":
        normal["execution_count"] = cell.execution_count
        normal["outputs"] = [output for output in map(_normal_output, cell.outputs) if output.get("data", True)]
    return normal


def _normal_output(output: NotebookNode) -> dict[str, Any]:
    if output.output_type == "error":  # its traceback contains paths and line numbers of this machine
        return {**output, "traceback": [f"{output.ename}: {output.evalue}"]}
    if output.output_type == "stream":
        return dict(output)
    return {**output, "data": {kind: content for kind, content in output.data.items() if kind != WIDGET_VIEW}}


def _write(path: Path, text: str) -> None:
    """Write the whole text or nothing, so that a reader never sees half a notebook."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)


def difference(path: Path, text: str) -> str:
    """Return what would change if `text` were written to `path`, as a diff with shortened lines."""
    committed = path.read_text(encoding="utf-8")
    lines = unified_diff(
        committed.splitlines(), text.splitlines(), f"{path} as it is", f"{path} made again", lineterm="", n=2
    )
    return "\n".join(line if len(line) <= _DIFF_WIDTH else f"{line[:_DIFF_WIDTH]}..." for line in lines)


@click.command()
@click.argument("notebooks", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; exit 1 and show what would change.")
def main(notebooks: tuple[Path, ...], check: bool) -> None:
    """Execute each NOTEBOOK (all in ./notebooks if none is named) and write its normal form.

    If a notebook has a fault, no notebook is written.
    """
    paths = notebooks or tuple(sorted(Path("notebooks").glob("*.ipynb")))
    if not paths:
        raise click.ClickException(
            "there is no notebook in ./notebooks: run this command in the checkout, or name a notebook"
        )
    try:
        made = {path: refreshed(path) for path in paths}
    except NotebookFault as fault:
        raise click.ClickException(str(fault)) from None
    changed = {path: text for path, text in made.items() if path.read_bytes() != text.encode()}
    for path, text in changed.items():
        click.echo(difference(path, text) if check else f"{path} written")
        if not check:
            _write(path, text)
    click.echo(f"{len(made)} executed, {len(changed)} {'would change' if check else 'changed'}")
    if check and changed:
        raise click.ClickException("run `python -m mfa_lab.trainer.refresh`, check the difference, and commit it")


if __name__ == "__main__":
    main()
