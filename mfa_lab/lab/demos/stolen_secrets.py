"""Rung 13 as a table: what a stolen database is good for, by how its secrets are kept."""

from __future__ import annotations

from mfa_lab.attacks.helpers.database_copy import WAYS, ways_in
from mfa_lab.attacks.helpers.world import Make
from mfa_lab.attacks.stolen_database import EncryptedOnly, Fixed, OurDatabase, PlaintextServer
from mfa_lab.lab.table import Table
from mfa_lab.style import GRANTED_SIGN, REFUSED_SIGN

_KEPT: dict[str, Make] = {
    "in clear": PlaintextServer,
    "sealed": EncryptedOnly,
    "sealed, each to its own row": Fixed,
    "MfaServer": OurDatabase,
}


def stolen_secret_table() -> Table:
    """Each way to Alice's second factor that is open to Mallory, who has the database, a password and no key."""
    rows = []
    for kept, make in _KEPT.items():
        found = ways_in(make)
        rows.append(
            (kept, *(f"{GRANTED_SIGN} gets in" if way in found else f"{REFUSED_SIGN} stays out" for way in WAYS))
        )
    return Table("Mallory has the database, and not the key", ("Alice's secret is kept", *WAYS), *rows)
