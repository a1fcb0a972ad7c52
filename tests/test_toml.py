"""TOML that people write: where a key stands, whatever stands around it."""

from __future__ import annotations

import tomllib

import pytest

from mfa_lab import toml
from mfa_lab.errors import InvalidInput
from mfa_lab.resources import data_dir

LINES = [
    ("a = 1\nb = 2\n", ("b",), 2),
    ("[one]\na = 1\n[two]\na = 1\n", ("two", "a"), 4),
    ("[one]\na = '''\n[two]\na = 1\n'''\n[two]\na = 1\n", ("two", "a"), 7),
    ("# a = 1\na = 1", ("a",), 2),
    ("a.b.c = 1\n", ("a", "b", "c"), 1),
    ("[a.b]\nc = 1\n", ("a", "b"), 1),
    ("x = [\n  1,\n  2,\n]\na = [\n  1,\n]\n", ("a",), 5),
    ("a = { b = 1, c = 2 }\n", ("a", "c"), 1),
    ('[x]\n"a b" = 1\n', ("x", "a b"), 2),
    ("ab = 1\na = 2\n", ("a",), 2),
    ("\r\na = 1\r\nb = 2\r\n", ("b",), 3),
    ('"\\u0061" = 1\n', ("a",), 1),
    ('[x]\n"\\u0061" = 1\n', ("x", "a"), 1),
]


@pytest.mark.parametrize(("text", "path", "line"), LINES, ids=[repr(text) for text, _, _ in LINES])
def test_a_key_is_found_on_its_line(text: str, path: tuple[str, ...], line: int):
    """In tables and inline ones, past comments, look-alikes and texts over many lines; where the key is written with
    escapes, the line of its table.
    """
    assert toml.line_of(text, path) == line


@pytest.mark.parametrize("text", ["[x]\n" + "a = [\n" * 2000, "[x]\n" + "a.b = 1\n" * 2000, "# a\n" * 3000])
def test_a_text_made_to_be_read_slowly_is_not(text: str, monkeypatch: pytest.MonkeyPatch):
    """However often the key is named and however long its value: it is looked for so many times and no more."""
    reads, loads = [], tomllib.loads
    monkeypatch.setattr(tomllib, "loads", lambda given: reads.append(len(given)) or loads(given))
    toml.line_of(text, ("x", "a", "c"))
    assert len(reads) <= 3 * 20 * 20


@pytest.mark.parametrize("name", ["facts.toml", "peers.toml", "policies.toml"])
def test_every_key_of_the_kits_files_is_found(name: str):
    """Each key's line holds the key."""
    text = (data_dir() / name).read_text("utf-8")
    lines = text.split("\n")
    for table, keys in tomllib.loads(text).items():
        for key in keys:
            found = lines[toml.line_of(text, (table, key)) - 1]
            assert key in found
            assert found.startswith((key, f"[{table}.{key}]"))


@pytest.mark.parametrize(
    "text", ["[" * 5000, "a = " + "[" * 5000, "a = " + "9" * 5000, "a = \x00", "a = 1e", "=", "\ufeff"]
)
def test_what_is_no_toml_is_told(text: str):
    """Brackets as deep as a well, numbers as long as a page and what is plainly wrong: one sentence."""
    with pytest.raises(InvalidInput, match="this is no TOML"):
        toml.parse(text)
