"""Define the `mfa-lab` command: the working copy of the notebooks, JupyterLab, the trainer's pages and the server.

The command must start as fast as `jupyter lab`, so it imports little before JupyterLab starts and never imports a
server there.
"""

from mfa_lab.cli import attacks, notebooks, server, trainer
from mfa_lab.cli.group import main

__all__ = ["attacks", "main", "notebooks", "server", "trainer"]
