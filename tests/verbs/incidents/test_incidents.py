"""A miss becomes a case at once; its moments stay apart, clocks run, each outcome has its conditions."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive.files import files, wanted
from archive.history import private_data
from archive.incidents import access, nightly, reporting, steps
from archive.incidents import outcomes as incident_outcomes
from archive.incidents.reporting import MissReport, StatedFind
from archive.integrity import checks
from archive.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from archive.kernel.store import Actor, Archive, Work, operator
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import Event, Incident, Loan, Message, Place
from archive.notifications import deadlines
from archive.people import file_links, people
from archive.scanning import scans
from archive.search import searches
from archive.search.searches import Searched
from archive.vocabulary import (
    Custody,
    EventKind,
    FoundState,
    FoundWhere,
    IncidentOutcome,
    IncidentState,
    LoanPurpose,
    LoanState,
    MessageKind,
    Missed,
    Occasion,
    OthersRead,
    PersonRole,
    Protection,
    Role,
    SearchResult,
)
from routines import engine
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf, asides
from tests.remembering import remembering
from tests.tampering import intruding
from tests.verbs.incidents.incident_play import Play, a_colleague, a_unit

AsRole = Callable[[Role], Actor]
UNIT = "Barn och familj"


@pytest.fixture
@remembering
def shelved(archive: Archive, archivist: Actor) -> list[int]:
    """Give three files in a box."""
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work))
        unit = a_unit(work, UNIT)
        made = [a_file(work, box) for _ in range(3)]
        for file in made:
            file.unit_id = unit
        return [file.id for file in made]


@remembering
def report(archive: Archive, actor: Actor, **said: object) -> int:
    """Report a miss and return the number of its incident."""
    with archive.write(actor) as work:
        return reporting.report(work, MissReport(**said)).id  # type: ignore[arg-type]


def due(work: Work, number: int, step: str) -> datetime:
    """Return when the step of an incident is due by its clock."""
    return {one.key: one.due_at for one in deadlines.for_streams(work, f"incident:{number}")}[f"{step} 1"]


# Reporting


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ADMINISTRATOR, Role.AUDITOR}])
def test_everyone_but_administrator_and_auditor_can_report_a_miss(
    archive: Archive, as_role: AsRole, role: Role
) -> None:
    with archive.write(as_role(role)) as work:
        incident = reporting.report(work, MissReport(description="En blå pärm", protected=False))
        assert reporting.get(work, incident.id).status is IncidentState.SUSPECTED


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_an_administrator_or_auditor_cannot_report_a_miss(
    archive: Archive, as_role: AsRole, role: Role
) -> None:
    with archive.write(as_role(role)) as work, pytest.raises(NotPermitted):
        reporting.report(work, MissReport(description="En blå pärm"))


def test_a_new_incident_has_an_owner_a_clock_and_a_next_step(
    archive: Archive, archivist: Actor, as_role: AsRole, shelved: list[int]
) -> None:
    number = report(archive, as_role(Role.CASE_WORKER), file_ids=(shelved[0],))
    with archive.read(archivist) as work:
        incident = reporting.get(work, number)
        assert incident.owner_id == archivist.user_id
        assert [one for one in deadlines.for_streams(work, incident.stream) if one.open]
        assert engine.open_steps(steps.course(work, incident).progress)
        assert incident.unit_id is not None


def test_a_second_report_of_the_same_file_meets_the_incident_it_has(
    archive: Archive, archivist: Actor, as_role: AsRole, shelved: list[int]
) -> None:
    number = report(archive, archivist, file_ids=(shelved[0],))
    worker = as_role(Role.CASE_WORKER)
    again = report(archive, worker, file_ids=(shelved[0],), waiting="Klienten", purpose="Utdrag")
    assert again == number
    with archive.read(archivist) as work:
        incident = reporting.get(work, number)
        assert incident.somebody_waits
        assert len(reporting.items(work, incident)) == 1


# Whom a file named in an incident is about, and when the register learnt of the protection.
@pytest.mark.parametrize("concerns", ["nobody protected", "a protected person", "one protected since"])
@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ADMINISTRATOR, Role.AUDITOR}])
def test_who_reports_what_is_looked_for_already_may_open_that_incident_only_if_they_might_before(
    archive: Archive, archivist: Actor, role: Role, concerns: str
) -> None:
    with archive.write(archivist) as work:
        box, somebody = a_box(work, a_shelf(work)), a_person(work)
        files = [a_file(work, box, somebody).id, a_file(work, box, a_person(work)).id]
        if concerns == "a protected person":
            people.protect(work, somebody, Protection.MARKED, "Skatteverket")
    number = report(archive, archivist, file_ids=tuple(files))
    actor = a_colleague(archive, "ny", role)
    if concerns == "one protected since":
        with archive.write(archivist) as work:
            people.protect(work, people.get(work, somebody.id), Protection.MARKED, "Skatteverket")
    before = sees(archive, actor, number)
    for file in reversed(files):
        assert report(archive, actor, file_ids=(file,), waiting="Klienten") == number
        assert sees(archive, actor, number) is before


def sees(archive: Archive, actor: Actor, number: int) -> bool:
    """Tell whether somebody may open an incident."""
    with archive.read(actor) as work:
        return access.may_see(work, work.session.get_one(Incident, number))


def test_who_reported_the_same_file_before_it_was_protected_does_not_open_the_incident_after(
    archive: Archive, archivist: Actor
) -> None:
    jonas = a_colleague(archive, "jonas", Role.CASE_WORKER)
    with archive.write(archivist) as work:
        person = a_person(work)
        file = a_file(work, a_box(work, a_shelf(work)), person)
    number = report(archive, archivist, file_ids=(file.id,))
    report(archive, jonas, file_ids=(file.id,))
    with archive.write(archivist) as work:
        people.protect(work, people.get(work, person.id), Protection.MARKED, "Skatteverket")
    assert sees(archive, archivist, number)
    assert not sees(archive, jonas, number)


def test_of_several_files_one_of_which_is_missed_already_the_others_get_an_incident_of_their_own(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    first = report(archive, archivist, file_ids=(shelved[0],))
    second = report(archive, archivist, file_ids=tuple(shelved), handed_on=False)
    assert second != first
    with archive.read(archivist) as work:
        found = wanted.by_file(work, shelved)
        assert [found[file].incident_id for file in shelved] == [first, second, second]


def test_a_request_for_a_file_declared_lost_meets_the_closed_case_that_says_so(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    number = report(archive, archivist, file_ids=(shelved[0],))
    with archive.write(archivist) as work:
        give_up(work, number)
    assert report(archive, archivist, file_ids=(shelved[0],)) == number


def give_up(work: Work, number: int) -> None:
    """Declare everything in an incident lost, past the routine."""
    done = Work(work.connection, operator("tests"), work.now, work.mac_key)
    incident = done.session.get_one(Incident, number)
    items = reporting.items(done, incident)
    incident_outcomes.declare_lost(done, incident, items, "test")
    incident_outcomes.settle(done, incident, items)
    done.flush()
    work.session.expire_all()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "miss_empty"),
        ({"description": "x", "missed_at": datetime(2027, 1, 1, tzinfo=UTC)}, "moment_in_future"),
        (
            {
                "description": "x",
                "missed_at": datetime(2026, 11, 20, tzinfo=UTC),
                "suspected_at": datetime(2026, 11, 19, tzinfo=UTC),
            },
            "suspected_before_missed",
        ),
        ({"description": "x", "pieces": 0}, "pieces_wrong"),
        ({"description": "x" * 4001}, "text_long"),
        ({"description": "x", "diary_number": "1" * 61}, "text_long"),
    ],
)
def test_a_report_that_cannot_be_is_refused(work: Work, said: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid, match=code):
        reporting.report(work, MissReport(**said))  # type: ignore[arg-type]


def test_what_is_not_registered_is_described_and_counts_as_protected_until_somebody_knows(work: Work) -> None:
    incident = reporting.report(work, MissReport(description="Akt på Lisa Testsson, 2004"))
    assert (incident.what, incident.protected) == (Missed.UNREGISTERED, True)
    (item,) = reporting.items(work, incident)
    assert private_data.by_event(work, [item.told_event])[item.told_event or 0]["description"].startswith(
        "Akt på Lisa"
    )


def test_no_free_text_of_a_report_stands_in_a_body_or_a_column(work: Work) -> None:
    words = {"description": "Ordet1", "purpose": "Ordet2", "waiting": "Ordet3", "circumstances": "Ordet4"}
    incident = reporting.report(work, MissReport(**words))  # type: ignore[arg-type]
    bodies = " ".join(work.session.scalars(select(col(Event.body))))
    row = repr({name: getattr(incident, name) for name in Incident.model_fields})
    assert not [word for word in words.values() if word in bodies or word in row]
    assert [word for word in words.values() if word in asides(work)] == [*words.values()]


def test_a_report_of_a_void_file_is_one_of_the_file_that_is_the_right_one(work: Work) -> None:
    box = a_box(work, a_shelf(work))
    wrong, right = a_file(work, box), a_file(work, box)
    files.void(work, wrong, right)
    incident = reporting.report(work, MissReport(file_ids=(wrong.id,)))
    assert [item.file_id for item in reporting.items(work, incident)] == [right.id]


def test_two_who_report_the_same_file_at_once_share_one_incident(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    report(archive, archivist, file_ids=(shelved[2],))  # the routine is in place
    start = threading.Barrier(4)

    def miss(_number: int) -> int:
        start.wait()
        return report(archive, archivist, file_ids=(shelved[0],))

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(miss, range(4)))) == 1
    with archive.read(archivist) as work:
        assert checks.everything(work) == []


# The three moments and the clocks


def test_the_clock_of_the_authority_counts_from_the_earliest_plausible_moment(
    archive: Archive, archivist: Actor, clock: SetClock, shelved: list[int]
) -> None:
    missed_at = clock.now - timedelta(days=1)
    number = report(archive, archivist, file_ids=(shelved[0],), missed_at=missed_at)
    with archive.read(archivist) as work:
        incident = reporting.get(work, number)
        assert (incident.missed_at, incident.suspected_at, incident.aware_at) == (missed_at, clock.now, None)
        assert due(work, number, "decide_notification") == missed_at + timedelta(hours=48)


def test_only_a_named_decision_with_a_reason_moves_the_moment_of_awareness_and_the_others_stay(
    archive: Archive, archivist: Actor, clock: SetClock, shelved: list[int]
) -> None:
    manager = a_colleague(archive, "chefen", Role.MANAGER, unit=UNIT)
    missed_at = clock.now - timedelta(days=2)
    number = report(archive, archivist, file_ids=(shelved[0],), missed_at=missed_at)
    with archive.write(archivist) as work, pytest.raises(NotPermitted):
        reporting.decide_aware(work, reporting.get(work, number), clock.now, "Skäl", "Råd")
    with archive.write(manager) as work, pytest.raises(Invalid):
        reporting.decide_aware(work, reporting.get(work, number), clock.now, " ", "Råd")
    with archive.write(manager) as work:
        incident = reporting.get(work, number)
        before = incident.suspected_at
        reporting.decide_aware(work, incident, clock.now, "Akten verkade vara utlånad", "Går an")
        assert (incident.aware_at, incident.aware_by) == (clock.now, f"user:{manager.user_id}")
        assert (incident.missed_at, incident.suspected_at) == (missed_at, before)
        assert due(work, number, "decide_notification") == clock.now + timedelta(hours=48)
        report_ = reporting.report_data(work, incident)
        told = [line for line in report_.timeline if line.kind.sv == "kännedom fastställd"]
        assert [line.aside for line in told] == ["Akten verkade vara utlånad"]


def test_nobody_was_aware_before_it_was_missed(
    archive: Archive, archivist: Actor, clock: SetClock, shelved: list[int]
) -> None:
    manager = a_colleague(archive, "chefen", Role.MANAGER, unit=UNIT)
    number = report(archive, archivist, file_ids=(shelved[0],))
    long_ago = clock.now - timedelta(days=9)
    with archive.write(manager) as work, pytest.raises(Invalid, match="aware_before_missed"):
        reporting.decide_aware(work, reporting.get(work, number), long_ago, "Skäl", "Råd")


def test_the_data_protection_officer_advises_and_decides_nothing(
    archive: Archive, archivist: Actor, as_role: AsRole, shelved: list[int]
) -> None:
    officer = as_role(Role.DATA_PROTECTION_OFFICER)
    play = Play(archive, report(archive, archivist, file_ids=(shelved[0],)))
    play.do(archivist, "tell_dpo")
    play.do(officer, "dpo_advice")
    for step in ("decide_notification", "screen_risk", "first_search"):
        with pytest.raises(NotPermitted):
            play.do(officer, step)
    with archive.write(officer) as work, pytest.raises(NotPermitted):
        reporting.decide_aware(work, reporting.get(work, play.number), work.now, "Skäl", "Råd")


def test_a_reminder_and_an_escalation_of_a_step_go_to_its_people_and_then_the_manager(
    archive: Archive, archivist: Actor, as_role: AsRole, clock: SetClock, shelved: list[int]
) -> None:
    registrar = as_role(Role.REGISTRAR)
    number = report(archive, archivist, file_ids=(shelved[0],))
    clock.forward(days=3)
    deadlines.sweep(archive)
    with archive.read(archivist) as work:
        told = work.session.scalars(
            select(Message).where(
                col(Message.about) == f"incident:{number}", col(Message.key).startswith("diary")
            )
        ).all()
        assert {(one.kind, one.user_id) for one in told} == {
            (MessageKind.DEADLINE_PASSED, registrar.user_id),
            (MessageKind.DEADLINE_ESCALATED, archivist.user_id),
        }


def test_a_step_done_in_time_meets_its_clock_and_one_not_needed_withdraws_it(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    play = Play(archive, report(archive, archivist, file_ids=(shelved[0],)))
    play.do(archivist, "tell_dpo")
    with archive.write(archivist) as work:
        incident = reporting.get(work, play.number)
        reporting.not_needed(work, incident, "case_systems", "Akten är äldre än systemet")
        clocks = {one.key: one for one in deadlines.for_streams(work, incident.stream)}
        assert clocks["tell_dpo 1"].met_at is not None
        assert clocks["case_systems 1"].withdrawn_at is not None


def test_a_new_owner_is_told_and_gets_the_clocks(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    other = a_colleague(archive, "berit", Role.ARCHIVIST)
    number = report(archive, archivist, file_ids=(shelved[0],))
    with archive.write(archivist) as work:
        incident = reporting.get(work, number)
        reporting.hand_over(work, incident, other.user_id or 0)
        owners = {one.key: one.owner_id for one in deadlines.for_streams(work, incident.stream)}
        assert owners["tell_dpo 1"] == other.user_id
        assert owners["lex_sarah_report 1"] == archivist.user_id  # whoever reported it answers for that
        told = select(Message).where(col(Message.kind) == MessageKind.INCIDENT_YOURS)
        assert [one.user_id for one in work.session.scalars(told)] == [other.user_id]


def test_an_old_loss_entered_afterwards_keeps_its_moments_and_number_and_starts_no_clock(
    archive: Archive, archivist: Actor, clock: SetClock, shelved: list[int]
) -> None:
    then = datetime(2024, 3, 4, 9, tzinfo=UTC)
    said = {"missed_at": then, "suspected_at": then + timedelta(days=3), "diary_number": "SN-2024/31"}
    number = report(archive, archivist, file_ids=(shelved[0],), entered_afterwards=True, **said)
    with archive.read(archivist) as work:
        incident = reporting.get(work, number)
        assert (incident.missed_at, incident.diary_number) == (then, "SN-2024/31")
        assert incident.reported_at == clock.now
        assert deadlines.for_streams(work, incident.stream) == []
        told = reporting.report_data(work, incident).of_track("people")
        assert told
        assert not any(step.due_at or step.late for step in told)


# Who may know


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.ARCHIVIST, True),
        (Role.ASSISTANT, True),
        (Role.ROOM_KEEPER, True),
        (Role.MANAGER, True),
        (Role.AUDITOR, True),
        (Role.CITY_ARCHIVE, True),
        (Role.CASE_WORKER, False),
        (Role.ADMINISTRATOR, False),
    ],
)
def test_those_who_work_with_incidents_see_one_that_concerns_nobody_protected(
    archive: Archive, archivist: Actor, as_role: AsRole, shelved: list[int], role: Role, sees: bool
) -> None:
    number = report(archive, archivist, file_ids=(shelved[0],))
    with archive.read(as_role(role)) as work:
        if sees:
            reporting.get(work, number)
        else:
            with pytest.raises(NotFound):
                reporting.get(work, number)


def test_an_incident_is_hidden_as_soon_as_somebody_in_its_file_becomes_protected(
    archive: Archive, archivist: Actor, as_role: AsRole
) -> None:
    with archive.write(archivist) as work:
        person = a_person(work)
        file = a_file(work, a_box(work, a_shelf(work)), person)
    number = report(archive, archivist, file_ids=(file.id,))
    with archive.read(as_role(Role.ASSISTANT)) as work:
        reporting.get(work, number)
    with archive.write(archivist) as work:
        people.protect(work, people.get(work, person.id), Protection.MARKED, "Skatteverket")
    with archive.read(as_role(Role.ASSISTANT)) as work, pytest.raises(NotFound):
        reporting.get(work, number)


def test_who_was_let_in_before_somebody_was_protected_has_to_be_let_in_anew(
    archive: Archive, archivist: Actor
) -> None:
    helper = a_colleague(archive, "hjalpare", Role.CASE_WORKER)
    with archive.write(archivist) as work:
        person = a_person(work)
        file = a_file(work, a_box(work, a_shelf(work)), person)
    number = report(archive, archivist, file_ids=(file.id,))

    def let_in() -> bool:
        with archive.write(archivist) as work:
            reporting.let_in(work, reporting.get(work, number), helper.user_id or 0, "Söker i rum 3")
        return sees(archive, helper, number)

    assert let_in()
    with archive.write(archivist) as work:
        people.protect(work, people.get(work, person.id), Protection.MARKED, "Skatteverket")
    assert not sees(archive, helper, number)
    assert let_in()
    with archive.read(archivist) as work:
        let = select(col(Event.id)).where(col(Event.kind) == EventKind.INCIDENT_READER_ADDED.value)
        assert len(work.session.scalars(let).all()) == 2


@pytest.mark.parametrize("how", ["marked", "linked", "masked"])
def test_who_was_let_in_has_to_be_let_in_anew_whenever_somebody_further_is_protected(
    archive: Archive, archivist: Actor, how: str
) -> None:
    helper = a_colleague(archive, "hjalpare", Role.CASE_WORKER)
    with archive.write(archivist) as work:
        first, second, known = (
            a_person(work, "Ek"),
            a_person(work, "Al"),
            a_person(work, "Lind", protection=Protection.MARKED),
        )
        box = a_box(work, a_shelf(work))
        files_ = [a_file(work, box, first), a_file(work, box, second), a_file(work, box)]
    number = report(archive, archivist, file_ids=tuple(file.id for file in files_))

    def let_in() -> bool:
        with archive.write(archivist) as work:
            reporting.let_in(work, reporting.get(work, number), helper.user_id or 0, "Söker i rum 3")
        return sees(archive, helper, number)

    with archive.write(archivist) as work:
        people.protect(work, people.get(work, first.id), Protection.UNKNOWN, "Skatteverket")
    assert let_in()
    with archive.write(archivist) as work:  # of somebody known to be protected, more is said
        people.protect(work, people.get(work, first.id), Protection.MARKED, "Skatteverket")
    assert sees(archive, helper, number)
    with archive.write(archivist) as work:
        if how == "marked":
            people.protect(work, people.get(work, second.id), Protection.MARKED, "Skatteverket")
        elif how == "linked":
            file = files.get(work, files_[1].id)
            file_links.link(work, file, people.get(work, known.id), PersonRole.PARENT)
        else:
            file_links.mask(work, files.get(work, files_[2].id))
    assert not sees(archive, helper, number)
    assert let_in()


def test_somebody_let_in_by_name_sees_the_incident_of_a_protected_person(
    archive: Archive, archivist: Actor, as_role: AsRole
) -> None:
    number = report(archive, archivist, description="Akt om någon")
    helper = as_role(Role.ASSISTANT)
    with archive.write(archivist) as work:
        incident = reporting.get(work, number)
        with pytest.raises(Invalid):
            reporting.let_in(work, incident, helper.user_id or 0, " ")
        reporting.let_in(work, incident, helper.user_id or 0, "Söker i rum 3")
    with archive.read(helper) as work:
        assert reporting.get(work, number).protected


# Searches and outcomes


def test_a_search_counts_its_searcher_and_not_whoever_writes_it_down(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    anna, berit = (a_colleague(archive, name, Role.ASSISTANT) for name in ("anna", "berit"))
    number = report(archive, archivist, file_ids=(shelved[0],))
    with archive.write(archivist) as work:
        incident = reporting.get(work, number)
        place = files.get(work, shelved[0]).place_id
        for who in (anna, anna, berit):
            said = Searched(SearchResult.NOT_FOUND, f"read:{place}", by=who.user_id, minutes=4, remark="Tom")
            searches.record(work, incident, said)
        searches.record(work, incident, Searched(SearchResult.NOT_SEARCHED, remark="Låst"))
        facts = steps.course(work, incident).progress.facts
        assert facts["searchers"] == 2
        assert [one.place_id for one in searches.for_incident(work, incident)][:3] == [place] * 3


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Searched(SearchResult.NOT_FOUND, "vad som helst"), "lead_unknown"),
        (Searched(SearchResult.NOT_FOUND, "read:99999"), "lead_unknown"),
        (Searched(SearchResult.NOT_FOUND, by=99999), "searcher_unknown"),
        (Searched(SearchResult.NOT_FOUND, minutes=-1), "minutes_wrong"),
        (Searched(SearchResult.NOT_FOUND, at=datetime(2027, 1, 1, tzinfo=UTC)), "moment_in_future"),
    ],
)
def test_a_search_that_cannot_be_is_refused(
    archive: Archive, archivist: Actor, shelved: list[int], said: Searched, code: str
) -> None:
    number = report(archive, archivist, file_ids=(shelved[0],))
    with archive.write(archivist) as work, pytest.raises(Invalid, match=code):
        searches.record(work, reporting.get(work, number), said)


def sought_by_three(archive: Archive, archivist: Actor, manager: Actor, number: int) -> Play:
    """Let three search in vain, with all that comes before a decision."""
    play = Play(archive, number, {"owner": archivist, "manager": manager})
    play.do(archivist, "record_checks")
    play.do(manager, "decide_notification", notify="no")
    for login, step in (("anna", "first_search"), ("berit", "second_search"), ("cilla", "wide_search")):
        who = a_colleague(archive, login, Role.ASSISTANT)
        more = {"go_on": "no"} if step == "wide_search" else {}
        play.do(who, step, result="nothing", searched_by=f"user:{who.user_id}", **more)
    return play


def declare_lost(archive: Archive, actor: Actor, number: int, *others: Actor) -> None:
    """Declare what an incident is about lost."""
    with archive.write(actor) as work:
        incident = reporting.get(work, number)
        ids = [item.id for item in reporting.items(work, incident)]
        reporting.declare_lost(work, incident, ids, "Skäl", "Beslut", [one.user_id or 0 for one in others])


def test_nothing_is_declared_lost_before_three_different_persons_have_searched(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    manager = a_colleague(archive, "chefen", Role.MANAGER, unit=UNIT)
    delegate = a_colleague(archive, "delegaten", Role.DELEGATE)
    play = Play(archive, report(archive, archivist, file_ids=(shelved[0],)))
    anna = a_colleague(archive, "anna", Role.ASSISTANT)
    play.do(archivist, "record_checks")
    play.do(manager, "decide_notification", notify="no")
    play.do(archivist, "first_search", result="nothing", searched_by=f"user:{archivist.user_id}")
    play.do(anna, "second_search", result="nothing", searched_by=f"user:{anna.user_id}")
    play.do(anna, "wide_search", result="nothing", go_on="no", searched_by=f"user:{anna.user_id}")
    with pytest.raises(Invalid):
        declare_lost(archive, delegate, play.number)
    with archive.read(archivist) as work:
        assert files.get(work, shelved[0]).status is Custody.ON_PLACE


def test_the_head_of_the_losing_unit_cannot_decide_alone_though_a_delegate_too(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    head = a_colleague(archive, "chefen", Role.MANAGER, Role.DELEGATE, unit=UNIT)
    other = a_colleague(archive, "direktören", Role.DELEGATE, unit="Ledningen")
    number = report(archive, archivist, file_ids=(shelved[0],))
    sought_by_three(archive, archivist, head, number)
    with pytest.raises(Invalid):
        declare_lost(archive, head, number)
    declare_lost(archive, head, number, other)
    with archive.read(archivist) as work:
        assert files.get(work, shelved[0]).status is Custody.LOST


def test_only_the_delegate_declares_anything_lost(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    manager = a_colleague(archive, "chefen", Role.MANAGER, unit=UNIT)
    number = report(archive, archivist, file_ids=(shelved[0],))
    sought_by_three(archive, archivist, manager, number)
    for actor in (archivist, manager):
        with pytest.raises(NotPermitted):
            declare_lost(archive, actor, number)


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("UPDATE incident_file SET file_id = :file", "incident.one"),
        ("UPDATE case_file SET status = 'disposed' WHERE id = :file", "incident.wanted"),
    ],
)
def test_the_check_names_a_file_missed_twice_and_one_that_is_wanted_though_gone(
    archive: Archive, archivist: Actor, shelved: list[int], sql: str, rule: str
) -> None:
    for file in shelved[:2]:
        report(archive, archivist, file_ids=(file,))
    with intruding(archive.settings) as intruder:
        intruder.run("DROP INDEX one_open_incident_per_file")
        intruder.run(sql, file=shelved[0])
    with archive.read(archivist) as work:
        found = {(finding.rule, finding.subject) for finding in checks.everything(work)}
    assert (rule, f"file:{shelved[0]}") in found


def test_only_the_delegate_gives_up_what_is_in_no_register(archive: Archive, archivist: Actor) -> None:
    number = report(archive, archivist, description="En blå pärm")
    with archive.write(archivist) as work:
        incident = reporting.get(work, number)
        items = reporting.items(work, incident)
        with pytest.raises(NotPermitted):
            incident_outcomes.declare_lost(work, incident, items, "test")
        assert [item.open for item in items] == [True]
        give_up(work, number)
    with archive.read(archivist) as work:
        outcomes = [item.outcome for item in reporting.items(work, reporting.get(work, number))]
        assert outcomes == [IncidentOutcome.DECLARED_LOST]


def test_a_file_lost_on_loan_ends_its_loan(archive: Archive, archivist: Actor, shelved: list[int]) -> None:
    with archive.write(archivist) as work:
        due_on = work.now.date() + timedelta(days=7)
        file = files.get(work, shelved[0])
        loan = loans.hand_out(work, file, Request("Bo Borg", LoanPurpose.CASE_WORK, due_on))
    number = report(archive, archivist, file_ids=(shelved[0],), occasion=Occasion.RETURN)
    with archive.write(archivist) as work:
        give_up(work, number)
        assert work.session.get_one(Loan, loan.id).status is LoanState.LOST
        assert files.get(work, shelved[0]).status is Custody.LOST
        assert checks.everything(work) == []


@pytest.mark.parametrize("lent", [False, True])
def test_a_loss_taken_back_is_none_in_the_register_and_can_be_declared_again(
    archive: Archive, archivist: Actor, clock: SetClock, shelved: list[int], lent: bool
) -> None:
    with archive.write(archivist) as work:
        file = files.get(work, shelved[0])
        due_on = work.now.date() + timedelta(days=7)
        loan = loans.hand_out(work, file, Request("Bo Borg", LoanPurpose.CASE_WORK, due_on)) if lent else None
        before, place = file.status, file.place_id
    number = report(archive, archivist, file_ids=(shelved[0],))
    for _ in range(2):
        with archive.write(archivist) as work:
            give_up(work, number)
            assert files.get(work, shelved[0]).status is Custody.LOST
        clock.forward(hours=1)
        with archive.write(archivist) as work:
            reporting.reopen(work, reporting.get(work, number), [], "Den är inte förlorad")
            file = files.get(work, shelved[0])
            assert (file.status, file.place_id) == (before, place)
            assert loan is None or work.session.get_one(Loan, loan.id).status is LoanState.OUT
            told = reporting.report_data(work, reporting.get(work, number)).custody
            assert "Eftersöks igen: inte längre konstaterad förlorad" in repr(told)
            assert checks.everything(work) == []


def test_a_find_before_the_miss_is_refused(archive: Archive, archivist: Actor, shelved: list[int]) -> None:
    number = report(archive, archivist, file_ids=(shelved[0],))
    with archive.write(archivist) as work:
        incident = reporting.get(work, number)
        (item,) = reporting.items(work, incident)
        said = StatedFind(
            work.now - timedelta(days=1), "Här", state=FoundState.WHOLE, others_read=OthersRead.NO
        )
        with pytest.raises(Invalid, match="found_before_missed"):
            reporting.found(work, incident, [item.id], said)


def test_what_is_found_cannot_be_found_again(archive: Archive, archivist: Actor, shelved: list[int]) -> None:
    number = report(archive, archivist, file_ids=tuple(shelved[:2]))
    with archive.write(archivist) as work:
        incident = reporting.get(work, number)
        first = reporting.items(work, incident)[0].id
        said = StatedFind(work.now, "Här", state=FoundState.WHOLE, others_read=OthersRead.NO)
        reporting.found(work, incident, [first], said)
        with pytest.raises(Conflict, match="item_settled"):
            reporting.found(work, incident, [first], said)


@pytest.mark.parametrize(
    ("lay", "where"),
    [("own", FoundWhere.OWN_PLACE), ("next", FoundWhere.NEIGHBOUR), ("cover", FoundWhere.OTHER_COVER)],
)
def test_where_it_lay_is_told_from_its_place(
    archive: Archive, archivist: Actor, shelved: list[int], lay: str, where: FoundWhere
) -> None:
    with archive.write(archivist) as work:
        box = work.session.get_one(Place, files.get(work, shelved[0]).place_id)
        beside = a_box(work, work.session.get_one(Place, box.parent_id), "bredvid")
    number = report(archive, archivist, file_ids=(shelved[0],))
    with archive.write(archivist) as work:
        incident = reporting.get(work, number)
        (item,) = reporting.items(work, incident)
        place = {"own": box.id, "next": beside.id, "cover": None}[lay]
        cover = shelved[1] if lay == "cover" else None
        said = StatedFind(
            work.now, "Där", place_id=place, cover_id=cover, state=FoundState.WHOLE, others_read=OthersRead.NO
        )
        reporting.found(work, incident, [item.id], said)
        assert item.found_where is where


def test_a_mistaken_suspicion_is_decided_by_the_manager_with_proof(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    manager = a_colleague(archive, "chefen", Role.MANAGER, unit=UNIT)
    number = report(archive, archivist, file_ids=(shelved[0],))
    with archive.write(manager) as work:
        incident = reporting.get(work, number)
        (item,) = reporting.items(work, incident)
        explained = steps.course(work, incident).step("decide_mistaken").field("explanation")
        assert explained is not None
        option = explained.options[0].id
        reporting.mistaken(work, incident, [item.id], option, "Gallrad enligt plan", "Gallringsprotokollet")
        assert (item.outcome, incident.status) == (IncidentOutcome.MISTAKEN, IncidentState.DECIDED)
        assert not wanted.by_file(work, [shelved[0]])


def test_a_decided_case_is_reopened_only_with_a_reason_and_wants_the_file_again(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    number = report(archive, archivist, file_ids=(shelved[0],))
    with archive.write(archivist) as work:
        incident = reporting.get(work, number)
        (item,) = reporting.items(work, incident)
        reporting.found(
            work,
            incident,
            [item.id],
            StatedFind(work.now, "Här", state=FoundState.WHOLE, others_read=OthersRead.NO),
        )
        with pytest.raises(Invalid):
            reporting.reopen(work, incident, [item.id], "")
        reporting.reopen(work, incident, [item.id], "Det var fel akt")
        assert incident.status is IncidentState.SEARCHING
        assert wanted.by_file(work, [shelved[0]])
        assert checks.everything(work) == []


# Time


def test_after_four_weeks_without_an_outcome_the_worker_escalates_and_tells_manager_and_delegate(
    archive: Archive, archivist: Actor, clock: SetClock, shelved: list[int]
) -> None:
    manager = a_colleague(archive, "chefen", Role.MANAGER, unit=UNIT)
    delegate = a_colleague(archive, "delegaten", Role.DELEGATE)
    number = report(archive, archivist, file_ids=(shelved[0],))
    clock.forward(days=27, hours=23)
    nightly.sweep(archive)
    with archive.read(archivist) as work:
        assert reporting.get(work, number).status is IncidentState.SUSPECTED
    clock.forward(hours=2)
    for _ in range(3):
        nightly.sweep(archive)
    with archive.read(archivist) as work:
        assert reporting.get(work, number).status is IncidentState.ESCALATED
        told = select(Message).where(col(Message.kind) == MessageKind.INCIDENT_ESCALATED)
        got = sorted(one.user_id for one in work.session.scalars(told))
        assert got == sorted(one.user_id or 0 for one in (archivist, manager, delegate))
        assert checks.everything(work) == []


def test_the_worker_opens_what_a_scan_asks_for(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    number = report(archive, archivist, file_ids=(shelved[0],))
    with archive.write(archivist) as work:
        scans.take(work, scans.Scanned(str(uuid4()), files.get(work, shelved[0]).code))
    assert nightly.sweep(archive) == 1
    assert "confirm_find" in Play(archive, number).open(archivist)
    assert nightly.sweep(archive) == 0


def test_an_incident_can_be_escalated_by_hand_with_a_reason(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    number = report(archive, archivist, file_ids=(shelved[0],))
    with archive.write(archivist) as work:
        incident = reporting.get(work, number)
        with pytest.raises(Invalid):
            reporting.escalate(work, incident, "")
        reporting.escalate(work, incident, "Akten gäller ett pågående mål")
        assert incident.status is IncidentState.ESCALATED


def test_somebody_without_an_account_who_handed_it_in_is_named_beside_the_event_only(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    play = Play(archive, report(archive, archivist, file_ids=(shelved[0],)))
    with archive.write(archivist) as work:
        scans.take(work, scans.Scanned(str(uuid4()), files.get(work, shelved[0]).code))
    nightly.sweep(archive)
    with archive.read(archivist) as work:
        place = f"place:{files.get(work, shelved[0]).place_id}"
    play.do(
        archivist, "confirm_find", right="yes", found_by="name:Vaktmästare Ek", how="outside", place=place
    )
    with archive.read(archivist) as work:
        incident = reporting.get(work, play.number)
        (item,) = reporting.items(work, incident)
        assert (item.found_where, item.found_by) == (FoundWhere.SENT_OUT, "outsider")
        assert "Vaktmästare Ek" not in " ".join(work.session.scalars(select(col(Event.body))))
        assert "Vaktmästare Ek" in (reporting.report_data(work, incident).things[0].reason or "")


@pytest.mark.parametrize("key", ["user:99999", "user:x", "place:1", "name: ", "Bo"])
def test_a_key_that_stands_for_nobody_is_refused(
    archive: Archive, archivist: Actor, shelved: list[int], key: str
) -> None:
    play = Play(archive, report(archive, archivist, file_ids=(shelved[0],)))
    with pytest.raises(Invalid, match="key_unknown"):
        play.do(archivist, "tell_manager", told=key)


def test_who_searched_needs_an_account(archive: Archive, archivist: Actor, shelved: list[int]) -> None:
    play = Play(archive, report(archive, archivist, file_ids=(shelved[0],)))
    with pytest.raises(Invalid, match="key_unknown"):
        play.do(archivist, "first_search", result="nothing", searched_by="name:Vaktmästare Ek")
