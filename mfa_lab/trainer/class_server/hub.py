"""Start JupyterHub for a class, with the settings in jupyterhub_config.py."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from mfa_lab.trainer.class_server import users
from mfa_lab.trainer.workshop import TRAINER

_DEBIANS_MODULES = "/usr/share/nodejs"
"""Node from another source does not look here for the modules of Debian's configurable-http-proxy."""


@dataclass(frozen=True, slots=True)
class Hub:
    """Where the class is: the workshop's folder, the host, port and path of its pages, and the certificate."""

    room: Path
    host: str
    port: int
    path: str
    certificate: str
    key: str

    @property
    def base(self) -> str:
        """Return the path of the class with a slash at both ends."""
        return f"/{self.path.strip('/')}/".replace("//", "/")

    @property
    def address(self) -> str:
        """Return the address that learners open."""
        return f"https://{self.host}{'' if self.port == 443 else f':{self.port}'}{self.base}"

    @property
    def passwords(self) -> Path:
        """Return the page with the passwords of the seats."""
        return self.room / TRAINER / users.PAGE

    def prepare(self) -> int:
        """Make the missing users, and return the number of seats. Raises `InvalidInput`."""
        return len(users.prepare(self.room, self.address))

    def run(self) -> NoReturn:
        """Replace this process with JupyterHub, which runs until Ctrl-C."""
        os.environ |= {
            "MFA_LAB_CLASS": str(self.room),
            "MFA_LAB_CLASS_URL": self.address,
            "MFA_LAB_CLASS_BIND": f"https://:{self.port}{self.base}",
            "MFA_LAB_CLASS_CERTIFICATE": self.certificate,
            "MFA_LAB_CLASS_KEY": self.key,
        }
        os.environ.setdefault("NODE_PATH", _DEBIANS_MODULES)
        os.chdir(self.room / TRAINER)  # JupyterHub keeps files in the folder in which it starts
        config = Path(__file__).with_name("jupyterhub_config.py")
        os.execv(sys.executable, [sys.executable, "-m", "jupyterhub", "-f", str(config)])  # noqa: S606
