"""Write the whole book: a page for each notebook, the tables, the search, and one style sheet for all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from mfa_lab.errors import InvalidInput
from mfa_lab.lab.grading.course import lesson_of, lessons, readable
from mfa_lab.resources import notebooks_dir
from mfa_lab.style import CSS
from mfa_lab.style import themed as coloured
from mfa_lab.trainer.book.contents import above_title, contents_html
from mfa_lab.trainer.book.frame import INDEX, SCRIPT, STYLE, Turn, framed
from mfa_lab.trainer.book.lesson import Page, lesson
from mfa_lab.trainer.book.reference import Reference, references
from mfa_lab.trainer.page import MADE_BY, themed, write_ours

_HERE = Path(__file__).parent


def write(folder: Path) -> tuple[Path, int]:
    """Write the book into `folder`, and return its first page and the number of pages.

    Raises `InvalidInput` if a file in `folder` has a page's name but was not made by this command.
    """
    if folder.exists() and not folder.is_dir():
        raise InvalidInput(f"{folder} is not a folder: name a folder, or a name that is still free")
    files = site()
    for name, content in files.items():
        write_ours(folder / name, content.encode())
    return folder / "index.html", sum(name.endswith(".html") for name in files)


def site() -> dict[str, str]:
    """Return all files of the book by name."""
    pages = [lesson(notebooks_dir() / f"{each.notebook}.ipynb") for each in lessons()]
    tables = references()
    turns = [(page.name, readable(page.name)) for page in pages] + [(each.name, each.title) for each in tables]
    files = {"index.html": framed("index", "Contents", contents_html(), turn=Turn(None, turns[0]))}
    both: Iterator[Page | Reference] = chain(pages, tables)
    for number, page in enumerate(both):
        turn = Turn(turns[number - 1] if number else ("index", "Contents"), dict(enumerate(turns)).get(number + 1))
        files[f"{page.name}.html"] = _lesson(page, turn) if isinstance(page, Page) else _table(page, turn)
    files["search.html"] = framed("search", "Search", _SEARCH, script=True)
    files[STYLE] = _style(pages)
    files[INDEX] = _index(pages, tables)
    files[SCRIPT] = f"// {MADE_BY}\n{(_HERE / SCRIPT).read_text('utf-8')}"
    return files


def _lesson(page: Page, turn: Turn) -> str:
    about = lesson_of(page.name)
    html = f"<article>{above_title(about)}{page.html}</article>"
    return framed(page.name, about.name, html, turn=turn, headings=page.headings)


def _table(page: Reference, turn: Turn) -> str:
    return framed(page.name, page.title, f'<article class="reference">{page.html}</article>', turn=turn)


def _style(pages: Iterable[Page]) -> str:
    """Return the style sheet: the kit's colours and forms, each style of an output once, and the book's own rules."""
    outputs = dict.fromkeys(chain.from_iterable(page.styles for page in pages))
    own = (_HERE / STYLE).read_text("utf-8")
    return f"/* {MADE_BY} */\n" + themed("\n".join([coloured(":root"), CSS, *outputs])) + own


def _index(pages: Iterable[Page], tables: Iterable[Reference]) -> str:
    """Return the search index as a script, because a page on a disk may not fetch a file."""
    entries = [
        *_entries(pages),
        *((each.name, place, each.title, *rest) for each in tables for place, *rest in each.texts),
    ]
    return f"// {MADE_BY}\nwindow.BOOK = {json.dumps(entries, ensure_ascii=False, separators=(',', ':'))};\n"


def _entries(pages: Iterable[Page]) -> Iterator[tuple[str, str, str, str, str]]:
    for page in pages:
        for heading in page.headings:
            yield page.name, heading.anchor, readable(page.name), heading.text, page.texts[heading.anchor]


_SEARCH = """<article class="search"><h1>Search</h1>
<noscript><p>The search needs JavaScript. The contents and the glossary work without it.</p></noscript>
<p id="found" role="status">Type a word in the field above.</p><ol id="results"></ol></article>"""
