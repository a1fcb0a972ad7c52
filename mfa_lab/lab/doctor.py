"""`mfa-lab doctor`: is everything here that the kit needs, and does it work?

It prints one line for each finding and remedy.
"""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

INSTALL_LAB = 'pip install ".[lab]" in the kit\'s folder, or "mfa-lab[lab]" from your wheelhouse'
LAB_EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "anywidget")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
KERNEL_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold what one examination found. `remedy` is empty if all is well; without `needed` it is only a note."""

    subject: str
    detail: str
    remedy: str = ""
    needed: bool = True

    @property
    def broken(self) -> bool:
        """Return whether this stops the kit from working."""
        return self.needed and bool(self.remedy)

    def __str__(self) -> str:
        sign = "FAULT" if self.broken else "note" if self.remedy else "ok"
        line = f"{sign:<6} {self.subject:<9} {self.detail}"
        return f"{line}\n{'':<17}remedy: {self.remedy}" if self.remedy else line


class Fault(Exception):
    """Report an examination's failure in two parts: what is wrong, and what to do."""

    def __init__(self, detail: str, remedy: str) -> None:
        super().__init__(detail, remedy)
        self.detail = detail
        self.remedy = remedy


def examine(work: Path) -> Iterator[Finding]:
    """Yield each finding as soon as it is known. An examination that itself fails is a finding too."""
    examinations: dict[str, Callable[[], str]] = {
        "Python": python,
        "packages": packages,
        "kernel": kernel,
        "widgets": widgets,
        "port": free_port,
        "folder": lambda: write_access(work),
        "Chromium": chromium,
    }
    for subject, examination in examinations.items():
        try:
            detail, remedy = examination(), ""
        except Fault as fault:
            detail, remedy = fault.detail, fault.remedy
        except Exception as fault:  # noqa: BLE001  (the doctor reports any fault and continues)
            detail = " ".join(f"{type(fault).__name__}: {fault}".split())
            remedy = f"install the kit in a fresh environment: {INSTALL_LAB}"
        yield Finding(subject, detail, remedy, needed=subject != "Chromium")


def python() -> str:
    """Return which Python runs this, and where. The installer has already checked that it is new enough."""
    return f"{platform.python_version()} on {platform.system()}, {sys.executable}"


def packages() -> str:
    """Return the version of every package that the kit needs, including those of the lab."""
    try:
        from packaging.requirements import Requirement
    except ImportError:
        raise Fault("JupyterLab is not installed", INSTALL_LAB) from None
    found, faults = {"mfa-lab": version("mfa-lab")}, []
    for asked in map(Requirement, requires("mfa-lab") or []):
        extras = ("", "phone", "lab")
        if asked.marker and not any(asked.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        try:
            found[asked.name] = version(asked.name)
        except PackageNotFoundError:
            faults.append(f"{asked.name} is missing")
            continue
        if not asked.specifier.contains(found[asked.name], prereleases=True):
            faults.append(f"{asked.name} {found[asked.name]} is not {asked.specifier}")
    if faults:
        raise Fault(", ".join(faults), INSTALL_LAB)
    return ", ".join(f"{name} {have}" for name, have in found.items())


def kernel() -> str:
    """Start a real kernel, as a notebook does, and import the kit in it."""
    from jupyter_client.manager import start_new_kernel

    heard: list[str] = []
    manager, client = start_new_kernel(
        kernel_name="python3", startup_timeout=KERNEL_SECONDS, stderr=subprocess.DEVNULL
    )
    try:
        reply = client.execute_interactive(
            "import sys, mfa_lab; print(mfa_lab.__version__, sys.prefix)",
            timeout=KERNEL_SECONDS,
            output_hook=lambda message: heard.append(message["content"].get("text", "")),
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if reply["content"]["status"] != "ok":
        raise Fault("starts, but cannot import mfa_lab", INSTALL_LAB)
    known, prefix = "".join(heard).strip().split(" ", 1)
    if Path(prefix) != Path(sys.prefix):
        raise Fault(f"runs in {prefix}, not in {sys.prefix}", "see which python3 `jupyter kernelspec list` finds")
    return f"python3 starts and imports mfa_lab {known}"


def widgets() -> str:
    """Check that the lab extensions that draw the forms are where JupyterLab looks for them."""
    from jupyter_core.paths import jupyter_path

    folders = jupyter_path("labextensions")
    missing = [
        name for name in LAB_EXTENSIONS if not any(Path(each, name, "package.json").is_file() for each in folders)
    ]
    if missing:
        reinstall = "pip install --force-reinstall jupyterlab_widgets anywidget"
        raise Fault(f"JupyterLab does not find {', '.join(missing)}", reinstall)
    return f"JupyterLab finds {', '.join(LAB_EXTENSIONS)}"


def free_port() -> str:
    """Check that JupyterLab can listen on this machine. It does not matter which port is free."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            return f"127.0.0.1:{taken.getsockname()[1]} can be opened"
    except OSError as fault:
        detail = f"none can be opened on 127.0.0.1: {fault.strerror}"
        raise Fault(detail, "let Python listen on 127.0.0.1 (firewall, container)") from fault


def write_access(work: Path) -> str:
    """Check that the working copy, or the nearest existing folder above it, is writable."""
    folder = next(each for each in (work.absolute(), *work.absolute().parents) if os.path.lexists(each))
    try:
        with tempfile.TemporaryFile(dir=folder):
            return f"{folder} can be written in"
    except OSError as fault:
        raise Fault(f"{folder}: {fault.strerror}", "name a folder you may write in: mfa-lab DIR") from fault


def chromium() -> str:
    """Look for Chromium, which only the browser tests need."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise Fault("not found; only the browser tests need it", "install your system's package chromium")
    return path
