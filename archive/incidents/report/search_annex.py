"""Where to look next in an incident: its searches as the plan counts them, the plan's state for paper."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from archive.incidents.report.data import LeadLine, PlanLine
from archive.incidents.report.lines import NameBook
from archive.kernel.store import Work
from archive.models import CaseFile, Incident, IncidentFile, IncidentReader, Place, Search
from archive.search import plan, ranking
from archive.search.ranking import SearchPlan
from archive.vocabulary import IncidentOutcome, Permission, SearchResult
from archive.vocabulary.wording import Both

MOST_THINGS = 5
MOST_LEADS = 10


def fruitless(work: Work, searches: Sequence[Search]) -> list[ranking.VainSearch]:
    """Return the searches that found nothing, as the search plan counts them."""
    found = []
    for one in searches:
        if one.result is not SearchResult.NOT_FOUND:
            continue
        key = one.lead
        if not key and (one.place_id is not None or one.cover_id is not None):
            place = work.session.get(Place, one.place_id) if one.place_id else None
            key = plan.key_of(
                place_id=one.place_id, cover_id=one.cover_id, kind=place.kind if place else None
            )
        if key:
            found.append(ranking.VainSearch(key, one.by))
    return found


def may_walk(work: Work, incident: Incident, file: CaseFile | None) -> bool:
    """Tell whether the actor may see where a file is looked for.

    Of a protected person's only whoever answers for the incident, those let in by name, and those cleared
    for sealed files: each place of the plan tells where that file stood.
    """
    if file is None or not file.protected or work.actor.user_id is None:
        return True
    if incident.owner_id == work.actor.user_id or work.actor.may(Permission.CHECK_SEALED):
        return True
    let = work.session.get(IncidentReader, (incident.id, work.actor.user_id))
    return let is not None and let.protected


def may_walk_all(work: Work, incident: Incident) -> bool:
    """Tell whether the actor may see where anything is looked for that an incident is about."""
    missed = select(CaseFile).join(IncidentFile, col(IncidentFile.file_id) == CaseFile.id)
    files = work.session.scalars(missed.where(col(IncidentFile.incident_id) == incident.id)).all()
    return all(may_walk(work, incident, file) for file in files)


def annex(
    work: Work, items: Sequence[IncidentFile], searches: Sequence[Search], named: NameBook
) -> tuple[PlanLine, ...]:
    """Return the state of the search plan for what is still missing, for those who may read incidents."""
    if not work.actor.may(Permission.READ_INCIDENTS):
        return ()
    missing = [
        item
        for item in items
        if item.file_id is not None and (item.open or item.outcome is IncidentOutcome.DECLARED_LOST)
    ]
    done = fruitless(work, searches)
    return tuple(
        _plan(item, plan.plan(work, item.file_id or 0, done), named) for item in missing[:MOST_THINGS]
    )


def _plan(item: IncidentFile, plan: SearchPlan, named: NameBook) -> PlanLine:
    lines = []
    for lead in plan.leads[:MOST_LEADS]:
        reasons = (ranking.explain(plan, lead, language) for language in ("sv", "en"))
        place = lead.spot.place if lead.spot else None
        lines.append(
            LeadLine(
                thing=item.id,
                place=named.where(place),
                cover_code=named.code(int(lead.at)) if lead.how == ranking.COVER else "",
                how=lead.how,
                share=round(1000 * lead.share),
                minutes=round(lead.minutes),
                searched=lead.searched,
                reasons=tuple(Both(sv, en) for sv, en in zip(*reasons, strict=True)),
            )
        )
    return PlanLine(item.id, round(1000 * plan.gone), tuple(lines))
