"""A report of a box tells nobody which protected files stand in it, and begins the search for them."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from difflib import unified_diff
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col

from archive.files import wanted
from archive.incidents import access, reporting
from archive.incidents.reporting import MissReport
from archive.kernel.clock import local
from archive.kernel.store import Actor, Archive
from archive.models import CaseFile, Deadline, Incident, Message, Place, User
from archive.vocabulary import Protection, Role
from tests.builders import SetClock, a_box, a_file, a_person, a_shelf, sign_in, user_in_role
from tests.databases import SqliteDatabases

pytestmark = pytest.mark.engines("sqlite")
ROLES = [Role.ASSISTANT, Role.CASE_WORKER, Role.ROOM_KEEPER]
TOKEN = re.compile(r'name="sent" value="[^"]*"|\?v=\w+|nonce="[^"]*"|Nummer att uppge: \w+')
OPEN, HIDDEN = "P0000001", "P0000002"


class Twin:
    """An archive with a box; a protected file stands in it, or in another box."""

    def __init__(self, archive: Archive, *, inside: bool, others: int) -> None:
        self.archive, self.archivist = archive, user_in_role(archive, Role.ARCHIVIST)
        self.open = 0
        with archive.write(self.archivist) as work:
            shelf = a_shelf(work)
            self.box, elsewhere = a_box(work, shelf), a_box(work, shelf, "Box 2")
            for number in range(others):
                file = a_file(work, self.box, reference=OPEN if not number else f"P1{number}")
                self.open = self.open or file.id
            person = a_person(work, protection=Protection.MARKED)
            self.hidden = a_file(work, self.box if inside else elsewhere, person, reference=HIDDEN)
            places, files = (select(col(one.code)).order_by(col(one.id)) for one in (Place, CaseFile))
            codes = [*work.session.scalars(places), *work.session.scalars(files)]
        self._codes = dict(zip(codes, (f"CODE{number:06}" for number in range(len(codes))), strict=True))

    def plain(self, page: str) -> str:
        """Return a page with each code as its number."""
        page = TOKEN.sub("", page)
        for code, name in self._codes.items():
            page = page.replace(code, name).replace(f"<span>{code[:5]}</span><span>{code[5:]}</span>", name)
        return page

    def seek(self) -> int | None:
        """Return the incident that looks for the protected file, if one does."""
        with self.archive.read(self.archivist) as work:
            found = wanted.by_file(work, [self.hidden.id]).get(self.hidden.id)
            return found.incident_id if found else None


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Hold what is to be closed."""
    with ExitStack() as stack:
        yield stack


def twins(
    stack: ExitStack, databases: SqliteDatabases, folder: Path, clock: SetClock, others: int = 1
) -> list[Twin]:
    """Make two archives that differ in where a protected file stands only."""
    made = []
    for inside in (True, False):
        own = folder / str(inside)
        own.mkdir()
        archive = Archive(stack.enter_context(databases.fresh(own)), clock)
        stack.callback(archive.close)
        made.append(Twin(archive, inside=inside, others=others))
    return made


def browser(app: Flask, twin: Twin, role: Role) -> FlaskClient:
    """Sign somebody in at one of the twins."""
    app.extensions["archive"] = twin.archive
    user_in_role(twin.archive, role)
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    sign_in(twin.archive, client, role.value)
    return client


def told(app: Flask, twin: Twin, role: Role, **said: str) -> list[str]:
    """Report the box as somebody, and return all that they then are told."""
    client = browser(app, twin, role)
    answer = client.post("/incidents/new", data={"crate": twin.box.code, "circumstances": "Borta", **said})
    pages = [f"{answer.status_code} {answer.headers.get('Location', '')}", twin.plain(answer.text)]
    addresses = [f"/incidents/{number}" for number in range(1, 4)]
    addresses += ["/", "/incidents/mine", "/incidents/", "/messages/", f"/places/{twin.box.code}"]
    for address in [answer.headers.get("Location", "/"), *addresses]:
        page = client.get(address)
        pages.append(f"{page.status_code} {twin.plain(page.text)}")
    return pages


@pytest.mark.parametrize("others", [2, 0])
@pytest.mark.parametrize("role", ROLES)
def test_whoever_reports_a_box_is_told_the_same_whether_a_protected_file_stands_in_it(
    app: Flask,
    stack: ExitStack,
    sqlite_databases: SqliteDatabases,
    tmp_path: Path,
    clock: SetClock,
    role: Role,
    others: int,
) -> None:
    with_it, without = twins(stack, sqlite_databases, tmp_path, clock, others)
    for twin in (with_it, without) if others else ():
        with twin.archive.write(twin.archivist) as work:
            reporting.report(work, MissReport((twin.open,)))
    for said in ({}, {"handed_on": "no"}, {}, {"handed_on": "yes"}):
        first, second = told(app, with_it, role, **said), told(app, without, role, **said)
        changes = unified_diff("\n".join(first).split("\n"), "\n".join(second).split("\n"), n=0, lineterm="")
        assert "\n".join(changes)[-1500:] == ""
    assert OPEN in "".join(first) or not others, "what stands there openly is told"
    assert (with_it.seek() is not None, without.seek()) == (True, None)


def test_the_protected_file_has_an_incident_with_clocks_of_its_own_whose_owner_is_told(
    app: Flask, stack: ExitStack, sqlite_databases: SqliteDatabases, tmp_path: Path, clock: SetClock
) -> None:
    (twin, _without) = twins(stack, sqlite_databases, tmp_path, clock)
    told(app, twin, Role.ASSISTANT)
    number = twin.seek()
    assert number == 2
    with twin.archive.read(twin.archivist) as work:
        incident = reporting.get(work, number)
        owner = work.session.get_one(User, incident.owner_id)
        assert (owner.stream, incident.protected, incident.pieces) == (twin.archivist.id, True, 1)
        clocks = select(col(Deadline.id)).where(col(Deadline.about).startswith(incident.stream))
        assert work.session.scalars(clocks).all()
        messages = select(col(Message.user_id)).where(col(Message.about) == incident.stream)
        assert owner.id in work.session.scalars(messages).all()
        reporter = user_in_role(twin.archive, Role.ASSISTANT)
        assert not access.may_see(work, incident, reporter)
        assert access.may_see(work, work.session.get_one(Incident, 1), reporter)
    page, paper = (
        browser(app, twin, Role.ARCHIVIST).get(address)
        for address in ("/incidents/2", "/incidents/2/report.pdf")
    )
    assert (page.status_code, paper.status_code) == (200, 200)
    assert "Borta" in page.text, "its owner reads what was written of the box"


@pytest.mark.parametrize(("ago", "over"), [(0, False), (40, True)])
def test_a_protected_file_of_a_box_is_entered_as_over_only_where_it_is(
    app: Flask,
    stack: ExitStack,
    sqlite_databases: SqliteDatabases,
    tmp_path: Path,
    clock: SetClock,
    ago: int,
    over: bool,
) -> None:
    (twin, _without) = twins(stack, sqlite_databases, tmp_path, clock, others=0)
    then = f"{local(clock.now - timedelta(days=ago)):%Y-%m-%dT%H:%M}"
    said = {"missed_at": then, "suspected_at": then, "entered_afterwards": "yes"}
    told(app, twin, Role.ASSISTANT, **said)  # a refusal would tell that one stands there
    with twin.archive.read(twin.archivist) as work:
        assert reporting.get(work, twin.seek() or 0).over_when_entered is over


def test_what_is_protected_and_named_itself_is_sought_with_the_rest(
    archive: Archive, as_role: object, archivist: Actor
) -> None:
    twin = Twin(archive, inside=True, others=1)
    with archive.write(user_in_role(archive, Role.ASSISTANT)) as work:
        reporting.report(work, MissReport((twin.hidden.id,), crate_id=twin.box.id))
    assert twin.seek() == 1
