"""What the store promises: whole transactions, one moment's view, fair turns, plain refusals."""

import multiprocessing
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import DBAPIError

from archive.kernel.config import Settings
from archive.kernel.errors import ChangedMeanwhile, Invalid, Unavailable
from archive.kernel.store import Actor, Archive, Work, operator
from archive.models import Unit
from tests.builders import RunningClock, SetClock


def _add_unit_and_fail(work: Work) -> None:
    work.session.add(Unit(name="Norr"))
    work.session.flush()
    raise ZeroDivisionError


def _count(work: Work) -> int:
    return work.session.scalar(select(func.count()).select_from(Unit)) or 0


def test_what_a_block_wrote_is_there_after_it(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        work.session.add(Unit(name="Norr"))
    with archive.read(root) as work:
        assert work.session.get(Unit, 1).name == "Norr"


def test_an_error_in_a_block_undoes_all_of_it(archive: Archive, root: Actor) -> None:
    with pytest.raises(ZeroDivisionError), archive.write(root) as work:
        _add_unit_and_fail(work)
    with archive.read(root) as work:
        assert _count(work) == 0


def test_an_error_in_an_attempt_undoes_only_the_attempt(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        work.session.add(Unit(name="Syd"))
        with pytest.raises(ZeroDivisionError), work.attempt():
            _add_unit_and_fail(work)
    with archive.read(root) as work:
        assert work.session.scalars(select(Unit.name)).all() == ["Syd"]


def test_a_reader_sees_one_moment_while_others_write(archive: Archive, root: Actor) -> None:
    with archive.read(root) as reading:
        assert _count(reading) == 0
        with archive.write(root) as work:
            work.session.add(Unit(name="Norr"))
        assert _count(reading) == 0
    with archive.read(root) as reading:
        assert _count(reading) == 1


@pytest.mark.engines("sqlite")  # forgets at the end
def test_a_reader_cannot_keep_what_it_wrote(archive: Archive, root: Actor) -> None:
    with archive.read(root) as work:
        work.session.execute(text("INSERT INTO unit (name) VALUES ('Norr')"))
        assert _count(work) == 1
    with archive.read(root) as work:
        assert _count(work) == 0


@pytest.mark.engines("postgresql")  # refuses at once
def test_a_reader_cannot_write(archive: Archive, root: Actor) -> None:
    with pytest.raises(DBAPIError, match="read-only"), archive.read(root) as work:
        work.session.execute(text("INSERT INTO unit (name) VALUES ('Norr')"))


def test_the_loser_of_a_race_for_a_unique_value_is_told_so(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        work.session.add(Unit(name="Norr"))
    with pytest.raises(ChangedMeanwhile), archive.write(root) as work:
        work.session.add(Unit(name="Norr"))


@pytest.mark.engines("sqlite")
def test_a_full_disk_is_said_plainly_and_is_over_when_there_is_room(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        work.connection.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite takes the pages it has
    with pytest.raises(Unavailable), archive.write(root) as work:
        work.session.add_all(Unit(name=f"{number:0500}") for number in range(5000))
    with archive.write(root) as work:
        work.connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        work.session.add(Unit(name="Norr"))
    with archive.read(root) as work:
        assert _count(work) == 1


@pytest.mark.engines("postgresql")
def test_a_lost_connection_is_said_plainly_and_the_next_one_works(archive: Archive, root: Actor) -> None:
    with pytest.raises(Unavailable), archive.write(root) as work:
        work.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with archive.read(root) as work:
        assert _count(work) == 0


def test_a_number_larger_than_the_register_can_hold_is_said_plainly(archive: Archive, root: Actor) -> None:
    for number in (2**63, 10**30):
        with pytest.raises(Invalid) as refused, archive.read(root) as work:
            work.session.get(Unit, number)
        assert refused.value.code == "number_large"
    with archive.read(root) as work:
        assert work.session.get(Unit, 2**31 - 1) is None


def test_a_mistake_of_ours_is_not_called_unavailability(archive: Archive, root: Actor) -> None:
    with pytest.raises(DBAPIError), archive.read(root) as work:
        work.session.execute(text("SELECT 1 FROM nowhere"))


@pytest.mark.engines("sqlite")  # PostgreSQL has settings of its own
@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # FULL: a commit is on the disk
        ("foreign_keys", 1),
        ("recursive_triggers", 1),
        ("secure_delete", 1),
    ],
)
def test_every_connection_keeps_what_durability_needs(
    archive: Archive, root: Actor, pragma: str, value: object
) -> None:
    for opened in (archive.read, archive.write):
        with opened(root) as work:
            assert work.connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


@pytest.mark.engines("sqlite")  # tests/postgres/test_locks.py has the other
def test_who_waits_for_another_program_is_refused_after_the_seconds_that_are_set(
    settings: Settings, clock: SetClock, root: Actor
) -> None:
    path = make_url(settings.database_url).database or ""
    with (
        closing(Archive(replace(settings, lock_seconds=1), clock)) as archive,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        with archive.write(root):
            other.execute("PRAGMA busy_timeout=0")
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(Unavailable) as refused, archive.write(root):
            pass
        assert refused.value.code == "register_busy"
        assert time.monotonic() - began < 10  # SQLite itself was told to wait 15


@pytest.mark.engines("sqlite")  # the writer lock is SQLite's
def test_writers_get_their_turn_in_the_order_they_came(archive: Archive, root: Actor) -> None:
    order: list[int] = []
    with ThreadPoolExecutor(8) as pool:
        with archive.write(root):
            for number in range(8):
                pool.submit(_write_number, archive, root, number, order)
                time.sleep(0.05)  # so that they queue in this order
        pool.shutdown()
    assert order == list(range(8))


def _write_number(archive: Archive, root: Actor, number: int, order: list[int]) -> None:
    with archive.write(root):
        order.append(number)


def test_many_writers_at_once_lose_nothing(archive: Archive, root: Actor) -> None:
    barrier = threading.Barrier(6)

    def add_units(writer: int) -> None:
        barrier.wait()
        for number in range(5):
            with archive.write(root) as work:
                work.session.add(Unit(name=f"{writer}-{number}"))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add_units, range(6)))
    with archive.read(root) as work:
        assert _count(work) == 30


def _add_units_in_own_process(settings: Settings, writer: int) -> None:
    archive = Archive(settings, RunningClock())
    for number in range(10):
        with archive.write(operator("test")) as work:
            work.session.add(Unit(name=f"{writer}-{number}"))
    archive.close()


def test_two_processes_writing_at_once_lose_nothing(
    archive: Archive, settings: Settings, root: Actor
) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_add_units_in_own_process, args=(settings, w)) for w in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    with archive.read(root) as work:
        assert _count(work) == 20


def test_reserved_ids_are_nobody_elses(archive: Archive, root: Actor) -> None:
    table = Unit.__table__
    with archive.write(root) as work:
        ids = list(work.reserve_ids(table, 3))
        assert len(set(ids)) == 3
        work.connection.execute(table.insert(), [{"id": number, "name": str(number)} for number in ids])
    with archive.write(root) as work:
        assert not set(ids) & set(work.reserve_ids(table, 3))
        work.session.add(Unit(name="Norr"))
        work.session.flush()


@pytest.mark.engines("sqlite")
def test_a_transaction_inside_another_is_refused_and_does_not_wait_for_itself(
    archive: Archive, archivist: Actor
) -> None:
    with (
        archive.write(archivist),
        pytest.raises(RuntimeError, match="open in this thread"),
        archive.write(archivist),
    ):
        pass
    with archive.write(archivist) as work:
        assert work.actor is archivist
