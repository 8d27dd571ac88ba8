"""A year or another period in figures: moves, checks, findings, what was missed and found, clocks, causes.

Whole numbers over all units: who shows them divided sees to it that few are not (`annual_figures`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from archive.kernel.clock import STOCKHOLM
from archive.kernel.store import Work
from archive.models import (
    CaseFile,
    CoverCheck,
    Deadline,
    Event,
    EventPrivate,
    Finding,
    Incident,
    IncidentFile,
    RoutineStep,
    Search,
    WantedSighting,
)
from archive.routine_runs import stored_answers
from archive.vocabulary import (
    CheckState,
    Custody,
    EventKind,
    FindingState,
    FoundWhere,
    IncidentOutcome,
    Missed,
    Permission,
    SearchResult,
    StepState,
)

_BACK = col(IncidentFile.outcome) == IncidentOutcome.FOUND  # not what a part was found of
_OF, _BESIDE = aliased(Incident), aliased(IncidentFile)
_DESCRIBED = (
    select(col(_OF.pieces)).where(col(_OF.id) == IncidentFile.incident_id).scalar_subquery()
    - select(func.count(col(_BESIDE.id)))
    .where(col(_BESIDE.incident_id) == IncidentFile.incident_id, col(_BESIDE.file_id).is_not(None))
    .scalar_subquery()
)
# How many pieces a thing is that was missed: a registered file one, what words describe as many as they say.
PIECES = case((col(IncidentFile.file_id).is_not(None), 1), (_DESCRIBED > 1, _DESCRIBED), else_=1)
_MOVES = (EventKind.FILE_MOVED, EventKind.FILE_LENT, EventKind.FILE_TAKEN_BACK)


@dataclass(frozen=True, slots=True)
class IncidentFigures:
    """What a period came to; counts by cause and effect are those of the steps done in it.

    `until` is the first day after it.
    """

    since: date
    until: date
    files: int
    handled: int
    covers_checked: int
    findings: int
    incidents: int
    by_kind: Mapping[Missed, int]
    short_way: int
    things_missed: int
    outcomes: Mapping[IncidentOutcome, int]
    still_missing: int
    found_where: Mapping[FoundWhere, int]
    days_to_find: tuple[int, ...]
    searches: int
    search_minutes: int
    wanted_seen: int
    clocks_kept: int
    clocks_missed: int
    causes: Mapping[str, int]
    measures: int
    effects: Mapping[str, int]

    @property
    def findings_per_thousand(self) -> float | None:
        """Return the findings per 1,000 covers checked, nothing where none was."""
        return 1000 * self.findings / self.covers_checked if self.covers_checked else None

    @property
    def missed_per_thousand(self) -> float | None:
        """Return what was missed per 1,000 files handled, nothing where none was."""
        return 1000 * self.things_missed / self.handled if self.handled else None

    @property
    def median_days(self) -> int | None:
        """Return the middle number of days until something was found again."""
        days = sorted(self.days_to_find)
        return days[len(days) // 2] if days else None


def of_year(work: Work, year: int) -> IncidentFigures:
    """Count what happened in one calendar year, by Stockholm's clock."""
    return of_period(work, date(year, 1, 1), date(year + 1, 1, 1))


def of_period(work: Work, since: date, until: date) -> IncidentFigures:
    """Count what happened from one day until the day before another, by Stockholm's clock."""
    work.require(Permission.READ_INCIDENTS)
    return _Counting(work, since, until).figures()


def midnight(day: date) -> datetime:
    """Return when a day begins in Stockholm."""
    return datetime.combine(day, datetime.min.time(), STOCKHOLM)


class _Counting:
    """A period's counts, each in one statement."""

    def __init__(self, work: Work, since: date, until: date) -> None:
        self.work, self.since, self.until = work, since, until
        self.begin, self.end = midnight(since), midnight(until)

    def figures(self) -> IncidentFigures:
        """Count it all."""
        days = self._days()
        return IncidentFigures(
            since=self.since,
            until=self.until,
            files=self._count(select(func.count()).where(col(CaseFile.status) != Custody.VOID)),
            handled=self._events(*_MOVES),
            covers_checked=self._covers(),
            findings=self._count(
                select(func.count(col(Finding.id))).where(
                    self._within(Finding.found_at), col(Finding.status) != FindingState.WITHDRAWN
                )
            ),
            incidents=self._in(Incident.missed_at, Incident.id),
            by_kind=self._by(Incident.what, Incident.missed_at),
            short_way=self._count(
                select(func.count()).where(col(Incident.short), self._within(Incident.missed_at))
            ),
            things_missed=self._things(),
            outcomes=self._by(IncidentFile.outcome, IncidentFile.outcome_at, each=PIECES),
            still_missing=self._count(select(func.sum(PIECES)).where(col(IncidentFile.open))),
            found_where=self._by(IncidentFile.found_where, IncidentFile.found_at, _BACK, each=PIECES),
            days_to_find=days,
            searches=self._in(Search.at, Search.id),
            search_minutes=self._count(
                select(func.coalesce(func.sum(col(Search.minutes)), 0)).where(
                    self._within(Search.at), col(Search.result) != SearchResult.NOT_SEARCHED
                )
            ),
            wanted_seen=self._in(WantedSighting.at, WantedSighting.id),
            clocks_kept=self._clocks(kept=True),
            clocks_missed=self._clocks(kept=False),
            causes=self._answers("lessons", "cause"),
            measures=self._answers("lessons", "measures_needed").get("yes", 0),
            effects=self._answers("follow_up", "helped"),
        )

    def _within(self, column: Any) -> Any:
        return (col(column) >= self.begin) & (col(column) < self.end)

    def _count(self, statement: Any) -> int:
        return self.work.session.scalar(statement) or 0

    def _in(self, moment: Any, what: Any) -> int:
        return self._count(select(func.count(col(what))).where(self._within(moment)))

    def _covers(self) -> int:
        """Count the covers checked, each once: a second look at the same one is no other cover."""
        return self._count(
            select(func.count(col(CoverCheck.id))).where(
                self._within(CoverCheck.done_at),
                col(CoverCheck.second_of).is_(None),
                col(CoverCheck.status).in_((CheckState.CHECKED, CheckState.WITH_FINDINGS)),
            )
        )

    def _events(self, *kinds: EventKind) -> int:
        values = [kind.value for kind in kinds]
        return self._count(select(func.count()).where(col(Event.kind).in_(values), self._within(Event.at)))

    def _by(self, column: Any, moment: Any, *only: Any, each: Any = 1) -> dict[Any, int]:
        statement = (
            select(col(column), func.sum(each))
            .where(col(column).is_not(None), self._within(moment), *only)
            .group_by(col(column))
        )
        return {row[0]: row[1] for row in self.work.session.execute(statement)}

    def _things(self) -> int:
        things = select(func.sum(PIECES)).join(Incident, col(Incident.id) == IncidentFile.incident_id)
        return self._count(things.where(self._within(Incident.missed_at)))

    def _days(self) -> tuple[int, ...]:
        statement = (
            select(col(IncidentFile.found_at), col(Incident.missed_at))
            .join(Incident, col(Incident.id) == IncidentFile.incident_id)
            .where(self._within(IncidentFile.found_at), _BACK)
        )
        return tuple((row[0] - row[1]).days for row in self.work.session.execute(statement))

    def _clocks(self, *, kept: bool) -> int:
        """Count the clocks due in the period, kept or missed; one stopped before its time is neither."""
        due, met = col(Deadline.due_at), col(Deadline.met_at)
        until = func.coalesce(met, col(Deadline.withdrawn_at), self.work.now)
        of_incidents = col(Deadline.about).startswith("incident:")
        statement = select(func.count()).where(self._within(Deadline.due_at), of_incidents)
        return self._count(statement.where(met <= due if kept else until > due))

    def _answers(self, step: str, field: str) -> dict[str, int]:
        """Count the answers to one field of a step done in the period, as far as they are kept."""
        answer = stored_answers.value(self.work, field)
        statement = (
            select(answer, func.count())
            .select_from(RoutineStep)
            .join(EventPrivate, col(EventPrivate.event_id) == RoutineStep.told_event)
            .where(
                col(RoutineStep.step) == step,
                col(RoutineStep.state) == StepState.DONE,
                col(RoutineStep.run).startswith("incident:"),
                self._within(RoutineStep.done_at),
            )
            .group_by(answer)
        )
        return {row[0]: row[1] for row in self.work.session.execute(statement) if row[0]}
