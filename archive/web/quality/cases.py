"""Matters of the other routines, as a deviation or the yearly self-check, on the same step pages."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy import select
from sqlmodel import col

from archive.access_log import access_log
from archive.accounts import display_names
from archive.history import private_data
from archive.kernel import free_text
from archive.kernel.errors import NotFound
from archive.kernel.store import Work
from archive.models import Event, Matter, RoutineVersion
from archive.quality import cases
from archive.quality.cases import New
from archive.routine_runs import versions
from archive.routine_runs.contracts import SUSPECTED_LOST
from archive.vocabulary import Permission
from archive.vocabulary.wording import N_, _, locale
from archive.web.incidents import views
from archive.web.incidents.report_form import read_moment
from archive.web.kit.access import archive, current_actor, requires, takes_upload
from archive.web.kit.answers import Refusals, see, show
from archive.web.routine_runs.step import OF_MATTERS

bp = Blueprint("quality", __name__, url_prefix="/matters")

LONGEST = 4000  # characters of a description
PAGE = 30


@bp.get("/")
@requires(Permission.READ_INCIDENTS)
def index() -> Response:
    """List the matters of the other routines, newest first."""
    before = request.args.get("before", type=int)
    with archive.read(current_actor()) as work:
        found = cases.listed(work, before=before, limit=PAGE + 1)
        titles = {
            one.id: versions.routine_of(versions.get(work, one.routine_id)).title.say(locale())
            for one in found
        }
        names = display_names.names(work, {f"user:{one.owner_id}" for one in found if one.owner_id})
    return show(
        "quality/cases.html",
        access_log.at_list("matters", [one.stream for one in found[:PAGE]]),
        matters=found[:PAGE],
        titles=titles,
        names=names,
        next=url_for(".index", before=found[PAGE - 1].id) if len(found) > PAGE else None,
    )


@bp.get("/new/<routine>")
@requires(Permission.REPORT_MISS)
def new(routine: str) -> Response:
    """Ask what a matter of a routine is about."""
    return _new(routine)


def _new(routine: str, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        found = versions.routine_of(_other(versions.in_force(work, routine)))
    return show(
        "quality/begin.html",
        access_log.at_list("matters", []),
        refused=refused,
        routine=found,
        title=found.title.say(locale()),
        purpose=found.purpose.say(locale()),
        form=request.form,
    )


def _other(version: RoutineVersion) -> RoutineVersion:
    if version.name == SUSPECTED_LOST:
        raise NotFound("no_such_routine", N_("A missing file is reported on its own page."))
    return version


@bp.post("/new/<routine>")
@requires(Permission.REPORT_MISS)
def begin(routine: str) -> Response:
    """Begin a matter of a routine."""
    with Refusals() as refused:
        noticed = read_moment("noticed_at")
        with archive.write(current_actor()) as work:
            _other(versions.in_force(work, routine))
            matter = cases.begin(
                work,
                routine,
                New(
                    free_text.whole(request.form.get("description", ""), 4000, "description"),
                    noticed_at=noticed,
                ),
            )
            number = matter.id
        return see(url_for(".page", matter_id=number), _("Begun."))
    return _new(routine, refused)


@bp.get("/<int:matter_id>")
@requires(Permission.ANYONE)
def page(matter_id: int) -> Response:
    """Show a matter: its tracks, clocks, and what was done."""
    with archive.read(current_actor()) as work:
        matter = cases.get(work, matter_id)
        course = cases.course(work, matter)
        people = {matter.opened_by} | ({f"user:{matter.owner_id}"} if matter.owner_id else set())
        facts: dict[str, Any] = {
            "tracks": views.tracks(work, course, work.now, readable=True),
            "papers": views.papers(work, matter),
            "clocks": views.clocks(work, matter, work.now),
            "next": views.next_of(work, course, work.now),
            "names": display_names.names(work, people),
            "description": _description(work, matter),
        }
    look = access_log.at_list("matter", [matter.stream])
    return show("quality/case.html", look, matter=matter, title=course.routine.title.say(locale()), **facts)


def _description(work: Work, matter: Matter) -> str:
    first = select(col(Event.id)).where(col(Event.stream) == matter.stream).order_by(col(Event.seq)).limit(1)
    event = work.session.scalar(first)
    return str(private_data.by_event(work, [event]).get(event or 0, {}).get("description", ""))


@bp.get("/<int:matter_id>/steps/<step>")
@requires(Permission.ANYONE)
def step(matter_id: int, step: str) -> Response:
    """Show one step with its guidance and form."""
    return OF_MATTERS.page(matter_id, step)


@bp.post("/<int:matter_id>/steps/<step>")
@requires(Permission.REPORT_MISS)
@takes_upload
def do(matter_id: int, step: str) -> Response:
    """Write down that a step is done."""
    return OF_MATTERS.do(matter_id, step)


@bp.get("/<int:matter_id>/papers/<int:event_id>")
@requires(Permission.ANYONE)
def paper(matter_id: int, event_id: int) -> Response:
    """Give a paper that was attached as evidence of a step."""
    return OF_MATTERS.paper(matter_id, event_id)


@bp.post("/<int:matter_id>/steps/<step>/not-needed")
@requires(Permission.REPORT_MISS)
def not_needed(matter_id: int, step: str) -> Response:
    """Write down that a step is not needed, and why."""
    return OF_MATTERS.set_aside(matter_id, step)


@bp.post("/<int:matter_id>/steps/<step>/start")
@requires(Permission.REPORT_MISS)
def start(matter_id: int, step: str) -> Response:
    """Start a step that waits to be chosen."""
    return OF_MATTERS.begin(matter_id, step)
