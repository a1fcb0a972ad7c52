"""Attack 17's table says what was measured."""

from mfa_lab.lab.demos.attack_tables import delay_table


def test_the_table_ends_at_an_hour_and_at_an_administrator() -> None:
    """MfaServer: nothing, half a minute from the third on, an hour at last; the locking server: nothing, then all."""
    rows = {row[0]: row[1:] for row in delay_table().rows}
    assert rows[2] == ("not at all", "not at all")
    assert rows[3] == ("not at all", "30 seconds")
    assert rows[9][0] == "not at all"
    assert rows[10] == rows[100] == ("until an administrator helps", "60 minutes")
