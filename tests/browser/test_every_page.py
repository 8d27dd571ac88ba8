"""Every page of the program as every role that reaches it, on the desk and in the hand.

Pages are found by following links in a demo archive: a new page is tested once something leads to it, and
a test fails while nothing does.
"""

import logging
import pickle
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from sqlmodel import col

from archive.accounts import sessions
from archive.accounts import users as user_accounts
from archive.app import create_app
from archive.codes import codes
from archive.files import files
from archive.imports import driver, runs
from archive.kernel.config import Settings
from archive.kernel.store import Actor, Archive, Work, operator
from archive.models import CaseFile, Delivery, DeliverySender, ImportRun, Incident
from archive.quality import cases
from archive.routine_runs import attachments, versions
from archive.routine_runs.attachments import ReceivedPaper
from archive.vocabulary import Custody, DeliveryState, ImportPurpose, ImportState
from archive.web import PAGES
from routines import writing
from tests.browser import keyboard
from tests.browser.axe import violations, widest
from tests.browser.browser import DESK, HAND, swedish
from tests.browser.walk import Found, Known, walk
from tests.builders import SetClock
from tests.databases import DEMO_NOW, SqliteDatabases, once, settings_for
from tests.serving import serving
from tests.verbs.incidents.incident_play import matter_answers

TURNS = 2
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
    """The pages each role comes to in a demo archive."""

    users: dict[str, int]
    pages: dict[str, list[Found]] = field(default_factory=dict)
    endpoints: set[str] = field(default_factory=set)
    broken: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def tour(sqlite_databases: SqliteDatabases, run_folder: Path) -> Tour:
    """Walk through a demo archive as every role, once a run; its database is left beside it."""

    def make(begun: Path) -> None:
        begun.mkdir()
        with _quiet(), sqlite_databases.demo(begun) as settings, _opened(settings) as app:
            starts = _more(app.extensions["archive"])
            (begun / "tour").write_bytes(pickle.dumps(_walked(app, starts)))
        Path(settings.database_url.removeprefix("sqlite:///")).rename(begun / "walked.db")

    made: Tour = pickle.loads((once(run_folder, "tour", make) / "tour").read_bytes())
    return made


@pytest.fixture(scope="module")
def toured(tour: Tour, run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the archive the tour went through, and give its address."""
    path = tmp_path_factory.mktemp("toured") / "toured.db"
    shutil.copyfile(run_folder / "tour" / "walked.db", path)
    settings = replace(settings_for(f"sqlite:///{path}", path.parent), demo=True)
    with _quiet(), _opened(settings) as app, serving(app) as url:
        yield url


@contextmanager
def _opened(settings: Settings) -> Iterator[Flask]:
    with closing(Archive(settings, SetClock(DEMO_NOW))) as archive:
        yield create_app(archive=archive)


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
        version = versions.in_force(work, "deviation")
        after = replace(versions.routine_of(version), version=version.edition + 1)
        versions.draft(work, "deviation", writing.as_yaml(after).replace("genast", "samma dag"))
        blank = codes.print_blanks(work, 1, "permanent-70x37").codes[0]
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
    receipt = ReceivedPaper("receipt", "Kvitto.pdf", b"%PDF-1.4 kvitto")
    incident = work.session.scalars(select(Incident).limit(1)).one()
    attachments.keep(work, incident.stream, "notify_imy", 1, receipt)
    matter = cases.begin(work, "deviation")
    for step, said in (("report", {}), ("protect", {}), ("judge", {"breach": "yes"})):
        cases.complete(work, matter, step, matter_answers(work, matter, step, **said))
    kept = attachments.keep(work, matter.stream, "breach", 1, receipt)
    told = matter_answers(work, matter, "breach", notified="yes", receipt=kept)
    cases.complete(work, matter, "breach", told)


def _a_list(archive: Archive, actor: Actor, purpose: ImportPurpose, state: ImportState, source: str) -> None:
    """Leave a list waiting for its columns, for somebody to read it, or for a decision after the check."""
    run_id = runs.begin(archive, actor, f"ny lista {state.value}.csv", BytesIO(A_LIST), purpose)
    if state is ImportState.UPLOADED:
        return
    with archive.write(actor) as work:
        run = runs.get(work, run_id)
        mapping = replace(runs.mapping_of(run), source=source, site="Centralarkivet", default_kind="EB")
        runs.choose(work, run, mapping)
        runs.stage(work, run)
    if state is ImportState.STAGED:
        driver.drive(archive, actor, run_id)


def _walked(app: Flask, starts: list[str]) -> Tour:
    archive: Archive = app.extensions["archive"]
    with archive.read(sessions.DOOR) as work:
        users = {role.value: users[0].id for role, users in user_accounts.by_role(work)}
    tour = Tour(users)
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


def test_every_page_is_reached_by_a_link(tour: Tour, app: Flask) -> None:
    readable = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    pages = {name for name in readable if name.split(".")[0] in PAGES}
    assert pages - tour.endpoints - NO_PAGE == set()


def test_no_link_leads_to_a_refusal(tour: Tour) -> None:
    assert tour.broken == {}


@pytest.mark.parametrize("turn", range(TURNS))
@pytest.mark.parametrize("size", [DESK, HAND], ids=["desk", "hand"])
def test_every_page_is_for_everybody(
    tour: Tour, toured: str, browser: Browser, size: dict[str, int], turn: int
) -> None:
    chosen = _chosen(tour, more=size is DESK)[turn::TURNS]
    _look_at(tour, toured, browser, size, chosen, closely=size is DESK)


@pytest.mark.thorough
@pytest.mark.parametrize("size", [DESK, HAND], ids=["desk", "hand"])
def test_every_page_of_every_role_is_for_everybody(
    tour: Tour, toured: str, browser: Browser, size: dict[str, int]
) -> None:
    _look_at(
        tour, toured, browser, size, [(role, one) for role, pages in tour.pages.items() for one in pages]
    )


def test_what_is_chosen_to_be_looked_at_shows_every_kind_of_page_and_every_part(tour: Tour) -> None:
    def parts(pages: Iterable[Found]) -> set[tuple[str, ...]]:
        return {part for one in pages for part in one.parts}

    chosen = [found for _role, found in _chosen(tour)]
    every = [found for pages in tour.pages.values() for found in pages]
    assert len(chosen) < len(every) / 4
    assert parts(chosen) == parts(every)
    assert {one.endpoint for _role, one in _chosen(tour, more=False)} == {one.endpoint for one in every}


def _chosen(tour: Tour, *, more: bool = True) -> list[tuple[str, Found]]:
    """Choose who looks at which page: the richest of each kind, and few more that show every other part."""
    every = [(role, found) for role, pages in tour.pages.items() for found in pages]
    kinds: defaultdict[str, list[tuple[str, Found]]] = defaultdict(list)
    for one in every:
        kinds[one[1].endpoint].append(one)
    chosen = [max(pages, key=lambda one: len(one[1].parts)) for pages in kinds.values()]
    shown = set().union(*(found.parts for _role, found in chosen))
    left = set().union(*(found.parts for _role, found in every)) - shown if more else set()
    while left:
        chosen.append(max(every, key=lambda one: len(left & one[1].parts)))
        left -= chosen[-1][1].parts
    return sorted(chosen, key=lambda one: (one[0], one[1].address))


def _look_at(
    tour: Tour,
    url: str,
    browser: Browser,
    size: dict[str, int],
    chosen: list[tuple[str, Found]],
    *,
    closely: bool = True,
) -> None:
    """Nothing scrolls sideways; looked at closely axe finds nothing, and Tab reaches every control."""
    wrong: dict[str, list[str]] = {}
    for role, pages in groupby(chosen, key=itemgetter(0)):
        context = swedish(browser, viewport=size)
        page = context.new_page()
        if role != NOBODY:
            page.goto(f"{url}/sign-in")
            page.locator(f"button[name=user][value='{tour.users[role]}']").click()
        for _role, found in pages:
            if faults := _faults(page, url + found.address, closely=closely):
                wrong[f"{role} {found.address}"] = faults
        context.close()
    assert not wrong, "\n".join(f"{page}: {fault}" for page, faults in wrong.items() for fault in faults)


def _faults(page: Page, address: str, *, closely: bool) -> list[str]:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(address)
    headings = page.locator("h1").count()
    beyond = widest(page)
    return [
        *([f"{headings} headings of the first level"] if headings != 1 else []),
        *([f"scrolls sideways: {beyond}"] if beyond else []),
        *(violations(page, language="sv") + keyboard.faults(page) if closely else []),
        *complaints,
    ]
