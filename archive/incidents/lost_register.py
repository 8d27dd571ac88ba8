"""The register of lost files: all that was ever missed, filtered, in order, page by page.

Whoever may not know of an incident finds it here as a number and nothing else, so that none is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, null, or_, select
from sqlmodel import col

from archive.history import private_data
from archive.incidents import access
from archive.incidents.figures import PIECES
from archive.incidents.report import concealing
from archive.kernel.clock import STOCKHOLM
from archive.kernel.store import Work
from archive.models import CaseFile, Incident, IncidentFile, Unit
from archive.routine_runs import stored_answers
from archive.vocabulary import FoundWhere, IncidentOutcome, IncidentState, Permission, Term
from archive.vocabulary.collation import swedish
from archive.vocabulary.wording import Both

PAGE = 50
_AT_ONCE = 500  # lines of an export read at a time


class LossEnd(Term):
    """How it ended for one thing, or that it has not."""

    MISSING = "missing", "saknas", "missing", "red"
    FOUND = "found", IncidentOutcome.FOUND.sv, IncidentOutcome.FOUND.en, "green"
    SHORT = "short", "återfunnen, den korta vägen", "found, the short way", "green"
    REST = (
        "rest_lost",
        "återfunnen, resten konstaterad förlorad",
        "found, the rest declared lost",
        "red",
    )
    LOST = "declared_lost", IncidentOutcome.DECLARED_LOST.sv, IncidentOutcome.DECLARED_LOST.en, "red"
    MISTAKEN = "mistaken", IncidentOutcome.MISTAKEN.sv, IncidentOutcome.MISTAKEN.en, "grey"


class Order(StrEnum):
    """By what the register is read."""

    NEWEST = "newest"
    OLDEST = "oldest"
    MISSED = "missed"  # what was missed last first: an old loss may be entered late


@dataclass(frozen=True, slots=True)
class Filter:
    """What to show: by state, year and day of the miss, unit, cause, kind of end, and where it was found."""

    status: IncidentState | None = None
    year: int | None = None
    unit_id: int | None = None
    cause: str = ""
    end: LossEnd | None = None
    where: FoundWhere | None = None

    @property
    def asks(self) -> bool:
        """Tell whether anything is left out: then those one may not know of are, since they would answer."""
        return self != Filter()


@dataclass(frozen=True, slots=True)
class LastLine:
    """The last line of the page before: after it the next one begins."""

    incident_id: int
    item_id: int
    missed_at: datetime

    def __str__(self) -> str:
        return f"{self.incident_id}|{self.item_id}|{self.missed_at.isoformat()}"

    @classmethod
    def read(cls, text: str) -> "LastLine | None":
        """Return the mark an address holds, None for anything else."""
        try:
            incident, item, moment = text.split("|")
            mark = cls(int(incident), int(item), datetime.fromisoformat(moment))
        except ValueError:
            return None
        return mark if mark.missed_at.tzinfo else None


@dataclass(frozen=True, slots=True)
class LossLine:
    """One line: a thing that was missed in an incident, or the number of an incident one may not know of.

    `reference` and `description` are empty where not shown; `cause` is the routine's option.
    """

    number: int
    incident: Incident | None
    item: IncidentFile | None
    code: str = ""
    reference: str = ""
    part: int = 1
    parts: int = 1
    protected: bool = False
    description: str = ""
    unit: str = ""
    cause: str = ""
    pieces: int = 1  # of what words describe

    @property
    def end(self) -> LossEnd | None:
        """Return how it ended, None where there is nothing to end."""
        if self.incident is None or self.item is None:
            return None
        if self.item.outcome is IncidentOutcome.FOUND and self.incident.short:
            return LossEnd.SHORT
        if self.item.outcome and self.item.part_found:
            return LossEnd.REST
        return LossEnd.read(self.item.outcome.value) if self.item.outcome else LossEnd.MISSING

    @property
    def days_away(self) -> int | None:
        """Return how many days it was away, if it came back."""
        found = self.back.found_at if self.back else None
        return (found - self.incident.missed_at).days if found and self.incident else None

    @property
    def back(self) -> IncidentFile | None:
        """Return the thing if it came back, whole."""
        return self.item if self.item and self.item.outcome is IncidentOutcome.FOUND else None

    @property
    def subjects(self) -> list[str]:
        """Return whom a look at this line concerns."""
        if self.incident is None:
            return []
        file = [f"file:{self.item.file_id}"] if self.item and self.item.file_id else []
        return [self.incident.stream, *file]


@dataclass(frozen=True, slots=True)
class LossPage:
    """So many lines, and where the next page begins."""

    lines: Sequence[LossLine]
    next: LastLine | None


def page(
    work: Work,
    wanted: Filter = Filter(),
    order: Order = Order.NEWEST,
    *,
    after: LastLine | None = None,
    limit: int = PAGE,
) -> LossPage:
    """Return one page of the register.

    References of protected persons' files, and everything people wrote, are left out for those who may not
    see names. An incident one may not know of is a line without content, only where nothing is asked for
    and the order tells nothing of it.
    """
    work.require(Permission.READ_INCIDENTS)
    statement = _lines(work, wanted, hiding=not wanted.asks and order is not Order.MISSED)
    if after is not None:
        statement = statement.where(_beyond(order, after))
    rows = work.session.execute(statement.order_by(*_sorted(order)).limit(limit + 1)).all()
    shown = rows[:limit]
    last = _mark(shown[-1]) if len(rows) > limit else None
    texts = private_data.by_event(
        work, (row.IncidentFile.told_event for row in shown if row.IncidentFile and row.seen)
    )
    units = _units(work, {row.Incident.unit_id for row in shown if row.seen})
    return LossPage([_line(work, row, texts, units) for row in shown], last)


def everything(work: Work, wanted: Filter = Filter(), order: Order = Order.NEWEST) -> Iterator[LossLine]:
    """Iterate all lines, for a file or paper."""
    after: LastLine | None = None
    while True:
        found = page(work, wanted, order, after=after, limit=_AT_ONCE)
        yield from found.lines
        work.session.expunge_all()
        if found.next is None:
            return
        after = found.next


def totals(work: Work, wanted: Filter = Filter()) -> dict[LossEnd, int]:
    """Count the things by how it ended, of incidents the actor may know of."""
    work.require(Permission.READ_INCIDENTS)
    ended = case(*((_ended(end), end.value) for end in LossEnd))
    counted = (
        select(ended, func.sum(PIECES))
        .select_from(IncidentFile)
        .join(Incident, col(Incident.id) == IncidentFile.incident_id)
        .where(access.seen_by(work.actor), *_conditions(work, wanted))
        .group_by(ended)
    )
    found = {LossEnd.read(row[0]): row[1] for row in work.session.execute(counted)}
    return {end: found.get(end, 0) for end in LossEnd}


def years(work: Work) -> list[int]:
    """Return the years in which something was missed, the latest first."""
    work.require(Permission.READ_INCIDENTS)
    span = select(func.min(col(Incident.missed_at)), func.max(col(Incident.missed_at))).where(
        access.seen_by(work.actor)
    )
    first, last = work.session.execute(span).one()
    if first is None:
        return []
    return list(range(last.astimezone(STOCKHOLM).year, first.astimezone(STOCKHOLM).year - 1, -1))


def units(work: Work) -> list[Unit]:
    """Return the units something of which was missed, by name."""
    lost = select(col(Incident.unit_id)).where(access.seen_by(work.actor))
    found = work.session.scalars(select(Unit).where(col(Unit.id).in_(lost)))
    return sorted(found, key=lambda unit: swedish(unit.name))


def causes(work: Work) -> dict[str, Both]:
    """Return what the causes are called."""
    return stored_answers.options(work, *stored_answers.CAUSES)


def _cause(work: Work) -> ColumnElement[Any]:
    """Return why a thing was gone, nothing of what is missing: again, it may be for another cause."""
    return case((col(IncidentFile.open), null()), else_=stored_answers.cause(work))


def _lines(work: Work, wanted: Filter, *, hiding: bool) -> Any:
    """Return the statement of lines; `hiding` leaves those one may not know of in, without their things."""
    seen = access.seen_by(work.actor)
    statement: Any = (
        select(
            Incident,
            IncidentFile,
            CaseFile,
            case((seen, 1), else_=0).label("seen"),
            _cause(work).label("cause"),
            col(IncidentFile.id).label("item_id"),
            PIECES.label("pieces"),
        )
        .select_from(Incident)
        .outerjoin(IncidentFile, and_(col(IncidentFile.incident_id) == Incident.id, seen))
        .outerjoin(CaseFile, col(CaseFile.id) == IncidentFile.file_id)
    )
    if not hiding:
        statement = statement.where(seen)
    return statement.where(*_conditions(work, wanted))


def _conditions(work: Work, wanted: Filter) -> Iterator[ColumnElement[bool]]:
    same = (
        (Incident.status, wanted.status),
        (Incident.unit_id, wanted.unit_id),
        (IncidentFile.found_where, wanted.where),
    )
    for column, value in same:
        if value is not None:
            yield col(column) == value
    if wanted.year is not None:
        yield col(Incident.missed_at) >= _midnight(date(wanted.year, 1, 1))
        yield col(Incident.missed_at) < _midnight(date(wanted.year + 1, 1, 1))
    if wanted.cause:
        yield _cause(work) == wanted.cause
    if wanted.end is not None:
        yield _ended(wanted.end)


_OUTCOME = col(IncidentFile.outcome)
_LOST = _OUTCOME == IncidentOutcome.DECLARED_LOST
_SHORT = and_(col(Incident.short), _OUTCOME == IncidentOutcome.FOUND)
_PART = col(IncidentFile.found_at).is_not(None)


def _ended(end: LossEnd) -> ColumnElement[bool]:
    """Return the condition by which something ended so."""
    own: dict[LossEnd, ColumnElement[bool]] = {
        LossEnd.MISSING: and_(col(IncidentFile.id).is_not(None), _OUTCOME.is_(None)),
        LossEnd.SHORT: _SHORT,
        LossEnd.FOUND: and_(_OUTCOME == IncidentOutcome.FOUND, ~col(Incident.short)),
        LossEnd.REST: and_(_LOST, _PART),
        LossEnd.LOST: and_(_LOST, ~_PART),
        LossEnd.MISTAKEN: _OUTCOME == IncidentOutcome.MISTAKEN,
    }
    return own[end]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), STOCKHOLM)


_item = func.coalesce(col(IncidentFile.id), 0)


def _sorted(order: Order) -> Sequence[Any]:
    number = col(Incident.id)
    if order is Order.OLDEST:
        return number, _item
    if order is Order.MISSED:
        return col(Incident.missed_at).desc(), number.desc(), _item
    return number.desc(), _item


def _beyond(order: Order, after: LastLine) -> ColumnElement[bool]:
    number, missed = col(Incident.id), col(Incident.missed_at)
    rest = and_(number == after.incident_id, _item > after.item_id)
    if order is Order.OLDEST:
        return or_(number > after.incident_id, rest)
    earlier = or_(number < after.incident_id, rest)
    if order is Order.MISSED:
        return or_(missed < after.missed_at, and_(missed == after.missed_at, earlier))
    return earlier


def _mark(row: Any) -> LastLine:
    return LastLine(row.Incident.id, row.item_id or 0, row.Incident.missed_at)


def _line(work: Work, row: Any, texts: Mapping[int, Mapping[str, Any]], units: Mapping[int, str]) -> LossLine:
    item, incident, file = row.IncidentFile, row.Incident, row.CaseFile
    if not row.seen:
        return LossLine(incident.id, None, None)
    readable = access.may_read(work, incident)
    hidden = incident.protected if file is None else file.protected
    described = texts.get(item.told_event or 0, {}).get("description", "") if item else ""
    return LossLine(
        incident.id,
        incident,
        item,
        code=file.code if file else "",
        reference=file.reference if file and readable and not hidden else "",
        part=file.part if file else 1,
        parts=file.parts if file else 1,
        protected=hidden,
        description=_passed(work, incident, described) if described and readable else "",
        unit=units.get(incident.unit_id or 0, ""),
        cause=row.cause or "",
        pieces=row.pieces or 1,
    )


def _passed(work: Work, incident: Incident, described: str) -> str:
    return concealing.past(concealing.for_everybody(work, incident.id), described)


def _units(work: Work, ids: set[int | None]) -> dict[int, str]:
    known = select(Unit).where(col(Unit.id).in_({one for one in ids if one is not None}))
    return {unit.id: unit.name for unit in work.session.scalars(known)}
