"""Simulate a machine about which an attacker knows everything, or everything but the system's randomness."""

from __future__ import annotations

import datetime
import inspect
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any
from unittest.mock import patch

from mfa_lab.randomness import seeded_draws

MakeSecret = Callable[[int], str]

# None of them is a source here: they are replaced for a moment.
_DICE, _OS, _TIME, _UUID = map(import_module, ("random", "os", "time", "uuid"))
_MOST_RUNS = 3_000


class _SystemAnswers:
    """Replace the operating system's generator, for one thread, by known answers.

    The answers consist of parts, each with a weight in bits. The part with the number `changed` gets another
    value.
    """

    def __init__(self, changed: int | None = None) -> None:
        self.weights: list[float] = []
        self._changed = changed
        self._draws = seeded_draws(1)
        self._thread = threading.get_ident()
        self._real = _OS.urandom, _DICE.SystemRandom._randbelow

    def urandom(self, count: int) -> bytes:
        """Return `count` bytes. Each bit is one part."""
        if threading.get_ident() != self._thread:
            real: bytes = self._real[0](count)
            return real
        answer, first = self._draws.getrandbits(8 * count) if count else 0, len(self.weights)
        self.weights += [1.0] * 8 * count
        if self._changed is not None and first <= self._changed < len(self.weights):
            answer ^= 1 << (self._changed - first)
        return answer.to_bytes(count, "big")

    def below(self, generator: Any, limit: int) -> int:
        """Return a number from 0 up to `limit`, as `secrets.choice` needs it. The number is one part."""
        if threading.get_ident() != self._thread:
            number: int = self._real[1](generator, limit)
            return number
        answer = self._draws.randrange(limit)
        if self._changed == len(self.weights):
            answer = (answer + 1) % limit
        self.weights.append(math.log2(limit))
        return answer


@contextmanager
def _known_system(answers: _SystemAnswers, make: MakeSecret) -> Iterator[None]:
    """Make every source of system randomness return the known answers.

    These sources are `os`, `secrets`, `uuid` and `random.SystemRandom`.
    """

    def below(generator: Any, limit: int) -> int:
        return answers.below(generator, limit)

    with ExitStack() as doors:
        _replace(doors, make, _OS, {"urandom": answers.urandom})
        doors.enter_context(patch.object(_DICE, "_urandom", answers.urandom))
        doors.enter_context(patch.object(_DICE.SystemRandom, "_randbelow", below))
        yield


@contextmanager
def known_machine(make: MakeSecret, now: int) -> Iterator[None]:
    """Stop every clock at `now`, and fix the process's id, the network address and the state of `random`.

    The names that the learner has imported from a module (`from time import time_ns`) are replaced, too.
    """
    before = _DICE.getstate()
    with ExitStack() as known:
        known.callback(_DICE.setstate, before)
        _replace(known, make, _TIME, _clocks(now))
        _replace(known, make, datetime, _dates(now))
        _replace(known, make, _OS, {"getpid": lambda: 4711, "getppid": lambda: 1})
        _replace(known, make, _UUID, {"getnode": lambda: 1, "_generate_time_safe": None, "_last_timestamp": None})
        _DICE.seed(7)
        yield


def _clocks(now: int) -> dict[str, Any]:
    real_local, real_utc, real_format, real_text = _TIME.localtime, _TIME.gmtime, _TIME.strftime, _TIME.ctime
    names = ("time", "monotonic", "perf_counter", "process_time", "thread_time")
    clocks: dict[str, Any] = {name: lambda: float(now) for name in names}
    clocks |= {f"{name}_ns": lambda: now * 10**9 for name in names}
    clocks |= {"clock_gettime": lambda _clock: float(now), "clock_gettime_ns": lambda _clock: now * 10**9}
    return clocks | {
        "localtime": lambda seconds=None: real_local(now if seconds is None else seconds),
        "gmtime": lambda seconds=None: real_utc(now if seconds is None else seconds),
        "ctime": lambda seconds=None: real_text(now if seconds is None else seconds),
        "strftime": lambda form, moment=None: real_format(form, real_local(now) if moment is None else moment),
    }


def _dates(now: int) -> dict[str, Any]:
    real = datetime.datetime

    class StoppedMoment(real):  # type: ignore[misc, valid-type]
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return cls.fromtimestamp(now, tz)

        @classmethod
        def utcnow(cls) -> Any:
            return cls.fromtimestamp(now, datetime.UTC).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            return cls.now()

    return {"datetime": StoppedMoment}


def _replace(stack: ExitStack, make: MakeSecret, module: ModuleType, new: dict[str, Any]) -> None:
    """Replace names of a module, including the names that the learner's cells have imported from it."""
    new = {name: value for name, value in new.items() if hasattr(module, name)}
    real = {id(getattr(module, name)): value for name, value in new.items() if getattr(module, name) is not None}
    names = getattr(inspect.unwrap(make), "__globals__", {})
    taken = {name: real[id(value)] for name, value in list(names.items()) if id(value) in real}
    stack.enter_context(patch.multiple(module, **new))
    stack.enter_context(patch.dict(names, taken))


def bits_that_reach_the_secret(make: MakeSecret, now: int, enough: float) -> float | None:
    """Return how many random bits of the operating system change the secret, or None if this cannot be found out.

    This function changes one part of the known answers after the other, and stops at `enough` bits. It finds out
    nothing if `make` has a source that is not replaced, such as another library's source.
    """

    def made(changed: int | None) -> tuple[str, list[float]]:
        answers = _SystemAnswers(changed)
        with known_machine(make, now), _known_system(answers, make):
            return make(now), answers.weights

    secret, weights = made(None)
    if made(None)[0] != secret or not weights:
        return None
    bits = 0.0
    for part, weight in enumerate(weights):
        if bits >= enough:
            break
        if part >= _MOST_RUNS:
            return None
        bits += weight * (made(part)[0] != secret)
    return bits
