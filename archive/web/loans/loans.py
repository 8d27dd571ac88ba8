"""Out and back: hand a file to a named person until a date, take it back, see who has what."""

from datetime import date

from flask import Blueprint, Response, request, url_for
from sqlalchemy import select
from sqlmodel import col

from archive.access_log import access_log
from archive.accounts import display_names
from archive.codes import codes
from archive.files import files, masking
from archive.kernel import free_text
from archive.kernel.clock import local_date
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import Loan, User
from archive.vocabulary import LoanPurpose, Permission
from archive.vocabulary.collation import swedish
from archive.vocabulary.wording import N_, _
from archive.web.kit import moments
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, see, show
from archive.web.places.places import chosen_place

bp = Blueprint("loans", __name__)

PAGE = 50
LONGEST_NOTE = 300


@bp.get("/loans")
@requires(Permission.LEND)
def index() -> Response:
    """List what is out, overdue first; `overdue` leaves the rest out."""
    return _list("out", only_overdue=request.args.get("overdue") == "1")


@bp.get("/loans/<int:loan_id>/borrower")
@requires(Permission.LEND)
def borrower(loan_id: int) -> Response:
    """List everything the borrower of one loan has: a name in the address would stay in logs."""
    return _list("borrower", like=loan_id)


def _list(name: str, *, only_overdue: bool = False, like: int | None = None) -> Response:
    with archive.read(current_actor()) as work:
        today = local_date(work.now)
        person = loans.get(work, like) if like is not None else None
        rows = loans.out(
            work,
            overdue_on=today if only_overdue else None,
            like=person,
            after=_mark(request.args.get("after", "")),
            limit=PAGE + 1,
        )
        shown = masking.cards(work, [row[1] for row in rows[:PAGE]])
    more = None
    if len(rows) > PAGE:
        last = rows[PAGE - 1][0]
        keep = {"loan_id": like} if like is not None else {"overdue": "1" if only_overdue else None}
        more = url_for(request.endpoint or "", after=f"{last.due_on.isoformat()}|{last.id}", **keep)
    return show(
        "loans/index.html",
        access_log.at_list(f"loans_{name}", masking.subjects(shown)),
        rows=list(zip([row[0] for row in rows[:PAGE]], shown, strict=True)),
        borrower=person,
        today=today,
        only_overdue=only_overdue,
        more=more,
    )


def _mark(text: str) -> tuple[date, int] | None:
    day, _sep, number = text.partition("|")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None


@bp.get("/files/<code>/lend")
@requires(Permission.LEND)
def lend(code: str) -> Response:
    """Ask who gets the file, why, and until when."""
    return _lend(code)


def _lend(code: str, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        card = masking.one(work, files.by_code(work, codes.parse(code)))
        today = local_date(work.now)
        weeks_on, due = loans.four_weeks_on(today), loans.usual_due(today)
        users = work.session.execute(select(col(User.name), col(User.unit)).where(col(User.active))).all()
    return show(
        "loans/lend.html",
        access_log.at_file(card.file.id, "lend", persons=[person.id for person in card.persons]),
        refused=refused,
        card=card,
        file=card.file,
        users=sorted(users, key=lambda user: (swedish(user[0]), swedish(user[1] or ""))),
        purposes=list(LoanPurpose),
        form=request.form or {"due_on": due.isoformat(), "purpose": LoanPurpose.CASE_WORK.value},
        due_hint=_due_hint(weeks_on, due),
        longest_note=LONGEST_NOTE,
    )


def _due_hint(weeks_on: date, due: date) -> str:
    """Say which day is suggested, and why it is not just four weeks on where that is no working day."""
    if due == weeks_on:
        return _("Four weeks from today is %(day)s.", day=moments.weekday(due))
    return _(
        "Four weeks from today is %(day)s, when nobody works, so %(due)s is suggested.",
        day=moments.weekday(weeks_on),
        due=moments.weekday(due),
    )


@bp.post("/files/<code>/lend")
@requires(Permission.LEND)
def do_lend(code: str) -> Response:
    """Hand the file out."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            file = files.held(work, files.by_code(work, codes.parse(code)).id)
            loan = loans.hand_out(work, file, _request(work))
        return see(url_for(".slip", loan_id=loan.id), _("Handed out. Put this slip where the file stood."))
    return _lend(code, refused)


def _request(work: Work) -> Request:
    form = request.form
    name, unit = (" ".join(form.get(key, "").split()) for key in ("borrower", "borrower_unit"))
    user = work.session.execute(select(User).where(col(User.name) == name, col(User.active))).scalars().all()
    known = user[0] if len(user) == 1 else None
    purpose = next((one for one in LoanPurpose if one.value == form.get("purpose")), None)
    if purpose is None:
        raise Invalid("purpose", N_("Choose what the file is needed for."), field="purpose")
    try:
        due_on = date.fromisoformat(form.get("due_on", ""))
    except ValueError:
        sentence = N_("Write the day the file is to be back, as 2026-12-21.")
        raise Invalid("due_on", sentence, field="due_on") from None
    return Request(
        name,
        purpose,
        due_on,
        unit or (known.unit if known else ""),
        known.id if known else None,
        free_text.whole(form.get("note", ""), LONGEST_NOTE, "note"),
    )


@bp.get("/files/<code>/take-back")
@requires(Permission.LEND)
def take_back(code: str) -> Response:
    """Ask where the file is put now that it is back."""
    return _take_back(code)


def _take_back(code: str, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        card = masking.one(work, files.by_code(work, codes.parse(code)))
        open_ = next((loan for loan in loans.of_file(work, card.file.id, limit=1) if loan.open), None)
    return show(
        "loans/take_back.html",
        access_log.at_file(card.file.id, "take_back", persons=[person.id for person in card.persons]),
        refused=refused,
        card=card,
        file=card.file,
        loan=open_,
        form=request.form,
    )


@bp.post("/files/<code>/take-back")
@requires(Permission.LEND)
def do_take_back(code: str) -> Response:
    """Take the file back, to its place or to another."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            file = files.held(work, files.by_code(work, codes.parse(code)).id)
            text = request.form.get("place", "").strip()
            loans.take_back(work, file, chosen_place(work, text, "place") if text else None)
        return see(url_for("files.page", code=file.code), _("Taken back."))
    return _take_back(code, refused)


@bp.get("/loans/<int:loan_id>/slip")
@requires(Permission.LEND)
def slip(loan_id: int) -> Response:
    """Show the slip for the empty place; it bears no symbol, since scanning one would return the file."""
    with archive.read(current_actor()) as work:
        loan: Loan = loans.get(work, loan_id)
        card = masking.one(work, files.get(work, loan.file_id))
        who = display_names.names(work, [loan.out_by])[loan.out_by]
    look = access_log.at_file(card.file.id, "slip", persons=[person.id for person in card.persons])
    return show("loans/slip.html", look, loan=loan, card=card, file=card.file, who=who)
