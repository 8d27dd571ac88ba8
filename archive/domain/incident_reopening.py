"""Take an incident up again: what fell away because of a find comes back, and who waits is told anew."""

from collections.abc import Sequence

from archive.domain import (
    incident_askers,
    incident_changes,
    incident_facts,
    incident_outcomes,
    incident_steps,
    messages,
    steps,
)
from archive.domain.steps import Course
from archive.models import Incident, IncidentFile
from archive.store import Work
from archive.vocabulary import IncidentState, MessageKind, Role
from routines import engine, withdrawing


def take_up(work: Work, incident: Incident, again: Sequence[IncidentFile], reason: str) -> None:
    """Miss some of it again: a find that was none counts no more, nor what was asked because of it.

    Steps that fell away open with the deadlines they had by law; what was done stays done.
    """
    run = incident_steps.course(work, incident)
    known = incident_askers.know(incident, run, [item.found_at for item in again if item.found_at])
    incident_outcomes.reopen(work, incident, again, reason)
    _withdraw(work, incident, run, again, reason)
    run = incident_steps.advance(work, incident)
    if known and not incident_askers.waits(run):
        incident_askers.ask(work, run)
    incident_outcomes.settle(work, incident, incident_changes.items(work, incident))
    _tell(work, incident)


def stuck(work: Work, incident: Incident, run: Course) -> bool:
    """Tell whether an incident is open though its routine is at its end: 0.1.0 took it up again so."""
    over = engine.is_finished(run.routine, run.progress, work.now)
    return over and incident.status is not IncidentState.CLOSED


def mend(work: Work, incident: Incident) -> None:
    """Ask for the steps of an incident that stands open though its routine is at its end."""
    run = incident_steps.course(work, incident)
    if stuck(work, incident, run):
        again = [item for item in incident_changes.items(work, incident) if item.open]
        run.progress = run.progress.with_facts(missing=0)
        _withdraw(work, incident, run, again, "")


def _tell(work: Work, incident: Incident) -> None:
    """Tell those who may have told others of an outcome that is none: no step of the routine asks for it."""
    heads = [int(key.removeprefix("user:")) for key in incident_facts.heads(work, incident)]
    officers = [Role.DATA_PROTECTION_OFFICER, Role.LEX_SARAH_OFFICER]
    messages.tell(
        work,
        MessageKind.INCIDENT_AGAIN,
        incident.stream,
        f"again {incident.version}",
        users=[incident.owner_id, *heads],
        roles=officers if heads else [*officers, Role.MANAGER],
        incident=incident.id,
    )


def _withdraw(
    work: Work, incident: Incident, run: Course, again: Sequence[IncidentFile], reason: str
) -> None:
    facts = incident_facts.of(work, incident)
    keys = {key for item in again for key in (f"item:{item.id}", f"file:{item.file_id}")}
    asked = {fact.id: facts[fact.id] for fact in run.routine.facts}
    gone = withdrawing.withdrawn(run.routine, run.progress, asked, keys, work.now)
    steps.withdraw(work, run, gone, reason)
