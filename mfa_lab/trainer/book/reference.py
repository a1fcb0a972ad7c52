"""Make the book's tables: the glossary, the attacks and the standards."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from mfa_lab.attacks import attack_series
from mfa_lab.lab.grading.course import readable
from mfa_lab.lab.terms import Term, terms
from mfa_lab.resources import data_dir, notebooks_dir
from mfa_lab.trainer.book.markup import anchor


@dataclass(frozen=True, slots=True)
class Reference:
    """Hold a page that is not a notebook: its file's name, title and HTML, and (anchor, heading, text) to search."""

    name: str
    title: str
    html: str
    texts: tuple[tuple[str, str, str], ...]


def references() -> tuple[Reference, ...]:
    """Return the glossary, the attacks and the standards."""
    return _glossary(), _attacks(), _standards()


def section(term: Term) -> str | None:
    """Return the heading of the section that introduces the term in bold, or None if no section does.

    Only the notebook of the term is searched.
    """
    heading = ""
    bold = re.compile(rf"\*\*(?:an? |the )?{re.escape(term.name)}s?\b[^*]*\*\*", re.IGNORECASE)
    for cell in _markdown(term.notebook):
        for line in cell.splitlines():
            if line.startswith("#"):
                heading = line.lstrip("# ")
            if bold.search(line):
                return heading
    return None


@cache
def _markdown(notebook: str) -> tuple[str, ...]:
    """Return the Markdown cells of a notebook."""
    cells = json.loads((notebooks_dir() / f"{notebook}.ipynb").read_text("utf-8"))["cells"]
    return tuple("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def _glossary() -> Reference:
    rows = "".join(
        f'<dt id="{anchor(term.name)}">{escape(term.title)}</dt><dd>{escape(term.says)} '
        f'<a href="{term.notebook}.html#{anchor(section(term) or "")}">{escape(readable(term.notebook))}</a></dd>'
        for term in terms()
    )
    html = (
        f"<h1>Glossary</h1><p>The field's {len(terms())} terms, each with the notebook that introduces it.</p>"
        f'<dl class="terms">{rows}</dl>'
    )
    return Reference(
        "glossary", "Glossary", html, tuple((anchor(each.name), each.title, each.says) for each in terms())
    )


def attack_rows() -> tuple[tuple[str, str, str, str], ...]:
    """Return the number, the standard names, the mistakes and the defences of each attack.

    If an attack has two halves, both halves share a row.
    """
    series = attack_series()
    found = []
    for number in dict.fromkeys(one.number for one in series):
        halves = [one for one in series if one.number == number]
        names = "; ".join(one.standard_name for one in halves)
        flaws, defences = (
            " ".join(column) for column in zip(*((one.flaw, one.defence) for one in halves), strict=True)
        )
        found.append((str(number), names, flaws, defences))
    return tuple(found)


def _attacks() -> Reference:
    rows = [(f"attack-{number}", number, *rest) for number, *rest in attack_rows()]
    html = (
        "<h1>Attacks</h1><p>Each attack gets into a server that has one mistake. The last column says what the "
        "kit's own server, <code>MfaServer</code>, does about it.</p>"
        + _table("The attack series", ("number", "attack", "the weak server", "what MfaServer does"), rows)
    )
    texts = tuple((place, f"{number} {name}", f"{flaw} {defence}") for place, number, name, flaw, defence in rows)
    return Reference("attacks", "Attacks", html, texts)


def _standards() -> Reference:
    clauses = tomllib.loads((data_dir() / "standards.toml").read_text("utf-8"))["clause"]
    rows = [(row["id"], row["id"], row["asks"], _cells(row), _shown(row)) for row in clauses]
    reasons = "".join(
        f"<li><b>{escape(row['id'])}</b> ({escape(row['state'])}): {escape(row['because'])}</li>"
        for row in clauses
        if "because" in row
    )
    html = (
        "<h1>Standards</h1><p>This page says what each clause requires, in our words, where the course teaches the "
        "clause, and which tests and pages of the kit show it.</p>"
        + _table("Clauses", ("clause", "requirement", "taught in", "shown by"), rows, ready=(3, 4))
        + f"<h2>Not met, met in part, or not applicable</h2><ul>{reasons}</ul>"
    )
    return Reference("standards", "Standards", html, tuple((row["id"], row["id"], row["asks"]) for row in clauses))


def _cells(row: dict[str, Any]) -> str:
    """Return links to the cells that teach a clause."""
    cells = [cell.split("#") for cell in row.get("cells", ())]
    return (
        "<br>".join(f'<a href="{book}.html#cell-{cell}">{escape(readable(book))}</a>' for book, cell in _first(cells))
        or "none"
    )


def _first(cells: list[list[str]]) -> Iterator[tuple[str, str]]:
    """Yield the first cell of each notebook."""
    seen: dict[str, str] = {}
    for book, cell in cells:
        seen.setdefault(book, cell)
    yield from seen.items()


def _shown(row: dict[str, Any]) -> str:
    """Return the names of the tests that show a clause, and of the pages that document it."""
    names = [test.split("::")[1] for test in row.get("tests", ())] + list(row.get("docs", ()))
    return "<br>".join(f"<code>{escape(name).replace('_', '_<wbr>')}</code>" for name in names) or "none"


def _table(
    caption: str, headers: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, ready: tuple[int, ...] = ()
) -> str:
    """Return a table whose rows have anchors. The columns in `ready` are HTML already."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in headers)
    body = "".join(
        f'<tr id="{place}"><th scope="row">{escape(first)}</th>'
        + "".join(
            f"<td>{cell if number in ready else escape(cell)}</td>" for number, cell in enumerate(rest, start=2)
        )
        + "</tr>"
        for place, first, *rest in rows
    )
    return (
        f'<div class="wide" role="group" aria-label="{caption}" tabindex="0"><table><caption>{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
