"""Who looked: for those who check access, per file, person and user."""

from typing import Any

from flask import Blueprint, Response, request, url_for

from archive.access_log import access_log
from archive.access_log.access_log import RecordedLook, SeenPage
from archive.accounts import display_names
from archive.accounts import users as user_accounts
from archive.codes import codes
from archive.files import files
from archive.files.lookup import FoundBy
from archive.kernel.store import Work
from archive.people import people
from archive.vocabulary import EventKind, Permission
from archive.vocabulary.wording import N_, _, ngettext
from archive.web.kit import moments
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, see, show

bp = Blueprint("access_log", __name__, url_prefix="/looks")

LISTS = {
    "alike": N_("files like the one being registered"),
    "assessment": N_("an assessment of who may have read"),
    "assessments": N_("assessments of who may have read"),
    "checked_list": N_("rows of a list when it was checked"),
    "completeness": N_("closed cases beside the register"),
    "completeness_csv": N_("closed cases beside the register, as a file"),
    "completeness_pdf": N_("closed cases beside the register, on paper"),
    "covers": N_("covers waiting to be checked"),
    "delivery": N_("a pick list or its pieces"),
    "delivery_pdf": N_("a delivery, on paper"),
    "emptying": N_("what is left in an old room"),
    "findings": N_("findings of cover checks"),
    "flagged_rows": N_("flagged rows of a list"),
    "flagged_rows_csv": N_("flagged rows of a list, as a file"),
    "import": N_("the first rows of a list"),
    "import_row": N_("one row of a list"),
    "incident": N_("an incident"),
    "incident_letter": N_("a letter to a person concerned"),
    "incident_new": N_("the form to report a miss"),
    "incident_paper": N_("a paper of an incident"),
    "incident_papers": N_("the papers of an incident"),
    "incident_plan": N_("where to search"),
    "incident_attachment": N_("a paper attached to an incident"),
    "incident_report": N_("an incident report"),
    "incident_step": N_("a step of an incident"),
    "incidents": N_("the incidents"),
    "incidents_mine": N_("one's own steps"),
    "left_out_rows": N_("rows of a list that are no file of their own"),
    "left_out_rows_file": N_("rows of a list that are no file of their own, as a file"),
    "lost_register": N_("the register of lost files"),
    "lost_register_csv": N_("the register of lost files, as a file"),
    "lost_register_pdf": N_("the register of lost files, on paper"),
    "lost_register_xlsx": N_("the register of lost files, as a workbook"),
    "matter": N_("a matter"),
    "matters": N_("the matters"),
    "place": N_("what stands at a place"),
    "place_history": N_("what came and went at a place"),
    "rejected_rows": N_("rows not registered"),
    "routine": N_("a routine as text"),
    "sample": N_("a sample of register and shelves"),
    "sample_csv": N_("a sample of register and shelves, as a file"),
    "sample_pdf": N_("a sample of register and shelves, on paper"),
    "scans": N_("files scanned"),
    "search_route": N_("a search route on paper"),
    "shelf_markers": N_("markers of empty places"),
    "status": N_("files in one state"),
    "tasks": N_("the worklist"),
}
_KEYS = {key.value: key for key in FoundBy}


@bp.get("/")
@requires(Permission.READ_LOOKS)
def index() -> Response:
    """Ask whose looks, or looks at what, one wants to check."""
    return _index()


@bp.post("/")
@requires(Permission.READ_LOOKS)
def choose() -> Response:
    """Go to the looks at the file whose code was scanned or typed."""
    with Refusals() as refused:
        with archive.read(current_actor()) as work:
            file = files.by_code(work, codes.parse(request.form.get("code", "")))
        return see(url_for(".of_file", code=file.code))
    return _index(refused)


@bp.get("/files/<code>")
@requires(Permission.READ_LOOKS)
def of_file(code: str) -> Response:
    """Show who looked at a file, newest first."""
    with archive.read(current_actor()) as work:
        file = files.by_code(work, codes.parse(code))
        told = _told(work, access_log.about(work, file.stream, before=_before()))
    return _page(told, file.stream, code=file.code)


@bp.get("/persons/<int:person_id>")
@requires(Permission.READ_LOOKS)
def of_person(person_id: int) -> Response:
    """Show who looked at a person or a file about them, newest first."""
    with archive.read(current_actor()) as work:
        person = people.get(work, person_id)
        told = _told(work, access_log.about(work, person.stream, before=_before()))
        name = people.shown_name(person, work.actor)
    return _page(told, person.stream, person_id=person_id, name=name)


@bp.get("/users/<int:user_id>")
@requires(Permission.READ_LOOKS)
def by_user(user_id: int) -> Response:
    """Show what a user looked at, newest first."""
    with archive.read(current_actor()) as work:
        user = user_accounts.user(work, user_id)
        told = _told(work, access_log.by_user(work, user_id, before=_before()))
        name = display_names.names(work, [user.stream])[user.stream]
    return _page(told, user.stream, user_id=user_id, name=name)


def _index(refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        users = user_accounts.users(work)
        names = display_names.names(work, [user.stream for user, _roles in users])
    code = request.form.get("code", "")
    return show("access_log/index.html", None, refused=refused, users=users, names=names, code=code)


def _before() -> int | None:
    return request.args.get("before", type=int)


def _told(work: Work, page: SeenPage) -> dict[str, Any]:
    codes = access_log.codes(work, page.looks)
    rows = [
        {
            "seen": seen,
            "when": moments.moment(seen.at),
            "detail": _detail(seen),
            "codes": codes[seen.id],
            "more": sum(name.startswith("file:") for name in seen.subjects) - len(codes[seen.id]),
            "by_program": seen.through.startswith("token:"),
        }
        for seen in page.looks
    ]
    return {"before": page.before, "rows": rows}


def _detail(seen: RecordedLook) -> str:
    if seen.kind is EventKind.LOOKED_AT_LIST:
        name = LISTS.get(seen.facts["list"])
        return _(name) if name else ""
    if seen.kind is EventKind.LOOKED_FOR:
        by = _KEYS[seen.facts["by"]].label
        return ngettext("%(by)s, %(num)s hit", "%(by)s, %(num)s hits", seen.facts["hits"], by=by)
    return ""


def _page(told: dict[str, Any], about: str, **facts: Any) -> Response:
    facts = {"code": None, "person_id": None, "user_id": None, "name": "", **facts}
    return show("access_log/page.html", access_log.at_looks(about), **told, **facts)
