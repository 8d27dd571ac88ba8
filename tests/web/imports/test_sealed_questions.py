"""Questions about masked files in the browser: those cleared see what they are asked, others nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col

from archive.accounts import users
from archive.codes import codes
from archive.files import files
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.mapping import MappedColumn
from archive.kernel.store import Actor, Archive, operator
from archive.models import Event, FilePerson, ImportRun, Person
from archive.people import people
from archive.vocabulary import Protection, Role, TaskAnswer, TaskKind
from tests.verbs.imports.taking_in import (
    HEADER,
    a_list,
    assert_proven,
    check,
    file_of,
    mapping,
    prepared,
    register,
    row,
    take_in,
    tasks_of,
    withdraw,
)

pytestmark = pytest.mark.engines("sqlite")

SignIn = Callable[[Role], FlaskClient]
ANNA, BERTIL, CECILIA = "195005050512", "199710182396", "198511222383"
MASKED = row("4020-1", ANNA, "Mask, Mia", closed="")


@pytest.fixture
def archive(archive: Archive, archivist: Actor) -> Archive:
    prepared(archive)
    take_in(archive, archivist, [MASKED], unstated_protection=Protection.MARKED)
    return archive


@pytest.fixture
def cleared(archive: Archive, archivist: Actor, sign_in: SignIn) -> FlaskClient:
    """Give an archivist who is cleared for sealed files."""
    client = sign_in(Role.ARCHIVIST)
    with archive.write(operator("tests")) as work:
        both = (Role.ARCHIVIST, Role.SEALED_KEEPER)
        users.set_roles(work, users.user(work, archivist.user_id or 0), both)
    return client


def _with_relatives(archive: Archive, actor: Actor, cells: tuple[str, ...], relatives: str) -> ImportRun:
    chosen = mapping()
    columns = (*chosen.columns, MappedColumn("Medpersoner", ListField.CO_PERSONS))
    content = a_list([(*cells, relatives)], (*HEADER, "Medpersoner"))
    return register(archive, actor, check(archive, actor, content, replace(chosen, columns=columns)))


def test_who_is_cleared_sees_the_row_both_sides_and_its_number_and_the_look_is_recorded(
    archive: Archive, archivist: Actor, cleared: FlaskClient
) -> None:
    run = take_in(archive, archivist, [row("4020-1", ANNA, "Mask, Mia", closed="2003-05-06", box="7")])
    assert (run.counts["unchanged"], run.counts["conflicts"]) == (1, 0)
    days = cleared.get("/tasks/?kind=field_conflict").text
    for said in ("2003-05-06", "Mask, Mia", "Rad 2 i listan"):
        assert said in days
    places = cleared.get("/tasks/?kind=place_conflict").text
    assert "7" in places
    assert "Skyddad uppgift" not in days + places
    with archive.read(operator("tests")) as work:
        looks = select(col(Event.body)).where(
            col(Event.kind) == "look.list", col(Event.body).contains('"tasks"')
        )
        person = work.session.scalars(select(Person.id).where(Person.family_name == "Mask")).one()
        assert any(f"person:{person}" in body for body in work.session.scalars(looks))


def test_nobody_else_is_shown_or_counted_a_question_about_a_masked_file(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    take_in(archive, archivist, [row("4020-1", ANNA, "Mask, Mia", closed="2003-05-06")])
    take_in(archive, archivist, [row("4020/1", "", "Mask, Mia")])
    assert len(tasks_of(archive, archivist)) > 1
    for role in (Role.ARCHIVIST, Role.ASSISTANT):
        client = sign_in(role)
        for kind in TaskKind:
            said = client.get(f"/tasks/?kind={kind.value}").text
            assert "4020" not in said
            assert "Mask" not in said


def test_two_files_that_may_be_one_stand_side_by_side_for_who_is_cleared(
    archive: Archive, archivist: Actor, cleared: FlaskClient
) -> None:
    take_in(archive, archivist, [row("4020/1", "", "Mask, Mia")])
    page = cleared.get("/tasks/?kind=near_duplicate").text
    assert page.count("Mask, Mia") == 2
    assert "Skyddad uppgift" not in page


def test_relatives_a_list_names_with_a_masked_file_are_added_from_the_question_and_hidden(
    archive: Archive, archivist: Actor, cleared: FlaskClient
) -> None:
    _with_relatives(archive, archivist, MASKED, f'"Barn, Bo {BERTIL}; Barn, Kim"')
    (task,) = tasks_of(archive, archivist)
    page = cleared.get("/tasks/?kind=field_conflict").text
    assert "Barn, Bo" in page
    assert "Barn, Kim" in page
    sent = cleared.post(f"/tasks/{task.id}", data={"kind": "field_conflict", "answer": "another_person"})
    assert sent.status_code == 303
    file = file_of(archive, archivist, "4020-1")
    with archive.read(archivist) as work:
        concerned = select(Person).join(FilePerson, FilePerson.person_id == Person.id)
        persons = work.session.scalars(concerned.where(FilePerson.file_id == file.id)).all()
    assert {one.given_name for one in persons} == {"Mia", "Bo", "Kim"}
    assert all(one.protection.protected for one in persons)
    assert tasks_of(archive, archivist) == []


SEALED = {
    (TaskKind.FIELD_CONFLICT, TaskAnswer.LIST_RIGHT): row("4020-1", ANNA, "Mask, Mia", closed="2003-05-06"),
    (TaskKind.PLACE_CONFLICT, TaskAnswer.LIST_RIGHT): row("4020-1", ANNA, "Mask, Mia", closed="", box="7"),
    (TaskKind.IDENTITY, TaskAnswer.DIFFERENT): row("4020-1", BERTIL, "Ek, Bo", kind="VU", closed="2001"),
    (TaskKind.IDENTITY, TaskAnswer.SAME): row("4020-1", BERTIL, "Ek, Bo", kind="VU", closed="2001"),
    (TaskKind.IDENTITY, TaskAnswer.ANOTHER_PERSON): row("4020-1", BERTIL, "Ek, Bo", kind="VU", closed="2001"),
    (TaskKind.NEAR_DUPLICATE, TaskAnswer.SAME): row("4020/1", "", "Mask, Mia"),
    (TaskKind.LEFT_BEHIND, TaskAnswer.CORRECTED): row("4021", BERTIL, "Ek, Bo"),
}


@pytest.mark.parametrize(("kind", "answer"), SEALED, ids=lambda one: one.value)
def test_who_is_cleared_and_may_nothing_else_sees_and_settles_every_question_of_a_masked_file(
    archive: Archive, archivist: Actor, sign_in: SignIn, kind: TaskKind, answer: TaskAnswer
) -> None:
    take_in(archive, archivist, [row("7000", CECILIA, "Sten, Kim", box="7")])
    run = take_in(archive, archivist, [SEALED[kind, answer]])
    if kind is TaskKind.LEFT_BEHIND:
        _left_behind(archive, archivist, run)
    (task,) = tasks_of(archive, archivist, kind)
    path = f"/tasks/?kind={kind.value}"
    others = sign_in(Role.ASSISTANT)
    assert "4020" not in others.get(path).text + others.get("/tasks/").text
    assert others.post(f"/tasks/{task.id}", data={"answer": answer.value}).status_code == 404
    client = sign_in(Role.SEALED_KEEPER)
    assert 'href="/tasks/"' in client.get("/").text
    assert 'href="/tasks/"' in client.get("/protected-persons/questions").text
    assert f'action="/tasks/{task.id}"' in client.get(path).text
    sent = client.post(f"/tasks/{task.id}", data={"kind": kind.value, "answer": answer.value})
    assert sent.status_code == 303, sent.text
    assert task.id not in [one.id for one in tasks_of(archive, archivist)]
    assert_proven(archive, archivist)


def _left_behind(archive: Archive, actor: Actor, run: ImportRun) -> None:
    """Withdraw the list of a file that is masked by then and has got a label, so that it stays."""
    with archive.write(actor) as work:
        (person,) = people.with_number(work, BERTIL)
        people.protect(work, person, Protection.MARKED, "beslut")
        codes.print_labels(work, [files.get(work, file_of(archive, actor, "4021").id)], "x")
    withdraw(archive, actor, run)


def test_who_is_cleared_and_may_nothing_else_is_shown_no_question_of_an_open_file_and_no_refused_row(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    take_in(archive, archivist, [row("5201", BERTIL, "Ek, Bo"), row("5201", CECILIA, "Sten, Kim", kind="VU")])
    (task,) = tasks_of(archive, archivist)
    keeper = sign_in(Role.SEALED_KEEPER)
    assert "5201" not in keeper.get("/tasks/?kind=identity").text
    assert keeper.post(f"/tasks/{task.id}", data={"answer": "row_wrong"}).status_code == 404
    assert keeper.get("/tasks/rows").status_code == 403
    assert "5201" in sign_in(Role.ASSISTANT).get("/tasks/?kind=identity").text  # who corrects is asked


@pytest.mark.parametrize("mark", ["row", "file"])
def test_a_question_of_which_a_side_is_masked_is_asked_of_those_cleared_alone(
    archive: Archive, archivist: Actor, sign_in: SignIn, mark: str
) -> None:
    first, second = row("5201", BERTIL, "Ek, Bo"), row("5201", CECILIA, "Sten, Kim", kind="VU", closed="2001")
    take_in(archive, archivist, [first])
    if mark == "row":
        take_in(archive, archivist, [second], unstated_protection=Protection.MARKED)
    else:  # masked since
        take_in(archive, archivist, [second])
        with archive.write(archivist) as work:
            (person,) = people.with_number(work, BERTIL)
            people.protect(work, person, Protection.MARKED, "beslut")
    (task,) = tasks_of(archive, archivist, TaskKind.IDENTITY)
    for role in (Role.ASSISTANT, Role.ARCHIVIST):
        client = sign_in(role)
        assert "5201" not in client.get("/tasks/?kind=identity").text
        assert client.post(f"/tasks/{task.id}", data={"answer": "row_wrong"}).status_code == 404
    assert "5201" in sign_in(Role.SEALED_KEEPER).get("/tasks/?kind=identity").text


def test_a_question_of_a_marked_row_stays_with_those_cleared_once_its_file_is_shown_again(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    take_in(archive, archivist, [row("5201", "", "Ek, Bo")])
    marked = row("5201", CECILIA, "Sten, Kim", kind="VU", closed="2001")
    take_in(archive, archivist, [marked], unstated_protection=Protection.MARKED)
    with archive.write(operator("tests")) as work:
        person = work.session.scalars(select(Person).where(Person.family_name == "Ek")).one()
        people.reset_protection(work, person, Protection.NONE, "")
    assert not file_of(archive, archivist, "5201").protected
    assert "5201" not in sign_in(Role.ASSISTANT).get("/tasks/?kind=identity").text
    assert "5201" in sign_in(Role.SEALED_KEEPER).get("/tasks/?kind=identity").text
