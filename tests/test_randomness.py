"""Where random bytes come from."""

from mfa_lab.randomness import SeededRandomness, SystemRandomness


def test_system_bytes_differ() -> None:
    """As many bytes as asked for, never the same twice (ASVS-6.5.3)."""
    drawn = [SystemRandomness().token_bytes(20) for _ in range(100)]
    assert {len(one) for one in drawn} == {20}
    assert len(set(drawn)) == 100


def test_a_seed_gives_the_same_bytes_and_does_not_show() -> None:
    """Two sources of one seed agree draw by draw, and move on; another seed differs; `repr` hides the seed."""
    one, same, other = SeededRandomness(31415), SeededRandomness(31415), SeededRandomness(27182)
    first, second = one.token_bytes(20), one.token_bytes(20)
    assert (same.token_bytes(20), same.token_bytes(20)) == (first, second)
    assert first != second
    assert other.token_bytes(20) != first
    assert "31415" not in repr(one)
