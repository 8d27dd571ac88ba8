"""Versions of the routines: drafted, put in force with a decision, read by staff; what runs keeps its own."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from archive.domain import (
    checks,
    deadlines,
    incident_lists,
    incident_sweep,
    incidents,
    matters,
    reference,
    routine_contracts,
    routine_versions,
)
from archive.domain.incidents import Report
from archive.domain.routine_versions import Decision
from archive.errors import Conflict, Invalid, NotFound, NotPermitted
from archive.models import Matter, RoutineVersion
from archive.store import Actor, Archive, Work, operator
from archive.vocabulary import MatterState, Role, RoutineState
from routines import engine
from routines.conditions import Answer
from routines.definition import packaged
from tests.builders import SetClock
from tests.domain.incident_play import matter_answers
from tests.tampering import intruding

AsRole = Callable[[Role], Actor]
LOST = routine_contracts.SUSPECTED_LOST
TODAY = date(2026, 11, 23)
DECIDED = Decision("Socialnämnden", TODAY - timedelta(days=3), TODAY, "SN-2026/90", date(2028, 1, 1))


def next_version(content: str) -> str:
    """Give a text the number of the next version."""
    return content.replace("version: 2", "version: 3", 1)


def second(work: Work) -> RoutineVersion:
    """Draft the next version of the routine for lost files: another word in its title."""
    content = routine_versions.in_force(work, LOST).content
    content = content.replace("version: 2", "version: 3", 1).replace(
        "Misstänkt förlorad akt", "Saknad akt", 1
    )
    return routine_versions.draft(work, LOST, content)


def test_the_upgrade_puts_what_ships_with_us_in_force_and_doing_it_again_changes_nothing(
    archive: Archive, archivist: Actor
) -> None:
    for _ in range(2):
        reference.refresh(archive)
    with archive.read(archivist) as work:
        found = routine_versions.versions(work)
        assert {one.name for one in found} == {one.name for one in packaged()}
        assert {one.status for one in found} == {RoutineState.IN_FORCE}
        assert checks.everything(work) == []


def test_the_check_names_a_routine_with_two_versions_in_force(archive: Archive, archivist: Actor) -> None:
    reference.refresh(archive)
    with archive.write(archivist) as work:
        first = routine_versions.in_force(work, LOST).id
        second(work)
    with intruding(archive.settings) as intruder:
        intruder.run("DROP INDEX one_version_in_force")
        intruder.run("UPDATE routine_version SET status = 'in_force'")
    with archive.read(archivist) as work:
        found = {(finding.rule, finding.subject) for finding in checks.everything(work)}
    assert ("routine.force", f"routine:{first}") in found


def test_every_packaged_routine_keeps_what_the_program_acts_on(work: Work) -> None:
    for name in {one.name for one in packaged()}:
        routine = routine_versions.routine_of(routine_versions.in_force(work, name))
        assert list(routine_contracts.broken(routine, name)) == []


def test_a_draft_shows_its_difference_and_takes_the_place_of_the_version_in_force(work: Work) -> None:
    first, draft = routine_versions.in_force(work, LOST), second(work)
    assert ("Misstänkt förlorad akt", "Saknad akt") in [
        (change.old, change.new) for change in routine_versions.changes(work, draft)
    ]
    assert routine_versions.in_force(work, LOST) is first
    routine_versions.put_in_force(work, draft, DECIDED)
    assert (first.status, draft.status) == (RoutineState.REPLACED, RoutineState.IN_FORCE)
    assert (draft.decided_by, draft.diary_number, draft.revise_by) == (
        "Socialnämnden",
        "SN-2026/90",
        date(2028, 1, 1),
    )
    assert checks.everything(work) == []


def test_an_incident_goes_on_by_the_version_it_began_with(work: Work) -> None:
    before = incidents.report(work, Report(description="En pärm", protected=False))
    routine_versions.put_in_force(work, second(work), DECIDED)
    after = incidents.report(work, Report(description="En pärm till", protected=False))
    titles = [incidents.report_data(work, one).routine.sv for one in (before, after)]
    assert titles == ["Misstänkt förlorad akt", "Saknad akt"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace("version: 2", "version: 7", 1), "routine_other"),
        (
            lambda text: text.replace("version: 2", "version: 3", 1).replace(
                "  en: Suspected lost file\n", "", 1
            ),
            "routine_wrong",
        ),
        (lambda text: "hej", "routine_wrong"),
        (
            lambda text: next_version(text).replace("- id: minutes\n", "- id: minuter\n", 1),
            "routine_breaks",
        ),
    ],
)
def test_a_text_that_is_no_next_version_is_refused(
    work: Work, change: Callable[[str], str], code: str
) -> None:
    content = routine_versions.in_force(work, LOST).content
    with pytest.raises(Invalid, match=code):
        routine_versions.draft(work, LOST, change(content))


def test_only_a_draft_is_changed_and_only_by_those_who_shape_routines(
    archive: Archive, archivist: Actor, as_role: AsRole
) -> None:
    with archive.write(archivist) as work:
        draft = second(work)
        routine_versions.change(work, draft, draft.content.replace("Saknad akt", "Försvunnen akt", 1))
        first = routine_versions.in_force(work, LOST)
        with pytest.raises(Conflict, match="routine_fixed"):
            routine_versions.change(work, first, draft.content)
    with archive.write(as_role(Role.MANAGER)) as work, pytest.raises(NotPermitted):
        routine_versions.put_in_force(work, routine_versions.get(work, draft.id), DECIDED)


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        (Decision("", TODAY, TODAY), "decided_by_missing"),
        (Decision("Nämnden", TODAY, TODAY + timedelta(days=1)), "in_force_later"),
        (Decision("Nämnden", TODAY, TODAY, revise_by=TODAY), "revise_too_early"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(work: Work, decision: Decision, code: str) -> None:
    draft = second(work)
    with pytest.raises(Invalid, match=code):
        routine_versions.put_in_force(work, draft, decision)


def test_a_discarded_draft_leaves_its_number_behind(work: Work) -> None:
    draft = second(work)
    routine_versions.discard(work, draft)
    assert draft.status is RoutineState.DISCARDED
    with pytest.raises(Invalid, match="routine_other"):
        second(work)


def test_each_confirms_to_have_read_what_is_in_force(
    archive: Archive, archivist: Actor, as_role: AsRole
) -> None:
    reference.refresh(archive)
    worker = as_role(Role.CASE_WORKER)
    with archive.write(worker) as work:
        unread = routine_versions.unread(work)
        assert len(unread) == len(packaged())
        routine_versions.confirm_read(work, unread[0])
        routine_versions.confirm_read(work, unread[0])
        assert routine_versions.unread(work) == unread[1:]
    with archive.write(archivist) as work:
        first = routine_versions.in_force(work, LOST)
        readers = {user.login: read for user, read in routine_versions.readers(work, unread[0])}
        assert readers["case_worker"] is not None
        assert readers["archivist"] is None
        routine_versions.put_in_force(work, second(work), DECIDED)
        assert LOST in {one.name for one in routine_versions.unread(work)}
        with pytest.raises(Conflict):
            routine_versions.confirm_read(work, first)


# The other routines, on the same engine


def _open(work: Work, matter: Matter) -> list[str]:
    return [record.step for record in engine.open_steps(matters.course(work, matter).progress)]


def test_a_deviation_runs_by_its_own_routine(archive: Archive, as_role: AsRole, clock: SetClock) -> None:
    worker, manager = as_role(Role.CASE_WORKER), as_role(Role.MANAGER)
    with archive.write(worker) as work:
        matter = matters.begin(work, routine_contracts.DEVIATION, matters.New("Dörren stod öppen"))
        assert _open(work, matter) == ["report"]
        answers = {
            "what": "Dörren stod öppen",
            "should": "Den ska vara låst",
            "kind": "room",
            "happened_at": clock.now.isoformat(),
            "nearly": "yes",
        }
        matters.complete(work, matter, "report", answers)
        assert "protect" in _open(work, matter)
        with pytest.raises(NotPermitted):
            matters.complete(work, matter, "protect", {})
    with archive.read(manager) as work:
        assert [one.run for one in incident_lists.my_steps(work)][:1] == [matter.stream]
        assert deadlines.of(work, matter.stream)


def test_the_yearly_self_check_is_listed_for_those_who_make_it(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        matter = matters.begin(work, routine_contracts.SELF_CHECK)
        answers: dict[str, Answer] = {
            "year": 2026,
            "people": (f"user:{archivist.user_id}",),
            "seed": "7",
            "sample": 50,
        }
        matters.complete(work, matter, "begin", answers)
        assert len(_open(work, matter)) > 3
        assert [one.id for one in matters.listed(work, routine_contracts.SELF_CHECK)] == [matter.id]
        assert matters.listed(work, routine_contracts.DEVIATION) == []
        assert checks.everything(work) == []


def test_time_moves_a_matter_on_through_the_worker(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        matters.begin(work, routine_contracts.SELF_CHECK)
    assert incident_sweep.sweep(archive) == 0


def test_a_matter_is_closed_when_its_routine_is_at_its_end(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        matter = matters.begin(work, routine_contracts.DEVIATION)
        assert matter.status is MatterState.OPEN
    for _ in range(40):
        with archive.write(operator("tests")) as work:
            matter = matters.get(work, matter.id)
            waiting = _open(work, matter)
            if not waiting:
                break
            step = waiting[0]
            matters.complete(work, matter, step, matter_answers(work, matter, step))
        clock.forward(days=30)
        incident_sweep.sweep(archive)
    with archive.read(archivist) as work:
        assert matters.get(work, matter.id).status is MatterState.CLOSED
        assert not [one for one in deadlines.of(work, matter.stream) if one.open]


def test_a_matter_nobody_named_you_in_is_not_there(
    archive: Archive, archivist: Actor, as_role: AsRole
) -> None:
    with archive.write(archivist) as work:
        matter = matters.begin(work, routine_contracts.DEVIATION)
    with archive.read(as_role(Role.CASE_WORKER)) as work, pytest.raises(NotFound):
        matters.get(work, matter.id)
