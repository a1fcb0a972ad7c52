"""Tables of accounts: what spreadsheets and programs write is read, all or nothing, and an error says where."""

from __future__ import annotations

import csv
import io
import json
import time
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_lab.errors import InvalidInput
from mfa_lab.provisioning import OtpAccount, account_table
from mfa_lab.provisioning.account_table import MAX_CHARACTERS, parse_table, read_table
from tests.provisioning.test_provisioning import SECRET, accounts
from tests.provisioning.test_provisioning import read as all_of

OTHER = "DEMOBOBDEMOBOBDEMOBOBDEMOBOBDEMO"
USUAL = ("alice", "", SECRET, 6, 30, "SHA1")

TABLES = {
    "CSV": (f"name,secret\nalice,{SECRET}\n", USUAL),
    "no last line break": (f"name,secret\nalice,{SECRET}", USUAL),
    "Windows": (f"\ufeffname,secret\r\nalice,{SECRET}\r\n", USUAL),
    "semicolons": (f"name;secret\nalice;{SECRET}\n", USUAL),
    "tabs": (f"name\tsecret\nalice\t{SECRET}\n", USUAL),
    "space and blank lines": (f"\n Name , SECRET \n\n  alice , {SECRET} \n\n", USUAL),
    "an unusual secret": (f"name,secret\nalice,{SECRET[:16].lower()} {SECRET[16:]}====\n", USUAL),
    "empty cells": (f"issuer,secret,name,digits,period,algorithm\n,{SECRET},alice,,,\n", USUAL),
    "every column": (
        f'name,secret,issuer,digits,period,algorithm\nalice,{SECRET},"Acme, Ltd",8,60,sha256\n',
        ("alice", "Acme, Ltd", SECRET, 8, 60, "SHA256"),
    ),
    "JSON": (json.dumps({"alice": SECRET}), USUAL),
    "JSON with columns": (
        json.dumps({"alice": {"secret": SECRET, "issuer": "Acme", "digits": 8, "period": "60"}}, indent=2),
        ("alice", "Acme", SECRET, 8, 60, "SHA1"),
    ),
}


@pytest.mark.parametrize(("text", "account"), TABLES.values(), ids=TABLES)
def test_tables_as_they_come(text: str, account: tuple[object, ...]) -> None:
    """From spreadsheets, from programs, by hand: columns in any order, the usual kind where nothing is said."""
    (found,) = parse_table(text)
    assert all_of(found) == account


@given(st.lists(accounts, min_size=1, max_size=5, unique_by=lambda account: account.label))
def test_what_a_program_writes_is_read(given_accounts: list[OtpAccount]) -> None:
    """Any accounts, written by Python's csv and json, come back in their order."""
    rows = [
        dict(zip(("name", "issuer", "secret", "digits", "period", "algorithm"), all_of(account), strict=True))
        for account in given_accounts
    ]
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    texts = [table.getvalue()]
    if len({row["name"] for row in rows}) == len(rows):
        texts.append(json.dumps({row.pop("name"): row for row in rows}))
    for text in texts:
        assert [all_of(account) for account in parse_table(text)] == [all_of(account) for account in given_accounts]


CSV = f"name,secret,digits,issuer\nalice,{SECRET},6,Acme\n"
JSON = f'{{\n  "alice": "{SECRET}",\n'
MISTAKES = {
    "digits": (CSV + f"bob,{OTHER},9,Acme", "line 3, digits: digits must be 6, 7 or 8"),
    "digits that are none": (CSV + f"bob,{OTHER},six,Acme", "line 3, digits: digits must be 6, 7 or 8"),
    "period": (f"name,secret,period\nbob,{OTHER},0", "line 2, period: period must be 1 to 120"),
    "algorithm": (f"name,secret,algorithm\nbob,{OTHER},MD5", "line 2, algorithm: algorithm must be one of"),
    "secret": (CSV + "bob,DEMO1,6,Acme", "line 3, secret: a secret is Base32 text"),
    "short secret": (CSV + "bob,DEMODEMO,6,Acme", "line 3, secret: this secret has 40 bits"),
    "no secret": (CSV + "bob,,6,Acme", "line 3, secret: the cell is empty"),
    "no name": (CSV + f",{OTHER},6,Acme", "line 3, name: the cell is empty"),
    "name": (CSV + f"a\0b,{OTHER},6,Acme", "line 3, name: the account contains a line break"),
    "issuer": (CSV + f"bob,{OTHER},6,a\0b", "line 3, issuer: the issuer contains a line break"),
    "a secret of 80 bits": (CSV + f"bob,{OTHER[:16]},6,Acme", "line 3, secret: this secret has 80 bits"),
    "a cell too many": (CSV + f"bob,{OTHER},6,Acme,Ltd", "line 3 has 5 cells, but the heading has 4: quote"),
    "a cell too few": (CSV + f"bob,{OTHER}", "line 3 has 2 cells, but the heading has 4: quote"),
    "after a cell of two lines": (f'name,secret\n"a\nb",{OTHER}', "line 2, name: the account contains a line break"),
    "after blank lines": (CSV + f"\n\nbob,{OTHER},9,Acme", "line 5, digits"),
    "an open quote": (CSV + f'"bob,{OTHER},6,Acme', "line 3: a quoted cell does not end"),
    "the same twice": (
        CSV + f"alice,{OTHER},6,Acme",
        "line 3, name: this name and issuer are already in the table",
    ),
    "no heading": (f"alice,{SECRET}\n", "line 1, column 1: the first line must name columns"),
    "no heading, and columns mixed up": (f"{SECRET},alice\n", "line 1, column 1: the first line must name columns"),
    "a column that is none": (
        f"name,secret,colour\nalice,{SECRET},red",
        "line 1, column 3: the first line must name",
    ),
    "a column twice": (f"name,secret,name\nalice,{SECRET},a", "line 1, column 3: the first line must name"),
    "no column of secrets": ("name,issuer\nalice,Acme", "line 1: there is no column secret"),
    "a cell without end": (f"name,secret\nalice,{'A' * 140_000}", "line 2: a cell is longer than 131,072 characters"),
    "nothing": ("", "no account: write a row"),
    "a heading alone": ("name,secret\n", "no account: write a row"),
    "no text": (None, "pass the text of a table"),
    "bytes": (CSV.encode(), "pass the text of a table"),
    "too long": (CSV + "x" * MAX_CHARACTERS, "at most 500,000 characters"),
    "JSON's secret": (JSON + '  "bob": "DEMO1"}', "line 3, secret: a secret is Base32 text"),
    "JSON's name": (JSON + f'  "a\\nb": "{OTHER}"}}', "line 3, name: the account contains a line break"),
    "JSON's name, escaped": (f'{{"Zo\\u00eb": "{SECRET}",\n"\\u00eb\\n.": "{OTHER}"}}', "line 2, name"),
    "JSON's name, escaped oddly": (f'{{"\\u0061\\n.": "{OTHER}"}}', "line 1, name"),
    "JSON's name twice": (JSON + f'  "alice": "{OTHER}"}}', "line 3, name: this name and issuer are"),
    "JSON's name after deep values": (
        f'{{"a":\n{{"secret": "{OTHER}", "issuer": "}}\\"b\\": {{"}}\n,\n\n"b"\n:\n"DEMO1"}}',
        "line 5, secret",
    ),
    "a value with a key's words": (f'{{"a": "{OTHER}",\n"{OTHER}": "DEMO1"}}', "line 2, secret"),
    "a number for a secret": (JSON + '  "bob": 7}', "line 3: after the name, write the secret"),
    "JSON's column": (f'{{"a": {{"secret": "{OTHER}", "name": "b"}}}}', "line 1: an account may have only secret"),
    "JSON's cell": (
        f'{{"a": {{"secret": "{OTHER}", "digits": true}}}}',
        "line 1, digits: write a string or an integer",
    ),
    "a list": (f'["{OTHER}"]', "line 1: a JSON table must be an object"),
    "broken JSON": (JSON + '  "bob": }', "line 3, column 10: this is not JSON"),
    "deep JSON": ('{"a":' * 100_000, "this JSON cannot be read"),
    "a long number": ('{"a":' + "1" * 5000 + "}", "this JSON cannot be read"),
}


@pytest.mark.parametrize(("text", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_where_it_is(text: str, sentence: str) -> None:
    """Line, column and remedy; `parse_table` then reads nothing. No cell is quoted, nor in any variable of what
    raises.
    """
    with pytest.raises(InvalidInput) as caught:
        parse_table(text)
    assert sentence in str(caught.value)
    assert caught.value.__context__ is None
    below = caught.value.__traceback__.tb_next
    shown = "".join(traceback.TracebackException(InvalidInput, caught.value, below, capture_locals=True).format())
    assert not [secret for secret in (SECRET, OTHER, "DEMO1") if secret in shown.upper()]


def test_every_bad_row_is_listed_and_good_ones_are_taken_if_asked() -> None:
    """`parse_table` names all bad rows and takes none; `read_table` takes the good ones, in their order."""
    text = (
        f"name,secret,issuer\nalice,{SECRET},\nbob,{OTHER[:16]},\n,{OTHER},\ncarol,{OTHER}\n"
        f"dave,{OTHER},Acme\ndave,{SECRET},Acme\nerin,{OTHER},\n"
    )
    wrong = [
        "line 3, secret: this secret has 80 bits",
        "line 4, name: the cell is empty",
        "line 5 has 2 cells",
        "line 7, name",
    ]
    with pytest.raises(InvalidInput) as caught:
        parse_table(text)
    assert [each for each in wrong if each not in str(caught.value)] == []
    found = read_table(text)
    assert [account.account for account in found.accounts] == ["alice", "erin"]
    assert [bad.startswith(each) for bad, each in zip(found.bad_rows, wrong, strict=True)] == [True] * 4
    assert not [secret for secret in (SECRET, OTHER[:16]) if secret in f"{found}{caught.value}"]


def test_a_long_list_of_bad_rows_is_cut_in_the_sentence_only() -> None:
    """Twenty are named, the rest is counted; `read_table` has them all."""
    text = "name,secret\n" + "bob,DEMO1\n" * 5000
    with pytest.raises(InvalidInput, match=r"line 21, secret: .*; and 4980 more rows$"):
        parse_table(text)
    assert len(read_table(text).bad_rows) == 5000


@pytest.mark.parametrize("escape", ["", "\\u0061"], ids=["as it is", "escaped oddly"])
def test_large_tables_take_seconds_at_most(escape: str) -> None:
    """Eight thousand accounts, with a mistake in the last: nothing is searched once a row."""
    rows = ",\n".join(f'"{escape}user{number}": "{SECRET}"' for number in range(8000))
    start = time.perf_counter()
    assert len(parse_table(f"{{{rows}}}")) == 8000
    with pytest.raises(InvalidInput, match="8001, secret"):
        parse_table(f'{{{rows},\n"last": "DEMO1"}}' if not escape else f'{{{rows},\n"{escape}last": "DEMO1"}}')
    assert time.perf_counter() - start < 10


WORST = {
    "one bad row after another": ("{" + ",".join(['"a":1'] * 6000) + "}", 6000),
    "a name as long as a table": ('{"' + "a" * (MAX_CHARACTERS - 6) + '":1}', 1),
    "quotes and backslashes": ('{"' + '\\"' * (MAX_CHARACTERS // 2 - 3) + '":1}', 1),
}


@pytest.mark.parametrize(("text", "bad"), WORST.values(), ids=WORST)
def test_no_table_takes_longer_than_its_length(text: str, bad: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of the keys are searched once for all bad rows. A search for each row or name takes a minute."""
    searches = []
    search = account_table._key_lines
    monkeypatch.setattr(account_table, "_key_lines", lambda text: searches.append(1) or search(text))
    start = time.perf_counter()
    rows = read_table(text).bad_rows
    assert time.perf_counter() - start < 10
    assert rows == ("line 1: after the name, write the secret or an object of columns",) * bad
    assert searches == [1]
