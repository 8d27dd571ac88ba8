"""Case files: registering, correcting, moving, making void."""

import re
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive.accounts.sessions import Proof
from archive.codes import codes
from archive.files import files, sightings, stale
from archive.files.files import NewFile
from archive.history import history
from archive.kernel.errors import ChangedMeanwhile, Conflict, Invalid, NotFound, NotPermitted
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Actor, Archive, Work
from archive.models import Event, Label, Person
from archive.people import lifting, people
from archive.places import places, shelf_order
from archive.vocabulary import (
    Custody,
    EventKind,
    Evidence,
    LabelState,
    OrderRule,
    Outcome,
    PersonRole,
    PlaceKind,
    Protection,
    Role,
)
from tests.builders import a_box, a_file, a_kind, a_person, a_place, a_shelf, a_source, a_witness, asides


def new_file(work: Work, reference: str = "2003-1", **facts: object) -> NewFile:
    """Describe a file about one new person on a new shelf, unless told otherwise."""
    if "place" not in facts:
        facts["place"] = a_shelf(work)
    if "persons" not in facts:
        facts["persons"] = ((a_person(work).id, PersonRole.SUBJECT),)
    return NewFile(reference=reference, source_id=a_source(work).id, kind_id=a_kind(work).id, **facts)


def events_of(work: Work, stream: str) -> list[str]:
    """Return the kinds of a stream's events, oldest first."""
    statement = select(col(Event.kind)).where(col(Event.stream) == stream).order_by(col(Event.seq))
    return list(work.session.execute(statement).scalars())


def test_a_registered_file_stands_at_its_place_with_a_label_and_an_event(work: Work) -> None:
    shelf = a_shelf(work)
    file = files.register(work, new_file(work, place=shelf))
    assert (file.status, file.place_id, file.placed_how) == (Custody.ON_PLACE, shelf.id, Evidence.HAND)
    assert file.placed_by == work.actor.id
    assert codes.find(work, file.code).file_id == file.id
    assert events_of(work, file.stream) == [EventKind.FILE_REGISTERED.value]


def test_nobody_registers_without_the_permission(archive: Archive, as_role: Callable[[Role], Actor]) -> None:
    with archive.write(as_role(Role.ARCHIVIST)) as work:
        new = new_file(work)
    with pytest.raises(NotPermitted), archive.write(as_role(Role.CASE_WORKER)) as work:
        files.register(work, new)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"reference": " "}, "reference"),
        ({"part": 0}, "part"),
        ({"part": 3, "parts": 2}, "part"),
        ({"part": 1, "parts": files.MOST_PARTS + 1}, "part"),
        ({"opened_on": PartialDate(2004), "closed_on": PartialDate(2003, 12)}, "closed_on"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(work: Work, facts: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        files.register(work, replace(new_file(work), **facts))
    assert refusal.value.field == field


def test_a_file_may_be_closed_in_the_year_it_was_opened(work: Work) -> None:
    dates = {"opened_on": PartialDate(2003, 5), "closed_on": PartialDate(2003)}
    assert files.register(work, new_file(work, **dates)).closed_on == PartialDate(2003)


@pytest.mark.parametrize("written", ["IFO-2003-1", "ifo-2003-1", " IFO - 2003-1 "])
def test_a_reference_is_registered_once_however_it_is_written(work: Work, written: str) -> None:
    first = files.register(work, new_file(work, "IFO-2003-1"))
    shelf = places.get(work, first.place_id)
    with pytest.raises(Conflict) as refusal:
        files.register(work, new_file(work, written, place=shelf))
    assert refusal.value.code == "reference_taken"
    assert refusal.value.field == "reference"
    assert refusal.value.facts["code"] == first.code


def test_another_part_is_another_file(work: Work) -> None:
    first = files.register(work, new_file(work, part=1, parts=2))
    second = files.register(work, new_file(work, place=places.get(work, first.place_id), part=2, parts=2))
    assert second.id != first.id


def test_the_reference_of_a_void_file_is_free_again(work: Work) -> None:
    wrong, right = a_file(work, a_shelf(work)), None
    right = a_file(work, places.get(work, wrong.place_id))
    files.void(work, wrong, right)
    again = files.register(work, new_file(work, wrong.reference, place=places.get(work, wrong.place_id)))
    assert again.status is Custody.ON_PLACE


def test_nothing_is_registered_at_a_closed_place(work: Work) -> None:
    shelf = a_shelf(work)
    places.close(work, shelf)
    with pytest.raises(Conflict) as refusal:
        files.register(work, new_file(work, place=shelf))
    assert refusal.value.code == "place_closed"


def test_a_blank_label_is_bound_in_registering(work: Work) -> None:
    blank = codes.print_blanks(work, 1, "test").codes[0]
    file = files.register(work, new_file(work, code=blank))
    label = codes.find(work, blank)
    assert (file.code, label.state, label.file_id) == (blank, LabelState.LIVE, file.id)


def test_a_label_that_stands_for_something_is_not_bound_again(work: Work) -> None:
    shelf = a_shelf(work)
    taken = a_file(work, shelf).code
    for code in (taken, shelf.code):
        with pytest.raises(Conflict) as refusal:
            files.register(work, new_file(work, "new", place=shelf, code=code))
        assert refusal.value.code == "label_not_blank"


def test_an_unknown_label_is_refused(work: Work) -> None:
    with pytest.raises(NotFound):
        files.register(work, new_file(work, code="0000000001"))


def test_a_file_stands_in_birth_order_by_its_subject(work: Work) -> None:
    shelf = a_place(
        work, (PlaceKind.SITE, "Arkivet"), (PlaceKind.ROOM, "Rum"), order_rule=OrderRule.BIRTH_DATE
    )
    parent, child = a_person(work), a_person(work)
    roles = ((parent.id, PersonRole.PARENT), (child.id, PersonRole.CHILD))
    file = files.register(work, new_file(work, place=shelf, persons=roles))
    number = people.numbers_of(work, [parent.id])[parent.id][0].number
    assert file.position == shelf_order.birth_key(number)
    files.move(work, file, a_box(work, shelf), how=Evidence.HAND)
    assert file.position == shelf_order.birth_key(number)


def test_a_file_about_a_protected_person_is_protected_from_the_start(work: Work) -> None:
    open_, hidden = a_person(work), a_person(work, protection=Protection.MARKED)
    roles = ((open_.id, PersonRole.SUBJECT), (hidden.id, PersonRole.OTHER))
    assert files.register(work, new_file(work, persons=roles)).protected


def test_unknown_protection_counts_as_protected(work: Work) -> None:
    assert a_file(work, a_shelf(work), a_person(work, protection=Protection.UNKNOWN)).protected


def test_a_file_is_found_by_every_code_it_had(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    old, new = file.code, codes.print_blanks(work, 1, "test").codes[0]
    codes.bind(work, new, file)
    assert files.by_code(work, old) is files.by_code(work, new) is file


def test_the_code_of_a_place_is_no_file(work: Work) -> None:
    with pytest.raises(NotFound):
        files.by_code(work, a_shelf(work).code)


def test_a_correction_says_what_changed_and_is_remembered(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    changed = files.correct(
        work, file, file.version, last_note_on=PartialDate(2003, 4), kept=Outcome.PRESERVE, adoption=False
    )
    assert changed == ["kept", "last_note_on"] == file.corrected
    assert file.version == 2
    assert events_of(work, file.stream)[-1] == EventKind.FILE_CORRECTED.value


def test_a_correction_that_changes_nothing_leaves_no_trace(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    assert files.correct(work, file, file.version, reference=file.reference) == []
    assert file.version == 1


def test_what_a_person_corrected_no_list_overwrites(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    files.correct(work, file, file.version, closed_on=PartialDate(2003))
    told = {"closed_on": PartialDate(1999), "opened_on": PartialDate(1990)}
    assert files.change(work, file, told, by_hand=False) == ["opened_on"]
    assert file.closed_on == PartialDate(2003)


def test_a_reference_cannot_be_corrected_to_one_that_is_taken(work: Work) -> None:
    first = a_file(work, a_shelf(work))
    second = a_file(work, places.get(work, first.place_id))
    with pytest.raises(Conflict) as refusal:
        files.correct(work, second, second.version, reference=first.reference.lower())
    assert refusal.value.field == "reference"


def test_only_known_fields_can_be_corrected(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    with pytest.raises(TypeError):
        files.change(work, file, {"status": Custody.LOST}, by_hand=True)


def test_the_second_to_correct_is_told_who_was_first(
    archive: Archive, as_role: Callable[[Role], Actor]
) -> None:
    archivist, assistant = as_role(Role.ARCHIVIST), as_role(Role.ASSISTANT)
    with archive.write(archivist) as work:
        file = a_file(work, a_shelf(work))
        seen = file.version
    with archive.write(archivist) as work:
        files.correct(work, files.get(work, file.id), seen, closed_on=PartialDate(2003))
    with pytest.raises(ChangedMeanwhile) as refusal, archive.write(assistant) as work:
        files.correct(work, files.get(work, file.id), seen, closed_on=PartialDate(2004))
    assert refusal.value.facts == {"who": archivist.name, "what": EventKind.FILE_CORRECTED.label}


def test_the_second_to_move_is_told_who_put_it_where(
    archive: Archive, as_role: Callable[[Role], Actor]
) -> None:
    archivist, assistant = as_role(Role.ARCHIVIST), as_role(Role.ASSISTANT)
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        here, there = a_box(work, shelf, "Box 1"), a_box(work, shelf, "Box 2")
        file = a_file(work, shelf)
        seen = file.version
    with archive.write(archivist) as work:
        files.move(work, files.held(work, file.id), here, how=Evidence.HAND, version=seen)
    with pytest.raises(ChangedMeanwhile) as refusal, archive.write(assistant) as work:
        files.move(work, files.held(work, file.id), there, how=Evidence.HAND, version=seen)
    assert refusal.value.code == "moved_meanwhile"
    assert refusal.value.facts["who"] == archivist.name
    assert str(refusal.value.facts["place"]).endswith("/ Box 1")


def test_nobody_is_told_where_a_protected_file_was_put(work: Work) -> None:
    file = a_file(work, a_shelf(work), a_person(work, protection=Protection.MARKED))
    assert stale.changed(work, file).facts["place"] == "–"


@pytest.mark.engines("postgresql")  # on SQLite writers take turns anyway
def test_of_two_who_move_a_file_in_the_same_moment_one_is_told(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        boxes = [a_box(work, shelf, f"Box {number}") for number in (1, 2)]
        file = a_file(work, shelf)
    ready, said = threading.Barrier(2), []

    def move(number: int) -> None:
        ready.wait()
        try:
            with archive.write(archivist) as work:
                held = files.held(work, file.id)
                files.move(work, held, boxes[number], how=Evidence.HAND, version=file.version)
        except ChangedMeanwhile as refusal:
            said.append(refusal.code)

    threads = [threading.Thread(target=move, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["moved_meanwhile"]


def test_a_person_is_added_and_removed_with_an_event_about_them(work: Work) -> None:
    file, other = a_file(work, a_shelf(work)), a_person(work, protection=Protection.MARKED)
    files.add_person(work, file, other, PersonRole.CHILD)
    assert file.protected
    files.add_person(work, file, other, PersonRole.CHILD)
    with pytest.raises(Conflict):  # that would lift a protection
        files.remove_person(work, file, other)
    a_witness(work)
    lifting.take_off(work, file, other, "fel person", Proof(work.actor, work.now))
    assert not file.protected
    added, removed = EventKind.FILE_PERSON_ADDED.value, EventKind.FILE_PERSON_REMOVED.value
    assert events_of(work, file.stream)[1:] == [added, removed]


def test_a_file_keeps_its_last_person(work: Work) -> None:
    person = a_person(work)
    file = a_file(work, a_shelf(work), person)
    with pytest.raises(Conflict):
        files.remove_person(work, file, person)


@pytest.mark.engines("postgresql")  # on SQLite writers take turns anyway
def test_a_person_protected_while_a_file_is_linked_protects_the_file(
    archive: Archive, archivist: Actor
) -> None:
    with archive.write(archivist) as work:
        person, file = a_person(work), a_file(work, a_shelf(work))
    linked, protecting = threading.Event(), threading.Event()

    def protect() -> None:
        linked.wait(30)
        with archive.write(archivist) as work:
            protecting.set()
            people.protect(work, people.get(work, person.id), Protection.MARKED, "")

    thread = threading.Thread(target=protect)
    thread.start()
    with archive.write(archivist) as work:
        files.add_person(work, files.get(work, file.id), people.get(work, person.id), PersonRole.CHILD)
        linked.set()
        protecting.wait(30)
        thread.join(0.3)  # it waits for us to commit
    thread.join()
    with archive.read(archivist) as work:
        assert files.get(work, file.id).protected


def test_a_void_file_points_to_the_right_one_and_so_does_its_label(work: Work) -> None:
    wrong = a_file(work, a_shelf(work))
    right = a_file(work, places.get(work, wrong.place_id))
    files.void(work, wrong, right)
    assert (wrong.status, wrong.replaced_by_id) == (Custody.VOID, right.id)
    assert codes.find(work, wrong.code).state is LabelState.VOID
    assert files.right_one(work, wrong) is right


def test_the_right_one_is_found_through_several_void_ones(work: Work) -> None:
    first = a_file(work, a_shelf(work))
    second, third = (a_file(work, places.get(work, first.place_id)) for _ in range(2))
    files.void(work, first, second)
    files.void(work, second, third)
    assert files.right_one(work, first) is third


def test_a_file_is_not_made_void_for_itself_or_for_a_void_one(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    gone, right = (a_file(work, places.get(work, file.place_id)) for _ in range(2))
    files.void(work, gone, right)
    for target in (file, gone):
        with pytest.raises(Invalid):
            files.void(work, file, target)


def test_a_file_changed_meanwhile_is_not_made_void(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    right = a_file(work, places.get(work, file.place_id))
    files.correct(work, file, 1, closed_on=PartialDate(2003))
    with pytest.raises(ChangedMeanwhile):
        files.void(work, file, right, version=1)


def test_a_void_file_comes_back_with_its_label(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    files.void(work, file, a_file(work, places.get(work, file.place_id)))
    files.reinstate(work, file)
    label = work.session.get_one(Label, file.code)
    assert (file.status, file.replaced_by_id, label.state) == (Custody.ON_PLACE, None, LabelState.LIVE)


def test_a_void_file_does_not_come_back_when_its_reference_is_taken(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    shelf = places.get(work, file.place_id)
    files.void(work, file, a_file(work, shelf))
    a_file(work, shelf, reference=file.reference)
    with pytest.raises(Conflict) as refusal:
        files.reinstate(work, file)
    assert refusal.value.code == "reference_taken"
    assert codes.find(work, file.code).state is LabelState.VOID


def test_a_file_entered_by_hand_counts_as_seen_only_if_somebody_says_so(work: Work) -> None:
    shelf = a_shelf(work)
    here, there = a_box(work, shelf, "Box 1"), a_box(work, shelf, "Box 2")
    file = a_file(work, shelf)
    sightings.put_down(work, file, here, seen=False)
    assert sightings.last(work, file.id) is None
    sightings.put_down(work, file, there, seen=True)
    seen = sightings.last(work, file.id)
    assert seen is not None
    assert (seen.place_id, seen.how) == (there.id, Evidence.HAND)
    assert events_of(work, file.stream)[1:] == [EventKind.FILE_MOVED.value] * 2


@pytest.mark.engines("postgresql")  # on SQLite writers take turns anyway
def test_no_file_is_put_down_at_a_place_that_is_being_closed(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        box, file = a_box(work, shelf), a_file(work, shelf)
    said = []

    def put_down() -> None:
        try:
            with archive.write(archivist) as work:
                held, place = files.held(work, file.id), places.get(work, box.id)
                sightings.put_down(work, held, place, seen=True)
        except Conflict as refusal:
            said.append(refusal.code)

    thread = threading.Thread(target=put_down)
    with archive.write(archivist) as work:
        places.close(work, places.get(work, box.id))
        thread.start()
        thread.join(0.3)  # it waits for us to commit
    thread.join()
    assert said == ["place_closed"]


def test_a_file_seen_where_it_is_recorded_is_confirmed_not_moved(work: Work) -> None:
    shelf = a_shelf(work)
    file = a_file(work, shelf)
    sightings.put_down(work, file, shelf, seen=True)
    assert events_of(work, file.stream)[1:] == [EventKind.FILE_SEEN.value]
    with pytest.raises(Invalid):
        sightings.put_down(work, file, shelf, seen=False)


def test_a_change_leaves_the_chain_of_the_file_whole(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    files.correct(work, file, 1, closed_on=PartialDate(2003))
    events = work.session.execute(
        select(Event).where(col(Event.stream) == file.stream).order_by(col(Event.seq))
    ).scalars()
    prev = history.GENESIS
    for event in events:
        assert event.prev == prev
        prev = history.digest_of(event.stream, event.seq, event.body, event.prev)
        assert event.hash == prev


def test_the_history_of_a_file_names_no_person(work: Work) -> None:
    person: Person = a_person(work, "Hemlig", "Person")
    file = a_file(work, a_shelf(work), person, reference="HEMLIG-1")
    files.correct(work, file, 1, reference="HEMLIG-2")
    bodies = work.session.execute(select(col(Event.body)).where(col(Event.stream) == file.stream)).scalars()
    assert not any("HEMLIG" in body.upper() for body in bodies)
    assert {"HEMLIG-1", "HEMLIG-2"} <= set(re.findall(r"HEMLIG-\d", asides(work)))
