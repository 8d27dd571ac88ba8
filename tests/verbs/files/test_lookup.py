"""Finding entries: by code, reference, number or name, by place in words, by status."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive.codes import codes as label_codes
from archive.files import files, lookup
from archive.files.lookup import FoundBy
from archive.kernel.errors import Invalid, NotPermitted
from archive.kernel.store import Actor, Archive, Work
from archive.loans import loans
from archive.models import CaseFile, Place
from archive.people import people
from archive.vocabulary import Custody, LoanPurpose, PersonRole, PlaceKind, Protection, Role
from labels import codes
from tests.builders import NUMBERS, a_file, a_person, a_shelf

BORN_1990 = "199006022397"


def found(work: Work, term: str) -> list[int]:
    """Return the ids of the files a term finds."""
    return [file.id for file in lookup.find(work, term).files]


def about(work: Work, family_name: str, given_name: str = "Test", **facts: object) -> CaseFile:
    """Register a file about a person of that name."""
    shelf = work.session.scalar(select(Place).where(col(Place.kind) == PlaceKind.SHELF)) or a_shelf(work)
    return a_file(work, shelf, a_person(work, family_name, given_name, **facts))


@pytest.mark.parametrize("write", [str, codes.grouped, str.lower, lambda code: f"HTTPS://X.SE/S/{code}"])
def test_a_code_is_understood_however_it_is_written(work: Work, write: Callable[[str], str]) -> None:
    file = about(work, "Andersson")
    hits = lookup.find(work, write(file.code))
    assert (hits.by, [one.id for one in hits.files]) == (FoundBy.CODE, [file.id])


def test_an_older_code_finds_the_file_too(work: Work) -> None:
    file = about(work, "Andersson")
    old = file.code
    label_codes.bind(work, label_codes.print_blanks(work, 1, "test").codes[0], file)
    assert found(work, old) == [file.id]


@pytest.mark.parametrize("written", ["P 0001234", "p0001234", "P0001", "P00"])
def test_a_reference_is_found_from_its_beginning(work: Work, written: str) -> None:
    file = a_file(work, a_shelf(work), reference="P0001234")
    hits = lookup.find(work, written)
    assert (hits.by, [one.id for one in hits.files]) == (FoundBy.REFERENCE, [file.id])


def test_every_part_is_found_by_its_reference(work: Work) -> None:
    shelf = a_shelf(work)
    parts = [a_file(work, shelf, reference="P0001234", part=part, parts=3).id for part in (1, 2, 3)]
    assert found(work, "P0001234") == parts


@pytest.mark.parametrize(
    "written", ["199006022397", "19900602-2397", "900602-2397", "9006022397", "900602 2397"]
)
def test_a_number_is_understood_in_any_form(work: Work, written: str) -> None:
    file = about(work, "Andersson", number=BORN_1990)
    hits = lookup.find(work, written)
    assert (hits.by, [one.id for one in hits.files]) == (FoundBy.NUMBER, [file.id])


def test_a_number_finds_the_file_by_an_older_number(work: Work) -> None:
    file = about(work, "Andersson", number=BORN_1990)
    person = people.with_number(work, BORN_1990)[0]
    people.add_number(work, person, people.read_number(work, NUMBERS[7]), "")
    assert found(work, BORN_1990) == found(work, NUMBERS[7]) == [file.id]


def test_a_number_registered_without_century_is_found_by_the_whole(work: Work) -> None:
    assert found(work, "900602-2397") == []
    file = about(work, "Andersson", number="9006022397")
    assert found(work, BORN_1990) == [file.id]


def test_a_number_of_another_century_is_another_person(work: Work) -> None:
    file = about(work, "Andersson", number="191212121212")
    assert found(work, "201212121212") == []
    assert found(work, "191212121212") == [file.id]


@pytest.mark.parametrize("written", ["1990060223", "oläsligt 12", "19901302"])
def test_a_number_that_is_none_is_taken_for_a_reference(work: Work, written: str) -> None:
    about(work, "Andersson", number=BORN_1990)
    assert lookup.find(work, written).by is FoundBy.REFERENCE


def test_a_reference_that_looks_like_a_number_is_found(work: Work) -> None:
    file = a_file(work, a_shelf(work), reference="9006022397")
    hits = lookup.find(work, "9006022397")
    assert (hits.by, [one.id for one in hits.files]) == (FoundBy.REFERENCE, [file.id])


@pytest.mark.parametrize(
    "written", ["Åkerström Birgitta", "birgitta akerstrom", "åke", "BIRG åk", "akerstrom-ruiz"]
)
def test_a_name_is_found_by_the_beginnings_of_its_words(work: Work, written: str) -> None:
    about(work, "Andersson", "Birger")
    file = about(work, "Åkerström-Ruiz", "Birgitta")
    hits = lookup.find(work, written)
    assert (hits.by, [one.id for one in hits.files], hits.read_as) == (FoundBy.NAME, [file.id], ())


@pytest.mark.parametrize("written", ["Akerstöm Birgitta", "Åkerstrum", "birgita akerstrom"])
def test_a_misspelt_name_says_how_it_was_read(work: Work, written: str) -> None:
    file = about(work, "Åkerström", "Birgitta")
    hits = lookup.find(work, written)
    assert [one.id for one in hits.files] == [file.id]
    assert set(hits.read_as) <= {"akerstrom", "birgitta"}
    assert hits.read_as


def test_a_name_unlike_any_finds_nothing(work: Work) -> None:
    about(work, "Åkerström", "Birgitta")
    hits = lookup.find(work, "Xyzzy")
    assert (list(hits.files), hits.read_as) == ([], ())


def test_two_misspelt_words_of_two_persons_are_not_put_together(work: Work) -> None:
    about(work, "Åkerström", "Birgitta")
    about(work, "Lundqvist", "Sven")
    hits = lookup.find(work, "Åkerström Svenn")
    assert (list(hits.files), hits.read_as) == ([], ())


@pytest.mark.parametrize("term", ["Andersson", BORN_1990, "Anderson"])
def test_a_protected_person_is_never_found_by_name_or_number(work: Work, term: str) -> None:
    about(work, "Andersson", number=BORN_1990, protection=Protection.MARKED)
    assert found(work, term) == []
    another = about(work, "Andersson", number=NUMBERS[7])
    assert found(work, NUMBERS[7] if term == BORN_1990 else term) == [another.id]


def test_a_file_that_also_concerns_a_protected_person_is_not_found_by_the_other(work: Work) -> None:
    file = about(work, "Andersson", number=BORN_1990)
    assert found(work, "Andersson") == found(work, BORN_1990) == [file.id]
    files.add_person(work, file, a_person(work, protection=Protection.MARKED), PersonRole.OTHER)
    assert found(work, "Andersson") == found(work, BORN_1990) == []


def test_a_protected_file_is_found_by_its_whole_reference_but_not_by_a_part_of_it(work: Work) -> None:
    hidden = a_person(work, protection=Protection.MARKED)
    file = a_file(work, a_shelf(work), hidden, reference="P0001234")
    assert found(work, "P000123") == []
    assert found(work, "p 0001234") == [file.id]


def test_a_void_file_is_found_by_its_code_alone_and_its_reference_leads_to_the_right_one(work: Work) -> None:
    file, right = about(work, "Andersson", number=BORN_1990), about(work, "Holm")
    assert found(work, "Andersson") == found(work, BORN_1990) == [file.id]
    files.void(work, file, right)
    assert found(work, "Andersson") == found(work, BORN_1990) == []
    assert found(work, file.reference) == [right.id]
    assert found(work, file.code) == [file.id]


@pytest.mark.parametrize("term", ["", "77", "  å ", "--"])
def test_a_term_too_short_is_refused(work: Work, term: str) -> None:
    with pytest.raises(Invalid):
        lookup.find(work, term)


def test_two_letters_are_a_whole_name_and_none_while_one_types(work: Work) -> None:
    file, _longer = about(work, "Ek"), about(work, "Ekström")
    assert found(work, "ek") == [file.id]
    with pytest.raises(Invalid) as refused:
        lookup.find(work, "ek", typing=True)
    assert refused.value.code == "term_may_be_whole"
    assert len(lookup.find(work, "Test", typing=True).files) == 2


@pytest.mark.parametrize("written", ["19900602", "900602", "1990-06-02"])
def test_a_birth_date_finds_nobody_and_says_that_it_is_one(work: Work, written: str) -> None:
    about(work, "Andersson", number=BORN_1990)
    hits = lookup.find(work, written)
    assert (hits.by, list(hits.files), hits.birth_date) == (FoundBy.NUMBER, [], True)
    file = a_file(work, a_shelf(work, "Annat arkiv"), reference=f"{written}-7")
    assert found(work, written) == [file.id]


def test_a_protected_file_is_found_by_its_whole_reference_with_other_signs_and_by_no_part(work: Work) -> None:
    hidden = a_person(work, protection=Protection.MARKED)
    file = a_file(work, a_shelf(work), hidden, reference="R3-2005/102")
    assert found(work, "R3 2005 10") == found(work, "R3 2005 1021") == []
    assert found(work, "R3 2005 102") == [file.id]


def pages_of(work: Work, term: str, limit: int) -> list[int]:
    """Return the files of all pages, in their order."""
    hits = lookup.find(work, term, limit=limit)
    seen = [file.id for file in hits.files]
    while hits.next:
        hits = lookup.find(work, term, after=hits.next, limit=limit)
        seen += [file.id for file in hits.files]
    return seen


@pytest.mark.parametrize("limit", [1, 2, 3, 25])
@pytest.mark.parametrize("term", ["Karl", "karl karlsson", "Karl-Anders", "karl kar"])
def test_a_file_comes_once_however_many_of_its_names_and_persons_begin_so(
    work: Work, term: str, limit: int
) -> None:
    shelf = a_shelf(work)
    twins = [a_person(work, "Karlsson", name) for name in ("Karl Anders", "Karlanders", "Karla")]
    made = [a_file(work, shelf, *twins[:2]).id, a_file(work, shelf, *twins).id]
    made += [a_file(work, shelf, a_person(work, "Karl", "Karl-Anders Karlsson")).id]
    assert sorted(pages_of(work, term, limit)) == sorted(made)


def test_a_void_registration_brings_no_file_back_on_a_later_page(work: Work) -> None:
    shelf = a_shelf(work)
    right, wrong, _last = (a_file(work, shelf, reference=f"P00{at}") for at in range(3))
    files.void(work, wrong, right)
    assert pages_of(work, "P00", 1) == [right.id, _last.id]
    assert found(work, "P001") == [right.id]


def test_who_sees_no_names_finds_by_no_name_and_no_number(
    archive: Archive, as_role: Callable[[Role], Actor]
) -> None:
    with archive.write(as_role(Role.ARCHIVIST)) as work:
        file = about(work, "Andersson", number=BORN_1990)
    with archive.read(as_role(Role.AUDITOR)) as work:
        assert found(work, BORN_1990) == []
        assert found(work, file.reference) == [file.id]
        with pytest.raises(NotPermitted):
            lookup.find(work, "Andersson")
        with pytest.raises(NotPermitted):
            lookup.find(work, BORN_1990, after="number:0")


@pytest.mark.parametrize("term", ["Andersson", BORN_1990, "P00", "anderson"])
def test_every_answer_is_reached_page_by_page_and_once(work: Work, term: str) -> None:
    person, shelf = a_person(work, "Andersson", number=BORN_1990), a_shelf(work)
    made = [a_file(work, shelf, person, reference=f"P00{number}").id for number in range(7)]
    hits = lookup.find(work, term, limit=3)
    seen = [file.id for file in hits.files]
    words = " ".join(hits.read_as) or term
    while hits.next:
        hits = lookup.find(work, words, after=hits.next, limit=3)
        seen += [file.id for file in hits.files]
    assert seen == made


@pytest.mark.parametrize("mark", ["", "name:a|b", "name:a|b|c", "number:x", "code:1", "reference:x"])
def test_a_mark_that_is_none_of_ours_is_refused(work: Work, mark: str) -> None:
    with pytest.raises(Invalid):
        lookup.find(work, "9006022397", after=mark)


def test_files_in_a_state_are_listed_without_the_protected_ones(work: Work) -> None:
    shelf = a_shelf(work)
    shown = [a_file(work, shelf) for _ in range(3)]
    a_file(work, shelf, a_person(work, protection=Protection.MARKED))
    request = loans.Request("Karin Berg", LoanPurpose.COURT, work.now.date())
    loans.hand_out(work, shown[0], request)
    first, more = lookup.by_status(work, Custody.ON_PLACE, limit=1)
    rest, end = lookup.by_status(work, Custody.ON_PLACE, after=more or 0, limit=1)
    assert [file.id for file in (*first, *rest)] == [shown[1].id, shown[2].id]
    assert end is None
