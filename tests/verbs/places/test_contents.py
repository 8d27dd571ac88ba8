"""What stands where: in shelf order, page by page, and which place a few words mean."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from archive.codes import codes
from archive.files import files
from archive.kernel.errors import NotPermitted
from archive.kernel.store import Actor, Archive, Work
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile, Place
from archive.places import contents, paths, places
from archive.places.places import Level
from archive.vocabulary import LoanPurpose, OrderRule, PlaceKind, Protection, Role
from tests.builders import a_box, a_file, a_person, a_place, a_room, a_shelf


def standing(work: Work, place: Place, **page: Any) -> list[int]:
    """Return the ids of what has its place somewhere."""
    return [file.id for file, _place in contents.content(work, place, **page)]


def test_files_are_listed_by_shelf_then_position(work: Work) -> None:
    shelf = a_shelf(work)
    first, second = a_box(work, shelf, "1"), a_box(work, shelf, "2")
    made = [a_file(work, box) for box in (second, first, second, first)]
    assert standing(work, shelf) == [made[number].id for number in (1, 3, 0, 2)]


def test_a_box_that_moves_takes_its_files_to_the_end(work: Work) -> None:
    shelf = a_shelf(work)
    first, second = a_box(work, shelf, "1"), a_box(work, shelf, "2")
    one, two = a_file(work, first), a_file(work, second)
    crate = places.create(work, places.get(work, shelf.parent_id), PlaceKind.CRATE, "L1")
    places.move(work, first, crate)
    places.move(work, first, shelf)
    assert standing(work, shelf) == [two.id, one.id]


def test_a_file_on_loan_keeps_its_place_in_the_list(work: Work) -> None:
    shelf = a_shelf(work)
    lent, other = a_file(work, shelf), a_file(work, shelf)
    due = work.now.date() + timedelta(days=7)
    loans.hand_out(work, lent, Request("Karin Berg", LoanPurpose.CASE_WORK, due))
    assert standing(work, shelf) == [lent.id, other.id]
    assert contents.counts(work, [shelf.id]) == {shelf.id: 1}


def test_void_and_protected_files_are_neither_listed_nor_counted(work: Work) -> None:
    shelf = a_shelf(work)
    a_file(work, shelf, a_person(work, protection=Protection.MARKED))
    a_file(work, shelf, a_person(work, protection=Protection.UNKNOWN))
    wrong, right = a_file(work, shelf), a_file(work, shelf)
    files.void(work, wrong, right)
    assert standing(work, shelf) == [right.id]
    assert contents.counts(work, [shelf.id]) == {shelf.id: 1}


def test_pages_together_are_the_whole_list(work: Work) -> None:
    shelf = a_shelf(work)
    boxes = [a_box(work, shelf, str(number)) for number in range(4)]
    for number in range(17):
        a_file(work, boxes[number * 7 % 4])
    whole = standing(work, shelf)
    pages: list[int] = []
    after = None
    while rows := contents.content(work, shelf, after=after, limit=5):
        pages += [file.id for file, _place in rows]
        file, place = rows[-1]
        after = (place.path, file.position, file.id)
    assert pages == whole
    assert len(whole) == 17


def test_a_place_counts_what_is_below_it(work: Work) -> None:
    shelf = a_shelf(work)
    box = a_box(work, shelf)
    a_file(work, box), a_file(work, shelf)
    room = places.get(work, places.get(work, shelf.parent_id).parent_id)
    assert contents.counts(work, [room.id, shelf.id, box.id]) == {room.id: 2, shelf.id: 2, box.id: 1}


def test_counting_stops_where_the_number_tells_no_more(work: Work) -> None:
    shelf = a_shelf(work)
    template = a_file(work, shelf)
    _multiply(work, template, contents.MOST_COUNTED + 5)
    assert contents.counts(work, [shelf.id]) == {shelf.id: contents.MOST_COUNTED + 1}


def _multiply(work: Work, template: CaseFile, times: int) -> None:
    """Copy a file's row, so that a test of lists need not register each."""
    columns = CaseFile.__table__.columns
    row = {column.name: getattr(template, column.name) for column in columns if column.name != "id"}
    rows = [
        {**row, "code": code, "reference": code, "reference_key": code, "position": number}
        for number, code in enumerate(codes.new_codes(work, times))
    ]
    work.connection.execute(CaseFile.__table__.insert(), rows)


def test_a_page_takes_as_many_statements_among_a_thousand_files_as_among_ten(
    archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        room = places.get(work, places.get(work, a_shelf(work).parent_id).parent_id)
        racks = places.create_many(work, room, [Level(PlaceKind.RACK, places.names_from("1-9"))])
        file = a_file(work, racks[0])
        _multiply(work, file, 9)
        few = _statements(archive, work, room, racks)
        _multiply(work, file, 990)
        assert _statements(archive, work, room, racks) == few


def _statements(archive: Archive, work: Work, place: Place, below: list[Place]) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(archive.engine, "before_cursor_execute", note)
    try:
        contents.content(work, place)
        contents.counts(work, [one.id for one in below])
    finally:
        event.remove(archive.engine, "before_cursor_execute", note)
    return len(seen)


@pytest.fixture
def tree(work: Work) -> dict[str, Place]:
    """Give two rooms with racks, shelves and boxes called by numbers, and one with a name of its own."""
    site = a_place(work, (PlaceKind.SITE, "Sege Lagerväg 2"))
    rooms = {
        name: places.create(work, site, PlaceKind.ROOM, name) for name in ("Magasin 1", "Magasin 2", "Östra")
    }
    levels = [
        Level(PlaceKind.RACK, ("1", "12")),
        Level(PlaceKind.SHELF, ("1", "2", "3")),
        Level(PlaceKind.BOX, ("1", "2")),
    ]
    for name in ("Magasin 1", "Magasin 2"):
        places.create_many(work, rooms[name], levels)
    return {"site": site, **rooms}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("magasin 2", "Sege Lagerväg 2 / Magasin 2"),
        ("MAGASIN 2", "Sege Lagerväg 2 / Magasin 2"),
        ("östra", "Sege Lagerväg 2 / Östra"),
        ("ÖSTRA", "Sege Lagerväg 2 / Östra"),
        ("sege", "Sege Lagerväg 2"),
        ("lagerväg 2", "Sege Lagerväg 2"),
        ("sege östra", "Sege Lagerväg 2 / Östra"),
        ("magasin 1 hyllsektion 12", "Sege Lagerväg 2 / Magasin 1 / hyllsektion 12"),
        ("magasin 2 sektion 1 hylla 3", "Sege Lagerväg 2 / Magasin 2 / hyllsektion 1 / hyllplan 3"),
        (
            "Sege Lagerväg 2 / Magasin 2 / hyllsektion 12 / hyllplan 3 / arkivbox 2",
            "Sege Lagerväg 2 / Magasin 2 / hyllsektion 12 / hyllplan 3 / arkivbox 2",
        ),
        (
            "magasin 2 rack 12 shelf 3 box 2",
            "Sege Lagerväg 2 / Magasin 2 / hyllsektion 12 / hyllplan 3 / arkivbox 2",
        ),
    ],
)
def test_words_find_the_place_they_mean(work: Work, tree: dict[str, Place], text: str, found: str) -> None:
    assert paths.name_of(contents.find(work, text)[0]) == found


def test_a_number_is_found_as_a_whole(work: Work, tree: dict[str, Place]) -> None:
    found = contents.find(work, "sektion 1", limit=50)
    assert {trail[-1].name for trail in found} == {"1"}


def test_a_word_nobody_uses_finds_nothing(work: Work, tree: dict[str, Place]) -> None:
    for text in ("valvet", "magasin 7", "%", "_", "", "  ", "/"):
        assert contents.find(work, text) == []
    assert contents.find(work, "magasin 1") != []


def test_a_kind_alone_finds_its_places(work: Work, tree: dict[str, Place]) -> None:
    assert {trail[-1].kind for trail in contents.find(work, "magasin 1 hyllplan", limit=50)} == {
        PlaceKind.SHELF
    }


def test_a_code_finds_its_place_and_no_other(work: Work, tree: dict[str, Place]) -> None:
    room = tree["Östra"]
    assert [trail[-1] for trail in contents.find(work, f"HTTPS://X.SE/S/{room.code}")] == [room]


def test_a_closed_place_is_not_offered_to_put_things_in(work: Work, tree: dict[str, Place]) -> None:
    places.close(work, tree["Östra"])
    assert contents.find(work, "östra", open_only=True) == []
    assert [trail[-1] for trail in contents.find(work, "östra")] == [tree["Östra"]]


def test_who_may_not_see_files_finds_no_places(archive: Archive, as_role: Callable[[Role], Actor]) -> None:
    with pytest.raises(NotPermitted), archive.read(as_role(Role.ADMINISTRATOR)) as work:
        contents.find(work, "magasin")


def test_files_stand_by_the_rule_of_the_place(work: Work) -> None:
    site = places.get(work, a_room(work).parent_id)
    room = places.create(work, site, PlaceKind.ROOM, "Arkiv B", order_rule=OrderRule.BIRTH_DATE)
    people = [a_person(work) for _ in range(6)]
    made = [a_file(work, room, person) for person in people]
    born = {file.id: person.birth_date for file, person in zip(made, people, strict=True)}
    listed = [born[file_id] for file_id in standing(work, room)]
    assert listed == sorted(listed)


@pytest.mark.parametrize(
    "text", ["9" * 15_000, "Ö" * 60_000, "rum 1/" * 3_000, "% _ \\ ' \" ² 🗄️" * 9_000, "x " * 40], ids=range(5)
)
def test_no_text_is_too_long_to_look_a_place_up_by(work: Work, text: str) -> None:
    shelf = a_shelf(work)
    assert contents.find(work, text) == []
    assert contents.find(work, f"hylla {shelf.name}")[0][-1].id == shelf.id
