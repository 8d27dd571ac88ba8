"""Which answers to scans showed a person's data: those are looks, the rest is the scanner's own work."""

from collections.abc import Sequence

from archive.domain import looks
from archive.domain.looks import Look
from archive.domain.tellings import Telling


def of(told: Sequence[Telling]) -> Look | None:
    """Return one look at everybody whose card these answers show, None when they show none."""
    subjects = dict.fromkeys(subject for one in told for subject in one.subjects)
    return looks.at_list("scans", subjects) if subjects else None
