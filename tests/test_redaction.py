"""A hidden text shows itself to nobody who did not ask."""

import copy
import json
import logging
import pickle
import traceback

import pytest

from mfa_lab.redaction import Redacted, RedactedBytes
from mfa_lab.server.records import PendingLogin, Permit

TEXT = "demo only: nobody may read this"


def test_reveal_is_the_way_in() -> None:
    """The text, or the key, comes back whole."""
    assert Redacted(TEXT).reveal() == TEXT
    assert RedactedBytes(TEXT.encode()).reveal() == TEXT.encode()


@pytest.mark.parametrize(
    "show", [str, repr, ascii, "{}".format, "{!r}".format, "%s".__mod__, lambda hidden: f"{[hidden]}"]
)
def test_no_spelling_shows_it(show) -> None:
    """Every usual way to print it prints the same words."""
    for shown in (show(Redacted(TEXT)), show(RedactedBytes(TEXT.encode()))):
        assert "<hidden>" in shown
        assert TEXT not in shown


def test_neither_log_nor_traceback_shows_it(caplog: pytest.LogCaptureFixture) -> None:
    """A log line and a traceback that prints local variables hold no text."""
    password = Redacted(TEXT)
    logging.getLogger("demo").warning("login with %s and %r", password, {"password": password})
    try:
        raise RuntimeError(password)
    except RuntimeError as error:
        lines = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "password = <hidden>" in lines
    assert TEXT not in lines + caplog.text


@pytest.mark.parametrize(
    "leak",
    [lambda h: h == TEXT, lambda h: h != TEXT, lambda h: {h}, json.dumps, pickle.dumps, copy.deepcopy],
    ids=["==", "!=", "set", "json", "pickle", "deepcopy"],
)
def test_what_would_leak_is_refused(leak) -> None:
    """`==` leaks by its time; a set, JSON and a pickle would keep a copy."""
    for hidden in (Redacted(TEXT), RedactedBytes(TEXT.encode())):
        with pytest.raises(TypeError):
            leak(hidden)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_refused_in_a_sentence(protocol: int) -> None:
    """In every protocol, and also where another object holds it."""
    for holder in ([Redacted(TEXT)], PendingLogin(Redacted(TEXT), Permit.CODE, 0)):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(holder, protocol)
