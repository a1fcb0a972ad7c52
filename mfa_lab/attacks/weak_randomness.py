"""Attack 12, weak randomness: secrets from `random`, seeded with the time, so only a few secrets are possible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any
from unittest.mock import Mock, patch

from mfa_lab.attacks.helpers.concurrency import in_copies
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.attacks.simulation.known_machine import MakeSecret, bits_that_reach_the_secret, known_machine
from mfa_lab.attacks.simulation.seed_search import observe, recover, secret_from_time
from mfa_lab.clock import ManualClock
from mfa_lab.errors import InvalidInput, MfaError
from mfa_lab.otp import secret_bytes
from mfa_lab.phone.authenticator import Phone
from mfa_lab.policy import Policy
from mfa_lab.provisioning import OtpAccount, new_secret
from mfa_lab.randomness import SYSTEM
from mfa_lab.redaction import Redacted
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.records import PendingLogin

MIDNIGHT = 1_799_971_200
DAY_SECONDS = 86_400


def fixed_secret(_now: int) -> str:
    """Return a secret of twenty bytes from the operating system, whatever the time is."""
    return new_secret(SYSTEM)


def our_secret(now: int) -> str:
    """Return the secret that this kit's own server offers to a new account."""
    server, pending = _about_to_enrol(now)
    return server.start_enrolment(pending).account.secret.reveal()


@cache
def _about_to_enrol(now: int) -> tuple[MfaServer, PendingLogin]:
    """Return a server with one account, whose owner has given the password."""
    server = MfaServer(clock=ManualClock(now), policy=Policy.CHEAPEST)
    server.register("alice@example.org", "correct horse battery staple")
    return server, server.begin_login("alice@example.org", "correct horse battery staple")


def the_same_for_everybody(_now: int) -> str:
    """Return no secret at all: nobody can guess it, and nobody can use it."""
    return ""


def attack(make: MakeSecret) -> Measure:
    """Try every second of the day on which three people enrolled as a seed.

    Compare the codes of each resulting secret with two codes of each person.
    """
    enrolled_at = (MIDNIGHT + 30_000, MIDNIGHT + 45_678, MIDNIGHT + 80_000)
    secrets = [make(moment) for moment in enrolled_at]
    found = [recover(observe(each, MIDNIGHT + 7 * DAY_SECONDS), MIDNIGHT, MIDNIGHT + DAY_SECONDS) for each in secrets]
    got = sum(one == other for one, other in zip(found, secrets, strict=True))
    words = (
        f"{got} of {len(secrets)} secrets were found among the {DAY_SECONDS:,} seconds of a day, from two codes each"
    )
    return Measure(got, len(secrets), words)


def _attacked(make: MakeSecret) -> str:
    secret = make(MIDNIGHT + 3_000)
    found = recover(observe(secret, MIDNIGHT + 9_000), MIDNIGHT, MIDNIGHT + 6_000) if _key(secret) else None
    return OUT if found is None else IN


def _key(secret: str) -> bytes:
    """Return the key that a phone computes from the text, or no bytes if the text is not a secret."""
    try:
        Phone(ManualClock()).add(OtpAccount("alice@example.org", "demo", Redacted(secret)).uri())
    except InvalidInput:
        return b""
    return secret_bytes(secret)


ONE, TWO = "the same secret twice", "two secrets"
ALL_NEW, SOME_AGAIN = "2,000 secrets", "some came twice"


def _a_minute_apart(make: MakeSecret) -> str:
    return ONE if make(MIDNIGHT) == make(MIDNIGHT + 60) else TWO


def _twice(make: MakeSecret) -> str:
    return ONE if make(MIDNIGHT) == make(MIDNIGHT) else TWO


def _clocks_stand(make: MakeSecret) -> str:
    with _clocks_standing():
        return _twice(make)


def _many_while_clocks_stand(make: MakeSecret) -> str:
    """Make 2,000 secrets while all clocks stand still.

    About 30 of 65,536 possible secrets would appear twice. With enough bits, no secret appears twice.
    """
    with _clocks_standing():
        return ALL_NEW if len({make(MIDNIGHT) for _ in range(2_000)}) == 2_000 else SOME_AGAIN


@contextmanager
def _clocks_standing() -> Iterator[None]:
    clocks = ("time", "monotonic", "perf_counter", "process_time")
    still: dict[str, Any] = {name: lambda: float(MIDNIGHT) for name in clocks}
    still |= {f"{name}_ns": lambda: MIDNIGHT * 10**9 for name in clocks}
    with patch.multiple("time", **still):
        yield


def _dice_known(make: MakeSecret) -> str:
    dice = import_module("random")  # not as a source: somebody may know its state
    before, made = dice.getstate(), set()
    try:
        for _ in range(2):
            dice.seed(7)
            made.add(make(MIDNIGHT))
    finally:
        dice.setstate(before)
    return ONE if len(made) == 1 else TWO


def _seeds_known(make: MakeSecret) -> str:
    """Make all generators return the numbers of one known generator, as if an attacker had guessed the seed."""
    kind, made = import_module("random").Random, set()
    for _ in range(2):
        with patch.multiple(kind, **_numbers_of(kind.__base__(7))):
            made.add(make(MIDNIGHT))
    return ONE if len(made) == 1 else TWO


def _numbers_of(known: Any) -> dict[str, Any]:
    return {"random": lambda _self: known.random(), "getrandbits": lambda _self, bits: known.getrandbits(bits)}


BASE32, OTHERWISE = "Base32 text", "something else"


def _letters(make: MakeSecret) -> str:
    secret: object = make(MIDNIGHT)
    return BASE32 if isinstance(secret, str) and re.fullmatch("[A-Z2-7]+=*", secret) else OTHERWISE


LONG, SHORT = "128 bits or more", "under 128 bits"


def _length(make: MakeSecret) -> str:
    return LONG if 8 * len(_key(make(MIDNIGHT))) >= 128 else SHORT


ALL_DIFFER, SOME_STAY = "each byte differs", "some bytes stay"


def _many(make: MakeSecret) -> str:
    """Compare 32 secrets.

    Across 32 random secrets, the byte at one position takes about 30 different values, and practically never
    fewer than 20.
    """
    keys = [_key(make(MIDNIGHT)) for _ in range(32)]
    values = [len(set(column)) for column in zip(*keys, strict=False)]
    return ALL_DIFFER if min(values, default=0) >= 20 else SOME_STAY


ENOUGH = "16 bytes or more"


def _asked_for(make: MakeSecret) -> str:
    """Return how many bytes the operating system's generator supplies for one secret.

    If the learner's code asks the generator in a way that this function does not see, the result means nothing.
    """
    asked = Mock(wraps=import_module("os").urandom)  # this is not a source either
    with patch("os.urandom", asked), patch("random._urandom", asked):
        make(MIDNIGHT)
    given = sum(call.args[0] for call in asked.call_args_list)
    return f"{given} bytes" if 0 < given < 16 else ENOUGH


def _all_known(make: MakeSecret) -> str:
    """Make two secrets on a machine about which an attacker knows everything except the system's randomness."""
    made = set()
    for _ in range(2):
        with known_machine(make, MIDNIGHT):
            made.add(make(MIDNIGHT))
    return ONE if len(made) == 1 else TWO


def _in_copies(make: MakeSecret) -> str:
    """Make a secret in two copies of this process, as servers do that start their workers with `fork`.

    Both copies have the same variables, so only bytes from the operating system can make the secrets differ.
    """

    def made_in_a_copy() -> str:
        with known_machine(make, MIDNIGHT):
            return make(MIDNIGHT)

    make(MIDNIGHT)
    made = in_copies(made_in_a_copy, 2)
    return ONE if made and made[0] == made[1] != "" else TWO


_LEAST_BITS = 112
"""NIST-3.1.4.1 requires this number of bits. A random UUID has 122 random bits in its sixteen bytes: enough."""
REACHED = f"{_LEAST_BITS} bits or more"


def _bits_that_count(make: MakeSecret) -> str:
    """Change each bit that the operating system's generator returns, and check whether the secret changes.

    A server that stores each secret may refuse to make the same secret twice. Then the result means nothing.
    """
    try:
        bits = bits_that_reach_the_secret(make, MIDNIGHT, _LEAST_BITS)
    except MfaError:
        return REACHED
    return REACHED if bits is None or bits >= _LEAST_BITS else f"{bits:.0f} bits"


ATTACK = Attack(
    number=12,
    id="weak-randomness",
    title="Secrets from a weak random source",
    flaw="Takes the secret from `random`, seeded with the time, so one day has only 86,400 possible secrets.",
    story="A password manager made passwords with a generator whose one input was the clock (CVE-2020-27020, "
    "reported in 2021). An attacker could try every password that it had ever made in seconds. The fault was fixed.",
    source="https://www.schneier.com/blog/archives/2021/07/vulnerability-in-the-kaspersky-password-manager.html",
    clauses=("ASVS-6.5.3", "RFC4226-R6", "NIST-3.1.4.1"),
    standard_name="Weak randomness",
    defence="Takes secrets from the operating system's random source.",
    weak=secret_from_time,
    fixed=fixed_secret,
    ours=our_secret,
    refuser=the_same_for_everybody,
    run=attack,
    trials=(
        Trial(
            "The attack, on one secret",
            _attacked,
            OUT,
            "With two codes and a rough idea of the time, Mallory computed the secret. Which values can he try?",
        ),
        Trial(
            "Two secrets, a minute apart",
            _a_minute_apart,
            TWO,
            (
                "Your function gave two people the same secret at different times. What should make their secrets "
                "differ?"
            ),
        ),
        Trial(
            "Two secrets in the same second",
            _twice,
            TWO,
            "Two people enrolled in the same second and got the same secret. What does your secret depend on "
            "besides the time?",
        ),
        Trial(
            "Two secrets while all clocks stand still",
            _clocks_stand,
            TWO,
            (
                "When the clocks stand still, your function returns the same secret again. Where should its "
                "randomness come from?"
            ),
        ),
        Trial(
            "Two secrets while the state of `random` is known",
            _dice_known,
            TWO,
            "After `random` was reset to an earlier state, your function returned the same secret again. `random` "
            "is designed to be repeatable. Which source of randomness is not?",
        ),
        Trial(
            "Two secrets while the seed of `random` is known",
            _seeds_known,
            TWO,
            "Only your seed is random, and `random` computes the rest from it. How many seeds would an attacker "
            "have to try?",
        ),
        Trial(
            "Two thousand secrets while all clocks stand still",
            _many_while_clocks_stand,
            ALL_NEW,
            "Your secrets look different, but so few are possible that some came twice. How many secrets would an "
            "attacker have to try?",
        ),
        Trial(
            "The letters of a secret",
            _letters,
            BASE32,
            "No phone can read your secret. A phone expects text with the letters A to Z and the digits 2 to 7. "
            "What turns bytes into such text?",
        ),
        Trial(
            "The length of a secret",
            _length,
            LONG,
            "Your secret is too short. RFC4226-R6 requires at least 128 bits, and recommends 160. How many bytes "
            "is that?",
        ),
        Trial(
            "Thirty-two secrets, byte by byte",
            _many,
            ALL_DIFFER,
            "Your secrets differ, but not in every byte. How many of their bytes can nobody know in advance?",
        ),
        Trial(
            "How many random bytes it gets from the operating system",
            _asked_for,
            ENOUGH,
            "Your function gets only a few bytes from the operating system, and makes a long secret from them. "
            "How many bytes of the secret can nobody know?",
        ),
        Trial(
            "Two secrets while everything else about the machine is known",
            _all_known,
            TWO,
            "The clocks, the process id, the network address and the state of `random` are known. With these, your "
            "function returned the same secret again. What in your secret can an attacker not find out?",
        ),
        Trial(
            "Which of the system's random bits reach the secret",
            _bits_that_count,
            REACHED,
            "Your function asks the operating system for random bytes, but most of them do not change the secret. "
            "How many different secrets can your function make?",
        ),
        Trial(
            "Two secrets in two copies of the process",
            _in_copies,
            TWO,
            "A server starts its workers as copies of one process, with all its variables. In two copies, your "
            "function returned the same secret. Which source gives something else to each copy?",
        ),
    ),
)
