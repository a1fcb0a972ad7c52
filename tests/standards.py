"""The map from every clause to the tests, pages and cells that show it: data/standards.toml as a page.

`python -m tests.standards` writes docs/standards.md again.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "standards.md"
_HEAD = """# What the standards require, and where the kit shows it

`python -m tests.standards` generates this page from `data/standards.toml`. A test fails if a row names a test, a page
or a cell that does not exist or does not mention the clause. The second column sums up each clause in our words. For
OWASP ASVS 5.0.0, chapters V6 (authentication) and V7 (sessions), the table contains every requirement of levels 1
and 2.

| clause | requirement | state | shown by | taught in |
|---|---|---|---|---|
"""
# Every requirement of ASVS 5.0.0, V6 and V7, of levels 1 and 2. The kit also teaches some requirements of level 3.
ASVS_LEVELS = {
    1: "6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2"
    " 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2",
    2: "6.1.2 6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3 6.3.4 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5"
    " 6.6.1 6.6.2 6.6.3 6.8.1 6.8.2 6.8.3 6.8.4"
    " 7.1.1 7.1.2 7.1.3 7.3.1 7.3.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2",
}
REQUIREMENTS = frozenset(f"ASVS-{number}" for numbers in ASVS_LEVELS.values() for number in numbers.split())
MET = "met"
STATES = {
    MET: "Met",
    "in part": "Met in part, or on a condition",
    "not met": "Not met",
    "not applicable": "Not applicable",
}


def clauses() -> list[dict[str, Any]]:
    """The rows, in the order of the file."""
    rows: list[dict[str, Any]] = tomllib.loads((ROOT / "data" / "standards.toml").read_text("utf-8"))["clause"]
    return rows


def state(row: dict[str, Any]) -> str:
    """Whether a clause is met: one of `STATES`."""
    return str(row.get("state", MET))


def page() -> str:
    """The rows as a table, and below it what is not met, with the reason."""
    rows = clauses()
    lines = [f"| {row['id']} | {row['asks']} | {state(row)} | {_shown(row)} | {_cells(row)} |" for row in rows]
    reasons = [
        f"\n## {heading}\n\n"
        + "".join(f"- **{row['id']}:** {row['because']}\n" for row in rows if state(row) == which)
        for which, heading in STATES.items()
        if which != MET
    ]
    return _HEAD + "\n".join(lines) + "\n" + "".join(reasons)


def _shown(row: dict[str, Any]) -> str:
    tests = [f"[{test.split('::')[1]}](../{test.split('::')[0]})" for test in row.get("tests", ())]
    pages = [f"[{Path(page).name}](../{page})" for page in row.get("docs", ())]
    return ", ".join(tests + pages) or "none"


def _cells(row: dict[str, Any]) -> str:
    books = dict.fromkeys(cell.split("#")[0] for cell in row.get("cells", ()))
    return ", ".join(f"[{book}](../notebooks/{book}.ipynb)" for book in books) or "none"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
