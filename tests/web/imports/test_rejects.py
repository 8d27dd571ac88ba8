"""Rows that come back from a list name nobody the list marks, and whom they name is recorded as looked at."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col

from archive.accounts import users
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.mapping import MappedColumn
from archive.kernel.store import Actor, Archive, operator
from archive.models import Event
from archive.vocabulary import Protection, Role
from tests.builders import a_person
from tests.remembering import remembering
from tests.verbs.imports.taking_in import HEADER, a_list, check, mapping, prepared, register, row, take_in

SignIn = Callable[[Role], FlaskClient]
ANNA, BERTIL, CAESAR = "195005050512", "199710182396", "200001052380"


@pytest.fixture
def archive(archive: Archive) -> Archive:
    """Give an archive with reference data, two old addresses and the central one."""
    return prepared(archive)


@pytest.fixture
@remembering
def known(archive: Archive, archivist: Actor) -> dict[str, int]:
    """Take in four rows that cannot be registered: of an open, a protected and a marked person, and a sum."""
    with archive.write(archivist) as work:
        found = {
            "open": a_person(work, "Öppen", "Anna", number=ANNA).id,
            "protected": a_person(work, "Borg", "B", number=BERTIL, protection=Protection.MARKED).id,
        }
    take_in(
        archive,
        archivist,
        [
            row("P1", ANNA, "Öppen, Anna", kind="?!"),
            row("P2", BERTIL, "Borg, B", kind="?!"),
            row("P3", CAESAR, "Skyddsson, C (SEKRETESSMARKERAD)", kind="?!"),
            row("P4", "", f"Gömd, D {BERTIL[:8]}-{BERTIL[8:]}", kind="?!"),
            row("P5", CAESAR, "Vanlig, E", kind="?!"),
        ],
    )
    return found


def looked(archive: Archive, actor: Actor) -> list[tuple[Any, list[str]]]:
    """Return list and subjects of each look, oldest first."""
    with archive.read(actor) as work:
        rows = work.session.scalars(
            select(col(Event.body)).where(col(Event.kind) == "look.list").order_by(col(Event.id))
        )
        bodies = [json.loads(body) for body in rows]
    return [(body["facts"]["list"], body["subjects"]) for body in bodies]


def test_the_common_file_leaves_out_who_the_list_marks_and_keeps_whom_only_the_register_protects(
    sign_in: SignIn, known: dict[str, int]
) -> None:
    told = sign_in(Role.ARCHIVIST).get("/imports/1/rejects").data.decode()
    for kept in ("P1", "Öppen", ANNA, "P2", "Borg", BERTIL, "P4", "Gömd", "P5", "Vanlig"):
        assert kept in told  # a row left out for the register's sake would tell whom that protects
    for hidden in ("P3", "Skyddsson"):
        assert hidden not in told


def test_those_cleared_get_the_protected_rows_in_a_file_of_their_own(
    sign_in: SignIn, known: dict[str, int]
) -> None:
    told = sign_in(Role.SEALED_KEEPER).get("/imports/1/rejects/protected").data.decode()
    for kept in ("P2", "Borg", BERTIL, "P3", "Skyddsson", "P4"):
        assert kept in told
    assert "Öppen" not in told
    assert sign_in(Role.ARCHIVIST).get("/imports/1/rejects/protected").status_code == 403


def test_each_person_shown_is_recorded_as_looked_at(
    sign_in: SignIn, archive: Archive, archivist: Actor, known: dict[str, int]
) -> None:
    sign_in(Role.ARCHIVIST).get("/imports/1/rejects")
    both = [f"person:{known['open']}", f"person:{known['protected']}"]
    assert looked(archive, archivist)[-1] == ("rejects", ["import:1", *both])
    sign_in(Role.SEALED_KEEPER).get("/imports/1/rejects/protected")
    assert looked(archive, archivist)[-1] == (
        "rejects_protected",
        ["import:1", f"person:{known['protected']}"],
    )


def test_the_page_of_such_rows_masks_the_same_ones(sign_in: SignIn, known: dict[str, int]) -> None:
    told = sign_in(Role.ARCHIVIST).get("/tasks/rows").text
    assert "Skyddsson" not in told
    for kept in ("Öppen", "Borg", BERTIL, "Gömd", "Vanlig"):
        assert kept in told


def test_a_form_begun_from_such_a_row_shows_nobody_the_list_marks_and_names_in_a_look_whom_it_shows(
    sign_in: SignIn, archive: Archive, archivist: Actor, known: dict[str, int]
) -> None:
    client = sign_in(Role.ASSISTANT)
    for row_id, name in ((1, "Öppen"), (2, "Borg")):
        assert name in client.get(f"/files/new?row={row_id}").text
    seen = [subjects for name, subjects in looked(archive, archivist) if name == "import_row"]
    assert seen == [["import:1", f"person:{known[who]}"] for who in ("open", "protected")]
    marked, open_to_all = (client.get(f"/files/new?row={row_id}").text for row_id in (3, 1))
    assert 'value="P3"' in marked
    assert "Skyddsson" not in marked
    place = 'name="place" type="text" value="Storgatan 1 1 1"'
    assert place in open_to_all
    assert place not in marked


def test_the_report_says_how_many_rows_the_file_lacks_and_who_gets_them(
    sign_in: SignIn, archive: Archive, archivist: Actor, known: dict[str, int]
) -> None:
    client, said = sign_in(Role.ARCHIVIST), "Ej registrerade rader som listan själv märker som skyddade: 1."
    assert said in client.get("/imports/1").text
    take_in(archive, archivist, [row("P6", ANNA, kind="?!")])
    assert "själv märker" not in client.get("/imports/2").text


def test_only_those_cleared_are_told_how_many_are_about_somebody_protected(
    sign_in: SignIn, archive: Archive, archivist: Actor, known: dict[str, int]
) -> None:
    client, link = sign_in(Role.ARCHIVIST), "/imports/1/rejects/protected"
    assert link not in client.get("/imports/1").text
    with archive.write(operator("tests")) as work:
        user = users.user(work, archivist.user_id or 0)
        users.set_roles(work, user, [Role.ARCHIVIST, Role.SEALED_KEEPER])
    page = client.get("/imports/1").text
    assert (link in page, "skyddade raderna (3)" in page) == (True, True)


def test_who_is_cleared_and_reads_no_lists_finds_the_rows_left_out_beside_the_questions(
    sign_in: SignIn, known: dict[str, int]
) -> None:
    client, link = sign_in(Role.SEALED_KEEPER), "/imports/1/rejects/protected"
    page = client.get("/protected-persons/questions").text
    assert link in page
    assert "lista.csv: 3 rader" in page
    assert client.get(link).status_code == 200


def test_the_flagged_rows_as_a_file_record_each_file_they_show(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", "500505-0512", closed="någon gång"), row("P2", CAESAR)])
    told = sign_in(Role.ARCHIVIST).get("/imports/1/flagged/csv").data.decode()
    name, subjects = looked(archive, archivist)[-1]
    assert name == "flagged_rows_csv"
    assert ("P1" in told, [one for one in subjects if one.startswith("file:")]) == (True, ["file:1"])
    assert any(one.startswith("person:") for one in subjects)


def test_a_marked_row_that_names_nobody_is_hidden_and_counted_as_marked(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    nobody = ("", "", "", "", "", "", "EB", "", "Valvet", "")
    rows = [(*nobody, "", "", mark) for mark in ("Ja", "Nej", "")]
    columns = (*mapping().columns, MappedColumn("Skydd", ListField.PROTECTION))
    chosen = replace(mapping(), columns=columns)
    alone = (*("",) * len(HEADER), "Ja")
    named = (*row("", CAESAR, "Skyddsson, C", kind="?!"), "Ja")
    content = a_list([*rows, alone, named], (*HEADER, "Skydd"))
    register(archive, archivist, check(archive, archivist, content, chosen))
    client = sign_in(Role.ARCHIVIST)
    assert "själv märker som skyddade: 3." in client.get("/imports/1").text
    told = client.get("/imports/1/rejects").data.decode()
    assert [line for line in told.splitlines() if "Valvet" in line and ";Ja;" in line] == []
    assert len([line for line in told.splitlines() if "Valvet" in line]) == 2
    page = client.get("/tasks/rows").text
    assert "Valvet · Ja" not in page
    assert "Valvet · Nej" in page


def test_what_is_said_of_rows_about_masked_files_holds_once_they_are_registered(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", CAESAR, "Ek, Eva")], unstated_protection=Protection.MARKED)
    run = check(archive, archivist, a_list([row("P1", CAESAR, "Ek, Eva", closed="2004-01-01")]), mapping())
    client = sign_in(Role.ARCHIVIST)
    said, counted = client.get("/imports/2").text, ("unchanged", "changed")
    assert "räknas som oförändrad, vad den än tillför, både här och när listan är registrerad" in said
    assert [run.counts[name] for name in counted] == [1, 0]
    registered = register(archive, archivist, run)
    assert [registered.counts[name] for name in counted] == [1, 0]
