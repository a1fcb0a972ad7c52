"""A wheelhouse: all that `pip install` needs on a machine without internet, in the versions that run here."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path

from mfa_lab.errors import MfaError
from mfa_lab.resources import notebooks_dir
from mfa_lab.workspace import write

KIT, EXTRA = "mfa-lab", "[lab]"
WHAT = f"{KIT}{EXTRA}"
_HOW = """Install mfa-lab without internet
================================

This folder holds everything for {system}, Python {python}. On such a machine, in the folder that holds this one:

    python3 -m venv .venv
    . .venv/bin/activate
    pip install --no-index --find-links wheelhouse "{what}"
    mfa-lab seat-01

On Windows the second line is .venv\\Scripts\\activate. Another system or another Python needs a wheelhouse of its
own: make it there with `mfa-lab workshop --bundle`.
"""


def bundle(folder: Path) -> Path:
    """Fill `folder`/wheelhouse, and say in it how to install. Needs internet now, and none afterwards.

    Raises `MfaError` where this is no checkout, where there is no pip, or where it fails.
    """
    checkout = notebooks_dir().parent
    if not (checkout / "pyproject.toml").is_file():
        raise MfaError("--bundle builds a wheel of the kit: run it from a checkout of the repository")
    place = folder / "wheelhouse"
    if place.is_symlink():
        raise MfaError(f"{place} is a link: remove it, so that nothing is written elsewhere")
    place.mkdir(parents=True, exist_ok=True)
    as_here = place / "constraints.txt"
    write(as_here, "".join(f"{each.name}=={each.version}\n" for each in _others()).encode())
    command = [*_pip(), "wheel", "--quiet", "--wheel-dir", str(place), "--constraint", str(as_here)]
    command.append(f"{checkout}{EXTRA}")
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise MfaError(f"the wheelhouse is not complete ({last}): see that this machine is online, and run it again")
    about = {"system": f"{platform.system()} {platform.machine()}", "python": platform.python_version(), "what": WHAT}
    write(place / "README.txt", _HOW.format(**about).encode())
    return place


def _pip() -> list[str]:
    """How pip is called here; uv's environments have none of their own."""
    if find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    uv = shutil.which("uv")
    if uv is None:
        raise MfaError("--bundle needs pip: install it into this environment with `python -m ensurepip`")
    return [uv, "tool", "run", "--quiet", "--python", sys.executable, "pip"]


def _others() -> list[Distribution]:
    """All that is installed here but the kit itself, by name."""
    found = {each.name: each for each in distributions() if each.name != KIT}
    return [found[name] for name in sorted(found)]
