"""Importing a list: take it in, see how it is understood, check it, register it, take it back."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, make_response, request, url_for

from archive.access_log import access_log
from archive.accounts import display_names
from archive.codes import codes as label_codes
from archive.imports import flags, left_out, mappings, preview, refused, worklist
from archive.imports import runs as import_runs
from archive.imports.counts import LABELS, Counts, in_order
from archive.imports.flags import Odd
from archive.imports.lists.meaning.fields import FlagCode
from archive.imports.lists.meaning.mapping import Mapping
from archive.imports.lists.meaning.rejects import suffix, write_rejects
from archive.imports.lists.meaning.tables import ListShape
from archive.imports.papers import flags as paper
from archive.imports.rows import emptied
from archive.imports.understanding import row_said
from archive.imports.understanding.accounted import accounted
from archive.imports.understanding.told import lines
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.models import ImportRun
from archive.people import people
from archive.places import paths
from archive.vocabulary import ImportAction, ImportPurpose, ImportState, Permission, RowState, TaskKind
from archive.vocabulary.wording import N_, _
from archive.web.imports import columns
from archive.web.kit.access import archive, current_actor, requires, takes_upload
from archive.web.kit.answers import Refusals, saw, see, show

bp = Blueprint("imports", __name__, url_prefix="/imports")

PAGE = 30
REPEATED = N_("Rows that repeat another")
REPEATED_EXPLAINED = N_(
    "Person, part, kind, dates and place are those of the row named, so there is no file of its own for them."
)
IN_QUESTION = N_("The same reference, but something differs")
IN_QUESTION_EXPLAINED = N_(
    "Nothing of these rows is registered before somebody has said whether they are the same file. They are "
    "asked about on the worklist once the list is registered."
)
_FLAGS = {flag.value: flag for flag in FlagCode}


@bp.get("/")
@requires(Permission.IMPORT)
def index() -> Response:
    """Show the lists read so far, and take in another."""
    return _index()


def _index(refused: Refusals | None = None) -> Response:
    before = request.args.get("before", type=int)
    with archive.read(current_actor()) as work:
        runs = import_runs.runs(work, ImportPurpose.REGISTER, before=before, limit=PAGE + 1)
        names = display_names.names(work, {run.started_by for run in runs})
        saved = mappings.saved(work)
    saw()
    return show(
        "imports/index.html",
        None,
        refused=refused,
        runs=runs[:PAGE],
        names=names,
        saved=[{"value": one.name, "label": one.name} for one in saved],
        form=request.form,
        next=url_for(".index", before=runs[PAGE - 1].id) if len(runs) > PAGE else None,
    )


@bp.post("/")
@requires(Permission.IMPORT)
@takes_upload
def upload() -> Response:
    """Take a list in; a refused one is not kept, and the sentence says what to do."""
    with Refusals() as refused:
        run_id = taken_in(ImportPurpose.REGISTER)
        return see(url_for(".page", run_id=run_id))
    return _index(refused)


def taken_in(purpose: ImportPurpose) -> int:
    """Store the uploaded list and propose its columns; raises Invalid when none was chosen."""
    sent = request.files.get("list")
    if sent is None or not sent.filename:
        raise Invalid("list_missing", N_("Choose the file that holds the list."), field="list")
    stream: Any = sent.stream
    return import_runs.begin(
        archive,
        current_actor(),
        sent.filename,
        stream,
        purpose,
        request.form.get("mapping", ""),
    )


@bp.get("/<int:run_id>")
@requires(Permission.IMPORT)
def page(run_id: int) -> Response:
    """Show where an import is: its columns, its progress, or its report."""
    with archive.read(current_actor()) as work:
        compares = import_runs.get(work, run_id).purpose is ImportPurpose.COMPARE
    return see(url_for("comparison.page", run_id=run_id)) if compares else _page(run_id)


def _page(run_id: int, refused: Refusals | None = None, mapping: Mapping | None = None) -> Response:
    actor = current_actor()
    with archive.read(actor) as work:
        run = import_runs.get(work, run_id)
        facts = _facts(work, run)
    subjects: Sequence[str] = ()
    again = run.status is ImportState.STAGED and (mapping or request.args.get("view") == "columns")
    if run.status is ImportState.UPLOADED or again:
        seen = preview.preview(archive, actor, run, mapping)
        facts |= columns.facts(run, seen)
        subjects = seen.subjects
    # The first rows name people who are in no register yet, too: what was looked at is the list.
    look = access_log.at_list("import", [run.stream, *subjects])
    return show("imports/page.html", look, refused=refused, run=run, **facts)


def _facts(work: Work, run: ImportRun) -> dict[str, Any]:
    counts = import_runs.report(run)
    if run.status is ImportState.APPLIED:
        waits = worklist.open_counts(work, run.id)
        near = waits.pop(TaskKind.NEAR_DUPLICATE, 0)
        counts = replace(counts, near=near, conflicts=sum(waits.values()))
    actions = run.lifecycle.actions(run.status, work.actor.permissions)
    return {
        "counts": _counted(run, counts),
        "flags": [(_FLAGS[code], number) for code, number in in_order(counts.flags)],
        "changed": import_runs.changed_since_check(run),
        "problems": [
            {"text": import_runs.reason(code).capitalize(), "number": number}
            for code, number in in_order(counts.problems)
        ],
        "rejected": counts.rejected,
        "marked_rows": refused.how_many_marked(work, run) if counts.rejected else 0,
        "protected_rows": refused.how_many_protected(work, run)
        if counts.rejected and people.cleared(work.actor)
        else 0,
        "waiting": import_runs.waiting(run),
        "unread_sheets": import_runs.unread(run),
        "understood": list(lines(run)),
        "accounted": accounted(run),
        "problem": import_runs.problem_of(run.problem).say() if run.problem else None,
        "may": {action.value: action in actions for action in ImportAction},
        "who": display_names.names(work, {run.started_by})[run.started_by],
        **columns.choices(work),
        "withdrawn": run.options.get("withdrawn"),
        "places_closed": emptied.closed(run),
        "places_kept": _places_kept(work, run),
    }


def _places_kept(work: Work, run: ImportRun) -> list[dict[str, Any]]:
    """Return the places a withdrawn list leaves open, each with its way to it and why."""
    kept = list(emptied.kept(work, run))
    trails = paths.steps(work, [place.id for place, _need in kept])
    return [
        {"name": paths.name_of(trails[place.id]), "code": place.code, "why": need.label}
        for place, need in kept
    ]


_TONES = {
    "rejected": "red",
    **dict.fromkeys(("flagged", "near", "conflicts", "duplicates", "asked"), "yellow"),
    **dict.fromkeys(("registered", "files"), "green"),
}


def _counted(run: ImportRun, counts: Counts) -> list[dict[str, Any]]:
    """Return what was counted, each with where one can look at it."""
    applied = run.status is not ImportState.STAGED and current_actor().may(Permission.CORRECT)
    leads = {
        "flagged": url_for(".flagged", run_id=run.id),
        "duplicates": url_for(".repeated", run_id=run.id),
        "asked": url_for(".in_question", run_id=run.id),
    }
    if applied:
        leads["rejected"] = url_for("worklist.rows", run=run.id)
        leads |= dict.fromkeys(("near", "conflicts"), url_for("worklist.index", run=run.id))
        leads["asked"] = url_for("worklist.index", kind=TaskKind.IDENTITY.value, run=run.id)
    return [
        {
            "value": value,
            "label": _(LABELS[name]),
            "tone": _TONES.get(name, "blue") if value else "grey",
            "href": leads.get(name) if value else None,
        }
        for name in Counts.numbers()
        for value in (getattr(counts, name),)
    ]


@bp.post("/<int:run_id>/columns")
@requires(Permission.IMPORT)
def choose(run_id: int) -> Response:
    """Take the corrected columns: look again, save them under a name, or go on to the check."""
    with archive.read(current_actor()) as work:
        run = import_runs.get(work, run_id)
    mapping = import_runs.mapping_of(run)
    with Refusals() as refused:
        mapping = columns.said(mapping)
        said, done = columns.answered(run, mapping)
        return see(url_for(".page", run_id=run_id, view=None if done else "columns"), said)
    return _page(run_id, refused, mapping)


@bp.post("/<int:run_id>/columns/keep")
@requires(Permission.IMPORT)
def keep(run_id: int) -> Response:
    """Leave the columns as they were checked, and go on with the report."""
    return _order(run_id, import_runs.keep)


@bp.get("/files/<code>/row")
@requires(Permission.IMPORT)
def row_of_file(code: str) -> Response:
    """Show what the row said that registered a file, once the look at it is recorded."""
    said = row_said.of_file(archive, current_actor(), label_codes.parse(code))
    return show("imports/row_said.html", said.look, said=said, run=said.run, code=code)


@bp.get("/<int:run_id>/flagged")
@requires(Permission.IMPORT)
def flagged(run_id: int) -> Response:
    """Show the rows that were registered though something is odd, of one flag or of all."""
    flag = _FLAGS.get(request.args.get("flag", ""))
    after = request.args.get("after", 0, type=int)
    with archive.read(current_actor()) as work:
        run = import_runs.get(work, run_id)
        found = flags.flagged(work, run, flag, after=after, limit=PAGE + 1)
        shape = ListShape.from_dict(run.shape or {})
        shown = found[:PAGE]
        subjects = flags.subjects(work, shown)
    counted = import_runs.report(run).flags
    return show(
        "imports/flagged.html",
        access_log.at_list("flagged_rows", [run.stream, *subjects]),
        run=run,
        flag=flag,
        flags=[(_FLAGS[code], number) for code, number in in_order(counted)],
        rows=[(odd, list(zip(shape.columns, odd.cells, strict=False))) for odd in shown],
        next=_further(run_id, flag, shown[-1].row) if len(found) > PAGE else None,
    )


def _further(run_id: int, flag: FlagCode | None, after: int) -> str:
    return url_for(".flagged", run_id=run_id, flag=flag and flag.value, after=after)


@bp.get("/<int:run_id>/flagged/csv")
@requires(Permission.IMPORT)
def flagged_csv(run_id: int) -> Response:
    """Give the flagged rows as a file for the spreadsheet."""
    flag = _FLAGS.get(request.args.get("flag", ""))
    shown: list[Odd] = []
    with archive.read(current_actor()) as work:
        run = import_runs.get(work, run_id)
        answer = make_response(b"".join(paper.csv(work, run, flag, shown.append)))
        subjects = flags.subjects(work, shown)
    saw(access_log.at_list("flagged_rows_csv", [run.stream, *subjects]))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    name = f"anmarkningar-{run_id}{'-' + flag.value if flag else ''}.csv"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


@bp.post("/<int:run_id>/apply")
@requires(Permission.IMPORT)
def apply(run_id: int) -> Response:
    """Order that a checked list be registered."""
    return _order(run_id, import_runs.apply)


@bp.post("/<int:run_id>/check")
@requires(Permission.IMPORT)
def check(run_id: int) -> Response:
    """Order that a list be checked once more."""
    return _order(run_id, import_runs.stage)


@bp.post("/<int:run_id>/discard")
@requires(Permission.IMPORT)
def discard(run_id: int) -> Response:
    """Order that a list be deleted; nothing of it has been registered."""
    return _order(run_id, import_runs.discard)


@bp.post("/<int:run_id>/withdraw")
@requires(Permission.IMPORT)
def withdraw(run_id: int) -> Response:
    """Order that what an import did be set back."""
    return _order(run_id, lambda work, run: import_runs.withdraw(work, run, request.form.get("reason", "")))


def _order(run_id: int, verb: Any) -> Response:
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            verb(work, import_runs.get(work, run_id))
        return see(url_for(".page", run_id=run_id))
    return _page(run_id, refused)


@bp.get("/<int:run_id>/progress")
@requires(Permission.IMPORT)
def progress(run_id: int) -> Response:
    """Show how far an import has come; when it is done the page is loaded anew."""
    with archive.read(current_actor()) as work:
        run = import_runs.get(work, run_id)
    saw()
    if not import_runs.waiting(run):
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = url_for(".page", run_id=run_id)
        return answer
    return show("imports/_bar.html", None, run=run)


@bp.get("/<int:run_id>/repeated")
@requires(Permission.IMPORT)
def repeated(run_id: int) -> Response:
    """Show the rows that repeat another, each with the row it repeats."""
    file = url_for(".repeated_file", run_id=run_id)
    return _left_out(run_id, RowState.DUPLICATE, REPEATED, REPEATED_EXPLAINED, ".repeated", file)


@bp.get("/<int:run_id>/in-question")
@requires(Permission.IMPORT)
def in_question(run_id: int) -> Response:
    """Show the rows that have the reference of a file but differ from it, before they are asked about."""
    return _left_out(run_id, RowState.ASKED, IN_QUESTION, IN_QUESTION_EXPLAINED, ".in_question", None)


def _left_out(
    run_id: int, state: RowState, title: str, explained: str, here: str, file: str | None
) -> Response:
    after = request.args.get("after", 0, type=int)
    with archive.read(current_actor()) as work:
        run = import_runs.get(work, run_id)
        found = left_out.page(work, run, state, after=after, limit=PAGE + 1)
        columns_ = ListShape.from_dict(run.shape or {}).columns
        shown = found[:PAGE]
        look = left_out.look(work, "left_out_rows", run, shown)
    return show(
        "imports/left_out.html",
        look,
        run=run,
        title=_(title),
        explained=_(explained),
        rows=[(one, list(zip(columns_, one.cells, strict=False))) for one in shown],
        file=file if shown else None,
        next=url_for(here, run_id=run_id, after=shown[-1].row) if len(found) > PAGE else None,
    )


@bp.get("/<int:run_id>/repeated/file")
@requires(Permission.IMPORT)
def repeated_file(run_id: int) -> Response:
    """Give back the rows that repeat another, in the form of the list, each with the row it repeats."""
    out = BytesIO()
    with archive.read(current_actor()) as work:
        run = import_runs.get(work, run_id)
        shape = refused.form_of(run)
        rows = list(left_out.every(work, run, RowState.DUPLICATE))
        write_rejects(out, shape, (one.refused for one in rows))
        look = left_out.look(work, "left_out_rows_file", run, rows)
    saw(look)
    answer = make_response(out.getvalue())
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers["Content-Disposition"] = f"attachment; filename=dubbletter-{run_id}{suffix(shape)}"
    return answer


@bp.get("/<int:run_id>/rejects")
@requires(Permission.IMPORT)
def rejects(run_id: int) -> Response:
    """Give back the rows that were not registered, in the form of the list, with the reasons."""
    return _rejects(run_id, "ej-registrerade", protected=False)


@bp.get("/<int:run_id>/rejects/protected")
@requires(Permission.CHECK_SEALED)
def rejects_protected(run_id: int) -> Response:
    """Give those cleared the rows about somebody protected, by the list or by the register."""
    return _rejects(run_id, "ej-registrerade-skyddade", protected=True)


def _rejects(run_id: int, name: str, *, protected: bool) -> Response:
    out = BytesIO()
    with archive.read(current_actor()) as work:
        run = import_runs.get(work, run_id)
        shape = refused.form_of(run)
        found = refused.given_back(work, run, protected=protected)
    write_rejects(out, shape, found.rows, protected=protected)
    saw(found.look)
    answer = make_response(out.getvalue())
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}-{run_id}{suffix(shape)}"
    return answer
