"""Places: one tree, shaped by one at a time, that takes its content along."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from archive.codes import codes
from archive.files import files
from archive.kernel.errors import ChangedMeanwhile, Conflict, DomainError, Invalid, NotFound, NotPermitted
from archive.kernel.store import Actor, Archive, Work, operator
from archive.models import Event, Label, Place
from archive.places import contents, paths, places
from archive.places.places import Level
from archive.scanning import scans
from archive.scanning.scans import Scanned
from archive.vocabulary import EventKind, Evidence, LabelState, OrderRule, PlaceKind, Role
from tests.builders import a_box, a_file, a_place, a_room, a_shelf


def told(work: Work, place: Place) -> list[str]:
    """Return the kinds of the events of a place, in order."""
    events = select(col(Event.kind)).where(col(Event.stream) == place.stream).order_by(col(Event.seq))
    return list(work.session.execute(events).scalars())


def whole(work: Work) -> None:
    """Check that the tree is one: each path says the holder's, and no two are the same."""
    rows = {place.id: place for place in work.session.execute(select(Place)).scalars()}
    assert len({place.path for place in rows.values()}) == len(rows)
    for place in rows.values():
        holder = rows.get(place.parent_id)
        assert place.depth == (holder.depth + 1 if holder else 0)
        assert place.path == (f"{holder.path}." if holder else "") + f"{place.position:06d}"
        assert holder is None or place.kind in places.HOLDS[holder.kind]


def test_a_place_has_a_code_a_label_and_a_beginning(work: Work) -> None:
    room = a_room(work)
    label = work.session.get(Label, room.code)
    assert (label.state, label.place_id) == (LabelState.LIVE, room.id)
    assert told(work, room) == [EventKind.PLACE_CREATED]


def test_a_stretch_is_created_at_once(work: Work) -> None:
    room = a_room(work)
    levels = [
        Level(PlaceKind.RACK, ("3",)),
        Level(PlaceKind.SHELF, places.names_from("1-6")),
        Level(PlaceKind.BOX, places.names_from("1-10")),
    ]
    made = places.create_many(work, room, levels)
    assert len(made) == 1 + 6 + 60
    assert paths.name_of(paths.trails(work, [made[-1].id])[made[-1].id][2:]) == (
        "hyllsektion 3 / hyllplan 6 / arkivbox 10"
    )
    whole(work)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("3", ("3",)),
        ("1-4", ("1", "2", "3", "4")),
        ("08 – 11", ("08", "09", "10", "11")),
        ("A, B ,C", ("A", "B", "C")),
        ("1-2, Expeditionen,", ("1", "2", "Expeditionen")),
    ],
)
def test_names_are_read_as_people_write_them(text: str, names: tuple[str, ...]) -> None:
    assert places.names_from(text) == names


@pytest.mark.parametrize("text", ["", " , ", "6-1"])
def test_names_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        places.names_from(text)


def test_too_many_at_once_are_refused(work: Work) -> None:
    room = a_room(work)
    with pytest.raises(Invalid) as refusal:
        places.create_many(work, room, [Level(PlaceKind.RACK, places.names_from("1-5001"))])
    assert refusal.value.code == "place_count"


@pytest.mark.parametrize(
    ("levels", "field"),
    [
        ([Level(PlaceKind.SITE, ("X",))], "kind0"),
        ([Level(PlaceKind.BOX, ("1",)), Level(PlaceKind.SHELF, ("1",))], "kind1"),
        ([Level(PlaceKind.RACK, ("",))], "names0"),
        ([Level(PlaceKind.RACK, ("\u200b\t",))], "names0"),
        ([Level(PlaceKind.RACK, ("1", "1"))], "names0"),
        ([Level(PlaceKind.RACK, ("a",))], "names0"),
    ],
)
def test_what_cannot_be_created_says_which_field_is_wrong(
    work: Work, levels: list[Level], field: str
) -> None:
    room = a_room(work)
    places.create(work, room, PlaceKind.RACK, "A")
    with pytest.raises(Invalid) as refusal:
        places.create_many(work, room, levels)
    assert refusal.value.field == field


def test_a_name_is_one_line_of_visible_signs(work: Work) -> None:
    room = a_room(work)
    rack = places.create(work, room, PlaceKind.RACK, "  Öst\n \x00\u202e 1 ")
    assert rack.name == "Öst 1"


def test_order_and_belonging_are_inherited_unless_said(work: Work) -> None:
    site = places.create(
        work, None, PlaceKind.SITE, "Centralarkivet", order_rule=OrderRule.BIRTH_DATE, central=True
    )
    room = places.create(work, site, PlaceKind.ROOM, "Rum 1")
    other = places.create(work, site, PlaceKind.ROOM, "Rum 2", order_rule=OrderRule.REFERENCE)
    assert (room.order_rule, room.central) == (OrderRule.BIRTH_DATE, True)
    assert other.order_rule is OrderRule.REFERENCE


def test_a_box_moves_with_everything_in_it(work: Work) -> None:
    shelf = a_shelf(work)
    box = a_box(work, shelf)
    file = a_file(work, box)
    crate = places.create(work, places.get(work, shelf.parent_id), PlaceKind.CRATE, "L1")
    places.move(work, box, crate)
    assert (box.parent_id, file.place_id) == (crate.id, box.id)
    assert [row.id for row, _place in contents.content(work, crate)] == [file.id]
    assert told(work, box)[-1] == EventKind.PLACE_MOVED
    whole(work)


def test_a_rack_moves_with_its_shelves_and_boxes(work: Work) -> None:
    room = a_room(work)
    levels = [
        Level(PlaceKind.RACK, ("1",)),
        Level(PlaceKind.SHELF, ("1", "2")),
        Level(PlaceKind.BOX, ("1", "2")),
    ]
    rack, *beneath = places.create_many(work, room, levels)
    other = a_place(work, (PlaceKind.SITE, "Centralarkivet"), (PlaceKind.ROOM, "Magasin"))
    places.change(work, places.get(work, other.parent_id), central=True)
    work.session.refresh(other)
    places.move(work, rack, other)
    assert places.beneath(work, other, limit=100) == [rack, *places.beneath(work, rack, limit=100)]
    assert all(place.central for place in places.beneath(work, rack, limit=100))
    assert len(places.beneath(work, rack, limit=100)) == len(beneath)
    whole(work)


def test_a_place_cannot_be_moved_where_it_cannot_stand(work: Work) -> None:
    shelf = a_shelf(work)
    rack = places.get(work, shelf.parent_id)
    room = places.get(work, rack.parent_id)
    crate = places.create(work, shelf, PlaceKind.CRATE, "L1")
    box, other = a_box(work, crate, "1"), a_box(work, shelf, "2")
    for place, target, code in (
        (crate, box, "place_in_itself"),
        (crate, crate, "place_in_itself"),
        (room, places.get(work, room.parent_id), "place_fixed"),
        (box, other, "place_kind"),
        (box, crate, "place_there_already"),
    ):
        with pytest.raises(DomainError) as refusal:
            places.move(work, place, target)
        assert refusal.value.code == code
    whole(work)


def test_two_racks_of_a_name_do_not_meet_but_boxes_may(work: Work) -> None:
    room = a_room(work)
    other = places.create(work, places.get(work, room.parent_id), PlaceKind.ROOM, "Rum 2")
    rack = places.create(work, room, PlaceKind.RACK, "A")
    places.create(work, other, PlaceKind.RACK, "a")
    with pytest.raises(Invalid):
        places.move(work, rack, other)
    a_box(work, other, "7")
    places.move(work, a_box(work, room, "7"), other)
    whole(work)


def test_a_version_no_longer_true_is_refused(work: Work) -> None:
    shelf = a_shelf(work)
    box, room = a_box(work, shelf), places.get(work, places.get(work, shelf.parent_id).parent_id)
    version = box.version
    places.move(work, box, room, version=version)
    with pytest.raises(ChangedMeanwhile):
        places.move(work, box, shelf, version=version)
    with pytest.raises(ChangedMeanwhile):
        places.change(work, box, version=version, name="X")


def test_a_room_keeper_carries_boxes_but_shapes_nothing(
    archive: Archive, root: Actor, as_role: Callable[[Role], Actor]
) -> None:
    with archive.write(root) as work:
        shelf = a_shelf(work)
        box, rack = a_box(work, shelf), places.get(work, shelf.parent_id)
    keeper = as_role(Role.ROOM_KEEPER)
    with archive.write(keeper) as work:
        places.move(work, places.get(work, box.id), places.get(work, rack.id))
    for verb in (
        lambda work: places.move(work, places.get(work, shelf.id), places.get(work, rack.parent_id)),
        lambda work: places.change(work, places.get(work, shelf.id), name="X"),
        lambda work: places.create(work, places.get(work, shelf.id), PlaceKind.BOX, "X"),
        lambda work: places.close(work, places.get(work, shelf.id)),
        lambda work: places.reopen(work, places.get(work, shelf.id)),
    ):
        with pytest.raises(NotPermitted), archive.write(keeper) as work:
            verb(work)


def test_what_is_changed_is_told_and_a_name_is_kept_out_of_the_body(work: Work) -> None:
    shelf = a_shelf(work)
    places.change(work, shelf, name="Ingrids hylla", capacity=40)
    assert (shelf.name, shelf.capacity) == ("Ingrids hylla", 40)
    event = work.session.execute(
        select(Event).where(col(Event.kind) == EventKind.PLACE_CHANGED.value)
    ).scalar_one()
    assert "Ingrid" not in event.body
    assert '"fields":["capacity","name"]' in event.body


def test_nothing_different_is_no_change(work: Work) -> None:
    shelf = a_shelf(work)
    places.change(work, shelf, name=f" {shelf.name} ", capacity=None)
    assert told(work, shelf) == [EventKind.PLACE_CREATED]


def test_a_new_name_is_free_and_not_empty(work: Work) -> None:
    room = a_room(work)
    rack, _other = (places.create(work, room, PlaceKind.RACK, name) for name in "AB")
    for name in ("b", " ", "\u200b"):
        with pytest.raises(Invalid) as refusal:
            places.change(work, rack, name=name)
        assert refusal.value.field == "name"
    places.change(work, rack, name="a")
    assert rack.name == "a"


def test_belonging_to_the_central_archive_holds_for_all_below(work: Work) -> None:
    shelf = a_shelf(work)
    site = places.roots(work)[0]
    places.change(work, site, central=True)
    work.session.expire_all()
    assert places.get(work, shelf.id).central


def test_nothing_can_be_recorded_at_a_closed_place_or_below(work: Work) -> None:
    shelf = a_shelf(work)
    box, rack = a_box(work, shelf), places.get(work, shelf.parent_id)
    file = a_file(work, places.get(work, rack.parent_id))
    places.close(work, rack)
    work.session.expire_all()
    for verb in (
        lambda: files.move(work, file, box, how=Evidence.HAND),
        lambda: places.create(work, shelf, PlaceKind.BOX, "9"),
        lambda: places.move(work, box, places.get(work, rack.parent_id)),
        lambda: places.close(work, rack),
    ):
        with pytest.raises(Conflict) as refusal:
            verb()
        assert refusal.value.code == "place_closed"


def test_a_place_with_files_is_not_closed(work: Work) -> None:
    shelf = a_shelf(work)
    a_file(work, a_box(work, shelf))
    with pytest.raises(Conflict) as refusal:
        places.close(work, places.get(work, shelf.parent_id))
    assert refusal.value.code == "place_not_empty"


def test_a_void_file_keeps_no_place_open(work: Work) -> None:
    shelf = a_shelf(work)
    box = a_box(work, shelf)
    files.void(work, a_file(work, box), a_file(work, shelf))
    places.close(work, box)
    assert box.closed_at == work.now


def test_what_was_closed_before_stays_closed_when_the_room_opens_again(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        room = a_room(work)
        one, two = (places.create(work, room, PlaceKind.RACK, name) for name in "12")
        places.close(work, one)
    archive.clock.forward(days=1)
    with archive.write(root) as work:
        places.close(work, places.get(work, room.id))
    with archive.write(root) as work:
        with pytest.raises(Conflict):
            places.reopen(work, places.get(work, two.id))
        places.reopen(work, places.get(work, room.id))
        assert places.get(work, two.id).closed_at is None
        assert places.get(work, one.id).closed_at is not None


def test_an_open_place_cannot_be_opened(work: Work) -> None:
    with pytest.raises(Conflict):
        places.reopen(work, a_room(work))


def test_a_code_that_is_no_places_is_not_found(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    for code in (file.code, codes.new_codes(work, 1)[0]):
        with pytest.raises(NotFound):
            places.by_code(work, code)
    with pytest.raises(NotFound):
        places.get(work, 4711)


def test_bare_names_are_said_with_their_kind(work: Work) -> None:
    room = a_room(work, "Sege Lagerväg 2", "014")
    for kind, name, said in (
        (PlaceKind.RACK, "3", "hyllsektion 3"),
        (PlaceKind.RACK, "B", "hyllsektion B"),
        (PlaceKind.BOX, "Box 7", "Box 7"),
        (PlaceKind.DESK, "Expeditionen", "Expeditionen"),
    ):
        assert paths.spoken(places.create(work, room, kind, name)) == said
    assert paths.spoken(room) == "014"


def test_trails_of_places_not_there_are_left_out(work: Work) -> None:
    shelf = a_shelf(work)
    assert list(paths.trails(work, [shelf.id, 4711])) == [shelf.id]
    assert paths.steps(work, []) == {}
    assert [step.id for step in paths.steps(work, [shelf.id])[shelf.id]] == [1, 2, 3, 4]


MOVES = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=12)


@settings(max_examples=20)
@given(MOVES)
def test_however_it_is_moved_about_the_tree_stays_whole(
    archive: Archive, root: Actor, moves: list[tuple[int, int]]
) -> None:
    with archive.write(root) as work:
        site = places.create(work, None, PlaceKind.SITE, f"Adress {len(places.roots(work))}")
        rooms = places.create_many(work, site, [Level(PlaceKind.ROOM, ("1", "2"))])
        levels = [
            Level(PlaceKind.RACK, ("1", "2")),
            Level(PlaceKind.SHELF, ("1",)),
            Level(PlaceKind.BOX, ("1",)),
        ]
        made = [*rooms, *places.create_many(work, rooms[0], levels)]
        made.append(places.create(work, rooms[1], PlaceKind.CRATE, "L1"))
        for what, where in moves:
            try:
                with work.attempt():
                    place, parent = (places.get(work, made[n % len(made)].id) for n in (what, where))
                    places.move(work, place, parent)
            except DomainError:
                continue
        whole(work)


def _at_once(archive: Archive, verbs: list[Callable[[Work], Any]]) -> list[DomainError]:
    """Run verbs each in a thread and transaction of its own; return what was refused."""
    barrier = threading.Barrier(len(verbs))
    refused: list[DomainError] = []

    def run(verb: Callable[[Work], Any]) -> None:
        barrier.wait()
        try:
            with archive.write(operator("root")) as work:
                verb(work)
        except DomainError as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=run, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_eight_who_shape_the_tree_at_once_all_get_their_way(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        shelf = a_shelf(work)
        boxes = [a_box(work, shelf, str(number)) for number in range(8)]
        rack = places.get(work, shelf.parent_id)
        crate = places.create(work, rack, PlaceKind.CRATE, "L1")

    def carry(box: Place) -> Callable[[Work], Any]:
        return lambda work: places.move(work, places.get(work, box.id), places.get(work, crate.id))

    verbs = [carry(box) for box in boxes[:4]]
    verbs += [
        lambda work, n=n: places.create(work, places.get(work, shelf.id), PlaceKind.BOX, f"n{n}")
        for n in range(3)
    ]
    verbs.append(lambda work: places.move(work, places.get(work, shelf.id), places.get(work, rack.parent_id)))
    assert _at_once(archive, verbs) == []
    with archive.read(root) as work:
        whole(work)
        assert len(places.children(work, places.get(work, crate.id))) == 4
        assert len(places.children(work, places.get(work, shelf.id))) == 4 + 3


def test_a_box_put_on_a_shelf_while_the_rack_moves_goes_along(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        shelf = a_shelf(work)
        rack = places.get(work, shelf.parent_id)
        room = places.get(work, rack.parent_id)
        other = places.create(work, places.get(work, room.parent_id), PlaceKind.ROOM, "Rum 2")
        box = a_box(work, room)
    for number in range(5):
        there, back = (other, room) if number % 2 == 0 else (room, other)
        verbs = [
            lambda work, there=there: places.move(
                work, places.get(work, rack.id), places.get(work, there.id)
            ),
            lambda work: places.move(work, places.get(work, box.id), places.get(work, shelf.id)),
        ]
        assert _at_once(archive, verbs) == []
        with archive.write(root) as work:
            whole(work)
            places.move(work, places.get(work, box.id), places.get(work, back.id))


def test_no_file_is_put_where_somebody_is_just_closing(archive: Archive, root: Actor) -> None:
    for number in range(5):
        with archive.write(root) as work:
            shelf = a_shelf(work, site=f"Adress {number}")
            box, file = a_box(work, shelf), a_file(work, shelf)
        scanned = Scanned(f"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a{number}1", file.code, box.code)
        _at_once(
            archive,
            [
                lambda work, box=box: places.close(work, places.get(work, box.id)),
                lambda work, scanned=scanned: scans.take(work, scanned),
            ],
        )
        with archive.read(root) as work:
            closed = places.get(work, box.id).closed_at is not None
            assert closed != (files.get(work, file.id).place_id == box.id)
