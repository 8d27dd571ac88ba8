"""Assessments for other programs: who may have read papers that lay elsewhere, what was decided."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from archive.access_log import access_log
from archive.accounts import display_names, users
from archive.api.bodies import page, sent
from archive.cover_checks import assessments, findings
from archive.cover_checks.assessments import AssessmentResult
from archive.files import files
from archive.kernel.store import Work
from archive.models import Assessment
from archive.output.serializing import facts
from archive.vocabulary import AssessmentAnswer, Permission
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw

bp = Blueprint("api_assessments", __name__, url_prefix="/api/assessments")

_FACTS = ("id", "status", "opened_at", "due_at", "since", "answer", "answered_at")


@bp.get("")
@requires(Permission.READ_FILES)
def listed() -> Response:
    """List what is not answered, the most urgent first; ?answered=yes, ?mine=yes, ?after= from `next`."""
    most, actor = page(), current_actor()
    mine = request.args.get("mine") == "yes"
    with archive.read(actor) as work:
        rows = assessments.listed(
            work,
            owner_id=(actor.user_id or 0) if mine else None,
            answered=request.args.get("answered") == "yes",
            after=_mark(),
            limit=most + 1,
        )
        shown = [_shown(work, row.Assessment) for row in rows[:most]]
    saw(access_log.at_list("assessments", [f"file:{row.Assessment.file_id}" for row in rows[:most]]))
    last = rows[most - 1].Assessment if len(rows) > most else None
    return jsonify(assessments=shown, next=last and f"{last.due_at.isoformat()}|{last.id}")


def _mark() -> tuple[datetime, int] | None:
    moment, _bar, number = request.args.get("after", "").partition("|")
    try:
        return datetime.fromisoformat(moment), int(number)
    except ValueError:
        return None


def _shown(work: Work, one: Assessment) -> dict[str, Any]:
    owner = f"user:{one.owner_id}"
    return {
        **facts(one, *_FACTS, "loans", "readers", "decision"),
        "file": files.get(work, one.file_id).code,
        "finding": one.finding_id,
        "owner": display_names.names(work, [owner])[owner] if one.owner_id else None,
        "incident": one.incident_id,
    }


@bp.get("/<int:assessment_id>")
@requires(Permission.READ_FILES)
def one(assessment_id: int) -> Response:
    """Return an assessment to who may judge or owns it."""
    return _one(assessment_id)


def _one(assessment_id: int) -> Response:
    with archive.read(current_actor()) as work:
        found = assessments.get(work, assessment_id)
        foreign = findings.get(work, found.finding_id).foreign_id
        shown = _shown(work, found)
    other = [f"file:{foreign}"] if foreign else []
    saw(access_log.at_list("assessment", [found.stream, f"file:{found.file_id}", *other]))
    return jsonify(shown)


@bp.post("/<int:assessment_id>/answer")
@requires(Permission.ASSESS)
def answer(assessment_id: int) -> Response:
    """Say what it came to: {answer, readers, decision, incident: its number where there is one}."""
    body = sent()
    said = AssessmentResult(
        body.term("answer", AssessmentAnswer),
        body.text("readers"),
        body.text("decision"),
        body.numbers("incident").get("incident"),
    )
    with archive.write(current_actor()) as work:
        assessments.answer(work, assessments.get(work, assessment_id), said)
    return _one(assessment_id)


@bp.post("/<int:assessment_id>/pass-on")
@requires(Permission.ASSESS)
def pass_on(assessment_id: int) -> Response:
    """Give an assessment to another {owner: login}; its clock goes on."""
    login = sent().text("owner")
    with archive.write(current_actor()) as work:
        assessments.pass_on(work, assessments.get(work, assessment_id), users.user_named(work, login))
    return _one(assessment_id)
