"""The steps of an incident: what is to be done by whom, and what follows in the register when it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from archive.files import wanted
from archive.history import history
from archive.incidents import (
    access,
    askers,
    changes,
    closing,
    finds,
    grounds,
    outcomes,
    refusals,
    stated_times,
)
from archive.incidents import facts as incident_facts
from archive.incidents.report import search_annex
from archive.kernel.errors import Invalid, NotFound
from archive.kernel.store import Work
from archive.models import Incident, User
from archive.notifications import inbox
from archive.routine_runs import steps
from archive.routine_runs.steps import Answers, RunCourse
from archive.search import searches
from archive.search.searches import Searched
from archive.vocabulary import (
    Escalation,
    EventKind,
    FoundWhere,
    IncidentAction,
    IncidentState,
    MessageKind,
    Permission,
    Role,
    SearchResult,
    SeenAnswer,
)
from archive.vocabulary.wording import N_
from routines import engine
from routines.conditions import FactValue
from routines.progress import Record, StepEnd

_STANDS_IN = MessageKind.INCIDENT_STANDS_IN


@dataclass(slots=True)
class Doing:
    """One step being done: in which incident, with which answers; `where` a find is said to have been."""

    work: Work
    incident: Incident
    course: RunCourse
    record: Record
    where: FoundWhere | None = None
    answers: Answers = field(init=False)

    def __post_init__(self) -> None:
        self.answers = self.record.answers

    def text(self, name: str) -> str:
        """Return an answer in words, empty where there is none."""
        said = self.answers.get(name, "")
        return said if isinstance(said, str) else ""

    def keys(self, name: str) -> tuple[str, ...]:
        """Return the keys of persons, places or files an answer names."""
        said = self.answers.get(name, ())
        return said if isinstance(said, tuple) else (said,) if isinstance(said, str) and said else ()


def course(work: Work, incident: Incident) -> RunCourse:
    """Return how far an incident has come by its routine."""
    return RunCourse.follow(work, incident, incident_facts.gather(work, incident))


def begin(work: Work, incident: Incident, answers: Answers) -> None:
    """Open the steps of a new incident; the first, the report, is done already."""
    run = course(work, incident)
    steps.advance(work, run)
    steps.keep_unasked(work, run, "report", answers)
    advance(work, incident, run)


def advance(work: Work, incident: Incident, run: RunCourse | None = None) -> RunCourse:
    """Open and let fall away what the facts ask for now; a closed case is taken up again for a late find."""
    run = run or course(work, incident)
    if incident.status is IncidentState.CLOSED and not work.actor.may(Permission.WORK_ON_INCIDENTS):
        return run
    run.progress = run.progress.with_facts(**_asked(work, incident, run))
    _unasked(work, run)
    before = {record.step for record in engine.open_steps(run.progress)}
    steps.advance(work, run)
    opened = {record.step for record in engine.open_steps(run.progress)} - before
    if opened and incident.status is IncidentState.CLOSED:
        finds.take_up(work, incident)
        steps.pass_on(work, run)
    if "escalate" in opened:
        _escalate(work, incident, Escalation.WEEKS, "")
    role = _stand_in(work, incident, run)
    if role is not None:
        about = incident.stream
        inbox.tell(work, _STANDS_IN, about, _STANDS_IN.value, roles=[role], incident=incident.id)
    return run


def _unasked(work: Work, run: RunCourse) -> None:
    """Let the question whether a find is right fall away where nothing is left to confirm."""
    asked = run.progress.open_record("confirm_find")
    if asked is not None and run.progress.facts.get("to_confirm") == 0:
        steps.withdraw(work, run, [replace(asked, end=StepEnd.LAPSED, ended_at=work.now)], "")


def unheard(work: Work, incident: Incident, run: RunCourse) -> bool:
    """Tell whether the head's steps wait for those who stand in, and one of them has not been told."""
    role = _stand_in(work, incident, run)
    return role is not None and inbox.untold(work, _STANDS_IN, incident.stream, _STANDS_IN.value, [role])


def _stand_in(work: Work, incident: Incident, run: RunCourse) -> Role | None:
    """Return the role for which steps of the head of the unit wait; None while there are none, or a head."""
    waits = any(access.HEAD in run.step(record.step).who for record in engine.open_steps(run.progress))
    return access.stand_in(work, incident) if waits else None


def complete(
    work: Work,
    incident: Incident,
    name: str,
    answers: Answers,
    *,
    done_at: datetime | None = None,
    where: FoundWhere | None = None,
) -> RunCourse:
    """Write down that a step is done, and do what follows from it; raises Invalid with all that is wrong."""
    _hold(work, incident)
    run = advance(work, incident)
    done_at = done_at or stated_times.by_answers(answers, work.now)
    record = steps.complete(work, run, name, answers, done_at)
    stated_times.require_possible(incident, run.routine, record)
    grounds.require_before(work, incident, changes.items(work, incident), run, record)
    doing = Doing(work, incident, run, record, where)
    moved = engine.moved(run.routine, name, answers)
    if moved is not None:
        _aware(doing, moved.moment)
        run.progress = run.progress.with_facts(**{moved.fact: moved.moment})
        steps.recount(work, run, moved.steps)
    if name in _EFFECTS:
        _EFFECTS[name](doing)
    outcomes.settle(work, incident, changes.items(work, incident))
    return advance(work, incident, run)


def not_needed(work: Work, incident: Incident, name: str, reason: str) -> RunCourse:
    """Write down that an optional step is not needed; raises Invalid without a reason, or when it is."""
    _hold(work, incident)
    run = advance(work, incident)
    steps.set_aside(work, run, name, reason)
    return advance(work, incident, run)


def start(work: Work, incident: Incident, name: str) -> RunCourse:
    """Start a step that waits to be chosen: a suspicion of a crime, a decision, a new request."""
    _hold(work, incident)
    run = advance(work, incident)
    steps.start(work, run, name)
    return run


def ask_again(work: Work, incident: Incident) -> None:
    """Open the step that answers somebody else who waits."""
    askers.ask(work, advance(work, incident))


def start_unless_open(work: Work, incident: Incident, name: str) -> None:
    """Start a step that may have been started before, and not been done since."""
    if course(work, incident).progress.open_record(name) is None:
        start(work, incident, name)


def hand_over(work: Work, incident: Incident, owner_id: int) -> None:
    """Give an incident another owner, who is told, with its clocks; raises Invalid for who is not here."""
    user = work.session.get(User, owner_id)
    if user is None or not user.active:
        raise Invalid("owner_unknown", N_("Choose somebody who works here."), field="owner")
    if incident.owner_id == owner_id:
        return
    changes.changed(work, incident, "", owner_id=owner_id)
    key = f"{owner_id} {incident.version}"
    inbox.tell(work, MessageKind.INCIDENT_YOURS, incident.stream, key, users=[owner_id], incident=incident.id)
    steps.pass_on(work, course(work, incident))


def escalate(work: Work, incident: Incident, reason: str) -> None:
    """Take an incident to the managers and the delegate before its time; raises Invalid without a reason."""
    if not reason.strip():
        raise Invalid("reason_missing", N_("Say why it is escalated."), field="reason")
    _hold(work, incident)
    _escalate(work, incident, Escalation.BY_HAND, reason.strip())


def _hold(work: Work, incident: Incident) -> None:
    if not access.may_see(work, incident):
        raise NotFound("no_such_incident", access.NO_SUCH_INCIDENT)
    changes.locked(work, incident)


def _asked(work: Work, incident: Incident, run: RunCourse) -> Mapping[str, FactValue]:
    facts = incident_facts.gather(work, incident)
    return {fact.id: facts[fact.id] for fact in run.routine.facts}


def _escalate(work: Work, incident: Incident, why: Escalation, reason: str) -> None:
    if why is Escalation.WEEKS and incident.status not in {IncidentState.SUSPECTED, IncidentState.SEARCHING}:
        return  # escalated already: the step itself asks again
    history.advance(
        work,
        incident,
        IncidentAction.ESCALATE,
        changes={"escalated_at": work.now},
        private={"reason": reason},
        why=why.value,
    )
    roles = [Role.MANAGER, Role.DELEGATE]
    key = f"escalated {incident.version}"
    inbox.tell(
        work,
        MessageKind.INCIDENT_ESCALATED,
        incident.stream,
        key,
        users=[incident.owner_id],
        roles=roles,
        incident=incident.id,
    )


def _aware(doing: Doing, moment: datetime) -> None:
    """Set the moment of awareness; the one before stays in the history, those of the miss stay alone."""
    incident = doing.incident
    if moment < incident.missed_at:
        raise Invalid(
            "aware_before_missed",
            N_("Nobody can have been aware before it was missed. Correct the time."),
            field="aware_at",
        )
    latest = max(filter(None, (incident.reported_at, incident.learnt_since)))
    if moment > latest:
        raise Invalid(
            "aware_after_report",
            N_("It was reported %(reported)s: the board knew of it then at the latest. Correct the time."),
            field="aware_at",
            reported=stated_times.shown(latest),
        )
    before = incident.clock_from
    incident.aware_at, incident.aware_by = moment, doing.record.ended_by
    incident.version += 1
    doing.work.session.flush()
    history.record(
        doing.work,
        EventKind.INCIDENT_AWARE,
        incident,
        private={"reason": doing.text("reason")},
        aware_at=history.stamp(moment),
        before=history.stamp(before),
    )


def _owner_told(doing: Doing) -> None:
    key = doing.text("owner")
    if key.startswith("user:"):
        hand_over(doing.work, doing.incident, int(key.removeprefix("user:")))


def _case_worker_told(doing: Doing) -> None:
    """Let the one who answers for the case see the incident, to take the steps that are hers."""
    for key in doing.keys("told"):
        if key.startswith("user:"):
            reason = doing.course.step(doing.record.step).title.sv
            access.admit(doing.work, doing.incident, int(key.removeprefix("user:")), reason)


def _screened(doing: Doing) -> None:
    """Take over what was found out about people: unknown counts as yes, a no never lifts the register's."""
    incident, said = doing.incident, doing.text
    registered = incident_facts.protected_in_register(doing.work, incident)
    values = {
        "protected": registered or said("protected") in {"yes", "unknown"},
        "child": incident.child or said("child") in {"yes", "unknown"},
        "ongoing_case": incident.ongoing_case or said("ongoing") == "yes",
    }
    new = {name: value for name, value in values.items() if getattr(incident, name) is not value}
    if new:
        changes.changed(doing.work, incident, "", **new)


def _registered(doing: Doing) -> None:
    if doing.text("number") and doing.text("number") != doing.incident.diary_number:
        changes.changed(doing.work, doing.incident, "", diary_number=doing.text("number"))


def _waits(doing: Doing) -> None:
    if not doing.incident.somebody_waits:
        changes.changed(doing.work, doing.incident, "", somebody_waits=True)
    _tell_again(doing)


_RESULTS = {
    "nothing": SearchResult.NOT_FOUND,
    "some_found": SearchResult.FOUND,
    "all_found": SearchResult.FOUND,
}


def _searched(doing: Doing) -> None:
    """Keep the search; what was not found in the first one is searched for from now on."""
    row = doing.course.rows[doing.record.step, doing.record.occurrence]
    performer = row.performed_by or ""
    minutes = doing.answers.get("minutes", 0)
    searches.keep(
        doing.work,
        doing.incident,
        Searched(
            _RESULTS[doing.text("result")],
            by=int(performer.removeprefix("user:")) if performer.startswith("user:") else None,
            minutes=minutes if isinstance(minutes, int) else 0,
            at=doing.record.done_at,
            remark=doing.text("searched") or doing.text("found_where"),
        ),
        row.id,
    )
    if doing.text("result") != "all_found" and doing.incident.status is IncidentState.SUSPECTED:
        history.advance(doing.work, doing.incident, IncidentAction.SEARCH)
    _tell_again(doing)


def _tell_again(doing: Doing) -> None:
    """Ask for an answer anew where the last one was before a find whose short way asks for no more."""
    run = doing.course
    if doing.record.step != "first_search" and run.progress.open_record("short_confirm") is None:
        return
    first = [one for one in run.progress.records if one.step == "first_search" and one.answers]
    if first and (first[-1].answers.get("result"), first[-1].answers.get("outsiders")) == ("all_found", "no"):
        found_at = first[-1].done_at or doing.work.now
        if askers.owed(doing.incident, run, found_at) == askers.ANEW:
            askers.ask(doing.work, run)


def _short(doing: Doing) -> None:
    """End the case the short way: found in the first search, nobody protected, nobody left to be told."""
    if doing.text("confirmed") != "yes":
        return
    first = [one for one in doing.course.progress.records if one.step == "first_search" and one.answers][-1]
    askers.require_told(doing.incident, doing.course, first.done_at or doing.work.now)
    everything = [item for item in changes.items(doing.work, doing.incident) if item.open]
    for item in everything:
        how = finds.of_first_search(doing.work, item, first)
        outcomes.find(doing.work, doing.incident, [item], how)
    advance(doing.work, doing.incident, doing.course)  # the other steps fall away before the report is fixed
    closing.close(doing.work, doing.incident, IncidentAction.CLOSE_SHORT)


def _confirmed(doing: Doing) -> None:
    found = changes.named(doing.work, doing.incident, doing.keys("files"))
    right = doing.text("right")
    if right not in {"yes", finds.PART}:
        for item in found:
            outcomes.settle_seen(doing.work, item, SeenAnswer.MISREAD, doing.text("why_not"))
        return
    how = finds.of_answers(doing.work, found, doing.answers, doing.where)
    if right == finds.PART:
        outcomes.find_part(doing.work, doing.incident, found, how)
    else:
        outcomes.find(doing.work, doing.incident, found, how)


def _decided(doing: Doing) -> None:
    found = changes.named(doing.work, doing.incident, doing.keys("files"))
    outcome, reason = doing.text("outcome"), doing.text("reason")
    if outcome == "declared_lost":
        outcomes.declare_lost(doing.work, doing.incident, found, reason, doing.record.done_at)
    elif outcome == "mistaken":
        outcomes.mistaken(doing.work, doing.incident, found, reason, doing.record.done_at)


def _mistaken(doing: Doing) -> None:
    found = changes.named(doing.work, doing.incident, doing.keys("files"))
    outcomes.mistaken(doing.work, doing.incident, found, doing.text("reason"), doing.record.done_at)


def _secured(doing: Doing) -> None:
    """Take the rooms; whoever may not know where it stood leaves it to the owner, whatever was named."""
    work, incident, step = doing.work, doing.incident, doing.record.step
    refusals.require_rooms(work, incident, doing.answers)
    if not search_annex.may_walk_all(work, incident):
        steps.begin_anew(work, doing.course, step)
        key = f"{step} {doing.record.occurrence}"
        wanted.tell_owner(work, incident.id, MessageKind.INCIDENT_ROOMS, key)


def _notified(doing: Doing) -> None:
    refusals.require_ended(changes.items(doing.work, doing.incident), doing.answers)


def _closed(doing: Doing) -> None:
    if doing.text("read") == "no":
        raise Invalid(
            "report_not_right",
            N_(
                "The report is not right yet, so the incident cannot be closed. Correct what is wrong on the "
                "incident's page or in its steps, read the report once more, and close then. What you have "
                "written stands below."
            ),
            field="read",
        )
    closing.close(doing.work, doing.incident, IncidentAction.CLOSE)


def _refused(doing: Doing) -> None:
    """Take the decision of something missing only: what is at hand is handed out or refused as any other."""
    refusals.require_appeal(doing.answers)
    items = changes.items(doing.work, doing.incident)
    askers.require_missing(items, doing.record.done_at or doing.work.now)


_EFFECTS: Mapping[str, Callable[[Doing], None]] = {
    "tell_manager": _owner_told,
    "tell_case_worker": _case_worker_told,
    "screen_risk": _screened,
    "secure_room": _secured,
    "diary": _registered,
    "interim_answer": _tell_again,
    "new_request": _waits,
    "first_search": _searched,
    "second_search": _searched,
    "wide_search": _searched,
    "short_confirm": _short,
    "confirm_find": _confirmed,
    "refusal_decision": _refused,
    "decide": _decided,
    "decide_mistaken": _mistaken,
    "notify_imy": _notified,
    "close": _closed,
}
