"""Rooms becoming empty, for other programs: what is left, the final sweep, the two signatures."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, jsonify

from archive.api.bodies import sent
from archive.documents import programme_facts
from archive.documents.plain import allowed, facts
from archive.domain import actors, cards, files, looks, places, programme, sweeping, trails
from archive.models import Emptying
from archive.store import Work
from archive.vocabulary import Permission, SweepState
from archive.web.access import archive, current_actor, requires
from archive.web.answers import saw

bp = Blueprint("api_rooms", __name__, url_prefix="/api/rooms")

SHOWN = 200  # files of a kind; the counts are of all


@bp.get("/<int:emptying_id>")
@requires(Permission.DELIVER)
def one(emptying_id: int) -> Response:
    """Return how a room of the programme stands, what is recorded in it and why, which shelves are unseen."""
    return _one(emptying_id)


def _one(emptying_id: int) -> Response:
    with archive.read(current_actor()) as work:
        found = sweeping.get(work, emptying_id)
        left = sweeping.left(work, found)
        kinds = {"standing": left.standing, "sought": left.sought, "lent": left.lent}
        shown = {name: _codes(work, ids) for name, ids in kinds.items()}
        answer = {
            **programme_facts.room(programme.of_room(work, found)),
            "recorded": {name: {"count": len(ids), "codes": shown[name]} for name, ids in kinds.items()},
            "unswept": _unswept(work, found),
            **_signatures(work, found),
            "allowed": allowed(found, work),
        }
    seen = [f"file:{number}" for ids in kinds.values() for number in ids[:SHOWN]]
    saw(looks.at_list("emptying", [found.stream, *seen], place=found.room_id))
    return jsonify(answer)


def _codes(work: Work, ids: Sequence[int]) -> list[str]:
    """Return the codes of files; which of them concern protected persons is not told."""
    shown = cards.of(work, [files.get(work, number) for number in ids[:SHOWN]])
    return [card.file.code for card in shown if not card.file.protected]


def _unswept(work: Work, found: Emptying) -> list[dict[str, str]]:
    if found.status is not SweepState.SWEEPING:
        return []
    waiting = sweeping.to_sweep(work, found)
    named = trails.steps(work, [place.id for place in waiting])
    return [{"code": place.code, "name": trails.name_of(named[place.id])} for place in waiting]


def _signatures(work: Work, found: Emptying) -> dict[str, Any]:
    who = ("swept_by", "signed_by", "witnessed_by")
    names = actors.names(work, filter(None, (getattr(found, name) for name in who)))
    signed = {name: names.get(getattr(found, name) or "") for name in who}
    return {**facts(found, "sweep", "swept_at", "signed_at"), **signed}


def _do(emptying_id: int, verb: Callable[[Work, Emptying], Any]) -> Response:
    with archive.write(current_actor()) as work:
        verb(work, sweeping.get(work, emptying_id))
    return _one(emptying_id)


@bp.post("/<int:emptying_id>/begin")
@requires(Permission.DELIVER)
def begin(emptying_id: int) -> Response:
    """Begin the final sweep; shelves are then scanned at the task `sweep:ID` of POST /api/scans."""
    return _do(emptying_id, sweeping.begin)


@bp.post("/<int:emptying_id>/stop")
@requires(Permission.DELIVER)
def stop(emptying_id: int) -> Response:
    """Break off the sweep; the next one begins from the first shelf."""
    return _do(emptying_id, sweeping.stop)


@bp.post("/<int:emptying_id>/finish")
@requires(Permission.DELIVER)
def finish(emptying_id: int) -> Response:
    """End the sweep once every shelf was seen empty."""
    return _do(emptying_id, sweeping.finish)


@bp.post("/<int:emptying_id>/sign")
@requires(Permission.DELIVER)
def sign(emptying_id: int) -> Response:
    """Sign as the first of two that the room is empty."""
    return _do(emptying_id, sweeping.sign)


@bp.post("/<int:emptying_id>/countersign")
@requires(Permission.PLAN_DELIVERIES)
def countersign(emptying_id: int) -> Response:
    """Sign as the second: the room is closed; what is lent or sought gets {home: code} as its place."""
    body = sent()

    def second(work: Work, found: Emptying) -> None:
        named = body.place(work, "home") if body.get("home") else places.get(work, found.room_id)
        sweeping.countersign(work, found, named)

    return _do(emptying_id, second)
