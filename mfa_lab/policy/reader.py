"""Read policies that people write in TOML. An error gives the line, the key and a remedy.

This module does not import `Policy`: `Policy.parse` passes the class as an argument. `Policy` can therefore call the
reader, but the reader does not depend on `Policy`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

from mfa_lab.errors import InvalidInput
from mfa_lab.policy import toml

Record = TypeVar("Record")

_PAIRS = ("step_up", "reasons")


def parse(text: str, record: type[Record], cost: type[Any]) -> dict[str, Record]:
    """Return a `record` for each table of `text`, by name. `cost` is the class of the record's `hash_cost`."""
    document = toml.parse(text)
    if not document:
        raise InvalidInput("there is no policy in this text: begin one with a line such as [bank]")
    reader = _Reader(text, record, cost)
    return {name: reader.policy(name, table) for name, table in document.items()}


def _names(record: Any) -> list[str]:
    return [field.name for field in fields(record)]


@dataclass(frozen=True, slots=True)
class _Reader(Generic[Record]):
    text: str
    record: type[Record]
    cost: type[Any]

    def policy(self, name: str, table: Any) -> Record:
        if not isinstance(table, dict):
            raise toml.error(self.text, (name,), "is not a policy: write a line such as [bank] above it")
        for key, value in table.items():
            toml.check_key(self.text, (name, key), _names(self.record))
            if key in {"hash_cost", *_PAIRS}:
                self.check_table((name, key), value)
        refusal = self.refusal(table)
        if refusal:
            culprit = self.culprit(table, refusal)
            raise toml.error(self.text, (name, *culprit), refusal.removeprefix(f"{''.join(culprit)} "))
        return self.made(table)

    def check_table(self, path: tuple[str, str], value: Any) -> None:
        """Check a table for mistakes that only a text can contain.

        The record cannot find such mistakes, because it never sees the text.
        """
        cost = _names(self.cost)
        known = {"hash_cost": cost, "reasons": [*_names(self.record), "factors"]}.get(path[1])
        if not isinstance(value, dict):
            raise toml.error(self.text, path, f"must be a table: write [{'.'.join(path)}] above its lines")
        if path[1] == "hash_cost" and len(value) < len(cost):
            raise toml.error(self.text, path, f"needs all of {', '.join(cost)}")
        for key in value if known is not None else ():
            toml.check_key(self.text, (*path, key), known or [])

    def made(self, table: dict[str, Any]) -> Record:
        given = dict(table)
        given |= {key: tuple(table[key].items()) for key in _PAIRS if key in table}
        if "hash_cost" in table:
            given["hash_cost"] = self.cost(**table["hash_cost"])
        return self.record(**given)

    def refusal(self, table: dict[str, Any]) -> str:
        """Return the sentence of the record's error for this table, or an empty text if there is no error."""
        try:
            self.made(table)
        except InvalidInput as refused:
            return str(refused)
        return ""

    def culprit(self, table: dict[str, Any], refusal: str) -> tuple[str, ...]:
        """Return the key that causes the error. If its value is a table, also return the key inside this table.

        Without this key, the record would raise a different error or no error.
        """
        for key, value in table.items():
            if self.refusal(_without(table, key)) != refusal:
                inside = value if key in _PAIRS else {}
                return next(
                    ((key, name) for name in inside if self.refusal(table | {key: _without(value, name)}) != refusal),
                    (key,),
                )
        return ()


def _without(table: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in table.items() if name != key}
