"""The glossary: each term in one plain sentence, with the notebook that introduces the term (data/glossary.toml)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from mfa_lab.lab.table import Link, Table
from mfa_lab.resources import data_dir


@dataclass(frozen=True, slots=True)
class Term:
    """Hold one term. `notebook` is the name, without `.ipynb`, of the notebook that introduces the term in bold."""

    name: str
    says: str
    notebook: str
    also: str = ""

    @property
    def title(self) -> str:
        """Return the term with its other names in brackets."""
        return f"{self.name} ({self.also})" if self.also else self.name


@cache
def terms() -> tuple[Term, ...]:
    """Return all terms in alphabetical order."""
    rows = tomllib.loads((data_dir() / "glossary.toml").read_text("utf-8"))["term"]
    return tuple(sorted((Term(**row) for row in rows), key=lambda term: term.name.casefold()))


def glossary() -> Table:
    """Return a table of all terms, with links to their notebooks."""
    rows = [
        (term.title, term.says, Link(term.notebook.replace("_", " "), f"{term.notebook}.ipynb")) for term in terms()
    ]
    return Table("The field's terms", ("term", "what it means", "introduced in"), *rows)
