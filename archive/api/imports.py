"""Files that may be one, for other programs: by what they may be, and what somebody says of it."""

from flask import Blueprint, Response, jsonify, request

from archive.access_log import access_log
from archive.api.bodies import page, sent
from archive.files import masking
from archive.imports import worklist
from archive.vocabulary import Permission, TaskAnswer, TaskKind
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw

bp = Blueprint("api_imports", __name__, url_prefix="/api/near-duplicates")


@bp.get("")
@requires(Permission.CORRECT)
def listed() -> Response:
    """List pairs of files that may be one, oldest first; ?after= goes on from `next`."""
    most = page()
    with archive.read(current_actor()) as work:
        after = request.args.get("after", type=int) or 0
        pairs = worklist.pairs(work, after=after, limit=most + 1)
    shown = pairs[:most]
    seen = masking.subjects(card for pair in shown for card in pair.files)
    saw(access_log.at_list("tasks", dict.fromkeys(seen)))
    more = shown[-1].id if len(pairs) > most else None
    return jsonify(pairs=[pair.as_dict() for pair in shown], next=more)


@bp.post("/<int:question>")
@requires(Permission.CORRECT)
def settle(question: int) -> Response:
    """Say with {answer} that two files are the same or different."""
    answer = sent().term("answer", (TaskAnswer.SAME, TaskAnswer.DIFFERENT))
    with archive.write(current_actor()) as work:
        worklist.settle(work, worklist.get(work, question, TaskKind.NEAR_DUPLICATE), answer)
    return jsonify(id=question, answer=answer.value)
