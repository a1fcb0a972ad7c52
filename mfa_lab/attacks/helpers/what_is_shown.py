"""Collect everything that an object shows: as text, in a notebook, in the log, on the screen and in errors."""

from __future__ import annotations

import io
import logging
import re
import sys
import sysconfig
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from importlib import import_module
from types import TracebackType
from typing import Any
from unittest.mock import Mock, patch

_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
_VIEW = re.compile(r"_repr_(?P<kind>[a-z]+)_|_ipython_display_|__html__|__rich__")
_USUAL_FIELDS = frozenset(vars(logging.makeLogRecord({})))


def as_text(shown: Any) -> str:
    """Return what a prompt, `print` and an f-string show."""
    ways: list[Callable[[], str]] = [lambda: repr([shown]), lambda: str(shown)]
    ways += [partial(format, shown, form) for form in ("", ">9", "s")]
    return "\n".join(map(_told, ways))


def _told(tell: Callable[[], object]) -> str:
    """Return the result of the call as text. If the call raises an error, return the words of the error."""
    try:
        return str(tell())
    except Exception:  # noqa: BLE001 (any exception of the learner's code)
        return words_of_error(tell)


def in_a_notebook(shown: Any) -> str:
    """Return what a notebook saves of an object at the end of a cell: its views, and what it displays and prints."""
    with screen() as printed, _notebook() as displayed:
        views = {"text/plain": _told(lambda: repr(shown))}
        for name in dir(shown):
            view = _VIEW.fullmatch(name)
            if view and callable(getattr(shown, name)):  # with None, a class switches an inherited view off
                views[view["kind"] or name] = _told(partial(_view, shown, name))
    return f"{views} {displayed.mock_calls} {printed.getvalue()}"


def _view(shown: Any, name: str) -> Any:
    method = getattr(shown, name)
    if name == "_repr_mimebundle_":
        with suppress(TypeError):
            return method(include=None, exclude=None)
    if name == "_repr_pretty_":
        printer = Mock(spec_set=("text", "pretty", "group", "breakable", "begin_group", "end_group"))
        printer.group.return_value = _nothing()
        method(printer, False)
        return printer.mock_calls
    return method()


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _notebook() -> Iterator[Mock]:
    """Collect what `display` shows, in a kernel and outside a kernel.

    Without IPython, there is nothing to collect.
    """
    publisher = Mock()
    with ExitStack() as stack:
        with suppress(ImportError):
            formatters = import_module("IPython.core.formatters")
            shells = import_module("IPython.core.interactiveshell")
            shell = Mock(display_formatter=formatters.DisplayFormatter(), display_pub=publisher)
            fakes: dict[str, Any] = {"initialized": lambda: True, "instance": lambda *_args, **_kwargs: shell}
            stack.enter_context(patch.multiple(shells.InteractiveShell, **fakes))
        yield publisher


@contextmanager
def screen() -> Iterator[io.StringIO]:
    """Collect what is printed, on the standard output and on the standard error."""
    printed = io.StringIO()
    streams: dict[str, Any] = dict.fromkeys(("stdout", "stderr", "__stdout__", "__stderr__"), printed)
    with patch.multiple(sys, **streams), warnings.catch_warnings():
        warnings.simplefilter("always")  # somebody's server may show those that are not shown here
        warnings.showwarning = lambda words, *_: print(words, file=printed)
        yield printed


@contextmanager
def log() -> Iterator[list[str]]:
    """Collect what is logged, at every level and by every logger. A logger's filters apply as always."""
    lines: list[str] = []

    def handle(logger: logging.Logger, record: logging.LogRecord) -> None:
        kept: Any = logger.filter(record)
        if kept:
            record = kept if isinstance(kept, logging.LogRecord) else record
            extra = {name: value for name, value in vars(record).items() if name not in _USUAL_FIELDS}
            lines.append(f"{logging.Formatter().format(record)} {extra}")

    everything: dict[str, Any] = {"isEnabledFor": lambda _logger, _level: True, "handle": handle}
    with patch.multiple(logging.Logger, **everything):
        yield lines


def reported(fail: Callable[[], object]) -> str:
    """Return the report of an error: its words, and the variables of each function outside the libraries."""
    return _report(fail, variables=True)


def words_of_error(fail: Callable[[], object]) -> str:
    """Return only the words of the error that `fail` raises, and of the errors that caused it."""
    return _report(fail, variables=False)


def _report(fail: Callable[[], object], *, variables: bool) -> str:
    try:
        fail()
    except Exception as error:  # noqa: BLE001 (any exception of the learner's code, or of a library that it uses)
        told: list[str] = []
        seen: set[int] = set()
        errors: list[BaseException] = [error]
        while errors:
            each = errors.pop()
            if id(each) not in seen:
                seen.add(id(each))
                told += ["".join(traceback.format_exception_only(each)), repr(each)]
                told += _variables(each.__traceback__) if variables else []
                errors += [one for one in (each.__cause__, each.__context__) if one]
        return "\n".join(told)
    return ""


def _variables(trace: TracebackType | None) -> list[str]:
    """Return the variables in a traceback, except those of libraries, which the learner cannot change."""
    told = []
    for frame, _line in traceback.walk_tb(trace):
        if not frame.f_code.co_filename.startswith(_LIBRARIES):
            for name, value in frame.f_locals.items():
                with suppress(Exception):
                    told.append(f"{name} = {value!r}")
    return told
