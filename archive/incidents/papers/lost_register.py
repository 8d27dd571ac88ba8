"""The register of lost files as a file for the spreadsheet (CSV, XLSX) and on paper."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice

from archive.files.parts import which_part
from archive.incidents.lost_register import LossEnd, LossLine
from archive.incidents.report import stated
from archive.kernel.clock import local, local_date
from archive.kernel.config import Settings
from archive.output import csv as spreadsheet
from archive.output import xlsx as workbook
from archive.output.page import Column, Report, ReportHead
from archive.vocabulary import Term
from archive.vocabulary.wording import N_, Both, _, ngettext
from labels import codes

MOST_ON_PAPER = 3000
SEALED = N_("An incident you may not know of")
# Title and width in characters, as they stand in both files.
_COLUMNS = (
    (N_("Incident"), 9),
    (N_("Diary number"), 16),
    (N_("State"), 14),
    (N_("Missed on"), 12),
    (N_("What"), 24),
    (N_("Code"), 13),
    (N_("Reference"), 18),
    (N_("Part"), 8),
    (N_("Description"), 30),
    (N_("Number of pieces"), 8),
    (N_("Unit"), 22),
    (N_("How it ended"), 24),
    (N_("Decided on"), 12),
    (N_("Found on"), 12),
    (N_("Found where (derived)"), 28),
    (N_("Days away"), 10),
    (N_("Others may have read it"), 22),
    (N_("Cause"), 28),
)


def csv(lines: Iterable[LossLine], causes: Mapping[str, Both]) -> Iterator[bytes]:
    """Iterate the register as CSV; no text is a formula there."""
    yield spreadsheet.BEGINNING
    yield spreadsheet.line([_(title) for title, _width in _COLUMNS])
    for line in lines:
        yield spreadsheet.line("" if cell is None else str(cell) for cell in _cells(line, causes))


def xlsx(lines: Iterable[LossLine], causes: Mapping[str, Both]) -> bytes:
    """Return the register as a workbook."""
    head = [(_(title), width) for title, width in _COLUMNS]
    return workbook.xlsx(_("Register of lost files"), head, (_cells(line, causes) for line in lines))


def _cells(line: LossLine, causes: Mapping[str, Both]) -> Sequence[workbook.Cell]:
    incident, item = line.incident, line.item
    if incident is None:
        return [line.number, "", _(SEALED), *[None] * (len(_COLUMNS) - 3)]
    return [
        line.number,
        incident.diary_number,
        incident.status.label,
        local_date(incident.missed_at),
        incident.what.label,
        codes.grouped(line.code) if line.code else "",
        line.reference,
        f"{line.part}/{line.parts}" if line.parts > 1 else "",
        line.description,
        line.pieces,
        line.unit,
        _word(line.end),
        _day(item.outcome_at if item else None),
        _day(line.back.found_at if line.back else None),
        _word(line.back.found_where if line.back else None),
        line.days_away,
        _word(item.others_read if item else None),
        cause(line, causes),
    ]


def cause(line: LossLine, causes: Mapping[str, Both]) -> str:
    """Return why it was gone, in words."""
    return str(causes.get(line.cause, line.cause))


def _word(term: Term | None) -> str:
    return term.label if term else ""


def _day(moment: datetime | None) -> date | None:
    return local_date(moment) if moment else None


def pdf(
    lines: Iterator[LossLine],
    causes: Mapping[str, Both],
    totals: Mapping[LossEnd, int],
    asked: Sequence[str],
    settings: Settings,
    now: datetime,
    by: str,
) -> bytes:
    """Return the register as PDF; `asked` says in words what was chosen."""
    report = Report(
        ReportHead(
            _("Register of lost files"),
            settings.archive_name,
            settings.authority,
            f"{local(now):%Y-%m-%d %H:%M}",
            by,
            f"{settings.base_url}/lost-register/",
        )
    )
    shown = list(islice(lines, MOST_ON_PAPER + 1))
    if any(line.reference or line.description for line in shown):
        report.mark(
            _(
                "Secrecy marking (OSL 5:5): holds data that may be secret under OSL %(sections)s. "
                "%(authority)s, %(day)s",
                sections="26:1",
                authority=settings.authority,
                day=f"{local(now):%Y-%m-%d}",
            )
        )
    report.paragraph(_("Shown: %(what)s", what="; ".join(asked)) if asked else _("Everything is shown."))
    report.facts([(end.label.capitalize(), totals[end]) for end in LossEnd])
    report.table(_paper(), (_row(line, causes) for line in shown[:MOST_ON_PAPER]), _("Nothing is missing."))
    if len(shown) > MOST_ON_PAPER:
        report.paragraph(
            _("Only the first %(most)s are printed. All stand in the CSV file.", most=MOST_ON_PAPER)
        )
    return report.pdf()


def _paper() -> list[Column]:
    return [
        Column(_("Incident"), 17),
        Column(_("Missed on"), 20),
        Column(_("What"), 39),
        Column(_("Unit"), 28),
        Column(_("How it ended"), 42),
        Column(_("Cause"), 28),
    ]


def _row(line: LossLine, causes: Mapping[str, Both]) -> Sequence[str]:
    incident, back = line.incident, line.back
    if incident is None:
        return str(line.number), "", _(SEALED), "", "", ""
    return (
        "\n".join(filter(None, (str(line.number), incident.diary_number))),
        f"{local(incident.missed_at):%Y-%m-%d}",
        what(line),
        line.unit,
        "\n".join(filter(None, (_word(line.end), _word(back.found_where if back else None), away(line)))),
        cause(line, causes),
    )


def what(line: LossLine) -> str:
    """Say what was missed: by reference and code, or in words where there is neither."""
    if line.incident is None:
        return _(SEALED)
    part = which_part(line.part, line.parts)
    code = codes.grouped(line.code) if line.code else ""
    named = [line.reference, code, part, line.description]
    return "\n".join(filter(None, [*(named if any(named) else [line.incident.what.label]), pieces(line)]))


def pieces(line: LossLine) -> str:
    """Say how many pieces words describe, nothing of one."""
    return ngettext("%(num)s piece", "%(num)s pieces", line.pieces) if line.pieces > 1 else ""


def away(line: LossLine) -> str:
    """Say how long it was away, nothing where it is."""
    return "" if line.days_away is None else stated.away(line.days_away)
