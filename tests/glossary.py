"""The glossary as a page: each term with a link to the section that introduces it.

`python -m tests.glossary` writes docs/glossary.md again from data/glossary.toml and the notebooks.
"""

from __future__ import annotations

from pathlib import Path

from mfa_lab.lab.terms import terms
from mfa_lab.trainer.book.markup import anchor
from mfa_lab.trainer.book.reference import section

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "glossary.md"
_HEAD = """# Glossary

`python -m tests.glossary` generates this page from `data/glossary.toml`. Each link leads to the section that
introduces the term. In a notebook, `glossary()` shows the same list.

| term | what it means | introduced in |
|---|---|---|
"""


def page() -> str:
    """Return docs/glossary.md as it should be."""
    rows = []
    for term in terms():
        place = f"{term.notebook}.ipynb#{anchor(section(term) or '')}"
        rows.append(f"| **{term.title}** | {term.says} | [{term.notebook}](../notebooks/{place}) |")
    return _HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
