"""Migrate each earlier schema to the current one with Alembic. Each version has a revision in versions/."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from mfa_lab.errors import ServerFault

FOLDER = Path(__file__).parent


def upgrade(connection: Connection, version: int) -> None:
    """Migrate a database of schema `version` to the current one, in the transaction of `connection`: all or nothing.

    Raises `ServerFault` if this version cannot be migrated.
    """
    from alembic import command  # imported here, because it takes a tenth of a second and is needed once a database
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if str(version) not in known:
        raise ServerFault(f"this mfa-lab cannot read schema {version}: open the database with an older mfa-lab first")
    command.stamp(config, str(version), purge=True)
    command.upgrade(config, "head")
