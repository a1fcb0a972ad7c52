"""What a cap on learnt drift is for."""

import pytest

from mfa_lab.attacks.simulation.window_walk import walk
from mfa_lab.errors import NoMatch
from mfa_lab.otp import MAX_WINDOW_STEPS, code_at, match

SECRET = "DEMOALICEDEMOALICEDEMOALICEDEMO2"
NOW = 1_800_000_010


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("window_steps", [1, 2, 5])
def test_without_a_cap_a_walk_has_no_end(direction: int, window_steps: int) -> None:
    """Each login carries the window as far again as it is wide; an hour off, the owner's own code is refused."""
    offsets = walk(SECRET, NOW, 120, direction=direction, window_steps=window_steps)
    assert offsets == [direction * window_steps * login for login in range(1, 121)]
    with pytest.raises(NoMatch):
        match(SECRET, code_at(SECRET, NOW), NOW, window_steps=window_steps, drift_steps=offsets[-1])


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("cap_steps", [0, 1, 2, MAX_WINDOW_STEPS])
def test_this_servers_rule_ends_it(direction: int, cap_steps: int) -> None:
    """However many codes are held, none is accepted further off than window and cap together."""
    offsets = walk(SECRET, NOW, 120, direction=direction, cap_steps=cap_steps)
    assert max(abs(offset) for offset in offsets) == 1 + cap_steps


def test_ahead_it_ends_in_a_refusal() -> None:
    """At one and the same moment there are only so many codes."""
    assert walk(SECRET, NOW, 120, cap_steps=2) == [1, 2, 3]
