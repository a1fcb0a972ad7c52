"""The two steps of a login over HTTP: one worker, a SQLite file of its own, one request after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import process_time

from benchmarks.harness import Row, interleaved, ratio_row, timed
from benchmarks.login import bare_verify
from benchmarks.served import OURS, Client, cpu_seconds, each_on_its_own_core, serving
from benchmarks.server_side import PASSWORD, Crowd
from mfa_lab import Policy
from mfa_lab.web import tokens

BARE = "benchmarks.bare:application"
WARM_UP = 30
IN_A_ROW = 10


def http_code(pairs: int = 500) -> Row:
    """A right code; the pending logins are made before. The bare route looks at nothing of the same request."""
    count = WARM_UP + pairs
    with TemporaryDirectory(prefix="mfa-lab-bench-") as place:
        folder = Path(place)
        crowd = Crowd(folder, count, able=count, real_time=True)
        waiting = iter([tokens.written(crowd.server.begin_login(name, PASSWORD)) for name in crowd.names])
        bare_environment = {"BARE_DATABASE": str(folder / "bare.db")}
        with (
            serving(OURS, folder, crowd.environment()) as ours,
            serving(BARE, folder, bare_environment) as bare,
            Client(ours.port) as guarded,
            Client(bare.port) as unguarded,
        ):

            def check() -> float:
                token, code = next(waiting), crowd.code()
                return timed(lambda: guarded.post("/api/code", token, code=code))

            def change() -> float:
                return timed(lambda: unguarded.post("/update", "demo" * 11, code="123456"))

            interleaved(check, change, WARM_UP)
            before = cpu_seconds(ours.workers), cpu_seconds(bare.workers)
            times = interleaved(check, change, pairs)
            cpu = cpu_seconds(ours.workers) - before[0], cpu_seconds(bare.workers) - before[1]
        crowd.server.close()
    return ratio_row(
        "http_code",
        what="second factor over HTTP, SQLite",
        against="bare FastAPI route, durable UPDATE",
        reach=1.5,
        times=times,
        figures=_on_a_busy_machine(times, cpu),
    )


def http_password(pairs: int = 30, singly: int = 60) -> Row:
    """A right password, Argon2id by OWASP; the baseline is in this process, without HTTP.

    Ten requests in a row by turns with ten bare hashes: a server at work. `after_a_pause_ratio` is one by one: there
    each request finds a server that slept, and caches that a bare hash has emptied.
    """
    verify = bare_verify()
    with TemporaryDirectory(prefix="mfa-lab-bench-") as place:
        crowd = Crowd(Path(place), 1, able=1, policy=Policy.STANDARD, real_time=True)
        (name,) = crowd.names
        with (
            serving(OURS, Path(place), crowd.environment()) as ours,
            Client(ours.port) as client,
            each_on_its_own_core(ours),
        ):

            def password() -> object:
                return client.post("/api/login", name=name, password=PASSWORD)

            interleaved(lambda: timed(password), lambda: timed(verify), WARM_UP // IN_A_ROW)
            paused = interleaved(lambda: timed(password), lambda: timed(verify), singly)
            before, bare_before = cpu_seconds(ours.workers), process_time()
            times = interleaved(lambda: _in_a_row(password), lambda: _in_a_row(verify), pairs)
            each = IN_A_ROW + 1
            cpu = (cpu_seconds(ours.workers) - before) / each, (process_time() - bare_before) / each
        crowd.server.close()
    return ratio_row(
        "http_password",
        what="password step over HTTP, SQLite",
        against="argon2 verify, same parameters",
        reach=1.15,
        times=times,
        figures={
            "added_ms": median(left - right for left, right in zip(*times, strict=True)) * 1e3,
            "after_a_pause_ratio": median(left / right for left, right in zip(*paused, strict=True)),
            **_on_a_busy_machine(times, cpu),
        },
    )


def _in_a_row(work: Callable[[], object]) -> float:
    """The mean of ten, after one more that finds caches and processor as the other side left them."""
    work()
    return timed(lambda: [work() for _ in range(IN_A_ROW)]) / IN_A_ROW


def _on_a_busy_machine(times: tuple[list[float], list[float]], cpu_s: tuple[float, float]) -> dict[str, float]:
    """What others that want the processors move less: the quickest requests, and the processors' own time.

    Of http_password's baseline that includes the client's part, which is small beside the hash.
    """
    quickest, bare_quickest = (quantiles(each, n=10)[0] for each in times)
    ours, bare = (each / len(times[0]) * 1e3 for each in cpu_s)
    return {
        "quickest_tenth_ratio": quickest / bare_quickest,
        "cpu_ratio": ours / bare,
        "cpu_ms": ours,
        "baseline_cpu_ms": bare,
    }
