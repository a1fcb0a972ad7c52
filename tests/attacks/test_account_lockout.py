"""Attack 17, measured: what strangers can do to an owner of a name, on the weak server and on this kit's own."""

from __future__ import annotations

import pytest

from mfa_lab.attacks.account_lockout import Fixed, LockingServer, delay_seconds
from mfa_lab.attacks.helpers.world import World, our_server, outcome
from mfa_lab.policy import Policy
from mfa_lab.server.login.throttle import wait_seconds


@pytest.mark.parametrize("wrong_passwords", [0, 1, 2, 3, 6, 9, 10, 11, 150])
@pytest.mark.parametrize("make", [our_server, Fixed])
def test_the_delay_that_a_stranger_causes(make, wrong_passwords: int) -> None:
    """ASVS-6.1.1: what the throttle's closed form says, up to an hour, and never more however many there were."""
    delay = delay_seconds(make, wrong_passwords)
    assert delay == wait_seconds(wrong_passwords, Policy.STANDARD)
    assert delay is not None
    assert delay <= 3600


def test_a_locked_account_waits_for_ever() -> None:
    """The weak server: nine cost nothing, the tenth costs everything."""
    assert [delay_seconds(LockingServer, count) for count in (9, 10)] == [0, None]


@pytest.mark.full
def test_ten_thousand_strangers_passwords_disable_nothing() -> None:
    """This kit's own server: an hour after the last of them both of Alice's factors are good, and no notice says that
    one was disabled.
    """
    world = World(our_server)
    for _ in range(10_000):
        outcome(lambda: world.server.begin_login(world.alice.name, "demo only: not the password"))
    world.clock.advance(3600)
    session = world.log_in(world.alice)
    assert world.whose(session) == world.alice.name
    assert "factor disabled" not in {notification.event for notification in world.server.notifications(session)}


def test_who_keeps_at_it_holds_the_owner_off() -> None:
    """The limit that docs/threat-model.md names: first at the end of each wait, a stranger gets the next one too; the
    owner who is there before them gets in.
    """
    for owner_is_first in (False, True):
        world = World(our_server)
        for _ in range(12):
            world.clock.advance(3600)
            if owner_is_first:
                assert outcome(lambda world=world: world.begin(world.alice)) == "gets in"
            for _ in range(3 if owner_is_first else 1):
                outcome(lambda world=world: world.server.begin_login(world.alice.name, "demo only: wrong"))
        assert outcome(lambda world=world: world.begin(world.alice)) == "stays out"
