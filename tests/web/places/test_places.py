"""The pages of places, and two clerks who move the same file at once."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlmodel import col

from archive.codes import codes
from archive.files import files
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, Event, EventSubject, Place
from archive.places import places
from archive.places.places import Level
from archive.vocabulary import EventKind, PlaceKind, Protection, Role
from tests.builders import a_box, a_file, a_person, a_room, a_shelf
from tests.remembering import remembering

SignIn = Callable[[Role], FlaskClient]


@pytest.fixture
@remembering
def shelf(archive: Archive, root: Actor) -> Place:
    """Give a shelf in a rack in a room."""
    with archive.write(root) as work:
        return a_shelf(work)


@pytest.fixture
@remembering
def room(archive: Archive, root: Actor, shelf: Place) -> Place:
    """Give the room the shelf is in."""
    with archive.read(root) as work:
        return places.get(work, places.get(work, shelf.parent_id).parent_id)


@pytest.fixture
def clerk(sign_in: SignIn) -> FlaskClient:
    """Give the archivist's browser."""
    return sign_in(Role.ARCHIVIST)


def now(archive: Archive, actor: Actor, place: Place) -> Place:
    """Return a place as it stands in the register."""
    with archive.read(actor) as work:
        return places.get(work, place.id)


def words(page: str) -> str:
    """Return what stands on a page, without its markup."""
    main = page.split("<main")[1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_an_empty_archive_says_what_to_do_first(clerk: FlaskClient, sign_in: SignIn) -> None:
    assert 'href="/places/new"' in clerk.get("/places/").text
    assert 'href="/places/new"' not in sign_in(Role.CASE_WORKER).get("/places/").text


def test_addresses_are_listed_with_rooms_and_files(
    clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        for _ in range(3):
            a_file(work, places.get(work, shelf.id))
    said = words(clerk.get("/places/").text)
    assert "Centralarkivet" in said
    assert "Rum 1 akter: 3" in said


def test_a_place_is_found_by_words_and_by_code(clerk: FlaskClient, shelf: Place) -> None:
    for term in ("rum 1 hylla 1", shelf.code):
        assert f'href="/places/{shelf.code}"' in clerk.get("/places/", query_string={"term": term}).text
    assert "Ingen plats har de orden" in clerk.get("/places/?term=valvet").text


def test_a_place_shows_what_stands_in_it_in_shelf_order(
    clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        here = places.get(work, shelf.id)
        second, first = a_box(work, here, "8"), a_box(work, here, "7")
        later, earlier = a_file(work, first), a_file(work, second)
    page = clerk.get(f"/places/{shelf.code}").text
    assert page.index(earlier.reference) < page.index(later.reference)
    assert "arkivbox 8" in page
    assert "Akter här 2" in words(page)


def test_a_long_shelf_is_shown_page_by_page(
    clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        here = places.get(work, shelf.id)
        references = {a_file(work, here).reference for _ in range(60)}
    seen: list[str] = []
    address = f"/places/{shelf.code}"
    while address:
        page = clerk.get(address).text
        seen += re.findall(r'href="/files/[0-9A-Z]{10}">([^<]+)</a>', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == 60
    assert set(seen) == references


def test_many_places_are_shown_page_by_page(
    clerk: FlaskClient, room: Place, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        levels = [Level(PlaceKind.RACK, places.names_from("101-160"))]
        places.create_many(work, places.get(work, room.id), levels)
    first = clerk.get(f"/places/{room.code}").text
    assert "hyllsektion 149" in first
    assert "hyllsektion 160" not in first
    following = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    assert "hyllsektion 160" in clerk.get(following).text


@pytest.mark.parametrize("mark", ["x", "|", "000001|x|1", "000001|1|²", "||||", f"000001|{'9' * 40}|1"])
def test_a_mark_that_is_none_begins_from_the_start(clerk: FlaskClient, shelf: Place, mark: str) -> None:
    assert clerk.get(f"/places/{shelf.code}", query_string={"after": mark}).status_code == 200


def test_protected_files_are_never_listed_counted_or_told_of(
    clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        here = places.get(work, shelf.id)
        person = a_person(work, "Hemligsson", "Hanna", protection=Protection.MARKED)
        hidden = a_file(work, here, person, reference="S77-4711")
        box = a_box(work, here, "7")
        files.move(work, hidden, box, how=files.Evidence.SCAN)
    for address in (
        f"/places/{shelf.code}",
        f"/places/{box.code}",
        f"/places/{box.code}/history",
        "/places/",
    ):
        page = clerk.get(address).text
        assert "S77-4711" not in page
        assert hidden.code not in page
        assert "Hemligsson" not in page
    assert "Akter här 0" in words(clerk.get(f"/places/{shelf.code}").text)


def test_a_list_seen_is_a_look_at_every_file_and_person_on_it(
    clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        for _ in range(2):
            a_file(work, places.get(work, shelf.id))
    clerk.get(f"/places/{shelf.code}")
    with archive.read(root) as work:
        seen = select(col(EventSubject.subject)).join(Event, col(Event.id) == EventSubject.event_id)
        rows = work.session.execute(seen.where(col(Event.kind) == EventKind.LOOKED_AT_LIST.value))
        assert sorted(rows.scalars()) == ["file:1", "file:2", "person:1", "person:2"]


def test_the_page_of_a_place_takes_no_more_statements_for_many_files_than_for_few(
    clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        for _ in range(10):
            a_file(work, places.get(work, shelf.id))
    few = _statements(archive, clerk, shelf)
    with archive.write(root) as work:
        for _ in range(40):
            a_file(work, places.get(work, shelf.id))
    assert _statements(archive, clerk, shelf) == few


def _statements(archive: Archive, client: FlaskClient, place: Place) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(archive.engine, "before_cursor_execute", note)
    try:
        client.get(f"/places/{place.code}")
    finally:
        event.remove(archive.engine, "before_cursor_execute", note)
    return len(seen)


def test_a_box_says_how_full_it_is(clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        box = places.create(work, places.get(work, shelf.id), PlaceKind.BOX, "7", capacity=1)
        a_file(work, box), a_file(work, box)
    assert "2 av 1 överfull" in words(clerk.get(f"/places/{box.code}").text)


def test_a_stretch_of_places_is_created_at_once(
    clerk: FlaskClient, room: Place, archive: Archive, root: Actor
) -> None:
    form = {
        "kind0": "rack",
        "names0": "3",
        "kind1": "shelf",
        "names1": "1-6",
        "kind2": "box",
        "names2": "1-10",
    }
    page = clerk.post(f"/places/{room.code}/new", data=form, follow_redirects=True)
    assert "67 platser skapades" in page.text
    assert "hyllsektion 3" in page.text
    with archive.read(root) as work:
        assert len(places.beneath(work, places.get(work, room.id), limit=100)) == 2 + 67


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "kind0"),
        ({"kind0": "rack"}, "names0"),
        ({"kind0": "rack", "names0": "6-1"}, "names0"),
        ({"kind0": "rack", "names0": "A"}, "names0"),
        ({"kind0": "site", "names0": "3"}, "kind0"),
        ({"kind0": "box", "names0": "3", "kind1": "shelf", "names1": "1"}, "kind1"),
        ({"kind0": "rack", "names0": "1-99999"}, "names0"),
    ],
)
def test_a_refused_form_is_shown_again_at_the_field_that_is_wrong(
    clerk: FlaskClient, room: Place, form: dict[str, str], field: str
) -> None:
    page = clerk.post(f"/places/{room.code}/new", data=form)
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert f'id="{field}-error"' in page.text
    if form.get("names0"):
        assert f'value="{form["names0"]}"' in page.text


def test_an_address_is_created(clerk: FlaskClient, archive: Archive, root: Actor) -> None:
    clerk.post("/places/new", data={"kind0": "site", "names0": "Sege Lagerväg 2", "central": "yes"})
    with archive.read(root) as work:
        site = places.roots(work)[0]
        assert (site.name, site.central) == ("Sege Lagerväg 2", True)


def test_a_place_is_renamed_and_its_capacity_set(
    clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor
) -> None:
    form = {"name": "Översta", "order_rule": "reference", "capacity": "40", "version": "1"}
    page = clerk.post(f"/places/{shelf.code}/change", data=form, follow_redirects=True)
    assert "Översta" in page.text
    assert now(archive, root, shelf).capacity == 40


@pytest.mark.parametrize("capacity", ["många", "-1", "²", "12345678"])
def test_a_capacity_is_a_whole_number(clerk: FlaskClient, shelf: Place, capacity: str) -> None:
    form = {"name": "1", "order_rule": "reference", "capacity": capacity}
    page = clerk.post(f"/places/{shelf.code}/change", data=form)
    assert page.status_code == 422
    assert f'value="{capacity}"' in page.text


def test_a_box_is_moved_by_words(clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        here = places.get(work, shelf.id)
        box = a_box(work, here, "7")
        places.create(work, places.get(work, here.parent_id), PlaceKind.SHELF, "2")
    form = {"place": "rum 1 hylla 2", "version": "1"}
    page = clerk.post(f"/places/{box.code}/move", data=form, follow_redirects=True)
    assert "Flyttad, med allt som står i den" in page.text
    assert now(archive, root, box).path.startswith(now(archive, root, shelf).path[:-1])
    assert now(archive, root, box).parent_id != shelf.id


@pytest.mark.parametrize("target", ["", "valvet", "1"])
def test_a_place_that_is_not_one_is_asked_for_again(
    clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor, target: str
) -> None:
    with archive.write(root) as work:
        box = a_box(work, places.get(work, shelf.id), "7")
        a_room(work, "Storgatan 1", "1")
    page = clerk.post(f"/places/{box.code}/move", data={"place": target, "version": "1"})
    assert page.status_code == 422
    assert 'href="#place"' in page.text


def test_a_place_somebody_changed_meanwhile_is_not_changed_blindly(clerk: FlaskClient, shelf: Place) -> None:
    form = {"name": "Översta", "order_rule": "reference", "version": "1"}
    assert clerk.post(f"/places/{shelf.code}/change", data=form).status_code == 303
    assert clerk.post(f"/places/{shelf.code}/change", data={**form, "name": "Lägsta"}).status_code == 409


def test_a_place_is_closed_and_opened_again(
    clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor
) -> None:
    clerk.post(f"/places/{shelf.code}/close")
    page = clerk.get(f"/places/{shelf.code}").text
    assert "Stängd" in words(page)
    assert "/scan?place" not in page
    clerk.post(f"/places/{shelf.code}/reopen")
    assert now(archive, root, shelf).closed_at is None


def test_a_place_with_files_says_why_it_is_not_closed(
    clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        a_file(work, places.get(work, shelf.id))
    page = clerk.post(f"/places/{shelf.code}/close")
    assert page.status_code == 409
    assert "Flytta dem först" in page.text


def test_what_came_and_went_is_told(clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        here = places.get(work, shelf.id)
        box, file = a_box(work, here, "7"), a_file(work, here)
        files.move(work, file, box, how=files.Evidence.HAND)
    for place in (shelf, box):
        assert file.reference in clerk.get(f"/places/{place.code}/history").text


@pytest.mark.parametrize("path", ["", "/history", "/new", "/change"])
def test_a_code_that_is_no_place_is_not_found(
    clerk: FlaskClient, shelf: Place, archive: Archive, root: Actor, path: str
) -> None:
    with archive.write(root) as work:
        file = a_file(work, places.get(work, shelf.id))
    assert clerk.get(f"/places/{file.code}{path}").status_code == 404
    assert clerk.get(f"/places/HEJ{path}").status_code == 422


def test_each_role_sees_the_buttons_of_what_it_may_do(sign_in: SignIn, shelf: Place) -> None:
    for role, change, scan in (
        (Role.ARCHIVIST, True, True),
        (Role.ROOM_KEEPER, False, True),
        (Role.AUDITOR, False, False),
    ):
        page = sign_in(role).get(f"/places/{shelf.code}").text
        assert (f"/places/{shelf.code}/change" in page) == change
        assert (f"/scan?place={shelf.code}" in page) == scan
    assert sign_in(Role.ROOM_KEEPER).post(f"/places/{shelf.code}/close").status_code == 403


def test_a_room_keeper_moves_a_box_but_no_shelf(
    sign_in: SignIn, shelf: Place, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        here = places.get(work, shelf.id)
        box, rack = a_box(work, here, "7"), places.get(work, here.parent_id)
    keeper = sign_in(Role.ROOM_KEEPER)
    assert f"/places/{box.code}/change" in keeper.get(f"/places/{box.code}").text
    assert "Namn" not in words(keeper.get(f"/places/{box.code}/change").text)
    assert keeper.post(f"/places/{box.code}/move", data={"place": rack.code}).status_code == 303
    assert keeper.post(f"/places/{shelf.code}/move", data={"place": rack.code}).status_code == 403


def test_pages_are_read_in_english(clerk: FlaskClient, shelf: Place) -> None:
    clerk.post("/language", data={"language": "en", "next": "/"})
    said = words(clerk.get(f"/places/{shelf.code}").text)
    assert "Shelf 1" in said
    assert "Files with their place here, in shelf order" in said


def test_of_eight_who_move_a_file_by_form_at_once_one_wins_and_the_others_hear_who_and_where(
    app: Flask, sign_in: SignIn, archive: Archive, root: Actor, shelf: Place
) -> None:
    with archive.write(root) as work:
        here = places.get(work, shelf.id)
        boxes = [a_box(work, here, str(number)) for number in range(8)]
        file: CaseFile = a_file(work, here)
    clients = [sign_in(role) for role in (Role.ARCHIVIST, Role.ASSISTANT) for _ in range(4)]
    barrier = threading.Barrier(8)
    answers: list[Any] = [None] * 8

    def move(number: int) -> None:
        form = {"place": boxes[number].code, "version": str(file.version), "seen": "yes"}
        barrier.wait()
        answers[number] = clients[number].post(f"/files/{file.code}/move", data=form)

    threads = [threading.Thread(target=move, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [number for number, answer in enumerate(answers) if answer.status_code == 303]
    assert len(won) == 1
    who = "Arkivarie" if won[0] < 4 else "Arkivassistent"
    for number, answer in enumerate(answers):
        if number != won[0]:
            assert answer.status_code == 409
            assert f"{who} registrerade" in answer.text
            assert f"arkivbox {won[0]}" in answer.text
    with archive.read(root) as work:
        assert files.get(work, file.id).place_id == boxes[won[0]].id
        moved = select(Event).where(col(Event.stream) == file.stream, col(Event.kind) == "file.moved")
        assert len(work.session.execute(moved).all()) == 1


def test_printed_labels_of_a_place_are_one_press_away(clerk: FlaskClient, shelf: Place) -> None:
    assert f'href="/labels/places/{shelf.code}"' in clerk.get(f"/places/{shelf.code}").text
    assert codes.codes.grouped(shelf.code)[:5] in clerk.get(f"/places/{shelf.code}").text
