"""A hidden text shows itself to nobody who did not ask."""

import json
import logging
import traceback

import pytest

from mfa_lab.hidden import Hidden

TEXT = "demo only: nobody may read this"


def test_reveal_is_the_way_in() -> None:
    """The text comes back whole."""
    assert Hidden(TEXT).reveal() == TEXT


@pytest.mark.parametrize(
    "show", [str, repr, ascii, "{}".format, "{!r}".format, "%s".__mod__, lambda hidden: f"{[hidden]}"]
)
def test_no_spelling_shows_it(show) -> None:
    """Every usual way to print it prints the same words."""
    shown = show(Hidden(TEXT))
    assert "<hidden>" in shown
    assert TEXT not in shown


def test_neither_log_nor_traceback_shows_it(caplog: pytest.LogCaptureFixture) -> None:
    """A log line and a traceback that prints local variables hold no text."""
    password = Hidden(TEXT)
    logging.getLogger("demo").warning("login with %s and %r", password, {"password": password})
    try:
        raise RuntimeError(password)
    except RuntimeError as error:
        lines = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "password = <hidden>" in lines
    assert TEXT not in lines + caplog.text


@pytest.mark.parametrize("leak", [lambda h: h == TEXT, lambda h: h != TEXT, lambda h: {h}, json.dumps])
def test_what_would_leak_is_refused(leak) -> None:
    """`==` leaks by its time; a set and JSON would keep a copy."""
    with pytest.raises(TypeError):
        leak(Hidden(TEXT))
