"""A table for rung 8: a used code in other spellings, and who takes it."""

from __future__ import annotations

from collections.abc import Mapping

from mfa_lab.attacks.helpers.used_code import used_again
from mfa_lab.attacks.helpers.world import Make
from mfa_lab.attacks.replay_by_spelling import SPELLINGS
from mfa_lab.lab.demos.attack_table import in_words
from mfa_lab.lab.table import Table

_EXAMPLE = "123456"


def spelling_table(servers: Mapping[str, Make]) -> Table:
    """For each spelling how it looks, and for each server whether it took a used code so spelled."""
    rows = [
        (name, f"“{spell(_EXAMPLE)}”", *(in_words(used_again(make, 1, spell=spell)) for make in servers.values()))
        for name, spell in SPELLINGS.items()
    ]
    return Table("A used code, typed again in another way", ("spelling", "of 123456", *servers), *rows)
