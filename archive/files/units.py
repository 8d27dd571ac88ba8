"""The units that keep files: they come and go, and a list may name one nobody knew."""

from archive.kernel.store import Work
from archive.models import Unit


def add(work: Work, name: str) -> Unit:
    """Add a unit."""
    unit = Unit(name=name)
    work.session.add(unit)
    work.session.flush()
    return unit
