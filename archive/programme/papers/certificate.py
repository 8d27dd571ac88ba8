"""The certificate that an old room is empty: what was done, and two who sign it."""

from datetime import datetime

from archive.accounts import display_names
from archive.kernel.clock import local
from archive.kernel.config import Settings
from archive.kernel.store import Work
from archive.models import Emptying
from archive.output.page import Report, ReportHead
from archive.places import paths, places
from archive.programme import emptying, forecast
from archive.vocabulary import SweepState
from archive.vocabulary.wording import _


def certificate(work: Work, one: Emptying, settings: Settings) -> bytes:
    """Return the certificate as PDF; one that is not signed by two yet says that it is preliminary."""
    figures = forecast.of_room(work, one)
    name = paths.name_of(figures.trail)
    names = display_names.names(work, filter(None, (one.swept_by, one.signed_by, one.witnessed_by)))
    report = Report(
        ReportHead(
            _("Certificate: the room is empty"),
            settings.archive_name,
            settings.authority,
            _when(work.now),
            work.actor.name,
            f"{settings.base_url}/programme/rooms/{one.id}",
            foot=name,
        )
    )
    if one.status is not SweepState.EMPTY:
        report.mark(_("Preliminary: two have not signed yet."))
    report.facts(
        [
            (_("Room"), name),
            (_("Code of the room"), places.get(work, one.room_id).code),
            (_("Files recorded there when the programme began"), figures.at_first),
            (_("Pieces sent from it with deliveries"), figures.sent),
            (_("Places scanned empty in the final sweep"), len(emptying.shelves(work, one))),
            (_("Final sweep finished"), _signed(one.swept_at, names.get(one.swept_by or ""))),
            (_("Signed first"), _signed(one.signed_at, names.get(one.signed_by or ""))),
            (_("Signed second"), _signed(one.empty_at, names.get(one.witnessed_by or ""))),
        ]
    )
    report.paragraph(
        _(
            "Every file that was recorded in this room has been moved, is lent, is sought in an incident, "
            "or was disposed of or handed over. Every shelf was seen empty and scanned. "
            "Nothing can be recorded there any more."
        )
    )
    report.signatures([_("First"), _("Second, another person")])
    return report.pdf()


def _signed(moment: datetime | None, name: str | None) -> str:
    return f"{_when(moment)}, {name}" if moment else "–"


def _when(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else "–"
