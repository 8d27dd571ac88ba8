"""A report about files some incident has already: sought in it again, or handed on to its owner."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlmodel import col

from archive.files import wanted
from archive.files.misses import MissReport
from archive.files.parts import with_part
from archive.history import history, private_data
from archive.incidents import access, changes, reopening, steps
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.store import Work
from archive.models import CaseFile, Event, Incident, IncidentFile
from archive.vocabulary import EventKind, IncidentOutcome, IncidentState, MessageKind, Missed
from archive.vocabulary.wording import N_, _
from labels import codes

SENT = "sent:%s"  # a subject of the events by which a report is taken down


def by_form(said: MissReport) -> list[str]:
    """Return the subject that tells by which form a report came, if it came by one."""
    return [SENT % said.sent] if said.sent else []


def words(said: MissReport) -> dict[str, str]:
    """Return what a report says in words, kept in private beside its event."""
    return {name: getattr(said, name).strip() for name in ("purpose", "waiting", "circumstances")}


def content(said: MissReport) -> str:
    """Return what tells whether two reports by one form say the same."""
    return sha256(repr(astuple(said)).encode()).hexdigest()


def require_same(work: Work, taken: Event, form: str) -> None:
    """Raise Conflict where a form that is sent once more says something else than the report taken down."""
    said = private_data.by_event(work, [taken.id]).get(taken.id, {}).get("form", form)
    if said != form:
        raise Conflict(
            "form_sent_before",
            N_("This form has been sent already with other content. Read it through and send it again."),
        )


def cases_of_finds(work: Work, ids: set[int]) -> list[Incident]:
    """Hold the incidents that are not over in which some files are said to be found, in the order of ids."""
    found = (
        select(Incident)
        .where(
            col(Incident.id).in_(select(col(IncidentFile.incident_id)).where(_said_at_hand(ids))),
            col(Incident.status) != IncidentState.CLOSED,
        )
        .order_by(col(Incident.id))
    )
    return [changes.locked(work, one) for one in work.session.scalars(found).all()]


def _said_at_hand(ids: set[int]) -> ColumnElement[bool]:
    ended = (IncidentOutcome.FOUND, IncidentOutcome.MISTAKEN)
    return and_(col(IncidentFile.file_id).in_(sorted(ids)), col(IncidentFile.outcome).in_(ended))


def missed_again(work: Work, incident: Incident, ids: set[int], said: MissReport) -> None:
    """Seek in its incident what was said there to be at hand: it is one breach, with its first clocks."""
    sought = wanted.by_file(work, ids)
    again = [
        one
        for one in changes.items(work, incident)
        if one.file_id in ids and one.file_id not in sought and not one.open and not _stands(one, said)
    ]
    if again and incident.status is not IncidentState.CLOSED:
        reason = said.circumstances.strip() or EventKind.INCIDENT_REPORTED_AGAIN.label
        reopening.take_up(work, incident, again, reason, untrue=False)


def _stands(item: IncidentFile, said: MissReport) -> bool:
    """Tell whether a find holds beside a report: somebody says that it was missed since then only."""
    missed, ended = said.missed_at or said.suspected_at, item.found_at or item.outcome_at
    return missed is not None and ended is not None and missed >= ended.replace(second=0, microsecond=0)


def missed_since(work: Work, incident: Incident, new: Incident) -> None:
    """Say in an incident whose find stands that the file is missing anew, and tell its owner."""
    own = {item.file_id for item in changes.items(work, incident) if not item.open}
    for item in changes.items(work, new):
        if item.file_id is not None and item.file_id in own:
            event = history.record(
                work,
                EventKind.INCIDENT_MISSED_SINCE,
                incident,
                subjects=[f"file:{item.file_id}"],
                happened_at=new.missed_at,
                file=item.file_id,
                incident=new.id,
            )
            wanted.tell_owner(work, incident.id, MessageKind.MISS_REPORTED, f"since {event}")


def handed_on(
    work: Work, said: MissReport, sought: Sequence[CaseFile], known: Mapping[int, wanted.Wanted]
) -> MissReport:
    """Return what of a report about more goes to the incidents some of it has; raises Invalid unless said."""
    if sought and said.handed_on is None:
        open_ = access.known(work, {one.incident_id for one in known.values()})
        raise Invalid(
            "sought_already",
            N_(
                "Looked for already: %(files)s. Say whether what you write is handed on to whoever leads "
                "that search, and send again."
            ),
            field="handed_on",
            files=", ".join(_named(file, known[file.id].incident_id, open_) for file in sought),
        )
    if said.handed_on:
        return said
    return replace(said, purpose="", waiting="", circumstances="", child=False, ongoing_case=False)


def _named(file: CaseFile, incident_id: int, known: Collection[int]) -> str:
    name = codes.grouped(file.code) if file.protected else with_part(file.reference, file)
    return f"{name} ({_('incident %(number)s', number=incident_id)})" if incident_id in known else name


def meet(work: Work, found: wanted.Wanted, said: MissReport, form: str = "") -> None:
    """Hand what was said on to the incident a file has already; whoever said it may open no more by that.

    What was said first stays in the history; an earlier moment and what concerns people count from now on.
    """
    incident = work.session.get_one(Incident, found.incident_id)
    work.session.refresh(incident, with_for_update=True)
    news = _news(incident, said)
    event = history.record(
        work,
        EventKind.INCIDENT_REPORTED_AGAIN,
        incident,
        private={**words(said), **{name: history.plain(news.get(name)) for name in _TOLD}, "form": form},
        subjects=[f"file:{found.file_id}", *by_form(said)],
        happened_at=said.missed_at,
        file=found.file_id,
        occasion=said.occasion.value,
    )
    if said.waiting.strip() and not incident.somebody_waits:
        incident.somebody_waits = True
        incident.version += 1
        work.session.flush()
    if said.waiting.strip():
        steps.ask_again(work, incident)
    if news:
        changes.changed(work, incident, EventKind.INCIDENT_REPORTED_AGAIN.label, **news)
        run = steps.advance(work, incident)
        if incident.clocks and not news.keys().isdisjoint(_MOMENTS):
            reopening.count_anew(work, run, _COUNTED)
    wanted.tell_owner(work, incident.id, MessageKind.MISS_REPORTED, f"again {event}")


_MOMENTS = ("missed_at", "suspected_at")
_TOLD = (*_MOMENTS, "child", "ongoing_case")
_COUNTED = frozenset({"missed", "suspected", "aware"})  # what these count from


def _news(incident: Incident, said: MissReport) -> dict[str, Any]:
    """Return what a further report says that changes an incident: an earlier moment, whom it concerns."""
    if incident.status is IncidentState.CLOSED:
        return {}
    ticks = {"child": said.child, "ongoing_case": said.ongoing_case or said.what is Missed.OPEN_CASE}
    news: dict[str, Any] = {name: True for name, said_so in ticks.items() if said_so}
    news = {name: value for name, value in news.items() if not getattr(incident, name)}
    if said.entered_afterwards or incident.over_when_entered:
        return news
    stated = {"missed_at": said.missed_at or said.suspected_at, "suspected_at": said.suspected_at}
    for name, moment in stated.items():
        first: datetime = getattr(incident, name)
        if moment is not None and moment < first.replace(second=0, microsecond=0):
            news[name] = moment
    return news
