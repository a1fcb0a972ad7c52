"""Functions that show times and numbers as the figures do, and turn light Markdown into HTML and plain text."""

from __future__ import annotations

import re
from html import escape

_MARKS = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*(.+?)\*\*"), r"<b>\1</b>"),
    (re.compile(r"(?<![\w*])\*([^*]+)\*(?![\w*])"), r"<i>\1</i>"),
    (re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)"), r'<a href="\2">\1</a>'),
)


def marked_up(paragraph: str) -> str:
    """Return one of the kit's own paragraphs of light Markdown as HTML, with code, bold, italics and links."""
    html = escape(paragraph)
    for mark, tag in _MARKS:
        html = mark.sub(tag, html)
    return html


def plain(paragraph: str) -> str:
    """Return a paragraph of light Markdown as plain text. Only the text of a link stays."""
    for mark, _ in _MARKS:
        paragraph = mark.sub(r"\1", paragraph)
    return paragraph


def clock(now: int) -> str:
    """Return the time of day in UTC, such as `08:00:10`. `now` is in Unix seconds."""
    minutes, seconds = divmod(now % 86400, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def signed(number: int) -> str:
    """Return a number with its sign, `+` or a real minus sign. Zero has no sign."""
    return f"{number:+d}".replace("-", "−") if number else "0"


def share(part: float) -> str:
    """Return a share, from 0 to 1, in percent, to two significant figures: 34 %, 2.1 %, 0.03 %."""
    percent = 100 * part
    if percent < 0.00995:
        return "under 0.01 %"
    return f"{percent:.0f} %" if percent >= 9.95 else f"{float(f'{percent:.2g}'):g} %"


def in_a_million(chance: float) -> str:
    """Return a chance in words: `3 in a million`, or `3 in 100 million` if the chance is below one in a million."""
    if 0 < chance < 0.999e-6:
        return f"{float(f'{1e8 * chance:.3g}'):g} in 100 million"
    return f"{float(f'{1e6 * chance:.3g}'):g} in a million"


def size(count: int) -> str:
    """Return a count in readable form: 8,354; 209 billion; 7 million billion."""
    for length, name in ((10**18, " billion billion"), (10**15, " million billion"), (10**9, " billion")):
        if count >= length:
            return f"{count / length:.0f}{name}"
    return f"{count:,}"


_UNITS = (("years", 365 * 86_400), ("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))


def duration(seconds: float) -> str:
    """Return a length of time in words, to two significant figures.

    The unit is the largest unit in which the number is at least two.
    """
    if seconds < 1:
        return "under a second"
    for unit, length in _UNITS:
        if seconds >= 2 * length:
            return f"{float(f'{seconds / length:.2g}'):,.0f} {unit}"
    return "about a second"
