"""The patient guesser waits exactly as long as the server demands."""

import pytest

from mfa_lab import ManualClock, SystemClock
from mfa_lab.errors import InvalidInput
from mfa_lab.lab.demos.passwords import waits_met
from mfa_lab.lab.room import DEMO_NOW, Room, demo_room


@pytest.fixture
def room():
    room = demo_room()
    room.server.register("alice@example.org", "demo only: alice keeps bees")
    yield room
    room.server.close()


def test_the_waits_are_those_of_the_policy(room):
    """Two free, then 30 s doubling to an hour (NIST-3.2.2); the clock has moved by all but the last."""
    table = waits_met(room, "alice@example.org", attempts=11)
    waits = [row[1] for row in table.rows]
    assert waits[:5] == ["none", "none", "30 seconds", "60 seconds", "2 minutes"]
    assert waits[-3:] == ["32 minutes", "60 minutes", "60 minutes"]
    assert room.clock.now() - DEMO_NOW == 30 * (2**7 - 1) + 3600


def test_a_real_clock_is_refused():
    """Nobody's notebook waits for hours."""
    with pytest.raises(InvalidInput, match="demo room"):
        waits_met(Room(SystemClock()), "alice@example.org", attempts=3)


def test_a_name_that_does_not_exist_is_refused(room):
    """The lesson is about wrong passwords: an unknown name would loop."""
    with pytest.raises(InvalidInput, match="an account with another password"):
        waits_met(room, "nobody@example.org", attempts=1)


def test_a_manual_clock_is_all_it_needs():
    """Any room whose clock can be moved will do."""
    room = Room(ManualClock(), demo=True)
    room.server.register("alice@example.org", "demo only: alice keeps bees")
    assert len(waits_met(room, "alice@example.org", attempts=4).rows) == 4
