"""Know how an incident stood at a moment: what was written down since then counts as not yet written."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from archive.history import private_data
from archive.kernel.store import Work
from archive.models import Event, Incident, IncidentFile, Search
from archive.routine_runs.steps import RunCourse
from archive.vocabulary import EventKind, FoundState, FoundWhere, IncidentOutcome, OthersRead
from routines.progress import Record, StepEnd

_OUTCOMES: Mapping[str, IncidentOutcome | None] = {
    EventKind.INCIDENT_FILE_FOUND.value: IncidentOutcome.FOUND,
    EventKind.INCIDENT_PART_FOUND.value: None,
    EventKind.INCIDENT_FILE_MISTAKEN.value: IncidentOutcome.MISTAKEN,
    EventKind.INCIDENT_FILE_LOST.value: IncidentOutcome.DECLARED_LOST,
    EventKind.INCIDENT_REOPENED.value: None,
}
_FINDS = {EventKind.INCIDENT_FILE_FOUND.value, EventKind.INCIDENT_PART_FOUND.value}


def items(
    work: Work, incident: Incident, now: Sequence[IncidentFile], moment: datetime
) -> Sequence[IncidentFile]:
    """Return what an incident was about, with how it had ended by a moment, as its events tell."""
    events = _events(work, incident, _OUTCOMES)
    if all(event.at <= moment for event in events):
        return now
    then = {item.id: IncidentFile(**item.model_dump()) for item in now}
    for item in then.values():
        _end(item, None, {})
    for event in events:
        facts = json.loads(event.body)["facts"]
        for number in facts.get("items", [facts.get("item")]):
            if number in then and event.at <= moment:
                _end(then[number], event, facts)
    return list(then.values())


def _end(item: IncidentFile, event: Event | None, facts: Mapping[str, Any]) -> None:
    """Let something have ended as an event tells, or be missing still."""
    outcome = _OUTCOMES[event.kind] if event else None
    lost = outcome is IncidentOutcome.DECLARED_LOST
    item.outcome, item.open = outcome, outcome is None
    found = outcome is IncidentOutcome.FOUND  # its event tells when it lay there
    item.outcome_at = (event.at if found else event.happened_at) if event and outcome else None
    item.outcome_by = event.actor if event and outcome else None
    item.outcome_event = event.id if event and outcome else None
    if lost:
        return  # what was found of it before stays so
    find = event if event and event.kind in _FINDS else None
    item.found_at, item.found_by = (find.happened_at, find.actor) if find else (None, None)
    item.found_where = FoundWhere.read(facts.get("where") or "")
    item.found_place_id, item.found_in_id = facts.get("place"), facts.get("cover")
    item.found_state = FoundState.read(facts.get("state") or "")
    item.others_read = OthersRead.read(facts.get("others_read") or "")


def course(work: Work, incident: Incident, now: RunCourse, moment: datetime) -> RunCourse:
    """Return how far its routine had come by a moment; what was withdrawn since was done."""
    known = now.progress.records
    done = _done(work, incident, moment) if any(_fell_away(one, moment) for one in known) else {}
    return replace(now, progress=replace(now.progress, records=tuple(_records(known, done, moment))))


def _fell_away(record: Record, moment: datetime) -> bool:
    return record.end in (StepEnd.LAPSED, StepEnd.NOT_NEEDED) and not _by(record.ended_at, moment)


def _by(at: datetime | None, moment: datetime) -> bool:
    return at is not None and at <= moment


_Done = Mapping[tuple[str, int], tuple[Event, Mapping[str, Any]]]


def _done(work: Work, incident: Incident, moment: datetime) -> _Done:
    """Return the steps that were done by a moment, by the event that says so and what was answered."""
    events = [one for one in _events(work, incident, [EventKind.STEP_DONE.value]) if one.at <= moment]
    texts = private_data.by_event(work, [one.id for one in events])
    found = {}
    for event in events:
        facts = json.loads(event.body)["facts"]
        found[facts["step"], facts["occurrence"]] = event, texts.get(event.id, {}).get("answers", {})
    return found


def _records(known: Iterable[Record], done: _Done, moment: datetime) -> Iterator[Record]:
    for record in known:
        event, answers = done.get((record.step, record.occurrence), (None, {}))
        if _by(record.ended_at, moment):
            yield record
        elif event is not None:
            said = {name: tuple(one) if isinstance(one, list) else one for name, one in answers.items()}
            yield replace(
                record,
                end=StepEnd.DONE,
                ended_at=event.at,
                ended_by=event.actor,
                done_at=event.happened_at,
                answers=said,
            )
        elif record.opened_at < moment:  # what opened by what was done at that very moment came after it
            yield replace(record, end=None, ended_at=None, ended_by=None, done_at=None, answers={})


def searches(work: Work, made: Sequence[Search], moment: datetime) -> list[Search]:
    """Return the searches that had been written down by a moment, whenever they were made."""
    told = select(col(Event.id)).where(
        col(Event.id).in_([one.told_event for one in made]), col(Event.at) <= moment
    )
    ids = set(work.session.scalars(told))
    return [one for one in made if one.told_event in ids]


def _events(work: Work, incident: Incident, kinds: Iterable[str]) -> Sequence[Event]:
    statement = select(Event).where(col(Event.stream) == incident.stream, col(Event.kind).in_(list(kinds)))
    return work.session.scalars(statement.order_by(col(Event.seq))).all()
