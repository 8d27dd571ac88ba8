"""Questions about masked files in the browser: those cleared see what they are asked, others nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col

from archive.accounts import users
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.mapping import MappedColumn
from archive.kernel.store import Actor, Archive, operator
from archive.models import Event, FilePerson, ImportRun, Person
from archive.vocabulary import Protection, Role, TaskKind
from tests.verbs.imports.taking_in import (
    HEADER,
    a_list,
    check,
    file_of,
    mapping,
    prepared,
    register,
    row,
    take_in,
    tasks_of,
)

pytestmark = pytest.mark.engines("sqlite")

SignIn = Callable[[Role], FlaskClient]
ANNA, BERTIL = "195005050512", "199710182396"
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
