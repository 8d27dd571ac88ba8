"""Retention of registered files: with their parts and with the person's other files."""

from datetime import date

import pytest

from archive.files import files, overview
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Work
from archive.models import CaseFile, Person
from archive.people import people
from archive.places import places
from archive.rules.retention import Retention
from archive.vocabulary import Outcome, PersonRole, Protection
from tests.builders import NUMBERS, a_file, a_person, a_shelf

NOT_SAMPLED = "199006022397"  # born on a day outside the research sample


@pytest.fixture
def person(work: Work) -> Person:
    """Register a person whose files are no part of the research sample."""
    return a_person(work, number=NOT_SAMPLED)


def noted(work: Work, person: Person, year: int, **facts: object) -> CaseFile:
    """Register a file of the person's whose last note is of that year, at its end."""
    file = a_file(work, a_shelf(work, f"Arkivet {year}"), person, **facts)
    files.correct(work, file, file.version, last_note_on=PartialDate(year))
    return file


def computed(work: Work, file: CaseFile) -> Retention:
    """Return what the file's page says of its retention."""
    shown = overview.by_code(work, file.code)
    assert shown is not None
    assert shown.retention is not None
    return shown.retention


def test_a_file_alone_goes_five_years_after_its_last_note(work: Work, person: Person) -> None:
    kept = computed(work, noted(work, person, 2023))
    assert (kept.outcome, kept.duty_from, kept.latest) == (
        Outcome.DISPOSE,
        date(2028, 12, 31),
        date(2029, 12, 31),
    )


def test_without_a_last_note_nothing_is_computed(work: Work, person: Person) -> None:
    assert computed(work, a_file(work, a_shelf(work), person)).outcome is Outcome.UNKNOWN


def test_an_older_file_waits_for_a_newer_one_of_the_same_person(work: Work, person: Person) -> None:
    older, newer = noted(work, person, 2020), noted(work, person, 2024)
    waits = computed(work, older)
    assert waits.outcome is Outcome.WAIT
    assert "2029-12-31" in waits.reasons[-1].say()
    assert computed(work, newer).outcome is Outcome.DISPOSE


def test_files_whose_time_has_come_go_together(work: Work, person: Person) -> None:
    older = noted(work, person, 2000)
    noted(work, person, 2010)
    kept = computed(work, older)
    assert (kept.outcome, kept.duty_from) == (Outcome.DISPOSE, date(2015, 12, 31))


def test_a_file_waits_for_another_nobody_can_compute(work: Work, person: Person) -> None:
    file = noted(work, person, 2020)
    a_file(work, a_shelf(work), person)
    assert computed(work, file).outcome is Outcome.WAIT


def test_a_file_kept_for_good_holds_up_no_other(work: Work, person: Person) -> None:
    file, kept = noted(work, person, 2020), noted(work, person, 2024)
    files.correct(work, kept, kept.version, kept=Outcome.PRESERVE)
    assert computed(work, file).outcome is Outcome.DISPOSE


def test_a_void_file_holds_up_no_other(work: Work, person: Person) -> None:
    file, wrong = noted(work, person, 2020), noted(work, person, 2024)
    files.void(work, wrong, file)
    assert computed(work, file).outcome is Outcome.DISPOSE
    shown = overview.by_code(work, wrong.code)
    assert shown is not None
    assert shown.retention is None


def test_another_persons_file_holds_up_none(work: Work, person: Person) -> None:
    file = noted(work, person, 2020)
    noted(work, a_person(work), 2024)
    assert computed(work, file).outcome is Outcome.DISPOSE


def test_the_last_note_of_the_last_part_counts_for_all(work: Work, person: Person) -> None:
    first = noted(work, person, 2010, reference="S1", part=1, parts=2)
    noted(work, person, 2024, reference="S1", part=2, parts=2)
    assert computed(work, first).duty_from == date(2029, 12, 31)


def test_a_last_part_without_a_last_note_makes_it_unknown(work: Work, person: Person) -> None:
    first = noted(work, person, 2010, reference="S1", part=1, parts=2)
    a_file(work, places.get(work, first.place_id), person, reference="S1", part=2, parts=2)
    assert computed(work, first).outcome is Outcome.UNKNOWN


def test_the_same_reference_in_another_source_is_no_part(work: Work, person: Person) -> None:
    first = noted(work, person, 2010, reference="S1")
    other = noted(work, a_person(work), 2024, reference="S2")
    other.source_id = first.source_id
    shown = overview.by_code(work, first.code)
    assert shown is not None
    assert shown.parts == ()


def test_a_birth_date_that_differs_from_the_number_keeps_the_file(work: Work, person: Person) -> None:
    file = noted(work, person, 2000)
    people.correct(work, person, birth_date=PartialDate(1990, 6, 3))
    assert computed(work, file).outcome is Outcome.PRESERVE


def test_a_child_is_counted_from_its_own_birth(work: Work, person: Person) -> None:
    number = next(one for one in NUMBERS if one > "2005" and one[6:8] not in {"05", "15", "25"})
    file = noted(work, person, 2000)
    files.add_person(work, file, a_person(work, number=number), PersonRole.CHILD)
    files.correct(work, file, file.version, child_investigation=True)
    thirtieth = date(int(number[:4]) + 30, int(number[4:6]), int(number[6:8]))
    assert computed(work, file).not_before == thirtieth


def test_the_reasons_are_hidden_for_a_protected_file(work: Work) -> None:
    hidden = a_person(work, number=NOT_SAMPLED, protection=Protection.MARKED)
    shown = overview.by_code(work, noted(work, hidden, 2000).code)
    assert shown is not None
    assert not shown.reasons_shown
