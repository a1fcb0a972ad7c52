"""Migrate each earlier schema to the current schema with Alembic. Each version has a revision file in versions/."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from mfa_lab.errors import ServerFault

FOLDER = Path(__file__).parent


def upgrade(connection: Connection, version: int) -> None:
    """Migrate a database from schema `version` to the current schema.

    The whole migration is one transaction of `connection`, so it succeeds completely or changes nothing. Raises
    `ServerFault` if there is no migration from this version.
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
