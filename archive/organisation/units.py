"""The units that keep files: they come and go, and a list may name one nobody knew."""

from collections.abc import Sequence

from sqlalchemy import select

from archive.accounts import users
from archive.history import history
from archive.kernel.errors import Conflict, NotFound
from archive.kernel.store import Work
from archive.models import Unit
from archive.organisation import naming
from archive.vocabulary import EventKind, Permission
from archive.vocabulary.collation import swedish
from archive.vocabulary.wording import N_


def every(work: Work) -> Sequence[Unit]:
    """Return every unit, also closed ones, by name."""
    return sorted(work.session.scalars(select(Unit)), key=lambda unit: swedish(unit.name))


def in_use(work: Work, also: int | None = None) -> Sequence[Unit]:
    """Return the units that exist today, by name, and the one a file has `also`."""
    return [unit for unit in every(work) if unit.active or unit.id == also]


def get(work: Work, unit_id: int) -> Unit:
    """Return a unit; raises NotFound."""
    found = work.session.get(Unit, unit_id)
    if found is None:
        raise NotFound("no_such_unit", N_("There is no such unit."))
    return found


def add(work: Work, name: str) -> Unit:
    """Add a unit; raises Invalid or Conflict."""
    work.require(Permission.SHAPE_ORGANISATION)
    name = naming.checked(name)
    _refuse_taken(work, name)
    return add_named(work, name)


def add_named(work: Work, name: str) -> Unit:
    """Add a unit that a list names; checks no permission."""
    unit = Unit(name=name)
    work.session.add(unit)
    work.session.flush()
    history.record(work, EventKind.UNIT_ADDED, unit, private={"name": name})
    return unit


def change(work: Work, unit: Unit, *, name: str | None = None, active: bool | None = None) -> None:
    """Rename a unit, also for those who work there, close it or open it again; raises Invalid or Conflict."""
    work.require(Permission.SHAPE_ORGANISATION)
    before = unit.name
    if name is not None:
        name = naming.checked(name)
        _refuse_taken(work, name, but=unit.id)
    naming.change(work, EventKind.UNIT_CHANGED, unit, name=name, active=active)
    if unit.name != before:
        users.rename_unit(work, before, unit.name)


def _refuse_taken(work: Work, name: str, but: int = 0) -> None:
    if any(unit.id != but and naming.folded(unit.name) == naming.folded(name) for unit in every(work)):
        raise Conflict(
            "unit_taken",
            N_("There is a unit called “%(name)s” already. Open it again if it is closed."),
            field="name",
            name=name,
        )
