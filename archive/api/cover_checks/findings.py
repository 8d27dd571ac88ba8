"""Findings for other programs: what cover checks found wrong, listed until it is put right or handed on."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from archive.access_log import access_log
from archive.accounts import display_names
from archive.api.bodies import page, sent
from archive.cover_checks import findings, misfiled, serializers
from archive.files import files, masking
from archive.kernel.store import Work
from archive.models import Finding
from archive.vocabulary import FindingKind, FindingState, Permission
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw

bp = Blueprint("api_findings", __name__, url_prefix="/api/findings")


@bp.get("")
@requires(Permission.CHECK_COVERS)
def listed() -> Response:
    """List what is not put right, oldest first: ?state=, ?kind=, ?delivery=, ?after= goes on from `next`."""
    most = page()
    with archive.read(current_actor()) as work:
        rows = findings.listed(
            work,
            state=FindingState.read(request.args.get("state")),
            kind=FindingKind.read(request.args.get("kind")),
            delivery_id=request.args.get("delivery", type=int),
            after=request.args.get("after", 0, type=int),
            limit=most + 1,
        )
        shown = masking.cards(work, [file for _finding, file in rows[:most]])
    saw(access_log.at_list("findings", masking.subjects(shown)))
    found = [
        {**serializers.finding(row[0]), "file": card.file.code}
        for row, card in zip(rows, shown, strict=False)
    ]
    return jsonify(findings=found, next=rows[most - 1][0].id if len(rows) > most else None)


@bp.get("/<int:finding_id>")
@requires(Permission.CHECK_COVERS)
def one(finding_id: int) -> Response:
    """Return one finding: in which file, whose papers lay there, who found it."""
    return _one(finding_id)


def _one(finding_id: int) -> Response:
    with archive.read(current_actor()) as work:
        found = findings.get(work, finding_id)
        ids = [found.file_id, *([found.foreign_id] if found.foreign_id else [])]
        shown = masking.cards(work, [files.get(work, file_id) for file_id in ids])
        names = display_names.names(work, filter(None, (found.found_by, found.done_by)))
    saw(access_log.at_list("findings", masking.subjects(shown)))
    return jsonify(
        {
            **serializers.finding(found),
            "file": shown[0].file.code,
            "foreign": shown[1].file.code if found.foreign_id else None,
            "found_by": names[found.found_by],
            "done_by": names.get(found.done_by or ""),
        }
    )


def _do(finding_id: int, verb: Callable[[Work, Finding], Any]) -> Response:
    with archive.write(current_actor()) as work:
        verb(work, findings.get(work, finding_id))
    return _one(finding_id)


@bp.post("/<int:finding_id>/correct")
@requires(Permission.CHECK_COVERS)
def correct(finding_id: int) -> Response:
    """Say that a finding was put right, with a {note}."""
    note = sent().text("note")
    return _do(finding_id, lambda work, found: findings.correct(work, found, note=note))


@bp.post("/<int:finding_id>/hand-on")
@requires(Permission.CHECK_COVERS)
def hand_on(finding_id: int) -> Response:
    """Hand a finding on: {whom, due_on, note}."""
    body = sent()
    whom, due_on, note = body.text("whom"), body.day("due_on"), body.text("note")
    return _do(finding_id, lambda work, found: findings.hand_on(work, found, whom, due_on, note=note))


@bp.post("/<int:finding_id>/identify")
@requires(Permission.CHECK_COVERS)
def identify(finding_id: int) -> Response:
    """Say to which {file: code} papers belong that nobody knew at first."""
    code = sent().text("file")
    return _do(
        finding_id,
        lambda work, found: misfiled.identify(work, found, misfiled.by_label(work, code)),
    )


@bp.post("/<int:finding_id>/withdraw")
@requires(Permission.CHECK_COVERS)
def withdraw(finding_id: int) -> Response:
    """Take back a finding made by mistake, as long as its check goes on."""
    return _do(finding_id, findings.withdraw)
