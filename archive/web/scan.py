"""The scan page: see what a code is, or choose a place and put files there, one scan each."""

from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for

from archive.domain import files, labels, places, scans, tellings
from archive.domain.scans import Scanned, Taken
from archive.domain.tellings import Telling
from archive.errors import Conflict, DomainError, NotFound
from archive.models import Label
from archive.store import Work
from archive.vocabulary import LabelState, Permission, ScanOutcome
from archive.web import looks_of_scans
from archive.web.access import archive, current_actor, requires
from archive.web.answers import Refusals, saw, see, show
from archive.wording import N_
from labels import codes

bp = Blueprint("scan", __name__)

SHOWN = 30


@bp.get("/scan")
@requires(Permission.MOVE)
def page() -> Response:
    """Show the scan page with the actor's own latest scans; `place` is the code files are put at."""
    return _page(request.args.get("place", ""))


def _page(context: str, refused: Refusals | None = None, typed: str = "") -> Response:
    with archive.read(current_actor()) as work:
        recent = scans.recent(work, SHOWN)
        told = tellings.tell(work, recent)
        unknown = scans.unknown_codes(work, 20)
        chosen = _chosen(work, context)
    saw(*looks_of_scans.of(recent))
    return show(
        "scan/page.html",
        None,
        refused=refused,
        told=told,
        unknown=[(codes.grouped(row.code), row.at) for row in unknown],
        context=chosen,
        scan_id=uuid4(),
        typed=typed,
    )


def _chosen(work: Work, code: str) -> dict[str, str] | None:
    """Return code and name of the chosen place, or nothing when the code is no open place."""
    try:
        place = places.by_code(work, labels.parse(code)) if code else None
    except DomainError:
        return None
    if place is None or place.closed_at is not None:
        return None
    return {"code": place.code, "name": places.name_of(places.trails(work, [place.id])[place.id])}


@bp.post("/scan")
@requires(Permission.MOVE)
def take() -> Response:
    """Answer one scan typed into the form, for a browser without JavaScript."""
    form = request.form
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            taken = scans.take(
                work,
                Scanned(
                    id=form.get("id", ""),
                    text=form.get("text", ""),
                    context=form.get("context") or None,
                    carry=form.get("carry") == "yes",
                ),
            )
            chosen = tellings.tell(work, [taken])[0].context or form.get("context", "")
        return see(url_for(".page", place=chosen or None))
    return _page(form.get("context", ""), refused, form.get("text", ""))


@bp.post("/scan/answers")
@requires(Permission.MOVE)
def answer() -> Response:
    """Answer one scan of the page's script: the parts to show, its sound, and the place now chosen."""
    scanned = Scanned.from_json(request.get_json())
    with archive.write(current_actor()) as work:
        taken = scans.take(work, scanned)
        told = tellings.tell(work, [taken])[0]
    saw(*looks_of_scans.of([taken]))
    return jsonify(_parts(taken, told))


def _parts(taken: Taken, told: Telling) -> dict[str, Any]:
    return {
        "id": taken.id,
        "outcome": taken.outcome.value,
        "signal": told.signal.value,
        "context": {"code": told.context, "name": told.context_name} if told.context else None,
        "unknown": told.scanned if taken.outcome is ScanOutcome.UNKNOWN_CODE else None,
        "state": render_template("scan/_state.html", one=told),
        "row": render_template("scan/_row.html", one=told),
    }


@bp.post("/scan/<scan_id>/undo")
@requires(Permission.MOVE)
def undo(scan_id: str) -> Response:
    """Take back what a scan moved; with htmx the row alone is answered."""
    with archive.write(current_actor()) as work:
        taken = scans.undo(work, scan_id)
        told = tellings.tell(work, [taken])[0]
    if request.headers.get("HX-Request"):
        return make_response(render_template("scan/_row.html", one=told))
    return see(url_for(".page", place=request.form.get("context") or None))


@bp.get("/S/<path:text>")
@bp.get("/s/<path:text>")
@requires(Permission.READ_FILES)
def open_code(text: str) -> Response:
    """Go to what a scanned code stands for; raises NotFound with what to do about an unknown one."""
    code = labels.parse(text)
    with archive.read(current_actor()) as work:
        label = labels.find(work, code)
        target = _target(work, label)
    saw()
    return make_response(redirect(target, 303))


def _target(work: Work, label: Label) -> str:
    if label.state is LabelState.BLANK:
        if work.actor.may(Permission.LABEL):
            return url_for("labels.bind", code=label.code)
        raise Conflict(
            "label_blank", N_("This label is not bound to a file yet. Ask the archive to bind it.")
        )
    if label.file_id is not None:
        return url_for(
            "files.page", code=label.code if label.state is LabelState.VOID else _code(work, label)
        )
    if label.place_id is None:
        raise NotFound("label_void", N_("This label is void and was never bound. Throw it away."))
    return url_for("places.page", code=places.get(work, label.place_id).code)


def _code(work: Work, label: Label) -> str:
    return files.get(work, label.file_id or 0).code
