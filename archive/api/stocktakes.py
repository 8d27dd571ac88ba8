"""Samples for other programs: files drawn with a seed that anybody can draw again, and what was found."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from archive.access_log import access_log
from archive.api.bodies import page, sent
from archive.kernel.store import Work
from archive.models import Sample
from archive.output.serializing import facts, plain
from archive.places import paths
from archive.programme.serializers import rate
from archive.stocktakes import samples
from archive.vocabulary import Evidence, Permission, SampleDirection
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw

bp = Blueprint("api_stocktakes", __name__, url_prefix="/api/samples")


@bp.get("")
@requires(Permission.READ_FILES)
def listed() -> Response:
    """List the samples drawn, newest first, with their figures; ?before= goes on from `next`."""
    most = page()
    with archive.read(current_actor()) as work:
        rows = samples.listed(work, before=request.args.get("before", type=int), limit=most + 1)
        shown = [_shown(work, one) for one in rows[:most]]
    saw()
    return jsonify(samples=shown, next=rows[most - 1].id if len(rows) > most else None)


def _shown(work: Work, one: Sample) -> dict[str, Any]:
    figures = samples.figures(work, one)
    return {
        **facts(one, "id", "at", "seed", "size"),
        "place": paths.name_of(paths.steps(work, [one.place_id])[one.place_id]),
        "to_shelf": rate(figures.to_shelf),
        "to_register": rate(figures.to_register),
        "open": figures.open,
    }


@bp.post("")
@requires(Permission.VERIFY)
def draw() -> tuple[Response, int]:
    """Draw {to_shelf} files and {to_register} spots below {place: code}; {seed} draws the same again."""
    body = sent()
    counts = {"to_shelf": 0, "to_register": 0, **body.numbers("to_shelf", "to_register")}
    with archive.write(current_actor()) as work:
        sample = samples.draw(work, body.place(work, "place"), **counts, seed=body.text("seed"))
        shown = _shown(work, sample)
    return jsonify(shown), 201


@bp.get("/<int:sample_id>")
@requires(Permission.READ_FILES)
def one(sample_id: int) -> Response:
    """Return a sample row by row, as one walks by the shelves."""
    return _one(sample_id)


def _one(sample_id: int) -> Response:
    with archive.read(current_actor()) as work:
        sample = samples.get(work, sample_id)
        rows = samples.items(work, sample)
        named = paths.steps(work, {place.id for _item, place, _file in rows})
        items = [
            {
                **facts(item, "id", "direction", "ordinal", "answer", "answered_at"),
                # Protected since it was drawn: a row of it would be a place.
                "place": None if hidden else {"code": place.code, "name": paths.name_of(named[place.id])},
                "file": file.code if file and not hidden and _known(item) else None,
            }
            for item, place, file in rows
            for hidden in [file is not None and file.protected]
        ]
        shown = {**_shown(work, sample), "items": items}
    seen = [file.stream for _item, _place, file in rows if file]
    saw(access_log.at_list("sample", [sample.stream, *seen]))
    return jsonify(shown)


def _known(item: Any) -> bool:
    """Tell whether the file of a row may be named: what stands at a spot is looked up, not foretold."""
    return item.direction is SampleDirection.TO_SHELF or item.answer is not None


@bp.post("/<int:sample_id>/items/<int:item_id>")
@requires(Permission.MOVE)
def answer(sample_id: int, item_id: int) -> Response:
    """Answer a row: {place: code} where the file stood, {missing: true}, or {text: label read there}."""
    body = sent()
    with archive.write(current_actor()) as work:
        item = samples.item(work, item_id)
        if item.direction is SampleDirection.TO_REGISTER:
            said = samples.read(work, item, body.text("text"))
        elif body.get("missing") is True:
            said = samples.not_seen(work, item)
        else:
            said = samples.seen(work, item, body.place(work, "place"), how=Evidence.SCAN)
    return jsonify(answer=plain(said), sample=sample_id)
