"""Trails: a place with all it stands in, outermost first, and how that is said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import bindparam, select

from archive.kernel.store import Work
from archive.models import Place
from archive.vocabulary import PlaceKind

_PLACE = Place.__table__  # type: ignore[attr-defined]
_AT_ONCE = 500  # parameters of one statement


class NamedPlace(Protocol):
    """A place, or what is known of one to say where it is."""

    @property
    def kind(self) -> PlaceKind: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PathStep:
    """One place of a trail as the hot paths read it: a row, since a model costs more than the disk."""

    id: int
    parent_id: int | None
    kind: PlaceKind
    name: str
    code: str


class _Written(NamedTuple):
    """One step of a place as a list names it, whether the register has it or not."""

    kind: PlaceKind
    name: str


_KINDS = {kind.value: kind for kind in PlaceKind}
_Link = TypeVar("_Link", PathStep, Place)

_FIELDS = (_PLACE.c.id, _PLACE.c.parent_id, _PLACE.c.kind, _PLACE.c.name, _PLACE.c.code)
_START = select(*_FIELDS).where(_PLACE.c.id.in_(bindparam("ids", expanding=True)))
_upwards = _START.cte("upwards", recursive=True)
_UPWARDS = _upwards.union(select(*_FIELDS).join(_upwards, _PLACE.c.id == _upwards.c.parent_id))
_STEPS = select(_UPWARDS)
_PLACES = select(Place).where(_PLACE.c.id.in_(select(_UPWARDS.c.id)))


def steps(work: Work, place_ids: Iterable[int]) -> dict[int, list[PathStep]]:
    """Return each place with its holders as rows, outermost first, in one statement."""
    wanted = sorted(set(place_ids))
    rows = [
        PathStep(*row) for ids in _chunks(wanted) for row in work.connection.execute(_STEPS, {"ids": ids})
    ]
    return _chains(rows, wanted)


def trails(work: Work, place_ids: Iterable[int]) -> dict[int, list[Place]]:
    """Return each place with its holders, outermost first, in one statement."""
    wanted = sorted(set(place_ids))
    rows = [
        place for ids in _chunks(wanted) for place in work.session.execute(_PLACES, {"ids": ids}).scalars()
    ]
    return _chains(rows, wanted)


def _chunks(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _chains(rows: Sequence[_Link], wanted: Iterable[int]) -> dict[int, list[_Link]]:
    by_id: dict[Any, _Link] = {row.id: row for row in rows}
    found: dict[int, list[_Link]] = {}
    for number in wanted:
        chain: list[_Link] = []
        step = by_id.get(number)
        while step is not None:
            chain.append(step)
            step = by_id.get(step.parent_id)
        if chain:
            found[number] = chain[::-1]
    return found


_NAMED_BY_ITSELF = frozenset({PlaceKind.SITE, PlaceKind.ROOM})
_FEWEST_LETTERS = 3


def spoken(place: NamedPlace, *, first: bool = False) -> str:
    """Say a place by name, with its kind where the name alone would say little; `first` in a sentence."""
    letters = sum(sign.isalpha() for sign in place.name)
    if place.kind in _NAMED_BY_ITSELF or letters >= _FEWEST_LETTERS:
        return place.name
    kind = place.kind.label
    return f"{kind.capitalize() if first else kind} {place.name}"


def name_of(trail: Sequence[NamedPlace]) -> str:
    """Say where a place is, outermost first: `Magasin 1 / hyllsektion 3 / hyllplan 2`."""
    return " / ".join(spoken(place) for place in trail)


def name_as_written(steps: Iterable[Sequence[str]]) -> str:
    """Say where a place is of which only the kinds and names were written down, outermost first."""
    return name_of([_Written(_KINDS[kind], name) for kind, name in steps])
