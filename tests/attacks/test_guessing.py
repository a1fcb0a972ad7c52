"""Attacks 3 to 6 guess: what is measured is the closed form, and only where guesses are looked at."""

from __future__ import annotations

from functools import cache

import pytest

from mfa_lab.attacks import guessing_many_sessions, guessing_one_session, own_login_resets, throttle_without_end
from mfa_lab.attacks.guessing_one_session import attack, in_one_session, with_window
from mfa_lab.attacks.helpers.guesses import Play, verified_guesses, wrong_code
from mfa_lab.attacks.helpers.world import World, our_server
from mfa_lab.attacks.record import Attack, Measure
from mfa_lab.attacks.simulation.odds import sigma
from mfa_lab.otp import code_at

WINDOWS = (0, 1, 8)
PLAYS = [
    (guessing_one_session.ATTACK, in_one_session, 600, 5),
    (guessing_many_sessions.ATTACK, guessing_many_sessions.in_many_sessions, 500, 5),
    (own_login_resets.ATTACK, own_login_resets.with_own_logins, 400, 11),
    (throttle_without_end.ATTACK, throttle_without_end.in_bursts, 1_440, 100),
]
each_play = pytest.mark.parametrize(("one", "play", "guesses", "left"), PLAYS, ids=[one.id for one, *_ in PLAYS])


@cache
def measured(window_steps: int) -> Measure:
    """Attack 3 with a crowd so large that even of those who face a single code some get in."""
    return attack(with_window(window_steps), window_steps, attackers=40_000)


def strays(measure: Measure, expected: float) -> float:
    """How far the measured share lies from a chance, in sigmas."""
    return float(abs(measure.got / measure.tries - expected) / sigma(expected, measure.tries))


@pytest.mark.parametrize("window_steps", WINDOWS)
def test_guessing_is_worth_what_the_standard_says(window_steps: int) -> None:
    """RFC4226-6: for 1, 3 and 17 accepted codes the share that gets in is s * v / 10^d, within three sigma."""
    measure = measured(window_steps)
    assert measure.expected is not None
    accepted = 2 * window_steps + 1
    assert measure.expected == pytest.approx(accepted * guessing_one_session.GUESSES / 10**6, rel=0.01)
    assert strays(measure, measure.expected) <= 3


def test_the_measure_tells_one_window_from_another() -> None:
    """What 1, 3 and 17 codes give lies further apart than three sigma: a wrong number of codes would be found out."""
    for window_steps in WINDOWS:
        for other in WINDOWS:
            expected = measured(other).expected
            assert expected is not None
            assert (strays(measured(window_steps), expected) <= 3) == (window_steps == other)


@each_play
def test_the_weak_server_looks_at_every_guess(one: Attack, play: Play, guesses: int, left: int) -> None:
    """So the closed form holds there, and on the fix only a few guesses are left."""
    assert verified_guesses(one.weak, play, guesses) == [True] * guesses
    assert sum(verified_guesses(one.fixed, play, guesses)) == left


@each_play
def test_this_server_looks_at_few(one: Attack, play: Play, guesses: int, left: int) -> None:
    """By its own log: no more than the reference fix does, and the first guess is among them."""
    looked = verified_guesses(our_server, play, guesses)
    assert looked[0]
    assert len(looked) == guesses
    assert sum(looked) <= left


def test_a_wrong_code_is_wrong_at_every_step_within_reach() -> None:
    """What trials type as a wrong code is refused by the widest window."""
    world = World(our_server)
    (account,) = world.alice.phone.export()
    now = world.clock.now()
    near = {code_at(account["secret"], now + 30 * offset) for offset in range(-10, 11)}
    assert wrong_code(world, world.alice) not in near
