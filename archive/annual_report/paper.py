"""The annual report to the board: what happened to the files, on paper and as the page's content.

No person, unit or kind of file stands in it, and what happened to few is not divided.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from babel.dates import format_date
from babel.numbers import format_decimal

from archive.annual_report.figures import FEWEST, SPANS, Annual, divided
from archive.incidents.figures import IncidentFigures
from archive.kernel.clock import local
from archive.kernel.config import Settings
from archive.notifications import texts
from archive.output.bars import Bar, Bars
from archive.output.page import Column, Report, ReportHead
from archive.rules.rates import Rate
from archive.vocabulary import IncidentOutcome
from archive.vocabulary.wording import _, locale, ngettext

MOST_BARS = 12  # of a picture; the table has all
_Name = TypeVar("_Name", bound=str)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the report: a sentence, a picture and the table beside it.

    The first column of the table holds words, the others numbers unless `words` says otherwise.
    """

    title: str
    text: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    bars: Sequence[Bar] = ()
    told: str = ""  # what the picture shows
    words: bool = False


def sections(report: Annual) -> list[Section]:
    """Return the report part by part, in the language in use."""
    return [part(report) for part in _PARTS]


def title(report: Annual) -> str:
    """Return what the report is called: the year, or from which month to which."""
    first, last = report.since, report.until
    whole = (first.month, last.month) == (1, 12) and first.year == last.year
    period = str(first.year) if whole else f"{first:%Y-%m} – {last:%Y-%m}"
    return _("Archive report to the board, %(period)s", period=period)


def pdf(report: Annual, settings: Settings, now: datetime, by: str, address: str) -> bytes:
    """Return the report as PDF."""
    paper = Report(
        ReportHead(
            title(report),
            settings.archive_name,
            settings.authority,
            f"{local(now):%Y-%m-%d %H:%M}",
            by,
            f"{settings.base_url}{address}",
            foot=_("without personal data"),
        )
    )
    for section in sections(report):
        paper.heading(section.title)
        paper.paragraph(section.text)
        if section.bars:
            paper.drawing(Bars(section.bars, section.told))
        if section.rows:
            paper.table(_widths(section), section.rows, "–")
    return paper.pdf()


def _widths(section: Section) -> list[Column]:
    """Give the first column what the others leave."""
    others = len(section.columns) - 1
    each = 87.0 / others if section.words else min(32.0, 110.0 / others)
    first, *rest = section.columns
    return [
        Column(first, 174 - others * each),
        *(Column(one, each, numeric=not section.words) for one in rest),
    ]


def _in_short(report: Annual) -> Section:
    now, before = report.now, report.before

    def row(words: str, value: Callable[[IncidentFigures], str]) -> Sequence[str]:
        return words, value(now), value(before)

    def outcome(one: IncidentOutcome) -> Callable[[IncidentFigures], str]:
        return lambda figures: number(figures.outcomes.get(one, 0))

    rows = [
        row(_("Moved, lent and taken back"), lambda figures: number(figures.handled)),
        row(_("Covers checked"), lambda figures: number(figures.covers_checked)),
        row(_("Findings per 1,000 covers"), lambda figures: _decimal(figures.findings_per_thousand)),
        row(_("Incidents of suspected loss"), lambda figures: number(figures.incidents)),
        row(_("of them closed the short way"), lambda figures: number(figures.short_way)),
        row(_("Files or documents missed"), lambda figures: number(figures.things_missed)),
        row(_("missed per 1,000 handled"), lambda figures: _decimal(figures.missed_per_thousand)),
        row(_("Found again"), outcome(IncidentOutcome.FOUND)),
        row(_("Losses declared"), outcome(IncidentOutcome.DECLARED_LOST)),
        row(_("Were not missing"), outcome(IncidentOutcome.MISTAKEN)),
        row(_("Searches"), lambda figures: number(figures.searches)),
        row(_("Hours searched"), lambda figures: _decimal(figures.search_minutes / 60)),
    ]
    told = ngettext(
        "%(num)s file stands in the register today.",
        "%(num)s files stand in the register today.",
        now.files,
    )
    beside = _("Beside the period stands the same length of time just before it.")
    return Section(
        _("In short"),
        f"{told} {beside}",
        (_("Figure"), _("The period"), _("Before it")),
        rows,
    )


def _month_by_month(report: Annual) -> Section:
    few = divided({month.first: month.missed for month in report.months}) is None
    rows = [
        (
            _month(month.first),
            number(month.received),
            number(month.checked),
            number(month.findings),
            "–" if few else number(month.missed),
        )
        for month in report.months
    ]
    return Section(
        _("Moved and checked, month by month"),
        _(
            "%(deliveries)s deliveries were received with %(pieces)s registered files. "
            "The cover of %(checked)s of them has been checked; %(waiting)s covers wait for their check "
            "today.",
            deliveries=number(report.deliveries),
            pieces=number(report.received),
            checked=number(report.received_checked),
            waiting=number(report.waiting),
        ),
        (_("Month"), _("Received"), _("Covers"), _("Findings"), _("Missed")),
        rows,
        [Bar(_month(month.first), month.received) for month in report.months],
        _("Files received each month"),
    )


def _findings(report: Annual) -> Section:
    rates = {kind: rate for kind, rate in report.findings.items() if rate.hits}
    ordered = sorted(rates.items(), key=lambda one: -one[1].hits)
    rows = [(kind.label, number(rate.hits), _per_thousand(rate), _between(rate)) for kind, rate in ordered]
    return Section(
        _("What the cover checks found"),
        ngettext(
            "%(num)s cover was checked. The last column says between what the true figure lies (95 %%).",
            "%(num)s covers were checked. The last column says between what the true figure lies (95 %%).",
            report.now.covers_checked,
        )
        if rows
        else _("No cover check found anything wrong."),
        (_("Finding"), _("Covers"), _("Per 1,000"), _("Between")) if rows else (),
        rows,
        [Bar(kind.label, rate.hits) for kind, rate in ordered],
        _("Covers with each kind of finding"),
    )


def _found_where(report: Annual) -> Section:
    counts = {where.label: count for where, count in _most_first(report.now.found_where)}
    found = sum(counts.values())
    text = ngettext("%(num)s thing was found again.", "%(num)s things were found again.", found)
    return _counted(_("Where it was found"), text, _("Found where"), _("Things"), counts)


def _after_days(report: Annual) -> Section:
    names = [
        _("the same day"),
        *(_("within %(days)s days", days=most) for most in SPANS[1:]),
        _("later"),
    ]
    counts = dict(zip(names, report.spans, strict=True))
    median = report.now.median_days
    text = (
        _("Half of them were found within %(days)s days.", days=median)
        if median is not None and sum(report.spans) >= FEWEST
        else _("How long what was found again had been away.")
    )
    return _counted(_("After how many days"), text, _("Found after"), _("Things"), counts)


def _deadlines(report: Annual) -> Section:
    kept = report.kept
    if not kept.total:
        return Section(_("Deadlines"), _("No deadline of an incident fell due."))
    text = _(
        "%(kept)s of %(total)s deadlines that fell due were kept.",
        kept=number(kept.hits),
        total=number(kept.total),
    )
    if report.clocked < FEWEST:
        few = _("They are of fewer than %(fewest)s incidents: not divided.", fewest=FEWEST)
        return Section(_("Deadlines"), f"{text} {few}")
    bars = [Bar(texts.said(clock.title), clock.kept, clock.missed) for clock in report.clocks]
    shades = _("In the picture those kept are dark, the others light.")
    return Section(
        _("Deadlines"),
        f"{text} {shades}",
        (_("Deadline"), _("Kept"), _("Not kept")),
        [(bar.label, number(bar.value), number(bar.rest)) for bar in bars],
        bars[:MOST_BARS],
        _("Deadlines kept and missed, the most missed first"),
    )


def _causes(report: Annual) -> Section:
    counts = {str(report.cause_names.get(cause, cause)): count for cause, count in _most_first(report.causes)}
    text = _("Why things were gone, of the incidents closed in the period.")
    return _counted(_("Causes"), text, _("Cause"), _("Incidents"), counts)


def _measures(report: Annual) -> Section:
    counts = {
        str(report.effect_names.get(effect, effect)): count
        for effect, count in _most_first(report.now.effects)
    }
    text = ngettext(
        "%(num)s incident led to measures. Followed up, this is whether they helped.",
        "%(num)s incidents led to measures. Followed up, this is whether they helped.",
        report.now.measures,
    )
    return _counted(_("Measures and their effect"), text, _("Did it help?"), _("Follow-ups"), counts)


def _counted(heading: str, text: str, what: str, unit: str, counts: Mapping[str, int]) -> Section:
    """Return counts as picture and table; too few together they are not divided."""
    if divided(counts) is None:
        few = _(
            "Fewer than %(fewest)s in all: not divided, so that nobody can be told from it.", fewest=FEWEST
        )
        return Section(heading, f"{text} {few}")
    shown = {words: count for words, count in counts.items() if count}
    if not shown:
        none = _("None in the period.")
        return Section(heading, f"{text} {none}")
    rows = [(words, number(count)) for words, count in shown.items()]
    return Section(
        heading, text, (what, unit), rows, [Bar(words, count) for words, count in shown.items()], heading
    )


def _controls(report: Annual) -> Section:
    return Section(
        _("For the internal control and the follow-up to the auditors"),
        _(
            "What the auditors asked for, and what the period shows. The last column is for the board's "
            "judgement."
        ),
        (_("Point"), _("Outcome"), _("Judgement")),
        [(point, outcome, "") for point, outcome in _points(report)],
        words=True,
    )


def _points(report: Annual) -> Iterator[tuple[str, str]]:
    yield (
        _("The cover of every file is checked at each delivery"),
        _of(report.checked, _("of the files received are checked")),
    )
    yield (
        _("A suspected loss is handled lawfully and promptly"),
        _of(report.kept, _("of the deadlines that fell due were kept")),
    )
    yield (
        _("No file or secret document disappears"),
        _(
            "%(lost)s declared lost; %(missing)s missing at the end of the period",
            lost=number(report.now.outcomes.get(IncidentOutcome.DECLARED_LOST, 0)),
            missing=number(report.missing_at_end),
        ),
    )
    yield _("One common routine, known to all"), _routine(report)
    yield (
        _("The old rooms are emptied"),
        _(
            "%(emptied)s emptied in the period, %(empty)s of %(rooms)s in all",
            emptied=number(report.rooms_emptied),
            empty=number(report.rooms_empty),
            rooms=number(report.rooms),
        ),
    )
    yield (
        _("Deviations and self-checks are followed up"),
        _(
            "%(deviations)s deviations and %(checks)s self-checks closed",
            deviations=number(report.deviations),
            checks=number(report.self_checks),
        ),
    )


def _routine(report: Annual) -> str:
    routine = report.routine
    if routine is None:
        return _("no routine is in force")
    return _(
        "version %(edition)s in force from %(day)s, read by %(readers)s of %(staff)s",
        edition=routine.edition,
        day=routine.in_force_from or "–",
        readers=number(routine.readers),
        staff=number(routine.staff),
    )


def _how_counted(report: Annual) -> Section:
    return Section(
        _("How this is counted"),
        _(
            "From %(since)s to %(until)s, both days included, by Stockholm's clock. A thing is counted when "
            "it was missed, a find when it was found, a deadline when it fell due, a cause when its incident "
            "was closed. What is fewer than %(fewest)s in all is not divided. No person, unit or kind of "
            "file is in the report.",
            since=report.since,
            until=report.until,
            fewest=FEWEST,
        ),
    )


_PARTS: tuple[Callable[[Annual], Section], ...] = (
    _in_short,
    _month_by_month,
    _findings,
    _found_where,
    _after_days,
    _deadlines,
    _causes,
    _measures,
    _controls,
    _how_counted,
)


def _most_first(counts: Mapping[_Name, int]) -> list[tuple[_Name, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], str(one[0])))


def number(value: int) -> str:
    """Write a whole number as the language does."""
    return str(format_decimal(value, locale=locale()))


def _decimal(value: float | None) -> str:
    return "–" if value is None else str(format_decimal(round(value, 1), format="#,##0.0", locale=locale()))


def _per_thousand(rate: Rate) -> str:
    found = rate.per_thousand
    return _decimal(found[0] if found else None)


def _between(rate: Rate) -> str:
    found = rate.per_thousand
    return f"{_decimal(found[1])}–{_decimal(found[2])}" if found else "–"


def _of(rate: Rate, words: str) -> str:
    if not rate.total:
        return _("nothing to count in the period")
    share = f"{100 * rate.hits / rate.total:.0f} %"
    return f"{share} ({number(rate.hits)}/{number(rate.total)}) {words}"


def _month(first: date) -> str:
    return str(format_date(first, "LLLL y", locale=locale()))
