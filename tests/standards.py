"""The map from every clause to the test that shows it and the cell that teaches it: data/standards.toml as a page.

`python -m tests.standards` writes docs/standards.md again.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "standards.md"
_HEAD = """# What the standards require, and where the kit shows it

`python -m tests.standards` generates this page from `data/standards.toml`. A test fails if a row names a test or a
cell that does not exist or does not mention the clause. The second column sums up each clause in our words.

| clause | requirement | shown by the test | taught in |
|---|---|---|---|
"""


def clauses() -> list[dict[str, Any]]:
    """The rows, in the order of the file."""
    rows: list[dict[str, Any]] = tomllib.loads((ROOT / "data" / "standards.toml").read_text("utf-8"))["clause"]
    return rows


def page() -> str:
    """The rows as a table, and below it what is not met, with the reason."""
    rows = clauses()
    lines = [f"| {row['id']} | {row['asks']} | {_tests(row)} | {_cells(row)} |" for row in rows]
    unmet = [f"- **{row['id']}:** {row['because']}" for row in rows if "because" in row]
    return _HEAD + "\n".join(lines) + "\n\n## Not met, or only in part\n\n" + "\n".join(unmet) + "\n"


def _tests(row: dict[str, Any]) -> str:
    return ", ".join(f"[{test.split('::')[1]}](../{test.split('::')[0]})" for test in row.get("tests", ())) or "none"


def _cells(row: dict[str, Any]) -> str:
    books = dict.fromkeys(cell.split("#")[0] for cell in row.get("cells", ()))
    return ", ".join(f"[{book}](../notebooks/{book}.ipynb)" for book in books) or "none"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
