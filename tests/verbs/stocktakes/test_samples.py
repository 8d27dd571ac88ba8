"""Two-way samples: drawn by a seed anybody can draw by again, answered once, with how sure they make us."""

from collections.abc import Callable

import pytest

from archive.files import files, sightings, wanted
from archive.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from archive.kernel.store import Actor, Archive, Work
from archive.models import CaseFile, Place, Sample, SampleItem
from archive.places import places
from archive.stocktakes import samples
from archive.vocabulary import Evidence, Protection, Role, SampleAnswer, SampleDirection
from labels import codes
from tests.builders import a_box, a_file, a_person, a_shelf
from tests.verbs.cover_checks.checking import lent


@pytest.fixture
def room(work: Work) -> Place:
    """Give a shelf with two boxes of ten files each."""
    shelf = a_shelf(work)
    boxes = [a_box(work, shelf, f"Box {number}") for number in (1, 2)]
    person = a_person(work)
    for number in range(20):
        a_file(work, boxes[number % 2], person)
    return shelf


def walked(work: Work, sample: Sample, direction: SampleDirection) -> list[SampleItem]:
    """Return the items of one direction, as one walks."""
    return [row.SampleItem for row in samples.items(work, sample) if row.SampleItem.direction is direction]


def to_shelf(work: Work, room: Place, size: int = 4) -> list[SampleItem]:
    """Draw files to look for."""
    return walked(work, samples.draw(work, room, to_shelf=size, to_register=0), SampleDirection.TO_SHELF)


def to_register(work: Work, room: Place, size: int = 4) -> list[SampleItem]:
    """Draw spots to look up."""
    return walked(work, samples.draw(work, room, to_shelf=0, to_register=size), SampleDirection.TO_REGISTER)


def the_file(work: Work, item: SampleItem) -> CaseFile:
    """Return the file that is to be looked for."""
    return files.get(work, item.file_id or 0)


def drawn(work: Work, sample: Sample) -> set[tuple[str, int, int | None, int | None]]:
    """Return what a sample holds."""
    rows = [row.SampleItem for row in samples.items(work, sample)]
    return {(row.direction, row.place_id, row.ordinal, row.file_id) for row in rows}


def test_the_same_seed_draws_the_same_from_the_same_register(work: Work, room: Place) -> None:
    one, two, other = (
        samples.draw(work, room, to_shelf=5, to_register=5, seed=seed)
        for seed in ("revisor 7", "revisor 7", "8")
    )
    assert drawn(work, one) == drawn(work, two) != drawn(work, other)
    assert one.seed == "revisor 7"


def test_a_sample_without_a_seed_draws_one_and_keeps_it(work: Work, room: Place) -> None:
    sample = samples.draw(work, room, to_shelf=5, to_register=5)
    again = samples.draw(work, room, to_shelf=5, to_register=5, seed=sample.seed)
    assert len(sample.seed) == 16
    assert drawn(work, sample) == drawn(work, again)


def test_no_file_and_no_spot_is_drawn_twice_and_no_more_than_there_are(work: Work, room: Place) -> None:
    sample = samples.draw(work, room, to_shelf=50, to_register=50)
    assert (sample.size, len(drawn(work, sample))) == (40, 40)


def test_spots_are_those_where_the_register_has_files(work: Work, room: Place) -> None:
    spots = {(item.place_id, item.ordinal) for item in to_register(work, room, 20)}
    boxes = {item.place_id for item in to_shelf(work, room, 20)}
    assert spots == {(box, ordinal) for box in boxes for ordinal in range(1, 11)}


def test_files_of_protected_persons_and_files_that_are_out_are_not_drawn(work: Work) -> None:
    shelf = a_shelf(work)
    a_file(work, shelf, a_person(work, protection=Protection.MARKED))
    lent(work, a_file(work, shelf))
    standing = a_file(work, shelf)
    assert [item.file_id for item in to_shelf(work, shelf)] == [standing.id]
    assert [item.ordinal for item in to_register(work, shelf)] == [1]


def test_files_elsewhere_are_not_drawn(work: Work, room: Place) -> None:
    elsewhere = a_file(work, a_shelf(work, "Annanstans"))
    drawn_here = {item.file_id for item in to_shelf(work, room, 50)}
    assert len(drawn_here) == 20
    assert elsewhere.id not in drawn_here


def test_nothing_is_drawn_where_nothing_stands(work: Work) -> None:
    with pytest.raises(Conflict):
        samples.draw(work, a_shelf(work), to_shelf=1, to_register=0)


@pytest.mark.parametrize(("shelf", "register"), [(0, 0), (-1, 5), (samples.LARGEST, 1)])
def test_a_sample_has_a_size(work: Work, room: Place, shelf: int, register: int) -> None:
    with pytest.raises(Invalid):
        samples.draw(work, room, to_shelf=shelf, to_register=register)


def test_a_file_at_its_place_is_right_and_seen(work: Work, room: Place) -> None:
    item = to_shelf(work, room)[0]
    assert samples.seen(work, item, places.get(work, item.place_id)) is SampleAnswer.RIGHT
    last = sightings.last(work, item.file_id or 0)
    assert last is not None
    assert (last.place_id, last.how) == (item.place_id, Evidence.HAND)


def test_a_file_found_elsewhere_is_misplaced_seen_there_and_not_moved(work: Work, room: Place) -> None:
    item = to_shelf(work, room)[0]
    assert samples.seen(work, item, room) is SampleAnswer.ELSEWHERE
    assert the_file(work, item).place_id == item.place_id
    last = sightings.last(work, item.file_id or 0)
    assert last is not None
    assert last.place_id == room.id


def test_a_file_that_is_not_there_is_missed_at_once(work: Work, room: Place) -> None:
    item = to_shelf(work, room)[0]
    assert samples.not_seen(work, item) is SampleAnswer.MISSING
    assert item.file_id in wanted.by_file(work, [item.file_id or 0])


def test_a_file_moved_or_lent_since_it_was_drawn_is_not_missed(work: Work, room: Place) -> None:
    moved, out = to_shelf(work, room)[:2]
    files.move(work, the_file(work, moved), room, how=Evidence.HAND)
    lent(work, the_file(work, out))
    assert [samples.not_seen(work, item) for item in (moved, out)] == [SampleAnswer.MOVED, SampleAnswer.MOVED]
    assert wanted.by_file(work, [moved.file_id or 0, out.file_id or 0]) == {}


def test_what_stands_at_a_spot_is_looked_up_by_its_label(work: Work, room: Place) -> None:
    right, wrong, unknown, nothing = to_register(work, room)
    standing = a_file(work, places.get(work, right.place_id))
    assert samples.read(work, right, standing.code) is SampleAnswer.RIGHT
    assert right.file_id == standing.id
    assert samples.read(work, wrong, a_file(work, room).code) is SampleAnswer.ELSEWHERE
    assert samples.read(work, unknown, codes.make()) is SampleAnswer.UNKNOWN
    assert samples.read(work, nothing, "  ") is SampleAnswer.NO_FILE


def test_what_is_no_code_is_no_answer(work: Work, room: Place) -> None:
    item = to_register(work, room)[0]
    with pytest.raises(Invalid):
        samples.read(work, item, "hej")
    assert item.answer is None


def test_of_a_protected_persons_file_a_sample_keeps_no_name(work: Work, room: Place) -> None:
    item = to_register(work, room)[0]
    hidden = a_file(work, places.get(work, item.place_id), a_person(work, protection=Protection.MARKED))
    assert samples.read(work, item, hidden.code) is SampleAnswer.RIGHT
    assert item.file_id is None


def test_a_row_is_answered_once_and_in_its_own_direction(work: Work, room: Place) -> None:
    item = to_shelf(work, room)[0]
    with pytest.raises(Invalid):
        samples.read(work, item, the_file(work, item).code)
    samples.seen(work, item, places.get(work, item.place_id))
    with pytest.raises(Conflict):
        samples.not_seen(work, item)


def test_rates_count_what_a_sample_could_tell(work: Work, room: Place) -> None:
    sample = samples.draw(work, room, to_shelf=4, to_register=3)
    right, elsewhere, missing, moved = walked(work, sample, SampleDirection.TO_SHELF)
    samples.seen(work, right, places.get(work, right.place_id))
    samples.seen(work, elsewhere, room)
    samples.not_seen(work, missing)
    files.move(work, the_file(work, moved), room, how=Evidence.HAND)
    samples.not_seen(work, moved)
    unknown, nothing, _open = walked(work, sample, SampleDirection.TO_REGISTER)
    samples.read(work, unknown, codes.make())
    samples.read(work, nothing, "")
    figures = samples.figures(work, sample)
    assert (figures.to_shelf.hits, figures.to_shelf.total) == (2, 3)
    assert (figures.to_register.hits, figures.to_register.total) == (1, 1)
    assert figures.open == 1


def test_an_auditor_draws_and_does_not_walk(
    archive: Archive, archivist: Actor, as_role: Callable[[Role], Actor]
) -> None:
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        a_file(work, shelf)
    with archive.write(as_role(Role.AUDITOR)) as work:
        sample = samples.draw(work, places.get(work, shelf.id), to_shelf=1, to_register=0)
        with pytest.raises(NotPermitted):
            samples.not_seen(work, walked(work, sample, SampleDirection.TO_SHELF)[0])
    with archive.write(as_role(Role.ROOM_KEEPER)) as work, pytest.raises(NotPermitted):
        samples.draw(work, places.get(work, shelf.id), to_shelf=1, to_register=0)


def test_samples_are_listed_newest_first(work: Work, room: Place) -> None:
    made = [samples.draw(work, room, to_shelf=1, to_register=0).id for _ in range(3)]
    assert [sample.id for sample in samples.listed(work, limit=2)] == made[:0:-1]
    assert [sample.id for sample in samples.listed(work, before=made[1])] == made[:1]
    assert samples.get(work, made[0]).id == made[0]
    for ask in (samples.get, samples.item):
        with pytest.raises(NotFound):
            ask(work, 4711)
