"""What a routine may ask about an incident: moments, flags and counts the register knows."""

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlmodel import col

from archive.incidents.report import claims
from archive.kernel.store import Work
from archive.models import (
    CaseFile,
    Incident,
    IncidentFile,
    Search,
    Unit,
    User,
    UserRole,
    WantedSighting,
)
from archive.search import searches
from archive.vocabulary import IncidentOutcome, Role, SearchResult
from routines.conditions import FactValue


def gather(work: Work, incident: Incident) -> dict[str, FactValue]:
    """Return every fact a routine may ask about an incident."""
    outcomes = work.session.execute(
        select(
            func.count().filter(col(IncidentFile.open)),
            func.count().filter(col(IncidentFile.outcome) == IncidentOutcome.DECLARED_LOST),
        ).where(col(IncidentFile.incident_id) == incident.id)
    ).one()
    return {
        "missed": incident.missed_at,
        "suspected": incident.suspected_at,
        "aware": incident.clock_from,
        "reported": _reported(incident),
        "protected": incident.protected or protected_in_register(work, incident),
        "child": incident.child,
        "ongoing": incident.ongoing_case,
        "missing": outcomes[0],
        "to_confirm": _to_confirm(work, incident),
        "lost": outcomes[1],
        "searchers": len(searchers(work, incident)),
        "losing_heads": heads(work, incident),
    }


def _reported(incident: Incident) -> datetime:
    """Return from when what is to be done at once is counted: an old loss was reported in its own time."""
    if incident.over_when_entered:
        return incident.suspected_at
    return incident.learnt_since or incident.reported_at


def protected_in_register(work: Work, incident: Incident) -> bool:
    """Tell whether a file the incident is about is that of a protected person now."""
    statement = (
        select(func.count())
        .select_from(IncidentFile)
        .join(CaseFile, col(CaseFile.id) == IncidentFile.file_id)
        .where(col(IncidentFile.incident_id) == incident.id, col(CaseFile.protected))
    )
    return bool(work.session.scalar(statement))


def searchers(work: Work, incident: Incident) -> set[str]:
    """Return the different persons who have searched; one that ended with the wrong file is no search."""
    statement = select(col(Search.id), col(Search.by), col(Search.result)).where(
        col(Search.incident_id) == incident.id, col(Search.result) != SearchResult.NOT_SEARCHED
    )
    made = work.session.execute(statement).all()
    ended = any(one.result is SearchResult.FOUND for one in made)
    wrong = claims.wrong(work, incident) if ended else frozenset[int]()
    return {one.by for one in made if one.id not in wrong}


def heads(work: Work, incident: Incident) -> frozenset[str]:
    """Return the heads of the unit that lost it; of every unit, while nobody has said which it was."""
    statement = (
        select(col(User.id))
        .join(UserRole, col(UserRole.user_id) == User.id)
        .where(col(UserRole.role) == Role.MANAGER)
    )
    if incident.unit_id is not None:
        own = select(col(Unit.name)).where(col(Unit.id) == incident.unit_id)
        statement = statement.where(col(User.unit) == own.scalar_subquery())
    return frozenset(f"user:{user_id}" for user_id in work.session.scalars(statement))


def _to_confirm(work: Work, incident: Incident) -> int:
    """Count what was seen, and a find a search claims: neither ends the case before somebody confirms it."""
    statement = (
        select(func.count(col(WantedSighting.item_id).distinct()))
        .join(IncidentFile, col(IncidentFile.id) == WantedSighting.item_id)
        .where(
            col(IncidentFile.incident_id) == incident.id,
            col(WantedSighting.answered_at).is_(None),
            or_(col(IncidentFile.open), col(IncidentFile.outcome) == IncidentOutcome.DECLARED_LOST),
        )
    )
    claimed = select(func.count()).select_from(Search).where(searches.claimed(incident, work.now))
    wanted = select(func.count()).where(
        col(IncidentFile.incident_id) == incident.id,
        or_(col(IncidentFile.open), col(IncidentFile.outcome) == IncidentOutcome.DECLARED_LOST),
    )
    claims = bool(work.session.scalar(claimed)) and bool(work.session.scalar(wanted))
    return (work.session.scalar(statement) or 0) + claims
