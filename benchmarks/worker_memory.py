"""Whether a worker's memory stays what it is, however long it serves."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.harness import Row
from benchmarks.load import at_once
from benchmarks.served import OURS, Client, serving
from benchmarks.server_side import PASSWORD, Crowd

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


def http_memory(first: int = 10_000, last: int = 100_000) -> Row:
    """What one worker holds after `last` requests, against after `first`. Of a hundred, three are a whole login.

    Logins come before all that, eight at once: each thread that has hashed keeps the 20 MB that Argon2 fills.
    """
    visits_a_login = 10
    people = _FIRST_LOGINS + last // _REQUESTS // visits_a_login + 1
    with TemporaryDirectory(prefix="mfa-lab-bench-") as folder:
        crowd = Crowd(Path(folder), people, able=people, real_time=True)
        names = iter(crowd.names)
        with serving(OURS, Path(folder), crowd.environment()) as served:

            def log_in(client: Client) -> None:
                pending = client.post("/api/login", name=next(names), password=PASSWORD)
                session = client.post("/api/code", pending["token"], code=crowd.code())
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
        crowd.server.close()
    return Row(
        name="http_memory",
        what=f"a worker's memory after {last:,} requests",
        against=f"after {first:,}",
        value=held_later / held,
        reach=1.10,
        pairs=1,
        figures={"mb": held_later / 1e6, "baseline_mb": held / 1e6},
    )
