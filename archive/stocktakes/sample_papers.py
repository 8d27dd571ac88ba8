"""The papers of a two-way sample: the walk list to go round with, and its tables for the spreadsheet."""

from collections.abc import Iterator, Mapping, Sequence

from archive.accounts import display_names
from archive.kernel.clock import local
from archive.kernel.config import Settings
from archive.kernel.store import Work
from archive.models import Sample
from archive.output import csv
from archive.output.page import Column, Report, ReportHead
from archive.places import paths
from archive.places.paths import PathStep
from archive.rules.rates import Rate
from archive.stocktakes.sample_views import SampleRow
from archive.stocktakes.samples import SampleFigures
from archive.vocabulary import SampleDirection
from archive.vocabulary.wording import _, locale
from labels import codes


def walk_list(work: Work, sample: Sample, place: str, rows: Sequence[SampleRow], settings: Settings) -> bytes:
    """Return what is to be looked at, in the order of the shelves, with room to write, as PDF."""
    report = Report(
        ReportHead(
            _("Sample %(number)s", number=sample.id),
            settings.archive_name,
            settings.authority,
            f"{local(work.now):%Y-%m-%d %H:%M}",
            work.actor.name,
            f"{settings.base_url}/samples/{sample.id}",
            foot=place,
        )
    )
    drawn_by = display_names.names(work, [sample.drawn_by])[sample.drawn_by]
    report.facts(
        [
            (_("Drawn at"), place),
            (_("Drawn"), f"{local(sample.at):%Y-%m-%d %H:%M}, {drawn_by}"),
            (_("Seed"), sample.seed),
            (_("Rows"), sample.size),
            (_("Walked by (name)"), ""),
        ]
    )
    report.paragraph(_("Whoever knows the seed can draw the same again from the same register."))
    _to_shelf(report, [row for row in rows if row.item.direction is SampleDirection.TO_SHELF])
    _to_register(report, [row for row in rows if row.item.direction is SampleDirection.TO_REGISTER])
    report.signatures([_("Walked by")])
    return report.pdf()


def _to_shelf(report: Report, rows: Sequence[SampleRow]) -> None:
    if not rows:
        return
    report.heading(_("From register to shelf: does the file stand where the register says?"))
    columns = [
        Column(_("Row"), 11, numeric=True),
        Column(_("Place"), 50),
        Column(_("File"), 32),
        Column(_("Code"), 27, code=True),
        Column(_("There"), 14, box=True),
        Column(_("Not there"), 18, box=True),
        Column(_("Elsewhere"), 22, box=True),
    ]
    lines = (
        (str(row.number), row.place, row.reference, _code(row), "", "", "") for row in rows if not row.hidden
    )
    report.table(columns, lines, "")


def _to_register(report: Report, rows: Sequence[SampleRow]) -> None:
    if not rows:
        return
    report.heading(_("From shelf to register: is the file that stands there in the register, and there?"))
    report.paragraph(
        _("Count from the left, in a box from the front. Write the code on the label of that file.")
    )
    columns = [
        Column(_("Row"), 11, numeric=True),
        Column(_("Place"), 67),
        Column(_("Which file"), 18, numeric=True),
        Column(_("Code on its label"), 48, box=True),
        Column(_("No file there"), 30, box=True),
    ]
    lines = (
        (str(row.number), row.place, _("no. %(number)s", number=row.item.ordinal), "", "") for row in rows
    )
    report.table(columns, lines, "")


def _code(row: SampleRow) -> str:
    return codes.grouped(row.card.file.code) if row.card else ""


def rows(told: Sequence[SampleRow], names: Mapping[str, str]) -> Iterator[bytes]:
    """Iterate the rows of a sample with what was found."""
    yield csv.BEGINNING
    heads = [
        _("Row"),
        _("Direction"),
        _("Place"),
        _("Which file"),
        _("File"),
        _("Outcome"),
        _("When"),
        _("Who"),
    ]
    yield csv.line(heads)
    for row in told:
        item = row.item
        yield csv.line(
            [
                str(row.number),
                item.direction.label,
                row.place,
                str(item.ordinal or ""),
                row.reference,
                item.answer.label if item.answer else "",
                f"{local(item.answered_at):%Y-%m-%d %H:%M}" if item.answered_at else "",
                names.get(item.answered_by or "", ""),
            ]
        )


def figures(
    drawn: Sequence[Sample], came_to: Mapping[int, SampleFigures], named: Mapping[int, Sequence[PathStep]]
) -> Iterator[bytes]:
    """Iterate what each sample came to, either way: per 1,000, from and to (95 %)."""
    yield csv.BEGINNING
    heads = [_("Sample"), _("Drawn"), _("Place"), _("Seed"), _("Direction"), _("Counted"), _("Misplaced")]
    yield csv.line([*heads, _("Per 1,000"), _("From"), _("To"), _("Not answered yet")])
    for one in drawn:
        came = came_to[one.id]
        about = [str(one.id), f"{local(one.at):%Y-%m-%d}", paths.name_of(named[one.place_id]), one.seed]
        for direction, rate in (
            (SampleDirection.TO_SHELF, came.to_shelf),
            (SampleDirection.TO_REGISTER, came.to_register),
        ):
            counted = [str(rate.total), str(rate.hits), *per_thousand(rate), str(came.open)]
            yield csv.line([*about, direction.label, *counted])


def per_thousand(rate: Rate) -> list[str]:
    """Return a rate and its interval per 1,000 as the spreadsheet reads numbers; empty of nothing."""
    if rate.per_thousand is None:
        return ["", "", ""]
    texts = [f"{value:.1f}" for value in rate.per_thousand]
    return [text.replace(".", ",") for text in texts] if locale() == "sv" else texts
