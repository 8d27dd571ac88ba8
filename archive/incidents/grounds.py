"""Refuse a step dated before what it rests on: the suspicion, searches, finds, what asked for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from archive.incidents import stated_times
from archive.incidents.askers import ANSWERS
from archive.incidents.stated_times import shown
from archive.kernel.clock import local_date
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.models import Incident, IncidentFile
from archive.routine_runs.steps import RunCourse
from archive.search import searches
from archive.vocabulary import IncidentOutcome, SearchResult
from archive.vocabulary.wording import N_, _, locale
from routines.answers import as_moment
from routines.conditions import (
    Answered,
    Condition,
    Done,
    Either,
    Every,
    NamedReference,
    Test,
    steps_named,
)
from routines.model import Step, StepKind
from routines.progress import Record, State, StepEnd

Ground = tuple[datetime, str]

_LAST_WORD = ANSWERS[1]
# A refusal tells of the searches up to it alone, and may be written down after a find.
_OF_THE_SEARCH = frozenset({"decide", _LAST_WORD})
_DECIDING = frozenset({"decide", "decide_mistaken"})
# The routine's order is not how it has to be done, but for decisions and where one is about the other.
_IN_ORDER = frozenset({"dpo_advice", "lex_sarah_investigation", "report_ivo", "tell_board", "close"})
_AWARENESS = "later_awareness"
# Whoever decides on notifying, or notifies, is aware; advice may be asked for before.
_OF_THE_AWARE = ("decide_notification", "notify_imy")
# What a step is about, and others rest on, may be older than when the step was done.
_HAPPENED = ("noticed_at", "found_at")


def require_before(
    work: Work, incident: Incident, items: Sequence[IncidentFile], run: RunCourse, record: Record
) -> None:
    """Raise Invalid where a step is said to be older than what it rests on; only stated times bind."""
    if record.step == _AWARENESS:
        _require_aware(run, record)
    known = [one for one in _Grounds(work, incident, items, run).under(record) if one[0] <= work.now]
    moment, what = max(known, key=lambda one: one[0], default=(None, ""))
    if moment is None:
        return
    said = stated_times.moments(record.answers)
    apart = stated_times.apart(record)
    if apart and apart not in said.values():
        said["done_at"] = apart
    for field, stated in said.items():
        if stated < moment.replace(second=0, microsecond=0):
            _refuse(field, shown(stated), what, moment)
    for field, day in stated_times.days(record.answers).items():
        if day < local_date(moment):
            _refuse(field, f"{day}", what, moment)


def _require_aware(run: RunCourse, record: Record) -> None:
    """Raise Invalid where an awareness lies after its own decision, or after what only the aware do."""
    aware = as_moment(record.answers.get("aware_at"))
    if aware is None:
        return
    after = [one for one in run.progress.records if one.step in _OF_THE_AWARE and one.end is StepEnd.DONE]
    for one in (record, *after):
        said = [*stated_times.moments(one.answers).values(), stated_times.apart(one)]
        done = min(filter(None, said), default=None)
        if done and done.replace(second=0, microsecond=0) < aware.replace(second=0, microsecond=0):
            raise Invalid(
                "aware_after_deed",
                N_(
                    "The step “%(step)s” was done %(done)s, before %(aware)s: whoever did it knew already. "
                    "Decide on a moment that is not after it, or correct the time you have written."
                ),
                field="aware_at",
                step=run.step(one.step).title.say(locale()),
                done=shown(done),
                aware=shown(aware),
            )


def _refuse(field: str, stated: str, what: str, moment: datetime) -> None:
    raise Invalid(
        "stated_before_ground",
        N_(
            "%(stated)s is before what this rests on: %(what)s, %(moment)s. Correct the time you have "
            "written; it has to be after that."
        ),
        field=field,
        stated=stated,
        what=what,
        moment=shown(moment),
    )


@dataclass(frozen=True, slots=True)
class _Grounds:
    """What the steps of one incident rest on, and when that was."""

    work: Work
    incident: Incident
    items: Sequence[IncidentFile]
    run: RunCourse

    def under(self, record: Record) -> Iterator[Ground]:
        """Return what a step rests on, as far as somebody said when that was."""
        step = self.run.step(record.step)
        deciding = step.kind is StepKind.DECISION or step.id == _LAST_WORD
        if deciding:
            yield from _of_the_miss(self.incident)
        for name in self._before(step):
            done = [one for one in self._done(name) if one != record]
            yield from self._at(done[-1]) if done else ()
        yield from self._asked_by(step.when, record)
        yield from self._of_the_awareness(step)
        if step.id in _OF_THE_SEARCH:
            yield from self._of_the_search(step)

    def _at(self, record: Record) -> Iterator[Ground]:
        """Return when what another step rests on was, or what that one rests on itself where nobody said."""
        happened = (as_moment(record.answers.get(name)) for name in _HAPPENED)
        at = next(filter(None, happened), None) or stated_times.stated(record)
        if at is None:
            yield from self.under(record)
        else:
            yield at, _("the step “%(step)s”", step=self.run.step(record.step).title.say(locale()))

    def _done(self, name: str) -> list[Record]:
        records = self.run.progress.records
        return [one for one in records if one.step == name and one.end is StepEnd.DONE]

    def _before(self, step: Step) -> set[str]:
        """Return the steps that come before it by their nature, and those its outcomes demand."""
        named = self.run.routine.named
        own = [one for one in self.run.routine.outcomes if step.id in steps_named(one.given_by, named)]
        demanded = {
            name for one in own for need in one.requires for name in steps_named(need.condition, named)
        }
        ordered = step.kind is StepKind.DECISION or step.id in _IN_ORDER
        return ((set(step.after) if ordered else set()) | demanded) - {step.id, "report"}

    def _asked_by(self, condition: Condition | None, record: Record) -> list[Ground]:
        """Return what made a condition hold by which a step opened: of several ways the earliest."""
        match condition:
            case NamedReference(name):
                return self._asked_by(self.run.routine.named[name], record)
            case Every(of):
                return [ground for one in of for ground in self._asked_by(one, record)]
            case Either(of):
                state = State(self.run.routine, self.run.progress, self.work.now)
                ways = [self._asked_by(one, record) for one in of if state.holds(one)]
                return min(ways, key=lambda way: max((at for at, _what in way), default=_EVER), default=[])
            # A wish is older than the answer it is in.
            case Answered(step, field, test) if step not in ANSWERS:
                return self._first(step, field, test, record)
            case Done(step) if step not in ANSWERS:
                return self._first(step, "", None, record)
            case _:
                return []

    def _first(self, step: str, field: str, test: Test | None, record: Record) -> list[Ground]:
        """Return when a step first gave an answer that asks for another, since that was done last."""
        done = [one for one in self._done(step) if test is None or test(one.answers.get(field))]
        own = [one for one in self._done(record.step) if one.occurrence < record.occurrence]
        since = own[-1].ended_at if own else None
        new = [one for one in done if since and one.ended_at and one.ended_at > since] or done
        return list(self._at(new[0])) if new else []

    def _of_the_awareness(self, step: Step) -> Iterator[Ground]:
        decided = self._done(_AWARENESS) if step.id in _OF_THE_AWARE else []
        aware = as_moment(decided[-1].answers.get("aware_at")) if decided else None
        if aware is not None:
            yield aware, _("the awareness decided on")

    def _of_the_search(self, step: Step) -> Iterator[Ground]:
        for search in searches.for_incident(self.work, self.incident):
            if search.result is not SearchResult.NOT_SEARCHED:
                yield search.at, _("the last search")
        unsaid = {
            one.ended_at for name in _DECIDING for one in self._done(name) if not stated_times.stated(one)
        }
        for item in self.items:
            if item.found_at:
                yield item.found_at, _("the find")
            decided = item.outcome_at if item.outcome is not IncidentOutcome.FOUND else None
            if decided and decided not in unsaid and step.id == _LAST_WORD:
                yield decided, _("the decision")


_EVER = datetime.min.replace(tzinfo=UTC)


def _of_the_miss(incident: Incident) -> Iterator[Ground]:
    if not incident.entered_afterwards:  # an old loss was decided on in its own time
        yield incident.missed_at, _("the miss")
        if incident.suspected_at != incident.reported_at:  # else it was not stated, only written down
            yield incident.suspected_at, _("the suspicion")
