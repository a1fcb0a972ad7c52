"""An accessible table with two views: aligned text, and HTML with a caption and header cells."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Link:
    """Hold a cell that links to a page. `text` says what the page contains."""

    text: str
    address: str

    def __str__(self) -> str:
        return self.text


class Table:
    """Hold rows under headers, and show them as text in a console and as HTML on a page.

    A cell is a string, a number or a `Link`.
    """

    def __init__(self, caption: str, headers: tuple[str, ...], *rows: tuple[object, ...]) -> None:
        self.caption = caption
        self.headers = headers
        self.rows = rows

    def __repr__(self) -> str:
        lines = [self.headers, *(tuple(map(str, row)) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        drawn = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
        return "\n".join([self.caption, *(line.rstrip() for line in drawn)])

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col" {_LEFT}>{escape(header)}</th>' for header in self.headers)
        body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in self.rows)
        caption = f'<caption style="text-align:left">{escape(self.caption)}</caption>'
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


_LEFT = 'style="text-align:left"'  # JupyterLab aligns tables to the right


def _cell(content: object) -> str:
    text = escape(str(content))
    if isinstance(content, Link):
        text = f'<a href="{escape(content.address)}">{text}</a>'
    return f"<td {_LEFT}>{text}</td>"
