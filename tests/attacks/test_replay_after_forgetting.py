"""Replay after the memory forgot: how long a memory has to be."""

import pytest

from mfa_lab.attacks.replay_after_forgetting import NEVER, Fixed, forgets


@pytest.mark.parametrize("window_steps", [0, 1, 2, 3])
def test_as_long_as_the_window_and_no_shorter(window_steps):
    """A code that is used in the first second in which the window holds it must be kept to the last; a second less,
    and it is taken again.
    """

    class Shorter(Fixed):
        def keep_seconds(self):
            return super().keep_seconds() - 1

    ahead = {"window_steps": window_steps, "phone_ahead": window_steps * 30}
    assert forgets(Fixed, **ahead) == NEVER
    assert forgets(Shorter, **ahead) == f"accepted again after {(2 * window_steps + 1) * 30 - 1} s"
