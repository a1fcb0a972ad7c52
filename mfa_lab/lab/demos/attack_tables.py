"""Tables about attacks: what Mallory tries, how long the owner must wait, and where secrets leak."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mfa_lab.attacks.account_lockout import LockingServer, delay_seconds
from mfa_lab.attacks.capstone.clauses import CLAUSES, Clause, grade
from mfa_lab.attacks.helpers.database_copy import WAYS, ways_in
from mfa_lab.attacks.helpers.leak_search import LEAK_SEARCHES
from mfa_lab.attacks.helpers.leak_search import Make as MakeOffer
from mfa_lab.attacks.helpers.used_code import used_again
from mfa_lab.attacks.helpers.world import HONEST, Make, our_server
from mfa_lab.attacks.leaking_secrets import Fixed as FixedOffer
from mfa_lab.attacks.leaking_secrets import Offer, our_offer
from mfa_lab.attacks.record import OUT, Attack
from mfa_lab.attacks.replay_by_spelling import SPELLINGS
from mfa_lab.attacks.stolen_database import EncryptedOnly, Fixed, OurDatabase, PlaintextServer
from mfa_lab.lab.formatting import duration, size
from mfa_lab.lab.table import Table
from mfa_lab.style import GRANTED_SIGN, REFUSED_SIGN


def attempt_table(attack: Attack) -> Table:
    """Return a table with a row for each trial that must fail.

    The columns are for the weak server and for this kit's server.
    """
    servers = {attack.weak.__name__: attack.weak, "MfaServer": attack.ours}
    tried = [trial for trial in attack.trials if trial.wanted == OUT and trial not in HONEST]
    rows = [(trial.name, *(in_words(trial.answer(make)) for make in servers.values())) for trial in tried]
    return Table("What Mallory tries", ("attempt", *servers), *rows)


def in_words(answer: str) -> str:
    """Return a trial's answer after its sign, a tick or a cross."""
    return f"{REFUSED_SIGN if answer == OUT else GRANTED_SIGN} {answer}"


_SERVERS: dict[str, Make] = {"LockingServer": LockingServer, "MfaServer": our_server}


_COUNTS = (1, 2, 3, 4, 5, 9, 10, 11, 100)


def delay_table() -> Table:
    """Return a table of waits: a row for each number of consecutive wrong passwords, and a column for each server."""
    rows = [
        (count, *(_delay_in_words(delay_seconds(make, count)) for make in _SERVERS.values())) for count in _COUNTS
    ]
    return Table("How long the owner must then wait", ("wrong passwords in a row", *_SERVERS), *rows)


def _delay_in_words(seconds: int | None) -> str:
    if seconds is None:
        return "until an administrator helps"
    return duration(seconds) if seconds else "not at all"


_HELD: dict[str, MakeOffer] = {
    "as plain text": Offer,
    "hidden, QR code drawn here": FixedOffer,
    "this kit": our_offer,
}


def leak_table() -> Table:
    """Return a table of leaks: a row for each place where the secret may appear, and a column for each offer."""
    rows = [
        (place, *(_leak_in_words(search(make)) for make in _HELD.values())) for place, search in LEAK_SEARCHES.items()
    ]
    return Table("Where the secret appears", ("place", *_HELD), *rows)


def _leak_in_words(how: str) -> str:
    return f"{REFUSED_SIGN} {how}" if how else f"{GRANTED_SIGN} silent"


_KEPT: dict[str, Make] = {
    "in plain text": PlaintextServer,
    "encrypted": EncryptedOnly,
    "encrypted, bound to its row": Fixed,
    "MfaServer": OurDatabase,
}


def stolen_secret_table() -> Table:
    """Return a table with a row for each way to store Alice's secret. The row shows in which ways Mallory gets in.

    Mallory has the database and a password, but no key.
    """
    rows = []
    for kept, make in _KEPT.items():
        found = ways_in(make)
        rows.append(
            (kept, *(f"{GRANTED_SIGN} gets in" if way in found else f"{REFUSED_SIGN} stays out" for way in WAYS))
        )
    return Table("Mallory has the database, but not the key", ("Alice's secret is kept", *WAYS), *rows)


SEEDS_PER_SECOND = 300_000
"""A low estimate of how many seeds `recover` tries per second on one core.

A benchmark in benchmarks/ measures this number.
"""


_DAY = 86_400


_SEEDS = (
    ("the second, if the day is known", _DAY),
    ("the second, if the year is known", 365 * _DAY),
    ("any 32 bits", 2**32),
    ("the millisecond, if the year is known", 365 * _DAY * 1_000),
    ("the nanosecond, if the year is known", 365 * _DAY * 10**9),
)


SECRET_BITS = 160


def seed_table() -> Table:
    """Return a table with a row for each kind of seed, from the time in whole seconds to a fully random secret."""
    rows = [(what, size(count), duration(count / SEEDS_PER_SECOND)) for what, count in _SEEDS]
    rows.append(
        (
            "not used: randomness from the operating system",
            f"2 to the power of {SECRET_BITS}",
            "longer than the age of the universe",
        )
    )
    return Table(
        "What the seed is, and how many secrets are possible",
        ("the seed is", "possible secrets", "time to try all, on one core"),
        *rows,
    )


_EXAMPLE = "123456"


def spelling_table(servers: Mapping[str, Make]) -> Table:
    """Return a table with a row for each spelling.

    The row shows an example, and whether each server accepts a used code in this spelling.
    """
    rows = [
        (name, f"“{spell(_EXAMPLE)}”", *(in_words(used_again(make, 1, spell=spell)) for make in servers.values()))
        for name, spell in SPELLINGS.items()
    ]
    return Table("A used code, typed again in another spelling", ("spelling", "for 123456", *servers), *rows)


_HEADERS = ("Clause", "What is required", "Verdict", "What is still wrong")


EMPTY_CLASS = "Your class is still empty"


def specification() -> Table:
    """Return a table of what a server with two steps must do, with the clauses that require it."""
    return Table("What is required", _HEADERS[:2], *map(_asked, CLAUSES))


def clause_table(server: Any) -> Table:
    """Return a table with a row for each clause, which is either kept or open. An empty class is not tested.

    `server` is a class or a function that makes a server from a clock and a source of randomness.
    """
    # A base class's clauses say nothing new about this class, and a learner may still have to guess them.
    if isinstance(server, type) and all(name.startswith("__") for name in vars(server).keys() - {"__init__"}):
        return Table(EMPTY_CLASS, _HEADERS, *((*_asked(clause), "not tried", "") for clause in CLAUSES))
    rows = []
    for each in grade(server):
        where = f"{each.open.name}: {each.came}. {each.open.feedback}" if each.open else ""
        rows.append((*_asked(each.clause), _verdict(each.open), where))
    kept = sum(not where for *_, where in rows)
    return Table(f"{kept} of {len(rows)} kept", _HEADERS, *rows)


def _asked(clause: Clause) -> tuple[str, str]:
    return ", ".join(clause.ids) or "everybody", clause.asks


def _verdict(found: object) -> str:
    return "✕\N{NO-BREAK SPACE}open" if found else "✓\N{NO-BREAK SPACE}kept"
