"""Replay inside the window: how long a used code stays good."""

import numpy as np
import pytest

from mfa_lab.attacks.helpers.world import our_server
from mfa_lab.attacks.replay_in_window import ForgetfulServer, replays
from mfa_lab.attacks.simulation.odds import acceptance


@pytest.mark.parametrize("delay_seconds", [1, 29, 30, 31, 45, 59, 60, 75])
def test_replayed_as_often_as_an_honest_code_that_comes_late(delay_seconds):
    """To a server that forgets, a used code is a late one: of the thirty moments of a step it is taken at just as
    many as the closed form of lesson 05 has it.
    """
    share = np.mean(replays(ForgetfulServer, delay_seconds))
    assert share == pytest.approx(float(acceptance(0, delay_seconds, 1)))


def test_never_here():
    """RFC6238-5.2: from the first second to the end of the window and after it."""
    assert not any(any(replays(our_server, delay_seconds)) for delay_seconds in (0, 1, 30, 59))
