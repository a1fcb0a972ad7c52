"""Programs from outside that some tests need. Debian's packages: oathtool, zbar-tools, chromium, faketime."""

import os
import shutil

import pytest

PACKAGES = {"zbarimg": "zbar-tools"}


def requires_program(name: str) -> str:
    """The program's path. Where it is missing the test is skipped, and fails instead under CI=true."""
    path = shutil.which(name)
    if path is None:
        sentence = f"{name} is not installed: apt-get install {PACKAGES.get(name, name)}"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return path
