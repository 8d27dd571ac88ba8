"""What was written while something was believed found that was not: it is true no more once that is known."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from archive.incidents.reopening import ANEW, HOLDS
from archive.kernel.store import Work
from archive.models import Event, Incident
from archive.vocabulary import EventKind
from routines.progress import Record

Times = tuple[tuple[datetime, datetime], ...]

_FINDS = (EventKind.INCIDENT_FILE_FOUND.value, EventKind.INCIDENT_PART_FOUND.value)
_KINDS = (*_FINDS, EventKind.INCIDENT_FILE_MISTAKEN.value, EventKind.INCIDENT_REOPENED.value)
_ASKING = ("confirm_find", "short_confirm")  # a find is known from when it is asked whether it is right
# What was sent stays sent, and that it was is true: of these only what they say of the file itself is not.
_SENT = ("notify_imy", "supplement_imy", "inform_persons", "police_report", "tell_board")
_TELLING = {*ANEW, "after_find", "lessons"}
_TEXTS = {("notify_imy", name) for name in ("nature", "consequences", "actions")}


def times(work: Work, incident: Incident, records: Iterable[Record], until: datetime) -> Times:
    """Return the times in which something was believed at hand, as far as that was known by a moment."""
    statement = select(Event).where(
        col(Event.stream) == incident.stream, col(Event.kind).in_(_KINDS), col(Event.at) <= until
    )
    asked = [one.opened_at for one in records if one.step in _ASKING]
    since: dict[int, datetime] = {}
    found = []
    for event in work.session.scalars(statement.order_by(col(Event.seq))):
        facts = json.loads(event.body)["facts"]
        if event.kind == EventKind.INCIDENT_REOPENED.value:
            found += [(since.pop(item), event.at) for item in facts["items"] if item in since]
        else:
            known = [at for at in asked if at <= event.at and event.kind in _FINDS]
            since.setdefault(facts["item"], max(known, default=event.at))
    return tuple(found)


def holds(within: Times, step: str, field: str, record: Record) -> bool:
    """Tell whether what a step answered is still true, as far as such a find goes.

    A decision for the persons concerned holds whatever was found.
    """
    tells = (step in _TELLING and step not in _SENT) or (step, field) in _TEXTS
    decided = HOLDS.get(step) == field and record.answers.get(field) == "yes"
    if not tells or decided or record.ended_at is None:
        return True
    return not any(begin <= record.ended_at < end for begin, end in within)
