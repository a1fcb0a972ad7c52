"""Shipped files are found in a checkout and in an installed wheel, and missing ones are named."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mfa_lab import errors, resources

PRINT = "from mfa_lab.resources import *; print(data_dir()); print(notebooks_dir())"


def found(root: Path) -> "subprocess.CompletedProcess[str]":
    """What a copy of the package in `root` finds."""
    package = root / "mfa_lab"
    package.mkdir(exist_ok=True)
    (package / "__init__.py").touch()
    for module in (errors, resources):
        shutil.copy(module.__file__, package)
    environment = os.environ | {"PYTHONPATH": str(root)}
    return subprocess.run([sys.executable, "-c", PRINT], env=environment, cwd=root, capture_output=True, text=True)


@pytest.mark.parametrize("inside", ["", "mfa_lab/_shipped"], ids=["checkout", "wheel"])
def test_folders_are_found(inside: str, tmp_path: Path) -> None:
    """At the top of a checkout; inside the package of a wheel, where a stranger's `data` beside it is passed by."""
    (tmp_path / "data").mkdir()
    for name in ("data", "notebooks"):
        (tmp_path / inside / name).mkdir(parents=True, exist_ok=True)
    assert found(tmp_path).stdout.split() == [str(tmp_path / inside / name) for name in ("data", "notebooks")]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """One sentence that says what to do, not a later FileNotFoundError."""
    assert "MfaError: the data folder is missing: install mfa-lab again" in found(tmp_path).stderr
