"""Rung 17 as a table: what a stranger's wrong passwords cost the owner of a name, measured."""

from __future__ import annotations

from mfa_lab.attacks.account_lockout import LockingServer, delay_seconds
from mfa_lab.attacks.helpers.world import Make, our_server
from mfa_lab.lab.figures.guessing.guess_cost import duration
from mfa_lab.lab.table import Table

_SERVERS: dict[str, Make] = {"LockingServer": LockingServer, "MfaServer": our_server}
_COUNTS = (1, 2, 3, 4, 5, 9, 10, 11, 100)


def delay_table() -> Table:
    """A row for each number of wrong passwords in a row, a column for each server."""
    rows = [(count, *(_told(delay_seconds(make, count)) for make in _SERVERS.values())) for count in _COUNTS]
    return Table("How long the owner then has to wait", ("wrong passwords in a row", *_SERVERS), *rows)


def _told(seconds: int | None) -> str:
    if seconds is None:
        return "for an administrator"
    return duration(seconds) if seconds else "not at all"
