"""The page of a case file, and everything one does to one file."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from archive.access_log import access_log
from archive.codes import codes as label_codes
from archive.files import files, lookup, masking, overview, sightings, wanted
from archive.files.overview import Overview
from archive.imports import merging
from archive.kernel.clock import local_date
from archive.kernel.config import DEMO_PASSWORD
from archive.kernel.errors import Invalid, NotFound
from archive.kernel.lifecycle import FILE
from archive.kernel.store import Work
from archive.models import CaseFile
from archive.people import lifting, people, same_persons
from archive.places import contents, paths
from archive.rules.retention import FLAGS
from archive.timeline import timeline
from archive.vocabulary import Custody, FileAction, Permission, PersonRole, Protection
from archive.vocabulary.wording import N_, _
from archive.web.files import register
from archive.web.files.forms import (
    DATES,
    FLAG_WORDS,
    Choices,
    Typed,
    check_persons,
    field_choices,
    person_rows,
    save_persons,
    tried,
)
from archive.web.incidents import report_form
from archive.web.kit import moments
from archive.web.kit.access import archive, current_actor, proof_given, requires
from archive.web.kit.addresses import url_for
from archive.web.kit.answers import Refusals, saw, see, show
from archive.web.labelling.labels import fresh_label
from archive.web.places import suggestions
from archive.web.places.places import chosen_place
from labels import codes

bp = Blueprint("files", __name__, url_prefix="/files")
bp.record_once(lambda state: state.app.jinja_env.filters.update(moments.FILTERS))

bp.add_url_rule("/new", "register", register.page)
bp.add_url_rule("/new", "register_save", register.save, methods=["POST"])
bp.add_url_rule("/new/check", "register_check", register.check, methods=["POST"])

HISTORY = 10
_NOT_WANTED = {FileAction.LEND, FileAction.VOID}  # what is refused to a wanted file is not offered
PAGE = 50

# What each action of the lifecycle is called on its button, and where it leads.
ACTIONS: dict[FileAction, tuple[str, str]] = {
    FileAction.LEND: ("loans.lend", N_("Hand out")),
    FileAction.TAKE_BACK: ("loans.take_back", N_("Take back")),
    FileAction.MOVE: ("files.move", N_("Move by hand")),
    FileAction.VOID: ("files.void", N_("Make void")),
    FileAction.REINSTATE: ("files.reinstate", N_("Reinstate")),
}


@bp.get("/")
@requires(Permission.READ_FILES)
def index() -> Response:
    """List the files in a state, page by page."""
    status = next((one for one in Custody if one.value == request.args.get("status")), Custody.ON_LOAN)
    after = request.args.get("after", 0, type=int)
    with archive.read(current_actor()) as work:
        found, more = lookup.by_status(work, status, after=after, limit=PAGE)
        shown = masking.cards(work, found)
    return show(
        "files/index.html",
        access_log.at_list("status", masking.subjects(shown)),
        status=status,
        states=[one for one in Custody if one in {state for state, _action in FILE.table}],
        cards=shown,
        more=url_for(".index", status=status.value, after=more) if more else None,
    )


@bp.get("/places")
@requires(Permission.READ_FILES)
def place_choices() -> Response:
    """Offer open places while one types where a file is."""
    with archive.read(current_actor()) as work:
        found = contents.find(work, request.args.get("place", ""), open_only=True)
    named = [(trail[-1], paths.name_of(trail)) for trail in found]
    return show("places/_choices.html", None, found=named)


@bp.get("/<code>")
@requires(Permission.READ_FILES)
def page(code: str) -> Response:
    """Show a file: what it is, where, how we know, and what can be done with it now."""
    with archive.read(current_actor()) as work:
        shown = overview.by_code(work, label_codes.parse(code), history=HISTORY)
        if shown is None:
            return _renamed(files.by_code(work, label_codes.parse(code)))
        now = work.now
        missing = wanted.by_file(work, [shown.card.file.id]).get(shown.card.file.id)
        incident = report_form.known_incident(work, shown.card.file.id) if missing else None
        belongs = suggestions.sentence(work, shown.card.file)
        fresh = None
        if request.args.get("new") and work.actor.may(Permission.REGISTER):
            fresh = {**fresh_label(work, shown.card.file), "next": True}
    look = access_log.at_file(
        shown.card.file.id, "file", persons=[person.id for person in shown.card.persons]
    )
    return show(
        "files/page.html",
        look,
        shown=shown,
        card=shown.card,
        file=shown.card.file,
        told=shown.told,
        now=now,
        today=local_date(now),
        actions=[one for one in actions(shown.card.file) if not (missing and one["action"] in _NOT_WANTED)],
        flags=_shown_flags(shown),
        fresh=fresh,
        belongs=belongs,
        missing=missing,
        incident=incident,
    )


def _renamed(file: CaseFile) -> Response:
    said = _("The code you came with is void. This file has another label now.")
    return see(url_for(".page", code=file.code), said, "info")


def actions(file: CaseFile) -> list[dict[str, Any]]:
    """Return the buttons of what lifecycle and permissions allow now, the usual ones first."""
    possible = FILE.actions(file.status, current_actor().permissions)
    return [
        {"href": url_for(endpoint, code=file.code), "text": _(text), "action": action}
        for action, (endpoint, text) in ACTIONS.items()
        if action in possible
    ]


def _shown_flags(shown: Overview) -> list[str]:
    """Return the delicate flags in words, for those who need them (SoLPuL 7 a §)."""
    if not current_actor().may(Permission.READ_KIND):
        return []
    return [_(FLAG_WORDS[flag]) for flag in FLAGS if getattr(shown.card.file, flag)]


@bp.get("/<code>/history")
@requires(Permission.READ_FILES)
def history(code: str) -> Response:
    """Tell the whole history of a file, newest first, page by page."""
    before = request.args.get("before", type=int)
    with archive.read(current_actor()) as work:
        card = masking.one(work, files.by_code(work, label_codes.parse(code)))
        told = timeline.of_file(work, card.file, before=before, limit=PAGE)
    return show("files/history.html", _look(card, "history"), card=card, file=card.file, told=told)


def _look(card: masking.Card, page: str) -> access_log.Look:
    return access_log.at_file(card.file.id, page, persons=[person.id for person in card.persons])


def _form(code: str, name: str, refused: Refusals | None, more: Callable[[Work, CaseFile], Any]) -> Response:
    """Show a form about one file, with what was typed if it was refused."""
    with archive.read(current_actor()) as work:
        card = masking.one(work, files.by_code(work, label_codes.parse(code)))
        facts = more(work, card.file)
    return show(f"files/{name}.html", _look(card, name), refused=refused, card=card, file=card.file, **facts)


def _version() -> int:
    return request.form.get("version", 0, type=int)


@bp.get("/<code>/move")
@requires(Permission.MOVE)
def move(code: str) -> Response:
    """Ask where a file was put."""
    return _form(code, "move", None, _nothing)


@bp.post("/<code>/move")
@requires(Permission.MOVE)
def do_move(code: str) -> Response:
    """Record by hand where a file stands now."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            file = files.held(work, files.by_code(work, label_codes.parse(code)).id)
            place = chosen_place(work, request.form.get("place", ""), "place")
            seen = request.form.get("seen") == "yes"
            sightings.put_down(work, file, place, seen=seen, version=_version())
        return see(url_for(".page", code=file.code), _("The place is recorded."))
    return _form(code, "move", refused, _nothing)


def _nothing(_work: Work, _file: CaseFile) -> dict[str, Any]:
    return {"form": request.form}


@bp.get("/<code>/correct")
@requires(Permission.CORRECT)
def correct(code: str) -> Response:
    """Show every field that can be corrected."""
    return _form(code, "correct", None, lambda work, file: _fields(work, file, _as_typed(file)))


@bp.post("/<code>/correct")
@requires(Permission.CORRECT)
def do_correct(code: str) -> Response:
    """Correct the fields that differ."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            file = files.by_code(work, label_codes.parse(code))
            typed = Typed(request.form, local_date(work.now), refused)
            values = typed.fields(Choices.load(work, file))
            if not refused.errors:
                changed = files.correct(work, file, _version(), **values)
        if not refused.errors:
            said = _("Corrected.") if changed else _("Nothing was different, so nothing was changed.")
            return see(url_for(".page", code=file.code), said, "success" if changed else "info")
    return _form(code, "correct", refused, lambda work, file: _fields(work, file, request.form))


def _as_typed(file: CaseFile) -> dict[str, Any]:
    return {
        "reference": file.reference,
        "source": str(file.source_id),
        "kind": str(file.kind_id),
        "unit": str(file.unit_id or ""),
        "part": file.part,
        "parts": file.parts,
        **{name: str(getattr(file, name) or "") for name in DATES},
        "flags": [flag for flag in FLAGS if getattr(file, flag)],
        "partly": "yes" if file.partly else "",
        "kept": file.kept.value if file.kept else "",
        "version": file.version,
    }


def _fields(work: Work, file: CaseFile, form: Any) -> dict[str, Any]:
    flags = form.getlist("flags") if hasattr(form, "getlist") else form["flags"]
    return {"form": form, "ticked": flags, **field_choices(work, file)}


@bp.get("/<code>/void")
@requires(Permission.CORRECT)
def void(code: str) -> Response:
    """Ask which file is the right one."""
    return _form(code, "void", None, _nothing)


@bp.post("/<code>/void")
@requires(Permission.CORRECT)
def do_void(code: str) -> Response:
    """Make a file that was registered by mistake void."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            file = files.by_code(work, label_codes.parse(code))
            merging.merge(work, file, _right_one(work), version=_version())
        said = _("The file is void. Its label is void too: take it off the cover.")
        return see(url_for(".page", code=file.code), said)
    return _form(code, "void", refused, _nothing)


def _right_one(work: Work) -> CaseFile:
    sentence = N_("Scan or write the code of the file that is the right one.")
    code = codes.parse(request.form.get("right", ""))
    try:
        return files.by_code(work, code or "")
    except NotFound:
        raise Invalid("right_missing", sentence, field="right") from None


@bp.get("/<code>/reinstate")
@requires(Permission.CORRECT)
def reinstate(code: str) -> Response:
    """Ask whether a void file is to come back."""
    return _form(code, "reinstate", None, _nothing)


@bp.post("/<code>/reinstate")
@requires(Permission.CORRECT)
def do_reinstate(code: str) -> Response:
    """Bring back a file that was made void by mistake."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            file = files.by_code(work, label_codes.parse(code))
            files.reinstate(work, file, version=_version())
        return see(
            url_for(".page", code=file.code), _("The file is back in the register, and its label holds.")
        )
    return _form(code, "reinstate", refused, _nothing)


@bp.get("/<code>/persons")
@requires(Permission.CORRECT)
def persons(code: str) -> Response:
    """Show whom a file is about, to change it."""
    return _form(code, "persons", None, _person_facts)


@bp.post("/<code>/persons")
@requires(Permission.CORRECT)
def add_persons(code: str) -> Response:
    """Add a person to a file: a registered one by number, or a new one."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            file = files.by_code(work, label_codes.parse(code))
            rows = person_rows(work, request.form, file=file)
            check_persons(rows, refused)
            new = () if refused.errors else save_persons(work, rows)
            for person_id, role in new:
                files.add_person(work, file, people.get(work, person_id), role)
            masked = file.protected
            same_persons.ask(work, [person_id for person_id, _role in new])
        saw(*tried(rows))
        if not refused.errors:
            done = (
                _("The person is added, and protected like the file.")
                if masked
                else _("The person is added.")
            )
            return see(url_for(".persons", code=file.code), done)
    return _form(code, "persons", refused, _person_facts)


def _person_facts(work: Work, file: CaseFile) -> dict[str, Any]:
    facts: dict[str, Any] = {"protections": list(Protection), "roles": list(PersonRole), "form": request.form}
    facts["demo_password"] = DEMO_PASSWORD if archive.settings.demo else ""
    return {"rows": person_rows(work, request.form, file=file), **facts}


@bp.post("/<code>/persons/<int:person_id>")
@requires(Permission.CORRECT)
def change_person(code: str, person_id: int) -> Response:
    """Change the role of a person in a file, or take the person off it; a protected one with the password."""
    with Refusals() as refused:
        proof = proof_given() if request.form.get("password") else None
        with archive.write(current_actor()) as work:
            file, person = files.by_code(work, label_codes.parse(code)), people.get(work, person_id)
            if request.form.get("do") == "remove" and proof:
                lifting.take_off(work, file, person, request.form.get("grounds", ""), proof)
            elif request.form.get("do") == "remove":
                files.remove_person(work, file, person)
            else:
                files.add_person(work, file, person, _role("role"))
        return see(url_for(".persons", code=file.code), _("Changed."))
    for error in refused.errors:
        if error["field"] in ("password", "grounds"):  # each person has their own
            error["field"] = f"{error['field']}-{person_id}"
    return _form(code, "persons", refused, _person_facts)


def _role(name: str) -> PersonRole:
    return next((one for one in PersonRole if one.value == request.form.get(name)), PersonRole.SUBJECT)
