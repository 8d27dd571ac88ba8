"""What the worker runs, when and why: one table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from archive.accounts import sessions
from archive.backups import nightly as backups_nightly
from archive.cover_checks import second_checks
from archive.deliveries import notices
from archive.imports import driver
from archive.incidents import nightly
from archive.kernel.store import Archive, worker
from archive.notifications import deadlines, outbox, smtp
from archive.programme import forecast, weekly_delivery
from archive.quality import nightly as quality_nightly

HEARTBEAT = "heartbeat"


@dataclass(frozen=True, slots=True)
class TimetableEntry:
    """Name a routine and when it runs: fields of a cron line, by Stockholm's clock."""

    name: str
    when: Mapping[str, int | str]
    purpose: str
    run: Callable[[Archive], object]


def _live(_archive: Archive) -> None:
    """Do nothing: that a routine ran to its end is noted anyway."""


def _open_next_steps(archive: Archive) -> None:
    nightly.sweep(archive)
    quality_nightly.sweep(archive)


def _remove_expired(archive: Archive) -> None:
    idle = timedelta(minutes=archive.settings.session_idle_minutes)
    with archive.write(worker("expired")) as work:
        sessions.remove_expired(work, idle)
        outbox.forget(work)


def _optimize(archive: Archive) -> None:
    if archive.settings.sqlite:
        with archive.write(worker("optimize")) as work:
            connection = work.connection
            connection.exec_driver_sql(
                "PRAGMA analysis_limit=1000"
            )  # else a table of millions is read through
            connection.exec_driver_sql("PRAGMA optimize")


# Nothing daily between 02 and 03: that hour comes twice in autumn and not at all in spring.
TIMETABLE = (
    TimetableEntry(HEARTBEAT, {"minute": "*"}, "shows on /health that the worker lives", _live),
    TimetableEntry(
        deadlines.ROUTINE, {"minute": "*"}, "reminds of deadlines and escalates them", deadlines.sweep
    ),
    TimetableEntry(
        nightly.ROUTINE,
        {"minute": "*"},
        "opens the next steps of incidents, escalates old ones, reopens for late finds",
        _open_next_steps,
    ),
    TimetableEntry(smtp.ROUTINE, {"second": "*/15"}, "sends the mail that waits", smtp.send_waiting),
    TimetableEntry(
        second_checks.ROUTINE,
        {"minute": "*/10"},
        "draws which covers are checked again",
        second_checks.draw_all,
    ),
    TimetableEntry(
        "imports",
        {"second": "*/4"},
        "reads in lists that wait, and goes on with those that stopped",
        driver.work_off,
    ),
    TimetableEntry(
        backups_nightly.ROUTINE,
        {"minute": 15},
        "backs the register up once a night, and again each hour after one that failed",
        backups_nightly.run,
    ),
    TimetableEntry(
        weekly_delivery.ROUTINE,
        {"hour": 4, "minute": 40},
        "opens the delivery of next week, with its senders and pick lists",
        weekly_delivery.open_next,
    ),
    TimetableEntry(
        notices.ROUTINE,
        {"hour": 7, "minute": 5},
        "tells senders of the delivery of the next working day",
        notices.remind,
    ),
    TimetableEntry(
        forecast.ROUTINE,
        {"hour": 4, "minute": 50},
        "counts the files left in the rooms of the programme",
        forecast.count_all,
    ),
    TimetableEntry(
        "uploads",
        {"hour": 4, "minute": 30},
        "deletes uploads that were never finished",
        driver.forget_interrupted,
    ),
    TimetableEntry(
        "expired",
        {"hour": 4, "minute": 10},
        "removes ended sessions, old sign-in attempts and the text of old mail",
        _remove_expired,
    ),
    TimetableEntry(
        "optimize", {"hour": 4, "minute": 20}, "lets SQLite gather what its planner needs", _optimize
    ),
)
