"""The first steps of a new register: what must be there before files can be, in order, and what is."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, select
from sqlmodel import col

from archive.kernel.store import Work
from archive.models import CaseFile, Place, SourceSystem, User, UserRole
from archive.vocabulary import Permission, PlaceKind, Role


class Beginning(StrEnum):
    """Name the first steps, in their order."""

    PEOPLE = "people"
    SOURCE = "source"
    CENTRAL = "central"
    ROOM = "room"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class FirstStep:
    """Say who takes a step, and whether it is taken."""

    step: Beginning
    permission: Permission
    done: bool


_BY = {
    Beginning.PEOPLE: Permission.MANAGE_USERS,
    Beginning.SOURCE: Permission.SHAPE_ORGANISATION,
    Beginning.CENTRAL: Permission.SHAPE_PLACES,
    Beginning.ROOM: Permission.SHAPE_PLACES,
    Beginning.FILES: Permission.IMPORT,
}


def _place(kind: PlaceKind, central: bool) -> ColumnElement[bool]:
    return exists().where(col(Place.kind) == kind, col(Place.central) == central)


_THERE = select(
    exists()
    .where(col(UserRole.role) == Role.ARCHIVIST, col(UserRole.user_id) == col(User.id), col(User.active))
    .label(Beginning.PEOPLE),
    exists().where(col(SourceSystem.active)).label(Beginning.SOURCE),
    _place(PlaceKind.RACK, True).label(Beginning.CENTRAL),
    _place(PlaceKind.ROOM, False).label(Beginning.ROOM),
    exists().where(col(CaseFile.id) > 0).label(Beginning.FILES),
)


def steps(work: Work) -> list[FirstStep]:
    """Return the first steps for somebody who takes one of them; none once a file is registered."""
    if not any(map(work.actor.may, _BY.values())):
        return []
    there = work.session.execute(_THERE).mappings().one()
    if there[Beginning.FILES]:
        return []
    return [FirstStep(step, needed, bool(there[step])) for step, needed in _BY.items()]
