"""Millions of inputs for the parsers, under atheris: no exception but `MfaError`, and none takes long."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.fuzz.__main__ import fuzz
from tests.fuzz.targets import PLANTED, TARGETS, Target
from tests.needs import missing


@pytest.fixture
def atheris() -> None:
    """Google's fuzzer for Python, which has wheels for Linux alone."""
    if importlib.util.find_spec("atheris") is None:
        missing("atheris is not installed: it belongs to the group test, on Linux with an x86 processor")


@pytest.mark.parametrize(
    "runs", [pytest.param(200_000, marks=pytest.mark.full), pytest.param(10_000_000, marks=pytest.mark.long)]
)
@pytest.mark.usefixtures("atheris")
def test_no_input_breaks_a_parser(runs: int, tmp_path: Path) -> None:
    """Every parser, from its own seeds, guided by what it covers; all were really tried."""
    outcomes = fuzz(TARGETS, runs, seed=20261124, folder=tmp_path, timeout=runs / 500)
    assert [outcome for outcome in outcomes if outcome.broke] == []
    assert sum(outcome.tried for outcome in outcomes) >= runs


@pytest.mark.usefixtures("atheris")
def test_a_planted_fault_is_found(tmp_path: Path) -> None:
    """A parser that knows only the usual period: the fuzzer finds another period, shows it, and keeps the input.

    It ends there. The same seed leads to other inputs on another Python version, whose bytecode differs, so the limit
    is far above the 19,000 inputs that the slowest of twenty seeds took, on 3.11 and on 3.14.
    """
    (outcome,) = fuzz(PLANTED, 200_000, seed=1, folder=tmp_path, timeout=120)
    assert "KeyError" in outcome.broke
    (found,) = tmp_path.glob("planted-crash-*")
    with pytest.raises(KeyError):
        PLANTED["planted"].run(found.read_bytes())


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_seeds_reach_the_parser(target: Target) -> None:
    """Each seed passes, as do nothing and noise: what the fuzzer reports later is the parser's fault."""
    for data in (*target.seeds, b"", bytes(range(256))):
        target.run(data)


def test_shares_are_whole() -> None:
    """Every target gets its part of the runs."""
    assert all(target.share >= 50 and target.seeds for target in TARGETS.values())
    assert sum(target.share for target in TARGETS.values()) == pytest.approx(1000, abs=50)
