"""The programme: rooms in order, swept, signed by two, counted; foretold no more surely than is known."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from archive.deliveries import lines, notices, planning, transfer_notices
from archive.files import files
from archive.integrity import checks
from archive.kernel.clock import local_date
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.store import Archive, Work, operator
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import Announcement, Emptying, Mail, Place, Unit
from archive.notifications import inbox
from archive.places import places, suggestions
from archive.programme import emptying, forecast, weekly_delivery
from archive.programme.weekly_delivery import Usual
from archive.vocabulary import (
    Custody,
    DeliveryState,
    LoanPurpose,
    MessageKind,
    OrderRule,
    PlaceKind,
    Role,
    ScanOutcome,
    SweepState,
)
from tests.builders import SetClock, a_file, a_person, a_place, user_in_role
from tests.tampering import intruding
from tests.verbs.deliveries.delivering import Scene, a_scene

MONDAY = date(2026, 11, 23)


@pytest.fixture
def scene(archive: Archive) -> Scene:
    """Give an archive with six files in an old room and two crates there."""
    return a_scene(archive)


def _enter(scene: Scene) -> int:
    return scene.do(scene.receiver, lambda work: emptying.enter(work, places.get(work, scene.room)).id)


def _emptying(scene: Scene, number: int) -> Emptying:
    return scene.look(lambda work: emptying.get(work, number))


def _carry_away(scene: Scene, *numbers: int) -> None:
    home = scene.look(lambda work: places.get(work, scene.home).code)
    for number in numbers:
        scene.scan(scene.receiver, "", scene.code(number), home)


# The rooms


def test_rooms_stand_in_the_order_they_are_entered_until_another_is_chosen(scene: Scene) -> None:
    first = _enter(scene)

    def second(work: Work) -> int:
        room = a_place(work, (PlaceKind.SITE, "Pildammsgränd 7"), (PlaceKind.ROOM, "Förråd"))
        return emptying.enter(work, room).id

    other = scene.do(scene.receiver, second)
    assert [one.id for one in scene.look(emptying.rooms)] == [first, other]
    scene.do(
        scene.receiver,
        lambda work: emptying.order(work, [emptying.get(work, other), emptying.get(work, first)]),
    )
    assert [one.id for one in scene.look(emptying.rooms)] == [other, first]
    with pytest.raises(Invalid, match="order_incomplete"):
        scene.do(scene.receiver, lambda work: emptying.order(work, [emptying.get(work, other)]))


def test_only_a_room_outside_the_central_archive_is_entered_and_only_once(scene: Scene) -> None:
    with pytest.raises(Invalid, match="not_an_old_room"):
        scene.do(scene.receiver, lambda work: emptying.enter(work, places.get(work, scene.home)))
    _enter(scene)
    with pytest.raises(Conflict, match="in_programme"):
        _enter(scene)


def test_a_room_with_files_in_it_is_not_swept(scene: Scene) -> None:
    number = _enter(scene)
    with pytest.raises(Conflict, match="files_remain"):
        scene.do(scene.packer, lambda work: emptying.begin(work, emptying.get(work, number)))


def _swept(scene: Scene) -> int:
    number = _enter(scene)
    _carry_away(scene, *range(6))
    scene.do(scene.packer, lambda work: emptying.begin(work, emptying.get(work, number)))
    return number


def test_every_shelf_is_scanned_before_a_sweep_ends(scene: Scene) -> None:
    number = _swept(scene)
    with pytest.raises(Conflict, match="shelves_unswept"):
        scene.do(scene.packer, lambda work: emptying.finish(work, emptying.get(work, number)))
    shelf = scene.look(lambda work: places.get(work, scene.shelf).code)
    assert scene.scan(scene.packer, f"sweep:{number}", shelf).outcome is ScanOutcome.SWEPT
    assert scene.scan(scene.packer, f"sweep:{number}", shelf).outcome is ScanOutcome.REPEATED
    elsewhere = scene.look(lambda work: places.get(work, scene.home).code)
    assert scene.scan(scene.packer, f"sweep:{number}", elsewhere).reason == "place_elsewhere"
    scene.do(scene.packer, lambda work: emptying.finish(work, emptying.get(work, number)))
    assert _emptying(scene, number).status is SweepState.SWEPT


def test_a_file_found_in_the_sweep_stands_there_and_the_sweep_does_not_end(scene: Scene) -> None:
    number = _swept(scene)
    shelf = scene.look(lambda work: places.get(work, scene.shelf).code)
    scene.scan(scene.packer, f"sweep:{number}", shelf)
    assert scene.scan(scene.packer, f"sweep:{number}", scene.code(3), shelf).outcome is ScanOutcome.LEFT_OVER
    assert scene.file(3).place_id == scene.shelf
    with pytest.raises(Conflict, match="files_remain"):
        scene.do(scene.packer, lambda work: emptying.finish(work, emptying.get(work, number)))
    _carry_away(scene, 3)
    scene.do(scene.packer, lambda work: emptying.finish(work, emptying.get(work, number)))
    assert scene.look(checks.everything) == []


def _finished(scene: Scene) -> int:
    number = _swept(scene)
    shelf = scene.look(lambda work: places.get(work, scene.shelf).code)
    scene.scan(scene.packer, f"sweep:{number}", shelf)
    scene.do(scene.packer, lambda work: emptying.finish(work, emptying.get(work, number)))
    return number


def _countersign(scene: Scene, number: int) -> int:
    return scene.do(
        scene.receiver,
        lambda work: emptying.countersign(work, emptying.get(work, number), places.get(work, scene.home)),
    )


def test_two_different_persons_sign_and_then_nothing_can_be_recorded_there(scene: Scene) -> None:
    number = _finished(scene)
    with pytest.raises(Conflict, match="two_sign"):
        _countersign(scene, number)
    scene.do(scene.receiver, lambda work: emptying.sign(work, emptying.get(work, number)))
    with pytest.raises(Conflict, match="two_sign"):
        _countersign(scene, number)
    scene.do(operator("tests"), lambda work: emptying.stop(work, emptying.get(work, number)))
    assert _emptying(scene, number).signed_by is None
    scene.do(scene.packer, lambda work: emptying.begin(work, emptying.get(work, number)))
    shelf = scene.look(lambda work: places.get(work, scene.shelf).code)
    scene.scan(scene.packer, f"sweep:{number}", shelf)
    scene.do(scene.packer, lambda work: emptying.finish(work, emptying.get(work, number)))
    scene.do(scene.packer, lambda work: emptying.sign(work, emptying.get(work, number)))
    assert _countersign(scene, number) == 0
    assert _emptying(scene, number).status is SweepState.EMPTY
    taken = scene.scan(scene.packer, "", scene.code(0), shelf)
    assert (taken.outcome, taken.reason) == (ScanOutcome.REFUSED, "place_closed")
    assert scene.look(checks.everything) == []


def test_the_check_names_a_room_signed_as_empty_that_is_open(scene: Scene) -> None:
    test_two_different_persons_sign_and_then_nothing_can_be_recorded_there(scene)
    with intruding(scene.archive.settings) as intruder:
        intruder.run("UPDATE place SET closed_at = NULL WHERE id = :room", room=scene.room)
    found = {(finding.rule, finding.subject) for finding in scene.look(checks.everything)}
    assert ("room.empty", "emptying:1") in found


def test_what_is_lent_from_an_emptied_room_comes_back_to_the_central_archive(scene: Scene) -> None:
    number = _enter(scene)

    def lend(work: Work) -> None:
        due = local_date(work.now) + timedelta(days=7)
        loans.hand_out(work, files.get(work, scene.files[5]), Request("Bo Borg", LoanPurpose.CASE_WORK, due))

    scene.do(scene.receiver, lend)
    _carry_away(scene, *range(5))
    scene.do(scene.packer, lambda work: emptying.begin(work, emptying.get(work, number)))
    shelf = scene.look(lambda work: places.get(work, scene.shelf).code)
    scene.scan(scene.packer, f"sweep:{number}", shelf)
    scene.do(scene.packer, lambda work: emptying.finish(work, emptying.get(work, number)))
    scene.do(scene.packer, lambda work: emptying.sign(work, emptying.get(work, number)))
    assert _countersign(scene, number) == 1
    assert (scene.file(5).status, scene.file(5).place_id) == (Custody.ON_LOAN, scene.home)
    assert scene.look(checks.everything) == []


# Counts and forecast


def _falling(*left: int) -> list[tuple[date, int]]:
    first = MONDAY - timedelta(weeks=len(left))
    return [(first + timedelta(weeks=number, days=4), files) for number, files in enumerate(left)]


def test_at_an_even_pace_the_last_day_is_sure() -> None:
    told = forecast.forecast(_falling(600, 500, 400, 300, 200), 200, MONDAY, None)
    assert told.pace == 100
    assert told.likely == told.earliest == told.latest == MONDAY + timedelta(weeks=2)


def test_the_more_uneven_the_pace_the_wider_the_span() -> None:
    told = forecast.forecast(_falling(1000, 800, 790, 600, 580, 400), 400, MONDAY, None)
    assert told.earliest is not None
    assert told.likely is not None
    assert told.earliest < told.likely
    assert told.latest is None or told.latest > told.likely


def test_of_too_few_weeks_nothing_is_foretold() -> None:
    told = forecast.forecast(_falling(600, 500, 400), 400, MONDAY, None)
    assert (told.pace, told.likely, told.latest) == (None, None, None)


def test_a_pace_of_nothing_never_ends() -> None:
    told = forecast.forecast(_falling(400, 400, 400, 400, 400), 400, MONDAY, None)
    assert (told.pace, told.likely, told.earliest, told.latest) == (0, None, None, None)


def test_the_pace_needed_is_what_is_left_by_the_weeks_left() -> None:
    end = MONDAY + timedelta(weeks=4)
    assert forecast.forecast(_falling(600, 500, 400, 300, 200), 200, MONDAY, end).needed == 50
    assert forecast.forecast([], 200, MONDAY, MONDAY - timedelta(days=1)).passed


def test_when_nothing_is_left_it_is_done() -> None:
    told = forecast.forecast([], 0, MONDAY, None)
    assert told.likely == told.latest == MONDAY


def test_the_rooms_are_counted_and_their_sums_shown(scene: Scene, clock: SetClock) -> None:
    _enter(scene)
    forecast.count_all(scene.archive)
    clock.forward(days=7)
    _carry_away(scene, 0, 1)
    forecast.count_all(scene.archive)
    forecast.count_all(scene.archive)
    with scene.archive.read(scene.receiver) as work:
        read = forecast.read(work, end=None)
    assert read.left == 4
    assert read.counts == ((MONDAY, 6), (MONDAY + timedelta(days=7), 4))
    assert read.rooms[0].at_first == 6


# The timetable


def test_the_timetable_opens_the_delivery_of_next_week_once(scene: Scene) -> None:
    _enter(scene)
    for _run in range(2):
        weekly_delivery.open_next(scene.archive)
    found = scene.look(lambda work: deliveries_of(work))
    assert found == [(date(2026, 12, 1), "2026-W49")]
    share = scene.look(lambda work: lines.senders(work, 1))[0]
    assert share.place_id == scene.room
    scene.delivery = 1
    assert len(scene.look(scene.lines)) == 6


def deliveries_of(work: Work) -> list[tuple[date, str | None]]:
    """Return day and week of every delivery."""
    work.actor = operator("tests")
    return [(one.day, one.week) for one in planning.listed(work)]


def test_a_holiday_moves_a_delivery_to_the_next_working_day() -> None:
    assert weekly_delivery.day_in_week(date(2026, 12, 21), 4) == date(2026, 12, 28)
    assert weekly_delivery.day_in_week(date(2026, 6, 15), 2) == date(2026, 6, 16)


def test_a_delivery_moved_into_the_next_week_by_a_holiday_still_stands_for_its_own(
    scene: Scene,
) -> None:
    _enter(scene)

    def both(work: Work) -> list[tuple[date, str | None]]:
        for day in (date(2026, 12, 21), date(2026, 12, 21), date(2026, 12, 28)):
            weekly_delivery.open_week(work, day, Usual(weekday=4))
        return deliveries_of(work)

    assert scene.do(operator("tests"), both) == [
        (date(2027, 1, 4), "2026-W53"),
        (date(2026, 12, 28), "2026-W52"),
    ]


def test_where_nothing_is_to_be_fetched_no_delivery_is_opened(scene: Scene) -> None:
    weekly_delivery.open_next(scene.archive)
    assert scene.look(deliveries_of) == []


def test_an_empty_room_sends_nothing_and_the_next_one_takes_its_turn(scene: Scene) -> None:
    def first(work: Work) -> None:
        empty = a_place(work, (PlaceKind.SITE, "Pildammsgränd 7"), (PlaceKind.ROOM, "Förråd"))
        emptying.enter(work, empty)

    scene.do(scene.receiver, first)
    _enter(scene)
    weekly_delivery.open_next(scene.archive)
    assert [one.place_id for one in scene.look(lambda work: lines.senders(work, 1))] == [scene.room]


def test_a_full_delivery_leaves_the_rest_for_another_week(scene: Scene) -> None:
    _enter(scene)

    def open_weeks(work: Work) -> None:
        for week in (1, 2):
            weekly_delivery.open_week(work, MONDAY + timedelta(weeks=week), Usual(2, 1, 4, 8))

    scene.do(operator("tests"), open_weeks)
    scene.delivery = 1
    assert len(scene.look(scene.lines)) == 4
    scene.delivery = 2
    assert len([line for line in scene.look(scene.lines) if line.left_out is None]) == 2


def _unit(work: Work) -> int:
    unit = Unit(name="Familjerätten")
    work.session.add(unit)
    work.session.flush()
    return unit.id


def test_a_unit_that_announced_files_is_fetched_from_with_the_next_delivery(scene: Scene) -> None:
    def announce(work: Work) -> int:
        desk = a_place(work, (PlaceKind.SITE, "Stadshuset"), (PlaceKind.DESK, "Postrummet"))
        return transfer_notices.announce(work, _unit(work), desk, 30, contact="FR@malmo.example").id

    number = scene.do(operator("tests"), announce)
    weekly_delivery.open_next(scene.archive)
    share = scene.look(lambda work: lines.senders(work, 1))[0]
    made = scene.look(lambda work: work.session.get_one(Announcement, number))
    assert (made.sender_id, share.contact) == (share.id, "FR@malmo.example")
    with pytest.raises(Conflict, match="announcement_taken"):
        scene.do(
            operator("tests"),
            lambda work: transfer_notices.withdraw(work, transfer_notices.get(work, number)),
        )


def test_announced_again_the_newer_number_counts(scene: Scene) -> None:
    def announce(work: Work) -> list[int]:
        desk = a_place(work, (PlaceKind.SITE, "Stadshuset"), (PlaceKind.DESK, "Postrummet"))
        unit = _unit(work)
        for count in (30, 40):
            transfer_notices.announce(work, unit, desk, count)
        return [one.files for one in transfer_notices.waiting(work)]

    assert scene.do(operator("tests"), announce) == [40]


# Who is told


def test_senders_are_told_the_working_day_before_and_once(scene: Scene) -> None:
    keeper = user_in_role(scene.archive, Role.ROOM_KEEPER)
    scene.plan(2, days=1)

    def name_contact(work: Work) -> None:
        lines.sender(work, scene.sender).contact = "rum@malmo.example"

    scene.do(operator("tests"), name_contact)
    for _run in range(2):
        notices.remind(scene.archive)
    with scene.archive.read(keeper) as work:
        assert [one.kind for one in inbox.inbox(work)] == [MessageKind.DELIVERY_COMES]
        mailed = work.session.scalars(select(Mail)).all()
    assert [(mail.address, mail.user_id) for mail in mailed] == [("rum@malmo.example", None)]


def test_archivists_are_told_when_a_delivery_has_come(scene: Scene) -> None:
    scene.plan(1)
    scene.pack(0)
    scene.dispatch()
    scene.receive_all(0)
    scene.sign()
    with scene.archive.read(scene.receiver) as work:
        told = inbox.inbox(work)
        assert [one.kind for one in told] == [MessageKind.DELIVERY_RECEIVED]
    assert scene.look(scene.the_delivery).status is DeliveryState.RECEIVED


# Suggested places


def _boxes(work: Work, scene: Scene, capacity: int) -> list[Place]:
    shelf = places.get(work, scene.home)
    return places.create_many(
        work,
        shelf,
        [places.Level(PlaceKind.BOX, ("1", "2", "3"))],
        order_rule=OrderRule.BIRTH_DATE,
        capacity=capacity,
    )


def test_a_file_belongs_beside_the_one_before_it_in_birth_order(scene: Scene) -> None:
    def suggest(work: Work) -> tuple[int, int, int | None, bool]:
        boxes = _boxes(work, scene, 2)
        older, younger = a_person(work), a_person(work)
        people = sorted((older, younger), key=lambda one: str(one.birth_date))
        before = a_file(work, boxes[0], people[0])
        found = suggestions.place_for(work, a_file(work, places.get(work, scene.shelf), people[1]))
        assert found is not None
        assert found.after_file_id == before.id
        return found.place.id, boxes[0].id, found.free, found.moved_on

    place, first, free, moved_on = scene.do(operator("tests"), suggest)
    assert (place, free, moved_on) == (first, 1, False)


def test_where_the_box_is_full_the_next_one_with_room_is_suggested(scene: Scene) -> None:
    def suggest(work: Work) -> tuple[int, int, bool]:
        boxes = _boxes(work, scene, 1)
        people = sorted((a_person(work), a_person(work), a_person(work)), key=lambda one: str(one.birth_date))
        a_file(work, boxes[0], people[0])
        a_file(work, boxes[1], people[0])
        found = suggestions.place_for(work, a_file(work, places.get(work, scene.shelf), people[2]))
        assert found is not None
        return found.place.id, boxes[2].id, found.moved_on

    place, third, moved_on = scene.do(operator("tests"), suggest)
    assert (place, moved_on) == (third, True)


def test_where_nothing_stands_yet_nothing_is_suggested(scene: Scene) -> None:
    def suggest(work: Work) -> object:
        return suggestions.place_for(work, files.get(work, scene.files[0]))

    assert scene.do(operator("tests"), suggest) is None
