"""Attack 13's table: each step of the fix closes the ways that it should."""

from mfa_lab.lab.demos.attack_tables import stolen_secret_table


def test_each_encryption_closes_its_ways() -> None:
    """In clear all three are open, encryption alone leaves the swap, a bound row leaves none, nor does MfaServer."""
    assert [[cell.split(" ", 1)[1] for cell in row[1:]] for row in stolen_secret_table().rows] == [
        ["gets in", "gets in", "gets in"],
        ["stays out", "stays out", "gets in"],
        ["stays out", "stays out", "stays out"],
        ["stays out", "stays out", "stays out"],
    ]


def test_the_same_each_time() -> None:
    """Seals differ from run to run; what comes of them does not."""
    assert repr(stolen_secret_table()) == repr(stolen_secret_table())
