"""Read accounts from a plain table of an older system: CSV with a heading, or a JSON object of names and secrets.

```
name,secret,issuer,digits,period,algorithm
alice@example.org,DEMOALICEDEMOALICEDEMOALICEDEMO2,Acme,6,30,SHA1
```
or `{"alice@example.org": "DEMOALICEDEMOALICEDEMOALICEDEMO2"}`. In JSON, an object with the other columns may replace
the secret. Name and secret are required; the other columns have the defaults of `OtpAccount`. `parse_table` accepts
all rows or no row; `read_table` returns the good rows and lists the bad rows. An error names the line, the column and
a remedy for each bad row. The error never quotes a cell, because the name may be a secret if somebody has mixed up
the columns. The module `reading` defines how a cell is read.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from mfa_lab.errors import InvalidInput
from mfa_lab.otp import secret_bytes
from mfa_lab.provisioning import OtpAccount
from mfa_lab.provisioning.reading import algorithm_in, names_in, secret_in, whole_number
from mfa_lab.redaction import Redacted, clears_variables

MAX_CHARACTERS = 500_000
_NEEDED = ("name", "secret")
_DELIMITERS = ",;\t"


_COLUMNS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "name": ("account", str),
    "secret": ("secret", secret_in),
    "issuer": ("issuer", str),
    "digits": ("digits", whole_number),
    "period": ("period_seconds", whole_number),
    "algorithm": ("algorithm", algorithm_in),
}
"""The field of `OtpAccount` that each column fills, and the function that reads the text of a cell in this column."""
_EMPTY = OtpAccount("nobody", "", Redacted("A" * 32))
"""Each row starts from this account and replaces its name and secret."""

_TOKENS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"(?P<colon>\s*:)?|[][{}]')
"""The strings and brackets of JSON. In valid JSON, a string before a colon is a key."""

_MOST_NAMED = 20
_QUOTE = "quote each cell that contains a separator, and write every cell"

_Row = tuple[object, "dict[str, str] | str"]
"""A row's place, whose `str` is its line, and either the cells by column or a text that says what is wrong with the
row."""


@dataclass(frozen=True, slots=True, eq=False)
class TableRead:
    """The good rows of a table, and a sentence for each bad row, both in the order of the rows."""

    accounts: tuple[OtpAccount, ...]
    bad_rows: tuple[str, ...]


@clears_variables
def parse_table(text: str) -> tuple[OtpAccount, ...]:
    """Return the accounts of a table, in the order of the rows, if every row is good.

    Raises `InvalidInput`, which names the line, the column and a remedy for each bad row, up to twenty rows.
    """
    hidden = Redacted(text)
    del text  # tracebacks may show variables
    found = read_table(hidden)
    if not found.bad_rows:
        return found.accounts
    more = len(found.bad_rows) - _MOST_NAMED
    raise InvalidInput("; ".join([*found.bad_rows[:_MOST_NAMED], *([f"and {more} more rows"] if more > 0 else [])]))


@clears_variables
def read_table(text: str | Redacted) -> TableRead:
    """Return the good rows of a table, and a sentence that says what is wrong with each bad row.

    If two rows have the same name and issuer, neither row is returned: nobody can tell which secret belongs to the
    account. Raises `InvalidInput` if the text is not a table, or if the table has no row.
    """
    hidden = text if isinstance(text, Redacted) else Redacted(text)
    del text  # tracebacks may show variables
    try:
        return _read(hidden)
    except InvalidInput as error:
        sentence = str(error)
    raise InvalidInput(sentence)


def _read(text: Redacted) -> TableRead:
    if not isinstance(text.reveal(), str) or len(text.reveal()) > MAX_CHARACTERS:
        raise InvalidInput(f"pass the text of a table, at most {MAX_CHARACTERS:,} characters long")
    plain = Redacted(text.reveal().lstrip("\ufeff"))  # the byte order mark, which spreadsheets write
    rows = _json_rows(plain) if plain.reveal().lstrip()[:1] in {"{", "["} else _csv_rows(plain)
    good: dict[tuple[str, str], OtpAccount] = {}
    seen: set[tuple[str, str]] = set()
    bad: list[str] = []
    for where, cells in rows:
        account = _account(where, cells)
        if isinstance(account, str):
            bad.append(account)
            continue
        key = account.issuer, account.account
        if key in seen:
            good.pop(key, None)
            bad.append(f"{where}, name: this name and issuer are already in the table: keep one row")
        else:
            good[key] = account
        seen.add(key)
    if not seen and not bad:
        raise InvalidInput("this table contains no account: write a row for each account")
    return TableRead(tuple(good.values()), tuple(bad))


def _account(where: object, cells: dict[str, str] | str) -> OtpAccount | str:
    """Return the account of a row, or a sentence that says what is wrong with the row."""
    if isinstance(cells, str):
        return f"{where}{cells}"
    issuer, name = names_in(cells.get("name", ""), cells.get("issuer", ""))
    for column in _NEEDED:  # the issuer cannot serve as the name here: the name says whose account it is
        if not cells.get(column):
            return f"{where}, {column}: the cell is empty, but each account needs a name and a secret"
    account = _EMPTY
    for column, cell in {**cells, "name": name, "issuer": issuer}.items():
        key, read = _COLUMNS[column]
        try:
            account = replace(account, **{key: read(cell)}) if cell else account
            if column == "secret":
                secret_bytes(account.secret.reveal())  # a server takes these accounts over, so a short secret is bad
        except InvalidInput as error:
            return f"{where}, {column}: {error}"
    return account


def _csv_rows(text: Redacted) -> Iterator[_Row]:
    first = text.reveal().lstrip().partition("\n")[0]
    delimiter = next((mark for mark in _DELIMITERS if mark in first), ",")
    reader = csv.reader(io.StringIO(text.reveal(), newline=""), delimiter=delimiter, strict=True)
    heading: list[str] = []
    read = 0
    try:
        for cells in reader:
            line, read = f"line {read + 1}", reader.line_num  # a cell may hold line breaks
            stripped = [cell.strip() for cell in cells]
            if not any(stripped):
                continue
            if not heading:
                heading = _heading(line, [cell.lower() for cell in stripped])
            elif len(stripped) != len(heading):
                yield line, f" has {len(stripped)} cells, but the heading has {len(heading)}: {_QUOTE}"
            else:
                yield line, dict(zip(heading, stripped, strict=True))
    except csv.Error as error:
        line = f"line {read + 1}"
        too_long = "field limit" in str(error)
    else:
        return
    if too_long:
        raise InvalidInput(f"{line}: a cell is longer than {csv.field_size_limit():,} characters: shorten it")
    raise InvalidInput(f"{line}: a quoted cell does not end, or ends too early: double the quotes inside it")


def _heading(line: str, cells: list[str]) -> list[str]:
    for number, cell in enumerate(cells, 1):
        if cell not in _COLUMNS or cell in cells[: number - 1]:
            raise InvalidInput(
                f"{line}, column {number}: the first line must name columns, each once, from {', '.join(_COLUMNS)}"
            )
    for column in _NEEDED:
        if column not in cells:
            raise InvalidInput(f"{line}: there is no column {column}: each account needs a name and a secret")
    return cells


class _Pairs(list[tuple[str, Any]]):
    """A JSON object that keeps all its keys, even if a key occurs twice."""


def _json_rows(text: Redacted) -> Iterator[_Row]:
    try:
        table, sentence = json.loads(text.reveal(), object_pairs_hook=_Pairs), ""
    except json.JSONDecodeError as error:
        table, sentence = None, f"line {error.lineno}, column {error.colno}: this is not JSON: {error.msg}"
    except (ValueError, RecursionError):
        table, sentence = None, "this JSON cannot be read: a number is too long, or the nesting is too deep"
    if sentence:
        raise InvalidInput(sentence)
    if not isinstance(table, _Pairs):
        raise InvalidInput('line 1: a JSON table must be an object, such as {"name": "secret"}')
    lines = cache(lambda: _key_lines(text))
    for index, (name, value) in enumerate(table):
        where = _Entry(lines, index)
        cells = _cells(value)
        yield where, cells if isinstance(cells, str) else {"name": name.strip(), **cells}


@dataclass(frozen=True, slots=True)
class _Entry:
    """The place of a key in a JSON text.

    The lines of all keys are found in one search, and only if an error needs a line.
    """

    lines: Callable[[], list[int]] = field(repr=False)
    index: int

    def __str__(self) -> str:
        return f"line {self.lines()[self.index]}"


def _key_lines(text: Redacted) -> list[int]:
    """Return the line of each key of the outermost object. The text must be valid JSON.

    One search with a fixed pattern finds the lines of all keys. A separate search for each name would be slow,
    because a table may have many or very long names.
    """
    plain = text.reveal()
    lines: list[int] = []
    depth, line, counted = 0, 1, 0
    for token in _TOKENS.finditer(plain):
        mark = token[0][0]
        if mark in "{[":
            depth += 1
        elif mark in "]}":
            depth -= 1
        elif token["colon"] and depth == 1:
            line += plain.count("\n", counted, token.start())
            counted = token.start()
            lines.append(line)
    return lines


def _cells(value: object) -> dict[str, str] | str:
    """Return the cells of an entry, or a sentence that says what is wrong with the entry."""
    if isinstance(value, str):
        return {"secret": value.strip()}
    if not isinstance(value, _Pairs):
        return ": after the name, write the secret or an object of columns"
    cells: dict[str, str] = {}
    for column, cell in value:
        if column not in _COLUMNS or column == "name" or column in cells:
            return f": an account may have only {', '.join(list(_COLUMNS)[1:])}, each at most once"
        if not isinstance(cell, str) and type(cell) is not int:
            return f", {column}: write a string or an integer"
        cells[column] = str(cell).strip()
    return cells
