"""Policies side by side, and what notebooks 11 and 11b say of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mfa_lab import Policy
from mfa_lab.attacks.simulation.guess_budget import guess_budget
from mfa_lab.errors import InvalidInput
from mfa_lab.lab.demos.policy_tables import (
    MUSEUM,
    Numbered,
    code_or_passkey,
    first_day_table,
    policy_table,
    reasons_table,
    risks,
)
from mfa_lab.lab.exercises.choosing_a_policy import unmet
from mfa_lab.lab.exercises.review_a_policy import fixed
from mfa_lab.lab.figures.guessing import trade_off
from mfa_lab.lab.grading.checks import Outcome, check
from mfa_lab.resources import data_dir
from tests.lab.figures.figure_rules import no_words_lie_on_others_or_beyond_the_edge

SECTORS = Policy.parse((data_dir() / "policies.toml").read_text("utf-8"))


def test_the_table_has_a_row_for_each():
    """All seven in the file's order, seconds as times, and nothing where there are no recovery codes."""
    table = policy_table(SECTORS)
    assert [row[0] for row in table.rows] == list(SECTORS)
    (admin,) = (row for row in table.rows if row[0] == "admin")
    assert admin[1:] == ("4 hours", "15 minutes", 0, 6, "60 minutes", 20, 2, "none", "60 seconds")
    (financial,) = (row for row in table.rows if row[0] == "financial")
    assert (dict(zip(table.headers, financial, strict=True))["authenticators"]) == 1
    assert policy_table({"standard": Policy.STANDARD}).rows[0][-1] == "none"


@pytest.mark.parametrize("name", SECTORS)
def test_each_reason_stands_beside_its_value(name):
    """Every reason is there in full, and no value is a bare number of seconds."""
    table = reasons_table(SECTORS[name])
    assert [(key, why) for key, _, why in table.rows] == list(SECTORS[name].reasons)
    assert all(str(value)[-1].isalpha() for key, value, _ in table.rows if key.endswith("_seconds"))
    (step_up,) = (value for key, value, _ in table.rows if key == "step_up")
    assert step_up.count(": ") == len(SECTORS[name].step_up)
    (factors,) = (value for key, value, _ in table.rows if key == "factors")
    assert factors == (
        "authenticator app, passkey" if name == "admin" else "authenticator app, passkey, recovery code"
    )


def test_each_use_says_what_the_kit_does_not_offer():
    """One row for each policy, in the file's order: what it needs, what is there for it, and what is not."""
    table = first_day_table()
    assert [row[0] for row in table.rows] == list(SECTORS)
    assert all(len(str(cell).split()) >= 5 for row in table.rows for cell in row[1:])
    lacks = " ".join(str(row[-1]) for row in table.rows)
    assert [
        word for word in ("single sign-on", "SCIM", "transaction binding", "break-glass") if word not in lacks
    ] == []


@pytest.fixture(scope="module")
def compared() -> dict[str, dict[str, str]]:
    """The table of codes and passkeys, by sector and by what was tried."""
    table = code_or_passkey(SECTORS)
    return {name: {row[0]: row[place] for row in table.rows} for place, name in enumerate(table.headers) if place}


def denied(compared, what: str) -> set[str]:
    """The sectors in which the server refuses what the row that begins with `what` tried."""
    return {name for name, rows in compared.items() for row, told in rows.items()
            if row.startswith(what) and told == "✕ no"}  # fmt: skip


def test_what_a_code_and_a_passkey_open(compared):
    """Each refusal is one that a key of the policy demands; a relayed passkey opens nothing (ASVS-6.3.3)."""
    assert [*compared] == [*SECTORS]
    every = set(SECTORS)
    no_code = {name for name in every if not SECTORS[name].code_allowed_with_passkey}
    assert no_code == denied(compared, "phishing: a relayed code opens") == {"admin", "cloud"}
    assert denied(compared, "phishing: a relayed code permits") == no_code | {"financial"}
    assert denied(compared, "phishing: a relayed passkey") == every
    assert denied(compared, "loss:") == {name for name in every if not SECTORS[name].recovery_codes} == {"admin"}
    assert denied(compared, "help desk:") == set()
    assert denied(compared, "sync:") == {name for name in every if not SECTORS[name].synced_passkeys} == {"admin"}
    required = {name for name in every if SECTORS[name].user_verification == "required"}
    assert denied(compared, "cost: a key without a PIN") == required == {"admin", "cloud", "financial"}


def test_what_guessing_and_clocks_cost(compared):
    """The numbers follow from digits and window, and from the users that the kit assumes."""
    guesses = {name: rows["guessing: chance that one code is correct"] for name, rows in compared.items()}
    assert guesses.pop("financial") == "1 in 100 million"
    assert {name for name, chance in guesses.items() if chance == "1 in a million"} == {"admin", "cloud"}
    assert set(guesses.values()) == {"1 in a million", "3 in a million"}
    windows = {name: SECTORS[name].window_steps for name in SECTORS}
    assert {name: rows["cost: correct codes that are rejected"] for name, rows in compared.items()} == {
        name: "2.4 %" if window else "34 %" for name, window in windows.items()
    }


def test_a_comparison_of_no_policy_is_empty():
    """And a policy without actions has none that a code could be kept from."""
    assert code_or_passkey({}).rows == ()
    plain = risks(replace(SECTORS["financial"], step_up=()))
    assert plain["phishing: a relayed code permits sensitive actions"] == "✓ yes"


def test_a_name_is_not_a_policy():
    """Who passes the name hears what to pass."""
    with pytest.raises(InvalidInput, match="pass the policy itself"):
        reasons_table("financial")


def test_lines_are_numbered_as_errors_count_them():
    """The number that is shown is the one that an error names."""
    shown = repr(Numbered("[bank]\n\nwindow_steps = 11\n")).splitlines()
    assert shown == ["  1  [bank]", "  2", "  3  window_steps = 11"]
    with pytest.raises(InvalidInput, match="line 3,"):
        Policy.parse("[bank]\n\nwindow_steps = 11\n")


@pytest.mark.parametrize(("house", "policy"), [("theatre", "business"), ("weather", "cloud"), ("van", "healthcare")])
def test_one_policy_fits_each_structure(house, policy):
    """Of the seven exactly one meets all needs of a house: the exercise has one answer."""
    assert [name for name, each in SECTORS.items() if not unmet(house, each)] == [policy]


def test_the_museum_is_taken_by_the_parser():
    """The text for the review has nothing impossible in it; a line that does not exist is told."""
    assert fixed({}) == Policy.parse(MUSEUM)["museum"]
    with pytest.raises(InvalidInput, match="no line 15: the text has 14"):
        fixed({15: "digits = 8"})


def chance(last: int) -> float:
    policy = replace(Policy.STANDARD, longest_wait_seconds=600, disable_after_failures=last)
    return guess_budget(policy, owner_login_days=1).chance_per_year


def test_how_much_room_the_pharmacy_has():
    """As the notebook says: more than ten failures and fewer than twenty; with 1 %, or with twenty a night, none."""
    assert [last for last in range(11, 101) if chance(last) <= 0.02] == list(range(11, 20))
    assert chance(11) > 0.01
    assert chance(21) > 0.02


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("[x]\nwindow_step = 1", "line 2, window_step in [x]: there is no such key; did you mean window_steps?"),
        ("window_steps", "line 1: this is not TOML: there is no = between a key and its value: write key = value"),
        (7, "pass the text of a TOML file"),
    ],
)
def test_the_parser_speaks_to_the_learner(answer, said):
    """What is wrong with a text is told in the parser's own sentence, with line, key and remedy."""
    result = check("write-policy", answer)
    assert result.outcome == Outcome.RAISED
    assert said in result.lines[0]


def test_two_policies_are_not_one():
    """Anyone who pastes two policies hears how many came."""
    assert "2 policies" in check("write-policy", "[a]\ntitle = 'a'\n[b]\ntitle = 'b'").lines[0]


@pytest.mark.parametrize("windows", [[0, 1], [0, 1, 2]], ids=str)
def test_the_banks_figure_has_room_for_its_words(windows):
    """Small chances have long words: they stay inside the figure beside the longest bar."""
    data = trade_off.costs(policy=SECTORS["financial"], windows=windows)
    no_words_lie_on_others_or_beyond_the_edge(trade_off.draw(data))


def test_rare_chances_are_told_in_whole_numbers():
    """One guess at eight digits: 1 in 100 million, not 0.01 in a million."""
    told = trade_off.words(trade_off.costs(policy=SECTORS["financial"], windows=[0, 1]))
    assert "correct with a chance of 1 in 100 million" in told
    assert "correct with a chance of 3 in 100 million" in told


@pytest.mark.parametrize(
    ("exercise", "answer", "came", "told"),
    [
        (
            "cost-of-window",
            {0: (0.657, 6800), 1: (1.971, 480)},
            "the other number of this pair",
            "swapped the two numbers",
        ),
        (
            "cost-of-window",
            {0: (480, 1.971), 1: (6800, 0.657)},
            "the other window's",
            "refuses more logins?",
        ),
        (
            "cost-of-window",
            {0: (6800, 0.66), 1: (1.97, 480)},
            "the other number of this pair",
            "how many of these logins",
        ),
        ("cost-of-window", {0: (34 * 20_000, 0.66), 1: (2.4 * 20_000, 1.97)}, "100 times as much", "34 % is 0.34"),
        ("cost-of-window", {0: (6800 * 365, 240), 1: (480 * 365, 719)}, "365 times as much", "asks for one day"),
        ("cost-of-window", [(6800, 0.66)], "no dictionary", "without their windows"),
        ("cost-of-window", {0: (6800, 0.66)}, "no two numbers for 1", "how many of these logins"),
        ("cost-of-window", {0: ("6800", 0.66), 1: (480, 1.97)}, "no number", "how many of these logins"),
        ("which-policy", {"theatre": "business"}, "not one of the seven names", "go down one column of the table"),
        ("which-policy", {"theatre": "business", "lorry": "cloud"}, "a house lorry", "spelled as in the question"),
        ("which-policy", {"van": SECTORS["cloud"]}, "a policy, and not its name", "the first column"),
    ],
    ids=str,
)
def test_what_came_is_called_by_its_name(exercise, answer, came, told):
    """A mistake is known whatever figures it is made with, and the sentence is about it, or about the case."""
    first, *_, last = check(exercise, answer).lines
    assert came in first
    assert told in last


PHARMACY = """
[pharmacy]
title = "The night pharmacy"
session_seconds = 39_600
session_idle_seconds = 300
longest_wait_seconds = 300
disable_after_failures = 14

[pharmacy.step_up]
dispense = 90
open_safe = 45

[pharmacy.reasons]
session_seconds = "A shift. NIST-2.2.3"
session_idle_seconds = "A counter. NIST-2.2.3"
longest_wait_seconds = "No stranger. ASVS-6.1.1"
disable_after_failures = "Fourteen. NIST-3.2.2"
step_up = "A signature. ASVS-7.5.1"
"""


@pytest.mark.parametrize(
    ("old", "new", "came"),
    [
        ("dispense = 90", "dispense = 300", "dispense: 5 minutes"),
        ("open_safe = 45\n", "", "no open_safe"),
        ('longest_wait_seconds = "No stranger. ASVS-6.1.1"\n', "", "no reason for longest_wait_seconds"),
        ("A shift. NIST-2.2.3", "A shift. BSI-7", "session_seconds: no clause of NIST, ASVS or an RFC"),
        ("[pharmacy.step_up]", "[step_up]", "a second policy, step_up"),
    ],
)
def test_the_pharmacy_hears_which_line_it_is(old, new, came):
    """Action, key or table are named; what the reader wrote is taken when it is fixed."""
    assert check("write-policy", PHARMACY).outcome == Outcome.DONE
    assert PHARMACY.count(old) == 1
    result = check("write-policy", PHARMACY.replace(old, new))
    assert result.outcome == Outcome.NOT_YET
    assert came in result.lines[0]
