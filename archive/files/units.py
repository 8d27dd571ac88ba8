"""The units that keep files: they come and go, and a list may name one nobody knew."""

from sqlmodel import select

from archive.kernel.store import Work
from archive.models import Unit
from archive.vocabulary.collation import swedish


def every(work: Work) -> list[Unit]:
    """Return every unit, by name."""
    return sorted(work.session.scalars(select(Unit)), key=lambda unit: swedish(unit.name))


def add(work: Work, name: str) -> Unit:
    """Add a unit."""
    unit = Unit(name=name)
    work.session.add(unit)
    work.session.flush()
    return unit
