"""From each earlier schema to today's, by Alembic. One file a version in versions/; its revision is the version."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from mfa_lab.errors import ServerFault

FOLDER = Path(__file__).parent


def upgrade(connection: Connection, version: int) -> None:
    """Bring a database of schema `version` up to date within the transaction of `connection`: all of it or nothing.

    Raises `ServerFault` where there is no way.
    """
    from alembic import command  # costs a tenth of a second, and is needed once a database
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if str(version) not in known:
        raise ServerFault(f"this mfa-lab cannot read schema {version}: open the database with an older one first")
    command.stamp(config, str(version), purge=True)
    command.upgrade(config, "head")
