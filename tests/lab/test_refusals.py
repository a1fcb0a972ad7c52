"""Every reason for refusal, produced once by a real login, with and without a restart."""

from __future__ import annotations

from mfa_lab.errors import PUBLIC_MESSAGE
from mfa_lab.lab.refusals import every_refusal, refusals_after_restart

NINE = [
    "malformed", "no match", "near miss", "reused", "throttled", "disabled", "expired pending", "spent pending",
    "not enrolled",
]  # fmt: skip


def test_nine_reasons_and_one_message():
    """Each reason comes once, with a sentence of its own; the user always reads the same words (ASVS-6.3.8)."""
    rows = every_refusal().rows
    assert [row[2] for row in rows] == NINE
    assert {row[1] for row in rows} == {PUBLIC_MESSAGE}
    assert len({row[3] for row in rows}) == len({row[0] for row in rows}) == 9


def test_a_hundred_guesses_take_days():
    """NIST-3.2.2: the waits are really waited. 30 s, doubling to an hour after the third of a hundred failures."""
    waits = [min(3600, 30 << min(number, 16)) for number in range(98)]
    (disabled,) = [row[0] for row in every_refusal().rows if row[2] == "disabled"]
    assert f"100 wrong codes in {sum(waits) // 3600} hours" in disabled


def test_a_restart_changes_no_answer():
    """A server started anew on its file knows used codes, waiting times and completed logins."""
    before = {row[2]: row for row in every_refusal().rows}
    after = refusals_after_restart().rows
    assert [row[2] for row in after] == ["reused", "throttled", "spent pending"]
    assert all(row == before[row[2]] for row in after)


def test_it_comes_out_the_same_each_time():
    """The table is committed in a notebook: no time, token or path in it."""
    assert repr(every_refusal()) == repr(every_refusal())
