"""What the forms of a deviation and the yearly self-check begin with: what the register counts itself."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from archive.incidents import figures as incident_figures
from archive.kernel.clock import local_date
from archive.kernel.store import Work
from archive.models import (
    CaseFile,
    CoverCheck,
    Delivery,
    Difference,
    Event,
    Finding,
    Gap,
    ImportRun,
    Loan,
    Matter,
    RoutineStep,
    Sample,
)
from archive.quality import cases
from archive.routine_runs import versions
from archive.stocktakes import samples
from archive.vocabulary import Custody, EventKind, ImportPurpose, Permission, StepState
from archive.vocabulary.wording import _, locale, ngettext
from routines.conditions import Answer

YEAR = timedelta(days=365)
MOST = 10  # lines about single things
_LOOKS = (
    EventKind.LOOKED_AT_FILE,
    EventKind.LOOKED_AT_PERSON,
    EventKind.LOOKED_AT_LIST,
    EventKind.LOOKED_FOR,
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which matter asks, and of which year: the twelve months until it was begun."""

    work: Work
    matter: Matter

    @property
    def until(self) -> date:
        return local_date(self.matter.opened_at) + timedelta(days=1)

    @property
    def since(self) -> date:
        return self.until - YEAR

    def count(self, what: Any, moment: Any = None, *where: Any) -> int:
        """Count rows, those of the year where a moment is given."""
        statement = select(func.count(col(what))).where(*where)
        if moment is not None:
            begin, end = incident_figures.midnight(self.since), incident_figures.midnight(self.until)
            statement = statement.where(col(moment) >= begin, col(moment) < end)
        return self.work.session.scalar(statement) or 0


def for_step(work: Work, matter: Matter, step: str) -> dict[str, Answer]:
    """Return what the fields of a step's form begin with; what the actor may not read is left out."""
    run = cases.course(work, matter)
    asked, found = _Asked(work, matter), dict[str, Answer]()
    for field in run.step(step).fields:
        source, _dot, name = (field.prefill or "").partition(".")
        if source == "register" and name in _REGISTER:
            found[field.id] = "\n".join(_REGISTER[name](asked))
        elif source:
            done = [one for one in run.progress.records if one.step == source and name in one.answers]
            found[field.id] = done[-1].answers[name] if done else ""
    return {name: answer for name, answer in found.items() if answer}


def _of_same_routine(asked: _Asked) -> list[Matter]:
    name = versions.get(asked.work, asked.matter.routine_id).name
    if not asked.work.actor.may(Permission.READ_INCIDENTS):
        return []
    return list(cases.listed(asked.work, name, before=asked.matter.id, limit=MOST))


def _similar(asked: _Asked) -> Iterator[str]:
    earlier = _of_same_routine(asked)
    for one in earlier:
        day = local_date(one.noticed_at).isoformat()
        yield _(
            "Matter %(number)s, noticed %(day)s: %(state)s", number=one.id, day=day, state=one.status.label
        )
    if not earlier:
        yield _("No earlier deviation is in the register.")


def _last_years_measures(asked: _Asked) -> Iterator[str]:
    for one in _of_same_routine(asked)[:1]:
        day = local_date(one.opened_at).isoformat()
        yield _("The self-check before this one: matter %(number)s, %(day)s.", number=one.id, day=day)
    figures = _figures(asked)
    if figures is None:
        return
    yield ngettext(
        "%(num)s incident with measures in the last twelve months.",
        "%(num)s incidents with measures in the last twelve months.",
        figures.measures,
    )
    helped = {"yes": _("helped"), "partly": _("helped in part"), "no": _("did not help")}
    for answer, said in helped.items():
        if figures.effects.get(answer):
            yield f"– {said}: {figures.effects[answer]}"


def _read_share(asked: _Asked) -> Iterator[str]:
    for version in versions.versions(asked.work):
        if version.status.value != "in_force":
            continue
        known = versions.readers(asked.work, version)
        yield _(
            "%(routine)s, version %(number)s: read by %(read)s of %(all)s",
            routine=versions.routine_of(version).title.say(locale()),
            number=version.edition,
            read=sum(1 for _user, read in known if read is not None),
            all=len(known),
        )


def _closed_cases(asked: _Asked) -> Iterator[str]:
    latest = select(ImportRun).where(col(ImportRun.purpose) == ImportPurpose.COMPARE)
    run = asked.work.session.scalar(latest.order_by(col(ImportRun.id).desc()).limit(1))
    if run is None:
        yield _("No list of closed cases has been compared with the register.")
        return
    yield _("The latest comparison with a list of closed cases, number %(number)s:", number=run.id)
    statement = select(col(Gap.kind), func.count()).where(col(Gap.run_id) == run.id).group_by(col(Gap.kind))
    for kind, count in asked.work.session.execute(statement):
        yield f"– {kind.label}: {count}"


def _samples(asked: _Asked) -> Iterator[str]:
    begin = incident_figures.midnight(asked.since)
    drawn = list(
        asked.work.session.scalars(
            select(Sample).where(col(Sample.at) >= begin).order_by(col(Sample.id).desc()).limit(MOST)
        )
    )
    found = samples.figures_of(asked.work, drawn)
    for one in drawn:
        figures = found[one.id]
        yield _(
            "Sample %(number)s, %(day)s: wrong on the shelf %(shelf)s of %(of_shelf)s, wrong in the register "
            "%(register)s of %(of_register)s, %(open)s not answered",
            number=one.id,
            day=local_date(one.at).isoformat(),
            shelf=figures.to_shelf.hits,
            of_shelf=figures.to_shelf.total,
            register=figures.to_register.hits,
            of_register=figures.to_register.total,
            open=figures.open,
        )
    if not drawn:
        yield _("No sample has been drawn in the last twelve months.")


def _deliveries(asked: _Asked) -> Iterator[str]:
    yield _("Deliveries received: %(num)s", num=asked.count(Delivery.id, Delivery.received_at))
    yield _("Covers checked: %(num)s", num=asked.count(CoverCheck.id, CoverCheck.done_at))
    yield _("Findings: %(num)s", num=asked.count(Finding.id, Finding.found_at))
    yield _("Differences named: %(num)s", num=asked.count(Difference.id, Difference.found_at))
    yield _(
        "Differences not explained yet: %(num)s", num=asked.count(Difference.id, None, col(Difference.open))
    )


def _loans(asked: _Asked) -> Iterator[str]:
    today = asked.until - timedelta(days=1)
    yield _("Handed out: %(num)s", num=asked.count(Loan.id, Loan.out_at))
    yield _("Out now: %(num)s", num=asked.count(Loan.id, None, col(Loan.open)))
    late = asked.count(Loan.id, None, col(Loan.open), col(Loan.due_on) < today)
    yield _("Of these overdue: %(num)s", num=late)


def _disposals(asked: _Asked) -> Iterator[str]:
    gone = asked.count(CaseFile.id, None, col(CaseFile.status) == Custody.DISPOSED)
    over = asked.count(CaseFile.id, None, col(CaseFile.status) == Custody.HANDED_OVER)
    yield _("Disposed of according to the register: %(num)s", num=gone)
    yield _("Handed over according to the register: %(num)s", num=over)
    yield _("Compare with the disposal lists and certificates on paper.")


def _protected(asked: _Asked) -> Iterator[str]:
    known = asked.count(CaseFile.id, None, col(CaseFile.protected), col(CaseFile.status) != Custody.VOID)
    yield _("Files of persons with protected data, or not known to have none: %(num)s", num=known)
    yield _("Check that each lies sealed and that the cleared persons are the right ones.")


def _access(asked: _Asked) -> Iterator[str]:
    kinds = [kind.value for kind in _LOOKS]
    yield _("Looks recorded: %(num)s", num=asked.count(Event.id, Event.at, col(Event.kind).in_(kinds)))
    refused = asked.count(Event.id, Event.at, col(Event.kind) == EventKind.USER_REFUSED.value)
    yield _("Attempts refused: %(num)s", num=refused)


def _incidents(asked: _Asked) -> Iterator[str]:
    figures = _figures(asked)
    if figures is None:
        return
    yield _(
        "Incidents: %(num)s, of these the short way: %(short)s",
        num=figures.incidents,
        short=figures.short_way,
    )
    for outcome, count in figures.outcomes.items():
        yield f"– {outcome.label}: {count}"
    yield _("Still missing: %(num)s", num=figures.still_missing)
    yield _("Clocks kept: %(kept)s, missed: %(late)s", kept=figures.clocks_kept, late=figures.clocks_missed)


def _annual(asked: _Asked) -> Iterator[str]:
    figures = _figures(asked)
    if figures is not None:
        yield _("Files in the register: %(num)s", num=figures.files)
        yield _("Moved, lent or taken back: %(num)s", num=figures.handled)
    yield from _deliveries(asked)
    yield from _incidents(asked)
    checks = select(func.count()).where(
        col(RoutineStep.run) == asked.matter.stream, col(RoutineStep.state) == StepState.DONE
    )
    yield _("Parts of this self-check done: %(num)s", num=asked.work.session.scalar(checks) or 0)


def _figures(asked: _Asked) -> incident_figures.IncidentFigures | None:
    if not asked.work.actor.may(Permission.READ_INCIDENTS):
        return None
    return incident_figures.of_period(asked.work, asked.since, asked.until)


_REGISTER: Mapping[str, Callable[[_Asked], Iterator[str]]] = {
    "similar_deviations": _similar,
    "last_years_measures": _last_years_measures,
    "read_share": _read_share,
    "closed_cases": _closed_cases,
    "sample": _samples,
    "deliveries": _deliveries,
    "loans": _loans,
    "disposals": _disposals,
    "protected": _protected,
    "access": _access,
    "incidents": _incidents,
    "annual_figures": _annual,
}
