"""Define the `mfa-lab` command, which manages the working copy, JupyterLab, the trainer's pages and the server.

The command must start as fast as `jupyter lab`, so it imports little before JupyterLab starts, and does not import
the kit's server.
"""

from mfa_lab.cli import accounts, attacks, audit, notebooks, server, trainer
from mfa_lab.cli.group import main

__all__ = ["accounts", "attacks", "audit", "main", "notebooks", "server", "trainer"]
