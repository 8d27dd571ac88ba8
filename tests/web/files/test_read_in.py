"""A file says by whom, from which list and which row it was read in, to those who may know it."""

import html
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.imports import runs
from archive.imports.driver import work_off
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, EventSubject
from archive.people import people
from archive.timeline import timeline
from archive.vocabulary import Protection, Role
from tests.remembering import remembering
from tests.verbs.imports.taking_in import a_list, check, file_of, mapping, prepared, row

SignIn = Callable[[Role], FlaskClient]
ANNA, BERTIL, CECILIA = "195005050512", "199710182396", "200001052380"
PAGE, ROW = "Inläst av Arkivarie ur listan ”blad1.xlsx”, rad", "inläst ur listan ”blad1.xlsx”, rad 3"


@pytest.fixture
@remembering
def archive(archive: Archive, archivist: Actor) -> Archive:
    """Have the worker register a list of two rows, the second of somebody protected."""
    prepared(archive)
    rows = [row("P1", ANNA), row("P2", BERTIL), row("P3", ANNA, "Skyddad identitet, Test")]
    checked = check(archive, archivist, a_list(rows), mapping(), name="blad1.xlsx")
    with archive.write(archivist) as work:
        runs.apply(work, runs.get(work, checked.id))
    work_off(archive)
    return archive


def test_page_and_history_say_who_read_it_in_which_list_and_which_row(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    file = file_of(archive, archivist, "P2")
    client = sign_in(Role.ARCHIVIST)
    page = html.unescape(client.get(f"/files/{file.code}").text)
    assert f"{PAGE} 3." in page
    assert 'href="/imports/1"' in page
    assert "imports." not in page
    assert "arbetaren" not in page
    history = html.unescape(client.get(f"/files/{file.code}/history").text)
    assert f'href="/imports/1">{ROW}</a>' in history
    assert ">Arkivarie<" in history


def test_who_may_see_no_lists_gets_no_link(sign_in: SignIn, archive: Archive, archivist: Actor) -> None:
    file = file_of(archive, archivist, "P2")
    page = html.unescape(sign_in(Role.MANAGER).get(f"/files/{file.code}").text)
    assert (f"{PAGE} 3." in page, ROW in page, 'href="/imports/1"' in page) == (True, True, False)


def test_of_a_masked_file_neither_list_nor_row_is_told(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    with archive.read(archivist) as work:
        masked = work.session.scalars(select(CaseFile).where(CaseFile.protected)).first()
    assert masked is not None
    client = sign_in(Role.SEALED_KEEPER)
    for address in (f"/files/{masked.code}", f"/files/{masked.code}/history"):
        assert "blad1.xlsx" not in client.get(address).text


def test_what_a_list_did_stands_in_the_name_of_who_ordered_it(archive: Archive, archivist: Actor) -> None:
    file = file_of(archive, archivist, "P2")
    assert file.placed_by == archivist.id
    with archive.read(archivist) as work:
        run = runs.get(work, 1)
    with archive.write(archivist) as work:
        runs.withdraw(work, runs.get(work, run.id), "Fel lista.")
    work_off(archive)
    with archive.read(archivist) as work:
        fresh = work.session.get_one(CaseFile, file.id)
        assert {entry.who for entry in timeline.of_file(work, fresh).entries} == {archivist.name}


def test_what_the_row_said_is_shown_as_it_stood_and_is_a_look(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    file = file_of(archive, archivist, "P2")
    client = sign_in(Role.ARCHIVIST)
    address = f"/imports/files/{file.code}/row"
    assert address in client.get(f"/files/{file.code}").text
    before = looks(archive, archivist, file)
    page = client.get(address).text
    assert "Rad 3 i listan" in page
    assert [one in page for one in ("Efternamn", "Testsson", "199710182396", ANNA)] == [True] * 3 + [False]
    assert looks(archive, archivist, file) == before + 1


def test_no_row_is_shown_of_a_masked_file_nor_the_number_of_anybody_else(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    named = row("P4", CECILIA, sign=f"syskon {BERTIL}")
    other = check(archive, archivist, a_list([named]), mapping(), name="blad2.xlsx")
    with archive.write(archivist) as work:
        runs.apply(work, runs.get(work, other.id))
    work_off(archive)
    client = sign_in(Role.ARCHIVIST)
    file = file_of(archive, archivist, "P4")
    address = f"/imports/files/{file.code}/row"
    before = client.get(address).text
    assert [one in before for one in ("Testsson", CECILIA, "syskon ×", BERTIL)] == [True] * 3 + [False]
    with archive.write(archivist) as work:
        bearer = people.with_number(work, BERTIL)[0]
        people.protect(work, bearer, Protection.MARKED, "Skatteverket")
    assert client.get(address).text == before  # else it told whom the register protects
    assert client.get(f"/imports/files/{file_of(archive, archivist, 'P2').code}/row").status_code == 404


def test_what_the_row_said_is_for_who_may_see_lists(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    file = file_of(archive, archivist, "P2")
    assert sign_in(Role.MANAGER).get(f"/imports/files/{file.code}/row").status_code == 403


def looks(archive: Archive, actor: Actor, file: CaseFile) -> int:
    with archive.read(actor) as work:
        found = select(EventSubject).where(EventSubject.subject == file.stream)
        return len(work.session.scalars(found).all())
