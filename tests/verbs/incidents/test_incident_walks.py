"""Whatever people answer, an incident comes to its end and breaks no rule on the way."""

from random import Random
from uuid import uuid4

import pytest

from archive.files import files
from archive.incidents import nightly, reporting, steps
from archive.incidents.reporting import MissReport
from archive.integrity import checks
from archive.kernel.errors import DomainError
from archive.kernel.store import Actor, Archive, Work, operator
from archive.models import Incident
from archive.scanning import scans
from archive.vocabulary import IncidentOutcome, IncidentState, Role
from routines import engine
from routines.conditions import Answer
from routines.model import FieldKind, FormField, Step
from routines.progress import State
from tests.builders import SetClock, a_box, a_file, a_shelf, user_in_role

# People tend to an end: a search goes on some time, not for ever.
LIKELY = {"go_on": "no", "more": "no", "helped": "yes", "right": "yes", "next": "decide"}
MOST = 160


def _answers(work: Work, incident: Incident, step: Step, random: Random) -> dict[str, Answer]:
    run = steps.course(work, incident)
    lost = IncidentOutcome.DECLARED_LOST
    sought = [one for one in reporting.items(work, incident) if one.open or one.outcome is lost]
    given: dict[str, Answer] = {}
    for one in step.fields:
        state = State(run.routine, run.progress, work.now, (step.id, given))
        if state.holds(one.when) and (one.required or random.random() < 0.2):
            likely = LIKELY.get(one.id) if random.random() < 0.8 else None
            answer = likely or _answer(work, one, random, [f"item:{item.id}" for item in sought])
            if answer:
                given[one.id] = answer
    state = State(run.routine, run.progress, work.now, (step.id, given))
    return given | {one.id: "i akten" for one in step.evidence if one.required and state.holds(one.when)}


def _answer(work: Work, one: FormField, random: Random, items: list[str]) -> Answer | None:
    if one.kind is FieldKind.PERSON:
        who = f"user:{random.randint(1, 3)}"
        return (who,) if one.several else who
    if one.kind is FieldKind.FILE:
        return tuple(random.sample(items, random.randint(1, len(items)))) if one.several and items else None
    if one.kind is FieldKind.PLACE:
        return "place:5" if not one.several else ("place:5",)
    if one.kind in {FieldKind.CHOICE, FieldKind.CHOICES}:
        option = random.choice(one.options).id
        return option if one.kind is FieldKind.CHOICE else (option,)
    moment = work.now.isoformat(timespec="seconds")
    simple: dict[FieldKind, Answer] = {
        FieldKind.YES_NO: random.choice(("yes", "no")),
        FieldKind.NUMBER: 1,
        FieldKind.MOMENT: moment,
        FieldKind.DATE: moment[:10],
    }
    return simple.get(one.kind, "ord")


def _one_step(archive: Archive, number: int, random: Random) -> bool:
    """Do one of the open steps; tell whether it was refused."""
    try:
        with archive.write(operator("walker")) as work:
            incident = work.session.get_one(Incident, number)
            run = reporting.advance(work, incident)
            step = run.step(random.choice(engine.open_steps(run.progress)).step)
            reporting.complete(work, incident, step.id, _answers(work, incident, step, random))
    except DomainError as refused:
        if refused.code == "nothing_to_refuse":
            with archive.write(operator("walker")) as work:
                reporting.not_needed(work, work.session.get_one(Incident, number), step.id, "Den är hittad")
        return True
    return False


SEEDS = [0, 1, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in range(2, 6))]


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_answered_the_case_comes_to_its_end(
    archive: Archive, archivist: Actor, clock: SetClock, seed: int
) -> None:
    random = Random(seed)
    for role in (Role.MANAGER, Role.ASSISTANT):
        user_in_role(archive, role)
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work))
        sought = [a_file(work, box).id for _ in range(random.randint(1, 3))]
        number = reporting.report(work, MissReport(tuple(sought))).id
    for _ in range(MOST):
        with archive.read(archivist) as work:
            incident = work.session.get_one(Incident, number)
            if incident.status is IncidentState.CLOSED:
                break
        _one_step(archive, number, random)
        clock.forward(hours=random.choice((0, 1, 30)))
        if random.random() < 0.05:
            with archive.write(archivist) as work:
                scans.take(work, scans.Scanned(str(uuid4()), files.get(work, sought[0]).code))
        if random.random() < 0.1:
            nightly.sweep(archive)
    with archive.read(archivist) as work:
        incident = work.session.get_one(Incident, number)
        run = steps.course(work, incident)
        assert incident.status is IncidentState.CLOSED, [one.step for one in engine.open_steps(run.progress)]
        assert engine.is_finished(run.routine, run.progress, work.now)
        assert all(item.outcome for item in reporting.items(work, incident))
        assert reporting.report_data(work, incident).fixed
        assert checks.everything(work) == []
