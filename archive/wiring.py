"""Bring together who answers what lower nouns ask: known to everything that opens an archive."""

from archive.cover_checks import scanning as cover_scanning
from archive.deliveries import scanning as delivery_scanning
from archive.imports import asked_names
from archive.incidents import access, reporting
from archive.kernel.hooks import HOOKS
from archive.programme import scanning as room_scanning
from archive.scanning import contract, outcomes

ANSWERING = (access, asked_names, reporting, delivery_scanning)
SCANNING = (outcomes, delivery_scanning, cover_scanning, room_scanning)


def check() -> None:
    """See to it that nothing is asked that nobody answers; raises RuntimeError."""
    if silent := [hook.name for hook in HOOKS if not hook.answered]:
        raise RuntimeError(f"Nobody answers {', '.join(silent)}: name who does in archive/wiring.py.")
    contract.check()
