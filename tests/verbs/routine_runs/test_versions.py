"""Versions of the routines: drafted, put in force with a decision, read by staff; what runs keeps its own."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from archive import reference_data
from archive.incidents import nightly as incidents_nightly
from archive.incidents import reporting, worklist
from archive.incidents.reporting import MissReport
from archive.integrity import checks
from archive.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from archive.kernel.store import Actor, Archive, Work, operator
from archive.models import Matter, RoutineVersion
from archive.notifications import deadlines
from archive.quality import cases, nightly
from archive.routine_runs import contracts, versions
from archive.routine_runs.versions import Decision
from archive.timetable import TIMETABLE
from archive.vocabulary import MatterState, Role, RoutineState
from routines import engine
from routines.conditions import Answer
from routines.definition import packaged
from tests.builders import SetClock
from tests.tampering import intruding
from tests.verbs.incidents.incident_play import matter_answers

AsRole = Callable[[Role], Actor]
LOST = contracts.SUSPECTED_LOST
TODAY = date(2026, 11, 23)
DECIDED = Decision("Socialnämnden", TODAY - timedelta(days=3), TODAY, "SN-2026/90", date(2028, 1, 1))


def next_version(content: str) -> str:
    """Give a text the number of the next version."""
    return content.replace("version: 2", "version: 3", 1)


def second(work: Work) -> RoutineVersion:
    """Draft the next version of the routine for lost files: another word in its title."""
    content = versions.in_force(work, LOST).content
    content = content.replace("version: 2", "version: 3", 1).replace(
        "Misstänkt förlorad akt", "Saknad akt", 1
    )
    return versions.draft(work, LOST, content)


def test_the_upgrade_puts_what_ships_with_us_in_force_and_doing_it_again_changes_nothing(
    archive: Archive, archivist: Actor
) -> None:
    for _ in range(2):
        reference_data.refresh(archive)
    with archive.read(archivist) as work:
        found = versions.versions(work)
        assert {one.name for one in found} == {one.name for one in packaged()}
        assert {one.status for one in found} == {RoutineState.IN_FORCE}
        assert checks.everything(work) == []


def test_the_check_names_a_routine_with_two_versions_in_force(archive: Archive, archivist: Actor) -> None:
    reference_data.refresh(archive)
    with archive.write(archivist) as work:
        first = versions.in_force(work, LOST).id
        second(work)
    with intruding(archive.settings) as intruder:
        intruder.run("DROP INDEX one_version_in_force")
        intruder.run("UPDATE routine_version SET status = 'in_force'")
    with archive.read(archivist) as work:
        found = {(finding.rule, finding.subject) for finding in checks.everything(work)}
    assert ("routine.force", f"routine:{first}") in found


def test_every_packaged_routine_keeps_what_the_program_acts_on(work: Work) -> None:
    for name in {one.name for one in packaged()}:
        routine = versions.routine_of(versions.in_force(work, name))
        assert list(contracts.broken(routine, name)) == []


def test_a_draft_shows_its_difference_and_takes_the_place_of_the_version_in_force(work: Work) -> None:
    first, draft = versions.in_force(work, LOST), second(work)
    assert ("Misstänkt förlorad akt", "Saknad akt") in [
        (change.old, change.new) for change in versions.changes(work, draft)
    ]
    assert versions.in_force(work, LOST) is first
    versions.put_in_force(work, draft, DECIDED)
    assert (first.status, draft.status) == (RoutineState.REPLACED, RoutineState.IN_FORCE)
    assert (draft.decided_by, draft.diary_number, draft.revise_by) == (
        "Socialnämnden",
        "SN-2026/90",
        date(2028, 1, 1),
    )
    assert checks.everything(work) == []


def test_an_incident_goes_on_by_the_version_it_began_with(work: Work) -> None:
    before = reporting.report(work, MissReport(description="En pärm", protected=False))
    versions.put_in_force(work, second(work), DECIDED)
    after = reporting.report(work, MissReport(description="En pärm till", protected=False))
    titles = [reporting.report_data(work, one).routine.sv for one in (before, after)]
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
    content = versions.in_force(work, LOST).content
    with pytest.raises(Invalid, match=code):
        versions.draft(work, LOST, change(content))


def test_only_a_draft_is_changed_and_only_by_those_who_shape_routines(
    archive: Archive, archivist: Actor, as_role: AsRole
) -> None:
    with archive.write(archivist) as work:
        draft = second(work)
        versions.change(work, draft, draft.content.replace("Saknad akt", "Försvunnen akt", 1))
        first = versions.in_force(work, LOST)
        with pytest.raises(Conflict, match="routine_fixed"):
            versions.change(work, first, draft.content)
    with archive.write(as_role(Role.MANAGER)) as work, pytest.raises(NotPermitted):
        versions.put_in_force(work, versions.get(work, draft.id), DECIDED)


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
        versions.put_in_force(work, draft, decision)


def test_a_discarded_draft_leaves_its_number_behind(work: Work) -> None:
    draft = second(work)
    versions.discard(work, draft)
    assert draft.status is RoutineState.DISCARDED
    with pytest.raises(Invalid, match="routine_other"):
        second(work)


def test_each_confirms_to_have_read_what_is_in_force(
    archive: Archive, archivist: Actor, as_role: AsRole
) -> None:
    reference_data.refresh(archive)
    worker = as_role(Role.CASE_WORKER)
    with archive.write(worker) as work:
        unread = versions.unread(work)
        assert len(unread) == len(packaged())
        versions.confirm_read(work, unread[0])
        versions.confirm_read(work, unread[0])
        assert versions.unread(work) == unread[1:]
    with archive.write(archivist) as work:
        first = versions.in_force(work, LOST)
        readers = {user.login: read for user, read in versions.readers(work, unread[0])}
        assert readers["case_worker"] is not None
        assert readers["archivist"] is None
        versions.put_in_force(work, second(work), DECIDED)
        assert LOST in {one.name for one in versions.unread(work)}
        with pytest.raises(Conflict):
            versions.confirm_read(work, first)


# The other routines, on the same engine


def _open(work: Work, matter: Matter) -> list[str]:
    return [record.step for record in engine.open_steps(cases.course(work, matter).progress)]


def test_a_deviation_runs_by_its_own_routine(archive: Archive, as_role: AsRole, clock: SetClock) -> None:
    worker, manager = as_role(Role.CASE_WORKER), as_role(Role.MANAGER)
    with archive.write(worker) as work:
        matter = cases.begin(work, contracts.DEVIATION, cases.New("Dörren stod öppen"))
        assert _open(work, matter) == ["report"]
        answers = {
            "what": "Dörren stod öppen",
            "should": "Den ska vara låst",
            "kind": "room",
            "happened_at": clock.now.isoformat(),
            "nearly": "yes",
        }
        cases.complete(work, matter, "report", answers)
        assert "protect" in _open(work, matter)
        with pytest.raises(NotPermitted):
            cases.complete(work, matter, "protect", {})
    with archive.read(manager) as work:
        assert [one.run for one in worklist.my_steps(work)][:1] == [matter.stream]
        assert deadlines.for_streams(work, matter.stream)


def test_the_yearly_self_check_is_listed_for_those_who_make_it(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        matter = cases.begin(work, contracts.SELF_CHECK)
        answers: dict[str, Answer] = {
            "year": 2026,
            "people": (f"user:{archivist.user_id}",),
            "seed": "7",
            "sample": 50,
        }
        cases.complete(work, matter, "begin", answers)
        assert len(_open(work, matter)) > 3
        assert [one.id for one in cases.listed(work, contracts.SELF_CHECK)] == [matter.id]
        assert cases.listed(work, contracts.DEVIATION) == []
        assert checks.everything(work) == []


def test_time_moves_a_matter_on_through_the_worker(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        cases.begin(work, contracts.SELF_CHECK)
    assert nightly.sweep(archive) == 0


def test_the_worker_moves_on_incidents_and_matters(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    swept = []
    monkeypatch.setattr(incidents_nightly, "sweep", lambda one: swept.append(("incidents", one)))
    monkeypatch.setattr(nightly, "sweep", lambda one: swept.append(("matters", one)))
    next(one for one in TIMETABLE if one.name == incidents_nightly.ROUTINE).run(archive)
    assert swept == [("incidents", archive), ("matters", archive)]


def test_a_matter_is_closed_when_its_routine_is_at_its_end(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        matter = cases.begin(work, contracts.DEVIATION)
        assert matter.status is MatterState.OPEN
    for _ in range(40):
        with archive.write(operator("tests")) as work:
            matter = cases.get(work, matter.id)
            waiting = _open(work, matter)
            if not waiting:
                break
            step = waiting[0]
            cases.complete(work, matter, step, matter_answers(work, matter, step))
        clock.forward(days=30)
        nightly.sweep(archive)
    with archive.read(archivist) as work:
        assert cases.get(work, matter.id).status is MatterState.CLOSED
        assert not [one for one in deadlines.for_streams(work, matter.stream) if one.open]


def test_a_matter_nobody_named_you_in_is_not_there(
    archive: Archive, archivist: Actor, as_role: AsRole
) -> None:
    with archive.write(archivist) as work:
        matter = cases.begin(work, contracts.DEVIATION)
    with archive.read(as_role(Role.CASE_WORKER)) as work, pytest.raises(NotFound):
        cases.get(work, matter.id)
