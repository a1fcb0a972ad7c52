"""`attempt` shows a refusal instead of a traceback, and only a refusal."""

import pytest

from mfa_lab.errors import AccessDenied, InvalidInput
from mfa_lab.lab.answers import attempt


def refuse(error):
    raise error


@pytest.mark.parametrize("error", [AccessDenied(), InvalidInput("pass another")])
def test_a_refusal_is_an_answer(error):
    """It is not granted, and says what the error says."""
    answer = attempt(lambda: refuse(error))
    assert (answer.granted, answer.told) == (False, str(error))


def test_what_is_not_refused_is_granted():
    """With the words that were asked for."""
    answer = attempt(lambda: None, "You are in.")
    assert (answer.granted, answer.told) == (True, "You are in.")


def test_other_faults_are_not_hidden():
    """A mistake in the cell itself stays a traceback."""
    with pytest.raises(ZeroDivisionError):
        attempt(lambda: 1 / 0)
