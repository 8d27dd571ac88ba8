"""Databases made by earlier versions are upgraded without losing a byte that mattered."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, inspect, select

from archive import migrations
from archive.commands import opened
from archive.config import BadSettings, Settings
from archive.domain import checks, reference, register
from archive.store import Archive, make_engine, operator

VERSIONS = ("0.1.0",)

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=VERSIONS)
def kept(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Give a database as an earlier version left it."""
    with request.getfixturevalue(f"{engine}_databases").kept(tmp_path, request.param) as settings:
        yield settings


def _rows(settings: Settings, columns: dict[str, list[str]] | None = None) -> Rows:
    """Read every row of every table, of the named columns only where they are named."""
    engine, found = make_engine(settings.owner_database_url), {}
    with engine.connect() as connection:
        for name in inspect(connection).get_table_names():
            table = Table(name, MetaData(), autoload_with=connection)
            wanted = [table.c[one] for one in columns[name]] if columns and name in columns else list(table.c)
            found[name] = sorted(
                (dict(row) for row in connection.execute(select(*wanted)).mappings()), key=str
            )
    engine.dispose()
    return found


def test_no_value_of_an_older_database_is_lost_or_changed_by_its_upgrade(kept: Settings) -> None:
    before = _rows(kept)
    assert len(before["case_file"]) > 60
    assert len(before["event"]) > 1500
    migrations.upgrade(kept)
    names = {table: list(rows[0]) for table, rows in before.items() if rows}
    after = _rows(kept, names)
    for table in before.keys() - {"alembic_version"}:
        assert after[table] == before[table], table


def test_an_upgraded_database_is_as_its_history_says(kept: Settings) -> None:
    migrations.upgrade(kept)
    with closing(Archive(kept)) as archive:
        reference.refresh(archive)
        with archive.read(operator("tests")) as work:
            assert [finding.say() for finding in checks.everything(work)] == []


def test_an_upgraded_database_is_no_demo_whatever_it_holds(kept: Settings) -> None:
    migrations.upgrade(kept)
    with opened(kept) as (archive, actor), archive.read(actor) as work:
        assert not register.is_demo(work)
    with pytest.raises(BadSettings, match="AKTSPAR_DEMO=1"), opened(replace(kept, demo=True)):
        pass
