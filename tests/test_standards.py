"""Every clause has its row: tests and pages that show it, cells that teach it, or the reason why it is not met."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from typing import Any

import nbformat
import pytest

from tests.notebooks.test_references import CLAUSES, TAUGHT
from tests.standards import ASVS_LEVELS, MET, PAGE, REQUIREMENTS, ROOT, STATES, clauses, page, state

ROWS = clauses()
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])


def names(text: str, clause: str) -> bool:
    """Whether a text names a clause, and not another one that begins alike."""
    return re.search(rf"{re.escape(clause)}(?![\d.]*\d)", text) is not None


@cache
def docstrings(path: str) -> dict[str, str]:
    """What each test of a file says that it shows."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name: ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@cache
def cells(book: str) -> dict[str, str]:
    """Return the cells of a notebook by id, each with what it shows: compare() explains what happened."""
    return {
        cell.id: "\n".join(
            [cell.source, *(out.get("data", {}).get("text/plain", "") for out in cell.get("outputs", ()))]
        )
        for cell in nbformat.read(ROOT / "notebooks" / f"{book}.ipynb", 4).cells
    }


def faults(row: dict[str, Any]) -> list[str]:
    """What is wrong with a row."""
    found = []
    for test in row.get("tests", ()):
        path, _, name = test.partition("::")
        if not (ROOT / path).is_file() or name not in docstrings(path):
            found.append(f"{test} does not exist")
        elif not names(docstrings(path)[name], row["id"]):
            found.append(f"{test} does not say {row['id']}")
    for cell in row.get("cells", ()):
        book, _, identity = cell.partition("#")
        if not (ROOT / "notebooks" / f"{book}.ipynb").is_file() or identity not in cells(book):
            found.append(f"{cell} does not exist")
        elif not names(cells(book)[identity], row["id"]):
            found.append(f"{cell} does not say {row['id']}")
    found += [
        f"{where} does not exist, or does not say {row['id']}"
        for where in row.get("docs", ())
        if not (ROOT / where).is_file() or not names((ROOT / where).read_text("utf-8"), row["id"])
    ]
    if state(row) not in STATES or (state(row) == MET) is ("because" in row):
        found.append("a state that is none, or met with a reason why not, or not met without one")
    if state(row) in (MET, "in part") and not (row.get("tests") or row.get("docs")):
        found.append("nothing shows it")
    if row["id"] in TAUGHT and not row.get("cells"):
        found.append("no cell teaches it")
    return found


def test_every_clause_has_its_row() -> None:
    """The ids of the file are those that notebooks and tests may name, each once."""
    assert sorted(row["id"] for row in ROWS) == sorted(CLAUSES)


def test_every_requirement_of_the_two_levels_is_there() -> None:
    """ASVS 5.0.0, V6 and V7, counted by level and section as OWASP publishes them."""
    sections = Counter((level, each.rsplit(".", 1)[0]) for level, ids in ASVS_LEVELS.items() for each in ids.split())
    assert sections == {
        (1, "6.1"): 1, (1, "6.2"): 8, (1, "6.3"): 2, (1, "6.4"): 2, (1, "7.2"): 4, (1, "7.4"): 2,
        (2, "6.1"): 2, (2, "6.2"): 4, (2, "6.3"): 2, (2, "6.4"): 2, (2, "6.5"): 5, (2, "6.6"): 3, (2, "6.8"): 4,
        (2, "7.1"): 3, (2, "7.3"): 2, (2, "7.4"): 3, (2, "7.5"): 2, (2, "7.6"): 2,
    }  # fmt: skip
    assert sorted(REQUIREMENTS - {row["id"] for row in ROWS}) == []


@each_row
def test_the_row_holds(row: dict[str, Any]) -> None:
    """The tests and cells that it names exist, and name the clause."""
    assert faults(row) == []


@pytest.mark.parametrize(
    "change",
    [
        {"tests": ["tests/otp/test_otp.py::test_nowhere"]},
        {"tests": ["tests/nowhere.py::test_rfc4226_vectors"]},
        {"tests": ["tests/otp/test_otp.py::test_rfc6238_vectors"]},
        {"cells": ["03_otp_generation#nowhere"]},
        {"cells": ["nowhere#title"]},
        {"cells": ["00_first_login#where-you-are"]},
        {"docs": ["docs/nowhere.md"]},
        {"docs": ["docs/web.md"]},
        {"tests": []},
        {"cells": []},
        {"state": "nearly"},
        {"state": "in part"},
        {"state": "not met"},
        {"because": "a reason without a state"},
    ],
)
def test_a_row_that_does_not_hold_is_seen(change: dict[str, Any]) -> None:
    """A test or a cell that is not there, that speaks of something else, or that is missing."""
    (row,) = [row for row in ROWS if row["id"] == "RFC4226-D"]
    assert faults(row) == []
    assert faults(row | change) != []


def test_the_page_is_up_to_date() -> None:
    """`python -m tests.standards` would change nothing."""
    assert PAGE.read_text("utf-8") == page()
