"""Show that a call which takes its time is at work: one line, which is gone when the call is done."""

from __future__ import annotations

import os
from threading import Lock, Timer
from types import TracebackType
from typing import Any, Self

shown_after_seconds = 1.0
"""What is quicker than this needs no line. Tests set it."""


class Busy:
    """Says how far a call is, as in `with Busy("Checking your answer, case", 12) as busy: busy.at(3)`.

    The line is shown only where a person looks on: in a front end of Jupyter Server. Elsewhere outputs are committed
    and compared, so they must not depend on how quick the machine is.
    """

    def __init__(self, doing: str, count: int) -> None:
        self._doing, self._count = doing, count
        self._text = f"{doing} 1 of {count} ..."
        self._line: Any = None
        self._showing = Lock()
        self._timer = Timer(shown_after_seconds, self._appear)  # the first step may be the slow one
        self._timer.daemon = True

    def at(self, number: int) -> None:
        """Say that number `number` is next, from 1 on."""
        with self._showing:
            self._text = f"{self._doing} {number} of {self._count} ..."
            if self._line is not None:
                self._line.update(_content(self._text), raw=True)

    def _appear(self) -> None:
        from IPython.display import display  # slow to import, and a terminal has no use for it

        with self._showing:
            if not self._timer.finished.is_set():  # else the call was done at this very moment
                self._line = display(_content(self._text), raw=True, display_id=True)  # type: ignore[no-untyped-call]

    def __enter__(self) -> Self:
        if "JPY_SESSION_NAME" in os.environ:
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._showing:
            self._timer.cancel()
            if self._line is not None:
                self._line.update(_content(""), raw=True)


def _content(text: str) -> dict[str, str]:
    return {"text/plain": text, "text/html": f'<div role="status">{text}</div>' if text else ""}
