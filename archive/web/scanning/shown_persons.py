"""Which answers to scans showed a person's data: those are looks, the rest is the scanner's own work."""

from collections.abc import Sequence

from archive.access_log import access_log
from archive.access_log.access_log import Look
from archive.scanning.answers import ScanReply


def look_at(told: Sequence[ScanReply]) -> Look | None:
    """Return one look at everybody whose card these answers show, None when they show none."""
    subjects = dict.fromkeys(subject for one in told for subject in one.subjects)
    return access_log.at_list("scans", subjects) if subjects else None
