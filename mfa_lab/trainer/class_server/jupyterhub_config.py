"""The settings of JupyterHub for a class. `mfa-lab class-server` prepares the machine and sets the variables."""

import json
import os
import socket
import sys
from dataclasses import asdict
from pathlib import Path

from mfa_lab.lab.working_copy import first_notebook
from mfa_lab.resources import notebooks_dir
from mfa_lab.trainer.class_server.users import EXPORTS
from mfa_lab.trainer.workshop import TRAINER, seats_of


def free_port() -> int:
    """Return a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


room = Path(os.environ["MFA_LAB_CLASS"])
address = os.environ["MFA_LAB_CLASS_URL"]
private = room / TRAINER  # only root can open this folder
seats = {seat.seat: seat for seat in seats_of(room)}
c = get_config()  # type: ignore[name-defined]  # noqa: F821

# Browsers reach only the proxy, and only over https. The hub and the servers of the seats listen on 127.0.0.1.
c.JupyterHub.bind_url = os.environ["MFA_LAB_CLASS_BIND"]
c.JupyterHub.public_url = address
c.JupyterHub.ssl_cert = os.environ["MFA_LAB_CLASS_CERTIFICATE"]
c.JupyterHub.ssl_key = os.environ["MFA_LAB_CLASS_KEY"]
c.JupyterHub.hub_port = free_port()
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{free_port()}"

c.JupyterHub.db_url = f"sqlite:///{private / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(private / "jupyterhub_cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(private / "jupyterhub-proxy.pid")

# Learners log in with the passwords of their Unix users.
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.open_sessions = False
c.Authenticator.allowed_users = set(seats)

# Each seat's server runs as the seat's user. A whole class starts at once, so a start may take long.
c.Spawner.cmd = [sys.executable, "-m", "mfa_lab.cli.class_seat"]
c.Spawner.default_url = f"/lab/tree/{first_notebook(notebooks_dir())}"
c.Spawner.start_timeout = c.Spawner.http_timeout = 180
c.Spawner.environment = {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "MFA_LAB_SEAT": lambda spawner: json.dumps(asdict(seats[spawner.user.name])),
    "MFA_LAB_HAND_IN": lambda spawner: str(room / EXPORTS / spawner.user.name),
}
