"""NIST's rules at registration; Argon2id at rest; one hash for every attempt."""

import subprocess
import sys
import time
import traceback
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import argon2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_lab import MfaServer, Policy
from mfa_lab.errors import InvalidInput, PasswordRefused, ServerFault
from mfa_lab.policy import CHEAPEST, OWASP, HashCost
from mfa_lab.redaction import Redacted
from mfa_lab.server.passwords.hashing import PasswordHasher, checked_password, checked_words, common_passwords
from tests.server.kit import NAME, PASSWORD, WRONG, Deployment, counted_costs

HASHER = PasswordHasher(CHEAPEST, 1024)
COSTLY = HashCost(memory_kib=256 * 1024, time=1, lanes=1)
"""More memory than a process has that is `short_of_memory`."""
REFUSED = [
    ("seven77", "length"),
    ("", "length"),
    ("x" * 1025, "length"),
    ("x" * 1_000_000, "length"),
    ("e\u0301" * 7, "length"),
    ("password1", "blocklist"),
    ("PASSWORD1", "blocklist"),
    ("alice@example.org", "blocklist"),
    ("Alice@Example.ORG", "blocklist"),
    ("demo: \ud800 surrogate", "text"),
    (None, "text"),
    (b"bytes bytes bytes", "text"),
    (12345678, "text"),
]
TAKEN = [
    "demo of8",
    "x" * 1024,
    "demo: all spaces        ",
    "p\u00e4ssw\u00f6rter",
    "\U0001f600" * 8,
    "demo:\0nul and tab\t",
    "a" * 64,
]


@pytest.mark.parametrize(("password", "rule"), REFUSED, ids=lambda value: repr(value)[:24])
def test_what_registration_refuses(password: object, rule: str) -> None:
    """NIST-3.1.1.2, ASVS-6.2.1, 6.2.4: too short or long in code points after NFC, common, the name, no text.

    The rule is told, the password never is.
    """
    with pytest.raises(PasswordRefused) as caught:
        checked_password(Redacted(password), NAME, Policy.STANDARD)  # type: ignore[arg-type]
    assert caught.value.rule == rule
    assert len(str(caught.value)) < 200
    assert not password or str(password) not in str(caught.value)


@pytest.mark.parametrize("password", TAKEN, ids=lambda value: repr(value)[:24])
def test_what_registration_takes(password: str) -> None:
    """Any characters, no composition rules (ASVS-6.2.5), 64 and more (ASVS-6.2.9), never cut."""
    hidden = checked_password(Redacted(password), NAME, Policy.STANDARD)
    assert hidden.reveal() == unicodedata.normalize("NFC", password)
    stored = HASHER.hash(hidden)
    assert HASHER.verify(stored, Redacted(password))
    assert not HASHER.verify(stored, Redacted(password[:-1]))


def test_the_name_before_the_at_sign_is_refused_too() -> None:
    """The local part of an address is the first thing tried."""
    with pytest.raises(PasswordRefused, match=r"is the account's name"):
        checked_password(Redacted("longlocalpart"), "longlocalpart@example.org", Policy.STANDARD)


@pytest.mark.parametrize("password", ["Ac\u00e9 Bank", "welcome to ace\u0301 BANK!", "2026-WIDGETS-2026"])
def test_a_word_of_the_context_is_refused(password: str) -> None:
    """ASVS-6.2.11: anywhere in a password, in any letter case, composed or decomposed. The password is not told."""
    words = checked_words(["ace\u0301 bank", " Widget "])
    with pytest.raises(PasswordRefused, match="contains a word") as caught:
        checked_password(Redacted(password), NAME, Policy.STANDARD, words)
    assert caught.value.rule == "blocklist"
    assert password not in str(caught.value)
    other = Redacted("demo: ace of banks, widg")
    assert checked_password(other, NAME, Policy.STANDARD, words).reveal() == other.reveal()


@pytest.mark.parametrize("words", ["acme", [""], ["acme", " ab "]])
def test_words_that_would_refuse_too_much(words: list[str]) -> None:
    """One text instead of a list would refuse single letters."""
    with pytest.raises(InvalidInput, match="refused word"):
        checked_words(words)


def test_the_blocklist_has_at_least_3000_entries() -> None:
    """ASVS-6.2.4 asks for the 3,000 commonest."""
    assert len(common_passwords()) >= 3000


@given(st.text(min_size=8, max_size=40))
def test_how_a_password_is_typed_does_not_matter(text: str) -> None:
    """Composed or decomposed, the same password opens (NFC), for any text Unicode has."""
    stored = HASHER.hash(Redacted(unicodedata.normalize("NFC", text)))
    assert HASHER.verify(stored, HASHER.typed(unicodedata.normalize("NFD", text)))


@pytest.mark.parametrize("password", [None, b"x", 7, "\ud800", "x" * 1_000_000])
def test_what_cannot_be_a_password_is_none(password: object) -> None:
    """Typed at login, it is just wrong; and it costs the same hash as any other."""
    assert HASHER.typed(password) is None


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        (None, Redacted(PASSWORD)),
        (HASHER.hash(Redacted(PASSWORD)), None),
        (None, None),
        (HASHER.hash(Redacted(PASSWORD)), Redacted(WRONG)),
    ],
    ids=["no account", "no text", "neither", "wrong"],
)
def test_every_refusal_costs_one_hash(stored: str, typed: Redacted, monkeypatch: pytest.MonkeyPatch) -> None:
    """ASVS-6.3.8: no account, no text or a wrong password cost one Argon2 verification with the same parameters."""
    with counted_costs(monkeypatch) as costs:
        assert not HASHER.verify(stored, typed)
    assert costs.hashes == ["$argon2id$v=19$m=8,t=1,p=1"]


def test_the_dummy_password_opens_nothing() -> None:
    """Who types the text that is hashed for unknown names gets in nowhere."""
    from mfa_lab.server.passwords import hashing

    assert not HASHER.verify(None, hashing._NEVER)
    assert not HASHER.verify(HASHER.hash(hashing._NEVER), None)


def test_every_process_has_its_own_dummy_password() -> None:
    """No text that stands in the source, and none that two processes share."""
    command = [
        sys.executable,
        "-c",
        "from mfa_lab.server.passwords import hashing; print(hashing._NEVER.reveal())",
    ]
    runs = {subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)}
    assert len(runs) == 2


@contextmanager
def short_of_memory() -> Iterator[None]:
    """This process may take 64 MB more and not a byte beyond."""
    resource = pytest.importorskip("resource", reason="limits on memory are a POSIX notion")
    if not Path("/proc/self/statm").exists():
        pytest.skip("how much memory this process has is read from Linux")
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + 64 * 2**20, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.parametrize("call", ["register", "begin_login, known", "begin_login, unknown", "start"])
def test_without_memory_the_server_says_so(call: str, deployment: Deployment) -> None:
    """Not a broken hash, alike for known and unknown names; no variable of any frame holds the password."""
    server = deployment.open(replace(deployment.policy, hash_cost=COSTLY))
    server.register("carol@example.org", WRONG)
    calls = {
        "register": lambda typed: server.register("bob@example.org", typed),
        "begin_login, known": lambda typed: server.begin_login("carol@example.org", typed),
        "begin_login, unknown": lambda typed: server.begin_login("nobody@example.org", typed),
        "start": lambda _: PasswordHasher(replace(COSTLY, time=2), 1024),
    }
    with short_of_memory(), pytest.raises(ServerFault, match="free some") as caught:
        calls[call](PASSWORD)
    assert caught.value.__cause__ is caught.value.__context__ is None
    below = caught.value.__traceback__.tb_next.tb_next  # type: ignore[union-attr]
    shown = traceback.TracebackException(ServerFault, caught.value, below, capture_locals=True)
    assert PASSWORD not in "".join(shown.format())


def test_salts_are_long_and_differ() -> None:
    """NIST-3.1.1.2: a random salt of at least 32 bits; here 128. The same password is stored in two ways."""
    first, second = HASHER.hash(Redacted(PASSWORD)), HASHER.hash(Redacted(PASSWORD))
    assert first != second
    assert (argon2.extract_parameters(first).salt_len, argon2.extract_parameters(first).hash_len) == (16, 32)


def test_the_standard_cost_is_owasps() -> None:
    """OWASP-PW: Argon2id with 19 MiB, two passes, one lane."""
    parameters = argon2.extract_parameters(PasswordHasher(OWASP, 1024).hash(Redacted(PASSWORD)))
    found = (parameters.type, parameters.memory_cost, parameters.time_cost, parameters.parallelism)
    assert found == (argon2.Type.ID, 19 * 1024, 2, 1)


@pytest.mark.parametrize("broken", ["", "x", "$argon2id$v=19$m=8,t=1,p=1$broken", "$2b$12$notargon"])
def test_a_broken_hash_is_the_servers_fault(broken: str, deployment: Deployment) -> None:
    """A damaged row is no wrong password: `ServerFault`, with neither cause nor context, not even the typed text."""
    deployment.tamper(f"UPDATE accounts SET password_hash = '{broken}'")  # noqa: S608
    with pytest.raises(ServerFault, match="restore a backup") as caught:
        deployment.begin()
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_a_right_password_is_hashed_anew_when_the_cost_changes(deployment: Deployment) -> None:
    """New parameters reach an account at its next correct password, and only then; the password stays the same."""
    costlier = replace(CHEAPEST, time=2)
    deployment.open(replace(deployment.policy, hash_cost=costlier))
    with pytest.raises(Exception, match="did not work"):
        deployment.begin(password=WRONG)
    assert "t=1" in str(deployment.count("password_hash"))
    deployment.begin()
    stored = deployment.count("password_hash")
    assert "t=2" in str(stored)
    deployment.begin()
    assert deployment.count("password_hash") == stored


def test_a_megabyte_of_accents_is_refused_at_once(server: MfaServer) -> None:
    """Unicode's normal forms take minutes for such a text, so its length is looked at first."""
    accents = "\u0327\u0301" * 500_000
    begun = time.process_time()
    with pytest.raises(PasswordRefused):
        server.register("bob@example.org", accents)
    with pytest.raises(Exception, match="did not work"):
        server.begin_login(NAME, accents)
    with pytest.raises(Exception, match="did not work"):
        server.begin_login(accents, PASSWORD)
    assert time.process_time() - begun < 1


def test_two_logins_at_once_renew_a_hash_and_both_go_on(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that comes second finds another hash of the same password, and is not refused for it."""
    server = deployment.open(replace(deployment.policy, hash_cost=HashCost(64, 1, 1)))
    renewed, met, calls = PasswordHasher.renewed, Barrier(2), []

    def together_once(hasher: PasswordHasher, stored: str | None, typed: Any) -> str | None:
        calls.append(1)
        if len(calls) <= 2:
            met.wait(10)
        return renewed(hasher, stored, typed)

    monkeypatch.setattr(PasswordHasher, "renewed", together_once)
    with ThreadPoolExecutor(2) as threads:
        assert all(threads.map(lambda _: server.begin_login(NAME, PASSWORD), range(2)))
