"""On PostgreSQL the application's role owns nothing: history is closed to it even without a trigger."""

import secrets
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from archive import migrations
from archive.config import Settings
from archive.domain import checks
from archive.store import Actor, Archive
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.databases import url_of


@pytest.fixture
def limited(settings: Settings, clock: SetClock) -> Iterator[Archive]:
    """Give the archive as installed for real: the owner migrates, the application's role only works."""
    database = settings.database_url.rsplit("/", 1)[1]
    role, password = f"app_{secrets.token_hex(4)}", secrets.token_hex(16)
    with psycopg.connect(dbname=database, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
        url = url_of(database, role, password)
        chosen = replace(settings, database_url=url, owner_database_url=settings.database_url)
        migrations.upgrade(chosen)
        archive = Archive(chosen, clock)
        yield archive
        archive.close()
        admin.execute(f"DROP OWNED BY {role}")
        admin.execute(f"DROP ROLE {role}")


def test_the_applications_role_can_do_its_work(limited: Archive, root: Actor) -> None:
    with limited.write(root) as work:
        a_file(work, a_box(work, a_shelf(work)))
    with limited.read(root) as work:
        assert checks.everything(work) == []


FORBIDDEN = {
    "change history": "UPDATE event SET actor = 'user:9'",
    "remove history": "DELETE FROM event",
    "empty history": "TRUNCATE event CASCADE",
    "remove personal data": "DELETE FROM event_private",
    "change subjects": "UPDATE event_subject SET subject = 'file:9'",
    "remove a head": "DELETE FROM head",
    "take a fence down": "DROP TRIGGER event_update_refused ON event",
    "open a fence": "ALTER TABLE event DISABLE TRIGGER event_update_refused",
    "rewrite a fence": (
        "CREATE OR REPLACE FUNCTION history_only_grows() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN RETURN NULL; END'"
    ),
    "drop a table": "DROP TABLE event_subject",
    "pose as a replica": "SET session_replication_role = replica",
    "make itself more": "ALTER ROLE CURRENT_USER SUPERUSER",
}


@pytest.mark.parametrize("sql", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_applications_role_cannot(limited: Archive, root: Actor, sql: str) -> None:
    with limited.write(root) as work:
        a_file(work, a_box(work, a_shelf(work)))
    with pytest.raises(DBAPIError) as refused, limited.write(root) as work:
        work.session.execute(text(sql))
    assert refused.value.orig.sqlstate == "42501", refused.value  # insufficient privilege
    with limited.read(root) as work:
        assert checks.everything(work) == []


@pytest.mark.parametrize("sql", ["UPDATE event SET actor = 'user:9'", "DELETE FROM event_private"])
def test_even_its_owner_posing_as_a_replica_meets_the_fence(
    archive: Archive, archivist: Actor, sql: str
) -> None:
    with archive.write(archivist) as work:
        a_file(work, a_box(work, a_shelf(work)))
    posing = text("SET session_replication_role = replica")
    with archive.write(archivist) as work:
        work.session.execute(posing)
        with pytest.raises(DBAPIError, match="history only grows"), work.attempt():
            work.session.execute(text(sql))


def test_a_restore_without_the_functions_is_noticed(archive: Archive, archivist: Actor) -> None:
    """As `pg_dump -t event` leaves them behind: the rows come back, the fences do not."""
    with archive.write(archivist) as work:
        for name in ("event_follows", "event_leads", "head_forward", "history_only_grows"):
            work.session.execute(text(f"DROP FUNCTION {name} CASCADE"))
    with archive.read(archivist) as work:
        assert {finding.rule for finding in checks.everything(work)} == {"fences"}
    migrations.upgrade(archive.settings)
    with archive.read(archivist) as work:
        assert checks.everything(work) == []
