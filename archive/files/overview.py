"""Everything the page of one file says, in few statements: it is the page people look at most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, bindparam, cast, exists, select

from archive.accounts import display_names
from archive.files import files, masking, place_claims, retention
from archive.files.masking import Card
from archive.files.place_claims import Saying
from archive.kernel.clock import local_date
from archive.kernel.store import Actor, Work
from archive.models import (
    CaseFile,
    EarlierCheck,
    FileKind,
    ImportRun,
    Loan,
    Sighting,
    SourceSystem,
    Task,
    Unit,
)
from archive.rules.retention import Retention
from archive.timeline import list_texts, timeline
from archive.timeline.list_texts import ListOrigin
from archive.vocabulary import Custody, EventKind, Evidence, Permission, TaskKind
from archive.vocabulary.wording import _

LOANS = 5

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_KIND = FileKind.__table__  # type: ignore[attr-defined]
_SOURCE = SourceSystem.__table__  # type: ignore[attr-defined]
_UNIT = Unit.__table__  # type: ignore[attr-defined]
_SIGHTING = Sighting.__table__  # type: ignore[attr-defined]
_LOAN = Loan.__table__  # type: ignore[attr-defined]
_CHECK = EarlierCheck.__table__  # type: ignore[attr-defined]
_RUN = ImportRun.__table__  # type: ignore[attr-defined]

_TASK = Task.__table__  # type: ignore[attr-defined]

_IN_DOUBT = _TASK.c.kind == TaskKind.PLACE_CONFLICT.value
_SEEN = _SIGHTING.alias("seen")
_LAST_SEEN = (
    select(_SIGHTING.c.id)
    .where(_SIGHTING.c.file_id == _FILE.c.id, _SIGHTING.c.place_id.is_not(None))
    .order_by(_SIGHTING.c.happened_at.desc(), _SIGHTING.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_ONE = (
    select(
        *_FILE.c,
        ("file:" + cast(_FILE.c.id, Text)).label("stream"),
        _KIND.c.letter,
        _KIND.c.name_sv,
        _KIND.c.name_en,
        _KIND.c.delicate,
        _KIND.c.retention_rule,
        _SOURCE.c.name.label("source"),
        _UNIT.c.name.label("unit"),
        _SEEN.c.happened_at.label("seen_when"),
        _SEEN.c.actor.label("seen_by"),
        _SEEN.c.how.label("seen_how"),
        _SEEN.c.place_id.label("seen_at"),
        # Asked in passing, since most files have neither.
        exists().where(_LOAN.c.file_id == _FILE.c.id).label("lent_ever"),
        exists().where(_CHECK.c.file_id == _FILE.c.id).label("checked_ever"),
        exists().where(_TASK.c.file_id == _FILE.c.id, _TASK.c.open, _IN_DOUBT).label("in_doubt"),
    )
    .join(_KIND, _KIND.c.id == _FILE.c.kind_id)
    .join(_SOURCE, _SOURCE.c.id == _FILE.c.source_id)
    .outerjoin(_UNIT, _UNIT.c.id == _FILE.c.unit_id)
    .outerjoin(_SEEN, _SEEN.c.id == _LAST_SEEN)
    .where(_FILE.c.code == bindparam("code"))
)
_LOANS = (
    select(_LOAN)
    .where(_LOAN.c.file_id == bindparam("file_id"))
    .order_by(_LOAN.c.id.desc())
    .limit(bindparam("limit"))
)
_CHECKS = (
    select(_CHECK.c.checked_on, _CHECK.c.sign, _RUN.c.name.label("list"))
    .outerjoin(_RUN, _RUN.c.id == _CHECK.c.import_id)
    .where(_CHECK.c.file_id == bindparam("file_id"))
    .order_by(_CHECK.c.id)
)
_QUESTIONS = select(Task).where(_TASK.c.file_id == bindparam("file_id"), _TASK.c.open, _IN_DOUBT)


@dataclass(frozen=True, slots=True)
class LastSeen:
    """When, where, by whom and how a file was last seen; where is empty for a protected file."""

    at: datetime
    who: str
    how: Evidence
    trail: tuple[Any, ...]
    at_its_place: bool


@dataclass(frozen=True, slots=True)
class FilePart:
    """One part of a file of several; `code` and `status` are empty for a part nobody has registered."""

    number: int
    code: str = ""
    status: Custody | None = None
    here: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """What one viewer may know of a file; `retention` is nothing for a void one."""

    card: Card
    placed_by: str
    seen: LastSeen | None
    parts: tuple[FilePart, ...]
    loans: Sequence[Any]
    checks: Sequence[Any]
    retention: Retention | None
    # Whether the reasons and dates may be shown: they tell kind, flags and birth dates.
    reasons_shown: bool
    right: CaseFile | None
    names: Mapping[str, str]
    told: timeline.TimelinePage
    # What two lists, or a list and the register, say about its place while nobody has settled it.
    in_doubt: Sequence[tuple[Saying, Saying]]
    nameless: bool
    # The list and row that registered it, where that may be told.
    read_in: ListOrigin | None

    @property
    def missing_parts(self) -> list[int]:
        """Return the numbers of the parts nobody has registered."""
        return [part.number for part in self.parts if not part.code]

    @property
    def placed_by_undoing(self) -> bool:
        """Tell whether the file stands where it does since a move was undone, as far as is told."""
        moves = (entry for entry in self.told.entries if entry.kind is EventKind.FILE_MOVED)
        return bool((last := next(moves, None)) and last.undone and last.at == self.card.file.placed_at)

    def borrower(self, loan: Any) -> str:
        """Return who has or had the file, with the unit; without the name for those who read none."""
        name = _("the borrower of loan %(number)s", number=loan.id) if self.nameless else loan.borrower
        return ", ".join(filter(None, (name, loan.borrower_unit)))


def by_code(work: Work, code: str, *, history: int = 10) -> Overview | None:
    """Return everything about the file that bears a code now, or nothing when no file does."""
    work.require(Permission.READ_FILES)
    row = work.connection.execute(_ONE, {"code": code}).one_or_none()
    if row is None:
        return None
    file: Any = row  # as good as a model here, which costs more than all the rest of the statement
    persons = masking.persons_of(work, [file.id])
    loans = _rows(work, _LOANS, file_id=file.id, limit=LOANS) if row.lent_ever else []
    checks = _rows(work, _CHECKS, file_id=file.id) if row.checked_ever else []
    related = retention.related(
        work,
        {person.person_id for person in persons},
        key=file.reference_key,
        source_id=file.source_id,
        file_id=file.id,
    )
    told = timeline.of_file(work, file, limit=history, also={file.place_id, row.seen_at or file.place_id})
    at = told.trails
    listed = list_texts.of_file(work, file)
    names = display_names.names(work, _actors(row, loans) | ({listed.by} if listed else set()))
    return Overview(
        card=_card(row, persons, at.get(file.place_id, []), work.actor),
        placed_by=_placed_by(file, told, names),
        seen=_seen(row, at, names),
        parts=_parts(file, related),
        loans=loans,
        checks=checks,
        retention=_retention(work, row, persons, related),
        reasons_shown=not file.protected
        and work.actor.may(Permission.READ_KIND)
        and work.actor.may(Permission.READ_NAMES),
        right=files.right_one(work, file) if file.status is Custody.VOID else None,
        names=names,
        told=told,
        in_doubt=_in_doubt(work, file) if row.in_doubt else (),
        nameless=display_names.nameless(work.actor),
        read_in=listed,
    )


def _placed_by(file: CaseFile, told: timeline.TimelinePage, names: Mapping[str, str]) -> str:
    """Return who put a file where it is; of one the worker registered in its own name, who ordered that."""
    if file.placed_by.startswith("worker:"):
        for entry in told.entries:
            if entry.listed and entry.at == file.placed_at:
                return entry.who
        return _("the worker")
    return names[file.placed_by]


def _in_doubt(work: Work, file: CaseFile) -> Sequence[tuple[Saying, Saying]]:
    tasks = work.session.execute(_QUESTIONS, {"file_id": file.id}).scalars().all()
    return tuple(place_claims.by_task(work, tasks, {file.id: file}).values())


def _rows(work: Work, statement: Any, **parameters: int) -> Sequence[Any]:
    return work.connection.execute(statement, parameters).all()


def _actors(row: Any, loans: Sequence[Any]) -> set[str]:
    said = {row.placed_by, row.seen_by}
    for loan in loans:
        said |= {loan.out_by, loan.returned_by}
    return said - {None}


def _card(row: Any, persons: Sequence[Any], trail: Sequence[Any], viewer: Actor) -> Card:
    return Card(
        row,
        kind=masking.shown_kind(row, viewer),
        letter=masking.shown_letter(row, viewer),
        source=row.source,
        unit=row.unit or "",
        persons=masking.shown_persons(persons, viewer).get(row.id, ()),
        place=masking.shown_place(row, trail),
        trail=tuple(trail),
    )


def _seen(row: Any, at: Mapping[int, Sequence[Any]], names: Mapping[str, str]) -> LastSeen | None:
    if row.seen_when is None:
        return None
    trail = tuple(at.get(row.seen_at, ()))
    return LastSeen(row.seen_when, names[row.seen_by], row.seen_how, trail, row.seen_at == row.place_id)


def _parts(file: CaseFile, related: Sequence[Any]) -> tuple[FilePart, ...]:
    if file.parts == 1 and not any(retention.same(one, file) for one in related):
        return ()
    known = {
        one.part: FilePart(one.part, one.code, one.status) for one in related if retention.same(one, file)
    }
    known[file.part] = FilePart(file.part, file.code, file.status, here=True)
    return tuple(known.get(number, FilePart(number)) for number in range(1, max(file.parts, *known) + 1))


def _retention(work: Work, row: Any, persons: Sequence[Any], related: Sequence[Any]) -> Retention | None:
    if row.status is Custody.VOID:
        return None
    today = local_date(work.now)
    people = {person.person_id: person for person in reversed(persons)}.values()
    births = [
        retention.birth(person.role, person.birth_date, person.number or "", today) for person in people
    ]
    return retention.compute(work, row, row.retention_rule, births, related)
