"""`python -m benchmarks [NAME ...] [--json]`"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import chain

import click

from benchmarks import (
    attempts,
    audit,
    batch,
    browser,
    checking,
    codes,
    load,
    login,
    names,
    over_http,
    seeds,
    starts,
    suite,
    trainer,
    worker_memory,
)
from benchmarks.harness import Row

BENCHMARKS: dict[str, Callable[[], Row | Iterable[Row]]] = {
    "begin_login": login.begin_login,
    "finish_login": login.finish_login,
    "match": codes.miss,
    "import": starts.import_server,
    "lab": starts.lab,
    "million": login.million,
    "names": names.names,
    "check": checking.check,
    "click": browser.click,
    "run_all": browser.run_all,
    "drag": browser.drag,
    "ticks": browser.ticks,
    "sha1": batch.one_core("SHA1", 18),
    "sha256": batch.one_core("SHA256", 8),
    "sha512": batch.one_core("SHA512", 8),
    "cores": batch.both_cores,
    "memory": batch.memory,
    "logins": batch.logins,
    "seeds": seeds.seeds,
    "attempts": attempts.attempts,
    "audit": audit.audit,
    "workshop": trainer.workshop,
    "board": trainer.board,
    "suite": suite.suite,
    "http_code": over_http.http_code,
    "http_password": over_http.http_password,
    "http_workers": load.http_workers,
    "load": load.load,
    "http_memory": worker_memory.http_memory,
}
LONG = {"load", "http_memory"}
"""Minutes each: measured when they are named."""
COLUMNS = "{:<14}{:<42}{:<38}{:>9}  {:<15}{:>7}  {}"


@click.command()
@click.argument("chosen", metavar="[NAME]...", nargs=-1, type=click.Choice(list(BENCHMARKS)))
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def main(chosen: tuple[str, ...], *, as_json: bool) -> None:
    """Measure NAME, or all but the longest. benchmarks/README.md says what each row means."""
    rows = chain.from_iterable(
        _measured(name) for name in chosen or [name for name in BENCHMARKS if name not in LONG]
    )
    if as_json:
        report = {"machine": _machine(), "rows": [{**asdict(row), "met": row.met} for row in rows]}
        click.echo(json.dumps(report, indent=2))
        return
    click.echo(", ".join(f"{key} {value}" for key, value in _machine().items()) + "\n")
    click.echo(COLUMNS.format("name", "what", "against", "measured", "middle half", "reach", "met"))
    for row in rows:
        for line in _lines(row):
            click.echo(line)


def _measured(name: str) -> Iterable[Row]:
    measured = BENCHMARKS[name]()
    return [measured] if isinstance(measured, Row) else measured


def _lines(row: Row) -> Iterator[str]:
    spread = "{:.2f} to {:.2f}".format(*row.spread) if row.spread else ""
    met = {True: "yes", False: "NO", None: ""}[row.met]
    measured = f"{row.value:.2f} {row.unit}"
    reach = "" if row.reach is None else f"{row.reach:.2f}"
    yield COLUMNS.format(row.name, row.what, row.against, measured, spread, reach, met).rstrip()
    shown = {"pairs": row.pairs, **row.figures}
    figures = (f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in shown.items())
    yield " " * 14 + ", ".join(figures)


def _machine() -> dict[str, str | int | None]:
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
    }


if __name__ == "__main__":
    main()
