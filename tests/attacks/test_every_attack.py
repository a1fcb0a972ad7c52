"""Every attack of the series: the attack works because of the one mistake, and the grader knows a fix from a sham."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest

from mfa_lab.attacks import Attack, attack, attack_series, attacks_numbered
from mfa_lab.attacks.simulation.odds import sigma
from mfa_lab.errors import InvalidInput
from tests.standards import ROOT

ATTACKS = attack_series()
_CLAUSE = re.compile(r"(RFC4226|RFC6238|NIST|ASVS|OWASP)-[\w.]+")
NO_STORY = {"portswigger.net", "pwning.owasp-juice.shop", "www.rfc-editor.org", "pages.nist.gov", "owasp.org"}
LESSONS = "".join(book.read_text("utf-8") for book in (ROOT / "notebooks").glob("[23][0-9]_attack_*.ipynb"))
each_attack = pytest.mark.parametrize("one", ATTACKS, ids=lambda one: one.id)


def failing(one: Attack, target: object) -> list[str]:
    """The trials that `target` does not pass, by name."""
    return [trial.name for trial in one.trials if trial.answer(target) != trial.wanted]


@each_attack
def test_the_attack_works_on_the_weak_server(one: Attack) -> None:
    """With the measure that the closed form expects, within three sigma, where there is one."""
    measure = one.run(one.weak)
    assert measure.succeeded, measure
    if measure.expected is not None:
        assert abs(measure.got / measure.tries - measure.expected) <= 3 * sigma(measure.expected, measure.tries)


@each_attack
def test_the_attack_fails_on_the_fix_and_on_this_server(one: Attack) -> None:
    """The reference fix stops it, and `MfaServer` never allowed it; but for the attack that no OTP withstands
    (NIST-3.2.5).
    """
    assert (one.run(one.fixed).succeeded, one.run(one.ours).succeeded) == (not one.ours_holds, not one.ours_holds)


@each_attack
def test_the_grader_passes_the_reference_fix(one: Attack) -> None:
    """Attack, honest users and edge cases all come out as they should."""
    assert failing(one, one.fixed) == []


@each_attack
def test_the_grader_passes_this_server(one: Attack) -> None:
    """The kit's own server would be a right answer too: the grader asks for behaviour, not for one way."""
    assert failing(one, one.ours) == []


@each_attack
@pytest.mark.parametrize("sham", ["weak", "refuser"])
def test_the_grader_is_not_fooled(one: Attack, sham: str) -> None:
    """Changing nothing does not pass; nor does locking everybody out."""
    assert failing(one, getattr(one, sham)) != []


@each_attack
def test_the_same_each_time(one: Attack) -> None:
    """An attack is seeded: what is committed in a notebook comes out again."""
    assert repr(one.run(one.weak)) == repr(one.run(one.weak))


@each_attack
def test_trials_have_names_and_feedback_of_their_own(one: Attack) -> None:
    """A learner is told which case failed, and never the same sentence for two."""
    for told in ([trial.name for trial in one.trials], [trial.feedback for trial in one.trials]):
        assert [words for words, count in Counter(told).items() if count > 1] == []


@each_attack
def test_stories_and_clauses(one: Attack) -> None:
    """Each attack has a story with its public source, and the ids of the clauses that it breaks. A story is of what
    happened to somebody: no standard and no training ground tells one. A lesson links it.
    """
    assert one.story.endswith(".")
    assert one.source.startswith("https://")
    assert urlsplit(one.source).hostname not in NO_STORY
    assert one.source in LESSONS  # in the prose, or where compare() shows it
    assert one.clauses
    assert [clause for clause in one.clauses if not _CLAUSE.fullmatch(clause)] == []


def test_a_attack_is_found_by_number_and_id() -> None:
    """Ids are used once; a number is one attack, but for the sixteenth, which has two halves."""
    ids = [one.id for one in ATTACKS]
    assert len(set(ids)) == len(ids)
    assert {one.number for one in ATTACKS} == set(range(1, 24))
    assert [one.id for one in attacks_numbered(16)] == ["clock-set-back", "drift-without-cap"]
    for name in (1, "1", "second-step-skipped"):
        assert attacks_numbered(name) == (attack(1),)


def test_an_unknown_attack_names_those_there_are() -> None:
    """The error helps."""
    with pytest.raises(InvalidInput, match="1 second-step-skipped"):
        attack("nowhere")
