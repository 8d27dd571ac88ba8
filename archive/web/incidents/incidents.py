"""What cannot be found: reported, searched for and decided, each case with its clocks and next step."""

from datetime import datetime

from flask import Blueprint, Response, make_response, request, url_for

from archive.access_log import access_log
from archive.accounts import display_names
from archive.incidents import access, changes, finds, reporting, steps, worklist
from archive.incidents.papers import report as incident_report
from archive.incidents.report import concealing, gather, search_annex
from archive.kernel.errors import Invalid
from archive.kernel.letters import is_number
from archive.kernel.store import Work
from archive.models import Incident, Unit
from archive.search import searches
from archive.vocabulary import IncidentState, Permission
from archive.vocabulary.wording import N_, _, locale
from archive.web.incidents import report_form, search_plan, views
from archive.web.kit.access import archive, current_actor, requires, takes_upload
from archive.web.kit.answers import Refusals, saw, see, show
from archive.web.routine_runs import step_form
from archive.web.routine_runs.step import OF_INCIDENTS

bp = Blueprint("incidents", __name__, url_prefix="/incidents")

bp.add_url_rule("/new", "new", report_form.page)
bp.add_url_rule("/new", "save", report_form.save, methods=["POST"])
bp.add_url_rule("/<int:incident_id>/plan", "plan", search_plan.page)
bp.add_url_rule("/<int:incident_id>/plan/route.pdf", "route", search_plan.route)
bp.add_url_rule("/<int:incident_id>/plan", "searched", search_plan.record, methods=["POST"])

PAGE = 30


@bp.get("/")
@requires(Permission.READ_INCIDENTS)
def index() -> Response:
    """List what is looked for, the one whose clock runs out first on top; `closed` lists what is over."""
    closed = request.args.get("closed") == "1"
    with archive.read(current_actor()) as work:
        rows, next_ = _closed(work) if closed else _urgent(work)
        now, ids = work.now, [row.incident.stream for row in rows]
        todo = views.next_steps(work, [row.incident for row in rows])
    return show(
        "incidents/index.html",
        access_log.at_list("incidents", ids),
        rows=rows,
        todo=todo,
        now=now,
        left=views.left,
        closed=closed,
        next=next_,
    )


def _urgent(work: Work) -> tuple[list[worklist.IncidentRow], str | None]:
    found = worklist.urgent(work, after=_mark(request.args.get("after", "")), limit=PAGE + 1)
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


def _closed(work: Work) -> tuple[list[worklist.IncidentRow], str | None]:
    before = request.args.get("before", type=int)
    rows = worklist.listed(work, status=IncidentState.CLOSED, before=before, limit=PAGE + 1)
    more = len(rows) > PAGE
    return rows[:PAGE], url_for(".index", closed=1, before=rows[PAGE - 1].incident.id) if more else None


@bp.get("/mine")
@requires(Permission.ANYONE)
def mine() -> Response:
    """List every step that waits for the actor, the most urgent first, and what the actor has reported."""
    with archive.read(current_actor()) as work:
        waiting = worklist.my_steps(work)
        own = worklist.own(work, limit=PAGE)
        now = work.now
    return show(
        "incidents/mine.html",
        access_log.at_list("incidents_mine", sorted({one.run for one in waiting})),
        waiting=waiting,
        own=own,
        now=now,
        left=views.left,
    )


@bp.get("/<int:incident_id>")
@requires(Permission.ANYONE)
def page(incident_id: int) -> Response:
    """Show an incident: its state, clocks, what is missing, what is to do, what was done."""
    return _page(incident_id)


def _page(incident_id: int, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        incident = reporting.get(work, incident_id)
        course, now = steps.course(work, incident), work.now
        readable = access.may_read(work, incident)
        placeless = not search_annex.may_walk_all(work, incident)
        door = concealing.for_reader(work, incident)
        things = views.things(work, incident, readable=readable, door=door)
        names = display_names.names(work, _people(incident))
        made = searches.for_incident(work, incident)
        facts = {
            "protected": bool(access.of_protected(work, incident.id)),
            "tracks": views.tracks(work, course, now, readable=readable, placeless=placeless, door=door),
            "papers": views.papers(work, incident) if readable else {},
            "clocks": views.clocks(work, incident, now),
            "things": things,
            "seen": views.sightings(work, incident, readable=readable),
            "words": views.words(work, incident, door),
            "added": views.added(work, incident, door),
            "may_change": views.changeable(work, incident),
            "again": views.again(incident, [one.item for one in things]),
            "searches": len(made),
            "minutes": sum(one.minutes for one in made),
            "unit": _unit(work, incident),
            "colleagues": step_form.colleagues(work) if _leads() else [],
            "units": step_form.units(work),
            "next": views.next_of(work, course, now),
            "confirming": course.progress.open_record("confirm_find") is not None,
        }
    return show(
        "incidents/page.html",
        access_log.at_list("incident", views.subjects(things, incident)),
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
            incident = changes.locked(work, reporting.get(work, incident_id))
            keys = request.form.getlist("things")
            if not keys:
                raise Invalid("nothing_chosen", N_("Tick what was found."), field="things")
            finds.claim(work, changes.named(work, incident, keys), None, work.now)
            reporting.advance(work, incident)
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
        incident = changes.locked(work, reporting.get(work, incident_id))
        reporting.advance(work, incident)
    return see(url_for(".step", incident_id=incident_id, step="confirm_find"))


@bp.post("/<int:incident_id>/hand-over")
@requires(Permission.LEAD_INCIDENTS)
def hand_over(incident_id: int) -> Response:
    """Give an incident another owner."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            key = request.form.get("owner", "")
            number = key.removeprefix("user:")
            reporting.hand_over(
                work, reporting.get(work, incident_id), int(number) if is_number(number) else 0
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
            reporting.let_in(
                work, reporting.get(work, incident_id), int(number) if is_number(number) else 0, reason
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
            reporting.change(
                work,
                reporting.get(work, incident_id),
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
            reporting.escalate(
                work, reporting.get(work, incident_id), request.form.get("escalate_reason", "")
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
            incident = reporting.get(work, incident_id)
            again = changes.named(work, incident, request.form.getlist("again"))
            ids = [item.id for item in again]
            reporting.reopen(work, incident, ids, request.form.get("reopen_reason", ""))
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
        incident = reporting.get(work, incident_id)
        told = gather.report(work, incident, bare=bare)
        by = display_names.names(work, [work.actor.id])[work.actor.id]
        if told.redacted:  # not even whoever prints it is named
            by = ", ".join(role.label for role in work.actor.roles)
        files = [f"file:{item.file_id}" for item in reporting.items(work, incident) if item.file_id]
    paper = incident_report.pdf(told, archive.settings, by)
    saw(access_log.at_list("incident_report", [f"incident:{incident_id}", *files]))
    answer = make_response(paper)
    answer.mimetype = "application/pdf"
    name = f"incident-{incident_id}{'-redacted' if told.redacted else ''}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
