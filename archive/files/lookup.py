"""Finding entries in the register: by code, reference, number or name, and nothing else (SoLPuF 15 §).

("Search" is kept for the hunt for a lost file.)
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import bindparam, func, select, tuple_
from sqlmodel import col

from archive.files import files
from archive.kernel.errors import Invalid, NotFound
from archive.kernel.hooks import Hook
from archive.kernel.store import Work
from archive.models import CaseFile, FilePerson, NameToken, NameWord, PersonNumber
from archive.people import people
from archive.vocabulary import Custody, NumberQuality, Permission, Term
from archive.vocabulary.wording import N_
from labels import codes

PAGE = 25
FEWEST_LETTERS = 3
_SAMPLE = 200
_CLOSE_ENOUGH = 72
_MOST_WORDS = 6
_HIGH = "\U0010ffff"
_ASKED_ABOUT = "asked"  # begins the mark of a page of files found by a name that is asked about

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_TOKEN = NameToken.__table__  # type: ignore[attr-defined]
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


def find(work: Work, term: str, *, after: str | None = None, limit: int = PAGE) -> Hits:
    """Find files by whatever was typed; raises Invalid when it is too short, or `after` no mark of ours."""
    work.require(Permission.READ_FILES)
    term = term.strip()
    if after is not None:
        return _go_on(work, term, after, limit)
    code = codes.parse(term)
    if code is not None and (hits := _by_code(work, code)):
        return hits
    if len(people.fold(term)) < FEWEST_LETTERS:
        raise Invalid(
            "term_too_short",
            N_("Write at least %(letters)s characters."),
            field="term",
            letters=FEWEST_LETTERS,
        )
    if not any(sign.isdigit() for sign in term):
        return _by_name(work, term, None, limit)
    number = _by_number(work, term, None, limit) if work.actor.may(Permission.READ_NAMES) else None
    if number is not None and number.files:
        return number
    reference = _by_reference(work, term, None, limit)
    return number if number and not reference.files else reference


def _go_on(work: Work, term: str, after: str, limit: int) -> Hits:
    by, _colon, mark = after.partition(":")
    if by == FoundBy.NUMBER:
        work.require(Permission.READ_NAMES)
    try:
        hits = _WAYS[by](work, term, mark, limit)
    except (KeyError, ValueError):
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


def _by_reference(work: Work, term: str, after: str | None, limit: int) -> Hits:
    key = files.reference_key(term)
    start, _mark, number = (after or f"{key}|-1").rpartition("|")
    parameters = {"key": start, "id": int(number), "end": key + _HIGH, "whole": key, "limit": limit + 1}
    rows = work.session.execute(_OF_REFERENCE, parameters).scalars().all()
    more = f"reference:{rows[limit - 1].reference_key}|{rows[limit - 1].id}" if len(rows) > limit else None
    return Hits(FoundBy.REFERENCE, _standing(work, rows[:limit], key), more)


def _standing(work: Work, found: Sequence[CaseFile], whole: str) -> list[CaseFile]:
    """Return each file once, of void ones that which stands in for them."""
    standing: dict[int, CaseFile] = {}
    for file in found:
        right = files.right_one(work, file)
        if right and (not right.protected or file.reference_key == whole):
            standing.setdefault(right.id, right)
    return list(standing.values())


def _by_name(work: Work, term: str, after: str | None, limit: int) -> Hits:
    work.require(Permission.READ_NAMES)
    words = people.tokens(term)[:_MOST_WORDS]
    hits = _with_words(work, words, after, limit)
    if hits.next is None:
        hits = _with_asked(work, words, hits, 0, limit)
    if hits.files or after is not None:
        return hits
    meant = tuple(_nearest(work, word) for word in words)
    if None in meant or list(meant) == words:
        return hits
    found = _with_words(work, [word for word in meant if word], None, limit)
    if not found.files:
        return hits
    return Hits(FoundBy.NAME, found.files, found.next, tuple(word for word in meant if word))


@Hook
def asked_about(
    work: Work, words: Sequence[str], besides: Collection[int], *, after: int = 0, limit: int
) -> tuple[list[CaseFile], int | None]:
    """Return files that may be named so, as somebody is asked, and the question to go on from."""
    raise NotImplementedError


def _with_asked(work: Work, words: list[str], hits: Hits, after: int, limit: int) -> Hits:
    """Fill the last page of those who have a name with the files that are asked about under it."""
    own, room = [file.id for file in hits.files], limit - len(hits.files)
    found, more = asked_about(work, words, own, after=after, limit=room)
    mark = None if more is None else f"{_ASKED_ABOUT}:{more}"
    return Hits(FoundBy.NAME, [*hits.files, *found], mark, asked=frozenset(file.id for file in found))


def _by_asked_name(work: Work, term: str, after: str | None, limit: int) -> Hits:
    work.require(Permission.READ_NAMES)
    words = people.tokens(term)[:_MOST_WORDS]
    return _with_asked(work, words, Hits(FoundBy.NAME, []), int(after or 0), limit)


_HOW_MANY = select(func.count()).select_from(
    select(_TOKEN.c.person_id)
    .where(_TOKEN.c.token >= bindparam("start"), _TOKEN.c.token < bindparam("end"))
    .limit(_SAMPLE)
    .subquery()
)


def _with_words(work: Work, words: list[str], after: str | None, limit: int) -> Hits:
    """Find persons every word begins a name of: go through the rarest word, look the others up per person."""
    if not words:
        return Hits(FoundBy.NAME, [])
    token, person, file = after.rsplit("|", 2) if after else ("", "-1", "-1")
    # Going on, the word gone through is the one the mark was made with: counts may have changed since.
    started = [word for word in words if after and token.startswith(word)]
    rarest = (started or words)[0]
    if len(words) > 1 and not started:
        counts = {word: work.connection.execute(_HOW_MANY, _range(word)).scalar_one() for word in words}
        rarest = min(words, key=lambda word: (counts[word], -len(word)))
    statement = _name_statement(len(words) - 1)
    parameters: dict[str, Any] = {"end": rarest + _HIGH}
    for number, word in enumerate(word for word in words if word is not rarest):
        parameters |= {f"start{number}": word, f"end{number}": word + _HIGH}
    parameters |= {"token": token or rarest, "person": int(person), "file": int(file), "limit": limit + 1}
    rows = work.session.execute(statement, parameters).all()
    last = rows[limit - 1] if len(rows) > limit else None
    more = f"name:{last.token}|{last.person_id}|{last[0].id}" if last else None
    return Hits(FoundBy.NAME, list({row[0].id: row[0] for row in rows[:limit]}.values()), more)


def _range(word: str) -> dict[str, Any]:
    return {"start": word, "end": word + _HIGH}


@cache
def _name_statement(others: int) -> Any:
    statement = (
        select(CaseFile, _TOKEN.c.token, _TOKEN.c.person_id)
        .select_from(_TOKEN)
        .join(_ROLE, _ROLE.c.person_id == _TOKEN.c.person_id)
        .join(_FILE, _FILE.c.id == _ROLE.c.file_id)
        .where(
            _TOKEN.c.token >= bindparam("token"),
            _TOKEN.c.token < bindparam("end"),
            tuple_(_TOKEN.c.token, _TOKEN.c.person_id, _FILE.c.id)
            > tuple_(bindparam("token"), bindparam("person"), bindparam("file")),
            ~_FILE.c.protected,
            _FILE.c.status != Custody.VOID,
        )
        .order_by(_TOKEN.c.token, _TOKEN.c.person_id, _FILE.c.id)
        .limit(bindparam("limit"))
    )
    for number in range(others):
        other = _TOKEN.alias()
        statement = statement.where(
            select(other.c.person_id)
            .where(
                other.c.person_id == _TOKEN.c.person_id,
                other.c.token >= bindparam(f"start{number}"),
                other.c.token < bindparam(f"end{number}"),
            )
            .exists()
        )
    return statement


def _nearest(work: Work, word: str) -> str | None:
    """Return the name word most like a misspelt one, if any is like enough."""
    exact = work.session.execute(
        select(col(NameWord.word))
        .where(col(NameWord.word) >= word, col(NameWord.word) < word + _HIGH)
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
    return best[0] if best else None


_WAYS: dict[str, Callable[[Work, str, str | None, int], Hits | None]] = {
    FoundBy.NUMBER.value: _by_number,
    FoundBy.REFERENCE.value: _by_reference,
    FoundBy.NAME.value: _by_name,
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
