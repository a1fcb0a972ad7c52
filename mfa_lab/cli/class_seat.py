"""Start the JupyterLab of one seat on a class server. JupyterHub runs this module as the seat's user.

Each start updates the seat's working copy and keeps what the learner changed.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import NoReturn

from mfa_lab.cli import jupyter
from mfa_lab.cli.group import WORK
from mfa_lab.cli.trust import trust
from mfa_lab.errors import MfaError
from mfa_lab.lab import working_copy
from mfa_lab.lab.demos.running_server import SHOP_SOCKET, SHOP_URL
from mfa_lab.lab.seat import Seat
from mfa_lab.resources import notebooks_dir
from mfa_lab.trainer.workshop import furnish

_SHOP = "mfa-lab-shop"


def main() -> NoReturn:
    """Update the working copy, and become the seat's JupyterLab."""
    os.umask(0o077)
    work = Path.home() / WORK
    try:
        furnish(work, Seat(**json.loads(os.environ["MFA_LAB_SEAT"])))
        trust(notebooks_dir(), work)
    except MfaError as fault:  # what is there opens without an update
        sys.stderr.write(f"{fault}\n")
    jupyter.prepare_environment()
    os.environ["MFA_LAB_WORK"] = str(work)
    settings = [*jupyter.arguments(work, working_copy.first_notebook(notebooks_dir()), []), _live_shop()]
    # A new program: what was loaded for the update would stay in memory, at every seat.
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub.singleuser", *settings])  # noqa: S606


def _live_shop() -> str:
    """Return the setting that passes requests for the live shop on to its socket, and tell the kernels about both."""
    sockets = Path.home() / ".mfa-lab"
    sockets.mkdir(mode=0o700, exist_ok=True)
    os.environ[SHOP_SOCKET] = str(sockets / "shop.sock")
    os.environ[SHOP_URL] = f"{os.environ['JUPYTERHUB_PUBLIC_URL'].rstrip('/')}/{_SHOP}"
    shop = {
        "command": [],
        "unix_socket": os.environ[SHOP_SOCKET],
        "absolute_url": True,
        "launcher_entry": {"enabled": False},
    }
    return f"--ServerProxy.servers={ {_SHOP: shop} }"


if __name__ == "__main__":
    main()
