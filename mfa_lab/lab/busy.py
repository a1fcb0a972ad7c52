"""Show the progress of a slow call in one line. The line disappears when the call ends."""

from __future__ import annotations

import os
from threading import Lock, Timer
from types import TracebackType
from typing import Any, Self

shown_after_seconds = 1.0
"""A call that ends within this time shows no progress line. Tests set this value."""


class Busy:
    """Show the progress of a call, as in `with Busy("Checking your answer, case", 12) as busy: busy.at(3)`.

    The line appears only in a front end of Jupyter Server, because a person watches there. All other outputs are
    committed and compared, so they must not depend on the machine's speed.
    """

    def __init__(self, doing: str, count: int) -> None:
        self._doing, self._count = doing, count
        self._text = f"{doing} 1 of {count} ..."
        self._line: Any = None
        self._showing = Lock()
        self._timer = Timer(shown_after_seconds, self._appear)  # the first step may be the slow one
        self._timer.daemon = True

    def at(self, number: int) -> None:
        """Show that the call now works on item `number`; the first item is 1."""
        with self._showing:
            self._text = f"{self._doing} {number} of {self._count} ..."
            if self._line is not None:
                self._line.update(_content(self._text), raw=True)

    def _appear(self) -> None:
        from IPython.display import display  # it is slow to import, and a terminal does not need it

        with self._showing:
            if not self._timer.finished.is_set():  # otherwise the call has just ended
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
