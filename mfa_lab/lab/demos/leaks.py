"""Rung 14 as a table: where a shared secret turns up, and how."""

from __future__ import annotations

from mfa_lab.attacks.helpers.leak_search import LEAK_SEARCHES, Make
from mfa_lab.attacks.leaking_secrets import Fixed, Offer, our_offer
from mfa_lab.lab.table import Table
from mfa_lab.style import GRANTED_SIGN, REFUSED_SIGN

_HELD: dict[str, Make] = {"as a text": Offer, "hidden, drawn here": Fixed, "this kit": our_offer}


def leak_table() -> Table:
    """A row for each place, a column for each way to hold the secret."""
    rows = [(place, *(_told(search(make)) for make in _HELD.values())) for place, search in LEAK_SEARCHES.items()]
    return Table("Where the secret turns up", ("looked at", *_HELD), *rows)


def _told(how: str) -> str:
    return f"{REFUSED_SIGN} {how}" if how else f"{GRANTED_SIGN} silent"
