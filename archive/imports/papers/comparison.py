"""The comparison of closed cases with the register as paper and as a file for the spreadsheet."""

from collections.abc import Iterator, Sequence
from itertools import islice

from archive.imports import comparison
from archive.imports.comparison import ComparisonLine, ComparisonSummary
from archive.kernel.clock import local
from archive.kernel.config import Settings
from archive.kernel.store import Work
from archive.models import ImportRun
from archive.output import csv as spreadsheet
from archive.output.page import Column, Report, ReportHead
from archive.vocabulary import GapKind
from archive.vocabulary.wording import N_, _

MOST_ON_PAPER = 5000  # lines of each kind
HEADINGS = {
    GapKind.NO_PAPER: N_("Closed there, no paper here"),
    GapKind.UNKNOWN_THERE: N_("Paper here, unknown there"),
    GapKind.NOT_DELIVERED: N_("Closed before %(day)s and still not delivered"),
}


def heading(kind: GapKind, found: ComparisonSummary) -> str:
    """Return what a kind of difference is called on page and paper."""
    return _(HEADINGS[kind], day=found.before) if kind is GapKind.NOT_DELIVERED else _(HEADINGS[kind])


def count(kind: GapKind, found: ComparisonSummary) -> int:
    """Return how many differences of a kind there are."""
    return {
        GapKind.NO_PAPER: found.without_paper,
        GapKind.UNKNOWN_THERE: found.unknown_there,
        GapKind.NOT_DELIVERED: found.not_delivered,
    }[kind]


def pdf(work: Work, run: ImportRun, found: ComparisonSummary, settings: Settings, seen: set[str]) -> bytes:
    """Return the report as PDF; protected persons have neither name, number nor place on it.

    Whom it shows is added to `seen`, for the record of the look.
    """
    report = Report(
        ReportHead(
            _("Completeness of the archive"),
            settings.archive_name,
            settings.authority,
            f"{local(work.now):%Y-%m-%d %H:%M}",
            work.actor.name,
            f"{settings.base_url}/compare/{run.id}",
        )
    )
    compared = f"{local(run.created_at):%Y-%m-%d %H:%M}"
    report.paragraph(
        _(
            "The list “%(name)s” of closed cases, uploaded %(day)s, was compared with the register. "
            "Nothing was registered or changed.",
            name=run.name,
            day=compared,
        )
    )
    report.facts(
        [
            (_("Closed cases on the list"), found.cases),
            (_("Of them with paper here"), found.with_paper),
            *((heading(kind, found), count(kind, found)) for kind in GapKind),
        ]
    )
    for kind in GapKind:
        report.heading(f"{heading(kind, found)} ({count(kind, found)})")
        lines = list(islice(comparison.all_gaps(work, run, kind, found.before), MOST_ON_PAPER))
        seen.update(name for line in lines for name in line.subjects)
        report.table(_columns(), (_cells(line) for line in lines), _("None."))
        if count(kind, found) > MOST_ON_PAPER:
            report.paragraph(
                _("Only the first %(most)s are printed. All stand in the CSV file.", most=MOST_ON_PAPER)
            )
    return report.pdf()


def _columns() -> list[Column]:
    return [
        Column(_("Closed on"), 21),
        Column(_("Reference"), 33),
        Column(_("System"), 26),
        Column(_("Name"), 34),
        Column(_("Number"), 26),
        Column(_("Place"), 34),
    ]


def _cells(line: ComparisonLine) -> Sequence[str]:
    return line.closed_on or "–", line.reference, line.source, line.name, line.number, line.place


def csv(work: Work, run: ImportRun, found: ComparisonSummary, seen: set[str]) -> Iterator[bytes]:
    """Iterate every line as CSV that spreadsheets open as it is; whom it shows is added to `seen`."""
    yield spreadsheet.BEGINNING
    yield spreadsheet.line([_("Difference"), *(column.title for column in _columns())])
    for kind in GapKind:
        for line in comparison.all_gaps(work, run, kind, found.before):
            seen.update(line.subjects)
            yield spreadsheet.line([kind.label, *_cells(line)])
