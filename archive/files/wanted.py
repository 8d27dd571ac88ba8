"""What is wanted: files named in an open incident, and those declared lost; who sees one is told to stop."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, insert, or_, select

from archive.accounts import display_names
from archive.history import history
from archive.kernel.clock import local_date
from archive.kernel.errors import Conflict
from archive.kernel.hooks import Hook
from archive.kernel.store import Work
from archive.models import Incident, IncidentFile, User, WantedSighting
from archive.notifications import inbox
from archive.vocabulary import EventKind, Evidence, IncidentOutcome, MessageKind, Role, SeenAnswer
from archive.vocabulary.wording import N_

_ITEM = IncidentFile.__table__  # type: ignore[attr-defined]
_INCIDENT = Incident.__table__  # type: ignore[attr-defined]
_USER = User.__table__  # type: ignore[attr-defined]
_SEEN = WantedSighting.__table__  # type: ignore[attr-defined]

_STANDS = and_(_ITEM.c.found_at.is_not(None), _ITEM.c.found_place_id.is_not(None))
# Where only the rest of a file was declared lost the file itself is at hand.
_GIVEN_UP = and_(_ITEM.c.outcome == IncidentOutcome.DECLARED_LOST, _ITEM.c.found_at.is_(None))
# One statement more for every scan: by an index that holds only what was ever missed.
_WANTED = (
    select(_ITEM.c.file_id, _ITEM.c.id, _ITEM.c.incident_id, _ITEM.c.open, _STANDS.label("stands"))
    .where(
        _ITEM.c.file_id.in_(bindparam("ids", expanding=True)),
        or_(_ITEM.c.open, _GIVEN_UP),
    )
    .order_by(_ITEM.c.open, _ITEM.c.id)
)
_OWNER = (
    select(_USER.c.id)
    .join(_INCIDENT, _INCIDENT.c.owner_id == _USER.c.id)
    .where(_INCIDENT.c.id == bindparam("incident_id"), _USER.c.active)
)
_NOTE = insert(_SEEN).returning(_SEEN.c.id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Name the incident that looks for a file; `lost` when it was given up and declared lost.

    `stands` when it was found at a place already, though not whole: to see it there is nothing new.
    """

    file_id: int
    item_id: int
    incident_id: int
    lost: bool
    stands: bool = False


def by_file(work: Work, file_ids: Iterable[int]) -> dict[int, Wanted]:
    """Return which of some files are wanted, in one statement."""
    ids = sorted(set(file_ids))
    if not ids:
        return {}
    rows = work.connection.execute(_WANTED, {"ids": ids})
    return {
        row.file_id: Wanted(row.file_id, row.id, row.incident_id, not row.open, row.stands) for row in rows
    }


@Hook
def known(work: Work, incident_ids: Collection[int]) -> frozenset[int]:
    """Return which of some incidents the actor may know of: only those are told by number."""
    raise NotImplementedError


def told(work: Work, incident_id: int | None) -> int | None:
    """Return the number of an incident to tell the actor, None for one the actor may not know of."""
    return incident_id if incident_id is not None and known(work, [incident_id]) else None


def refuse(work: Work, file_id: int) -> None:
    """Raise Conflict for a wanted file: it is not lent, made void, disposed of or handed over."""
    found = by_file(work, [file_id]).get(file_id)
    if found is not None and told(work, found.incident_id) is None:
        raise Conflict(
            "file_wanted",
            N_("This file is wanted. Do not give it away: lay it aside and tell the archive."),
        )
    if found is not None:
        raise Conflict(
            "file_wanted",
            N_(
                "This file is wanted. Do not give it away: lay it aside and tell the owner of incident "
                "%(incident)s."
            ),
            incident=found.incident_id,
        )


def notice(
    work: Work,
    file_id: int,
    place_id: int | None,
    *,
    how: Evidence,
    happened_at: datetime,
    scan_id: str | None = None,
) -> int | None:
    """Note in its incident that a wanted file was seen, and tell the owner; return the incident's id.

    The case stays as it is: only the owner says what was seen.
    """
    found = by_file(work, [file_id]).get(file_id)
    if found is None:
        return None
    note(work, found, place_id, how=how, happened_at=happened_at, scan_id=scan_id, known=found.stands)
    return found.incident_id


def note(
    work: Work,
    found: Wanted,
    place_id: int | None,
    *,
    how: Evidence,
    happened_at: datetime,
    scan_id: str | None = None,
    known: bool = False,
) -> None:
    """Note that what an incident looks for was seen, `known` where that is the part found before."""
    seen: dict[str, object] = {
        "item_id": found.item_id,
        "place_id": place_id,
        "actor": work.actor.id,
        "at": work.now,
        "happened_at": happened_at,
        "how": how,
        "scan_id": scan_id,
    }
    if known:
        answered = {"answered_at": work.now, "answered_by": display_names.person(work.actor)}
        seen |= {**answered, "answer": SeenAnswer.PART}
    seen_id = work.connection.execute(_NOTE, seen).scalar_one()
    stream = f"incident:{found.incident_id}"
    history.record(
        work,
        EventKind.INCIDENT_FILE_SEEN,
        stream,
        subjects=[f"file:{found.file_id}"],
        happened_at=happened_at,
        seen=seen_id,
        item=found.item_id,
        file=found.file_id,
        place=place_id,
        how=how.value,
    )
    # Scanned again by the same hands at the same place, it is told once a day.
    key = f"{found.item_id} {place_id or 0} {work.actor.id} {local_date(work.now)}"
    tell_owner(work, found.incident_id, MessageKind.WANTED_SEEN, key)


def tell_owner(work: Work, incident_id: int, kind: MessageKind, key: str) -> None:
    """Tell the owner of an incident, or every archivist when there is none who is still here."""
    owner = work.connection.execute(_OWNER, {"incident_id": incident_id}).scalar()
    roles = [] if owner else [Role.ARCHIVIST]
    inbox.tell(work, kind, f"incident:{incident_id}", key, users=[owner], roles=roles, incident=incident_id)
