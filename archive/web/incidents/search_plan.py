"""Where to search next: places in order of chance for the time, each with why, and what each search gave."""

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, request, url_for

from archive.access_log import access_log
from archive.accounts import display_names
from archive.files.parts import with_part
from archive.incidents import changes, reporting
from archive.incidents.papers import search_route
from archive.incidents.papers.search_route import SoughtFile, Stop
from archive.incidents.report import search_annex
from archive.kernel.errors import Invalid, NotFound
from archive.kernel.letters import is_number
from archive.kernel.store import Work
from archive.models import CaseFile, Incident, IncidentFile, Loan, Search
from archive.places import paths
from archive.search import plan, ranking, searches
from archive.search.ranking import Lead, SearchPlan
from archive.search.searches import Searched
from archive.vocabulary import IncidentOutcome, Permission, SearchResult
from archive.vocabulary.wording import N_, _, locale
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, saw, see, show
from archive.web.routine_runs import step_form

SHOWN = 15
MOST = 60
MOST_SEARCHERS = 6
NOT_MINUTES = N_("Write how many minutes the search took.")
_HOW = {
    ranking.READ: N_("Read every label in: %(place)s"),
    ranking.OPEN: N_("Open every cover in: %(place)s"),
    ranking.COVER: N_("Open the cover of: %(place)s"),
    ranking.DESK: N_("Search the desk of: %(place)s"),
    ranking.TABLE: N_("Tables, trolleys and corners of: %(place)s"),
    ranking.BEHIND: N_("Behind and under: %(place)s"),
    ranking.ASK: N_("Ask whoever it was sent on to: %(place)s"),
    ranking.SWEEP: N_("Go through all of: %(place)s"),
}


@dataclass(frozen=True, slots=True)
class SpotWords:
    """One place to search, in words."""

    key: str
    what: str
    where: str
    reasons: list[str]
    share: float
    minutes: int
    searched: int


@requires(Permission.READ_INCIDENTS)
def page(incident_id: int) -> Response:
    """Show where to search next, by chance for the time or in the order one walks it."""
    return _page(incident_id)


def _page(incident_id: int, refused: Refusals | None = None) -> Response:
    most = min(request.values.get("most", SHOWN, type=int), MOST)
    walk = request.values.get("walk") == "1"
    with archive.read(current_actor()) as work:
        incident = reporting.get(work, incident_id)
        missing = _sought(work, incident)
        sought, item = _walked(work, incident, missing)
        made = searches.for_incident(work, incident)
        plan = _plan(work, item, made) if item else None
        spots = _spots(work, plan, most, walk=walk) if plan else []
        done = _made(work, made)
        colleagues = step_form.colleagues(work)
        files = {one.id: _named(_file(work, one)) for one in sought}
        me, now = display_names.person(work.actor), work.now
    return show(
        "incidents/plan.html",
        access_log.at_list("incident_plan", _seen(incident, sought, spots)),
        refused=refused,
        incident=incident,
        item=item,
        hidden=len(missing) - len(sought),
        files=files,
        spots=spots,
        gone=plan.gone if plan else 0.0,
        more=plan is not None and len(plan.leads) > most and most < MOST,
        most=most,
        walk=walk,
        done=done,
        colleagues=colleagues,
        me=me,
        now=now,
        results=list(SearchResult),
        form=request.form,
        percent=percent,
    )


def _walked(
    work: Work, incident: Incident, missing: list[IncidentFile]
) -> tuple[list[IncidentFile], IncidentFile | None]:
    """Return what the actor may look for, and which of it was asked for."""
    sought = [one for one in missing if search_annex.may_walk(work, incident, _file(work, one))]
    asked = request.values.get("item", type=int)
    return sought, next((one for one in sought if one.id == asked), sought[0] if sought else None)


def _seen(incident: Incident, sought: list[IncidentFile], spots: list[SpotWords]) -> list[str]:
    """Return whom a look at the plan concerns."""
    covers = [f"file:{spot.key.partition(':')[2]}" for spot in spots if spot.key.startswith("cover:")]
    return [incident.stream, *(f"file:{one.file_id}" for one in sought), *covers]


@requires(Permission.READ_INCIDENTS)
def route(incident_id: int) -> Response:
    """Give the places on paper in the order one walks them, shared among so many searchers."""
    most = max(1, min(request.args.get("most", SHOWN, type=int), MOST))
    searchers = max(1, min(request.args.get("searchers", 1, type=int), MOST_SEARCHERS))
    with archive.read(current_actor()) as work:
        incident = reporting.get(work, incident_id)
        _sought_by, item = _walked(work, incident, _sought(work, incident))
        file = _file(work, item) if item else None
        if item is None or file is None:
            raise NotFound("nothing_to_search", N_("Nothing that has a search plan is missing here."))
        spots = _spots(work, _plan(work, item, searches.for_incident(work, incident)), most, walk=True)
        sought = SoughtFile(incident.id, _name(file), file.code, file.part, file.parts)
        now, by = work.now, display_names.names(work, [work.actor.id])[work.actor.id]
        seen = _seen(incident, [item], spots)
    stops = [
        Stop(one.what, one.where, one.reasons, percent(one.share), one.minutes, one.searched) for one in spots
    ]
    body = search_route.pdf(sought, stops, searchers, archive.settings, now, by)
    saw(access_log.at_list("search_route", seen))
    answer = make_response(body)
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="route-{incident_id}.pdf"'
    return answer


def percent(share: float) -> str:
    """Write a share as a percentage, small ones as less than one."""
    if share < 0.01:
        return "<1 %"
    return f"{round(100 * share)} %"


def _sought(work: Work, incident: Incident) -> list[IncidentFile]:
    return [
        item
        for item in reporting.items(work, incident)
        if item.file_id is not None and (item.open or item.outcome is IncidentOutcome.DECLARED_LOST)
    ]


def _file(work: Work, item: IncidentFile) -> CaseFile | None:
    return work.session.get(CaseFile, item.file_id)


def _named(file: CaseFile | None) -> str:
    return with_part(_name(file), file) if file else _name(file)


def _name(file: CaseFile | None) -> str:
    if file is None:
        return "–"
    return file.code if file.protected else file.reference


def _plan(work: Work, item: IncidentFile, made: Any) -> SearchPlan:
    done = search_annex.fruitless(work, made)
    return plan.plan(work, item.file_id or 0, done, by=display_names.person(work.actor))


def _spots(work: Work, plan: SearchPlan, most: int, *, walk: bool) -> list[SpotWords]:
    first = list(plan.leads[:most])
    chosen = ranking.route(first, first[0].spot if first else None) if walk else first
    places = {lead.spot.place for lead in chosen if lead.spot}
    standing = paths.trails(work, places)
    found = []
    for lead in chosen:
        stands = paths.name_of(standing.get(lead.spot.place, ())) if lead.spot else ""
        named = _at(work, lead, stands)
        found.append(
            SpotWords(
                lead.key,
                _(_HOW[lead.how], place=named),
                stands if lead.how == ranking.COVER else "",
                ranking.explain(plan, lead, locale()),
                lead.share,
                max(1, round(lead.minutes)),
                lead.searched,
            )
        )
    return found


def _at(work: Work, lead: Lead, stands: str) -> str:
    """Name what a lead searches: a cover by its number, a desk by who sits there, else the place."""
    if lead.how == ranking.COVER:
        return _named(work.session.get(CaseFile, int(lead.at)))
    if lead.how not in {ranking.DESK, ranking.ASK}:
        return stands
    kind, _colon, number = lead.at.partition(":")
    loan = work.session.get(Loan, int(number)) if kind == "loan" and is_number(number) else None
    if loan is not None:
        shown = not display_names.nameless(work.actor)
        return loan.borrower if shown else _("the borrower of loan %(number)s", number=loan.id)
    return display_names.names(work, [lead.at])[lead.at]


def _made(work: Work, made: Any) -> list[dict[str, Any]]:
    names = display_names.names(work, {one.by for one in made})
    standing = paths.trails(work, {one.place_id for one in made if one.place_id})
    return [
        {
            "search": one,
            "who": names[one.by],
            "where": _where(work, one, paths.name_of(standing.get(one.place_id or 0, ()))),
        }
        for one in reversed(made)
    ]


def _where(work: Work, one: Search, place: str) -> str:
    if one.cover_id is not None:
        return _("the cover of %(code)s", code=_named(work.session.get(CaseFile, one.cover_id)))
    how = one.lead.partition(":")[0]
    if how in _HOW and place:
        return _(_HOW[how], place=place)
    return place or _("a whole round")


@requires(Permission.WORK_ON_INCIDENTS)
def record(incident_id: int) -> Response:
    """Write down what one search gave; a find leads to its form."""
    found = False
    with Refusals() as refused:
        said = _searched()
        with archive.write(current_actor()) as work:
            incident = changes.locked(work, reporting.get(work, incident_id))
            searches.record(work, incident, said)
            found = said.result is SearchResult.FOUND
            if found:
                reporting.advance(work, incident)
        if found:
            going = url_for("incidents.step", incident_id=incident_id, step="confirm_find")
            return see(going, _("Good. Now say where and how it was found."))
        keep: dict[str, Any] = {name: request.form.get(name) or None for name in ("item", "walk")}
        return see(
            url_for("incidents.plan", incident_id=incident_id, **keep),
            _("Written down. The plan has changed."),
        )
    return _page(incident_id, refused)


def _searched() -> Searched:
    form = request.form
    result = SearchResult.read(form.get("result"))
    if result is None:
        raise Invalid("result_missing", N_("Say whether it was found."), field=None)
    minutes = form.get("minutes", "").strip()
    row = form.get("row", "")
    if not minutes.isdecimal() or len(minutes) > 5:
        raise Invalid("minutes_wrong", NOT_MINUTES, field=f"minutes-{row}")
    lead = form.get("lead", "")
    if not lead:
        raise NotFound("lead_unknown", N_("The search plan has no such place."))
    by = form.get("by", "").removeprefix("user:")
    return Searched(
        result,
        lead=lead,
        minutes=int(minutes),
        by=int(by) if is_number(by) else None,
        remark=form.get("remark", ""),
    )
