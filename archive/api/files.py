"""Case files for other programs: one by code, masked as for any viewer, its look recorded first."""

from typing import Any

from flask import Blueprint, Response, jsonify

from archive.access_log import access_log
from archive.codes import codes
from archive.files import files, masking
from archive.files.masking import Card
from archive.kernel.lifecycle import FILE
from archive.vocabulary import Permission
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw

bp = Blueprint("api_files", __name__, url_prefix="/api/files")


@bp.get("/<code>")
@requires(Permission.READ_FILES)
def one(code: str) -> Response:
    """Return a file's card and the actions possible now."""
    actor = current_actor()
    with archive.read(actor) as work:
        card = masking.one(work, files.by_code(work, codes.parse(code)))
    saw(access_log.at_file(card.file.id, "api", persons=[person.id for person in card.persons]))
    allowed = [action.value for action in FILE.actions(card.file.status, actor.permissions)]
    return jsonify({**_body(card), "allowed": allowed})


def _body(card: Card) -> dict[str, Any]:
    file = card.file
    return {
        "code": file.code,
        "reference": file.reference,
        "part": file.part,
        "parts": file.parts,
        "kind": card.kind,
        "source": card.source,
        "unit": card.unit,
        "status": file.status.value,
        "protected": file.protected,
        "place": {"name": card.place, "code": card.trail[-1].code if card.trail else None},
        "placed_at": None if file.protected else file.placed_at.isoformat(),
        "persons": [
            {"name": person.name, "number": person.number, "role": person.role.value}
            for person in card.persons
        ],
        "opened_on": _text(file.opened_on),
        "closed_on": _text(file.closed_on),
        "last_note_on": _text(file.last_note_on),
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
