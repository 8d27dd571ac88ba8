"""What a list's reading remembers of the places: a room's boxes are read again only when one has changed."""

import pytest
from sqlalchemy import event, select

from archive.imports.lists.meaning.whereabouts import PlaceStep
from archive.imports.rows.places import PlaceFinder
from archive.kernel.store import Actor, Archive
from archive.models import Place
from archive.places import places
from archive.vocabulary import PlaceKind
from tests.verbs.imports.taking_in import OLD, prepared, row, take_in

ANNA = "195005050512"


def _steps(box: str) -> tuple[PlaceStep, ...]:
    return (
        PlaceStep(PlaceKind.SITE, OLD),
        PlaceStep(PlaceKind.ROOM, "1"),
        PlaceStep(PlaceKind.BOX, box),
    )


@pytest.fixture
def archive(archive: Archive, archivist: Actor) -> Archive:
    prepared(archive)
    take_in(archive, archivist, [row("DAT-4", ANNA, box="4")])
    return archive


def _found(archive: Archive, actor: Actor, finder: PlaceFinder, box: str) -> tuple[bool, int]:
    """Look a box up in a transaction of its own; returns whether it stands, and how often a room was read."""
    read: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if "place.name" in statement and "place.parent_id IN" in statement:
            read.append(statement)

    event.listen(archive.engine, "before_cursor_execute", note)
    try:
        with archive.read(actor) as work:
            spot = finder.find(work, [_steps(box)])[_steps(box)]
    finally:
        event.remove(archive.engine, "before_cursor_execute", note)
    return bool(spot and spot.id), len(read)


def test_a_room_is_read_again_for_a_box_it_has_not_only_after_one_of_its_boxes_was_renamed(
    archive: Archive, archivist: Actor
) -> None:
    finder = PlaceFinder()
    _there, first = _found(archive, archivist, finder, "5")
    again = _found(archive, archivist, finder, "5")
    with archive.write(archivist) as work:
        box = work.session.execute(select(Place).where(Place.name == "4")).scalar_one()
        places.change(work, box, name="5")
    assert first > 0
    assert again == (False, 0)
    assert _found(archive, archivist, finder, "5") == (True, 1)
