"""The city's source systems, units and kinds of file, for other programs."""

from typing import Any

from flask import Blueprint, Response, jsonify

from archive.api.bodies import sent
from archive.kernel.store import Work
from archive.organisation import kinds, source_systems, things, units
from archive.output.serializing import facts
from archive.vocabulary import Permission
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw

bp = Blueprint("api_organisation", __name__, url_prefix="/api/organisation")

_FACTS = ("id", "code", "name", "active")


@bp.get("")
@requires(Permission.SHAPE_ORGANISATION)
def shown() -> Response:
    """List the source systems, units and kinds of file, also closed ones."""
    with archive.read(current_actor()) as work:
        told = _shown(work)
    saw()
    return jsonify(told)


def _shown(work: Work) -> dict[str, Any]:
    return {
        "sources": [facts(one, *_FACTS) for one in source_systems.every(work)],
        "units": [facts(one, "id", "name", "active") for one in units.every(work)],
        "kinds": [facts(one, "id", "code", "name_sv", "name_en", "active") for one in kinds.every(work)],
    }


@bp.post("/sources")
@requires(Permission.SHAPE_ORGANISATION)
def add_source() -> tuple[Response, int]:
    """Add a source system {code, name}."""
    body = sent()
    with archive.write(current_actor()) as work:
        told = facts(source_systems.add(work, body.text("code"), body.text("name")), *_FACTS)
    return jsonify(told), 201


@bp.post("/units")
@requires(Permission.SHAPE_ORGANISATION)
def add_unit() -> tuple[Response, int]:
    """Add a unit {name}."""
    with archive.write(current_actor()) as work:
        told = facts(units.add(work, sent().text("name")), "id", "name", "active")
    return jsonify(told), 201


@bp.post("/<noun>/<int:thing_id>")
@requires(Permission.SHAPE_ORGANISATION)
def change(noun: str, thing_id: int) -> Response:
    """Give one of them another {name}, or say whether it is {active}."""
    body = sent()
    name = body.text("name") if "name" in body else None
    active = body.flag("active") if "active" in body else None
    with archive.write(current_actor()) as work:
        things.change(work, things.get(work, noun, thing_id), name=name, active=active)
        told = _shown(work)
    return jsonify(told)
