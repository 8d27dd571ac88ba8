"""Where a file received belongs: beside its neighbour in the archive's order, or the next place with room."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from archive.kernel.store import Work
from archive.models import CaseFile, FilePerson, PersonNumber, Place
from archive.places import places, shelf_order
from archive.vocabulary import Custody, OrderRule, Permission, PersonRole, PlaceKind

NEAREST = 400  # numbers or references looked at; where none of them stands here, nothing is suggested
AHEAD = 200  # places looked through for room
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_PLACE = Place.__table__  # type: ignore[attr-defined]
_NUMBER = PersonNumber.__table__  # type: ignore[attr-defined]
_ROLE = FilePerson.__table__  # type: ignore[attr-defined]
_HERE = (Custody.ON_PLACE, Custody.ON_LOAN)

_numbers = (
    select(_NUMBER.c.number, _NUMBER.c.person_id)
    .where(_NUMBER.c.number <= bindparam("key"), _NUMBER.c.current)
    .order_by(_NUMBER.c.number.desc())
    .limit(NEAREST)
    .subquery()
)
_BY_NUMBER = (
    select(_FILE.c.id, _FILE.c.place_id)
    .select_from(
        _numbers.join(_ROLE, _ROLE.c.person_id == _numbers.c.person_id)
        .join(_FILE, _FILE.c.id == _ROLE.c.file_id)
        .join(_PLACE, _PLACE.c.id == _FILE.c.place_id)
    )
    .where(
        _ROLE.c.role == PersonRole.SUBJECT,
        _PLACE.c.central,
        _PLACE.c.kind != PlaceKind.CRATE,
        _PLACE.c.closed_at.is_(None),
        _PLACE.c.order_rule == OrderRule.BIRTH_DATE,
        _FILE.c.status == Custody.ON_PLACE,
        _FILE.c.id != bindparam("file_id"),
        ~_FILE.c.protected,
    )
    .order_by(_numbers.c.number.desc(), _FILE.c.id.desc())
    .limit(1)
)
_references = (
    select(_FILE.c.id, _FILE.c.place_id, _FILE.c.status, _FILE.c.protected, _FILE.c.reference_key)
    .where(_FILE.c.reference_key <= bindparam("key"))
    .order_by(_FILE.c.reference_key.desc())
    .limit(NEAREST)
    .subquery()
)
_BY_REFERENCE = (
    select(_references.c.id, _references.c.place_id)
    .select_from(_references.join(_PLACE, _PLACE.c.id == _references.c.place_id))
    .where(
        _PLACE.c.central,
        _PLACE.c.kind != PlaceKind.CRATE,
        _PLACE.c.closed_at.is_(None),
        _PLACE.c.order_rule == OrderRule.REFERENCE,
        _references.c.status == Custody.ON_PLACE,
        _references.c.id != bindparam("file_id"),
        ~_references.c.protected,
    )
    .order_by(_references.c.reference_key.desc(), _references.c.id.desc())
    .limit(1)
)

_STANDS_IN = select(_PLACE.c.kind, _PLACE.c.central).where(_PLACE.c.id == bindparam("place_id"))


def waits_in_crate(work: Work, file: CaseFile) -> bool:
    """Tell whether a file stands in a crate in the central archive, not yet at a place of its own."""
    holder = work.connection.execute(_STANDS_IN, {"place_id": file.place_id}).one()
    return bool(file.status is Custody.ON_PLACE and holder.central and holder.kind is PlaceKind.CRATE)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Where to put a file and after which one; `free` is how many more the place holds, if that is known."""

    place: Place
    after_file_id: int
    free: int | None
    moved_on: bool


def place_for(work: Work, file: CaseFile) -> Suggestion | None:
    """Suggest a place in the central archive for a file; none for a sealed envelope or without neighbour."""
    work.require(Permission.MOVE)
    if file.protected:
        return None
    neighbour = _neighbour(work, file)
    if neighbour is None:
        return None
    after, place_id = neighbour
    beside = places.get(work, place_id)
    free = _free(work, beside)
    if free is None or free > 0:
        return Suggestion(beside, after, free, moved_on=False)
    for place in _next_ones(work, beside):
        free = _free(work, place)
        if free is None or free > 0:
            return Suggestion(place, after, free, moved_on=True)
    return None


def _neighbour(work: Work, file: CaseFile) -> tuple[int, int] | None:
    """Return the file that stands just before in the archive's order, and where."""
    key = shelf_order.birth_key_of(work, file.id)
    row = None
    if key:
        row = work.connection.execute(_BY_NUMBER, {"key": f"{key:012d}", "file_id": file.id}).first()
    if row is None:
        row = work.connection.execute(_BY_REFERENCE, {"key": file.reference_key, "file_id": file.id}).first()
    return (row.id, row.place_id) if row else None


def _free(work: Work, place: Place) -> int | None:
    if place.capacity is None:
        return None
    count = select(func.count()).where(col(CaseFile.place_id) == place.id, col(CaseFile.status).in_(_HERE))
    return place.capacity - int(work.session.scalar(count) or 0)


def _next_ones(work: Work, place: Place) -> Sequence[Place]:
    """Return the places of the same kind that come after one at the same address, in order."""
    root = place.path.split(".")[0]
    return work.session.scalars(
        select(Place)
        .where(
            col(Place.path) > place.path,
            col(Place.path) < f"{root}/",
            col(Place.kind) == place.kind,
            col(Place.closed_at).is_(None),
        )
        .order_by(col(Place.path))
        .limit(AHEAD)
    ).all()
