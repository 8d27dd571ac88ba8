"""The common routines: read, confirmed as read, redrafted, compared and put in force by the archivist."""

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, request, url_for

from archive.access_log import access_log
from archive.accounts import display_names
from archive.cover_checks import checklists
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.models import RoutineVersion
from archive.routine_runs import versions
from archive.routine_runs.contracts import SUSPECTED_LOST
from archive.routine_runs.papers import handbook as paper
from archive.routine_runs.papers.handbook import Edition
from archive.routine_runs.versions import Decision
from archive.vocabulary import Permission, RoutineState
from archive.vocabulary.wording import N_, _, locale, speaking
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, saw, see, show
from routines.definition import as_yaml, problems_in
from routines.flow import Measures, flow
from routines.model import Routine
from routines.saying import condition_in_words, deadline_in_words

bp = Blueprint("routines", __name__, url_prefix="/routines")

LONGEST = 400_000
MOST_PROBLEMS = 50
_DRAWN = Measures(head=26, width=40, height=14, gap=2.5, line=1.4)
_LETTERS = 24  # of a step's title on one line of its box
_LINES = 2


@bp.get("/")
@requires(Permission.ANYONE)
def index() -> Response:
    """List the routines in force, what one has not read yet, and drafts for those who shape them."""
    with archive.read(current_actor()) as work:
        to_read = {version.id for version in versions.unread(work)}
        shaping = work.actor.may(Permission.SHAPE_ROUTINES)
        shown = [
            version
            for version in versions.versions(work)
            if version.status is RoutineState.IN_FORCE or (shaping and version.status is RoutineState.DRAFT)
        ]
        rows = [(version, _title(version)) for version in shown]
    checklist = checklists.named(checklists.in_force()).title.say(locale())
    return show(
        "routine_runs/index.html",
        None,
        rows=rows,
        to_read=to_read,
        missing=SUSPECTED_LOST,
        checklist=checklist,
    )


def _title(version: RoutineVersion) -> str:
    return versions.routine_of(version).title.say(locale())


@bp.get("/<int:version_id>")
@requires(Permission.ANYONE)
def page(version_id: int) -> Response:
    """Show a version so that it can be read: purpose, roles, flow, and every step."""
    return _page(version_id)


def _page(version_id: int, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        version = _readable(work, version_id)
        routine = versions.routine_of(version)
        leads = work.actor.may(Permission.LEAD_INCIDENTS)
        readers = versions.readers(work, version) if leads and version.status is RoutineState.IN_FORCE else []
        names = display_names.names(work, {user.stream for user, _read in readers})
        facts = {
            "to_read": version.id in {one.id for one in versions.unread(work)},
            "read": sum(1 for _user, read in readers if read),
            "not_read": [names[user.stream] for user, read in readers if read is None],
            "earlier": [one for one in versions.versions(work, version.name) if one.id != version.id],
            "today": work.now.date().isoformat(),
        }
    return show(
        "routine_runs/page.html",
        None,
        refused=refused,
        version=version,
        routine=routine,
        say=lambda text: text.say(locale()),
        deadline=lambda step: (
            deadline_in_words(routine, step.deadline).say(locale()) if step.deadline else ""
        ),
        condition=lambda one: condition_in_words(routine, one).say(locale()) if one else "",
        drawing=drawing(routine),
        begins=version.name != SUSPECTED_LOST and version.status is RoutineState.IN_FORCE,
        form=request.form,
        **facts,
    )


def _readable(work: Work, version_id: int) -> RoutineVersion:
    """Return a version; a draft only for those who shape routines."""
    version = versions.get(work, version_id)
    if version.status in {RoutineState.DRAFT, RoutineState.DISCARDED}:
        work.require(Permission.SHAPE_ROUTINES)
    return version


def drawing(routine: Routine) -> dict[str, Any]:
    """Return the flow of a routine as shapes to draw, each text broken into the lines its box holds."""
    drawn = flow(routine, _DRAWN)
    return {
        "width": round(drawn.width, 1),
        "height": round(drawn.height, 1),
        "lanes": [(lane, _broken(lane.title.say(locale()), 17, 4)) for lane in drawn.lanes],
        "nodes": [(node, _broken(node.step.title.say(locale()), _LETTERS, _LINES)) for node in drawn.nodes],
        "edges": [
            (" ".join(f"{x:.1f},{y:.1f}" for x, y in edge.points), edge.dashed) for edge in drawn.edges
        ],
    }


def _broken(text: str, letters: int, lines: int) -> list[str]:
    """Break a text into lines; what does not fit ends in an ellipsis."""
    found = [""]
    for word in text.split():
        if found[-1] and len(found[-1]) + 1 + len(word) > letters:
            found.append("")
        found[-1] = f"{found[-1]} {word}".strip()
    if len(found) > lines:
        found = [*found[: lines - 1], f"{found[lines - 1]} …"]
    return [line if len(line) <= letters + 2 else f"{line[: letters + 1]}…" for line in found]


@bp.get("/<int:version_id>/handbook.pdf")
@requires(Permission.ANYONE)
def handbook(version_id: int) -> Response:
    """Give a version on paper, in the language in use or another; a draft says that it is one."""
    with archive.read(current_actor()) as work:
        version = _readable(work, version_id)
        routine, now = versions.routine_of(version), work.now
        edition = Edition(
            version.edition,
            version.status,
            version.decided_by,
            version.decided_on,
            version.diary_number,
            version.in_force_from,
            version.revise_by,
        )
    address = url_for(".page", version_id=version_id)
    with speaking(request.args.get("language", locale())):
        body = paper.of_routine(routine, edition, archive.settings, now, current_actor().name, address)
        return _pdf(body, f"handbok-{version.name}-{version.edition}")


@bp.get("/checklist/handbook.pdf")
@requires(Permission.ANYONE)
def checklist() -> Response:
    """Give the checklist of the cover check on paper."""
    one = checklists.named(checklists.in_force())
    edition = Edition(
        one.version,
        RoutineState.IN_FORCE,
        one.decided_by or "",
        one.decided_on,
        one.diary_number or "",
        one.in_force_from,
        one.revise_by,
    )
    with archive.read(current_actor()) as work:
        now = work.now
    with speaking(request.args.get("language", locale())):
        body = paper.of_checklist(
            one, edition, archive.settings, now, current_actor().name, url_for(".index")
        )
        return _pdf(body, f"handbok-{one.name}-{one.version}")


def _pdf(body: bytes, name: str) -> Response:
    saw()  # how things are done here is no secret, and names nobody
    answer = make_response(body)
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{locale()}.pdf"'
    return answer


@bp.post("/<int:version_id>/read")
@requires(Permission.ANYONE)
def read(version_id: int) -> Response:
    """Note that the actor has read a version."""
    with archive.write(current_actor()) as work:
        versions.confirm_read(work, versions.get(work, version_id))
    return see(url_for(".page", version_id=version_id), _("Noted that you have read it."))


@bp.get("/<int:version_id>/draft")
@requires(Permission.SHAPE_ROUTINES)
def draft(version_id: int) -> Response:
    """Offer the text of a version to change: a draft's own, else as the next version."""
    return _draft(version_id)


def _draft(
    version_id: int, refused: Refusals | None = None, problems: list[dict[str, Any]] | None = None
) -> Response:
    with archive.read(current_actor()) as work:
        version = versions.get(work, version_id)
        own = version.status is RoutineState.DRAFT
        last = max(one.edition for one in versions.versions(work, version.name))
        content = version.content if own else as_yaml(replace(versions.routine_of(version), version=last + 1))
        title = _title(version)
    return show(
        "routine_runs/draft.html",
        access_log.at_list("routine", []),
        refused=refused,
        version=version,
        own=own,
        title=title,
        content=request.form.get("content", content),
        problems=problems or [],
    )


@bp.post("/<int:version_id>/draft")
@requires(Permission.SHAPE_ROUTINES)
def keep(version_id: int) -> Response:
    """Keep a text as a draft, or say everything that is wrong with it."""
    content = request.form.get("content", "")[:LONGEST].replace("\r\n", "\n")
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            version = versions.get(work, version_id)
            if version.status is RoutineState.DRAFT:
                versions.change(work, version, content)
            else:
                version = versions.draft(work, version.name, content)
            number = version.id
        return see(url_for(".difference", version_id=number), _("The draft is kept. This is how it differs."))
    problems = [
        {"line": one.line, "path": one.path, "text": one.say(locale())}
        for one in problems_in(content)[:MOST_PROBLEMS]
    ]
    return _draft(version_id, refused, problems)


@bp.get("/<int:version_id>/difference")
@requires(Permission.SHAPE_ROUTINES)
def difference(version_id: int) -> Response:
    """Show how a version differs from the one before, and let a draft be put in force."""
    return _difference(version_id)


def _difference(version_id: int, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        version = versions.get(work, version_id)
        changes = versions.changes(work, version)
        title, today = _title(version), work.now.date().isoformat()
    return show(
        "routine_runs/difference.html",
        access_log.at_list("routine", []),
        refused=refused,
        version=version,
        title=title,
        changes=changes,
        today=today,
        form=request.form,
    )


@bp.post("/<int:version_id>/in-force")
@requires(Permission.SHAPE_ROUTINES)
def put_in_force(version_id: int) -> Response:
    """Put a draft in force, with who decided it and when."""
    form = request.form
    with Refusals() as refused:
        decision = Decision(
            form.get("decided_by", ""),
            _day("decided_on"),
            _day("in_force_from"),
            form.get("diary_number", ""),
            _day("revise_by") if form.get("revise_by", "").strip() else None,
        )
        with archive.write(current_actor()) as work:
            versions.put_in_force(work, versions.get(work, version_id), decision)
        said = _(
            "In force. What runs goes on by the version it began with; everybody is asked to read this one."
        )
        return see(url_for(".page", version_id=version_id), said)
    return _difference(version_id, refused)


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except ValueError:
        raise Invalid("day_wrong", N_("Write a day, as 2026-11-27."), field=name) from None


@bp.post("/<int:version_id>/discard")
@requires(Permission.SHAPE_ROUTINES)
def discard(version_id: int) -> Response:
    """Throw a draft away."""
    with archive.write(current_actor()) as work:
        versions.discard(work, versions.get(work, version_id))
    return see(url_for(".index"), _("The draft is thrown away."))
