"""Print the audit log for the operator, or for a program that collects logs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

import click

from mfa_lab.cli.group import main
from mfa_lab.cli.server import existing_database_option
from mfa_lab.redaction import clears_variables

if TYPE_CHECKING:
    from mfa_lab.server.flow import MfaServer
    from mfa_lab.server.records import AuditLine

_SECONDS_BETWEEN_READINGS = 1.0


@main.command()
@existing_database_option
@click.option(
    "--after",
    default=0,
    metavar="ID",
    type=click.IntRange(0, 2**63 - 1),
    help="Print only lines after the line with this id.",
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Print at most N lines; without it, print all.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@click.option("--follow", is_flag=True, help="Wait for new lines and print them, until you press Ctrl+C.")
@clears_variables
def audit(database: str, after: int, limit: int | None, as_json: bool, follow: bool) -> None:
    """For operators: print the audit log, the oldest line first.

    Each line has an id, a time, an event, a reason, the account to which it happened, and who acted. To continue
    later, use the last id with --after.
    """
    from mfa_lab.server.flow import MfaServer

    written = _json if as_json else _text
    with closing(MfaServer(database)) as server, suppress(KeyboardInterrupt):
        for line in islice(_lines(server, after, follow=follow), limit):
            click.echo(written(line))


def _lines(server: MfaServer, after: int, *, follow: bool) -> Iterator[AuditLine]:
    """Yield the lines after the id `after`. With `follow`, wait for more lines instead of ending."""
    while True:
        part = server.audit_lines(after=after, limit=1000)
        yield from part
        if part:
            after = part[-1].id
        elif follow:
            time.sleep(_SECONDS_BETWEEN_READINGS)
        else:
            return


def _json(line: AuditLine) -> str:
    return json.dumps({"id": line.id, **asdict(line)})


def _text(line: AuditLine) -> str:
    when = datetime.fromtimestamp(line.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    actor = " ".join(filter(None, [line.actor, line.actor_id])) or "-"
    return f"{line.id:<7} {when}  {line.event:<28} {line.reason or '-':<24} {line.account_id or '-':<32} {actor}"
