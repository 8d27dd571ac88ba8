"""A file in another's cover: found, told of, set right, and judged who may have read it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive.accounts import users
from archive.codes import codes
from archive.cover_checks import assessments, checks, findings, misfiled
from archive.cover_checks.assessments import AssessmentResult
from archive.cover_checks.misfiled import ForeignContent
from archive.files import files, sightings
from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from archive.kernel.store import Actor, Archive, Work
from archive.models import Assessment, CaseFile, CoverCheck, Event, Finding, User, WantedSighting
from archive.notifications import deadlines, inbox
from archive.places import places
from archive.vocabulary import (
    AssessmentAnswer,
    AssessmentState,
    CheckState,
    Confirmation,
    Evidence,
    FindingKind,
    FindingState,
    LabelReason,
    Role,
)
from tests.builders import SetClock, a_file, a_shelf
from tests.remembering import remembering
from tests.verbs.cover_checks.checking import a_check, lent_and_back, somebody

COVER, CONTENTS = Confirmation.COVER, Confirmation.CONTENTS


def two_files(work: Work) -> tuple[CaseFile, CaseFile]:
    """Register two files on two shelves."""
    return a_file(work, a_shelf(work, "Ett")), a_file(work, a_shelf(work, "Två"))


def in_its_cover(
    work: Work, holder: CaseFile, other: CaseFile | None, *, whole: bool = True, how: Evidence = Evidence.SCAN
) -> Finding:
    """Find what belongs to another in the cover of a file."""
    return misfiled.find(work, a_check(work, holder), "nothing_inside", ForeignContent(other, whole, how))


def kinds(work: Work, file: CaseFile) -> list[str]:
    """Return what happened to a file."""
    statement = select(col(Event.kind)).where(col(Event.stream) == file.stream).order_by(col(Event.seq))
    return list(work.session.execute(statement).scalars())


def the_assessment(work: Work) -> Assessment | None:
    """Return the only assessment there is."""
    return work.session.execute(select(Assessment)).scalar_one_or_none()


def test_both_files_tell_of_it_and_the_hidden_one_is_seen_where_the_cover_stands(work: Work) -> None:
    holder, other = two_files(work)
    finding = in_its_cover(work, holder, other)
    assert (finding.kind, finding.foreign_id) == (FindingKind.FOREIGN_FILE, other.id)
    assert "file.held_foreign" in kinds(work, holder)
    assert "file.found_in_cover" in kinds(work, other)
    seen = sightings.last(work, other.id)
    assert seen is not None
    assert seen.place_id == holder.place_id
    assert other.place_id != holder.place_id  # seen, not moved: it is moved by being put somewhere


def test_loose_papers_are_no_sighting_of_their_file(work: Work) -> None:
    holder, other = two_files(work)
    assert in_its_cover(work, holder, other, whole=False).kind is FindingKind.LOOSE_PAPERS
    assert "file.found_in_cover" in kinds(work, other)
    assert sightings.last(work, other.id) is None


@pytest.mark.parametrize("whole", [True, False])
def test_the_incident_of_a_wanted_file_is_told_at_once(work: Work, whole: bool) -> None:
    holder, other = two_files(work)
    reporting.report(work, MissReport((other.id,)))
    in_its_cover(work, holder, other, whole=whole)
    told = work.session.execute(select(col(WantedSighting.place_id))).scalars().all()
    assert told == [holder.place_id]


def test_the_cover_is_set_aside_and_cannot_be_confirmed_until_it_is_set_right(work: Work) -> None:
    holder, other = two_files(work)
    check = a_check(work, holder)
    checks.confirm(work, check, COVER)
    finding = misfiled.find(work, check, "nothing_inside", ForeignContent(other, whole=True))
    assert check.status is CheckState.SET_ASIDE
    with pytest.raises(Conflict):
        checks.confirm(work, check, CONTENTS)
    findings.correct(work, finding, note="Lagd i rätt omslag")
    assert check.status is CheckState.WAITING
    checks.confirm(work, check, CONTENTS)
    assert check.status is CheckState.WITH_FINDINGS


def test_content_confirmed_before_papers_of_another_turned_up_is_leafed_through_again(work: Work) -> None:
    holder, other = two_files(work)
    check = a_check(work, holder)
    checks.confirm(work, check, CONTENTS)
    findings.correct(work, misfiled.find(work, check, "nothing_inside", ForeignContent(other, whole=False)))
    checks.confirm(work, check, COVER)
    assert check.open
    checks.confirm(work, check, CONTENTS)
    assert not check.open


def test_a_cover_with_papers_of_two_others_waits_for_both(work: Work) -> None:
    holder, one = two_files(work)
    two = a_file(work, places.get(work, one.place_id))
    check = a_check(work, holder)
    found = [
        misfiled.find(work, check, "nothing_inside", ForeignContent(file, whole=False)) for file in (one, two)
    ]
    findings.correct(work, found[0])
    assert check.status is CheckState.SET_ASIDE
    findings.correct(work, found[1])
    assert check.status is CheckState.WAITING


def test_papers_handed_on_are_listed_though_the_cover_is_right_again(work: Work) -> None:
    finding = in_its_cover(work, two_files(work)[0], None, whole=False)
    findings.hand_on(work, finding, "Enhet Norr", work.now.date() + timedelta(days=3))
    assert work.session.get_one(CoverCheck, finding.check_id).status is CheckState.WAITING
    assert [row.Finding.id for row in findings.listed(work)] == [finding.id]


def test_two_files_in_each_others_covers_are_both_found(work: Work) -> None:
    one, two = two_files(work)
    checks = [a_check(work, file) for file in (one, two)]
    for check, other in zip(checks, (two, one), strict=True):
        misfiled.find(work, check, "nothing_inside", ForeignContent(other, whole=True, how=Evidence.SCAN))
    assert [check.status for check in checks] == [CheckState.SET_ASIDE, CheckState.SET_ASIDE]
    for file in (one, two):
        assert {"file.held_foreign", "file.found_in_cover"} <= set(kinds(work, file))


def test_the_file_the_cover_belongs_to_is_not_foreign_in_it(work: Work) -> None:
    holder, _other = two_files(work)
    with pytest.raises(Invalid) as refusal:
        in_its_cover(work, holder, holder)
    assert refusal.value.code == "own_papers"


def test_a_label_of_another_time_leads_to_the_right_file(work: Work) -> None:
    one, two = two_files(work)
    old = one.code
    codes.print_labels(work, [one], "test")
    codes.print_labels(work, [one], "test", LabelReason.DAMAGED)
    assert misfiled.by_label(work, old).id == one.id
    files.void(work, one, two)
    assert misfiled.by_label(work, old).id == two.id


def test_papers_nobody_knows_are_identified_later_and_told_of_then(work: Work) -> None:
    holder, other = two_files(work)
    finding = in_its_cover(work, holder, None)
    assert finding.foreign_id is None
    misfiled.identify(work, finding, other)
    assert finding.foreign_id == other.id
    assert "file.found_in_cover" in kinds(work, other)
    with pytest.raises(Conflict):
        misfiled.identify(work, finding, other)


def test_a_finding_by_mistake_is_taken_back_and_nobody_saw_the_other_file(work: Work) -> None:
    holder, other = two_files(work)
    found = ForeignContent(
        other, whole=True, how=Evidence.SCAN, scan_id="00000000-0000-4000-8000-000000000001"
    )
    finding = misfiled.find(work, a_check(work, holder), "nothing_inside", found)
    findings.withdraw(work, finding)
    assert finding.status is FindingState.WITHDRAWN
    assert sightings.last(work, other.id) is None
    assert work.session.get_one(CoverCheck, finding.check_id).status is CheckState.WAITING


# Who may have read


def test_a_cover_that_never_left_the_archive_needs_no_assessment(work: Work) -> None:
    holder, other = two_files(work)
    in_its_cover(work, holder, other)
    assert the_assessment(work) is None
    lent = a_file(work, a_shelf(work, "Tre"))
    lent_and_back(work, lent)
    in_its_cover(work, lent, None)
    assert the_assessment(work) is not None


def test_papers_in_a_cover_that_was_lent_must_be_judged_within_72_hours(work: Work) -> None:
    holder, other = two_files(work)
    loan = lent_and_back(work, holder)
    finding = in_its_cover(work, holder, other, how=Evidence.HAND)
    found = the_assessment(work)
    assert found is not None
    assert (found.finding_id, found.loans, found.owner_id) == (finding.id, [loan.id], work.actor.user_id)
    assert found.due_at == work.now + timedelta(hours=72)
    (clock,) = deadlines.for_streams(work, found.stream)
    assert (clock.due_at, clock.owner_id) == (found.due_at, work.actor.user_id)
    assert [message.about for message in inbox.inbox(work)] == [found.stream]


def test_only_loans_after_the_cover_was_surely_right_are_judged(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        holder, other = two_files(work)
        lent_and_back(work, holder)
    clock.forward(days=10)
    with archive.write(archivist) as work:
        check = a_check(work, files.get(work, holder.id))
        checks.confirm(work, check, COVER)
        checks.confirm(work, check, CONTENTS)
    clock.forward(days=10)
    with archive.write(archivist) as work:
        later = lent_and_back(work, files.get(work, holder.id))
    clock.forward(days=1)
    with archive.write(archivist) as work:
        in_its_cover(work, files.get(work, holder.id), files.get(work, other.id), how=Evidence.HAND)
        found = the_assessment(work)
        assert found is not None
        assert found.loans == [later.id]
        assert found.since == check.done_at


@pytest.mark.parametrize("whole", [True, False])
def test_a_file_seen_elsewhere_after_the_loan_was_not_in_the_cover_then_but_loose_papers_may_have_been(
    archive: Archive, archivist: Actor, clock: SetClock, whole: bool
) -> None:
    with archive.write(archivist) as work:
        holder, other = two_files(work)
        lent_and_back(work, holder)
    clock.forward(days=1)
    with archive.write(archivist) as work:
        sightings.record(work, files.get(work, other.id), other.place_id, how=Evidence.SCAN)
    clock.forward(days=1)
    with archive.write(archivist) as work:
        in_its_cover(work, files.get(work, holder.id), files.get(work, other.id), whole=whole)
        assert (the_assessment(work) is None) is whole


@pytest.fixture
@remembering
def assessment(archive: Archive, archivist: Actor) -> Assessment:
    """Give an assessment that waits for its answer."""
    with archive.write(archivist) as work:
        holder, other = two_files(work)
        lent_and_back(work, holder)
        in_its_cover(work, holder, other, how=Evidence.HAND)
        found = the_assessment(work)
        assert found is not None
        return found


NOBODY = AssessmentResult(AssessmentAnswer.NOBODY, "Ingen: kuvertet var förseglat", "Inget mer görs")


def test_an_assessment_is_listed_until_it_is_answered_and_then_among_the_answered(
    archive: Archive, archivist: Actor, assessment: Assessment
) -> None:
    with archive.write(archivist) as work:
        assert [row.Assessment.id for row in assessments.listed(work)] == [assessment.id]
        assessments.answer(work, assessments.get(work, assessment.id), NOBODY)
        assert assessments.listed(work) == []
        (row,) = assessments.listed(work, answered=True)
        assert (row.Assessment.status, row.Assessment.answered_by) == (
            AssessmentState.ANSWERED,
            work.actor.id,
        )
        assert not deadlines.for_streams(work, assessment.stream)[0].open


@pytest.mark.parametrize(("readers", "decision"), [("", "Inget"), ("Ingen", "  ")])
def test_an_assessment_is_not_closed_without_saying_who_read_and_what_was_decided(
    archive: Archive, archivist: Actor, assessment: Assessment, readers: str, decision: str
) -> None:
    said = AssessmentResult(AssessmentAnswer.NO_RISK, readers, decision)
    with archive.write(archivist) as work, pytest.raises(Invalid):
        assessments.answer(work, assessments.get(work, assessment.id), said)


def test_a_risk_to_somebody_names_the_incident(
    archive: Archive, archivist: Actor, assessment: Assessment
) -> None:
    risk = AssessmentResult(AssessmentAnswer.RISK, "Karin Berg", "Anmält")
    with archive.write(archivist) as work:
        found = assessments.get(work, assessment.id)
        with pytest.raises(Invalid) as refusal:
            assessments.answer(work, found, risk)
        assert refusal.value.code == "incident_missing"
        with pytest.raises(NotFound):
            assessments.answer(work, found, AssessmentResult(risk.answer, risk.readers, risk.decision, 4711))
        incident = reporting.report(work, MissReport(description="Papper kan ha lästs"))
        assessments.answer(
            work, found, AssessmentResult(risk.answer, risk.readers, risk.decision, incident.id)
        )
        assert found.incident_id == incident.id


def test_an_answer_is_given_once(archive: Archive, archivist: Actor, assessment: Assessment) -> None:
    with archive.write(archivist) as work:
        found = assessments.get(work, assessment.id)
        assessments.answer(work, found, NOBODY)
        with pytest.raises(Conflict):
            assessments.answer(work, found, NOBODY)


def test_an_assessment_is_passed_on_with_its_clock(
    archive: Archive, archivist: Actor, assessment: Assessment, clock: SetClock
) -> None:
    clock.forward(hours=10)
    other = somebody(archive, "Kim", Role.MANAGER)
    with archive.write(archivist) as work:
        found = assessments.get(work, assessment.id)
        assessments.pass_on(work, found, work.session.get_one(User, other.user_id))
        assert (found.owner_id, found.due_at) == (other.user_id, assessment.due_at)
        (deadline,) = deadlines.for_streams(work, found.stream)
        assert (deadline.owner_id, deadline.due_at) == (other.user_id, assessment.due_at)
    with archive.read(other) as work:
        assert [message.about for message in inbox.inbox(work)] == [assessment.stream]


def test_nobody_who_has_left_gets_an_assessment(
    archive: Archive, archivist: Actor, assessment: Assessment, root: Actor
) -> None:
    gone = somebody(archive, "Kim", Role.MANAGER)
    with archive.write(root) as work:
        users.set_active(work, work.session.get_one(User, gone.user_id), False)
        with pytest.raises(Invalid):
            assessments.pass_on(
                work, assessments.get(work, assessment.id), work.session.get_one(User, gone.user_id)
            )


def test_who_may_not_judge_neither_reads_nor_answers(archive: Archive, assessment: Assessment) -> None:
    with archive.write(somebody(archive, "Robin")) as work:
        with pytest.raises(NotPermitted):
            assessments.listed(work)
        with pytest.raises(NotFound):
            assessments.get(work, assessment.id)
        with pytest.raises(NotPermitted):
            assessments.answer(work, work.session.get_one(Assessment, assessment.id), NOBODY)


def test_a_finding_others_may_have_read_is_not_taken_back_before_that_is_answered(
    archive: Archive, archivist: Actor, assessment: Assessment
) -> None:
    with archive.write(archivist) as work:
        finding = findings.get(work, assessment.finding_id)
        with pytest.raises(Conflict) as refusal:
            findings.withdraw(work, finding)
        assert refusal.value.code == "assessment_open"
        assessments.answer(work, assessments.get(work, assessment.id), NOBODY)
        findings.withdraw(work, finding)


def test_what_the_operator_finds_is_owned_by_an_archivist(
    archive: Archive, archivist: Actor, root: Actor
) -> None:
    with archive.write(root) as work:
        holder, other = two_files(work)
        lent_and_back(work, holder)
        in_its_cover(work, holder, other, how=Evidence.HAND)
        found = the_assessment(work)
        assert found is not None
        assert found.owner_id == archivist.user_id
