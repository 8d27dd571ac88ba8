"""A database dropped, replaced or restored on the server under a running application."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import make_url

from archive import migrations
from archive.kernel.errors import Unavailable
from archive.kernel.store import Actor, Archive, Work
from tests.builders import SetClock, a_file, a_shelf
from tests.databases import PostgresqlDatabases
from tests.tampering import intruding


@contextmanager
def server(archive: Archive) -> Iterator[tuple[psycopg.Connection, str]]:
    """Give the server's administrator and the database's name."""
    with psycopg.connect(dbname="postgres", autocommit=True) as admin:
        yield admin, make_url(archive.settings.database_url).database or ""


@pytest.fixture
def used(archive: Archive, root: Actor) -> Archive:
    """Give a register somebody works in."""
    write(archive, root)
    return archive


def write(archive: Archive, root: Actor) -> None:
    """Register a place and a file."""
    with archive.write(root) as work:
        a_file(work, a_shelf(work, secrets.token_hex(4)))


def refused(archive: Archive, root: Actor) -> list[str]:
    """Try to write three times and return why not."""
    codes = []
    for _ in range(3):
        with pytest.raises(Unavailable) as refusal:
            write(archive, root)
        codes.append(refusal.value.code)
    return codes


def test_a_dropped_database_takes_nothing_more(used: Archive, root: Actor) -> None:
    with server(used) as (admin, name):
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        assert set(refused(used, root)) == {"database_unavailable"}
        admin.execute(f"CREATE DATABASE {name}")
        assert refused(used, root)[-1] == "database_removed"


def test_another_register_in_its_place_is_noticed(
    used: Archive, root: Actor, postgresql_databases: PostgresqlDatabases, tmp_path: Path, client: FlaskClient
) -> None:
    assert client.get("/health").get_json()["database"] == "ok"
    with postgresql_databases.empty(tmp_path) as other, server(used) as (admin, name):
        migrations.upgrade(other)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {make_url(other.database_url).database}")
    assert refused(used, root)[-1] == "database_replaced"
    told = client.get("/health")
    assert (told.status_code, told.get_json()["database"]) == (503, "replaced")


def test_an_older_copy_of_itself_in_its_place_is_noticed(used: Archive, root: Actor) -> None:
    with server(used) as (admin, name):
        used.engine.dispose()
        admin.execute(f"CREATE DATABASE {name}_older TEMPLATE {name}")
        write(used, root)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        admin.execute(f"ALTER DATABASE {name}_older RENAME TO {name}")
    assert refused(used, root)[-1] == "database_restored"
    used._watch = type(used._watch)()  # as a new process begins
    write(used, root)


def test_a_process_that_knows_nothing_of_what_was_lost_notices_too(used: Archive, root: Actor) -> None:
    with server(used) as (admin, name), closing(Archive(used.settings, SetClock())) as other:
        write(other, root)
        write(used, root)
        for archive in (used, other):
            archive.engine.dispose()
        admin.execute(f"CREATE DATABASE {name}_older TEMPLATE {name}")
        write(other, root)
        other.engine.dispose()
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        admin.execute(f"ALTER DATABASE {name}_older RENAME TO {name}")
        assert refused(used, root)[-1] == "database_restored"


def test_events_that_vanish_in_place_are_noticed(used: Archive, root: Actor) -> None:
    with intruding(used.settings) as intruder:
        last = intruder.run("SELECT stream, seq FROM event ORDER BY id DESC LIMIT 1").one()
        intruder.remove(last.stream, last.seq)
    assert refused(used, root) == ["database_restored"] * 3


def test_an_attempt_that_was_undone_is_not_missed(used: Archive, root: Actor) -> None:
    with used.write(root) as work:
        _fail(work)
    write_a_shelf(used, root)


def _fail(work: Work) -> None:
    with suppress(ZeroDivisionError), work.attempt():
        a_shelf(work, "Storgatan 2")
        raise ZeroDivisionError


def write_a_shelf(archive: Archive, root: Actor) -> None:
    """Write events twice, so that what the first left is looked for."""
    for site in ("Storgatan 3", "Storgatan 4"):
        with archive.write(root) as work:
            a_shelf(work, site)
