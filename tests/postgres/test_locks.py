"""Somebody holds rows others need and sleeps: nobody waits for good, and the sleeper loses its turn."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import text

from archive.kernel.config import Settings
from archive.kernel.errors import Unavailable
from archive.kernel.store import Actor, Archive, Work
from tests.builders import SetClock, a_shelf


@pytest.fixture
def hurried(settings: Settings, clock: SetClock) -> Iterator[Archive]:
    """Give an archive that waits a second for a lock."""
    with closing(Archive(replace(settings, lock_seconds=1), clock)) as archive:
        yield archive


def test_who_waits_for_rows_somebody_holds_is_refused_with_nothing_saved(
    hurried: Archive, settings: Settings, root: Actor
) -> None:
    with hurried.write(root) as work:
        a_shelf(work)
    with psycopg.connect(settings.database_url.replace("+psycopg", "")) as sleeper:
        sleeper.execute("SELECT * FROM place FOR UPDATE")
        with pytest.raises(Unavailable) as refused, hurried.write(root) as work:
            work.session.execute(text("UPDATE place SET name = 'X'"))
        assert refused.value.code == "register_busy"
    with hurried.write(root) as work:
        assert "X" not in work.session.scalars(text("SELECT name FROM place")).all()
        work.session.execute(text("UPDATE place SET name = 'X'"))


def test_who_sleeps_in_a_transaction_loses_it_and_is_told_so(hurried: Archive, root: Actor) -> None:
    with pytest.raises(Unavailable), hurried.write(root) as work:
        _sleep(hurried, work)
    with hurried.write(root) as work:
        assert work.session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "3s"


def _sleep(archive: Archive, work: Work) -> None:
    """Do nothing until the server has ended the session, then go on as if it had not."""
    work.connection.exec_driver_sql("SET idle_in_transaction_session_timeout = '1ms'")
    url = archive.settings.database_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as other:
        gone = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
        pid = work.connection.connection.driver_connection.info.backend_pid
        while other.execute(gone, (pid,)).fetchone() != (0,):
            pass
    work.session.execute(text("UPDATE place SET name = 'X'"))
