"""Where in a place a file comes to stand, by the place's order."""

import re
from collections.abc import Sequence

from sqlalchemy import bindparam, func, select

from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Work
from archive.models import CaseFile, FilePerson, PersonNumber, Place
from archive.places.places import Spot
from archive.vocabulary import OrderRule, PersonRole

_FILE = CaseFile.__table__  # type: ignore[attr-defined]


def next_position(work: Work, file_id: int, place: Place | Spot) -> int:
    """Return where in a place a file comes to stand by the place's order."""
    if place.order_rule in _AT_END:
        return _at_end(work, place)
    if place.order_rule is OrderRule.BIRTH_DATE:
        return birth_key_of(work, file_id)
    row = work.session.execute(
        select(_FILE.c.closed_on, _FILE.c.reference).where(_FILE.c.id == file_id)
    ).one()
    return position(work, place, 0, row.closed_on, row.reference)


_AT_END = frozenset({OrderRule.AS_PLACED, OrderRule.NAME, OrderRule.KIND})
_LAST_POSITION = select(func.coalesce(func.max(_FILE.c.position), 0)).where(
    _FILE.c.place_id == bindparam("place_id")
)
_NUMBER = PersonNumber.__table__  # type: ignore[attr-defined]
_ROLE = FilePerson.__table__  # type: ignore[attr-defined]
_BIRTH_KEY = (
    select(_NUMBER.c.number)
    .join(_ROLE, _ROLE.c.person_id == _NUMBER.c.person_id)
    .where(_ROLE.c.file_id == bindparam("file_id"), _NUMBER.c.current)
    .order_by(_ROLE.c.role != PersonRole.SUBJECT, _ROLE.c.person_id)
)


def position(
    work: Work, place: Place | Spot, birth_key: int, closed_on: PartialDate | None, reference: str
) -> int:
    """Return where a file not yet registered comes to stand by the order of the place."""
    if place.order_rule is OrderRule.BIRTH_DATE:
        return birth_key
    if place.order_rule is OrderRule.CLOSING_YEAR:
        return closed_on.year if closed_on else 0
    if place.order_rule is OrderRule.REFERENCE:
        return int("0" + re.sub(r"\D", "", reference)[:15])
    return _at_end(work, place)


def _at_end(work: Work, place: Place | Spot) -> int:
    last = work.connection.execute(_LAST_POSITION, {"place_id": place.id}).scalar_one()
    return int(last) + 1


def birth_key_of(work: Work, file_id: int) -> int:
    """Return where a file stands in birth order: by the first of its persons whose number is known."""
    numbers = work.connection.execute(_BIRTH_KEY, {"file_id": file_id}).scalars()
    return next((key for number in numbers if (key := birth_key(number))), 0)


def birth_key_of_persons(work: Work, person_ids: Sequence[int]) -> int:
    """Return where a file about these persons stands in birth order: by the first whose number is known."""
    rows = work.session.execute(
        select(_NUMBER.c.person_id, _NUMBER.c.number).where(
            _NUMBER.c.person_id.in_(person_ids), _NUMBER.c.current
        )
    )
    keys = {row.person_id: birth_key(row.number) for row in rows}
    return next((keys[one] for one in person_ids if keys.get(one)), 0)


def birth_key(number: str) -> int:
    """Return a personal number as a position on the shelf; 0 for one without century or unreadable."""
    return (
        int(number[:8] + re.sub(r"\D", "0", number[8:12]).ljust(4, "0"))
        if number[:8].isdigit() and len(number) >= 11
        else 0
    )
