"""Fixtures of the server's tests. Everything runs on a real file, with the cheapest hash."""

from pathlib import Path

import pytest

from mfa_lab import ManualClock, MfaServer
from tests.server.kit import NAME, PASSWORD, Deployment


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    """A registered account without an authenticator."""
    deployment = Deployment(tmp_path)
    deployment.server.register(NAME, PASSWORD)
    return deployment


@pytest.fixture
def enrolled(tmp_path: Path) -> Deployment:
    """An account with a phone, one step after its enrolment."""
    deployment = Deployment(tmp_path)
    deployment.enrol()
    return deployment


@pytest.fixture
def server(deployment: Deployment) -> MfaServer:
    return deployment.server


@pytest.fixture
def clock(deployment: Deployment) -> ManualClock:
    return deployment.clock
