"""Policies as people write them, in TOML. What is wrong with a text is told with its line, key and remedy."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from mfa_lab.errors import InvalidInput
from mfa_lab.policy import HashCost, Policy, toml

_FIELDS = [field.name for field in fields(Policy)]
_COST = [field.name for field in fields(HashCost)]
_TABLES = {"hash_cost": _COST, "step_up": None, "reasons": [*_FIELDS, "factors"]}
"""The keys that a table inside a policy may have; None: any."""
_PAIRS = ("step_up", "reasons")


def parse(text: str) -> dict[str, Policy]:
    """As `Policy.parse`."""
    document = toml.parse(text)
    if not document:
        raise InvalidInput("there is no policy in this text: begin one with a line such as [bank]")
    return {name: _policy(text, name, table) for name, table in document.items()}


def _policy(text: str, name: str, table: Any) -> Policy:
    if not isinstance(table, dict):
        raise toml.error(text, (name,), "is no policy: write a line such as [bank] above it")
    for key, value in table.items():
        toml.check_key(text, (name, key), _FIELDS)
        if key in _TABLES:
            _check_table(text, (name, key), value)
    refusal = _refusal(table)
    if refusal:
        culprit = _culprit(table, refusal)
        raise toml.error(text, (name, *culprit), refusal.removeprefix(f"{''.join(culprit)} "))
    return _made(table)


def _check_table(text: str, path: tuple[str, str], value: Any) -> None:
    """What only a text can get wrong about a table: the record never sees it."""
    known = _TABLES[path[1]]
    if not isinstance(value, dict):
        raise toml.error(text, path, f"must be a table: write [{'.'.join(path)}] above its lines")
    if path[1] == "hash_cost" and len(value) < len(_COST):
        raise toml.error(text, path, f"needs all of {', '.join(_COST)}")
    for key in value:
        if known is not None:
            toml.check_key(text, (*path, key), known)


def _made(table: dict[str, Any]) -> Policy:
    given = dict(table)
    given |= {key: tuple(table[key].items()) for key in _PAIRS if key in table}
    if "hash_cost" in table:
        given["hash_cost"] = HashCost(**table["hash_cost"])
    return Policy(**given)


def _refusal(table: dict[str, Any]) -> str:
    """What the record itself says against it, or nothing."""
    try:
        _made(table)
    except InvalidInput as refused:
        return str(refused)
    return ""


def _culprit(table: dict[str, Any], refusal: str) -> tuple[str, ...]:
    """The key without which the record would say something else, and the key inside it likewise."""
    for key, value in table.items():
        if _refusal(_without(table, key)) != refusal:
            inside = value if key in _PAIRS else {}
            return next(
                ((key, name) for name in inside if _refusal(table | {key: _without(value, name)}) != refusal), (key,)
            )
    return ()


def _without(table: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in table.items() if name != key}
