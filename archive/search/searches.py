"""Searches: who looked where, for how long, with what result; what found nothing is kept as well."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import col

from archive.accounts import display_names
from archive.history import history
from archive.kernel import free_text
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.letters import is_number
from archive.kernel.store import Work
from archive.models import CaseFile, Event, Incident, Place, RoutineStep, Search, User
from archive.routine_runs import moments
from archive.vocabulary import EventKind, IncidentState, Permission, SearchResult
from archive.vocabulary.wording import N_
from routines.answers import LONGEST
from routines.model import FieldKind

LONGEST_MINUTES = 10_000
LONGEST_REMARK = LONGEST[FieldKind.LONG_TEXT]  # a search is told in a step of a routine too
_LEAD = re.compile(r"(?P<how>[a-z]+):(?P<at>[a-z0-9:]+)")
_OF_PLACE = frozenset({"read", "open", "table", "behind", "sweep"})
_OF_COVER = frozenset({"cover"})


@dataclass(frozen=True, slots=True)
class Searched:
    """One search: of a lead of the plan (`read:12`, `cover:345`), or of a place named outright.

    `by` is the user who searched, if not whoever writes it down; `at` is now where nothing else is said.
    """

    result: SearchResult
    lead: str = ""
    place_id: int | None = None
    cover_id: int | None = None
    minutes: int = 0
    by: int | None = None
    at: datetime | None = None
    remark: str = ""
    scan_id: str | None = None


def record(work: Work, incident: Incident, said: Searched) -> Search:
    """Write down one search; raises Invalid for what cannot be, Conflict once the incident is closed."""
    work.require(Permission.WORK_ON_INCIDENTS)
    if incident.status is IncidentState.CLOSED:
        raise Conflict("incident_closed", N_("The incident is closed. Reopen it first."))
    return keep(work, incident, said)


def keep(work: Work, incident: Incident, said: Searched, step_id: int | None = None) -> Search:
    """Store a search, also one that a step of the routine tells of; checks no permission."""
    place_id, cover_id = _where(work, said)
    at = moments.by_now(said.at, work.now, "at") or work.now
    _refuse_wrong(said)
    search = Search(
        incident_id=incident.id,
        step_id=step_id,
        by=_by(work, said),
        at=at,
        minutes=said.minutes,
        place_id=place_id,
        cover_id=cover_id,
        lead=said.lead,
        result=said.result,
        scan_id=said.scan_id,
    )
    work.session.add(search)
    work.session.flush()
    search.told_event = history.record(
        work,
        EventKind.INCIDENT_SEARCHED,
        incident,
        private={"remark": said.remark.strip()},
        happened_at=at,
        search=search.id,
        by=search.by,
        place=place_id,
        cover=cover_id,
        lead=said.lead,
        minutes=said.minutes,
        result=said.result.value,
        step=step_id,
    )
    work.session.flush()
    return search


def _refuse_wrong(said: Searched) -> None:
    if not 0 <= said.minutes <= LONGEST_MINUTES:
        raise Invalid("minutes_wrong", N_("Write how many minutes the search took."), field="minutes")
    free_text.whole(said.remark, LONGEST_REMARK, "remark")


def for_incident(work: Work, incident: Incident) -> Sequence[Search]:
    """Return the searches of an incident in the order they were made."""
    statement = select(Search).where(col(Search.incident_id) == incident.id)
    return work.session.scalars(statement.order_by(col(Search.at), col(Search.id))).all()


def claimed(incident: Incident, until: datetime) -> ColumnElement[bool]:
    """Return the condition on searches said to have found it, of which nobody has said what that was.

    What was claimed before a case was taken up again is known: it was not it.
    """
    # Also one that was withdrawn since: what came before it is known by the reopening.
    confirmed = (
        select(func.coalesce(func.max(col(Event.id)), 0))
        .join(RoutineStep, col(RoutineStep.told_event) == col(Event.id))
        .where(
            col(RoutineStep.run) == incident.stream,
            col(RoutineStep.step) == "confirm_find",
            col(Event.kind) == EventKind.STEP_DONE.value,
            col(Event.at) <= until,
        )
    )
    reopened = select(func.coalesce(func.max(col(Event.id)), 0)).where(
        col(Event.stream) == incident.stream,
        col(Event.kind) == EventKind.INCIDENT_REOPENED.value,
        col(Event.at) <= until,
    )
    return and_(
        col(Search.incident_id) == incident.id,
        col(Search.result) == SearchResult.FOUND,
        col(Search.at) <= until,
        col(Search.told_event) > confirmed.scalar_subquery(),
        col(Search.told_event) > reopened.scalar_subquery(),
    )


def _by(work: Work, said: Searched) -> str:
    if said.by is None:
        return display_names.person(work.actor)
    if work.session.get(User, said.by) is None:
        raise Invalid("searcher_unknown", N_("Choose who searched."), field="by")
    return f"user:{said.by}"


def _where(work: Work, said: Searched) -> tuple[int | None, int | None]:
    """Return the place or cover that was searched, as the lead or the searcher names it."""
    place_id, cover_id = said.place_id, said.cover_id
    if said.lead:
        found = _LEAD.fullmatch(said.lead)
        if found is None:
            raise Invalid("lead_unknown", N_("The search plan has no such place."), field="lead")
        if is_number(found["at"]):
            place_id = int(found["at"]) if found["how"] in _OF_PLACE else place_id
            cover_id = int(found["at"]) if found["how"] in _OF_COVER else cover_id
    if (place_id is not None and work.session.get(Place, place_id) is None) or (
        cover_id is not None and work.session.get(CaseFile, cover_id) is None
    ):
        raise Invalid("lead_unknown", N_("The search plan has no such place."), field="lead")
    return place_id, cover_id
