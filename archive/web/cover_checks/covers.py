"""Cover checks: the queue, one cover after the other, what was found and what became of it."""

from datetime import date
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, request, url_for

from archive.access_log import access_log
from archive.accounts import display_names
from archive.codes import codes
from archive.cover_checks import checklists, checks, confirmations, cover_text, findings, misfiled, scanning
from archive.cover_checks.findings import Correction, SeenWrong
from archive.cover_checks.misfiled import ForeignContent
from archive.files import files, masking, wanted
from archive.files.masking import ShownPerson
from archive.kernel.errors import Invalid
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Work
from archive.models import CaseFile, CoverCheck, Finding
from archive.scanning import answers, scans
from archive.scanning.contract import Signal
from archive.scanning.scans import Scanned
from archive.vocabulary import (
    CheckState,
    Confirmation,
    FindingKind,
    FindingState,
    Permission,
    ScanOutcome,
)
from archive.vocabulary.wording import N_, _, locale
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, see, show, stop
from archive.web.places import suggestions

bp = Blueprint("covers", __name__, url_prefix="/covers")

PAGE = 30
# What one corrects in the register with the cover in hand; names and numbers are corrected on their own page.
FIELDS = {
    "reference": N_("Reference"),
    "part": N_("Part"),
    "parts": N_("Number of parts"),
    "opened_on": N_("Opened on"),
    "closed_on": N_("Closed on"),
    "last_note_on": N_("Last note on"),
}
_NUMBERS = frozenset({"part", "parts"})
_DONE = frozenset({ScanOutcome.CHECK_DONE})


@bp.get("/")
@requires(Permission.CHECK_COVERS)
def index() -> Response:
    """Show the queue, and take the file one wants to check."""
    return _index()


def _index(refused: Refusals | None = None, typed: str = "") -> Response:
    delivery_id = request.args.get("delivery", type=int)
    with archive.read(current_actor()) as work:
        rows = checks.waiting(
            work, delivery_id=delivery_id, after=request.args.get("after", 0, type=int), limit=PAGE + 1
        )
        shown = masking.cards(work, [row.file for row in rows[:PAGE]])
    next_page = (
        url_for(".index", delivery=delivery_id, after=rows[PAGE - 1].check.id) if len(rows) > PAGE else None
    )
    return show(
        "cover_checks/index.html",
        access_log.at_list("covers", masking.subjects(shown)),
        refused=refused,
        rows=list(zip(rows[:PAGE], shown, strict=True)),
        next=next_page,
        typed=typed,
        CheckState=CheckState,
    )


@bp.post("/")
@requires(Permission.CHECK_COVERS)
def scan() -> Response:
    """Take a scan at the checking desk: a file to check, a command, or what lay in the cover in hand."""
    holder, text = request.form.get("holder", ""), request.form.get("text", "")
    task = scanning.FOREIGN if request.form.get("task") == scanning.FOREIGN else scanning.CHECK
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            scanned = Scanned(str(uuid4()), text, holder or None, task=task)
            told = answers.tell(work, [scans.take(work, scanned)])[0]
            done = told.outcome in _DONE
            belongs = suggestions.sentence(work, files.by_code(work, told.file_code)) if done else ""
        if told.stop:
            stop(told.incident, told.file_code)
        if told.outcome is ScanOutcome.CHECK_OPENED:
            return see(url_for(".page", code=told.file_code))
        if done:
            said = _("Checked.")  # not inside the string: the catalogue's reader does not look there
            return see(url_for(".index"), f"{said} {told.text} {belongs}".strip())
        if told.signal is Signal.REFUSED and told.outcome is not ScanOutcome.CHECK_SET_ASIDE:
            refused.refuse("text", f"{told.heading}. {told.text} {told.stop}".strip())
        else:
            tone = "warning" if told.signal is not Signal.OK else "success"
            return see(url_for(".page", code=holder or told.file_code), f"{told.text} {told.stop}", tone)
    return _page(holder, refused, text) if holder else _index(refused, text)


@bp.get("/<code>")
@requires(Permission.CHECK_COVERS)
def page(code: str) -> Response:
    """Show what the cover must say, and take what the person who holds it says of it."""
    return _page(code)


def _page(code: str, refused: Refusals | None = None, typed: str = "") -> Response:
    with archive.read(current_actor()) as work:
        file = files.by_code(work, codes.parse(code))
        check = checks.waiting_of(work, file.id)
        text = cover_text.for_file(work, file)
        facts = _facts(work, file, check) if check else {}
    persons = [person.id for person in text.card.persons]
    return show(
        "cover_checks/page.html",
        access_log.at_file(file.id, "cover", persons=persons),
        refused=refused,
        file=file,
        check=check,
        text=text,
        typed=typed,
        people=[_shown(person) for person in text.card.persons],
        form=request.form,
        lang=locale(),
        FindingState=FindingState,
        **facts,
    )


def _shown(person: ShownPerson) -> dict[str, str]:
    name = ", ".join(filter(None, (person.name, person.number)))
    return {"key": person.role.label.capitalize(), "value": name}


def _facts(work: Work, file: CaseFile, check: CoverCheck) -> dict[str, Any]:
    checklist = checklists.named(check.checklist)
    said = confirmations.by_check(work, [check.id]).get(check.id, [])
    found = findings.of_checks(work, [check.id]).get(check.id, [])
    names = display_names.names(work, {*(one.by for one in said), *(one.found_by for one in found)})
    needed = [
        what for what in confirmations.NEEDED[file.protected] if what in confirmations.missing(file, said)
    ]
    titles = {one.id: one for one in checklist.confirmations}
    return {
        "checklist": checklist,
        "depth": checklists.depth(work, check, file),
        "said": said,
        "found": [one for one in found if one.status is not FindingState.WITHDRAWN],
        "names": names,
        "may_confirm": confirmations.needs(work, file, said),
        "needed": [(what, titles[what.value], checklist.points_of(what.value)) for what in needed],
        "points": [
            {
                "value": f"{point.id}|{kind}",
                "label": f"{point.title.say(locale())}: {FindingKind[kind.upper()].label}",
            }
            for point in checklist.points
            for kind in point.findings
            if not FindingKind[kind.upper()].foreign and kind != FindingKind.REGISTER_WRONG.value
        ],
        "fields": [{"value": name, "label": _(words)} for name, words in FIELDS.items()],
    }


@bp.post("/<code>/confirm")
@requires(Permission.CHECK_COVERS)
def confirm(code: str) -> Response:
    """Confirm cover, content or seal."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            file = files.by_code(work, codes.parse(code))
            check = checks.open_check(work, file)
            what = Confirmation.read(request.form.get("what"))
            if what is None:
                raise Invalid("what_missing", N_("Choose what you confirm."), field="what")
            checks.confirm(work, check, what)
            belongs = suggestions.sentence(work, file)
        if check.open:
            return see(url_for(".page", code=code), _("It is noted. The check is not done yet."))
        said = _("Checked. Everything is confirmed. Take the next file.")
        return see(url_for(".index"), f"{said} {belongs}".strip())
    return _page(code, refused)


@bp.post("/<code>/queue")
@requires(Permission.CHECK_COVERS)
def queue(code: str) -> Response:
    """Queue a file for a check outside any delivery, and begin it."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            file = files.by_code(work, codes.parse(code))
            checks.queue_alone(work, file)
            checks.begin(work, file)
        return see(url_for(".page", code=code))
    return _page(code, refused)


@bp.post("/<code>/undo")
@requires(Permission.CHECK_COVERS)
def undo(code: str) -> Response:
    """Take back the last thing one said of this cover."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            scanning.undo_last(work, files.by_code(work, codes.parse(code)))
        return see(url_for(".page", code=code), _("What you said last is taken back."))
    return _page(code, refused)


@bp.post("/<code>/find")
@requires(Permission.CHECK_COVERS)
def find(code: str) -> Response:
    """Record what is wrong at a point of the checklist."""
    with Refusals() as refused:
        point, _bar, kind = request.form.get("point", "").partition("|")
        seen = FindingKind.read(kind)
        if seen is None:
            raise Invalid("point_missing", N_("Choose what is wrong."), field="point")
        with archive.write(current_actor()) as work:
            check = checks.open_check(work, files.by_code(work, codes.parse(code)))
            findings.find(work, check, SeenWrong(seen, point, request.form.get("note", "")))
        return see(url_for(".page", code=code), _("It is noted and stays listed until it is put right."))
    return _page(code, refused)


@bp.post("/<code>/register")
@requires(Permission.CHECK_COVERS)
def register_wrong(code: str) -> Response:
    """Correct the register where the cover is right."""
    with Refusals() as refused:
        name = request.form.get("field", "")
        if name not in FIELDS:
            raise Invalid("field_missing", N_("Choose what is wrong in the register."), field="field")
        with archive.write(current_actor()) as work:
            file = files.by_code(work, codes.parse(code))
            check = checks.open_check(work, file)
            correction = Correction(file.version, {name: _value(name, request.form.get("value", ""))})
            seen = SeenWrong(FindingKind.REGISTER_WRONG, _POINTS.get(name, "dates"))
            findings.register_wrong(work, check, seen, correction)
        return see(url_for(".page", code=code), _("The register is corrected."))
    return _page(code, refused)


# At which points of the checklist a field is read.
_POINTS = {"reference": "reference", "part": "part", "parts": "part"}


def _value(name: str, text: str) -> Any:
    text = text.strip()
    if name in _NUMBERS:
        if not text.isdecimal() or len(text) > 3:
            raise Invalid("number_wrong", N_("Write a whole number."), field="value")
        return int(text)
    if name == "reference":
        return text
    try:
        return PartialDate.parse(text) if text else None
    except ValueError:
        raise Invalid(
            "date_wrong", N_("Write the date as 2003-04-05, 2003-04 or 2003."), field="value"
        ) from None


@bp.post("/<code>/foreign")
@requires(Permission.CHECK_COVERS)
def foreign(code: str) -> Response:
    """Record that a whole file or papers of another lay in this cover."""
    form = request.form
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            check = checks.open_check(work, files.by_code(work, codes.parse(code)))
            text = form.get("other", "").strip()
            if not text and form.get("unknown") != "yes":
                raise Invalid(
                    "other_missing",
                    N_("Scan the label of the other file, or say that nobody can tell."),
                    field="other",
                )
            other = misfiled.by_label(work, text) if text else None
            found = ForeignContent(other, form.get("whole") != "papers", note=form.get("note", ""))
            misfiled.find(work, check, checklists.ANOTHER_FILE, found)
            stop_if_wanted(work, other)
        said = _("Both files are told of it. Set both covers aside until each holds only its own.")
        return see(url_for(".page", code=code), said, "warning")
    return _page(code, refused)


def stop_if_wanted(work: Work, file: CaseFile | None) -> None:
    """Lay the notice over the next page when what lay in a cover is wanted."""
    found = wanted.by_file(work, [file.id]).get(file.id) if file is not None else None
    if file is not None and found is not None:
        stop(wanted.told(work, found.incident_id), file.code)


# Findings


@bp.get("/findings")
@requires(Permission.CHECK_COVERS)
def found() -> Response:
    """List what was found and is not put right."""
    return _found()


def _found(refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        state = FindingState.read(request.args.get("state"))
        rows = findings.listed(
            work, state=state, after=request.args.get("after", 0, type=int), limit=PAGE + 1
        )
        shown = masking.cards(work, [row[1] for row in rows[:PAGE]])
        names = display_names.names(work, {row[0].found_by for row in rows})
    last = rows[PAGE - 1][0] if len(rows) > PAGE else None
    return show(
        "cover_checks/findings.html",
        access_log.at_list("findings", masking.subjects(shown)),
        refused=refused,
        rows=list(zip([row[0] for row in rows[:PAGE]], shown, strict=True)),
        names=names,
        state=state,
        states=[FindingState.FOUND, FindingState.HANDED_ON],
        next=last and url_for(".found", state=state and state.value, after=last.id),
    )


@bp.get("/findings/<int:finding_id>")
@requires(Permission.CHECK_COVERS)
def finding(finding_id: int) -> Response:
    """Show one finding, and ask what became of it."""
    return _finding(finding_id)


def _finding(finding_id: int, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        one = findings.get(work, finding_id)
        card = masking.one(work, files.get(work, one.file_id))
        other = masking.one(work, files.get(work, one.foreign_id)) if one.foreign_id else None
        point = checklists.named(checks.get(work, one.check_id).checklist).point_of.get(one.point)
        names = display_names.names(work, filter(None, (one.found_by, one.done_by)))
    return show(
        "cover_checks/finding.html",
        access_log.at_list("findings", masking.subjects([card, *([other] if other else [])])),
        refused=refused,
        one=one,
        card=card,
        other=other,
        point=point,
        names=names,
        lang=locale(),
        form=request.form,
        FindingState=FindingState,
    )


@bp.post("/findings/<int:finding_id>")
@requires(Permission.CHECK_COVERS)
def settle(finding_id: int) -> Response:
    """Say that a finding was put right, hand it on, take it back, or say whose the papers are."""
    form = request.form
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            one = findings.get(work, finding_id)
            said = _settled(work, one, form.get("answer", ""))
        return see(url_for(".finding", finding_id=finding_id), said)
    return _finding(finding_id, refused)


def _settled(work: Work, one: Finding, answer: str) -> str:
    form = request.form
    if answer == "corrected":
        findings.correct(work, one, note=form.get("note", ""))
        return _("Noted as put right.")
    if answer == "handed_on":
        findings.hand_on(
            work, one, form.get("whom", ""), _due(form.get("due_on", "")), note=form.get("note", "")
        )
        return _("Handed on.")
    if answer == "identified":
        other = misfiled.by_label(work, form.get("other", ""))
        misfiled.identify(work, one, other)
        stop_if_wanted(work, other)
        return _("Noted whose they are; that file is told of it.")
    if answer == "withdrawn":
        findings.withdraw(work, one)
        return _("Taken back.")
    raise Invalid("answer_missing", N_("Choose what became of it."), field="answer")


def _due(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("day_wrong", N_("Write a day, as 2026-11-27."), field="due_on") from None
