"""Every page of the program as every role that reaches it, on the desk and in the hand.

Pages are found by following links in a demo archive: a new page is tested once something leads to it, and
a test fails while nothing does.
"""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from sqlmodel import col

from archive.app import create_app
from archive.domain import (
    attachments,
    files,
    import_driving,
    imports,
    labels,
    matters,
    routine_versions,
    sessions,
    staff,
)
from archive.domain.attachments import Paper
from archive.models import CaseFile, Delivery, DeliverySender, ImportRun, Incident
from archive.store import Actor, Archive, Work, operator
from archive.vocabulary import Custody, DeliveryState, ImportPurpose, ImportState
from archive.web import PAGES
from routines import writing
from seed.demo.fill import fill
from tests.browser import keyboard
from tests.browser.axe import violations, widest
from tests.browser.browser import DESK, HAND, swedish
from tests.browser.walk import Found, Known, walk
from tests.builders import MONDAY_MORNING, SetClock
from tests.databases import SqliteDatabases
from tests.domain.incident_play import matter_answers
from tests.serving import serving

FILES = 120
NOW = MONDAY_MORNING + timedelta(hours=5)
NOBODY = "nobody"
# What has no page of its own: answers for machines, and the way from a symbol to what it stands for.
NO_PAGE = {"calendar.feed", "health.health", "scan.open_code"}
A_LIST = (
    "Akt;Personnr;Namn;Typ;Avslutad;Var\n"
    "P0001;195005050512;Åkesson, Anna;EB;2003;Rum 1\n"
    "P0002;19500505-051X;Åkesson, Anna;okänd sort;någon gång;Rum 1\n"
    "P0001;199710182396;Çelik, Bo;VU;2004;Rum 1\n"  # is a question, since another has the reference
    ";;;EB;2004;skyddad identitet\n"  # is given back to those cleared alone
).encode()


@dataclass(frozen=True, slots=True)
class Tour:
    """A served demo archive, and the pages each role comes to in it."""

    app: Flask
    url: str
    users: dict[str, int]
    pages: dict[str, list[Found]]
    endpoints: set[str]
    broken: dict[str, int]


@pytest.fixture(scope="module")
def tour(sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    """Fill a demo archive, walk through it as every role, and serve it."""
    with _quiet(), sqlite_databases.fresh(tmp_path_factory.mktemp("tour")) as fresh:
        settings = replace(fresh, demo=True)
        with closing(Archive(settings, SetClock(NOW))) as archive:
            fill(settings, FILES, 3, lambda _line: None, now=NOW)
            starts = _more(archive)
            app = create_app(archive=archive)
            with serving(app) as url:
                yield _walked(app, url, starts)


@contextmanager
def _quiet() -> Iterator[None]:
    """Log nothing of thousands of requests, and leave logging as other tests expect it."""
    logger = logging.getLogger("aktspar")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _more(archive: Archive) -> list[str]:
    """Bring about what the demo has not, such as lists in every state, and say where to start."""
    actor = operator("tour")
    with archive.read(actor) as work:
        saved = ImportRun.__table__  # type: ignore[attr-defined]
        mapping = work.session.execute(select(saved.c.mapping).limit(1)).scalar_one()
    for purpose in ImportPurpose:
        for state in (ImportState.UPLOADED, ImportState.STAGING, ImportState.STAGED):
            _a_list(archive, actor, purpose, state, mapping["source"])
    with archive.write(actor) as work:
        _kept_papers(work)
        version = routine_versions.in_force(work, "deviation")
        after = replace(routine_versions.routine_of(version), version=version.edition + 1)
        routine_versions.draft(work, "deviation", writing.as_yaml(after).replace("genast", "samma dag"))
        blank = labels.print_blanks(work, 1, "permanent-70x37").codes[0]
        standing = (col(CaseFile.status) == Custody.ON_PLACE, ~col(CaseFile.protected))
        one, other = work.session.execute(select(CaseFile).where(*standing).limit(2)).scalars()
        files.void(work, one, other)
        hidden = work.session.execute(select(CaseFile).where(col(CaseFile.protected)).limit(1)).scalar_one()
        lent = work.session.execute(
            select(CaseFile).where(col(CaseFile.status) == Custody.ON_LOAN).limit(1)
        ).scalar_one()
        going = select(DeliverySender).join(Delivery, col(Delivery.id) == DeliverySender.delivery_id)
        shares = work.session.scalars(going.where(col(Delivery.status) != DeliveryState.CLOSED)).all()
    # What is one of many, what is reached by a scan or with much history only, and what a form leads to.
    return [
        *(f"/deliveries/{number}" for number in sorted({share.delivery_id for share in shares})),
        *(f"/deliveries/senders/{share.id}" for share in shares),
        f"/S/{blank}",
        f"/files/{lent.code}",
        f"/files/{one.code}",
        f"/files/{hidden.code}",
        f"/files/{other.code}/history",
        f"/files/{other.code}?new=1",
        f"/files/new?like={other.code}&done=1",
        "/places/?term=magasin",
    ]


def _kept_papers(work: Work) -> None:
    """Attach a paper to a step of an incident, and to one of a deviation that was a breach."""
    receipt = Paper("receipt", "Kvitto.pdf", b"%PDF-1.4 kvitto")
    incident = work.session.scalars(select(Incident).limit(1)).one()
    attachments.keep(work, incident.stream, "notify_imy", 1, receipt)
    matter = matters.begin(work, "deviation")
    for step, said in (("report", {}), ("protect", {}), ("judge", {"breach": "yes"})):
        matters.complete(work, matter, step, matter_answers(work, matter, step, **said))
    kept = attachments.keep(work, matter.stream, "breach", 1, receipt)
    told = matter_answers(work, matter, "breach", notified="yes", receipt=kept)
    matters.complete(work, matter, "breach", told)


def _a_list(archive: Archive, actor: Actor, purpose: ImportPurpose, state: ImportState, source: str) -> None:
    """Leave a list waiting for its columns, for somebody to read it, or for a decision after the check."""
    run_id = imports.begin(archive, actor, f"ny lista {state.value}.csv", BytesIO(A_LIST), purpose)
    if state is ImportState.UPLOADED:
        return
    with archive.write(actor) as work:
        run = imports.get(work, run_id)
        mapping = replace(imports.mapping_of(run), source=source, site="Centralarkivet", default_kind="EB")
        imports.choose(work, run, mapping)
        imports.stage(work, run)
    if state is ImportState.STAGED:
        import_driving.drive(archive, actor, run_id)


def _walked(app: Flask, url: str, starts: list[str]) -> Tour:
    archive: Archive = app.extensions["archive"]
    with archive.read(sessions.DOOR) as work:
        users = {role.value: users[0].id for role, users in staff.by_role(work)}
    tour = Tour(app, url, users, {}, set(), {})
    known = Known()
    for role in (NOBODY, *users):
        client = app.test_client()
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        if role in users:
            client.post("/sign-in/demo", data={"user": users[role]})
        begin = ["/", *starts] if role in users else ["/sign-in"]
        walked = walk(app, client, *begin, known=known)
        tour.pages[role] = walked.pages
        tour.endpoints.update(walked.endpoints)
        refused = {path: status for path, status in walked.refused.items() if path not in starts}
        tour.broken.update({f"{role} {path}": status for path, status in refused.items()})
    return tour


def test_every_page_is_reached_by_a_link(tour: Tour) -> None:
    readable = {rule.endpoint for rule in tour.app.url_map.iter_rules() if "GET" in rule.methods}
    pages = {name for name in readable if name.split(".")[0] in PAGES}
    assert pages - tour.endpoints - NO_PAGE == set()


def test_no_link_leads_to_a_refusal(tour: Tour) -> None:
    assert tour.broken == {}


def test_every_page_is_for_everybody(tour: Tour, browser: Browser) -> None:
    _looked_at(tour, browser, DESK)


def test_every_page_is_for_everybody_in_the_hand(tour: Tour, browser: Browser) -> None:
    _looked_at(tour, browser, HAND, once=True)


@pytest.mark.thorough
def test_every_page_is_for_everybody_in_the_hand_of_every_role(tour: Tour, browser: Browser) -> None:
    _looked_at(tour, browser, HAND)


def _looked_at(tour: Tour, browser: Browser, size: dict[str, int], *, once: bool = False) -> None:
    """Axe finds nothing, nothing scrolls sideways, Tab reaches every control and shows where one is.

    Each page is looked at by every role for whom it is built of something new, or `once` by the first.
    """
    wrong: dict[str, list[str]] = {}
    known: dict[str, frozenset[tuple[str, ...]]] = {}
    for role, pages in tour.pages.items():
        context = swedish(browser, viewport=size)
        page = context.new_page()
        if role != NOBODY:
            page.goto(f"{tour.url}/sign-in")
            page.locator(f"button[name=user][value='{tour.users[role]}']").click()
        for found in pages:
            before = known.get(found.endpoint, frozenset())
            if found.parts <= before or (once and before):
                continue  # built of nothing that was not looked at already
            known[found.endpoint] = before | found.parts
            if faults := _faults(page, tour.url + found.address):
                wrong[f"{role} {found.address}"] = faults
        context.close()
    assert not wrong, "\n".join(f"{page}: {fault}" for page, faults in wrong.items() for fault in faults)


def _faults(page: Page, address: str) -> list[str]:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(address)
    headings = page.locator("h1").count()
    beyond = widest(page)
    return [
        *([f"{headings} headings of the first level"] if headings != 1 else []),
        *([f"scrolls sideways: {beyond}"] if beyond else []),
        *violations(page, language="sv"),
        *keyboard.faults(page),
        *complaints,
    ]
