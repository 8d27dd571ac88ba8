"""The papers of a delivery: pick list to tick, delivery note, checklist of a crate, receipt."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from archive.deliveries.paper_data import ArrivalList, CoverRemark, DeliveryNote, PickList, Receipt
from archive.deliveries.views import Crate, NamedDifference, Piece, Share
from archive.kernel.clock import local
from archive.kernel.config import Settings
from archive.kernel.store import Work
from archive.output.page import Column, Report, ReportHead
from archive.vocabulary import DifferenceKind
from archive.vocabulary.wording import N_, _, locale

RESPONSIBILITY = N_("The archive's creator is the same before and after; the responsibility is unchanged.")
SECRECY = N_(
    "The files hold data that may be secret under OSL chapter 26 section 1. The crates are never left alone."
)
BLIND_ROWS = 30  # lines to write on: a crate holds some twenty-five


def pick_list(work: Work, paper: PickList, settings: Settings) -> bytes:
    """Return a pick list as a sheet to tick, with room for codes and signature, as PDF."""
    report = _report(work, paper.share, settings, _("Pick list"))
    report.facts(
        [
            (_("Files to be packed"), len(paper.pieces)),
            (_("Files in a crate"), paper.crate_files),
            (_("Packed by (name)"), ""),
        ]
    )
    columns = [
        Column(_("Row"), 12, numeric=True),
        Column(_("File"), 45),
        Column(_("Code"), 28, code=True),
        Column(_("Stands at"), 41),
        Column(_("Crate"), 12, numeric=True),
        Column(_("Is packed"), 16, box=True),
        Column(_("Not there"), 20, box=True),
    ]
    report.table(
        columns, (_listed(piece, paper.share.place) for piece in paper.pieces), _("Nothing is listed.")
    )
    report.heading(_("On the shelf, not on the list"))
    report.paragraph(_("Write code or number of what is packed without being listed, and the crate."))
    columns = [
        Column(_("Code or number"), 70, box=True),
        Column(_("What is written on it"), 80, box=True),
        Column(_("Crate"), 24, box=True),
    ]
    report.table(columns, [("", "", "")] * 8, "")
    if paper.left_out:
        report.heading(_("Left out, and why"))
        columns = [Column(_("File"), 60), Column(_("Code"), 40, code=True), Column(_("Why"), 74)]
        rows = (
            (_name(piece), piece.code, piece.left_out.label if piece.left_out else "")
            for piece in paper.left_out
        )
        report.table(columns, rows, "")
    report.signatures([_("Packed by")])
    return report.pdf()


def _listed(piece: Piece, room: str) -> tuple[str, ...]:
    crate = str(piece.planned_crate or "")
    place = piece.place.removeprefix(f"{room} / ")  # the head says which room
    return str(piece.row), _name(piece), piece.code, place, crate, "", ""


def note(work: Work, paper: DeliveryNote, settings: Settings) -> bytes:
    """Return the delivery note of a sender as PDF."""
    report = _report(work, paper.share, settings, _("Delivery note"))
    report.mark(_(RESPONSIBILITY))
    report.facts(
        [
            (_("From"), paper.share.name),
            (_("To"), f"{settings.archive_name}, {settings.authority}"),
            (_("Driver"), paper.share.driver or "–"),
            (_("Left"), _when(paper.share.dispatched_at)),
            (_("Crates"), len(paper.crates)),
            (_("Files"), len(paper.pieces)),
            (_("Shelf metres, about"), f"{paper.metres:.1f}".replace(".", _point())),
            (_("Years"), paper.years or "–"),
        ]
    )
    report.paragraph(_(SECRECY))
    report.table(
        [Column(_("Kind of file"), 110), Column(_("Pieces"), 30, numeric=True)],
        ((kind, str(count)) for kind, count in paper.kinds.items()),
        _("Nothing is packed."),
    )
    _crates(report, paper.crates, arrived=False)
    _deviations(report, paper.deviations, _("Deviations at the sender"))
    report.signatures([_("Handed over by the sender"), _("Driver"), _("Received by the archive")])
    report.heading(_("Files"))
    columns = [
        Column(_("Crate"), 14, numeric=True),
        Column(_("Row"), 14, numeric=True),
        Column(_("File"), 80),
        Column(_("Code"), 40, code=True),
        Column(_("Kind"), 22),
    ]
    rows = (
        (str(piece.packed_crate), str(piece.row), _name(piece), piece.code, piece.letter)
        for piece in sorted(paper.pieces, key=lambda piece: (piece.packed_crate or 0, piece.row))
    )
    report.table(columns, rows, _("Nothing is packed."))
    return report.pdf()


def checklist(work: Work, paper: ArrivalList, settings: Settings) -> bytes:
    """Return the checklist of one crate at arrival as PDF; blind it names nothing that was packed."""
    report = _report(work, paper.share, settings, _("Checklist"), paper.crate.number)
    report.facts(
        [
            (_("Crate"), f"{paper.crate.number}: {paper.crate.name}"),
            (_("Seal noted at the sender"), paper.crate.seal or _("none")),
            (_("Number on the seal"), ""),
            (_("Is the seal whole?"), ""),
            (_("Received by (not the packer)"), ""),
        ]
    )
    columns = [
        Column(_("Row"), 12, numeric=True),
        Column(_("File"), 46, box=paper.blind),
        Column(_("Code"), 30, code=True, box=paper.blind),
        Column(_("Has come"), 18, box=True),
        Column(_("Cover right"), 22, box=True),
        Column(_("Contents right"), 26, box=True),
        Column(_("Finding"), 20, box=True),
    ]
    rows: Iterator[tuple[str, ...]] = (
        ((str(number), "", "", "", "", "", "") for number in range(1, BLIND_ROWS + 1))
        if paper.blind
        else ((str(piece.row), _name(piece), piece.code, "", "", "", "") for piece in paper.pieces)
    )
    report.table(columns, rows, _("Nothing is packed in it."))
    report.signatures([_("Received by"), _("Covers checked by")])
    return report.pdf()


def receipt(work: Work, paper: Receipt, settings: Settings) -> bytes:
    """Return what the archive answers a sender as PDF; before the delivery is closed it says so."""
    report = _report(work, paper.share, settings, _("Delivery receipt"))
    if not paper.final:
        report.mark(_("Preliminary: the delivery is not closed."))
    report.mark(_(RESPONSIBILITY))
    figures = paper.figures
    report.facts(
        [
            (_("From"), paper.share.name),
            (_("Left"), _when(paper.share.dispatched_at)),
            (_("Receipt signed"), _signed(paper.share)),
            (_("Files listed"), figures.listed),
            (_("Files packed"), figures.packed),
            (_("Of them not listed"), figures.unlisted),
            (_("Files received"), figures.received),
            (_("Turned up later"), figures.turned_up),
            (_("Differences not explained"), figures.open_differences),
        ]
    )
    _crates(report, paper.crates, arrived=True)
    _deviations(report, paper.differences, _("Differences, and what they turned out to be"))
    _remarks(report, paper.remarks)
    if paper.turned_up:
        report.heading(_("Turned up later; the receipt stands as it was signed"))
        columns = [Column(_("File"), 70), Column(_("Code"), 44, code=True), Column(_("Turned up"), 60)]
        rows = ((_name(piece), piece.code, _when(piece.turned_up_at)) for piece in paper.turned_up)
        report.table(columns, rows, "")
    report.signatures([_("Received by the archive")])
    return report.pdf()


def _report(work: Work, share: Share, settings: Settings, title: str, crate: int = 0) -> Report:
    of_crate = _(", crate %(number)s", number=crate) if crate else ""
    return Report(
        ReportHead(
            f"{title} {share.number}{of_crate}",
            settings.archive_name,
            settings.authority,
            _when(work.now),
            work.actor.name,
            f"{settings.base_url}/deliveries/senders/{share.sender_id}",
            foot=f"{share.name}, {share.day.isoformat()}",
        )
    )


def _crates(report: Report, crates: Sequence[Crate], *, arrived: bool) -> None:
    columns = [
        Column(_("Crate"), 14, numeric=True),
        Column(_("Name"), 50),
        Column(_("Seal"), 30),
        Column(_("Packed"), 18, numeric=True),
    ]
    if arrived:
        columns += [Column(_("Received"), 22, numeric=True), Column(_("Seal at arrival"), 40)]
    rows = (_crate(crate)[: len(columns)] for crate in crates)
    report.heading(_("Crates"))
    report.table(columns, rows, _("No crate."))


def _crate(crate: Crate) -> tuple[str, ...]:
    seal = {True: _("whole"), False: _("broken"), None: "–"}[crate.seal_whole]
    pieces = "" if crate.pieces is None else str(crate.pieces)
    came = str(crate.received) if crate.arrived_at else _("has not come")
    return str(crate.number), crate.name, crate.seal or "–", pieces, came, f"{seal} {crate.seal_seen}".strip()


def _deviations(report: Report, found: Sequence[NamedDifference], heading: str) -> None:
    columns = [
        Column(_("Difference"), 42),
        Column(_("Piece"), 52),
        Column(_("Crate"), 16, numeric=True),
        Column(_("Turned out to be"), 64),
    ]
    rows = (
        (
            one.kind.label,
            f"{_name(one.piece)} {one.piece.code}" if one.piece else "–",
            one.crates,
            _explained(one),
        )
        for one in found
        if one.kind is not DifferenceKind.ON_SHELF_NOT_LISTED or one.piece
    )
    report.heading(heading)
    report.table(columns, rows, _("None."))


def _remarks(report: Report, found: Sequence[CoverRemark]) -> None:
    columns = [
        Column(_("Finding"), 52),
        Column(_("Piece"), 52),
        Column(_("What became of it?"), 70),
    ]
    rows = (
        (
            "\n".join(filter(None, (one.kind.label, one.point.title.say(locale()) if one.point else ""))),
            "\n".join(filter(None, (f"{_name(one.piece)} {one.piece.code}", _inside(one)))),
            _became(one),
        )
        for one in found
    )
    report.heading(_("Findings at the cover check"))
    report.table(columns, rows, _("None."))


def _inside(one: CoverRemark) -> str:
    if not one.kind.foreign:
        return ""
    return _("in it lay %(file)s", file=one.inside or _("papers nobody knows"))


def _became(one: CoverRemark) -> str:
    due = _("to be put right by %(day)s", day=one.due_on.isoformat()) if one.due_on else ""
    done = f"{_when(one.done_at)}, {one.done_by}" if one.done_at else ""
    return "\n".join(filter(None, (one.state.label, done or due)))


def _explained(one: NamedDifference) -> str:
    if one.reason is None:
        return _("not explained yet")
    incident = _("incident %(number)s", number=one.incident_id) if one.incident_id else ""
    who = f"{_when(one.explained_at)}, {one.explained_by}" if one.explained_at else ""
    return "\n".join(
        filter(None, (f"{one.reason.label}: {one.note}" if one.note else one.reason.label, incident, who))
    )


def _name(piece: Piece) -> str:
    if piece.envelope:
        return _("sealed envelope")
    name = piece.reference or _("not in the register")
    return f"{name}, {piece.part}" if piece.part else name


def _signed(share: Share) -> str:
    return f"{_when(share.signed_at)}, {share.signed_by}" if share.signed_at else "–"


def _when(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else "–"


def _point() -> str:
    return "," if locale() == "sv" else "."
