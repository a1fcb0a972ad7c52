"""Hold values that nothing may show by accident: passwords, shared secrets, tokens and keys."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import wraps
from typing import Generic, NoReturn, ParamSpec, SupportsIndex, TypeVar

Value = TypeVar("Value")
Given = ParamSpec("Given")


class _Holder(Generic[Value]):
    __slots__ = ("__value",)

    def __init__(self, value: Value) -> None:
        self.__value = value

    def reveal(self) -> Value:
        """Return the value.

        Pass it directly as an argument and never keep it in a variable: tracebacks may show variables.
        """
        return self.__value

    def __repr__(self) -> str:
        return "<hidden>"

    __str__ = __repr__

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError(
            "compare values from reveal() with hmac.compare_digest: the time that == needs reveals the values"
        )

    __hash__ = None  # type: ignore[assignment]

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a hidden value cannot be pickled or copied: pass on the value from reveal() instead")


class Redacted(_Holder[str]):
    """Hold a text that only `reveal()` returns. `repr`, `str`, formats and logs show `<hidden>`.

    >>> Redacted("correct horse battery staple")
    <hidden>
    """

    __slots__ = ()


class RedactedBytes(_Holder[bytes]):
    """Hold bytes, such as a key, in the same way as `Redacted` holds a string."""

    __slots__ = ()


def clear_variables(error: BaseException) -> None:
    """Remove the variables of every frame in the tracebacks of `error`, its causes and its contexts.

    Tools that print tracebacks with variables then show the lines but no values. Frames that are still running keep
    their variables.
    """
    seen: set[int] = set()
    errors: list[BaseException | None] = [error]
    while errors:
        each = errors.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            traceback.clear_frames(each.__traceback__)
            errors += [each.__cause__, each.__context__]


def clears_variables(function: Callable[Given, Value]) -> Callable[Given, Value]:
    """Return `function`, wrapped so that its errors reveal neither its arguments nor its variables.

    Use this decorator for functions that take a secret, a code, a token or a password in plain text as an
    argument. The callers of such a function must hide the text in their own frames. Expected and unexpected
    errors are treated in the same way.
    """

    @wraps(function)
    def call(*args: Given.args, **kwargs: Given.kwargs) -> Value:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            del args, kwargs
            clear_variables(error)
            raise

    return call
