"""The result of `check`, `hint` and so on: a record with two views, text and HTML, in the same words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from html import escape

from mfa_lab.lab.formatting import marked_up, plain
from mfa_lab.style import HERE, QUIET, REFUSED, SERVER


class Outcome(StrEnum):
    """Name each outcome in words. The outcomes RAISED, STOPPED and DONE are only for `check`."""

    NOT_ATTEMPTED = "Not attempted"
    NOT_YET = "Not yet"
    RAISED = "Raised"
    STOPPED = "Stopped"
    DONE = "Done"
    NOTED = "Noted"
    COMPARED = "Compared"
    HINT = "Hint"
    SOLUTION = "Solution"
    FORGOTTEN = "Forgotten"


_LOOK = {
    Outcome.NOT_ATTEMPTED: ("○", QUIET),
    Outcome.NOT_YET: ("◐", HERE),
    Outcome.RAISED: ("!", REFUSED),
    Outcome.STOPPED: ("■", REFUSED),
    Outcome.DONE: ("✓", SERVER),
    Outcome.NOTED: ("✓", SERVER),
    Outcome.COMPARED: ("≟", HERE),
    Outcome.HINT: ("?", HERE),
    Outcome.SOLUTION: ("◇", SERVER),
    Outcome.FORGOTTEN: ("○", QUIET),
}
"""The sign and the colours of each outcome.

The word is always beside the sign, because colour is never the only signal.
"""

_CLASS = {Outcome.DONE: "mfa-is-done", Outcome.HINT: "mfa-is-hint"}
"""Names of CSS classes that no form uses.

The forms use `mfa-done` and `mfa-hint`, and the style sheet of one output affects the whole page.
"""


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """Hold a result of a function such as `check`.

    `title` is the exercise's title or the prediction's question. `lines` contains the sentences, and `code` is shown
    as source code.

    `prose` contains paragraphs of the kit's own texts in light Markdown. `further` is a last line that says how to
    get a hint.
    """

    outcome: Outcome
    title: str
    lines: tuple[str, ...]
    code: str = ""
    further: str = ""
    prose: tuple[str, ...] = ()

    @property
    def sign(self) -> str:
        """Return the sign for this outcome."""
        return _LOOK[self.outcome][0]

    def __repr__(self) -> str:
        told = [*self.lines, *map(plain, self.prose), *self.code.splitlines(), *filter(None, [self.further])]
        return "\n".join([f"{self.sign} {self.outcome} · {self.title}", *(f"  {line}".rstrip() for line in told)])

    def _repr_html_(self) -> str:
        tone = _LOOK[self.outcome][1]
        kind = css_class(self.outcome)
        style = (
            f".{kind} {{ border-left: 5px solid {tone.fill}; padding-left: 1.2rem }} "
            f".{kind} p {{ margin: 0.2rem 0 }} .{kind} b {{ color: {tone.text} }} "
            f'[data-jp-theme-light="false"] .{kind} b {{ color: {tone.dark} }}'
        )
        prose = "".join(f"<p>{marked_up(paragraph)}</p>" for paragraph in self.prose)
        if "<a " in prose:  # in a text, JupyterLab shows links by their colour alone
            style += f" .{kind}.{kind} a {{ text-decoration: underline }}"
        word = f'<b><span aria-hidden="true">{self.sign}</span> {self.outcome}</b>'
        lines = "".join(f"<p>{_with_code(line)}</p>" for line in self.lines)
        code = f'<pre style="white-space: pre-wrap">{escape(self.code)}</pre>' if self.code else ""
        further = f"<p>{_with_code(self.further)}</p>" if self.further else ""
        said = f"<p>{word} · {escape(self.title)}</p>{lines}{prose}{code}{further}"
        return f'<style>{style}</style><div class="{kind}" role="status">{said}</div>'


def css_class(outcome: Outcome) -> str:
    """Return the CSS class of the results with this outcome. Nothing else has this class."""
    return _CLASS.get(outcome, f"mfa-{outcome.name.lower().replace('_', '-')}")


def _with_code(line: str) -> str:
    """Return a line as HTML. A text in backticks is shown as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(line))
