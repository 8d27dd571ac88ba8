"""Gather what an incident report says: as a draft at any moment, and as it was fixed at closing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from archive.history import private_data
from archive.incidents import access, changes, facts
from archive.incidents.report import claims, concealing, kept, lines, search_annex
from archive.incidents.report.data import (
    ClockLine,
    Exposure,
    IncidentReport,
    ReportLine,
    ReportThing,
    SearchLine,
    SeenLine,
    ToldLine,
    Where,
    decode,
    redacted,
)
from archive.incidents.report.lines import NameBook
from archive.kernel.store import Work
from archive.models import (
    CaseFile,
    DeliveryLine,
    Event,
    Incident,
    IncidentFile,
    Loan,
    Message,
    RoutineStep,
    Sighting,
    Unit,
    WantedSighting,
)
from archive.notifications import deadlines
from archive.routine_runs import steps, versions
from archive.search import searches
from archive.vocabulary import EventKind, IncidentState
from archive.vocabulary.wording import Both

_AS_THEY_STAND = (
    *("diary_number", "status", "what", "occasion", "pieces", "short", "entered_afterwards"),
    *("missed_at", "suspected_at", "aware_at", "clock_from", "reported_at"),
    *("escalated_at", "decided_at", "closed_at", "somebody_waits", "ongoing_case", "child"),
)
_SEARCHED = Both(EventKind.INCIDENT_SEARCHED.sv, EventKind.INCIDENT_SEARCHED.en)
_FOUND = Both(EventKind.INCIDENT_FILE_FOUND.sv, EventKind.INCIDENT_FILE_FOUND.en)
_PART = Both(EventKind.INCIDENT_PART_FOUND.sv, EventKind.INCIDENT_PART_FOUND.en)
_SETTLED = Both(EventKind.INCIDENT_SEEN_ANSWERED.sv, EventKind.INCIDENT_SEEN_ANSWERED.en)
_SAYING = (_SEARCHED, _FOUND, _PART, _SETTLED)  # what people wrote of these says where
_EVENT = Event.__table__  # type: ignore[attr-defined]
_COLUMNS = tuple(_EVENT.c[name] for name in ("id", "stream", "at", "happened_at", "actor", "kind", "body"))
_EVENTS = select(*_COLUMNS).where(_EVENT.c.stream == bindparam("stream")).order_by(_EVENT.c.seq)


def report(work: Work, incident: Incident, *, bare: bool = False) -> IncidentReport:
    """Return an incident's report: as fixed once it is closed, else as a draft of now.

    Without personal data when asked for, and for those who may not see names.
    """
    found = _fixed(work, incident) or build(work, incident)
    found = _placeless(_hidden(work, found))
    door = concealing.for_everybody(work, incident.id)
    found = concealing.out_of_report(found, door) if door else found
    return redacted(found) if bare or not access.may_read(work, incident) else found


def build(work: Work, incident: Incident) -> IncidentReport:
    """Gather the report of now."""
    gathering = _Gathering(work, incident)
    found = gathering.report()
    return replace(found, people=gathering.named.people)  # the lines have named some more


def _fixed(work: Work, incident: Incident) -> IncidentReport | None:
    """Return the report as it was fixed, unless the case is open again or the data were shredded."""
    if incident.status is not IncidentState.CLOSED:
        return None
    aside = private_data.by_event(work, [incident.frozen_event]).get(incident.frozen_event or 0)
    return decode(aside["report"]) if aside else None


def _hidden(work: Work, report: IncidentReport) -> IncidentReport:
    """Take out what names a file whose person has become protected since."""
    statement = select(col(CaseFile.id)).where(
        col(CaseFile.id).in_([one.file for one in report.things if one.file]), col(CaseFile.protected)
    )
    now = set(work.session.scalars(statement))
    hidden = {one.item for one in report.things if one.file in now and not one.protected}
    if not hidden:
        return report
    return replace(
        report,
        protected=True,
        things=tuple(
            replace(one, reference=None, protected=True) if one.item in hidden else one
            for one in report.things
        ),
        timeline=tuple(replace(one, text=None) if one.thing in hidden else one for one in report.timeline),
        custody=tuple(replace(one, text=None) if one.thing in hidden else one for one in report.custody),
    )


def _placeless(report: IncidentReport) -> IncidentReport:
    """Take out where a protected person's file stood, was sought and lay, whoever reads: a report travels."""
    hidden = {one.item for one in report.things if one.protected}
    if not hidden:
        return report
    return replace(
        report,
        things=tuple(_bare(one) if one.item in hidden else one for one in report.things),
        timeline=tuple(
            replace(one, text=None, aside=None if one.kind in _SAYING else one.aside)
            if one.thing in hidden or one.kind == _SEARCHED
            else one
            for one in report.timeline
        ),
        custody=tuple(replace(one, text=None) if one.thing in hidden else one for one in report.custody),
        searches=tuple(
            replace(one, place=None, cover_code="", lead="", remark=None) for one in report.searches
        ),
        seen=tuple(replace(one, place=None) if one.thing in hidden else one for one in report.seen),
        steps=tuple(map(lines.unplaced, report.steps)),
        exposures=tuple(
            replace(one, cover_code="") if one.thing in hidden else one for one in report.exposures
        ),
        plans=tuple(one for one in report.plans if one.thing not in hidden),
    )


def _bare(thing: ReportThing) -> ReportThing:
    """Leave out where a thing stood and lay, with what people wrote of its find."""
    told = None if thing.found_at is not None else thing.reason
    return replace(thing, recorded_at=None, found_place=None, found_in_code="", reason=told)


class _Gathering:
    """Everything of one incident, read once."""

    def __init__(self, work: Work, incident: Incident) -> None:
        self.work, self.incident = work, incident
        self.items = changes.items(work, incident)
        self.course = steps.RunCourse.follow(work, incident, facts.gather(work, incident))
        self.searches = searches.for_incident(work, incident)
        self.wrong = claims.wrong(work, incident)
        self.events: Sequence[Any] = work.connection.execute(_EVENTS, {"stream": incident.stream}).all()
        papers = (
            EventKind.STEP_PAPER_KEPT.value
        )  # megabytes of paper, of which the report tells the name alone
        self.texts = private_data.by_event(work, [row.id for row in self.events if row.kind != papers])
        self.files = self._files()
        self.named = NameBook(work, self._actors(), self._places(), self.files)

    def report(self) -> IncidentReport:
        """Put it all together."""
        incident, named = self.incident, self.named
        said = self.texts.get(incident.told_event or 0, {})
        unit = self.work.session.get(Unit, incident.unit_id) if incident.unit_id else None
        words: dict[str, Any] = {name: said.get(name) for name in ("purpose", "waiting", "circumstances")}
        return IncidentReport(
            number=incident.id,
            **{name: getattr(incident, name) for name in _AS_THEY_STAND},
            **self._routine(),
            made_at=self.work.now,
            reported_by=named.number(incident.reported_by),
            aware_by=named.number(incident.aware_by) if incident.aware_by else None,
            owner=named.number(f"user:{incident.owner_id}") if incident.owner_id else None,
            unit=unit.name if unit else "",
            protected=incident.protected or any(file.protected for file in self.files.values()),
            fixed=False,
            redacted=False,
            **words,
            people=(),
            things=tuple(self._thing(item) for item in self.items),
            timeline=lines.of_incident(self.work, self.events, self.texts, named, self.course.routine),
            custody=self._custody(),
            searches=tuple(self._search(one) for one in self.searches),
            seen=self._seen(),
            steps=lines.of_steps(self.course, named, self.work.now),
            clocks=self._clocks(),
            told=self._told(),
            exposures=tuple(line for item in self.items for line in self._exposures(item)),
            plans=search_annex.annex(self.work, self.items, self.searches, named),
        )

    def _routine(self) -> dict[str, Any]:
        version = versions.get(self.work, self.incident.routine_id)
        title = self.course.routine.title
        return {
            "routine": Both(title.sv, title.en),
            "routine_edition": version.edition,
            "routine_decided_by": version.decided_by,
            "routine_in_force_from": version.in_force_from,
            "routine_diary_number": version.diary_number,
        }

    def _files(self) -> dict[int, CaseFile]:
        ids = {item.file_id for item in self.items} | {item.found_in_id for item in self.items}
        ids |= {search.cover_id for search in self.searches}
        statement = select(CaseFile).where(col(CaseFile.id).in_([one for one in ids if one is not None]))
        return {file.id: file for file in self.work.session.scalars(statement)}

    def _actors(self) -> list[str]:
        found = [self.incident.reported_by, *(row.actor for row in self.events)]
        found += [search.by for search in self.searches]
        if self.incident.owner_id:
            found.append(f"user:{self.incident.owner_id}")
        found += [one for item in self.items for one in (item.found_by, item.outcome_by) if one]
        found += [row.performed_by for row in self.course.rows.values() if row.performed_by]
        found += [f"user:{message.user_id}" for message in self.messages]
        for record in self.course.progress.records:
            for said in record.answers.values():
                keys = said if isinstance(said, tuple) else (said,)
                found += [key for key in keys if isinstance(key, str) and key.startswith("user:")]
        return list(dict.fromkeys(found))

    def _places(self) -> set[int]:
        found = {item.found_place_id for item in self.items}
        found |= {search.place_id for search in self.searches} | {seen.place_id for seen in self.sightings}
        return {one for one in found if one is not None}

    @cached_property
    def messages(self) -> Sequence[Message]:
        """Return what people were told by the system."""
        statement = select(Message).where(col(Message.about) == self.incident.stream)
        return self.work.session.scalars(statement.order_by(col(Message.id))).all()

    @cached_property
    def sightings(self) -> Sequence[WantedSighting]:
        """Return the sightings of what was wanted."""
        ids = [item.id for item in self.items]
        statement = select(WantedSighting).where(col(WantedSighting.item_id).in_(ids))
        return self.work.session.scalars(statement.order_by(col(WantedSighting.id))).all()

    @cached_property
    def kept(self) -> Mapping[int, Where]:
        """Return where the files were kept when they were missed."""
        return kept.told(self.work, kept.at_miss(self.work, self.items, self.incident.missed_at))

    def _thing(self, item: IncidentFile) -> ReportThing:
        file = self.files.get(item.file_id or 0)
        cover = self.files.get(item.found_in_id or 0)
        ended = self.texts.get(item.outcome_event or 0, {})
        described = self.texts.get(item.told_event or 0, {})
        named = self.named
        return ReportThing(
            item=item.id,
            file=item.file_id,
            code=file.code if file else "",
            reference=None if file is None or file.protected else file.reference,
            part=file.part if file else 1,
            parts=file.parts if file else 1,
            protected=file.protected if file else self.incident.protected,
            custody=file.status if file else None,
            description=described.get("description"),
            recorded_at=self.kept.get(item.file_id or 0),
            outcome=item.outcome,
            decided_at=item.outcome_at,
            decided_by=named.number(item.outcome_by) if item.outcome_by else None,
            reason=ended.get("reason", ended.get("circumstances")),
            found_at=item.found_at,
            found_by=named.number(item.found_by) if item.found_by else None,
            found_where=item.found_where,
            found_place=named.where(item.found_place_id),
            found_in_code=cover.code if cover else "",
            found_state=item.found_state,
            others_read=item.others_read,
            days_away=(item.found_at - self.incident.missed_at).days if item.found_at else None,
        )

    def _search(self, search: Any) -> SearchLine:
        row = next((row for row in self.course.rows.values() if row.id == search.step_id), None)
        title = self.course.step(row.step).title if row else None
        cover = self.files.get(search.cover_id or 0)
        return SearchLine(
            at=search.at,
            who=self.named.number(search.by),
            step=Both(title.sv, title.en) if title else None,
            place=self.named.where(search.place_id),
            cover_code=cover.code if cover else "",
            lead=search.lead,
            minutes=search.minutes,
            result=search.result,
            remark=self.texts.get(search.told_event or 0, {}).get("remark"),
            summary=search.step_id is not None,
            some=self._result(row) == "some_found",
            wrong=search.id in self.wrong,
        )

    def _result(self, row: RoutineStep | None) -> object:
        """Return what the step that tells of a search answered."""
        said = self.texts.get((row and row.told_event) or 0, {}).get("answers", {})
        return said.get("result")

    def _seen(self) -> tuple[SeenLine, ...]:
        return tuple(
            SeenLine(
                thing=seen.item_id,
                at=seen.happened_at,
                who=self.named.number(seen.actor),
                place=self.named.where(seen.place_id),
                answer=seen.answer,
                answered_at=seen.answered_at,
            )
            for seen in self.sightings
        )

    def _custody(self) -> tuple[ReportLine, ...]:
        return tuple(
            line
            for item in self.items
            if item.file_id in self.files
            for line in lines.of_file(self.work, item.id, self.files[item.file_id], self.named)
        )

    def _clocks(self) -> tuple[ClockLine, ...]:
        return tuple(
            ClockLine(
                title=Both(one.title["sv"], one.title["en"]),
                due_at=one.due_at,
                ended_at=one.met_at or one.withdrawn_at,
                state=deadlines.state(one, self.work.now),
                reminded_at=one.reminded_at,
                escalated_at=one.escalated_at,
            )
            for one in deadlines.for_streams(self.work, self.incident.stream)
        )

    def _told(self) -> tuple[ToldLine, ...]:
        return tuple(
            ToldLine(
                message.created_at,
                self.named.number(f"user:{message.user_id}"),
                Both(message.kind.sv, message.kind.en),
                message.read_at,
            )
            for message in self.messages
        )

    def _exposures(self, item: IncidentFile) -> Iterable[Exposure]:
        """Return where the cover it lay in went while it may have lain there."""
        cover = self.files.get(item.found_in_id or 0)
        if cover is None or item.found_at is None or item.file_id is None:
            return
        since = self._last_seen(item)
        lent = select(Loan).where(
            col(Loan.file_id) == cover.id,
            col(Loan.out_at) <= item.found_at,
            col(Loan.returned_at).is_(None) | (col(Loan.returned_at) >= since),
        )
        for loan in self.work.session.scalars(lent.order_by(col(Loan.id))):
            what = Both(EventKind.FILE_LENT.sv, EventKind.FILE_LENT.en)
            yield Exposure(item.id, cover.code, what, loan.out_at, loan.returned_at, loan.borrower)
        moved = select(DeliveryLine).where(
            col(DeliveryLine.file_id) == cover.id,
            col(DeliveryLine.packed_at).between(since, item.found_at),
        )
        for line in self.work.session.scalars(moved.order_by(col(DeliveryLine.id))):
            what = Both("leverans", "delivery")
            yield Exposure(
                item.id, cover.code, what, line.packed_at or since, line.received_at, str(line.delivery_id)
            )

    def _last_seen(self, item: IncidentFile) -> datetime:
        """Return when it was last confirmed where it should be: it may have lain elsewhere ever since."""
        statement = (
            select(col(Sighting.happened_at))
            .where(
                col(Sighting.file_id) == item.file_id,
                col(Sighting.place_id).is_not(None),
                col(Sighting.happened_at) <= self.incident.missed_at,
            )
            .order_by(col(Sighting.happened_at).desc())
        )
        file = self.files[item.file_id or 0]
        return self.work.session.scalars(statement.limit(1)).first() or file.registered_at
