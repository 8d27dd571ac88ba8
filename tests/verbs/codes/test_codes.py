"""Codes and labels: issued once, bound once, void when they are replaced."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlmodel import col

from archive.codes import codes as label_codes
from archive.files import files
from archive.kernel.errors import ChangedMeanwhile, Conflict, Invalid, NotFound, NotPermitted
from archive.kernel.store import Actor, Archive, Work
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import Event, Label, Place
from archive.places import places
from archive.vocabulary import EventKind, LabelReason, LabelState, LoanPurpose, PlaceKind, Protection, Role
from labels.codes import is_code
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf


def told(work: Work, stream: str) -> list[str]:
    """Return the kinds of the events of a stream, in order."""
    events = select(col(Event.kind)).where(col(Event.stream) == stream).order_by(col(Event.seq))
    return list(work.session.execute(events).scalars())


def live(work: Work, thing: Any) -> list[str]:
    """Return the codes whose labels hold for a thing."""
    here = Label.place_id if isinstance(thing, Place) else Label.file_id
    found = select(col(Label.code)).where(here == thing.id, col(Label.state) == LabelState.LIVE)
    return list(work.session.execute(found).scalars())


def test_blank_labels_are_valid_codes_nothing_else_has(work: Work) -> None:
    printed = label_codes.print_blanks(work, 50, "test")
    assert len(set(printed.codes)) == 50
    assert all(map(is_code, printed.codes))
    assert label_codes.find(work, printed.codes[0]).state is LabelState.BLANK


@pytest.mark.parametrize("count", [0, -1, label_codes.LARGEST_BATCH + 1])
def test_a_print_out_has_a_sensible_size(work: Work, count: int) -> None:
    with pytest.raises(Invalid):
        label_codes.print_blanks(work, count, "test")


def test_a_code_drawn_twice_is_drawn_again(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = label_codes.print_blanks(work, 1, "test").codes[0]
    drawn = iter([[taken, "0000000013"], ["000000002Z", "000000003X"]])
    monkeypatch.setattr(label_codes.codes, "make_many", lambda count: next(drawn)[:count])
    assert label_codes.new_codes(work, 2) == ["0000000013", "000000002Z"]


def test_a_first_label_keeps_the_code_and_needs_no_reason(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    code = file.code
    printed = label_codes.print_labels(work, [file], "test")
    assert printed.codes == [code]
    assert label_codes.find(work, code).printed_at == work.now


def test_printing_again_needs_a_reason(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    label_codes.print_labels(work, [file], "test")
    with pytest.raises(Invalid) as refusal:
        label_codes.print_labels(work, [file], "test")
    assert refusal.value.field == "reason"


def test_printing_again_gives_a_new_code_and_voids_the_older(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    old = file.code
    label_codes.print_labels(work, [file], "test")
    new = label_codes.print_labels(work, [file], "test", LabelReason.DAMAGED).codes[0]
    assert file.code == new != old
    void = label_codes.find(work, old)
    assert (void.state, void.reason, void.file_id) == (LabelState.VOID, LabelReason.DAMAGED, file.id)
    assert live(work, file) == [new]
    assert told(work, file.stream)[-1] == EventKind.FILE_LABELLED
    assert files.by_code(work, old) is file


def test_a_place_gets_a_new_label_the_same_way(work: Work) -> None:
    shelf = a_shelf(work)
    old = shelf.code
    label_codes.print_labels(work, [shelf], "test")
    label_codes.print_labels(work, [shelf], "test", LabelReason.LOST)
    assert label_codes.find(work, old).state is LabelState.VOID
    assert places.by_code(work, old) is shelf
    assert told(work, shelf.stream)[-1] == EventKind.PLACE_LABELLED


def test_only_those_printed_before_get_a_new_code(work: Work) -> None:
    shelf = a_shelf(work)
    printed, fresh = a_file(work, shelf), a_file(work, shelf)
    before = printed.code, fresh.code
    label_codes.print_labels(work, [printed], "test")
    codes = label_codes.print_labels(work, [printed, fresh], "test", LabelReason.PRINT_FAILED).codes
    assert codes[0] != before[0]
    assert codes[1] == before[1]


def test_what_is_asked_for_twice_is_printed_once(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    assert len(label_codes.print_labels(work, [file, file], "test").codes) == 1


def test_a_void_file_gets_no_label(work: Work) -> None:
    shelf = a_shelf(work)
    wrong, right = a_file(work, shelf), a_file(work, shelf)
    files.void(work, wrong, right)
    with pytest.raises(Conflict):
        label_codes.print_labels(work, [wrong], "test", LabelReason.LOST)
    with pytest.raises(Conflict):
        label_codes.bind(work, label_codes.print_blanks(work, 1, "test").codes[0], wrong)


def test_a_blank_label_is_bound_and_the_code_before_is_void(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    old, blank = file.code, label_codes.print_blanks(work, 1, "test").codes[0]
    label_codes.bind(work, blank, file)
    assert file.code == blank
    assert live(work, file) == [blank]
    assert label_codes.find(work, old).reason is LabelReason.BOUND


def test_a_blank_label_is_bound_to_a_place(work: Work) -> None:
    shelf = a_shelf(work)
    blank = label_codes.print_blanks(work, 1, "test").codes[0]
    label_codes.bind(work, blank, shelf)
    assert live(work, shelf) == [blank]


def test_a_label_is_bound_once(work: Work) -> None:
    shelf = a_shelf(work)
    blank = label_codes.print_blanks(work, 1, "test").codes[0]
    label_codes.bind(work, blank, a_file(work, shelf))
    with pytest.raises(Conflict):
        label_codes.bind(work, blank, a_file(work, shelf))


def test_a_code_nobody_issued_cannot_be_bound(work: Work) -> None:
    with pytest.raises(NotFound):
        label_codes.bind(work, label_codes.new_codes(work, 1)[0], a_file(work, a_shelf(work)))


@pytest.mark.parametrize(
    "verb",
    [
        lambda work, file: label_codes.print_labels(work, [file], "test"),
        lambda work, _file: label_codes.print_blanks(work, 1, "test"),
        lambda work, file: label_codes.bind(work, file.code, file),
    ],
)
def test_who_may_not_print_labels_prints_none(
    archive: Archive, root: Actor, as_role: Callable[[Role], Actor], verb: Callable[[Work, Any], Any]
) -> None:
    with archive.write(root) as work:
        file = a_file(work, a_shelf(work))
    with pytest.raises(NotPermitted), archive.write(as_role(Role.CASE_WORKER)) as work:
        verb(work, file)


def test_files_of_a_place_wait_until_printed_in_shelf_order(work: Work) -> None:
    shelf = a_shelf(work)
    first, second = a_box(work, shelf, "1"), a_box(work, shelf, "2")
    later, earlier = a_file(work, second), a_file(work, first)
    assert [file.id for file in label_codes.unprinted(work, shelf)] == [earlier.id, later.id]
    assert label_codes.count_unprinted(work, shelf) == 2
    label_codes.print_labels(work, [earlier], "test")
    assert label_codes.unprinted(work, shelf) == [later]


def test_what_is_not_on_the_shelf_or_protected_does_not_wait(work: Work) -> None:
    shelf = a_shelf(work)
    hidden = a_file(work, shelf, a_person(work, protection=Protection.MARKED))
    lent, wrong, here = a_file(work, shelf), a_file(work, shelf), a_file(work, shelf)
    due = work.now.date() + timedelta(days=7)
    loans.hand_out(work, lent, Request("Karin Berg", LoanPurpose.CASE_WORK, due))
    files.void(work, wrong, here)
    assert hidden.protected
    assert label_codes.unprinted(work, shelf) == [here]
    assert label_codes.count_unprinted(work, shelf) == 1


def test_a_protected_file_gets_its_label_when_asked_for_by_itself(work: Work) -> None:
    file = a_file(work, a_shelf(work), a_person(work, protection=Protection.MARKED))
    assert label_codes.print_labels(work, [file], "test").codes == [file.code]


def test_a_thousand_reprints_take_no_more_statements_than_fifty(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        room = places.get(work, places.get(work, a_shelf(work).parent_id).parent_id)
        made = places.create_many(work, room, [places.Level(PlaceKind.RACK, places.names_from("101-1100"))])
        label_codes.print_labels(work, made, "test")
    assert _statements(archive, root, made[:1000]) <= _statements(archive, root, made[:50]) + 40


def _statements(archive: Archive, actor: Actor, made: list[Place]) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    with archive.write(actor) as work:
        found = [places.get(work, place.id) for place in made]
        event.listen(archive.engine, "before_cursor_execute", note)
        try:
            label_codes.print_labels(work, found, "test", LabelReason.LOST)
        finally:
            event.remove(archive.engine, "before_cursor_execute", note)
    return len(seen)


def test_of_two_who_bind_a_label_at_once_one_wins(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        first, second = a_file(work, shelf), a_file(work, shelf)
        blank = label_codes.print_blanks(work, 1, "test").codes[0]
    refused = _at_once(
        archive,
        archivist,
        [
            lambda work, file=file: label_codes.bind(work, blank, files.get(work, file.id))
            for file in (first, second)
        ],
    )
    assert len(refused) == 1
    with archive.read(archivist) as work:
        bound = [files.get(work, file.id).code == blank for file in (first, second)]
        assert sorted(bound) == [False, True]


def test_of_two_who_bind_labels_to_a_file_at_once_the_last_holds(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        file = a_file(work, a_shelf(work))
        blanks = label_codes.print_blanks(work, 2, "test").codes
    refused = _at_once(
        archive,
        archivist,
        [lambda work, code=code: label_codes.bind(work, code, files.get(work, file.id)) for code in blanks],
    )
    assert refused == []
    with archive.read(archivist) as work:
        assert live(work, file) == [files.get(work, file.id).code]


def _at_once(archive: Archive, actor: Actor, verbs: list[Callable[[Work], Any]]) -> list[Exception]:
    """Run verbs each in a thread and transaction of its own; return what was refused."""
    barrier = threading.Barrier(len(verbs))
    refused: list[Exception] = []

    def run(verb: Callable[[Work], Any]) -> None:
        barrier.wait()
        try:
            with archive.write(actor) as work:
                verb(work)
        except (Conflict, ChangedMeanwhile) as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=run, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_print_outs_are_listed_newest_first(work: Work, clock: SetClock) -> None:
    first = label_codes.print_blanks(work, 3, "roll").batch
    second = label_codes.print_blanks(work, 4, "sheet").batch
    assert label_codes.batches(work) == [second, first]
