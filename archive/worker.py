"""The worker: runs the timetable, in one process at a time however many stand by."""

import fcntl
import logging
import os
import socket
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Connection, func, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from archive import heartbeat, wiring
from archive.kernel import store
from archive.kernel.clock import STOCKHOLM, system_clock
from archive.kernel.store import Archive
from archive.timetable import TIMETABLE, TimetableEntry

_log = logging.getLogger("aktspar.worker")

LOCK = 0x616B7473  # any number nobody else uses as an advisory lock in this database
STAND_BY = 2.0  # seconds between attempts to become the active one
GRACE = 3600  # seconds a routine may start late, after a stop or on a busy machine
AT_ONCE = 4


class Lease:
    """Be the one active worker: a lock that ends with the process that holds it.

    On SQLite a locked file beside the database, on PostgreSQL an advisory lock of a connection of its own.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._file: Any = None
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Try to become the active worker; tell whether it worked."""
        return self._take_file() if self._archive.settings.sqlite else self._take_advisory()

    def held(self) -> bool:
        """Tell whether we still are: a lock of a connection is gone when the connection is."""
        if self._connection is None:
            return self._file is not None
        try:
            self._connection.execute(select(1))
        except SQLAlchemyError:
            return False
        return True

    def release(self) -> None:
        """Let another worker take over."""
        if self._file is not None:
            self._file.close()
        if self._connection is not None:
            self._connection.invalidate()  # closes it for good: back in the pool it would keep the lock
            self._connection.close()
        self._file = self._connection = None

    def _take_file(self) -> bool:
        path = Path(f"{make_url(self._archive.settings.database_url).database}.worker.lock")
        file = path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def _take_advisory(self) -> bool:
        try:
            connection = self._archive.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            taken: bool = connection.execute(select(func.pg_try_advisory_lock(LOCK))).scalar_one()
        except SQLAlchemyError:
            return False
        if taken:
            self._connection = connection
        else:
            connection.close()
        return taken


def run(archive: Archive, stop: threading.Event, timetable: tuple[TimetableEntry, ...] = TIMETABLE) -> bool:
    """Stand by for the lease, run the timetable until told to stop; False when the lease was lost."""
    wiring.check()
    lease, lost = Lease(archive), threading.Event()
    with ExitStack() as ending:
        ending.callback(lease.release)
        while not lease.take():
            if stop.wait(STAND_BY):
                return True
        _log.info("active")
        scheduler = BackgroundScheduler(
            timezone=STOCKHOLM,
            executors={"default": ThreadPoolExecutor(AT_ONCE)},
            job_defaults={"coalesce": True, "misfire_grace_time": GRACE, "max_instances": 1},
        )
        for routine in timetable:
            trigger = CronTrigger(timezone=STOCKHOLM, **routine.when)
            # Also at once: what fell due while no worker ran is done now, and doing it twice changes nothing.
            job = (archive, routine, lease, lost)
            scheduler.add_job(_run, trigger, job, id=routine.name, next_run_time=system_clock())
        scheduler.start()
        ending.callback(scheduler.shutdown)  # waits for what is running
        while not stop.wait(1.0) and not lost.is_set():
            pass
    return not lost.is_set()


def run_once(archive: Archive, routine: TimetableEntry) -> None:
    """Run one routine now and note that it came to its end."""
    routine.run(archive)
    with archive.write(store.worker(routine.name)) as work:
        heartbeat.note(work, routine.name, holder())


def holder() -> str:
    """Return which process this is: host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def _run(archive: Archive, routine: TimetableEntry, lease: Lease, lost: threading.Event) -> None:
    if not lease.held():
        _log.error("lease lost")
        lost.set()
        return
    run_once(archive, routine)
