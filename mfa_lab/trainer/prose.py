"""Find the text of a cell that goes on a slide: headings, lists, tables, and the sentences that introduce them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

_HEADING = re.compile(r"(#{1,6})\s+(.+?)(?:\s+\((\d+ min)\))?\s*")
SHOWN_WHOLE = re.compile(r"[-*]\s|[|>]|\d+\.\s")
SAW, BOLD = "**What we saw:**", "**"
NOT_FOR_SLIDES = ("**What you need:**", "**How to work:**", "**Clauses on the way:**", "**Next:**")
_SENTENCE = re.compile(r"(?<=[.!?:])\s+(?=[A-Z`*“\"(])")
_LEAD_LETTERS = 200
_WRITE = re.compile(r"^Write .*", re.MULTILINE | re.DOTALL)


def parts(source: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the heading, the minutes and the blocks of text for each heading in a cell.

    If the cell has no heading, the heading and the minutes are "".
    """
    title, minutes, blocks = "", "", list[str]()
    for block in re.split(r"\n\s*\n", source.strip()):
        first, _, rest = block.partition("\n")
        heading = _HEADING.fullmatch(first)
        if heading:
            if title or blocks:
                yield title, minutes, blocks
            title, minutes, blocks = heading[2], heading[3] or "", [rest] if rest.strip() else []
        else:
            blocks.append(block)
    if title or blocks:
        yield title, minutes, blocks


def shortened(blocks: list[str]) -> Iterator[tuple[str, str]]:
    """Yield whole lists and tables, each with the question or introduction before it, or with the first sentence."""
    prose, found = list[str](), False
    blocks = [block for block in blocks if not block.startswith(NOT_FOR_SLIDES)]
    for whole, run in groupby(blocks, key=lambda block: bool(SHOWN_WHOLE.match(block))):
        if whole:
            yield lead(prose), "\n\n".join(run)
            prose, found = [], True
        else:
            prose = list(run)
    if not found:
        yield sentences(prose[0]), ""


def lead(prose: list[str]) -> str:
    """Return the text that leads to a list or an output: a final question or introduction, or the first sentence."""
    return (leading(prose[-1]) or sentences(prose[0])) if prose else ""


def leading(text: str) -> str:
    """Return the last sentence if it ends in a question mark or a colon, and "" otherwise.

    If this sentence and the one before it are short, return both.
    """
    return fitting(_SENTENCE.split(text)[-2:]) if text.endswith(("?", ":")) else ""


def fitting(sentences: list[str]) -> str:
    """Return all sentences if they are short together, and otherwise only the last sentence."""
    return together if len(together := " ".join(sentences)) <= _LEAD_LETTERS else sentences[-1]


def task(text: str) -> str:
    """Return what the learner must write, without any explanation or hint before it."""
    found = _WRITE.search(text)
    return found[0] if found else text


def sentences(text: str) -> str:
    """Return the first sentence, or more sentences if it is very short or leaves brackets or emphasis open."""
    if SHOWN_WHOLE.match(text):
        return ""
    said = ""
    for sentence in _SENTENCE.split(text):
        said = f"{said} {sentence}".strip()
        closed = not said.count("**") % 2 and not said.count("`") % 2 and said.count("(") == said.count(")")
        if closed and len(said.replace(SAW, "")) > 30:
            break
    return said
