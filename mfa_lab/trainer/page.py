"""Make a separate page: one file in the kit's style, light or dark like the reader's screen, and light on paper.

Whatever the page contains, its content security policy blocks everything from other sites and every script except our
own.
"""

from __future__ import annotations

import base64
import os
import re
from hashlib import sha256
from html import escape
from pathlib import Path

from mfa_lab.errors import InvalidInput
from mfa_lab.lab.working_copy import write
from mfa_lab.style import CSS

MADE_BY = "mfa-lab trainer"
"""A mark in every file that this package writes.

The package recognises its own files by this mark, and overwrites no other files.
"""

_DARK_RULE = re.compile(r'\[data-jp-theme-light="false"\] ([^{}]+\{[^{}]*\})')
_BASE = """
html.mfa { max-width: none; background: var(--mfa-ground); font-family: system-ui, "DejaVu Sans", sans-serif; }
body { margin: 0; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.9rem; line-height: 1.25; margin: 0 0 0.6rem; }
h2 { font-size: 1.35rem; margin: 2rem 0 0.5rem; }
.mfa main p { margin: 0.4rem 0; }
.mfa main ul, .mfa main ol { padding-left: 1.4rem; }
code, kbd { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.table { overflow-x: auto; }
.table:focus-visible { outline: 3px solid var(--mfa-here); }
table { border-collapse: collapse; font-size: 1rem; }
caption { text-align: left; color: var(--mfa-quiet-text); padding: 0.2rem 0; }
th, td { text-align: left; padding: 0.25rem 0.9rem 0.25rem 0; border-bottom: 1px solid var(--mfa-line);
  vertical-align: top; }
"""


def page(title: str, body: str, *, style: str = "", script: str = "") -> str:
    """Return a whole HTML document.

    `body` and `style` are our HTML and CSS, in which foreign text must already be escaped.
    """
    allowed = f"'sha256-{base64.b64encode(sha256(script.encode()).digest()).decode()}'" if script else "'none'"
    policy = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src {allowed}"
    return (
        f'<!DOCTYPE html>\n<html lang="en" class="mfa"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="generator" content="{MADE_BY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{escape(title)}</title>\n'
        f"<style>{themed(CSS)}{_BASE}{style}</style></head>\n<body>\n{themed(body)}\n"
        f"{f'<script>{script}</script>' if script else ''}</body></html>\n"
    )


def themed(text: str) -> str:
    """Convert the rules for JupyterLab's dark theme to rules for a dark screen. Paper stays light."""
    return _DARK_RULE.sub(r"@media screen and (prefers-color-scheme: dark) { \1 }", text)


def table(caption: str, headers: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """Return a table that the keyboard can scroll sideways. The first cell in each row is its header."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in headers)
    body = "".join(
        f'<tr><th scope="row">{escape(str(first))}</th>'
        + "".join(f"<td>{escape(str(cell))}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<div class="table" role="region" aria-label="{escape(caption)}" tabindex="0"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def write_ours(path: Path, content: bytes, mark: bytes = MADE_BY.encode()) -> Path:
    """Write our file, replacing an older version. Raises `InvalidInput` if a file with this name lacks our mark."""
    try:
        ours = path.is_file() and not path.is_symlink() and mark in path.read_bytes()
        if os.path.lexists(path) and not ours:
            raise InvalidInput(f"{path} already exists and was not made by this command: name another file")
        write(path, content)
    except OSError as fault:
        raise InvalidInput(f"cannot write {path}: {fault.strerror}; name a folder you may write in") from fault
    return path
