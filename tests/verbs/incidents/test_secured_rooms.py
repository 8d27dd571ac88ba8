"""A room is secured for what is missing where that stood: another room alone leaves the step to be done."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive.incidents import refusals, reporting
from archive.incidents.reporting import MissReport
from archive.kernel.errors import Invalid
from archive.kernel.store import Actor, Archive, operator
from archive.models import Incident, Message
from archive.places import places
from archive.vocabulary import MessageKind, PlaceKind, Protection, Role
from routines.conditions import Answer
from tests.builders import a_file, a_person, a_room
from tests.verbs.incidents.incident_play import Play, a_colleague

pytestmark = pytest.mark.engines("sqlite")


@dataclass
class Rooms:
    """Two files that are missing from two rooms, and a third room that never held either."""

    archive: Archive
    play: Play
    rooms: tuple[int, int, int]
    shelf: int

    def secure(self, by: Actor, *places: int, **more: Answer) -> None:
        """Say that some places were secured."""
        self.play.do(by, "secure_room", place=tuple(f"place:{one}" for one in places), **more)

    def open(self, by: Actor) -> bool:
        """Tell whether rooms are to be secured still."""
        return "secure_room" in self.play.open(by)


def stood(archive: Archive, archivist: Actor, protection: Protection = Protection.NONE) -> Rooms:
    """Report a file of each of two rooms."""
    with archive.write(archivist) as work:
        rooms = [a_room(work, f"Storgatan {number}", f"Rum {number}") for number in (1, 2, 3)]
        shelves = [places.create(work, room, PlaceKind.SHELF, "Plan 1") for room in rooms[:2]]
        ids = tuple(a_file(work, shelf, a_person(work, protection=protection)).id for shelf in shelves)
        number = reporting.report(work, MissReport(ids)).id
        return Rooms(
            archive,
            Play(archive, number, {"owner": archivist}),
            tuple(room.id for room in rooms),  # type: ignore[arg-type]
            shelves[1].id,
        )


@pytest.fixture
def it(archive: Archive, archivist: Actor) -> Rooms:
    """Give two files of two rooms."""
    return stood(archive, archivist)


@pytest.mark.parametrize("which", [(2,), (0,), (0, 2)])
def test_a_room_that_never_held_it_or_some_of_the_rooms_are_not_enough(
    it: Rooms, archivist: Actor, which: tuple[int, ...]
) -> None:
    with pytest.raises(Invalid, match="rooms_left") as refused:
        it.secure(archivist, *(it.rooms[one] for one in which))
    assert refused.value.field == "place"
    assert ("Rum 2" in refused.value.say(), "Rum 3" in refused.value.say()) == (True, False)
    assert it.open(archivist)


@pytest.mark.parametrize("shelf", [True, False])
def test_the_rooms_it_stood_in_are_enough_by_any_place_in_them_and_others_may_be_named(
    it: Rooms, archivist: Actor, shelf: bool
) -> None:
    it.secure(archivist, it.rooms[0], it.shelf if shelf else it.rooms[1], it.rooms[2])
    assert not it.open(archivist)


def test_a_room_left_is_taken_with_the_reason(it: Rooms, archivist: Actor) -> None:
    it.secure(archivist, it.rooms[0], not_done="Rum 2 är redan tömt och låst")
    assert not it.open(archivist)


def test_the_room_of_what_is_found_need_not_be_secured(it: Rooms, archivist: Actor) -> None:
    with it.archive.write(operator("archive")) as work:
        incident = reporting.get(work, it.play.number)
        reporting.mistaken(
            work, incident, [reporting.items(work, incident)[1].id], "other", "Stod där", "I hyllan"
        )
    it.secure(archivist, it.rooms[0])
    assert not it.open(archivist)


def test_who_may_not_know_where_a_protected_file_stood_is_told_nothing_of_it(
    archive: Archive, archivist: Actor
) -> None:
    it = stood(archive, archivist, Protection.MARKED)
    said = {"place": (f"place:{it.rooms[2]}",)}
    with archive.read(archivist) as work, pytest.raises(Invalid, match="rooms_left"):
        refusals.require_rooms(work, work.session.get_one(Incident, it.play.number), said)
    with archive.read(a_colleague(archive, "utredaren", Role.LEX_SARAH_OFFICER)) as work:
        refusals.require_rooms(work, work.session.get_one(Incident, it.play.number), said)


@pytest.mark.parametrize("right", [True, False])
def test_of_who_may_not_know_where_it_stood_the_step_is_asked_for_again_whatever_room_was_named(
    archive: Archive, archivist: Actor, right: bool
) -> None:
    it = stood(archive, archivist, Protection.MARKED)
    other = a_colleague(archive, "arkivarien", Role.ARCHIVIST)
    it.secure(other, *(it.rooms[:2] if right else it.rooms[2:]))
    assert it.open(archivist)
    with archive.read(archivist) as work:
        told = select(col(Message.user_id)).where(col(Message.kind) == MessageKind.INCIDENT_ROOMS)
        assert work.session.scalars(told).all() == [archivist.user_id]
    with pytest.raises(Invalid, match="rooms_left"):
        it.secure(archivist, it.rooms[2])
    it.secure(archivist, *it.rooms[:2])
    assert not it.open(archivist)


def test_of_what_words_describe_no_room_is_known(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        room = a_room(work).id
        number = reporting.report(work, MissReport(description="En pärm", protected=False)).id
    it = Rooms(archive, Play(archive, number), (room, room, room), room)
    it.secure(archivist, room)
    assert not it.open(archivist)
