"""Markers for the empty places of missing files: a code of its own, so that none is taken for the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from archive.codes import codes
from archive.history import history
from archive.incidents import access, reporting
from archive.kernel.errors import Conflict
from archive.kernel.store import Work
from archive.models import CaseFile, Incident, IncidentFile, Label
from archive.places import paths
from archive.vocabulary import EventKind, IncidentOutcome, LabelState, Permission
from archive.vocabulary.wording import N_


@dataclass(frozen=True, slots=True)
class Marker:
    """What stands on one marker: codes and the place it belongs to, nothing of a person.

    `place` is empty for a protected person's file.
    """

    code: str
    file_code: str
    part: int
    parts: int
    incident: int
    missed_at: datetime
    place: str


def print_out(work: Work, incident_id: int) -> list[Marker]:
    """Return a marker for each missing file of an incident, each with the code it got at its first print.

    Raises NotFound for an incident the actor may not know of, Conflict when nothing registered is missing.
    """
    work.require(Permission.LABEL)
    incident = access.get(work, incident_id)
    items = [item for item in reporting.items(work, incident) if _missing(item)]
    if not items:
        raise Conflict(
            "nothing_to_mark", N_("No registered file is missing here any more: there is no place to mark.")
        )
    codes = _codes(work, [item.file_id or 0 for item in items])
    history.record(
        work,
        EventKind.INCIDENT_MARKED,
        incident,
        subjects=[f"file:{item.file_id}" for item in items],
        items=[item.id for item in items],
        codes=[codes[item.file_id or 0] for item in items],
    )
    return _markers(work, incident, items, codes)


def _missing(item: IncidentFile) -> bool:
    lost = item.outcome is IncidentOutcome.DECLARED_LOST and not item.part_found
    return item.file_id is not None and (item.open or lost)


def _codes(work: Work, file_ids: Sequence[int]) -> dict[int, str]:
    """Return the code of each file's marker; one printed again keeps it, so the older paper still leads."""
    known = select(Label.file_id, Label.code).where(
        col(Label.file_id).in_(file_ids), col(Label.state) == LabelState.MARKER
    )
    found: dict[int, str] = {row[0]: row[1] for row in work.session.execute(known)}
    missing = [file_id for file_id in file_ids if file_id not in found]
    return found | codes.issue_markers(work, missing)


def _markers(
    work: Work, incident: Incident, items: Sequence[IncidentFile], codes: dict[int, str]
) -> list[Marker]:
    files = {item.file_id: work.session.get_one(CaseFile, item.file_id) for item in items}
    standing = paths.steps(work, {item.place_id or files[item.file_id].place_id for item in items})
    return [
        Marker(
            code=codes[file.id],
            file_code=file.code,
            part=file.part,
            parts=file.parts,
            incident=incident.id,
            missed_at=incident.missed_at,
            place="" if file.protected else paths.name_of(standing.get(item.place_id or file.place_id, ())),
        )
        for item in items
        for file in [files[item.file_id]]
    ]
