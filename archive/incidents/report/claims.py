"""Searches said to have found what is missed: which proved wrong, as the events of the incident tell."""

import json
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlmodel import col

from archive.kernel.store import Work
from archive.models import Event, Incident
from archive.vocabulary import EventKind, SearchResult

_CONFIRM = "confirm_find"
_FINDS = (EventKind.INCIDENT_FILE_FOUND.value, EventKind.INCIDENT_PART_FOUND.value)
_AGAIN = EventKind.INCIDENT_REPORTED_AGAIN.value
_KINDS = (
    EventKind.INCIDENT_SEARCHED.value,
    EventKind.STEP_DONE.value,
    *_FINDS,
    EventKind.INCIDENT_REOPENED.value,
    _AGAIN,
)


@dataclass(slots=True)
class _Claimed:
    """Searches of which it was asked together what they had found, and what of that still holds."""

    searches: set[int] = field(default_factory=set)
    right: set[int] = field(default_factory=set)
    answered: bool = False


def wrong(work: Work, incident: Incident) -> frozenset[int]:
    """Return the searches whose find was none: it was not confirmed, or taken back since."""
    found = (one.searches for one in _claimed(work, incident) if one.answered and not one.right)
    return frozenset(number for numbers in found for number in numbers)


def _claimed(work: Work, incident: Incident) -> list[_Claimed]:
    statement = select(Event).where(col(Event.stream) == incident.stream, col(Event.kind).in_(_KINDS))
    events = work.session.scalars(statement.order_by(col(Event.seq))).all()
    # What was found and then is reported missing anew was the right thing.
    anew = {event.at for event in events if event.kind == _AGAIN}
    claims = [_Claimed()]
    for event in events:
        facts = json.loads(event.body)["facts"]
        if facts.get("result") == SearchResult.FOUND.value:
            if claims[-1].answered:
                claims.append(_Claimed())
            claims[-1].searches.add(facts["search"])
        elif event.kind in _FINDS or facts.get("step") == _CONFIRM:
            claims[-1].answered = True
            claims[-1].right.update({facts["item"]} if event.kind in _FINDS else ())
        elif event.kind == EventKind.INCIDENT_REOPENED.value and event.at not in anew:
            for one in claims:
                one.right.difference_update(facts["items"])
    return claims
