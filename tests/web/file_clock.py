"""The clock and the key of the servers that the tests start. This module needs no FastAPI."""

from __future__ import annotations

from pathlib import Path

KEY = bytes(range(32))


class FileClock:
    """Reads whole seconds from a file, so that a test moves the time of all workers at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def now(self) -> int:
        return int(self.path.read_text())
