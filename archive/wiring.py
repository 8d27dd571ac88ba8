"""Bring together who answers what lower nouns ask: known to everything that opens an archive."""

from archive.imports import asked_names
from archive.incidents import access, reporting
from archive.kernel.hooks import HOOKS

ANSWERING = (access, asked_names, reporting)


def check() -> None:
    """See to it that nothing is asked that nobody answers; raises RuntimeError."""
    if silent := [hook.name for hook in HOOKS if not hook.answered]:
        raise RuntimeError(f"Nobody answers {', '.join(silent)}: name who does in archive/wiring.py.")
