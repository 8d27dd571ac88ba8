"""A file that was missed stands where it was found, whole or not, unless the find was none."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive.files import files, sightings, wanted
from archive.incidents import finds, outcomes, reporting
from archive.incidents.letters import course
from archive.incidents.letters.cases import Case
from archive.incidents.report import gather
from archive.incidents.reporting import MissReport, StatedFind
from archive.integrity import checks
from archive.kernel.errors import Invalid
from archive.kernel.store import Actor, Archive, operator
from archive.loans import loans
from archive.models import CaseFile, Incident, Loan, WantedSighting
from archive.places import places
from archive.search import searches
from archive.search.searches import Searched
from archive.timeline import timeline
from archive.vocabulary import (
    Custody,
    Evidence,
    FoundState,
    IncidentOutcome,
    LoanPurpose,
    LoanState,
    OthersRead,
    Role,
    SearchResult,
    SeenAnswer,
)
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.verbs.incidents.incident_play import Play, a_colleague

pytestmark = pytest.mark.engines("sqlite")


@dataclass
class Missed:
    """One file that is missed, and another box where it may lie."""

    archive: Archive
    clock: SetClock
    by: Actor
    file: int
    home: int
    other: int
    number: int

    def found(self, *, whole: bool = True, place: int | None = None, how: str = "search") -> None:
        """Say that it was found."""
        self.clock.forward(hours=1)
        with self.archive.write(self.by) as work:
            state = FoundState.WHOLE if whole else FoundState.INCOMPLETE
            said = StatedFind(
                work.now,
                "På golvet",
                how,
                place_id=place,
                state=state,
                others_read=OthersRead.NO,
                found_part="" if whole else "38 av 40 handlingar",
                missing_part="" if whole else "två handlingar",
            )
            reporting.found(work, reporting.get(work, self.number), [1], said)

    def rest_lost(self) -> None:
        """Decide that what is still missing is lost."""
        self.clock.forward(hours=1)
        with self.archive.write(operator("delegate")) as work:
            incident = reporting.get(work, self.number)
            outcomes.declare_lost(work, incident, reporting.items(work, incident), "Resten är inte hittad")

    def again(self) -> None:
        """Take the incident up again: it was another file."""
        self.clock.forward(hours=1)
        with self.archive.write(self.by) as work:
            reporting.reopen(work, reporting.get(work, self.number), [], "Det var en annan akt")

    def stands(self) -> tuple[Custody, int]:
        """Return the state of the file and where it is recorded, once the register is found sound."""
        with self.archive.write(self.by) as work:
            assert checks.everything(work) == []
            file = work.session.get_one(CaseFile, self.file)
            return file.status, file.place_id


def missed(archive: Archive, clock: SetClock, *, lent: bool = False) -> Missed:
    """Report a file as missing, one on loan if so wanted."""
    chief = a_colleague(archive, "chefen", Role.MANAGER)  # may neither move nor lend
    with archive.write(operator("archive")) as work:
        shelf = a_shelf(work)
        home, other = a_box(work, shelf).id, a_box(work, shelf, "Box 2").id
        file = a_file(work, a_box(work, shelf, "Box 3"))
        files.move(work, file, places.get(work, home), how=Evidence.HAND)
        if lent:
            due = work.now.date() + timedelta(days=7)
            loans.hand_out(work, file, loans.Request("Bo Borg", LoanPurpose.CASE_WORK, due))
        file_id = file.id
    clock.forward(days=1)
    with archive.write(chief) as work:
        number = reporting.report(work, MissReport((file_id,), protected=False)).id
    return Missed(archive, clock, chief, file_id, home, other, number)


@pytest.fixture
def it(archive: Archive, clock: SetClock) -> Missed:
    """Give a file that is missed."""
    return missed(archive, clock)


@pytest.fixture
def lent(archive: Archive, clock: SetClock) -> Missed:
    """Give a file that is missed while it is on loan."""
    return missed(archive, clock, lent=True)


def loan_of(it: Missed) -> Loan:
    with it.archive.read(it.by) as work:
        return loans.of_file(work, it.file)[0]


def test_a_file_whose_rest_is_declared_lost_stands_where_it_was_found(it: Missed) -> None:
    it.found(whole=False, place=it.other)
    assert it.stands() == (Custody.ON_PLACE, it.other)
    it.rest_lost()
    assert it.stands() == (Custody.ON_PLACE, it.other)
    with it.archive.read(it.by) as work:
        (item,) = reporting.items(work, work.session.get_one(Incident, it.number))
        assert (item.part_found, item.outcome) == (True, IncidentOutcome.DECLARED_LOST)


def test_a_file_of_which_nothing_was_found_is_lost_as_a_whole(it: Missed) -> None:
    it.rest_lost()
    assert it.stands() == (Custody.LOST, it.home)


def test_when_the_rest_turns_up_the_file_stands_where_that_says(it: Missed) -> None:
    it.found(whole=False, place=it.other)
    it.rest_lost()
    it.found(place=it.home)
    assert it.stands() == (Custody.ON_PLACE, it.home)


def test_a_part_of_a_lost_file_is_found_where_it_lay(it: Missed) -> None:
    it.rest_lost()
    it.found(whole=False, place=it.other)
    assert it.stands() == (Custody.ON_PLACE, it.other)


def test_a_whole_file_stands_where_it_was_found_and_was_seen_there(it: Missed) -> None:
    it.found(place=it.other)
    assert it.stands() == (Custody.ON_PLACE, it.other)
    with it.archive.read(it.by) as work:
        seen = sightings.last(work, it.file)
        assert seen is not None
        assert seen.place_id == it.other


def test_a_file_put_elsewhere_after_it_was_found_stays_there(it: Missed) -> None:
    it.clock.forward(hours=1)
    with it.archive.read(it.by) as work:
        found_at = work.now
    it.clock.forward(hours=1)
    with it.archive.write(operator("archive")) as work:
        files.move(work, files.get(work, it.file), places.get(work, it.home), how=Evidence.SCAN)
    with it.archive.write(it.by) as work:
        said = StatedFind(
            found_at, "På golvet", place_id=it.other, state=FoundState.WHOLE, others_read=OthersRead.NO
        )
        reporting.found(work, reporting.get(work, it.number), [1], said)
    assert it.stands() == (Custody.ON_PLACE, it.home)


@pytest.mark.parametrize("whole", [True, False])
def test_a_find_that_was_none_leaves_the_file_where_it_was(it: Missed, whole: bool) -> None:
    it.found(whole=whole, place=it.other)
    it.again()
    assert it.stands() == (Custody.ON_PLACE, it.home)


@pytest.mark.parametrize("whole", [True, False])
def test_a_file_found_as_given_back_is_on_loan_no_more(lent: Missed, whole: bool) -> None:
    lent.found(whole=whole, how="returned", place=lent.other)
    assert lent.stands() == (Custody.ON_PLACE, lent.other)
    loan = loan_of(lent)
    assert (loan.status, loan.open, loan.returned_by) == (LoanState.RETURNED, False, lent.by.id)


@pytest.mark.parametrize("whole", [True, False])
def test_a_file_given_back_is_put_on_no_place_that_nobody_named(lent: Missed, whole: bool) -> None:
    with pytest.raises(Invalid) as refused:
        lent.found(whole=whole, how="returned")
    assert (refused.value.code, refused.value.field) == ("found_nowhere", "place")
    assert lent.stands() == (Custody.ON_LOAN, lent.home)
    assert loan_of(lent).status is LoanState.OUT


@pytest.mark.parametrize("how", ["returned", "outside", "delivery", "other"])
def test_a_file_found_in_a_way_that_says_no_place_stands_at_none_that_nobody_named(
    it: Missed, how: str
) -> None:
    with pytest.raises(Invalid) as refused:
        it.found(how=how)
    assert (refused.value.code, refused.value.field) == ("found_nowhere", "place")
    it.found(how=how, place=it.other)
    assert it.stands() == (Custody.ON_PLACE, it.other)


@pytest.mark.engines("sqlite", "postgresql")  # no other test sends the question
@pytest.mark.parametrize(("how", "right"), [(Evidence.SCAN, True), (Evidence.HAND, False)])
def test_a_scan_at_its_place_has_said_where_a_found_file_stands_and_no_word_of_mouth_has(
    it: Missed, how: Evidence, right: bool
) -> None:
    with it.archive.write(operator("archive")) as work:
        sightings.record(work, files.get(work, it.file), it.home, how=how)
    if right:
        it.found(how="outside")
    else:
        with pytest.raises(Invalid):
            it.found(how="outside")
    assert it.stands() == (Custody.ON_PLACE, it.home)


def test_a_lost_file_is_put_on_no_place_that_nobody_named(it: Missed) -> None:
    it.rest_lost()
    with pytest.raises(Invalid) as refused:
        it.found()
    assert (refused.value.code, refused.value.field) == ("found_nowhere", "place")
    assert it.stands() == (Custody.LOST, it.home)
    it.found(place=it.other)
    assert it.stands() == (Custody.ON_PLACE, it.other)


def test_a_lent_file_found_at_a_place_is_back_there(lent: Missed) -> None:
    lent.found(place=lent.other)
    assert lent.stands() == (Custody.ON_PLACE, lent.other)
    assert loan_of(lent).status is LoanState.RETURNED


def test_a_lent_file_found_with_no_place_named_is_out_still(lent: Missed) -> None:
    lent.found()
    assert lent.stands() == (Custody.ON_LOAN, lent.home)
    assert loan_of(lent).status is LoanState.OUT


def test_a_return_that_was_of_another_file_lets_the_loan_run_on(lent: Missed) -> None:
    lent.found(place=lent.other)
    lent.again()
    assert lent.stands() == (Custody.ON_LOAN, lent.home)
    loan = loan_of(lent)
    assert (loan.status, loan.open, loan.returned_at) == (LoanState.OUT, True, None)


def _told(it: Missed) -> list[str]:
    with it.archive.read(it.by) as work:
        return [entry.sentence for entry in timeline.of_stream(work, f"incident:{it.number}").entries]


def test_where_nobody_said_where_it_was_seen_no_dash_stands_for_it(it: Missed) -> None:
    it.found()
    assert any("uppges vara sedd; var är inte angivet" in sentence for sentence in _told(it))
    it.again()
    it.found(place=it.other)
    assert any("sågs på" in sentence and "Box 2" in sentence for sentence in _told(it))
    assert not any("–" in sentence for sentence in _told(it))


def test_a_search_of_no_one_place_is_told_without_one(it: Missed) -> None:
    with it.archive.write(it.by) as work:
        for lead in ("", f"read:{it.other}"):
            searches.record(work, reporting.get(work, it.number), Searched(SearchResult.NOT_FOUND, lead))
    said = [sentence for sentence in _told(it) if sentence.startswith("Genomsökt")]
    assert ["Box 2" in sentence for sentence in said] == [True, False]
    assert said[1] == "Genomsökt (inte hittad)"


def test_what_words_describe_is_named_so_in_the_history(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        number = reporting.report(work, MissReport(description="En pärm", protected=False)).id
        told = [entry.sentence for entry in timeline.of_stream(work, f"incident:{number}").entries]
    assert "Tillagd: det som beskrivs i ord" in told


@pytest.mark.parametrize("placed", [True, False])
def test_the_part_found_before_is_no_news_when_it_is_scanned_where_it_stands(
    it: Missed, placed: bool
) -> None:
    it.found(whole=False, place=it.other if placed else None)
    it.clock.forward(hours=1)
    with it.archive.write(operator("archive")) as work:
        file = files.get(work, it.file)
        assert sightings.record(work, file, it.other, how=Evidence.SCAN) == it.number, "it is wanted still"
        (seen,) = work.session.scalars(select(WantedSighting).where(col(WantedSighting.how) == Evidence.SCAN))
        assert seen.answer is (SeenAnswer.PART if placed else None)
        incident = reporting.get(work, it.number)
        told = course.told(course.trace(Case(work, incident, it.archive.settings)))
        assert ("uppges" in told) is not placed
        assert "hittades igen" in told
    assert it.stands()[0] is Custody.ON_PLACE


def test_a_file_whose_rest_is_lost_is_wanted_no_more_and_its_rest_can_turn_up(it: Missed) -> None:
    it.found(whole=False, place=it.other)
    with it.archive.read(it.by) as work:
        assert wanted.by_file(work, [it.file])
    it.rest_lost()
    with it.archive.read(it.by) as work:
        assert wanted.by_file(work, [it.file]) == {}
    it.found(place=it.other)
    with it.archive.read(it.by) as work:
        (item,) = reporting.items(work, work.session.get_one(Incident, it.number))
        assert item.outcome is IncidentOutcome.FOUND


@pytest.mark.parametrize("by", ["hand", "search"])
def test_what_is_said_and_never_confirmed_is_no_find_once_it_was_not_missing(it: Missed, by: str) -> None:
    with it.archive.write(it.by) as work:
        incident = reporting.get(work, it.number)
        if by == "hand":
            finds.claim(work, reporting.items(work, incident), None, work.now)
        else:
            searches.record(work, incident, Searched(SearchResult.FOUND))
        reporting.advance(work, incident)
    it.clock.forward(hours=1)
    play = Play(it.archive, it.number)
    assert "confirm_find" in play.open(it.by)
    with it.archive.write(it.by) as work:
        decided = reporting.get(work, it.number)
        reporting.mistaken(work, decided, [1], "disposed", "Gallrad 2020", "Protokollet")
    assert "confirm_find" not in play.open(it.by)
    with it.archive.read(it.by) as work:
        said = [one.answer for one in gather.report(work, reporting.get(work, it.number)).seen]
        assert checks.everything(work) == []
    assert said == ([SeenAnswer.UNCONFIRMED] if by == "hand" else [])


def test_what_was_said_is_confirmed_by_a_find_and_by_nothing_else(it: Missed) -> None:
    it.found(place=it.other)
    with it.archive.read(it.by) as work:
        said = [one.answer for one in gather.report(work, reporting.get(work, it.number)).seen]
    assert said == [SeenAnswer.FOUND]
