"""On PostgreSQL the application's role owns nothing: history is closed to it even without a trigger."""

import secrets
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from archive import migrations
from archive.integrity import checks
from archive.kernel.config import Settings
from archive.kernel.store import Actor, Archive, make_engine
from archive.migrations import triggers
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
    "make tables that come and go": "CREATE TEMPORARY TABLE head (stream text)",
    "make tables that stay": "CREATE TABLE public.loot (who text)",
    "run a fence on a table of its own": (
        "CREATE TRIGGER mine BEFORE INSERT ON unit FOR EACH ROW EXECUTE FUNCTION event_leads()"
    ),
    "call itself a demo": "DELETE FROM register",
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


# A head of the caller's own, before ours where names are looked for without a schema: what hangs on it
# would run as whoever the fence runs as.
TRAP = """
CREATE TEMPORARY TABLE loot (who name);
CREATE TEMPORARY TABLE head (stream text PRIMARY KEY, seq bigint, hash bytea);
CREATE FUNCTION pg_temp.steal() RETURNS trigger LANGUAGE plpgsql
  AS 'BEGIN INSERT INTO pg_temp.loot VALUES (current_user); RETURN NEW; END';
CREATE TRIGGER steal BEFORE INSERT ON pg_temp.head FOR EACH ROW EXECUTE FUNCTION pg_temp.steal()
"""
AN_EVENT = """
INSERT INTO event VALUES
  (DEFAULT, 'a', 'file:9', 1, now(), now(), 'user:1', 'file.moved', '{}', decode(repeat('00', 32), 'hex'),
  sha256('\\x01'::bytea || 'aktspar-event-v1'::bytea || int4send(6) || 'file:9'::bytea || int8send(1)
    || int4send(2) || '{}'::bytea || decode(repeat('00', 32), 'hex')), '')
"""
OF_0_1_0 = """CREATE OR REPLACE FUNCTION event_leads() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $body$
BEGIN
  INSERT INTO head (stream, seq, hash) VALUES (NEW.stream, NEW.seq, NEW.hash)
    ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash;
  INSERT INTO unsealed (event_id) VALUES (NEW.id);
  RETURN NULL;
END$body$"""


@pytest.fixture
def tempted(limited: Archive) -> Archive:
    """Give back to the application's role the right to make temporary tables."""
    with psycopg.connect(
        limited.settings.owner_database_url.replace("+psycopg", ""), autocommit=True
    ) as owner:
        database, role = owner.info.dbname, make_url(limited.settings.database_url).username
        owner.execute(f"GRANT TEMPORARY ON DATABASE {database} TO {role}")
    return limited


def _caught(archive: Archive, actor: Actor) -> list[str]:
    """Set the trap as the application's role, write an event, and return as whom the trap ran."""
    with archive.write(actor) as work:
        for statement in (TRAP, AN_EVENT):
            work.connection.exec_driver_sql(statement)
        return list(work.session.scalars(text("SELECT who FROM pg_temp.loot")))


def test_a_head_of_the_callers_own_is_never_taken_for_ours(tempted: Archive, root: Actor) -> None:
    assert _caught(tempted, root) == []
    with tempted.read(root) as work:
        head = text("SELECT seq FROM public.head WHERE stream = 'file:9'")
        assert work.session.scalar(head) == 1


def test_whatever_runs_as_the_owner_looks_in_a_temporary_schema_last(limited: Archive, root: Actor) -> None:
    asked = text(
        "SELECT proname, proconfig FROM pg_catalog.pg_proc"
        " WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )
    with limited.read(root) as work:
        found = {row.proname: row.proconfig for row in work.session.execute(asked)}
    assert found == {name: ["search_path=pg_catalog, pg_temp"] for name in triggers.POSTGRESQL_FUNCTIONS}


def test_the_fence_of_the_first_version_ran_the_callers_code_as_the_owner(
    tempted: Archive, root: Actor
) -> None:
    owner = make_engine(tempted.settings.owner_database_url)
    with owner.begin() as connection:
        connection.exec_driver_sql(OF_0_1_0)
    owner.dispose()
    (caught,) = _caught(tempted, root)
    assert caught == make_url(tempted.settings.owner_database_url).username


def test_an_upgrade_mends_the_fences_of_the_first_version(tempted: Archive, root: Actor) -> None:
    owner = make_engine(tempted.settings.owner_database_url)
    with owner.begin() as connection:
        connection.exec_driver_sql(OF_0_1_0)
    owner.dispose()
    with tempted.read(root) as work:
        assert {finding.subject for finding in checks.everything(work)} == {"event_leads"}
    migrations.upgrade(tempted.settings)
    with tempted.read(root) as work:
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
        for name in triggers.POSTGRESQL_FUNCTIONS:
            work.session.execute(text(f"DROP FUNCTION {name} CASCADE"))
    with archive.read(archivist) as work:
        assert {finding.rule for finding in checks.everything(work)} == {"fences"}
    migrations.upgrade(archive.settings)
    with archive.read(archivist) as work:
        assert checks.everything(work) == []
