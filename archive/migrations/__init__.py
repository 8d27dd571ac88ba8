"""Bring a database to the present schema, its triggers and its reference data."""

from importlib.resources import files
from pathlib import Path

from sqlalchemy import Connection, inspect, make_url, text

from archive.kernel.config import Settings
from archive.kernel.store import make_engine
from archive.migrations.triggers import apply_triggers, grant


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


def is_empty(settings: Settings) -> bool:
    """Tell whether there is no database, or none with a table in it; makes no file to find out."""
    url = make_url(settings.owner_database_url)
    if settings.sqlite and not Path(url.database or "").exists():
        return True
    engine = make_engine(settings.owner_database_url)
    try:
        with engine.connect() as connection:
            return not inspect(connection).get_table_names()
    finally:
        engine.dispose()


def is_current(connection: Connection) -> bool:
    """Tell whether the database is at the newest migration."""
    known = inspect(connection).has_table("alembic_version")
    at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
    return at == newest()


def newest() -> str:
    """Return the number of the newest migration."""
    names = (path.name for path in (files("archive") / "migrations" / "versions").iterdir())
    return max(name.partition("_")[0] for name in names if name.endswith(".py"))


def _run(connection: Connection) -> None:
    # Loaded here, since web processes ask for their health only and live with 10 MB less.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("archive") / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
