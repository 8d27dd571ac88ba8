"""What cannot be found becomes a case at once, with an owner, clocks and a next step; who may see it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlmodel import col

from archive.accounts import display_names
from archive.files import files, misses, wanted
from archive.files.misses import MissReport
from archive.history import history
from archive.incidents import access, changes, sought_already, stated_times, steps
from archive.incidents.access import get, let_in
from archive.incidents.changes import items
from archive.incidents.decisions import (
    StatedFind,
    close,
    confirm_short,
    decide_aware,
    declare_lost,
    found,
    mistaken,
    not_it,
    reopen,
    said_moment,
)
from archive.incidents.report.gather import report as report_data
from archive.incidents.steps import advance, complete, escalate, not_needed, start
from archive.kernel import free_text
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.store import Work, worker
from archive.models import (
    CaseFile,
    Event,
    EventSubject,
    FilePerson,
    Incident,
    IncidentFile,
    Place,
    Unit,
    User,
    UserRole,
)
from archive.notifications import inbox
from archive.places import places
from archive.routine_runs import moments, versions
from archive.routine_runs.contracts import SUSPECTED_LOST
from archive.vocabulary import (
    Custody,
    EventKind,
    IncidentAction,
    MessageKind,
    Missed,
    Permission,
    PersonRole,
    Role,
)
from archive.vocabulary.wording import N_
from routines.conditions import Answer

# Every verb on incidents, wherever it stands, is called by this module's name.
__all__ = [
    "MissReport",
    "StatedFind",
    "advance",
    "change",
    "close",
    "complete",
    "confirm_short",
    "decide_aware",
    "declare_lost",
    "escalate",
    "found",
    "get",
    "hand_over",
    "items",
    "let_in",
    "mistaken",
    "not_it",
    "not_needed",
    "reopen",
    "report",
    "report_data",
    "start",
]

LONGEST_TEXT = 4000
LONGEST_NUMBER = 60  # of a number in the diary
MOST_FILES = 1000
# Who reports it sees an incident; of what stood hidden in a box the register itself reports.
REPORTED_APART = worker("Aktspår").id
CRATE_EMPTY = "crate_empty"
GONE = frozenset({Custody.DISPOSED, Custody.HANDED_OVER, Custody.WITHDRAWN})


@misses.report.answer
def report(work: Work, said: MissReport) -> Incident:
    """Take down that something is missing; files missed already are added to the incident they have.

    A file that is said to be found in an incident that is not over is sought in that one again, unless it is
    said to be missed since that find only: that is a new absence, with its own clocks. Returns the new
    incident, or the one that looks for the only file named; the same for a report sent once more. Raises
    Invalid for a report of nothing, of the future, or of a file that is void; Conflict for one that has left
    the archive.
    """
    work.require(Permission.REPORT_MISS)
    form = sought_already.content(said)
    said = _by_now(work, said)
    before = _sent(work, said.sent, hold=True)
    if before is not None:
        sought_already.require_same(work, before, form)
        return work.session.get_one(Incident, int(before.stream.removeprefix("incident:")))
    _refuse_wrong(work, said)
    ids, hidden = _all_files(work, said)
    cases = sought_already.cases_of_finds(work, ids | hidden)
    missed = _locked(work, ids | hidden)
    for incident in reversed(cases):  # the latest find is the one in question
        sought_already.missed_again(work, incident, {file.id for file in missed}, said)
    unnamed = [file for file in missed if file.id in hidden]
    incident = _take_down(work, said, [file for file in missed if file.id not in hidden], cases, form)
    _seek_apart(work, said, unnamed, cases)
    return incident


def seek_what_is_hidden(work: Work, said: MissReport) -> None:
    """Seek the protected files of a box that was reported and holds nothing else, so that it was refused."""
    work.require(Permission.REPORT_MISS)
    _ids, hidden = _held_in(work, said.crate_id) if said.crate_id is not None else (set(), set())
    said, missed = _by_now(work, said), _locked(work, hidden)
    sought = wanted.by_file(work, [file.id for file in missed])
    _seek_apart(work, said, [file for file in missed if file.id not in sought], [])


def _by_now(work: Work, said: MissReport) -> MissReport:
    return replace(
        said,
        missed_at=moments.by_now(said.missed_at, work.now, "missed_at"),
        suspected_at=moments.by_now(said.suspected_at, work.now, "suspected_at"),
    )


def _take_down(
    work: Work, said: MissReport, missed: Sequence[CaseFile], cases: Sequence[Incident], form: str
) -> Incident:
    known = wanted.by_file(work, [file.id for file in missed])
    fresh = [file for file in missed if file.id not in known]
    met = said
    if fresh or said.description.strip() or len({one.incident_id for one in known.values()}) > 1:
        met = sought_already.handed_on(work, said, [file for file in missed if file.id in known], known)
    for looked_for in known.values():
        sought_already.meet(work, looked_for, met, form)
    if known and not fresh and not said.description.strip():
        return work.session.get_one(Incident, next(iter(known.values())).incident_id)
    if said.entered_afterwards:
        since = said.suspected_at or said.missed_at or work.now
        stated_times.refuse_unless_over(work, since, waits=bool(said.waiting.strip()))
    new = _open(work, said, fresh, form=form)
    for incident in cases:
        sought_already.missed_since(work, incident, new)
    return new


def _seek_apart(work: Work, said: MissReport, hidden: Sequence[CaseFile], cases: Sequence[Incident]) -> None:
    """Seek the protected files of a box in an incident that whoever reported the box learns nothing of.

    To name them, or to count them, would tell where they stood. Those who know of every incident are told.
    """
    if not hidden:
        return
    own = replace(said, crate_id=None, description="", what=None, waiting="", diary_number="", sent=None)
    if not access.by_office(work.actor):
        own = replace(own, owner_id=_eldest_archivist(work))
    known = wanted.by_file(work, [file.id for file in hidden])
    for looked_for in known.values():
        sought_already.meet(work, looked_for, replace(own, purpose="", circumstances=""))
    fresh = [file for file in hidden if file.id not in known]
    if fresh:
        since = own.suspected_at or own.missed_at or work.now
        over = not said.waiting.strip() and stated_times.running(work, since) is None
        own = replace(own, missed_by=said.missed_by or display_names.person(work.actor))
        own = replace(own, entered_afterwards=own.entered_afterwards and over)
        new = _open(work, own, fresh, reported_by=REPORTED_APART)
        for incident in cases:
            sought_already.missed_since(work, incident, new)


def taken_at(work: Work, sent: UUID | None) -> datetime:
    """Return when the report was taken down that came by a form, now for one known by none."""
    event = _sent(work, sent)
    return event.at if event is not None else work.now


def _sent(work: Work, sent: UUID | None, *, hold: bool = False) -> Event | None:
    """Return how the actor's report by a form was taken down, if it was; `hold` makes senders take turns."""
    if sent is None:
        return None
    if hold and work.actor.user_id is not None:
        own = select(col(User.id)).where(col(User.id) == work.actor.user_id)
        work.session.execute(own.with_for_update(key_share=True))
    taken = (
        select(Event)
        .join(EventSubject, col(EventSubject.event_id) == Event.id)
        .where(col(EventSubject.subject) == sought_already.SENT % sent, col(Event.actor) == work.actor.id)
        .order_by(col(Event.kind) == EventKind.INCIDENT_REPORTED_AGAIN.value, col(Event.id))
    )
    return work.session.scalar(taken.limit(1))


def taken(work: Work, sent: UUID | None) -> bool:
    """Tell whether a report of the actor's by this form has been taken down."""
    return _sent(work, sent) is not None


def took_up(work: Work, incident: Incident, at: datetime | None = None) -> bool:
    """Tell whether a report, taken down now or at a moment, took an incident up: a find is in question."""
    reopened = select(col(Event.id)).where(
        col(Event.stream) == incident.stream,
        col(Event.kind) == EventKind.INCIDENT_REOPENED.value,
        col(Event.at) == (at or work.now),
    )
    return work.session.scalar(reopened.limit(1)) is not None


def hand_over(work: Work, incident: Incident, owner_id: int) -> None:
    """Give an incident another owner, who is told and gets its clocks."""
    work.require(Permission.LEAD_INCIDENTS)
    changes.locked(work, incident)
    steps.hand_over(work, incident, owner_id)


def change(
    work: Work, incident: Incident, reason: str, *, unit_id: int | None = None, diary_number: str = ""
) -> None:
    """Say which unit lost it, or its number in the diary; to change what was said needs a reason."""
    work.require(Permission.WORK_ON_INCIDENTS)
    changes.locked(work, incident)
    values: dict[str, Any] = {}
    if unit_id is not None and unit_id != incident.unit_id:
        if work.session.get(Unit, unit_id) is None:
            raise Invalid("unit_unknown", N_("Choose one of the units."), field="unit")
        values["unit_id"] = unit_id
    if diary_number.strip() and diary_number.strip() != incident.diary_number:
        values["diary_number"] = free_text.whole(diary_number, LONGEST_NUMBER, "diary_number")
    if any(getattr(incident, name) for name in values) and not reason.strip():
        raise Invalid("reason_missing", N_("Say why it is changed."), field="reason")
    if values:
        changes.changed(work, incident, reason.strip(), **values)


def _refuse_wrong(work: Work, said: MissReport) -> None:
    if not said.file_ids and said.crate_id is None and not said.description.strip():
        raise Invalid("miss_empty", N_("Say what is missing: a file, or in words."), field="description")
    for name in ("description", "purpose", "waiting", "circumstances"):
        free_text.whole(getattr(said, name), LONGEST_TEXT, name)
    suspected = said.suspected_at or work.now
    missed = said.missed_at or suspected
    if suspected < missed:
        raise Invalid(
            "suspected_before_missed",
            N_("It cannot have been suspected lost before it was missed. Correct one of the times."),
            field="suspected_at",
        )
    if not 1 <= said.pieces <= MOST_FILES:
        raise Invalid("pieces_wrong", N_("Say how many are missing: 1 to 1,000."), field="pieces")


def _all_files(work: Work, said: MissReport) -> tuple[set[int], set[int]]:
    """Return the files that are named or stand openly in the box, and the protected ones that stand in it."""
    ids, hidden = set(said.file_ids), set[int]()
    if said.crate_id is not None:
        stand, hidden = _held_in(work, said.crate_id)
        ids |= stand
        if not ids and not said.description.strip():
            raise Invalid(
                CRATE_EMPTY,
                N_("No file is recorded in it. Describe in words what it held."),
                field="description",
            )
    if len(ids) > MOST_FILES:
        raise Invalid("pieces_wrong", N_("Say how many are missing: 1 to 1,000."), field="pieces")
    return ids, hidden - ids


def _held_in(work: Work, crate_id: int) -> tuple[set[int], set[int]]:
    """Return what is recorded in a box: the files its page lists, and the protected ones it does not."""
    crate = places.get(work, crate_id)
    held = (
        select(col(CaseFile.id))
        .join(Place, col(Place.id) == CaseFile.place_id)
        .where(
            or_(col(Place.id) == crate.id, col(Place.path).startswith(f"{crate.path}.")),
            col(CaseFile.status).in_([Custody.ON_PLACE, Custody.IN_TRANSIT]),
        )
        .limit(MOST_FILES + 1)
    )
    shown = work.session.scalars(held.where(~col(CaseFile.protected)))
    return set(shown), set(work.session.scalars(held.where(col(CaseFile.protected))))


def _locked(work: Work, ids: set[int]) -> list[CaseFile]:
    """Hold the files in the order of their ids: two who report the same one take turns."""
    right = {}
    for file_id in sorted(ids):
        file = files.get(work, file_id)
        standing = files.right_one(work, file)
        if standing is None:
            raise Invalid("file_void", N_("This file was registered by mistake. Report the right one."))
        right[standing.id] = standing
    found = [right[file_id] for file_id in sorted(right)]
    for file in found:
        work.session.refresh(file, with_for_update=True)
        if file.status in GONE:
            raise Conflict(
                "file_gone",
                N_("This file has left the archive: %(state)s. Its page says when and where to."),
                state=file.status.label,
            )
    return found


def _open(
    work: Work,
    said: MissReport,
    missed: Sequence[CaseFile],
    *,
    form: str = "",
    reported_by: str | None = None,
) -> Incident:
    described = bool(said.description.strip())
    incident = Incident(
        routine_id=versions.in_force(work, SUSPECTED_LOST).id,
        what=said.what or _what(missed, said),
        occasion=said.occasion,
        pieces=len(missed) + (said.pieces if described else 0),
        missed_at=said.missed_at or said.suspected_at or work.now,
        suspected_at=said.suspected_at or work.now,
        reported_at=work.now,
        reported_by=reported_by or display_names.person(work.actor),
        owner_id=_owner(work, said),
        unit_id=said.unit_id or _unit(missed),
        diary_number=free_text.whole(said.diary_number, LONGEST_NUMBER, "diary_number"),
        somebody_waits=bool(said.waiting.strip()),
        ongoing_case=said.ongoing_case or said.what is Missed.OPEN_CASE,
        child=said.child or _child(work, missed),
        protected=any(file.protected for file in missed) or _unknown(said, described=described),
        entered_afterwards=said.entered_afterwards,
    )
    incident.told_event = history.advance(
        work,
        incident,
        IncidentAction.REPORT,
        private={"description": said.description.strip(), **sought_already.words(said), "form": form},
        subjects=[*(file.stream for file in missed), *sought_already.by_form(said)],
        missed=incident.what.value,
        occasion=incident.occasion.value,
        pieces=incident.pieces,
        files=[file.id for file in missed],
        routine=incident.routine_id,
        losing_unit=incident.unit_id,
        missed_at=history.stamp(incident.missed_at),
        suspected_at=history.stamp(incident.suspected_at),
        entered_afterwards=incident.entered_afterwards,
    )
    _add(work, incident, missed, said.description.strip())
    _tell(work, incident)
    steps.begin(work, incident, _reported(work, incident, missed, said))
    return incident


_WHAT = {Missed.FILE: "registered", Missed.DOCUMENT: "loose"}


def _reported(
    work: Work, incident: Incident, missed: Sequence[CaseFile], said: MissReport
) -> dict[str, Answer]:
    """Answer the first step of the routine with what was reported."""
    answers: dict[str, Answer] = {
        "what": (_WHAT.get(incident.what, incident.what.value),),
        "files": tuple(file.stream for file in missed),
        "description": said.description.strip(),
        "missed_at": said_moment(said.missed_at) if said.missed_at else "",
        "missed_by": said.missed_by or display_names.person(work.actor),
        "suspected_at": said_moment(said.suspected_at) if said.suspected_at else "",
        "purpose": said.purpose.strip(),
        "someone_waits": "yes" if incident.somebody_waits else "",
        "asker": said.waiting.strip(),
        "earlier": "yes" if incident.entered_afterwards else "",
        "earlier_diary_number": incident.diary_number if incident.entered_afterwards else "",
    }
    return {name: answer for name, answer in answers.items() if answer not in ("", ())}


def _unknown(said: MissReport, *, described: bool) -> bool:
    """Tell whether a protected person is, or may be, concerned by what is only described."""
    return bool(said.protected) if said.protected is not None else described


def _what(missed: Sequence[CaseFile], said: MissReport) -> Missed:
    if len(missed) > 1 or said.crate_id is not None or said.pieces > 1:
        return Missed.SEVERAL
    return Missed.FILE if missed else Missed.UNREGISTERED


def _unit(missed: Sequence[CaseFile]) -> int | None:
    """Return the unit all the files come from, when it is one."""
    units = {file.unit_id for file in missed}
    return units.pop() if len(units) == 1 else None


def _child(work: Work, missed: Sequence[CaseFile]) -> bool:
    """Tell whether any of the files is about a child, as far as the register says."""
    if any(file.placed_child or file.child_investigation for file in missed):
        return True
    children = select(func.count()).where(
        col(FilePerson.file_id).in_([file.id for file in missed]), col(FilePerson.role) == PersonRole.CHILD
    )
    return bool(missed) and bool(work.session.scalar(children))


def _owner(work: Work, said: MissReport) -> int | None:
    """Return who answers for it: as said, else who reports and may lead it, else the eldest archivist."""
    if said.owner_id is not None:
        user = work.session.get(User, said.owner_id)
        if user is None or not user.active:
            raise Invalid("owner_unknown", N_("Choose somebody who works here."), field="owner")
        return said.owner_id
    if work.actor.may(Permission.LEAD_INCIDENTS) and work.actor.user_id is not None:
        return work.actor.user_id
    return _eldest_archivist(work)


def _eldest_archivist(work: Work) -> int | None:
    archivists = (
        select(col(User.id))
        .join(UserRole, col(UserRole.user_id) == User.id)
        .where(col(User.active), col(UserRole.role) == Role.ARCHIVIST)
        .order_by(col(User.id))
    )
    return work.session.scalar(archivists.limit(1))


def _add(work: Work, incident: Incident, missed: Sequence[CaseFile], description: str) -> None:
    fields: dict[str, Any] = {"incident_id": incident.id, "added_at": work.now, "added_by": work.actor.id}
    added = [IncidentFile(file_id=file.id, place_id=file.place_id, **fields) for file in missed]
    if description:
        added.append(IncidentFile(told_event=incident.told_event, **fields))
    work.session.add_all(added)
    work.session.flush()
    history.record_many(
        work,
        [
            history.Entry(
                incident.stream,
                EventKind.INCIDENT_FILE_ADDED,
                {"item": one.id, "file": one.file_id, "place": one.place_id},
                {"description": "" if one.file_id else description},
                [f"file:{one.file_id}"] if one.file_id else [],
            )
            for one in added
        ],
    )


def _tell(work: Work, incident: Incident) -> None:
    """Tell the owner, the data protection officer and the heads of the unit, or all where it has none."""
    heads = (
        select(col(User.id))
        .join(UserRole, col(UserRole.user_id) == User.id)
        .join(Unit, col(Unit.name) == User.unit)
        .where(col(User.active), col(UserRole.role) == Role.MANAGER, col(Unit.id) == incident.unit_id)
    )
    own = work.session.scalars(heads).all()
    inbox.tell(
        work,
        MessageKind.MISS_REPORTED,
        incident.stream,
        "reported",
        users=[incident.owner_id, *own],
        roles=[Role.DATA_PROTECTION_OFFICER] if own else [Role.DATA_PROTECTION_OFFICER, Role.MANAGER],
        incident=incident.id,
    )
