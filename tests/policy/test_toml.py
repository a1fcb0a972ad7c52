"""TOML that people write: where a key stands, whatever stands around it."""

from __future__ import annotations

import re
import sys
import tomllib

import pytest

from mfa_lab.errors import InvalidInput
from mfa_lab.policy import toml
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
    ('\n[x]\n"\\u0061" = 1\n', ("x", "a"), 2),
    ('[x]\nb = 1\n[x.y]\n"\\u0061" = 1\n', ("x", "y", "a"), 3),
    ("z = '''\na" + "\n" * 30 + "'''\na = 1\n", ("a",), 33),
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


@pytest.mark.parametrize("name", ["facts.toml", "other_systems.toml", "policies.toml"])
def test_every_key_of_the_kits_files_is_found(name: str):
    """Each key's line holds the key."""
    text = (data_dir() / name).read_text("utf-8")
    lines = text.split("\n")
    for table, keys in tomllib.loads(text).items():
        for key in keys:
            found = lines[toml.line_of(text, (table, key)) - 1]
            assert key in found
            assert found.startswith((key, f"[{table}.{key}]"))


def test_a_text_may_be_as_long_as_the_limit():
    """One character more is refused."""
    assert toml.parse("#" * toml.MAX_BYTES) == {}
    for text in ("#" * (toml.MAX_BYTES + 1), "#" + "é" * (toml.MAX_BYTES // 2)):
        with pytest.raises(InvalidInput, match="more than 24,000 bytes"):
            toml.parse(text)


LARGEST = [
    ("a." * 7 + "a = 1", "a." * 8 + "a = 1", "line 1: .* more than 8 parts"),
    ('[x]\na = "' + "b." * 20 + '"', "[x]\n" + '"a" . ' * 8 + "a = 1", "line 2: .* more than 8 parts"),
    ("a = '''\n" + "b." * 20 + "\n'''", "a = '''\n\n'''\n[" + "b." * 20 + "b]", "line 4: .* more than 8 parts"),
    ("# " + "a." * 20, "a." * 7000 + "a = 1", "line 1: .* more than 8 parts"),
    ("a = " + "[" * 7 + "]" * 7, "a = " + "[" * 8 + "]" * 8, "over 8 levels deep"),
    ("[a.a.a.a]\na.a.a.a = 1", "[a.a.a.a.a]\na.a.a.a = 1", "over 8 levels deep"),
    ("\n".join(f"a{n} = 1" for n in range(300)), "\n".join(f"a{n} = 1" for n in range(301)), "more than 300 keys"),
    ("a = [" + "{ b = 1 }," * 299 + "]", "a = [" + "{ b = 1 }," * 300 + "]", "more than 300 keys"),
]


@pytest.mark.parametrize(("largest", "larger", "said"), LARGEST)
def test_levels_and_keys_are_limited(largest: str, larger: str, said: str):
    """The largest text is read and a larger one is refused; dots in texts and comments are no levels."""
    toml.parse(largest)
    with pytest.raises(InvalidInput, match=said):
        toml.parse(larger)


@pytest.mark.parametrize("part", ["a.", '"a".', "a . ", "'a'\t.", "é."])
def test_a_key_of_many_dots_never_reaches_the_slow_reader(part: str, monkeypatch: pytest.MonkeyPatch):
    """However its dots are written: `tomllib` took 22 s and 2 GB for 48 kB of them."""
    reads: list[str] = []
    monkeypatch.setattr(tomllib, "loads", lambda given: reads.append(given) or {})
    with pytest.raises(InvalidInput):
        toml.parse(part * 2000 + "a = 1")
    assert reads == []


IN = "line 2, a in [x]: this is not TOML: "
NO_TOML = [
    ("[x]\na = \n", IN + "a value is missing or has no known type: write a number"),
    ("[x]\na =", IN + "a value is missing"),
    ("[x]\na = True\n", IN + "a value is missing or has no known type: write a number, true or false"),
    ("[x]\na = word\n", IN + "a value is missing or has no known type"),
    ("[x]\na = 10 hours\n", IN + "there is more than one value here: write one value per line"),
    ("[x]\na = 'the museum's'\n", IN + "there is more than one value"),
    (
        "[x]\na = 08\n",
        IN + "there is more than one value here: write one value per line, text in quotes, numbers without",
    ),
    ("[x]\na 1\n", IN + "there is no = between a key and its value: write key = value"),
    ("[x]\na: 1\n", IN + "there is no = between"),
    ("word", "line 1: this is not TOML: there is no = between"),
    ("[x]\na = 1\na = 2\n", "line 3, a in [x]: this is not TOML: this key or table is already in the text: keep"),
    ("[x]\n[y]\n[x]\n", "line 3: this is not TOML: this key or table is already in the text"),
    ("a = { b = 1, b = 2 }\n", "line 1, a: this is not TOML: this key or table is already in the text"),
    ("[[x]]\na.b = 1\na = 1\n", "line 3, a in [x]: this is not TOML: this key or table"),
    ("[x\n", "line 1: this is not TOML: the brackets around a table's name are not closed: write [name]"),
    ("[x", "line 1: this is not TOML: the brackets around a table's name are not closed"),
    ("[[x]\n", "line 1: this is not TOML: the brackets around a table's name are not closed"),
    ("[x]\na = 'b\nc = 1\n", IN + "a text in quotes is not closed: end it with the same quotes that it begins with"),
    ('[x]\na = "b\nc = 1\n', IN + "a text in quotes is not closed"),
    ('[x]\na = "b', IN + "a text in quotes is not closed"),
    ("[x]\na = '''\n" + "b = 1\n" * 99, IN + "a text in quotes is not closed"),
    ('[x]\na = """b\n[y]\nb = "c"\n\n', IN + "a text in quotes is not closed"),
    ("[x]\na = '''b\n[y]\nb = '''c'''\n", "line 4, a in [x]: this is not TOML: there is more than one value"),
    ("[x]\na = '''b\n[y]\nb = '''c'''\n", "; the mistake may be on line 2, where the value begins"),
    ("a = '''b\n[y]\nb = '''c'''\n", "; the mistake may be on line 1, where the value begins"),
    ("[x]\nz = '''\n[y]\n'''\na = ", "line 5, a in [x]: this is not TOML: a value is missing"),
    ("[x]\na = [\n 1,\n 2\n\n# b\n", IN + "a list is not closed: write commas between its parts and ] after"),
    ("[x]\na = [\n 1\n 2\n]\n", "line 4, a in [x]: this is not TOML: a list is not closed"),
    ("[x]\na = { b = 1\n", IN + "a table in { } is not closed: write it on one line"),
    ("[x]\na = { b = 1,\n c = 2 }\n", IN + "a key is missing or contains a forbidden character: use letters"),
    ("[x]\na.=1\n", "line 2, a. in [x]: this is not TOML: a key is missing"),
    ('[x]\na = "C:\\d"\n', IN + "a text contains a \\: write \\\\ instead, or put the text in single quotes"),
    ('[x]\na = "\\u12"\n', IN + "a text contains a \\"),
    ("[x]\na = \ud800\n", IN + "a value is missing"),
    ('[x]\na = "\\ud800"\n', IN + "a text contains a \\"),
    ("[x]\na = 2029-02-30\n", IN + "this date does not exist: correct it, or put it in quotes"),
    ("[x]\na = '\x07'\n", IN + "this line contains an invisible character: delete the line and type it again"),
    ("[x]\n\n# \x00\n", "line 3: this is not TOML: this line contains an invisible character"),
    ("=", "line 1: this is not TOML: this line is neither key = value nor a table's [name]: write one of them"),
    ("\ufeff", "line 1: this is not TOML: this line is neither"),
    ("[x]\r\na = \r\n", IN + "a value is missing"),
    ("[x]\n" + "b" * 60 + " 1\n", f"line 2, {'b' * 60} in [x]: this is not TOML: there is no ="),
    ("[x]\n" + "b" * 99 + " 1\n", f"line 2, '{'b' * 60}' in [x]: this is not TOML: there is no ="),
    ('[x]\n"\x1b[31m" = \n', "line 2, '\\x1b[31m' in [x]: this is not TOML: this line contains an invisible"),
    ("[x]\na = " + "9" * 5000 + "\n", IN + "a number is too long: write a shorter one"),
    ("[x]\nz = 1\na = [\n" + "9" * 5000 + "]\nb = 1\n", "line 4, a in [x]: this is not TOML: a number is too long"),
    ("[x]\na = " + "[" * 5000, IN + "brackets are nested too deeply: write fewer levels"),
    (
        "[x]\nz = 1\nb = " + "[" * 5000 + "\nc = 1\n",
        "line 3, b in [x]: this is not TOML: brackets are nested too deeply",
    ),
    ("[" * 5000, "line 1: this is not TOML: a key is missing"),
]


@pytest.mark.parametrize(("text", "said"), NO_TOML, ids=[text[:40] for text, _ in NO_TOML])
def test_what_is_no_toml_is_told(text: str, said: str):
    """The line, the key where there is one, and a remedy, also where the reader tells none; an open quote or bracket
    is told where it opens. None of the reader's own words come out.
    """
    with pytest.raises(InvalidInput) as caught:
        toml.parse(text)
    sentence = str(caught.value)
    assert said in sentence
    assert sentence.startswith("line ")
    assert "line 0" not in sentence
    assert not re.search("column|document|statement|namespace|[Ii]nvalid", sentence)
    assert caught.value.__context__ is None


def new_fault() -> tomllib.TOMLDecodeError:
    """What `tomllib` raises for line 2, column 3. From Python 3.14 on, it takes the text and the place in it."""
    if sys.version_info >= (3, 14):
        return tomllib.TOMLDecodeError("New", "a = 1\nb = 1", 8)
    return tomllib.TOMLDecodeError("New (at line 2, column 3)")


@pytest.mark.parametrize("error", [new_fault(), ValueError("New")])
def test_what_the_reader_may_say_one_day_is_told_in_our_words(error: ValueError, monkeypatch: pytest.MonkeyPatch):
    """A sentence of `tomllib` that nobody knows yet: still line, key and remedy, and none of its words."""
    loads = tomllib.loads

    def refusing(text: str) -> object:
        if "b = 1" in text:
            raise error
        return loads(text)

    monkeypatch.setattr(tomllib, "loads", refusing)
    with pytest.raises(InvalidInput, match=r"^line 2, b: this is not TOML: this line is neither"):
        toml.parse("a = 1\nb = 1\nc = 1")


def test_broken_text_is_not_read_slowly(monkeypatch: pytest.MonkeyPatch):
    """However many places there are to look at, so many are tried and no more. Then the last line is told, and no key
    that may be the wrong one.
    """
    text = "[x]\na = '''\n" + "b = 'c'\n" * 1900
    reads, loads = [], tomllib.loads
    monkeypatch.setattr(tomllib, "loads", lambda given: reads.append(len(given)) or loads(given))
    with pytest.raises(InvalidInput, match=r"^line 1902: this is not TOML: a text in quotes is not closed"):
        toml.parse(text)
    assert len(reads) <= 1 + 2 * 20
