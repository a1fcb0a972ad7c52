"""`python -m benchmarks [NAME ...] [--all] [--json]`"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from itertools import chain

import click

from benchmarks.harness import Row

MODULES = {
    "login": ("begin_login", "finish_login", "passkey", "million", "names", "match"),
    "peers": ("peers",),
    "over_http": ("http_code", "http_passkey", "http_password", "http_memory"),
    "load": ("http_workers", "load"),
    "scale": ("scale", "unrelated"),
    "commands": ("lab", "import", "workshop", "board"),
    "browser": ("click", "run_all", "drag", "ticks"),
    "lab": ("check", "audit"),
    "seats": ("class_seats",),
    "batch": ("sha1", "sha256", "sha512", "cores", "memory", "logins", "seeds", "attempts"),
}
"""The rows of each module, which is loaded with its row: a row needs only its own libraries."""
BENCHMARKS = {name: module for module, names in MODULES.items() for name in names}
FELT = ("begin_login", "finish_login", "peers", "http_code", "lab", "click", "check", "board")
"""What users wait for: a run without a name measures only these rows. README.md says why."""
COLUMNS = "{:<14}{:<42}{:<44}{:>9}  {:<15}{:>7}  {}"


@click.command()
@click.argument("chosen", metavar="[NAME]...", nargs=-1, type=click.Choice(list(BENCHMARKS)))
@click.option("--all", "everything", is_flag=True, help="Measure every row.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(chosen: tuple[str, ...], *, everything: bool, as_json: bool) -> None:
    """Measure NAME, or the rows that users feel. benchmarks/README.md says what each row means."""
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        without_progress_bars()
    names = dict.fromkeys(BENCHMARKS if everything else chosen or FELT)
    rows = chain.from_iterable(map(_measured, names))
    if as_json:
        report = {"machine": _machine(), "rows": [{**asdict(row), "met": row.met} for row in rows]}
        click.echo(json.dumps(report, indent=2))
        return
    click.echo(", ".join(f"{key} {value}" for key, value in _machine().items()) + "\n")
    click.echo(COLUMNS.format("name", "what", "against", "measured", "middle half", "reach", "met"))
    for row in rows:
        for line in _lines(row):
            click.echo(line)


def without_progress_bars() -> None:
    """Disable tqdm's bars, also where the caller decides for itself whether to show one."""
    from tqdm import tqdm

    start = tqdm.__init__

    def disabled(bar: tqdm, *arguments: object, **options: object) -> None:
        start(bar, *arguments, **{**options, "disable": True})

    tqdm.__init__ = disabled


def _measured(name: str) -> Iterable[Row]:
    measured = function(name)()
    return [measured] if isinstance(measured, Row) else measured


def function(name: str) -> Callable[[], Row | Iterable[Row]]:
    """The function that measures this row. Only `import` cannot have the row's name."""
    measure: Callable[[], Row | Iterable[Row]] = getattr(
        import_module(f"benchmarks.{BENCHMARKS[name]}"), "import_server" if name == "import" else name
    )
    return measure


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
