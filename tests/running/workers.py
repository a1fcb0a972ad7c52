"""Two workers on two cores by default; one file runs without workers, so that it answers at once."""

import os
from pathlib import Path

import pytest

MOST_WORKERS = 8  # a kernel, a browser or a server beside each worker needs room as well
# These take the longest. They begin first, so that no worker is left alone with one of them at the end.
FIRST = (
    "notebooks/",
    "tests/notebooks/test_any_time.py",
    "tests/attacks/test_check",
    "tests/browser/",
    "tests/web/",
    "tests/attacks/",
    "tests/lab/exercises/test_exercises.py",
)


@pytest.hookimpl(optionalhook=True)  # a run may leave xdist out
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many workers `-n auto` means: 0 for a single file or test, else one for each core."""
    paths = {argument.partition("::")[0] for argument in config.args}
    if len(paths) == 1 and Path(config.invocation_params.dir, *paths).is_file():
        return 0
    return min(os.cpu_count() or 1, MOST_WORKERS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take long at the front; the order within a file stays."""
    items.sort(key=lambda item: [not item.nodeid.startswith(start) for start in FIRST])
