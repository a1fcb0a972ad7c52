"""What of a cell's prose goes on a slide: headings, lists and tables whole, and the sentences that lead to them."""

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
    """Heading, minutes and blocks of text, for each heading of a cell; without a heading "" stands for it."""
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
    """Lists and tables, whole, each with what asks or begins in the prose before it; without any, how it begins."""
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
    """What leads to a list or an output: what ends right before it in a question or a colon, else how it begins."""
    return (leading(prose[-1]) or sentences(prose[0])) if prose else ""


def leading(text: str) -> str:
    """The last sentence, where it asks or leads on, with the one before it if both are short; else ""."""
    return fitting(_SENTENCE.split(text)[-2:]) if text.endswith(("?", ":")) else ""


def fitting(sentences: list[str]) -> str:
    """All of them, where that is short, else the last."""
    return together if len(together := " ".join(sentences)) <= _LEAD_LETTERS else sentences[-1]


def task(text: str) -> str:
    """What is to be written; before that a text may explain or hint."""
    found = _WRITE.search(text)
    return found[0] if found else text


def sentences(text: str) -> str:
    """The first sentence, or more of them where it is very short or leaves brackets or emphasis open."""
    if SHOWN_WHOLE.match(text):
        return ""
    said = ""
    for sentence in _SENTENCE.split(text):
        said = f"{said} {sentence}".strip()
        closed = not said.count("**") % 2 and not said.count("`") % 2 and said.count("(") == said.count(")")
        if closed and len(said.replace(SAW, "")) > 30:
            break
    return said
