"""Who may know of an incident: of a protected person's only those who lead it, decide, or were let in."""

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlmodel import col

from archive import history
from archive.domain import actors
from archive.errors import Invalid, NotFound
from archive.models import CaseFile, Incident, IncidentFile, IncidentReader, Unit, User
from archive.store import Actor, Work
from archive.vocabulary import EventKind, Permission, Role
from archive.wording import N_

# Whose office it is to know of every incident, whoever it concerns.
_BY_OFFICE = frozenset(
    {
        Role.ARCHIVIST,
        Role.DATA_PROTECTION_OFFICER,
        Role.DELEGATE,
        Role.LEX_SARAH_OFFICER,
        Role.REGISTRAR,
    }
)


def get(work: Work, incident_id: int) -> Incident:
    """Return an incident by id; raises NotFound for one the actor may not know of."""
    found = work.session.get(Incident, incident_id)
    if found is None or not may_see(work, found):
        raise NotFound("no_such_incident", NO_SUCH_INCIDENT)
    return found


NO_SUCH_INCIDENT = N_("There is no such incident, or none you may know of.")

# Also of somebody who became protected after it was reported.
_OF_PROTECTED = (
    exists()
    .where(
        col(IncidentFile.incident_id) == Incident.id,
        col(IncidentFile.file_id) == CaseFile.id,
        col(CaseFile.protected),
    )
    .correlate(Incident)
)


def may_see(work: Work, incident: Incident) -> bool:
    """Tell whether the actor may know of an incident."""
    own = select(Incident).where(col(Incident.id) == incident.id, seen_by(work.actor))
    return work.session.execute(own).first() is not None


def may_read(work: Work, incident: Incident) -> bool:
    """Tell whether the actor may also read what people wrote: whoever may see names, and its reporter."""
    return incident.reported_by == actors.person(work.actor) or work.actor.may(Permission.READ_NAMES)


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Incident` that holds for those an actor may know of.

    Whoever reported it, owns it or was let in sees it; those with the right to read incidents see others,
    but one of a protected person only by office, or as head of the unit that lost it.
    """
    if by_office(actor):
        return true()
    let_in = select(col(IncidentReader.incident_id)).where(col(IncidentReader.user_id) == actor.user_id)
    seen = [col(Incident.reported_by) == actors.person(actor), col(Incident.id).in_(let_in)]
    if actor.user_id is not None:
        seen.append(col(Incident.owner_id) == actor.user_id)
    if actor.may(Permission.READ_INCIDENTS):
        seen.append(and_(~col(Incident.protected), ~_OF_PROTECTED))
    if Role.MANAGER in actor.roles:
        seen.append(col(Incident.unit_id).in_(headed_by(actor)))
    return or_(*seen)


def by_office(actor: Actor) -> bool:
    """Tell whether it is the actor's office to know of every incident."""
    known = actor.user_id is None or bool(_BY_OFFICE & set(actor.roles))
    return known and actor.may(Permission.READ_INCIDENTS)


def headed_by(actor: Actor) -> ColumnElement[int]:
    """Return the units whose name is that of the actor's own."""
    own = select(col(User.unit)).where(col(User.id) == actor.user_id)
    return select(col(Unit.id)).where(and_(col(Unit.name) != "", col(Unit.name).in_(own))).scalar_subquery()


def let_in(work: Work, incident: Incident, user_id: int, reason: str) -> None:
    """Let somebody see an incident who else may not; raises Invalid without a reason."""
    work.require(Permission.LEAD_INCIDENTS)
    if not reason.strip():
        raise Invalid("reason_missing", N_("Say why this person has to see the incident."), field="reason")
    if work.session.get(User, user_id) is None:
        raise Invalid("user_unknown", N_("Choose somebody who works here."), field="user")
    admit(work, incident, user_id, reason.strip())


def admit(work: Work, incident: Incident, user_id: int, reason: str) -> None:
    """Let somebody see an incident from now on, and write down why; checks no permission."""
    if work.session.get(IncidentReader, (incident.id, user_id)) is not None:
        return
    work.session.add(IncidentReader(incident_id=incident.id, user_id=user_id, at=work.now, by=work.actor.id))
    work.session.flush()
    history.record(
        work,
        EventKind.INCIDENT_READER_ADDED,
        incident,
        private={"reason": reason},
        subjects=[f"user:{user_id}"],
        user=user_id,
    )
