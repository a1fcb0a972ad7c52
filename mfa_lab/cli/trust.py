"""Make the learner's Jupyter trust the kit's own notebooks, as if the learner had run them."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from mfa_lab.lab import working_copy


def trust(source: Path, work: Path) -> None:
    """Sign each notebook in `work` that is the same as the kit's notebook in `source`, for this user's Jupyter.

    JupyterLab shows live forms and drawings only in a notebook that it trusts. Without a signature, JupyterLab trusts
    a notebook only after every cell has been run. If the page is reloaded before that, forms appear as static text. A
    changed notebook gets no signature here, because Jupyter itself signs it when it is saved.
    """
    import nbformat
    from nbformat.sign import NotebookNotary

    logging.getLogger("traitlets").addFilter(lambda record: record.levelno >= logging.ERROR)
    with suppress(OSError, sqlite3.Error):  # Jupyter then keeps no signatures, and everything else works
        notary = NotebookNotary()  # type: ignore[no-untyped-call]
        with closing(notary.store):
            for name in working_copy.unchanged(source, work):
                if name.endswith(".ipynb"):
                    kit = working_copy.as_delivered(
                        (source / name).read_bytes()
                    )  # the learner's copy may change meanwhile
                    notebook = nbformat.v4.reads(kit.decode())  # type: ignore[no-untyped-call]
                    notary.sign(notebook)  # type: ignore[no-untyped-call]
