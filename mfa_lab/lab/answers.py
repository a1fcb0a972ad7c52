"""The server's answer as a record with two views, for the user and for the instructor, in text and in HTML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from mfa_lab.errors import AccessDenied, MfaError
from mfa_lab.style import GRANTED_SIGN, REFUSED_SIGN


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold one answer.

    `told` is what the user is told. `seen` says what really happened, as pairs of a name and a value.
    """

    granted: bool
    told: str
    seen: tuple[tuple[str, str], ...] = ()
    heading: str = "What the user is told"

    @property
    def sign(self) -> str:
        """Return a tick or a cross, because colour is never the only signal."""
        return GRANTED_SIGN if self.granted else REFUSED_SIGN

    def __repr__(self) -> str:
        width = max((len(name) for name, _ in self.seen), default=0)
        behind = [f"  {name.ljust(width)}  {value}" for name, value in self.seen]
        return "\n".join([f"{self.sign} {self.told}", *behind])

    def _repr_html_(self) -> str:
        return self.html()

    def html(self) -> str:
        """Return both views. The keyboard can open and close the instructor's view."""
        rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in self.seen)
        seen = f"<details open><summary>What really happened</summary><dl>{rows}</dl></details>" if rows else ""
        sign = f'<span class="mfa-sign" aria-hidden="true">{self.sign}</span>'
        told = f'<div><p class="mfa-face">{self.heading}</p><p>{sign} {escape(self.told)}</p></div>'
        return f'<div class="mfa mfa-answer mfa-{"granted" if self.granted else "refused"}">{told}{seen}</div>'


def refused_by(error: MfaError) -> Answer:
    """Return an error of this kit as an answer.

    The user's view is one sentence. For `AccessDenied`, there is also the instructor's view if the policy allows it.
    """
    trace = error.trace if isinstance(error, AccessDenied) else None
    if trace is None:
        return Answer(False, str(error))
    seen = [("reason", str(trace.reason)), ("because", trace.sentence)]
    if trace.offset is not None:
        seen.append(("matched", f"step {trace.step}, {_beside(trace.offset)}"))
    if trace.failures is not None:
        wait = f"; the server verifies nothing for {trace.wait_seconds} s" if trace.wait_seconds else ""
        seen.append(("failures", f"{trace.failures} in a row{wait}"))
    return Answer(False, str(error), tuple(seen))


def _beside(offset: int) -> str:
    if offset == 0:
        return "the server's own"
    return f"{abs(offset)} {'before' if offset < 0 else 'after'} the server's own"


def attempt(call: Callable[[], object], granted: str = "It was granted.") -> Answer:
    """Call `call()` and return its result as an answer: a rejection with both views, or the text `granted`."""
    try:
        call()
    except MfaError as error:
        return refused_by(error)
    return Answer(True, granted)
