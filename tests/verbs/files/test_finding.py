"""Finding what stands in the register by what a Swede types for it: the whole set, on each engine."""

from collections.abc import Iterator

import pytest

from archive.files import lookup
from archive.kernel.errors import Invalid
from archive.kernel.store import Actor, Archive, Work
from archive.people import people
from archive.people.people import NewPerson
from archive.vocabulary import Protection
from tests.builders import a_file, a_shelf
from tests.verbs.files import finding_set as given

FOUND = given.NAMES_FOUND, given.REFERENCES_FOUND, given.NUMBERS_FOUND
NOT_FOUND = given.NAMES_NOT_FOUND, given.REFERENCES_NOT_FOUND, given.NUMBERS_NOT_FOUND


def _register(work: Work) -> dict[str, int]:
    """Register all of the set; return the file of each."""
    shelf, files = a_shelf(work), {}
    names = given.registered(given.NAMES_FOUND, given.NAMES_NOT_FOUND)
    numbers = given.registered(given.NUMBERS_FOUND, given.NUMBERS_NOT_FOUND)
    parts = [name.split(", ") for name in names]
    new = [NewPerson(family, name, protection=Protection.NONE) for family, name in parts]
    new += [
        NewPerson(f"Nummer{at}", "", people.read_number(work, one), protection=Protection.NONE)
        for at, one in enumerate(numbers)
    ]
    persons = people.register_many(work, new)
    for at, (said, person) in enumerate(zip([*names, *numbers], persons, strict=True)):
        files[said] = a_file(work, shelf, person, reference=f"ÖX{at:04}").id
    for one in given.registered(given.REFERENCES_FOUND, given.REFERENCES_NOT_FOUND):
        files[one] = a_file(work, shelf, persons[-1], reference=one).id
    return files


def _found(work: Work, term: str) -> set[int]:
    """Return the files that a submitted term finds on all its pages, without what is merely suggested."""
    try:
        hits = lookup.find(work, term)
    except Invalid:
        return set()
    seen = {file.id for file in hits.files}
    if hits.read_as:
        return set()
    while hits.next:
        hits = lookup.find(work, term, after=hits.next)
        seen |= {file.id for file in hits.files}
    return seen


def _wrong(work: Work, files: dict[str, int]) -> Iterator[tuple[str, str, str]]:
    """Yield what is not found and what should not be."""
    for wanted, lists in ((True, FOUND), (False, NOT_FOUND)):
        for lines in lists:
            for registered, typed in given.pairs(lines):
                if (files[registered] in _found(work, typed)) is not wanted:
                    yield "missed" if wanted else "too much", registered, typed


def test_the_set_is_large_enough_to_tell() -> None:
    assert sum(len(given.pairs(lines)) for lines in FOUND) >= 150
    assert sum(len(given.pairs(lines)) for lines in NOT_FOUND) >= 80


@pytest.mark.engines("sqlite", "postgresql")  # both engines answer the same
def test_what_a_swede_types_finds_who_is_meant_and_nobody_else(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        files = _register(work)
        assert list(_wrong(work, files)) == []
