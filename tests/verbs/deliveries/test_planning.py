"""A delivery: planned, adjusted, listed, cancelled; from plan to receipt nothing is unaccounted for."""

from datetime import date, timedelta

import pytest

from archive.deliveries import dispatch, external_lists, pick_lists, planning
from archive.deliveries.pick_lists import Wish
from archive.deliveries.planning import DeliveryPlan
from archive.files import files
from archive.integrity import checks
from archive.kernel.clock import local_date
from archive.kernel.errors import ChangedMeanwhile, Conflict, Invalid, NotPermitted
from archive.kernel.store import Archive, Work
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import Delivery
from archive.places import places
from archive.vocabulary import (
    Custody,
    DeliveryState,
    LeftOut,
    LoanPurpose,
    PlaceKind,
    Role,
    ScanOutcome,
    SenderState,
)
from archive.vocabulary.wording import speaking
from tests.builders import a_file, a_place, user_in_role
from tests.verbs.deliveries.delivering import Scene, a_scene


@pytest.fixture
def scene(archive: Archive) -> Scene:
    """Give an archive with six files in an old room and two crates there."""
    return a_scene(archive)


def test_a_delivery_goes_from_the_plan_to_its_end_without_a_difference(scene: Scene) -> None:
    scene.plan(4)
    assert [scene.pack(number).outcome for number in range(4)] == [ScanOutcome.PACKED] * 4
    scene.dispatch()
    assert {scene.file(number).status for number in range(4)} == {Custody.IN_TRANSIT}
    assert scene.arrive().outcome is ScanOutcome.CRATE_ARRIVED
    assert [scene.receive(number).outcome for number in range(4)] == [ScanOutcome.RECEIVED] * 4
    assert scene.empty() == 4
    scene.sign()
    assert scene.named() == {}
    scene.shelve()
    scene.check_covers()
    scene.close()
    assert scene.look(scene.the_delivery).status is DeliveryState.CLOSED
    assert {scene.file(number).place_id for number in range(4)} == {scene.home}
    assert scene.look(checks.everything) == []


def test_while_it_is_on_the_way_the_crate_stands_neither_here_nor_there(scene: Scene) -> None:
    scene.plan(1)
    scene.pack(0)
    crate = scene.look(lambda work: places.by_code(work, scene.crates[0]).id)

    def holder() -> tuple[int | None, bool]:
        place = scene.look(lambda work: places.get(work, crate))
        return place.parent_id, place.central

    assert holder() == (scene.room, False)
    scene.dispatch()
    delivery = scene.look(scene.the_delivery)
    assert holder() == (delivery.transit_id, False)
    scene.arrive()
    assert holder() == (delivery.reception_id, True)


# The plan


def _plan(work: Work, day: date, **values: int) -> Delivery:
    return planning.plan(work, DeliveryPlan(day, **values))


def test_the_place_crates_stand_at_on_the_way_has_one_name_whatever_its_planner_reads(scene: Scene) -> None:
    with speaking("en"):
        scene.plan()
    transit = scene.look(lambda work: places.get(work, scene.the_delivery(work).transit_id))
    assert transit.name == "På väg"


def test_the_first_delivery_of_a_week_takes_the_week(scene: Scene) -> None:
    def plan(work: Work) -> list[str | None]:
        monday = date(2026, 11, 30)
        return [_plan(work, monday + timedelta(days=day)).week for day in (0, 2, 7)]

    assert scene.do(scene.receiver, plan) == ["2026-W49", None, "2026-W50"]


def test_a_delivery_is_not_planned_for_a_day_that_has_passed(scene: Scene) -> None:
    with pytest.raises(Invalid, match="day_passed"):
        scene.do(scene.receiver, lambda work: _plan(work, local_date(work.now) - timedelta(days=1)))


@pytest.mark.parametrize("values", [{"capacity": 0}, {"crate_files": 201}, {"alarm_hours": 0}])
def test_numbers_out_of_range_are_refused_by_name(scene: Scene, values: dict[str, int]) -> None:
    with pytest.raises(Invalid) as refused:
        scene.do(scene.receiver, lambda work: _plan(work, local_date(work.now), **values))
    assert refused.value.field == next(iter(values))


def test_without_a_central_archive_there_is_nowhere_to_deliver_to(archive: Archive) -> None:
    with (
        pytest.raises(Invalid, match="no_central_archive"),
        archive.write(user_in_role(archive, Role.ARCHIVIST)) as work,
    ):
        _plan(work, local_date(work.now))


def test_only_those_who_plan_may_plan(scene: Scene) -> None:
    with pytest.raises(NotPermitted):
        scene.do(scene.packer, lambda work: _plan(work, local_date(work.now)))


def test_a_plan_is_adjusted_until_something_has_left(scene: Scene) -> None:
    scene.plan(2)

    def change(work: Work, version: int | None = None) -> None:
        delivery = scene.the_delivery(work)
        later = delivery.day + timedelta(days=1)
        planning.change(work, delivery, version=version or delivery.version, day=later, capacity=7)

    scene.do(scene.receiver, change)
    changed = scene.look(scene.the_delivery)
    assert (changed.capacity, changed.version) == (7, 2)
    with pytest.raises(ChangedMeanwhile):
        scene.do(scene.receiver, lambda work: change(work, 1))
    scene.pack(0)
    scene.dispatch()
    with pytest.raises(Conflict, match="delivery_left"):
        scene.do(scene.receiver, change)
    assert scene.look(checks.everything) == []


def test_a_place_of_the_central_archive_sends_nothing(scene: Scene) -> None:
    scene.plan()
    with pytest.raises(Invalid, match="sender_central"):
        scene.do(
            scene.receiver,
            lambda work: planning.add_sender(work, scene.the_delivery(work), places.get(work, scene.home)),
        )


def test_a_room_sends_once_with_a_delivery_and_again_after_it_was_dropped(scene: Scene) -> None:
    scene.plan()

    def add(work: Work) -> int:
        return planning.add_sender(work, scene.the_delivery(work), places.get(work, scene.room)).number

    with pytest.raises(Conflict, match="sender_there"):
        scene.do(scene.receiver, add)
    scene.do(scene.receiver, lambda work: planning.drop_sender(work, scene.share(work)))
    assert scene.do(scene.receiver, add) == 2


# Pick lists


def test_a_pick_list_is_in_shelf_order_and_says_which_crate(scene: Scene) -> None:
    scene.plan(6, crate_files=4)
    lines = scene.look(scene.lines)
    assert [line.file_id for line in lines] == scene.files
    assert [line.planned_crate for line in lines] == [1, 1, 1, 1, 2, 2]
    assert all(line.listed and line.open and line.place_id == scene.shelf for line in lines)


def test_what_is_on_loan_is_listed_apart_and_the_next_file_is_taken_instead(scene: Scene) -> None:
    def lend(work: Work) -> None:
        due = local_date(work.now) + timedelta(days=7)
        loans.hand_out(work, files.get(work, scene.files[1]), Request("Bo Borg", LoanPurpose.CASE_WORK, due))

    scene.do(scene.receiver, lend)
    scene.plan(3)
    lines = scene.look(scene.lines)
    assert [(line.file_id, line.left_out) for line in lines] == [
        (scene.files[0], None),
        (scene.files[1], LeftOut.ON_LOAN),
        (scene.files[2], None),
        (scene.files[3], None),
    ]
    assert not scene.line(1).open


def test_the_next_weeks_list_goes_on_where_this_one_ends(scene: Scene) -> None:
    scene.plan(4)
    first = scene.delivery
    scene.plan(4, days=14)
    assert [line.left_out for line in scene.look(scene.lines)] == [LeftOut.OTHER_DELIVERY] * 4 + [None] * 2
    assert scene.delivery != first


def test_a_list_written_elsewhere_keeps_its_order_and_what_it_says_of_files_not_registered(
    scene: Scene,
) -> None:
    scene.plan()

    def take(work: Work) -> tuple[int, int]:
        elsewhere = a_file(work, a_place(work, (PlaceKind.SITE, "Annan"), (PlaceKind.ROOM, "1")))
        wishes = [
            Wish(files.get(work, scene.files[2])),
            Wish(None, "1987-33"),
            Wish(files.get(work, scene.files[0])),
            Wish(elsewhere),
            Wish(files.get(work, scene.files[2])),
        ]
        listed = pick_lists.take(work, scene.share(work), wishes)
        return listed.listed, listed.left_out

    assert scene.do(scene.receiver, take) == (3, 1)
    assert [(line.file_id, line.reference, line.left_out) for line in scene.look(scene.lines)][:3] == [
        (scene.files[2], "", None),
        (None, "1987-33", None),
        (scene.files[0], "", None),
    ]
    assert scene.look(scene.lines)[3].left_out is LeftOut.OTHER_ROOM


def test_a_list_is_made_anew_until_packing_begins_and_stands_from_then_on(scene: Scene) -> None:
    scene.plan(2)

    def make(work: Work) -> tuple[int, int]:
        made = pick_lists.make(work, scene.share(work), 3)
        return made.listed, made.left_out

    assert scene.do(scene.receiver, make) == (3, 0)  # what the list before it named is free for it
    scene.pack(0)
    with pytest.raises(Conflict, match="list_in_use"):
        scene.do(scene.receiver, make)


def test_a_row_can_be_left_for_another_time_and_taken_after_all(scene: Scene) -> None:
    scene.plan(3)
    scene.do(scene.receiver, lambda work: pick_lists.leave_out(work, scene.lines(work)[1]))
    assert scene.line(1).left_out is LeftOut.NO_ROOM
    scene.do(scene.receiver, lambda work: pick_lists.list_again(work, scene.lines(work)[1]))
    assert (scene.line(1).left_out, scene.line(1).open, scene.line(1).planned_crate) == (None, True, 1)
    assert scene.look(checks.everything) == []
    with pytest.raises(Conflict, match="line_settled"):
        scene.do(scene.receiver, lambda work: pick_lists.list_again(work, scene.lines(work)[1]))
    scene.pack(0)
    with pytest.raises(Conflict, match="line_packed"):
        scene.do(scene.receiver, lambda work: pick_lists.leave_out(work, scene.lines(work)[0]))


# Cancelling and calling back


def test_a_cancelled_delivery_lets_its_files_and_crates_go(scene: Scene) -> None:
    scene.plan(3)
    scene.pack(0)
    scene.do(scene.receiver, lambda work: planning.cancel(work, scene.the_delivery(work), "Bilen är trasig"))
    assert scene.look(scene.the_delivery).status is DeliveryState.CANCELLED
    assert scene.look(scene.share).status is SenderState.DROPPED
    assert not any(line.open for line in scene.look(scene.lines))
    assert scene.file(0).status is Custody.ON_PLACE
    scene.plan(6, days=14)
    assert scene.pack(0).outcome is ScanOutcome.PACKED
    assert scene.look(checks.everything) == []


def test_a_delivery_that_has_left_is_not_cancelled_but_may_be_called_back(scene: Scene) -> None:
    scene.plan(3)
    scene.pack_all(0, 1)
    scene.dispatch()
    with pytest.raises(Conflict):
        scene.do(
            scene.receiver, lambda work: planning.cancel(work, scene.the_delivery(work), "Bilen är trasig")
        )
    scene.do(scene.packer, lambda work: dispatch.recall(work, scene.share(work)))
    assert scene.look(scene.the_delivery).status is DeliveryState.PACKING
    assert {scene.file(number).status for number in range(3)} == {Custody.ON_PLACE}
    assert scene.named() == {}
    assert scene.pack(2).outcome is ScanOutcome.PACKED
    scene.dispatch()
    assert scene.look(scene.share).pieces == 3
    assert scene.look(checks.everything) == []


def test_what_has_arrived_is_not_called_back(scene: Scene) -> None:
    scene.plan(1)
    scene.pack(0)
    scene.dispatch()
    scene.arrive()
    with pytest.raises(Conflict, match="arrived_already"):
        scene.do(scene.packer, lambda work: dispatch.recall(work, scene.share(work)))


def test_deliveries_are_listed_latest_first_page_by_page(scene: Scene) -> None:
    for days in (7, 14, 21):
        scene.plan(days=days)

    def listed(work: Work) -> list[int]:
        work.actor = scene.receiver
        first = planning.listed(work, limit=2)
        rest = planning.listed(work, after=(first[-1].day, first[-1].id), limit=2)
        return [one.id for one in (*first, *rest)]

    assert scene.look(listed) == [3, 2, 1]


# Lists from elsewhere


def test_a_written_list_is_read_by_reference_part_and_code(scene: Scene) -> None:
    scene.plan()

    def take(work: Work) -> tuple[int, int]:
        first, second = (files.get(work, number) for number in scene.files[:2])
        shelf = places.get(work, scene.shelf)
        for part in (1, 2):
            scene.files.append(a_file(work, shelf, reference="1999/7", part=part, parts=2).id)
        lines = [
            "Aktnummer;Del;Etikett",
            f"{first.reference};1;",
            f";;{second.code}",
            "1999/7;;",
            "1987-99;1;",
        ]
        found = external_lists.take(work, scene.share(work), "\r\n".join(lines).encode())
        return found.listed, found.left_out

    assert scene.do(scene.receiver, take) == (5, 0)
    assert [(line.file_id, line.reference) for line in scene.look(scene.lines)] == [
        (scene.files[0], ""),
        (scene.files[1], ""),
        (scene.files[6], ""),
        (scene.files[7], ""),
        (None, "1987-99"),
    ]


def test_a_list_without_references_or_codes_is_refused(scene: Scene) -> None:
    scene.plan()
    content = "Namn;Ort\r\nTestsson;Malmö\r\n".encode()
    with pytest.raises(Invalid, match="list_names_nothing"):
        scene.do(scene.receiver, lambda work: external_lists.take(work, scene.share(work), content))
