"""What the migrations make is what the models say, on both engines, triggers and partial indexes included."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from archive import migrations
from archive.kernel.config import Settings
from archive.kernel.store import make_engine
from archive.migrations import triggers
from archive.models import metadata

Schema = dict[str, Any]

_SQLITE_COLUMNS = 'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(:of)'
_SQLITE_KEYS = 'SELECT "from", "table", "to", on_delete FROM pragma_foreign_key_list(:of)'
_SQLITE_INDEXES = 'SELECT name, "unique", origin, partial FROM pragma_index_list(:of)'
_COLUMNS = """SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
a.attidentity::text, pg_get_expr(d.adbin, d.adrelid),
(SELECT collname FROM pg_collation WHERE oid = a.attcollation)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d
ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"""
_CONSTRAINTS = """SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace"""
_INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
_TRIGGERS = """SELECT pg_get_triggerdef(t.oid), t.tgenabled::text, pg_get_functiondef(t.tgfoid)
FROM pg_trigger t WHERE NOT tgisinternal"""


def _sqlite(connection: Connection) -> Schema:
    def rows(sql: str, of: str = "") -> list[tuple[Any, ...]]:
        return sorted((tuple(row) for row in connection.execute(text(sql), {"of": of})), key=str)

    master = rows("SELECT type, name, tbl_name, sql FROM sqlite_master")
    schema: Schema = {}
    for kind, name, table, sql in master:
        if kind == "table" and name != "alembic_version" and not name.startswith("sqlite_"):
            schema[name] = {
                "columns": rows(_SQLITE_COLUMNS, name),
                "keys": rows(_SQLITE_KEYS, name),
                "uniques": sorted(_unique_columns(connection, name)),
            }
        elif sql and kind != "table" and table != "alembic_version":
            schema[name] = " ".join(sql.split())
    return schema


def _unique_columns(connection: Connection, table: str) -> Iterator[str]:
    for name, unique, origin, _partial in connection.execute(text(_SQLITE_INDEXES), {"of": table}):
        if unique and origin != "c":
            columns = connection.execute(text("SELECT name FROM pragma_index_info(:of)"), {"of": name})
            yield ", ".join(columns.scalars())


def _postgresql(connection: Connection) -> Schema:
    asked = {"columns": _COLUMNS, "constraints": _CONSTRAINTS, "indexes": _INDEXES, "triggers": _TRIGGERS}
    found = {what: sorted(str(row) for row in connection.execute(text(sql))) for what, sql in asked.items()}
    return {what: [row for row in rows if "alembic_version" not in row] for what, rows in found.items()}


def _dump(settings: Settings) -> Schema:
    engine = make_engine(settings.owner_database_url)
    with engine.connect() as connection:
        schema = _sqlite(connection) if settings.sqlite else _postgresql(connection)
    engine.dispose()
    return schema


@pytest.fixture
def modelled(engine: str, tmp_path: Any, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Give a database made from the models alone."""
    with request.getfixturevalue(f"{engine}_databases").empty(tmp_path) as settings:
        made = make_engine(settings.owner_database_url)
        with made.connect() as connection:
            metadata.create_all(connection)
            triggers.apply_triggers(connection)
            connection.commit()
        made.dispose()
        yield settings


def test_the_migrations_make_what_the_models_say(settings: Settings, modelled: Settings) -> None:
    assert _dump(settings) == _dump(modelled)


def test_upgrading_twice_changes_nothing(settings: Settings) -> None:
    before = _dump(settings)
    migrations.upgrade(settings)
    assert _dump(settings) == before


def test_a_database_of_the_first_version_upgrades_to_the_same_schema(
    engine: str, settings: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with request.getfixturevalue(f"{engine}_databases").kept(tmp_path, "0.1.0") as old:
        migrations.upgrade(old)
        assert _dump(old) == _dump(settings)


def test_the_newest_migration_is_the_one_alembic_ends_at() -> None:
    folder = Path(migrations.__file__).parent
    assert ScriptDirectory(str(folder)).get_current_head() == migrations.newest()


def test_the_dump_sees_partial_indexes_and_triggers(settings: Settings) -> None:
    schema = str(_dump(settings))
    assert re.search(r"one_file_per_reference.*WHERE", schema)
    assert "event_update_refused" in schema
    assert "history only grows" in schema


def test_every_only_one_rule_has_a_unique_index(settings: Settings) -> None:
    schema = str(_dump(settings)).replace('"', "")
    for name in (
        "one_open_loan_per_file",
        "one_open_line_per_file",
        "one_transit_line_per_file",
        "one_open_delivery_per_crate",
        "one_open_check_per_file",
        "one_check_per_line",
        "one_second_check_per_first",
        "one_confirmation_each",
        "one_assessment_per_finding",
        "one_file_per_reference",
        "one_file_per_code",
        "one_place_per_code",
    ):
        assert re.search(rf"UNIQUE INDEX {name}\b", schema), name
