"""Bring a database to the present schema, its triggers and its reference data."""

from importlib.resources import files
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url

from archive.config import Settings
from archive.migrations.triggers import apply_triggers, grant
from archive.store import make_engine


def upgrade(settings: Settings) -> None:
    """Run every pending migration as owner, then put triggers and grants in place again."""
    engine = make_engine(settings.owner_database_url)
    try:
        # Batch migrations on SQLite copy tables and so drop their triggers: they are put back each time.
        with engine.connect() as connection:
            _run(connection)
            apply_triggers(connection)
            app_role = make_url(settings.database_url).username
            if app_role and settings.database_url != settings.owner_database_url:
                grant(connection, app_role)
            connection.commit()
    finally:
        engine.dispose()


def is_current(connection: Connection) -> bool:
    """Tell whether the database is at the newest migration."""
    script = ScriptDirectory.from_config(_config())
    return MigrationContext.configure(connection).get_current_revision() == script.get_current_head()


def _run(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config(**options: Any) -> Config:
    config = Config(**options)
    config.set_main_option("script_location", str(files("archive") / "migrations"))
    return config
