"""Reading the audit log: 100,000 lines of a made-up week, from the file to records."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.harness import Row, timed
from mfa_lab import ManualClock, MfaServer
from mfa_lab.lab.audit_week import MONDAY, audit_week
from mfa_lab.lab.figures.audit_week import log_of

LINES = 100_000
REACH_SECONDS = 1


def audit(times: int = 7) -> Row:
    """`MfaServer.audit_log` on a file with 100,000 lines. `generate_s` is the time that such a week takes to make,
    `analyse_ms` that of what the figure draws, made of the records.
    """
    weeks = []
    generate = timed(lambda: weeks.append(audit_week(lines=LINES)))
    with TemporaryDirectory(prefix="mfa-lab-bench-") as place:
        path = Path(place) / "lab.db"
        with closing(MfaServer(f"sqlite:///{path}", clock=ManualClock(MONDAY))):
            pass
        with closing(sqlite3.connect(path)) as connection, connection:
            rows = ((line.at, line.event, line.account_id, line.reason) for line in weeks[0].lines)
            connection.executemany("INSERT INTO audit (at, event, account_id, reason) VALUES (?, ?, ?, ?)", rows)
        with closing(MfaServer(f"sqlite:///{path}", clock=ManualClock(MONDAY + 10**6))) as server:
            read = [timed(server.audit_log) for _ in range(times)]
            same = server.audit_log() == weeks[0].lines
            analyse = median(timed(lambda: log_of(weeks[0].lines)) for _ in range(times))
    return Row(
        name="audit",
        what="reading 100,000 audit events",
        against="reported",
        value=median(read),
        unit="s",
        reach=REACH_SECONDS,
        pairs=times,
        also=same,
        figures={"generate_s": generate, "analyse_ms": analyse * 1e3},
    )
