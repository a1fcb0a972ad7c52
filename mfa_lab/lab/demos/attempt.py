"""Try something that the server may refuse, and show its answer instead of a traceback."""

from __future__ import annotations

from collections.abc import Callable

from mfa_lab.errors import MfaError
from mfa_lab.lab.answers import Answer, refused_by


def attempt(call: Callable[[], object], granted: str = "It was granted.") -> Answer:
    """What `call()` comes to: a refusal with both its faces, or the words `granted`."""
    try:
        call()
    except MfaError as error:
        return refused_by(error)
    return Answer(True, granted)
