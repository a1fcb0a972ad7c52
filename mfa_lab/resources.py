"""Where the files that come with the package are: in a checkout at its top, in an installed wheel inside it."""

from __future__ import annotations

from pathlib import Path

from mfa_lab.errors import MfaError

_PACKAGE = Path(__file__).parent


def data_dir() -> Path:
    """The folder of vectors, the blocklist and demo accounts."""
    return _shipped("data")


def notebooks_dir() -> Path:
    """The folder of the notebooks as they were shipped. Learners work on a copy."""
    return _shipped("notebooks")


def _shipped(name: str) -> Path:
    in_wheel = _PACKAGE / "_shipped"
    folder = (in_wheel if in_wheel.is_dir() else _PACKAGE.parent) / name
    if not folder.is_dir():
        raise MfaError(f"the {name} folder is missing: install mfa-lab again, or run it from a whole checkout")
    return folder
