"""The search route on paper: places in the order one walks them, to tick off, a sheet for each searcher."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.files.parts import which_part
from archive.kernel.clock import local
from archive.kernel.config import Settings
from archive.output.page import Column, Report, ReportHead
from archive.vocabulary.wording import _, ngettext
from labels import codes


@dataclass(frozen=True, slots=True)
class Stop:
    """One place to search: what to do there, where that is, why, and what share and minutes are estimated."""

    what: str
    where: str
    reasons: Sequence[str]
    share: str
    minutes: int
    searched: int


@dataclass(frozen=True, slots=True)
class SoughtFile:
    """What is looked for: `name` is what stands on its cover, or its code where no more may be said."""

    incident: int
    name: str
    code: str
    part: int
    parts: int


def shared(stops: Sequence[Stop], searchers: int) -> list[list[Stop]]:
    """Cut a route into as many pieces, each of whole places and about as many minutes."""
    minutes = sum(stop.minutes for stop in stops)
    pieces: list[list[Stop]] = [[] for _searcher in range(searchers)]
    before = 0
    for stop in stops:
        middle = before + stop.minutes / 2
        pieces[min(int(middle * searchers / minutes), searchers - 1)].append(stop)
        before += stop.minutes
    return [piece for piece in pieces if piece]


def pdf(
    sought: SoughtFile, stops: Sequence[Stop], searchers: int, settings: Settings, now: datetime, by: str
) -> bytes:
    """Return the route as PDF, each searcher's part beginning on a page of its own."""
    report = Report(
        ReportHead(
            _("Search route, incident %(number)s", number=sought.incident),
            settings.archive_name,
            settings.authority,
            f"{local(now):%Y-%m-%d %H:%M}",
            by,
            f"{settings.base_url}/incidents/{sought.incident}/plan?walk=1",
            foot=_("estimated, not measured · to be destroyed after use"),
        )
    )
    pieces = shared(stops, searchers)
    for number, piece in enumerate(pieces, start=1):
        if number > 1:
            report.new_page()
        _sheet(report, sought, piece, number, len(pieces))
    return report.pdf()


def _sheet(report: Report, sought: SoughtFile, stops: Sequence[Stop], number: int, count: int) -> None:
    report.heading(_("Searcher %(number)s of %(count)s", number=number, count=count))
    part = which_part(sought.part, sought.parts)
    minutes = sum(stop.minutes for stop in stops)
    report.facts(
        [
            (_("Look for"), ", ".join(filter(None, (sought.name, part)))),
            (_("Code on its label"), codes.grouped(sought.code)),
            (_("Places"), len(stops)),
            (
                _("Time, estimated"),
                ngettext("about %(num)s minute", "about %(num)s minutes", minutes),
            ),
        ],
        names=45,
    )
    report.mark(
        _(
            "Estimated, not measured: the shares are reckoned from what the register knows and from where "
            "missing files have been found. Found it? Do not open it. Lay it by you and tell the owner."
        )
    )
    report.table(_columns(), (_row(order, stop) for order, stop in enumerate(stops, start=1)), "–")
    left = Column(_("Places that could not be searched, and why; minutes in all"), 174, box=True)
    report.table([left], [("",)] * 3, "–")
    report.signatures([_("Searched by")])


def _columns() -> list[Column]:
    return [
        Column(_("No."), 10),
        Column(_("Where and how"), 56),
        Column(_("What to look for there"), 46),
        Column(_("Share"), 14, numeric=True),
        Column(_("Min."), 10, numeric=True),
        Column(_("Not here"), 19, box=True),
        Column(_("Found here"), 19, box=True),
    ]


def _row(order: int, stop: Stop) -> Sequence[str]:
    return (
        str(order),
        "\n".join(filter(None, (stop.what, stop.where, _searched(stop)))),
        "\n".join(stop.reasons) or "–",
        stop.share,
        str(stop.minutes),
        "",
        "",
    )


def _searched(stop: Stop) -> str:
    if not stop.searched:
        return ""
    return ngettext("searched %(num)s time", "searched %(num)s times", stop.searched)
