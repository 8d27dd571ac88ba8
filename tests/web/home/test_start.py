"""The front page says what waits and where one can go."""

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from archive.kernel.store import Actor, Archive
from archive.loans import loans
from archive.loans.loans import Request
from archive.places import places
from archive.vocabulary import LoanPurpose, PlaceKind, Role
from archive.web.home.start import GROUPS, WAITING
from tests.builders import SetClock, a_file, a_place, a_shelf, a_source

SignIn = Callable[[Role], FlaskClient]


def test_where_nothing_waits_nothing_is_said_to(sign_in: SignIn) -> None:
    assert "Väntar nu" not in sign_in(Role.ARCHIVIST).get("/").text


def test_an_overdue_loan_waits_for_those_who_lend_and_for_nobody_else(
    archive: Archive, archivist: Actor, sign_in: SignIn, clock: SetClock
) -> None:
    due = clock.now.date()
    with archive.write(archivist) as work:
        loans.hand_out(work, a_file(work, a_shelf(work)), Request("Karin Berg", LoanPurpose.COURT, due))
    assert "lån har gått över tiden" not in sign_in(Role.ASSISTANT).get("/").text
    clock.forward(days=1)
    page = sign_in(Role.ASSISTANT).get("/").text
    assert "lån har gått över tiden" in page
    assert "/loans?overdue=1" in page
    assert "lån har gått över tiden" not in sign_in(Role.CASE_WORKER).get("/").text


def test_each_page_stands_under_what_it_is_about(sign_in: SignIn) -> None:
    page = sign_in(Role.ARCHIVIST).get("/").text
    headings = ["Akter", "Veckoleveransen", "Saknade akter", "De gamla arkivens listor", "För dig"]
    places = [page.index(f">{heading}</h2>") for heading in headings]
    assert places == sorted(places)
    assert page.rindex("/imports") > page.index("De gamla arkivens listor</h2>")


def test_what_waits_leads_to_pages_there_are(app: Flask) -> None:
    assert {endpoint for _name, endpoint, *_rest in WAITING} <= set(app.view_functions)
    pages = {name for endpoint in app.view_functions for name in (endpoint, endpoint.split(".")[0])}
    assert {name for _title, names in GROUPS for name in names} <= pages


def test_a_new_register_leads_through_its_first_steps_until_a_file_is_registered(
    archive: Archive, root: Actor, sign_in: SignIn
) -> None:
    administrator = sign_in(Role.ADMINISTRATOR)

    def taken(text: str) -> list[str]:
        return re.findall(r'id="first-(\d)-status">Klart<', text)

    shown = administrator.get("/").text
    assert "De första stegen" in shown
    assert taken(shown) == []
    assert 'href="/users"' in shown
    archivist = sign_in(Role.ARCHIVIST)
    with archive.write(root) as work:
        a_source(work)
        site = places.create(work, None, PlaceKind.SITE, "Nya", central=True)
        places.create(work, places.create(work, site, PlaceKind.ROOM, "M"), PlaceKind.RACK, "1")
    assert taken(administrator.get("/").text) == ["1", "2", "3"]
    assert "Görs av någon annan" in administrator.get("/").text
    with archive.write(root) as work:
        room = a_place(work, (PlaceKind.SITE, "Gamla"), (PlaceKind.ROOM, "K1"))
    assert taken(archivist.get("/").text) == ["1", "2", "3", "4"]
    with archive.write(root) as work:
        a_file(work, room)
    assert "De första stegen" not in archivist.get("/").text
    assert "De första stegen" not in sign_in(Role.ASSISTANT).get("/").text


def test_nobody_is_led_through_what_others_set_up(sign_in: SignIn) -> None:
    assert "De första stegen" not in sign_in(Role.ASSISTANT).get("/").text
    assert "De första stegen" in sign_in(Role.ARCHIVIST).get("/").text
