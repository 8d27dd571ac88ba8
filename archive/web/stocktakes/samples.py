"""Two-way samples: drawn by a printed seed, walked with a list or a scanner, and what they came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, make_response, request, url_for

from archive.access_log import access_log
from archive.accounts import display_names
from archive.codes import codes
from archive.files import files, wanted
from archive.kernel.errors import DomainError, Invalid
from archive.kernel.store import Work
from archive.models import Sample, SampleItem
from archive.places import paths, places
from archive.stocktakes import sample_papers as paper
from archive.stocktakes import sample_views, samples
from archive.stocktakes.sample_views import SampleRow
from archive.vocabulary import Permission, SampleAnswer, SampleDirection
from archive.vocabulary.wording import N_, _
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, saw, see, show, stop

bp = Blueprint("samples", __name__, url_prefix="/samples")

PAGE = 30
NEXT = 5  # rows shown of what comes after the one to be looked at
_WALK = Permission.MOVE
_UNSCANNED = N_("Scan the label, or press the button that says what you saw.")


@bp.get("/")
@requires(Permission.READ_FILES)
def index() -> Response:
    """List the samples drawn with what they came to, and ask for a new one."""
    return _index()


def _index(refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        drawn = samples.listed(work, before=request.args.get("before", type=int), limit=PAGE + 1)
        figures = samples.figures_of(work, drawn[:PAGE])
        named = paths.steps(work, [one.place_id for one in drawn])
        names = display_names.names(work, {one.drawn_by for one in drawn})
    return show(
        "stocktakes/samples.html",
        None,
        refused=refused,
        drawn=drawn[:PAGE],
        figures=figures,
        places={place_id: paths.name_of(trail) for place_id, trail in named.items()},
        names=names,
        next=url_for(".index", before=drawn[PAGE - 1].id) if len(drawn) > PAGE else None,
        largest=samples.LARGEST,
        form=request.form,
    )


@bp.post("/")
@requires(Permission.VERIFY)
def draw() -> Response:
    """Draw a sample below a place; an auditor may bring the seed."""
    with Refusals() as refused:
        to_shelf, to_register = _number("to_shelf"), _number("to_register")
        with archive.write(current_actor()) as work:
            place = places.by_code(work, codes.parse(request.form.get("place", "")))
            seed = request.form.get("seed", "")[:100]
            sample = samples.draw(work, place, to_shelf=to_shelf, to_register=to_register, seed=seed)
        said = _("Drawn. Print the walk list, or go with a scanner.")
        return see(url_for(".page", sample_id=sample.id), said)
    return _index(refused)


def _number(name: str) -> int:
    text = request.form.get(name, "").strip() or "0"
    if not text.isdecimal() or len(text) > 4:
        raise Invalid("number_wrong", N_("Write a whole number."), field=name)
    return int(text)


@bp.get("/<int:sample_id>")
@requires(Permission.READ_FILES)
def page(sample_id: int) -> Response:
    """Show a sample: how it was drawn, what it came to, and every row of it."""
    with archive.read(current_actor()) as work:
        sample = samples.get(work, sample_id)
        rows = sample_views.rows(work, sample)
        facts = _facts(work, sample, rows)
    return show(
        "stocktakes/sample.html",
        access_log.at_list("sample", sample_views.subjects(rows), place=sample.place_id),
        sample=sample,
        rows=rows,
        SampleDirection=SampleDirection,
        **facts,
    )


def _facts(work: Work, sample: Sample, rows: Sequence[SampleRow]) -> dict[str, Any]:
    people = {sample.drawn_by, *(row.item.answered_by for row in rows if row.item.answered_by)}
    return {
        "place": paths.name_of(paths.steps(work, [sample.place_id])[sample.place_id]),
        "names": display_names.names(work, people),
        "figures": samples.figures(work, sample),
    }


@bp.get("/<int:sample_id>/walk")
@requires(_WALK)
def walk(sample_id: int) -> Response:
    """Show the row to look at next, or the one asked for, and take what was found there."""
    return _walk(sample_id, request.args.get("item", type=int))


def _walk(sample_id: int, item_id: int | None, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        sample = samples.get(work, sample_id)
        rows = sample_views.rows(work, sample)
        name = paths.name_of(paths.steps(work, [sample.place_id])[sample.place_id])
    ahead = [row for row in rows if row.item.answer is None and not row.hidden]
    row = next((one for one in ahead if one.item.id == item_id), ahead[0] if ahead else None)
    shown = [one for one in ahead if row and one.number > row.number][:NEXT]
    seen = sample_views.subjects([*([row] if row else []), *shown])
    return show(
        "stocktakes/sample_walk.html",
        access_log.at_list("sample", seen, place=sample.place_id),
        refused=refused,
        sample=sample,
        place=name,
        row=row,
        ahead=shown,
        answered=sum(1 for one in rows if one.item.answer is not None),
        SampleDirection=SampleDirection,
        form=request.form,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What one look came to: nothing when it was another file than the one looked for; `code` was scanned."""

    answer: SampleAnswer | None
    code: str


@bp.post("/<int:sample_id>/walk/<int:item_id>")
@requires(_WALK)
def answer(sample_id: int, item_id: int) -> Response:
    """Take what was found at one row: a label, that it is not there, or that nothing stood there."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            item = samples.item(work, item_id)
            if item.sample_id != sample_id:
                abort(404)
            said = _answered(work, item)
            _tell_wanted(work, item, said.code)
        if said.answer is None:
            other = _("That is another file. It is noted that it was seen there. Go on looking.")
            return see(url_for(".walk", sample_id=sample_id, item=item_id), other, "warning")
        tone = "success" if said.answer is SampleAnswer.RIGHT else "warning"
        return see(url_for(".walk", sample_id=sample_id), _sentence(said.answer), tone)
    return _walk(sample_id, item_id, refused)


def _answered(work: Work, item: SampleItem) -> _Said:
    form = request.form
    text, how = form.get("text", "").strip(), form.get("answer", "label")
    if item.direction is SampleDirection.TO_REGISTER:
        if how == "label" and not text:
            raise Invalid("label_missing", _UNSCANNED, field="text")
        return _Said(samples.read(work, item, "" if how == "nothing" else text), text)
    if how == "missing":
        return _Said(samples.not_seen(work, item), "")
    place = places.by_code(work, codes.parse(form["place"])) if form.get("place", "").strip() else None
    if how == "there":  # as the paper says: no label was scanned
        return _Said(samples.seen(work, item, place or places.get(work, item.place_id)), "")
    if not text:
        raise Invalid("label_missing", _UNSCANNED, field="text")
    return _Said(samples.found(work, item, text, place), text)


def _tell_wanted(work: Work, item: SampleItem, code: str) -> None:
    """Lay the notice over the next page when what was seen is looked for; a miss of one's own is none."""
    if item.answer is SampleAnswer.MISSING:
        return
    try:
        file = files.by_code(work, codes.parse(code)) if code else files.get(work, item.file_id or 0)
    except DomainError:
        return
    sought = wanted.by_file(work, [file.id]).get(file.id)
    if sought is not None:
        stop(wanted.told(work, sought.incident_id), file.code)


def _sentence(said: SampleAnswer) -> str:
    if said is SampleAnswer.MISSING:
        return _("It is not there. It is reported as missing, and is looked for from now on.")
    return _("Noted: %(answer)s.", answer=said.label)


@bp.get("/<int:sample_id>/list.pdf")
@requires(Permission.READ_FILES)
def print_list(sample_id: int) -> Response:
    """Give the walk list as PDF: what to look for where, with room to write."""
    with archive.read(current_actor()) as work:
        sample = samples.get(work, sample_id)
        rows = sample_views.rows(work, sample)
        name = paths.name_of(paths.steps(work, [sample.place_id])[sample.place_id])
        body = paper.walk_list(work, sample, name, rows, archive.settings)
    saw(access_log.at_list("sample_pdf", sample_views.subjects(rows), place=sample.place_id))
    return _file(body, "application/pdf", f"inline; filename=stickprov-{sample_id}.pdf")


@bp.get("/<int:sample_id>/rows.csv")
@requires(Permission.READ_FILES)
def rows_csv(sample_id: int) -> Response:
    """Give every row of a sample as a file for the spreadsheet."""
    with archive.read(current_actor()) as work:
        sample = samples.get(work, sample_id)
        rows = sample_views.rows(work, sample)
        body = b"".join(paper.rows(rows, _facts(work, sample, rows)["names"]))
    saw(access_log.at_list("sample_csv", sample_views.subjects(rows), place=sample.place_id))
    return _file(body, "text/csv; charset=utf-8", f"attachment; filename=stickprov-{sample_id}.csv")


@bp.get("/figures.csv")
@requires(Permission.READ_FILES)
def figures_csv() -> Response:
    """Give what every sample came to as a file for the spreadsheet."""
    with archive.read(current_actor()) as work:
        drawn = samples.listed(work, limit=samples.MOST)
        named = paths.steps(work, [one.place_id for one in drawn])
        body = b"".join(paper.figures(drawn, samples.figures_of(work, drawn), named))
    saw()
    return _file(body, "text/csv; charset=utf-8", "attachment; filename=stickprov.csv")


def _file(body: bytes, kind: str, how: str) -> Response:
    given = make_response(body)
    given.headers["Content-Type"], given.headers["Content-Disposition"] = kind, how
    return given
