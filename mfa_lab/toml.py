"""TOML texts that people write, read so that an error names the line, the key and the remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice
from typing import Any

from mfa_lab.errors import InvalidInput

MAX_CHARACTERS = 50_000
_TRIED = 20
"""So many places and lines are tried for a key: a text made to be read slowly must not be."""
_SHOWN = 60


def parse(text: str) -> dict[str, Any]:
    """The document. Raises `InvalidInput`, which says where the text is no TOML."""
    if not isinstance(text, str):
        raise InvalidInput(f"pass the text of a TOML file, not {type(text).__name__}")
    if len(text) > MAX_CHARACTERS:
        raise InvalidInput(f"this text has more than {MAX_CHARACTERS:,} characters: pass a shorter one")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        sentence = f"this is no TOML: {error}"
    except (ValueError, RecursionError):
        sentence = "this is no TOML that can be read: a number in it is too long, or brackets lie too deep"
    raise InvalidInput(sentence)


def error(text: str, path: tuple[str, ...], sentence: str) -> InvalidInput:
    """The error that says `sentence` of the key at `path`, with its line."""
    *tables, key = path
    where = f" in [{'.'.join(map(_short, tables))}]" if tables else ""
    return InvalidInput(f"line {line_of(text, path)}, {_short(key)}{where}: {sentence}")


def check_key(text: str, path: tuple[str, ...], known: Iterable[str]) -> None:
    """Raise `InvalidInput` unless the last part of `path` is a known key; it says which one was probably meant."""
    known = list(known)
    if path[-1] not in known:
        near = get_close_matches(path[-1], known, 1)
        remedy = f"did you mean {near[0]}?" if near else f"take one of {', '.join(known)}"
        raise error(text, path, f"there is no such key; {remedy}")


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line, from 1, on which the key at `path` is written. It is found by reading ever more of the text."""
    lines = text.split("\n")
    places = (number for number, line in enumerate(lines, 1) if path[-1] in line)
    for number in islice(places, _TRIED):
        if _begun(lines, number, path):
            return number
    return line_of(text, path[:-1]) if len(path) > 1 else 1  # a key written with escapes


def _begun(lines: list[str], number: int, path: tuple[str, ...]) -> bool:
    """Whether the key is there once the statement that begins on this line has ended."""
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


def _short(key: str) -> str:
    return key if 0 < len(key) <= _SHOWN else repr(key[:_SHOWN])
