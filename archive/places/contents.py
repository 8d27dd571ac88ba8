"""What stands where, in shelf order, how much, and which place a few words mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, bindparam, case, func, literal, or_, select, tuple_
from sqlmodel import col

from archive.kernel.store import Work
from archive.models import CaseFile, Place
from archive.people.spelling import fold
from archive.places import paths
from archive.places.places import subtree
from archive.vocabulary import Custody, Permission, PlaceKind
from labels import codes

MOST_COUNTED = 1000
# Said by what is left out: asked for what is meant, SQLite goes through all files on place, not the shelf.
_NOT_STANDING = tuple(state for state in Custody if state is not Custody.ON_PLACE)
_NOT_AT_HOME = tuple(state for state in _NOT_STANDING if state is not Custody.ON_LOAN)
_LONGEST = 300  # characters, and steps, that say where something stands: each step asks all levels
_MOST_TERMS = 12
_DEEPEST = 5  # holders above a place: box, shelf, rack, room, site

_PLACE = Place.__table__  # type: ignore[attr-defined]
_FILE = CaseFile.__table__  # type: ignore[attr-defined]


def content(
    work: Work, place: Place, *, after: tuple[str, int, int] | None = None, limit: int = 50
) -> Sequence[Row[Any]]:
    """Return (CaseFile, Place) of what has its place in a place and below, in shelf order, on loan or not.

    Files of protected persons are left out. `after` is the (path, position, id) of the last row shown.
    """
    statement = (
        select(CaseFile, Place)
        .join(Place, col(Place.id) == CaseFile.place_id)
        .where(*subtree(place.path), col(CaseFile.status).not_in(_NOT_AT_HOME), ~col(CaseFile.protected))
        .order_by(col(Place.path), col(CaseFile.position), col(CaseFile.id))
        .limit(limit)
    )
    if after is not None:
        keys = tuple_(col(Place.path), col(CaseFile.position), col(CaseFile.id))
        # The first condition follows from the second, and lets an index find where to go on.
        statement = statement.where(col(Place.path) >= after[0], keys > after)
    return work.session.execute(statement).all()


_below = _PLACE.alias("below")
_COUNTED = (
    select(literal(1))
    .select_from(_below.join(_FILE, _FILE.c.place_id == _below.c.id))
    .where(
        _below.c.path >= _PLACE.c.path,
        _below.c.path < _PLACE.c.path + "/",
        _FILE.c.status.not_in(_NOT_STANDING),
        ~_FILE.c.protected,
    )
    .limit(MOST_COUNTED + 1)
    .correlate(_PLACE)
)
_COUNTS = select(_PLACE.c.id, select(func.count()).select_from(_COUNTED.subquery()).scalar_subquery()).where(
    _PLACE.c.id.in_(bindparam("ids", expanding=True))
)


def counts(work: Work, place_ids: Iterable[int]) -> dict[int, int]:
    """Count the unprotected files standing in each place and below; MOST_COUNTED + 1 means more than that."""
    return {row[0]: row[1] for row in work.connection.execute(_COUNTS, {"ids": list(place_ids)})}


# What people call the kinds beside our own words.
_ALSO = {
    PlaceKind.SITE: ("adress",),
    PlaceKind.ROOM: ("rum", "lokal"),
    PlaceKind.RACK: ("hylla", "sektion", "ställ", "stativ"),
    PlaceKind.SHELF: ("hylla", "plan"),
    PlaceKind.BOX: ("box", "kartong", "låda"),
    PlaceKind.CRATE: ("låda", "flyttkartong"),
    PlaceKind.DESK: ("bord",),
}
_WORDS = {kind: {fold(word) for word in (kind.sv, kind.en, *also)} for kind, also in _ALSO.items()}


@dataclass(frozen=True, slots=True)
class _Term:
    """One step of what was written: a word, and what it is numbered, as `hylla 3` or `Källare K1`."""

    word: str
    number: str = ""
    kinds: tuple[PlaceKind, ...] = ()


def find(work: Work, text: str, *, limit: int = 10, open_only: bool = False) -> list[list[Place]]:
    """Return the trails of places by code, or by words such as `rum 1 hylla 3`: the last step is the place's
    own, the others are its own or those of what it stands in. Places called exactly so come first.
    """
    work.require(Permission.READ_FILES)
    if len(text) > _LONGEST or len(terms := _terms(text)) > _MOST_TERMS:
        return []
    statement = select(Place)
    if code := codes.parse(text):
        statement = statement.where(col(Place.code) == code)
    elif terms:
        name = func.lower(_PLACE.c.name)
        exactly = case(
            (name == text.strip().lower(), 0),
            (name == (terms[-1].number or terms[-1].word).lower(), 1),
            else_=2,
        )
        statement = _named(terms).order_by(exactly, _PLACE.c.depth, _PLACE.c.path).limit(limit)
    else:
        return []
    if open_only:
        statement = statement.where(col(Place.closed_at).is_(None))
    rows = work.session.execute(statement).scalars().all()
    found = paths.trails(work, [row.id for row in rows])
    return [found[row.id] for row in rows]


def _terms(text: str) -> list[_Term]:
    terms: list[_Term] = []
    for word in text.replace("/", " ").split():
        last = terms[-1] if terms else None
        if last and not last.number and not _numbered(last.word) and _numbered(word):
            terms[-1] = replace(last, number=word)
        else:
            terms.append(_Term(word, kinds=_kinds_called(word)))
    return terms


def _numbered(word: str) -> bool:
    return any(sign.isdigit() for sign in word)


def _kinds_called(word: str) -> tuple[PlaceKind, ...]:
    """Return the kinds a word stands for: by the whole word, or the beginning of one of ours."""
    folded = fold(word)
    return tuple(
        kind
        for kind, known in _WORDS.items()
        if folded in known or (len(folded) > 3 and any(one.startswith(folded) for one in known))
    )


_LEVELS = (_PLACE, *(_PLACE.alias(f"above{number}") for number in range(1, _DEEPEST + 1)))
_TREE = reduce(
    lambda joined, pair: joined.outerjoin(pair[1], pair[1].c.id == pair[0].c.parent_id),
    pairwise(_LEVELS),
    _PLACE,
)


def _named(terms: Sequence[_Term]) -> Any:
    above = [or_(*(_is(level, term) for level in _LEVELS)) for term in terms[:-1]]
    tree = _TREE if above else _PLACE
    return select(Place).select_from(tree).where(_is(_PLACE, terms[-1]), *above)


def _is(place: Any, term: _Term) -> Any:
    """Ask whether a place is what a step says: its name has the word, or it is of the kind the word means."""
    called = _has(place, term.word)
    if term.kinds:
        called = or_(place.c.kind.in_(term.kinds), called)
    return called & _has(place, term.number) if term.number else called


def _has(place: Any, word: str) -> Any:
    """Ask whether a name has a word in it; a number only as a whole: 1 is not 12."""
    if word.isdecimal():
        return or_(place.c.name == word, *(place.c.name.like(way) for way in (f"% {word}", f"{word} %")))
    # SQLite folds the case of ASCII only.
    ways = {word, word.lower(), word.upper(), word.capitalize()}
    return or_(*(place.c.name.icontains(way, autoescape=True) for way in sorted(ways)))
