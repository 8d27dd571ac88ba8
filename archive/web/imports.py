"""Importing a list: take it in, see how it is understood, check it, register it, take it back."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, make_response, request, url_for
from sqlalchemy import select
from sqlmodel import col

from archive.domain import actors, imports, looks, mappings, places
from archive.domain.import_counts import LABELS, Counts
from archive.domain.imports import Preview
from archive.errors import Invalid
from archive.lists.dates import DATE_ORDERS
from archive.lists.fields import Field, FlagCode
from archive.lists.mapping import Column, Mapping
from archive.lists.names import NAME_ORDERS
from archive.lists.rejects import suffix, write_rejects
from archive.lists.tables import Shape
from archive.models import FileKind, ImportRun, SourceSystem
from archive.store import Work
from archive.vocabulary import ImportAction, ImportPurpose, ImportState, Permission, Protection
from archive.web.access import archive, current_actor, requires, takes_upload
from archive.web.answers import Refusals, saw, see, show
from archive.wording import N_, _

bp = Blueprint("imports", __name__, url_prefix="/imports")

PAGE = 30
_FLAGS = {flag.value: flag for flag in FlagCode}
ORDERS = {
    "auto": N_("as the list shows"),
    "ymd": N_("year, month, day"),
    "dmy": N_("day, month, year"),
    "mdy": N_("month, day, year"),
    "given_first": N_("given name first"),
    "family_first": N_("family name first"),
}


@bp.get("/")
@requires(Permission.IMPORT)
def index() -> Response:
    """Show the lists read so far, and take in another."""
    return _index()


def _index(refused: Refusals | None = None) -> Response:
    before = request.args.get("before", type=int)
    with archive.read(current_actor()) as work:
        runs = imports.runs(work, ImportPurpose.REGISTER, before=before, limit=PAGE + 1)
        names = actors.names(work, {run.started_by for run in runs})
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
    return imports.begin(
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
    return _page(run_id)


def _page(run_id: int, refused: Refusals | None = None, mapping: Mapping | None = None) -> Response:
    actor = current_actor()
    with archive.read(actor) as work:
        run = imports.get(work, run_id)
        facts = _facts(work, run)
    again = run.status is ImportState.STAGED and (mapping or request.args.get("view") == "columns")
    if run.status is ImportState.UPLOADED or again:
        seen = imports.preview(archive, actor, run, mapping)
        facts |= _preview_facts(seen)
    # The first rows name people who are in no register yet: what was looked at is the list.
    look = looks.at_list("import", [run.stream])
    return show("imports/page.html", look, refused=refused, run=run, **facts)


def _facts(work: Work, run: ImportRun) -> dict[str, Any]:
    counts = imports.report(run)
    actions = run.lifecycle.actions(run.status, work.actor.permissions)
    return {
        "counts": [
            {"value": getattr(counts, name), "label": _(LABELS[name]), "name": name}
            for name in Counts.numbers()
        ],
        "flags": [(_FLAGS[code].label, number) for code, number in counts.flags.most_common()],
        "rejected": counts.rejected,
        "waiting": imports.waiting(run),
        "problem": imports.problem_of(run.problem).say() if run.problem else None,
        "may": {action.value: action in actions for action in ImportAction},
        "who": actors.names(work, {run.started_by})[run.started_by],
        "kinds": _options(work, FileKind),
        "sources": _options(work, SourceSystem),
        "sites": [site.name for site in places.roots(work)],
        "withdrawn": run.options.get("withdrawn"),
    }


def _options(work: Work, model: Any) -> list[dict[str, str]]:
    rows = work.session.execute(select(model).order_by(col(model.code))).scalars()
    return [{"value": row.code, "label": getattr(row, "name_sv", None) or row.name} for row in rows]


def _preview_facts(seen: Preview) -> dict[str, Any]:
    chosen = {(column.header, column.occurrence): column.field for column in seen.mapping.columns}
    return {
        "seen": seen,
        "columns": [
            {
                "header": column.header,
                "occurrence": column.occurrence,
                "field": chosen.get((column.header, column.occurrence)),
                "samples": samples,
            }
            for column, samples in zip(seen.columns, seen.samples, strict=True)
        ],
        "mapping": seen.mapping,
        "fields": list(Field),
        "orders": {
            "date": [{"value": one, "label": _(ORDERS[one])} for one in DATE_ORDERS],
            "name": [{"value": one, "label": _(ORDERS[one])} for one in NAME_ORDERS],
        },
        "asks_protection": seen.asks_protection,
        "protection_said": request.form.get("unstated_protection", ""),
        "save_as": request.form.get("save_as", ""),
    }


@bp.post("/<int:run_id>/columns")
@requires(Permission.IMPORT)
def choose(run_id: int) -> Response:
    """Take the corrected columns: look again, save them under a name, or go on to the check."""
    with archive.read(current_actor()) as work:
        run = imports.get(work, run_id)
    mapping = Mapping.from_dict(run.mapping or {})
    with Refusals() as refused:
        mapping = _mapping_said(mapping)
        with archive.write(current_actor()) as work:
            run = imports.get(work, run_id)
            imports.choose(work, run, mapping)
            if request.form.get("go") == "save":
                mappings.save(work, request.form.get("save_as", ""), mapping)
            elif request.form.get("go") == "check":
                _refuse_unsaid_protection(mapping)
                imports.stage(work, run)
        said = _("The choice of columns is saved.") if request.form.get("go") == "save" else None
        return see(url_for(".page", run_id=run_id), said)
    return _page(run_id, refused, mapping)


def _refuse_unsaid_protection(mapping: Mapping) -> None:
    """A list without a column for it may hold protected persons: somebody has to say that it does not."""
    stated = any(column.field is Field.PROTECTION for column in mapping.columns)
    if not stated and Protection.read(request.form.get("unstated_protection")) is None:
        raise Invalid(
            "protection_unsaid",
            N_("Say whether the list may hold persons with protected data."),
            field="unstated_protection",
        )


def _mapping_said(mapping: Mapping) -> Mapping:
    form = request.form
    columns = []
    for number in range(form.get("columns", 0, type=int)):
        meaning = Field.read(form.get(f"field{number}"))
        if meaning is not None:
            header, occurrence = form.get(f"header{number}", ""), form.get(f"occurrence{number}", 1, type=int)
            columns.append(Column(header, meaning, occurrence))
    words, codes = form.getlist("kind_word"), form.getlist("kind_code")
    told = {word: code for word, code in zip(words, codes, strict=False) if code}
    date_order, name_order = form.get("date_order", "auto"), form.get("name_order", "auto")
    return replace(
        mapping,
        columns=tuple(columns),
        source=form.get("source", ""),
        site=form.get("site", ""),
        default_kind=form.get("default_kind", ""),
        kinds={**mapping.kinds, **told},
        date_order=date_order if date_order in DATE_ORDERS else "auto",
        name_order=name_order if name_order in NAME_ORDERS else "auto",
        list_date=_day(form.get("list_date", "")),
        unstated_protection=Protection.read(form.get("unstated_protection")) or Protection.UNKNOWN,
        sheet=form.get("sheet", mapping.sheet),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise Invalid(
            "list_date",
            N_("Write the day of the list as year-month-day, such as 2024-05-31."),
            field="list_date",
        ) from None


@bp.post("/<int:run_id>/apply")
@requires(Permission.IMPORT)
def apply(run_id: int) -> Response:
    """Order that a checked list be registered."""
    return _order(run_id, imports.apply)


@bp.post("/<int:run_id>/check")
@requires(Permission.IMPORT)
def check(run_id: int) -> Response:
    """Order that a list be checked once more."""
    return _order(run_id, imports.stage)


@bp.post("/<int:run_id>/discard")
@requires(Permission.IMPORT)
def discard(run_id: int) -> Response:
    """Order that a list be deleted; nothing of it has been registered."""
    return _order(run_id, imports.discard)


@bp.post("/<int:run_id>/withdraw")
@requires(Permission.IMPORT)
def withdraw(run_id: int) -> Response:
    """Order that what an import did be set back."""
    return _order(run_id, lambda work, run: imports.withdraw(work, run, request.form.get("reason", "")))


def _order(run_id: int, verb: Any) -> Response:
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            verb(work, imports.get(work, run_id))
        return see(url_for(".page", run_id=run_id))
    return _page(run_id, refused)


@bp.get("/<int:run_id>/progress")
@requires(Permission.IMPORT)
def progress(run_id: int) -> Response:
    """Show how far an import has come; when it is done the page is loaded anew."""
    with archive.read(current_actor()) as work:
        run = imports.get(work, run_id)
    saw()
    if not imports.waiting(run):
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = url_for(".page", run_id=run_id)
        return answer
    return show("imports/_bar.html", None, run=run)


@bp.get("/<int:run_id>/rejects")
@requires(Permission.IMPORT)
def rejects(run_id: int) -> Response:
    """Give back the rows that were not registered, in the form of the list, with the reasons."""
    out = BytesIO()
    with archive.read(current_actor()) as work:
        run = imports.get(work, run_id)
        shape = Shape.from_dict(run.shape or {})
        write_rejects(out, shape, imports.rejected(work, run))
    saw()
    answer = make_response(out.getvalue())
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers["Content-Disposition"] = f"attachment; filename=ej-registrerade-{run_id}{suffix(shape)}"
    return answer
