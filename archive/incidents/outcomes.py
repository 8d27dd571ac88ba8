"""How it ends for each thing missed: found, mistaken, declared lost; and how a late find reopens it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from archive.accounts import display_names
from archive.cover_checks import checks
from archive.deliveries import transit
from archive.files import files, placing, sightings, wanted
from archive.history import history
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.store import Work
from archive.loans import loans
from archive.models import CaseFile, Event, Incident, IncidentFile, Loan, WantedSighting
from archive.places import places
from archive.vocabulary import (
    Custody,
    EventKind,
    Evidence,
    FileAction,
    FoundState,
    FoundWhere,
    IncidentAction,
    IncidentOutcome,
    IncidentState,
    LoanState,
    MessageKind,
    OthersRead,
    Permission,
    SeenAnswer,
)
from archive.vocabulary.wording import N_

SETTLED = N_("How it ended for this one is written down already.")
UNSETTLED = (IncidentState.SUSPECTED, IncidentState.SEARCHING, IncidentState.ESCALATED)


@dataclass(frozen=True, slots=True)
class Find:
    """Where something was found, when, by whom, in what state, and whether others may have read it.

    State and readers are None where nobody was asked. `place_id` is where it lay, also when it lay in the
    cover of another file (`cover_id`). `handed_in` is a way of finding that does not say where it is now.
    """

    at: datetime
    by: str
    where: FoundWhere
    state: FoundState | None
    others_read: OthersRead | None
    circumstances: str
    place_id: int | None = None
    cover_id: int | None = None
    handed_in: bool = False


def find(work: Work, incident: Incident, found: Sequence[IncidentFile], how: Find) -> None:
    """Write down a find; a file declared lost comes back. Raises Conflict for what is settled otherwise."""
    work.require(Permission.WORK_ON_INCIDENTS)
    _require_missed(incident, how)
    for item in found:
        if not item.open and item.outcome is not IncidentOutcome.DECLARED_LOST:
            raise Conflict("item_settled", SETTLED)
        event = _told(work, incident, item, EventKind.INCIDENT_FILE_FOUND, how)
        _end(work, item, IncidentOutcome.FOUND, event)
        settle_seen(work, item, SeenAnswer.FOUND, "")
        if item.file_id is not None:
            _back(work, incident, item, how)


def find_part(work: Work, incident: Incident, found: Sequence[IncidentFile], how: Find) -> None:
    """Write down that something was found in part: the rest is sought, also where it was given up."""
    work.require(Permission.WORK_ON_INCIDENTS)
    _require_missed(incident, how)
    for item in found:
        if not item.open and item.outcome is not IncidentOutcome.DECLARED_LOST:
            raise Conflict("item_settled", SETTLED)
        _seek(work, incident, item)
        item.open, item.outcome, item.outcome_at, item.outcome_by = True, None, None, None
        item.outcome_event = _told(work, incident, item, EventKind.INCIDENT_PART_FOUND, how)
        work.session.flush()
        settle_seen(work, item, SeenAnswer.PART, "")
        if item.file_id is not None:
            _back(work, incident, item, how)
    if incident.status is IncidentState.DECIDED:
        history.advance(
            work,
            incident,
            IncidentAction.REOPEN,
            changes={"decided_at": None},
            private={"reason": ""},
            subjects=[f"file:{item.file_id}" for item in found if item.file_id is not None],
            items=[],
        )


def _require_missed(incident: Incident, how: Find) -> None:
    if how.at < incident.missed_at:
        raise Invalid(
            "found_before_missed",
            N_(
                "It cannot have been found before it was missed. Correct the time. If it never was missing, "
                "the head of the unit or the delegate decides that, on the page of the incident."
            ),
            field="found_at",
        )


def _told(work: Work, incident: Incident, item: IncidentFile, kind: EventKind, how: Find) -> int:
    """Note in the item what is said of a find, and write the event that tells it."""
    item.found_at, item.found_by, item.found_where = how.at, how.by, how.where
    item.found_place_id, item.found_in_id = how.place_id, how.cover_id
    item.found_state, item.others_read = how.state, how.others_read
    return history.record(
        work,
        kind,
        incident,
        private={"circumstances": how.circumstances},
        subjects=[f"file:{one}" for one in (item.file_id, how.cover_id) if one is not None],
        happened_at=how.at,
        item=item.id,
        file=item.file_id,
        where=how.where.value,
        place=how.place_id,
        cover=how.cover_id,
        state=how.state and how.state.value,
        others_read=how.others_read and how.others_read.value,
    )


def mistaken(
    work: Work,
    incident: Incident,
    found: Sequence[IncidentFile],
    reason: str,
    decided_at: datetime | None = None,
) -> None:
    """Write down that something was not missing after all; it was decided now unless said otherwise."""
    work.require(Permission.WORK_ON_INCIDENTS)
    for item in found:
        if not item.open:
            raise Conflict("item_settled", SETTLED)
        event = _outcome(work, incident, item, EventKind.INCIDENT_FILE_MISTAKEN, reason, decided_at)
        _end(work, item, IncidentOutcome.MISTAKEN, event, decided_at)
        settle_seen(work, item, SeenAnswer.UNCONFIRMED, "")


def declare_lost(
    work: Work,
    incident: Incident,
    lost: Sequence[IncidentFile],
    reason: str,
    decided_at: datetime | None = None,
) -> None:
    """Write down that something is lost, decided now unless said otherwise; it stays wanted.

    A loan it was lost on ends. Of what was found in part only the rest is lost: the file stands where it is.
    """
    work.require(Permission.DECIDE_LOST)
    transit.hold_deliveries(work, [item.file_id for item in lost if item.file_id is not None])
    for item in lost:
        if not item.open:
            raise Conflict("item_settled", SETTLED)
        if item.file_id is not None and not item.part_found:
            file = files.get(work, item.file_id)
            work.session.refresh(file, with_for_update=True)
            if file.status is not Custody.LOST:  # taken up again, it was lost all the time
                _lose(work, incident, file, decided_at)
        event = _outcome(work, incident, item, EventKind.INCIDENT_FILE_LOST, reason, decided_at)
        _end(work, item, IncidentOutcome.DECLARED_LOST, event, decided_at)


def _lose(work: Work, incident: Incident, file: CaseFile, decided_at: datetime | None) -> None:
    _end_loan(work, incident, file)
    history.advance(
        work,
        file,
        FileAction.DECLARE_LOST,
        subjects=[incident.stream],
        happened_at=decided_at,
        incident=incident.id,
    )
    transit.lose(work, file, incident.id)


def _seek(work: Work, incident: Incident, item: IncidentFile) -> None:
    """Take back in the register that a file is lost, once the decision in its incident holds no more."""
    if item.file_id is None or item.outcome is not IncidentOutcome.DECLARED_LOST:
        return
    file = files.get(work, item.file_id)
    work.session.refresh(file, with_for_update=True)
    if file.status is not Custody.LOST:
        return
    loan = _lost_on(work, file)
    if loan is not None:
        loans.seek(work, loan, file, incident.id)
    again = FileAction.SEEK_LENT if loan else FileAction.SEEK
    history.advance(work, file, again, subjects=[incident.stream], incident=incident.id)


def _lost_on(work: Work, file: CaseFile) -> Loan | None:
    """Return the loan that ended as a file was last declared lost, None where it was not lent then."""
    return _loan_ended(work, file, LoanState.LOST, EventKind.LOAN_LOST, EventKind.FILE_DECLARED_LOST)


def _loan_ended(work: Work, file: CaseFile, state: LoanState, ended: EventKind, by: EventKind) -> Loan | None:
    """Return the loan whose end was that of a file's last event of a kind, None where that ended no loan."""
    loans_ = select(Loan).where(col(Loan.file_id) == file.id, col(Loan.status) == state)
    loan = work.session.scalar(loans_.order_by(col(Loan.id).desc()).limit(1).with_for_update())
    if loan is None:
        return None
    last = [
        work.session.scalar(
            select(func.max(col(Event.at))).where(col(Event.stream) == stream, col(Event.kind) == kind.value)
        )
        for stream, kind in ((file.stream, by), (loan.stream, ended))
    ]
    return loan if last[0] == last[1] else None


def settle(work: Work, incident: Incident, items: Sequence[IncidentFile]) -> None:
    """Take the case to its decision once everything it is about has its outcome."""
    if incident.status not in UNSETTLED or any(item.open for item in items):
        return
    history.advance(work, incident, IncidentAction.DECIDE, changes={"decided_at": work.now})
    wanted.tell_owner(work, incident.id, MessageKind.INCIDENT_DECIDED, f"decided {incident.version}")


def reopen(
    work: Work, incident: Incident, again: Sequence[IncidentFile], reason: str, *, untrue: bool = True
) -> None:
    """Miss some of what a case is about again, also while more is sought; raises Conflict otherwise.

    What was declared lost and is only seen stays lost until somebody confirms that it is found. What was said
    of a find is not `untrue` where a file is only reported missing again.
    """
    elsewhere = wanted.by_file(work, [item.file_id for item in again if item.file_id is not None])
    for item in again:
        found = elsewhere.get(item.file_id or 0)
        if found is not None and found.incident_id != incident.id:
            raise Conflict(
                "missed_elsewhere",
                N_("This file is looked for in incident %(incident)s. Go on there."),
                incident=found.incident_id,
            )
    for item in again:
        if item.open and not item.part_found:
            raise Conflict("item_sought", N_("What you chose is sought already: nothing of it is found."))
    for item in again:
        if untrue:
            _unsay(work, item, reason)
            _unplace(work, incident, item)
        _seek(work, incident, item)
        item.open, item.outcome, item.outcome_at = True, None, None
        item.outcome_by = item.outcome_event = None
        item.found_at = item.found_by = item.found_where = None
        item.found_place_id = item.found_in_id = None
        item.found_state = item.others_read = None
    work.session.flush()
    history.advance(
        work,
        incident,
        IncidentAction.REOPEN,
        changes={"closed_at": None, "decided_at": None, "short": False},
        private={"reason": reason},
        subjects=[f"file:{item.file_id}" for item in again if item.file_id is not None],
        items=[item.id for item in again],
    )


def _unsay(work: Work, item: IncidentFile, reason: str) -> None:
    """Take back what an end that was none said of sightings: what was seen was another file."""
    _answer_seen(work, item, col(WantedSighting.answer) == SeenAnswer.PART, SeenAnswer.MISREAD, reason)
    if item.outcome_at is None or item.outcome is IncidentOutcome.DECLARED_LOST:
        return
    recorded_at = work.session.get_one(Event, item.outcome_event).at
    if item.file_id is not None and item.found_at is not None:
        sightings.forget_find(work, item.file_id, recorded_at, item.found_at)
    if item.outcome is IncidentOutcome.MISTAKEN:
        return  # what was seen before it was decided so nobody has said
    said = col(WantedSighting.answered_at) == recorded_at
    _answer_seen(work, item, said, SeenAnswer.MISREAD, reason)


def settle_seen(work: Work, item: IncidentFile, answer: SeenAnswer, remark: str) -> None:
    """Answer every sighting of an item that still asks what it was."""
    _answer_seen(work, item, col(WantedSighting.answered_at).is_(None), answer, remark)


def _answer_seen(
    work: Work, item: IncidentFile, which: ColumnElement[bool], answer: SeenAnswer, remark: str
) -> None:
    sought = select(WantedSighting).where(col(WantedSighting.item_id) == item.id, which)
    for seen in work.session.scalars(sought).all():
        seen.answered_at, seen.answered_by, seen.answer = work.now, display_names.person(work.actor), answer
        work.session.flush()
        history.record(
            work,
            EventKind.INCIDENT_SEEN_ANSWERED,
            f"incident:{item.incident_id}",
            private={"remark": remark},
            seen=seen.id,
            item=item.id,
            answer=answer.value,
        )


def _outcome(
    work: Work,
    incident: Incident,
    item: IncidentFile,
    kind: EventKind,
    reason: str,
    decided_at: datetime | None,
) -> int:
    subjects = [f"file:{item.file_id}"] if item.file_id is not None else []
    private = {"reason": reason}
    return history.record(
        work,
        kind,
        incident,
        private=private,
        subjects=subjects,
        happened_at=decided_at,
        item=item.id,
        file=item.file_id,
    )


def _end(
    work: Work,
    item: IncidentFile,
    outcome: IncidentOutcome,
    event: int,
    decided_at: datetime | None = None,
) -> None:
    item.open, item.outcome, item.outcome_event = False, outcome, event
    item.outcome_at, item.outcome_by = decided_at or work.now, display_names.person(work.actor)
    work.session.flush()


def _end_loan(work: Work, incident: Incident, file: CaseFile) -> None:
    if file.status is not Custody.ON_LOAN:
        return
    statement = select(Loan).where(col(Loan.file_id) == file.id, col(Loan.open)).with_for_update()
    loans.lose(work, work.session.scalars(statement).one(), file, incident.id)


def _back(work: Work, incident: Incident, item: IncidentFile, how: Find) -> None:
    """Let a file stand where it was found, and write down that it was seen there."""
    file = files.get(work, item.file_id or 0)
    transit.hold_deliveries(work, [file.id])
    work.session.refresh(file, with_for_update=True)
    if how.handed_in and how.place_id is None and not _scanned_there(work, item, file):
        raise _nowhere()
    _place_again(work, incident, file, how)
    if how.place_id is None:
        return
    sightings.record(work, file, how.place_id, how=Evidence.HAND, happened_at=how.at, by_incident=True)
    place = places.get(work, how.place_id)
    if place.closed_at is None and transit.found(work, file, place, how=Evidence.HAND, happened_at=how.at):
        checks.queue_alone(work, file)


def _place_again(work: Work, incident: Incident, file: CaseFile, how: Find) -> None:
    loan = loans.open_loan(work, file.id) if _is_back(work, file, how) else None
    if loan is None and file.status is not Custody.LOST and not _stood_elsewhere(work, file, how):
        return
    if how.place_id is None:
        raise _nowhere()
    place = places.get(work, how.place_id)
    if place.closed_at is not None:  # it lay in a room that was emptied: it belongs where it stood last
        place = places.get(work, file.place_id)
    place = places.keep_open(work, place)
    if loan is not None:
        loans.found(work, loan, file, place, how.at)
    placing.stand(
        work,
        file,
        place,
        FileAction.FIND,
        how=Evidence.HAND,
        happened_at=how.at,
        subjects=[incident.stream],
        facts={"incident": incident.id},
    )


def _nowhere() -> Invalid:
    return Invalid(
        "found_nowhere",
        N_(
            "Choose the place where it lies now, a desk too. Without one the register would say that it "
            "stands where it stood before, and nobody has said that."
        ),
        field="place",
    )


def _scanned_there(work: Work, item: IncidentFile, file: CaseFile) -> bool:
    """Tell whether it was scanned where it is recorded while it was wanted."""
    seen = select(col(WantedSighting.id)).where(
        col(WantedSighting.item_id) == item.id,
        col(WantedSighting.place_id) == file.place_id,
        col(WantedSighting.how) == Evidence.SCAN,
    )
    return work.session.scalar(seen.limit(1)) is not None


def _is_back(work: Work, file: CaseFile, how: Find) -> bool:
    """Tell whether a lent file is back by a find: given back, or at a place since it was handed out."""
    out_at = loans.lent_at(work, file)
    if out_at is None or how.at < _minute(out_at):
        return False
    return how.where is FoundWhere.LOAN or how.place_id is not None


def _stood_elsewhere(work: Work, file: CaseFile, how: Find) -> bool:
    """Tell whether a file was found where it is not recorded, and nothing newer is known of it."""
    if how.place_id in (None, file.place_id) or file.status is not Custody.ON_PLACE:
        return False
    if places.get(work, how.place_id or 0).closed_at is not None or how.at < _minute(file.placed_at):
        return False
    return not sightings.later(work, file.id, how.at)


def _minute(moment: datetime) -> datetime:
    """Return the minute of a moment: people state no seconds."""
    return moment.replace(second=0, microsecond=0)


_PLACINGS = (
    *(EventKind.FILE_REGISTERED, EventKind.FILE_MOVED, EventKind.FILE_TAKEN_BACK, EventKind.FILE_ARRIVED),
    *(EventKind.FILE_REHOMED, EventKind.FILE_FOUND, EventKind.FILE_FIND_TAKEN_BACK),
)


def _unplace(work: Work, incident: Incident, item: IncidentFile) -> None:
    """Let a file be recorded where it was before a find that was none, unless it was placed since."""
    file = files.get(work, item.file_id) if item.file_id is not None else None
    if file is None or item.found_at is None or file.status is not Custody.ON_PLACE:
        return
    placed = select(Event.kind, Event.body).where(  # type: ignore[call-overload]
        col(Event.stream) == file.stream, col(Event.kind).in_([one.value for one in _PLACINGS])
    )
    rows = [
        (row.kind, json.loads(row.body)["facts"])
        for row in work.session.execute(placed.order_by(col(Event.seq)))
    ]
    before = list(rows)
    while before and before[-1][0] == EventKind.FILE_FOUND and before[-1][1]["incident"] == incident.id:
        before.pop()
    if len(before) == len(rows) or not before:
        return
    stood = before[-1][1]
    place = places.get(work, stood["place"])
    if place.closed_at is not None:
        return
    work.session.refresh(file, with_for_update=True)
    loan = _loan_ended(work, file, LoanState.RETURNED, EventKind.LOAN_GIVEN_BACK, EventKind.FILE_FOUND)
    if loan is not None:
        loans.unfind(work, loan, file, incident.id)
    placing.stand(
        work,
        file,
        place,
        FileAction.UNFIND_LENT if loan else FileAction.UNFIND,
        how=Evidence.HAND,
        position=stood.get("position"),
        subjects=[incident.stream],
        facts={"incident": incident.id},
    )
