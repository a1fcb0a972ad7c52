"""Programs from outside that some tests need, such as Debian's oathtool, zbar-tools, chromium and nginx."""

import multiprocessing
import os
import shutil
from typing import NoReturn

import pytest

PACKAGES = {"zbarimg": "zbar-tools", "configurable-http-proxy": "node-configurable-http-proxy", "useradd": "passwd"}


def requires_program(name: str) -> str:
    """The program's path. Where it is missing the test is skipped, and fails instead under CI=true."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if path is None:
        missing(f"{name} is not installed: apt-get install {PACKAGES.get(name, name)}")
    return path


def requires_semaphores() -> None:
    """Skip the test where processes get no locks: in a bare container whose user may not write to /dev/shm."""
    try:
        multiprocessing.get_context("spawn").Lock()
    except OSError as fault:
        missing(f"this machine gives no semaphores to processes ({fault}): make /dev/shm writable")


def missing(sentence: str) -> NoReturn:
    """Skip the test with this sentence; under CI=true fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)
