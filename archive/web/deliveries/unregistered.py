"""Pieces of a delivery that are not what the list says: labelled, told apart, registered."""

from typing import Any

from flask import Blueprint, Response, request, url_for

from archive.access_log import access_log
from archive.codes import codes
from archive.deliveries import lines, reconciliation, unregistered, views
from archive.files import files
from archive.files.files import NewFile
from archive.kernel.errors import Invalid
from archive.kernel.letters import is_number
from archive.kernel.store import Work
from archive.models import DeliveryLine
from archive.places import places
from archive.vocabulary import Permission
from archive.vocabulary.wording import N_, _
from archive.web.deliveries.deliveries import difference_page
from archive.web.files.forms import Choices
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, see, show

bp = Blueprint("unregistered", __name__, url_prefix="/deliveries")


@bp.get("/pieces/<int:line_id>/label")
@requires(Permission.DELIVER)
def label(line_id: int) -> Response:
    """Ask for the blank label that is stuck on a piece without one that can be read."""
    return _label(line_id)


def _label(line_id: int, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        line = lines.line(work, line_id)
        piece = views.pieces_of(work, [line_id])[line_id]
        head = views.heading(work, lines.sender(work, line.sender_id))
    return show(
        "deliveries/label.html",
        access_log.at_list("delivery", [f"sender:{line.sender_id}"]),
        refused=refused,
        piece=piece,
        head=head,
        form=request.form,
    )


@bp.post("/pieces/<int:line_id>/label")
@requires(Permission.DELIVER)
def bind(line_id: int) -> Response:
    """Bind a blank label to the piece of a row; its older one is void."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            line = lines.line(work, line_id)
            unregistered.label(work, line, codes.parse(request.form.get("code", "")))
            sender = line.sender_id
            packing = line.packed_at is None
        said = (
            _("The label counts from now on. Scan it into the crate.")
            if packing
            else _("The label counts from now on.")
        )
        page = "boards.pack" if packing else "deliveries.sender"
        return see(url_for(page, sender_id=sender), said)
    return _label(line_id, refused)


@bp.post("/differences/<int:difference_id>/file")
@requires(Permission.LABEL)
def identify(difference_id: int) -> Response:
    """Say which file a piece is that is in no register by what stands on it."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            line = _piece(work, difference_id)
            code = codes.parse(request.form.get("file", ""))
            unregistered.identify(work, line, files.by_code(work, code))
            sender = line.sender_id
        return see(url_for("deliveries.sender", sender_id=sender, _anchor="differences"), _("Explained."))
    return difference_page(difference_id, refused)


@bp.post("/differences/<int:difference_id>/register")
@requires(Permission.REGISTER)
def register(difference_id: int) -> Response:
    """Register a piece that is in no register; whom it is about is added on its own page."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            line = _piece(work, difference_id)
            file = unregistered.register(work, line, _new(work, line))
            code = file.code
        said = _("Registered, and on the delivery. Say whom it is about, and when it was closed.")
        return see(url_for("files.page", code=code), said)
    return difference_page(difference_id, refused)


def _piece(work: Work, difference_id: int) -> DeliveryLine:
    found = reconciliation.difference(work, difference_id)
    return lines.line(work, found.line_id or 0)


def _new(work: Work, line: DeliveryLine) -> NewFile:
    choices = Choices.load(work).options()
    part = _number("part") or 1
    crate = lines.crate(work, line.received_crate_id or line.packed_crate_id or 0)
    return NewFile(
        reference=request.form.get("reference", ""),
        source_id=_chosen("source", choices["sources"]),
        kind_id=_chosen("kind", choices["kinds"]),
        part=part,
        parts=_number("parts") or part,
        place=places.get(work, crate.place_id),
    )


def _chosen(name: str, options: list[dict[str, Any]]) -> int:
    chosen = request.form.get(name, type=int)
    if chosen is None or chosen not in {option["value"] for option in options}:
        raise Invalid("not_chosen", N_("Choose one."), field=name)
    return chosen


def _number(name: str) -> int | None:
    text = request.form.get(name, "").strip()
    if text and not is_number(text):
        raise Invalid("not_a_number", N_("Write a whole number."), field=name)
    return int(text) if text else None
