"""What every paper of an incident shares: its head, the mark of a draft, lines to fill in by hand."""

from collections.abc import Iterable

from archive.incidents.letters.cases import Heading, day
from archive.kernel.clock import local, local_date
from archive.kernel.config import Settings
from archive.output.page import Report, ReportHead
from archive.vocabulary.wording import _

LINE = "_" * 33  # to write on, in the right half of a list of facts
WHOLE_LINE = "_" * 124


def begin(title: str, heading: Heading, settings: Settings, *, address: str = "") -> Report:
    """Begin a paper; until it is decided every page says that it is a draft, or that none is sent."""
    state = _("NOT SENT") if heading.refused else _("DRAFT") if heading.draft else ""
    paper = Report(
        ReportHead(
            title,
            settings.archive_name,
            heading.organisation or settings.authority,
            f"{local(heading.made_at):%Y-%m-%d %H:%M}",
            heading.by,
            address,
            foot=" · ".join(filter(None, (_incident(heading), state))),
        )
    )
    if heading.refused:
        paper.mark(
            _("NOT SENT. So it was decided in this step of the routine: %(step)s", step=heading.decided_by)
        )
    elif heading.draft and heading.decided_by:
        paper.mark(
            _("DRAFT. It holds once this step of the routine is done: %(step)s", step=heading.decided_by)
        )
    elif heading.draft:
        paper.mark(_("DRAFT"))
    return paper


def _incident(heading: Heading) -> str:
    return _("incident %(number)s", number=heading.number)


def facts(paper: Report, rows: Iterable[tuple[str, object]]) -> None:
    """Add names and values, with more room for the values: addresses stand there."""
    paper.facts(rows, names=64)


def by_hand(value: object) -> str:
    """Return a value, or a line to fill it in on."""
    return str(value) if value not in (None, "") else LINE


def text(paper: Report, value: str, lines: int = 3) -> None:
    """Add running text, or lines to write it on where nothing is known."""
    if value:
        paper.paragraph(value)
    else:
        for _line in range(lines):
            paper.paragraph(WHOLE_LINE)


def points(paper: Report, said: Iterable[str]) -> None:
    """Add a list, each point on a line of its own."""
    for one in said:
        paper.paragraph(f"•  {one}")


def made_on(heading: Heading) -> str:
    """Return the day a paper was made, as letters write it."""
    return day(local_date(heading.made_at))


def sender(heading: Heading) -> list[tuple[str, object]]:
    """Return who sends a paper, with lines for what is not set."""
    return [
        (_("Organisation"), by_hand(heading.organisation)),
        (_("Organisation number"), by_hand(heading.organisation_number)),
        (_("Postal address"), by_hand(heading.postal_address)),
        (_("Contact"), by_hand(", ".join(filter(None, (heading.contact_person, heading.contact_address))))),
        (_("Diary number"), by_hand(heading.diary_number)),
    ]
