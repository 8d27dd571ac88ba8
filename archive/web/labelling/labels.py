"""Labels: print those of places and files, blank ones to stick first, and bind a blank one."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, make_response, request, url_for

from archive.access_log import access_log
from archive.accounts import display_names
from archive.codes import codes as label_codes
from archive.files import files, lookup, masking
from archive.kernel.errors import Conflict, Invalid, NotFound
from archive.kernel.letters import is_number
from archive.kernel.store import Work
from archive.labelling import sheets as paper_labels
from archive.labelling.sheets import NO_LABELS_WAIT, SheetSettings
from archive.models import CaseFile, Place
from archive.places import paths, places
from archive.vocabulary import LabelReason, LabelState, Permission
from archive.vocabulary.wording import N_, _, locale, ngettext
from archive.web.files.forms import blank_label
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, see, show
from labels import codes
from labels.calibration import calibration_pdf
from labels.designs import Design
from labels.stock import stocks

bp = Blueprint("labels", __name__, url_prefix="/labels")

PRINTER_COOKIE = "aktspar-printer"
YEAR = 365 * 24 * 3600
WHATS = {"blanks": N_("blank"), "files": N_("files"), "places": N_("places")}
REASONS = (LabelReason.DAMAGED, LabelReason.LOST, LabelReason.NEW_COVER, LabelReason.PRINT_FAILED)

Maker = Callable[[Work, SheetSettings, LabelReason | None], Sequence[Design]]


@bp.get("/")
@requires(Permission.LABEL)
def index() -> Response:
    """Offer blank labels, the calibration page and the latest print-outs."""
    return _index()


def _index(refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        batches = label_codes.batches(work)
        names = display_names.names(work, {batch.printed_by for batch in batches})
        what = label_codes.contents(work, batches)
    language = locale()
    materials: dict[str, list[str]] = {}
    for stock in stocks().values():
        materials.setdefault(stock.material.words(language), []).append(stock.title(language))
    return show(
        "labelling/index.html",
        None,
        refused=refused,
        batches=batches,
        names=names,
        whats={number: _(WHATS[kind]) for number, kind in what.items()},
        titles={key: stock.title(language) for key, stock in stocks().items()},
        materials=materials,
        **_paper_facts(),
    )


def _paper_facts() -> dict[str, Any]:
    """Return what the choice of paper needs: the stock, and what this browser chose last."""
    last = remembered()
    if locale() == "sv":
        last |= {name: last[name].replace(".", ",") for name in ("right", "down")}
    return {
        "stocks": [{"value": key, "label": stock.title(locale())} for key, stock in stocks().items()],
        "form": {**last, "start": "1", **request.form},
        "reasons": REASONS,
    }


def remembered() -> dict[str, str]:
    """Return the stock and the shift of the printer this browser used last, empty where it used none."""
    kept = (request.cookies.get(PRINTER_COOKIE, "") + "|||").split("|")
    stock = kept[0] if kept[0] in stocks() else ""
    return dict(zip(("stock", "right", "down"), (stock, *kept[1:3]), strict=True))


def fresh_label(work: Work, file: CaseFile) -> dict[str, Any]:
    """Return what is offered for a file just registered: its label printed at once, or a blank one bound."""
    printed = label_codes.find(work, file.code).printed_at is not None
    last = remembered()
    titles = {key: stock.title(locale()) for key, stock in stocks().items()}
    return {"file": file, "printed": printed, "printer": last, "stock": titles.get(last["stock"], "")}


@bp.post("/blanks")
@requires(Permission.LABEL)
def blanks() -> Response:
    """Print blank labels."""

    def make(work: Work, paper: SheetSettings, _reason: LabelReason | None) -> Sequence[Design]:
        count = request.form.get("count", "").strip()
        if not is_number(count):
            raise Invalid("label_count", N_("Write how many labels, as a whole number."), field="count")
        return paper_labels.of_blanks(work, archive.settings, int(count), paper)

    return _print(make, _index)


@bp.get("/places/<code>")
@requires(Permission.LABEL)
def for_place(code: str) -> Response:
    """Offer the labels of a place, of what is below it, and of the files standing there."""
    return _for_place(code)


def _for_place(code: str, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        place = places.by_code(work, label_codes.parse(code))
        trail = paths.trails(work, [place.id])[place.id]
        below = len(places.children(work, place, limit=label_codes.LARGEST_BATCH))
        waiting = label_codes.count_unprinted(work, place)
    return show(
        "labelling/place.html",
        None,
        refused=refused,
        place=place,
        trail=trail,
        choices=_choices(waiting, below),
        **_paper_facts(),
    )


def _choices(waiting: int, below: int) -> list[dict[str, str]]:
    found = []
    if waiting:
        label = ngettext(
            "%(num)s file here without a printed label", "%(num)s files here without a printed label", waiting
        )
        found.append({"value": "files", "label": label})
    found.append({"value": "self", "label": _("this place itself")})
    if below:
        label = ngettext("the %(num)s place directly in it", "the %(num)s places directly in it", below)
        found.append({"value": "children", "label": label})
        found.append({"value": "all", "label": _("every place below it")})
    return found


@bp.post("/places/<code>")
@requires(Permission.LABEL)
def print_for_place(code: str) -> Response:
    """Print the labels chosen for a place."""

    def make(work: Work, paper: SheetSettings, reason: LabelReason | None) -> Sequence[Design]:
        place = places.by_code(work, label_codes.parse(code))
        what = request.form.get("what")
        if what == "files":
            waiting = label_codes.unprinted(work, place)
            if not waiting:
                raise Conflict("no_labels_wait", NO_LABELS_WAIT)
            return paper_labels.of_files(work, archive.settings, waiting, paper, None)
        found = [place] if what == "self" else _below(work, place, everything=what == "all")
        if not found:
            raise Invalid(
                "label_what", N_("There is nothing of that kind here. Choose another."), field="what"
            )
        return paper_labels.of_places(work, archive.settings, found, paper, reason)

    return _print(make, lambda refused: _for_place(code, refused))


def _below(work: Work, place: Place, *, everything: bool) -> list[Place]:
    if not everything:
        return list(places.children(work, place, limit=label_codes.LARGEST_BATCH))
    return places.beneath(work, place, limit=label_codes.LARGEST_BATCH)


@bp.get("/files/<code>")
@requires(Permission.LABEL)
def for_file(code: str) -> Response:
    """Offer the label of one file; printed before, it needs a reason."""
    return _for_file(code)


def _for_file(code: str, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        card = masking.one(work, files.by_code(work, label_codes.parse(code)))
        printed = label_codes.find(work, card.file.code).printed_at
    look = access_log.at_file(card.file.id, "label", persons=[person.id for person in card.persons])
    return show("labelling/file.html", look, refused=refused, card=card, printed=printed, **_paper_facts())


@bp.post("/files/<code>/bind")
@requires(Permission.LABEL)
def stick(code: str) -> Response:
    """Bind the blank label that was stuck on a file's cover."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            file = files.by_code(work, label_codes.parse(code))
            blank = blank_label(work, request.form.get("label", "").strip() or "–", refused)
            label = label_codes.bind(work, blank, file) if not refused.errors else None
        if label is not None:
            return see(url_for("files.page", code=label.code), _("The label is bound to the file."))
    return _for_file(code, refused)


@bp.post("/files/<code>")
@requires(Permission.LABEL)
def print_for_file(code: str) -> Response:
    """Print the label of one file."""

    def make(work: Work, paper: SheetSettings, reason: LabelReason | None) -> Sequence[Design]:
        file: CaseFile = files.by_code(work, label_codes.parse(code))
        return paper_labels.of_files(work, archive.settings, [file], paper, reason)

    return _print(make, lambda refused: _for_file(code, refused))


def _print(make: Maker, again: Callable[[Refusals], Response]) -> Response:
    """Print what `make` returns; the paper is drawn after the transaction, since that is slow."""
    form = request.form
    with Refusals() as refused:
        paper = SheetSettings.read(
            form.get("stock", ""), form.get("start", ""), form.get("right", ""), form.get("down", "")
        )
        if _zpl():
            paper.refuse_unless_roll()
        with archive.write(current_actor()) as work:
            designs = make(work, paper, LabelReason.read(form.get("reason")))
        return _download(designs, paper)
    return again(refused)


def _zpl() -> bool:
    return request.form.get("format") == "zpl"


def _download(designs: Sequence[Design], paper: SheetSettings) -> Response:
    if _zpl():
        answer = make_response(paper_labels.zpl(archive.settings, designs, paper))
        answer.headers["Content-Type"] = "text/plain; charset=utf-8"
        suffix = "zpl"
    else:
        answer = make_response(paper_labels.pdf(archive.settings, designs, paper))
        answer.headers["Content-Type"] = "application/pdf"
        suffix = "pdf"
    answer.headers["Content-Disposition"] = f"attachment; filename=etiketter-{len(designs)}.{suffix}"
    right, down = paper.offset
    answer.set_cookie(
        PRINTER_COOKIE,
        f"{paper.stock.key}|{right:g}|{down:g}",
        max_age=YEAR,
        secure=archive.settings.https,
        httponly=True,
        samesite="Lax",
    )
    return answer


@bp.post("/calibration")
@requires(Permission.LABEL)
def calibration() -> Response:
    """Print the page by which a printer's shift is measured."""
    form = request.form
    with Refusals() as refused:
        paper = SheetSettings.read(form.get("stock", ""), "1", form.get("right", ""), form.get("down", ""))
        answer = make_response(calibration_pdf(paper.stock, offset=paper.offset, language=locale()))
        answer.headers["Content-Type"] = "application/pdf"
        answer.headers["Content-Disposition"] = f"attachment; filename=kalibrering-{paper.stock.key}.pdf"
        return answer
    return _index(refused)


@bp.get("/<code>/bind")
@requires(Permission.LABEL)
def bind(code: str) -> Response:
    """Ask which file a blank label belongs to."""
    return _bind(code)


def _bind(code: str, refused: Refusals | None = None, found: lookup.Hits | None = None) -> Response:
    with archive.read(current_actor()) as work:
        label = label_codes.find(work, label_codes.parse(code))
        if label.state is not LabelState.BLANK:
            raise NotFound("label_bound", N_("This label is not blank any more. Scan it to see what it is."))
        shown = masking.cards(work, found.files) if found else []
    term = request.form.get("term", "")
    look = access_log.looked_for(found.by.value, term, masking.subjects(shown)) if found else None
    return show(
        "labelling/bind.html",
        look,
        refused=refused,
        label=label,
        grouped=codes.grouped(label.code),
        found=found,
        cards=shown,
        term=term,
    )


@bp.post("/<code>/bind")
@requires(Permission.LABEL)
def bind_to(code: str) -> Response:
    """Look the file up, or bind the label to the one chosen."""
    chosen = request.form.get("file")
    with Refusals() as refused:
        if chosen is None:
            with archive.read(current_actor()) as work:
                found = lookup.find(work, request.form.get("term", ""))
            return _bind(code, None, found)
        with archive.write(current_actor()) as work:
            file = files.by_code(work, label_codes.parse(chosen))
            label = label_codes.bind(work, label_codes.parse(code), file)
        return see(url_for("files.page", code=label.code), _("The label is bound to the file."))
    return _bind(code, refused)
