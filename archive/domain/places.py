"""Places: one tree from address to box and desk; a box that moves takes its content along."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlmodel import col

from archive import history
from archive.domain import labels
from archive.errors import ChangedMeanwhile, Conflict, Invalid, NotFound
from archive.models import CaseFile, Place
from archive.store import CHANGED_MEANWHILE, Work
from archive.vocabulary import EventKind, OrderRule, Permission, PlaceKind
from archive.wording import N_

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


@dataclass(frozen=True, slots=True)
class Level:
    """One level of places to create under each place of the level above: `rack 3`, `shelf 1` to `6`."""

    kind: PlaceKind
    names: tuple[str, ...]


def get(work: Work, place_id: int) -> Place:
    """Return a place by id; raises NotFound."""
    place = work.session.get(Place, place_id)
    if place is None:
        raise NotFound("no_such_place", N_("There is no such place."))
    return place


@dataclass(frozen=True, slots=True)
class Spot:
    """What the hot verbs need of a place: a row, since a model costs more than the disk."""

    id: int
    name: str
    order_rule: OrderRule
    closed_at: datetime | None


_PLACE = Place.__table__  # type: ignore[attr-defined]
_SPOT = select(_PLACE.c.id, _PLACE.c.name, _PLACE.c.order_rule, _PLACE.c.closed_at).where(
    _PLACE.c.code == bindparam("code")
)


def spot(work: Work, code: str) -> Spot:
    """Return the place of a code for a hot verb; raises NotFound."""
    row = work.connection.execute(_SPOT, {"code": code}).one_or_none()
    if row is not None:
        return Spot(*row)
    place = by_code(work, code)
    return Spot(place.id, place.name, place.order_rule, place.closed_at)


def by_code(work: Work, code: str) -> Place:
    """Return a place by its code, void or live; raises NotFound."""
    place = work.session.execute(select(Place).where(col(Place.code) == code)).scalar_one_or_none()
    if place is None:
        label = labels.find(work, code)
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
    return create_many(
        work,
        parent,
        [Level(kind, (name,))],
        order_rule=order_rule,
        central=central,
        capacity=capacity,
    )[0]


def create_many(
    work: Work,
    parent: Place | None,
    levels: Sequence[Level],
    *,
    order_rule: OrderRule | None = None,
    central: bool | None = None,
    capacity: int | None = None,
) -> list[Place]:
    """Create a whole stretch at once, such as rack 3, shelves 1 to 6, ten boxes each; returns all of them.

    Raises Invalid when a kind cannot stand there, a name is taken or empty, or there are too many.
    """
    work.require(Permission.SHAPE_PLACES)
    total = _count(levels)
    if not 1 <= total <= LARGEST_CREATION:
        raise Invalid(
            "place_count",
            N_("This would create %(total)s places. Create between 1 and %(most)s at a time."),
            total=total,
            most=LARGEST_CREATION,
        )
    fresh = iter(labels.new_codes(work, total))
    made: list[Place] = []
    parents: list[Place | None] = [parent]
    for level in levels:
        below: list[Place] = []
        for holder in parents:
            below += _children_to_be(work, holder, level, fresh, order_rule, central, capacity)
        _insert(work, below)
        made += below
        parents = list(below)
    return made


_RANGE = re.compile(r"(\d{1,5})\s*[-–]\s*(\d{1,5})")


def names_from(text: str) -> tuple[str, ...]:
    """Read the names of places to create: `3`, `1-6`, `A, B, C` or a mixture; raises Invalid for none."""
    names: list[str] = []
    for piece in (piece.strip() for piece in text.split(",")):
        if match := _RANGE.fullmatch(piece):
            first, last = int(match[1]), int(match[2])
            if not 0 <= last - first < LARGEST_CREATION:
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


def _children_to_be(
    work: Work,
    parent: Place | None,
    level: Level,
    fresh: Iterable[str],
    order_rule: OrderRule | None,
    central: bool | None,
    capacity: int | None,
) -> list[Place]:
    refuse_closed(parent)
    _refuse_kind(parent, level.kind)
    taken = _names_under(work, parent)
    names = [name.strip() for name in level.names]
    for name in names:
        if not name:
            raise Invalid("place_name_empty", N_("Give the place a name."), field="name")
        if (level.kind, name.casefold()) in taken or names.count(name) > 1:
            raise Invalid(
                "place_name_taken",
                N_("There is already a %(kind)s called %(name)s here. Choose another name."),
                field="name",
                kind=level.kind.label,
                name=name,
            )
    start = _last_position(work, parent)
    codes = iter(fresh)
    return [
        Place(
            parent_id=parent.id if parent else None,
            kind=level.kind,
            name=name,
            position=start + offset,
            path=_path(parent, start + offset),
            depth=parent.depth + 1 if parent else 0,
            order_rule=order_rule or (parent.order_rule if parent else OrderRule.AS_PLACED),
            central=parent.central if central is None and parent else bool(central),
            capacity=capacity,
            code=next(codes),
        )
        for offset, name in enumerate(names, start=1)
    ]


def _insert(work: Work, places: list[Place]) -> None:
    table = Place.__table__  # type: ignore[attr-defined]
    for place, place_id in zip(places, work.reserve_ids(table, len(places)), strict=True):
        place.id = place_id
    work.session.add_all(places)
    work.session.flush()
    labels.issue_many(work, [{"code": place.code, "place_id": place.id} for place in places])
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


def move(work: Work, place: Place, parent: Place, *, version: int | None = None) -> None:
    """Move a place with all it holds; raises Conflict when it cannot stand there, or when it is closed."""
    work.require(Permission.SHAPE_PLACES if place.kind not in CARRIED else Permission.MOVE)
    _lock(work, place, version)
    refuse_closed(parent)
    refuse_closed(place)
    if parent.path == place.path or parent.path.startswith(place.path + "."):
        raise Conflict("place_in_itself", N_("A place cannot be moved into itself."))
    if place.kind not in MOVABLE:
        raise Conflict("place_fixed", N_("A %(kind)s cannot be moved."), kind=place.kind.label)
    _refuse_kind(parent, place.kind)
    taken = place.kind not in CARRIED and parent.id != place.parent_id and _names_under(work, parent)
    if taken and (place.kind, place.name.casefold()) in taken:
        raise Invalid(
            "place_name_taken",
            N_("There is already a %(kind)s called %(name)s here. Choose another name."),
            kind=place.kind.label,
            name=place.name,
        )
    origin, old_path, old_depth = place.parent_id, place.path, place.depth
    place.position = _last_position(work, parent) + 1
    place.parent_id, place.central = parent.id, parent.central
    place.version += 1
    _rebase(work, place, old_path, old_depth, _path(parent, place.position), parent.depth + 1)
    history.record(
        work,
        EventKind.PLACE_MOVED,
        place,
        subjects=[f"place:{origin}", f"place:{parent.id}"],
        origin=origin,
        parent=parent.id,
        position=place.position,
    )


# Moving these is daily work; reshaping the rest of the tree is not.
CARRIED = frozenset({PlaceKind.BOX, PlaceKind.CRATE})


def _rebase(work: Work, place: Place, old_path: str, old_depth: int, path: str, depth: int) -> None:
    beneath = work.session.execute(select(Place).where(*_beneath(old_path))).scalars().all()
    place.path, place.depth = path, depth
    for lower in beneath:
        lower.path = path + lower.path[len(old_path) :]
        lower.depth += depth - old_depth
        lower.central = place.central
    work.session.flush()


def change(work: Work, place: Place, *, version: int | None = None, **values: Any) -> None:
    """Change name, order_rule, capacity or central of a place; raises Invalid or ChangedMeanwhile."""
    work.require(Permission.SHAPE_PLACES)
    _lock(work, place, version)
    old = {name: getattr(place, name) for name in values}
    changed = {name: value for name, value in values.items() if value != old[name]}
    if not changed:
        return
    if "name" in changed:
        changed["name"] = _new_name(work, place, changed["name"])
    for name, value in changed.items():
        setattr(place, name, value)
    place.version += 1
    work.session.flush()
    history.record(
        work,
        EventKind.PLACE_CHANGED,
        place,
        private={
            "old": {n: _plain(old[n]) for n in changed},
            "new": {n: _plain(v) for n, v in changed.items()},
        },
        fields=sorted(changed),
    )


def _new_name(work: Work, place: Place, name: str) -> str:
    name = name.strip()
    if not name:
        raise Invalid("place_name_empty", N_("Give the place a name."), field="name")
    parent = get(work, place.parent_id) if place.parent_id else None
    taken = _names_under(work, parent) - {(place.kind, place.name.casefold())}
    if (place.kind, name.casefold()) in taken:
        raise Invalid(
            "place_name_taken",
            N_("There is already a %(kind)s called %(name)s here. Choose another name."),
            field="name",
            kind=place.kind.label,
            name=name,
        )
    return name


def close(work: Work, place: Place) -> None:
    """Close a place for good or for a time: nothing can be recorded there; raises Conflict if anything is."""
    work.require(Permission.SHAPE_PLACES)
    _lock(work, place, None)
    refuse_closed(place)
    held = work.session.execute(
        select(col(CaseFile.id))
        .join(Place, col(Place.id) == CaseFile.place_id)
        .where(*subtree(place.path))
        .limit(1)
    ).first()
    if held:
        raise Conflict("place_not_empty", N_("Files are still recorded here. Move them first."))
    _set_closed(work, place, closed=True)
    history.record(work, EventKind.PLACE_CLOSED, place)


def reopen(work: Work, place: Place) -> None:
    """Open a closed place again."""
    work.require(Permission.SHAPE_PLACES)
    _lock(work, place, None)
    if place.closed_at is None:
        raise Conflict("place_open", N_("The place is open."))
    if place.parent_id:
        refuse_closed(get(work, place.parent_id))
    _set_closed(work, place, closed=False)
    history.record(work, EventKind.PLACE_REOPENED, place)


def _set_closed(work: Work, place: Place, *, closed: bool) -> None:
    moment = work.now if closed else None
    work.session.execute(update(Place).where(*subtree(place.path)).values(closed_at=moment))
    place.closed_at = moment
    place.version += 1
    work.session.flush()


def roots(work: Work) -> Sequence[Place]:
    """Return the sites, in order."""
    return (
        work.session.execute(select(Place).where(col(Place.parent_id).is_(None)).order_by(col(Place.path)))
        .scalars()
        .all()
    )


def children(work: Work, place: Place, *, after: str = "", limit: int = 200) -> Sequence[Place]:
    """Return what stands directly in a place, in order, from after a path on."""
    statement = select(Place).where(col(Place.parent_id) == place.id, col(Place.path) > after)
    return work.session.execute(statement.order_by(col(Place.path)).limit(limit)).scalars().all()


def beneath(work: Work, place: Place, *, limit: int) -> list[Place]:
    """Return all that stands in a place at any depth, in order."""
    statement = select(Place).where(*_beneath(place.path)).order_by(col(Place.path)).limit(limit)
    return list(work.session.execute(statement).scalars())


def trails(work: Work, place_ids: Iterable[int]) -> dict[int, list[Place]]:
    """Return each place with its holders, outermost first, in two statements however many there are."""
    wanted = set(place_ids)
    if not wanted:
        return {}
    found = _fetch(work, col(Place.id), wanted)
    prefixes = {prefix for place in found for prefix in _prefixes(place)}
    above = {place.path: place for place in _fetch(work, col(Place.path), prefixes)}
    return {place.id: [above[prefix] for prefix in _prefixes(place)] + [place] for place in found}


def _prefixes(place: Place) -> list[str]:
    """Return the paths of what a place stands in, outermost first."""
    return [place.path[: (WIDTH + 1) * depth - 1] for depth in range(1, place.depth + 1)]


def _fetch(work: Work, column: Any, values: set[Any]) -> list[Place]:
    rows: list[Place] = []
    listed = sorted(values)
    for start in range(0, len(listed), 500):
        rows += work.session.execute(select(Place).where(column.in_(listed[start : start + 500]))).scalars()
    return rows


def name_of(trail: Sequence[Place]) -> str:
    """Say where a place is, outermost first: `Centralarkivet / Rum 1 / Hylla 3`."""
    return " / ".join(place.name for place in trail)


def refuse_closed(place: Place | Spot | None) -> None:
    """Raise Conflict when nothing can be recorded at a place any more."""
    if place is not None and place.closed_at is not None:
        raise Conflict(
            "place_closed",
            N_("%(name)s is closed; nothing can be recorded there. Choose another place."),
            name=place.name,
        )


def _refuse_kind(parent: Place | None, kind: PlaceKind) -> None:
    if kind not in HOLDS[parent.kind if parent else None]:
        raise Invalid(
            "place_kind",
            N_("A %(kind)s cannot stand in a %(parent)s."),
            field="kind",
            kind=kind.label,
            parent=parent.kind.label if parent else "–",
        )


def _names_under(work: Work, parent: Place | None) -> set[tuple[PlaceKind, str]]:
    here = col(Place.parent_id) == parent.id if parent else col(Place.parent_id).is_(None)
    rows = work.session.execute(select(col(Place.kind), col(Place.name)).where(here))
    return {(kind, name.casefold()) for kind, name in rows}


def _last_position(work: Work, parent: Place | None) -> int:
    here = col(Place.parent_id) == parent.id if parent else col(Place.parent_id).is_(None)
    return int(
        work.session.execute(select(func.coalesce(func.max(col(Place.position)), 0)).where(here)).scalar_one()
    )


def _lock(work: Work, place: Place, version: int | None) -> None:
    work.session.refresh(place, with_for_update=True)
    if version is not None and place.version != version:
        raise ChangedMeanwhile("changed_meanwhile", CHANGED_MEANWHILE)


def _path(parent: Place | None, position: int) -> str:
    own = f"{position:0{WIDTH}d}"
    return f"{parent.path}.{own}" if parent else own


def _beneath(path: str) -> tuple[Any, Any]:
    """Bound the paths below a path: "/" is the character after "."."""
    return col(Place.path) > f"{path}.", col(Place.path) < f"{path}/"


def subtree(path: str) -> tuple[Any, Any]:
    """Bound the paths of a place and all below it."""
    return col(Place.path) >= path, col(Place.path) < f"{path}/"


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)
