"""The scan page: see what a code is, or choose a place and put files there, one scan each."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for

from archive.codes import codes as label_codes
from archive.files import files, sightings, wanted
from archive.incidents import access
from archive.kernel.errors import Conflict, NotFound
from archive.kernel.letters import is_number
from archive.kernel.lifecycle import FILE
from archive.kernel.store import Work
from archive.models import Incident, Label
from archive.places import paths, places
from archive.scanning import answers, scans
from archive.scanning.answers import ScanReply
from archive.scanning.scans import Scanned, StoredScan
from archive.vocabulary import Evidence, FileAction, LabelState, Permission, ScanOutcome
from archive.vocabulary.wording import N_, _
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, safe_path, saw, see, show, stop
from archive.web.kit.errorpages import wants_json
from archive.web.scanning import boards, shown_persons
from archive.web.scanning.boards import BoardQuery
from labels import codes

bp = Blueprint("scan", __name__)

SHOWN = 30
MOST_READ = 40  # characters of what was no code
UNKNOWN = 20

# What one can go on to from the answer about a file, as its state and one's role allow.
_FILE_ACTIONS = {
    FileAction.LEND: ("loans.lend", N_("Hand out")),
    FileAction.TAKE_BACK: ("loans.take_back", N_("Take back")),
}


@bp.get("/scan")
@requires(Permission.MOVE)
def page() -> Response:
    """Show the scan page with one's latest scans; `place` is where files are put, `answer` the last scan."""
    return _page(BoardQuery.of_request())


def _page(asked: BoardQuery) -> Response:
    with archive.read(current_actor()) as work:
        facts, told = boards.facts(work, boards.scan_board(), asked)
        unknown = _unknown(work)
    look = shown_persons.look_at(told)
    return show(
        "scanning/page.html", look, refused=asked.refused, actions_of=actions_of, unknown=unknown, **facts
    )


def _unknown(work: Work) -> list[dict[str, Any]]:
    rows = scans.unknown_codes(work, UNKNOWN)
    lying = paths.steps(work, {row.place_id for row in rows if row.place_id})
    return [
        {"code": row.code, "at": row.at, "place": paths.name_of(lying.get(row.place_id, ()))} for row in rows
    ]


@bp.post("/scan")
@requires(Permission.MOVE)
def take() -> Response:
    """Answer one scan typed into the form, for a browser without JavaScript."""
    form = request.form
    context, carry, task = form.get("context", ""), form.get("carry") == "yes", form.get("task", "")
    with Refusals() as refused:
        scanned = Scanned(form.get("id", ""), form.get("text", ""), context or None, carry=carry, task=task)
        with archive.write(current_actor()) as work:
            taken = scans.take(work, scanned)
            told = answers.tell(work, [taken])[0]
        if told.outcome is ScanOutcome.NOT_A_CODE:
            return _board_of(task, BoardQuery(context, typed=scanned.text, said=_as_read(told, scanned.text)))
        chosen = told.context or ("" if told.clears else context)
        facts = {"place": chosen or None, "carry": "yes" if carry else None, "answer": taken.id}
        return see(_address_of(form.get("page"), facts))
    return _board_of(task, BoardQuery(context, typed=form.get("text", ""), refused=refused))


def _board_of(task: str, asked: BoardQuery) -> Response:
    """Show the board of a task again, or the scan page."""
    kind, _colon, number = task.partition(":")
    if kind in boards.PAGES and is_number(number):
        return boards.PAGES[kind](int(number), asked)
    return _page(asked)


def _address_of(page: str | None, facts: dict[str, Any]) -> str:
    """Return the address of the board the form was on, with what it shows now."""
    if not page:
        return url_for(".page", **facts)
    return f"{safe_path(page, url_for('.page'))}?{urlencode({k: v for k, v in facts.items() if v})}"


@bp.post("/scan/answers")
@requires(Permission.MOVE)
def answer() -> Response:
    """Answer one scan of the page's script: the parts to show, its sound, and the place now chosen."""
    body = request.get_json()
    scanned = Scanned.from_json(body)
    actor = current_actor()
    if body.get("by") != actor.id:
        raise Conflict(
            "scanned_by_another",
            N_("Somebody else made these scans on this page. Whoever made them must sign in to send them."),
        )
    with archive.write(actor) as work:
        taken = scans.take(work, scanned)
        told = answers.tell(work, [taken])[0]
    look = shown_persons.look_at([told])
    saw(*([look] if look else []))
    return jsonify(_parts(taken, _as_read(told, scanned.text)))


def _as_read(told: ScanReply, text: str) -> ScanReply:
    """Show what is no code as it was read: kept nowhere, since it may be anything, a person's number too."""
    if told.outcome is not ScanOutcome.NOT_A_CODE:
        return told
    read = " ".join(text.split())
    read = read if len(read) <= MOST_READ else f"{read[:MOST_READ]}…"
    slip = len(codes.trailing(text) or "") == codes.LENGTH
    said = _("One of the ten characters is wrong. Compare them with the label.") if slip else told.text
    return replace(told, scanned=read, text=said)


def _parts(taken: StoredScan, told: ScanReply) -> dict[str, Any]:
    return {
        "id": taken.id,
        "outcome": taken.outcome.value,
        "signal": told.signal.value,
        "context": {
            "code": told.context,
            "name": told.context_name,
            "above": told.context_above,
            "hint": told.context_hint,
        }
        if told.context
        else None,
        "clears": told.clears,
        "file": told.file_code,
        "undone": told.undone,
        "unknown": told.scanned if taken.outcome is ScanOutcome.UNKNOWN_CODE else None,
        "state": render_template("scanning/_state.html", one=told, actions_of=actions_of),
        "row": render_template("scanning/_row.html", one=told),
    }


def actions_of(told: ScanReply) -> list[dict[str, str]]:
    """Return what may be done next with what was scanned, the usual first."""
    may = current_actor().may
    code = told.file_code
    found: list[dict[str, str]] = []
    if told.outcome is ScanOutcome.BLANK:
        label = codes.parse(told.scanned) or ""
        if may(Permission.LABEL):
            found.append(_link("labels.bind", _("Bind to a registered file"), code=label))
        if may(Permission.REGISTER):
            found.append(_link("files.register", _("Register a new file"), label=label))
    elif told.outcome is ScanOutcome.SHELF_MARKER:
        found.append(
            _link("scan.open_code", _("Open what it stands for"), text=codes.parse(told.scanned) or "")
        )
    elif code:
        found.append(_link("files.page", _("Open the file"), code=code))
        if told.outcome is ScanOutcome.FILE_SHOWN:
            possible = FILE.actions(told.status, current_actor().permissions)
            doing = [item for action, item in _FILE_ACTIONS.items() if action in possible]
            found += [_link(endpoint, _(text), code=code) for endpoint, text in doing]
        if told.outcome in {ScanOutcome.FILE_SHOWN, ScanOutcome.VOID_LABEL} and may(Permission.LABEL):
            found.append(_link("labels.for_file", _("Print label"), code=code))
    elif told.place_code:
        found.append(_link("places.page", _("Open the place"), code=told.place_code))
        if told.outcome is ScanOutcome.VOID_LABEL and may(Permission.LABEL):
            found.append(_link("labels.for_place", _("Print label"), code=told.place_code))
    return found


def _link(endpoint: str, text: str, /, **values: Any) -> dict[str, str]:
    return {"href": url_for(endpoint, **values), "text": text}


@bp.post("/scan/<scan_id>/undo")
@requires(Permission.MOVE)
def undo(scan_id: str) -> Response:
    """Take back what a scan moved; the page's script gets the same parts as for a scan."""
    if wants_json():
        return jsonify(_parts(*_undone(scan_id)))
    context, page = request.form.get("context", ""), request.form.get("page")
    with Refusals() as refused:
        _undone(scan_id)
        return see(_address_of(page, {"place": context, "answer": scan_id}))
    return _board_of(request.form.get("task", ""), BoardQuery(context, refused=refused))


def _undone(scan_id: str) -> tuple[StoredScan, ScanReply]:
    with archive.write(current_actor()) as work:
        taken = scans.undo(work, scan_id)
        return taken, answers.tell(work, [taken])[0]


@bp.get("/S/<path:text>")
@bp.get("/s/<path:text>")
@requires(Permission.READ_FILES)
def open_code(text: str) -> Response:
    """Go to what a scanned code stands for; raises NotFound with what to do about an unknown one.

    A wanted file was seen by whoever holds its label to a scanner or a phone: that is written down here too.
    """
    code = label_codes.parse(text)
    with archive.read(current_actor()) as work:
        label = label_codes.find(work, code)
        target = _target(work, label)
        sought = label.state is not LabelState.MARKER and _sought(work, label.file_id)
    if sought:
        with archive.write(current_actor()) as work:
            file = files.get(work, sought)
            incident = sightings.record(work, file, None, how=Evidence.SCAN, happened_at=work.now)
            if incident is not None:
                stop(wanted.told(work, incident), file.code)
    saw()
    return make_response(redirect(target, 303))


def _sought(work: Work, file_id: int | None) -> int | None:
    """Return the file that is wanted of those a label may mean: its own, or the right one of a void one."""
    right = files.right_one(work, files.get(work, file_id)) if file_id is not None else None
    return right.id if right is not None and right.id in wanted.by_file(work, [right.id]) else None


def _target(work: Work, label: Label) -> str:
    if label.state is LabelState.BLANK:
        if work.actor.may(Permission.LABEL):
            return url_for("labels.bind", code=label.code)
        raise Conflict(
            "label_blank", N_("This label is not bound to a file yet. Ask the archive to bind it.")
        )
    if label.state is LabelState.MARKER:
        return _marked(work, label.file_id or 0)
    if label.file_id is not None:
        return url_for(
            "files.page", code=label.code if label.state is LabelState.VOID else _code(work, label)
        )
    if label.place_id is None:
        raise NotFound("label_void", N_("This label is void and was never bound. Throw it away."))
    return url_for("places.page", code=places.get(work, label.place_id).code)


def _marked(work: Work, file_id: int) -> str:
    """Go from a shelf marker to the incident that looks for its file, else to the file."""
    found = wanted.by_file(work, [file_id]).get(file_id)
    incident = work.session.get(Incident, found.incident_id) if found else None
    if incident is not None and access.may_see(work, incident):
        return url_for("incidents.page", incident_id=incident.id)
    return url_for("files.page", code=files.get(work, file_id).code)


def _code(work: Work, label: Label) -> str:
    return files.get(work, label.file_id or 0).code
