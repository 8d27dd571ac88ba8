"""A later list that names a masked person opens no file, and those cleared are asked."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from archive.accounts import users
from archive.imports import worklist
from archive.kernel.errors import NotFound
from archive.kernel.store import APART, Actor, Archive
from archive.models import CaseFile, FilePerson, NameToken, Person
from archive.people import people, same_persons
from archive.rules.identity import check_digit
from archive.vocabulary import Protection, Role, TaskAnswer, TaskKind
from tests.builders import user_in_role
from tests.verbs.imports.taking_in import (
    assert_proven,
    file_of,
    prepared,
    row,
    take_in,
    tasks_of,
    withdraw,
)

ANNA, BERTIL = "195005050512", "199710182396"
MASKED = row("2020-1", ANNA, "Fält, Sara")
OTHER_NAMES = ["Fält, Sarah", "Nygift, Sara", "Fält, S", "Fallt, Sara", "Rej, Fyra", "Fält, Sara-Li Berg"]
WRITTEN = [ANNA, "19500505-0512", "500505-0512", "5005050512"]


@pytest.fixture
def archive(archive: Archive) -> Archive:
    prepared(archive)
    user_in_role(archive, Role.SEALED_KEEPER)
    return archive


@pytest.fixture
def keeper(archive: Archive) -> Actor:
    return user_in_role(archive, Role.SEALED_KEEPER)


def _mask(archive: Archive, archivist: Actor, *rows: tuple[str, ...]) -> None:
    take_in(archive, archivist, rows or [MASKED], unstated_protection=Protection.MARKED)


def _found_by_name(archive: Archive, actor: Actor, reference: str) -> bool:
    """Tell whether somebody a file concerns is in the index of names."""
    file = file_of(archive, actor, reference)
    with archive.read(actor) as work:
        concerned = select(FilePerson.person_id).where(FilePerson.file_id == file.id)
        found = select(NameToken.person_id).where(NameToken.person_id.in_(concerned))
        return work.session.execute(found.limit(1)).first() is not None


def _opened(archive: Archive, actor: Actor, reference: str, part: int = 1) -> bool:
    """Tell whether a file is masked by nothing; then no name of it is found either."""
    file = file_of(archive, actor, reference, part)
    assert not (file.protected and _found_by_name(archive, actor, reference))
    return not file.protected


def _answer(archive: Archive, keeper: Actor, answer: TaskAnswer) -> None:
    with archive.write(keeper) as work:
        for task in same_persons.questions(work):
            same_persons.settle(work, task.id, answer)


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("name", OTHER_NAMES)
def test_a_masked_persons_number_under_another_name_stays_masked_and_is_asked_about(
    archive: Archive, archivist: Actor, name: str, written: str
) -> None:
    _mask(archive, archivist)
    take_in(archive, archivist, [row("2021-1", written, name), row("2021-2", BERTIL, name)])
    assert not _opened(archive, archivist, "2021-1")
    assert _opened(archive, archivist, "2021-2")
    asked = tasks_of(archive, archivist, TaskKind.SAME_PERSON)
    tied = written in WRITTEN[:3] and name == "Fält, Sara-Li Berg"  # no name contradicts
    assert len(asked) == (0 if tied else 1)
    assert_proven(archive, archivist)


def test_a_wrong_number_that_a_masked_person_has_as_well_is_asked_about(
    archive: Archive, archivist: Actor
) -> None:
    wrong = ANNA[:-1] + "0"
    _mask(archive, archivist, row("2020-1", wrong, "Fält, Sara"))
    take_in(archive, archivist, [row("2021-1", wrong, "Fält, Sarah")])
    assert not _opened(archive, archivist, "2021-1")
    assert len(tasks_of(archive, archivist, TaskKind.SAME_PERSON)) == 1


def test_who_is_somebody_else_is_shown_again_and_stays_so(
    archive: Archive, archivist: Actor, keeper: Actor
) -> None:
    _mask(archive, archivist)
    take_in(archive, archivist, [row("2021-1", ANNA, "Rej, Fyra")])
    _answer(archive, keeper, TaskAnswer.TWO_PERSONS)
    assert _opened(archive, archivist, "2021-1")
    take_in(archive, archivist, [row("2022-1", ANNA, "Rej, Fyra"), row("2022-2", ANNA, "Annan, Cia")])
    assert _opened(archive, archivist, "2022-1")
    assert not _opened(archive, archivist, "2022-2")
    assert not _opened(archive, archivist, "2020-1")
    assert len(tasks_of(archive, archivist, TaskKind.SAME_PERSON)) == 1
    with archive.read(archivist) as work:  # what the list says of a masked file's person is for those cleared
        assert worklist.tasks(work) == []
    assert_proven(archive, archivist)


def test_who_is_the_same_person_stays_hidden(archive: Archive, archivist: Actor, keeper: Actor) -> None:
    _mask(archive, archivist)
    take_in(archive, archivist, [row("2021-1", ANNA, "Nygift, Sara")])
    _answer(archive, keeper, TaskAnswer.ONE_PERSON)
    assert not _opened(archive, archivist, "2021-1")
    take_in(archive, archivist, [row("2022-1", ANNA, "Nygift, Sara")])
    assert not _opened(archive, archivist, "2022-1")


def test_a_mark_that_comes_while_it_is_asked_outlives_the_answer(
    archive: Archive, archivist: Actor, keeper: Actor
) -> None:
    _mask(archive, archivist)
    take_in(archive, archivist, [row("2021-1", ANNA, "Rej, Fyra"), row("2021-2", ANNA, "Annan, Cia")])
    persons = {task.facts["person"] for task in tasks_of(archive, archivist, TaskKind.SAME_PERSON)}
    take_in(archive, archivist, [row("2021-1", ANNA, "Rej, Fyra")], unstated_protection=Protection.MARKED)
    _answer(archive, keeper, TaskAnswer.TWO_PERSONS)
    assert len(persons) == 1  # one list has one person of a number
    assert not _opened(archive, archivist, "2021-1")


def test_who_is_entered_as_not_stated_while_it_is_asked_stays_hidden(
    archive: Archive, archivist: Actor, keeper: Actor
) -> None:
    _mask(archive, archivist)
    take_in(archive, archivist, [row("2021-1", ANNA, "Rej, Fyra")])
    (task,) = tasks_of(archive, archivist)
    with archive.write(archivist) as work:
        people.protect(work, people.get(work, task.facts["person"]), Protection.UNKNOWN, "Samtal 2026-11-30")
    _answer(archive, keeper, TaskAnswer.TWO_PERSONS)
    assert not _opened(archive, archivist, "2021-1")


def test_somebody_a_form_gave_the_number_is_hidden_when_a_list_names_them_too(
    archive: Archive, archivist: Actor
) -> None:
    _mask(archive, archivist)
    take_in(archive, archivist, [row("2019-1", "", "Rej, Fyra")])
    assert _opened(archive, archivist, "2019-1")
    take_in(archive, archivist, [row("2019-1", ANNA, "Rej, Fyra")])
    assert not _opened(archive, archivist, "2019-1")
    assert len(tasks_of(archive, archivist, TaskKind.SAME_PERSON)) == 1


def test_withdrawing_the_list_opens_nothing_of_it(archive: Archive, archivist: Actor, keeper: Actor) -> None:
    _mask(archive, archivist)
    run = take_in(archive, archivist, [row("2021-1", ANNA, "Rej, Fyra")])
    (task,) = tasks_of(archive, archivist)
    withdraw(archive, archivist, run)
    assert tasks_of(archive, archivist) == []
    with archive.read(archivist) as work:
        person = people.get(work, task.facts["person"])
        assert person.protection.protected
        assert not work.session.scalars(select(NameToken).where(NameToken.person_id == person.id)).all()
    assert_proven(archive, archivist)


REFERENCES = [
    "2011/1",
    "02011-01",
    "2011-001",
    "dnr 2011-1",
    "AKT 2011.1",
    "2011-1.",
    "2O11-1",
]
ALIKE = ["Abel, Anna", "Abel, Ana", "Abell, Anna", "Nygift, Anna", "Abel, A", "Abel", "ANNA ABEL", ""]


def _open_files(archive: Archive, actor: Actor) -> set[str]:
    """Return the references of the living files that are masked by nothing."""
    with archive.read(actor) as work:
        living = select(CaseFile).where(CaseFile.status != "void")
        return {
            file.reference
            for file in work.session.scalars(living)
            if _opened(archive, actor, file.reference, file.part)
        }


@pytest.mark.parametrize("name", ALIKE)
@pytest.mark.parametrize("reference", REFERENCES)
def test_a_masked_file_named_again_under_another_written_form_stays_masked_and_is_asked_about(
    archive: Archive, archivist: Actor, keeper: Actor, reference: str, name: str
) -> None:
    _mask(archive, archivist, row("2011-1", ANNA, "Abel, Anna"))
    take_in(archive, archivist, [row(reference, "", name), row("3011-1", "", name)])
    assert _open_files(archive, archivist) == {"3011-1"}
    (asked,) = tasks_of(archive, archivist)
    assert asked.kind is TaskKind.NEAR_DUPLICATE
    with archive.read(archivist) as work:
        assert worklist.tasks(work) == []
        assert worklist.open_counts(work) == {}


@pytest.mark.parametrize("name", ALIKE)
def test_another_part_of_a_masked_file_is_masked_too(
    archive: Archive, archivist: Actor, keeper: Actor, name: str
) -> None:
    _mask(archive, archivist, row("2011-1", ANNA, "Abel, Anna"))
    take_in(archive, archivist, [row("2011-1 2(3)", "", name), row("3011-1 2(3)", "", name)])
    assert _open_files(archive, archivist) == {"3011-1"}
    with archive.read(archivist) as work:
        assert worklist.tasks(work) == []


@pytest.mark.parametrize("name", ["Berg, Bo", "Sten, Carl"])
def test_somebody_else_under_a_masked_reference_written_otherwise_is_asked_about_and_stays_open(
    archive: Archive, archivist: Actor, name: str
) -> None:
    _mask(archive, archivist, row("2011-1", ANNA, "Abel, Anna"))
    take_in(archive, archivist, [row("2011/1", BERTIL, name), row("2011/2", BERTIL, name)])
    assert _open_files(archive, archivist) == {"2011/1", "2011/2"}
    assert [task.kind for task in tasks_of(archive, archivist)] == [TaskKind.NEAR_DUPLICATE]
    with archive.read(archivist) as work:
        assert worklist.tasks(work) == []


@pytest.mark.parametrize("reference", ["2011-1", "2011/1"])
def test_another_part_of_a_masked_case_under_nearly_the_name_is_masked_and_its_person_asked_about(
    archive: Archive, archivist: Actor, reference: str
) -> None:
    _mask(archive, archivist, row("2011-1", ANNA, "Abel, Anna"))
    take_in(
        archive, archivist, [row(reference, "", "Nygift, Ana", part="2"), row("2012-1", "", "Nygift, Ana")]
    )
    with archive.read(archivist) as work:
        part = work.session.scalars(select(CaseFile).where(CaseFile.part == 2)).one()
        assert part.protected
    assert not file_of(archive, archivist, "2012-1").protected
    assert [task.kind for task in tasks_of(archive, archivist)] == [TaskKind.SAME_PERSON]


@pytest.mark.parametrize("answer", [TaskAnswer.SAME, TaskAnswer.DIFFERENT])
@pytest.mark.parametrize("marked_first", [True, False])
@pytest.mark.parametrize("one_list", [True, False])
def test_of_two_files_that_may_be_one_a_mark_hides_both_until_those_cleared_have_answered(
    archive: Archive, archivist: Actor, one_list: bool, marked_first: bool, answer: TaskAnswer
) -> None:
    cleared = users.actor("user:99", "Kerstin", None, [Role.ARCHIVIST, Role.SEALED_KEEPER])
    rows = [row("4001-1", "", "Ostron, Osk"), row("4001/1", "", "Ostron, Osk")]
    marked = 0 if marked_first else 1
    rows[marked] = row(rows[marked][0], "", "Ostron, Osk sekretessmarkering")
    for some in [rows] if one_list else [[one] for one in rows]:
        take_in(archive, archivist, some)
    assert _open_files(archive, archivist) == set()
    with archive.read(archivist) as work:
        assert worklist.tasks(work) == []
    with archive.write(cleared) as work:
        (task,) = [one for one in worklist.tasks(work) if one.kind is TaskKind.NEAR_DUPLICATE]
        worklist.settle(work, task, answer)
    opened = {rows[1 - marked][0]} if answer is TaskAnswer.DIFFERENT else set()
    assert _open_files(archive, archivist) == opened
    assert_proven(archive, archivist)


def test_withdrawing_the_list_that_marked_one_of_two_files_shows_the_other_again(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("4001-1", "", "Ostron, Osk")])
    run = take_in(
        archive, archivist, [row("4001/1", "", "Ostron, Osk")], unstated_protection=Protection.MARKED
    )
    assert _open_files(archive, archivist) == set()
    withdraw(archive, archivist, run)
    assert _open_files(archive, archivist) == {"4001-1"}
    assert_proven(archive, archivist)


def test_a_question_about_two_files_is_withheld_once_one_of_them_is_masked(
    archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("4001-1", "", "Ostron, Osk"), row("4001/1", "", "Annan, Ada")])
    with archive.write(archivist) as work:
        (task,) = worklist.tasks(work)
        (person,) = work.session.scalars(select(Person).where(Person.given_name == "Osk"))
        people.protect(work, person, Protection.MARKED, "Samtal")
    with archive.read(archivist) as work:
        assert (worklist.tasks(work), worklist.open_counts(work)) == ([], {})
    with archive.write(archivist) as work, pytest.raises(NotFound):
        worklist.get(work, task.id)


def _number(nth: int) -> str:
    """Return a sound number nobody else here has."""
    nine = f"500505{nth:03d}"
    return f"19{nine}{check_digit(nine)}"


def _written_otherwise(nth: int) -> Iterator[tuple[str, str]]:
    """Give a row's reference and number: the masked person's number, the masked file's reference, or both."""
    year, short = 3000 + nth, _number(nth)[2:]
    numbers = [_number(nth), f"{short[:6]}-{short[6:]}", short]
    references = [f"{year}/7", f"0{year}-07", f"dnr {year}-7", f"{year}.007"]
    yield from ((f"N{year}", number) for number in numbers)
    yield from ((reference, "") for reference in references)
    yield from ((reference, numbers[0]) for reference in references)


def test_whatever_a_later_list_says_of_masked_persons_it_opens_none_of_their_files(
    archive: Archive, archivist: Actor
) -> None:
    names = ["Abel, Anna", "Abel, Ana", "Abell, Anna", "Nygift, Anna", "Anna, Abel", "ABEL, A", "Abel", ""]
    forms = len(list(_written_otherwise(0)))
    cases = [(nth, *list(_written_otherwise(nth))[nth % forms], names[nth // forms]) for nth in range(88)]
    masked = [row(f"{3000 + nth}-7", _number(nth), "Abel, Anna") for nth, *_rest in cases]
    _mask(archive, archivist, *masked)
    again = [row(reference, number, name) for _nth, reference, number, name in cases]
    take_in(archive, archivist, [*again, row("9999-1", BERTIL, "Abel, Anna")])
    assert _open_files(archive, archivist) == {"9999-1"}
    asked = tasks_of(archive, archivist)
    assert all(task.id >= APART for task in asked)
    about = {one for task in asked for one in (task.file_id, task.other_id)}
    for nth, reference, number, name in cases:
        tied = number[:2] == "19" or "-" in number  # with the century, which a sign gives too
        tied &= name in ("Abel, Anna", "Anna, Abel", "Abel", "")
        file = file_of(archive, archivist, reference)
        assert tied or file.id in about, (nth, reference, number, name)
    assert_proven(archive, archivist)
