"""A week of the audit log: ordinary, seeded, with one attack in it that a few lines of code find."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from mfa_lab.errors import InvalidInput, Reason
from mfa_lab.lab.demos.audit_week import HOUR_SECONDS, MONDAY, WEEK_HOURS, Week, audit_week
from mfa_lab.lab.figures.attacks.audit_week import audit_figure, draw, log_of
from mfa_lab.policy import Policy
from mfa_lab.server.audit import Event
from mfa_lab.server.login.throttle import wait_seconds
from mfa_lab.server.records import AuditLine
from tests.lab.figures.figure_rules import keeps_all

SEEDS = [2027, *(pytest.param(seed, marks=pytest.mark.full) for seed in (1, 2, 3))]


@pytest.fixture(scope="module")
def week() -> Week:
    return audit_week()


def count(week: Week, event: str, reason: str | None = None) -> Counter[str | None]:
    """So many lines of each account."""
    return Counter(line.account_id for line in week.lines if line.event == event and reason in (None, line.reason))


def suspect(week: Week) -> str | None:
    """The reference solution: a correct password, and no login after it."""
    return (count(week, "password accepted") - count(week, "logged in")).most_common(1)[0][0]


# --- The week ------------------------------------------------------------------------------------------------------


def test_a_hundred_thousand_lines_as_the_server_writes_them(week: Week) -> None:
    """In the order of time, within a week and a bit, with the server's own events and reasons."""
    assert len(week.lines) == 100_000
    assert all(earlier.at <= later.at for earlier, later in pairwise(week.lines))
    assert week.lines[0].at >= MONDAY - 60
    assert week.lines[-1].at < MONDAY + (WEEK_HOURS + 2) * HOUR_SECONDS
    assert {line.event for line in week.lines} <= {event.value for event in Event}
    assert {line.reason for line in week.lines} <= {None, *(reason.value for reason in Reason)}
    assert all(line.account_id is None or len(line.account_id) == 32 for line in week.lines)
    assert all(type(line.event) is str for line in week.lines)


def test_the_same_seed_gives_the_same_week() -> None:
    """A class sees one week; another seed gives another, with another account attacked."""
    one, same, other = (audit_week(seed, 5000) for seed in (1, 1, 2))
    assert one == same
    assert one.attacked != other.attacked
    assert len(other.lines) == 5000


def test_people_work_in_the_day(week: Week) -> None:
    """Nine of ten lines of a weekday lie between 7 and 19; Saturday and Sunday have next to none."""
    hours = Counter((line.at - MONDAY) // HOUR_SECONDS for line in week.lines)
    office = sum(hours[day * 24 + hour] for day in range(5) for hour in range(7, 19))
    weekend = sum(lines for hour, lines in hours.items() if hour >= 120)
    assert office > 0.9 * (len(week.lines) - weekend)
    assert weekend < 0.03 * len(week.lines)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_attack_hides_behind_honest_people(seed: int) -> None:
    """Counting refused codes finds the two whose clock or keyboard is bad; what finds the attack is that no login
    follows.
    """
    week = audit_week(seed)
    refused = count(week, "code refused")
    assert tuple(account for account, _ in refused.most_common(2)) == week.decoys
    assert count(week, "code refused", "no match").most_common(1)[0][0] == week.decoys[1]
    assert suspect(week) == week.attacked
    (_, guesses), (_, next_most) = (count(week, "password accepted") - count(week, "logged in")).most_common(2)
    assert guesses > 50
    assert next_most < 6


def test_the_attack_could_have_happened(week: Week) -> None:
    """Under `Policy.STANDARD`: slower than the longest wait, and never a hundred in a row."""
    mine = [line for line in week.lines if line.account_id == week.attacked]
    guesses = [line.at for line in mine if line.event == "code refused"]
    longest = wait_seconds(99, Policy.STANDARD)
    assert min(later - earlier for earlier, later in pairwise(guesses)) > longest
    row = most = 0
    for line in mine:
        row = row + 1 if line.event == "code refused" else 0 if line.event == "logged in" else row
        most = max(most, row)
    assert most < Policy.STANDARD.disable_after_failures
    assert {line.reason for line in mine} == {None, "no match"}


def test_a_week_that_is_too_small() -> None:
    """Where the attack would be most of it: a sentence."""
    with pytest.raises(InvalidInput, match="2,000 lines or more"):
        audit_week(lines=100)


# --- The figure ----------------------------------------------------------------------------------------------------


def test_the_figure_reads_the_lines_alone(week: Week) -> None:
    """Hours add up; each refused code is soon followed by a login or not; the attacked account's never are."""
    data = log_of(week.lines)
    assert sum(data.hourly) == 100_000
    assert data.start == MONDAY
    by_id = {one.account_id: one for one in data.suspects}
    refused = count(week, "code refused")
    assert {one.account_id: one.refused for one in data.suspects} == dict(refused.most_common(5))
    assert not by_id[week.attacked].mistyped
    for decoy in week.decoys:
        assert not by_id[decoy].alone


def test_a_login_makes_a_refused_code_good_for_five_minutes() -> None:
    """To the second, by the same account, and only afterwards."""
    refused, login = AuditLine(1000, "code refused", "a", "no match"), AuditLine(1300, "logged in", "a", None)
    for lines, mistyped in (
        ((refused, login), 1),
        ((refused, AuditLine(1301, "logged in", "a", None)), 0),
        ((refused, AuditLine(1300, "logged in", "b", None)), 0),
        ((AuditLine(900, "logged in", "a", None), refused), 0),
    ):
        (one,) = log_of(lines).suspects
        assert (len(one.mistyped), len(one.alone)) == (mistyped, 1 - mistyped)


def test_a_log_without_a_line() -> None:
    """A sentence, not an empty figure."""
    with pytest.raises(InvalidInput, match="this log has no lines"):
        log_of([])


@pytest.mark.parametrize("lines", ["a week", "one line", "no refused code"])
def test_it_is_drawn_as_all_figures_are(lines: str, week: Week) -> None:
    """No words upon words or beyond the edge, a text alternative, contrast in both themes, large enough."""
    some = {
        "a week": week.lines,
        "one line": [AuditLine(MONDAY + 5 * 86_400, "code refused", "0123456789abcdef" * 2, "no match")],
        "no refused code": [AuditLine(MONDAY, "logged in", "a", None)],
    }[lines]
    picture = audit_figure(some)
    keeps_all(picture, draw(picture.data))
    assert audit_figure(some).svg == picture.svg


def test_the_words_hold_every_figure(week: Week) -> None:
    """Anyone who cannot see it learns the same: the lines, the accounts, and what became of their codes."""
    picture = audit_figure(week.lines)
    assert picture.words.startswith("100,000 lines of an audit log over 168 hours")
    for one in picture.data.suspects:
        assert f"{one.name}: {one.refused} refused, {len(one.alone)} of them without a login" in picture.words
