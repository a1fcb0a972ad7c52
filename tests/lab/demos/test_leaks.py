"""Attack 14's table: the secret held as a text turns up everywhere, hidden nowhere."""

from mfa_lab.attacks.helpers.leak_search import LEAK_SEARCHES, SECRET
from mfa_lab.lab.demos.attack_tables import leak_table


def test_the_table_says_what_was_found() -> None:
    """Five places; the first column says how in each of them, the others are silent."""
    table = leak_table()
    assert [row[0] for row in table.rows] == list(LEAK_SEARCHES)
    assert all(row[1].startswith("✕ ") for row in table.rows)
    assert {cell for row in table.rows for cell in row[2:]} == {"✓ silent"}


def test_the_table_itself_is_silent() -> None:
    """It tells where the secret is, and not what it is."""
    assert SECRET not in repr(leak_table()) + leak_table()._repr_html_()
