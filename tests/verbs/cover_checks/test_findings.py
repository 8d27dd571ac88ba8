"""What a cover check finds has a life: found, corrected or handed on, listed until done."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive.cover_checks import checks, findings, misfiled
from archive.cover_checks.findings import Correction, SeenWrong
from archive.cover_checks.misfiled import ForeignContent
from archive.files import files, wanted
from archive.kernel.errors import ChangedMeanwhile, Conflict, Invalid, NotFound, NotPermitted
from archive.kernel.store import Actor, Archive, Work
from archive.models import CaseFile, CoverCheck, EventPrivate, Finding, PersonNumber
from archive.notifications import deadlines
from archive.people import people
from archive.vocabulary import (
    CheckState,
    Confirmation,
    Evidence,
    FindingKind,
    FindingState,
    Protection,
)
from tests.builders import NUMBERS, SetClock, a_file, a_person, a_shelf
from tests.verbs.cover_checks.checking import KEEPER, a_check, checked, somebody

COVER, CONTENTS = Confirmation.COVER, Confirmation.CONTENTS
NEXT_WEEK = date(2026, 11, 30)
WRONG = SeenWrong(FindingKind.WRONG_ON_COVER, "name", " Namnet felstavat ")


def found(work: Work, kind: FindingKind = FindingKind.WRONG_ON_COVER, point: str = "name") -> Finding:
    """Find something wrong with a new cover."""
    return findings.find(work, a_check(work), SeenWrong(kind, point))


def finish(work: Work, check: CoverCheck) -> CoverCheck:
    """Confirm both."""
    for what in (COVER, CONTENTS):
        checks.confirm(work, check, what)
    return check


def test_a_finding_is_listed_until_it_is_corrected(work: Work) -> None:
    check = a_check(work)
    finding = findings.find(work, check, WRONG)
    assert (finding.status, finding.note, finding.found_by) == (
        FindingState.FOUND,
        "Namnet felstavat",
        work.actor.id,
    )
    assert [row.Finding.id for row in findings.listed(work)] == [finding.id]
    findings.correct(work, finding, note="Skrivet om")
    assert (finding.status, finding.open, finding.done_by) == (FindingState.CORRECTED, False, work.actor.id)
    assert findings.listed(work) == []


def test_a_check_with_a_finding_ends_as_checked_with_findings(work: Work) -> None:
    check = a_check(work)
    findings.correct(work, findings.find(work, check, WRONG))
    assert finish(work, check).status is CheckState.WITH_FINDINGS


def test_a_finding_taken_back_leaves_the_cover_without_findings(work: Work) -> None:
    check = a_check(work)
    finding = findings.find(work, check, WRONG)
    findings.withdraw(work, finding)
    assert finding.status is FindingState.WITHDRAWN
    assert finish(work, check).status is CheckState.CHECKED


def test_nothing_is_taken_back_once_the_check_is_done(work: Work) -> None:
    check = a_check(work)
    finding = findings.find(work, check, WRONG)
    finish(work, check)
    with pytest.raises(Conflict) as refusal:
        findings.withdraw(work, finding)
    assert refusal.value.code == "check_done"


def test_nothing_is_found_after_the_check_is_done(work: Work) -> None:
    with pytest.raises(Conflict):
        findings.find(work, checked(work), WRONG)


def test_what_is_written_of_a_finding_stands_only_in_the_side_row(work: Work) -> None:
    findings.find(work, a_check(work), WRONG)
    notes = work.session.execute(select(col(EventPrivate.payload))).scalars().all()
    assert any("felstavat" in str(payload) for payload in notes)


def test_a_finding_handed_on_has_a_name_a_day_and_a_clock(work: Work) -> None:
    finding = found(work)
    findings.hand_on(work, finding, " Enhet Norr ", NEXT_WEEK, note="Ring först")
    assert (finding.status, finding.open, finding.whom, finding.due_on) == (
        FindingState.HANDED_ON,
        True,
        "Enhet Norr",
        NEXT_WEEK,
    )
    (clock,) = deadlines.for_streams(work, finding.stream)
    assert clock.due_at.isoformat() == "2026-11-30T23:00:00+00:00"
    findings.correct(work, finding)
    assert not deadlines.for_streams(work, finding.stream)[0].open


def test_a_finding_can_be_handed_on_again_to_another_with_another_day(work: Work) -> None:
    finding = found(work)
    findings.hand_on(work, finding, "Enhet Norr", NEXT_WEEK)
    findings.hand_on(work, finding, "Enhet Söder", NEXT_WEEK + timedelta(days=7))
    (clock,) = deadlines.for_streams(work, finding.stream)
    assert finding.whom == "Enhet Söder"
    assert clock.due_at.date() == date(2026, 12, 7)


@pytest.mark.parametrize(("whom", "due"), [("  ", NEXT_WEEK), ("Enhet Norr", date(2026, 11, 22))])
def test_it_is_handed_on_to_somebody_with_a_day_ahead(work: Work, whom: str, due: date) -> None:
    with pytest.raises(Invalid):
        findings.hand_on(work, found(work), whom, due)


def test_a_finding_corrected_is_not_handed_on(work: Work) -> None:
    finding = found(work)
    findings.correct(work, finding)
    with pytest.raises(Conflict):
        findings.hand_on(work, finding, "Enhet Norr", NEXT_WEEK)


def test_papers_of_another_are_not_found_without_saying_whose(work: Work) -> None:
    with pytest.raises(Invalid) as refusal:
        found(work, FindingKind.FOREIGN_FILE)
    assert refusal.value.code == "say_whose_papers"


def test_missing_content_becomes_an_incident_at_once(work: Work) -> None:
    finding = found(work, FindingKind.CONTENTS_MISSING, "all_there")
    assert finding.file_id in wanted.by_file(work, [finding.file_id])


@pytest.mark.parametrize(
    ("kind", "point"),
    [(FindingKind.DAMAGED, "nowhere"), (FindingKind.DAMAGED, "name"), (FindingKind.WRONG_ON_COVER, "whole")],
)
def test_a_thing_is_found_only_where_the_checklist_says_it_can_be(
    work: Work, kind: FindingKind, point: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        found(work, kind, point)
    assert refusal.value.code == "point_unknown"


# The register is wrong


def test_the_register_is_corrected_in_place_where_the_cover_is_right(work: Work) -> None:
    file = a_file(work, a_shelf(work), reference="2004-77")
    check = a_check(work, file)
    correction = Correction(file.version, file={"reference": "2004-78"})
    finding = findings.register_wrong(
        work, check, SeenWrong(FindingKind.REGISTER_WRONG, "number"), correction
    )
    assert file.reference == "2004-78"
    assert (finding.status, finding.open) == (FindingState.CORRECTED, False)
    assert finish(work, check).status is CheckState.WITH_FINDINGS


def test_the_register_is_corrected_of_a_person_of_the_file(work: Work) -> None:
    person = a_person(work, "Akerstrom")
    file = a_file(work, a_shelf(work), person)
    correction = Correction(
        file.version,
        person_id=person.id,
        person={"family_name": "Åkerström"},
        number=people.read_number(work, NUMBERS[200]),
    )
    findings.register_wrong(
        work, a_check(work, file), SeenWrong(FindingKind.REGISTER_WRONG, "name"), correction
    )
    assert person.family_name == "Åkerström"
    numbers = work.session.execute(
        select(col(PersonNumber.source)).where(col(PersonNumber.person_id) == person.id)
    )
    assert "omslag" in numbers.scalars().all()


def test_a_person_of_another_file_is_not_corrected_here(work: Work) -> None:
    shelf = a_shelf(work)
    stranger = a_person(work, "Berg")
    a_file(work, shelf, stranger)
    file = a_file(work, shelf)
    correction = Correction(file.version, person_id=stranger.id, person={"family_name": "Borg"})
    with pytest.raises(NotFound):
        findings.register_wrong(
            work, a_check(work, file), SeenWrong(FindingKind.REGISTER_WRONG, "name"), correction
        )
    assert stranger.family_name == "Berg"


def test_a_correction_that_changes_nothing_is_refused(work: Work) -> None:
    file = a_file(work, a_shelf(work), reference="2004-77")
    correction = Correction(file.version, file={"reference": "2004-77"})
    with pytest.raises(Invalid) as refusal:
        findings.register_wrong(
            work, a_check(work, file), SeenWrong(FindingKind.REGISTER_WRONG, "number"), correction
        )
    assert refusal.value.code == "nothing_corrected"


def test_a_correction_of_what_changed_meanwhile_is_refused(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    check, seen_version = a_check(work, file), file.version
    files.correct(work, file, file.version, part=1, parts=2)
    with pytest.raises(ChangedMeanwhile):
        findings.register_wrong(
            work,
            check,
            SeenWrong(FindingKind.REGISTER_WRONG, "part"),
            Correction(seen_version, file={"parts": 3}),
        )


def test_a_register_corrected_is_not_uncorrected_by_taking_back_the_finding(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    correction = Correction(file.version, file={"parts": 2})
    finding = findings.register_wrong(
        work, a_check(work, file), SeenWrong(FindingKind.REGISTER_WRONG, "part"), correction
    )
    with pytest.raises(Conflict):
        findings.withdraw(work, finding)


# Protected persons


def sealed_file(work: Work) -> CaseFile:
    """Register a protected person's file."""
    return a_file(work, a_shelf(work), a_person(work, protection=Protection.MARKED))


def test_of_a_sealed_envelope_anybody_finds_only_what_is_seen_from_outside(work: Work) -> None:
    check = a_check(work, sealed_file(work))
    findings.find(work, check, SeenWrong(FindingKind.SEAL_BROKEN, "envelope_seal"))
    with pytest.raises(NotPermitted):
        findings.find(work, check, WRONG)


def test_a_file_that_is_in_no_envelope_has_no_broken_seal(work: Work) -> None:
    with pytest.raises(Invalid):
        found(work, FindingKind.SEAL_BROKEN, "envelope_seal")


def test_findings_about_protected_persons_are_listed_to_the_named_group_alone(
    archive: Archive, archivist: Actor
) -> None:
    with archive.write(archivist) as work:
        finding = findings.find(
            work, a_check(work, sealed_file(work)), SeenWrong(FindingKind.SEAL_BROKEN, "envelope_seal")
        )
        assert findings.listed(work) == []
        with pytest.raises(NotFound):
            findings.get(work, finding.id)
    with archive.read(somebody(archive, "Kim", *KEEPER)) as work:
        assert [row.Finding.id for row in findings.listed(work)] == [finding.id]
        assert findings.get(work, finding.id).id == finding.id


def test_that_a_protected_persons_papers_lay_in_a_cover_is_told_to_the_named_group_alone(
    archive: Archive, archivist: Actor
) -> None:
    keeper = somebody(archive, "Kim", *KEEPER)
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        check = a_check(work, a_file(work, shelf))
        hidden = a_file(work, shelf, a_person(work, protection=Protection.MARKED))
    with archive.write(keeper) as work:
        lay = ForeignContent(files.get(work, hidden.id), whole=True, how=Evidence.SCAN)
        number = misfiled.find(work, checks.get(work, check.id), "nothing_inside", lay).id
        assert findings.get(work, number).foreign_id == hidden.id
    with archive.read(archivist) as work:
        assert findings.listed(work) == []
        with pytest.raises(NotFound):
            findings.get(work, number)


def test_the_list_goes_on_by_its_last_row_and_by_state_and_kind(work: Work) -> None:
    place = a_shelf(work)
    made = [
        findings.find(work, a_check(work, a_file(work, place)), SeenWrong(kind, "legible"))
        for kind in (FindingKind.DAMAGED, FindingKind.WRONG_ON_COVER, FindingKind.DAMAGED)
    ]
    findings.hand_on(work, made[2], "Bokbindaren", NEXT_WEEK)
    first = findings.listed(work, limit=2)
    assert [row.Finding.id for row in first] == [made[0].id, made[1].id]
    assert [row.Finding.id for row in findings.listed(work, after=made[1].id)] == [made[2].id]
    assert [row.Finding.id for row in findings.listed(work, kind=FindingKind.DAMAGED)] == [
        made[0].id,
        made[2].id,
    ]
    assert [row.Finding.id for row in findings.listed(work, state=FindingState.HANDED_ON)] == [made[2].id]


def test_a_day_missed_is_escalated_by_its_clock(archive: Archive, archivist: Actor, clock: SetClock) -> None:
    with archive.write(archivist) as work:
        finding = found(work)
        findings.hand_on(work, finding, "Enhet Norr", date(2026, 11, 24))
    clock.forward(days=3)
    assert deadlines.sweep(archive) == 1
    with archive.read(archivist) as work:
        assert deadlines.for_streams(work, finding.stream)[0].passed_at is not None
