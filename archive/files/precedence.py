"""What is older: the one rule by which a scan that waited moves nothing when something newer is known."""

from datetime import datetime, timedelta

from archive.files import sightings
from archive.files.files import Held
from archive.kernel.store import Work

LIVE = timedelta(seconds=1)


def made_at(received: datetime, waited: timedelta) -> datetime:
    """Return when a scan counts as made: one that came live as it was received, others before by their wait.

    So live scans stand in the sequence they were received in, whatever each waited, and every scan has one
    place among all of them: of two made at once the one received later is the newer.
    """
    return received if waited <= LIVE else received - waited


def is_live(work: Work, made: datetime) -> bool:
    """Tell whether a scan being received came live: nothing received before can be newer."""
    return made >= work.now


def is_older(work: Work, made: datetime, known: datetime | None) -> bool:
    """Tell whether a scan being received is older than what is known since a moment, if there is one."""
    return known is not None and made < known and not is_live(work, made)


def overtaken(work: Work, file: Held, made: datetime, *known: datetime | None) -> bool:
    """Tell whether something newer than a scan is known of a file: placed, seen, or what the caller knows."""
    return any(is_older(work, made, moment) for moment in (file.placed_at, *known)) or (
        not is_live(work, made) and sightings.later(work, file.id, made)
    )
