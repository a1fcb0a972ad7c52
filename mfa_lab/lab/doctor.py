"""The command `mfa-lab doctor` checks whether everything that the kit needs is installed and works.

The command prints a line for each finding and for each remedy.
"""

from __future__ import annotations

import json
import os
import platform
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

INSTALL_LAB = 'pip install ".[lab]" in the kit\'s folder, or "mfa-lab[lab]" from your wheelhouse'
LAB_EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "anywidget")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
KERNEL_SECONDS = 60
SERVER_SECONDS = 60
_IN_THE_KERNEL = """\
import json, os, sys
from importlib.machinery import PathFinder
from importlib.util import find_spec
here, taken = os.path.realpath(os.getcwd()), {}
class Recorder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if path is None:
            found = PathFinder.find_spec(name)
            without = PathFinder.find_spec(name, [each for each in sys.path if each])
            place = found and found.origin and os.path.realpath(found.origin)
            if place and place.startswith(here + os.sep) and (not without or without.origin != found.origin):
                taken[name] = os.path.relpath(place, here)
for name, module in list(sys.modules.items()):  # imported by what runs when a kernel starts
    if "." not in name and (getattr(module, "__file__", None) or "").startswith(here + os.sep):
        Recorder.find_spec(name)
sys.meta_path.insert(0, Recorder)
try:
    import mfa_lab, mfa_lab.lab
    for name in dir(mfa_lab.lab):
        getattr(mfa_lab.lab, name)
    for name in ("PIL", "alembic", "fastapi", "httpx", "jinja2", "nbformat", "qrcode", "uvicorn", "zxingcpp"):
        find_spec(name)  # imported by some notebooks, when they are asked for
finally:
    sys.meta_path.remove(Recorder)
    print(json.dumps([getattr(sys.modules.get("mfa_lab"), "__version__", ""), sys.prefix, taken]))
"""
"""A program that imports what notebooks import. It reports which modules come from the notebooks' folder.

Python searches that folder first, so a learner's file there can hide a module.
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold the result of one check.

    `remedy` is empty if the check found no problem. If `needed` is false, a problem is only a note.
    """

    subject: str
    detail: str
    remedy: str = ""
    needed: bool = True

    @property
    def broken(self) -> bool:
        """Return whether this finding stops the kit from working."""
        return self.needed and bool(self.remedy)

    def __str__(self) -> str:
        sign = "FAULT" if self.broken else "note" if self.remedy else "ok"
        line = f"{sign:<6} {self.subject:<9} {self.detail}"
        return f"{line}\n{'':<17}remedy: {self.remedy}" if self.remedy else line


class Fault(Exception):
    """Report a problem that a check has found, in two parts: what is wrong, and what to do."""

    def __init__(self, detail: str, remedy: str) -> None:
        super().__init__(detail, remedy)
        self.detail = detail
        self.remedy = remedy


def examine(work: Path) -> Iterator[Finding]:
    """Run all checks, and yield each finding as soon as it is known.

    A check that cannot be completed is a finding, too.
    """
    examinations: dict[str, Callable[[], str]] = {
        "Python": python,
        "packages": packages,
        "server": lambda: server(work),
        "kernel": lambda: kernel(work),
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
    """Return the version and the path of the Python that runs now.

    The installer has already checked that this version is new enough.
    """
    return f"{platform.python_version()} on {platform.system()}, {sys.executable}"


def packages() -> str:
    """Return the version of every package that the kit needs, including the packages for JupyterLab and the phone."""
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


def own_module(path: Path, name: str) -> Fault:
    """Return the fault for a learner's file or folder that hides the module `name`."""
    return Fault(f"{path} hides the module {name}, which the kit imports", f"rename {path.name}")


@contextmanager
def _working_folder(work: Path) -> Iterator[Path]:
    """Yield the working copy, or an empty temporary folder if there is no working copy yet."""
    if work.is_dir():
        yield work.resolve()
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder).resolve()


def server(work: Path) -> str:
    """Check that JupyterLab starts in the working copy, as `mfa-lab` starts it, and stop it at once."""
    with _working_folder(work) as folder:
        # -P: Python must not import from the folder in which the doctor is called, as `mfa-lab` does not.
        command = [sys.executable, "-P", "-m", "mfa_lab.cli.jupyter", str(folder)]
        ran = subprocess.run(  # noqa: S603 (our own module, by the Python that runs)
            command, capture_output=True, text=True, errors="replace", timeout=SERVER_SECONDS, check=False
        )
    try:
        answer = json.loads(ran.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        said = (ran.stderr.strip().splitlines() or [f"it ended with exit code {ran.returncode}"])[-1]
        raise Fault(
            f"JupyterLab does not start: {said}", f"start it as the doctor does: {shlex.join(command)}"
        ) from None
    if answer:
        raise Fault(answer["detail"], answer["remedy"])
    return "JupyterLab starts"


def kernel(work: Path) -> str:
    """Check that a kernel starts in the working copy, as for a notebook, and can import what notebooks import."""
    with _working_folder(work) as folder:
        reply, heard = _asked_of_a_kernel(folder)
    failed = "" if reply["status"] == "ok" else f"{reply['ename']}: {reply['evalue']}"
    try:
        known, prefix, taken = json.loads(heard.splitlines()[-1])
    except (IndexError, ValueError):
        raise Fault(f"starts, but cannot import mfa_lab: {failed}", INSTALL_LAB) from None
    if taken:
        name, file = next(iter(taken.items()))
        raise own_module(work / Path(file).parts[0], name)
    if failed:
        raise Fault(f"starts, but cannot import mfa_lab: {failed}", INSTALL_LAB)
    if Path(prefix) != Path(sys.prefix):
        raise Fault(f"runs in {prefix}, not in {sys.prefix}", "see which python3 `jupyter kernelspec list` finds")
    return f"python3 starts and imports mfa_lab {known}"


def _asked_of_a_kernel(folder: Path) -> tuple[dict[str, Any], str]:
    """Run `_IN_THE_KERNEL` in a new kernel in `folder`. Return the kernel's reply, and what the program printed."""
    import zmq
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    if "transport_encryption" in manager.trait_names() and zmq.has("curve"):
        manager.set_trait("transport_encryption", "auto")
    heard: list[str] = []
    try:
        manager.start_kernel(cwd=str(folder), stderr=subprocess.DEVNULL)
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=KERNEL_SECONDS)
            reply = client.execute_interactive(
                _IN_THE_KERNEL,
                timeout=KERNEL_SECONDS,
                output_hook=lambda message: heard.append(message["content"].get("text", "")),
            )
        finally:
            client.stop_channels()
    finally:
        if manager.has_kernel:
            manager.shutdown_kernel(now=True)
    return reply["content"], "".join(heard)


def widgets() -> str:
    """Check that JupyterLab finds the extensions that draw the forms."""
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
    """Check that a server can listen on a port of this machine."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            return f"127.0.0.1:{taken.getsockname()[1]} can be opened"
    except OSError as fault:
        detail = f"no port can be opened on 127.0.0.1: {fault.strerror}"
        raise Fault(detail, "allow Python to listen on 127.0.0.1 (check the firewall or container)") from fault


def write_access(work: Path) -> str:
    """Check that the working copy, or the nearest existing folder above it, is writable."""
    folder = next(each for each in (work.absolute(), *work.absolute().parents) if os.path.lexists(each))
    try:
        with tempfile.TemporaryFile(dir=folder):
            return f"{folder} is writable"
    except OSError as fault:
        raise Fault(f"{folder}: {fault.strerror}", "name a folder you may write in: mfa-lab DIR") from fault


def chromium() -> str:
    """Check that Chromium is installed. Only the browser tests need Chromium."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise Fault("not found; only the browser tests need it", "install your system's package chromium")
    return path
