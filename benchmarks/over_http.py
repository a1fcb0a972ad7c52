"""A worker with a SQLite file of its own: the two steps of a login one request after the other, and its memory."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import process_time

from benchmarks.accounts import PASSWORD, site
from benchmarks.harness import Row, interleaved, quickest_tenth_ratio, ratio_row, timed
from benchmarks.load import at_once
from benchmarks.login import bare_verify
from benchmarks.served import BARE, OURS, Client, cpu_seconds, each_on_its_own_core, serving
from mfa_lab import Policy
from mfa_lab.web import tokens

WARM_UP = 30
IN_A_ROW = 10
_STRANGER = (
    ("GET", "/login", 200),
    ("GET", "/style.css", 200),
    ("GET", "/account", 303),
    ("GET", "/no-such-page", 404),
    ("POST", "/login", 403),
    ("POST", "/api/login", 422),
    ("GET", "/api/session", 401),
)
"""What a visit asks for first: pages and API, refused in each way that there is."""
_REQUESTS = len(_STRANGER) + 3
_FIRST_LOGINS = 64


def http_code(pairs: int = 200) -> Row:
    """A right code; the pending logins are made before. The bare route looks at nothing of the same request."""
    with site(WARM_UP + pairs, real_time=True) as here:
        waiting = iter([tokens.written(here.server.begin_login(name, PASSWORD)) for name in here.names])
        with (
            serving(OURS, here.folder, here.environment()) as ours,
            serving(BARE, here.folder, {"BARE_DATABASE": str(here.folder / "bare.db")}) as bare,
            Client(ours.port) as guarded,
            Client(bare.port) as unguarded,
        ):

            def check() -> float:
                token, code = next(waiting), here.code()
                return timed(lambda: guarded.post("/api/code", token, code=code))

            def change() -> float:
                return timed(lambda: unguarded.post("/update", "demo" * 11, code="123456"))

            interleaved(check, change, WARM_UP)
            before = cpu_seconds(ours.workers), cpu_seconds(bare.workers)
            times = interleaved(check, change, pairs)
            cpu = cpu_seconds(ours.workers) - before[0], cpu_seconds(bare.workers) - before[1]
    return ratio_row(
        "http_code",
        what="second factor over HTTP, SQLite",
        against="bare FastAPI route, durable UPDATE",
        reach=1.5,
        times=times,
        figures=_on_a_busy_machine(times, cpu),
    )


def http_passkey(pairs: int = 200) -> Row:
    """A passkey's response, and a code at the same worker. Pending logins and responses are made before."""
    with site(1 + WARM_UP + pairs, real_time=True) as here:
        owner, *names = here.names
        holder = here.passkey_of(owner)
        signed = iter([here.asked(owner, holder) for _ in range(WARM_UP + pairs)])
        waiting = iter([tokens.written(here.server.begin_login(name, PASSWORD)) for name in names])
        with serving(OURS, here.folder, here.environment()) as served, Client(served.port) as client:

            def passkey() -> float:
                pending, response = next(signed)
                token = tokens.written(pending)
                return timed(lambda: client.post("/api/login/passkey", token, response=response))

            def code() -> float:
                token, shown = next(waiting), here.code()
                return timed(lambda: client.post("/api/code", token, code=shown))

            interleaved(passkey, code, WARM_UP)
            times = interleaved(passkey, code, pairs)
    return ratio_row(
        "http_passkey",
        what="passkey over HTTP, SQLite",
        against="code over HTTP, same worker",
        reach=1.5,
        times=times,
        figures={"quickest_tenth_ratio": quickest_tenth_ratio(times)},
    )


def http_password(pairs: int = 30, singly: int = 60) -> Row:
    """A right password, Argon2id by OWASP; the baseline is in this process, without HTTP.

    Ten requests in a row by turns with ten bare hashes: a server at work. `after_a_pause_ratio` is one by one: there
    each request finds a server that slept, and caches that a bare hash has emptied.
    """
    verify = bare_verify()
    with site(1, policy=Policy.STANDARD, real_time=True) as here:
        (name,) = here.names
        with (
            serving(OURS, here.folder, here.environment()) as ours,
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
    ours, bare = (each / len(times[0]) * 1e3 for each in cpu_s)
    return {
        "quickest_tenth_ratio": quickest_tenth_ratio(times),
        "cpu_ratio": ours / bare,
        "cpu_ms": ours,
        "baseline_cpu_ms": bare,
    }


def http_memory(first: int = 10_000, last: int = 100_000) -> Row:
    """What one worker holds after `last` requests, against after `first`. Of a hundred, three are a whole login.

    Logins come before all that, eight at once: each thread that has hashed keeps the 20 MB that Argon2 fills.
    """
    visits_a_login = 10
    people = _FIRST_LOGINS + last // _REQUESTS // visits_a_login + 1
    with site(people, real_time=True) as here:
        names = iter(here.names)
        with serving(OURS, here.folder, here.environment()) as served:

            def log_in(client: Client) -> None:
                pending = client.post("/api/login", name=next(names), password=PASSWORD)
                session = client.post("/api/code", pending["token"], code=here.code())
                assert client.ask("GET", "/api/session", session["token"])[0] == 200

            def visit(number: int) -> bool:
                with Client(served.port) as client:
                    if number < 0:
                        log_in(client)
                        return True
                    for method, path, expected in _STRANGER:
                        status, said = client.ask(method, path)
                        assert status == expected, (method, path, status, said)
                    if number % visits_a_login == 0:
                        log_in(client)
                        return True
                    for _ in range(3):
                        assert client.ask("POST", "/api/code", f"p.{'x' * 43}", code="123456")[0] == 403
                    return False

            at_once(visit, range(-_FIRST_LOGINS, 0))
            at_once(visit, range(first // _REQUESTS))
            held = served.resident_bytes()
            at_once(visit, range((last - first) // _REQUESTS))
            held_later = served.resident_bytes()
    return Row(
        name="http_memory",
        what=f"a worker's memory after {last:,} requests",
        against=f"after {first:,}",
        value=held_later / held,
        reach=1.10,
        pairs=1,
        figures={"mb": held_later / 1e6, "baseline_mb": held / 1e6},
    )
