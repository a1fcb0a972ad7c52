"""Notebook 01's tools tell the truth about a real server."""

import hashlib

import argon2
import pytest

from mfa_lab import ManualClock, MfaServer, Policy
from mfa_lab.errors import InvalidInput
from mfa_lab.lab.answers import attempt
from mfa_lab.lab.demos.passwords import (
    HashCounter,
    anatomy,
    argon2id,
    cpu_seconds,
    login_seconds,
    salt_of,
    sha256_hex,
    stolen_hash,
)

PASSWORD = "demo only: we both like bees"


@pytest.fixture
def server():
    server = MfaServer(clock=ManualClock(), policy=Policy.STANDARD)
    server.register("alice@example.org", PASSWORD)
    yield server
    server.close()


def test_the_stolen_text_is_the_hash_of_the_password(server):
    """argon2-cffi itself verifies the password against it, under any spelling of the name."""
    stolen = stolen_hash(server, "ALICE@example.org")
    assert argon2.PasswordHasher().verify(stolen, PASSWORD)
    with pytest.raises(InvalidInput, match="register it first"):
        stolen_hash(server, "nobody@example.org")


def test_the_anatomy_is_that_of_the_text(server):
    """Parameters and lengths are those of the policy; neither salt nor hash is shown."""
    stolen = stolen_hash(server, "alice@example.org")
    shown = repr(anatomy(stolen))
    assert [str(row[1]) for row in anatomy(stolen).rows] == [
        "argon2id, version 19", "19 MiB", "2", "1", "128 random bits", "256 bits",
    ]  # fmt: skip
    assert salt_of(stolen) not in shown
    assert salt_of(stolen) == stolen.split("$")[4]


def test_hashes_are_what_they_say(server):
    """SHA-256 is hashlib's; Argon2id has a new salt each time."""
    assert sha256_hex("é") == hashlib.sha256("é".encode()).hexdigest()
    assert salt_of(argon2id("x" * 8, server)) != salt_of(argon2id("x" * 8, server))


@pytest.mark.parametrize(
    ("name", "password"),
    [("alice@example.org", PASSWORD), ("alice@example.org", "wrong"), ("nobody@example.org", "wrong")],
)
def test_the_counter_counts_every_login(server, name, password):
    """A correct, a wrong password and an unknown name cost one hash each; asking begins the count again."""
    counter = HashCounter(server)
    attempt(lambda: server.begin_login(name, password))
    assert (counter.taken(), counter.taken()) == (1, 0)


def test_the_counter_counts_registrations_and_changes_nothing(server):
    """A registration costs one hash, and who registered behind the counter can log in."""
    counter = HashCounter(server)
    server.register("bob@example.org", PASSWORD)
    assert counter.taken() == 1
    assert server.begin_login("bob@example.org", PASSWORD).permits == "first factor"


def test_processor_time_is_measured(server):
    """More work takes more; a login takes at least as long as most of its hash."""
    little, much = (cpu_seconds(lambda count=count: sum(range(count))) for count in (1_000, 1_000_000))
    assert 0 <= little < much
    assert login_seconds(server, "alice@example.org") > cpu_seconds(lambda: argon2id("x" * 8, server)) / 2
