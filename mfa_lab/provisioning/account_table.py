"""Read accounts from a plain table of an older system: CSV with a heading, or JSON of names and secrets.

```
name,secret,issuer,digits,period,algorithm
alice@example.org,DEMOALICEDEMOALICEDEMOALICEDEMO2,Acme,6,30,SHA1
```
or `{"alice@example.org": "DEMOALICEDEMOALICEDEMOALICEDEMO2"}`, where an object with those columns may take the place
of the secret. Name and secret are required; the other columns default as in `OtpAccount`. The reader accepts all rows
or none. An error names line, column and remedy, and quotes no cell: if columns are mixed up, a name may be a secret.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from mfa_lab.errors import InvalidInput
from mfa_lab.provisioning import OtpAccount
from mfa_lab.redaction import Redacted

MAX_CHARACTERS = 500_000
_NEEDED = ("name", "secret")
_DELIMITERS = ",;\t"


def _whole(text: str) -> int:
    return int(text) if re.fullmatch("[0-9]{1,4}", text) else 0  # every column rejects 0


_COLUMNS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "name": ("account", str),
    "secret": ("secret", lambda text: Redacted(re.sub(r"[\s=-]", "", text).upper())),
    "issuer": ("issuer", str),
    "digits": ("digits", _whole),
    "period": ("period_seconds", _whole),
    "algorithm": ("algorithm", str.upper),
}
"""For each column: the field of `OtpAccount` that it fills, and the function that reads its text."""
_EMPTY = OtpAccount("nobody", "", Redacted("A" * 32))
"""Each row starts from this account and replaces its name and secret."""

_Row = tuple[object, dict[str, str]]
"""The row's place, as `str` says it, and its cells by column."""


def parse_table(text: str) -> tuple[OtpAccount, ...]:
    """Return the accounts of a table, in its order. Raises `InvalidInput`, which names line, column and remedy."""
    hidden = Redacted(text)
    del text  # tracebacks may show variables
    try:
        return _accounts(hidden)
    except InvalidInput as error:
        sentence = str(error)
    raise InvalidInput(sentence)


def _accounts(text: Redacted) -> tuple[OtpAccount, ...]:
    if not isinstance(text.reveal(), str) or len(text.reveal()) > MAX_CHARACTERS:
        raise InvalidInput(f"pass the text of a table, of {MAX_CHARACTERS:,} characters at most")
    plain = Redacted(text.reveal().removeprefix("\ufeff"))  # the byte order mark, which spreadsheets write
    rows = _json_rows(plain) if plain.reveal().lstrip()[:1] in {"{", "["} else _csv_rows(plain)
    found: dict[str, OtpAccount] = {}
    for where, cells in rows:
        account = _account(where, cells)
        if account.label in found:
            raise InvalidInput(f"{where}, name: this name and issuer are already in the table: keep one")
        found[account.label] = account
    if not found:
        raise InvalidInput("this table holds no account: write a row for each")
    return tuple(found.values())


def _account(where: object, cells: dict[str, str]) -> OtpAccount:
    account = _EMPTY
    for column in _NEEDED:
        if not cells.get(column):
            raise InvalidInput(f"{where}, {column}: it is empty, but each account needs a name and a secret")
    for column, cell in cells.items():
        key, read = _COLUMNS[column]
        try:
            account = replace(account, **{key: read(cell)}) if cell else account
        except InvalidInput as error:
            sentence = str(error)
        else:
            continue
        raise InvalidInput(f"{where}, {column}: {sentence}")
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
                raise InvalidInput(
                    f"{line} has {len(stripped)} cells, the heading {len(heading)}: quote a cell that holds a "
                    "separator, and leave none out"
                )
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
                f"{line}, column {number}: the first line names the columns, each once, out of {', '.join(_COLUMNS)}"
            )
    for column in _NEEDED:
        if column not in cells:
            raise InvalidInput(f"{line}: there is no column {column}: each account needs a name and a secret")
    return cells


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with all its keys, even a key that occurs twice."""


def _json_rows(text: Redacted) -> Iterator[_Row]:
    try:
        table, sentence = json.loads(text.reveal(), object_pairs_hook=_Pairs), ""
    except json.JSONDecodeError as error:
        table, sentence = None, f"line {error.lineno}, column {error.colno}: this is not JSON: {error.msg}"
    except (ValueError, RecursionError):
        table, sentence = None, "this is not JSON that can be read: a number is too long, or the nesting too deep"
    if sentence:
        raise InvalidInput(sentence)
    if not isinstance(table, _Pairs):
        raise InvalidInput('line 1: a JSON table is an object, {"name": "secret"}')
    names = [name for name, _ in table]
    for number, (name, value) in enumerate(table, 1):
        where = _Entry(text, names, number)
        yield where, {"name": name.strip(), **_cells(where, value)}


@dataclass(frozen=True, slots=True)
class _Entry:
    """The place of key number `number` (from 1) in a JSON text. Its line is searched only if an error needs it."""

    text: Redacted
    names: list[str] = field(repr=False)
    number: int

    def __str__(self) -> str:
        place = 0
        for name in self.names[: self.number]:
            keys = (re.escape(json.dumps(name, ensure_ascii=short)) for short in (False, True))
            key = re.compile(rf"(?:{'|'.join(keys)})\s*:").search(self.text.reveal(), place)
            if key is None:
                return f"entry {self.number}"
            place = key.end()
        return f"line {self.text.reveal().count(chr(10), 0, place) + 1}"


def _cells(where: object, value: object) -> dict[str, str]:
    if isinstance(value, str):
        return {"secret": value.strip()}
    if not isinstance(value, _Pairs):
        raise InvalidInput(f"{where}: after the name, write the secret or an object of columns")
    cells = {}
    for column, cell in value:
        if column not in _COLUMNS or column == "name" or column in cells:
            raise InvalidInput(
                f"{where}: an account has {', '.join(list(_COLUMNS)[1:])}, each once, and nothing else"
            )
        if not isinstance(cell, str) and type(cell) is not int:
            raise InvalidInput(f"{where}, {column}: write a text or a whole number")
        cells[column] = str(cell).strip()
    return cells
