"""Finding entries in the register: by code, reference, number or name, and nothing else (SoLPuF 15 §).

("Search" is kept for the hunt for a lost file.)
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import bindparam, select, tuple_
from sqlmodel import col

from archive.files import files
from archive.files.name_lookup import NameWalk, nearest
from archive.kernel.errors import Invalid, NotFound
from archive.kernel.hooks import Hook
from archive.kernel.letters import one_form
from archive.kernel.store import Work
from archive.models import CaseFile, FilePerson, PersonNumber
from archive.people import people
from archive.people.name_index import FEWEST_LETTERS, FEWEST_WHOLE, TypedName
from archive.vocabulary import Custody, NumberQuality, Permission, Term
from archive.vocabulary.wording import N_
from labels import codes

PAGE = 25
_HIGH = "\U0010ffff"
_JOINED = "joined"  # begins the mark of a page of files found by a name written as one word
_ASKED_ABOUT = "asked"  # … by a name that is asked about
_BETWEEN = ("", "-", "/", ".", ":", "_")  # what may part the groups of a reference
_MOST_PARTED = 3  # such places in one reference: the ways to write it are looked for one by one
_BIRTH_DATE = re.compile(r"(\d\d)?\d\d([-./ ]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])")

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_ROLE = FilePerson.__table__  # type: ignore[attr-defined]
_NUMBER = PersonNumber.__table__  # type: ignore[attr-defined]


class FoundBy(Term):
    """By what an entry was found."""

    CODE = "code", "kod", "code"
    REFERENCE = "reference", "aktnummer", "reference"
    NUMBER = "number", "personnummer", "personal number"
    NAME = "name", "namn", "name"


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found: the files of one page, by which key, and the mark to go on from."""

    by: FoundBy
    files: Sequence[CaseFile]
    next: str | None = None
    # The words of the register that a misspelt name was taken for.
    read_as: tuple[str, ...] = ()
    asked: frozenset[int] = frozenset()  # the files found by a name that is only asked about
    birth_date: bool = False  # was all that was typed of a number


def find(work: Work, term: str, *, after: str | None = None, limit: int = PAGE, typing: bool = False) -> Hits:
    """Find files by whatever was typed; raises Invalid when it is too short, or `after` no mark of ours.

    While one is `typing`, a name of two letters is the beginning of another one.
    """
    work.require(Permission.READ_FILES)
    term = term.strip()
    if after is not None:
        return _go_on(work, term, after, limit)
    code = codes.parse(term)
    if code is not None and (hits := _by_code(work, code)):
        return hits
    if not any(sign.isdigit() for sign in term):
        _refuse_short(TypedName.read(term), typing=typing)
        return _by_name(work, term, None, limit)
    if len(files.reference_key(term)) < FEWEST_LETTERS:
        raise _too_short(FEWEST_LETTERS)
    numbers = work.actor.may(Permission.READ_NAMES)
    number = _by_number(work, term, None, limit) if numbers else None
    if number is not None and number.files:
        return number
    reference = _by_reference(work, term, None, limit)
    if reference.files:
        return reference
    if numbers and _BIRTH_DATE.fullmatch(term):
        return Hits(FoundBy.NUMBER, [], birth_date=True)
    return number or reference


def _refuse_short(typed: TypedName, *, typing: bool) -> None:
    if typing and typed.whole and typed.enough:
        raise Invalid(
            "term_may_be_whole",
            N_("Is that the whole name? Then press Find, or go on writing."),
            field="term",
        )
    if not typed.enough:
        raise _too_short(FEWEST_LETTERS if typing else FEWEST_WHOLE)


def _too_short(letters: int) -> Invalid:
    return Invalid(
        "term_too_short", N_("Write at least %(letters)s characters."), field="term", letters=letters
    )


def _go_on(work: Work, term: str, after: str, limit: int) -> Hits:
    by, _colon, mark = after.partition(":")
    if by == FoundBy.NUMBER:
        work.require(Permission.READ_NAMES)
    try:
        hits = _WAYS[by](work, term, mark, limit)
    except (KeyError, ValueError, IndexError):
        hits = None
    if hits is None:
        raise Invalid("no_mark", N_("The list cannot go on from there. Look it up again."), field="term")
    return hits


def _by_code(work: Work, code: str) -> Hits | None:
    try:
        return Hits(FoundBy.CODE, [files.by_code(work, code)])
    except NotFound:
        return None


def _of_number(number: Any) -> Any:
    of_persons = select(_ROLE.c.file_id).join(_NUMBER, _NUMBER.c.person_id == _ROLE.c.person_id).where(number)
    return (
        select(CaseFile)
        .where(
            _FILE.c.id.in_(of_persons),
            _FILE.c.id > bindparam("after"),
            ~_FILE.c.protected,
            _FILE.c.status != Custody.VOID,
        )
        .order_by(_FILE.c.id)
        .limit(bindparam("limit"))
    )


_SHORTEST_NUMBER = 9  # old covers may lack the check digit
_LONGEST_WITHOUT_CENTURY = 10

# A whole number may be registered without its century, but never with another one.
_OF_WHOLE = _of_number(_NUMBER.c.number.in_([bindparam("number"), bindparam("short")]))
_OF_SHORT = _of_number(_NUMBER.c.short == bindparam("short"))


def _by_number(work: Work, term: str, after: str | None, limit: int) -> Hits | None:
    """Find by a number in any form; nothing of protected persons is ever found by it."""
    read = people.read_number(work, term)
    if len(read.number) < _SHORTEST_NUMBER:
        return None
    parameters: dict[str, Any] = {"short": read.number, "after": int(after or 0), "limit": limit + 1}
    statement = _OF_SHORT
    if len(read.number) > _LONGEST_WITHOUT_CENTURY:
        statement = _OF_WHOLE
        parameters |= {"number": read.number, "short": read.number[2:]}
    rows = work.session.execute(statement, parameters).scalars().all()
    sound = read.quality in {NumberQuality.SOUND, NumberQuality.NO_CENTURY}
    more = f"number:{rows[limit - 1].id}" if len(rows) > limit else None
    return Hits(FoundBy.NUMBER, rows[:limit], more) if rows or sound else None


_OF_REFERENCE = (
    select(CaseFile)
    .where(
        tuple_(_FILE.c.reference_key, _FILE.c.id) > tuple_(bindparam("key"), bindparam("id")),
        _FILE.c.reference_key < bindparam("end"),
        # Only who knows the whole reference of a protected person's file is led to it.
        ~_FILE.c.protected | (_FILE.c.reference_key == bindparam("whole")),
        (_FILE.c.status != Custody.VOID) | _FILE.c.replaced_by_id.is_not(None),
    )
    .order_by(_FILE.c.reference_key, _FILE.c.id)
    .limit(bindparam("limit"))
)


# Whoever writes a whole reference, with other signs between its groups, knows it as well.
_OF_WRITINGS = (
    select(CaseFile)
    .where(
        _FILE.c.reference_key.in_(bindparam("keys", expanding=True)),
        (_FILE.c.status != Custody.VOID) | _FILE.c.replaced_by_id.is_not(None),
    )
    .order_by(_FILE.c.reference_key, _FILE.c.id)
    .limit(bindparam("limit"))
)


def _by_reference(work: Work, term: str, after: str | None, limit: int) -> Hits:
    key = files.reference_key(term)
    start, _mark, number = (after or f"{key}|-1").rpartition("|")
    parameters = {"key": start, "id": int(number), "end": key + _HIGH, "whole": key, "limit": limit + 1}
    rows = work.session.execute(_OF_REFERENCE, parameters).scalars().all()
    more = f"reference:{rows[limit - 1].reference_key}|{rows[limit - 1].id}" if len(rows) > limit else None
    found = _standing(work, rows[:limit], key)
    if after is None and len(rows) < limit and not any(row.reference_key == key for row in rows):
        found = [*_otherwise_written(work, term, limit - len(rows)), *found]
    return Hits(FoundBy.REFERENCE, list({file.id: file for file in found}.values()), more)


def _otherwise_written(work: Work, term: str, limit: int) -> list[CaseFile]:
    """Return the files with a reference of the same groups, however they are parted: R3 2005 102."""
    groups = re.findall(r"[^\W_]+", one_form(term).upper())
    if not 1 < len(groups) <= _MOST_PARTED + 1:
        return []
    ways = product(*([group + sign for sign in _BETWEEN] for group in groups[:-1]))
    keys = {"".join(way) + groups[-1] for way in ways}
    rows = work.session.execute(_OF_WRITINGS, {"keys": sorted(keys), "limit": limit}).scalars().all()
    return list({right.id: right for file in rows if (right := files.right_one(work, file))}.values())


def _standing(work: Work, found: Sequence[CaseFile], begun: str) -> list[CaseFile]:
    """Return each file once, of void ones that which stands in for them; on another page it stands itself."""
    standing: dict[int, CaseFile] = {}
    for file in found:
        right = files.right_one(work, file)
        if right is None or (right.protected and file.reference_key != begun):
            continue
        if right is file or right.protected or not right.reference_key.startswith(begun):
            standing.setdefault(right.id, right)
    return list(standing.values())


@Hook
def asked_about(work: Work, typed: TypedName, *, after: int, limit: int) -> tuple[list[CaseFile], int | None]:
    """Return files that may be named so, as somebody is asked, and the question to go on from.

    None of them is found by a name it has.
    """
    raise NotImplementedError


def _through(work: Work, typed: TypedName, way: str, after: str, limit: int) -> Hits:
    """Fill a page by one way after the other, from a mark on."""
    work.require(Permission.READ_NAMES)
    walk = NameWalk(work, typed)
    found: list[CaseFile] = []
    for one, step in ((FoundBy.NAME.value, walk.by_words), (_JOINED, walk.by_joined)):
        if way in {one, FoundBy.NAME}:
            more, mark = step(after, limit - len(found))
            found, after, way = [*found, *more], "", FoundBy.NAME
            if mark is not None:
                return Hits(FoundBy.NAME, found, f"{one}:{mark}")
    asked, question = asked_about(work, typed, after=int(after or 0), limit=limit - len(found))
    mark = None if question is None else f"{_ASKED_ABOUT}:{question}"
    return Hits(FoundBy.NAME, [*found, *asked], mark, asked=frozenset(file.id for file in asked))


def _by_name(work: Work, term: str, after: str | None, limit: int) -> Hits:
    typed = TypedName.read(term)
    hits = _through(work, typed, FoundBy.NAME.value, after or "", limit)
    if hits.files or after is not None or typed.whole:
        return hits
    meant = tuple(nearest(work, word) for word in typed.words)
    if None in meant or meant == typed.words:
        return hits
    words = tuple(word for word in meant if word)
    files_found, mark = NameWalk(work, TypedName(words)).by_words("", limit)
    if not files_found:
        return hits
    return Hits(FoundBy.NAME, files_found, None if mark is None else f"{FoundBy.NAME.value}:{mark}", words)


def _by_joined_name(work: Work, term: str, after: str | None, limit: int) -> Hits:
    return _through(work, TypedName.read(term), _JOINED, after or "", limit)


def _by_asked_name(work: Work, term: str, after: str | None, limit: int) -> Hits:
    return _through(work, TypedName.read(term), _ASKED_ABOUT, after or "", limit)


_WAYS: dict[str, Callable[[Work, str, str | None, int], Hits | None]] = {
    FoundBy.NUMBER.value: _by_number,
    FoundBy.REFERENCE.value: _by_reference,
    FoundBy.NAME.value: _by_name,
    _JOINED: _by_joined_name,
    _ASKED_ABOUT: _by_asked_name,
}


def by_status(
    work: Work, status: Custody, *, after: int = 0, limit: int = PAGE
) -> tuple[Sequence[CaseFile], int | None]:
    """Return unprotected files in a state, by id, and the id to go on from."""
    work.require(Permission.READ_FILES)
    rows = (
        work.session.execute(
            select(CaseFile)
            .where(col(CaseFile.status) == status, col(CaseFile.id) > after, ~col(CaseFile.protected))
            .order_by(col(CaseFile.id))
            .limit(limit + 1)
        )
        .scalars()
        .all()
    )
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def of_person(
    work: Work, person_id: int, *, after: int = 0, limit: int = PAGE
) -> tuple[Sequence[CaseFile], int | None]:
    """Return a person's unprotected files, by id, and the id to go on from."""
    work.require(Permission.READ_NAMES)
    rows = (
        work.session.execute(
            select(CaseFile)
            .join(FilePerson, col(FilePerson.file_id) == CaseFile.id)
            .where(
                col(FilePerson.person_id) == person_id,
                col(CaseFile.id) > after,
                ~col(CaseFile.protected),
                col(CaseFile.status) != Custody.VOID,
            )
            .order_by(col(CaseFile.id))
            .limit(limit + 1)
        )
        .scalars()
        .all()
    )
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None
