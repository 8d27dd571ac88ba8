"""Completeness: which closed cases have no paper here, which paper no case, and what has not come in time."""

from typing import Any

from flask import Blueprint, Response, abort, make_response, request, url_for

from archive.access_log import access_log
from archive.accounts import display_names
from archive.imports import comparison, preview
from archive.imports import runs as import_runs
from archive.imports.comparison import ComparisonSummary
from archive.imports.lists.meaning.mapping import Mapping
from archive.imports.papers import comparison as paper
from archive.kernel.clock import local_date
from archive.kernel.errors import Invalid, NotFound
from archive.kernel.letters import is_number
from archive.kernel.store import Work
from archive.models import ImportRun
from archive.vocabulary import GapKind, ImportAction, ImportPurpose, ImportState, Permission
from archive.vocabulary.wording import N_, _
from archive.web.imports import columns
from archive.web.imports.imports import taken_in
from archive.web.kit.access import archive, current_actor, requires, takes_upload
from archive.web.kit.answers import Refusals, saw, see, show

bp = Blueprint("comparison", __name__, url_prefix="/compare")

PAGE = 30


@bp.get("/")
@requires(Permission.COMPARE)
def index() -> Response:
    """Show the comparisons made so far, and take in another list."""
    return _index()


def _index(refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        runs = import_runs.runs(work, ImportPurpose.COMPARE, limit=PAGE)
        names = display_names.names(work, {run.started_by for run in runs})
    saw()
    return show("imports/comparisons.html", None, refused=refused, runs=runs, names=names)


@bp.post("/")
@requires(Permission.COMPARE)
@takes_upload
def upload() -> Response:
    """Take a list of closed cases in and compare it, once its columns are clear; nothing is registered."""
    with Refusals() as refused:
        run_id = taken_in(ImportPurpose.COMPARE)
        try:
            with archive.write(current_actor()) as work:
                import_runs.stage(work, import_runs.get(work, run_id))
        except Invalid as unsaid:
            return see(url_for(".page", run_id=run_id), unsaid.say(), "warning")
        return see(url_for(".page", run_id=run_id))
    return _index(refused)


@bp.post("/<int:run_id>/columns")
@requires(Permission.COMPARE)
def choose(run_id: int) -> Response:
    """Take the corrected columns: look again, save them under a name, or compare."""
    with archive.read(current_actor()) as work:
        run = _comparison(work, run_id)
    mapping = import_runs.mapping_of(run)
    with Refusals() as refused:
        mapping = columns.said(mapping)
        said, done = columns.answered(run, mapping)
        return see(url_for(".page", run_id=run_id, view=None if done else "columns"), said)
    return _columns(run, refused, mapping)


@bp.post("/<int:run_id>/discard")
@requires(Permission.COMPARE)
def discard(run_id: int) -> Response:
    """Order that a list and what came of comparing it be deleted."""
    with archive.write(current_actor()) as work:
        import_runs.discard(work, _comparison(work, run_id))
    return see(url_for(".index"), _("The list is discarded."))


def _comparison(work: Work, run_id: int) -> ImportRun:
    """Return a comparison; a list to be registered is another matter and needs another permission."""
    run = import_runs.get(work, run_id)
    if run.purpose is not ImportPurpose.COMPARE:
        raise NotFound("no_such_comparison", N_("There is no such comparison."))
    return run


def _columns(run: ImportRun, refused: Refusals | None = None, mapping: Mapping | None = None) -> Response:
    actor = current_actor()
    seen = preview.preview(archive, actor, run, mapping)
    with archive.read(actor) as work:
        facts = columns.choices(work)
    may = {
        action.value: action in run.lifecycle.actions(run.status, actor.permissions)
        for action in ImportAction
    }
    look = access_log.at_list("import", [run.stream, *seen.subjects])
    problem = import_runs.problem_of(run.problem).say() if run.problem else None
    return show(
        "imports/comparison_columns.html",
        look,
        refused=refused,
        run=run,
        may=may,
        problem=problem,
        **facts,
        **columns.facts(run, seen),
    )


@bp.get("/<int:run_id>")
@requires(Permission.COMPARE)
def page(run_id: int) -> Response:
    """Show the three differences, one of them in full, the longest closed first; before, the columns."""
    with archive.read(current_actor()) as work:
        run = _comparison(work, run_id)
    again = run.status is ImportState.STAGED and request.args.get("view") == "columns"
    if run.status is ImportState.UPLOADED or again:
        return _columns(run)
    with Refusals() as refused:
        weeks = comparison.weeks_of(request.args.get("weeks", str(comparison.USUAL_WEEKS)))
    if refused.errors:
        weeks = comparison.USUAL_WEEKS
    kind = GapKind.read(request.args.get("kind")) or GapKind.NO_PAPER
    with archive.read(current_actor()) as work:
        run = _comparison(work, run_id)
        facts = _facts(work, run, kind, weeks)
    subjects = [name for line in facts.get("lines", []) for name in line.subjects]
    look = access_log.at_list("completeness", [run.stream, *dict.fromkeys(subjects)])
    return show(
        "imports/comparison.html",
        look,
        refused=refused,
        run=run,
        weeks=request.args.get("weeks", weeks),
        **facts,
    )


def _facts(work: Work, run: ImportRun, kind: GapKind, weeks: int) -> dict[str, Any]:
    problem = import_runs.problem_of(run.problem).say() if run.problem else None
    if run.status is not ImportState.STAGED:
        return {"found": None, "problem": problem, "waiting": import_runs.waiting(run)}
    found = _summary(work, run, weeks)
    day, _sep, number = request.args.get("after", "").partition("|")
    after = (day, int(number)) if is_number(number) else ("", 0)
    lines = comparison.gaps(work, run, kind, found.before, after=after, limit=PAGE + 1)
    more = len(lines) > PAGE
    last = lines[PAGE - 1] if more else None
    return {
        "found": found,
        "problem": problem,
        "waiting": False,
        "unread_sheets": import_runs.unread(run),
        "kind": kind,
        "kinds": [(one, paper.heading(one, found), paper.count(one, found)) for one in GapKind],
        "lines": lines[:PAGE],
        "next": last
        and url_for(
            ".page", run_id=run.id, kind=kind.value, weeks=weeks, after=f"{last.closed_on}|{last.id}"
        ),
    }


def _summary(work: Work, run: ImportRun, weeks: int) -> ComparisonSummary:
    return comparison.summary(work, run, weeks, local_date(work.now))


@bp.get("/<int:run_id>/as/<form>")
@requires(Permission.COMPARE)
def download(run_id: int, form: str) -> Response:
    """Give the comparison as a file for the spreadsheet (csv), or on paper (pdf)."""
    if form not in {"csv", "pdf"}:
        abort(404)
    weeks = comparison.weeks_of(request.args.get("weeks", str(comparison.USUAL_WEEKS)))
    seen: set[str] = set()
    with archive.read(current_actor()) as work:
        run = _comparison(work, run_id)
        found = _summary(work, run, weeks)
        if form == "csv":
            body, kind = b"".join(paper.csv(work, run, found, seen)), "text/csv; charset=utf-8"
        else:
            body, kind = paper.pdf(work, run, found, archive.settings, seen), "application/pdf"
    saw(access_log.at_list(f"completeness_{form}", [run.stream, *sorted(seen)]))
    answer = make_response(body)
    answer.headers["Content-Type"] = kind
    answer.headers["Content-Disposition"] = f"attachment; filename=fullstandighet-{run_id}.{form}"
    return answer


@bp.get("/<int:run_id>/progress")
@requires(Permission.COMPARE)
def progress(run_id: int) -> Response:
    """Show how far a comparison has come; when it is done the page is loaded anew."""
    with archive.read(current_actor()) as work:
        run = _comparison(work, run_id)
    saw()
    if not import_runs.waiting(run):
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = url_for(".page", run_id=run_id)
        return answer
    return show("imports/_bar.html", None, run=run)
