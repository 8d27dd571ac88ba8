"""Markers for the empty places of missing files, printed from the page of their incident."""

from flask import Blueprint, Response, make_response

from archive.access_log import access_log
from archive.incidents import shelf_markers
from archive.incidents.papers import shelf_marker
from archive.vocabulary import Permission
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw

bp = Blueprint("shelf_markers", __name__, url_prefix="/incidents")


@bp.post("/<int:incident_id>/markers.pdf")
@requires(Permission.LABEL)
def print_out(incident_id: int) -> Response:
    """Give the markers of an incident on paper; they bear codes and places, no name and no reference."""
    with archive.write(current_actor()) as work:
        markers = shelf_markers.print_out(work, incident_id)
    paper = shelf_marker.pdf(markers, archive.settings)
    saw(access_log.at_list("shelf_markers", [f"incident:{incident_id}"]))
    answer = make_response(paper)
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="marker-{incident_id}.pdf"'
    return answer
