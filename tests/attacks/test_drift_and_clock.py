"""Drift without a cap, and the clock set back: the second half is held to what the table asks of every attack."""

import pytest

from mfa_lab.attacks.clock_set_back import ATTACK as SECOND
from mfa_lab.attacks.drift_without_cap import Fixed, FollowingServer, our_server, walk
from mfa_lab.attacks.helpers.world import World
from mfa_lab.attacks.simulation import window_walk as formula
from tests.attacks import test_every_attack as every_attack

SECRET = "DEMOALICEDEMOALICEDEMOALICEDEMO2"


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize(("server", "cap_steps"), [(FollowingServer, None), (Fixed, 1), (our_server, 1)])
def test_as_far_as_the_formula_has_it(server, cap_steps, direction):
    """Login by login, servers are led as far as `attacks.walk` computes from the rules alone."""
    expected = formula.walk(SECRET, 1_800_000_010, 60, direction=direction, cap_steps=cap_steps)
    furthest = max(abs(offset) for offset in expected)
    assert walk(World(server), direction, 60) == furthest == (60 if cap_steps is None else 2)


@pytest.mark.parametrize(
    "asked",
    [
        every_attack.test_the_attack_works_on_the_weak_server,
        every_attack.test_the_attack_fails_on_the_fix_and_on_this_server,
        every_attack.test_the_grader_passes_the_reference_fix,
        every_attack.test_the_grader_passes_this_server,
        every_attack.test_the_same_each_time,
        every_attack.test_trials_have_names_and_feedback_of_their_own,
        every_attack.test_stories_and_clauses,
    ],
)
def test_the_second_half_is_a_attack_as_well(asked):
    """Attack, fix, this server, trials and story."""
    asked(SECOND)


@pytest.mark.parametrize("sham", ["weak", "refuser"])
def test_its_grader_is_not_fooled(sham):
    """Changing nothing does not pass; nor does locking everybody out."""
    every_attack.test_the_grader_is_not_fooled(SECOND, sham)
