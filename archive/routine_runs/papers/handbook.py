"""The handbook: a routine or checklist as it is in force, printed whole, with its flow as a picture."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from archive.kernel.clock import local
from archive.kernel.config import Settings
from archive.output.page import Column, Report, ReportHead
from archive.routine_runs.papers import flow_picture
from archive.vocabulary import RoutineState
from archive.vocabulary.wording import N_, _, locale
from routines.checklist import Checklist, LeafingRule
from routines.model import FieldKind, FormField, RequiredPaper, Routine, Step, StepKind
from routines.saying import condition_in_words, deadline_in_words
from routines.wording import Text

_NAMES = 38.0  # mm for the names of facts
_KINDS = {
    FieldKind.TEXT: N_("one line"),
    FieldKind.LONG_TEXT: N_("free text"),
    FieldKind.CHOICE: N_("one of: %(options)s"),
    FieldKind.CHOICES: N_("one or more of: %(options)s"),
    FieldKind.YES_NO: N_("yes or no"),
    FieldKind.DATE: N_("day"),
    FieldKind.MOMENT: N_("day and time"),
    FieldKind.NUMBER: N_("number"),
    FieldKind.PERSON: N_("person"),
    FieldKind.PLACE: N_("place"),
    FieldKind.FILE: N_("file"),
    FieldKind.DIARY_NUMBER: N_("diary number"),
}
_STEP_KINDS = {StepKind.SEARCH: N_("search"), StepKind.DECISION: N_("decision")}


@dataclass(frozen=True, slots=True)
class Edition:
    """Say which version is printed, whether it is in force, and who decided it."""

    number: int
    status: RoutineState
    decided_by: str = ""
    decided_on: date | None = None
    diary_number: str = ""
    in_force_from: date | None = None
    revise_by: date | None = None


def of_routine(
    routine: Routine, edition: Edition, settings: Settings, now: datetime, by: str, address: str
) -> bytes:
    """Return the handbook of a routine as PDF, in the language in use."""
    report = _begun(routine.title, routine.purpose, edition, settings, now, by, address)
    numbers = _numbers(routine)
    report.heading(_("Who does what"))
    parties = [Column(_("Role"), 50), Column(_("Duty"), 124)]
    report.table(parties, [(_say(one.title), _say(one.duty)) for one in routine.parties], "–")
    report.heading(_("The steps in short"))
    steps = [step for track in routine.tracks for step in routine.steps if step.track == track.id]
    report.table(_overview(), [_short(routine, step, numbers) for step in steps], "–")
    for number, picture in enumerate(flow_picture.pictures(routine, numbers), start=1):
        report.new_page()
        report.heading(_("The flow, sheet %(number)s", number=number))
        report.drawing(picture)
    report.new_page()
    for order, track in enumerate(routine.tracks, start=1):
        report.heading(f"{order}. {_say(track.title)}")
        for step in routine.steps:
            if step.track == track.id:
                _step(report, routine, step, numbers)
    _outcomes(report, routine)
    return report.pdf()


def _begun(
    title: Text, purpose: Text, edition: Edition, settings: Settings, now: datetime, by: str, address: str
) -> Report:
    version = _("version %(edition)s", edition=edition.number)
    in_force = edition.status is RoutineState.IN_FORCE
    report = Report(
        ReportHead(
            _("Handbook: %(title)s", title=_say(title)),
            settings.archive_name,
            settings.authority,
            f"{local(now):%Y-%m-%d %H:%M}",
            by,
            f"{settings.base_url}{address}",
            foot=version if in_force else f"{version} · {_mark(edition)}",
        )
    )
    if not in_force:
        report.mark(f"{_mark(edition)}: {_why(edition)}")
    report.facts(
        [
            (_("Version"), f"{edition.number} ({edition.status.label})"),
            (_("Decided by"), edition.decided_by or "–"),
            (_("Decided on"), edition.decided_on or "–"),
            (_("Diary number"), edition.diary_number or "–"),
            (_("In force from"), edition.in_force_from or "–"),
            (_("To be revised by"), edition.revise_by or "–"),
        ],
        names=_NAMES,
    )
    _paragraphs(report, purpose)
    return report


def _mark(edition: Edition) -> str:
    return _("DRAFT") if edition.status is RoutineState.DRAFT else _("NOT IN FORCE")


def _why(edition: Edition) -> str:
    if edition.status is RoutineState.DRAFT:
        return _("not decided yet. What stands here may not be followed.")
    return _("this version is no longer followed. Print the one in force.")


def _numbers(routine: Routine) -> dict[str, str]:
    """Number the steps within their tracks, as they stand in the handbook."""
    return {
        step.id: f"{order}.{number}"
        for order, track in enumerate(routine.tracks, start=1)
        for number, step in enumerate((one for one in routine.steps if one.track == track.id), start=1)
    }


def _overview() -> list[Column]:
    return [
        Column(_("No."), 12),
        Column(_("Step"), 72),
        Column(_("Who"), 45),
        Column(_("By when"), 45),
    ]


def _short(routine: Routine, step: Step, numbers: Mapping[str, str]) -> Sequence[str]:
    return numbers[step.id], _say(step.title), _who(routine, step), _deadline(routine, step) or "–"


def _step(report: Report, routine: Routine, step: Step, numbers: Mapping[str, str]) -> None:
    report.subheading(f"{numbers[step.id]} {_say(step.title)}")
    report.facts(_facts(routine, step, numbers), names=_NAMES)
    _paragraphs(report, step.guidance)
    asked = [_field(routine, field) for field in step.fields]
    asked += [_evidence(routine, one) for one in step.evidence]
    if asked:
        columns = [
            Column(_("What is written down"), 62),
            Column(_("The answer"), 60),
            Column(_("Must be filled in"), 52),
        ]
        report.table(columns, asked, "–")


def _facts(routine: Routine, step: Step, numbers: Mapping[str, str]) -> Iterator[tuple[str, object]]:
    who = _who(routine, step)
    yield _("Who"), _("%(who)s, nobody else", who=who) if step.reserved else who
    if step.kind in _STEP_KINDS:
        yield _("Kind"), _(_STEP_KINDS[step.kind])
    if step.on_demand:
        yield _("Begins"), _("when somebody begins it, as often as needed")
    if step.after:
        yield _("After"), ", ".join(f"{numbers[one]} {_say(routine.step(one).title)}" for one in step.after)
    for name, condition in (
        (_("Only when"), step.when),
        (_("Not needed once"), step.until),
        (_("Once more when"), step.again),
    ):
        if condition:
            yield name, _say(condition_in_words(routine, condition))
    if step.deadline:
        yield _("By when"), _deadline(routine, step)
        escalates = step.deadline.escalate_to
        if escalates:
            yield _("If late, told"), _say(routine.party(escalates).title)
    if step.distinct_from:
        others = (_say(routine.step(one).title) for one in step.distinct_from)
        yield _("Another person than"), "; ".join(others)
    if step.legal_basis:
        yield _("Legal basis"), "; ".join(map(_say, step.legal_basis))


def _field(routine: Routine, field: FormField) -> Sequence[str]:
    options = ", ".join(_say(option.label) for option in field.options)
    answer = _(_KINDS[field.kind], options=options)
    hint = _say(field.hint) if field.hint else ""
    label = "\n".join(filter(None, (_say(field.label), hint)))
    return label, answer, _required(routine, field)


def _evidence(routine: Routine, evidence: RequiredPaper) -> Sequence[str]:
    return _say(evidence.label), _("paper attached, or where it is kept"), _required(routine, evidence)


def _required(routine: Routine, asked: FormField | RequiredPaper) -> str:
    when = (
        _("when %(condition)s", condition=_say(condition_in_words(routine, asked.when))) if asked.when else ""
    )
    return ", ".join(filter(None, (_("yes") if asked.required else _("no"), when)))


def _outcomes(report: Report, routine: Routine) -> None:
    if not routine.outcomes:
        return
    report.heading(_("How it may end"))
    for outcome in routine.outcomes:
        report.subheading(_say(outcome.title).capitalize())
        said = _say(condition_in_words(routine, outcome.given_by))
        report.paragraph(_("Stated when %(condition)s.", condition=said))
        for requirement in outcome.requires:
            report.paragraph(f"• {_say(requirement.message)}")


def of_checklist(
    checklist: Checklist, edition: Edition, settings: Settings, now: datetime, by: str, address: str
) -> bytes:
    """Return the handbook of a checklist as PDF, in the language in use."""
    report = _begun(checklist.title, checklist.purpose, edition, settings, now, by, address)
    found = {one.id: _say(one.title) for one in checklist.findings}
    for number, confirmation in enumerate(checklist.confirmations, start=1):
        report.heading(f"{number}. {_say(confirmation.title)}")
        _paragraphs(report, confirmation.guidance)
        columns = [
            Column(_("Look at"), 50),
            Column(_("How"), 72),
            Column(_("What may be wrong"), 52),
        ]
        points = (
            (
                _say(point.title),
                "\n".join([" ".join(_say(point.guidance).split()), *map(_say, point.legal_basis)]),
                "\n".join(f"• {found[one]}" for one in point.findings),
            )
            for point in checklist.points_of(confirmation.id)
        )
        report.table(columns, points, "–")
    report.heading(_("What may be wrong, and what to do"))
    columns = [Column(_("Finding"), 50), Column(_("What to do"), 124)]
    report.table(columns, ((_say(one.title), _say(one.guidance)) for one in checklist.findings), "–")
    report.heading(_("How deep to leaf"))
    columns = [
        Column(_("When"), 62),
        Column(_("Depth"), 38),
        Column(_("How"), 74),
    ]
    report.table(columns, (_leafing(checklist, rule) for rule in checklist.leafing), "–")
    report.paragraph(_("The first line that fits holds."))
    return report.pdf()


def _leafing(checklist: Checklist, rule: LeafingRule) -> Sequence[str]:
    marks = {mark.id: _say(mark.title) for mark in checklist.marks}
    depth = next(one for one in checklist.depths if one.id == rule.depth)
    sheets = rule.sheets_up_to
    when = [
        marks[rule.mark] if rule.mark else "",
        _("at most %(sheets)s sheets", sheets=sheets) if sheets is not None else "",
    ]
    return ", ".join(filter(None, when)) or _("otherwise"), _say(depth.title), _say(depth.guidance)


def _who(routine: Routine, step: Step) -> str:
    return ", ".join(_say(routine.party(one).title) for one in step.who)


def _deadline(routine: Routine, step: Step) -> str:
    return _say(deadline_in_words(routine, step.deadline)) if step.deadline else ""


def _paragraphs(report: Report, text: Text) -> None:
    """Add a text, its lines joined as they are on the screen: an empty one parts two paragraphs."""
    for part in _say(text).split("\n\n"):
        report.paragraph(" ".join(part.split()))


def _say(text: Text) -> str:
    return str(text.say(locale()))
