"""A worker that serves for long holds no more than at its start."""

import pytest

from benchmarks.over_http import http_memory


@pytest.mark.full
def test_memory_stays_what_it_is():
    """After 3,000 requests of all kinds at most 5 % more than after 1,000: 6 kB kept of each would be seen.

    `python -m benchmarks http_memory` compares 100,000 with 10,000.
    """
    row = http_memory(first=1_000, last=3_000)
    assert row.value <= 1.05, row.figures
