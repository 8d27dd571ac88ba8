"""What cannot be found: reported, searched for and decided, each case with its clocks and next step."""

from datetime import datetime

from flask import Blueprint, Response, make_response, request, url_for

from archive.documents import incident_report
from archive.domain import (
    actors,
    incident_access,
    incident_changes,
    incident_finds,
    incident_leads,
    incident_lists,
    incident_reports,
    incident_steps,
    incidents,
    looks,
    searches,
)
from archive.errors import Invalid
from archive.letters import is_number
from archive.models import Incident, Unit
from archive.store import Work
from archive.vocabulary import IncidentState, Permission
from archive.web import incident_forms, incident_new, incident_plan, incident_views
from archive.web.access import archive, current_actor, requires, takes_upload
from archive.web.answers import Refusals, saw, see, show
from archive.web.incident_steps import OF_INCIDENTS
from archive.wording import N_, _, locale

bp = Blueprint("incidents", __name__, url_prefix="/incidents")

bp.add_url_rule("/new", "new", incident_new.page)
bp.add_url_rule("/new", "save", incident_new.save, methods=["POST"])
bp.add_url_rule("/<int:incident_id>/plan", "plan", incident_plan.page)
bp.add_url_rule("/<int:incident_id>/plan/route.pdf", "route", incident_plan.route)
bp.add_url_rule("/<int:incident_id>/plan", "searched", incident_plan.record, methods=["POST"])

PAGE = 30


@bp.get("/")
@requires(Permission.READ_INCIDENTS)
def index() -> Response:
    """List what is looked for, the one whose clock runs out first on top; `closed` lists what is over."""
    closed = request.args.get("closed") == "1"
    with archive.read(current_actor()) as work:
        rows, next_ = _closed(work) if closed else _urgent(work)
        now, ids = work.now, [row.incident.stream for row in rows]
        todo = incident_views.next_steps(work, [row.incident for row in rows])
    return show(
        "incidents/index.html",
        looks.at_list("incidents", ids),
        rows=rows,
        todo=todo,
        now=now,
        left=incident_views.left,
        closed=closed,
        next=next_,
    )


def _urgent(work: Work) -> tuple[list[incident_lists.Row], str | None]:
    found = incident_lists.urgent(work, after=_mark(request.args.get("after", "")), limit=PAGE + 1)
    last = found[PAGE - 1] if len(found) > PAGE else None
    mark = last and f"{last[0].isoformat()}|{last[1].incident.id}"
    return [row for _due, row in found[:PAGE]], mark and url_for(".index", after=mark)


def _mark(text: str) -> tuple[datetime, int] | None:
    moment, _sep, number = text.partition("|")
    try:
        read = datetime.fromisoformat(moment)
        return (read, int(number)) if read.tzinfo else None
    except ValueError:
        return None


def _closed(work: Work) -> tuple[list[incident_lists.Row], str | None]:
    before = request.args.get("before", type=int)
    rows = incident_lists.listed(work, status=IncidentState.CLOSED, before=before, limit=PAGE + 1)
    more = len(rows) > PAGE
    return rows[:PAGE], url_for(".index", closed=1, before=rows[PAGE - 1].incident.id) if more else None


@bp.get("/mine")
@requires(Permission.ANYONE)
def mine() -> Response:
    """List every step that waits for the actor, the most urgent first, and what the actor has reported."""
    with archive.read(current_actor()) as work:
        waiting = incident_lists.my_steps(work)
        own = incident_lists.own(work, limit=PAGE)
        now = work.now
    return show(
        "incidents/mine.html",
        looks.at_list("incidents_mine", sorted({one.run for one in waiting})),
        waiting=waiting,
        own=own,
        now=now,
        left=incident_views.left,
    )


@bp.get("/<int:incident_id>")
@requires(Permission.ANYONE)
def page(incident_id: int) -> Response:
    """Show an incident: its state, clocks, what is missing, what is to do, what was done."""
    return _page(incident_id)


def _page(incident_id: int, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        incident = incidents.get(work, incident_id)
        course, now = incident_steps.course(work, incident), work.now
        readable = incident_access.may_read(work, incident)
        placeless = not incident_leads.may_walk_all(work, incident)
        things = incident_views.things(work, incident, readable=readable)
        names = actors.names(work, _people(incident))
        made = searches.of(work, incident)
        facts = {
            "tracks": incident_views.tracks(work, course, now, readable=readable, placeless=placeless),
            "papers": incident_views.papers(work, incident) if readable else {},
            "clocks": incident_views.clocks(work, incident, now),
            "things": things,
            "seen": incident_views.sightings(work, incident, readable=readable),
            "words": incident_views.words(work, incident),
            "may_change": incident_views.changeable(work, incident),
            "searches": len(made),
            "minutes": sum(one.minutes for one in made),
            "unit": _unit(work, incident),
            "colleagues": incident_forms.colleagues(work) if _leads() else [],
            "units": incident_forms.units(work),
            "next": incident_views.next_of(work, course, now),
            "confirming": course.progress.open_record("confirm_find") is not None,
        }
        subjects = incident_views.subjects(things, incident)
    return show(
        "incidents/page.html",
        looks.at_list("incident", subjects),
        refused=refused,
        incident=incident,
        routine=course.routine.title.say(locale()),
        names=names,
        now=now,
        readable=readable,
        form=request.form,
        **facts,
    )


def _people(incident: Incident) -> set[str]:
    owner = f"user:{incident.owner_id}" if incident.owner_id else None
    return {one for one in (incident.reported_by, incident.aware_by, owner) if one}


def _leads() -> bool:
    return current_actor().may(Permission.LEAD_INCIDENTS)


def _unit(work: Work, incident: Incident) -> str:
    unit = work.session.get(Unit, incident.unit_id) if incident.unit_id else None
    return unit.name if unit else ""


@bp.get("/<int:incident_id>/steps/<step>")
@requires(Permission.ANYONE)
def step(incident_id: int, step: str) -> Response:
    """Show one step with its guidance and form."""
    return OF_INCIDENTS.page(incident_id, step)


@bp.post("/<int:incident_id>/steps/<step>")
@requires(Permission.REPORT_MISS)
@takes_upload
def do(incident_id: int, step: str) -> Response:
    """Write down that a step is done."""
    return OF_INCIDENTS.do(incident_id, step)


@bp.get("/<int:incident_id>/papers/<int:event_id>")
@requires(Permission.ANYONE)
def paper(incident_id: int, event_id: int) -> Response:
    """Give a paper that was attached as evidence of a step."""
    return OF_INCIDENTS.paper(incident_id, event_id)


@bp.post("/<int:incident_id>/steps/<step>/not-needed")
@requires(Permission.REPORT_MISS)
def not_needed(incident_id: int, step: str) -> Response:
    """Write down that a step is not needed, and why."""
    return OF_INCIDENTS.set_aside(incident_id, step)


@bp.post("/<int:incident_id>/steps/<step>/start")
@requires(Permission.REPORT_MISS)
def start(incident_id: int, step: str) -> Response:
    """Start a step that waits to be chosen."""
    return OF_INCIDENTS.begin(incident_id, step)


@bp.post("/<int:incident_id>/found")
@requires(Permission.WORK_ON_INCIDENTS)
def found(incident_id: int) -> Response:
    """Say that something was found, also long after it was given up: its form asks for the rest."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            incident = incident_changes.locked(work, incidents.get(work, incident_id))
            keys = request.form.getlist("things")
            if not keys:
                raise Invalid("nothing_chosen", N_("Tick what was found."), field="things")
            incident_finds.claim(work, incident_changes.named(work, incident, keys), None, work.now)
            incidents.advance(work, incident)
        return see(
            url_for(".step", incident_id=incident_id, step="confirm_find"),
            _("Good. Now say where and how it was found."),
        )
    return _page(incident_id, refused)


@bp.post("/<int:incident_id>/seen")
@requires(Permission.WORK_ON_INCIDENTS)
def seen(incident_id: int) -> Response:
    """Open the form that says what was seen, without waiting for the worker to come by."""
    with archive.write(current_actor()) as work:
        incident = incident_changes.locked(work, incidents.get(work, incident_id))
        incidents.advance(work, incident)
    return see(url_for(".step", incident_id=incident_id, step="confirm_find"))


@bp.post("/<int:incident_id>/hand-over")
@requires(Permission.LEAD_INCIDENTS)
def hand_over(incident_id: int) -> Response:
    """Give an incident another owner."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            key = request.form.get("owner", "")
            number = key.removeprefix("user:")
            incidents.hand_over(
                work, incidents.get(work, incident_id), int(number) if is_number(number) else 0
            )
        return see(url_for(".page", incident_id=incident_id), _("Handed over. The new owner has been told."))
    return _page(incident_id, refused)


@bp.post("/<int:incident_id>/let-in")
@requires(Permission.LEAD_INCIDENTS)
def let_in(incident_id: int) -> Response:
    """Let somebody see an incident who else may not."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            number = request.form.get("user", "").removeprefix("user:")
            reason = request.form.get("let_in_reason", "")
            incidents.let_in(
                work, incidents.get(work, incident_id), int(number) if is_number(number) else 0, reason
            )
        return see(url_for(".page", incident_id=incident_id), _("Let in."))
    _renamed(refused, reason="let_in_reason")
    return _page(incident_id, refused)


@bp.post("/<int:incident_id>/change")
@requires(Permission.WORK_ON_INCIDENTS)
def change(incident_id: int) -> Response:
    """Say which unit lost it, or its number in the diary."""
    form = request.form
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            incidents.change(
                work,
                incidents.get(work, incident_id),
                form.get("change_reason", ""),
                unit_id=form.get("unit", type=int),
                diary_number=form.get("diary_number", ""),
            )
        return see(url_for(".page", incident_id=incident_id), _("Changed."))
    _renamed(refused, reason="change_reason")
    return _page(incident_id, refused)


@bp.post("/<int:incident_id>/escalate")
@requires(Permission.LEAD_INCIDENTS)
def escalate(incident_id: int) -> Response:
    """Take an incident to the managers and the delegate before its time."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            incidents.escalate(
                work, incidents.get(work, incident_id), request.form.get("escalate_reason", "")
            )
        return see(
            url_for(".page", incident_id=incident_id),
            _("Escalated. The managers and the delegate have been told."),
        )
    _renamed(refused, reason="escalate_reason")
    return _page(incident_id, refused)


@bp.post("/<int:incident_id>/reopen")
@requires(Permission.LEAD_INCIDENTS)
def reopen(incident_id: int) -> Response:
    """Take a decided or closed incident up again."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            incident = incidents.get(work, incident_id)
            again = incident_changes.named(work, incident, request.form.getlist("again"))
            ids = [item.id for item in again]
            incidents.reopen(work, incident, ids, request.form.get("reopen_reason", ""))
        return see(url_for(".page", incident_id=incident_id), _("Taken up again."))
    _renamed(refused, reason="reopen_reason")
    return _page(incident_id, refused)


def _renamed(refused: Refusals, **fields: str) -> None:
    """Point errors at the fields as this page calls them: it has several forms."""
    for error in refused.errors:
        error["field"] = fields.get(error["field"] or "", error["field"])


@bp.get("/<int:incident_id>/report.pdf")
@requires(Permission.ANYONE)
def report(incident_id: int) -> Response:
    """Give the incident report on paper; `bare` without any personal data."""
    bare = request.args.get("bare") == "1"
    with archive.read(current_actor()) as work:
        incident = incidents.get(work, incident_id)
        told = incident_reports.report(work, incident, bare=bare)
        by = actors.names(work, [work.actor.id])[work.actor.id]
        if told.redacted:  # not even whoever prints it is named
            by = ", ".join(role.label for role in work.actor.roles)
        files = [f"file:{item.file_id}" for item in incidents.items(work, incident) if item.file_id]
    paper = incident_report.pdf(told, archive.settings, by)
    saw(looks.at_list("incident_report", [f"incident:{incident_id}", *files]))
    answer = make_response(paper)
    answer.mimetype = "application/pdf"
    name = f"incident-{incident_id}{'-redacted' if told.redacted else ''}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
