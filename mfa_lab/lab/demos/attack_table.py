"""A rung as a table: what Mallory tries, and who lets him in."""

from __future__ import annotations

from mfa_lab.attacks.helpers.world import HONEST
from mfa_lab.attacks.record import IN, OUT, Attack
from mfa_lab.lab.table import Table
from mfa_lab.style import GRANTED_SIGN, REFUSED_SIGN


def attempt_table(attack: Attack) -> Table:
    """A row for each trial in which nobody may get in; a column for the weak server and one for this kit's own."""
    servers = {attack.weak.__name__: attack.weak, "MfaServer": attack.ours}
    tried = [trial for trial in attack.trials if trial.wanted == OUT and trial not in HONEST]
    rows = [(trial.name, *(in_words(trial.answer(make)) for make in servers.values())) for trial in tried]
    return Table("What Mallory tries", ("attempt", *servers), *rows)


def in_words(answer: str) -> str:
    """What a trial answered, with its sign."""
    return f"{GRANTED_SIGN if answer == IN else REFUSED_SIGN} {answer}"
