"""Read TOML that people write by hand. Each error names the line, the key and a remedy."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice
from typing import Any

from mfa_lab.errors import InvalidInput

MAX_BYTES = 24_000
MAX_LEVELS = 8
MAX_KEYS = 300
"""The time and memory that `tomllib` needs grow with the square of the number of dots in a key: 22 s and 2 GB for 48
kB of dots."""
_QUOTED_OR_COMMENT = re.compile(r"""(?s:"{3}.*?"{3}|'{3}.*?'{3})|"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|#[^\n]*""")
_TRIED = 20
"""The search for a key tries at most this many places and lines, so that an attacker's text cannot make the search
slow."""
_SHOWN = 60
_KEY = re.compile(r"""\s*("[^"]+"|'[^']+'|[\w.-]+)\s*[ =:]""")
_HEADER = re.compile(r"\s*\[\[?([^\[\]]+)\]")
_OPENS = re.compile(r"""\"{3}|'{3}|=\s*['\[{]""")
"""Characters that may begin a value of several lines."""
_REMEDIES = (
    ("Cannot|Duplicate", "this key or table is already in the text: keep one of the two"),
    (
        "Expected newline",
        "there is more than one value here: write one value per line, text in quotes, numbers without a leading 0",
    ),
    ("Expected '='", "there is no = between a key and its value: write key = value"),
    ("Expected ']", "the brackets around a table's name are not closed: write [name]"),
    (
        r"Expected [\"']|Unterminated|.*character '\\n'",
        "a text in quotes is not closed: end it with the same quotes that it begins with",
    ),
    ("Illegal|Found", "this line contains an invisible character: delete the line and type it again"),
    ("Unclosed array", "a list is not closed: write commas between its parts and ] after the last one"),
    (
        "Unclosed inline",
        "a table in { } is not closed: write it on one line, with commas between its parts and } at the end",
    ),
    ("Unescaped|Invalid hex|Escaped", r"a text contains a \: write \\ instead, or put the text in single quotes"),
    ("Invalid date", "this date does not exist: correct it, or put it in quotes"),
    ("Invalid value", "a value is missing or has no known type: write a number, true or false, or a text in quotes"),
    (
        "Invalid initial",
        "a key is missing or contains a forbidden character: use letters, digits, _ and -, and write { } on one line",
    ),
    ("Exceeds", "a number is too long: write a shorter one"),
    ("maximum recursion", "brackets are nested too deeply: write fewer levels"),
    ("", "this line is neither key = value nor a table's [name]: write one of them, or begin the line with #"),
)
"""Pairs of a pattern and a remedy. The remedy belongs to messages of `tomllib` that begin with the pattern. The last
remedy is for all other messages."""


def parse(text: str) -> dict[str, Any]:
    """Return the document as a dictionary.

    Raises `InvalidInput`, which says where the text is not TOML and what to write.
    """
    if not isinstance(text, str):
        raise InvalidInput(f"pass the text of a TOML file, not {type(text).__name__}")
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise InvalidInput(f"this text has more than {MAX_BYTES:,} bytes: pass a shorter one")
    _check_dots(text)
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        refusal = _no_toml(text, error)
    else:
        _check_size(document)
        return document
    raise refusal


def _check_dots(text: str) -> None:
    """Raise `InvalidInput` for a key with too many parts.

    Call this function before `tomllib`, which is slow on such a key.
    """
    bare = _QUOTED_OR_COMMENT.sub(lambda found: "q" + "\n" * found[0].count("\n"), text)
    for number, line in enumerate(bare.translate({ord(" "): None, ord("\t"): None}).split("\n"), 1):
        if any(run.count(".") >= MAX_LEVELS for run in re.findall(r"[\w.-]+", line)):
            raise InvalidInput(
                f"line {number}: this key has more than {MAX_LEVELS} parts with dots between them: write fewer parts"
            )


def _check_size(document: dict[str, Any]) -> None:
    """Raise `InvalidInput` for a document with too many levels or keys. Lists count as levels, just like tables."""
    level: list[Any] = [document]
    keys = 0
    for _ in range(MAX_LEVELS):
        keys += sum(len(each) for each in level if isinstance(each, dict))
        inside = [each.values() if isinstance(each, dict) else each for each in level]
        level = [value for values in inside for value in values if isinstance(value, dict | list)]
    if level:
        raise InvalidInput(f"tables and lists in this text are over {MAX_LEVELS} levels deep: write fewer levels")
    if keys > MAX_KEYS:
        raise InvalidInput(f"this text has more than {MAX_KEYS} keys: pass a shorter one")


def error(text: str, path: tuple[str, ...], sentence: str) -> InvalidInput:
    """Return an error that says `sentence` about the key at `path`. The error also names the key's line."""
    *tables, key = path
    return _error(line_of(text, path), _short(key), ".".join(map(_short, tables)), sentence)


def check_key(text: str, path: tuple[str, ...], known: Iterable[str]) -> None:
    """Raise `InvalidInput` unless the last part of `path` is a known key. The error suggests a similar known key."""
    known = list(known)
    if path[-1] not in known:
        near = get_close_matches(path[-1], known, 1)
        remedy = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(known)}"
        raise error(text, path, f"there is no such key; {remedy}")


def line_of(text: str, path: tuple[str, ...]) -> int:
    """Return the number (from 1) of the line that contains the key at `path`.

    The search parses more and more of the text.
    """
    lines = text.split("\n")
    places = (number for number, line in enumerate(lines, 1) if path[-1] in line)
    for number in islice(places, _TRIED):
        if _begun(lines, number, path):
            return number
    return line_of(text, path[:-1]) if len(path) > 1 else 1  # a key written with escapes


def _begun(lines: list[str], number: int, path: tuple[str, ...]) -> bool:
    """Return whether the statement that begins on this line defines the key."""
    for end in range(number, min(number + _TRIED, len(lines) + 1)):
        try:
            found: Any = tomllib.loads("\n".join(lines[:end]) + "\n")
        except ValueError:
            continue
        for part in path:
            if not isinstance(found, dict) or part not in found:
                return False
            found = found[part]
        return True
    return False


def _no_toml(text: str, error: Exception) -> InvalidInput:
    """Return the error for a text that `tomllib` cannot read, in words that somebody new to TOML understands."""
    lines = text.split("\n")
    at = re.search(r"at line (\d+)", str(error))
    if at:
        line = int(at[1])
    elif isinstance(error, tomllib.TOMLDecodeError):  # the error is at the end: name the line where the value begins
        last = len(text.rstrip().split("\n"))
        line = _beginning(lines, last) or last
    else:  # tomllib gave up: find the first line at which it gives up
        kind = type(error)
        line = bisect_left(range(1, len(lines)), True, key=lambda end: type(_trouble(lines[:end])) is kind) + 1
    begins = _beginning(lines, line)
    remedy = next(remedy for words, remedy in _REMEDIES if re.match(words, str(error)))
    if begins not in (0, line):
        remedy += f"; the mistake may be on line {begins}, where the value begins"
    return _error(line, *_named(lines, begins), f"this is not TOML: {remedy}")


def _beginning(lines: list[str], last: int) -> int:
    """Return the line on which the statement at line `last` begins, or 0 if the search does not find this line.

    All lines above the returned line form valid TOML.
    """
    places = (number for number in range(last, 0, -1) if number == last or _OPENS.search(lines[number - 1]))
    return next((number for number in islice(places, _TRIED) if _trouble(lines[: number - 1]) is None), 0)


def _named(lines: list[str], begins: int) -> tuple[str, str]:
    """Return the key of the statement on this line, and the name of its table.

    If the key or the table is missing, return an empty text instead.
    """
    key = _KEY.match(lines[begins - 1]) if begins else None
    if not key:
        return "", ""
    headers = (number for number in range(begins - 1, 0, -1) if _HEADER.match(lines[number - 1]))
    header = next((number for number in islice(headers, _TRIED) if _trouble(lines[: number - 1]) is None), None)
    table = _HEADER.match(lines[header - 1]) if header else None
    return _short(key[1].strip("\"'")), _short(table[1].strip()) if table else ""


def _trouble(lines: list[str]) -> Exception | None:
    try:
        tomllib.loads("\n".join(lines) + "\n")
    except (ValueError, RecursionError) as error:
        return error
    return None


def _error(line: int, key: str, table: str, sentence: str) -> InvalidInput:
    where = f" in [{table}]" if table else ""
    return InvalidInput(f"line {line}, {key}{where}: {sentence}" if key else f"line {line}: {sentence}")


def _short(key: str) -> str:
    return key if 0 < len(key) <= _SHOWN and key.isprintable() else repr(key[:_SHOWN])
