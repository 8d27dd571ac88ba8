"""What lies on the checking desk: the checklist pinned, how deep to leaf, nothing of the first check."""

import pytest

from archive.cover_checks import assessments, checklists, checks, findings, misfiled, second_checks
from archive.cover_checks import desk as cover_desk
from archive.cover_checks.assessments import AssessmentResult
from archive.cover_checks.findings import SeenWrong
from archive.cover_checks.misfiled import ForeignContent
from archive.files import files
from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive, Work
from archive.models import CoverCheck
from archive.places import places
from archive.timeline import timeline
from archive.vocabulary import (
    AssessmentAnswer,
    CheckCommand,
    CheckState,
    Confirmation,
    FindingKind,
    Protection,
)
from routines.checklist import packaged_checklist
from tests.builders import SetClock, a_file, a_person, a_shelf
from tests.verbs.cover_checks.checking import KEEPER, a_check, checked, lent_and_back, somebody
from tests.verbs.deliveries.delivering import a_scene

COVER, CONTENTS, SEAL = Confirmation.COVER, Confirmation.CONTENTS, Confirmation.SEAL


def depth(work: Work, check: CoverCheck) -> str:
    """Return how deep to leaf."""
    return cover_desk.for_check(work, check).depth.id


def test_a_check_follows_the_checklist_in_force_when_it_was_queued(work: Work) -> None:
    check = a_check(work)
    assert check.checklist == checklists.in_force() == "cover_check.v1"
    desk = cover_desk.for_check(work, check)
    assert desk.checklist == packaged_checklist("cover_check")
    assert {point.confirmation for point in desk.points(COVER)} == {"cover"}
    with pytest.raises(KeyError):
        checklists.named("cover_check.v0")


def test_the_checklist_and_the_archive_speak_of_the_same_things() -> None:
    checklist = packaged_checklist("cover_check")
    assert {one.id for one in checklist.confirmations} == {one.value for one in Confirmation}
    assert {one.id for one in checklist.findings} == {one.value for one in FindingKind}
    for what in checklist.confirmations:
        assert what.title.sv == Confirmation(what.id).sv
    assert {one.id for one in checklist.marks} == {"foreign_before", "wanted_near", "lent_lately", "sealed"}


@pytest.mark.parametrize(
    ("point", "kind"),
    [
        (checklists.WHOLE_COVER, FindingKind.DAMAGED),
        (checklists.WHOLE_ENVELOPE, FindingKind.DAMAGED),
        (checklists.ANOTHER_FILE, FindingKind.FOREIGN_FILE),
    ],
)
def test_what_commands_mean_is_on_the_checklist(work: Work, point: str, kind: FindingKind) -> None:
    checklists.refuse_unknown(a_check(work), point, kind)
    assert CheckCommand.DAMAGED.sv == "SKADAD"


def test_the_desk_says_what_is_left_and_what_was_found(work: Work) -> None:
    check = a_check(work)
    checks.confirm(work, check, COVER)
    finding = findings.find(work, check, SeenWrong(FindingKind.DAMAGED, "whole"))
    desk = cover_desk.for_check(work, check)
    assert (desk.needs, [one.what for one in desk.said], desk.found) == ((CONTENTS,), [COVER], [finding])
    assert desk.subjects[0] == f"file:{check.file_id}"
    checks.confirm(work, check, CONTENTS)
    assert cover_desk.for_check(work, check).needs == ()


def test_a_second_check_tells_nothing_of_the_first(archive: Archive, archivist: Actor, root: Actor) -> None:
    with archive.write(archivist) as work:
        check = a_check(work)
        findings.find(work, check, SeenWrong(FindingKind.DAMAGED, "whole", "Ryggen trasig"))
        for what in (COVER, CONTENTS):
            checks.confirm(work, check, what)
    with archive.write(root) as work:
        (second,) = second_checks.draw(work, 100).seconds
    with archive.read(somebody(archive, "Kim")) as work:
        desk = cover_desk.for_check(work, checks.get(work, second))
        assert (list(desk.found), list(desk.said), desk.needs) == ([], [], (COVER, CONTENTS))


# How deep to leaf


def test_a_file_nothing_is_known_of_is_leafed_through_by_tabs(work: Work) -> None:
    assert depth(work, a_check(work)) == "every_tab"


def test_a_file_that_was_lent_is_leafed_through_by_documents_until_that_has_been_done(
    archive: Archive, archivist: Actor, clock: SetClock
) -> None:
    with archive.write(archivist) as work:
        file = a_file(work, a_shelf(work))
        lent_and_back(work, file)
        assert depth(work, a_check(work, file)) == "every_document"
        checked(work, file)
    clock.forward(days=1)
    with archive.write(archivist) as work:
        assert depth(work, a_check(work, files.get(work, file.id))) == "every_tab"


@pytest.mark.parametrize("near", ["place", "person", "none"])
def test_a_file_near_a_wanted_one_is_leafed_through_sheet_by_sheet(work: Work, near: str) -> None:
    concerned = a_person(work)
    file = a_file(work, a_shelf(work), concerned)
    place = places.get(work, file.place_id) if near == "place" else a_shelf(work, "Annanstans")
    person = concerned if near == "person" else a_person(work)
    reporting.report(work, MissReport((a_file(work, place, person).id,)))
    assert depth(work, a_check(work, file)) == ("every_tab" if near == "none" else "every_sheet")


def test_covers_of_a_sender_where_something_foreign_was_found_are_leafed_through_by_documents(
    archive: Archive,
) -> None:
    scene = a_scene(archive)
    scene.plan(3)
    scene.pack_all(0, 1, 2)
    scene.dispatch()
    scene.receive_all(0, 1, 2)
    waiting = scene.look(lambda work: checks.waiting(work, delivery_id=scene.delivery))
    assert {scene.look(lambda work, row=row: depth(work, row.check)) for row in waiting} == {"every_tab"}

    def find(work: Work) -> None:
        other = files.get(work, scene.files[4])
        misfiled.find(work, waiting[0].check, "nothing_inside", ForeignContent(other, whole=True))

    scene.do(scene.receiver, find)
    depths = [scene.look(lambda work, row=row: depth(work, row.check)) for row in waiting]
    assert depths == ["every_tab", "every_document", "every_document"]


def test_an_envelope_is_not_opened(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        check = a_check(work, a_file(work, a_shelf(work), a_person(work, protection=Protection.MARKED)))
        desk = cover_desk.for_check(work, check)
        assert (desk.depth.id, desk.needs, desk.text.sealed) == ("unopened", (SEAL,), True)
    keeper = somebody(archive, "Kim", *KEEPER)
    with archive.write(keeper) as work:
        findings.find(
            work, checks.get(work, check.id), SeenWrong(FindingKind.WRONG_ON_COVER, "name", "Fel namn")
        )
        findings.find(work, checks.get(work, check.id), SeenWrong(FindingKind.DAMAGED, "whole"))
        assert len(cover_desk.for_check(work, checks.get(work, check.id)).found) == 2
    with archive.read(archivist) as work:
        found = cover_desk.for_check(work, checks.get(work, check.id)).found
        assert [one.kind for one in found] == [FindingKind.DAMAGED]


# How it is told


def test_what_happened_at_the_desk_is_told_in_words(work: Work) -> None:
    holder, other = a_file(work, a_shelf(work)), a_file(work, a_shelf(work, "Två"), reference="2004-77")
    lent_and_back(work, holder)
    check = a_check(work, holder)
    checks.confirm(work, check, COVER)
    finding = misfiled.find(work, check, "nothing_inside", ForeignContent(other, whole=True))
    findings.hand_on(work, finding, "Enhet Norr", work.now.date())
    findings.correct(work, finding)
    checks.confirm(work, check, CONTENTS)
    (assessment,) = assessments.of_findings(work, [finding.id]).values()
    assessments.answer(work, assessment, AssessmentResult(AssessmentAnswer.NOBODY, "Ingen", "Inget"))
    told = {
        thing.stream: [entry.sentence for entry in timeline.of_stream(work, thing.stream).entries][::-1]
        for thing in (check, finding, assessment)
    }
    assert told[check.stream] == [
        "Ställd i kö för omslagskontroll",
        "Bekräftat: Omslag rätt",
        "Ställd åt sidan",
        "Upptagen igen",
        "Bekräftat: Innehåll genombläddrat, hör hit",
        "Kontrollerad; anmärkningar: 1",
    ]
    assert told[finding.stream][0] == "Anmärkning: felinlagd akt"
    assert "Lämnad vidare, ska vara klar 2026-11-23" in told[finding.stream]
    assert told[assessment.stream][0] == "Det ska bedömas vem som kan ha läst"
    assert "Besvarad: ingen obehörig har kunnat läsa" in told[assessment.stream]


def test_both_files_say_what_lay_where(work: Work) -> None:
    holder, other = a_file(work, a_shelf(work), reference="2004-76"), a_file(work, a_shelf(work, "Två"))
    unknown = a_file(work, a_shelf(work, "Tre"))
    misfiled.find(work, a_check(work, holder), "nothing_inside", ForeignContent(other, whole=True))
    misfiled.find(work, a_check(work, unknown), "belongs", ForeignContent(None, whole=False))
    checked(work, other)
    said = {
        file.id: [entry.sentence for entry in timeline.of_file(work, file).entries]
        for file in (holder, other, unknown)
    }
    assert f"I omslaget låg sådant som hör till {other.reference}" in said[holder.id]
    assert "Hittades i omslaget till 2004-76" in said[other.id]
    assert "Omslaget kontrollerades: kontrollerad" in said[other.id]
    assert "I omslaget låg sådant som hör till en annan akt" in said[unknown.id]


def test_the_start_page_counts_what_waits_and_a_file_knows_its_checks(work: Work) -> None:
    first = checked(work)
    file = files.get(work, first.file_id)
    second = a_check(work, file)
    a_check(work)
    holder, other = a_file(work, a_shelf(work, "Två")), a_file(work, a_shelf(work, "Tre"))
    misfiled.find(work, a_check(work, holder), "nothing_inside", ForeignContent(other, whole=True))
    assert checks.totals(work) == {CheckState.WAITING: 2, CheckState.SET_ASIDE: 1}
    assert [check.id for check in checks.of_file(work, file.id)] == [second.id, first.id]
