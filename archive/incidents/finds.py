"""Finds: what people said of one, where the kinds of the search plan say it lay, and late ones."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from archive.accounts import display_names
from archive.files import wanted
from archive.incidents import facts, outcomes
from archive.incidents.outcomes import Find
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.letters import is_number
from archive.kernel.store import Work
from archive.models import CaseFile, FilePerson, Incident, IncidentFile, Place, WantedSighting
from archive.notifications import inbox
from archive.places import paths
from archive.routine_runs import keys
from archive.routine_runs.steps import Answers
from archive.vocabulary import (
    Evidence,
    FoundState,
    FoundWhere,
    IncidentOutcome,
    MessageKind,
    OthersRead,
    PlaceKind,
    Role,
)
from archive.vocabulary.wording import N_
from routines.answers import as_moment
from routines.progress import Record

_STATES = {
    "whole": FoundState.WHOLE,
    "damaged": FoundState.DAMAGED,
    "incomplete": FoundState.INCOMPLETE,
}
_READ = {"no": OthersRead.NO, "yes": OthersRead.YES, "unknown": OthersRead.POSSIBLE}
_CAUSES = {
    "wrong_position": FoundWhere.NEIGHBOUR,
    "wrong_cover": FoundWhere.OTHER_COVER,
    "desk": FoundWhere.DESK,
    "misread": FoundWhere.MISREAD,
}
_HOW = {"returned": FoundWhere.LOAN, "outside": FoundWhere.SENT_OUT}
_HANDED_IN = {*_HOW, "delivery", "other"}  # ways of finding that do not say that it stands in its place
PART = "part"  # the answer that it is the right thing, and something of it is missing still
WHOLE_YET_INCOMPLETE = N_(
    "You have answered both that it is the right one and whole, and that parts are missing. Answer instead "
    "that it is not whole, and write what was found and what is missing: what is missing is sought until it "
    "is found or declared lost."
)
OUTSIDER = "outsider"  # somebody without an account; the name lies beside the event
_NEAR = 2  # places whose holder's holder is the same are near each other


def claim(work: Work, found: Sequence[IncidentFile], place_id: int | None, at: datetime) -> None:
    """Note that somebody says to have found something, so that it is asked whether it is right and whole."""
    for item in found:
        if not item.open and item.outcome is not IncidentOutcome.DECLARED_LOST:
            raise Conflict("item_settled", outcomes.SETTLED)
        if place_id is None and _asks(work, item):
            continue  # said already: to click once more is to see nothing more
        if item.file_id is not None:
            it = wanted.Wanted(item.file_id, item.id, item.incident_id, not item.open)
            wanted.note(work, it, place_id, how=Evidence.HAND, happened_at=at)
        else:
            work.session.add(
                WantedSighting(
                    item_id=item.id,
                    place_id=place_id,
                    actor=work.actor.id,
                    at=work.now,
                    happened_at=at,
                    how=Evidence.HAND,
                )
            )
    work.session.flush()


def _asks(work: Work, item: IncidentFile) -> bool:
    """Tell whether it is asked already what was seen of something."""
    seen = select(col(WantedSighting.id)).where(
        col(WantedSighting.item_id) == item.id, col(WantedSighting.answered_at).is_(None)
    )
    return work.session.scalar(seen.limit(1)) is not None


def of_answers(work: Work, found: Sequence[IncidentFile], answers: Answers, where: FoundWhere | None) -> Find:
    """Return what the form of a find says; where it lay is told from its place unless somebody said it."""
    at = as_moment(answers.get("found_at"))
    if at is None or not found:
        raise Invalid("find_unclear", N_("Say what was found, and when."), field="files")
    part = answers.get("right") == PART
    state = FoundState.INCOMPLETE if part else _STATES.get(str(answers.get("state")))
    if state is FoundState.INCOMPLETE and not part:  # the first version of the routine asks both
        raise Invalid("whole_yet_incomplete", WHOLE_YET_INCOMPLETE, field="right")
    place_id, cover_id = _number(answers, "place", "place"), _number(answers, "cover_file", "file")
    said, readers = str(answers.get("where", "")), str(answers.get("readers", ""))
    by = str(answers.get("found_by", display_names.person(work.actor)))
    name = by.removeprefix(keys.NAMED) if by.startswith(keys.NAMED) else ""
    return Find(
        at=at,
        by=OUTSIDER if name else by,
        where=where or _kind(work, found[0], str(answers.get("how", "")), place_id, cover_id),
        state=state,
        others_read=_READ.get(str(answers.get("exposed"))),
        circumstances="\n".join(filter(None, (said, readers, name))),
        place_id=place_id,
        cover_id=cover_id,
        handed_in=cover_id is None and str(answers.get("how")) in _HANDED_IN,
    )


def of_first_search(work: Work, item: IncidentFile, first: Record) -> Find:
    """Return what the three fields of the short way say of a find; a scan says better where it lay."""
    answers = first.answers
    scanned = _scanned_at(work, item)
    said = _CAUSES.get(str(answers.get("cause")), FoundWhere.OTHER)
    return Find(
        at=first.done_at or work.now,
        by=str(answers.get("searched_by", first.ended_by)),
        where=said if scanned is None else _kind(work, item, "", scanned, None),
        state=None,
        others_read=_READ.get(str(answers.get("outsiders"))),
        circumstances=str(answers.get("found_where", "")),
    )


def _scanned_at(work: Work, item: IncidentFile) -> int | None:
    """Return where it was last seen while it was wanted, None where nobody has seen it at a place."""
    seen = select(col(WantedSighting.place_id)).where(
        col(WantedSighting.item_id) == item.id, col(WantedSighting.place_id).is_not(None)
    )
    return work.session.scalar(seen.order_by(col(WantedSighting.id).desc()).limit(1))


def take_up(work: Work, incident: Incident) -> None:
    """Take a closed case up again for something lost that was seen: it stays lost until confirmed."""
    outcomes.reopen(work, incident, [], "")
    tell_officers(work, incident, MessageKind.INCIDENT_LOST_SEEN)


def tell_officers(work: Work, incident: Incident, kind: MessageKind) -> None:
    """Tell those who may have told others of an outcome that does not hold, or may not hold any more."""
    heads = [int(key.removeprefix("user:")) for key in facts.heads(work, incident)]
    officers = [Role.DATA_PROTECTION_OFFICER, Role.LEX_SARAH_OFFICER]
    inbox.tell(
        work,
        kind,
        incident.stream,
        f"again {incident.version}",
        users=[incident.owner_id, *heads],
        roles=officers if heads else [*officers, Role.MANAGER],
        incident=incident.id,
    )


def _number(answers: Mapping[str, object], name: str, noun: str) -> int | None:
    """Return the id in the key of a place or file, as `place:4`; raises Invalid for anything else."""
    key = answers.get(name)
    if not key:
        return None
    kind, _colon, number = str(key).partition(":")
    if kind != noun or not is_number(number):
        raise Invalid("key_unknown", N_("Choose from the list."), field=name)
    return int(number)


def _kind(work: Work, item: IncidentFile, how: str, place_id: int | None, cover_id: int | None) -> FoundWhere:
    """Tell which kind of finding place it is: the search plan learns from these."""
    if how in _HOW:
        return _HOW[how]
    if cover_id is not None:
        return FoundWhere.SAME_PERSON if _share_person(work, item, cover_id) else FoundWhere.OTHER_COVER
    if place_id is None:
        return FoundWhere.OTHER
    if place_id == item.place_id:
        return FoundWhere.OWN_PLACE
    place = work.session.get(Place, place_id)
    if place is None:
        raise Invalid("key_unknown", N_("Choose from the list."), field="place")
    if place.kind is PlaceKind.DESK:
        return FoundWhere.DESK
    if place.kind is PlaceKind.CRATE:
        return FoundWhere.TRANSPORT
    return _near_or_far(work, item, place)


def _near_or_far(work: Work, item: IncidentFile, place: Place) -> FoundWhere:
    known = paths.trails(work, [place.id] + ([item.place_id] if item.place_id else []))
    here, there = known[place.id], known.get(item.place_id or 0, [])
    levels = zip(here, there, strict=False)
    shared = sum(1 for one, other in levels if one.id == other.id)
    if shared >= max(len(there) - _NEAR, 2):
        return FoundWhere.NEIGHBOUR
    return FoundWhere.OTHER if here[0].central else FoundWhere.OLD_ROOM


def _share_person(work: Work, item: IncidentFile, cover_id: int) -> bool:
    if work.session.get(CaseFile, cover_id) is None:
        raise Invalid("key_unknown", N_("Choose from the list."), field="cover_file")
    own = select(col(FilePerson.person_id)).where(col(FilePerson.file_id) == item.file_id)
    theirs = select(col(FilePerson.file_id)).where(
        col(FilePerson.file_id) == cover_id, col(FilePerson.person_id).in_(own)
    )
    return work.session.execute(theirs).first() is not None
