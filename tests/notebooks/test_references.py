"""What the prose refers to: links are whole and say something, clauses exist, neighbours exist.

The spelling of the notebooks is checked by codespell, together with every other file of the repository: see .ci/run.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import mistune
import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode

from tests.standards import REQUIREMENTS

from .kit import FOLDER, each_notebook, parsed

# The clauses that the kit teaches. CLAUSES adds the requirements of ASVS that only have a row in
# data/standards.toml. A notebook that names any other clause names it wrongly, or the clause belongs here.
TAUGHT = {
    "RFC4226-R6", "RFC4226-5.3", "RFC4226-6", "RFC4226-7.2", "RFC4226-7.3", "RFC4226-7.4", "RFC4226-D",
    "RFC6238-3", "RFC6238-4.2", "RFC6238-5.2", "RFC6238-6", "RFC6238-B",
    "NIST-2.2.2", "NIST-2.2.3", "NIST-3.1.1.2", "NIST-3.1.2", "NIST-3.1.4.1", "NIST-3.1.4.2", "NIST-3.2.2",
    "NIST-3.2.5", "NIST-4.2.1.1", "NIST-4.2.3", "NIST-B",
    "ASVS-6.1.1", "ASVS-6.2.1", "ASVS-6.2.4", "ASVS-6.2.9", "ASVS-6.3.3", "ASVS-6.3.5", "ASVS-6.3.8", "ASVS-6.4.3",
    "ASVS-6.4.4", "ASVS-6.5.1", "ASVS-6.5.2", "ASVS-6.5.3", "ASVS-6.5.4", "ASVS-6.5.5", "ASVS-6.5.6", "ASVS-6.5.8",
    "ASVS-6.7.2", "ASVS-7.2.4", "ASVS-7.5.1", "ASVS-11.2.4", "ASVS-16.2.5", "ASVS-16.3.1",
    "OWASP-PW", "KEYURI",
}  # fmt: skip
CLAUSES = TAUGHT | REQUIREMENTS
CLAUSE = re.compile(r"\b(?:RFC ?\d{4}|NIST|ASVS|OWASP)-(?:PW\b|[A-Z0-9]+(?:\.\d+)*)")
ON_THE_WAY = "**Clauses on the way:** "
_markdown = mistune.create_markdown(escape=False, plugins=["table"])


def prose(notebook: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def shown(notebook: NotebookNode) -> str:
    """Prose and HTML outputs, as one page."""
    outputs = [
        output.get("data", {}).get("text/html", "") for cell in notebook.cells for output in cell.get("outputs", [])
    ]
    return "\n".join([_markdown(prose(notebook)), *outputs])


def bad_links(notebook: NotebookNode) -> Iterator[str]:
    """Links that lead nowhere, that are not private on the way, or whose text is no text."""
    page = BeautifulSoup(shown(notebook), "html.parser")
    for link in page.find_all("a"):
        address, parts = link.get("href", ""), urlsplit(link.get("href", ""))
        if not re.search(r"\w\w", link.get_text()):
            yield f"{address!r} has no text that says what is there"
        if parts.scheme == "":
            if not address.startswith("#") and not (FOLDER / parts.path).is_file():
                yield f"{address!r} is no file beside this notebook"
        elif parts.scheme != "https" or "." not in parts.netloc or re.search(r"[\s<>\"]", address):
            yield f"{address!r} is no whole https address"
    bare = re.findall(r"https?://(?!\w+\.localhost:)\S+", page.get_text())  # nobody can follow a demo's origin
    yield from (f"{address!r} stands in the text without a link" for address in bare)


def unknown_clauses(notebook: NotebookNode) -> Iterator[str]:
    for clause in sorted(set(CLAUSE.findall(prose(notebook))) - CLAUSES):
        yield f"{clause} is no clause that this kit teaches"


def too_few_clauses(notebook: NotebookNode) -> Iterator[str]:
    """A lesson says in its first cell which clauses it shows, on a line of their own: three or more."""
    line = next((line for line in notebook.cells[0].source.splitlines() if line.startswith(ON_THE_WAY)), "")
    if (count := len(set(CLAUSE.findall(line)))) < 3:
        yield f"the first cell names {count} clauses on a line that begins {ON_THE_WAY!r}: three at least"


CHECKS = [bad_links, unknown_clauses, too_few_clauses]


@each_notebook
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_references_hold(path, check):
    """Each committed notebook passes each check."""
    assert list(check(parsed(path))) == []


def one(text: str, **data: str) -> NotebookNode:
    cells = [nbformat.v4.new_markdown_cell(text)]
    if data:
        output = nbformat.v4.new_output("display_data", data={"text/html": data["html"]})
        cells.append(nbformat.v4.new_code_cell("x", outputs=[output]))
    return nbformat.v4.new_notebook(cells=cells)


@pytest.mark.parametrize(
    ("check", "notebook"),
    [
        (bad_links, one("[the study](http://example.org/a)")),
        (bad_links, one("[the study](https://example)")),
        (bad_links, one("[the study](https:///a)")),
        (bad_links, one("[the study](ftp://example.org/a)")),
        (bad_links, one("[.](https://example.org/)")),
        (bad_links, one("[the next one](99_nowhere.ipynb)")),
        (bad_links, one("Look at https://example.org/a for more.")),
        (bad_links, one("text", html='<a href="http://example.org">a study</a>')),
        (unknown_clauses, one("as NIST-3.1.1.3 asks")),
        (unknown_clauses, one("as ASVS-6.99 asks")),
        (unknown_clauses, one("as RFC6238-7 asks")),
        (too_few_clauses, one("By NIST-3.1.1.2, OWASP-PW and ASVS-6.2.1.")),
        (too_few_clauses, one(f"{ON_THE_WAY}NIST-3.1.1.2 and ASVS-6.2.1.\n\nAlso OWASP-PW.")),
        (too_few_clauses, one(f"{ON_THE_WAY}NIST-3.1.1.2, ASVS-6.2.1, and NIST-3.1.1.2 again.")),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_planted_fault_is_seen(check, notebook):
    """Each check goes red on what it is there for."""
    assert list(check(notebook))


def test_a_good_notebook_passes():
    """No check finds fault where there is none."""
    good = one(
        "The [study](https://example.org/a?b=1) and [the start](00_first_login.ipynb).\n\n"
        f"{ON_THE_WAY}NIST-3.1.1.2, ASVS-6.2.1 and OWASP-PW.",
        html='<a href="https://example.org/x">a study, 2025</a>',
    )
    assert [fault for check in CHECKS for fault in check(good)] == []
