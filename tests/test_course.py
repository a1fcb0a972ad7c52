"""Pages that show the course and the attacks say what the code says."""

from __future__ import annotations

import re

import pytest

from mfa_lab.attacks import attack_series
from tests.course import PAGES, TABLES, attacks, written


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tables_are_up_to_date(page):
    """Each marked table is as the code makes it."""
    assert page.read_text(encoding="utf-8") == written(page), "run: python -m tests.course"


def test_every_table_is_on_a_page():
    """No table is made that nobody reads."""
    shown = re.findall(r"<!-- (\w+): written by", "".join(page.read_text(encoding="utf-8") for page in PAGES))
    assert sorted(shown) == sorted(TABLES)


def test_every_attack_is_told_and_the_one_that_works_is_named():
    """Twenty-three numbers; only the attack that works against `MfaServer` says that nothing stops it."""
    rows = attacks().splitlines()[2:]
    assert len(rows) == 23
    assert all(one.standard_name in "\n".join(rows) for one in attack_series())
    unstopped = {one.id for one in attack_series() if "Does not stop it" in one.defence}
    assert unstopped == {one.id for one in attack_series() if not one.ours_holds}
