"""The nightly backup: once a night, and again each hour after one that failed."""

from datetime import datetime, timedelta

from archive import heartbeat
from archive.backups import making, state
from archive.kernel.clock import local
from archive.kernel.store import Archive, worker

ROUTINE = "backup"
HOUR = 3  # by Stockholm's clock, which has it once every night
_SOON = timedelta(hours=12)  # after one made late, the next night is the right time again


def run(archive: Archive) -> None:
    """Make the backup of this night where the settings name a folder and none was made yet."""
    settings = archive.settings
    if settings.backups.folder is None:
        return
    actor = worker(ROUTINE)
    with archive.read(actor) as work:
        made, now = heartbeat.last(work).get(state.MADE), work.now
    if due(made, now):
        making.make(
            archive, actor, settings.backups.folder, settings.backups.recipients, settings.backups.keep
        )


def due(made: datetime | None, now: datetime) -> bool:
    """Tell whether a backup is to be made: at night, or when the last is too old, or of a time to come."""
    if made is None or made > now:
        return True
    return now - made > (_SOON if local(now).hour == HOUR else state.LATE)
