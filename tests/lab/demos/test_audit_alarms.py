"""Rules for an alarm on a week of the audit log, and the log as a table."""

from __future__ import annotations

from collections import Counter

import pytest

from mfa_lab.lab.demos.audit_alarms import RULES, alarm_table, log_table, tried
from mfa_lab.lab.demos.audit_week import MONDAY, audit_week
from mfa_lab.lab.exercises import exercise, made_by
from mfa_lab.lab.grading.checks import Outcome, check
from mfa_lab.server.records import AuditLine

HOUR = 3600


def rule(name: str, *lines: tuple[int, str]) -> list[int]:
    """The moments at which a rule rings, for lines of one account."""
    (found,) = [rule for words, rule in RULES.items() if words.startswith(name)]
    return list(found([AuditLine(at, event, "a", None) for at, event in lines]))


@pytest.mark.parametrize("seed", [2027, *(pytest.param(seed, marks=pytest.mark.full) for seed in (1, 2))])
def test_one_rule_is_fair_and_sees(seed):
    """As notebook 51 says, for other weeks too: the first accuses the two, the second many, the third is blind."""
    many, night, row, passwords = tried(audit_week(seed))
    assert (many.honest, many.after_seconds) == (2, None)
    assert night.honest > 10
    assert night.after_seconds is not None
    assert (row.honest, row.after_seconds) == (0, None)
    assert passwords.honest == 0
    assert 0 < passwords.after_seconds <= 24 * HOUR


def test_the_table_says_what_was_found():
    """A row for each rule; what is never seen is said in a word."""
    table = alarm_table(audit_week())
    assert [row[0] for row in table.rows] == list(RULES)
    assert [row[2] for row in table.rows] == ["never", "after 49 minutes", "never", "after 10 hours"]


def test_the_edges_of_each_rule():
    """The twelfth of a day, 20:00 and 6:00, the fiftieth and the fifth in a row; a login begins again."""
    assert rule("12", *((MONDAY + n, "code refused") for n in range(13))) == [MONDAY + 11]
    assert rule("12", *((MONDAY + n * 12 * HOUR, "code refused") for n in range(12))) == []
    hours = [(MONDAY + hour * HOUR, "code refused") for hour in (5, 6, 19, 20)]
    assert rule("a refused", *hours) == [MONDAY + 5 * HOUR, MONDAY + 20 * HOUR]
    guess = [(1, "password accepted"), (1, "code refused")]
    assert rule("5 ", *guess * 4) == []
    assert rule("5 ", *guess * 5) == [1, 1]  # from the fifth on, each event rings
    assert rule("5 ", *guess * 4, (1, "logged in"), *guess * 4) == []
    assert rule("50", *guess * 49) == []
    assert rule("50", *guess * 50) == [1]


def test_the_learners_alarm_finds_the_same():
    """The reference solution of alarm-rule accuses the attacked account of the notebook's week and nobody else."""
    week = audit_week()
    alarm = made_by(exercise("alarm-rule").solution)
    stories: dict[str | None, list[str]] = {}
    for line in week.lines:
        stories.setdefault(line.account_id, []).append(line.event)
    assert [account for account, events in stories.items() if alarm(events)] == [week.attacked]


def first_in_a_row(event, many):
    """An answer: the first account with so many of these events and no login between them."""

    def guessed_at(lines):
        rows = Counter()
        for line in lines:
            rows[line.account_id] = 0 if line.event == "logged in" else rows[line.account_id] + (line.event == event)
            if rows[line.account_id] == many:
                return line.account_id
        return None

    return guessed_at


def unfollowed(lines):
    """The refused codes that no login of the account follows within five minutes."""
    return [
        line
        for number, line in enumerate(lines)
        if line.event == "code refused"
        and not any(
            (later.event, later.account_id) == ("logged in", line.account_id) and later.at <= line.at + 300
            for later in lines[number:]
        )
    ]


def of(lines, event):
    """So many of these events each account has."""
    return Counter(line.account_id for line in lines if line.event == event)


@pytest.mark.parametrize(
    "guessed_at",
    [
        lambda lines: Counter(line.account_id for line in unfollowed(lines)).most_common(1)[0][0],
        first_in_a_row("password accepted", 5),
        first_in_a_row("password accepted", 10),
        first_in_a_row("code refused", 5),
    ],
)
def test_other_right_ways_to_find_the_account(guessed_at):
    """What follows a refused code, or a row of either with no login between: done, as the reference solution is."""
    assert check("guessed-account", guessed_at).outcome is Outcome.DONE


@pytest.mark.parametrize(
    ("guessed_at", "told"),
    [
        (lambda lines: of(lines, "password accepted").most_common(1)[0][0], "logs in very often"),
        (lambda lines: (of(lines, "password accepted") - of(lines, "logged out")).most_common(1)[0][0], "very often"),
        (
            lambda lines: next(line.account_id for line in lines if line.event == "code refused"),
            "The time of a mistake",
        ),
        (lambda lines: lines[-1].account_id, "The time of a mistake"),
        (lambda lines: unfollowed(lines)[0].account_id, "The time of a mistake"),
        (lambda lines: min((count, who) for who, count in of(lines, "logged in").items())[1], "a few lines to count"),
        (first_in_a_row("password accepted", 3), "a few lines to count"),
        (first_in_a_row("code refused", 3), "a few lines to count"),
    ],
)
def test_rules_that_found_it_by_luck(guessed_at, told):
    """Each names the account in every week but one, where an honest person is busier, earlier, later or rarer."""
    result = check("guessed-account", guessed_at)
    assert result.outcome is Outcome.NOT_YET
    assert result.lines[0].startswith("Another week: ")
    assert told in result.lines[-1]


@pytest.mark.parametrize(
    ("alarm", "told"),
    [
        (lambda events: events.count("password accepted") > 5, "sixth"),
        (lambda events: events.count("code refused") > 5, "accuses everybody who mistypes"),
        (lambda events: events.count("code refused") >= 5, "accuses everybody who mistypes"),
    ],
)
def test_what_an_alarm_counts_is_told_apart(alarm, told):
    """One too late is said of passwords alone: anyone who counts refusals is told of those, at five or at six."""
    assert told in check("alarm-rule", alarm).lines[-1]


def test_the_owner_would_have_been_told_six_times():
    """As the notebook says: a notification with the third refused code in a row, the first before six on Monday."""
    week, row, notifications = audit_week(), 0, []
    for line in (line for line in week.lines if line.account_id == week.attacked):
        row = row + 1 if line.event == "code refused" else 0 if line.event == "logged in" else row
        if row == 3 and line.event == "code refused":
            notifications.append(line.at)
    assert len(notifications) == 6
    assert notifications[0] < MONDAY + 6 * HOUR


def test_a_log_for_people():
    """Times of day, accounts by number, no id; a name that nobody has is no account."""
    lines = [
        AuditLine(MONDAY + 61, "logged in", "x" * 32, None),
        AuditLine(MONDAY + 62, "password refused", None, "unknown name"),
        AuditLine(MONDAY + 63, "logged in", "y" * 32, None),
        AuditLine(MONDAY + 64, "logged out", "x" * 32, None),
    ]
    assert log_table(lines).rows == (
        ("00:01:01", "logged in", 1, ""),
        ("00:01:02", "password refused", "none", "unknown name"),
        ("00:01:03", "logged in", 2, ""),
        ("00:01:04", "logged out", 1, ""),
    )
