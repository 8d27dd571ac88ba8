"""Scans from other programs: the same verb as the scan page, answered once however often they are sent."""

from flask import Blueprint, Response, jsonify, request

from archive.scanning import answers, scans
from archive.scanning.answers import ScanReply
from archive.scanning.scans import Scanned
from archive.vocabulary import Permission
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw
from archive.web.scanning import shown_persons

bp = Blueprint("api_scanning", __name__, url_prefix="/api/scans")

SAID = (
    *("id", "heading", "text", "hint", "file_code", "place_code", "context", "context_name"),
    *("context_above", "clears", "scanned", "undoable", "undone"),
)


@bp.post("")
@requires(Permission.MOVE)
def take() -> Response:
    """Answer one scan {id, text, context, happened_at, sent_at, carry}; a refusal is an answer too (200)."""
    scanned = Scanned.from_json(request.get_json())
    with archive.write(current_actor()) as work:
        taken = scans.take(work, scanned)
        told = answers.tell(work, [taken])[0]
    look = shown_persons.look_at([told])
    saw(*([look] if look else []))
    return jsonify(_said(told, taken.reason))


@bp.post("/<scan_id>/undo")
@requires(Permission.MOVE)
def undo(scan_id: str) -> Response:
    """Take back what a scan moved; 409 when it moved nothing or the thing has moved since."""
    with archive.write(current_actor()) as work:
        taken = scans.undo(work, scan_id)
        told = answers.tell(work, [taken])[0]
    return jsonify(_said(told, taken.reason))


def _said(told: ScanReply, reason: str | None) -> dict[str, object]:
    return {
        **{name: getattr(told, name) for name in SAID},
        "outcome": told.outcome.value,
        # A wanted file: stop, and say so over the whole screen.
        "incident": told.incident,
        "stop": told.stop,
        "signal": told.signal.value,
        "at": told.at.isoformat(),
        "reason": reason,
    }
