"""The glossary as a page: each term with a link to the section that introduces it.

`python -m tests.glossary` writes docs/glossary.md again from data/glossary.toml and the notebooks.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from mfa_lab.lab.terms import Term, terms

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "glossary.md"
_HEAD = """# Glossary

`python -m tests.glossary` generates this page from `data/glossary.toml`. Each link leads to the section that
introduces the term. In a notebook, `glossary()` shows the same list.

| term | what it means | introduced in |
|---|---|---|
"""


@cache
def markdown(notebook: str) -> tuple[str, ...]:
    """Return the Markdown cells of a notebook."""
    cells = json.loads((ROOT / "notebooks" / f"{notebook}.ipynb").read_text("utf-8"))["cells"]
    return tuple("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def section(term: Term) -> str | None:
    """Return the heading over the place where its notebook has the term in bold; None if it never has."""
    heading = ""
    bold = re.compile(rf"\*\*(?:an? |the )?{re.escape(term.name)}s?\b[^*]*\*\*", re.IGNORECASE)
    for cell in markdown(term.notebook):
        for line in cell.splitlines():
            if line.startswith("#"):
                heading = line.lstrip("# ")
            if bold.search(line):
                return heading
    return None


def page() -> str:
    """Return docs/glossary.md as it should be."""
    rows = []
    for term in terms():
        anchor = re.sub(r"[^\w\s-]", "", section(term) or "").lower().replace(" ", "-")
        rows.append(
            f"| **{term.title}** | {term.says} | [{term.notebook}](../notebooks/{term.notebook}.ipynb#{anchor}) |"
        )
    return _HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
