"""A file's history in sentences: its own, and the moves of what held it while it stood there."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from archive.files import files
from archive.kernel.store import Actor, Archive, Work, worker
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile, Place
from archive.people import people
from archive.places import places
from archive.timeline import timeline
from archive.timeline.timeline import TimelinePage
from archive.vocabulary import Evidence, LoanPurpose, PlaceKind, Protection, Role
from archive.vocabulary.wording import speaking
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf
from tests.remembering import remembering
from tests.statements import counted
from tests.tampering import intruding

SHELF = "Centralarkivet / Rum 1 / rack A / shelf 1"


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with speaking("en"):
        yield


def _told(page: TimelinePage) -> list[str]:
    return [entry.sentence for entry in page.entries]


@pytest.fixture
def shelf(work: Work) -> Place:
    """Give a shelf in the central archive."""
    return a_shelf(work)


def test_a_registered_file_tells_where_and_how(work: Work, shelf: Place) -> None:
    file = a_file(work, a_box(work, shelf))
    (entry,) = timeline.of_file(work, file).entries
    assert entry.sentence == f"Registered at {SHELF} / Box 1 (entered by hand)"
    assert (entry.who, entry.when, entry.tone) == ("Arkivarie", "2026-11-23 09:00", "green")


def test_newest_comes_first(work: Work, shelf: Place, clock: SetClock) -> None:
    file = a_file(work, shelf)
    for name in ("Box 1", "Box 2"):
        files.move(work, file, a_box(work, shelf, name), how=Evidence.SCAN)
    assert _told(timeline.of_file(work, file)) == [
        f"Moved from {SHELF} / Box 1 to {SHELF} / Box 2 (scanned)",
        f"Moved from {SHELF} to {SHELF} / Box 1 (scanned)",
        f"Registered at {SHELF} (entered by hand)",
    ]


def test_sentences_are_swedish_where_the_page_is(work: Work, shelf: Place) -> None:
    file = a_file(work, shelf)
    with speaking("sv"):
        (entry,) = timeline.of_file(work, file).entries
        assert (
            entry.sentence
            == "Registrerad på Centralarkivet / Rum 1 / hyllsektion A / hyllplan 1 (inmatad för hand)"
        )


def test_a_box_that_moves_is_part_of_the_story_of_the_file_in_it(work: Work, shelf: Place) -> None:
    other = a_shelf(work, "Storgatan 1")
    box = a_box(work, shelf)
    file = a_file(work, box)
    places.move(work, box, other)
    assert _told(timeline.of_file(work, file))[0] == (
        f"Box 1: moved from {SHELF} to Storgatan 1 / Rum 1 / rack A / shelf 1"
    )


def test_a_crate_that_moves_with_the_box_is_part_of_it_too(work: Work, shelf: Place) -> None:
    other = a_shelf(work, "Storgatan 1")
    crate = places.create(work, shelf, PlaceKind.CRATE, "7")
    file = a_file(work, a_box(work, crate))
    places.move(work, crate, other)
    assert _told(timeline.of_file(work, file))[0].startswith("Crate 7: moved from Centralarkivet")


def test_what_a_box_did_before_and_after_the_file_stood_in_it_is_not(work: Work, shelf: Place) -> None:
    other = a_shelf(work, "Storgatan 1")
    box = a_box(work, shelf)
    file = a_file(work, shelf)
    places.move(work, box, other)
    files.move(work, file, box, how=Evidence.SCAN)
    places.move(work, box, shelf)
    files.move(work, file, shelf, how=Evidence.SCAN)
    places.move(work, box, other)
    told = [sentence for sentence in _told(timeline.of_file(work, file)) if sentence.startswith("Box")]
    assert told == [f"Box 1: moved from Storgatan 1 / Rum 1 / rack A / shelf 1 to {SHELF}"]


def test_what_a_box_did_while_the_file_was_out_on_loan_is_not(
    work: Work, shelf: Place, clock: SetClock
) -> None:
    other = a_shelf(work, "Storgatan 1")
    box = a_box(work, shelf)
    file = a_file(work, box)
    due = clock.now.date() + timedelta(days=7)
    loans.hand_out(work, file, Request("Bo Borg", LoanPurpose.CASE_WORK, due))
    places.move(work, box, other)
    loans.take_back(work, file)
    places.move(work, box, shelf)
    told = _told(timeline.of_file(work, file))
    assert [sentence.split()[0] for sentence in told] == ["Box", "Taken", "Handed", "Registered"]


def test_a_file_of_a_protected_person_tells_no_place(work: Work, shelf: Place) -> None:
    box = a_box(work, shelf)
    file = a_file(work, box, a_person(work, protection=Protection.MARKED))
    files.move(work, file, shelf, how=Evidence.SCAN)
    places.move(work, box, a_shelf(work, "Storgatan 1"))
    told = _told(timeline.of_file(work, file, hide_places=False))
    assert told == [
        "Moved from Protected to Protected (scanned)",
        "Registered at Protected (entered by hand)",
    ]


def test_places_can_be_left_out_for_another_reason(work: Work, shelf: Place) -> None:
    file = a_file(work, shelf)
    assert _told(timeline.of_file(work, file, hide_places=True)) == [
        "Registered at Protected (entered by hand)"
    ]


def test_what_was_recorded_later_than_it_happened_says_so(work: Work, shelf: Place, clock: SetClock) -> None:
    file = a_file(work, shelf)
    earlier = work.now - timedelta(hours=2)
    files.move(work, file, a_box(work, shelf), how=Evidence.SCAN, happened_at=earlier)
    entry = timeline.of_file(work, file).entries[0]
    assert (entry.when, entry.source) == ("2026-11-23 07:00", "recorded 2026-11-23 09:00")


def test_the_worker_and_the_operator_are_named_as_such(
    archive: Archive, archivist: Actor, root: Actor
) -> None:
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        file = a_file(work, shelf)
    for actor in (worker("imports"), root):
        with archive.write(actor) as work:
            fresh = files.get(work, file.id)
            there = a_box(work, places.get(work, shelf.id), f"Box {actor.name}")
            files.move(work, fresh, there, how=Evidence.LIST)
    with archive.read(archivist) as work:
        told = timeline.of_file(work, file).entries
    assert [entry.who for entry in told] == ["operator root", "the worker", "Arkivarie"]


def test_a_place_tells_what_came_and_went_and_which_file_it_was(work: Work, shelf: Place) -> None:
    box = a_box(work, shelf)
    file = a_file(work, shelf, reference="2003-77")
    files.move(work, file, box, how=Evidence.SCAN)
    page = timeline.of_place(work, box)
    assert _told(page) == [
        f"2003-77: moved from {SHELF} to {SHELF} / Box 1 (scanned)",
        f"Created under {SHELF}",
    ]
    assert page.subjects == [file.stream]


def test_a_place_does_not_tell_of_files_of_protected_persons(work: Work, shelf: Place) -> None:
    box = a_box(work, shelf)
    person = a_person(work)
    file = a_file(work, shelf, person)
    files.move(work, file, box, how=Evidence.SCAN)
    people.protect(work, person, Protection.MARKED, "Skatteverket")
    page = timeline.of_place(work, box)
    assert _told(page) == [f"Created under {SHELF}"]
    assert page.subjects == []


def test_delicate_fields_are_not_told_to_those_who_may_not_see_them(
    archive: Archive, archivist: Actor, as_role: Callable[[Role], Actor]
) -> None:
    with archive.write(archivist) as work:
        file = a_file(work, a_shelf(work))
        files.correct(work, file, file.version, adoption=True, part=1, parts=2)
    for role, told in (
        (Role.ARCHIVIST, "adoption, number of parts"),
        (Role.AUDITOR, "details not shown, number"),
    ):
        with archive.read(as_role(role)) as work:
            assert told in _told(timeline.of_file(work, files.get(work, file.id)))[0]


def test_pages_follow_each_other_without_gap_or_repeat(work: Work, shelf: Place) -> None:
    boxes = [a_box(work, shelf, f"Box {number}") for number in (1, 2)]
    file = a_file(work, boxes[0])
    other = a_shelf(work, "Storgatan 1")
    for turn in range(6):
        files.move(work, file, boxes[(turn + 1) % 2], how=Evidence.SCAN)
        places.move(work, boxes[(turn + 1) % 2], other if turn % 4 < 2 else shelf)
    whole = timeline.of_file(work, file, limit=100)
    assert whole.before is None
    assert len(whole.entries) == 13
    paged: list[int] = []
    before: int | None = None
    while True:
        page = timeline.of_file(work, file, before=before, limit=3)
        paged += [entry.id for entry in page.entries]
        before = page.before
        if before is None:
            break
    assert paged == [entry.id for entry in whole.entries]


def test_a_page_takes_the_same_number_of_statements_however_long_the_story(
    archive: Archive, archivist: Actor
) -> None:
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        boxes = [a_box(work, shelf, f"Box {number}") for number in range(10)]
        short, long = a_file(work, boxes[0]), a_file(work, boxes[0])
        for turn in range(1, 100):
            files.move(work, long, boxes[turn % 10], how=Evidence.SCAN)
    taken = []
    for file in (short, long):
        with archive.read(archivist) as work:
            read = work.session.get(CaseFile, file.id)
            with counted(archive.engine) as statements:
                timeline.of_file(work, read)
        taken.append(len(statements))
    # One more to learn where a file stood before its page begins.
    assert taken[0] <= taken[1] <= taken[0] + 1 <= 7


def test_a_stream_of_any_kind_can_be_told(archive: Archive, archivist: Actor, root: Actor) -> None:
    with archive.read(root) as work:
        (entry,) = timeline.of_stream(work, f"user:{archivist.user_id}").entries
    assert entry.sentence == "User created"


def _lent(work: Work, file: CaseFile) -> None:
    request = Request("Eva Kron", LoanPurpose.COURT, work.now.date() + timedelta(days=7), "Familjerätten")
    loans.hand_out(work, file, request)


def test_history_says_to_whom_for_what_and_until_when_a_file_was_handed_out(work: Work, shelf: Place) -> None:
    file = a_file(work, shelf)
    _lent(work, file)
    assert _told(timeline.of_file(work, file))[0] == (
        "Handed out to Eva Kron, Familjerätten for court, to be back 2026-11-30"
    )


@pytest.fixture
@remembering
def lent(archive: Archive, archivist: Actor) -> int:
    """Give a file that is out."""
    with archive.write(archivist) as work:
        file = a_file(work, a_shelf(work))
        _lent(work, file)
        return file.id


def test_the_borrower_is_not_named_to_whoever_reads_no_names(
    archive: Archive, as_role: Callable[[Role], Actor], lent: int
) -> None:
    with archive.read(as_role(Role.AUDITOR)) as work:
        entry = timeline.of_file(work, files.get(work, lent)).entries[0]
    assert entry.sentence == "Handed out to Familjerätten for court, to be back 2026-11-30"
    assert entry.who == "archivist, user 1"


def test_of_a_borrower_kept_no_longer_purpose_and_day_are_told(
    archive: Archive, archivist: Actor, lent: int
) -> None:
    with intruding(archive.settings) as owner:
        owner.run("DELETE FROM event_private")
    with archive.read(archivist) as work:
        entry = timeline.of_file(work, files.get(work, lent)).entries[0]
    assert entry.sentence == "Handed out for court, to be back 2026-11-30"


def test_an_undone_move_is_told_as_undone_and_not_as_entered_by_hand(work: Work, shelf: Place) -> None:
    box, other = a_box(work, shelf), a_box(work, shelf, "Box 2")
    file = a_file(work, box)
    files.move(work, file, other, how=Evidence.SCAN)
    files.move(work, file, box, how=Evidence.HAND, undo=True)
    told = timeline.of_file(work, file).entries[0]
    assert told.undone
    assert told.sentence == f"The move was undone: back from {SHELF} / Box 2 to {SHELF} / Box 1"
