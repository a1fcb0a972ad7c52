"""How other systems react to wrong codes by default, as rules for a guess budget (data/other_systems.toml)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from mfa_lab.attacks.simulation.guess_budget import Rules
from mfa_lab.errors import InvalidInput
from mfa_lab.lab.table import Link, Table
from mfa_lab.policy import toml
from mfa_lab.resources import data_dir

_ENDLESS_SECONDS = 10**10
"""If waits double without a limit, the list of waits ends at this wait, which is about three centuries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSystem:
    """Hold one system. `kind` is its state, such as "as installed". `says` sums up the system's documentation.

    `counts` says whether failures are counted for the account or for the sender's address.
    """

    name: str
    version: str
    kind: str
    says: str
    source: str
    link: str
    rules: Rules
    counts: str = "account"


@cache
def other_systems() -> dict[str, OtherSystem]:
    """Return all systems in data/other_systems.toml, by key.

    The systems are in the order of the file, with the weakest rules first.
    """
    return parse_other_systems((data_dir() / "other_systems.toml").read_text("utf-8"))


def other_systems_table(caption: str) -> Table:
    """Return a table of what each system's documentation says, and where it was published."""
    rows = [
        (f"{one.name} {one.version}, {one.kind}", one.says, Link(one.source, one.link))
        for one in other_systems().values()
    ]
    return Table(caption, ("system", "by default", "source"), *rows)


_TEXTS = tuple(field.name for field in fields(OtherSystem) if field.name != "rules")
_RULES = ("accepted_codes", "limits", "disable_after_failures")
_WAITS = ("first_seconds", "every_failures", "longest_seconds")


def parse_other_systems(text: str) -> dict[str, OtherSystem]:
    """Return the systems in a TOML text. Raises `InvalidInput`, which names the line, the key and the remedy."""
    return {key: _system(text, key, table) for key, table in toml.parse(text).items()}


def _system(text: str, key: str, table: Any) -> OtherSystem:
    if not isinstance(table, dict):
        raise toml.error(text, (key,), "is not in a system: write a line such as [name] above it")
    for name, value in table.items():
        toml.check_key(text, (key, name), (*_TEXTS, *_RULES, "waits"))
        if name in _TEXTS and not (isinstance(value, str) and value.strip()):
            raise toml.error(text, (key, name), "must be text in quotes")
    missing = [name for name in (*_TEXTS, "accepted_codes") if name not in table and name != "counts"]
    if missing:
        raise toml.error(text, (key,), f"has no {', '.join(missing)}: add a line for each")
    if table.get("counts", "account") not in {"account", "address"}:
        raise toml.error(text, (key, "counts"), 'must be "account" or "address"')
    waits = _waits(text, (key, "waits"), table["waits"]) if "waits" in table else ()
    texts = {name: table[name] for name in _TEXTS if name in table}
    return OtherSystem(rules=_rules(text, key, table, waits), **texts)


def _rules(text: str, key: str, table: dict[str, Any], waits: tuple[int, ...]) -> Rules:
    given = {name: table[name] for name in _RULES if name in table}
    limits = given.get("limits", [])
    if not isinstance(limits, list) or not all(isinstance(limit, list) for limit in limits):
        raise toml.error(text, (key, "limits"), "must be pairs such as [[5, 300]]: attempts, seconds")
    given["limits"] = tuple(map(tuple, limits))
    refusal = ""
    try:
        return Rules(waits_seconds=waits, **given)
    except InvalidInput as refused:
        refusal = str(refused)
    raise toml.error(text, (key,), refusal)


def _waits(text: str, path: tuple[str, ...], table: Any) -> tuple[int, ...]:
    """Return how many seconds the next attempt must wait after the first failure, after the second, and so on."""
    if not isinstance(table, dict) or "first_seconds" not in table:
        raise toml.error(text, path, "must be a table such as { first_seconds = 1 }")
    for name, value in table.items():
        toml.check_key(text, (*path, name), _WAITS)
        if type(value) is not int or not 1 <= value <= _ENDLESS_SECONDS:
            raise toml.error(text, (*path, name), "must be a whole number, 1 or more")
    first, every = table["first_seconds"], table.get("every_failures")
    longest = table.get("longest_seconds", _ENDLESS_SECONDS)
    waits: list[int] = []
    while not waits or waits[-1] < longest:
        failures = len(waits) + 1
        waits.append(min(longest, first * (failures // every) if every else first << (failures - 1)))
        if len(waits) > _MOST_WAITS:
            raise toml.error(text, path, "takes too long to reach its end: add a longest_seconds")
    return tuple(waits)


_MOST_WAITS = 10_000
