"""The invented archive: as large as asked for, the same for a seed, every cover in its true place."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from archive.rules.identity import read
from archive.vocabulary import NumberQuality, OrderRule, PersonRole, PlaceKind, Protection
from seed.demo.world import World
from seed.numbers import in_series

SIZE = 3000


@pytest.fixture(scope="module")
def world():
    return World(SIZE, seed=7)


@pytest.fixture(scope="module")
def files(world):
    return list(world.files())


def test_the_same_seed_gives_the_same_world_and_another_seed_another():
    one, same, other = (list(World(300, seed).files()) for seed in (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.parametrize("size", [1, 2, 57])
def test_there_are_exactly_as_many_covers_as_asked_for(size):
    assert len(World(size)) == len(list(World(size).files())) == size


def test_a_world_without_files_is_refused():
    with pytest.raises(ValueError, match="at least one file"):
        World(0)


def test_every_cover_has_a_number_of_its_own_and_the_parts_of_a_case_are_complete(files):
    assert len({(file.source, file.reference, file.part) for file in files}) == SIZE
    parts = Counter((file.source, file.reference) for file in files)
    assert all(parts[file.source, file.reference] == file.parts for file in files)
    assert max(file.parts for file in files) >= 4


def test_every_number_is_a_sound_test_number_in_the_series_and_belongs_to_one_person(world):
    people = [world.person(index) for index in range(len(world.people.number))]
    numbers = [person.number for person in people if person.number]
    assert len(set(numbers)) == len(numbers) > 0.9 * len(people)
    assert {read(number, today=date(2026, 1, 1)).quality for number in numbers} == {NumberQuality.SOUND}
    assert all(in_series(number) or "T" in number for number in numbers)
    assert {"T" in number for number in numbers} == {True, False}
    assert {int(number[6:8]) > 60 for number in numbers} == {True, False}


def test_a_few_numbers_carry_the_day_beside_the_true_birth_date(world):
    people = [world.person(index) for index in range(len(world.people.number))]
    read_dates = [(read(p.number, today=date(2026, 1, 1)).birth_date, p.born) for p in people if p.number]
    off = [abs((said - true).days) for said, true in read_dates if said != true]
    assert set(off) == {1}
    assert 0 < len(off) < len(people) / 100


def test_dates_run_from_birth_over_opening_to_closing_within_fifty_years(files):
    for file in files:
        assert date(1975, 1, 1) <= file.opened < file.closed <= date(2025, 10, 31)
        assert file.opened <= file.last_note <= date(2025, 10, 31)
        assert file.subject.born < file.opened
        assert file.received is None or file.received > file.closed
    assert any(file.last_note > file.closed for file in files)


def test_files_on_children_have_a_child_and_its_guardians_and_others_a_grown_up(files):
    def age(file):
        return (file.opened - file.subject.born).days / 365.25

    kinds = ("BU", "PL", "KF", "FA", "VB", "AD")
    children = [file for file in files if file.kind in kinds]
    assert children
    assert all(age(file) < 18 for file in children if file.opened > date(1980, 1, 1))
    assert all(role is PersonRole.PARENT for file in children for _person, role in file.persons[1:])
    parents = [(person.born, file.subject.born) for file in children for person, _role in file.persons[1:]]
    grown_up = [(child - parent).days > 18 * 365 for parent, child in parents]
    assert sum(grown_up) > 0.9 * len(grown_up)
    others = [file for file in files if file.kind not in kinds]
    assert sum(age(file) >= 18 for file in others) > 0.98 * len(others)
    assert any(role is PersonRole.PARTNER for file in others for _person, role in file.persons)


def test_persons_have_several_files_and_families_share_a_name(files):
    assert max(Counter(file.subject.index for file in files if file.part == 1).values()) >= 3
    shared = [file for file in files if len(file.persons) > 1]
    same = [file for file in shared if len({person.family_name for person, _role in file.persons}) == 1]
    assert len(same) > len(shared) / 2


def test_a_few_persons_are_protected_in_every_way_there_is():
    people = World(20_000).people
    shields = Counter(people.protection(index) for index in range(len(people.number)))
    assert set(shields) == set(Protection) - {Protection.UNKNOWN}
    assert shields[Protection.NONE] > 0.97 * len(people.number)


KEYS = {
    OrderRule.BIRTH_DATE: lambda file: (file.subject.born,),
    OrderRule.CLOSING_YEAR: lambda file: (file.closed.year,),
    OrderRule.NAME: lambda file: (file.subject.family_name, file.subject.given_name),
    OrderRule.REFERENCE: lambda file: (file.opened.year, file.reference),
    OrderRule.AS_PLACED: lambda file: (file.closed,),
}


def test_every_room_stands_in_its_own_order(world):
    for room in world.rooms:
        standing = [world.file(index) for index in world.in_room(room.number)]
        if room.order in KEYS:
            assert all(KEYS[room.order](one) <= KEYS[room.order](two) for one, two in pairwise(standing))
        else:
            kinds = [file.kind for file in standing]
            assert len(set(kinds)) == sum(one != two for one, two in pairwise(kinds)) + 1


def test_a_spot_holds_one_cover_and_every_box_is_filled_before_the_next(world, files):
    for spots in ([file.old for file in files if file.old], [file.central for file in files if file.central]):
        assert len(set(spots)) == len(spots)
        boxes = Counter((spot.site, spot.room, spot.box) for spot in spots)
        last = Counter()
        for site, room, box in boxes:
            last[site, room] = max(last[site, room], box)
        full = world.city.central.files_per_box
        assert all(count == full or box == last[site, room] for (site, room, box), count in boxes.items())


def test_emptied_sites_have_been_received_but_for_a_few_and_sites_in_use_have_not(world, files):
    emptied = {site.name: site.emptied for site in world.city.sites}
    gone = [file for file in files if file.old and emptied[file.old.site]]
    there = [file for file in files if file.old and not emptied[file.old.site]]
    assert all(file.received <= emptied[file.old.site] for file in gone if file.received)
    assert 0 < sum(file.received is None for file in gone) < len(gone) / 100
    moved = [file for file in there if file.received]
    assert 0 < len(moved) < len(there) / 5
    assert {file.old.room for file in moved} == {"Valvet"}
    assert any(file.old is None and file.central for file in files)
    assert all(file.old or file.central for file in files)


def test_every_received_cover_came_on_a_wednesday_and_most_were_checked(files):
    received = [file for file in files if file.received]
    assert {file.received.weekday() for file in received} == {2}
    checked = [file for file in received if file.checked]
    assert 0.9 < len(checked) / len(received) < 1
    assert all(file.received <= file.checked and file.checked_by for file in checked)
    assert not any(file.checked_by for file in received if not file.checked)


def test_protected_persons_files_are_kept_apart_in_the_central_archive(world, files):
    for file in files:
        protected = any(person.protection.protected for person, _role in file.persons)
        if file.central:
            assert (file.central.room == world.city.central.protected) == protected


def test_every_spot_is_among_the_places_and_a_place_comes_after_its_parent(world, files):
    places = {}
    for place in world.places():
        assert len(place.path) == 1 or place.path[:-1] in places
        assert place.path not in places
        places[place.path] = place
    for file in files:
        for spot in (file.old, file.central):
            if spot:
                box = places[spot.site, spot.room, str(spot.rack), str(spot.shelf), str(spot.box)]
                assert box.kind is PlaceKind.BOX
                assert box.central == (spot is file.central)
    assert sum(place.kind is PlaceKind.ROOM and not place.central for place in places.values()) == 17


def test_some_closed_cases_wait_at_their_units_and_stand_nowhere(world, files):
    waiting = [case for case in range(len(world.cases)) if world.cases.waiting(case)]
    assert waiting
    assert not set(waiting) & {file.case for file in files}
