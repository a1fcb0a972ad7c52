"""Make a wheelhouse: everything that `pip install` needs on an offline machine, in the versions that uv pins.

The wheelhouse contains the packages for every patch release of this Python (3.11.0 as well as 3.11.9). The machines
in a room seldom have the same patch release, and some releases need other package versions.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from urllib.request import url2pathname

from packaging.requirements import Requirement

from mfa_lab.errors import MfaError
from mfa_lab.lab.working_copy import write
from mfa_lab.resources import notebooks_dir

KIT, EXTRA = "mfa-lab", "[lab]"
WHAT = f"{KIT}{EXTRA}"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
SYSTEM = f"{platform.system()} {platform.machine()}"
_PATCH_RELEASES = range(40)
_EXPORT = ["--no-emit-project", "--no-hashes", "--no-header", "--no-annotate"]
_DOWNLOAD = ["--no-deps", "--only-binary=:all:", "--ignore-requires-python"]
_SCRIPT = "install.py"
_HOW = f"""Install mfa-lab without internet access
=======================================

This folder contains everything for Python {PYTHON} (any {PYTHON}.x) on {SYSTEM}. In the folder above this one, run:

    python3 wheelhouse/{_SCRIPT}

It makes the environment .venv there, and says how to start. On Windows, write `py -{PYTHON}` instead of `python3`.
Another system or Python version needs its own wheelhouse: make it there with `mfa-lab workshop --bundle`.
"""
# The script must print its message on any Python that people have, so the script uses no newer syntax.
_INSTALL = f'''"""Install mfa-lab from this folder, without internet, into .venv: python3 wheelhouse/{_SCRIPT}"""

import os
import platform
import subprocess
import sys

here = "Python %d.%d" % sys.version_info[:2], platform.system() + " " + platform.machine()
needed = "Python {PYTHON}", "{SYSTEM}"
if here != needed:
    sys.exit(
        "This wheelhouse is for %s on %s, and this is %s on %s. " % (needed + here)
        + "Start the script with that Python, or make a wheelhouse on a machine like this one: "
        + "mfa-lab workshop --bundle"
    )
bin = os.path.join(".venv", "Scripts" if os.name == "nt" else "bin")
wheels = os.path.dirname(os.path.abspath(__file__))
pip = [os.path.join(bin, "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index"]
for command in [sys.executable, "-m", "venv", ".venv"], pip + ["--find-links", wheels, "{WHAT}"]:
    if subprocess.call(command):
        sys.exit("mfa-lab is not installed: the lines above say why")
print("Installed. Start with: " + os.path.join(bin, "mfa-lab") + " seat-01")
'''


def bundle(folder: Path) -> Path:
    """Fill `folder`/wheelhouse, and write instructions into it.

    This function needs internet access, but the installation does not.

    Raises `MfaError` if there is no checkout, if neither uv nor pip is found, or if a download fails.
    """
    checkout = _checkout()
    place = folder / "wheelhouse"
    if place.is_symlink():
        raise MfaError(f"{place} is a link: remove it, so that nothing is written elsewhere")
    with TemporaryDirectory() as temporary:
        uv = _uv(Path(temporary))
        pip = _pip(uv)
        place.mkdir(parents=True, exist_ok=True)
        _run([uv, "build", "--quiet", "--wheel", "--out-dir", str(place), str(checkout)])
        exported = _run([uv, "export", "--quiet", "--project", str(checkout), *_EXPORT])
        downloaded: set[str] = set()
        for patch in _PATCH_RELEASES:
            if wanted := sorted(pinned(exported, f"{PYTHON}.{patch}") - downloaded):
                _run([*pip, "download", "--quiet", *_DOWNLOAD, "--dest", str(place), *wanted])
                downloaded.update(wanted)
    write(place / _SCRIPT, _INSTALL.encode())
    write(place / "README.txt", _HOW.encode())
    return place


def pinned(exported: str, python: str) -> set[str]:
    """Return each `name==version` in uv's export that this system needs under the Python version `python`."""
    requirements = [Requirement(line) for line in exported.splitlines() if line and not line.startswith(("#", "-"))]
    environment = {"python_full_version": python}
    return {
        f"{each.name}{each.specifier}"
        for each in requirements
        if each.marker is None or each.marker.evaluate(environment)
    }


def _checkout() -> Path:
    """Return the checkout from which the kit runs, or from which pip installed it."""
    found = [notebooks_dir().parent]
    try:
        # PEP 610: pip and uv record where a package was installed from.
        address = urlsplit(json.loads(distribution(KIT).read_text("direct_url.json") or "{}").get("url", ""))
        found += [Path(url2pathname(address.path))] if address.scheme == "file" else []
    except (PackageNotFoundError, ValueError):
        pass
    for folder in found:
        if (folder / "pyproject.toml").is_file() and (folder / "notebooks").is_dir():
            return folder
    raise MfaError(
        "--bundle builds a wheel of the kit: run `uv run mfa-lab workshop` from a checkout of the repository"
    )


def _uv(temporary: Path) -> str:
    """Return the path of uv, which knows the pinned versions.

    If only pip is available, install uv into `temporary`.
    """
    # `uv run` gives its own path, even if pipx started it and PATH does not contain it.
    if uv := os.environ.get("UV") or shutil.which("uv"):
        return uv
    if find_spec("uv"):
        return str(import_module("uv").find_uv_bin())
    if not find_spec("pip"):
        raise MfaError("--bundle needs uv or pip, but neither was found: start the command with `uv run`")
    _run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(temporary), "uv"])
    return shutil.which("uv", path=str(temporary / "bin")) or str(temporary / "Scripts" / "uv.exe")


def _pip(uv: str) -> list[str]:
    """Return the command that starts pip for this Python, because environments made by uv have no pip."""
    if find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    return [uv, "tool", "run", "--quiet", "--python", sys.executable, "pip"]


def _run(command: list[str]) -> str:
    """Run a command and return its output. Raises `MfaError` with the last error line if the command fails."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise MfaError(
            f"the wheelhouse is not complete ({last}): check that this machine is online, and run the command again"
        )
    return done.stdout
