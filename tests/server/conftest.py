"""Fixtures of the server's tests. Everything runs on a real file, with the cheapest hash."""

from pathlib import Path

import pytest

from mfa_lab import ManualClock, MfaServer
from tests.server.kit import NAME, PASSWORD, House


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A registered account without an authenticator."""
    house = House(tmp_path)
    house.server.register(NAME, PASSWORD)
    return house


@pytest.fixture
def enrolled(tmp_path: Path) -> House:
    """An account with a phone, one step after its enrolment."""
    house = House(tmp_path)
    house.enrol()
    return house


@pytest.fixture
def server(house: House) -> MfaServer:
    return house.server


@pytest.fixture
def clock(house: House) -> ManualClock:
    return house.clock
