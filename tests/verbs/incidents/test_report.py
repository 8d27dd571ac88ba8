"""What an incident's report, its lists and the year's figures say: truthfully, and only to whom they may."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive.files import files
from archive.history import private_data
from archive.incidents import figures, prefills, record_check, reporting, worklist
from archive.incidents.report import gather
from archive.incidents.report.data import IncidentReport, check_value, decode, encode, redacted
from archive.incidents.reporting import MissReport, StatedFind
from archive.kernel.errors import NotPermitted
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Actor, Archive, Work, operator
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import Event, FilePerson, Incident, Place
from archive.people import people
from archive.scanning import scans
from archive.scanning.scans import Scanned
from archive.search import searches
from archive.search.searches import Searched
from archive.vocabulary import (
    FoundState,
    FoundWhere,
    IncidentOutcome,
    LoanPurpose,
    Missed,
    OthersRead,
    Protection,
    Role,
    SearchResult,
)
from archive.vocabulary.wording import speaking
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf
from tests.remembering import remembering
from tests.statements import counted
from tests.verbs.deliveries.delivering import a_scene
from tests.verbs.incidents.incident_play import Play, a_colleague, a_unit

AsRole = Callable[[Role], Actor]
UNIT = "Barn och familj"


@pytest.fixture
@remembering
def shelved(archive: Archive, archivist: Actor) -> list[int]:
    """Give three files in a box, each about a person of its own."""
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work))
        unit = a_unit(work, UNIT)
        made = [a_file(work, box, a_person(work, f"Namnsson{number}")) for number in range(3)]
        for file in made:
            file.unit_id = unit
        return [file.id for file in made]


@remembering
def ended(archive: Archive, archivist: Actor, clock: SetClock, file_id: int) -> int:
    """Take an incident the short way to its end; return its number."""
    manager = a_colleague(archive, "chefen", Role.MANAGER, unit=UNIT)
    with archive.write(archivist) as work:
        said = MissReport(file_ids=(file_id,), purpose="Syftet är Hemligt1")
        number = reporting.report(work, said).id
    clock.forward(hours=2)
    play = Play(archive, number)
    found = {"found_where": "Hemligt2", "cause": "desk", "outsiders": "no"}
    play.do(archivist, "first_search", result="all_found", minutes=7, **found)
    with archive.write(manager) as work:
        reporting.confirm_short(work, reporting.get(work, number), True)
    return number


def reported_to(archive: Archive, actor: Actor, number: int) -> IncidentReport:
    """Return an incident's report as one person may read it."""
    with archive.read(actor) as work:
        return reporting.report_data(work, reporting.get(work, number))


def test_closing_fixes_the_report_and_its_check_value_is_that_of_its_data(
    archive: Archive, archivist: Actor, clock: SetClock, shelved: list[int]
) -> None:
    number = ended(archive, archivist, clock, shelved[0])
    with archive.write(archivist) as work:
        incident = reporting.get(work, number)
        first = reporting.report_data(work, incident)
        data = private_data.by_event(work, [incident.frozen_event])[incident.frozen_event or 0]["report"]
        assert first.check_value == check_value(data) == incident.frozen_sha256
        file = files.get(work, shelved[0])
        files.correct(work, file, file.version, reference="2099-1")
    clock.forward(days=30)
    with archive.read(archivist) as work:
        assert reporting.report_data(work, reporting.get(work, number)) == first
        assert first.things[0].reference != "2099-1"


def test_a_draft_follows_the_case_until_it_is_closed(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    with archive.write(archivist) as work:
        number = reporting.report(work, MissReport(file_ids=(shelved[0],))).id
    with archive.write(archivist) as work:
        incident = reporting.get(work, number)
        before = reporting.report_data(work, incident)
        searches.record(work, incident, Searched(SearchResult.NOT_FOUND, remark="Under hyllan"))
        after = reporting.report_data(work, incident)
        assert not before.fixed
        assert (len(before.searches), len(after.searches)) == (0, 1)


def test_a_report_read_back_from_its_data_is_the_same(
    archive: Archive, archivist: Actor, clock: SetClock, shelved: list[int]
) -> None:
    number = ended(archive, archivist, clock, shelved[0])
    with archive.read(archivist) as work:
        report = reporting.report_data(work, reporting.get(work, number))
        again = decode(encode(report))
        assert again == report
        changed = encode(replace(report, pieces=2))
        assert check_value(changed) != report.check_value


def test_the_redacted_report_holds_no_name_no_reference_and_no_word_people_wrote(
    archive: Archive, archivist: Actor, clock: SetClock, shelved: list[int]
) -> None:
    number = ended(archive, archivist, clock, shelved[0])
    with archive.read(archivist) as work:
        incident = reporting.get(work, number)
        whole = repr(reporting.report_data(work, incident))
        bare = repr(reporting.report_data(work, incident, bare=True))
        file = files.get(work, shelved[0])
        secret = ["Hemligt1", "Hemligt2", "Arkivarie", "Chefen", file.code]
        assert [word for word in secret if word not in whole] == []
        assert [word for word in [*secret, file.reference] if f"'{word}'" in bare or f" {word}" in bare] == []
        assert "Centralarkivet" in bare


def test_who_may_not_see_names_gets_the_redacted_report(
    archive: Archive, archivist: Actor, as_role: AsRole, clock: SetClock, shelved: list[int]
) -> None:
    number = ended(archive, archivist, clock, shelved[0])
    with archive.read(as_role(Role.AUDITOR)) as work:
        report = reporting.report_data(work, reporting.get(work, number))
        assert report.redacted
        assert report.purpose is None
        assert report == redacted(report)


def test_a_fixed_report_hides_the_file_of_somebody_protected_since(
    archive: Archive, archivist: Actor, clock: SetClock, shelved: list[int]
) -> None:
    number = ended(archive, archivist, clock, shelved[0])
    with archive.write(archivist) as work:
        file = files.get(work, shelved[0])
        person = work.session.scalars(
            select(col(FilePerson.person_id)).where(col(FilePerson.file_id) == file.id)
        ).one()
        people.protect(work, people.get(work, person), Protection.MARKED, "Skatteverket")
        report = reporting.report_data(work, reporting.get(work, number))
        assert report.protected
        assert report.things[0].reference is None
        assert f" {file.reference}" not in repr(report.timeline) + repr(report.custody)


@pytest.mark.parametrize("protection", [Protection.NONE, Protection.MARKED])
def test_a_report_travels_and_tells_nobody_where_a_protected_persons_file_stood_and_was_looked_for(
    archive: Archive, archivist: Actor, as_role: AsRole, protection: Protection
) -> None:
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work, "Hemliga gatan 9"))
        file = a_file(work, box, a_person(work, protection=protection))
        cover = a_file(work, box)
        incident = reporting.report(work, MissReport(file_ids=(file.id,), owner_id=archivist.user_id))
        searches.record(work, incident, Searched(SearchResult.NOT_FOUND, place_id=box.id))
        searches.record(work, incident, Searched(SearchResult.NOT_FOUND, cover_id=cover.id))
        scans.take(work, Scanned(str(uuid4()), file.code, box.code))
    Play(archive, incident.id).do(
        archivist, "secure_room", stopped=("bins",), signs="no", place=(f"place:{box.id}",)
    )
    for reader in (archivist, as_role(Role.DATA_PROTECTION_OFFICER), operator("tests")):
        told = reported_to(archive, reader, incident.id)
        assert not told.redacted
        assert len(told.searches) == 2
        saying = {one.name for one in fields(told) if "Hemliga gatan 9" in repr(getattr(told, one.name))}
        if protection is Protection.NONE:
            assert saying >= {"things", "timeline", "custody", "searches", "seen", "steps", "plans"}
            assert cover.code in repr(told.searches)
        else:
            assert saying == set()
            assert cover.code not in repr(told)


@pytest.mark.parametrize("protection", [Protection.NONE, Protection.MARKED])
def test_a_report_tells_nobody_in_whose_cover_a_protected_persons_file_lay(
    archive: Archive, archivist: Actor, protection: Protection
) -> None:
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work))
        file, cover = a_file(work, box, a_person(work, protection=protection)), a_file(work, box)
        due = work.now.date() + timedelta(days=7)
        loans.hand_out(work, cover, Request("Advokat Berg", LoanPurpose.COURT, due))
        incident = reporting.report(work, MissReport(file_ids=(file.id,), owner_id=archivist.user_id))
        lay = StatedFind(
            work.now,
            "I grannens omslag",
            place_id=box.id,
            cover_id=cover.id,
            state=FoundState.WHOLE,
            others_read=OthersRead.NO,
        )
        reporting.found(work, incident, [item.id for item in reporting.items(work, incident)], lay)
    told = reported_to(archive, archivist, incident.id)
    assert not told.redacted
    assert len(told.exposures) == 1
    assert (cover.code in repr(told)) is (cover.reference in repr(told)) is (protection is Protection.NONE)


WRITTEN = {
    "first_search.searched": "SÖKT FÖRST",
    "confirm_find.where": "HOS MORMOR I SKUTT",
    "confirm_find.readers": "GRANNEN LÄSTE",
    "confirm_find.why_not": "FEL ÅR",
    "record_checks.traces": "SPÅRET",
    "after_find.cover_log": "OMSLAGET LÅG",
}


@pytest.mark.parametrize("protection", [Protection.NONE, Protection.MARKED])
def test_what_people_wrote_of_the_search_and_find_of_a_protected_person_stands_in_no_report(
    archive: Archive, archivist: Actor, as_role: AsRole, clock: SetClock, protection: Protection
) -> None:
    with archive.write(archivist) as work:
        box = a_box(work, a_shelf(work))
        file, cover = a_file(work, box, a_person(work, protection=protection)), a_file(work, box)
        incident = reporting.report(work, MissReport(file_ids=(file.id,), owner_id=archivist.user_id))
        item = reporting.items(work, incident)[0].id
    play, told = Play(archive, incident.id), {name.split(".")[1]: text for name, text in WRITTEN.items()}
    play.do(archivist, "first_search", result="nothing", searched=told["searched"])
    play.do(archivist, "record_checks", traces=told["traces"])
    with archive.write(archivist) as work:
        scans.take(work, Scanned(str(uuid4()), file.code, box.code))
        reporting.not_it(work, reporting.get(work, incident.id), [item], told["why_not"])
        lay = StatedFind(
            work.now,
            told["where"],
            cover_id=cover.id,
            state=FoundState.WHOLE,
            others_read=OthersRead.YES,
            readers=told["readers"],
        )
        reporting.found(work, reporting.get(work, incident.id), [item], lay)
    play.do(archivist, "after_find", cover_log=told["cover_log"])
    other, hidden = as_role(Role.DATA_PROTECTION_OFFICER), protection is Protection.MARKED
    for reader in (archivist, other):
        told = repr(reported_to(archive, reader, incident.id))
        assert [text for text in WRITTEN.values() if text in told] == (
            [] if hidden else list(WRITTEN.values())
        )
    with archive.read(other) as work:
        begun = prefills.for_step(work, reporting.get(work, incident.id), "after_find", archive.settings)
    assert ("cover_log" in begun) is not hidden


def test_the_report_is_told_in_both_languages_whichever_is_in_use(
    archive: Archive, archivist: Actor, clock: SetClock, shelved: list[int]
) -> None:
    with speaking("en"):
        number = ended(archive, archivist, clock, shelved[0])
    with archive.read(archivist) as work:
        report = reporting.report_data(work, reporting.get(work, number))
        first = report.timeline[0]
        assert first.text is not None
        assert first.text.sv.startswith("Anmäld som saknad: registrerad akt")
        assert first.text.en.startswith("Reported missing: registered file")
        with speaking("en"):
            assert str(report.routine) == "Suspected lost file"


def test_a_place_in_an_answer_is_named_in_both_languages_whichever_is_in_use(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    with speaking("en"), archive.write(archivist) as work:
        incident = reporting.report(work, MissReport(file_ids=(shelved[0],)))
        box = a_box(work, a_shelf(work, "Källargatan 2"), "17")
        found = StatedFind(
            work.now, "Bakom boxen", place_id=box.id, state=FoundState.WHOLE, others_read=OthersRead.NO
        )
        reporting.found(work, incident, [item.id for item in reporting.items(work, incident)], found)
        answers = [one for step in reporting.report_data(work, incident).steps for one in step.answers]
    (place,) = (one.value for one in answers if one.field == "place" and one.value)
    assert (place.sv.split(" / ")[-1], place.en.split(" / ")[-1]) == ("arkivbox 17", "box 17")


def test_the_loans_of_the_cover_it_lay_in_are_listed_for_the_time_it_may_have_lain_there(
    archive: Archive, archivist: Actor, clock: SetClock, shelved: list[int]
) -> None:
    lost, cover = shelved[:2]
    with archive.write(archivist) as work:
        box = work.session.get_one(Place, files.get(work, lost).place_id)
        scans.take(work, Scanned(str(uuid4()), files.get(work, lost).code, box.code))
    clock.forward(days=5)
    with archive.write(archivist) as work:
        due = work.now.date() + timedelta(days=7)
        loans.hand_out(work, files.get(work, cover), Request("Advokat Berg", LoanPurpose.COURT, due))
    clock.forward(days=2)
    with archive.write(archivist) as work:
        loans.take_back(work, files.get(work, cover))
        incident = reporting.report(work, MissReport(file_ids=(lost,)))
        (item,) = reporting.items(work, incident)
        said = StatedFind(
            work.now, "I grannens omslag", cover_id=cover, state=FoundState.WHOLE, others_read=OthersRead.NO
        )
        reporting.found(work, incident, [item.id], said)
        (exposure,) = reporting.report_data(work, incident).exposures
        assert exposure.whom == "Advokat Berg"
        (bare,) = reporting.report_data(work, incident, bare=True).exposures
        assert (bare.whom, bare.cover_code, bare.begin) == (None, "", exposure.begin)


def test_a_loan_before_the_file_was_last_seen_elsewhere_or_after_it_was_found_exposed_nothing(
    archive: Archive, archivist: Actor, clock: SetClock, shelved: list[int]
) -> None:
    lost, cover = shelved[:2]

    def lend(borrower: str) -> None:
        clock.forward(days=1)
        with archive.write(archivist) as work:
            due = work.now.date() + timedelta(days=7)
            loans.hand_out(work, files.get(work, cover), Request(borrower, LoanPurpose.COURT, due))
        clock.forward(days=1)
        with archive.write(archivist) as work:
            loans.take_back(work, files.get(work, cover))

    lend("Advokat Ek")
    clock.forward(days=1)
    with archive.write(archivist) as work:
        box = work.session.get_one(Place, files.get(work, lost).place_id)
        scans.take(work, Scanned(str(uuid4()), files.get(work, lost).code, box.code))
    lend("Advokat Berg")
    with archive.write(archivist) as work:
        incident = reporting.report(work, MissReport(file_ids=(lost,)))
        said = StatedFind(
            work.now, "I grannens omslag", cover_id=cover, state=FoundState.WHOLE, others_read=OthersRead.NO
        )
        reporting.found(work, incident, [item.id for item in reporting.items(work, incident)], said)
    lend("Advokat Dahl")  # the file is out of it by then
    exposures = reported_to(archive, archivist, incident.id).exposures
    assert [exposure.whom for exposure in exposures] == ["Advokat Berg"]


@pytest.mark.parametrize("seen_last", ["before", "after"])
def test_a_delivery_of_the_cover_exposed_a_file_that_was_not_seen_elsewhere_since(
    archive: Archive, archivist: Actor, clock: SetClock, seen_last: str
) -> None:
    scene = a_scene(archive)
    scene.plan(3)
    lost, cover = scene.files[4], scene.files[0]
    for happens in ("before", "packed", "after"):
        clock.forward(hours=1)
        with archive.write(archivist) as work:
            box = work.session.get_one(Place, files.get(work, lost).place_id)
            if happens == seen_last:
                scans.take(work, Scanned(str(uuid4()), files.get(work, lost).code, box.code))
        if happens == "packed":
            scene.pack(0)
    clock.forward(hours=1)
    with archive.write(archivist) as work:
        incident = reporting.report(work, MissReport(file_ids=(lost,)))
        said = StatedFind(
            work.now, "I grannens omslag", cover_id=cover, state=FoundState.WHOLE, others_read=OthersRead.NO
        )
        reporting.found(work, incident, [item.id for item in reporting.items(work, incident)], said)
    exposures = reported_to(archive, archivist, incident.id).exposures
    assert [one.whom for one in exposures] == ([str(scene.delivery)] if seen_last == "before" else [])


# Lists


def test_the_list_shows_clocks_and_what_is_missing_in_a_number_of_statements_that_does_not_grow(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    def statements() -> int:
        with archive.read(archivist) as work, counted(archive.engine) as count:
            rows = worklist.listed(work)
            assert all(row.next_clock and row.missing == 1 for row in rows)
        return len(count)

    with archive.write(archivist) as work:
        reporting.report(work, MissReport(file_ids=(shelved[0],)))
    one = statements()
    with archive.write(archivist) as work:
        for file in shelved[1:]:
            reporting.report(work, MissReport(file_ids=(file,)))
    assert statements() == one


def test_nobody_sees_in_a_list_what_they_may_not_know_of(
    archive: Archive, archivist: Actor, as_role: AsRole, shelved: list[int]
) -> None:
    with archive.write(archivist) as work:
        open_one = reporting.report(work, MissReport(file_ids=(shelved[0],))).id
        hidden = reporting.report(work, MissReport(description="Om en skyddad person")).id
    for role, numbers in ((Role.ARCHIVIST, [hidden, open_one]), (Role.ASSISTANT, [open_one])):
        with archive.read(as_role(role)) as work:
            assert [row.incident.id for row in worklist.listed(work)] == numbers
    with archive.read(as_role(Role.CASE_WORKER)) as work, pytest.raises(NotPermitted):
        worklist.listed(work)


def test_a_case_worker_sees_the_own_reports(
    archive: Archive, archivist: Actor, as_role: AsRole, shelved: list[int]
) -> None:
    worker = as_role(Role.CASE_WORKER)
    with archive.write(worker) as work:
        number = reporting.report(work, MissReport(file_ids=(shelved[0],))).id
    with archive.write(archivist) as work:
        reporting.report(work, MissReport(file_ids=(shelved[1],)))
    with archive.read(worker) as work:
        assert [row.incident.id for row in worklist.own(work)] == [number]


def test_each_finds_the_own_steps_the_most_urgent_first(
    archive: Archive, archivist: Actor, as_role: AsRole, shelved: list[int]
) -> None:
    registrar = as_role(Role.REGISTRAR)
    with archive.write(archivist) as work:
        reporting.report(work, MissReport(file_ids=(shelved[0],)))
    with archive.read(registrar) as work:
        assert [one.step.id for one in worklist.my_steps(work)] == ["diary"]
    with archive.read(archivist) as work:
        mine = worklist.my_steps(work)
        due = [one.due_at for one in mine if one.due_at]
        assert "first_search" in {one.step.id for one in mine}
        assert "diary" not in {one.step.id for one in mine}
        assert due == sorted(due)


# Figures


def test_the_years_figures_are_what_happened_in_it(
    archive: Archive, archivist: Actor, clock: SetClock, shelved: list[int]
) -> None:
    ended(archive, archivist, clock, shelved[0])
    with archive.write(archivist) as work:
        reporting.report(work, MissReport(file_ids=(shelved[1],)))
        scans.take(work, Scanned(str(uuid4()), files.get(work, shelved[1]).code))
    clock.forward(days=2)
    with archive.read(archivist) as work:
        year = figures.of_year(work, 2026)
        assert (year.incidents, year.things_missed, year.short_way, year.still_missing) == (2, 2, 1, 1)
        assert year.by_kind == {Missed.FILE: 2}
        assert year.outcomes == {IncidentOutcome.FOUND: 1}
        assert (year.found_where, year.median_days) == ({FoundWhere.DESK: 1}, 0)
        assert (year.searches, year.search_minutes, year.wanted_seen) == (1, 7, 1)
        assert year.clocks_kept == 2  # the first search and the head's word
        assert year.clocks_missed > 5  # of the second incident nobody has done anything
        assert year.findings_per_thousand is None
        empty = figures.of_year(work, 2025)
        assert (empty.incidents, empty.median_days, empty.clocks_missed) == (0, None, 0)


# What the records say, and what forms begin with


def test_the_records_tell_of_loans_labels_relatives_and_earlier_incidents(
    archive: Archive, archivist: Actor, clock: SetClock, shelved: list[int]
) -> None:
    with archive.write(archivist) as work:
        file = files.get(work, shelved[0])
        box = work.session.get_one(Place, file.place_id)
        person = work.session.scalars(
            select(col(FilePerson.person_id)).where(col(FilePerson.file_id) == file.id)
        ).one()
        sibling = a_file(work, box, people.get(work, person))
        due = work.now.date() + timedelta(days=7)
        loans.hand_out(work, file, Request("Bo Borg", LoanPurpose.CASE_WORK, due))
        loans.take_back(work, file)
    ended(archive, archivist, clock, shelved[0])
    with archive.read(archivist) as work:
        checks = {check.kind: check for check in record_check.run(work, files.get(work, shelved[0]))}
        told = {kind: " ".join(trace.text for trace in check.traces) for kind, check in checks.items()}
        assert "Bo Borg" in told["loans"]
        assert sibling.reference in told["relatives"]
        assert "återfunnen" in told["incidents"]
        assert checks.keys() == {
            *("aliases", "relatives", "loans", "deliveries", "disposals", "incidents", "old_lists")
        }


def test_the_records_tell_whether_a_files_own_time_of_disposal_has_come(work: Work) -> None:
    file = a_file(work, a_box(work, a_shelf(work)))
    for note, told in (("2004", "2009-"), ("2025", "2030-")):
        file.last_note_on = PartialDate.parse(note)
        work.session.flush()
        (check,) = [one for one in record_check.run(work, file) if one.kind == "disposals"]
        assert (told in repr(check.traces), check.complete) == (True, False)


@pytest.mark.parametrize("protection", [Protection.NONE, Protection.MARKED])
def test_the_records_tell_nothing_of_a_protected_persons_files(work: Work, protection: Protection) -> None:
    box = a_box(work, a_shelf(work))
    person = a_person(work, protection=protection)
    file, other = a_file(work, box, person), a_file(work, box, person)
    told = repr(record_check.run(work, file))
    assert (other.reference in told) is (protection is Protection.NONE)


def test_a_form_begins_with_what_is_known_already(
    archive: Archive, archivist: Actor, shelved: list[int]
) -> None:
    with archive.write(archivist) as work:
        number = reporting.report(work, MissReport(file_ids=tuple(shelved[:2]), purpose="Utdrag")).id
    with archive.read(archivist) as work:
        incident = work.session.get_one(Incident, number)
        settings = archive.settings
        assert "neutral" not in prefills.for_step(work, incident, "diary", settings)["title"]  # type: ignore[operator]
        assert str(number) in str(prefills.for_step(work, incident, "diary", settings)["title"])
        checked = prefills.for_step(work, incident, "record_checks", settings)["checked"]
        assert isinstance(checked, tuple)
        assert {"loans", "incidents"} <= set(checked)
        assert "disposals" not in checked  # still on paper: somebody has to look
        missing = prefills.for_step(work, incident, "decide_mistaken", settings)["files"]
        assert missing == tuple(f"file:{file}" for file in shelved[:2])


def test_reported_is_when_it_was_reported_and_the_miss_is_told_apart(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        file = a_file(work, a_box(work, a_shelf(work)))
        missed, suspected = clock.now - timedelta(hours=2), clock.now - timedelta(hours=1)
        incident = reporting.report(work, MissReport((file.id,), missed_at=missed, suspected_at=suspected))
        told = gather.build(work, incident)
        assert (told.missed_at, told.suspected_at, told.reported_at) == (missed, suspected, clock.now)
        assert [line.at for line in told.timeline if line.kind.sv == "anmäld"] == [clock.now]
        event = work.session.get_one(Event, incident.told_event)
        assert event.happened_at == clock.now
