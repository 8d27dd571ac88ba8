"""Pick lists written elsewhere: uploaded or written down, seen row by row, then taken over for a sender."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request, url_for

from archive.access_log import access_log
from archive.deliveries import external_lists, lines, views
from archive.deliveries.external_lists import ExternalListPreview, Understood
from archive.files import masking
from archive.files.masking import Card
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.vocabulary import Permission, RowSense
from archive.vocabulary.wording import N_, _, ngettext
from archive.web.kit.access import archive, current_actor, requires, takes_upload
from archive.web.kit.answers import Refusals, see, show

bp = Blueprint("external_lists", __name__, url_prefix="/deliveries")

SHOWN = 200  # rows of a table; the list itself is taken over whole
WHY = {
    RowSense.REPEATED: N_("Named higher up too. It is counted once."),
    RowSense.UNKNOWN: N_(
        "No file has this number or code. It stands on the list as it is written; look for it on the shelf."
    ),
    RowSense.SEVERAL: N_(
        "Files of several systems have this number, none of them in this room. Write the code on its label."
    ),
}


@bp.get("/senders/<int:sender_id>/written-list")
@requires(Permission.PLAN_DELIVERIES)
def page(sender_id: int) -> Response:
    """Ask for a list: a file, or a number or code a line."""
    return _page(sender_id)


@bp.post("/senders/<int:sender_id>/written-list")
@requires(Permission.PLAN_DELIVERIES)
@takes_upload
def read(sender_id: int) -> Response:
    """Show how a list is understood; take it over when it was seen and nothing else was chosen since."""
    text, seen = request.form.get("lines", ""), None
    with Refusals() as refused:
        uploaded = _uploaded()
        if uploaded is None and not text.strip():
            raise Invalid(
                "list_missing", N_("Choose the file that holds the list, or write it below."), field="list"
            )
        if request.form.get("take") == "yes" and uploaded is None:
            return _take(sender_id, text.encode())
        with archive.read(current_actor()) as work:
            share = lines.sender(work, sender_id)
            seen = external_lists.preview(work, share, text.encode() if uploaded is None else uploaded)
    return _page(sender_id, refused, seen, seen.text if seen else text)


def _uploaded() -> bytes | None:
    """Return the file that was chosen, None when none was."""
    sent = request.files.get("list")
    return sent.read() if sent is not None and sent.filename else None


def _take(sender_id: int, content: bytes) -> Response:
    with archive.write(current_actor()) as work:
        made = external_lists.take(work, lines.sender(work, sender_id), content)
    said = ngettext("%(num)s file is listed.", "%(num)s files are listed.", made.listed)
    if made.left_out:
        more = ngettext(
            "%(num)s is left out: see why below.", "%(num)s are left out: see why below.", made.left_out
        )
        said = f"{said} {more}"
    return see(url_for("deliveries.sender", sender_id=sender_id), said)


def _page(
    sender_id: int, refused: Refusals | None = None, seen: ExternalListPreview | None = None, text: str = ""
) -> Response:
    with archive.read(current_actor()) as work:
        share = lines.sender(work, sender_id)
        head = views.heading(work, share)
        delivery = lines.delivery(work, share.delivery_id)
        facts = _facts(work, seen) if seen else {"subjects": []}
    look = access_log.at_list("delivery", [share.stream, *facts.pop("subjects")])
    return show(
        "deliveries/external_list.html",
        look,
        refused=refused,
        share=share,
        head=head,
        delivery=delivery,
        seen=seen,
        text=text,
        RowSense=RowSense,
        **facts,
    )


def _facts(work: Work, seen: ExternalListPreview) -> dict[str, Any]:
    """Return what is shown of a list: what needs a look first, then what is packed."""
    odd = [one for one in seen.rows if one.sense is not RowSense.LISTED]
    plain = [one for one in seen.rows if one.sense is RowSense.LISTED]
    rows = [*odd[:SHOWN], *plain[:SHOWN]]
    named = {card.file.id: card for card in masking.cards(work, _files(rows))}
    return {
        "odd": [(one, _card(named, one), _why(one)) for one in odd[:SHOWN]],
        "plain": [(one, _card(named, one)) for one in plain[:SHOWN]],
        "more": {"odd": len(odd) - SHOWN, "plain": len(plain) - SHOWN},
        "counts": [(sense, count) for sense in RowSense if (count := seen.count(sense))],
        "subjects": masking.subjects(named.values()),
    }


def _files(rows: Sequence[Understood]) -> list[Any]:
    return list({one.file.id: one.file for one in rows if one.file is not None}.values())


def _card(named: dict[int, Card], one: Understood) -> Card | None:
    return named[one.file.id] if one.file is not None else None


def _why(one: Understood) -> str:
    return one.left_out.label.capitalize() if one.left_out else _(WHY[one.sense])
