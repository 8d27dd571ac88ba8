"""Near-duplicates: shown before a file is registered twice."""

import pytest

from archive.files import duplicates, files
from archive.files.likeness import Somebody
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Work
from archive.models import CaseFile
from archive.vocabulary import Protection
from tests.builders import a_file, a_kind, a_person, a_shelf, a_source


def reasons(work: Work, reference: str = "", number: str = "", part: int = 1, **facts: int) -> list[str]:
    """Return why registered files may be the one described."""
    described = {"source_id": a_source(work).id, "kind_id": a_kind(work).id, **facts}
    found = duplicates.alike(work, reference=reference, part=part, numbers=[number], **described)
    return [one.reason for one in found]


def registered(work: Work, number: str = "199006022397") -> CaseFile:
    """Register the one file the others are compared with."""
    return a_file(work, a_shelf(work), a_person(work, number=number), reference="2003-17")


def test_the_same_reference_part_and_source_is_the_same_file(work: Work) -> None:
    file = registered(work)
    (found,) = duplicates.alike(
        work, reference=" 2003-17", source_id=file.source_id, part=1, kind_id=None, numbers=[]
    )
    assert (found.file.id, found.exact, found.reason) == (file.id, True, duplicates.SAME_REFERENCE)


def test_the_same_reference_in_another_source_is_alike(work: Work) -> None:
    registered(work)
    other = a_source(work, "other").id
    assert reasons(work, "2003-17", source_id=other) == [duplicates.SAME_REFERENCE_OTHER_SOURCE]


def test_another_part_is_not_alike(work: Work) -> None:
    registered(work)
    assert reasons(work, "2003-17", "199006022397") == [duplicates.SAME_REFERENCE]
    assert reasons(work, "2003-17", "199006022397", part=2) == []


def test_the_same_person_and_part_are_alike_in_the_same_kind_only(work: Work) -> None:
    registered(work)
    assert reasons(work, number="199006022397") == [duplicates.SAME_PERSON_PART]
    assert reasons(work, number="199006022397", kind_id=a_kind(work, "child").id) == []


def test_a_number_that_differs_by_swapped_digits_is_alike(work: Work) -> None:
    registered(work)
    assert reasons(work, number="199006022379") == [duplicates.LOOK_ALIKE_NUMBER]


def test_a_number_without_century_is_alike(work: Work) -> None:
    registered(work, "9006022397")
    assert reasons(work, number="199006022397") == [duplicates.LOOK_ALIKE_NUMBER]


def test_a_void_file_is_not_alike(work: Work) -> None:
    file = registered(work)
    assert reasons(work, "2003-17", "199006022397") == [duplicates.SAME_REFERENCE]
    files.void(work, file, a_file(work, a_shelf(work, "Annan")))
    assert reasons(work, "2003-17", "199006022397") == []


def test_a_number_never_tells_that_a_protected_person_has_a_file(work: Work) -> None:
    hidden = a_person(work, number="199006022397", protection=Protection.MARKED)
    a_file(work, a_shelf(work), hidden, reference="2003-17")
    assert reasons(work, number="199006022397") == []
    assert reasons(work, "2003-17") == [duplicates.SAME_REFERENCE]
    a_file(work, a_shelf(work, "Annan"), a_person(work, number="199006022397"), reference="2003-18")
    assert reasons(work, number="199006022397") == [duplicates.SAME_PERSON_PART]


def test_the_same_file_comes_first_and_once(work: Work) -> None:
    file = registered(work)
    a_file(work, a_shelf(work, "Annan"), a_person(work, number="199006022379"))
    found = duplicates.alike(
        work,
        reference="2003-17",
        source_id=file.source_id,
        part=1,
        kind_id=file.kind_id,
        numbers=["199006022397"],
    )
    assert [one.reason for one in found] == [duplicates.SAME_REFERENCE, duplicates.LOOK_ALIKE_NUMBER]


@pytest.mark.parametrize("protection", [Protection.NONE, Protection.MARKED])
def test_somebody_of_nearly_the_name_and_the_same_dates_is_alike_unless_protected(
    work: Work, protection: Protection
) -> None:
    anna = a_person(work, "Åkerlund", "Anna", number="199006022397", protection=protection)
    file = a_file(work, a_shelf(work), anna, reference="2009/12345")
    days = {"opened": PartialDate(2009, 3, 4), "closed": PartialDate(2011, 10, 7)}
    files.correct(work, file, file.version, opened_on=days["opened"], closed_on=days["closed"])

    def told(*persons: Somebody) -> list[str]:
        return [
            one.said
            for one in duplicates.alike(
                work,
                reference="2009/12346",
                source_id=file.source_id,
                part=1,
                kind_id=file.kind_id,
                numbers=[],
                persons=persons,
                **days,
            )
        ]

    born = PartialDate(1990, 6, 2)
    reason = (
        "samma födelsedatum och datum, personnummer saknas i den ena, namnet är stavat på annat sätt, "
        "aktnumret skiljer en siffra"
    )
    hidden = protection.protected
    assert told(Somebody("Åkerlund", "Ana", "", born)) == ([] if hidden else [reason])
    assert told(Somebody("Åkerlund", "Bo", "", born)) == [], "a twin"
