"""Take an incident up again: what fell away because of a find comes back, and who waits is told anew."""

from collections.abc import Collection, Mapping, Sequence

from archive.incidents import askers, changes, finds, outcomes
from archive.incidents import facts as incident_facts
from archive.incidents import steps as incident_steps
from archive.kernel.store import Work
from archive.models import Incident, IncidentFile
from archive.routine_runs import steps
from archive.routine_runs.steps import RunCourse
from archive.vocabulary import IncidentOutcome, IncidentState, MessageKind
from routines import engine, withdrawing
from routines.model import Step

# What is judged, or told others, of how it stands: which step asks for it anew once that proves untrue.
ANEW: Mapping[str, str] = {
    **{
        name: name
        for name in (
            *("screen_risk", "child_safety", "dpo_advice", "review_notification", "decide_inform"),
            *("inform_persons", "lex_sarah_report", "lex_sarah_investigation", "police_report"),
            *("supplement_imy", "tell_board"),
        )
    },
    "decide_notification": "review_notification",
    "notify_imy": "supplement_imy",
    "lift_stop": "secure_room",
}
# A decision for the persons concerned holds whatever is found.
HOLDS = {"decide_notification": "notify", "review_notification": "notify", "decide_inform": "inform"}


def take_up(
    work: Work, incident: Incident, again: Sequence[IncidentFile], reason: str, *, untrue: bool = True
) -> None:
    """Miss some of it again: a find that was none counts no more, nor what was asked because of it.

    Steps that fell away open with the deadlines they had by law; what was judged or told by that find is
    asked for anew, and what was done otherwise stays done.
    """
    run = incident_steps.course(work, incident)
    anew = _rested(work, run, again)
    known = askers.know(incident, run, [item.found_at for item in again if item.found_at])
    learnt = _learn(work, incident, again, reason)
    outcomes.reopen(work, incident, again, reason, untrue=untrue)
    _withdraw(work, incident, run, again, reason)
    run = incident_steps.advance(work, incident)
    if learnt:
        count_anew(work, run, _LEARNT)
    for name in anew:
        steps.begin_anew(work, run, name)
    if known and not askers.waits(run):
        askers.ask(work, run)
    outcomes.settle(work, incident, changes.items(work, incident))
    finds.tell_officers(work, incident, MessageKind.INCIDENT_AGAIN)


_LEARNT = frozenset({"aware", "reported"})  # what the clocks of an old loss count from once they run
_AT_HAND = frozenset({IncidentOutcome.FOUND, IncidentOutcome.MISTAKEN})


def _learn(work: Work, incident: Incident, again: Sequence[IncidentFile], reason: str) -> bool:
    """Let the clocks of an old loss run from now, when it shows that it is not at hand; tell whether they do.

    They ran out long ago, but until now it was thought to be found.
    """
    if not incident.over_when_entered or not any(item.outcome in _AT_HAND for item in again):
        return False
    changes.changed(work, incident, reason, aware_at=work.now)
    return True


def count_anew(work: Work, run: RunCourse, moments: Collection[str]) -> None:
    """Count the open clocks anew that count from some moments, which have been moved."""
    steps.recount(work, run, [step.id for step in run.routine.steps if _counts_from(step) in moments])
    steps.pass_on(work, run)


def _counts_from(step: Step) -> str:
    return step.deadline.start if step.deadline else ""


def _rested(work: Work, run: RunCourse, again: Sequence[IncidentFile]) -> list[str]:
    """Return the steps that ask anew for what was judged or told since what is missed again had its end."""
    since = withdrawing.told_at(run.routine, run.progress, _keys(again), work.now)
    if since is None:
        return []
    done = withdrawing.rested(run.routine, run.progress, since)
    fell = [one for one in done if one.answers.get(HOLDS.get(one.step, "")) != "yes"]
    return list(dict.fromkeys(ANEW[one.step] for one in fell if one.step in ANEW))


def _keys(again: Sequence[IncidentFile]) -> set[str]:
    return {key for item in again for key in (f"item:{item.id}", f"file:{item.file_id}")}


def stuck(work: Work, incident: Incident, run: RunCourse) -> bool:
    """Tell whether an incident is open though its routine is at its end: 0.1.0 took it up again so."""
    over = engine.is_finished(run.routine, run.progress, work.now)
    return over and incident.status is not IncidentState.CLOSED


def mend(work: Work, incident: Incident) -> None:
    """Ask for the steps of an incident that stands open though its routine is at its end."""
    run = incident_steps.course(work, incident)
    if stuck(work, incident, run):
        again = [item for item in changes.items(work, incident) if item.open]
        run.progress = run.progress.with_facts(missing=0)
        _withdraw(work, incident, run, again, "")


def _withdraw(
    work: Work, incident: Incident, run: RunCourse, again: Sequence[IncidentFile], reason: str
) -> None:
    facts = incident_facts.gather(work, incident)
    asked = {fact.id: facts[fact.id] for fact in run.routine.facts}
    stand = [one for one in changes.items(work, incident) if one.part_found or not one.open]
    gone = withdrawing.withdrawn(run.routine, run.progress, asked, _keys(again), _keys(stand), work.now)
    steps.withdraw(work, run, gone, reason)
