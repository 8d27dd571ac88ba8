"""The annual report to the board in figures: a year or some months beside the same time before.

Numbers over everything, by no unit, kind of file or person. What is told of few is not divided, so that
nobody can be told from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import case, func, select
from sqlmodel import col

from archive.incidents import figures
from archive.incidents.figures import PIECES, IncidentFigures, midnight
from archive.kernel.clock import local_date
from archive.kernel.store import Work
from archive.models import (
    CoverCheck,
    Deadline,
    Delivery,
    DeliveryLine,
    Emptying,
    Finding,
    Incident,
    IncidentFile,
    Matter,
    RoutineRead,
    RoutineVersion,
    User,
)
from archive.routine_runs import stored_answers, versions
from archive.routine_runs.contracts import DEVIATION, SELF_CHECK, SUSPECTED_LOST
from archive.rules.rates import Rate
from archive.vocabulary import (
    CheckState,
    FindingKind,
    FindingState,
    Permission,
    RoutineState,
    SweepState,
)
from archive.vocabulary.collation import swedish
from archive.vocabulary.wording import Both

FEWEST = 5  # what is fewer is told as a sum only
# Days until something was found again: up to and with so many.
SPANS = (0, 7, 30, 90)
_CHECKED = (CheckState.CHECKED, CheckState.WITH_FINDINGS)
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Month:
    """One month: pieces received in deliveries, covers checked, findings made, things missed."""

    first: date
    received: int
    checked: int
    findings: int
    missed: int


@dataclass(frozen=True, slots=True)
class ClockFigures:
    """One kind of deadline of incidents: how many were kept and how many were not."""

    title: Any
    kept: int
    missed: int


@dataclass(frozen=True, slots=True)
class Followed:
    """The routine for a suspected lost file: which version is in force, and how many have read it."""

    edition: int
    decided_by: str
    in_force_from: date | None
    readers: int
    staff: int


@dataclass(frozen=True, slots=True)
class Annual:
    """All the report shows; `until` is the last day, `before` the same length of time just before."""

    since: date
    until: date
    now: IncidentFigures
    before: IncidentFigures
    months: Sequence[Month]
    deliveries: int
    received: int
    received_checked: int
    waiting: int
    findings: Mapping[FindingKind, Rate]
    spans: Sequence[int]
    clocks: Sequence[ClockFigures]
    clocked: int  # incidents a deadline of which fell due
    causes: Mapping[str, int]
    cause_names: Mapping[str, Both]
    effect_names: Mapping[str, Both]
    missing_at_end: int
    rooms: int
    rooms_empty: int
    rooms_emptied: int
    routine: Followed | None
    self_checks: int
    deviations: int

    @property
    def kept(self) -> Rate:
        """Return how many of the deadlines that ran out were kept."""
        return Rate(self.now.clocks_kept, self.now.clocks_kept + self.now.clocks_missed)

    @property
    def checked(self) -> Rate:
        """Return how many of the pieces received have had their cover checked."""
        return Rate(self.received_checked, self.received)


def divided(counts: Mapping[_Key, int]) -> Mapping[_Key, int] | None:
    """Return counts to be shown part by part, None where they are too few together."""
    return counts if sum(counts.values()) == 0 or sum(counts.values()) >= FEWEST else None


def annual(work: Work, since: date, until: date) -> Annual:
    """Count a period of whole months, both days included, in a number of statements that does not grow."""
    work.require(Permission.READ_INCIDENTS)
    end = until + timedelta(days=1)
    length = (end.year - since.year) * 12 + end.month - since.month
    now = figures.of_period(work, since, end)
    counting = _Counting(work, since, end)
    return Annual(
        since=since,
        until=until,
        now=now,
        before=figures.of_period(work, _months_on(since, -length), since),
        months=counting.months(),
        deliveries=counting.count(Delivery.id, Delivery.received_at),
        received=counting.received(),
        received_checked=counting.received_checked(),
        waiting=counting.waiting(),
        findings=counting.findings(now.covers_checked),
        spans=_spans(now.days_to_find),
        clocks=counting.clocks(),
        clocked=counting.clocked(),
        causes=counting.causes(),
        cause_names=stored_answers.options(work, *stored_answers.CAUSES),
        effect_names=stored_answers.options(work, ("follow_up", "helped")),
        missing_at_end=counting.missing_at_end(),
        rooms=counting.total(select(func.count(col(Emptying.id)))),
        rooms_empty=counting.total(
            select(func.count(col(Emptying.id))).where(col(Emptying.status) == SweepState.EMPTY)
        ),
        rooms_emptied=counting.count(Emptying.id, Emptying.empty_at),
        routine=_followed(work),
        self_checks=counting.matters(SELF_CHECK),
        deviations=counting.matters(DEVIATION),
    )


def usual(work: Work) -> tuple[date, date]:
    """Return the year a report is about when nobody says: this one, in January the last."""
    today = local_date(work.now)
    year = today.year if today.month > 1 else today.year - 1
    return date(year, 1, 1), date(year, 12, 31)


def _months_on(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _spans(days: Sequence[int]) -> list[int]:
    """Count how long things were away: within each span, and longer than all."""
    found = [0] * (len(SPANS) + 1)
    for one in days:
        found[next((at for at, most in enumerate(SPANS) if one <= most), len(SPANS))] += 1
    return found


class _Counting:
    """A period's counts, each in one statement."""

    def __init__(self, work: Work, since: date, end: date) -> None:
        self.work, self.since, self.end = work, since, end
        self.begin, self.over = midnight(since), midnight(end)

    def _within(self, moment: Any) -> Any:
        return (col(moment) >= self.begin) & (col(moment) < self.over)

    def total(self, statement: Any) -> int:
        """Return the one number a statement gives."""
        return self.work.session.scalar(statement) or 0

    def count(self, what: Any, moment: Any) -> int:
        """Count what happened in the period."""
        return self.total(select(func.count(col(what))).where(self._within(moment)))

    def months(self) -> list[Month]:
        """Count by month of Stockholm's clock: one statement for each thing counted."""
        firsts = [self.since]
        while (following := _months_on(firsts[-1], 1)) < self.end:
            firsts.append(following)
        received = self._by_month(firsts, DeliveryLine.received_at, DeliveryLine.id)
        checked = self._by_month(firsts, CoverCheck.done_at, CoverCheck.id)
        findings = self._by_month(firsts, Finding.found_at, Finding.id)
        missed = self._by_month(firsts, Incident.missed_at, IncidentFile.id)
        return [
            Month(first, *(counts.get(at, 0) for counts in (received, checked, findings, missed)))
            for at, first in enumerate(firsts)
        ]

    def _by_month(self, firsts: Sequence[date], moment: Any, what: Any) -> dict[int, int]:
        """Count one thing by month; what was withdrawn or is somebody's second look is not counted."""
        later = [(col(moment) < midnight(_months_on(first, 1)), at) for at, first in enumerate(firsts)]
        month = case(*later, else_=len(firsts))
        each = func.sum(PIECES) if what is IncidentFile.id else func.count(col(what))
        statement = select(month, each).where(self._within(moment)).group_by(month)
        if what is IncidentFile.id:
            statement = statement.join(Incident, col(Incident.id) == IncidentFile.incident_id)
        if what is Finding.id:
            statement = statement.where(col(Finding.status) != FindingState.WITHDRAWN)
        if what is CoverCheck.id:
            statement = statement.where(
                col(CoverCheck.second_of).is_(None), col(CoverCheck.status).in_(_CHECKED)
            )
        return {row[0]: row[1] for row in self.work.session.execute(statement)}

    def received(self) -> int:
        """Count the registered pieces received in deliveries."""
        return self.total(
            select(func.count(col(DeliveryLine.id))).where(
                self._within(DeliveryLine.received_at), col(DeliveryLine.file_id).is_not(None)
            )
        )

    def received_checked(self) -> int:
        """Count those of them whose cover has been checked."""
        return self.total(
            select(func.count(col(DeliveryLine.id)))
            .join(CoverCheck, col(CoverCheck.line_id) == DeliveryLine.id)
            .where(
                self._within(DeliveryLine.received_at),
                col(DeliveryLine.file_id).is_not(None),
                col(CoverCheck.second_of).is_(None),
                col(CoverCheck.status).in_(_CHECKED),
            )
        )

    def waiting(self) -> int:
        """Count the covers that wait for their check today."""
        return self.total(
            select(func.count(col(CoverCheck.id))).where(
                col(CoverCheck.open), col(CoverCheck.second_of).is_(None)
            )
        )

    def findings(self, checked: int) -> dict[FindingKind, Rate]:
        """Count in how many covers each kind of thing was wrong."""
        statement = (
            select(col(Finding.kind), func.count(col(Finding.check_id).distinct()))
            .join(CoverCheck, col(CoverCheck.id) == Finding.check_id)
            .where(
                self._within(CoverCheck.done_at),
                col(CoverCheck.second_of).is_(None),
                col(Finding.status) != FindingState.WITHDRAWN,
                col(CoverCheck.status).in_(_CHECKED),
            )
            .group_by(col(Finding.kind))
        )
        found = {row[0]: row[1] for row in self.work.session.execute(statement)}
        return {kind: Rate(found.get(kind, 0), checked) for kind in FindingKind}

    def clocks(self) -> list[ClockFigures]:
        """Count the deadlines of incidents that fell due, by what was due."""
        due, met = col(Deadline.due_at), col(Deadline.met_at)
        until = func.coalesce(met, col(Deadline.withdrawn_at), self.work.now)
        statement = (
            select(
                func.max(col(Deadline.id)),
                func.sum(case((met <= due, 1), else_=0)),
                func.sum(case((until > due, 1), else_=0)),
            )
            .where(self._within(Deadline.due_at), col(Deadline.about).startswith("incident:"))
            .group_by(col(Deadline.key))
        )
        rows = self.work.session.execute(statement).all()
        titled = select(col(Deadline.id), col(Deadline.title)).where(
            col(Deadline.id).in_([r[0] for r in rows])
        )
        titles = {row[0]: row[1] for row in self.work.session.execute(titled)}
        found: dict[str, ClockFigures] = {}
        for number, kept, missed in rows:
            title = titles[number]
            known = found.get(str(title), ClockFigures(title, 0, 0))
            found[str(title)] = ClockFigures(title, known.kept + int(kept), known.missed + int(missed))
        ended = [clock for clock in found.values() if clock.kept or clock.missed]
        return sorted(ended, key=lambda clock: (-clock.missed, -clock.kept, swedish(str(clock.title))))

    def clocked(self) -> int:
        """Count the incidents a deadline of which fell due."""
        return self.total(
            select(func.count(col(Deadline.about).distinct())).where(
                self._within(Deadline.due_at), col(Deadline.about).startswith("incident:")
            )
        )

    def causes(self) -> dict[str, int]:
        """Count why things were gone, of the incidents closed in the period."""
        cause = stored_answers.cause(self.work).label("cause")
        causes = select(cause).where(self._within(Incident.closed_at)).subquery()
        statement = (
            select(causes.c.cause, func.count()).where(causes.c.cause.is_not(None)).group_by(causes.c.cause)
        )
        return {row[0]: row[1] for row in self.work.session.execute(statement)}

    def missing_at_end(self) -> int:
        """Count what had been missed and had no outcome when the period was over."""
        return self.total(
            select(func.sum(PIECES))
            .join(Incident, col(Incident.id) == IncidentFile.incident_id)
            .where(
                col(Incident.missed_at) < self.over,
                col(IncidentFile.outcome_at).is_(None) | (col(IncidentFile.outcome_at) >= self.over),
            )
        )

    def matters(self, name: str) -> int:
        """Count the cases of another routine that were closed in the period."""
        return self.total(
            select(func.count(col(Matter.id)))
            .join(RoutineVersion, col(RoutineVersion.id) == Matter.routine_id)
            .where(self._within(Matter.closed_at), col(RoutineVersion.name) == name)
        )


def _followed(work: Work) -> Followed | None:
    """Return the routine in force and how many of those who work here have read it."""
    known = versions.versions(work, SUSPECTED_LOST)
    version = next((one for one in known if one.status is RoutineState.IN_FORCE), None)
    if version is None:
        return None
    staff = select(func.count(col(User.id))).where(col(User.active))
    readers = staff.join(
        RoutineRead, (col(RoutineRead.user_id) == User.id) & (col(RoutineRead.routine_id) == version.id)
    )
    return Followed(
        version.edition,
        version.decided_by,
        version.in_force_from,
        work.session.scalar(readers) or 0,
        work.session.scalar(staff) or 0,
    )
