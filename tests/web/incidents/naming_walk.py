"""Walk through an incident whose every free text names somebody, one after the other."""

from random import Random
from uuid import uuid4

from archive.incidents import access, reporting, steps
from archive.incidents.reporting import MissReport, StatedFind
from archive.kernel.errors import DomainError
from archive.kernel.store import Actor, Archive, Work, operator
from archive.models import CaseFile, Incident, Person
from archive.scanning import scans
from archive.search import searches
from archive.search.searches import Searched
from archive.vocabulary import FoundState, OthersRead, Role, SearchResult
from routines import engine
from routines.conditions import Answer
from routines.model import FieldKind, Step
from routines.progress import State
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf
from tests.verbs.incidents.incident_play import a_colleague, a_unit
from tests.verbs.incidents.test_incident_walks import LIKELY, _answer

NAME = "Vinterdahl"
_FREE = {FieldKind.TEXT, FieldKind.LONG_TEXT}
_TURNS = 90


def text(what: str) -> str:
    """Return a free text that names the person, and says which text it is."""
    return f"Fel Magnus {NAME} ({what})"


def walk(
    archive: Archive, archivist: Actor, clock: SetClock, random: Random
) -> tuple[int, Person, list[CaseFile]]:
    """Report two files of two persons, take every step asked for, take a find back; each text names one."""
    manager = a_colleague(archive, "chefen", Role.MANAGER, unit="Barn och familj")
    with archive.write(archivist) as work:
        box, person = a_box(work, a_shelf(work)), a_person(work, NAME, "Magnus")
        file = a_file(work, box, person, reference="P0001234")
        other = a_file(work, box, a_person(work, "Holm", "Per"), reference="P0001235")
        file.unit_id = other.unit_id = a_unit(work, "Barn och familj")
        work.session.flush()
        said = {name: text(name) for name in ("purpose", "waiting", "circumstances", "description")}
        number = reporting.report(
            work, MissReport((file.id, other.id), protected=False, owner_id=archivist.user_id, **said)
        ).id
    clock.forward(hours=1)
    with archive.write(archivist) as work:
        again = MissReport((other.id,), purpose=text("again"), waiting=text("too"), circumstances=text("w"))
        reporting.report(work, again)
        incident = reporting.get(work, number)
        access.let_in(work, incident, manager.user_id or 0, text("let in"))
        searches.record(work, incident, Searched(SearchResult.NOT_FOUND, remark=text("remark")))
        scans.take(work, scans.Scanned(str(uuid4()), file.code, box.code))
        items = [one.id for one in reporting.items(work, incident)]
        reporting.not_it(work, incident, items[:1], text("not it"))
        reporting.escalate(work, incident, text("escalated"))
        whole = {"state": FoundState.WHOLE, "others_read": OthersRead.YES, "readers": text("readers")}
        reporting.found(work, incident, items[:2], StatedFind(work.now, text("where"), **whole))  # type: ignore[arg-type]
    clock.forward(hours=1)
    with archive.write(archivist) as work:
        reporting.reopen(work, reporting.get(work, number), items[:2], text("taken back"))
    for _ in range(_TURNS):
        _one_step(archive, number, random)
        clock.forward(hours=random.choice((0, 1, 30)))
    return number, person, [file, other]


def _one_step(archive: Archive, number: int, random: Random) -> None:
    try:
        with archive.write(operator("walker")) as work:
            incident = work.session.get_one(Incident, number)
            run = reporting.advance(work, incident)
            waiting = [one.step for one in engine.open_steps(run.progress)]
            waiting += [one.id for one in engine.startable(run.routine, run.progress, work.now)]
            if not waiting:
                return
            step = run.step(random.choice(waiting))
            if run.progress.open_record(step.id) is None:
                reporting.start(work, incident, step.id)
            if step.optional and random.random() < 0.2:
                reporting.not_needed(work, incident, step.id, text("not needed"))
            else:
                reporting.complete(work, incident, step.id, _answers(work, incident, step, random))
    except DomainError:
        return


def _answers(work: Work, incident: Incident, step: Step, random: Random) -> dict[str, Answer]:
    run, given = steps.course(work, incident), dict[str, Answer]()
    items = [f"item:{one.id}" for one in reporting.items(work, incident) if one.open]
    for one in step.fields:
        state = State(run.routine, run.progress, work.now, (step.id, given))
        if not state.holds(one.when) or not (one.required or one.kind in _FREE):
            continue
        answer = LIKELY.get(one.id) if random.random() < 0.5 else None
        if one.kind in _FREE:
            answer = text(f"{step.id}.{one.id}")
        answer = answer or _answer(work, one, random, items)
        if answer:
            given[one.id] = answer
    state = State(run.routine, run.progress, work.now, (step.id, given))
    return given | {one.id: text(f"{step.id}.{one.id}") for one in step.evidence if state.holds(one.when)}
