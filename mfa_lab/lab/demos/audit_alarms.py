"""Rules that raise an alarm, what each rule finds in a week of the audit log, and a table of the log."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from mfa_lab.lab.demos.audit_week import MONDAY, Week
from mfa_lab.lab.formatting import clock, duration
from mfa_lab.lab.table import Table
from mfa_lab.server.audit import Event
from mfa_lab.server.records import AuditLine

IN_A_ROW = 5
"""How many correct passwords without a login between them raise an alarm. Honest people reached at most three."""


_DAY = 86_400


_NIGHT_ENDS, _NIGHT_BEGINS = 6, 20


Rule = Callable[[list[AuditLine]], Iterator[int]]
"""A rule is a function that reads the lines of one account. It yields each moment at which it raises an alarm."""


@dataclass(frozen=True, slots=True)
class Tried:
    """Hold what a rule finds in a week.

    The rule accuses `honest` people, and notices the attack after `after_seconds`.

    `after_seconds` counts from midnight on Monday; None means that the rule never notices the attack.
    """

    rule: str
    honest: int
    after_seconds: int | None


def tried(week: Week) -> tuple[Tried, ...]:
    """Try each rule on the week, and return what each rule finds."""
    stories = defaultdict(list)
    for line in week.lines:
        if line.account_id:
            stories[line.account_id].append(line)
    return tuple(_tried(name, rule, stories, week.attacked) for name, rule in RULES.items())


def _tried(name: str, rule: Rule, stories: dict[str, list[AuditLine]], attacked: str) -> Tried:
    first = {account: next(rule(lines), None) for account, lines in stories.items()}
    seen = first.pop(attacked)
    return Tried(name, sum(at is not None for at in first.values()), None if seen is None else seen - MONDAY)


def alarm_table(week: Week) -> Table:
    """Return a table of the rules: how many honest people each rule accuses, and when it notices the attack."""
    rows = [
        (each.rule, each.honest, "never" if each.after_seconds is None else f"after {duration(each.after_seconds)}")
        for each in tried(week)
    ]
    return Table("Rules for an alarm", ("an alarm after", "honest people accused", "notices the attack"), *rows)


def _many_in_a_day(lines: list[AuditLine]) -> Iterator[int]:
    days: Counter[int] = Counter()
    for line in lines:
        if line.event == Event.CODE_REFUSED:
            days[line.at // _DAY] += 1
            if days[line.at // _DAY] == 12:
                yield line.at


def _at_night(lines: list[AuditLine]) -> Iterator[int]:
    for line in lines:
        hour = line.at % _DAY // 3600
        if line.event == Event.CODE_REFUSED and not _NIGHT_ENDS <= hour < _NIGHT_BEGINS:
            yield line.at


def _refused_in_a_row(lines: list[AuditLine]) -> Iterator[int]:
    return _in_a_row(lines, Event.CODE_REFUSED, 50)


def _passwords_in_a_row(lines: list[AuditLine]) -> Iterator[int]:
    return _in_a_row(lines, Event.PASSWORD_ACCEPTED, IN_A_ROW)


def _in_a_row(lines: list[AuditLine], event: Event, many: int) -> Iterator[int]:
    """Yield each moment at which at least `many` of these events have occurred since the last login."""
    row = 0
    for line in lines:
        row = row + (line.event == event) if line.event != Event.LOGGED_IN else 0
        if row >= many:
            yield line.at


RULES: dict[str, Rule] = {
    "12 refused codes in a day": _many_in_a_day,
    "a refused code between 20:00 and 6:00": _at_night,
    "50 refused codes in a row": _refused_in_a_row,
    f"{IN_A_ROW} correct passwords in a row, and no login": _passwords_in_a_row,
}


def log_table(lines: Iterable[AuditLine], caption: str = "The audit log") -> Table:
    """Return a table with a row for each line of the log. Accounts are numbered in the order in which they appear."""
    numbers: dict[str, int] = {}
    rows = []
    for line in lines:
        account = numbers.setdefault(line.account_id, len(numbers) + 1) if line.account_id else "none"
        rows.append((clock(line.at), line.event, account, line.reason or ""))
    return Table(caption, ("at (UTC)", "event", "account", "reason"), *rows)
