"""Hold values that must never be shown by accident: passwords, shared secrets, tokens, keys."""

from __future__ import annotations

from typing import Generic, NoReturn, SupportsIndex, TypeVar

Value = TypeVar("Value")


class _Holder(Generic[Value]):
    __slots__ = ("__value",)

    def __init__(self, value: Value) -> None:
        self.__value = value

    def reveal(self) -> Value:
        """Return the value. Pass it on as an argument, never keep it in a variable: tracebacks show variables."""
        return self.__value

    def __repr__(self) -> str:
        return "<hidden>"

    __str__ = __repr__

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("compare what reveal() returns, with hmac.compare_digest: == leaks by its time")

    __hash__ = None  # type: ignore[assignment]

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a hidden value is not pickled or copied: if it must travel, pass on what reveal() returns")


class Redacted(_Holder[str]):
    """Hold a text that only `reveal()` returns. `repr`, `str`, formats and logs show `<hidden>`.

    >>> Redacted("correct horse battery staple")
    <hidden>
    """

    __slots__ = ()


class RedactedBytes(_Holder[bytes]):
    """Hold bytes, such as a key, in the same way."""

    __slots__ = ()
