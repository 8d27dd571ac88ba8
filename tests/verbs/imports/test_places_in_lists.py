"""Where lists say a file stands: the newer says it, and what somebody answered stands."""

from collections.abc import Callable
from datetime import date

import pytest

from archive.deliveries import planning
from archive.files import files
from archive.imports import worklist
from archive.imports.rows.places import addresses
from archive.kernel.store import Actor, Archive
from archive.models import ImportRun
from archive.places import paths, places
from archive.vocabulary import Evidence, PlaceKind, TaskAnswer, TaskKind
from tests.verbs.imports.taking_in import (
    CENTRAL,
    OLD,
    OTHER,
    assert_proven,
    file_of,
    prepared,
    row,
    take_in,
    tasks_of,
    withdraw,
)

ANNA = "195005050512"
OLDEST, OLDER, NEWER, NEWEST = date(2005, 1, 1), date(2012, 1, 1), date(2018, 1, 1), date(2020, 1, 1)
Listed = Callable[..., ImportRun]


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


@pytest.fixture
def listed(archive: Archive, archivist: Actor) -> Listed:
    """Take in a list that says in which box the file stands."""

    def take(box: str, day: date | None = None, **settings: str) -> ImportRun:
        return take_in(archive, archivist, [row("DAT-4", ANNA, box=box)], list_date=day, **settings)

    return take


def _box(archive: Archive, actor: Actor) -> str:
    file = file_of(archive, actor, "DAT-4")
    with archive.read(actor) as work:
        return paths.trails(work, [file.place_id])[file.place_id][-1].name


def _settle(archive: Archive, actor: Actor, answer: TaskAnswer) -> None:
    (task,) = tasks_of(archive, actor)
    assert task.kind is TaskKind.PLACE_CONFLICT
    with archive.write(actor) as work:
        worklist.settle(work, worklist.get(work, task.id), answer)


def test_an_older_list_moves_no_file_and_asks_nothing_where_a_newer_one_has_said_where_it_stands(
    archive: Archive, archivist: Actor, listed: Listed
) -> None:
    listed("8", NEWER)
    for box, day in (("1", OLDER), ("2", OLDEST), ("1", OLDER)):
        run = listed(box, day)
        assert (run.counts["moved"], run.counts["conflicts"]) == (0, 0)
    assert (_box(archive, archivist), tasks_of(archive, archivist)) == ("8", [])
    assert listed("3", NEWEST).counts["moved"] == 1
    assert _box(archive, archivist) == "3"
    assert_proven(archive, archivist)


def test_lists_read_again_in_any_order_leave_a_file_where_the_newest_puts_it(
    archive: Archive, archivist: Actor, listed: Listed
) -> None:
    for box, day in (("1", OLDER), ("8", NEWER), ("1", OLDER), ("8", NEWER), ("2", OLDEST), ("1", OLDER)):
        listed(box, day)
    assert (_box(archive, archivist), tasks_of(archive, archivist)) == ("8", [])


def test_a_newer_list_that_says_the_same_place_makes_it_as_new(
    archive: Archive, archivist: Actor, listed: Listed
) -> None:
    listed("8", OLDER)
    listed("8", NEWEST)
    assert listed("1", NEWER).counts["moved"] == 0
    assert (_box(archive, archivist), tasks_of(archive, archivist)) == ("8", [])


def test_a_list_that_was_withdrawn_makes_no_place_new(
    archive: Archive, archivist: Actor, listed: Listed
) -> None:
    listed("1", OLDER)
    withdraw(archive, archivist, listed("8", NEWEST))
    assert (_box(archive, archivist), listed("3", NEWER).counts["moved"]) == ("1", 1)


@pytest.mark.parametrize(("first", "second"), [(None, None), (OLDER, None), (None, OLDER), (OLDER, OLDER)])
def test_where_no_date_decides_the_file_stays_until_somebody_answers(
    archive: Archive, archivist: Actor, listed: Listed, first: date | None, second: date | None
) -> None:
    listed("1", first)
    run = listed("8", second)
    assert (run.counts["moved"], run.counts["conflicts"], _box(archive, archivist)) == (0, 1, "1")
    _settle(archive, archivist, TaskAnswer.LIST_RIGHT)
    assert _box(archive, archivist) == "8"


def test_a_list_without_a_date_that_only_says_more_of_the_place_is_followed(
    archive: Archive, archivist: Actor, listed: Listed
) -> None:
    take_in(archive, archivist, [row("DAT-4", ANNA, box="")])
    assert (listed("8").counts["moved"], _box(archive, archivist)) == (1, "8")


@pytest.mark.parametrize("how", [Evidence.SCAN, Evidence.HAND])
def test_a_list_older_than_a_scan_or_a_hand_moves_nothing_and_asks_nothing(
    archive: Archive, archivist: Actor, listed: Listed, how: Evidence
) -> None:
    listed("1", OLDER)
    with archive.write(archivist) as work:
        file = files.get(work, file_of(archive, archivist, "DAT-4").id)
        room = places.get(work, places.get(work, file.place_id).parent_id or 0)
        files.move(work, file, places.create(work, room, PlaceKind.BOX, "77"), how=how)
    assert listed("8", NEWER).counts["conflicts"] == 0
    assert (_box(archive, archivist), tasks_of(archive, archivist)) == ("77", [])
    assert listed("8").counts["conflicts"] == 1, "one without a date may be newer"


@pytest.mark.parametrize(
    ("answer", "stands"), [(TaskAnswer.REGISTER_RIGHT, "1"), (TaskAnswer.LIST_RIGHT, "8")]
)
@pytest.mark.parametrize("day", [None, OLDER])
def test_what_somebody_answered_of_a_place_stands_when_both_lists_are_read_again(
    archive: Archive, archivist: Actor, listed: Listed, answer: TaskAnswer, stands: str, day: date | None
) -> None:
    listed("1", day)
    listed("8", day)
    _settle(archive, archivist, answer)
    for box in ("8", "1", "8", "1"):
        run = listed(box, day)
        assert (run.counts["moved"], run.counts["conflicts"]) == (0, 0)
    assert (_box(archive, archivist), tasks_of(archive, archivist)) == (stands, [])
    third = listed("33", NEWER if day else None)
    assert third.counts["moved"] + third.counts["conflicts"] == (0 if day and stands == "8" else 1)


def test_a_newer_list_whose_place_was_refused_in_an_answer_moves_nothing_when_read_again(
    archive: Archive, archivist: Actor, listed: Listed
) -> None:
    listed("1", OLDER)
    listed("1", OLDER, site=OTHER)
    assert listed("8", NEWER).counts["conflicts"] == 1, "it would overtake an open question"
    for task in tasks_of(archive, archivist):
        with archive.write(archivist) as work:
            worklist.settle(work, worklist.get(work, task.id), TaskAnswer.REGISTER_RIGHT)
    run = listed("8", NEWER)
    assert (run.counts["moved"], run.counts["conflicts"], _box(archive, archivist)) == (0, 0, "1")
    assert listed("9", NEWEST).counts["conflicts"] == 1, "somebody said where it stands, later than that list"
    assert (listed("5", date(2099, 1, 1)).counts["moved"], _box(archive, archivist)) == (0, "1")


def test_a_list_can_be_about_open_addresses_only_not_about_where_crates_are_on_their_way(
    archive: Archive, archivist: Actor
) -> None:
    with archive.read(archivist) as work:
        assert addresses(work) == [OLD, OTHER, CENTRAL]
    with archive.write(archivist) as work:
        delivery = planning.plan(work, planning.DeliveryPlan(date(2026, 11, 26)))
        other = next(site for site in places.roots(work) if site.name == OTHER)
        places.close(work, other)
    with archive.read(archivist) as work:
        assert places.get(work, delivery.transit_id).name in [site.name for site in places.roots(work)]
        assert addresses(work) == [OLD, CENTRAL]
