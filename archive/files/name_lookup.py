"""Files of whoever has a name: the statements, each answering page by page, a file once."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, tuple_
from sqlmodel import col

from archive.kernel.columns import Ordered
from archive.kernel.store import Work
from archive.models import CaseFile, FilePerson, NameToken, NameWord
from archive.people.name_index import JOINED, Range, TypedName
from archive.vocabulary import Custody

_SAMPLE = 200
_CLOSE_ENOUGH = 72
_HIGH = "\U0010ffff"

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_TOKEN = NameToken.__table__  # type: ignore[attr-defined]
_ROLE = FilePerson.__table__  # type: ignore[attr-defined]

_A_WORD = ~_TOKEN.c.token.endswith(JOINED)

Page = tuple[Sequence[CaseFile], str | None]
"""The files of a page, and the mark to go on from."""


class NameWalk:
    """Go through the files of whoever is meant: first by the words, then by what is written as one."""

    def __init__(self, work: Work, typed: TypedName) -> None:
        self._work, self._typed = work, typed
        self._joined = typed.joined()

    def by_words(self, after: str, limit: int) -> Page:
        """Find whom every word begins a name of: by the rarest word, the others looked up per person."""
        ranges = self._typed.beginnings()
        if not ranges:
            return [], None
        number, mark = 0, after
        if after:  # counts may have changed since: the word gone through is the one the mark was made with
            said, _bar, mark = after.partition("|")
            number = int(said)
        elif len(ranges) > 1:
            number = self._rarest(ranges)
        driver = ranges.pop(number)
        parameters = _bound("own", [driver, *ranges])
        found, more = self._page(_by_words(len(ranges)), parameters, driver[0], mark, limit)
        return found, None if more is None else f"{number}|{more}"

    def by_joined(self, after: str, limit: int) -> Page:
        """Find who is not found by the words, but whose name is written as one where two were typed."""
        if not self._joined:
            return [], None
        parameters = _bound("joined", self._joined) | _bound("own", self._typed.beginnings())
        for at, ranges in enumerate(self._typed.covers()):
            parameters |= _bound(f"cover{at}", ranges)
        statement = _by_joined(len(self._joined), tuple(map(len, self._typed.covers())))
        return self._page(statement, parameters, min(self._joined)[0], after, limit)

    def _rarest(self, ranges: Sequence[Range]) -> int:
        """Return which word fewest have, and see whether anybody has two of them as one."""
        words = self._typed.words
        statement = _how_many(len(ranges), len(self._joined))
        counts = self._work.connection.execute(
            statement, _bound("own", ranges) | _bound("joined", self._joined)
        ).one()
        if not any(counts[len(ranges) :]):
            self._joined = []
        return min(range(len(ranges)), key=lambda at: (counts[at], -len(words[at])))

    def _page(self, statement: Any, parameters: Any, start: str, mark: str, limit: int) -> Page:
        token, person, file = mark.rsplit("|", 2) if mark else (start, "-1", "-1")
        at = {"token": token, "person": int(person), "file": int(file), "limit": limit + 1}
        rows = self._work.session.execute(statement, parameters | at).all()
        if len(rows) <= limit:
            return [row[0] for row in rows], None
        last = rows[limit - 1]
        more = f"{last.token}|{last.person_id}|{last[0].id}" if limit else mark
        return [row[0] for row in rows[:limit]], more


def has_name(typed: TypedName) -> ColumnElement[bool]:
    """Tell in a statement about files whether one is found by a name."""
    role = _ROLE.alias()
    words = [_has(role.c.person_id, ranges) for ranges in typed.covers()]
    return exists(select(role.c.file_id).where(role.c.file_id == _FILE.c.id, *words).correlate(_FILE))


def _bound(name: str, ranges: Sequence[Range]) -> dict[str, str]:
    return {f"{name}{at}_{end}": one[end] for at, one in enumerate(ranges) for end in (0, 1)}


def _binds(name: str, count: int) -> list[tuple[Any, Any]]:
    return [(bindparam(f"{name}{at}_0", type_=Ordered), bindparam(f"{name}{at}_1")) for at in range(count)]


def _within(token: Any, ranges: Sequence[tuple[Any, Any]]) -> ColumnElement[bool]:
    return or_(*(and_(token >= start, token < end, _whole(token, start)) for start, end in ranges))


def _whole(token: Any, start: Any) -> ColumnElement[bool]:
    """Tell whether a token stands for what was typed: of a name run together all has to be."""
    return or_(~token.endswith(JOINED), token == start + JOINED)


def _has(person: Any, ranges: Sequence[tuple[Any, Any]]) -> ColumnElement[bool]:
    other = _TOKEN.alias()
    return exists(
        select(other.c.person_id).where(other.c.person_id == person, _within(other.c.token, ranges))
    )


@cache
def _how_many(words: int, joined: int) -> Any:
    """Return a statement that counts who has each word, up to where it does not matter any more."""
    beginning = select(_TOKEN.c.person_id)
    some = [
        beginning.where(_TOKEN.c.token >= start, _TOKEN.c.token < end).limit(_SAMPLE)
        for start, end in _binds("own", words)
    ]
    some += [
        beginning.where(_TOKEN.c.token >= start, _TOKEN.c.token < end, _A_WORD).limit(1)
        for start, end in _binds("joined", joined)
    ]
    return select(*(select(func.count()).select_from(one.subquery()).scalar_subquery() for one in some))


@cache
def _by_words(others: int) -> Any:
    first, *rest = _binds("own", others + 1)
    return _walk([first], lambda person: [_has(person, [one]) for one in rest])


@cache
def _by_joined(joined: int, lengths: tuple[int, ...]) -> Any:
    covers = [_binds(f"cover{at}", count) for at, count in enumerate(lengths)]
    by_words = _binds("own", len(lengths))
    role = _ROLE.alias()
    found_before = exists(
        select(role.c.file_id).where(
            role.c.file_id == _FILE.c.id, *(_has(role.c.person_id, [one]) for one in by_words)
        )
    )
    walk = _walk(_binds("joined", joined), lambda person: [_has(person, ranges) for ranges in covers])
    return walk.where(_A_WORD, ~found_before)  # who has the two in two words has each of them


def _walk(driver: Sequence[tuple[Any, Any]], conditions: Any) -> Any:
    """Go through the index by word, person and file; a file counts where it is met first, and only there."""
    earlier, role = _TOKEN.alias(), _ROLE.alias()
    ((start, end), *further), token = driver, _TOKEN.c.token
    by_earlier = exists(
        select(earlier.c.person_id)
        .where(
            earlier.c.person_id == role.c.person_id,
            _within(earlier.c.token, driver),
            tuple_(earlier.c.token, earlier.c.person_id) < tuple_(token, _TOKEN.c.person_id),
        )
        .correlate_except(earlier)
    )
    met_before = exists(
        select(role.c.file_id)
        .where(role.c.file_id == _FILE.c.id, by_earlier, *conditions(role.c.person_id))
        .correlate_except(role)
    )
    return (
        select(CaseFile, _TOKEN.c.token, _TOKEN.c.person_id)
        .select_from(_TOKEN)
        .join(_ROLE, _ROLE.c.person_id == _TOKEN.c.person_id)
        .join(_FILE, _FILE.c.id == _ROLE.c.file_id)
        .where(
            token >= bindparam("token"),  # where the only range begins or later: a second bound would be used
            _within(token, driver) if further else and_(token < end, _whole(token, start)),
            tuple_(_TOKEN.c.token, _TOKEN.c.person_id, _FILE.c.id)
            > tuple_(bindparam("token"), bindparam("person"), bindparam("file")),
            *conditions(_TOKEN.c.person_id),
            ~_FILE.c.protected,
            _FILE.c.status != Custody.VOID,
            ~met_before,
        )
        .order_by(_TOKEN.c.token, _TOKEN.c.person_id, _FILE.c.id)
        .limit(bindparam("limit"))
    )


def nearest(work: Work, word: str) -> str | None:
    """Return the name word most like a misspelt one, if any is like enough."""
    exact = work.session.execute(
        select(col(NameWord.word))
        .where(
            col(NameWord.word) >= word,
            col(NameWord.word) < word + _HIGH,
            ~col(NameWord.word).endswith(JOINED),
        )
        .limit(1)
    ).scalar()
    if exact:
        return word
    # Same length, give or take two: the rest cannot be close enough and need not be fetched.
    candidates = work.session.execute(
        select(col(NameWord.word)).where(
            func.length(col(NameWord.word)).between(len(word) - 2, len(word) + 2)
        )
    ).scalars()
    best = process.extractOne(word, candidates, scorer=fuzz.ratio, score_cutoff=_CLOSE_ENOUGH)
    return best[0].removesuffix(JOINED) if best else None
