"""How the backups fare: for the one on call, for the administrators."""

import os
import socket
from datetime import datetime, timedelta

from archive import heartbeat
from archive.kernel.clock import local_date
from archive.kernel.errors import DomainError
from archive.kernel.store import Actor, Archive, Work
from archive.models import WorkerBeat
from archive.notifications import inbox
from archive.vocabulary import MessageKind, Role
from archive.vocabulary.wording import N_

# Rows of worker_beat beside the routines of the timetable.
MADE, FAILED, VERIFIED = "backup made", "backup failed", "backup verified"
REASONS = {
    "backup_full": N_("there is no room left in the folder or beside the database"),
    "backup_unwritable": N_("the folder is not there, or cannot be written"),
    "backup_source_damaged": N_("the database itself is damaged: stop the server and restore a backup"),
    "backup_tool_missing": N_("PostgreSQL's client programs are not installed"),
    "backup_tool_failed": N_("pg_dump did not succeed: run aktspar backup to see what it says"),
    "backup_running": N_("another backup was being made"),
}
OTHERWISE = N_("run aktspar backup to see why")
LATE = timedelta(hours=26)  # a night and what making it may take


def note_failed(archive: Archive, actor: Actor, refusal: DomainError) -> None:
    """Note that no backup could be made, and tell the administrators, once a day for each reason."""
    with archive.write(actor) as work:
        heartbeat.note(work, FAILED, refusal.code)  # why says more than who
        key = f"{local_date(work.now).isoformat()} {refusal.code}"
        inbox.tell(work, MessageKind.BACKUP_FAILED, "backup", key, roles=(Role.ADMINISTRATOR,))


def where() -> str:
    """Return which process this is."""
    return f"{socket.gethostname()}:{os.getpid()}"


def condition(work: Work, *, expected: bool) -> str:
    """Return how the backups fare: ok, late, failed; off where nobody asked for any."""
    seen = heartbeat.last(work)
    made, failed = seen.get(MADE), seen.get(FAILED)
    if failed and (made is None or failed > made):
        return "failed"
    if made is None:
        return "late" if expected else "off"
    return "ok" if timedelta() <= work.now - made <= LATE else "late"


def moments(work: Work) -> tuple[datetime | None, datetime | None]:
    """Return when the last backup was made, and when one was last restored to be checked."""
    seen = heartbeat.last(work)
    return seen.get(MADE), seen.get(VERIFIED)


def reason(work: Work) -> str:
    """Return why the last backup that failed did, as a sentence of the catalogue."""
    beat = work.session.get(WorkerBeat, FAILED)
    return REASONS.get(beat.holder, OTHERWISE) if beat else ""
