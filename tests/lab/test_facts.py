"""No figure without a source: each fact says what, on what ground, from whom, when and where."""

import re
from urllib.parse import urlsplit

import pytest

from mfa_lab.errors import InvalidInput
from mfa_lab.lab.facts import fact, fact_table, facts
from mfa_lab.lab.table import Link
from mfa_lab.policy import OWASP

each_fact = pytest.mark.parametrize("name", facts())


@each_fact
def test_a_fact_names_its_source(name):
    """What it says, what it rests on, source, year and a https link are there; the sentence holds a figure."""
    found = fact(name)
    assert all(found[key].strip() for key in ("says", "about", "source"))
    assert 2000 <= found["year"] <= 2026
    assert (urlsplit(found["link"]).scheme, bool(urlsplit(found["link"]).netloc)) == ("https", True)
    assert re.search(r"\d", found["says"])


@each_fact
def test_the_numbers_are_those_of_the_sentence(name):
    """Each number that a notebook computes with also stands in the sentence that the reader sees."""
    found = fact(name)
    told = found["says"].replace(",", "")
    for key, number in found.items():
        if key.endswith("percent"):
            assert re.search(rf"(?<![\d.]){number}\b", told), key
        if key == "per_second":
            assert str(number) in told or f"{number // 10**6} million" in told
        if key == "memory_kib":
            assert f"{number // 1024} MiB" in told


def test_the_lighter_setting_is_about_five_times_lighter():
    """Argon2's work is memory times passes. Even so a guess costs over a million times one of SHA-256."""
    measured = fact("argon2id_rate")
    lighter = measured["memory_kib"] * measured["time"] / (OWASP.memory_kib * OWASP.time)
    assert 4.5 < lighter < 5.5
    assert fact("sha256_rate")["per_second"] > 1_000_000 * lighter * measured["per_second"]


def test_the_table_links_each_source_with_its_year():
    """A reader finds source and year beside each figure."""
    table = fact_table("Two", "reuse", "stolen")
    assert [row[2] for row in table.rows] == [
        Link(f"{fact(name)['source']}, {fact(name)['year']}", fact(name)["link"]) for name in ("reuse", "stolen")
    ]


def test_an_unknown_fact_is_refused():
    """A name that is not there is an error that lists those that are."""
    with pytest.raises(InvalidInput, match="reuse"):
        fact("of-nobody")
