"""The facts that the notebooks quote, each with its source and year. The facts are stored in data/facts.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from mfa_lab.errors import InvalidInput
from mfa_lab.lab.table import Link, Table
from mfa_lab.resources import data_dir

Fact = dict[str, Any]


@cache
def facts() -> dict[str, Fact]:
    """Return all facts by name.

    A fact contains `says`, `about`, `source`, `year`, `link`, and its figures by name.
    """
    return tomllib.loads((data_dir() / "facts.toml").read_text("utf-8"))


def fact(name: str) -> Fact:
    """Return the fact of this name. Raises `InvalidInput` if data/facts.toml does not contain the name."""
    if name not in facts():
        raise InvalidInput(f"there is no fact of that name; the names are {', '.join(facts())}")
    return facts()[name]


def fact_table(caption: str, *names: str) -> Table:
    """Return a table of the facts: what each says, what it is based on, and where it was published."""
    rows = [
        (each["says"], each["about"], Link(f"{each['source']}, {each['year']}", each["link"]))
        for each in map(fact, names)
    ]
    return Table(caption, ("found", "what it is based on", "source"), *rows)
