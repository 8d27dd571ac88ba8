"""Cover checks for other programs: the queue, the file in hand, what was confirmed and what is wrong."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from archive.access_log import access_log
from archive.accounts import display_names
from archive.api.bodies import Sent, page, sent
from archive.codes import codes
from archive.cover_checks import checklists, checks, findings, misfiled, scanning, serializers
from archive.cover_checks import desk as cover_desk
from archive.cover_checks.desk import Desk
from archive.cover_checks.findings import Correction, SeenWrong
from archive.cover_checks.misfiled import ForeignContent
from archive.files import files, masking
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Work
from archive.models import CoverCheck
from archive.output.serializing import facts, plain
from archive.scanning import answers, scans
from archive.scanning.scans import Scanned
from archive.vocabulary import CheckState, Confirmation, FindingKind, Permission
from archive.vocabulary.wording import N_, locale
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw
from archive.web.scanning import shown_persons

bp = Blueprint("api_covers", __name__, url_prefix="/api/covers")

NOT_IN_QUEUE = N_("The cover of this file is not waiting to be checked. Queue it first if it should be.")
_DATES = ("opened_on", "closed_on", "last_note_on")
# At which points of the checklist a field of the register is read.
_POINTS = {"reference": "reference", "part": "part", "parts": "part", **dict.fromkeys(_DATES, "dates")}


@bp.get("")
@requires(Permission.CHECK_COVERS)
def queue() -> Response:
    """List what waits to be checked: ?delivery=, ?state=, ?after= goes on from `next`."""
    most = page()
    with archive.read(current_actor()) as work:
        rows = checks.waiting(
            work,
            delivery_id=request.args.get("delivery", type=int),
            state=CheckState.read(request.args.get("state")),
            after=request.args.get("after", 0, type=int),
            limit=most + 1,
        )
        shown = masking.cards(work, [row.file for row in rows[:most]])
    saw(access_log.at_list("covers", masking.subjects(shown)))
    listed = [
        {
            **serializers.file(card, sealed=card.file.protected),
            **facts(row.check, "id", "status", "queued_at"),
            "needs": plain(row.needs),
        }
        for row, card in zip(rows, shown, strict=False)
    ]
    return jsonify(checks=listed, next=rows[most - 1].check.id if len(rows) > most else None)


@bp.post("/scans")
@requires(Permission.CHECK_COVERS)
def scan() -> Response:
    """Answer one scan at a checking desk, once however often it is sent: a file, a command, a foreign file.

    {id, text, context: code of the file in hand, task: "check" or "foreign", happened_at, sent_at}.
    """
    scanned = Scanned.from_json(request.get_json())
    if scanned.task not in scanning.TASKS:
        raise Invalid("task_unknown", N_("Say “check” or “foreign” as task."), field="task")
    with archive.write(current_actor()) as work:
        taken = scans.take(work, scanned)
        told = answers.tell(work, [taken])[0]
    look = shown_persons.look_at([told])
    saw(*([look] if look else []))
    said = facts(told, "id", "outcome", "signal", "heading", "text", "hint", "file_code", "incident", "stop")
    return jsonify({**said, "reason": taken.reason})


@bp.get("/<code>")
@requires(Permission.CHECK_COVERS)
def one(code: str) -> Response:
    """Return what the cover must say, in full for the file in hand, and what is still to be said of it."""
    return _one(code)


def _one(code: str) -> Response:
    with archive.read(current_actor()) as work:
        file = files.by_code(work, codes.parse(code))
        done = (check for check in checks.of_file(work, file.id) if not check.open)
        check = checks.waiting_of(work, file.id) or next(done, None)
        if check is None:
            raise Conflict("not_in_queue", NOT_IN_QUEUE)
        desk = cover_desk.for_check(work, check)
        shown = _desk(work, desk)
    saw(access_log.at_list("cover", desk.subjects))
    return jsonify(shown)


def _desk(work: Work, desk: Desk) -> dict[str, Any]:
    names = display_names.names(work, [one.by for one in desk.said])
    text = desk.text
    must_say = {} if text.sealed else {name: _written(getattr(desk.file, name)) for name in _DATES}
    return {
        **serializers.file(text.card, sealed=text.sealed),
        **must_say,
        **facts(text, "outcome", "disposed_of_from", "research_day", "secrecy"),
        "version": desk.file.version,
        **facts(desk.check, "id", "status", "checklist", "done_at"),
        "delivery": desk.check.delivery_id,
        "leaf_through": desk.depth.title.say(locale()),
        "needs": plain(desk.needs),
        "said": [{"what": one.what.value, "by": names[one.by], "at": plain(one.at)} for one in desk.said],
        "points": [
            {"id": point.id, "title": point.title.say(locale()), "findings": list(point.findings)}
            for point in desk.checklist.points
        ],
        "findings": [serializers.finding(one) for one in desk.found],
    }


def _written(value: object) -> str | None:
    return None if value is None else str(value)


def _do(code: str, verb: Callable[[Work, CoverCheck], Any]) -> Response:
    """Do something with the check a file waits for, then say how it stands."""
    with archive.write(current_actor()) as work:
        verb(work, checks.open_check(work, files.by_code(work, codes.parse(code))))
    return _one(code)


@bp.post("/<code>/queue")
@requires(Permission.CHECK_COVERS)
def put_in_queue(code: str) -> Response:
    """Queue a file for a check outside any delivery; one that waits already goes on waiting."""
    with archive.write(current_actor()) as work:
        checks.queue_alone(work, files.by_code(work, codes.parse(code)))
    return _one(code)


@bp.post("/<code>/confirm")
@requires(Permission.CHECK_COVERS)
def confirm(code: str) -> Response:
    """Confirm {what: cover, contents or seal}; the last one needed ends the check."""
    what = sent().term("what", Confirmation)
    return _do(code, lambda work, check: checks.confirm(work, check, what))


@bp.post("/<code>/undo")
@requires(Permission.CHECK_COVERS)
def undo(code: str) -> Response:
    """Take back the last thing one said of this cover."""
    with archive.write(current_actor()) as work:
        scanning.undo_last(work, files.by_code(work, codes.parse(code)))
    return _one(code)


@bp.post("/<code>/findings")
@requires(Permission.CHECK_COVERS)
def find(code: str) -> Response:
    """Record what is wrong: {point, kind, note}; points and kinds are those of the checklist in force."""
    body = sent()
    seen = SeenWrong(body.term("kind", FindingKind), body.text("point"), body.text("note"))
    return _do(code, lambda work, check: findings.find(work, check, seen))


@bp.post("/<code>/foreign")
@requires(Permission.CHECK_COVERS)
def foreign(code: str) -> Response:
    """Record what lay in the cover: {file: code, or unknown: true; whole: file or loose papers; note}."""
    body = sent()
    text, whole = body.text("file"), body.flag("whole")
    if not text and body.get("unknown") is not True:
        raise Invalid(
            "other_missing",
            N_("Scan the label of the other file, or say that nobody can tell."),
            field="file",
        )

    def record(work: Work, check: CoverCheck) -> None:
        other = misfiled.by_label(work, text) if text else None
        misfiled.find(
            work, check, checklists.ANOTHER_FILE, ForeignContent(other, whole, note=body.text("note"))
        )

    return _do(code, record)


@bp.post("/<code>/register")
@requires(Permission.CHECK_COVERS)
def register_wrong(code: str) -> Response:
    """Correct the register where the cover is right: {version, field: value} of reference, parts or dates."""
    body = sent()
    values = _corrected(body)
    seen = SeenWrong(FindingKind.REGISTER_WRONG, _POINTS[next(iter(values))], body.text("note"))
    correction = Correction(body.number("version"), values)
    return _do(code, lambda work, check: findings.register_wrong(work, check, seen, correction))


def _corrected(body: Sent) -> dict[str, Any]:
    values: dict[str, Any] = body.numbers("part", "parts")
    if "reference" in body:
        values["reference"] = body.text("reference").strip()
    for name in _DATES:
        if name in body:
            try:
                values[name] = PartialDate.parse(body.text(name)) if body.text(name) else None
            except ValueError:
                raise Invalid(
                    "date_wrong", N_("Write the date as 2003-04-05, 2003-04 or 2003."), field=name
                ) from None
    if not values:
        raise Invalid("field_missing", N_("Choose what is wrong in the register."), field="field")
    return values
