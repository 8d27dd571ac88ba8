"""The worker: one at a time, on time, and seen to live."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger

from archive import heartbeat
from archive.kernel.clock import STOCKHOLM
from archive.kernel.store import Actor, Archive
from archive.timetable import HEARTBEAT, TIMETABLE, TimetableEntry
from archive.worker import Lease, run, run_once
from tests.builders import SetClock


@contextmanager
def running(archive: Archive, routine: TimetableEntry) -> Iterator[list[bool]]:
    """Run a worker in a thread; what it returned is in the list afterwards."""
    stop, returned = threading.Event(), []
    thread = threading.Thread(target=lambda: returned.append(run(archive, stop, (routine,))))
    thread.start()
    try:
        yield returned
    finally:
        stop.set()
        thread.join(20)


def routine(called: threading.Event) -> TimetableEntry:
    """Give a routine that tells when it ran."""
    return TimetableEntry("tried", {"minute": "*"}, "shows that it ran", lambda _archive: called.set())


def test_only_one_of_two_workers_holds_the_lease(archive: Archive) -> None:
    first, second = Lease(archive), Lease(archive)
    assert first.take()
    assert first.held()
    assert not second.take()
    assert not second.held()
    first.release()
    assert second.take()
    second.release()


def test_a_second_worker_stands_by_and_takes_over(archive: Archive) -> None:
    lease, called = Lease(archive), threading.Event()
    assert lease.take()
    with running(archive, routine(called)):
        assert not called.wait(0.5)
        lease.release()
        assert called.wait(10)


@pytest.mark.engines("postgresql")  # a locked file is lost only with its process
def test_a_worker_whose_connection_is_gone_stops(archive: Archive, root: Actor) -> None:
    called = threading.Event()
    every_second = TimetableEntry(
        "tried", {"second": "*"}, "shows that it ran", lambda _archive: called.set()
    )
    with running(archive, every_second) as returned:
        assert called.wait(10)
        with archive.write(root) as work:
            work.connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        until = time.monotonic() + 20
        while not returned and time.monotonic() < until:
            time.sleep(0.1)
        assert returned == [False]


def test_a_routine_runs_at_once_when_the_worker_starts(archive: Archive) -> None:
    called = threading.Event()
    with running(archive, routine(called)) as returned:
        assert called.wait(10)
    assert returned == [True]


def test_a_routine_that_fails_leaves_no_sign_of_life(archive: Archive, root: Actor) -> None:
    def fail(_archive: Archive) -> None:
        raise ValueError("trasig")

    with pytest.raises(ValueError, match="trasig"):
        run_once(archive, TimetableEntry("tried", {"minute": "*"}, "fails", fail))
    with archive.read(root) as work:
        assert heartbeat.last(work) == {}


def test_every_routine_of_the_timetable_runs_and_is_noted(
    archive: Archive, root: Actor, clock: SetClock
) -> None:
    for entry in TIMETABLE:
        run_once(archive, entry)
    later = clock.forward(minutes=1)
    run_once(archive, TIMETABLE[0])
    with archive.read(root) as work:
        noted = heartbeat.last(work)
    assert noted.keys() == {entry.name for entry in TIMETABLE}
    assert noted[HEARTBEAT] == later


DAILY = [entry for entry in TIMETABLE if "hour" in entry.when]


@pytest.mark.parametrize("day", ["2026-10-25", "2027-03-28"])
@pytest.mark.parametrize("entry", DAILY, ids=lambda entry: entry.name)
def test_what_is_daily_runs_once_on_the_days_the_clocks_change(entry: TimetableEntry, day: str) -> None:
    trigger = CronTrigger(timezone=STOCKHOLM, **entry.when)
    midnight = datetime.fromisoformat(day).replace(tzinfo=STOCKHOLM)
    until = (midnight + timedelta(days=1)).astimezone(UTC)
    fired, now = [], midnight
    for _ in range(3):
        fired.append(trigger.get_next_fire_time(None, now).astimezone(UTC))
        now = (fired[-1] + timedelta(seconds=1)).astimezone(STOCKHOLM)
    assert sum(fire < until for fire in fired) == 1
