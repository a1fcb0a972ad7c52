"""Define the `mfa-lab` command: a working copy of the notebooks with JupyterLab, the trainer's pages, the server.

It must answer as fast as `jupyter lab` does, so it imports little before JupyterLab, and no server at all.
"""

from mfa_lab.cli import attacks, notebooks, server, trainer
from mfa_lab.cli.group import main

__all__ = ["attacks", "main", "notebooks", "server", "trainer"]
