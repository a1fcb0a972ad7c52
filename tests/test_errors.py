"""Every error is a sentence under one root; what a stranger hears is always the same."""

import inspect
import pickle
import traceback

import pytest

from mfa_lab import errors
from mfa_lab.errors import PUBLIC_MESSAGE, AccessDenied, InvalidInput, InvalidUri, MfaError, Reason, Trace

TRACE = Trace(Reason.REUSED, "step 60000000 was already accepted", step=60_000_000, offset=0)
LEAVES = [leaf for _, leaf in inspect.getmembers(errors, inspect.isclass) if issubclass(leaf, Exception)]


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_one_root(leaf: type[Exception]) -> None:
    """Anyone who catches `MfaError` catches all of them, and each says what it was told to say."""
    assert issubclass(leaf, MfaError)
    assert str(leaf("what was wrong: what to do")) == "what was wrong: what to do"


@pytest.mark.parametrize("leaf", [InvalidInput, InvalidUri])
def test_wrong_arguments_are_value_errors(leaf: type[MfaError]) -> None:
    """Python programmers who catch `ValueError` catch a wrong argument."""
    assert issubclass(leaf, ValueError)


@pytest.mark.parametrize("trace", [None, TRACE])
def test_access_denied_says_the_same_whatever_happened(trace: Trace | None) -> None:
    """ASVS-6.3.8: `str`, `repr`, `args` and the traceback hold the public message alone, with a trace or without."""
    denied = AccessDenied(trace=trace)
    assert denied.args == (PUBLIC_MESSAGE,)
    assert str(denied) == PUBLIC_MESSAGE
    assert repr(denied) == f"AccessDenied({PUBLIC_MESSAGE!r})"
    assert traceback.format_exception(denied) == [f"mfa_lab.errors.AccessDenied: {PUBLIC_MESSAGE}\n"]
    assert denied.trace is trace


def test_the_trace_reads_as_a_sentence() -> None:
    """A class reads the reason first, then what happened."""
    assert str(TRACE) == "reused: step 60000000 was already accepted"


def test_errors_cross_processes() -> None:
    """A worker process can hand its refusal to its parent, evidence and all."""
    denied = pickle.loads(pickle.dumps(AccessDenied(trace=TRACE)))  # noqa: S301  (our own bytes)
    assert (str(denied), denied.trace) == (PUBLIC_MESSAGE, TRACE)
    reused = pickle.loads(pickle.dumps(errors.ReusedCode("used", step=5, offset=-1)))  # noqa: S301
    assert (reused.step, reused.offset) == (5, -1)
