"""A table reads alike as text and as HTML, and anyone who listens hears its headers."""

import pytest
from bs4 import BeautifulSoup

from mfa_lab.lab.table import Link, Table

TABLE = Table(
    "Codes", ("app", "code"), ("honest", "123 456"), ("A & B", Link("see <there>", "https://example.org/?a=1&b=2"))
)


def test_the_text_is_aligned():
    """Each column is as wide as its widest cell; a link shows its text."""
    assert repr(TABLE).splitlines() == ["Codes", "app     code", "honest  123 456", "A & B   see <there>"]


def test_the_html_has_caption_and_headers():
    """Header cells have a scope, and the caption names the table."""
    page = BeautifulSoup(TABLE._repr_html_(), "html.parser")
    assert page.caption.get_text() == "Codes"
    assert [(cell.get_text(), cell["scope"]) for cell in page.find_all("th")] == [("app", "col"), ("code", "col")]


def test_the_html_says_the_same_and_escapes():
    """Every cell's text is in the page as text, whatever signs it holds, and a link leads where it should."""
    page = BeautifulSoup(TABLE._repr_html_(), "html.parser")
    assert [cell.get_text() for cell in page.find_all("td")] == ["honest", "123 456", "A & B", "see <there>"]
    assert page.a["href"] == "https://example.org/?a=1&b=2"


def test_a_row_of_another_length_is_refused():
    """A cell too few or too many is a mistake that shows at once."""
    with pytest.raises(ValueError, match="zip"):
        repr(Table("Codes", ("app", "code"), ("honest",)))
