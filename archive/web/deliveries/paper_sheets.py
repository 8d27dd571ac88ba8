"""Sheets filled in by hand: what was ticked in a cellar without network, and what came out of a crate."""

from typing import Any

from flask import Blueprint, Response, request, url_for

from archive.access_log import access_log
from archive.codes import codes
from archive.deliveries import lines as delivery_lines
from archive.deliveries import packing, paper_sheets, views
from archive.deliveries.paper_sheets import Tick
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.places import places
from archive.vocabulary import Permission
from archive.vocabulary.wording import N_, _, ngettext
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, see, show

bp = Blueprint("paper_sheets", __name__, url_prefix="/deliveries")

PAGE = 60  # rows of the list at once: some two pages of paper
EXTRA = 8  # lines for what is not on the list, as on paper
LINES = 30  # lines of a crate's checklist
_NOTHING = N_("Nothing is filled in. Write what the sheet says.")


@bp.get("/senders/<int:sender_id>/sheet")
@requires(Permission.DELIVER)
def pack(sender_id: int) -> Response:
    """Show the rows of a tick sheet that are still open, to be filled in as on paper."""
    return _pack(sender_id)


def _pack(sender_id: int, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        share = delivery_lines.sender(work, sender_id)
        blind = views.blind(work, share)
        after = request.values.get("after", 0, type=int)
        which = (views.WAITING, views.after(after))
        rows = [] if blind else views.pieces(work, share, *which, limit=PAGE + 1)
        facts = {
            "head": views.heading(work, share),
            "delivery": delivery_lines.delivery(work, share.delivery_id),
            "crates": [one for one in views.crates(work, share, blind=False) if not one.seal],
        }
    return show(
        "deliveries/paper_sheet_pack.html",
        access_log.at_list("delivery", [share.stream]),
        refused=refused,
        share=share,
        rows=rows[:PAGE],
        after=after,
        next=url_for(".pack", sender_id=sender_id, after=rows[PAGE - 1].row) if len(rows) > PAGE else None,
        extra=range(1, EXTRA + 1),
        form=request.form,
        **facts,
    )


@bp.post("/senders/<int:sender_id>/sheet")
@requires(Permission.DELIVER)
def packed(sender_id: int) -> Response:
    """Enter a tick sheet: all of it, or nothing where one row cannot be."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            share = delivery_lines.sender(work, sender_id)
            listed = _listed([one.row for one in views.pieces(work, share)])
            extras = _lines(EXTRA)
            if not listed and not extras:
                raise Invalid("sheet_empty", _NOTHING)
            done = len(paper_sheets.pack(work, share, listed).outcomes)
            for number, tick in extras:
                with _line(number):
                    paper_sheets.pack(work, share, [tick])
        return see(url_for(".pack", sender_id=sender_id), _entered(done + len(extras)))
    return _pack(sender_id, refused)


def _entered(rows: int) -> str:
    return ngettext("%(num)s row of the sheet is entered.", "%(num)s rows of the sheet are entered.", rows)


def _listed(rows: list[int]) -> list[Tick]:
    """Return what the form says of rows of the list: into which crate, or not there."""
    form, ticks = request.form, []
    for row in rows:
        crate, code = form.get(f"crate{row}", "").strip(), form.get(f"code{row}", "").strip()
        if crate:
            ticks.append(Tick(row=row, crate=_number(crate, f"row{row}"), code=code))
        elif form.get(f"gone{row}") == "yes":
            ticks.append(Tick(row=row))
        elif code:
            raise Invalid(
                "crate_missing_on_sheet", N_("Write into which crate it was put."), field=f"row{row}"
            )
    return ticks


def _lines(most: int) -> list[tuple[int, Tick]]:
    """Return what the form says line by line: codes, rows, what is written on a piece, crates."""
    form, lines = request.form, []
    for number in range(1, most + 1):
        texts = {name: form.get(f"x{name}{number}", "").strip() for name in ("code", "reference")}
        row, crate = (form.get(f"x{name}{number}", "").strip() for name in ("row", "crate"))
        if any(texts.values()) or row:
            field = f"xcode{number}"
            tick = Tick(
                _number(row, field) if row else None, _number(crate, field) if crate else None, **texts
            )
            lines.append((number, tick))
    return lines


def _number(text: str, field: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise Invalid("number_wrong", N_("Write a whole number."), field=field)
    return int(text)


class _line:  # noqa: N801 - reads as a statement
    """Say of which line of the form a refusal is, instead of which row of a list."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, Invalid) and "said" in error.facts:
            raise Invalid(
                error.code,
                N_("Line %(line)s: %(said)s"),
                field=f"xcode{self.number}",
                line=self.number,
                said=error.facts["said"],
            ) from error


@bp.post("/senders/<int:sender_id>/sheet/crate")
@requires(Permission.DELIVER)
def take_crate(sender_id: int) -> Response:
    """Take a crate for a sender by its label, so that the sheet can name its number."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            crate = places.by_code(work, codes.parse(request.form.get("code", "")))
            taken = packing.take_crate(work, delivery_lines.sender(work, sender_id), crate)
        said = _("It is crate %(number)s of this sender.", number=taken.number)
        return see(url_for(".pack", sender_id=sender_id), said)
    return _pack(sender_id, refused)


@bp.get("/crates/<int:crate_id>/sheet")
@requires(Permission.RECEIVE)
def receive(crate_id: int) -> Response:
    """Show the lines of a crate's checklist, blind as on paper."""
    return _receive(crate_id)


def _receive(crate_id: int, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        crate, name = _crate(work, crate_id)
        delivery = delivery_lines.delivery(work, crate.delivery_id)
    return show(
        "deliveries/paper_sheet_receive.html",
        access_log.at_list("delivery", [delivery.stream]),
        refused=refused,
        crate=crate,
        name=name,
        delivery=delivery,
        lines=range(1, LINES + 1),
        form=request.form,
    )


def _crate(work: Work, crate_id: int) -> tuple[Any, str]:
    crate = delivery_lines.crate(work, crate_id)
    return crate, places.get(work, crate.place_id).name


@bp.post("/crates/<int:crate_id>/sheet")
@requires(Permission.RECEIVE)
def received(crate_id: int) -> Response:
    """Enter what a crate's checklist says came out of it: all of it, or nothing where one line cannot be."""
    with Refusals() as refused:
        lines = _lines(LINES)
        if not lines:
            raise Invalid("sheet_empty", _NOTHING)
        with archive.write(current_actor()) as work:
            crate = delivery_lines.crate(work, crate_id)
            for number, tick in lines:
                with _line(number):
                    paper_sheets.receive(work, crate, [tick])
        return see(url_for(".receive", crate_id=crate_id), _entered(len(lines)))
    return _receive(crate_id, refused)
