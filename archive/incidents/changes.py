"""Hold an incident and what it is about, and change what stands in it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from archive.history import history, private_data
from archive.kernel.errors import NotFound
from archive.kernel.store import Work
from archive.models import CaseFile, Event, Incident, IncidentFile
from archive.vocabulary import EventKind
from archive.vocabulary.wording import N_

NO_SUCH_ITEM = N_("The incident is not about this. Look at it again.")


def locked(work: Work, incident: Incident) -> Incident:
    """Hold an incident's files and then its row, in the order everybody does, and read both afresh."""
    if not work.sqlite:
        ids = [item.file_id for item in items(work, incident) if item.file_id is not None]
        held = select(col(CaseFile.id)).where(col(CaseFile.id).in_(ids)).order_by(col(CaseFile.id))
        work.connection.execute(held.with_for_update())
    work.session.refresh(incident, with_for_update=True)
    return incident


def items(work: Work, incident: Incident) -> Sequence[IncidentFile]:
    """Return what an incident is about, in the order it was added."""
    statement = select(IncidentFile).where(col(IncidentFile.incident_id) == incident.id)
    # Read afresh: on PostgreSQL somebody may have settled one while we waited.
    fresh = statement.order_by(col(IncidentFile.id)).execution_options(populate_existing=True)
    return work.session.scalars(fresh).all()


def item(work: Work, incident: Incident, item_id: int) -> IncidentFile:
    """Return one thing an incident is about; raises NotFound."""
    found = work.session.get(IncidentFile, item_id)
    if found is None or found.incident_id != incident.id:
        raise NotFound("no_such_item", NO_SUCH_ITEM)
    return found


def named(work: Work, incident: Incident, keys: Iterable[str]) -> list[IncidentFile]:
    """Return the items that keys of a routine's form name: `file:7` or `item:3`; raises NotFound."""
    own = items(work, incident)
    by_key = {f"item:{one.id}": one for one in own}
    by_key |= {f"file:{one.file_id}": one for one in own if one.file_id is not None}
    found = {}
    for key in keys:
        if key not in by_key:
            raise NotFound("no_such_item", NO_SUCH_ITEM)
        found[by_key[key].id] = by_key[key]
    return list(found.values())


def key(item: IncidentFile) -> str:
    """Return the key a routine's form knows an item by."""
    return f"file:{item.file_id}" if item.file_id is not None else f"item:{item.id}"


def changed(work: Work, incident: Incident, reason: str, **values: Any) -> None:
    """Set columns of an incident and write down what they were; checks no permission."""
    old = {name: history.plain(getattr(incident, name)) for name in values}
    for name, value in values.items():
        setattr(incident, name, value)
    incident.version += 1
    work.session.flush()
    history.record(
        work,
        EventKind.INCIDENT_CHANGED,
        incident,
        private={
            "old": old,
            "new": {name: history.plain(value) for name, value in values.items()},
            "reason": reason,
        },
        fields=sorted(values),
    )


def was(work: Work, incident: Incident, name: str, moment: datetime) -> Any:
    """Return what stood in a column at a moment, by what was written down when it was changed since."""
    statement = (
        select(col(Event.id))
        .where(
            col(Event.stream) == incident.stream,
            col(Event.kind) == EventKind.INCIDENT_CHANGED.value,
            col(Event.at) > moment,
        )
        .order_by(col(Event.seq))
    )
    changes = work.session.scalars(statement).all()
    texts = private_data.by_event(work, changes)
    old = (texts[one]["old"] for one in changes if one in texts)
    return next((values[name] for values in old if name in values), getattr(incident, name))
