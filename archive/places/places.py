"""Places: one tree from address to box and desk; a box that moves takes its content along."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import bindparam, func, select, text, update
from sqlmodel import col

from archive.codes import codes
from archive.history import history
from archive.kernel.errors import ChangedMeanwhile, Conflict, Invalid, NotFound
from archive.kernel.letters import one_form
from archive.kernel.store import CHANGED_MEANWHILE, Work
from archive.models import CaseFile, Place
from archive.places.paths import spoken
from archive.vocabulary import Custody, EventKind, OrderRule, Permission, PlaceKind
from archive.vocabulary.wording import N_
from labels.designs import clean

WIDTH = 6
LARGEST_CREATION = 5000

# Which kinds stand in which; None is the root.
HOLDS: dict[PlaceKind | None, frozenset[PlaceKind]] = {
    None: frozenset({PlaceKind.SITE}),
    PlaceKind.SITE: frozenset({PlaceKind.ROOM, PlaceKind.DESK, PlaceKind.CRATE}),
    PlaceKind.ROOM: frozenset(
        {PlaceKind.RACK, PlaceKind.SHELF, PlaceKind.BOX, PlaceKind.CRATE, PlaceKind.DESK}
    ),
    PlaceKind.RACK: frozenset({PlaceKind.SHELF, PlaceKind.BOX, PlaceKind.CRATE}),
    PlaceKind.SHELF: frozenset({PlaceKind.BOX, PlaceKind.CRATE}),
    PlaceKind.DESK: frozenset({PlaceKind.BOX, PlaceKind.CRATE}),
    PlaceKind.BOX: frozenset(),
    PlaceKind.CRATE: frozenset({PlaceKind.BOX}),
}
# What a person carries from one place to another.
MOVABLE = frozenset({PlaceKind.BOX, PlaceKind.CRATE, PlaceKind.RACK, PlaceKind.SHELF, PlaceKind.DESK})
# Moving these is daily work; reshaping the rest of the tree is not.
CARRIED = frozenset({PlaceKind.BOX, PlaceKind.CRATE})
# A file in one of these states is nowhere we answer for, whatever place it had last.
_GONE = (Custody.LOST, Custody.VOID, Custody.DISPOSED, Custody.HANDED_OVER, Custody.WITHDRAWN)

_PLACE = Place.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Level:
    """One level of places to create under each place of the level above: `rack 3`, `shelf 1` to `6`."""

    kind: PlaceKind
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """What the hot verbs need of a place: a row, since a model costs more than the disk."""

    id: int
    kind: PlaceKind
    name: str
    order_rule: OrderRule
    closed_at: datetime | None


# The lock a foreign key takes: whoever closes the place waits until what is being put there stands there.
_KEEP_OPEN: Any = {"read": True, "key_share": True}
_SPOT = (
    select(_PLACE.c.id, _PLACE.c.kind, _PLACE.c.name, _PLACE.c.order_rule, _PLACE.c.closed_at)
    .where(_PLACE.c.code == bindparam("code"))
    .with_for_update(**_KEEP_OPEN)
)
# Two that shape the tree at once would take the same position, or move a branch from under each other.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(4711, 1)")


def get(work: Work, place_id: int) -> Place:
    """Return a place by id; raises NotFound."""
    place = work.session.get(Place, place_id)
    if place is None:
        raise NotFound("no_such_place", N_("There is no such place."))
    return place


def spot(work: Work, code: str) -> Spot:
    """Return the place of a code for a hot verb; raises NotFound."""
    row = work.connection.execute(_SPOT, {"code": code}).one_or_none()
    if row is not None:
        return Spot(*row)
    place = by_code(work, code)
    return Spot(place.id, place.kind, place.name, place.order_rule, place.closed_at)


def keep_open(work: Work, place: Place) -> Place:
    """Keep a place from being closed until the transaction ends; raises Conflict when it is closed."""
    work.session.refresh(place, with_for_update=_KEEP_OPEN)
    refuse_closed(place)
    return place


def by_code(work: Work, code: str) -> Place:
    """Return a place by its code, void or live; raises NotFound."""
    place = work.session.execute(select(Place).where(col(Place.code) == code)).scalar_one_or_none()
    if place is None:
        label = codes.find(work, code)
        if label.place_id is None:
            raise NotFound("not_a_place", N_("The code %(code)s does not belong to a place."), code=code)
        place = get(work, label.place_id)
    return place


def create(
    work: Work,
    parent: Place | None,
    kind: PlaceKind,
    name: str,
    *,
    order_rule: OrderRule | None = None,
    central: bool | None = None,
    capacity: int | None = None,
) -> Place:
    """Create one place; order rule and belonging to the central archive are inherited unless said."""
    levels = [Level(kind, (name,))]
    return create_many(work, parent, levels, order_rule=order_rule, central=central, capacity=capacity)[0]


def create_many(
    work: Work,
    parent: Place | None,
    levels: Sequence[Level],
    *,
    order_rule: OrderRule | None = None,
    central: bool | None = None,
    capacity: int | None = None,
    positions: Sequence[int] = (),
) -> list[Place]:
    """Create a whole stretch at once, such as rack 3, shelves 1 to 6, ten boxes each, last or on `positions`.

    Raises Invalid when a kind cannot stand there, a name is taken or empty, or there are too many; `field` is
    `kind` or `names` and the number of the level.
    """
    work.require(Permission.SHAPE_PLACES)
    total = _count(levels)
    if not 1 <= total <= LARGEST_CREATION:
        raise Invalid(
            "place_count",
            N_("This would create %(total)s places. Create between 1 and %(most)s at a time."),
            field="names0",
            total=total,
            most=LARGEST_CREATION,
        )
    shape_alone(work)
    if parent is not None:
        keep_open(work, parent)
    fresh = iter(codes.new_codes(work, total))
    made, parents = list[Place](), [parent]
    for number, level in enumerate(levels):
        below: list[Place] = []
        for holder in parents:
            names = _new_names(work, holder, level, number)
            below += _children_to_be(work, holder, level.kind, names, fresh, positions)
        for place in below:
            place.order_rule = order_rule or place.order_rule
            place.central = place.central if central is None else central
            place.capacity = capacity
        _insert(work, below)
        made += below
        parents = list(below)
    return made


def shape_alone(work: Work) -> None:
    """Wait for one's turn to shape the tree; before any place is locked, or two could wait for each other."""
    if not work.sqlite:
        work.connection.execute(_ONE_AT_A_TIME)


_RANGE = re.compile(r"(\d{1,5})\s*[-–]\s*(\d{1,5})")


def names_from(text: str) -> tuple[str, ...]:
    """Read the names of places to create: `3`, `1-6`, `A, B, C` or a mixture; raises Invalid for none."""
    names: list[str] = []
    for piece in (piece.strip() for piece in text.split(",")):
        if match := _RANGE.fullmatch(piece):
            first, last = int(match[1]), int(match[2])
            if last < first:
                raise Invalid(
                    "place_names", N_("Write a range as 1-6, the smaller number first."), field="names"
                )
            width = len(match[1]) if match[1].startswith("0") else 0
            names += [f"{number:0{width}d}" for number in range(first, last + 1)]
        elif piece:
            names.append(piece)
    if not names:
        raise Invalid(
            "place_names", N_("Write what the places are called, such as 3, 1-6 or A, B, C."), field="names"
        )
    return tuple(names)


def _count(levels: Sequence[Level]) -> int:
    total, width = 0, 1
    for level in levels:
        width *= len(level.names)
        total += width
    return total


def _new_names(work: Work, parent: Place | None, level: Level, number: int) -> list[str]:
    """Return the cleaned names of a level; raises Invalid when one cannot be given here."""
    if level.kind not in HOLDS[parent.kind if parent else None]:
        raise _wrong_kind(parent, level.kind, f"kind{number}")
    taken = _names_under(work, parent)
    names = [_one_line(name) for name in level.names]
    for name in names:
        if not name:
            raise Invalid("place_name_empty", N_("Give the place a name."), field=f"names{number}")
        if (level.kind, name.casefold()) in taken:
            raise _taken(level.kind, name, f"names{number}")
        taken.add((level.kind, name.casefold()))
    return names


def _one_line(name: str) -> str:
    return " ".join(clean(name).split())


def _wrong_kind(parent: Place | None, kind: PlaceKind, field: str) -> Invalid:
    return Invalid(
        "place_kind",
        N_("A %(kind)s cannot stand in a %(parent)s."),
        field=field,
        kind=kind.label,
        parent=parent.kind.label if parent else "–",
    )


def _taken(kind: PlaceKind, name: str, field: str) -> Invalid:
    return Invalid(
        "place_name_taken",
        N_("There is already a %(kind)s called %(name)s here. Choose another name."),
        field=field,
        kind=kind.label,
        name=name,
    )


def _children_to_be(
    work: Work,
    parent: Place | None,
    kind: PlaceKind,
    names: Sequence[str],
    fresh: Iterator[str],
    positions: Sequence[int],
) -> list[Place]:
    return [
        Place(
            parent_id=parent.id if parent else None,
            kind=kind,
            name=name,
            position=position,
            path=_path(parent, position),
            depth=parent.depth + 1 if parent else 0,
            order_rule=parent.order_rule if parent else OrderRule.AS_PLACED,
            central=parent.central if parent else False,
            code=next(fresh),
        )
        for name, position in zip(names, positions or count(_last_position(work, parent) + 1), strict=False)
    ]


def _insert(work: Work, places: list[Place]) -> None:
    for place, place_id in zip(places, work.reserve_ids(_PLACE, len(places)), strict=True):
        place.id = place_id
    work.session.add_all(places)
    work.session.flush()
    codes.issue_many(work, [{"code": place.code, "place_id": place.id} for place in places])
    history.record_many(
        work,
        [
            history.Entry(
                place.stream,
                EventKind.PLACE_CREATED,
                {
                    "code": place.code,
                    "parent": place.parent_id,
                    "kind": place.kind.value,
                    "position": place.position,
                },
            )
            for place in places
        ],
    )


def move(
    work: Work,
    place: Place,
    parent: Place,
    *,
    version: int | None = None,
    position: int | None = None,
    happened_at: datetime | None = None,
) -> None:
    """Move a place with all it holds, to the end or to a position that is free there.

    Raises Conflict when it cannot stand there or is closed, ChangedMeanwhile for a `version` no longer true.
    """
    work.require(Permission.SHAPE_PLACES if place.kind not in CARRIED else Permission.MOVE)
    shape_alone(work)
    keep_open(work, parent)
    _lock(work, place, version)
    refuse_closed(place)
    _refuse_target(work, place, parent)
    origin, old_path, old_depth = place.parent_id, place.path, place.depth
    if position is None or _occupied(work, parent, position):
        position = _last_position(work, parent) + 1
    place.position, place.parent_id, place.central = position, parent.id, parent.central
    place.path, place.depth = _path(parent, position), parent.depth + 1
    place.version += 1
    work.session.flush()
    work.session.execute(
        update(Place)
        .where(*_beneath(old_path))
        .values(
            path=place.path + func.substr(col(Place.path), len(old_path) + 1),
            depth=col(Place.depth) + (place.depth - old_depth),
            central=place.central,
        )
    )
    subjects = [f"place:{origin}", f"place:{parent.id}"]
    facts: dict[str, Any] = {"origin": origin, "parent": parent.id, "position": position}
    history.record(work, EventKind.PLACE_MOVED, place, subjects=subjects, happened_at=happened_at, **facts)


def _refuse_target(work: Work, place: Place, parent: Place) -> None:
    if parent.path == place.path or parent.path.startswith(place.path + "."):
        raise Conflict("place_in_itself", N_("A place cannot be moved into itself."))
    if place.kind not in MOVABLE:
        raise Conflict("place_fixed", N_("A %(kind)s cannot be moved."), kind=place.kind.label)
    if place.parent_id == parent.id:
        raise Invalid("place_there_already", N_("It stands there already."), field="place")
    if place.kind not in HOLDS[parent.kind]:
        raise _wrong_kind(parent, place.kind, "place")
    # Boxes are numbered through a room: two of a name may meet on a shelf.
    if place.kind not in CARRIED and (place.kind, place.name.casefold()) in _names_under(work, parent):
        raise _taken(place.kind, place.name, "place")


def change(work: Work, place: Place, *, version: int | None = None, **values: Any) -> None:
    """Change name, order_rule, capacity or central of a place; raises Invalid or ChangedMeanwhile."""
    work.require(Permission.SHAPE_PLACES)
    _lock(work, place, version)
    if "name" in values:
        values["name"] = _one_line(values["name"])
    old = {name: getattr(place, name) for name in values}
    changed = {name: value for name, value in values.items() if value != old[name]}
    if not changed:
        return
    if "name" in changed:
        _refuse_name(work, place, changed["name"])
    for name, value in changed.items():
        setattr(place, name, value)
    place.version += 1
    work.session.flush()
    if "central" in changed:
        work.session.execute(update(Place).where(*_beneath(place.path)).values(central=place.central))
    history.record(
        work,
        EventKind.PLACE_CHANGED,
        place,
        private={
            "old": {n: history.plain(old[n]) for n in changed},
            "new": {n: history.plain(v) for n, v in changed.items()},
        },
        fields=sorted(changed),
    )


def _refuse_name(work: Work, place: Place, name: str) -> None:
    if not name:
        raise Invalid("place_name_empty", N_("Give the place a name."), field="name")
    parent = get(work, place.parent_id) if place.parent_id else None
    taken = _names_under(work, parent) - {(place.kind, place.name.casefold())}
    if (place.kind, name.casefold()) in taken:
        raise _taken(place.kind, name, "name")


def close(work: Work, place: Place) -> None:
    """Close a place and all below it: nothing can be recorded there; raises Conflict if anything is."""
    work.require(Permission.SHAPE_PLACES)
    _lock(work, place, None)
    refuse_closed(place)
    held = work.session.execute(
        select(col(CaseFile.id))
        .join(Place, col(Place.id) == CaseFile.place_id)
        .where(*subtree(place.path), col(CaseFile.status).not_in(_GONE))
        .limit(1)
    ).first()
    if held:
        raise Conflict("place_not_empty", N_("Files are still recorded here. Move them first."))
    _set_closed(work, place, None, work.now)
    history.record(work, EventKind.PLACE_CLOSED, place, run=None)


def reopen(work: Work, place: Place) -> None:
    """Open a closed place again, with what was closed together with it; raises Conflict if that cannot be."""
    work.require(Permission.SHAPE_PLACES)
    _lock(work, place, None)
    if place.closed_at is None:
        raise Conflict("place_open", N_("The place is open."))
    if place.parent_id:
        refuse_closed(get(work, place.parent_id))
    _set_closed(work, place, place.closed_at, None)
    history.record(work, EventKind.PLACE_REOPENED, place, listed=False)


def _set_closed(work: Work, place: Place, old: datetime | None, new: datetime | None) -> None:
    alike = col(Place.closed_at).is_(None) if old is None else col(Place.closed_at) == old
    work.session.execute(update(Place).where(*subtree(place.path), alike).values(closed_at=new))
    place.closed_at = new
    place.version += 1
    work.session.flush()


def roots(work: Work) -> Sequence[Place]:
    """Return the sites, in order."""
    statement = select(Place).where(col(Place.parent_id).is_(None)).order_by(col(Place.path))
    return work.session.execute(statement).scalars().all()


def children(work: Work, place: Place, *, after: str = "", limit: int = 200) -> Sequence[Place]:
    """Return what stands directly in a place, in order, from after a path on."""
    statement = select(Place).where(col(Place.parent_id) == place.id, col(Place.path) > after)
    return work.session.execute(statement.order_by(col(Place.path)).limit(limit)).scalars().all()


def beneath(work: Work, place: Place, *, limit: int) -> list[Place]:
    """Return all that stands in a place at any depth, in order."""
    statement = select(Place).where(*_beneath(place.path)).order_by(col(Place.path)).limit(limit)
    return list(work.session.execute(statement).scalars())


def refuse_closed(place: Place | Spot | None) -> None:
    """Raise Conflict when nothing can be recorded at a place any more."""
    if place is not None and place.closed_at is not None:
        raise Conflict(
            "place_closed",
            N_("%(name)s is closed; nothing can be recorded there. Choose another place."),
            name=spoken(place, first=True),
        )


def _names_under(work: Work, parent: Place | None) -> set[tuple[PlaceKind, str]]:
    rows = work.session.execute(select(col(Place.kind), col(Place.name)).where(_stands_in(parent)))
    return {(kind, one_form(name).casefold()) for kind, name in rows}


def _last_position(work: Work, parent: Place | None) -> int:
    last = select(func.coalesce(func.max(col(Place.position)), 0)).where(_stands_in(parent))
    return int(work.session.execute(last).scalar_one())


def _occupied(work: Work, parent: Place, position: int) -> bool:
    there = select(col(Place.id)).where(_stands_in(parent), col(Place.position) == position)
    return work.session.execute(there).first() is not None


def _stands_in(parent: Place | None) -> Any:
    return col(Place.parent_id) == parent.id if parent else col(Place.parent_id).is_(None)


def _lock(work: Work, place: Place, version: int | None) -> None:
    """Lock a place with all below it, in the order of ids, and read it anew."""
    path = ""
    while path != place.path:  # moved while we waited: then these were not the rows
        path = place.path
        rows = select(col(Place.id)).where(*subtree(path)).order_by(col(Place.id))
        work.session.execute(rows.with_for_update())
        work.session.refresh(place)
    if version is not None and place.version != version:
        raise ChangedMeanwhile("changed_meanwhile", CHANGED_MEANWHILE)


def _path(parent: Place | None, position: int) -> str:
    return (f"{parent.path}." if parent else "") + f"{position:0{WIDTH}d}"


def _beneath(path: str) -> tuple[Any, Any]:
    """Bound the paths below a path: "/" is the character after "."."""
    return col(Place.path) > f"{path}.", col(Place.path) < f"{path}/"


def subtree(path: str) -> tuple[Any, Any]:
    """Bound the paths of a place and all below it."""
    return col(Place.path) >= path, col(Place.path) < f"{path}/"
