"""A file says by whom, from which list and which row it was read in, to those who may know it."""

import html
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from archive.imports import runs
from archive.imports.driver import work_off
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile
from archive.timeline import timeline
from archive.vocabulary import Role
from tests.remembering import remembering
from tests.verbs.imports.taking_in import a_list, check, file_of, mapping, prepared, row

SignIn = Callable[[Role], FlaskClient]
ANNA, BERTIL = "195005050512", "199710182396"
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
