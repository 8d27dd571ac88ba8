"""Pieces that are not what the list says, for other programs: labelled, identified, registered."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, jsonify

from archive.access_log import access_log
from archive.api.bodies import Sent, sent
from archive.codes import codes
from archive.deliveries import lines, serializers, unregistered
from archive.files import files
from archive.files.files import NewFile
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.models import DeliveryLine
from archive.organisation import source_systems
from archive.places import places
from archive.vocabulary import Permission
from archive.vocabulary.wording import N_
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw

bp = Blueprint("api_pieces", __name__, url_prefix="/api/pieces")


def _shown(work: Work, line: DeliveryLine) -> dict[str, Any]:
    share = lines.sender(work, line.sender_id)
    return next(row for row in serializers.pieces(work, share) if row["line"] == line.id)


def _told(shown: dict[str, Any], sender_id: int) -> Response:
    saw(access_log.at_list("delivery", [f"sender:{sender_id}"]))
    return jsonify(shown)


@bp.post("/<int:line_id>/label")
@requires(Permission.DELIVER)
def label(line_id: int) -> Response:
    """Bind the blank label with the {code} to the piece of a row; its older label is void."""
    code = codes.parse(sent().text("code"))
    with archive.write(current_actor()) as work:
        line = lines.line(work, line_id)
        unregistered.label(work, line, code)
        shown, sender_id = _shown(work, line), line.sender_id
    return _told(shown, sender_id)


@bp.post("/<int:line_id>/identify")
@requires(Permission.LABEL)
def identify(line_id: int) -> Response:
    """Say which {file: code} a piece is that could not be told; answers the row the file has now."""
    code = codes.parse(sent().text("file"))
    with archive.write(current_actor()) as work:
        line = lines.line(work, line_id)
        line = unregistered.identify(work, line, files.by_code(work, code))
        shown, sender_id = _shown(work, line), line.sender_id
    return _told(shown, sender_id)


@bp.post("/<int:line_id>/register")
@requires(Permission.REGISTER)
def register(line_id: int) -> Response:
    """Register a piece that is in no register: {reference, source: code, kind: code, part, parts}.

    Whom it is about is added on the page of the file.
    """
    body = sent()
    with archive.write(current_actor()) as work:
        line = lines.line(work, line_id)
        unregistered.register(work, line, _new(work, line, body))
        shown, sender_id = _shown(work, line), line.sender_id
    return _told(shown, sender_id)


def _new(work: Work, line: DeliveryLine, body: Sent) -> NewFile:
    crate_id = line.received_crate_id or line.packed_crate_id
    place_id = lines.crate(work, crate_id).place_id if crate_id else line.place_id
    counts: dict[str, Any] = body.numbers("part", "parts")
    return NewFile(
        reference=body.text("reference"),
        source_id=_of_code(source_systems.in_use(work), body, "source"),
        kind_id=_of_code(files.kinds(work), body, "kind"),
        place=places.get(work, place_id or lines.sender(work, line.sender_id).place_id),
        **counts,
    )


def _of_code(among: Iterable[Any], body: Sent, name: str) -> int:
    known = {one.code: one.id for one in among}
    if body.text(name) not in known:
        choices = ", ".join(sorted(known))
        raise Invalid("term_wrong", N_("Choose one of: %(choices)s."), field=name, choices=choices)
    return int(known[body.text(name)])
