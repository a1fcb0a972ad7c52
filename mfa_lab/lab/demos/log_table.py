"""The audit log as a table for people: the time of day, and numbers in place of ids that tell nobody anything."""

from __future__ import annotations

from collections.abc import Iterable

from mfa_lab.lab.formatting import clock
from mfa_lab.lab.table import Table
from mfa_lab.server.records import AuditLine


def log_table(lines: Iterable[AuditLine], caption: str = "The audit log") -> Table:
    """A row for each line. Accounts are numbered in the order in which they appear."""
    numbers: dict[str, int] = {}
    rows = []
    for line in lines:
        account = numbers.setdefault(line.account_id, len(numbers) + 1) if line.account_id else "none"
        rows.append((clock(line.at), line.event, account, line.reason or ""))
    return Table(caption, ("at (UTC)", "event", "account", "reason"), *rows)
