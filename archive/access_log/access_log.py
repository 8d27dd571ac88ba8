"""Who looked at what: recorded in the looker's own stream before anything is shown."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError

from archive.accounts import display_names
from archive.history import history
from archive.kernel.errors import ChangedMeanwhile, Unavailable
from archive.kernel.store import Actor, Archive, Work
from archive.models import CaseFile, Event, EventPrivate, EventSubject, Person
from archive.vocabulary import EventKind, Permission, Protection
from archive.vocabulary.wording import N_

KINDS = (
    EventKind.LOOKED_AT_FILE,
    EventKind.LOOKED_AT_PERSON,
    EventKind.LOOKED_AT_LIST,
    EventKind.LOOKED_FOR,
    EventKind.LOOKED_AT_LOOKS,
)
_KINDS = {kind.value: kind for kind in KINDS}
PAGE = 50
RACES = 3

_event = Event.__table__  # type: ignore[attr-defined]
_subject = EventSubject.__table__  # type: ignore[attr-defined]
_private = EventPrivate.__table__  # type: ignore[attr-defined]
_person = Person.__table__  # type: ignore[attr-defined]
_file = CaseFile.__table__  # type: ignore[attr-defined]

_FIELDS = (_event.c.id, _event.c.at, _event.c.stream, _event.c.actor, _event.c.kind, _event.c.body)
_IS_LOOK = _event.c.kind.in_(list(_KINDS))
_ABOUT = (
    select(*_FIELDS, _private.c.payload)
    .select_from(_subject.join(_event, _event.c.id == _subject.c.event_id).outerjoin(_private))
    .where(_subject.c.subject == bindparam("subject"), _subject.c.event_id < bindparam("before"), _IS_LOOK)
    .order_by(_subject.c.event_id.desc())
    .limit(bindparam("limit"))
)
_BY = (
    select(*_FIELDS, _private.c.payload)
    .select_from(_event.outerjoin(_private))
    .where(_event.c.stream == bindparam("stream"), _event.c.id < bindparam("before"), _IS_LOOK)
    .order_by(_event.c.seq.desc())
    .limit(bindparam("limit"))
)
_IDS: Any = bindparam("ids", expanding=True)
_PROTECTED = select(_person.c.id).where(_person.c.id.in_(_IDS), _person.c.protection != Protection.NONE)
_PROTECTED_FILES = select(_file.c.id).where(_file.c.id.in_(_IDS), _file.c.protected)
_CODES = select(_file.c.id, _file.c.code).where(_file.c.id.in_(_IDS))
_NEWEST = 2**62


@dataclass(frozen=True, slots=True)
class Look:
    """One look about to be recorded: at what, and whom it concerns."""

    kind: EventKind
    subjects: Sequence[str]
    facts: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, Any] | None = None


def at_file(file_id: int, page: str, *, persons: Iterable[int] = ()) -> Look:
    """Say that a file was shown on a page, and so each person it concerns."""
    subjects = [f"file:{file_id}", *(f"person:{number}" for number in persons)]
    return Look(EventKind.LOOKED_AT_FILE, subjects, {"file": file_id, "page": page})


def at_person(person_id: int, page: str, *, files: Iterable[int] = ()) -> Look:
    """Say that a person was shown on a page, with these files."""
    subjects = [f"person:{person_id}", *(f"file:{number}" for number in files)]
    return Look(EventKind.LOOKED_AT_PERSON, subjects, {"page": page})


def at_list(name: str, subjects: Iterable[str], *, place: int | None = None) -> Look:
    """Say that a list was shown: one event with everything that stood on it, as `file:7` or `person:3`."""
    return Look(EventKind.LOOKED_AT_LIST, list(subjects), {"list": name, "place": place})


def looked_for(by: str, term: str, subjects: Iterable[str]) -> Look:
    """Say what was looked up, by which key, and the files shown; the term goes to the side row."""
    found = list(subjects)
    hits = sum(subject.startswith("file:") for subject in found)
    return Look(EventKind.LOOKED_FOR, found, {"by": by, "hits": hits}, {"term": term})


def at_looks(about: str) -> Look:
    """Say that somebody checked who had looked at `file:7`, `person:3` or what `user:2` had looked at."""
    return Look(EventKind.LOOKED_AT_LOOKS, [about], {"about": about})


def stream_of(actor: Actor) -> str:
    """Return the stream that holds an actor's looks."""
    return f"user:{actor.user_id}" if actor.user_id is not None else actor.id


def note(work: Work, stream: str, *looks: Look) -> None:
    """Write looks into a looker's stream as part of what is being done."""
    history.record_many(
        work, [history.Entry(stream, look.kind, look.facts, look.private, look.subjects) for look in looks]
    )


def record(archive: Archive, actor: Actor, *looks: Look) -> None:
    """Commit looks in the looker's stream; raises Unavailable, so that nothing is shown, when it cannot."""
    for attempt in range(1, RACES + 1):
        try:
            with archive.write(actor) as work:
                note(work, stream_of(actor), *looks)
        except ChangedMeanwhile:  # two looks at once began the same stream
            if attempt == RACES:
                raise _not_recorded() from None
        except (SQLAlchemyError, OSError, Unavailable) as error:
            raise _not_recorded() from error
        else:
            return


def _not_recorded() -> Unavailable:
    return Unavailable(
        "look_not_recorded",
        N_("Nothing can be shown just now, because it cannot be recorded who looked. Try again in a moment."),
    )


@dataclass(frozen=True, slots=True)
class RecordedLook:
    """One recorded look, as those who check access read it."""

    id: int
    at: datetime
    user_id: int | None
    who: str
    through: str
    kind: EventKind
    facts: Mapping[str, Any]
    subjects: Sequence[str]
    term: str | None


@dataclass(frozen=True, slots=True)
class SeenPage:
    """Looks, newest first, and the id to go on before (none on the last page)."""

    looks: list[RecordedLook]
    before: int | None


def about(work: Work, subject: str, *, before: int | None = None, limit: int = PAGE) -> SeenPage:
    """Return who looked at a file (`file:7`) or a person (`person:3`)."""
    return _page(work, _ABOUT, {"subject": subject}, before, limit)


def by_user(work: Work, user_id: int, *, before: int | None = None, limit: int = PAGE) -> SeenPage:
    """Return what a user looked at, also through tokens."""
    return _page(work, _BY, {"stream": f"user:{user_id}"}, before, limit)


def _page(work: Work, statement: Any, key: Mapping[str, Any], before: int | None, limit: int) -> SeenPage:
    work.require(Permission.READ_LOOKS)
    parameters = {**key, "before": before or _NEWEST, "limit": limit + 1}
    rows = work.connection.execute(statement, parameters).all()
    who = display_names.names(work, {row.stream for row in rows})
    bodies = [json.loads(row.body) for row in rows[:limit]]
    hidden = _protected(work, {subject for body in bodies for subject in body.get("subjects", ())})
    found = [
        _seen(row, body, who[row.stream], work.actor.may(Permission.READ_NAMES) and _harmless(body, hidden))
        for row, body in zip(rows, bodies, strict=False)
    ]
    return SeenPage(found, found[-1].id if len(rows) > limit else None)


def codes(work: Work, looks: Iterable[RecordedLook], each: int = 5) -> dict[int, list[str]]:
    """Return by look the codes of the files it showed, at most so many of each."""
    wanted = {look.id: _ids("file", look.subjects)[:each] for look in looks}
    known = {
        row.id: row.code
        for row in work.connection.execute(
            _CODES, {"ids": sorted({i for ids in wanted.values() for i in ids})}
        )
    }
    return {look: [known[i] for i in ids if i in known] for look, ids in wanted.items()}


def _harmless(body: Mapping[str, Any], hidden: set[str]) -> bool:
    """Tell whether what was typed may be read: a term that found nothing may be a protected person's name."""
    subjects = body.get("subjects", ())
    return bool(subjects) and hidden.isdisjoint(subjects)


def _protected(work: Work, subjects: set[str]) -> set[str]:
    """Return those of the subjects that are protected now, whatever they were when looked at."""
    people, files = _ids("person", subjects), _ids("file", subjects)
    return {f"person:{i}" for i in work.connection.execute(_PROTECTED, {"ids": people}).scalars()} | {
        f"file:{i}" for i in work.connection.execute(_PROTECTED_FILES, {"ids": files}).scalars()
    }


def _ids(noun: str, subjects: Iterable[str]) -> list[int]:
    return [int(number) for of, _, number in (name.partition(":") for name in subjects) if of == noun]


def _seen(row: Any, body: Mapping[str, Any], who: str, show_term: bool) -> RecordedLook:
    user = row.stream.startswith("user:")
    return RecordedLook(
        id=row.id,
        at=row.at,
        user_id=int(row.stream.removeprefix("user:")) if user else None,
        who=who,
        through=row.actor,
        kind=_KINDS[row.kind],
        facts=body["facts"],
        subjects=body.get("subjects", ()),
        term=json.loads(row.payload).get("term") if show_term and row.payload else None,
    )
