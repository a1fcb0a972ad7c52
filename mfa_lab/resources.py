"""Find the files that come with the package. They are at the top of a checkout, or inside an installed wheel."""

from __future__ import annotations

from pathlib import Path

from mfa_lab.errors import MfaError

_PACKAGE = Path(__file__).parent


def data_dir() -> Path:
    """Return the folder of the test vectors, the blocklist and the demo accounts.

    Raises `MfaError` if the folder is missing.
    """
    return _shipped("data")


def notebooks_dir() -> Path:
    """Return the folder of the original notebooks. Learners use a copy.

    Raises `MfaError` if the original is missing.
    """
    return _shipped("notebooks")


def _shipped(name: str) -> Path:
    in_wheel = _PACKAGE / "_shipped"
    folder = (in_wheel if in_wheel.is_dir() else _PACKAGE.parent) / name
    if not folder.is_dir():
        raise MfaError(f"the {name} folder is missing: install mfa-lab again, or run it from a complete checkout")
    return folder
