"""A report about files some incident has already: sought in it again, or handed on to its owner."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, select
from sqlmodel import col

from archive.files import wanted
from archive.files.misses import MissReport
from archive.files.parts import with_part
from archive.history import history
from archive.incidents import access, changes, reopening, steps
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.models import CaseFile, Incident, IncidentFile
from archive.vocabulary import EventKind, IncidentOutcome, IncidentState, MessageKind
from archive.vocabulary.wording import N_, _
from labels import codes

SENT = "sent:%s"  # a subject of the events by which a report is taken down


def form(said: MissReport) -> list[str]:
    """Return the subject that tells by which form a report came, if it came by one."""
    return [SENT % said.sent] if said.sent else []


def words(said: MissReport) -> dict[str, str]:
    """Return what a report says in words, kept in private beside its event."""
    return {name: getattr(said, name).strip() for name in ("purpose", "waiting", "circumstances")}


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
    return said if said.handed_on else replace(said, purpose="", waiting="", circumstances="")


def _named(file: CaseFile, incident_id: int, known: Collection[int]) -> str:
    name = codes.grouped(file.code) if file.protected else with_part(file.reference, file)
    return f"{name} ({_('incident %(number)s', number=incident_id)})" if incident_id in known else name


def meet(work: Work, found: wanted.Wanted, said: MissReport) -> None:
    """Hand what was said on to the incident a file has already; whoever said it may open no more by that."""
    incident = work.session.get_one(Incident, found.incident_id)
    event = history.record(
        work,
        EventKind.INCIDENT_REPORTED_AGAIN,
        incident,
        private=words(said),
        subjects=[f"file:{found.file_id}", *form(said)],
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
    wanted.tell_owner(work, incident.id, MessageKind.MISS_REPORTED, f"again {event}")
