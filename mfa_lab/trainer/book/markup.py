"""Turn a notebook's Markdown and code into the book's HTML."""

from __future__ import annotations

import re
from html import escape, unescape

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

_MINUTES = re.compile(r"(.+) \((\d+ min)\)")
_NOTEBOOK_LINK = re.compile(r'href="([\w.-]+)\.ipynb([#"])')
_TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
_CAPTION = re.compile(r"<caption[^>]*>(.*?)</caption>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


class _Renderer(IPythonRenderer):
    """Give each heading the same anchor as code-hosting sites do."""

    def heading(self, text: str, level: int, **_: object) -> str:
        """Return a heading. Its minutes are set apart from its title."""
        timed = _MINUTES.fullmatch(text)
        shown = f"{timed[1]} <small>{timed[2]}</small>" if timed else text
        return f'<h{level} id="{anchor(words(text))}">{shown}</h{level}>\n'


def markup(source: str) -> str:
    """Return our own Markdown as HTML, with links to the book's pages instead of notebooks."""
    return for_the_book(MarkdownWithMath(renderer=_Renderer(escape=False)).render(source))


def for_the_book(html: str) -> str:
    """Make links to notebooks lead to the book's pages, and let the keyboard scroll a wide table."""
    return _TABLE.sub(_scrollable, _NOTEBOOK_LINK.sub(r'href="\1.html\2', html))


def _scrollable(table: re.Match[str]) -> str:
    caption = _CAPTION.search(table[0])
    label = f"Table: {words(caption[1])}" if caption else "Table"
    return f'<div class="wide" role="group" aria-label="{escape(label)}" tabindex="0">{table[0]}</div>'


def code_block(code: str) -> str:
    """Return highlighted Python code."""
    return _Renderer(escape=False).block_code(code, "python")


def plain_block(text: str) -> str:
    """Return text whose spaces and line breaks stay."""
    return f"<pre>{escape(text.rstrip())}</pre>\n"


def anchor(heading: str) -> str:
    """Return the anchor of a heading, as code-hosting sites make it."""
    return re.sub(r"[^\w\s-]", "", heading).lower().replace(" ", "-")


def words(html: str) -> str:
    """Return the text of HTML without its tags, in one line."""
    return " ".join(unescape(_TAG.sub("", html)).split())
