"""Who may know of an incident: of a protected person's only those who lead it, decide, or were let in."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Text, and_, cast, exists, literal, or_, select, true, update
from sqlmodel import col

from archive.accounts import display_names
from archive.accounts import users as user_accounts
from archive.files import wanted
from archive.history import history
from archive.kernel.errors import Invalid, NotFound
from archive.kernel.store import Actor, Work
from archive.models import CaseFile, Incident, IncidentFile, IncidentReader, Unit, User, UserRole
from archive.notifications import inbox
from archive.people import further
from archive.routine_runs import steps as run_steps
from archive.vocabulary import EventKind, Permission, Role
from archive.vocabulary.wording import N_

HEAD = "manager"  # what the routine calls the head of the unit

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
PROTECTED = or_(col(Incident.protected), _OF_PROTECTED)


def of_protected(work: Work, *incidents: int) -> frozenset[int]:
    """Return which of some incidents concern, or may concern, somebody with protected data as of now."""
    found = select(col(Incident.id)).where(col(Incident.id).in_(incidents), PROTECTED)
    return frozenset(work.session.scalars(found))


def _held(*roles: Role) -> ColumnElement[bool]:
    """Return the condition that somebody who is still here has one of these roles."""
    holders = select(col(UserRole.user_id)).join(User, col(User.id) == UserRole.user_id)
    return holders.where(col(User.active), col(UserRole.role).in_(roles)).exists()


_own_unit = select(col(Unit.name)).where(col(Unit.id) == Incident.unit_id, col(Unit.name) != "")
_of_office = select(col(UserRole.user_id)).where(col(UserRole.role).in_(_BY_OFFICE))
_readers = select(col(IncidentReader.user_id)).where(
    col(IncidentReader.incident_id) == Incident.id, col(IncidentReader.protected)
)
_HEAD = (
    select(col(User.id))
    .join(UserRole, col(UserRole.user_id) == User.id)
    .where(
        col(User.active),
        col(UserRole.role) == Role.MANAGER,
        or_(
            col(User.unit).in_(_own_unit.correlate(Incident).scalar_subquery()),
            col(User.id).in_(_readers.correlate(Incident)),
            col(User.id).in_(_of_office),
            col(User.id) == Incident.owner_id,
            literal("user:").concat(cast(col(User.id), Text)) == Incident.reported_by,
        ),
    )
    .correlate(Incident)
    .exists()
)
# A protected person's incident that no head of unit who is still here may know of.
_HEADLESS = and_(PROTECTED, ~_HEAD)
# Who goes on in the head's place, the first that somebody has: those who know of every incident anyway, then
# those who know of every protected person.
_STAND_INS = (Role.DELEGATE, Role.SEALED_KEEPER)


def stand_in(work: Work, incident: Incident) -> Role | None:
    """Return the role that goes on where no head of unit may know of an incident; None while one may."""
    headless = select(col(Incident.id)).where(col(Incident.id) == incident.id, _HEADLESS)
    if work.session.execute(headless).first() is None:
        return None
    return next((role for role in _STAND_INS if work.session.scalar(select(_held(role)))), None)


def stands_in(work: Work, incident: Incident) -> bool:
    """Tell whether the actor goes on in place of the head of the unit."""
    return may_stand_in(work.actor) and stand_in(work, incident) in work.actor.roles


@run_steps.stood_in_for.answer
def stood_in_for(work: Work, run: run_steps.Run) -> frozenset[str]:
    """Return the head of the unit where the actor goes on in its place, for an incident; else nobody."""
    return frozenset({HEAD}) if isinstance(run, Incident) and stands_in(work, run) else frozenset()


def may_stand_in(actor: Actor) -> bool:
    """Tell whether the actor has a role that goes on where no head of unit may."""
    return bool(set(_STAND_INS) & set(actor.roles))


def may_see(work: Work, incident: Incident, actor: Actor | None = None) -> bool:
    """Tell whether the actor, or somebody else, may know of an incident."""
    own = select(Incident).where(col(Incident.id) == incident.id, seen_by(actor or work.actor))
    return work.session.execute(own).first() is not None


@wanted.known.answer
def known(work: Work, incident_ids: Collection[int]) -> frozenset[int]:
    """Return which of some incidents the actor may know of, in one statement."""
    if not incident_ids:
        return frozenset()
    own = select(col(Incident.id)).where(col(Incident.id).in_(sorted(incident_ids)), seen_by(work.actor))
    return frozenset(work.session.scalars(own))


@inbox.informed.answer
def informed(work: Work, about: str, users: Sequence[User], roles: Collection[Role]) -> Sequence[User]:
    """Return whom of some users to tell of an incident: those who may know of it, and who stands in.

    Whoever is told of what they may not open learns of it, and nobody who can act does.
    """
    noun, _colon, number = about.partition(":")
    incident = work.session.get(Incident, int(number)) if noun == "incident" and number.isdecimal() else None
    if incident is None:
        return users
    able = [user for user in users if may_see(work, incident, user_accounts.actor_of(work, user))]
    role = stand_in(work, incident) if Role.MANAGER in roles else None
    if role is None:
        return able
    known = {user.id for user in able}
    return [*able, *(user for user in user_accounts.holders(work, role) if user.id not in known)]


def may_read(work: Work, incident: Incident) -> bool:
    """Tell whether the actor may also read what people wrote: whoever may see names, and its reporter."""
    return incident.reported_by == display_names.person(work.actor) or work.actor.may(Permission.READ_NAMES)


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on `Incident` that holds for those an actor may know of.

    Whoever reported it, owns it or was let in sees it; those with the right to read incidents see others,
    but one of a protected person only by office, or as head of the unit that lost it. Whoever was let in
    before somebody was protected was not let into that: it is decided anew.
    """
    if by_office(actor):
        return true()
    let_in = select(col(IncidentReader.incident_id)).where(col(IncidentReader.user_id) == actor.user_id)
    seen = [
        col(Incident.reported_by) == display_names.person(actor),
        col(Incident.id).in_(let_in.where(col(IncidentReader.protected))),
        and_(col(Incident.id).in_(let_in), ~PROTECTED),
    ]
    if actor.user_id is not None:
        seen.append(col(Incident.owner_id) == actor.user_id)
    if actor.may(Permission.READ_INCIDENTS):
        seen.append(~PROTECTED)
    if Role.MANAGER in actor.roles:
        seen.append(col(Incident.unit_id).in_(headed_by(actor)))
    if Role.SEALED_KEEPER in actor.roles:
        seen.append(and_(_HEADLESS, ~_held(Role.DELEGATE)))
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


@further.protected.answer
def let_in_anew(work: Work, file_ids: Sequence[int]) -> None:
    """Withdraw what let people into incidents about files that concern somebody further who is protected."""
    about = select(col(IncidentFile.incident_id)).where(col(IncidentFile.file_id).in_(file_ids))
    knew = update(IncidentReader).where(col(IncidentReader.incident_id).in_(about))
    work.session.execute(knew.where(col(IncidentReader.protected)).values(protected=False))


def admit(work: Work, incident: Incident, user_id: int, reason: str) -> None:
    """Let somebody see an incident as it is from now on, and write down why; checks no permission."""
    protected = bool(of_protected(work, incident.id))
    let = work.session.get(IncidentReader, (incident.id, user_id))
    if let is not None and (let.protected or not protected):
        return
    let = let or IncidentReader(incident_id=incident.id, user_id=user_id)
    let.at, let.by, let.protected = work.now, work.actor.id, protected
    work.session.add(let)
    work.session.flush()
    history.record(
        work,
        EventKind.INCIDENT_READER_ADDED,
        incident,
        private={"reason": reason},
        subjects=[f"user:{user_id}"],
        user=user_id,
    )
