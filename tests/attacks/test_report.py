"""`mfa-lab attacks`: the ladder on a trainer's screen and in CI."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from mfa_lab.attacks import attack
from mfa_lab.attacks.record import Measure
from mfa_lab.attacks.report import report_on
from mfa_lab.cli.group import main


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and what was said."""
    answer = CliRunner().invoke(main, ["attacks", *arguments])
    return answer.exit_code, answer.output


def test_a_attack_as_text() -> None:
    """Name, clauses, and a line for each of the three servers."""
    code, said = run("second-step-skipped")
    lines = [line.split("  ")[-1].strip() for line in said.splitlines()]
    assert code == 0
    assert lines[0].endswith("The second step is skipped [second-step-skipped; ASVS-6.3.3, ASVS-7.2.4]")
    assert [line.split(":")[0] for line in lines[1:4]] == ["broken", "held", "held"]
    assert lines[4].endswith("password, skips the code, and asks for a page. The page of alice@example.org opens.")
    assert lines[5] == "loses none of 20 random games"


def test_a_attack_as_json() -> None:
    """The same for a program."""
    code, said = run("1", "--json")
    (one,) = json.loads(said)
    assert (code, one["number"], one["id"], one["as_expected"]) == (0, 1, "second-step-skipped", True)
    assert {name: measure["got"] for name, measure in one["measures"].items()} == {"weak": 1, "fixed": 0, "ours": 0}


def test_an_unknown_attack_runs_nothing() -> None:
    """A sentence that names what there is, before anything is run."""
    code, said = run("1", "nowhere")
    assert (code, said.startswith("Error: there is no attack 'nowhere'; the attacks are: 1 ")) == (1, True)


@pytest.mark.parametrize("changed", ["weak", "fixed", "ours"])
def test_what_is_not_as_it_should_be_is_seen(changed: str) -> None:
    """An attack that fails on its weak server, or works on a fixed one, is told and counts."""
    one = replace(attack(1), law=None)  # without games, which take most of the time
    other = replace(one, **{changed: one.fixed if changed == "weak" else one.weak})
    assert report_on(one).as_expected
    assert not report_on(other).as_expected
    assert "This result is unexpected" in str(report_on(other))


@pytest.mark.full
def test_the_whole_series() -> None:
    """All of it comes out as it should. (`test_player` plays many more games of `MfaServer`.)"""
    assert run("--games", "5")[0] == 0


def test_a_long_measure_is_printed_with_a_line_for_each_clause() -> None:
    """In a notebook, where JupyterLab would break a long line inside a word; a short one stays as it is."""
    short, long = Measure(1, 1, "one; two"), Measure(0, 1, f"one; {'a' * 90}; three")
    assert str(short) == "broken: one; two"
    assert str(long) == f"held: one;\n  {'a' * 90};\n  three"
    assert " ".join(str(long).split()) == repr(long)
