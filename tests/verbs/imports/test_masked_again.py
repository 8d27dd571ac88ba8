"""A later list that names a masked person opens no file, and those cleared are asked."""

import pytest
from sqlalchemy import select

from archive.imports import worklist
from archive.kernel.store import Actor, Archive
from archive.models import FilePerson, NameToken
from archive.people import people, same_persons
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


def _opened(archive: Archive, actor: Actor, reference: str) -> bool:
    file = file_of(archive, actor, reference)
    assert file.protected is not _found_by_name(archive, actor, reference)
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
