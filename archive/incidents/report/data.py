"""What an incident report says, as plain data: encoded to be fixed at closing, and without personal data.

Whoever is named stands once in `people`, referred to by number; words are kept in both languages, so that the
paper can be made in either from the same fixed data. None stands for a text that was withheld.
"""

import hashlib
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from functools import cache
from json import JSONEncoder
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from archive.history.history import stamp
from archive.vocabulary import (
    ClockState,
    Custody,
    FoundState,
    FoundWhere,
    IncidentOutcome,
    IncidentState,
    Missed,
    Occasion,
    OthersRead,
    Role,
    SearchResult,
    SeenAnswer,
    StepState,
    Term,
)
from archive.vocabulary.wording import Both

T = TypeVar("T")

_encode = JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who took part: by number, with roles, and by name where it is not withheld."""

    number: int
    name: str | None
    roles: tuple[Role, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Where:
    """A place: its room, and its full name where that is not withheld (a desk bears a name)."""

    room: Both
    name: Both | None


@dataclass(frozen=True, slots=True)
class ReportThing:
    """One thing that was missed, and how it ended for it."""

    item: int
    file: int | None
    code: str
    reference: str | None
    part: int
    parts: int
    protected: bool
    custody: Custody | None
    description: str | None
    recorded_at: Where | None
    outcome: IncidentOutcome | None
    decided_at: datetime | None
    decided_by: int | None
    reason: str | None
    found_at: datetime | None
    found_by: int | None
    found_where: FoundWhere | None
    found_place: Where | None
    found_in_code: str
    found_state: FoundState | None
    others_read: OthersRead | None
    days_away: int | None


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One thing that happened: when, when that was written down, by whom; `aside` is what people wrote."""

    at: datetime
    recorded_at: datetime
    kind: Both
    text: Both | None
    who: int | None
    aside: str | None
    thing: int | None = None


@dataclass(frozen=True, slots=True)
class SearchLine:
    """One search: `summary` when it tells of a whole round, else of one place or cover.

    `some` is a find of some of it alone, `wrong` one that proved none.
    """

    at: datetime
    who: int
    step: Both | None
    place: Where | None
    cover_code: str
    lead: str
    minutes: int
    result: SearchResult
    remark: str | None
    summary: bool
    some: bool = False
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class SeenLine:
    """One sighting of what was wanted, and what it turned out to be."""

    thing: int
    at: datetime
    who: int
    place: Where | None
    answer: SeenAnswer | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer of a step's form; `value` is withheld where it may be personal."""

    field: str
    label: Both
    value: Both | None
    plain: bool  # a choice, a number, a day: nothing that could name anybody


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step: when it opened, was due and done, by whom, with its answers."""

    step: str
    title: Both
    track: Both
    track_id: str
    kind: str
    occurrence: int
    state: StepState
    opened_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    recorded_at: datetime | None
    who: int | None
    performed_by: int | None
    late: bool
    answers: tuple[AnswerLine, ...]
    reason: str | None
    legal_basis: tuple[Both, ...]

    @property
    def withdrawn(self) -> bool:
        """Tell whether it was done, but does not count any more: the end that asked for it was none."""
        return self.state is StepState.LAPSED and self.done_at is not None


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock, kept or missed."""

    title: Both
    due_at: datetime
    ended_at: datetime | None
    state: ClockState
    reminded_at: datetime | None
    escalated_at: datetime | None


@dataclass(frozen=True, slots=True)
class ToldLine:
    """That somebody was told by the system, and when it was read there."""

    at: datetime
    who: int
    text: Both
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Exposure:
    """That the cover it lay in went somewhere while it may have lain there."""

    thing: int
    cover_code: str
    what: Both
    begin: datetime
    end: datetime | None
    whom: str | None


@dataclass(frozen=True, slots=True)
class LeadLine:
    """One place the search plan still points at: an estimate, not measured."""

    thing: int
    place: Where | None
    cover_code: str
    how: str
    share: int  # per thousand
    minutes: int
    searched: int
    reasons: tuple[Both, ...]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """The state of the search plan for one thing; shares are per thousand, estimated."""

    thing: int
    gone: int
    leads: tuple[LeadLine, ...]


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """All that an incident report says; `fixed` once the incident is closed."""

    number: int
    diary_number: str
    status: IncidentState
    what: Missed
    occasion: Occasion
    pieces: int
    routine: Both
    routine_edition: int
    routine_decided_by: str
    routine_in_force_from: date | None
    routine_diary_number: str
    missed_at: datetime
    suspected_at: datetime
    aware_at: datetime | None
    clock_from: datetime
    reported_at: datetime
    escalated_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    made_at: datetime
    reported_by: int
    aware_by: int | None
    owner: int | None
    unit: str
    somebody_waits: bool
    ongoing_case: bool
    child: bool
    protected: bool
    entered_afterwards: bool
    short: bool
    fixed: bool
    redacted: bool
    purpose: str | None
    waiting: str | None
    circumstances: str | None
    people: tuple[Who, ...]
    things: tuple[ReportThing, ...]
    timeline: tuple[ReportLine, ...]
    custody: tuple[ReportLine, ...]
    searches: tuple[SearchLine, ...]
    seen: tuple[SeenLine, ...]
    steps: tuple[StepLine, ...]
    clocks: tuple[ClockLine, ...]
    told: tuple[ToldLine, ...]
    exposures: tuple[Exposure, ...]
    plans: tuple[PlanLine, ...]
    check_value: str = ""

    @property
    def over_when_entered(self) -> bool:
        """Tell whether it is an old loss of which nothing was learnt since, so that no clock ran."""
        return self.entered_afterwards and (self.aware_at is None or self.aware_at <= self.reported_at)

    def who(self, number: int | None) -> Who | None:
        """Return who stands under a number."""
        return next((one for one in self.people if one.number == number), None)

    def done(self, *steps: str) -> StepLine | None:
        """Return the last time one of some steps was done."""
        return next(
            (one for one in reversed(self.steps) if one.step in steps and one.state is StepState.DONE), None
        )

    def of_track(self, track: str) -> tuple[StepLine, ...]:
        """Return the steps of one track, in the order they opened."""
        return tuple(step for step in self.steps if step.track_id == track)


# What a report of 0.1.0 answered by itself where its form had been left blank.
_DEFAULTS = {("report", "someone_waits"), ("report", "earlier")}


def stated(step: str, answers: Iterable[AnswerLine]) -> tuple[AnswerLine, ...]:
    """Return the answers of a step that somebody gave."""
    return tuple(
        one
        for one in answers
        if (step, one.field) not in _DEFAULTS or one.value is None or one.value.sv != "nej"
    )


def encode(report: IncidentReport) -> dict[str, Any]:
    """Return a report as JSON data; its check value is no part of it."""
    data: dict[str, Any] = _plain(replace(report, check_value=""))
    return data


def check_value(data: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a report's data in its canonical form, as hexadecimal digits."""
    return hashlib.sha256(_encode(data).encode()).hexdigest()


def decode(data: Mapping[str, Any]) -> IncidentReport:
    """Return the report that JSON data holds, with its check value."""
    report: IncidentReport = _read(IncidentReport, data)
    return replace(report, check_value=check_value(data))


def redacted(report: IncidentReport) -> IncidentReport:
    """Return a report without personal data: no names, references, places of persons, and no free text."""
    return replace(
        report,
        redacted=True,
        purpose=None,
        waiting=None,
        circumstances=None,
        people=tuple(replace(one, name=None) for one in report.people),
        things=tuple(_bare_thing(report, one) for one in report.things),
        timeline=tuple(replace(one, text=None, aside=None) for one in report.timeline),
        custody=tuple(replace(one, text=None, aside=None) for one in report.custody),
        searches=tuple(
            replace(one, place=_bare_place(report, one.place), cover_code="", remark=None, lead="")
            for one in report.searches
        ),
        seen=tuple(replace(one, place=_bare_place(report, one.place)) for one in report.seen),
        steps=tuple(_bare_step(one) for one in report.steps),
        exposures=tuple(replace(one, cover_code="", whom=None) for one in report.exposures),
        plans=() if report.protected else tuple(_bare_plan(report, one) for one in report.plans),
    )


def _bare_place(report: IncidentReport, place: Where | None) -> Where | None:
    return None if place is None or report.protected else replace(place, name=None)


def _bare_thing(report: IncidentReport, thing: ReportThing) -> ReportThing:
    return replace(
        thing,
        file=None,
        code="",
        reference=None,
        description=None,
        reason=None,
        recorded_at=_bare_place(report, thing.recorded_at),
        found_place=_bare_place(report, thing.found_place),
        found_in_code="",
    )


def _bare_step(step: StepLine) -> StepLine:
    answers = tuple(one if one.plain else replace(one, value=None) for one in step.answers)
    return replace(step, answers=answers, reason=None)


def _bare_plan(report: IncidentReport, plan: PlanLine) -> PlanLine:
    leads = (
        replace(one, place=_bare_place(report, one.place), cover_code="", reasons=()) for one in plan.leads
    )
    return replace(plan, leads=tuple(leads))


def _plain(value: Any) -> Any:
    match value:
        case Term():
            return value.value
        case datetime():
            return stamp(value)
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(one) for one in value]
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return value


@cache
def _kinds(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, value: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        if value is None:
            return None
        (kind,) = (one for one in get_args(kind) if one is not type(None))
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], one) for one in value)
    if is_dataclass(kind):
        kinds = _kinds(kind)  # type: ignore[arg-type]
        return kind(**{name: _read(kinds[name], one) for name, one in value.items()})  # type: ignore[operator]
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    if isinstance(kind, type) and issubclass(kind, Term):
        return kind.read(value)
    return value
