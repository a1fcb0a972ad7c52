"""Text that must not show itself: passwords, shared secrets, tokens."""

from __future__ import annotations

from typing import NoReturn


class Hidden:
    """Holds a text; `reveal()` is the only way to it. `repr`, `str`, formats and logs show `<hidden>`.

    >>> Hidden("correct horse battery staple")
    <hidden>
    """

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        """The text itself. Use it in an argument, never keep it in a variable: tracebacks show variables."""
        return self.__text

    def __repr__(self) -> str:
        return "<hidden>"

    __str__ = __repr__

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("compare what reveal() returns, with hmac.compare_digest: == leaks by its time")

    __hash__ = None  # type: ignore[assignment]
