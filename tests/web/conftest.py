"""One running application for a whole module of tests; each test makes accounts of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.web.kit import Served, serving

_NUMBERS = count(1)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The small application, on SQLite, with a policy that makes nobody wait."""
    with serving(tmp_path_factory.mktemp("web"), policy={"free_failures": 1_000_000}) as served:
        yield served


@pytest.fixture
def name() -> str:
    """A name that no other test of the module uses."""
    return f"user{next(_NUMBERS)}@example.org"
