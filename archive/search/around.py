"""Clues from what stands around: boxes and covers beside a file, racks and rooms not yet searched."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, select

from archive.kernel.store import Work
from archive.models import CaseFile, Loan
from archive.search.clues import Clues
from archive.search.near import Stand, Surroundings
from archive.search.ranking import BEHIND, LOOSE, PAPERS, TABLE

_BOX_AWAY = (0.0, 0.36, 0.09, 0.04, 0.01)  # of a box so many away, on either side
_COVER_AWAY = (0.0, 0.3, 0.1, 0.05, 0.025, 0.015, 0.01)

_LOAN = Loan.__table__  # type: ignore[attr-defined]
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_AWAY_THEN = (
    select(_LOAN.c.file_id, _LOAN.c.out_at)
    .where(
        _LOAN.c.file_id.in_(bindparam("ids", expanding=True)),
        or_(_LOAN.c.returned_at.is_(None), _LOAN.c.returned_at > bindparam("at")),
    )
    .order_by(_LOAN.c.id.desc())
    .limit(500)
)
_CAME_LATER = select(_FILE.c.id).where(
    _FILE.c.id.in_(bindparam("ids", expanding=True)), _FILE.c.placed_at > bindparam("at")
)


def own_place(clues: Clues, handled: float) -> None:
    """Note that it may be where it is recorded, loose or in any cover there."""
    home = clues.file.place_id
    clues.add("recorded", LOOSE, home, 1.0, place=home)
    clues.add("cover_somewhere", PAPERS, home, handled, place=home)


def beside(
    clues: Clues, around: Surroundings, handled: float, position: int | None, since: datetime | None
) -> None:
    """Note the boxes and covers beside a place where it was put at a moment, by how far they are."""
    on = {"on": since.date().isoformat()} if since else {}
    for one in around.beside:
        far = around.distance(one)
        if far < len(_BOX_AWAY):
            clues.loose("beside", one.id, handled * _BOX_AWAY[far], **on)
    moved = around.before_moves(since) if since else []
    for one in moved:
        clues.loose("stood_beside", one.id, handled / len(moved), **on)
    same = around.same_slot()
    for one in same:
        clues.loose("same_slot", one.id, handled / len(same))
    if around.rack:
        clues.add("behind", BEHIND, around.rack.id, handled)
    for cover, far in neighbours(clues.work, clues.file.id, around, position, since):
        if far < len(_COVER_AWAY):
            clues.inside("cover_beside", cover, handled * _COVER_AWAY[far])


def neighbours(
    work: Work, file_id: int, around: Surroundings, position: int | None, since: datetime | None
) -> list[tuple[int, int]]:
    """Return the files that stood in a place when it was put there, and how far from it, nearest first."""
    sides = around.covers_beside(file_id, position or 0)
    if position is None:
        return [(file, len(_COVER_AWAY)) for file in sides[1]]
    there = _present(work, [file for side in sides for file in side], since)
    found = [(file, far) for side in sides for far, file in enumerate((f for f in side if f in there), 1)]
    return sorted(found, key=lambda pair: pair[1])


def _present(work: Work, ids: Sequence[int], at: datetime | None) -> set[int]:
    """Return which files stood there at a moment: not those lent then, nor those that came later."""
    if at is None or not ids:
        return set(ids)
    asked = {"ids": list(ids), "at": at}
    rows = work.connection.execute(_AWAY_THEN, asked).all()
    away = {row.file_id for row in rows if row.out_at <= at}
    lent_later = {row.file_id for row in rows if row.out_at > at}
    late = set(work.connection.execute(_CAME_LATER, asked).scalars())
    return set(ids) - away - (late - lent_later)


def everywhere_else(clues: Clues, around: Surroundings, handled: float) -> dict[int, int]:
    """Spread what no clue speaks for over the rest of the room and the other rooms; return their boxes."""
    rack, racks, rooms = around.rack, around.other_racks(), around.other_rooms()
    own = [one for one in around.beside if rack is None or one.path.startswith(f"{rack.path}.")]
    sizes = around.boxes([*racks, *rooms])
    _spread(
        clues, "rest_of_room", [*((one, 1) for one in own), *((one, sizes[one.id]) for one in racks)], handled
    )
    _spread(clues, "rest_of_site", [(one, sizes[one.id]) for one in rooms], handled)
    for one in racks:
        clues.add("corner", BEHIND, one.id, 1 / len(racks))
    if around.room:
        clues.add("corner", TABLE, around.room.id, 1.0)
    for one in rooms:
        clues.add("corner", TABLE, one.id, 1 / len(rooms))
    return {one.id: sizes[one.id] for one in (*racks, *rooms) if sizes[one.id]}


def _spread(clues: Clues, reason: str, stands: Sequence[tuple[Stand, int]], handled: float) -> None:
    total = sum(boxes for _stand, boxes in stands)
    for stand, boxes in stands:
        if boxes:
            clues.loose(reason, stand.id, boxes / total)
            clues.add("any_cover", PAPERS, stand.id, handled * boxes / total, place=stand.id)
