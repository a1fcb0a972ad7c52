"""Put a page of the book into its frame: search, contents, previous and next. All pages share one style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from mfa_lab.lab.grading.course import PARTS, Part, is_core, readable
from mfa_lab.trainer.book.lesson import Heading
from mfa_lab.trainer.page import MADE_BY

STYLE, SCRIPT, INDEX = "book.css", "search.js", "search-index.js"
REFERENCES = (("glossary", "Glossary"), ("attacks", "Attacks"), ("standards", "Standards"))
_POLICY = "default-src 'none'; base-uri 'none'; img-src data:; style-src 'self' file: 'unsafe-inline'; script-src "
"""`file:` permits our own two files if the book is opened from a disk. Everything else is blocked."""
CORE = '<span class="core"><span aria-hidden="true">◆</span><span class="words"> core path</span></span>'


@dataclass(frozen=True, slots=True)
class Turn:
    """Hold the pages before and after a page, each as its file's name and title, or None at an end."""

    previous: tuple[str, str] | None = None
    next: tuple[str, str] | None = None


def framed(
    name: str,
    title: str,
    html: str,
    *,
    turn: Turn | None = None,
    headings: Sequence[Heading] = (),
    script: bool = False,
) -> str:
    """Return a whole page. `headings` are those of the page itself, for the contents beside it."""
    scripts = "".join(f'<script src="{file}" defer></script>' for file in (INDEX, SCRIPT) if script)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}{"'self' file:" if script else "'none'"}">
<meta name="generator" content="{MADE_BY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)} · mfa-lab</title>
<link rel="stylesheet" href="{STYLE}">{scripts}</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><a class="home" href="index.html">mfa-lab<span>: the book</span></a>
<a class="to-contents" href="index.html#contents">Contents</a>
<form action="search.html" role="search"><label for="find">Search</label>
<input id="find" name="q" type="search" autocomplete="off" required></form></header>
<div class="sheet">
<nav class="side" aria-label="Contents">{_contents(name, headings)}</nav>
<main id="main">{html}{_turn(turn) if turn else ""}</main>
</div>
</body></html>
"""


def _contents(name: str, headings: Sequence[Heading]) -> str:
    """Return the parts with their notebooks. The part of this page is open, and its notebook lists its sections."""
    parts = "".join(_part(part, name, headings) for part in PARTS)
    tables = "".join(f"<li>{_link(name, *each)}</li>" for each in REFERENCES)
    first = '<p><a href="index.html#contents">Contents</a></p>'
    return first + parts + _group("Look up", tables, here=name in dict(REFERENCES))


def _part(part: Part, name: str, headings: Sequence[Heading]) -> str:
    items = "".join(
        f"<li>{_link(name, each.notebook, readable(each.notebook), core=is_core(each.notebook))}"
        f"{_sections(headings) if each.notebook == name else ''}</li>"
        for each in part.lessons
    )
    return _group(part.name, items, here=any(each.notebook == name for each in part.lessons))


def _group(title: str, items: str, *, here: bool) -> str:
    return f"<details{' open' if here else ''}><summary>{escape(title)}</summary><ol>{items}</ol></details>"


def _link(here: str, name: str, title: str, *, core: bool = False) -> str:
    current = ' aria-current="page"' if here == name else ""
    return f'<a href="{name}.html"{current}>{escape(title)}</a>{f" {CORE}" if core else ""}'


def _sections(headings: Sequence[Heading]) -> str:
    sections = "".join(
        f'<li><a href="#{each.anchor}">{escape(each.text)}</a></li>' for each in headings if each.level == 2
    )
    return f"<ul>{sections}</ul>"


def _turn(turn: Turn) -> str:
    links = "".join(
        f'<a rel="{rel}" href="{page[0]}.html"><span>{words}</span>{escape(page[1])}</a>'
        for rel, words, page in (("prev", "Previous", turn.previous), ("next", "Next", turn.next))
        if page
    )
    return f'<nav class="turn" aria-label="Previous and next">{links}</nav>' if links else ""
