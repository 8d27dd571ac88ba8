"""What people say at an incident's ends: found, not it, mistaken, lost, aware, closed, taken up again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archive.accounts import display_names
from archive.incidents import changes, finds, reopening, steps
from archive.kernel.clock import local
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.models import Incident, IncidentFile
from archive.vocabulary import FoundState, FoundWhere, OthersRead, Permission
from archive.vocabulary.wording import N_
from routines.conditions import Answer


@dataclass(frozen=True, slots=True)
class StatedFind:
    """What somebody says of a find; `how` is one of the routine's ways, `readers` who may have read it.

    Where it is incomplete, `found_part` is what was found of it and `missing_part` what is missing.
    """

    at: datetime
    circumstances: str
    how: str = "search"
    by: int | None = None
    place_id: int | None = None
    cover_id: int | None = None
    state: FoundState = field(kw_only=True)
    others_read: OthersRead = field(kw_only=True)
    readers: str = ""
    found_part: str = ""
    missing_part: str = ""


def found(
    work: Work,
    incident: Incident,
    item_ids: Sequence[int],
    said: StatedFind,
    *,
    where: FoundWhere | None = None,
) -> None:
    """Write down that something was found, is the right thing, and in what state.

    A file declared lost comes back by this, and its closed case is taken up again. Where it lay is told from
    its place unless `where` says otherwise.
    """
    changes.locked(work, incident)
    these = [changes.item(work, incident, item_id) for item_id in item_ids]
    finds.claim(work, these, said.place_id, said.at)
    answers = _find(work, these, said)
    form = steps.course(work, incident).step("confirm_find")
    if said.state is FoundState.INCOMPLETE and form.field("found_part"):
        del answers["state"]
        told = {"found_part": said.found_part.strip(), "missing_part": said.missing_part.strip()}
        answers |= {"right": finds.PART, **told}
    steps.complete(work, incident, "confirm_find", answers, where=where)


def not_it(work: Work, incident: Incident, item_ids: Sequence[int], why: str) -> None:
    """Write down that what was seen was not the file, or not the whole of it: it stays wanted."""
    these = [changes.item(work, incident, item_id) for item_id in item_ids]
    answers: dict[str, Answer] = {
        "files": tuple(changes.key(item) for item in these),
        "right": "no",
        "why_not": why.strip(),
    }
    steps.complete(work, incident, "confirm_find", answers)


def mistaken(
    work: Work, incident: Incident, item_ids: Sequence[int], explanation: str, reason: str, proof: str
) -> None:
    """Decide that something never was missing: `explanation` is one of the routine's, `proof` says where."""
    these = [changes.item(work, incident, item_id) for item_id in item_ids]
    answers: dict[str, Answer] = {
        "files": tuple(changes.key(item) for item in these),
        "explanation": explanation,
        "reason": reason.strip(),
        "proof": proof.strip(),
    }
    steps.start_unless_open(work, incident, "decide_mistaken")
    steps.complete(work, incident, "decide_mistaken", answers)


def declare_lost(
    work: Work,
    incident: Incident,
    item_ids: Sequence[int],
    reason: str,
    decision: str,
    decided_with: Sequence[int] = (),
) -> None:
    """Decide as delegate that something is lost; `decision` says where the signed decision lies.

    Refused before three different persons have searched, and to the head of the unit that lost it alone.
    """
    these = [changes.item(work, incident, item_id) for item_id in item_ids]
    answers: dict[str, Answer] = {
        "files": tuple(changes.key(item) for item in these),
        "outcome": "declared_lost",
        "reason": reason.strip(),
        "decision": decision.strip(),
    }
    if decided_with:
        answers["decided_with"] = tuple(f"user:{user_id}" for user_id in decided_with)
    steps.complete(work, incident, "decide", answers)


def decide_aware(work: Work, incident: Incident, aware_at: datetime, reason: str, advice: str) -> None:
    """Decide by name and with a reason that the authority became aware at another moment."""
    steps.start_unless_open(work, incident, "later_awareness")
    answers = {"aware_at": said_moment(aware_at), "reason": reason.strip(), "dpo_advice": advice.strip()}
    steps.complete(work, incident, "later_awareness", answers)


def confirm_short(work: Work, incident: Incident, confirmed: bool, reason: str = "") -> None:
    """Confirm as head of the unit that the short way is enough, or say why it is not."""
    answers: dict[str, Answer] = {"confirmed": "yes"} if confirmed else {"confirmed": "no", "reason": reason}
    steps.complete(work, incident, "short_confirm", answers)


def close(work: Work, incident: Incident, summary: str) -> None:
    """Close a decided incident whose steps are done; what its report says is fixed."""
    steps.complete(work, incident, "close", {"summary": summary.strip(), "read": "yes"})


def reopen(work: Work, incident: Incident, item_ids: Sequence[int], reason: str) -> None:
    """Miss again what was said to be found; raises Invalid without a reason, or what is missing again.

    It is the same breach: its clocks go on from when the authority became aware of it first. The only thing
    that is said to be found, or that an incident is about, need not be named.
    """
    work.require(Permission.WORK_ON_INCIDENTS)
    if not reason.strip():
        raise Invalid("reason_missing", N_("Say why it is taken up again."), field="reason")
    changes.locked(work, incident)
    these = [changes.item(work, incident, item_id) for item_id in item_ids]
    if not these:
        these = [one for one in changes.items(work, incident) if one.part_found or not one.open]
        if len(these) != 1:
            sentence = N_("Choose what is missing again: this incident is about several things.")
            raise Invalid("nothing_missed_again", sentence, field="again")
    reopening.take_up(work, incident, these, reason.strip())


def _find(work: Work, found: Sequence[IncidentFile], said: StatedFind) -> dict[str, Answer]:
    """Answer the form of a find with what somebody says."""
    by = f"user:{said.by}" if said.by is not None else display_names.person(work.actor)
    answers: dict[str, Answer] = {
        "files": tuple(changes.key(item) for item in found),
        "right": "yes",
        "found_at": said_moment(said.at),
        "found_by": by,
        "how": said.how,
        "where": said.circumstances.strip(),
        "in_cover": "yes" if said.cover_id is not None else "no",
        "state": said.state.value,
        "exposed": "unknown" if said.others_read is OthersRead.POSSIBLE else said.others_read.value,
    }
    if said.place_id is not None:
        answers["place"] = f"place:{said.place_id}"
    if said.cover_id is not None:
        answers["cover_file"] = f"file:{said.cover_id}"
    if said.others_read is not OthersRead.NO:
        answers["readers"] = said.readers.strip()
    return answers


def said_moment(moment: datetime) -> str:
    """Write a moment as answers hold it."""
    return local(moment).isoformat(timespec="seconds")
