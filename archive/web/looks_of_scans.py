"""Which scans showed a person's data: those are looks, the rest is the scanner's own work."""

from collections.abc import Sequence

from archive.domain import looks
from archive.domain.looks import Look
from archive.domain.scans import Taken
from archive.vocabulary import ScanOutcome


def of(scans: Sequence[Taken]) -> list[Look]:
    """Return one look for the files whose card an answer shows, none when it shows no card."""
    shown = {scan.file_id for scan in scans if scan.outcome is ScanOutcome.FILE_SHOWN and scan.file_id}
    return [looks.at_list("scans", [f"file:{number}" for number in sorted(shown)])] if shown else []
