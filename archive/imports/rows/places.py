"""Places as lists name them: found in the tree whatever the spelling, created where they are missing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from archive.imports.lists.meaning.whereabouts import PlaceStep, place_key
from archive.imports.rows.shelving import positions
from archive.kernel.store import Work
from archive.models import Delivery, Place
from archive.places import places, unused
from archive.places.places import HOLDS, Level
from archive.vocabulary import OrderRule, PlaceKind
from archive.vocabulary.wording import N_

Steps = tuple[PlaceStep, ...]
Name = tuple[PlaceKind, str]

PLACE_MISSING = N_("The place the list names is not in the register. Ask the archivist to create it.")
# A list that names a box but no room still says at which address it is.
NO_ROOM = PlaceStep(PlaceKind.ROOM, "Okänd lokal")
_IN_A_ROOM = frozenset({PlaceKind.RACK, PlaceKind.SHELF, PlaceKind.BOX})
_PLACE = Place.__table__  # type: ignore[attr-defined]
_COLUMNS = (
    _PLACE.c.id,
    _PLACE.c.parent_id,
    _PLACE.c.kind,
    _PLACE.c.name,
    _PLACE.c.path,
    _PLACE.c.order_rule,
    _PLACE.c.central,
    _PLACE.c.closed_at,
)
_BELOW = select(_PLACE.c.id, _PLACE.c.version, _PLACE.c.path)
_BELOW_A_PLACE = _BELOW.where(_PLACE.c.parent_id == bindparam("parent"))
_AT_THE_ROOT = _BELOW.where(_PLACE.c.parent_id.is_(None))


@dataclass(frozen=True, slots=True)
class ListedPlace:
    """Hold what an import needs to know of a place; `id` is 0 for one that would be created.

    It is `dormant` where the withdrawal of another list closed it, so that this one may open it again.
    """

    id: int
    path: str
    site: str
    central: bool
    closed: bool
    order_rule: OrderRule
    dormant: bool = False

    @property
    def missing(self) -> bool:
        """Tell whether it has to be made, or opened again, before a file can stand there."""
        return self.id == 0 or self.dormant

    def holds(self, path: str) -> bool:
        """Tell whether a path is this place's or below it."""
        return self.id > 0 and (path == self.path or path.startswith(f"{self.path}."))


@dataclass(slots=True)
class _Node:
    """A place of the tree as last read, and the places below it that have been asked for."""

    id: int
    parent: int
    key: Name
    path: str
    order_rule: OrderRule
    central: bool
    closed: bool
    dormant: bool = False

    @property
    def position(self) -> int:
        """Return where it stands among those beside it."""
        return int(self.path.rsplit(".", 1)[-1])


def addresses(work: Work) -> list[str]:
    """Return the names of the addresses a list can be about: open ones, not where crates are on their way."""
    transit = select(col(Delivery.transit_id))
    wanted = select(col(Place.name)).where(
        col(Place.parent_id).is_(None), col(Place.closed_at).is_(None), col(Place.id).not_in(transit)
    )
    return list(work.session.scalars(wanted.order_by(col(Place.path))))


def standing(steps: Iterable[PlaceStep]) -> Steps:
    """Return the steps that can stand in one another; a room is added where there must be one."""
    chain: list[PlaceStep] = []
    for step in steps:
        holder = chain[-1].kind if chain else None
        if holder is PlaceKind.SITE and step.kind in _IN_A_ROOM:
            chain.append(NO_ROOM)
            holder = PlaceKind.ROOM
        if step.kind in HOLDS[holder]:
            chain.append(step)
    return tuple(chain)


class PlaceFinder:
    """Find the places one list names, batch by batch; remembers the tree and notices when it changes."""

    def __init__(self) -> None:
        self._nodes: dict[int, _Node] = {}
        self._children: dict[int, dict[Name, int]] = {}
        self._below: dict[int, dict[int, tuple[int, str]]] = {}  # version and path of each place in another
        self._fresh: set[int] = set()
        self.planned: set[int] = set()
        self._seen: set[int] = set()
        self.created = 0

    def find(self, work: Work, wanted: Iterable[Steps]) -> dict[Steps, ListedPlace | None]:
        """Return where each chain of steps ends, or would once created; None for a chain without steps."""
        asked = list(dict.fromkeys(wanted))
        self._check(work, asked)
        return {steps: self._spot(work, steps) for steps in asked}

    def ensure(self, work: Work, wanted: Iterable[Steps]) -> dict[Steps, ListedPlace | None]:
        """Return where each chain ends; what is missing is created in the order of names, or opened again."""
        asked = list(dict.fromkeys(wanted))
        self._check(work, asked)
        for depth in range(max(map(len, asked), default=0)):
            self._create(work, asked, depth)
        return {steps: self._spot(work, steps) for steps in asked}

    def _check(self, work: Work, asked: list[Steps]) -> None:
        """Read again what is remembered of the chains; forget everything when the tree has changed."""
        self._fresh.clear()
        known = {node.id for steps in asked for node in self._walk(steps)}
        for node in _read(work, _PLACE.c.id, known):
            before = self._nodes[node.id]
            if (node.parent, node.key, node.path) != (before.parent, before.key, before.path):
                self._nodes.clear()
                self._children.clear()
                self._below.clear()
                return
            self._nodes[node.id] = node

    def _walk(self, steps: Steps) -> Iterator[_Node]:
        """Follow the steps as far as the remembered tree goes."""
        parent = 0
        for step in steps:
            found = self._children.get(parent, {}).get(_key(step))
            if found is None:
                return
            yield self._nodes[found]
            parent = found

    def _child(self, work: Work, parent: int, step: PlaceStep) -> _Node | None:
        key = _key(step)
        found = self._children.get(parent, {}).get(key)
        if found is None and parent not in self._fresh:
            self._load(work, parent)
            found = self._children[parent].get(key)
        return None if found is None else self._nodes[found]

    def _load(self, work: Work, parent: int) -> None:
        """Read what stands in a place, unless it is as remembered: a room may hold a thousand boxes."""
        self._fresh.add(parent)
        statement = _BELOW_A_PLACE if parent else _AT_THE_ROOT
        below = work.connection.execute(statement, {"parent": parent} if parent else {})
        there = {row_id: (version, path) for row_id, version, path in below}
        if parent in self._children and there == self._below.get(parent):
            return
        self._below[parent] = there
        children = self._children[parent] = {}
        for node in _read(work, _PLACE.c.parent_id, {parent}):
            self._remember(node, children)

    def _remember(self, node: _Node, children: dict[Name, int]) -> None:
        self._nodes[node.id] = node
        children.setdefault(node.key, node.id)

    def _spot(self, work: Work, steps: Steps) -> ListedPlace | None:
        if not steps:
            return None
        above: _Node | None = None
        site, closed = "", False
        for step in steps:
            node = self._child(work, above.id if above else 0, step)
            if node is None:
                central = above.central if above else False
                rule = above.order_rule if above else OrderRule.AS_PLACED
                return ListedPlace(0, above.path if above else "", site, central, closed, rule)
            site, closed = site or node.path, closed or node.closed
            above = node
        if above is None:
            return None
        return ListedPlace(above.id, above.path, site, above.central, closed, above.order_rule, above.dormant)

    def plan(self, work: Work, steps: Steps) -> None:
        """Note what would have to be created for a file to stand at the end of a chain."""
        if hash(steps) in self._seen:  # a hash for each: a long list names a hundred thousand places
            return
        self._seen.add(hash(steps))
        above = 0
        for depth, step in enumerate(steps):
            node = self._child(work, above, step)
            if node is None or node.dormant:
                keys = tuple(map(_key, steps))
                self.planned.update(hash(keys[: length + 1]) for length in range(depth, len(keys)))
                return
            above = node.id

    def _create(self, work: Work, asked: list[Steps], depth: int) -> None:
        missing: dict[tuple[int, PlaceKind], dict[str, str]] = {}
        for steps in asked:
            if len(steps) <= depth:
                continue
            holder = self._holder(work, steps[:depth])
            node = None if holder is None else self._child(work, holder, steps[depth])
            if node is not None and node.dormant:
                unused.wake(work, node.id)
                node.dormant = False
                self.created += 1
            if holder is None or node is not None:
                continue
            kind, key = _key(steps[depth])
            missing.setdefault((holder, kind), {}).setdefault(key, steps[depth].name)
        for (holder, kind), names in missing.items():
            parent = work.session.get(Place, holder) if holder else None
            there = [self._nodes[one] for one in self._children.get(holder, {}).values()]
            beside = {node.key[1]: node.position for node in there if node.key[0] is kind}
            order = positions(names, beside, {node.position for node in there})
            level = Level(kind, tuple(names[key] for key in order))
            for place in places.create_many(work, parent, [level], positions=[*order.values()]):
                self._remember(_of(place), self._children.setdefault(holder, {}))
                self._below.setdefault(holder, {})[place.id] = place.version, place.path
                self._children[place.id] = {}
            self.created += len(names)

    def _holder(self, work: Work, steps: Steps) -> int | None:
        """Return the place the steps lead to, 0 for the root; None where nothing can be created."""
        holder = 0
        for step in steps:
            node = self._child(work, holder, step)
            if node is None or node.closed:
                return None
            holder = node.id
        return holder


def _key(step: PlaceStep) -> Name:
    return step.kind, place_key(step.name)


def _read(work: Work, column: object, values: set[int]) -> Iterator[_Node]:
    listed = sorted(values)
    for start in range(0, len(listed), 500):
        chunk = listed[start : start + 500]
        here = _PLACE.c.parent_id.is_(None) if chunk == [0] else column.in_(chunk)  # type: ignore[attr-defined]
        rows = work.connection.execute(select(*_COLUMNS).where(here).order_by(col(Place.path))).all()
        dormant = unused.dormant(work, {row.id for row in rows if row.closed_at})
        for node in map(_of, rows):
            if node.id in dormant:
                node.closed, node.dormant = False, True
            yield node


def _of(place: Any) -> _Node:
    return _Node(
        place.id,
        place.parent_id or 0,
        (place.kind, place_key(place.name)),
        place.path,
        place.order_rule,
        place.central,
        place.closed_at is not None,
    )
